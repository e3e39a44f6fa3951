"""The sentences that say why a night shows possible PLMD, or why that cannot be told: plain, with the numbers."""

from __future__ import annotations

from analytics.measures import Measures
from analytics.nights.assessment import Evidence
from analytics.words import BASE_RATE, BLANKS, CANNOT_TELL, EMG_CAVEAT, FLAGS, STAGES_NOT_ON_CLOCK

#: The threshold of which `BASE_RATE` is told, 1/h: that of adults.
_BASE_RATE_OF = 15.0
#: An absence that is longer is told beside a flag.
_WORTH_TELLING_H = 0.5


def raised_words(measures: Measures, evidence: Evidence, threshold: float) -> str:
    """What was found, and what it is worth on its own."""
    base_rate = f" {BASE_RATE}" if threshold == _BASE_RATE_OF else ""
    return (
        f"{measures.plms_index:.1f} periodic leg movements per hour of sleep{_between(measures)}, more than "
        f"{threshold:g}: {measures.n_plms} in {measures.n_series_in_sleep} series in sleep, typically "
        f"{measures.median_imi_s:.0f} s apart. "
        f"{measures.periodicity_index_share:.0%} of the leg movements in sleep are periodic; "
        f"{measures.share_imi_20_40:.0%} of all intervals are 20-40 s long.{either_side(measures, threshold)}"
        f"{_not_worn(evidence)}"
        f"{_about_clocks(evidence)} {EMG_CAVEAT}{base_rate}"
    )


def untold_words(measures: Measures, evidence: Evidence, threshold: float, why: str) -> str:
    """Why the index does not tell."""
    return (
        f"{CANNOT_TELL.capitalize()} about {FLAGS['possible_plmd']}: {measures.plms_index:.1f} periodic leg "
        f"movements per hour of sleep{_between(measures)}, and the threshold is {threshold:g}: "
        f"{why}.{_about_clocks(evidence)}"
    )


def either_side(measures: Measures, threshold: float) -> str:
    """How sure the comparison is, where chance alone could have turned it."""
    low, high = measures.plms_index_low, measures.plms_index_high
    if low is None or high is None or not low <= threshold <= high:
        return ""
    return f" Close: {threshold:g} lies inside the 95 % interval, {low:.0f}-{high:.0f}."


def _not_worn(evidence: Evidence) -> str:
    """For how long the leg was not seen: of these hours the index says nothing."""
    if evidence.unworn_h < _WORTH_TELLING_H:
        return ""
    return f" The sensor was {BLANKS['unworn']} for {evidence.unworn_h:.1f} h: the index is that of the worn hours."


def _about_clocks(evidence: Evidence) -> str:
    if evidence.stages_on_clock:
        return _about_legs(evidence)
    return f"{_about_legs(evidence)} {STAGES_NOT_ON_CLOCK}"


def _about_legs(evidence: Evidence) -> str:
    if evidence.legs != "both":
        return " One leg was recorded: a lower bound."
    if not evidence.one_clock:
        return " The clocks of the two sensors could not be brought together: kicks of both legs may count twice."
    return ""


def _between(measures: Measures) -> str:
    low, high = measures.plms_index_low, measures.plms_index_high
    return "" if low is None or high is None else f" (95 % interval {low:.0f}-{high:.0f})"
