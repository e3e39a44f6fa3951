"""Before and after a marked date: what came, against what the trend before would have led to, and what else changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.triggers.factors import LEAST_NIGHTS, Factor
from analytics.triggers.model import RateRatio, rate_ratio
from analytics.triggers.names import OutcomeName
from analytics.triggers.outcomes import MOST_NIGHTS, NightOutcome, Outcomes, as_arrays

#: A factor that came on so much more, or less, of the days has changed too; with `LEAST_NIGHTS` on either side. Own.
_CHANGED = 0.4
MOST_ON_A_SIDE = MOST_NIGHTS // 2


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One outcome before a date and from it on.

    Attributes
    ----------
    found : RateRatio or None
        In the middle of the nights after, of what the trend before would have led to; None under `LEAST_NIGHTS` on a
        side, or where the outcome never occurred on one.
    """

    outcome: OutcomeName
    n_before: int
    n_after: int
    found: RateRatio | None


@dataclass(frozen=True, slots=True)
class AlsoChanged:
    """A factor that came more, or less, often from the date on: days with it, of the days on which it was noted."""

    factor: str
    words: str
    n_with_before: int
    n_before: int
    n_with_after: int
    n_after: int


def before_after(outcomes: Outcomes, changed_on: date, *, ratios: bool = True) -> tuple[BeforeAfter, ...]:
    """Every outcome before and after; the night of ``changed_on`` is after.

    Parameters
    ----------
    outcomes : Outcomes
        Of one person. Of more than `MOST_ON_A_SIDE` nights on a side, those next to the date count.
    changed_on : date
        Of the first evening after.
    ratios : bool
        False: only nights are counted.
    """
    return tuple(_of_outcome(name, outcomes, changed_on, ratios=ratios) for name in outcomes if len(outcomes[name]))


def _of_outcome(name: OutcomeName, outcomes: Outcomes, changed_on: date, *, ratios: bool) -> BeforeAfter:
    nights = as_arrays(name, _next_to(outcomes[name], changed_on))
    after = np.asarray(nights.days >= changed_on.toordinal(), dtype=bool)
    n_after = int(after.sum())
    n_before = len(after) - n_after
    enough = ratios and min(n_before, n_after) >= LEAST_NIGHTS
    return BeforeAfter(name, n_before, n_after, rate_ratio(nights, after, from_then_on=True) if enough else None)


def _next_to(nights: Sequence[NightOutcome], changed_on: date) -> list[NightOutcome]:
    """Of a change of long ago the newest nights are all after it, and say nothing of it."""
    told = sorted((night for night in nights if night.exposure > 0), key=lambda night: night.night_date)
    before = [night for night in told if night.night_date < changed_on]
    after = [night for night in told if night.night_date >= changed_on]
    return before[-MOST_ON_A_SIDE:] + after[:MOST_ON_A_SIDE]


def also_changed(factors: Sequence[Factor], changed_on: date) -> tuple[AlsoChanged, ...]:
    """Factors of which the share of days changed with the date: the outcome may follow each of them."""
    found = []
    for factor in factors:
        before = [had for day, had in factor.days.items() if day < changed_on]
        after = [had for day, had in factor.days.items() if day >= changed_on]
        if min(len(before), len(after)) < LEAST_NIGHTS:
            continue
        if abs(sum(after) / len(after) - sum(before) / len(before)) >= _CHANGED:
            found.append(AlsoChanged(factor.name, factor.words, sum(before), len(before), sum(after), len(after)))
    return tuple(found)
