"""What speaks against an index: why a number above or below its threshold says nothing about this night."""

from __future__ import annotations

from analytics.measures import Measures
from analytics.nights.assessment import Evidence
from analytics.nights.events import Judged
from analytics.sleep.estimate import SleepEstimate
from analytics.words import (
    DOUBTFUL_SLEEP,
    NEAR_THE_LIMIT,
    PERHAPS_NOT_OWN,
    TOO_MUCH_HIDDEN,
    TOO_RESTLESS,
    WEAR_IN_DOUBT,
)

#: A negative says nothing where so much of the sleep was hidden, or perhaps not worn. Own.
MOST_HIDDEN = 0.2
#: Turns an hour above which restless sleep and waking look alike: adults make 1-4 (De Koninck 1992). Own.
_MOST_TURNS_H = 8.0
#: Kicks with a median below this many times what can be seen: of a distribution so cut off, half may be missing. Own.
_NEAR = 2.0


def against_yes(index: float, judged: Judged, threshold: float) -> str | None:
    """Why an index above the threshold says nothing; None where it does."""
    if judged.possible is not None and judged.possible.is_above(threshold) is not True:
        return DOUBTFUL_SLEEP
    left = index * (1 - (judged.elsewhere_share or 0.0))
    return PERHAPS_NOT_OWN.format(left=left) if left <= threshold else None


def against_no(index: float, judged: Judged, evidence: Evidence, sleep: SleepEstimate, threshold: float) -> str | None:
    """Why an index below the threshold says nothing; None where it does."""
    if judged.possible is not None and judged.possible.is_above(threshold) is not False:
        return DOUBTFUL_SLEEP
    asleep_h = max(sleep.hours("sleep"), 0.1)
    if _is_near_the_limit(judged.measures, evidence) and index > threshold / 2:
        return NEAR_THE_LIMIT.format(size_mg=judged.measures.median_peak_mg, blind_mg=evidence.blind_below_mg)
    if evidence.hidden_h > MOST_HIDDEN * asleep_h:
        return TOO_MUCH_HIDDEN.format(hidden_h=evidence.hidden_h, asleep_h=asleep_h)
    if evidence.wear_doubt_share > MOST_HIDDEN:
        return WEAR_IN_DOUBT.format(share=evidence.wear_doubt_share)
    if sleep.turns_per_h is not None and sleep.turns_per_h > _MOST_TURNS_H and judged.in_bed_index(sleep) > threshold:
        return TOO_RESTLESS.format(turns=sleep.turns_per_h)
    return None


def _is_near_the_limit(measures: Measures, evidence: Evidence) -> bool:
    """Whether the kicks are so small that many more may lie below what the sensor shows."""
    size_mg, blind_mg = measures.median_peak_mg, evidence.blind_below_mg
    return size_mg is not None and blind_mg is not None and size_mg < _NEAR * blind_mg
