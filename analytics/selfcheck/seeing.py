"""What one recording shows of a check: the movements, the still minutes, and the walk.

The movements are those of the product's own detector; nothing is detected twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria
from analytics.model import Channel, Movement
from analytics.selfcheck.matching import Match, matches_of
from analytics.selfcheck.plan import KICKS_S, LEG_STARTS_S, STILL_S
from analytics.signal.detect_movements import Detected, detect_movements
from analytics.signal.motion import Segment, segments

#: Left out at both ends of the still minutes, seconds: lying down, and the first kick.
_EDGE_S = 10
#: A shorter pause between movements is no rest, seconds.
_MIN_REST_S = 30
#: A walk of twenty steps lasts 10 to 20 s; this much of it is looked at, seconds.
_WALK_S = 6.0
#: Weakest walk, g RMS of the band-passed vector; waists of slow walkers have about twice as much. own.
_MIN_WALK_G = 0.06
#: From a quick step to a slow stride, seconds.
_REPEATS_S = (0.35, 1.7)
#: Least autocorrelation of a walk; its period is the shortest one that comes near the best. own.
_MIN_REGULAR, _AS_REGULAR = 0.3, 0.85


@dataclass(frozen=True, slots=True)
class Walk:
    """The strongest regular stretch of walking.

    Attributes
    ----------
    rms_g : float
        Of the 0.5-10 Hz vector.
    repeats_s : float
        After what time the shaking comes again: a step in the middle of the body, which both legs shake; a stride of
        two steps on a leg.
    turned_deg : float or None
        Angle of gravity between lying and walking; None where no rest was found.
    """

    rms_g: float
    repeats_s: float
    turned_deg: float | None


@dataclass(frozen=True, slots=True)
class Rest:
    """The minutes of lying still.

    Attributes
    ----------
    norm_g : float
        Median length of the acceleration vector.
    blind_mg : float or None
        Median detection threshold: the sensor is blind below it. None where nothing could be searched.
    """

    seconds: float
    norm_g: float
    blind_mg: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One sensor's recording of a check.

    Attributes
    ----------
    movements : tuple of Movement
    matches : tuple of Match
        The plan of each leg laid over them, where there is a movement; the better one first.
    rest, walk
        None where there is none.
    searched_s : float
        How much of the recording could be searched for movements.
    """

    movements: tuple[Movement, ...]
    matches: tuple[Match, ...]
    rest: Rest | None
    walk: Walk | None
    searched_s: float

    @property
    def plan(self) -> Match | None:
        """The plan that is there, of whichever leg; where both are, that with the stronger kicks."""
        there = [match for match in self.matches if match.is_plan]
        return max(there, key=lambda match: (match.peak_g, match.n_found), default=None)

    @property
    def nearest(self) -> Match | None:
        """The plan that is there, else what comes nearest to it."""
        return self.plan or next(iter(self.matches), None)


def see(channel: Channel, criteria: Criteria) -> Seen:
    """Find in a recording what a check needs.

    Parameters
    ----------
    channel : Channel
        A day at most.
    """
    found = segments(channel, criteria)
    detected = detect_movements(channel, found, criteria)
    seen = Seen(detected.movements, matches_of(detected.movements), None, None, _length_s(detected))
    rest_us = _rest_us(seen, detected)
    rest = _rest(channel, detected, rest_us) if rest_us else None
    walk = _walk(found, _walk_after_us(seen, rest_us), _direction(channel, rest_us) if rest_us else None)
    return Seen(seen.movements, seen.matches, rest, walk, seen.searched_s)


def _length_s(detected: Detected) -> float:
    return float((detected.watched_us[:, 1] - detected.watched_us[:, 0]).sum()) / 1e6


