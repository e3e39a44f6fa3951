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

from analytics.criteria import Criteria, Flags
from analytics.flag import (
    AASM_CRITERION,
    INDEX_CRITERION,
    URGE_CRITERION,
    Criterion,
    CriterionState,
    Flag,
    FlagName,
)
from analytics.measures import Measures
from analytics.model import Event
from analytics.nights.against import against_no, against_yes
from analytics.nights.assessment import Evidence
from analytics.nights.doubt import not_that_exact, rules_differ
from analytics.nights.events import Judged
from analytics.nights.jerks.flagged import enough_expected, enough_found, onset_known
from analytics.nights.plmd_reason import either_side, raised_words, untold_words
from analytics.nights.restless import MovedAwake, moved_awake
from analytics.sleep.estimate import SleepEstimate
from analytics.words import (
    AASM_IS_MEANT,
    CANNOT_TELL,
    DOUBTFUL_SLEEP,
    EMG_CAVEAT,
    FLAGS,
    NOTE_THE_URGE,
    STILL_BUT_NOT_ASKED,
    URGE_ALL_THE_SAME,
    URGE_TELLS,
)

NOT_MEASURABLE: CriterionState = "not measurable"


def flags_of(
    measures: Measures,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    urge_to_move: float | None,
    criteria: Criteria,
    *,
    by_aasm: float | None = None,
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
    by_aasm : float or None
        As in `possible_plmd`.
    """
    return (
        possible_plmd(measures, judged, evidence, sleep, not_assessable, criteria, by_aasm=by_aasm),
        frequent_hypnic_jerks(judged, evidence, sleep, not_assessable, criteria),
        possible_rls(judged.events, evidence, sleep, not_assessable, urge_to_move, criteria),
    )


def possible_plmd(
    measures: Measures,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    criteria: Criteria,
    *,
    by_aasm: float | None = None,
) -> Flag:
    """Periodic leg movements in sleep above the age group's threshold, and regular ones.

    Parameters
    ----------
    measures, judged : Measures, Judged
        Both under the same rule set.
    not_assessable : str or None
        Why no index can be given, in a sentence; None where one can.
    by_aasm : float or None
        The night's index by the rules that ICSD-3-TR means; None where those are the present ones, or were not used.
    """
    flags = criteria.flags
    share = measures.periodicity_index_share
    threshold = flags.plms_index()
    decisive = (
        _site(evidence),
        _assessable(not_assessable),
        _index_above(
            measures,
            judged,
            evidence,
            sleep,
            flags,
            by_aasm,
            f"more than {threshold:g} ({'children' if flags.age_group == 'child' else 'adults'}, ICSD-3-TR)",
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
        *(() if by_aasm is None else (_above(AASM_CRITERION, by_aasm, threshold, AASM_IS_MEANT),)),
        _beyond("disturbed sleep or daytime complaint", "ask the person; needed for the diagnosis (ICSD-3-TR)"),
        _beyond("no better explanation", "apnoea, narcolepsy, RLS, medication: a sensor on the leg cannot tell"),
    )
    return _flag("possible_plmd", decisive, context, _plmd_reason(measures, evidence, decisive, threshold))


def _index_above(
    measures: Measures,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    flags: Flags,
    by_aasm: float | None,
    says: str,
) -> Criterion:
    """Whether the index is above the threshold; in doubt where a reason speaks against what it shows."""
    threshold, age_group = flags.plms_index(), flags.age_group
    plain = _above(INDEX_CRITERION, measures.plms_index, threshold, says)
    if measures.plms_index is None:
        return plain
    against = (
        not_that_exact(measures, threshold, age_group)
        or (
            against_yes(measures.plms_index, judged, threshold)
            if plain.state == "met"
            else against_no(measures.plms_index, judged, evidence, sleep, threshold)
        )
        or rules_differ(measures.plms_index, by_aasm, threshold)
    )
    return plain if against is None else replace(plain, state=NOT_MEASURABLE, says=f"{says}; {against}")


def _plmd_reason(measures: Measures, evidence: Evidence, decisive: Sequence[Criterion], threshold: float) -> str:
    if (unmet := _first_unmet(decisive)) is None:
        return raised_words(measures, evidence, threshold)
    if unmet.name != INDEX_CRITERION:
        return _not_raised("possible_plmd", unmet)
    if unmet.state == NOT_MEASURABLE and unmet.value is not None:
        return untold_words(measures, evidence, threshold, unmet.says.rpartition("; ")[2])
    return _not_raised("possible_plmd", unmet) + either_side(measures, threshold)


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
    events: Sequence[Event],
    evidence: Evidence,
    sleep: SleepEstimate,
    not_assessable: str | None,
    urge_to_move: float | None,
    criteria: Criteria,
) -> Flag:
    """An urge to move the legs, as only the person can report it, and periodic leg movements awake at rest beside it.

    Neither raises it alone: fidgets of waking look the same to a leg (`analytics.nights.restless`). Where none was
    asked, few movements still speak against it, and many cannot be told.

    Parameters
    ----------
    events : sequence of Event
        Of the night under one rule set, labelled.
    not_assessable : str or None
        Why no index can be given, in a sentence; None where one can.
    urge_to_move : float or None
        From the journal, 0 (none) to 10; None where it was not noted.
    """
    moved = moved_awake(events, sleep, criteria.flags)
    movements, urge = _moved(moved, criteria.flags), _urge(urge_to_move)
    still = any(each.state == "not met" for each in movements)
    of_the_night = (*movements, urge) if urge_to_move is None and still else (urge, *movements)
    decisive = (_site(evidence), _assessable(not_assessable), *of_the_night)
    context = (_beyond("no better explanation", "cramps, positional discomfort, neuropathy, medication"),)
    return _flag("possible_rls", decisive, context, _rls_reason(decisive, moved, urge, criteria.flags))


_COUNT_AWAKE, _RATE_AWAKE = "periodic leg movements awake at rest", "periodic leg movements per hour awake at rest"
#: With the urge noted, the likelier side decides; below the other, what could have been is as good as excluded. Own.
_LIKELIER, _EXCLUDED = 0.5, 0.1


def _urge(noted: float | None) -> Criterion:
    """The urge as the journal has it; without one there are no restless legs (ICSD-3-TR)."""
    if noted is None:
        return Criterion(
            URGE_CRITERION, NOT_MEASURABLE, None, 1.0, "ask the person, and note urge_to_move in the journal"
        )
    return Criterion(
        URGE_CRITERION, "met" if noted >= 1 else "not met", noted, 1.0, "1 or more of 10, as noted in the journal"
    )


def _moved(moved: MovedAwake | None, flags: Flags) -> tuple[Criterion, Criterion]:
    """Whether there were enough periodic movements awake at rest, and whether they were frequent enough."""
    many, often = f"{flags.min_plmw} or more", f"more than {flags.plmw_index:g}"
    if moved is None:
        many, often = (f"{says}; no sleep was found" for says in (many, often))
        return (
            Criterion(_COUNT_AWAKE, NOT_MEASURABLE, None, flags.min_plmw, many),
            Criterion(_RATE_AWAKE, NOT_MEASURABLE, None, flags.plmw_index, often),
        )
    return (
        _likely(_COUNT_AWAKE, moved.p_count, round(moved.count), flags.min_plmw, many, moved, flags),
        _likely(_RATE_AWAKE, moved.p_enough, moved.per_h, flags.plmw_index, often, moved, flags),
    )


def _likely(
    name: str, chance: float, value: float | None, threshold: float, says: str, moved: MovedAwake, flags: Flags
) -> Criterion:
    if chance >= _LIKELIER:
        return Criterion(name, "met", value, threshold, says)
    if chance > _EXCLUDED:
        return Criterion(name, NOT_MEASURABLE, value, threshold, f"{says}; {DOUBTFUL_SLEEP}")
    if moved.awake_h < flags.min_wake_h:
        short = f"awake at rest for {60 * moved.awake_h:.0f} min, and {60 * flags.min_wake_h:.0f} are needed"
        return Criterion(name, NOT_MEASURABLE, None, threshold, f"{says}; {short}")
    return Criterion(name, "not met", value, threshold, says)


def _rls_reason(decisive: Sequence[Criterion], moved: MovedAwake | None, urge: Criterion, flags: Flags) -> str:
    unmet = _first_unmet(decisive)
    found = "" if moved is None else f"{moved.count:.0f} periodic leg movements awake {moved.place}"
    often = "" if moved is None else f"{found}, {moved.per_h:.0f} per hour (more than {flags.plmw_index:g})"
    if unmet is None:
        return f"{URGE_TELLS} It was noted for this evening ({urge.value:g} of 10), beside {often}. {EMG_CAVEAT}"
    if unmet.name == URGE_CRITERION:
        if unmet.state == "not met":
            return f"No {FLAGS['possible_rls']}: no urge to move the legs was noted for this evening. {URGE_TELLS}"
        movements = [c for c in decisive if c.name in (_COUNT_AWAKE, _RATE_AWAKE)]
        open_ = next((c.says.rpartition("; ")[2] for c in movements if c.state != "met"), None)
        seen = f"{often}, and restless waking looks the same" if open_ is None else open_
        return f"{CANNOT_TELL.capitalize()} about {FLAGS['possible_rls']}: {seen}. {URGE_TELLS} {NOTE_THE_URGE}"
    plain = _not_raised("possible_rls", unmet)
    if unmet.name not in (_COUNT_AWAKE, _RATE_AWAKE):
        return plain
    if unmet.state == "not met" and urge.state == NOT_MEASURABLE:
        return f"{STILL_BUT_NOT_ASKED.format(found=_found(unmet))} {URGE_TELLS} {NOTE_THE_URGE}"
    return f"{plain} {URGE_ALL_THE_SAME if urge.state == 'met' else URGE_TELLS}"


def _flag(name: FlagName, decisive: Sequence[Criterion], context: Sequence[Criterion], reason: str) -> Flag:
    """What decides comes first: `Flag.state` goes by the first that is not met."""
    return Flag(name, _first_unmet(decisive) is None, (*decisive, *context), reason)


def _first_unmet(decisive: Sequence[Criterion]) -> Criterion | None:
    """The criterion that speaks for a flag that is not raised; None where all are met."""
    return next((c for c in decisive if c.state != "met"), None)


def _not_raised(name: FlagName, unmet: Criterion) -> str:
    if unmet.state == NOT_MEASURABLE:
        return f"{CANNOT_TELL.capitalize()} about {FLAGS[name]}: {unmet.name}: {unmet.says}."
    found = _found(unmet)
    return f"No {FLAGS[name]}. {found[:1].upper()}{found[1:]}."


def _found(unmet: Criterion) -> str:
    """What was found of a criterion that is not met, and what it takes."""
    return f"{unmet.name}: {unmet.shown}; needed: {unmet.says}"


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
    name, says = "hours recorded and worn", f"at least {wanted_h:g}"
    if worn_h >= wanted_h:
        return Criterion(name, "met", worn_h, wanted_h, says)
    return Criterion(name, NOT_MEASURABLE, worn_h, wanted_h, f"{worn_h:g}, and {says} are needed")


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
