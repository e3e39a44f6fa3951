"""The text files of Polar Sensor Logger: ``Phone timestamp;sensor timestamp [ns];X [mg];Y [mg];Z [mg]``.

The app and those that copy its layout write one file a sensor. The telephone's stamp is its wall clock when a
bunch of samples arrived; the sensor's counts nanoseconds since 2000 ("Timestamp format is nanoseconds and the
epoch is 1.1.2000", says the app's page), from a date that the sensor loses when it is taken off the strap. So the
sensor spaces the samples and the telephone dates them. Newer versions have a column of milliseconds more.

The magnetometer's file names its unit G as well, for gauss: only here is it known that this is no acceleration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ingest.errors import UnsupportedRecordingError
from ingest.input_file import stamp_of
from ingest.quoting import listed
from ingest.recording import Decoded, Device, DeviceClock
from ingest.tables.columns import TimeColumn, clock_base
from ingest.tables.counter import decode_by_counter
from ingest.tables.sheet import Sheet, column, names_of, open_sheet, reading_of, rows_in
from ingest.tables.table import Table, decode, naming
from ingest.tables.timestamps import ElapsedTime, elapsed_us, recognise
from ingest.units import MG

_PHONE = "phone timestamp"
_SENSOR = "sensor timestamp [ns]"
_LOGGER = "telephone"
_AXES = ("x [mg]", "y [mg]", "z [mg]")


def claims(head: bytes, path: Path) -> bool:
    """Whether the header is the app's, for whichever sensor."""
    return {_PHONE, _SENSOR}.issubset(_folded(names_of(head, path, _SENSOR.encode())))


def read(path: Path) -> Decoded:
    """Decode the file of an accelerometer.

    Where the telephone's column holds no dates, as in some copies of the layout, the clock is relative.

    Raises
    ------
    IngestError
        Another sensor's file; else see `ingest.tables.table.decode`.
    """
    stamp_of(path)
    with naming(path):
        table = _table(open_sheet(path))
    return decode(table, path) if table.clock.base == "relative" else decode_by_counter(table, path, logged_by=_LOGGER)


def _table(sheet: Sheet) -> Table:
    names = _folded(sheet.dialect.names)
    phone, sensor = names.index(_PHONE), names.index(_SENSOR)
    dated = recognise(sheet.samples[phone])
    if dated is None:
        reading = reading_of(TimeColumn((sensor,), ElapsedTime("ns")), _axes(names))
    else:
        reading = reading_of(TimeColumn((phone,), dated), _axes(names))
        reading = replace(reading, as_text=(phone, sensor), counter_us=elapsed_us(column(sensor), "ns"))
    return Table(
        format="polar-csv",
        device=Device("Polar"),
        clock=DeviceClock(clock_base(dated) if dated else "relative"),
        unit=MG,
        decimals=0,
        row_word="line",
        rows=lambda: rows_in(sheet, reading),
        problems=sheet.source.problems,
    )


def _axes(names: Sequence[str]) -> tuple[int, int, int]:
    if not set(_AXES).issubset(names):
        raise UnsupportedRecordingError(
            f"not the accelerometer's file of the logger: its columns are {listed(names, plain=True)}",
            hint="import the file whose name ends in ACC.txt",
        )
    x, y, z = map(names.index, _AXES)
    return x, y, z


def _folded(names: Sequence[str]) -> list[str]:
    return [name.strip().lower() for name in names]
