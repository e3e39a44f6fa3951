"""Files as the loggers of telephones, watches and small sensors write them, from milli-g at given times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.ingest.table_files import iso

SENSORLOG_RAW = tuple(f"accelerometerAcceleration{axis}(G)" for axis in "XYZ")
SENSORLOG_USER = tuple(f"motionUserAcceleration{axis}(G)" for axis in "XYZ")
SENSORLOG_GRAVITY = tuple(f"motionGravity{axis}(G)" for axis in "XYZ")
#: 2019-01-01, to which an H10 falls back, in nanoseconds since 2000.
POLAR_START_NS = 599_616_000_000_000_000

Stamps = NDArray[np.int64]
Milligravities = NDArray[np.int64]


def sensorlog(
    time_us: Stamps, mg: Milligravities, *, raw: bool = True, motion: bool = True, counter_us: Stamps | None = None
) -> list[list[str]]:
    """Rows of a SensorLog file, the header first, in +01:00; a fifth of the whole is without gravity."""
    counters = time_us - time_us[0] + 62_608_000_000 if counter_us is None else counter_us
    seconds = [f"{us / 1e6:.6f}" for us in counters.tolist()]
    header = ["loggingTime(txt)", "loggingSample(N)", "locationTimestamp_since1970(s)"]
    columns = [
        [stamp.replace("T", " ").replace("+0100", " +0100") for stamp in iso(time_us + 3_600_000_000, "+0100")],
        [str(i) for i in range(len(time_us))],
        ["null"] * len(time_us),
    ]
    if raw:
        header += ["accelerometerTimestamp_sinceReboot(s)", *SENSORLOG_RAW]
        columns += [seconds, *(_decimals(mg[:, i] / 1000) for i in range(3))]
    if motion:
        header += ["motionTimestamp_sinceReboot(s)", *SENSORLOG_USER, *SENSORLOG_GRAVITY]
        user = np.rint(mg / 5).astype(np.int64)
        columns += [seconds, *(_decimals(part[:, i] / 1000) for part in (user, mg - user) for i in range(3))]
    return [[*header, "label(N)"], *([*row, "0"] for row in zip(*columns, strict=True))]


def polar(time_us: Stamps, mg: Milligravities, *, counter_ns: Stamps | None = None) -> list[list[str]]:
    """Rows of a Polar Sensor Logger file, the header first."""
    counters = POLAR_START_NS + (time_us - time_us[0]) * 1000 if counter_ns is None else counter_ns
    header = ["Phone timestamp", "sensor timestamp [ns]", "X [mg]", "Y [mg]", "Z [mg]"]
    rows = zip(iso(time_us, ""), counters.tolist(), mg.tolist(), strict=True)
    return [header, *([stamp, str(ns), *map(str, xyz)] for stamp, ns, xyz in rows)]


def bangle(elapsed_us: Stamps, counts: Milligravities, *, total: bool) -> list[list[str]]:
    """Rows of Bangle.js' Acceleration Logger, the header first."""
    header = ["Time (ms)", "X", "Y", "Z", *(["Total"] if total else [])]
    norms = np.rint(np.linalg.norm(counts, axis=1)).astype(int)
    rows = zip(elapsed_us.tolist(), counts.tolist(), norms.tolist(), strict=True)
    return [header, *([str(us // 1000), *map(str, xyz), *([str(norm)] if total else [])] for us, xyz, norm in rows)]


def shimmer(time: list[str], unit: str, mg: Milligravities, *, stamp: str, kinds: tuple[str, ...]) -> list[list[str]]:
    """Rows of a Consensys export, names and units first; every accelerometer after the first measures twice as much."""
    names, units, columns = [f"Shimmer_40AC_{stamp}_CAL"], [unit], [time]
    for place, kind in enumerate(kinds):
        names += [f"Shimmer_40AC_{kind}_{axis}_CAL" for axis in "XYZ"]
        units += ["m/(s^2)"] * 3
        columns += [_decimals(mg[:, i] * 0.00980665 * (place + 1)) for i in range(3)]
    return [[*names, ""], [*units, ""], *([*row, ""] for row in zip(*columns, strict=True))]


def text(rows: list[list[str]], separator: str = ",", newline: str = "\n", *, comma: bool = False) -> str:
    """The rows as a file; with decimal commas below the header if asked."""
    lines = [separator.join(row) for row in rows]
    if comma:
        lines = [lines[0], *(line.replace(".", ",") for line in lines[1:])]
    return newline.join([*lines, ""])


def _decimals(values: NDArray[np.floating]) -> list[str]:
    return [f"{value:.6f}" for value in values.tolist()]
