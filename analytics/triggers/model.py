"""One factor against one outcome: by how much the rate differs, with what the nights allow to be said.

Counts vary more than chance, neighbouring nights are alike, rates drift and follow the week, a night's own number is
uncertain. So the log of the rate is a line in the factor, and what is left has a covariance of four parts: counting
(1 / expected), the night's own uncertainty, what nights share by distance (its variance and lag-1 correlation are not
known), and trend, weekend and weekday as random effects. Restricted likelihood weighs every variance and correlation of
a grid, and the interval and the p-value are of the mixture: a short diary's doubt about its own noise is in them. Of
what was before a change that stays and what is after it no two nights are alike in date: there the trend decides how
wide an interval is, so that how steep trends are is in the grid too. This is the quasi-likelihood of a log-linear mixed
model (Breslow and Clayton, J Am Stat Assoc 1993;88:9-25) with marginal
means (Liang and Zeger, Biometrika 1986;73:13-22). ``benchmarks/triggers.py`` holds it against regression with HAC
errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.int64]

#: SD of what nights share beyond all else, by log, and lag-1 correlation of it, with the belief in each before a night
#: is seen. Own: from nights as alike as counting allows to a rate that goes up and down fourfold.
_SPREADS = np.array([0.05, 0.15, 0.25, 0.35, 0.5, 0.7, 0.95, 1.3])
_ALIKE = np.array([0.0, 0.2, 0.4, 0.6, 0.8])
_ALIKE_BELIEF = np.array([1.0, 1.0, 1.0, 0.7, 0.3])
_DOUBLING_DAYS = 28
#: SD of trend (a doubling in four weeks), weekend and weekday before a night is seen, by log. Own.
_TREND_SD_PER_DAY, _WEEKEND_SD, _WEEKDAY_SD = np.log(2) / _DOUBLING_DAYS, 0.4, 0.2
#: Beside a change that stays: how steep trends are, as parts of a doubling in four weeks, or in all nights that count
#: where these are more. One size that allows for the steepest takes every change for what a trend may have brought.
#: Own, chosen by the simulation of ``--before-after``.
_SLOPES, _ONE_SLOPE = np.array([0.1, 0.3, 1.0]), np.array([1.0])
#: Counts below this give no usable weight: a rate is taken for at least so many in a night. Own.
_LEAST_EXPECTED = 0.1
_ROUNDS = 3
#: What is less likely after a round is not looked at in the next.
_UNLIKELY = 1e-4
#: A short diary of uneven nights is less sure than the likelihood has it: variances grow by (n + this) / n. Own, chosen
#: by the simulation: intervals held truth in 92-93 % of 30 nights without. Not beside a change that stays, where the
#: doubt about the trend, which such a factor hardly meets, is more than this.
_ADDED_NIGHTS = 3.0


@dataclass(frozen=True, slots=True)
class _Grid:
    """All that is tried: what nights share by distance, how steep trends are, and the belief in each (its log)."""

    nearby: Floats
    slope: Floats
    belief: Floats

    def where(self, kept: Bools) -> _Grid:
        return _Grid(self.nearby[kept], self.slope[kept], self.belief[kept])


@dataclass(frozen=True, slots=True)
class OutcomeNights:
    """One outcome over nights, without those that cannot be told.

    Attributes
    ----------
    days : int64 array
        Evenings as proleptic ordinals, rising.
    values : float64 array
        Counts, or amounts.
    exposure : float64 array
        What a count is per: hours of sleep, or 1 for what is per night.
    own_variance : float64 array
        Variance of the log of the value that the measurement brings in.
    is_count : bool
        Whether values are counts, which vary by chance.
    """

    days: Days
    values: Floats
    exposure: Floats
    own_variance: Floats
    is_count: bool

    def where(self, kept: Bools) -> OutcomeNights:
        """The same for some of the nights."""
        return OutcomeNights(
            self.days[kept], self.values[kept], self.exposure[kept], self.own_variance[kept], self.is_count
        )


@dataclass(frozen=True, slots=True)
class RateRatio:
    """How many times the rate is with the factor of what it is without."""

    ratio: float
    low: float
    high: float
    p_value: float
    #: Standard error of the logarithm.
    log_se: float


def rate_ratio(
    nights: OutcomeNights, with_factor: Bools, *, from_then_on: bool = False, has_trend: bool = True
) -> RateRatio | None:
    """Estimate the ratio; None where the outcome never occurred, or on one side alone.

    Parameters
    ----------
    nights : OutcomeNights
        Only those on which the factor is known.
    with_factor : bool array
        Which nights are on the side with it; both sides have some.
    from_then_on : bool
        The factor is a change that stays: the nights after it may drift otherwise, so that those before alone tell
        what their trend would have led to. The ratio is that in the middle of the nights after.
    """
    sides = [float(nights.values[side].sum()) for side in (with_factor, ~with_factor)]
    if min(sides) <= 0:
        return None
    design = np.column_stack([np.ones(len(nights.days)), with_factor]).astype(np.float64)
    means, ses, weights = _fitted(nights, design, from_then_on=from_then_on, has_trend=has_trend)
    middle = float(weights @ means)
    spread = float(np.sqrt(weights @ (ses**2 + (means - middle) ** 2)))

    def below(at: float) -> float:
        return float(weights @ ndtr((at - means) / ses))

    low, high = (_quantile(below, q, middle, 40 * spread) for q in (0.025, 0.975))
    tail = below(0.0)
    return RateRatio(float(np.exp(middle)), float(np.exp(low)), float(np.exp(high)), 2 * min(tail, 1 - tail), spread)


def _quantile(below: Callable[[float], float], q: float, middle: float, reach: float) -> float:
    return float(brentq(lambda at: below(at) - q, middle - reach, middle + reach))


def _fitted(
    nights: OutcomeNights, design: Floats, *, from_then_on: bool, has_trend: bool
) -> tuple[Floats, Floats, Floats]:
    """Mean and SD of the factor's effect for every variance, correlation and slope, and how likely each of these is."""
    week, trend = _week(nights.days), _trend(nights.days, design[:, -1] if from_then_on else None, has_trend=has_trend)
    grid = _grid(nights.days, _SLOPES if from_then_on else _ONE_SLOPE)
    rate = np.array([float(nights.values[s].sum() / nights.exposure[s].sum()) for s in _sides(design)])
    log_rate = np.log(rate)[design[:, -1].astype(int)]
    for left_rounds in reversed(range(_ROUNDS)):
        expected = np.maximum(nights.exposure * np.exp(log_rate), _LEAST_EXPECTED)
        response = log_rate + (nights.values - expected) / expected
        noise = nights.own_variance + (1 / expected if nights.is_count else 1e-4)
        steep = grid.slope**2
        inverse, log_det = _inverted(grid.nearby + steep[:, None, None] * trend + (week + np.diag(noise)))
        weighted = design.T @ inverse
        information = weighted @ design
        covariance = np.linalg.inv(information)
        effects = (covariance @ (weighted @ response)[..., None])[..., 0]
        left = response - effects @ design.T
        pulled = np.einsum("kij,kj->ki", inverse, left)
        fit = np.einsum("ki,ki->k", left, pulled)
        log_likely = -0.5 * (log_det + np.linalg.slogdet(information)[1] + fit) + grid.belief
        weights = np.exp(log_likely - log_likely.max())
        weights /= weights.sum()
        drift = week @ (weights @ pulled) + trend @ ((weights * steep) @ pulled)
        log_rate = np.clip(weights @ effects @ design.T + drift, log_rate - 2, log_rate + 2)
        if left_rounds:
            grid = grid.where(weights > _UNLIKELY)
    added = 0.0 if from_then_on else _ADDED_NIGHTS
    n = len(nights.days)
    return effects[:, -1], np.sqrt(covariance[:, -1, -1] * (n + added) / n), weights


