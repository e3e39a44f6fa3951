"""The raw CSV that the maker's software makes of a ``.bin`` file.

A hundred lines of header, then one line a sample: time, x, y, z in g, light, button, temperature ("GENEActiv
Instructions for Use", "Understanding .csv files"). Times are those of the pages with the samples of each spread at
the rate that the page names, so they drift like those. The same software writes epochs in the same dress, with
twelve columns; they are refused, because a mean over seconds shows no movement.

Text becomes samples as in `ingest.formats.delimited`; here is only what is known beforehand of this one kind.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnsupportedRecordingError
from ingest.formats.geneactiv.drift import Drift, drift_of
from ingest.formats.geneactiv.header import parsed
from ingest.formats.geneactiv.remarks import reset_times
from ingest.recording import Blocks, Decoded, DeviceClock, Samples
from ingest.tables.columns import find_axes
from ingest.tables.dialect import HEAD_BYTES, Dialect, detect
from ingest.tables.sheet import Reading, Sheet, column, rows_in
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming
from ingest.tables.textfile import open_source
from ingest.tables.timestamps import EARLIEST_US, LATEST_US, TextTime, time_us
from ingest.units import G

FORMAT = "geneactiv-csv"
#: Values are printed with four decimals, without trailing zeros.
DECIMALS = 4

#: Epochs have twelve columns and samples seven, with room for what was added.
_EPOCH_COLUMNS = 11
_HEADER_LINES = 100
_TEMPERATURE = 6
_WITH_SEMICOLONS = re.compile(b"(?:%b)?Device Type;" % codecs.BOM_UTF8)
_NOTATION = TextTime("%Y-%m-%d %H:%M:%S", padded=True, zone="none")
_EXPORT_AGAIN = "export the raw data again, or bring the .bin file"


@dataclass(slots=True)
class _Extent:
    """Earliest and latest time of the rows that went by."""

    first_us: int = np.iinfo(np.int64).max
    last_us: int = np.iinfo(np.int64).min

    def add(self, rows: Rows) -> None:
        if len(rows.time_us):
            self.first_us = min(self.first_us, int(rows.time_us.min()))
            self.last_us = max(self.last_us, int(rows.time_us.max()))


def read(path: Path) -> Decoded:
    """Read a raw CSV of the maker's software.

    Raises
    ------
    IngestError
        As `ingest.formats.geneactiv.reader.read` and `ingest.tables.table.decode` say.
    """
    extent = _Extent()
    with naming(path):
        source = open_source(path)
        text = source.read_at(0, HEAD_BYTES)
        dialect = detect(text)
        if dialect is None:
            raise _no_table(text)
        sheet, reading = Sheet(source, dialect, ()), _reading(_axes(dialect), _temperature(dialect))
        header = parsed(text[: dialect.data_start], ";" if _WITH_SEMICOLONS.match(text) else ",")
    table = Table(
        format=FORMAT,
        device=header.device,
        clock=DeviceClock("local", header.utc_offset_s, runs_on=True),
        unit=G,
        decimals=DECIMALS,
        row_word="line",
        rows=lambda: _measured(rows_in(sheet, reading), extent),
        problems=source.problems,
    )
    decoded = decode(table, path)
    drift, said = drift_of(header, extent.first_us, extent.last_us)
    return replace(
        decoded,
        placement=header.placement,
        full_scale_g=header.full_scale_g,
        blocks=decoded.blocks if drift is None else lambda: _righted(decoded.blocks, drift),
        problems=tuple(filter(None, (*decoded.problems, *reset_times(header, extent.first_us), said))),
    )


def _righted(blocks: Blocks, drift: Drift) -> Iterator[Samples]:
    for block in blocks():
        yield replace(block, time_us=drift.removed(block.time_us))


def _axes(dialect: Dialect) -> tuple[int, int, int]:
    """Where x, y and z are: the maker's files name no columns, files that went through other hands may."""
    if dialect.n_columns >= _EPOCH_COLUMNS:
        raise UnsupportedRecordingError(
            f"epochs of {dialect.n_columns} columns, whose means cannot show movements of half a second",
            hint="export the raw data without epochs and with decimal points, or bring the .bin file",
        )
    if dialect.names:
        return find_axes(dialect.names).positions
    if dialect.n_columns < 4:
        raise UnsupportedRecordingError(f"{dialect.n_columns} columns: time, x, y, z are four", hint=_EXPORT_AGAIN)
    return 1, 2, 3


def _temperature(dialect: Dialect) -> int | None:
    """Where the temperature is: the last of the maker's seven columns, in degrees C as the header says."""
    if dialect.names:
        named = [i for i, name in enumerate(dialect.names) if name.lower().startswith("temperature")]
        return named[0] if len(named) == 1 else None
    return _TEMPERATURE if dialect.n_columns > _TEMPERATURE else None


def _reading(axes: tuple[int, int, int], temperature: int | None) -> Reading:
    moment = time_us(column(0), _NOTATION)
    x, y, z = map(column, axes)
    return Reading(
        as_text=(0,),
        as_numbers=axes if temperature is None else (*axes, temperature),
        time_us=pl.when(moment.is_between(EARLIEST_US, LATEST_US)).then(moment),
        xyz=(x, y, z),
        celsius=None if temperature is None else column(temperature),
    )


def _measured(stretches: Iterable[Rows], extent: _Extent) -> Iterator[Rows]:
    for rows in stretches:
        extent.add(rows)
        yield rows


def _no_table(text: bytes) -> IngestError:
    if any(line.strip() for line in text.split(b"\n")[_HEADER_LINES:]):
        return DamagedRecordingError("not a line behind its header is a sample", hint=_EXPORT_AGAIN)
    return EmptyFileError("holds a header and not a single sample", hint=_EXPORT_AGAIN)
