"""How far two sensors' clocks run apart, told from the moments at which both saw the person start or stop moving.

Turning over, getting up and setting off move the whole body. What counts is when movement begins and ends, never how
long it lasts: two people who walk for 20 minutes at the same hour share thousands of strong samples and two moments.
So the activity of each sensor is taken over a stride (steps of two legs alternate: anything finer would put one leg
half a stride beside the other), clipped, and turned into its rises and falls; crowded times are damped, so that a busy
morning does not outvote the turns of a night.

1. Rises and falls are correlated piece by piece, up to ``max_lag_min`` either way, and the pieces are added along every
   drift up to ``max_drift_ppm``: the best sum is the coarse offset and drift.
2. The confidence is how far that sum stands above the best one elsewhere. Thousands of other lags show what chance
   gives these two sensors: strangers' best and second best are alike.
3. Movements that begin and end in both at about the same time are paired, and a robust line through their differences
   gives offset, drift, and how uncertain the line is where it is worst.
4. Where both sensors walk, the phase of their strides refines the line, if movements tell which stride is which; if
   not, the doubt covers every reading that could be.

Three assumptions: the sensors share some movements; a clock drifts evenly; kicks that alternate between the legs at a
fixed delay do not outweigh everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from analytics.criteria import Alignment
from analytics.signal.lag_line import Line, Moments, by_movements, by_strides_too
from analytics.signal.motion import Segment
from analytics.signal.strides import Waves, about_a_walk, stride_wave, walked

Floats = NDArray[np.float64]
Parts = Sequence[Segment]

_BIN_US = 100_000
_BIN_S = _BIN_US / 1e6
#: A stride, over which activity is taken, and either side of a rise or fall; bins.
_STRIDE, _SIDE = 11, 10
#: Activity is in doublings above the noise, this many at most: a turn and a stamp count alike.
_MOST_DOUBLINGS = 4.0
#: Crowded times are damped over this; a rise of a few tenths is still one where nothing else moves.
_CROWD_S, _QUIET = 300.0, 0.15
#: A rise or fall by so many doublings is a moment; those of two sensors are paired within so many seconds.
_MOMENT, _PAIR_S = 0.3, 1.5
#: Around the best lag, what still belongs to its peak: a movement lasts some seconds.
_PEAK_S = 15.0
_DRIFT_STEP_PPM = 25.0
#: Two legs begin one movement within this of each other, seconds: a standard deviation.
_JITTER_S = 0.2
#: A walk is begun by one leg and ended by one, with many people always the same: half a stride and more of doubt.
_FIRST_FOOT_S = 1.0
#: Movements are paired near the coarse line, then near the line that they told.
_PAIRINGS = 2


@dataclass(frozen=True, slots=True)
class Offset:
    """How the clock of one sensor compares with another's.

    Attributes
    ----------
    at_us : int
        A moment on the second sensor's clock: the middle of the time compared.
    behind_s : float
        To be added to its times at that moment.
    drift_ppm : float or None
        How fast that grows; None where fewer than three pieces could tell.
    confidence : float
        0-1: how far the best fit stands out from all others.
    uncertain_s : float
        Three standard errors of what is added, where they are largest; infinite where nothing could tell.
    movements : int
        Movements that both sensors saw and that the line goes by.
    """

    at_us: int
    behind_s: float
    drift_ppm: float | None
    confidence: float
    uncertain_s: float
    movements: int

    def is_trusted(self, limits: Alignment, *, within_s: float) -> bool:
        """Whether that is enough to move anything that must be right within so many seconds."""
        return (
            self.confidence >= limits.min_confidence
            and self.movements >= limits.min_movements
            and self.uncertain_s <= within_s
        )


_UNTOLD = Offset(0, 0.0, None, 0.0, float("inf"), 0)


def compare(first: Parts, second: Parts, limits: Alignment, *, opposite_legs: bool = False) -> Offset:
    """How the second sensor's clock compares with the first's.

    Parameters
    ----------
    first, second : sequences of Segment
        What each sensor recorded, in order, each on the clock that is to be compared.
    opposite_legs : bool
        Whether one was worn on the left leg and one on the right: where both walk, they strike by turns.
    """
    if not first or not second:
        return _UNTOLD
    start_us = min(int(parts[0].time_us[0]) for parts in (first, second))
    end_us = max(int(parts[-1].time_us[-1]) for parts in (first, second))
    n = int((end_us - start_us) // _BIN_US) + 1
    one, other = (_activity(parts, start_us, n) for parts in (first, second))
    coarse = _coarse(one.rise, other.rise, limits)
    if coarse is None:
        return _UNTOLD
    with_drift = n * _BIN_S >= 3 * limits.piece_min * 60
    line = _fine(one, other, coarse, with_drift=with_drift, opposite_legs=opposite_legs)
    middle_s = n * _BIN_S / 2
    return Offset(
        at_us=start_us + round((middle_s - line.middle_s) * 1e6),
        behind_s=line.middle_s,
        drift_ppm=line.slope * 1e6 if with_drift else None,
        confidence=coarse.confidence,
        uncertain_s=line.uncertain_s,
        movements=line.movements,
    )


@dataclass(frozen=True, slots=True)
class _Activity:
    """By how many doublings activity rises (falls: negative) at each bin; the rhythm of strides, complex."""

    rise: Floats
    strides: Waves
    walks: NDArray[np.bool_]


def _activity(parts: Parts, start_us: int, n: int) -> _Activity:
    """Of one sensor; nothing rises near a time that was not recorded."""
    usual_g = float(np.median(np.concatenate([part.floor_g[::50] for part in parts])))
    power, floor, count = np.zeros(n), np.zeros(n), np.zeros(n)
    for part in parts:
        which = (part.time_us - start_us) // _BIN_US
        count += np.bincount(which, minlength=n)
        power += np.bincount(which, part.envelope_g**2, minlength=n)
        # While the person walks, the floor is walking.
        floor += np.bincount(which, np.minimum(part.floor_g, 2 * usual_g), minlength=n)
    seen = count > 0
    count[~seen] = 1
    noise = np.maximum(4 * floor / count, 1e-9)
    over_stride = ndimage.uniform_filter1d(power / count, _STRIDE, mode="nearest")
    doublings, fast = (
        np.where(seen, np.maximum(np.log2(np.sqrt(np.maximum(mean, 1e-18)) / noise), 0.0), 0.0)
        for mean in (over_stride, power / count)
    )
    # A recording that starts while its wearer walks starts no movement: both would start with "one" at the same time.
    inside = ndimage.minimum_filter1d(seen.astype(np.uint8), 6 * _SIDE + 1, mode="constant")
    strides = stride_wave(fast, _BIN_S)
    return _Activity(_rises(np.minimum(doublings, _MOST_DOUBLINGS)) * inside, strides, about_a_walk(strides, _BIN_S))


def _rises(doublings: Floats) -> Floats:
    total, rise = np.concatenate(([0.0], np.cumsum(doublings))), np.zeros(len(doublings))
    at = np.arange(_SIDE, len(doublings) - _SIDE)
    rise[at] = (total[at + _SIDE] - 2 * total[at] + total[at - _SIDE]) / _SIDE
    return rise


@dataclass(frozen=True, slots=True)
class _Coarse:
    """Lag of the second sensor at the middle, its drift, and how far both stand out."""

    lag_s: float
    drift: float
    confidence: float


def _coarse(one: Floats, other: Floats, limits: Alignment) -> _Coarse | None:
    """The lag and drift along which rises and falls fit best; None where nothing fits."""
    reach = round(limits.max_lag_min * 60 / _BIN_S)
    fits, centres = _fits(_damped(one), _damped(other), reach, round(limits.piece_min * 60 / _BIN_S))
    if not fits:
        return None
    drifts = np.arange(-limits.max_drift_ppm, limits.max_drift_ppm + 1, _DRIFT_STEP_PPM) * 1e-6
    best_fit, best_drift = np.full(2 * reach + 1, -np.inf), np.zeros(2 * reach + 1)
    for drift in drifts.tolist():
        moved = (np.roll(fit, -round(centre * drift)) for fit, centre in zip(fits, centres, strict=True))
        along = ndimage.uniform_filter1d(np.sum(list(moved), axis=0), 5)
        best_drift[along > best_fit] = drift
        np.maximum(best_fit, along, out=best_fit)
    best = int(np.argmax(best_fit))
    if best_fit[best] <= 0 or best in (0, 2 * reach):
        return None
    near = round(_PEAK_S / _BIN_S)
    rival = max(0.0, float(np.delete(best_fit, slice(max(0, best - near), best + near + 1)).max(initial=0.0)))
    return _Coarse((best - reach) * _BIN_S, float(best_drift[best]), 1 - rival / float(best_fit[best]))


def _damped(rise: Floats) -> Floats:
    crowd = ndimage.uniform_filter1d(rise**2, round(_CROWD_S / _BIN_S))
    damped: Floats = rise / np.sqrt(np.maximum(crowd, 0.0) + _QUIET**2)
    return damped


def _fits(one: Floats, other: Floats, reach: int, length: int) -> tuple[list[Floats], list[float]]:
    """Of each piece, products of ``one[k]`` and ``other[k - lag]`` for lags from ``-reach`` to ``reach``.

    And where its middle lies from the middle of all, in bins.
    """
    size = fft.next_fast_len(length + 2 * reach, real=True)
    padded = np.pad(other, (reach, reach + length))
    fits, centres = [], []
    for first in range(0, len(one), length):
        here, there = one[first : first + length], padded[first : first + length + 2 * reach]
        if not here.any() or not there.any():
            continue
        product = fft.irfft(np.conj(fft.rfft(here, size)) * fft.rfft(there, size), size)
        fits.append(product[2 * reach :: -1] if reach else product[:1])
        centres.append(first + len(here) / 2 - len(one) / 2)
    return fits, centres


def _fine(one: _Activity, other: _Activity, coarse: _Coarse, *, with_drift: bool, opposite_legs: bool) -> Line:
    """A robust line through the differences of paired movements, and of strides where they agree with it."""
    half_s = len(one.rise) * _BIN_S / 2
    line = Line(coarse.lag_s, coarse.drift, float("inf"), 0)
    for _ in range(_PAIRINGS):
        moments = _pairs(one, other, line, half_s)
        if len(moments.at_s) < 3:
            return Line(coarse.lag_s, coarse.drift, float("inf"), len(moments.at_s))
        line = by_movements(moments, half_s, with_drift=with_drift)
    strides = walked(
        one.strides, other.strides, _BIN_S, behind_s=line.middle_s, drift=line.slope, opposite_legs=opposite_legs
    )
    strides = replace(strides, late_s=strides.late_s + line.at(strides.at_s))
    return by_strides_too(moments, line, strides, half_s, with_drift=with_drift)


def _pairs(one: _Activity, other: _Activity, near: Line, half_s: float) -> Moments:
    """Movements of both that are not far from a line, and what they tell.

    A movement begins and ends. Where both legs do the same, both differences are alike; where each wriggles for itself,
    or one leg takes the first step and the last, they are apart, and by so much less the movement tells.
    """
    (begin_s, begin_late_s), (end_s, end_late_s) = (
        _paired(_moments(sign * one.rise) - half_s, _moments(sign * other.rise) - half_s, near) for sign in (1.0, -1.0)
    )
    next_end = np.searchsorted(end_s, begin_s)
    # Of several beginnings before one end the last is its own.
    own = (next_end < len(end_s)) & np.append(np.diff(next_end) > 0, True)[: len(next_end)]
    begin_s, begin_late_s, next_end = begin_s[own], begin_late_s[own], next_end[own]
    at_s, apart_s = (begin_s + end_s[next_end]) / 2, end_late_s[next_end] - begin_late_s
    late_s = (begin_late_s + end_late_s[next_end]) / 2 + near.at(at_s)
    in_a_walk = one.walks[np.clip(np.rint((at_s + half_s) / _BIN_S).astype(int), 0, len(one.walks) - 1)]
    jitter_s = np.where(in_a_walk, np.hypot(_JITTER_S, _FIRST_FOOT_S), _JITTER_S)
    return Moments(at_s, late_s, np.hypot(jitter_s, apart_s / 2))


def _paired(mine: Floats, theirs: Floats, near: Line) -> tuple[Floats, Floats]:
    """Moments of the first sensor that are nearest to one of the second and the other way round, and how much later."""
    if not len(mine) or not len(theirs):
        return np.zeros(0), np.zeros(0)
    moved = theirs + near.at(theirs)
    there, back = _nearest(moved, mine), _nearest(mine, moved)
    both = (back[there] == np.arange(len(mine))) & (np.abs(mine - moved[there]) <= _PAIR_S)
    return mine[both], (mine - moved[there])[both]


def _moments(rise: Floats) -> Floats:
    """When it rises most, seconds, finer than a bin: tops of parabolas through three values."""
    left, middle, right = rise[:-2], rise[1:-1], rise[2:]
    at = np.flatnonzero((middle > _MOMENT) & (middle >= left) & (middle > right)) + 1
    bend = rise[at - 1] - 2 * rise[at] + rise[at + 1]
    top: Floats = (at + 0.5 * (rise[at - 1] - rise[at + 1]) / np.minimum(bend, -1e-12)) * _BIN_S
    return top


def _nearest(sorted_s: Floats, asked_s: Floats) -> NDArray[np.int64]:
    """Which of the sorted ones is nearest to each."""
    after = np.clip(np.searchsorted(sorted_s, asked_s), 0, len(sorted_s) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(sorted_s[before] - asked_s) <= np.abs(sorted_s[after] - asked_s), before, after)
