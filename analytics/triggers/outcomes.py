"""What may go with a factor: the outcomes as numbers of nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.triggers.model import OutcomeNights
from analytics.triggers.names import OutcomeName

#: An amount does not vary by chance as a count does.
_AMOUNTS: frozenset[OutcomeName] = frozenset({"waso"})
#: More nights take minutes to weigh, and a habit of years ago says little of now: the newest. Own.
MOST_NIGHTS = 180


@dataclass(frozen=True, slots=True)
class NightOutcome:
    """One outcome of one night that could be told.

    Attributes
    ----------
    value : float
        A count, or an amount.
    exposure : float
        Hours of sleep where a rate is per hour, else 1. Hypnic jerks are per night: they belong to falling asleep,
        so that a short night has as many moments for them as a long one.
    own_variance : float
        Variance of its logarithm that the measurement brings in, as the night's own interval says.
    """

    night_date: date
    value: float
    exposure: float = 1.0
    own_variance: float = 0.0


#: Of one person: nights that could be told, by outcome. A night that is doubtful is missing, never 0.
Outcomes = Mapping[OutcomeName, Sequence[NightOutcome]]


def as_arrays(name: OutcomeName, nights: Sequence[NightOutcome]) -> OutcomeNights:
    """The newest `MOST_NIGHTS` nights by date."""
    kept = sorted((night for night in nights if night.exposure > 0), key=lambda night: night.night_date)[-MOST_NIGHTS:]
    return OutcomeNights(
        days=np.array([night.night_date.toordinal() for night in kept], dtype=np.int64),
        values=np.array([night.value for night in kept], dtype=np.float64),
        exposure=np.array([night.exposure for night in kept], dtype=np.float64),
        own_variance=np.array([night.own_variance for night in kept], dtype=np.float64),
        is_count=name not in _AMOUNTS,
    )
