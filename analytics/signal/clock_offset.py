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
4. Where both sensors walk, the phase of their strides refines the line, if movements tell which stride is which.

Three assumptions: the sensors share some movements; a clock drifts evenly; kicks that alternate between the legs at a
fixed delay do not outweigh everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from analytics.criteria import Alignment
from analytics.signal.motion import Segment

Floats = NDArray[np.float64]
Waves = NDArray[np.complex128]
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
_MOMENT, _PAIR_S = 0.5, 1.0
#: Around the best lag, what still belongs to its peak: a movement lasts some seconds.
_PEAK_S = 15.0
_DRIFT_STEP_PPM = 25.0
#: Strides, and steps of both feet together. Windows in which their rhythm is compared; how strong it must be in both,
#: and how alike.
_STRIDES_HZ, _STEPS_HZ = (0.7, 1.25), (1.4, 2.4)
_WALK_S, _STEP_DOUBLINGS, _ALIKE = 20.0, 0.3, 0.7
#: How far steps of one window may be off, seconds: no gait is quite even.
_STEP_DOUBT_S = 0.05
#: Lines are tried with either end half a step to either side. The line that is taken fits the movements better than any
#: other by so much (squares of deviations, of one movement so many at most).
_HALF_STEP_S, _CLEARLY, _FAR = 0.25, 20.0, 9.0
#: Two legs begin one movement within this of each other, seconds: a standard deviation.
_JITTER_S = 0.1
#: Tukey's bisquare: differences beyond so many standard deviations do not count; rounds; the least of a deviation.
_CUT_SD, _ROUNDS, _LEAST_SPREAD = 4.685, 20, 0.1


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