def _rest_us(seen: Seen, detected: Detected) -> tuple[int, int] | None:
    """The still minutes before the kicks, or without the plan the longest pause between movements; its middle."""
    plan = seen.plan
    if plan is not None:
        first_us = plan.first_kick_us - LEG_STARTS_S[plan.leg] * 1_000_000
        return first_us - (STILL_S - _EDGE_S) * 1_000_000, first_us - _EDGE_S * 1_000_000
    pauses = _pauses_us(seen.movements, detected)
    if not pauses:
        return None
    start_us, end_us = max(pauses, key=lambda pause: pause[1] - pause[0])
    trim_us = min(_EDGE_S * 1_000_000, (end_us - start_us) // 4)
    return (start_us + trim_us, end_us - trim_us) if end_us - start_us >= _MIN_REST_S * 1_000_000 else None


def _pauses_us(movements: Sequence[Movement], detected: Detected) -> list[tuple[int, int]]:
    pauses = []
    for start_us, end_us in detected.watched_us.tolist():
        inside = [m for m in movements if start_us <= m.onset_us <= end_us]
        starts = [start_us, *np.maximum.accumulate([m.offset_us for m in inside]).tolist()] if inside else [start_us]
        pauses += list(zip(starts, [*(m.onset_us for m in inside), end_us], strict=True))
    return pauses


def _rest(channel: Channel, detected: Detected, rest_us: tuple[int, int]) -> Rest | None:
    first, last = np.searchsorted(channel.time_us, rest_us)
    if last - first < 2:
        return None
    norms = np.linalg.norm(channel.xyz_g[first:last].astype(np.float64), axis=1)
    inside = (detected.threshold_time_us >= rest_us[0]) & (detected.threshold_time_us <= rest_us[1])
    levels = detected.threshold_g[inside]
    return Rest(
        seconds=(rest_us[1] - rest_us[0]) / 1e6,
        norm_g=float(np.nanmedian(norms)),
        blind_mg=float(np.median(levels) * 1e3) if len(levels) else None,
    )


def _direction(channel: Channel, rest_us: tuple[int, int]) -> NDArray[np.float64] | None:
    first, last = np.searchsorted(channel.time_us, rest_us)
    return np.nanmedian(channel.xyz_g[first:last].astype(np.float64), axis=0) if last > first else None


def _walk_after_us(seen: Seen, rest_us: tuple[int, int] | None) -> int:
    plan = seen.plan
    if plan is not None:
        return plan.first_kick_us + KICKS_S[plan.leg][-1] * 1_000_000 + _EDGE_S * 1_000_000
    return rest_us[1] if rest_us else 0


def _walk(found: Sequence[Segment], after_us: int, lying_g: NDArray[np.float64] | None) -> Walk | None:
    """The strongest stretch that is regular; where the plan was not found, people may also walk before it."""
    walks = [walk for segment in found if (walk := _walk_in(segment, after_us, lying_g)) is not None]
    return max(walks, key=lambda walk: walk.rms_g, default=None)


def _walk_in(segment: Segment, after_us: int, lying_g: NDArray[np.float64] | None) -> Walk | None:
    width = round(_WALK_S * segment.rate_hz)
    begin = int(np.searchsorted(segment.time_us, after_us))
    if len(segment) - begin < width:
        return None
    power = ndimage.uniform_filter1d(segment.burst_g[begin:] ** 2, width, mode="nearest")
    middle = begin + int(np.argmax(power[width // 2 : len(power) - width // 2 + 1])) + width // 2
    first = max(begin, middle - width // 2)
    rms_g = float(np.sqrt(np.mean(segment.burst_g[first : first + width] ** 2)))
    period_s = _period_s(segment.burst_g[first : first + width], segment.rate_hz)
    if rms_g < _MIN_WALK_G or period_s is None:
        return None
    return Walk(rms_g, period_s, _turned_deg(segment, first, first + width, lying_g))


def _period_s(burst_g: NDArray[np.float32], rate_hz: float) -> float | None:
    """`Walk.repeats_s`; None where the stretch does not repeat itself."""
    wave = burst_g.astype(np.float64)
    wave -= wave.mean()
    n = len(wave)
    raw = np.correlate(wave, wave, "full")[n - 1 :]
    alike = raw / np.maximum(1, n - np.arange(n)) / max(float(wave.var()), 1e-12)
    low, high = round(_REPEATS_S[0] * rate_hz), round(_REPEATS_S[1] * rate_hz)
    inside = alike[low - 1 : high + 2]
    peaks = np.flatnonzero((inside[1:-1] >= inside[:-2]) & (inside[1:-1] > inside[2:]))
    if not len(peaks) or inside[1 + peaks].max() < _MIN_REGULAR:
        return None
    good = peaks[inside[1 + peaks] >= _AS_REGULAR * inside[1 + peaks].max()]
    return float((low + good[0]) / rate_hz)


def _turned_deg(segment: Segment, first: int, last: int, lying_g: NDArray[np.float64] | None) -> float | None:
    if lying_g is None:
        return None
    edges_us = segment.time_us[first], segment.time_us[min(last, len(segment) - 1)]
    begin, end = np.searchsorted(segment.slow_time_us, edges_us)
    walking_g = segment.slow_g[begin:end].mean(axis=0) if end > begin else np.zeros(3)
    length = float(np.linalg.norm(lying_g) * np.linalg.norm(walking_g))
    if not length > 0:
        return None
    return float(np.degrees(np.arccos(np.clip(lying_g @ walking_g / length, -1.0, 1.0))))
