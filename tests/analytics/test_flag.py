"""A flag for which nothing but the person's answer is missing is told from one that a sensor could not tell."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from analytics.flag import JERKS_CRITERION, SHORT_REASON, URGE_CRITERION, Criterion, CriterionState, Flag, stored_flag

NOT_MEASURABLE: CriterionState = "not measurable"


def rls(urge: CriterionState, sleep: CriterionState = "met", *, raised: bool = False) -> Flag:
    site = Criterion("worn on the foot or ankle", sleep, "foot", "foot or ankle", "")
    return Flag("possible_rls", raised, (site, Criterion(URGE_CRITERION, urge, None, 1.0, "ask")), "why")


@pytest.mark.parametrize(
    ("flag", "lacks"),
    [
        (rls(NOT_MEASURABLE), True),
        (rls("not met"), False),
        (rls(NOT_MEASURABLE, NOT_MEASURABLE), False),
        (rls("met", raised=True), False),
    ],
)
def test_an_answer_is_lacking_only_where_it_decides(flag: Flag, *, lacks: bool) -> None:
    assert flag.lacks_answer is lacks
    criteria = json.dumps([asdict(one) for one in flag.criteria])
    assert stored_flag("possible_rls", criteria, "why", raised=flag.raised) == flag


@pytest.mark.parametrize("state", ["met", "not met", "not measurable"])
def test_the_short_reason_names_what_decides_in_a_line(state: CriterionState) -> None:
    """The table of nights printed the whole reason, some 500 letters a flag."""
    says = "more than 15 (adults, ICSD-3-TR); which half minutes were sleep decides, and that is not sure"
    index = Criterion("PLMS per hour of sleep", state, 45.04, 15.0, says)
    flag = Flag("possible_plmd", state == "met", (Criterion("worn", "met", "foot", "foot", ""), index), "long " * 100)
    against = "which half minutes were sleep decides, and that is not sure"
    limit = against if state == "not measurable" else "more than 15 (adults, ICSD-3-TR)"
    assert flag.short_reason == f"PLMS per hour of sleep 45: {limit}"
    assert len(replace(flag, criteria=(replace(index, says=says * 5),)).short_reason) <= SHORT_REASON
    assert 0 < len(replace(flag, raised=True, criteria=()).short_reason) <= SHORT_REASON
    assert replace(flag, reason="One line.").short_reason == "One line."


@pytest.mark.parametrize(
    ("state", "value", "told"),
    [("met", 0, "0"), ("not met", 0.0, "0"), ("not measurable", 0, ""), ("not measurable", 2.4, ""),
     ("not measurable", "wrist", "wrist"), ("not measurable", None, "")],
)  # fmt: skip
def test_a_number_is_told_only_of_what_could_be_measured(
    state: CriterionState, value: float | str | None, told: str
) -> None:
    assert Criterion("any", state, value, None, "").told == told


def test_the_short_reason_is_the_criterion_that_a_flag_is_about() -> None:
    """It said "sleep onset known 26.3: standard deviation in minutes" of a night flagged for its jerks."""
    known = Criterion("sleep onset known", "met", 26.3, None, "standard deviation in minutes")
    hours = Criterion("hours recorded and worn", "met", 8.5, 4.0, "at least 4")
    jerks = Criterion(JERKS_CRITERION, "met", 4, 3, "3 or more")
    flag = Flag("frequent_hypnic_jerks", raised=True, reason="x" * 200, criteria=(known, hours, jerks))
    assert flag.short_reason == "brief jerks near falling asleep 4: 3 or more"
