"""Which periodic series may not be this leg's own: a bed partner's kicks or a pet's, felt through the mattress.

Decides a doubt, never a removal: the leg's own small kicks with the foot alone look much the same, and a leg on its
side tilts least. A series is doubted by the medians of its movements, because single kicks vary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.model import Event, Movement, SleepState

#: A mattress passes on 8-20 mg of a partner's kicks; the leg's own have a median of 30-100 mg at the ankle. Own.
SMALL_MG = 25.0
#: Slow over fast amplitude below this: shaken more than turned. On simulated nights (benchmark families of this project
#: and another) a partner's series reach 0.09-0.23, a leg's own 0.17 and more, median 0.5-0.9. own.
STIFF = 0.25
#: The same at any size: a pet's series reach 0.07-0.14. own.
STIFF_AT_ANY_SIZE = 0.15

#: Why a series is doubted.
Doubt = Literal["small_and_stiff", "stiff"]


@dataclass(frozen=True, slots=True)
class Origin:
    """How a series moved the sensor, and whether that may have come from elsewhere.

    Attributes
    ----------
    series_no : int
        Of `analytics.model.Series`.
    n_in_sleep : int
        Its periodic movements in sleep, from which all of this comes.
    median_peak_mg : float
    slow_over_fast : float or None
        Median; see `analytics.signal.stiffness`. None where it is known of fewer than half of the movements.
    doubt : Doubt or None
        None: nothing speaks for elsewhere, or it is not known.
    """

    series_no: int
    n_in_sleep: int
    median_peak_mg: float
    slow_over_fast: float | None
    doubt: Doubt | None


def origins(events: Sequence[Event], movements: Sequence[Movement]) -> tuple[Origin, ...]:
    """Judge every series with periodic movements in sleep, by its number.

    Parameters
    ----------
    events : sequence of Event
        Of one night under one rule set.
    movements : sequence of Movement
        Of the night; those that the events join must be among them.
    """
    of_series: dict[int, list[int]] = {}
    for event in events:
        if _counts(event) and event.series_no is not None:
            of_series.setdefault(event.series_no, []).append(event.lead)
    peak_mg = {m.number: m.peak_g * 1e3 for m in movements}
    slow_over_fast = {m.number: m.slow_over_fast for m in movements}
    found = []
    for number in sorted(of_series):
        leads = of_series[number]
        size_mg = float(np.median([peak_mg[lead] for lead in leads]))
        ratios = [ratio for lead in leads if (ratio := slow_over_fast[lead]) is not None]
        ratio = float(np.median(ratios)) if 2 * len(ratios) >= len(leads) else None
        found.append(Origin(number, len(leads), size_mg, ratio, _doubt(size_mg, ratio)))
    return tuple(found)


def _doubt(size_mg: float, ratio: float | None) -> Doubt | None:
    if ratio is None:
        return None
    if size_mg < SMALL_MG and ratio < STIFF:
        return "small_and_stiff"
    return "stiff" if ratio < STIFF_AT_ANY_SIZE else None


def elsewhere_share(found: Sequence[Origin]) -> float | None:
    """Share of the periodic movements in sleep that lie in doubted series, 0-1; None without any."""
    every = sum(origin.n_in_sleep for origin in found)
    return sum(origin.n_in_sleep for origin in found if origin.doubt is not None) / every if every else None


def median_peak_mg(
    events: Sequence[Event], movements: Sequence[Movement], *, state: SleepState = "sleep"
) -> float | None:
    """Median peak of the periodic movements in a state, mg (RMS of 0.15 s, 0.5-10 Hz); None without any.

    Of a movement of both legs, the stronger one counts.
    """
    peak_mg = {m.number: m.peak_g * 1e3 for m in movements}
    sizes = [peak_mg[event.lead] for event in events if _counts(event, state)]
    return float(np.median(sizes)) if sizes else None


def _counts(event: Event, state: SleepState = "sleep") -> bool:
    return event.is_plm and event.sleep_state == state
