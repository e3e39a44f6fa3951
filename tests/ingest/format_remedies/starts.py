"""Recordings whose times count from an unknown moment, in every format that has them: their start is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from ingest import Declared
from ingest.writers.fit_tables import fit_file
from tests.ingest import exports
from tests.ingest.format_remedies.exports import unisens
from tests.ingest.format_remedies.whole import content, milligravities, utc_us
from tests.ingest.formats.apps.logger_files import bangle, polar, text
from tests.ingest.formats.fit.fit_files import burst
from tests.ingest.remedies import FIRST_S, RATE_HZ, START, N, Remedy, Write, lying, movesense

#: The start that a person says with its zone.
IN_UTC = Declared(zone="Europe/Berlin", start=datetime.fromtimestamp(FIRST_S, UTC))


def phyphox_alone(path: Path) -> Path:
    """A table without the folder ``meta``, in which its times are."""
    return exports.phyphox(path, np.arange(N) / RATE_HZ, lying(), events=[])


def polar_copy() -> Write:
    """A copy of the layout whose first column is no date."""
    head, *rows = polar(utc_us(), milligravities())
    return content(text([head, *(["?", *row[1:]] for row in rows)], ";"))


def of_bangle() -> Write:
    return content(text(bangle(utc_us() - utc_us()[0], np.rint(lying(8192.0)).astype(np.int64), total=False)))


def fit_from_switching_on() -> Write:
    """Samples of one part of a file, in a second each, that nothing dates."""
    seconds = [lying()[first : first + RATE_HZ].tolist() for first in range(0, N, RATE_HZ)]
    return content(fit_file(b"".join(burst(rows, stamp=100 + i) for i, rows in enumerate(seconds))))


def of_no_calendar(path: Path) -> Path:
    """Dates of the year 11000."""
    stamps = pl.Series(utc_us() + 284_000_000_000_000_000).cast(pl.Datetime("us"))
    pl.DataFrame({"time": stamps, **{axis: lying()[:, i] for i, axis in enumerate("xyz")}}).write_parquet(path)
    return path


_UNDATED: tuple[Write, ...] = (
    phyphox_alone,
    polar_copy(),
    of_bangle(),
    fit_from_switching_on(),
    movesense("1111"),
    of_no_calendar,
    unisens(document=lambda xml: xml.replace(' timestampStart="2026-01-15T22:00:00.000"', "")),
)

START_REMEDIES = tuple(
    Remedy("clock.py", "SAY_START", "--start", write, write, declared=start)
    for write in _UNDATED
    for start in (START, IN_UTC)
)
