"""Samples that share a whole second are spread over it.

Some exports (ActiGraph CentrePoint among them) print the second and leave out its fraction, so that as many
rows as the sensor takes a second carry one time. Their order is right and their times are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ingest.tables.survey import Rows

_SECOND_US = 1_000_000
#: A second with at least this share of its rows is a whole one, of a clock that runs a little slow.
_NEARLY_WHOLE = 0.8
#: Rows with one time that are held back at most: an endless second must not fill the memory.
_LONGEST_RUN = 100_000


def spread_ties(stretches: Iterable[Rows], per_second: int) -> Iterator[Rows]:
    """Space the rows of each second evenly, also where a second is cut by the end of a stretch.

    The first second of a recording is filled from its end and every other from its start, since a sensor
    starts and stops in the middle of one.

    Parameters
    ----------
    per_second : int
        Usual number of rows a second.
    """
    held: Rows | None = None
    at_start = True
    for rows in stretches:
        joined = rows if held is None else _joined(held, rows)
        if not len(joined.time_us):
            continue
        cut = _last_run(joined.time_us)
        if len(joined.time_us) - cut > _LONGEST_RUN:
            cut = len(joined.time_us)
        ready, held = _part(joined, 0, cut), _part(joined, cut, len(joined.time_us))
        if len(ready.time_us):
            yield _spread(ready, per_second, from_end=at_start)
            at_start = False
    if held is not None and len(held.time_us):
        yield _spread(held, per_second, from_end=at_start, is_last=True)


def _spread(rows: Rows, per_second: int, *, from_end: bool, is_last: bool = False) -> Rows:
    starts = np.concatenate(([0], np.flatnonzero(np.diff(rows.time_us)) + 1))
    lengths = np.diff(np.append(starts, len(rows.time_us)))
    partial = lengths < _NEARLY_WHOLE * per_second
    # A sensor starts and stops anywhere in a second: there a row that is missing was not taken.
    partial[0] |= from_end and lengths[0] < per_second
    partial[-1] |= is_last and lengths[-1] < per_second
    places = np.where(partial, per_second, lengths)
    rank = np.arange(len(rows.time_us)) - np.repeat(starts, lengths)
    if from_end and partial[0]:
        rank[: lengths[0]] += per_second - lengths[0]
    spread_us = rows.time_us + rank * _SECOND_US // np.repeat(places, lengths)
    return Rows(spread_us, rows.values, celsius=rows.celsius)


def _last_run(time_us: NDArray[np.int64]) -> int:
    """Where the last run of equal times starts."""
    changes = np.flatnonzero(time_us != time_us[-1])
    return int(changes[-1]) + 1 if len(changes) else 0


def _joined(a: Rows, b: Rows) -> Rows:
    both = None if a.celsius is None or b.celsius is None else np.concatenate((a.celsius, b.celsius))
    return Rows(np.concatenate((a.time_us, b.time_us)), np.concatenate((a.values, b.values)), celsius=both)


def _part(rows: Rows, start: int, end: int) -> Rows:
    return rows.picked(slice(start, end))