def compare(first: Parts, second: Parts, limits: Alignment) -> Offset:
    """How the second sensor's clock compares with the first's.

    Parameters
    ----------
    first, second : sequences of Segment
        What each sensor recorded, in order, each on the clock that is to be compared.
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
    line = _fine(one, other, coarse, with_drift=with_drift)
    middle_s = n * _BIN_S / 2
    return Offset(
        at_us=start_us + round((middle_s - line.behind_s) * 1e6),
        behind_s=line.behind_s,
        drift_ppm=line.drift * 1e6 if with_drift else None,
        confidence=coarse.confidence,
        uncertain_s=line.uncertain_s,
        movements=line.movements,
    )


@dataclass(frozen=True, slots=True)
class _Activity:
    """By how many doublings activity rises (falls: negative) at each bin; rhythms of strides and steps, complex."""

    rise: Floats
    strides: Waves
    steps: Waves


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
    return _Activity(
        _rises(np.minimum(doublings, _MOST_DOUBLINGS)) * inside,
        *(_wave(fast, band_hz) for band_hz in (_STRIDES_HZ, _STEPS_HZ)),
    )


def _rises(doublings: Floats) -> Floats:
    total, rise = np.concatenate(([0.0], np.cumsum(doublings))), np.zeros(len(doublings))
    at = np.arange(_SIDE, len(doublings) - _SIDE)
    rise[at] = (total[at + _SIDE] - 2 * total[at] + total[at - _SIDE]) / _SIDE
    return rise


def _wave(doublings: Floats, band_hz: tuple[float, float]) -> Waves:
    """What repeats at such a rate, with its phase."""
    size = fft.next_fast_len(len(doublings), real=True)
    frequency_hz = fft.fftfreq(size, _BIN_S)
    passed = (frequency_hz >= band_hz[0]) & (frequency_hz <= band_hz[1])
    wave: Waves = fft.ifft(fft.fft(doublings, size) * (2.0 * passed))[: len(doublings)]
    return wave


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


@dataclass(frozen=True, slots=True)
class _Line:
    """What is added at the middle, how fast it grows, and how well that is known."""

    behind_s: float
    drift: float
    uncertain_s: float
    movements: int


def _fine(one: _Activity, other: _Activity, coarse: _Coarse, *, with_drift: bool) -> _Line:
    """A robust line through the differences of paired movements, and of steps where they agree with it."""
    half_s = len(one.rise) * _BIN_S / 2
    at_s, late_s, apart_s = _pairs(one.rise, other.rise, coarse, half_s)
    if len(at_s) < 3:
        return _Line(coarse.lag_s, coarse.drift, float("inf"), len(at_s))
    doubt_s = np.hypot(_JITTER_S, apart_s / 2)
    by_movements = _line(at_s, late_s, doubt_s, coarse, half_s, with_drift=with_drift)
    tried = []
    for early_s, late_end_s in product((-_HALF_STEP_S, 0.0, _HALF_STEP_S), repeat=2):
        middle_s, slope = (early_s + late_end_s) / 2, (late_end_s - early_s) / (2 * half_s) * with_drift
        onto = replace(by_movements, behind_s=by_movements.behind_s + middle_s, drift=by_movements.drift + slope)
        rhythms = (
            _rhythm(one.strides, other.strides, onto, half_s, per_turn=2),
            _rhythm(one.steps, other.steps, onto, half_s, per_turn=1),
        )
        walked_s, step_late_s = (np.concatenate(column) for column in zip(*rhythms, strict=True))
        if len(walked_s) < 3:
            return by_movements
        from_ = _Coarse(onto.behind_s, onto.drift, 0.0)
        line = _line(walked_s, step_late_s, np.full(len(walked_s), _STEP_DOUBT_S), from_, half_s, with_drift=with_drift)
        rest = late_s + coarse.lag_s - line.behind_s + (coarse.drift - line.drift) * at_s
        tried.append((float(np.minimum((rest / doubt_s) ** 2, _FAR).sum()), line))
    tried.sort(key=lambda pair: pair[0])
    cost, best = tried[0]
    rivals = [
        c for c, line in tried if abs(line.behind_s - best.behind_s) + half_s * abs(line.drift - best.drift) > 0.2
    ]
    if rivals and rivals[0] - cost < _CLEARLY:
        return by_movements
    return replace(best, movements=by_movements.movements)


def _line(at_s: Floats, late_s: Floats, doubt_s: Floats, onto: _Coarse, half_s: float, *, with_drift: bool) -> _Line:
    sides = np.column_stack([np.ones(len(at_s)), at_s / half_s])[:, : 1 + with_drift]
    found, covariance, counted = _robust(sides, late_s, doubt_s)
    ends = np.array([[1.0, -1.0], [1.0, 1.0]])[:, : 1 + with_drift]
    # A bin is a tenth of a second: no line is known better than a fifth of that.
    uncertain_s = max(3 * float(np.sqrt(np.diag(ends @ covariance @ ends.T).max())), _BIN_S / 5)
    drift = onto.drift + float(found[1]) / half_s if with_drift else 0.0
    return _Line(onto.lag_s + float(found[0]), drift, uncertain_s, counted)


def _rhythm(one: Waves, other: Waves, line: _Line, half_s: float, *, per_turn: int) -> tuple[Floats, Floats]:
    """Where both walk, window by window: when, from the middle, and how much later the first has its steps.

    Two legs take their strides alternately or, if one sensor sees both feet, at once: their phases differ by half a
    turn or none (``per_turn`` is 2), and those of the steps by none (1). That tells the lag but for whole steps, which
    the movements have told.
    """
    at_s = (np.arange(len(one)) + 0.5) * _BIN_S - half_s
    theirs = (at_s - line.behind_s) / (1 + line.drift)
    moved = np.interp(theirs, at_s, other.real) + 1j * np.interp(theirs, at_s, other.imag)
    length = round(_WALK_S / _BIN_S)
    n = len(one) // length * length
    mine, yours = one[:n].reshape(-1, length), moved[:n].reshape(-1, length)
    strength = [np.mean(np.abs(wave) ** 2, axis=1) for wave in (mine, yours)]
    shared = np.mean(mine * np.conj(yours), axis=1)
    turn = np.angle(np.mean(mine[:, 1:] * np.conj(mine[:, :-1]), axis=1)) / _BIN_S
    walk = (np.minimum(*strength) > _STEP_DOUBLINGS**2) & (
        np.abs(shared) > _ALIKE * np.sqrt(np.maximum(strength[0] * strength[1], 1e-12))
    )
    centre_s = at_s[:n].reshape(-1, length).mean(axis=1)
    return centre_s[walk], -np.angle(shared[walk] ** per_turn) / per_turn / np.maximum(turn[walk], 1.0)


def _pairs(one: Floats, other: Floats, coarse: _Coarse, half_s: float) -> tuple[Floats, Floats, Floats]:
    """Movements of both: when, from the middle; how much later the first has them than the coarse step; how sure.

    A movement begins and ends. Where both legs do the same, both differences are alike; where each wriggles for itself,
    or one leg takes the first step and the last, they are apart, and by so much less the movement tells.
    """
    (begin_s, begin_late_s), (end_s, end_late_s) = (
        _paired(_moments(sign * one) - half_s, _moments(sign * other) - half_s, coarse) for sign in (1.0, -1.0)
    )
    next_end = np.searchsorted(end_s, begin_s)
    # Of several beginnings before one end the last is its own.
    own = (next_end < len(end_s)) & np.append(np.diff(next_end) > 0, True)[: len(next_end)]
    begin_s, begin_late_s, next_end = begin_s[own], begin_late_s[own], next_end[own]
    late_s = (begin_late_s + end_late_s[next_end]) / 2
    return (begin_s + end_s[next_end]) / 2, late_s, end_late_s[next_end] - begin_late_s


def _paired(mine: Floats, theirs: Floats, coarse: _Coarse) -> tuple[Floats, Floats]:
    """Moments of the first sensor that are nearest to one of the second and the other way round, and how much later."""
    if not len(mine) or not len(theirs):
        return np.zeros(0), np.zeros(0)
    moved = theirs + coarse.lag_s + coarse.drift * theirs
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


def _robust(sides: Floats, values: Floats, doubt: Floats) -> tuple[Floats, Floats, int]:
    """Coefficients of the line through values of different doubt, their covariance, and how many values counted."""
    sides, values = sides / doubt[:, None], values / doubt
    found = np.zeros(sides.shape[1])
    weight = np.ones(len(values))
    for last_round in range(_ROUNDS):
        weighted = sides * weight[:, None]
        inverse = np.linalg.pinv(sides.T @ weighted)
        found = inverse @ weighted.T @ values
        rest = values - sides @ found
        spread = 1.4826 * float(np.median(np.abs(rest)))
        # Weights narrow slowly: the first line is drawn by all.
        cut = _CUT_SD * max(spread, _LEAST_SPREAD) * (3.0 if last_round < 5 else 1.0)
        weight = np.maximum(1 - (rest / cut) ** 2, 0.0) ** 2
    weighted = sides * weight[:, None]
    inverse = np.linalg.pinv(sides.T @ weighted)
    scatter = weighted * rest[:, None]
    counted = int(np.count_nonzero(weight > 0))
    # What was left out was left out for its value: a little less is known than the rest shows.
    return found, inverse @ (scatter.T @ scatter) @ inverse * counted / max(counted - 2, 1), counted
