"""Whether a person's index changes over nights, told by ranks, and by how much.

Neighbouring nights are alike: a week of little sleep, a medicine, a cold. An interval that takes them for independent
held the true slope in 75 % of cases at a lag-1 correlation of 0.5, where it says 95 %. So the correlation is estimated
from what the line leaves and the interval widened by it (``benchmarks/people.py`` measures what it holds then).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.nights.how_many import TREND_MOST_NIGHTS, TREND_NIGHTS
from analytics.nights.patterns import NightFacts

#: Few residuals of a line look less alike than they are; own, chosen by the simulation: added to n times what is seen,
#: and taken from n. Below so many nights nothing is added.
_ADDED, _TAKEN = 3.0, 6.0
#: More alike, nights and a trend cannot be told apart. Own.
_MOST_ALIKE = 0.85

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """How an index changes, per hour of sleep and week, with its 95 % interval."""

    n_nights: int
    per_week: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out "no change"."""
        return self.low > 0 or self.high < 0


def trend(nights: Iterable[NightFacts]) -> Trend | None:
    """Change of the PLMS index over the newest `TREND_MOST_NIGHTS` nights; None below `TREND_NIGHTS` assessable ones.

    The median of the slopes between all pairs of nights, with the interval of Sen (J Am Stat Assoc 1968;63:1379-1389),
    widened for nights that are alike.
    """
    able = ((n.night_date, n.plms_index) for n in nights if n.assessable and n.plms_index is not None)
    known = sorted(able)[-TREND_MOST_NIGHTS:]
    if len(known) < TREND_NIGHTS:
        return None
    days = np.array([(day - known[0][0]).days for day, _ in known], dtype=np.float64)
    index = np.array([value for _, value in known], dtype=np.float64)
    later, earlier = np.tril_indices(len(known), -1)
    apart = (days[later] - days[earlier]) / 7
    slopes = np.sort((index[later] - index[earlier])[apart > 0] / apart[apart > 0])
    if not len(slopes):
        return None
    n = len(known)
    half = 1.959964 * np.sqrt(n * (n - 1) * (2 * n + 5) / 18 * _widened(days, _alike(days, index)))
    low = max(0, int(np.floor((len(slopes) - half) / 2)) - 1)
    high = min(len(slopes) - 1, int(np.ceil((len(slopes) + half) / 2)))
    return Trend(n, float(np.median(slopes)), float(slopes[low]), float(slopes[high]))


def _alike(days: Floats, index: Floats) -> float:
    """How alike nights in a row are once the line is taken away: lag-1 correlation, 0-`_MOST_ALIKE`."""
    from_middle = days - days.mean()
    left = index - index.mean() - from_middle * (from_middle @ (index - index.mean())) / (from_middle @ from_middle)
    spread = float(left @ left) / len(left)
    in_row = np.flatnonzero(np.diff(days) == 1)
    if spread <= 1e-12 * float(np.abs(index).max()) ** 2 or not len(in_row):
        return 0.0
    n = len(in_row) + 1
    seen = float((left[in_row] * left[in_row + 1]).sum()) / n / spread
    return float(np.clip((n * seen + _ADDED) / (n - _TAKEN) if n > _TAKEN + 1 else seen, 0, _MOST_ALIKE))


def _widened(days: Floats, alike: float) -> float:
    """By how much the variance of a slope grows where nights are so alike, each less with the days between them."""
    from_middle = days - days.mean()
    correlated = alike ** np.abs(np.subtract.outer(days, days))
    return max(1.0, float(from_middle @ correlated @ from_middle / (from_middle @ from_middle)))
