"""When the sensor was recording, and when it was probably lying on a table.

Published non-wear rules call still sleep non-wear, above all at the ankle. What tells a table from a leg is
that on a leg *something* moves every hour or so, and that taking a sensor off is itself a movement: hours
without a single one are not sleep.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Blank, BlankKind, Channel, Movement
from analytics.signal.angles import Epochs

Spans = NDArray[np.int64]
HOUR_US = 3_600_000_000


def recorded_spans(channels: Sequence[Channel], criteria: Criteria) -> Spans:
    """Stretches covered by at least one sensor, shape (k, 2), UTC, apart by more than ``split_gap_s``."""
    gap_us = round(criteria.motion.split_gap_s * 1e6)
    parts = [_covered(c.time_us, gap_us) for c in channels if len(c.time_us)]
    return union(np.concatenate(parts), gap_us) if parts else np.empty((0, 2), np.int64)


def _covered(time_us: NDArray[np.int64], gap_us: int) -> Spans:
    cuts = np.flatnonzero(np.diff(time_us) > gap_us)
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


def blanks_of(recorded: Spans, searched: Spans, unworn: Spans, criteria: Criteria) -> tuple[Blank, ...]:
    """What of a night was not recorded, could not be searched, or was probably not worn; by start.

    Parameters
    ----------
    recorded, searched, unworn : int64 arrays, shapes (k, 2)
        Each in order and without overlaps; at least one stretch recorded.
    """
    least_us = round(criteria.motion.split_gap_s * 1e6)
    found: list[tuple[Spans, BlankKind]] = [
        (_between(recorded), "gap"),
        # Searching stops a sample short of the end of a recording: nothing worth a word.
        (without(recorded, union(searched, least_us), least_us), "unscorable"),
        (unworn, "unworn"),
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
    pieces = []
    for start_us, end_us in spans.tolist():
        inside = taken[(taken[:, 1] > start_us) & (taken[:, 0] < end_us)]
        edges = np.concatenate(([start_us], np.clip(inside, start_us, end_us).ravel(), [end_us]))
        pieces.append(edges.reshape(-1, 2))
    left = np.concatenate(pieces) if pieces else spans
    return np.asarray(left[left[:, 1] - left[:, 0] > least_us], dtype=np.int64)


def unworn_spans(movements: Sequence[Movement], recorded: Spans, criteria: Criteria) -> Spans:
    """Stretches of the recording without a single movement, too long for a leg.

    Parameters
    ----------
    movements : sequence of Movement
        By onset.
    recorded : int64 array, shape (k, 2)
        UTC microseconds, in order, without overlaps.
    """
    if len(recorded) == 0:
        return recorded
    limits = criteria.assessment
    first_us, last_us = int(recorded[0, 0]), int(recorded[-1, 1])
    if not movements:
        return np.array([[first_us, last_us]])
    onsets = np.array([m.onset_us for m in movements])
    offsets = np.maximum.accumulate([m.offset_us for m in movements])
    inner = np.column_stack((offsets[:-1], onsets[1:]))
    inner = inner[_recorded_us(inner, recorded) > limits.unworn_h * HOUR_US]
    outer = np.array([[first_us, onsets[0]], [offsets[-1], last_us]])
    outer = outer[_recorded_us(outer, recorded) > limits.unworn_edge_h * HOUR_US]
    return union(np.concatenate((inner, outer)))


def _recorded_us(stretches: Spans, recorded: Spans) -> NDArray[np.int64]:
    """Recorded time in each stretch: no movement can be seen in a pause of the sensor."""
    return np.array([overlap_us(recorded, a, b) for a, b in stretches.tolist()], dtype=np.int64)


def without_unworn(found: Epochs, unworn: Spans) -> Epochs:
    """Epochs, the unworn ones unknown."""
    change = found.change_deg.copy()
    for start_us, end_us in unworn.tolist():
        first = (start_us - found.start_us) // found.step_us + 1
        last = (end_us - found.start_us) // found.step_us
        change[max(0, first) : max(0, last)] = np.nan
    return Epochs(found.start_us, found.step_us, change)
