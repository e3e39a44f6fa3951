"""What each half minute of a night showed: movements, turns, motion, small tilts. The sleep model sees nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.model import Movement
from analytics.signal.angles import Gravity
from analytics.signal.wear import union
from analytics.sleep.states import EPOCH_US

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Weaker movements are not counted: on many sensors they are noise, pulse or a bed partner.
_LEAST_G = 0.012
#: Movements closer than this are one movement of two legs.
_TOGETHER_US = 500_000
#: Half minutes begin on these marks.
_MARK_US = 5_000_000
#: Gravity's median over this is where the leg lies; a kick held for less than half leaves no trace.
_REST_US = 20_000_000
#: A movement that leaves so much, and no more, is a small tilt; a larger one is a turn.
_TILT_DEG = (2.0, 10.0)


@dataclass(frozen=True, slots=True)
class HalfMinutes:
    """Consecutive epochs of `analytics.sleep.states.EPOCH_S` from an exact five-second mark of UTC on.

    Attributes
    ----------
    start_us : int
        Of the first.
    is_known : bool array, shape (n,)
        Recorded by a worn sensor.
    n_movements : uint8 array, shape (n,)
        Beginning in it: 0, 1, 2, or 3 for more.
    turn_deg : float64 array, shape (n,)
        How far the leg lies turned after it from before it; 0 in neighbours of a larger turn, so that each counts once.
    in_motion : uint8 array, shape (n,)
        Share of it in movements: 0 below 0.3, 1 below 0.7, 2 more.
    n_tilted : uint8 array, shape (n,)
        Movements that left the leg tilted by 2-10 degrees.
    """

    start_us: int
    is_known: Bools
    n_movements: NDArray[np.uint8]
    turn_deg: Floats
    in_motion: NDArray[np.uint8]
    n_tilted: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.is_known)

    def edges_us(self) -> Ints:
        """Start of every epoch and the end of the last one, shape (n + 1,)."""
        return self.start_us + EPOCH_US * np.arange(len(self) + 1, dtype=np.int64)


def half_minutes(
    sensors: Sequence[Sequence[Gravity]], movements: Sequence[Movement], known_us: Ints, start_us: int, end_us: int
) -> HalfMinutes:
    """What each half minute showed.

    Parameters
    ----------
    sensors : sequence of the segments of each sensor
    movements : sequence of Movement
        Of all sensors, by onset.
    known_us : int64 array, shape (k, 2)
        Stretches that a worn sensor recorded, UTC, in order, without overlaps.
    start_us, end_us : int
        UTC; rounded outwards, the first to five seconds.
    """
    origin_us = start_us // _MARK_US * _MARK_US
    n = max(0, -(-(end_us - origin_us) // EPOCH_US))
    turn_deg = np.full(n, np.nan)
    for found in sensors:
        turn_deg = np.fmax(turn_deg, _turn_deg(found, origin_us, n))
    n_movements, n_tilted = _counted(movements, origin_us, n)
    return HalfMinutes(
        start_us=origin_us,
        is_known=_covered(known_us, origin_us, n) > 0.5,
        n_movements=np.minimum(n_movements, 3).astype(np.uint8),
        turn_deg=_each_once(np.nan_to_num(turn_deg)),
        in_motion=_motion_class(movements, origin_us, n),
        n_tilted=np.minimum(n_tilted, 3).astype(np.uint8),
    )


def _counted(movements: Sequence[Movement], origin_us: int, n: int) -> tuple[Ints, Ints]:
    """Movements that begin in each epoch, legs together, and those of them that leave a small tilt."""
    strong = [m for m in movements if m.peak_g >= _LEAST_G]
    if not strong:
        return np.zeros(n, np.int64), np.zeros(n, np.int64)
    onsets = np.array([m.onset_us for m in strong], dtype=np.int64)
    tilts = np.array([m.posture_change_deg for m in strong])
    new = np.concatenate(([True], np.diff(onsets) > _TOGETHER_US))
    group = np.cumsum(new) - 1
    largest = np.zeros(group[-1] + 1)
    np.maximum.at(largest, group, np.nan_to_num(tilts))
    at = (onsets[new] - origin_us) // EPOCH_US
    inside = (at >= 0) & (at < n)
    tilted = inside & (largest >= _TILT_DEG[0]) & (largest < _TILT_DEG[1])
    return np.bincount(at[inside], minlength=n), np.bincount(at[tilted], minlength=n)


def _motion_class(movements: Sequence[Movement], origin_us: int, n: int) -> NDArray[np.uint8]:
    spans = np.array([(m.onset_us, m.offset_us) for m in movements], dtype=np.int64).reshape(-1, 2)
    share = _covered(union(spans), origin_us, n)
    return np.digitize(share, (0.3, 0.7)).astype(np.uint8)


def _covered(spans: Ints, origin_us: int, n: int) -> Floats:
    """Share of each epoch that stretches cover; they are in order and do not overlap."""
    edges = origin_us + EPOCH_US * np.arange(n + 1, dtype=np.int64)
    if not len(spans):
        return np.zeros(n)
    summed = np.concatenate(([0], np.cumsum(spans[:, 1] - spans[:, 0]).repeat(2)[:-1]))
    return np.diff(np.interp(edges, spans.ravel(), summed)) / EPOCH_US


def _turn_deg(found: Sequence[Gravity], origin_us: int, n: int) -> Floats:
    """Angle between where the leg lies in the 20 s before an epoch and in the 20 s after it; NaN where not recorded."""
    edges = origin_us + EPOCH_US * np.arange(n + 1, dtype=np.int64)
    before, after = np.full((2, n, 3), np.nan)
    for segment in found:
        _fill_rest(before, segment, edges[:-1] - _REST_US)
        _fill_rest(after, segment, edges[1:])
    return _angle_deg(before, after)


def _fill_rest(rest: Floats, segment: Gravity, starts_us: Ints) -> None:
    """Median gravity of every window that the segment fills; each lasts `_REST_US`."""
    time_us = segment.slow_time_us
    if len(time_us) < 2:
        return
    step_us = max(1.0, (int(time_us[-1]) - int(time_us[0])) / (len(time_us) - 1))
    # One less: a rate that does not divide the window puts a sample more or less into it.
    size = int(_REST_US / step_us) - 1
    first, last = np.searchsorted(time_us, (starts_us, starts_us + _REST_US))
    whole = np.flatnonzero(last - first >= max(1, size))
    if len(whole):
        picked = segment.slow_g[first[whole][:, None] + np.arange(max(1, size))]
        rest[whole] = np.median(picked, axis=1)


def _angle_deg(before: Floats, after: Floats) -> Floats:
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    cosine = np.divide((before * after).sum(axis=1), lengths, out=np.full(len(before), np.nan), where=lengths > 0)
    found: Floats = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
    return found


def _each_once(turn_deg: Floats) -> Floats:
    """0 beside a larger turn: both windows of a neighbour may reach over it."""
    wide = np.concatenate(([0.0], turn_deg, [0.0]))
    is_peak = (turn_deg > wide[:-2]) & (turn_deg >= wide[2:])
    return np.where(is_peak, turn_deg, 0.0)
