"""Whether a night shows a pattern worth a second look, criterion by criterion.

A flag says "possible" and never more: the disorders need a clinical interview, and PLMD a polysomnography (ICSD-3-TR).
So each flag lists what was met, what was not, and what no sensor can measure; it is raised when everything measurable
is met. Each asks first whether a leg was seen and whether the night can be assessed: where not, no number decides, and
the flag cannot be told (`analytics.model.Flag.state`). The sentences are what people read: plain, with the number in
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from analytics.criteria import Criteria, Flags
from analytics.flag import INDEX_CRITERION, Criterion, CriterionState, Flag, FlagName
from analytics.measures import Measures
from analytics.model import Event
from analytics.nights.against import against_no, against_yes
from analytics.nights.assessment import Evidence
from analytics.nights.doubt import not_that_exact
from analytics.nights.events import Judged
from analytics.nights.jerks import enough_expected, enough_found, onset_known
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import SURE
from analytics.words import (
    BASE_RATE,
    CANNOT_TELL,
    DOUBTFUL_SLEEP,
    EMG_CAVEAT,
    FLAGS,
    STAGES_NOT_ON_CLOCK,
)

NOT_MEASURABLE: CriterionState = "not measurable"
#: The threshold of which `BASE_RATE` is told, 1/h.
_BASE_RATE_OF = 15.0


def flags_of(
    measures: Measures,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    urge_to_move: float | None,
    criteria: Criteria,
) -> tuple[Flag, ...]:
    """All three flags of a night under one rule set, raised or not, in a fixed order.

    Parameters
    ----------
    measures, judged : Measures, Judged
        Both under the same rule set.
    not_assessable : str or None
        Why no index can be given, in a sentence; None where one can.
    urge_to_move : float or None
        From the journal, 0 (none) to 10; None where it was not noted.
    """
    return (
        possible_plmd(measures, judged, evidence, sleep, not_assessable, criteria),
        frequent_hypnic_jerks(judged, evidence, sleep, not_assessable, criteria),
        possible_rls(measures, judged.events, evidence, sleep, not_assessable, urge_to_move, criteria),
    )


def possible_plmd(
    measures: Measures,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    criteria: Criteria,
) -> Flag:
    """Periodic leg movements in sleep above the age group's threshold, and regular ones.

    Parameters
    ----------
    measures, judged : Measures, Judged
        Both under the same rule set.
    not_assessable : str or None
        Why no index can be given, in a sentence; None where one can.
    """
    flags = criteria.flags
    share = measures.periodicity_index_share
    threshold = flags.plms_index()
    decisive = (
        _site(evidence),
        _assessable(not_assessable),
        _index_above(
            measures, judged, evidence, sleep, flags, f"more than {threshold:g} ({flags.age_group}s, ICSD-3-TR)"
        ),
        _above(
            "share of leg movements in periodic series",
            share,
            flags.min_periodicity,
            f"at least {flags.min_periodicity:g}",
            inclusive=True,
        ),
    )
    context = (
        _beyond("disturbed sleep or daytime complaint", "ask the person; needed for the diagnosis (ICSD-3-TR)"),
        _beyond("no better explanation", "apnoea, narcolepsy, RLS, medication: a sensor on the leg cannot tell"),
    )
    return _flag("possible_plmd", decisive, context, _plmd_reason(measures, evidence, decisive, threshold))


def _index_above(
    measures: Measures, judged: Judged, evidence: Evidence, sleep: SleepEstimate, flags: Flags, says: str
) -> Criterion:
    """Whether the index is above the threshold; in doubt where a reason speaks against what it shows."""
    threshold, age_group = flags.plms_index(), flags.age_group
    plain = _above(INDEX_CRITERION, measures.plms_index, threshold, says)
    if measures.plms_index is None:
        return plain
    against = not_that_exact(measures, threshold, age_group) or (
        against_yes(measures.plms_index, judged, threshold)
        if plain.state == "met"
        else against_no(measures.plms_index, judged, evidence, sleep, threshold)
    )
    return plain if against is None else replace(plain, state=NOT_MEASURABLE, says=f"{says}; {against}")


def _plmd_reason(
    measures: Measures,
    evidence: Evidence,
    decisive: Sequence[Criterion],
    threshold: float,
) -> str:
    if (unmet := _first_unmet(decisive)) is not None:
        if unmet.state == NOT_MEASURABLE and unmet.value is not None and unmet.name == INDEX_CRITERION:
            return (
                f"{CANNOT_TELL.capitalize()} about {FLAGS['possible_plmd']}: {measures.plms_index:.1f} periodic leg "
                f"movements per hour of sleep{_between(measures)}, and the threshold is {threshold:g}: "
                f"{unmet.says.rpartition('; ')[2]}.{_about_clocks(evidence)}"
            )
        close = _either_side(measures, threshold) if unmet.name == INDEX_CRITERION else ""
        return _not_raised("possible_plmd", unmet) + close
    return (
        f"{measures.plms_index:.1f} periodic leg movements per hour of sleep{_between(measures)}, more than "
        f"{threshold:g}: {measures.n_plms} in {measures.n_series_in_sleep} series in sleep, typically "
        f"{measures.median_imi_s:.0f} s apart. "
        f"{measures.periodicity_index_share:.0%} of the leg movements in sleep are periodic; "
        f"{measures.share_imi_20_40:.0%} of all intervals are 20-40 s long.{_either_side(measures, threshold)}"
        f"{_about_clocks(evidence)} {EMG_CAVEAT}{_base_rate(threshold)}"
    )


def _base_rate(threshold: float) -> str:
    return f" {BASE_RATE}" if threshold == _BASE_RATE_OF else ""


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


def _either_side(measures: Measures, threshold: float) -> str:
    """How sure the comparison is, where chance alone could have turned it."""
    low, high = measures.plms_index_low, measures.plms_index_high
    if low is None or high is None or not low <= threshold <= high:
        return ""
    return f" Close: {threshold:g} lies inside the 95 % interval, {low:.0f}-{high:.0f}."


def _between(measures: Measures) -> str:
    low, high = measures.plms_index_low, measures.plms_index_high
    return "" if low is None or high is None else f" (95 % interval {low:.0f}-{high:.0f})"


def frequent_hypnic_jerks(
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    criteria: Criteria,
) -> Flag:
    """Several single brief jerks round falling asleep. Usually harmless; worth a note when it disturbs sleep.

    Parameters
    ----------
    judged : Judged
        The night under one rule set.
    not_assessable : str or None
        Why no index can be given, in a sentence; None where one can.
    """
    wanted = criteria.jerks.frequent_per_night
    found = [e.confidence for e in judged.events if e.label == "hypnic_jerk"]
    decisive = (
        _site(evidence),
        _assessable(not_assessable),
        onset_known(sleep),
        _enough_recorded(evidence, criteria),
        enough_found(len(found) if sleep.onset_us else None, judged.n_jerks_in_doubt, wanted),
        enough_expected(sum(found), wanted),
    )
    context = (
        _beyond("feeling of falling, fear of sleep", "ask the person"),
        _beyond(
            "a true sleep start",
            "no accelerometer criterion is published; a cough or bed partner looks alike",
        ),
    )
    if (unmet := _first_unmet(decisive)) is None:
        reason = (
            f"{len(found)} single brief jerks near falling asleep ({wanted} or more). Hypnic jerks are common and "
            "harmless unless they keep one from sleeping. Told by their shape and moment only: a heuristic."
        )
    else:
        reason = _not_raised("frequent_hypnic_jerks", unmet)
    return _flag("frequent_hypnic_jerks", decisive, context, reason)


def possible_rls(
    measures: Measures,
    events: Sequence[Event],
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    urge_to_move: float | None,
    criteria: Criteria,
) -> Flag:
    """Regular periodic leg movements while lying awake. RLS itself is an urge that only the person can report.

    Parameters
    ----------
    measures, events : Measures, sequence of Event
        Both under the same rule set.
    not_assessable : str or None
        Why no index can be given, in a sentence; None where one can.
    urge_to_move : float or None
        From the journal, 0 (none) to 10; None where it was not noted.
    """
    flags = criteria.flags
    awake = sleep.hours("wake") >= flags.min_wake_h
    index, count = (measures.plmw_index, measures.n_plmw) if awake else (None, None)
    decisive = (
        _site(evidence),
        _assessable(not_assessable),
        _awake_or_asleep(events, count, flags.min_plmw),
        _above("PLMW per hour awake in bed", index, flags.plmw_index, f"more than {flags.plmw_index:g}"),
        _at_least("PLMW", count, flags.min_plmw, "could not be counted"),
        _regular(_log_sd_awake(events), flags.regular_log_sd),
        *((_urge(urge_to_move),) if urge_to_move is not None else ()),
    )
    context = (
        *((_beyond(_URGE, "ask the person, or note urge_to_move in the journal"),) if urge_to_move is None else ()),
        _beyond("no better explanation", "cramps, positional discomfort, neuropathy, medication"),
    )
    if (unmet := _first_unmet(decisive)) is None:
        reason = (
            f"{count} periodic leg movements at regular intervals while awake in bed, {index:.0f} per hour awake "
            f"(more than {flags.plmw_index:g}). {_of_the_urge(urge_to_move)} {EMG_CAVEAT}"
        )
    else:
        reason = _not_raised("possible_rls", unmet)
    return _flag("possible_rls", decisive, context, reason)


_URGE = "urge to move the legs, worse at rest and in the evening, relieved by moving"


def _awake_or_asleep(events: Sequence[Event], count: int | None, wanted: int) -> Criterion:
    """Whether it can be told of enough periodic movements if the person was awake: RLS is of waking, PLMD of sleep."""
    periodic = [e for e in events if e.is_plm and e.p_sleep is not None]
    n_awake = sum((e.p_sleep or 0.0) <= 1 - SURE for e in periodic)
    n_doubtful = sum(1 - SURE < (e.p_sleep or 0.0) < SURE for e in periodic)
    name, says = "periodic movements surely awake", f"{wanted} or more, unless hardly any are in doubt"
    if not periodic:
        return Criterion(name, "met", None, wanted, "of no movement it was estimated how likely sleep was")
    untold = n_awake < wanted and max(n_doubtful, count or 0) >= wanted
    return Criterion(name, NOT_MEASURABLE if untold else "met", n_awake, wanted, DOUBTFUL_SLEEP if untold else says)


def _urge(noted: float) -> Criterion:
    """The urge as the journal has it; without one there are no restless legs (ICSD-3-TR)."""
    return Criterion(_URGE, "met" if noted >= 1 else "not met", noted, 1.0, "1 or more of 10, as noted in the journal")


def _of_the_urge(noted: float | None) -> str:
    if noted is None:
        return "Whether there is an urge to move, which defines RLS, only you can say."
    return f"An urge to move, which defines RLS, was noted for this night ({noted:g} of 10)."


def _log_sd_awake(events: Sequence[Event]) -> float | None:
    """SD of the log of intervals inside series while awake; None below three of them."""
    periodic = [e for e in events if e.is_plm]
    intervals_us = [
        later.onset_us - earlier.onset_us
        for earlier, later in pairwise(periodic)
        if earlier.series_no == later.series_no and later.sleep_state == "wake"
    ]
    return float(np.log(intervals_us).std()) if len(intervals_us) >= 3 else None


def _regular(log_sd: float | None, threshold: float) -> Criterion:
    name = "spread of log intervals between PLMW"
    if log_sd is None:
        return Criterion(name, NOT_MEASURABLE, None, threshold, "too few of them")
    return Criterion(
        name,
        "met" if log_sd <= threshold else "not met",
        log_sd,
        threshold,
        f"at most {threshold:g}; fidgets vary more",
    )


def _flag(name: FlagName, decisive: Sequence[Criterion], context: Sequence[Criterion], reason: str) -> Flag:
    """What decides comes first: `Flag.state` goes by the first that is not met."""
    return Flag(name, _first_unmet(decisive) is None, (*decisive, *context), reason)


def _first_unmet(decisive: Sequence[Criterion]) -> Criterion | None:
    """The criterion that speaks for a flag that is not raised; None where all are met."""
    return next((c for c in decisive if c.state != "met"), None)


def _not_raised(name: FlagName, unmet: Criterion) -> str:
    if unmet.state == NOT_MEASURABLE:
        return f"{CANNOT_TELL.capitalize()} about {FLAGS[name]}: {unmet.name}: {unmet.says}."
    return f"No {FLAGS[name]}: {unmet.name} {_shown(unmet.value)}, not {unmet.says}."


def _shown(value: float | str | None) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _site(evidence: Evidence) -> Criterion:
    sites = "+".join(evidence.sites)
    if evidence.on_leg:
        return Criterion("worn on the foot or ankle", "met", sites, "foot or ankle", "where kicks can be counted")
    says = "worn elsewhere" if evidence.sites != ("unknown",) else "not known where it was worn"
    return Criterion("worn on the foot or ankle", NOT_MEASURABLE, sites, "foot or ankle", says)


def _assessable(reason: str | None) -> Criterion:
    if reason is None:
        return Criterion("night assessable", "met", None, None, "enough recorded, worn and searched")
    return Criterion("night assessable", NOT_MEASURABLE, None, None, reason.rstrip("."))


def _enough_recorded(evidence: Evidence, criteria: Criteria) -> Criterion:
    wanted_h = criteria.assessment.min_recorded_h
    worn_h = round(evidence.recorded_h - evidence.unworn_h, 2)
    state: CriterionState = "met" if worn_h >= wanted_h else NOT_MEASURABLE
    return Criterion("hours recorded and worn", state, worn_h, wanted_h, f"at least {wanted_h:g}")


def _above(name: str, value: float | None, threshold: float, says: str, *, inclusive: bool = False) -> Criterion:
    if value is None:
        return Criterion(name, NOT_MEASURABLE, None, threshold, "could not be computed for this night")
    met = value >= threshold if inclusive else value > threshold
    return Criterion(name, "met" if met else "not met", float(value), threshold, says)


def _at_least(name: str, value: int | None, threshold: int, unknown: str) -> Criterion:
    if value is None:
        return Criterion(name, NOT_MEASURABLE, None, threshold, unknown)
    return Criterion(name, "met" if value >= threshold else "not met", value, threshold, f"{threshold} or more")


def _beyond(name: str, says: str) -> Criterion:
    """A criterion that no sensor on a leg can settle."""
    return Criterion(name, NOT_MEASURABLE, None, None, says)
