"""Rows of a text whose columns are known beforehand: for formats of which nothing has to be found out.

`reader` finds out what columns mean; the readers of single devices and apps know, and say it here by position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.formats.delimited.dialect import Dialect
from ingest.formats.delimited.lines import columns, rectangle
from ingest.formats.delimited.survey import Rows
from ingest.formats.delimited.table import rows_of
from ingest.formats.delimited.textfile import Source, cut, lines_of

#: What is parsed in one go: some 400 000 lines.
STRETCH_BYTES = 16 << 20

#: From a stretch's columns ``c0``, ``c1``... and the place of each line behind the header, to ``time_us, x, y, z``.
Build = Callable[[pl.DataFrame, NDArray[np.int64]], pl.DataFrame]


def known_rows(
    source: Source, dialect: Dialect, build: Build, *, as_text: Sequence[int] = (), as_numbers: Sequence[int]
) -> Iterator[Rows]:
    """Parse a text from its first line of samples to its end.

    Parameters
    ----------
    build : callable
        Makes Int64 ``time_us`` and Float64 ``x``, ``y``, ``z`` of the parsed columns; null where unreadable.
    as_text, as_numbers : sequence of int
        Positions of the columns to parse.
    """
    n_before = 0
    for stretch in cut(source, dialect.data_start, STRETCH_BYTES):
        data, n_overlong = lines_of(source, stretch, STRETCH_BYTES)
        lines = rectangle(data, dialect)
        table = build(columns(lines, dialect, as_text=as_text, as_numbers=as_numbers), n_before + lines.number)
        rows, good = rows_of(table.with_columns(offset_s=pl.lit(None, dtype=pl.Int64)))
        bad = np.concatenate((lines.number[~good], lines.wrong, [lines.n_lines] * n_overlong))
        if len(bad):
            first_bad = dialect.lines_before + n_before + int(bad.min()) + 1
            rows = replace(rows, n_bad=len(bad), first_bad=first_bad)
        yield rows
        n_before += lines.n_lines + n_overlong
