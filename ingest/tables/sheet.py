"""A delimited text file opened: its layout, some of its values, and its lines as samples, stretch by stretch.

Formats whose columns have to be found out go through here; what they mean is said by a `Reading`, and that is all
that these formats differ in. `known` serves those whose columns are known, and `walk` both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnknownFormatError
from ingest.quoting import quoted
from ingest.tables.columns import TimeColumn, find_axes, tells_time
from ingest.tables.dialect import HEAD_BYTES, Dialect, detect, header_rows, is_number, is_text, rows_by_separator
from ingest.tables.lines import Lines, columns, rectangle
from ingest.tables.survey import Rows
from ingest.tables.temperature import TemperatureColumn
from ingest.tables.textfile import (
    GZIP_MAGIC,
    UTF16_MARKS,
    Source,
    open_source,
    peek,
)
from ingest.tables.timestamps import offset_s, time_us
from ingest.tables.walk import Above, walked

#: Where the sample for all decisions is taken: so many places, evenly over the file.
_PLACES = 8
_PLACE_BYTES = 8 << 10
#: No row of a sensor is so long; a file without the ends of lines is one.
_LONGEST_LINE = HEAD_BYTES // 2
_DECIMALS = re.compile(r"[+-]?\d*\.?(\d*)([eE][+-]?\d+)?", re.ASCII)
_PLAIN_NUMBERS = "export it with a plain number under each of x, y and z, like -0.0312"
_BEGUN_NUMBER = re.compile(r"[+\u2212-]?[.,]?\d", re.ASCII)
#: An exponent says nothing of how many digits count.
_MANY = 15


@dataclass(frozen=True, slots=True)
class Sheet:
    """An open file, how it is laid out, and for every column the texts of some lines from all over it."""

    source: Source
    dialect: Dialect
    samples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a line becomes a sample: expressions over its columns, which are called ``c0``, ``c1``...

    Attributes
    ----------
    as_text, as_numbers : tuple of int
        The columns that the expressions use.
    time_us, xyz, offset_s
        As `ingest.tables.table.rows_of` takes them.
    counter_us : expression or None
        A clock of the sensor beside that of the file, see `ingest.tables.counter`.
    celsius : expression or None
        Its temperature.
    """

    as_text: tuple[int, ...]
    as_numbers: tuple[int, ...]
    time_us: pl.Expr
    xyz: tuple[pl.Expr, pl.Expr, pl.Expr]
    offset_s: pl.Expr | None = None
    counter_us: pl.Expr | None = None
    celsius: pl.Expr | None = None


def column(position: int) -> pl.Expr:
    """The column at a position, from 0."""
    return pl.col(f"c{position}")


def reading_of(time: TimeColumn, axes: tuple[int, int, int], temperature: TemperatureColumn | None = None) -> Reading:
    """Describe how to read the time, three columns of numbers, and the temperature where there is one.

    Parameters
    ----------
    axes : tuple of 3 int
        Positions of x, y and z, from 0.
    """
    moment = pl.concat_str([column(i) for i in time.positions], separator=" ")
    x, y, z = map(column, axes)
    return Reading(
        as_text=time.positions,
        as_numbers=axes if temperature is None else (*axes, temperature.position),
        time_us=time_us(moment, time.notation),
        xyz=(x, y, z),
        offset_s=offset_s(moment, time.notation),
        celsius=temperature.celsius(column(temperature.position)) if temperature else None,
    )


def names_of(head: bytes, path: Path, mark: bytes = b"") -> tuple[str, ...]:
    """The column names of a text table; empty where there are none, or where the file is no such table.

    Parameters
    ----------
    mark : bytes
        What its beginning holds in small letters, for a look that is quicker than finding the layout.
    """
    text = text_of(head, path)
    dialect = detect(text) if text and mark in text.lower() else None
    return dialect.names if dialect else ()


def text_of(head: bytes, path: Path) -> bytes:
    """The beginning of a text file, plain or gzip; empty where it is none.

    Parameters
    ----------
    head : bytes
        The start of the file as it lies on disk.
    """
    if not head.startswith((GZIP_MAGIC, *UTF16_MARKS)) and not is_text(head):
        return b""
    try:
        return peek(path, HEAD_BYTES)
    except (OSError, IngestError):
        return b""


def open_sheet(path: Path) -> Sheet:
    """Open a text table.

    Raises
    ------
    EmptyFileError
        A header and no line below it.
    DamagedRecordingError
        A header, and below it no numbers where the axes are.
    UnknownFormatError
        No table of numbers.
    OSError
        See `ingest.tables.textfile.open_source`; it may raise a DamagedRecordingError, too.
    """
    source = open_source(path)
    text = source.read_at(0, HEAD_BYTES)
    dialect = detect(text)
    if dialect is None:
        raise _no_table(text, source.size)
    return Sheet(source, dialect, _samples(dialect, source))