def _sides(design: Floats) -> tuple[Bools, Bools]:
    return design[:, -1] == 0, design[:, -1] == 1


def _inverted(matrices: Floats) -> tuple[Floats, Floats]:
    root = np.linalg.cholesky(matrices)
    log_det = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64), np.asarray(log_det, dtype=np.float64)


def _grid(days: Days, slopes: Floats) -> _Grid:
    """Every spread with every correlation and every slope."""
    apart = np.abs(np.subtract.outer(days, days)).astype(np.float64)
    alike = np.stack([rho**apart for rho in _ALIKE])
    nearby = (_SPREADS[:, None, None, None] ** 2 * alike).reshape(-1, *alike.shape[1:])
    belief = np.tile(np.log(_ALIKE_BELIEF), len(_SPREADS))
    return _Grid(np.tile(nearby, (len(slopes), 1, 1)), np.repeat(slopes, len(nearby)), np.tile(belief, len(slopes)))


def _week(days: Days) -> Floats:
    """Covariance of weekend and weekday."""
    weekday = (days - 1) % 7  # ordinal 1 is a Monday
    weekend = ((weekday == 4) | (weekday == 5)).astype(np.float64)  # evenings before a free day
    shared = _WEEKEND_SD**2 * np.outer(weekend, weekend) + _WEEKDAY_SD**2 * np.equal.outer(weekday, weekday)
    return np.asarray(shared, dtype=np.float64)


def _trend(days: Days, after: Floats | None, *, has_trend: bool) -> Floats:
    """Covariance of the steepest trend; with ``after``, of another trend in these nights beside it."""
    at = (days - days.mean()) * _TREND_SD_PER_DAY
    if after is None:
        return np.asarray(has_trend * np.outer(at, at), dtype=np.float64)
    bend = after * (days - days[after > 0].mean()) * _TREND_SD_PER_DAY
    lasts = max(1.0, float(days[-1] - days[0]) / _DOUBLING_DAYS)
    return np.asarray((has_trend * np.outer(at, at) + np.outer(bend, bend)) / lasts**2, dtype=np.float64)
