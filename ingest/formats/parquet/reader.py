"""Parquet with a time and three axes, as other programs write it.

The same rules as for delimited text decide about its columns; only times can be typed here, and then nothing
about them is guessed: with a zone they are UTC, without one a wall clock. Read in slices of rows, so that a
month needs no more memory than a night.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from ingest.archives.own_files import refuse_samples
from ingest.errors import EmptyFileError, IngestError, NoClockError, UnsupportedRecordingError
from ingest.formats.parquet.pages import check_pages, check_rows
from ingest.input_file import stamp_of
from ingest.mapping import TableMapping
from ingest.quoting import quoted
from ingest.recording import Decoded, DeviceClock
from ingest.tables.columns import (
    Axes,
    TimeColumn,
    clock_base,
    find_axes,
    find_time,
    tells_time,
)
from ingest.tables.dialect import MOST_COLUMNS
from ingest.tables.mapped import mapped_axes, mapped_time
from ingest.tables.sensors import check_one_of_each
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming, rows_of
from ingest.tables.temperature import find_temperature
from ingest.tables.timestamps import offset_s, time_us

MAGIC = b"PAR1"
_SLICE_ROWS, _LONGEST_SLICE_ROWS = 500_000, 4_000_000
#: Sensor noise packs no better; of a file with more rows than that, long slices would take more memory than it may.
_FEWEST_BYTES_PER_ROW = 8
_SAMPLE_ROWS = 500
_PLACES = 4
#: No moment is as long, and a dictionary makes any number of long texts of one.
_LONGEST_TEXT = 100
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "GMT", "Z", "+00:00"})


@dataclass(frozen=True, slots=True)
class _Layout:
    """Expressions for time and offset, the clock that they are of, the axes by name, and the temperature.

    ``said`` is what has to be said about the latter.
    """

    time_us: pl.Expr
    offset_s: pl.Expr
    clock: DeviceClock
    names: tuple[str, str, str]
    axes: Axes
    celsius: pl.Expr | None = None
    said: tuple[str, ...] = ()


def claims(head: bytes, path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    return head.startswith(MAGIC)


def names_in(path: Path) -> tuple[str, ...]:
    """The column names of a Parquet file; none where it cannot be read, which `read` explains."""
    try:
        check_pages(path)
        return tuple(_scan(path).collect_schema())
    except (IngestError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return ()


def read(path: Path, mapping: TableMapping | None = None) -> Decoded:
    """Decode a Parquet table, by what a mapping says of its columns or by their names.

    ``bad_blocks`` counts rows without a time or with a missing value.

    Raises
    ------
    IngestError
        Unreadable, empty, corrupt, no accelerometer, no clock, or no unit.
    """
    size = stamp_of(path).size
    with naming(path):
        slice_rows = _slice_rows(check_pages(path), size)
        refuse_samples(pl.read_parquet_metadata(path))
        scan = _scan(path)
        schema = scan.collect_schema()
        n_rows = int(scan.select(pl.len()).collect().item())
        check_rows(n_rows, size)
        if n_rows == 0:
            raise EmptyFileError("a table without a single row", hint="export the recording again")
        layout = _layout(scan, schema, n_rows, mapping)

    def rows() -> Iterator[Rows]:
        for start in range(0, n_rows, slice_rows):
            yield _slice(scan, layout, start, slice_rows)

    table = Table(
        format="parquet" if mapping is None else "parquet-mapped",
        clock=layout.clock,
        unit=layout.axes.unit,
        mapping=mapping.name if mapping else None,
        decimals=None,
        row_word="row",
        rows=rows,
        problems=layout.said,
    )
    return decode(table, path)


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _slice_rows(page_rows: int, file_bytes: int) -> int:
    """How many rows are read in one go: as many as a page has, for every slice unpacks the whole of its pages."""
    return max(_SLICE_ROWS, min(page_rows, _LONGEST_SLICE_ROWS, file_bytes // _FEWEST_BYTES_PER_ROW))


def _slice(scan: pl.LazyFrame, layout: _Layout, start: int, n_rows: int) -> Rows:
    x, y, z = (pl.col(name).cast(pl.Float64, strict=False) for name in layout.names)
    wanted = {"time_us": layout.time_us, "offset_s": layout.offset_s, "x": x, "y": y, "z": z}
    if layout.celsius is not None:
        wanted["celsius"] = layout.celsius
    table = scan.slice(start, n_rows).select(**wanted).collect()
    rows, good = rows_of(table)
    n_bad = len(good) - int(good.sum())
    if not n_bad:
        return rows
    return replace(rows, n_bad=n_bad, first_bad=start + int(good.argmin()) + 1)


def _layout(scan: pl.LazyFrame, schema: pl.Schema, n_rows: int, mapping: TableMapping | None) -> _Layout:
    readable = [name for name, dtype in schema.items() if dtype.is_numeric() or dtype == pl.String]
    typed = {name: dtype for name, dtype in schema.items() if isinstance(dtype, pl.Datetime)}
    if len(readable) > MOST_COLUMNS:
        raise UnsupportedRecordingError(
            f"{len(readable)} columns", hint=f"keep time and acceleration, {MOST_COLUMNS} at most"
        )
    samples = _samples(scan, readable, n_rows)
    check_one_of_each(readable, samples)
    if mapping is None:
        axes = find_axes(readable)
        times = _typed_time(typed) or _written_time(readable, samples)
    else:
        axes = mapped_axes(mapping, _all_readable(mapping.axes, readable))
        times = _mapped_time(mapping, typed, readable, samples)
    x, y, z = (readable[i] for i in axes.positions)
    taken = [i for i, name in enumerate(readable) if i in axes.positions or tells_time(name)]
    found, said = find_temperature(readable, samples, taken=taken)
    column = pl.col(readable[found.position]).cast(pl.Float64, strict=False) if found else None
    celsius = found.celsius(column) if found and column is not None else None
    return _Layout(*times, names=(x, y, z), axes=axes, celsius=celsius, said=said)


def _mapped_time(
    mapping: TableMapping,
    typed: Mapping[str, pl.Datetime],
    readable: Sequence[str],
    samples: Sequence[Sequence[str]],
) -> tuple[pl.Expr, pl.Expr, DeviceClock]:
    named = {name: dtype for name, dtype in typed.items() if (name,) == mapping.time}
    times = _typed_time(named) or _as_written(
        readable, mapped_time(mapping, _all_readable(mapping.time, readable), samples)
    )
    clock = times[2]
    return times[0], times[1], clock if clock.zone else replace(clock, zone=mapping.zone)


def _all_readable(wanted: Sequence[str], readable: Sequence[str]) -> Sequence[str]:
    missing = [name for name in wanted if name not in readable]
    if missing:
        raise UnsupportedRecordingError(
            f"the column {quoted(missing[0])} holds neither numbers nor text", hint="store it as one of them"
        )
    return readable


def _typed_time(typed: Mapping[str, pl.Datetime]) -> tuple[pl.Expr, pl.Expr, DeviceClock] | None:
    """The leftmost column of date-times, one with a zone before one without."""
    if not typed:
        return None
    name = min(typed, key=lambda column: typed[column].time_zone is None)
    zone = typed[name].time_zone
    micros = pl.col(name).dt.epoch("us")
    return micros, pl.lit(None, dtype=pl.Int64), _typed_clock(zone)


def _typed_clock(zone: str | None) -> DeviceClock:
    base: Literal["utc", "local"] = "local" if zone is None else "utc"
    return DeviceClock(base, zone=None if zone in _UTC_NAMES else zone)


def _written_time(readable: Sequence[str], samples: Sequence[Sequence[str]]) -> tuple[pl.Expr, pl.Expr, DeviceClock]:
    """Times as numbers or text, by the rules for delimited text."""
    if not any(map(tells_time, readable)):
        raise NoClockError("no column holds times", hint="add a column of date-times called time")
    return _as_written(readable, find_time(readable, samples))


def _as_written(readable: Sequence[str], found: TimeColumn) -> tuple[pl.Expr, pl.Expr, DeviceClock]:
    moment = pl.concat_str([_text(readable[i]) for i in found.positions], separator=" ")
    if len(found.positions) == 1:
        moment = pl.col(readable[found.positions[0]])
    return time_us(moment, found.notation), offset_s(moment, found.notation), DeviceClock(clock_base(found.notation))


def _samples(scan: pl.LazyFrame, names: Sequence[str], n_rows: int) -> list[list[str]]:
    """For every column, some of its values as text, from several places of the table."""
    # Of a small table all is seen, once: rows that come twice look like those of two sensors.
    n_places, size = (1, n_rows) if n_rows <= _PLACES * _SAMPLE_ROWS else (_PLACES, _SAMPLE_ROWS)
    starts = [n_rows * place // n_places for place in range(n_places)]
    pieces = [scan.slice(start, size).select(map(_text, names)).collect() for start in starts]
    return [column.fill_null("").to_list() for column in pl.concat(pieces).get_columns()]


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.head(_LONGEST_TEXT)
