"""A sensor's own counter beside the clock of what logged it.

A telephone stamps samples when they arrive, in bunches and up to a second late; the sensor counts evenly, but from
a start of its own that changes whenever it restarts. So the counter gives the spacing, and the logging clock says
where each run of it lies: the median difference of the two. A run ends where the two clocks part for more than
`_TOLERANCE_US`; unless it was the telephone that changed its zone, which is told by the size of the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.recording import Decoded
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming

_SECOND_US = 1_000_000
#: Bunches arrive up to a few seconds late; a sensor that restarts is off by years.
_TOLERANCE_US = 10 * _SECOND_US
#: Interpolation between bunches may step back a little; a restart steps further.
_STEP_BACK_US = 100_000
#: All zones differ by multiples of it.
_ZONE_STEP_US = 15 * 60 * _SECOND_US
#: A counter that starts anew more often is none.
_MOST_RUNS = 1_000
_SAMPLE_OF_STRETCH = 2_000


@dataclass(frozen=True, slots=True)
class Anchors:
    """Where the runs of a counter begin, and what has to be added to it.

    Attributes
    ----------
    first_row, add_us : int64 array, shape (n_runs,)
        By number of the sample in the file, from 0. Empty where the counter cannot be used.
    problems : tuple of str
        What was found, for `Decoded.problems`.
    """

    first_row: NDArray[np.int64]
    add_us: NDArray[np.int64]
    problems: tuple[str, ...]

    @property
    def n_restarts(self) -> int:
        """How often the counter began anew."""
        return max(0, len(self.first_row) - 1)


@dataclass(slots=True)
class _Walk:
    """What is carried from one stretch to the next."""

    last: Rows | None = None
    n_rows: int = 0
    zone_us: int = 0
    n_repeats: int = 0


def decode_by_counter(table: Table, path: Path, *, logged_by: str) -> Decoded:
    """Decode a table whose rows have a counter beside their times: spaced by the one, dated by the other.

    Parameters
    ----------
    logged_by : str
        Whose the times are, for the messages: "telephone".

    Raises
    ------
    IngestError
        See `ingest.tables.table.decode`.
    """
    with naming(path):
        found = anchors(table.rows(), logged_by=logged_by, zoned=table.clock.base == "utc")
    spaced = replace(table, rows=lambda: by_counter(table.rows(), found), problems=(*table.problems, *found.problems))
    return replace(decode(spaced, path), restarts=found.n_restarts)


def anchors(stretches: Iterable[Rows], *, logged_by: str, zoned: bool) -> Anchors:
    """Compare both clocks over a whole table.

    Parameters
    ----------
    stretches : iterable of Rows
        With ``counter_us``.
    logged_by : str
        What kept the other clock, as warnings name it.
    zoned : bool
        Whether the other clock states its offset from UTC and so cannot change its zone.
    """
    walk = _Walk()
    starts: list[int] = []
    offsets: list[list[NDArray[np.int64]]] = []
    for rows in stretches:
        if not len(rows.time_us):
            continue
        begins, difference_us = _compared(rows, walk, zoned=zoned)
        if len(starts) + len(begins) > _MOST_RUNS:
            said = f"the sensor's own clock began anew more than {_MOST_RUNS} times: the {logged_by}'s was used"
            return Anchors(np.empty(0, np.int64), np.empty(0, np.int64), (said,))
        pieces = np.split(difference_us, begins)
        if offsets:
            offsets[-1].append(_spread(pieces[0]))
        offsets += [[_spread(piece)] for piece in pieces[1:]]
        starts += (walk.n_rows + begins).tolist()
        walk.n_rows += len(rows.time_us)
    add_us = [int(np.median(np.concatenate(run))) for run in offsets]
    problems = tuple(_said(len(starts) - 1, walk, logged_by))
    return Anchors(np.array(starts, np.int64), np.array(add_us, np.int64), problems)


def by_counter(stretches: Iterable[Rows], found: Anchors) -> Iterator[Rows]:
    """The same rows at the times of the counter, without those that only repeat the row before."""
    n_rows, last = 0, None
    for rows in stretches:
        counter_us = rows.counter_us
        if counter_us is None or not len(counter_us) or not len(found.first_row):
            yield replace(rows, counter_us=None)
            continue
        run = np.searchsorted(found.first_row, n_rows + np.arange(len(counter_us)), side="right") - 1
        new = ~_repeats(rows, last)
        n_rows, last = n_rows + len(counter_us), rows
        yield replace(rows, time_us=counter_us + found.add_us[run], counter_us=None).picked(new)


def _compared(rows: Rows, walk: _Walk, *, zoned: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows begin a run, and for every row by how much the counter lags the clock that logged it."""
    counter_us, logged_us = _counter(rows), rows.time_us
    first = walk.last is None
    before = rows if walk.last is None else walk.last
    step_counter = np.diff(counter_us, prepend=_counter(before)[0 if first else -1])
    step_logged = np.diff(logged_us, prepend=before.time_us[0 if first else -1])
    apart = step_logged - step_counter
    parted = np.abs(apart) > _TOLERANCE_US
    by_zone = np.rint(apart / _ZONE_STEP_US).astype(np.int64) * _ZONE_STEP_US
    even = (step_counter >= 0) & (step_counter <= _SECOND_US)
    rezoned = parted & even & (np.abs(apart - by_zone) <= _TOLERANCE_US) & (not zoned)
    zone_us = walk.zone_us + np.cumsum(np.where(rezoned, by_zone, 0))
    begins = (parted & ~rezoned) | (step_counter < -_STEP_BACK_US)
    begins[0] |= first
    walk.n_repeats += int(_repeats(rows, walk.last).sum())
    walk.last, walk.zone_us = rows, int(zone_us[-1])
    return np.flatnonzero(begins), logged_us - zone_us - counter_us


def _repeats(rows: Rows, last: Rows | None) -> NDArray[np.bool_]:
    """Which rows have the counter and the values of the row before: one sample that was logged twice."""
    counter_us, values = _counter(rows), rows.values
    same = np.zeros(len(counter_us), np.bool_)
    same[1:] = (counter_us[1:] == counter_us[:-1]) & (values[1:] == values[:-1]).all(axis=1)
    if last is not None:
        same[0] = counter_us[0] == _counter(last)[-1] and bool((values[0] == last.values[-1]).all())
    return same


def _counter(rows: Rows) -> NDArray[np.int64]:
    if rows.counter_us is None:
        raise ValueError("rows without a counter")
    return rows.counter_us


def _spread(piece: NDArray[np.int64]) -> NDArray[np.int64]:
    return piece[:: max(1, len(piece) // _SAMPLE_OF_STRETCH)]


def _said(n_restarts: int, walk: _Walk, logged_by: str) -> Iterator[str]:
    if n_restarts > 0:
        times = "once" if n_restarts == 1 else f"{n_restarts} times"
        yield f"the sensor's own clock began anew {times}; what came after was placed by the {logged_by}'s clock"
    if walk.zone_us:
        yield (
            f"the {logged_by}'s clock was set by {walk.zone_us / 3_600_000_000:+g} h within the recording:"
            " all times are those of the clock as it began"
        )
    if walk.n_repeats:
        yield f"{walk.n_repeats} lines repeat the sample before them and were left out"
