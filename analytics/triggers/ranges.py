"""Two ranges of nights of one person: the mean of each with its interval, and how many times the one is the other.

What lies between them is not taken into account: a trend, or a change, is part of the difference. What a change did
against the trend is told by `analytics.triggers.before_after`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from analytics.triggers.factors import LEAST_NIGHTS
from analytics.triggers.model import Days, Floats, RateRatio, rate_ratio
from analytics.triggers.names import OutcomeName
from analytics.triggers.outcomes import MOST_NIGHTS, NightOutcome, as_arrays

#: Of more nights in a range, the newest are compared: the covariance grows with the cube. Own.
MOST_IN_A_RANGE = MOST_NIGHTS // 2
#: Counts vary by at least this much of chance, variance over mean, and neighbouring nights are alike: the correlation
#: of few nights is drawn towards the second number, as if it had been seen on so many pairs. Own, by the test of it.
_LEAST_DISPERSION, _ALIKE, _ALIKE_PAIRS, _MOST_ALIKE = 1.0, 0.2, 10, 0.7
#: What is left of that correlation with each night further: chance in a count hides how long the rest lasts.
_FADES = 0.6


@dataclass(frozen=True, slots=True)
class RangeMean:
    """A count a night with its 95 % interval: of nights like these."""

    n_nights: int
    mean: float
    low: float
    high: float


def mean_a_night(nights: Sequence[NightOutcome]) -> RangeMean | None:
    """Mean of a count; None under `LEAST_NIGHTS` nights.

    The interval is that of a score test whose variance grows with the mean, as far as these nights vary beyond chance
    and are alike from one to the next.
    """
    told = sorted(nights, key=lambda night: night.night_date)
    if len(told) < LEAST_NIGHTS:
        return None
    values = np.array([night.value for night in told], dtype=np.float64)
    days = np.array([night.night_date.toordinal() for night in told], dtype=np.int64)
    mean, n = float(values.mean()), len(values)
    alike = _lag_one(values, days)
    dispersion = max(_LEAST_DISPERSION, float(values.var(ddof=1)) / max(mean, 1 / n))
    apart = np.abs(np.subtract.outer(days, days))
    inflated = dispersion * (1 + float((alike * _FADES ** (apart[apart > 0] - 1)).sum()) / n)
    reach = float(student.ppf(0.975, n - 1)) ** 2 * inflated / n
    half = float(np.sqrt(reach * mean + reach**2 / 4))
    return RangeMean(n, mean, max(0.0, mean + reach / 2 - half) if mean else 0.0, mean + reach / 2 + half)


def _lag_one(values: Floats, days: Days) -> float:
    neighbours = np.flatnonzero(np.diff(days) == 1)
    left = values - values.mean()
    varies = float((left**2).mean())
    seen = float((left[neighbours] * left[neighbours + 1]).sum()) / varies if varies else 0.0
    return float(np.clip((seen + _ALIKE * _ALIKE_PAIRS) / (len(neighbours) + _ALIKE_PAIRS), 0.0, _MOST_ALIKE))


def times_as_many(name: OutcomeName, first: Sequence[NightOutcome], second: Sequence[NightOutcome]) -> RateRatio | None:
    """How many times the rate of the second range is that of the first; None under `LEAST_NIGHTS` nights in one.

    Parameters
    ----------
    name : OutcomeName
        What is counted.
    first, second : sequence of NightOutcome
        Of ranges without a night in common. None, too, where one had none of it at all.
    """
    sides = [_newest(first), _newest(second)]
    if min(len(side) for side in sides) < LEAST_NIGHTS:
        return None
    of_second = {night.night_date.toordinal() for night in sides[1]}
    nights = as_arrays(name, [*sides[0], *sides[1]])
    return rate_ratio(nights, np.isin(nights.days, list(of_second)), has_trend=False)


def _newest(nights: Sequence[NightOutcome]) -> list[NightOutcome]:
    told = (night for night in nights if night.exposure > 0)
    return sorted(told, key=lambda night: night.night_date)[-MOST_IN_A_RANGE:]
