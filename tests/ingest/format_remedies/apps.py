"""Refused exports of apps and small sensors, and what their owner does about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.ingest import exports
from tests.ingest.exports import G_M_S2
from tests.ingest.format_remedies.whole import changed, content, milligravities, utc_us, zipped
from tests.ingest.formats.apps.logger_files import polar, sensorlog, shimmer, text
from tests.ingest.remedies import FIRST_S, RATE_HZ, N, Remedy, Write, lying
from tests.ingest.table_files import iso

DOWN = np.array([0.1, -0.3, 0.95]) / np.linalg.norm([0.1, -0.3, 0.95])
NS = exports.ns(N, RATE_HZ, FIRST_S * 1_000_000)


def empatica(path: Path) -> Path:
    counts = np.rint(lying(64.0)).astype(int)
    start, rate = f"{FIRST_S}.000000", f"{RATE_HZ}.000000"
    return exports.table(path / "ACC.csv", f"{start}, {start}, {start}\n{rate}, {rate}, {rate}", counts.tolist())


def phyphox(kind: str = "Acceleration", n: int = N) -> Write:
    def write(path: Path) -> Path:
        seconds = np.arange(n) / RATE_HZ
        return exports.phyphox(path, seconds, lying()[:n], kind=kind, events=[("START", 0.0, float(FIRST_S))])

    return write


def of_logger(*names: str) -> Write:
    """A recording of Sensor Logger with these of its sensors; the first is what is imported."""
    values = {
        "TotalAcceleration": lying() * G_M_S2,
        "Accelerometer": (lying() - DOWN) * G_M_S2,
        "Gravity": np.tile(DOWN, (N, 1)) * G_M_S2,
        "Gyroscope": lying() - DOWN,
    }

    def write(path: Path) -> Path:
        written = [exports.logger_file(path / f"{name}.csv", NS, values[name]) for name in names]
        if len(names) > 1:
            exports.logger_metadata(path)
        return written[0]

    return write


def logger_attitude(path: Path) -> Path:
    """A file of the app about something that has no x, y and z."""
    rows = [[ns, i / RATE_HZ, 0.1, 0.2, 0.3] for i, ns in enumerate(NS.tolist())]
    return exports.table(path / "Attitude.csv", "time,seconds_elapsed,yaw,roll,pitch", rows)


def of_sensorlog(change: Callable[[list[list[str]]], list[list[str]]] = lambda rows: rows) -> Write:
    rows = sensorlog(utc_us(), milligravities(), motion=False)
    return content(text(change([list(row) for row in rows])))


def _cells(column: int, value: str) -> Callable[[list[list[str]]], list[list[str]]]:
    def change(rows: list[list[str]]) -> list[list[str]]:
        return [rows[0], *([*row[:column], value, *row[column + 1 :]] for row in rows[1:])]

    return change


def _dated(rows: list[list[str]]) -> list[list[str]]:
    return [rows[0], *([stamp, *row[1:]] for stamp, row in zip(iso(utc_us()), rows[1:], strict=True))]


def _silent(rows: list[list[str]]) -> list[list[str]]:
    for column in (4, 5, 6):
        rows = _cells(column, "null")(rows)
    return rows


def of_polar(head: Callable[[str], str] = lambda line: line) -> Write:
    first, *rows = text(polar(utc_us() + 3_600_000_000, milligravities()), ";").split("\n")
    return content("\n".join([head(first), *rows]))


def of_shimmer(head: Callable[[str], str] = lambda line: line, *, twice: bool = False) -> Write:
    stamps = [f"{us / 1000:.6f}" for us in utc_us().tolist()]
    rows = shimmer(stamps, "ms", milligravities(), stamp="Timestamp_Unix", kinds=("Accel_LN", "Accel_WR")[: 1 + twice])
    first, *others = text(rows, "\t", "\r\n").split("\r\n")
    return content("\r\n".join([head(first), *others]))


SENSOR_LOGGER, SENSORLOG = "formats/apps/sensor_logger.py", "formats/apps/sensorlog.py"
PHYPHOX, SHIMMER = "formats/apps/phyphox.py", "formats/apps/shimmer.py"
WHOLE_RECORDING = "the folder or zip of the whole recording"
_SLOW = changed(empatica, lambda data: data.replace(b"25.000000", b"0.500000"))

APP_REMEDIES = (
    Remedy("formats/apps/empatica.py", "export the session again", "export the session again", _SLOW, empatica),
    Remedy(PHYPHOX, "record with", "Acceleration (with g)", phyphox("Linear Acceleration"), phyphox()),
    Remedy(PHYPHOX, "export the experiment again", "again", phyphox(n=0), phyphox()),
    Remedy(
        "formats/apps/polar.py",
        "ACC.txt",
        "ACC.txt",
        of_polar(lambda line: line.replace("[mg]", "[dps]")),
        of_polar(),
    ),
    Remedy(SENSOR_LOGGER, "_HINT", "Total Acceleration", of_logger("Accelerometer"), of_logger("TotalAcceleration")),
    Remedy(SENSOR_LOGGER, "_HINT", "Gravity.csv", of_logger("Accelerometer"), of_logger("Accelerometer", "Gravity")),
    Remedy(
        SENSOR_LOGGER,
        "export the recording again",
        "again",
        changed(of_logger("TotalAcceleration"), lambda data: data.split(b"\n")[0] + b"\n"),
        of_logger("TotalAcceleration"),
    ),
    *(
        Remedy(SENSOR_LOGGER, "import the folder or zip", WHOLE_RECORDING, refused, zipped(of_logger(*whole)))
        for refused in (of_logger("Gyroscope"), of_logger("Gravity"), logger_attitude)
        for whole in (("TotalAcceleration", "Gyroscope"), ("Accelerometer", "Gravity", "Gyroscope"))
    ),
    Remedy(SENSORLOG, "write in it", "2024-03-12T22:15:00.000Z", of_sensorlog(_cells(0, "?")), of_sensorlog(_dated)),
    Remedy(SENSORLOG, "switch the accelerometer on", "app's settings", of_sensorlog(_silent), of_sensorlog()),
    Remedy(
        SHIMMER,
        "export a file for each",
        "a file for each",
        of_shimmer(lambda line: line.replace("40AC_Accel_WR", "40AD_Accel_WR"), twice=True),
        of_shimmer(),
    ),
    Remedy(
        SHIMMER, "export calibrated data", "calibrated", of_shimmer(lambda at: at.replace("CAL", "RAW")), of_shimmer()
    ),
)
