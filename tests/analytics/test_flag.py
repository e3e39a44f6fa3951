"""A flag for which nothing but the person's answer is missing is told from one that a sensor could not tell."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from analytics.flag import URGE_CRITERION, Criterion, CriterionState, Flag, stored_flag

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
