"""When the sensors were recording, when none was worn, and what of a night is blank: arithmetic on stretches.

Whether one sensor was worn is decided in `analytics.signal.worn`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Blank, BlankKind, Channel
from analytics.signal.angles import Epochs
from analytics.signal.stamps.steps import pauses_after

Spans = NDArray[np.int64]


def recorded_spans(channels: Sequence[Channel], criteria: Criteria) -> Spans:
    """Stretches covered by at least one sensor, shape (k, 2), UTC, apart by more than ``split_gap_s``."""
    gap_us = round(criteria.motion.split_gap_s * 1e6)
    parts = [_covered(c.time_us, gap_us) for c in channels if len(c.time_us)]
    return union(np.concatenate(parts), gap_us) if parts else np.empty((0, 2), np.int64)


def _covered(time_us: NDArray[np.int64], gap_us: int) -> Spans:
    cuts = pauses_after(time_us, gap_us)
    starts = time_us[np.concatenate(([0], cuts + 1))]
    ends = time_us[np.concatenate((cuts, [len(time_us) - 1]))]
    return np.column_stack((starts, ends))


def union(spans: Spans, gap_us: int = 0) -> Spans:
    """Overlapping stretches made one, and those at most ``gap_us`` apart."""
    if len(spans) == 0:
        return spans
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    apart = ordered[1:, 0] > reach[:-1] + gap_us
    starts = ordered[np.concatenate(([True], apart)), 0]
    ends = reach[np.concatenate((apart, [True]))]
    return np.column_stack((starts, ends))


def is_inside(at_us: NDArray[np.int64], spans: Spans) -> NDArray[np.bool_]:
    """Which instants lie in one of the stretches, ends included; these are in order and do not overlap.

    Returns
    -------
    bool array, shape of ``at_us``
    """
    if len(spans) == 0:
        return np.zeros(len(at_us), dtype=np.bool_)
    i = np.searchsorted(spans[:, 0], at_us, side="right") - 1
    inside: NDArray[np.bool_] = (i >= 0) & (at_us <= spans[np.maximum(i, 0), 1])
    return inside


def overlap_us(spans: Spans, start_us: int, end_us: int) -> int:
    """How much of ``[start_us, end_us]`` the stretches cover.

    Parameters
    ----------
    spans : int64 array, shape (k, 2)
        UTC microseconds, in any order; they must not overlap each other.
    """
    if len(spans) == 0:
        return 0
    return int(np.maximum(0, np.minimum(spans[:, 1], end_us) - np.maximum(spans[:, 0], start_us)).sum())


def total_h(spans: Spans) -> float:
    """How many hours stretches that do not overlap last together."""
    return float((spans[:, 1] - spans[:, 0]).sum()) / 3.6e9


def gaps_us(spans: Spans, start_us: int, end_us: int) -> NDArray[np.int64]:
    """Lengths of the pauses between stretches inside ``[start_us, end_us]``, its edges included.

    Parameters
    ----------
    spans : int64 array, shape (k, 2)
        UTC microseconds, in order, without overlaps.
    """
    inside = spans[(spans[:, 1] > start_us) & (spans[:, 0] < end_us)]
    marks = np.concatenate(([start_us], np.clip(inside, start_us, end_us).ravel(), [end_us]))
    pauses = marks[1::2] - marks[::2]
    return np.asarray(pauses[pauses > 0], dtype=np.int64)


def blanks_of(recorded: Spans, searched: Spans, unworn: Spans, perhaps: Spans, criteria: Criteria) -> tuple[Blank, ...]:
    """What of a night was not recorded, could not be searched, or was probably or perhaps not worn; by start.

    Parameters
    ----------
    recorded, searched, unworn, perhaps : int64 arrays, shapes (k, 2)
        Each in order and without overlaps; at least one stretch recorded.
    """
    least_us = round(criteria.motion.split_gap_s * 1e6)
    found: list[tuple[Spans, BlankKind]] = [
        (_between(recorded), "gap"),
        # Searching stops a sample short of the end of a recording: nothing worth a word.
        (without(recorded, union(searched, least_us), least_us), "unscorable"),
        (unworn, "unworn"),
        (perhaps, "perhaps_unworn"),
    ]
    blanks = [Blank(start_us, end_us, kind) for spans, kind in found for start_us, end_us in spans.tolist()]
    return tuple(sorted(blanks, key=lambda b: (b.start_us, b.end_us, b.kind)))


def _between(spans: Spans) -> Spans:
    return np.column_stack((spans[:-1, 1], spans[1:, 0]))


def without(spans: Spans, taken: Spans, least_us: int = 0) -> Spans:
    """What is left of each stretch outside ``taken``, where it is longer than ``least_us``.

    Parameters
    ----------
    spans, taken : int64 arrays, shapes (k, 2)
        UTC microseconds, each in order and without overlaps.
    """
    if len(spans) == 0 or (len(taken) == 0 and least_us == 0):
        return spans
    pieces = []
    for start_us, end_us in spans.tolist():
        inside = taken[(taken[:, 1] > start_us) & (taken[:, 0] < end_us)]
        edges = np.concatenate(([start_us], np.clip(inside, start_us, end_us).ravel(), [end_us]))
        pieces.append(edges.reshape(-1, 2))
    left = np.concatenate(pieces)
    return np.asarray(left[left[:, 1] - left[:, 0] > least_us], dtype=np.int64)


def common(spans: Spans, others: Spans) -> Spans:
    """What is in stretches of both; each in order and without overlaps."""
    return without(spans, without(spans, others))


def worn_by_none(recorded: Spans, worn: Sequence[Spans], criteria: Criteria) -> Spans:
    """What was recorded while none of the sensors was worn, where that is longer than a usual pause.

    Parameters
    ----------
    recorded : int64 array, shape (k, 2)
        By at least one sensor.
    worn : sequence of int64 arrays, shape (k, 2)
        When each sensor recorded and was worn.
    """
    taken = union(np.concatenate(worn)) if worn else recorded[:0]
    return without(recorded, taken, round(criteria.motion.split_gap_s * 1e6))


def without_unworn(found: Epochs, unworn: Spans) -> Epochs:
    """Epochs, the unworn ones unknown."""
    change = found.change_deg.copy()
    for start_us, end_us in unworn.tolist():
        first = (start_us - found.start_us) // found.step_us + 1
        last = (end_us - found.start_us) // found.step_us
        change[max(0, first) : max(0, last)] = np.nan
    return Epochs(found.start_us, found.step_us, change)
