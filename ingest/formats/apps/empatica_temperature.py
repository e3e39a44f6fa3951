"""``TEMP.csv`` of an Empatica E4: a row of start, a row of rate, then degrees C at the skin of the wrist.

As in ``ACC.csv`` no row has a time of its own ("E4 data - CSV format" by Empatica). A file that cannot be read costs
the temperature and never the movements.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import IngestError
from ingest.quality.thermometer import MinuteMeans
from ingest.recording import Temperature
from ingest.tables.dialect import Dialect
from ingest.tables.known import known_rows
from ingest.tables.table import naming
from ingest.tables.textfile import open_source

_HEAD_BYTES = 512
_HEADER = re.compile(rb"(?P<start>\d{9,10}(?:\.\d+)?) *\r?\n(?P<rate>\d{1,3}(?:\.\d+)?) *\r?\n")
#: The device has 4 a second; far below, times leave all bounds.
_LOWEST_RATE_HZ = 0.01
_NOT_READ = "no temperature was read: TEMP.csv beside it is not as an Empatica E4 writes it"


def read_temperature(path: Path) -> tuple[Temperature, tuple[str, ...]]:
    """Its minutes in UTC, and what has to be said about them."""
    try:
        return _read(path)
    except IngestError:
        return Temperature(), (_NOT_READ,)


def _read(path: Path) -> tuple[Temperature, tuple[str, ...]]:
    means = MinuteMeans()
    with naming(path):
        source = open_source(path)
        header = _HEADER.match(source.read_at(0, _HEAD_BYTES))
        rate_hz = float(header["rate"]) if header else 0.0
        if header is None or rate_hz < _LOWEST_RATE_HZ:
            return Temperature(), (_NOT_READ,)
        start_us = round(float(header["start"]) * 1e6)
        dialect = Dialect(",", names=(), n_columns=1, data_start=header.end(), lines_before=2)

        def readings(table: pl.DataFrame, places: NDArray[np.int64]) -> pl.DataFrame:
            time_us = start_us + np.rint(places * (1e6 / rate_hz)).astype(np.int64)
            # Rows have three values; here all three are the one that there is.
            return table.select(time_us=pl.Series(time_us, dtype=pl.Int64), x="c0", y="c0", z="c0")

        n_bad = 0
        for rows in known_rows(source, dialect, readings, as_numbers=(0,)):
            means.add(rows.time_us, rows.values[:, 0])
            n_bad += rows.n_bad
    temperature, said = means.result()
    lost = (f"lines of TEMP.csv that are no temperature and were left out: {n_bad:,}",) if n_bad else ()
    return temperature, (*source.problems, *lost, *said)
