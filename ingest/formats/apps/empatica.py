"""``ACC.csv`` of an Empatica E4: two rows of start and rate, then counts of 1/64 g.

Only here is time counted from a rate, because the file has no other: its first row is the start in UTC, its second
the rate, and no row has a time of its own ("E4 data - CSV format" by Empatica; a real file agrees). What the device
did not record is simply not there, and nothing shows where. That is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.archives.companion_files import readings_of
from ingest.errors import EmptyFileError, UnknownFormatError
from ingest.formats.apps.empatica_temperature import read_temperature
from ingest.recording import Decoded, Device, DeviceClock, Placement, Temperature
from ingest.tables.dialect import Dialect
from ingest.tables.known import begins_with, known_rows
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming
from ingest.tables.textfile import open_source
from ingest.units import COUNTS_64

FORMAT = "empatica-e4"
#: The accelerometer of the E4 is set to +-2 g.
FULL_SCALE_G = 2.0

#: The device has 32; what is far below takes the times of some rows out of all bounds.
_LOWEST_RATE_HZ = 1.0
_HEAD_BYTES = 512
#: The same number of seconds in all three columns, then the same rate.
_HEADER = re.compile(
    rb"(?P<start>\d{9,10}(?:\.\d+)?)(?:, *(?P=start)){2} *\r?\n"
    rb"(?P<rate>\d{1,3}(?:\.\d+)?)(?:, *(?P=rate)){2} *(?:\r?\n|$)"
)
#: A copy that broke off behind the moments: no other table begins so, and a column of times would not mend it.
_CUT_HEADER = re.compile(rb"(?P<start>\d{9,10}(?:\.\d+)?)(?:, *(?P=start)){2} *\r?\n?[\d., ]{0,60}\r?\Z")
_NO_STAMPS = (
    "its rows have no times of their own: what the device did not record is missing without a trace, and all that"
    " follows is dated too early by as much"
)


def claims(head: bytes, path: Path) -> bool:
    """Whether the first row is one moment three times and the second one rate three times, plain or gzip.

    Also where nothing follows the moments, or not the whole of the second row.
    """
    return begins_with(path, _HEADER, _HEAD_BYTES) or begins_with(path, _CUT_HEADER, _HEAD_BYTES)


def read(path: Path) -> Decoded:
    """Decode an ``ACC.csv``, with the ``TEMP.csv`` beside it where there is one.

    Raises
    ------
    IngestError
        As `ingest.tables.table.decode` says; `UnknownFormatError` without the two rows.
    """
    with naming(path):
        source = open_source(path)
        head = source.read_at(0, _HEAD_BYTES)
        header = _HEADER.match(head)
        if header is None and _CUT_HEADER.match(head):
            raise EmptyFileError("its header breaks off, and no sample follows", hint="export the session again")
        rate_hz = float(header["rate"]) if header else 0.0
        if header is None or rate_hz < _LOWEST_RATE_HZ:
            raise UnknownFormatError("not a recording of an Empatica E4", hint="export the session again")
        start_us = round(float(header["start"]) * 1e6)
        dialect = Dialect(",", names=(), n_columns=3, data_start=header.end(), lines_before=2)

    def samples(table: pl.DataFrame, places: NDArray[np.int64]) -> pl.DataFrame:
        # A float holds every microsecond of a year; one product a sample, so that nothing adds up.
        time_us = start_us + np.rint(places * (1e6 / rate_hz)).astype(np.int64)
        return table.select(time_us=pl.Series(time_us, dtype=pl.Int64), x="c0", y="c1", z="c2")

    def rows() -> Iterator[Rows]:
        return known_rows(source, dialect, samples, as_numbers=(0, 1, 2))

    table = Table(
        format=FORMAT,
        device=Device("Empatica", "E4"),
        clock=DeviceClock("utc"),
        unit=COUNTS_64,
        decimals=0,
        row_word="line",
        rows=rows,
        problems=(*source.problems, _NO_STAMPS),
    )
    decoded = decode(table, path)
    beside = readings_of(path)
    temperature, said = read_temperature(beside[0]) if beside else (Temperature(), ())
    return replace(
        decoded,
        placement=Placement("wrist"),
        full_scale_g=FULL_SCALE_G,
        temperature=temperature,
        problems=(*decoded.problems, *said),
    )
