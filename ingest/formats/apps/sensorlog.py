"""The CSV of SensorLog on iPhone and Apple Watch: ``loggingTime(txt)``, ``accelerometerAccelerationX(G)``...

A line is written at the logging rate with whatever each sensor measured last, so a slower sensor repeats itself and
a faster one is thinned. Each sensor's stamp counts from the start of the device; that spaces the samples, and
``loggingTime`` dates them. Acceleration is in g with gravity; ``motionUserAcceleration`` is without, and with
``motionGravity`` makes up the whole (Apple, CMDeviceMotion: "equal to gravity plus the acceleration the user
imparts"), which is all that there is where only device motion was logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.errors import NoClockError, UnsupportedRecordingError
from ingest.input_file import stamp_of
from ingest.quoting import quoted
from ingest.recording import Decoded, Device, DeviceClock
from ingest.tables.columns import TimeColumn, clock_base
from ingest.tables.counter import decode_by_counter
from ingest.tables.sheet import Reading, Sheet, column, n_decimals, names_of, open_sheet, reading_of, rows_in
from ingest.tables.table import Table, decode, naming
from ingest.tables.timestamps import elapsed, elapsed_us, recognise
from ingest.units import G, gravity_removed

_LOGGED = "loggingTime(txt)"
_RAW = tuple(f"accelerometerAcceleration{axis}(G)" for axis in "XYZ")
_RAW_COUNTER = "accelerometerTimestamp_sinceReboot(s)"
_USER = tuple(f"motionUserAcceleration{axis}(G)" for axis in "XYZ")
_GRAVITY = tuple(f"motionGravity{axis}(G)" for axis in "XYZ")
_MOTION_COUNTER = "motionTimestamp_sinceReboot(s)"


def claims(head: bytes, path: Path) -> bool:
    """Whether the header is the app's and names any acceleration."""
    names = set(names_of(head, path, _LOGGED.lower().encode()))
    return _LOGGED in names and (names.issuperset(_RAW) or names.issuperset(_USER))


def read(path: Path) -> Decoded:
    """Decode a log with acceleration.

    Raises
    ------
    UnsupportedRecordingError
        Only acceleration without gravity was logged.
    IngestError
        See `ingest.tables.table.decode`.
    """
    stamp_of(path)
    with naming(path):
        sheet = open_sheet(path)
        time = _logged(sheet)
        axes, counter = _sensor(sheet)
        reading = _reading(time, axes, _counter(sheet, counter))
    table = Table(
        format="sensorlog-csv",
        device=Device("Apple"),
        clock=DeviceClock(clock_base(time.notation)),
        unit=G,
        decimals=max(n_decimals(sheet.samples[i]) for part in axes for i in part),
        row_word="line",
        rows=lambda: rows_in(sheet, reading),
        problems=sheet.source.problems,
    )
    return decode(table, path) if reading.counter_us is None else decode_by_counter(table, path, logged_by="app")


def _logged(sheet: Sheet) -> TimeColumn:
    position = sheet.dialect.names.index(_LOGGED)
    notation = recognise(sheet.samples[position])
    if notation is None:
        raise NoClockError(
            f"the column {quoted(_LOGGED)} is no date and time",
            hint="write in it times with their dates, like 2024-03-12T22:15:00.000Z",
        )
    return TimeColumn((position,), notation)


def _sensor(sheet: Sheet) -> tuple[tuple[tuple[int, int, int], ...], str]:
    """The columns of which each sample is the sum, and the name of their counter."""
    raw, user, gravity = (_positions(sheet, names) for names in (_RAW, _USER, _GRAVITY))
    if raw:
        return (raw,), _RAW_COUNTER
    if user and gravity:
        return (user, gravity), _MOTION_COUNTER
    if user:
        raise gravity_removed("it holds motionUserAcceleration alone")
    raise UnsupportedRecordingError(
        "its columns of acceleration are empty", hint="switch the accelerometer on in the app's settings"
    )


def _positions(sheet: Sheet, names: Sequence[str]) -> tuple[int, int, int] | None:
    """Where these columns are, if they are there and hold numbers."""
    if not set(names).issubset(sheet.dialect.names):
        return None
    x, y, z = map(sheet.dialect.names.index, names)
    return (x, y, z) if any(value.strip("+-")[:1].isdigit() for value in sheet.samples[x]) else None


def _counter(sheet: Sheet, name: str) -> int | None:
    """Where the sensor's counter is, if it was logged and counts."""
    position = sheet.dialect.names.index(name) if name in sheet.dialect.names else None
    return position if position is not None and elapsed(sheet.samples[position], "s") else None


def _reading(time: TimeColumn, axes: Sequence[tuple[int, int, int]], counter: int | None) -> Reading:
    reading = reading_of(time, axes[0])
    if len(axes) > 1:
        x, y, z = (column(user) + column(gravity) for user, gravity in zip(*axes, strict=True))
        reading = replace(reading, as_numbers=(*axes[0], *axes[1]), xyz=(x, y, z))
    if counter is not None:
        reading = replace(reading, as_text=(*time.positions, counter), counter_us=elapsed_us(column(counter), "s"))
    return reading
