"""A text table walked from line to sample, stretch by stretch.

Formats differ in what they make of a line's columns, and that is all that they hand over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from ingest.tables.dialect import Dialect
from ingest.tables.lines import Lines, rectangle
from ingest.tables.survey import Rows
from ingest.tables.table import rows_among
from ingest.tables.textfile import Source, cut, lines_of

#: What is parsed in one go: some 400 000 lines.
STRETCH_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Above:
    """How much of a table lies above a stretch: all its lines, and those that are not empty."""

    lines: int = 0
    rows: int = 0


#: Makes of the lines of a stretch what `ingest.tables.table.rows_of` takes, a row for each.
Build = Callable[[Lines, Above], pl.DataFrame]


def walked(source: Source, dialect: Dialect, build: Build) -> Iterator[Rows]:
    """Walk over all lines as samples, from the first to the last; lines that are none are counted.

    Parameters
    ----------
    build : callable
        Makes of the lines of a stretch what `ingest.tables.table.rows_of` takes, a row for each.
    """
    above = Above()
    for stretch in cut(source, dialect.data_start, STRETCH_BYTES):
        data, n_overlong = lines_of(source, stretch, STRETCH_BYTES)
        lines = rectangle(data, dialect)
        yield rows_among(lines, build(lines, above), n_overlong, dialect.lines_before + above.lines)
        n_rows = len(lines.number) + len(lines.wrong)
        above = Above(above.lines + lines.n_lines + n_overlong, above.rows + n_rows + n_overlong)
