"""Delimited text with a time and three axes: CSV and its relatives, from any device or app, plain or gzip.

The last of the readers to be asked: it claims any table of numbers that no other format recognises. What the
columns are is decided in `columns`, how they are written in `dialect` and `timestamps`, in which unit they are
in `ingest.units`. Known here are two makers. The files of Axivity's OMGUI have no header, the accelerometer before
the gyroscope, and the wall clock of the computer that configured it even where the time is a number; the digits that
it prints tell them from other tables of Unix seconds, which are UTC. Those of
ActiGraph's CentrePoint are told by the names of their columns and their times: UTC, and often whole seconds, each as
many times as there are samples in it (GGIR issue 705); see `ties`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.errors import NoClockError, UnsupportedRecordingError
from ingest.input_file import stamp_of
from ingest.mapping import TableMapping
from ingest.recording import Decoded, Device, DeviceClock, Placement
from ingest.tables.columns import (
    Axes,
    TimeColumn,
    clock_base,
    find_axes,
    find_time,
    find_time_by_position,
    named_zone,
    offset_in_names,
)
from ingest.tables.dialect import Dialect, detect, is_number, split
from ingest.tables.mapped import mapped_axes, mapped_time
from ingest.tables.sensors import check_one_of_each, side_of_all
from ingest.tables.sheet import (
    Sheet,
    check_numbers,
    is_header_only,
    n_decimals,
    open_sheet,
    reading_of,
    rows_in,
    text_of,
)
from ingest.tables.table import Table, decode, naming
from ingest.tables.temperature import find_temperature
from ingest.tables.timestamps import Notation, TextTime, UnixTime
from ingest.units import G

#: OMGUI prints values with %f, as integers on demand, and seconds with %0.4f (cwa-convert, main.c).
_OMGUI_DECIMALS = 6
_OMGUI_SECONDS = re.compile(r"\d+\.\d{4}")
_OMGUI_VALUES = re.compile(r"-?\d+\.\d{6}"), re.compile(r"-?\d+")
_ON_THE_WALL = (
    "written as OMGUI exports it: its seconds were taken for the wall clock of the computer that set the sensor up;"
    " a first line time,x,y,z makes them UTC"
)
_CENTREPOINT = ("Timestamp", "X", "Y", "Z")
_CENTREPOINT_IN_FULL = ("Timestamp", "Accelerometer X", "Accelerometer Y", "Accelerometer Z")


@dataclass(frozen=True, slots=True)
class _Layout:
    """The roles of the columns."""

    time: TimeColumn
    axes: Axes
    decimals: int
    is_axivity: bool
    is_centrepoint: bool


def claims(head: bytes, path: Path) -> bool:
    """Whether the file is a table of numbers in text, plain or gzip; never by its suffix."""
    text = text_of(head, path)
    return detect(text) is not None or is_header_only(text)


def read(path: Path, mapping: TableMapping | None = None) -> Decoded:
    """Decode delimited text, by what a mapping says of its columns or by their names.

    Returns
    -------
    Decoded
        ``format`` is "axivity-csv", "csv-mapped" or "csv-generic". ``bad_blocks`` counts the lines that are no samples.

    Raises
    ------
    IngestError
        Unreadable, empty, no table, no accelerometer, no clock, no unit, or mostly damaged.
    """
    stamp_of(path)
    with naming(path):
        sheet = open_sheet(path)
        table = _table(_layout(sheet), sheet) if mapping is None else _mapped(mapping, sheet)
    decoded = decode(table, path)
    side = side_of_all(sheet.dialect.names, sheet.samples)
    return decoded if side == "unknown" else replace(decoded, placement=Placement("unknown", side))


def _mapped(mapping: TableMapping, sheet: Sheet) -> Table:
    names = sheet.dialect.names
    axes, time = mapped_axes(mapping, names), mapped_time(mapping, names, sheet.samples)
    check_numbers(sheet, axes.positions)
    check_one_of_each(names, sheet.samples, time, axes.positions)
    temperature, said = find_temperature(names, sheet.samples, taken=(*time.positions, *axes.positions))
    reading = reading_of(time, axes.positions, temperature)
    return Table(
        format="csv-mapped",
        clock=DeviceClock(clock_base(time.notation), zone=mapping.zone),
        unit=axes.unit,
        mapping=mapping.name,
        decimals=max(n_decimals(sheet.samples[i]) for i in axes.positions),
        row_word="line",
        rows=lambda: rows_in(sheet, reading),
        problems=(*sheet.source.problems, *said),
    )


def _table(layout: _Layout, sheet: Sheet) -> Table:
    taken = (*layout.time.positions, *layout.axes.positions)
    temperature, said = find_temperature(sheet.dialect.names, sheet.samples, taken=taken)
    reading = reading_of(layout.time, layout.axes.positions, temperature)
    name, device = _origin(layout, sheet.dialect)
    return Table(
        format=name,
        device=device,
        clock=_clock(layout, sheet.dialect),
        unit=layout.axes.unit,
        default_unit=G if layout.is_axivity and layout.decimals == _OMGUI_DECIMALS else None,
        decimals=layout.decimals,
        row_word="line",
        rows=lambda: rows_in(sheet, reading),
        problems=(*sheet.source.problems, *([layout.time.oddity] if layout.time.oddity else []), *said),
    )


def _origin(layout: _Layout, dialect: Dialect) -> tuple[str, Device]:
    """The name of the format, and the device as far as the layout tells it."""
    if layout.is_axivity:
        return "axivity-csv", Device("Axivity", "AX6" if dialect.n_columns >= 7 else "")
    return ("centrepoint-csv", Device("ActiGraph")) if layout.is_centrepoint else ("csv-generic", Device())


def _clock(layout: _Layout, dialect: Dialect) -> DeviceClock:
    base = clock_base(layout.time.notation)
    zone = named_zone(layout.time.notation)
    return DeviceClock(base, offset_in_names(dialect.names) if base == "utc" else None, zone)


def _layout(sheet: Sheet) -> _Layout:
    dialect, samples = sheet.dialect, sheet.samples
    if not dialect.names and dialect.n_columns < 4:
        raise NoClockError(
            f"{dialect.n_columns} columns without names: none is left for the time",
            hint="put a column with date and time before them, like 2024-03-12T22:15:00.000Z",
        )
    if dialect.names:
        axes = find_axes(dialect.names)
        time = find_time(dialect.names, samples)
        check_one_of_each(dialect.names, samples, time, axes.positions)
    else:
        _check_commas(sheet)
        time = find_time_by_position(samples)
        axes = _axes_by_position(len(time.positions))
    check_numbers(sheet, axes.positions)
    decimals = max(n_decimals(samples[i]) for i in axes.positions)
    is_axivity = _is_axivity(dialect, time, samples, decimals)
    if is_axivity and isinstance(time.notation, UnixTime):
        time = TimeColumn(time.positions, replace(time.notation, on_the_wall=True), _ON_THE_WALL)
    if not dialect.names and not is_axivity and dialect.n_columns != len(time.positions) + 3:
        raise UnsupportedRecordingError(
            f"{dialect.n_columns} columns without names: which three are the acceleration?",
            hint="add a first line that names them, like time,x,y,z,temperature",
        )
    return _Layout(time, axes, decimals, is_axivity, _is_centrepoint(dialect.names, time.notation, samples))


def _check_commas(sheet: Sheet) -> None:
    """Refuse a table in which decimal commas make more columns than there are names."""
    n_columns = sheet.dialect.n_columns
    above = sheet.source.read_at(0, sheet.dialect.data_start).decode("utf-8", errors="replace").rstrip().split("\n")[-1]
    n_names = len(split(above, ","))
    if sheet.dialect.separator == "," and 4 <= n_names < n_columns <= 2 * n_names:
        raise UnsupportedRecordingError(
            f"{n_names} names stand above {n_columns} columns: commas both separate the columns and mark decimals",
            hint="export it with decimal points, or with semicolons between the columns",
        )


def _axes_by_position(first: int) -> Axes:
    return Axes((first, first + 1, first + 2), None)


def _is_axivity(dialect: Dialect, time: TimeColumn, samples: Sequence[Sequence[str]], decimals: int) -> bool:
    """Whether OMGUI wrote it: commas, no line above the samples, and the digits that it prints."""
    if dialect.names or dialect.lines_before or dialect.separator != "," or time.positions != (0,):
        return False
    if isinstance(time.notation, UnixTime):
        return time.notation.unit == "s" and _are_omguis_digits(samples)
    omgui_clock = TextTime("%Y-%m-%d %H:%M:%S", padded=True, zone="none")
    return time.notation == omgui_clock and decimals == _OMGUI_DECIMALS


def _are_omguis_digits(samples: Sequence[Sequence[str]]) -> bool:
    """Whether seconds and values are printed as by OMGUI; what fits is its own, for what others count is UTC."""
    times = [value for value in samples[0] if is_number(value)]
    values = [value for column in samples[1:4] for value in column if is_number(value)]
    return all(map(_OMGUI_SECONDS.fullmatch, times)) and any(
        all(map(written.fullmatch, values)) for written in _OMGUI_VALUES
    )


def _is_centrepoint(names: tuple[str, ...], notation: Notation, samples: Sequence[Sequence[str]]) -> bool:
    """Whether CentrePoint wrote it. Many a program writes Timestamp,X,Y,Z, but not with seconds that repeat."""
    if not isinstance(notation, TextTime) or notation.zone != "utc":
        return False
    times = samples[0]
    ties = all("." not in text for text in times) and len(set(times)) < len(times)
    return names == _CENTREPOINT_IN_FULL or (names == _CENTREPOINT and ties)
