"""From an envelope to movements: where each one starts and ends, and what it looks like by itself.

Decides *that* something moved. What it means (periodic, hypnic jerk, awake) depends on
its surroundings and is decided in `analytics.nights.labels` and `analytics.scoring.score`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria, Detection, Shapes
from analytics.model import Channel, Movement, Shape
from analytics.signal.brief import looks_like_jerk, middle
from analytics.signal.motion import Segment, envelope_width
from analytics.signal.runs import bridged, runs_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Decimals of what is kept of a movement, below what any sensor resolves (0.06 mg): digits beyond are noise, of which a
#: database cannot make less.
_G, _S, _DEG = 5, 3, 2


@dataclass(frozen=True, slots=True)
class Detected:
    """What one sensor saw, and when it could see at all.

    Attributes
    ----------
    movements : tuple of Movement
        By onset, numbered from 1.
    watched_us : int64 array, shape (k, 2)
        Stretches that were searched: gaps, too short segments and unscorable noise are outside.
    threshold_time_us, threshold_g : arrays, shape (m,)
        Detection threshold every half minute, inside the watched stretches.
    """

    movements: tuple[Movement, ...]
    watched_us: Ints
    threshold_time_us: Ints
    threshold_g: NDArray[np.float64]


def detect_movements(channel: Channel, found: Sequence[Segment], criteria: Criteria) -> Detected:
    """Find every movement of one sensor in one night.

    Parameters
    ----------
    channel : Channel
        Whose movements; only its labels and ``lsb_g`` are read here.
    found : sequence of Segment
        `analytics.signal.motion.segments` of it.
    criteria : Criteria

    Returns
    -------
    Detected
        Movements of any duration and shape, with those too short to be anything left out.
    """
    movements: list[Movement] = []
    spans: list[Ints] = []
    times: list[Ints] = []
    levels: list[NDArray[np.float64]] = []
    for segment in found:
        high_g, low_g = _thresholds(segment, channel.lsb_g, criteria.detection)
        scorable = segment.floor_g <= criteria.detection.unscorable_floor_mg / 1e3
        movements += _movements_of(segment, high_g, low_g, scorable, channel, criteria)
        spans.append(_spans_us(segment, scorable))
        every = max(1, round(30 * segment.rate_hz))
        usable = np.flatnonzero(scorable[::every]) * every
        times.append(segment.time_us[usable])
        levels.append(high_g[usable].astype(np.float64))
    ordered = sorted(movements, key=lambda m: (m.onset_us, m.offset_us))
    return Detected(
        movements=tuple(replace(m, number=i) for i, m in enumerate(ordered, start=1)),
        watched_us=np.concatenate(spans) if spans else np.empty((0, 2), np.int64),
        threshold_time_us=np.concatenate(times) if times else np.empty(0, np.int64),
        threshold_g=np.concatenate(levels) if levels else np.empty(0),
    )


def renumber(groups: Sequence[Sequence[Movement]]) -> tuple[Movement, ...]:
    """Movements of several sensors as one list, by onset, numbered from 1."""
    every = sorted((m for group in groups for m in group), key=lambda m: (m.onset_us, m.leg, m.recording))
    return tuple(replace(m, number=i) for i, m in enumerate(every, start=1))


@dataclass(frozen=True, slots=True)
class _Threshold:
    """So many times the floor and not below a least value; made of the samples that are asked for."""

    floor_g: NDArray[np.float32]
    times: float
    least_g: float

    def __getitem__(self, samples: Any, /) -> NDArray[np.float32]:
        found: NDArray[np.float32] = np.maximum(self.times * self.floor_g[samples], np.float32(self.least_g))
        return found


def _thresholds(segment: Segment, lsb_g: float, detection: Detection) -> tuple[_Threshold, _Threshold]:
    high_g = max(detection.high_mg / 1e3, detection.high_lsb * lsb_g)
    low_g = max(detection.low_mg / 1e3, detection.low_lsb * lsb_g)
    return (
        _Threshold(segment.floor_g, detection.high_floor, high_g),
        _Threshold(segment.floor_g, detection.low_floor, low_g),
    )


def _movement_runs(
    segment: Segment,
    high_g: _Threshold,
    low_g: _Threshold,
    lsb_g: float,
    criteria: Criteria,
) -> Ints:
    detection = criteria.detection
    above = segment.envelope_g > high_g[:]
    held = segment.tilt_g > max(detection.tilt_mg / 1e3, detection.tilt_lsb * lsb_g)
    # A limb that is still held up keeps a movement open, but only in reach of a burst: without that, slow
    # settling after a turn would glue the next kicks to it.
    near = _around(above, round(criteria.detection.tilt_median_s / 2 * segment.rate_hz))
    runs = bridged(runs_of((segment.envelope_g > low_g[:]) | (held & near)), detection.close_s * segment.rate_hz)
    touched = np.add.reduceat(above, runs[:, 0]) > 0 if len(runs) else np.empty(0, bool)
    # reduceat sums up to the next run's start; between runs nothing is above the high threshold anyway.
    return bridged(runs[touched], detection.lobe_s * segment.rate_hz)


def _around(flag: Bools, reach: int) -> Bools:
    """Samples at most ``reach`` away from one that is flagged."""
    near = np.zeros_like(flag)
    for first, end in bridged(runs_of(flag), 2 * reach).tolist():
        near[max(0, first - reach) : end + reach] = True
    return near


def _movements_of(
    segment: Segment,
    high_g: _Threshold,
    low_g: _Threshold,
    scorable: Bools,
    channel: Channel,
    criteria: Criteria,
) -> list[Movement]:
    edge = criteria.motion.edge_s * segment.rate_hz
    found = []
    for first, end in _movement_runs(segment, high_g, low_g, channel.lsb_g, criteria):
        if first < edge or first > len(segment) - edge or not scorable[first]:
            continue
        movement = _measure(segment, int(first), int(end), high_g, low_g, channel, criteria)
        if _long_enough(movement, criteria):
            found.append(movement)
    return found


def _long_enough(movement: Movement, criteria: Criteria) -> bool:
    # What is left out here is gone for good. The return of a brisk kick may stay below the threshold, so that only its
    # lift is seen, and the weaker it is the less of that; the rules give it their shortest duration.
    duration_s = (movement.offset_us - movement.onset_us) / 1e6
    return duration_s >= criteria.detection.visible_min_lm_s or movement.shape == "brief_jerk"


def _measure(
    segment: Segment,
    first: int,
    end: int,
    high_g: _Threshold,
    low_g: _Threshold,
    channel: Channel,
    criteria: Criteria,
) -> Movement:
    detection, rate_hz = criteria.detection, segment.rate_hz
    envelope = segment.envelope_g[first:end]
    peak_g = float(envelope.max())
    crossing = int(np.argmax(envelope > high_g[first:end]))
    reach = max(0, crossing - round(detection.onset_reach_s * rate_hz))
    floor_g = max(float(low_g[first + crossing]), detection.onset_share * peak_g)
    onset = first + reach + int(np.argmax(envelope[reach:] >= floor_g))
    onset_us, offset_us = _without_window(segment, onset, end - 1, criteria)
    turned_deg = _posture_change_deg(segment, onset_us, offset_us, criteria.shapes)
    bursts = _burst_times_s(envelope, peak_g, rate_hz)
    duration_s = (offset_us - onset_us) / 1e6
    threshold_g = float(high_g[first + crossing])
    return Movement(
        number=0,
        recording=channel.recording,
        site=channel.site,
        leg=channel.side,
        onset_us=onset_us,
        offset_us=offset_us,
        peak_g=round(peak_g, _G),
        threshold_g=round(threshold_g, _G),
        core_s=round(_core_s(segment.burst_g[first:end], rate_hz), _S),
        posture_change_deg=round(turned_deg, _DEG),
        n_bursts=len(bursts),
        shape=_shape(
            duration_s,
            turned_deg,
            bursts,
            criteria.shapes,
            is_jerk=looks_like_jerk(segment, first, end, onset_us, turned_deg, threshold_g, criteria),
        ),
    )


def _without_window(segment: Segment, onset: int, last: int, criteria: Criteria) -> tuple[int, int]:
    """First and last instant, freed from the centred RMS window: it sees a movement early and lets go late."""
    half_us = round((envelope_width(segment.rate_hz, criteria.motion) - 1) / segment.rate_hz * 5e5)
    first_us, last_us = int(segment.time_us[onset]), int(segment.time_us[last])
    half_us = min(half_us, (last_us - first_us) // 3)
    return first_us + half_us, last_us - half_us


def _core_s(burst_g: NDArray[np.float32], rate_hz: float) -> float:
    """Time above half of the peak, in a window of at most 0.1 s: the envelope would ring past it."""
    fine = ndimage.uniform_filter1d(burst_g, max(1, round(0.06 * rate_hz)), mode="nearest")
    return float(np.count_nonzero(fine > fine.max() / 2) / rate_hz)


def _burst_times_s(envelope_g: NDArray[np.float32], peak_g: float, rate_hz: float) -> NDArray[np.float64]:
    return runs_of(envelope_g > peak_g / 2)[:, 0] / rate_hz


def _posture_change_deg(segment: Segment, onset_us: int, offset_us: int, shapes: Shapes) -> float:
    """Angle between gravity's median before and after; NaN-free: 0 where a window lies outside the segment."""
    far, near = shapes.posture_before_s
    soon, late = shapes.posture_after_s
    before = _median_direction(segment, onset_us - round(far * 1e6), onset_us - round(near * 1e6))
    after = _median_direction(segment, offset_us + round(soon * 1e6), offset_us + round(late * 1e6))
    if before is None or after is None:
        return 0.0
    return float(np.degrees(np.arccos(np.clip(before @ after, -1.0, 1.0))))


