"""The CSV of Shimmer's Consensys: ``Shimmer_40AC_Accel_LN_X_CAL``... with a row of units below the names.

A Shimmer3 has two accelerometers, low-noise (LN, 2 g) and wide-range (WR, up to 16 g); where both were exported the
low-noise one is taken, because a sleeper's movements are small. Everything else is as in any table: its first
line may tell spreadsheets the separator, its times are UTC in milliseconds, the wall clock as text, or counted from
the start of the device; where several sensors were synchronised, the column that says so goes before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import UnsupportedRecordingError
from ingest.input_file import stamp_of
from ingest.quoting import listed
from ingest.recording import Decoded, Device, DeviceClock
from ingest.tables.columns import clock_base, find_axes, find_time
from ingest.tables.sheet import n_decimals, names_of, open_sheet, reading_of, rows_in
from ingest.tables.table import Table, decode, naming
from ingest.tables.temperature import find_temperature

_ACCELEROMETER = re.compile(r"(?P<device>.+)_Accel_(?P<kind>LN|WR)_X_(?:CAL|RAW)\b")
_TIME = re.compile(r".+_Timestamp(?P<synchronised>Sync)?(?:_\w+)?_(?:CAL|RAW)\b")


def claims(head: bytes, path: Path) -> bool:
    """Whether a column is called as Consensys calls them."""
    return any(map(_ACCELEROMETER.match, names_of(head, path, b"_accel_")))


def read(path: Path) -> Decoded:
    """Decode an export.

    Raises
    ------
    UnsupportedRecordingError
        Several sensors in one table, or raw values, whose scale stands elsewhere.
    IngestError
        See `ingest.tables.table.decode`.
    """
    stamp_of(path)
    with naming(path):
        sheet = open_sheet(path)
        device, kinds = _accelerometers(sheet.dialect.names)
        axes = find_axes(_only(sheet.dialect.names, f"{device}_Accel_{kinds[0]}_"))
        time = find_time(_timed(sheet.dialect.names), sheet.samples)
    # Its pressure sensor has a thermometer: Shimmer_XXXX_Temperature_BMP280_CAL, Degrees Celsius.
    calibrated = _only(sheet.dialect.names, f"{device}_Temperature_")
    temperature, said_of_it = find_temperature(calibrated, sheet.samples)
    reading = reading_of(time, axes.positions, temperature)
    said = ("it has two accelerometers: the low-noise one was taken",) if len(kinds) > 1 else ()
    table = Table(
        format="shimmer-csv",
        device=Device("Shimmer", "", device.removeprefix("Shimmer_")),
        clock=DeviceClock(clock_base(time.notation)),
        unit=axes.unit,
        decimals=max(n_decimals(sheet.samples[i]) for i in axes.positions),
        row_word="line",
        rows=lambda: rows_in(sheet, reading),
        problems=(*sheet.source.problems, *said, *said_of_it),
    )
    return decode(table, path)


def _accelerometers(names: Sequence[str]) -> tuple[str, list[str]]:
    """The device, and the kinds of its calibrated accelerometers, LN first."""
    found = [match for name in names if (match := _ACCELEROMETER.match(name))]
    devices = sorted({match["device"] for match in found})
    if len(devices) > 1:
        raise UnsupportedRecordingError(
            f"more than one sensor in one table: {listed(devices, 4, word=' and ', plain=True)}",
            hint="export a file for each of them",
        )
    kinds = sorted({match["kind"] for match in found if match[0].endswith("_CAL")})
    if not kinds:
        raise UnsupportedRecordingError("its acceleration is not calibrated", hint="export calibrated data")
    return devices[0], kinds


def _timed(names: Sequence[str]) -> list[str]:
    """Only the columns of time by their names, and of these the synchronised ones if there are any."""
    found = {name: match for name in names if (match := _TIME.match(name))}
    wanted = [name for name, match in found.items() if match["synchronised"]] or list(found)
    return [name if name in wanted else "" for name in names]


def _only(names: Sequence[str], start: str) -> list[str]:
    """The names that start so and are calibrated, the others blank."""
    return [name if name.startswith(start) and "_CAL" in name else "" for name in names]