def rows_in(sheet: Sheet, reading: Reading) -> Iterator[Rows]:
    """Every line as a sample, a stretch at a time; what is none is counted."""
    x, y, z = reading.xyz
    wanted = {"time_us": reading.time_us, "offset_s": reading.offset_s, "counter_us": reading.counter_us}
    wanted["celsius"] = reading.celsius
    given = {name: expression for name, expression in wanted.items() if expression is not None}

    def built(lines: Lines, _above: Above) -> pl.DataFrame:
        table = columns(lines, sheet.dialect, as_text=reading.as_text, as_numbers=reading.as_numbers)
        return table.select(x=x, y=y, z=z, **given)

    return walked(sheet.source, sheet.dialect, built)


def check_numbers(sheet: Sheet, axes: Sequence[int]) -> None:
    """Refuse a table of which an axis holds no number at all, as far as the samples show it.

    Raises
    ------
    DamagedRecordingError
    """
    for position in axes:
        values = sheet.samples[position]
        if values and not any(map(is_number, values)):
            name = sheet.dialect.names[position] if sheet.dialect.names else f"number {position + 1}"
            raise _not_numbers(name, values)


def n_decimals(values: Sequence[str]) -> int:
    """Most digits after the point among the numbers of a column."""
    found = [match for value in values if (match := _DECIMALS.fullmatch(value))]
    return max((_MANY if match.group(2) else len(match.group(1)) for match in found), default=0)


def is_header_only(text: bytes) -> bool:
    """Whether a text without samples has a line that names a time and three axes."""
    return any(map(_is_header, header_rows(text)))


def _is_header(row: Sequence[str]) -> bool:
    return any(map(tells_time, row)) and _names_axes(row)


def _samples(dialect: Dialect, source: Source) -> tuple[tuple[str, ...], ...]:
    length = source.size - dialect.data_start
    # Of a small file all is seen, once: rows that come twice look like those of two sensors.
    n_places, n_bytes = (1, length) if length <= _PLACES * _PLACE_BYTES else (_PLACES, _PLACE_BYTES)
    starts = [dialect.data_start + length * place // n_places for place in range(n_places)]
    pieces = [_whole_lines(source.read_at(start, n_bytes), first=i == 0) for i, start in enumerate(starts)]
    lines = rectangle(b"\n".join(pieces), dialect)
    table = columns(lines, dialect, as_text=range(dialect.n_columns), as_numbers=())
    return tuple(tuple(values.fill_null("").to_list()) for values in table.get_columns())


def _whole_lines(piece: bytes, *, first: bool) -> bytes:
    if b"\n" not in piece:
        return piece if first else b""
    start = 0 if first else piece.index(b"\n") + 1
    return piece[start : piece.rindex(b"\n")]


def _names_axes(row: Sequence[str]) -> bool:
    try:
        find_axes(row)
    except IngestError:
        return False
    return True


def _no_table(text: bytes, size: int) -> IngestError:
    """Why a file of ``size`` bytes that begins so holds no samples that could be found."""
    if not is_header_only(text):
        return UnknownFormatError("no table of numbers", hint="export the recording as CSV with time, x, y, z")
    if size > len(text) and len(text) - text.rfind(b"\n") > _LONGEST_LINE:
        return DamagedRecordingError(
            f"it holds {size:,} bytes, and a line without an end among them", hint="export it again, one sample a line"
        )
    for rows in rows_by_separator(text):
        header = next((i for i, row in enumerate(rows) if _is_header(row)), None)
        # No field of a line of units begins with a digit: m/s^2.
        below = rows[header + 1 :] if header is not None else []
        written = [row for row in below if any(map(_BEGUN_NUMBER.match, row))]
        if header is not None and written:
            return _no_numbers(rows[header], written)
    return EmptyFileError("a header without a single sample", hint="copy it from the device again")


def _no_numbers(names: Sequence[str], rows: Sequence[Sequence[str]]) -> DamagedRecordingError:
    """Says which axis it is that holds no numbers: the one with the fewest."""
    fitting = [row for row in rows if len(row) == len(names)]
    if not fitting:
        return DamagedRecordingError(f"{len(names)} names stand above {len(rows[0])} columns", hint=_PLAIN_NUMBERS)
    worst = min(find_axes(names).positions, key=lambda i: sum(is_number(row[i]) for row in fitting))
    return _not_numbers(names[worst], [row[worst] for row in fitting])


def _not_numbers(name: str, values: Sequence[str]) -> DamagedRecordingError:
    held = next((value for value in values if not is_number(value)), "")
    what = quoted(held) if held else "nothing"
    return DamagedRecordingError(
        f"the column {quoted(name)} should hold numbers, but holds {what}", hint=_PLAIN_NUMBERS
    )
