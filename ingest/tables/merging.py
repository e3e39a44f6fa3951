"""Two tables of one clock become one: what an app splits into acceleration and gravity is added up again.

Brings samples of two files together. Nothing is interpolated: gravity counts only for a sample
that was taken at the same moment, and a sample without it is no sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.tables.survey import Rows

#: One event gives both values the same time on iOS; on Android two do, at most one step of 100 Hz apart.
TOLERANCE_US = 10_000


def added(samples: Iterator[Rows], gravity: Iterator[Rows]) -> Iterator[Rows]:
    """Each sample with the gravity nearest to it in time, within `TOLERANCE_US`.

    Both are walked once, side by side. Samples without gravity count as bad rows.
    """
    held = _Held(gravity)
    for rows in samples:
        if not len(rows.time_us):
            yield rows
            continue
        times, values = held.between(int(rows.time_us.min()), int(rows.time_us.max()))
        yield _sum(rows, times, values)


class _Held:
    """A window on the rows of gravity that moves forward."""

    def __init__(self, gravity: Iterator[Rows]) -> None:
        self._more = gravity
        self._times: NDArray[np.int64] = np.empty(0, np.int64)
        self._values: NDArray[np.float64] = np.empty((0, 3), np.float64)

    def between(self, first_us: int, last_us: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Times, ascending, and values around a stretch of samples."""
        self._keep_from(first_us)
        while not len(self._times) or self._times[-1] < last_us + TOLERANCE_US:
            rows = next(self._more, None)
            if rows is None:
                break
            times = np.concatenate((self._times, rows.time_us))
            order = np.argsort(times, kind="stable")
            self._times, self._values = times[order], np.concatenate((self._values, rows.values))[order]
            self._keep_from(first_us)
        return self._times, self._values

    def _keep_from(self, first_us: int) -> None:
        start = int(np.searchsorted(self._times, first_us - TOLERANCE_US))
        self._times, self._values = self._times[start:], self._values[start:]


def _sum(rows: Rows, times: NDArray[np.int64], values: NDArray[np.float64]) -> Rows:
    if not len(times):
        good = np.zeros(len(rows.time_us), dtype=bool)
        nearest = np.zeros(0, dtype=np.int64)
    else:
        after = np.clip(np.searchsorted(times, rows.time_us), 1, len(times)) - 1
        later = np.minimum(after + 1, len(times) - 1)
        is_later = np.abs(times[later] - rows.time_us) < np.abs(times[after] - rows.time_us)
        nearest = np.where(is_later, later, after)
        good = np.abs(times[nearest] - rows.time_us) <= TOLERANCE_US
        nearest = nearest[good]
    n_alone = int(np.count_nonzero(~good))
    paired = rows.picked(good)
    return replace(paired, values=paired.values + values[nearest], n_bad=rows.n_bad + n_alone)
