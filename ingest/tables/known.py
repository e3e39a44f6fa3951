"""Rows of a text whose columns are known beforehand: for formats of which nothing has to be found out.

`reader` finds out what columns mean; the readers of single devices and apps know, and say it here by position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import IngestError
from ingest.tables.dialect import Dialect
from ingest.tables.lines import Lines, columns
from ingest.tables.survey import Rows
from ingest.tables.textfile import Source, peek
from ingest.tables.walk import Above, walked

#: From a stretch's columns ``c0``, ``c1``... and the place of each line behind the header, to ``time_us, x, y, z``.
Build = Callable[[pl.DataFrame, NDArray[np.int64]], pl.DataFrame]


def begins_with(path: Path, header: re.Pattern[bytes], n_bytes: int) -> bool:
    """Whether a header matches the start of a text, plain or gzip.

    Parameters
    ----------
    header : pattern
        Matched at the first byte of the unpacked text.
    n_bytes : int
        How much of that text it sees.
    """
    try:
        return header.match(peek(path, n_bytes)) is not None
    except (OSError, IngestError):
        return False


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

    def built(lines: Lines, above: Above) -> pl.DataFrame:
        table = columns(lines, dialect, as_text=as_text, as_numbers=as_numbers)
        return build(table, above.lines + lines.number)

    return walked(source, dialect, built)
