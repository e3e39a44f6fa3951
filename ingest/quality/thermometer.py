"""What a thermometer showed, by the minute: readings become means, and what no thermometer shows is kept out.

Decides which readings can be believed. A reading outside `RANGE_C` is none; where most are, the rest is no temperature
either. A value that does not change for hours is a stuck sensor: the noise of a real one moves it by a step.

Memory does not grow with the recording, but with its minutes. Readings are summed as whole millionths of a degree, so
the means do not depend on how a reader cuts its blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.recording import Blocks, Samples, Temperature

#: What consumer and research sensors are rated for; skin and bedrooms lie far inside.
RANGE_C = (-40.0, 85.0)
#: Some converters move by 0.3 degrees a step (Axivity): a quiet room may well show one value for an hour or two.
STUCK_US = 6 * 3_600_000_000
#: A sensor that never showed anything else is doubtful sooner.
ALWAYS_STUCK_US = 2 * 3_600_000_000

MINUTE_US = 60_000_000
#: No sensor takes its temperature more seldom; what lies apart by more says nothing of the time between.
_PAUSE_US = 30 * 60_000_000
_RANGE = f"{RANGE_C[0]:.0f} to {RANGE_C[1]:+.0f} degrees C"
_PER_DEGREE = 1_000_000
#: As many rows may wait until they are put together.
_MOST_PENDING = 1 << 16
#: One minute: its number since 1970, the sum of its readings in millionths, how many, the lowest and the highest.
_ROW = np.dtype([("minute", "<i8"), ("sum", "<i8"), ("count", "<i8"), ("low", "<i8"), ("high", "<i8")])
#: What a minute keeps of its readings, and how two parts of one minute become one.
_GATHERED = (("sum", np.add), ("count", np.add), ("low", np.minimum), ("high", np.maximum))


class MinuteMeans:
    """Readings that pass by in any order and in pieces of any size, summed by the minute."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.void]] = []
        self._n_pending = 0
        self._limit = _MOST_PENDING
        self._n_good = 0
        self._n_absurd = 0

    def add(self, time_us: NDArray[np.int64], celsius: NDArray[np.floating]) -> None:
        """Take some readings.

        Parameters
        ----------
        time_us : int64 array, shape (n,)
            On whatever clock the minutes shall be.
        celsius : float array, shape (n,)
            Degrees; NaN where nothing was measured.
        """
        measured = ~np.isnan(celsius)
        good = (celsius >= RANGE_C[0]) & (celsius <= RANGE_C[1])
        n_good = int(np.count_nonzero(good))
        self._n_good += n_good
        self._n_absurd += int(np.count_nonzero(measured)) - n_good
        if not n_good:
            return
        steps = np.rint(celsius[good].astype(np.float64) * _PER_DEGREE).astype(np.int64)
        ones = np.ones(n_good, np.int64)
        self._hold(_together(time_us[good] // MINUTE_US, steps, ones, steps, steps))

    def watching(self, blocks: Blocks) -> Blocks:
        """The same blocks; the temperature of each is taken while it passes by."""

        def walk() -> Iterator[Samples]:
            for block in blocks():
                if block.celsius is not None:
                    self.add(block.time_us, block.celsius)
                yield block

        return walk

    def result(self) -> tuple[Temperature, tuple[str, ...]]:
        """The minutes that can be believed, and a sentence for what was kept out; neither without readings."""
        total = f"{self._n_good + self._n_absurd:,}"
        if self._n_absurd > self._n_good:
            said = f"its temperature was left out: {self._n_absurd:,} of {total} readings are outside {_RANGE}"
            return Temperature(), (said,)
        rows = _put_together(self._parts)
        stuck = _stuck(rows)
        kept = rows[~stuck]
        celsius = (kept["sum"] / kept["count"] / _PER_DEGREE).astype(np.float32)
        said = f"readings of its temperature outside {_RANGE}, left out: {self._n_absurd:,} of {total}"
        absurd = (said,) if self._n_absurd else ()
        return Temperature(kept["minute"] * MINUTE_US, celsius), (*absurd, *_said_of_stuck(rows, stuck))

    def _hold(self, rows: NDArray[np.void]) -> None:
        self._parts.append(rows)
        self._n_pending += len(rows)
        if self._n_pending > self._limit:
            whole = _put_together(self._parts)
            self._parts, self._n_pending = [whole], len(whole)
            self._limit = max(_MOST_PENDING, 2 * len(whole))


def by_minute(time_us: NDArray[np.int64], celsius: NDArray[np.floating]) -> tuple[Temperature, tuple[str, ...]]:
    """The minutes of readings that are all at hand, and a sentence for what was kept out; see `MinuteMeans`."""
    means = MinuteMeans()
    means.add(time_us, celsius)
    return means.result()


def _put_together(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    if len(parts) <= 1:
        return parts[0] if parts else np.empty(0, _ROW)
    rows = np.concatenate(parts)
    return _together(rows["minute"], *(rows[name] for name, _ in _GATHERED))


def _together(minute: NDArray[np.int64], *columns: NDArray[np.int64]) -> NDArray[np.void]:
    """One row a minute, in order, of at least one; ``columns`` as in `_GATHERED`."""
    if (np.diff(minute) < 0).any():
        order = np.argsort(minute, kind="stable")
        minute, columns = minute[order], tuple(column[order] for column in columns)
    first = np.flatnonzero(np.diff(minute, prepend=minute[0] - 1))
    rows = np.empty(len(first), _ROW)
    rows["minute"] = minute[first]
    for (name, gather), column in zip(_GATHERED, columns, strict=True):
        rows[name] = gather.reduceat(column, first)
    return rows


def _stuck(rows: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which minutes belong to stretches of one value that are too long for a thermometer; a pause ends a stretch."""
    stuck = np.zeros(len(rows), np.bool_)
    if not len(rows):
        return stuck
    longest_us = ALWAYS_STUCK_US if rows["low"].min() == rows["high"].max() else STUCK_US
    still = rows["low"] == rows["high"]
    same = still[1:] & still[:-1] & (rows["low"][1:] == rows["low"][:-1])
    same &= np.diff(rows["minute"]) * MINUTE_US <= _PAUSE_US
    for start, stop in pairwise([0, *(np.flatnonzero(~same) + 1).tolist(), len(rows)]):
        lasts_us = int(rows["minute"][stop - 1] - rows["minute"][start] + 1) * MINUTE_US
        stuck[start:stop] = lasts_us >= longest_us and still[start]
    return stuck


def _said_of_stuck(rows: NDArray[np.void], stuck: NDArray[np.bool_]) -> tuple[str, ...]:
    if not stuck.any():
        return ()
    values_c = np.unique(rows["low"][stuck]) / _PER_DEGREE
    shown = " and ".join(f"{value:.1f}" for value in values_c[:3].tolist()) + (" and more" if len(values_c) > 3 else "")
    which = (
        "its temperature was left out" if stuck.all() else f"{int(stuck.sum()):,} min of its temperature were left out"
    )
    return (f"{which}: it stood still at {shown} degrees C for hours, as no working thermometer does",)
