"""Parquet with a time and three axes, as other programs write it.

The same rules as for delimited text decide about its columns; only times can be typed here, and then nothing
about them is guessed: with a zone they are UTC, without one a wall clock. Read in slices of rows, so that a
month needs no more memory than a night.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl

from ingest.errors import EmptyFileError, NoClockError
from ingest.formats.delimited.columns import Axes, find_axes, find_time, is_local, tells_time
from ingest.formats.delimited.survey import Rows
from ingest.formats.delimited.table import Table, decode, naming, rows_of
from ingest.formats.delimited.timestamps import offset_s, time_us
from ingest.formats.parquet.pages import check_pages, check_rows
from ingest.recording import Decoded, DeviceClock
from ingest.source import stamp_of

MAGIC = b"PAR1"
_SLICE_ROWS = 500_000
_SAMPLE_ROWS = 500
_PLACES = 4
#: No moment is as long, and a dictionary makes any number of long texts of one.
_LONGEST_TEXT = 100
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "GMT", "Z", "+00:00"})


@dataclass(frozen=True, slots=True)
class _Layout:
    """Expressions for time and offset, the clock that they are of, and the axes by name."""

    time_us: pl.Expr
    offset_s: pl.Expr
    clock: DeviceClock
    names: tuple[str, str, str]
    axes: Axes


def claims(head: bytes, path: Path) -> bool:
    """Whether the file begins as Parquet does."""
    return head.startswith(MAGIC)


def read(path: Path) -> Decoded:
    """Decode a Parquet table; ``bad_blocks`` counts rows without a time or with a missing value.

    Raises
    ------
    IngestError
        Unreadable, empty, corrupt, no accelerometer, no clock, or no unit.
    """
    size = stamp_of(path).size
    with naming(path):
        check_pages(path)
        scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        schema = scan.collect_schema()
        n_rows = int(scan.select(pl.len()).collect().item())
        check_rows(n_rows, size)
        if n_rows == 0:
            raise EmptyFileError("a table without a single row", hint="export the recording again")
        layout = _layout(scan, schema, n_rows)

    def rows() -> Iterator[Rows]:
        for start in range(0, n_rows, _SLICE_ROWS):
            yield _slice(scan, layout, start)

    table = Table(
        format="parquet",
        clock=layout.clock,
        unit=layout.axes.unit,
        decimals=None,
        row_word="row",
        rows=rows,
    )
    return decode(table, path)


def _slice(scan: pl.LazyFrame, layout: _Layout, start: int) -> Rows:
    x, y, z = (pl.col(name).cast(pl.Float64, strict=False) for name in layout.names)
    table = (
        scan.slice(start, _SLICE_ROWS).select(time_us=layout.time_us, offset_s=layout.offset_s, x=x, y=y, z=z).collect()
    )
    rows, good = rows_of(table)
    n_bad = len(good) - int(good.sum())
    if not n_bad:
        return rows
    return replace(rows, n_bad=n_bad, first_bad=start + int(good.argmin()) + 1)


def _layout(scan: pl.LazyFrame, schema: pl.Schema, n_rows: int) -> _Layout:
    readable = [name for name, dtype in schema.items() if dtype.is_numeric() or dtype == pl.String]
    axes = find_axes(readable)
    x, y, z = (readable[i] for i in axes.positions)
    times = _typed_time(schema) or _written_time(scan, readable, n_rows)
    return _Layout(*times, names=(x, y, z), axes=axes)


def _typed_time(schema: pl.Schema) -> tuple[pl.Expr, pl.Expr, DeviceClock] | None:
    """The leftmost column of date-times, one with a zone before one without."""
    typed = {name: dtype for name, dtype in schema.items() if isinstance(dtype, pl.Datetime)}
    if not typed:
        return None
    name = min(typed, key=lambda column: typed[column].time_zone is None)
    zone = typed[name].time_zone
    micros = pl.col(name).dt.epoch("us")
    return micros, pl.lit(None, dtype=pl.Int64), _typed_clock(zone)


def _typed_clock(zone: str | None) -> DeviceClock:
    base: Literal["utc", "local"] = "local" if zone is None else "utc"
    return DeviceClock(base, zone=None if zone in _UTC_NAMES else zone)


def _written_time(scan: pl.LazyFrame, readable: Sequence[str], n_rows: int) -> tuple[pl.Expr, pl.Expr, DeviceClock]:
    """Times as numbers or text, by the rules for delimited text."""
    if not any(map(tells_time, readable)):
        raise NoClockError("no column holds times", hint="add a column of date-times called time")
    found = find_time(readable, _samples(scan, readable, n_rows))
    moment = pl.concat_str([_text(readable[i]) for i in found.positions], separator=" ")
    if len(found.positions) == 1:
        moment = pl.col(readable[found.positions[0]])
    clock = DeviceClock("local" if is_local(found.notation) else "utc")
    return time_us(moment, found.notation), offset_s(moment, found.notation), clock


def _samples(scan: pl.LazyFrame, names: Sequence[str], n_rows: int) -> list[list[str]]:
    """For every column, some of its values as text, from several places of the table."""
    starts = sorted({n_rows * place // _PLACES for place in range(_PLACES)})
    pieces = [scan.slice(start, _SAMPLE_ROWS).select(map(_text, names)).collect() for start in starts]
    return [column.fill_null("").to_list() for column in pl.concat(pieces).get_columns()]


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.head(_LONGEST_TEXT)
