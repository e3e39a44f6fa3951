"""A robust line of lag over time through what movements and strides tell, and how far off it may be.

A movement is known to some tenths of a second, and each for itself. Strides are known to some hundredths, but all of
one walk share what they are wrong by: so a walk counts as one value, however many strides it has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.signal.strides import Walked

Floats = NDArray[np.float64]

#: Tukey's bisquare: differences beyond so many standard deviations do not count; rounds; the least of a deviation.
_CUT_SD, _ROUNDS, _LEAST_SPREAD = 4.685, 20, 0.1
#: Walks further apart than this are two, seconds.
_PAUSE_S = 1800.0
#: What all strides of a walk may be wrong by, seconds: a second foot 2 % of a stride early. A standard deviation. And
#: how far windows of one walk scatter round its lag at most.
_UNEVEN_S, _SCATTER_S = 0.025, 0.15
#: Of a walk so many windows at least.
_FEWEST = 3
#: A reading of the strides is taken if movements bear it out better than any other by so much (squares of deviations,
#: of one movement so many at most), and not much worse than they bear out their own line.
_CLEARLY, _FAR, _AT_ODDS = 9.0, 9.0, 16.0
#: Movements that belong together are wrong together: their line is so much less sure than as many strangers would be.
_TOGETHER = 1.4
#: No line is known better than this, three standard errors.
_LEAST_DOUBT_S = 0.02


@dataclass(frozen=True, slots=True)
class Moments:
    """Movements of both sensors: when, how much later the first has them, and a standard deviation of that; seconds."""

    at_s: Floats
    late_s: Floats
    doubt_s: Floats


@dataclass(frozen=True, slots=True)
class Line:
    """Lag at the middle, how fast it grows, three standard errors where it is worst, and how many movements counted."""

    middle_s: float
    slope: float
    uncertain_s: float
    movements: int
    spread: float = 1.0

    def at(self, at_s: Floats) -> Floats:
        """Lag at these times from the middle."""
        lag_s: Floats = self.middle_s + self.slope * at_s
        return lag_s

    def misfit(self, moments: Moments) -> float:
        """How badly movements lie along it."""
        off = (moments.late_s - self.at(moments.at_s)) / moments.doubt_s
        return float(np.minimum(off**2, _FAR).sum())


def by_movements(moments: Moments, half_s: float, *, with_drift: bool) -> Line:
    """The line that movements alone tell."""
    return _through(moments, None, half_s, with_drift=with_drift)


def by_strides_too(moments: Moments, own: Line, strides: Walked, half_s: float, *, with_drift: bool) -> Line:
    """The line through movements and strides where one reading of the strides is clearly the best; else ``own``.

    Parameters
    ----------
    own : Line
        As `by_movements` gives it; ``strides.late_s`` counts from the same zero.
    half_s : float
        Half of the time compared.
    """
    if len(strides.at_s) < _FEWEST:
        return own
    step_s = float(np.median(strides.period_s))
    scale = (_TOGETHER * max(own.spread, 1.0)) ** 2
    readings: dict[tuple[int, ...], tuple[float, Line]] = {}
    shifts_s = (-step_s, -step_s / 2, 0.0, step_s / 2, step_s)
    for early_s, late_s in product(shifts_s, repeat=2):
        share = 0.5 + strides.at_s / half_s / 2
        near_s = strides.nearest(own.at(strides.at_s) + early_s + (late_s - early_s) * share)
        walks = _walks(strides.at_s, near_s)
        if walks is None:
            continue
        key = tuple(np.rint(walks.late_s / 0.1).astype(int).tolist())
        if key not in readings:
            line = _through(moments, walks, half_s, with_drift=with_drift)
            worst = float((((line.at(walks.at_s) - walks.late_s) / walks.doubt_s) ** 2).sum())
            readings[key] = (line.misfit(moments) / scale + worst, line)
    ranked = sorted(readings.values(), key=lambda reading: reading[0])
    if not ranked:
        return own
    cost, best = ranked[0]
    ends_s = np.array([-half_s, half_s])
    apart_s = [float(np.abs(line.at(ends_s) - best.at(ends_s)).max()) for _, line in ranked]
    rivals = [line for (c, line), far_s in zip(ranked, apart_s, strict=True) if c - cost < _CLEARLY and far_s > 0.2]
    if not rivals and cost - own.misfit(moments) / scale <= _AT_ODDS:
        return replace(best, uncertain_s=max(best.uncertain_s, 3 * _UNEVEN_S))
    # Any of these may be the true one.
    far_s = max(float(np.abs(line.at(ends_s) - own.at(ends_s)).max()) for line in (best, *rivals))
    return replace(own, uncertain_s=max(own.uncertain_s, far_s))


def _walks(at_s: Floats, late_s: Floats) -> Moments | None:
    """Each walk as one value."""
    found = []
    for walk in np.split(np.arange(len(at_s)), np.flatnonzero(np.diff(at_s) > _PAUSE_S) + 1):
        middle_s = float(np.median(late_s[walk]))
        near = walk[np.abs(late_s[walk] - middle_s) < 2 * _SCATTER_S]
        if len(near) < max(_FEWEST, len(walk) / 2):
            continue
        scatter_s = 1.4826 * float(np.median(np.abs(late_s[near] - middle_s)))
        doubt_s = np.hypot(_UNEVEN_S, 1.25 * scatter_s / np.sqrt(len(near)))
        found.append((float(np.mean(at_s[near])), float(np.median(late_s[near])), float(doubt_s)))
    return Moments(*np.array(found).T) if found else None


def _through(moments: Moments, walks: Moments | None, half_s: float, *, with_drift: bool) -> Line:
    """Movements count by how well they agree, walks as they are."""
    sides, values = _scaled(moments, half_s, with_drift=with_drift)
    fixed, fixed_values = _scaled(walks, half_s, with_drift=with_drift) if walks else (sides[:0], values[:0])
    found, weight, spread = np.zeros(sides.shape[1]), np.ones(len(values)), 1.0
    for round_ in range(_ROUNDS):
        share = weight / (_TOGETHER * max(spread, 1.0)) ** 2
        weighted = sides * share[:, None]
        inverse = np.linalg.pinv(sides.T @ weighted + fixed.T @ fixed)
        found = inverse @ (weighted.T @ values + fixed.T @ fixed_values)
        rest = values - sides @ found
        spread = max(1.4826 * float(np.median(np.abs(rest))), _LEAST_SPREAD)
        # Weights narrow slowly: the first line is drawn by all.
        cut = _CUT_SD * spread * (3.0 if round_ < 5 else 1.0)
        weight = np.maximum(1 - (rest / cut) ** 2, 0.0) ** 2
    share = weight / (_TOGETHER * max(spread, 1.0)) ** 2
    weighted = sides * share[:, None]
    inverse = np.linalg.pinv(sides.T @ weighted + fixed.T @ fixed)
    scatter = weighted * rest[:, None]
    counted = int(np.count_nonzero(weight > 0))
    # What was left out was left out for its value: a little less is known than the rest shows.
    middle = _TOGETHER**2 * (scatter.T @ scatter) * counted / max(counted - 2, 1) + fixed.T @ fixed
    covariance = inverse @ middle @ inverse
    ends = np.array([[1.0, -1.0], [1.0, 1.0]])[:, : 1 + with_drift]
    doubt_s = max(3 * float(np.sqrt(np.diag(ends @ covariance @ ends.T).max())), _LEAST_DOUBT_S)
    slope = float(found[1]) / half_s if with_drift else 0.0
    return Line(float(found[0]), slope, doubt_s, counted, spread)


def _scaled(moments: Moments, half_s: float, *, with_drift: bool) -> tuple[Floats, Floats]:
    sides = np.column_stack([np.ones(len(moments.at_s)), moments.at_s / half_s])[:, : 1 + with_drift]
    return sides / moments.doubt_s[:, None], moments.late_s / moments.doubt_s
