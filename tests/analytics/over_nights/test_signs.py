"""The signs for a clinician: which were seen, on how many nights and days, and what was never asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest

from analytics.criteria import Criteria
from analytics.flag import FlagName
from analytics.nights.patterns import NightFacts, Pattern, Patterns, PatternState
from analytics.over_nights.signs import SEVERAL, SEVERAL_JERKS, Sign, SignEvidence, clinician_signs, evidence_words
from analytics.said import JournalEntry
from analytics.words import EVIDENCE, GLOSSARY

FIRST = date(2026, 3, 2)


def nights(*index: float | None, in_bed_h: float = 8.0) -> list[NightFacts]:
    """Consecutive nights; an index of None is a night that could not be assessed."""
    return [
        NightFacts(FIRST + timedelta(days=k), assessable=value is not None, plms_index=value, in_bed_h=in_bed_h)
        for k, value in enumerate(index)
    ]


def said(state: PatternState, able: int = 9, flag: FlagName = "possible_plmd") -> dict[FlagName, Pattern]:
    """What is said of one flag over nights."""
    return {flag: Pattern(n_nights=able, n_able=able, n_raised=able // 2, state=state)}


def noted(kind: str, *values: float) -> list[JournalEntry]:
    return [JournalEntry("me", FIRST + timedelta(days=k), kind, value) for k, value in enumerate(values)]


def sign(
    name: str, facts: list[NightFacts], journal: list[JournalEntry], patterns: Patterns = MappingProxyType({})
) -> Sign:
    return next(s for s in clinician_signs(facts, patterns, journal) if name in s.name)


def test_what_no_sensor_can_tell_is_not_known_until_it_is_written_down() -> None:
    for name in ("urge", "pain", "tingling", "beyond one limb", "daytime", "sleepy by day"):
        assert sign(name, nights(3, 3, 3), []).state == "not known"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("urge", "urge_to_move"),
        ("pain", "leg_pain"),
        ("tingling", "numbness"),
        ("beyond one limb", "other_limbs"),
        ("daytime", "daytime_jerks"),
    ],
)
def test_a_symptom_counts_as_seen_on_any_day_above_zero(name: str, kind: str) -> None:
    seen = sign(name, nights(3), noted(kind, 0, 0, 1))
    assert (seen.state, seen.says.startswith("written down on 1 of 3 days")) == ("seen", True)
    assert sign(name, nights(3), noted(kind, 0, 0)).state == "not seen"


def test_sleepiness_counts_only_with_enough_time_in_bed() -> None:
    journal = noted("daytime_sleepiness", 6, 7, 1)
    assert sign("sleepy", nights(3, 3, in_bed_h=7.5), journal).state == "seen"
    assert sign("sleepy", nights(3, 3, in_bed_h=5.5), journal).state == "not seen"
    assert sign("sleepy", nights(3, 3, in_bed_h=7.5), noted("daytime_sleepiness", 6, 1, 1)).state == "not seen"


def test_kicks_are_seen_by_a_partner_or_by_the_sensor() -> None:
    assert sign("partner", [], [], said("pattern")).state == "seen"
    assert sign("partner", [], noted("partner_saw_kicks", 1), said("no_pattern")).state == "seen"
    assert sign("partner", [], noted("partner_saw_kicks", 0), said("no_pattern")).state == "not seen"
    assert sign("partner", [], []).state == "not known"


@pytest.mark.parametrize(
    ("state", "sign_state"), [("pattern", "seen"), ("no_pattern", "not seen"), ("cannot_tell_yet", "not known")]
)
def test_jerks_are_a_sign_as_the_pattern_over_nights_says(state: PatternState, sign_state: str) -> None:
    found = sign("several jerks", nights(*[3.0] * 9), [], said(state, flag="frequent_hypnic_jerks"))
    assert found.state == sign_state
    assert found.says.startswith("frequent hypnic jerks on 4 of 9 nights, ")


def test_two_jerks_a_night_and_the_flag_that_takes_three_are_told_apart() -> None:
    """Both were "several jerks"."""
    states: tuple[PatternState, ...] = ("no_pattern", "pattern")
    assert EVIDENCE[SEVERAL] == f"{SEVERAL_JERKS} or more jerks a night"
    assert f"{Criteria().jerks.frequent_per_night} or more" in GLOSSARY[EVIDENCE["jerks"]]
    jerky = [replace(night, jerks="not_raised", n_jerks=SEVERAL_JERKS) for night in nights(*[3.0] * 9)]
    told, flagged = (clinician_signs(jerky, said(state, flag="frequent_hypnic_jerks"), [])[0] for state in states)
    flag = "frequent hypnic jerks on 4 of 9 nights, "
    assert told.says.startswith(f"2 or more jerks a night on 9 of 9 nights; {flag}")
    assert [one.what for one in told.evidence] == [SEVERAL]
    assert flagged.says.startswith(flag)
    assert [one.what for one in flagged.evidence] == ["jerks"]


def test_few_nights_are_called_few() -> None:
    few, enough = (said("cannot_tell_yet", able, "frequent_hypnic_jerks") for able in (4, 5))
    assert "few nights" in sign("several jerks", [], [], few).says
    assert "few nights" not in sign("several jerks", [], [], enough).says


@pytest.mark.parametrize("state", ["no_pattern", "cannot_tell_yet", "pattern"])
def test_a_partner_who_was_never_asked_said_neither_no_nor_yes(state: PatternState) -> None:
    """The row read "yes: kicks that a bed partner sees" of kicks that the sensor alone had seen."""
    found = sign("partner", [], [], said(state))
    assert found.state == ("seen" if state == "pattern" else "not known")
    assert "measured or seen by" in found.name
    assert "a bed partner was not asked: note in the journal whether one sees some, as partner_saw_kicks" in found.says
    for value in (0, 1):
        assert "not asked" not in sign("partner", [], noted("partner_saw_kicks", value), said(state)).says


def test_of_several_symptoms_those_that_were_never_noted_are_named() -> None:
    assert sign("tingling", nights(3), noted("numbness", 0)).says.endswith("; tingling and weakness not")
    assert sign("tingling", nights(3), noted("numbness", 1)).says == "written down on 1 of 1 day"


def test_where_it_could_be_told_on_no_night_a_sign_counts_nothing() -> None:
    """It said "on no night could it be told"."""
    jerks = clinician_signs([], {}, [])[0]
    assert jerks.says == "it could not be told on any night"


def test_one_night_is_no_nights() -> None:
    one = Pattern(n_nights=1, n_able=1, n_raised=1, more_nights=2)
    found = next(s for s in clinician_signs(nights(1), {"frequent_hypnic_jerks": one}, []) if "several jerks" in s.name)
    assert found.says == (
        "frequent hypnic jerks on 1 of 1 night, cannot tell yet: it takes at least 2 more nights; one night is few"
    )


def test_of_which_nights_is_said_once_where_it_is_the_same_of_all() -> None:
    kicks = SignEvidence("kicks", "nights", 7, 13, is_met=True)
    jerks = SignEvidence("jerks", "nights", 3, 13, is_met=False)
    assert evidence_words([kicks, jerks], 14, 13) == (
        "regular kicks on 7, and frequent hypnic jerks on 3 of 13 judged nights"
    )
    assert evidence_words([kicks], 13, 13) == "regular kicks on 7 of 13 nights"
    days = SignEvidence("daytime_sleepiness", "days", 4, 9, is_met=True)
    assert evidence_words([kicks, days], 13, 13).startswith("regular kicks on 7 of 13 nights, and ")
    assert evidence_words([kicks, days], 13, 13).endswith(" on 4 of 9 days")
