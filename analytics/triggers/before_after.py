"""Before and after a marked date: what came, against what the trend before would have led to, and what else changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.triggers.factors import LEAST_NIGHTS, Factor
from analytics.triggers.model import RateRatio, rate_ratio
from analytics.triggers.names import OutcomeName
from analytics.triggers.outcomes import Outcomes, as_arrays

#: A factor that came on so much more, or less, of the days has changed too; with `LEAST_NIGHTS` on either side. Own.
_CHANGED = 0.4


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


def before_after(outcomes: Outcomes, changed_on: date) -> tuple[BeforeAfter, ...]:
    """Every outcome before and after; the night of ``changed_on`` is after."""
    return tuple(_of_outcome(name, outcomes, changed_on) for name in outcomes if len(outcomes[name]))


def _of_outcome(name: OutcomeName, outcomes: Outcomes, changed_on: date) -> BeforeAfter:
    nights = as_arrays(name, outcomes[name])
    after = np.asarray(nights.days >= changed_on.toordinal(), dtype=bool)
    n_after = int(after.sum())
    n_before = len(after) - n_after
    enough = min(n_before, n_after) >= LEAST_NIGHTS
    return BeforeAfter(name, n_before, n_after, rate_ratio(nights, after, from_then_on=True) if enough else None)


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
