"""Delimited text with a time and three axes: CSV and its relatives, from any device or app, plain or gzip.

The last of the readers to be asked: it claims any table of numbers that no other format recognises. What the
columns are is decided in `columns`, how they are written in `dialect` and `timestamps`, in which unit they are
in `ingest.units`. Known here are two makers. The files of Axivity's OMGUI have no header, the accelerometer before
the gyroscope, and the wall clock of the computer that configured it even where the time is a number. Those of
ActiGraph's CentrePoint are told by the names of their columns and their times: UTC, and often whole seconds, each as
many times as there are samples in it (GGIR issue 705); see `ties`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.errors import EmptyFileError, IngestError, NoClockError, UnknownFormatError, UnsupportedRecordingError
from ingest.formats.delimited.columns import (
    WRITE_A_CLOCK,
    Axes,
    TimeColumn,
    find_axes,
    find_time,
    find_time_by_position,
    is_local,
    offset_in_names,
    tells_time,
)
from ingest.formats.delimited.dialect import HEAD_BYTES, Dialect, detect, header_rows, is_text
from ingest.formats.delimited.lines import columns, rectangle
from ingest.formats.delimited.survey import Rows
from ingest.formats.delimited.table import Table, decode, naming, rows_among
from ingest.formats.delimited.textfile import GZIP_MAGIC, Source, Stretch, cut, lines_of, open_source, peek
from ingest.formats.delimited.timestamps import Notation, TextTime, UnixTime, offset_s, time_us
from ingest.recording import Decoded, Device, DeviceClock
from ingest.source import stamp_of
from ingest.units import G

#: What is parsed in one go: some 400 000 lines.
STRETCH_BYTES = 16 << 20
#: Where the sample for all decisions is taken: so many places, evenly over the file.
_PLACES = 8
_PLACE_BYTES = 8 << 10
#: OMGUI prints values with %f.
_OMGUI_DECIMALS = 6
_DECIMALS = re.compile(r"[+-]?\d*\.?(\d*)([eE][+-]?\d+)?", re.ASCII)
_CENTREPOINT = ("Timestamp", "X", "Y", "Z")
_CENTREPOINT_IN_FULL = ("Timestamp", "Accelerometer X", "Accelerometer Y", "Accelerometer Z")
#: An exponent says nothing of how many digits count.
_MANY = 15


@dataclass(frozen=True, slots=True)
class _Layout:
    """A dialect with the roles of its columns."""

    dialect: Dialect
    time: TimeColumn
    axes: Axes
    decimals: int | None
    is_axivity: bool
    is_centrepoint: bool


def claims(head: bytes, path: Path) -> bool:
    """Whether the file is a table of numbers in text, plain or gzip; never by its suffix."""
    if not head.startswith(GZIP_MAGIC) and not is_text(head):
        return False
    try:
        text = peek(path, HEAD_BYTES)
    except (OSError, IngestError):
        return False
    return detect(text) is not None or _is_header_only(text)


def read(path: Path) -> Decoded:
    """Decode delimited text.

    Returns
    -------
    Decoded
        ``format`` is "axivity-csv" or "csv-generic". ``bad_blocks`` counts the lines that are no samples.

    Raises
    ------
    IngestError
        Unreadable, empty, no table, no accelerometer, no clock, no unit, or mostly damaged.
    """
    stamp_of(path)
    with naming(path):
        source = open_source(path)
        text = source.read_at(0, HEAD_BYTES)
        dialect = detect(text)
        if dialect is None:
            raise _no_table(text)
        layout = _layout(dialect, source)
        table = _table(layout, source)
    return decode(table, path)


def _table(layout: _Layout, source: Source) -> Table:
    dialect = layout.dialect
    stretches = cut(source, dialect.data_start, STRETCH_BYTES)
    local = layout.is_axivity or is_local(layout.time.notation)

    def rows() -> Iterator[Rows]:
        lines_before = dialect.lines_before
        for stretch in stretches:
            parsed, n_lines = _parse(source, stretch, layout, lines_before)
            yield parsed
            lines_before += n_lines

    name, device = _origin(layout)
    return Table(
        format=name,
        device=device,
        clock=DeviceClock("local" if local else "utc", None if local else offset_in_names(dialect.names)),
        unit=layout.axes.unit,
        default_unit=G if layout.is_axivity and layout.decimals == _OMGUI_DECIMALS else None,
        decimals=layout.decimals,
        row_word="line",
        rows=rows,
        problems=source.problems,
    )


def _origin(layout: _Layout) -> tuple[str, Device]:
    """The name of the format, and the device as far as the layout tells it."""
    if layout.is_axivity:
        return "axivity-csv", Device("Axivity", "AX6" if layout.dialect.n_columns >= 7 else "")
    return ("centrepoint-csv", Device("ActiGraph")) if layout.is_centrepoint else ("csv-generic", Device())


def _parse(source: Source, stretch: Stretch, layout: _Layout, lines_before: int) -> tuple[Rows, int]:
    """The samples of a stretch, and how many lines it has."""
    data, n_overlong = lines_of(source, stretch, STRETCH_BYTES)
    lines = rectangle(data, layout.dialect)
    table = columns(lines, layout.dialect, as_text=layout.time.positions, as_numbers=layout.axes.positions)
    moment = pl.concat_str([pl.col(f"c{i}") for i in layout.time.positions], separator=" ")
    notation = layout.time.notation
    x, y, z = (pl.col(f"c{i}") for i in layout.axes.positions)
    table = table.select(time_us=time_us(moment, notation), offset_s=offset_s(moment, notation), x=x, y=y, z=z)
    return rows_among(lines, table, n_overlong, lines_before), lines.n_lines + n_overlong


def _layout(dialect: Dialect, source: Source) -> _Layout:
    samples = _samples(dialect, source)
    if not dialect.names and dialect.n_columns < 4:
        raise NoClockError(f"{dialect.n_columns} columns without names: none is left for the time", hint=WRITE_A_CLOCK)
    if dialect.names:
        axes = find_axes(dialect.names)
        time = find_time(dialect.names, samples)
    else:
        time = find_time_by_position(samples)
        axes = _axes_by_position(len(time.positions))
    decimals = max((_n_decimals(samples[i]) for i in axes.positions), default=0)
    is_axivity = _is_axivity(dialect, time, samples, decimals)
    if not dialect.names and not is_axivity and dialect.n_columns != len(time.positions) + 3:
        raise UnsupportedRecordingError(
            f"{dialect.n_columns} columns without names: which three are the acceleration?",
            hint="add a first line that names them, like time,x,y,z,temperature",
        )
    return _Layout(dialect, time, axes, decimals, is_axivity, _is_centrepoint(dialect.names, time.notation, samples))


def _axes_by_position(first: int) -> Axes:
    return Axes((first, first + 1, first + 2), None)


def _is_axivity(dialect: Dialect, time: TimeColumn, samples: Sequence[Sequence[str]], decimals: int) -> bool:
    """Whether OMGUI wrote it: commas, no line above the samples, seconds with a fraction or a blank inside."""
    if dialect.names or dialect.lines_before or dialect.separator != "," or time.positions != (0,):
        return False
    if isinstance(time.notation, UnixTime):
        return time.notation.unit == "s" and _n_decimals(samples[0]) > 0
    omgui_clock = TextTime("%Y-%m-%d %H:%M:%S", padded=True, zone="none")
    return time.notation == omgui_clock and decimals == _OMGUI_DECIMALS


def _is_centrepoint(names: tuple[str, ...], notation: Notation, samples: Sequence[Sequence[str]]) -> bool:
    """Whether CentrePoint wrote it. Many a program writes Timestamp,X,Y,Z, but not with seconds that repeat."""
    if not isinstance(notation, TextTime) or notation.zone != "utc":
        return False
    times = samples[0]
    ties = all("." not in text for text in times) and len(set(times)) < len(times)
    return names == _CENTREPOINT_IN_FULL or (names == _CENTREPOINT and ties)


def _n_decimals(values: Sequence[str]) -> int:
    """Most digits after the point among the numbers."""
    found = [match for value in values if (match := _DECIMALS.fullmatch(value))]
    return max((_MANY if match.group(2) else len(match.group(1)) for match in found), default=0)


def _samples(dialect: Dialect, source: Source) -> list[list[str]]:
    """For every column, the texts of some complete lines from all over the file."""
    length = source.size - dialect.data_start
    starts = [dialect.data_start + length * place // _PLACES for place in range(_PLACES)]
    pieces = [_whole_lines(source.read_at(start, _PLACE_BYTES), first=i == 0) for i, start in enumerate(starts)]
    positions = range(dialect.n_columns)
    lines = rectangle(b"\n".join(pieces), dialect)
    table = columns(lines, dialect, as_text=positions, as_numbers=())
    return [column.fill_null("").to_list() for column in table.get_columns()]


def _whole_lines(piece: bytes, *, first: bool) -> bytes:
    if b"\n" not in piece:
        return piece if first else b""
    start = 0 if first else piece.index(b"\n") + 1
    return piece[start : piece.rindex(b"\n")]


def _is_header_only(text: bytes) -> bool:
    return any(any(map(tells_time, row)) and _names_axes(row) for row in header_rows(text))


def _names_axes(row: Sequence[str]) -> bool:
    try:
        find_axes(row)
    except IngestError:
        return False
    return True


def _no_table(text: bytes) -> IngestError:
    if _is_header_only(text):
        return EmptyFileError("a header without a single sample", hint="copy it from the device again")
    return UnknownFormatError("no table of numbers", hint="export the recording as CSV with time, x, y, z")
