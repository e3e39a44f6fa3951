"""The CSV of Bangle.js' Acceleration Logger: ``Time (ms),X,Y,Z``, of newer versions with ``Total``.

It counts milliseconds from pressing start and says nowhere when that was, so its clock is relative. Values are
8192 to the g, which nothing in the file tells (accellog multiplies by it), or g where raw data were switched off.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ingest.input_file import stamp_of
from ingest.recording import Decoded, Device, DeviceClock
from ingest.tables.columns import TimeColumn
from ingest.tables.dialect import Dialect, detect
from ingest.tables.lines import columns, rectangle
from ingest.tables.sheet import n_decimals, open_sheet, reading_of, rows_in, text_of
from ingest.tables.table import Table, decode, naming
from ingest.tables.timestamps import ElapsedTime
from ingest.units import BAND_G, G, Unit

COUNTS_8192 = Unit("counts", 1 / 8192)

_NAMES = ("Time (ms)", "X", "Y", "Z")
_AXES = (1, 2, 3)


def claims(head: bytes, path: Path) -> bool:
    """Whether the header is the app's; without ``Total`` many write it, and the size of gravity has to be as well."""
    text = text_of(head, path)
    dialect = detect(text) if text.removeprefix(b"\xef\xbb\xbf").startswith(b"Time (ms),X,Y,Z") else None
    if dialect is None or dialect.names[:4] != _NAMES:
        return False
    return dialect.names[4:] == ("Total",) or (dialect.names[4:] == () and _rests_at_8192(text, dialect))


def read(path: Path) -> Decoded:
    """Decode a log.

    Raises
    ------
    IngestError
        See `ingest.tables.table.decode`.
    """
    stamp_of(path)
    with naming(path):
        sheet = open_sheet(path)
    decimals = max(n_decimals(sheet.samples[i]) for i in _AXES)
    reading = reading_of(TimeColumn((0,), ElapsedTime("ms")), _AXES)
    table = Table(
        format="bangle-csv",
        device=Device("Espruino", "Bangle.js"),
        clock=DeviceClock("relative"),
        unit=G if decimals else COUNTS_8192,
        decimals=decimals,
        row_word="line",
        rows=lambda: rows_in(sheet, reading),
        problems=sheet.source.problems,
    )
    return decode(table, path)


def _rests_at_8192(text: bytes, dialect: Dialect) -> bool:
    table = columns(rectangle(text[dialect.data_start :], dialect), dialect, as_text=(), as_numbers=_AXES)
    with np.errstate(over="ignore", invalid="ignore"):  # a damaged number may have no square
        norms = np.linalg.norm(table.drop_nulls().to_numpy(), axis=1)
    return bool(len(norms)) and BAND_G[0] <= float(np.median(norms)) * COUNTS_8192.g_per_unit <= BAND_G[1]