def _median_direction(segment: Segment, start_us: int, end_us: int) -> NDArray[np.float64] | None:
    first, last = np.searchsorted(segment.slow_time_us, (start_us, end_us))
    if last <= first:
        return None
    down = middle(segment.slow_g[first:last])
    length = float(np.linalg.norm(down))
    return down / length if length > 0 else None


def _shape(
    duration_s: float,
    turned_deg: float,
    burst_times_s: NDArray[np.float64],
    shapes: Shapes,
    *,
    is_jerk: bool,
) -> Shape:
    if turned_deg > shapes.posture_deg:
        return "posture_change"
    if _is_train(duration_s, burst_times_s, shapes):
        return "rhythmic"
    if duration_s > shapes.large_s:
        return "large_movement"
    return "brief_jerk" if is_jerk and duration_s <= shapes.jerk_s else "leg_movement"


def _is_train(duration_s: float, burst_times_s: NDArray[np.float64], shapes: Shapes) -> bool:
    if len(burst_times_s) < shapes.train_bursts or duration_s < shapes.train_s:
        return False
    between_s = np.diff(burst_times_s)
    return bool(between_s.std() < shapes.train_cv * between_s.mean())


def _spans_us(segment: Segment, scorable: Bools) -> Ints:
    runs = runs_of(scorable)
    return np.column_stack((segment.time_us[runs[:, 0]], segment.time_us[runs[:, 1] - 1]))
