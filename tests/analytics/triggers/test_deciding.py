"""Which factors hold up against which outcomes, and which cannot be told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.triggers.deciding import TriggerRow, triggers_of
from analytics.triggers.factors import Factor
from analytics.triggers.outcomes import Outcomes
from analytics.triggers.sentences import row_words
from tests.analytics.triggers.diaries import counts, day, every_other, factor

HAD = every_other(60)
JERKS = [12.0 if had else 4.0 for had in HAD]


def row(factors: list[Factor], outcomes: Outcomes, name: str, lag: int = 0) -> TriggerRow:
    (found,) = (r for r in triggers_of(factors, outcomes) if r.factor == name and r.lag_days == lag)
    return found


def test_three_times_the_jerks_hold_up() -> None:
    found = row([factor("coffee", HAD)], {"hypnic_jerks": counts(*JERKS)}, "coffee")
    assert found.state == "holds_up"
    assert (found.n_with, found.n_without) == (sum(HAD), 60 - sum(HAD))
    assert found.found is not None
    assert found.found.ratio == pytest.approx(3.0, rel=0.03)


def test_the_day_before_is_told_from_the_same_day() -> None:
    had = [bool(one) for one in np.random.default_rng(1).random(60) < 0.5]
    assert abs(np.corrcoef(had[1:], had[:-1])[0, 1]) < 0.1
    outcomes: Outcomes = {"hypnic_jerks": counts(4.0, *(12.0 if one else 4.0 for one in had[:-1]))}
    assert row([factor("coffee", had)], outcomes, "coffee", lag=1).state == "holds_up"
    assert row([factor("coffee", had)], outcomes, "coffee", lag=0).state == "open"


def test_under_five_nights_on_a_side_there_is_no_answer() -> None:
    for n_with, state in ((4, "too_few_nights"), (5, "holds_up")):
        had = [k % 10 == 3 and k // 10 < n_with for k in range(60)]
        outcomes: Outcomes = {"hypnic_jerks": counts(*(24.0 if one else 4.0 for one in had))}
        found = row([factor("travel", had)], outcomes, "travel")
        assert (found.n_with, found.state, found.found is None) == (n_with, state, n_with < 5)
        assert (found.more_nights is None) == (n_with == 5)
        says = row_words(replace(found, more_nights=236))
        assert ("It takes about 236 more nights to see a doubling." in says) == (n_with == 4)
        assert "about 1 more night to" in row_words(replace(found, state="open", more_nights=1))


def test_what_never_varies_has_nothing_to_compare() -> None:
    found = triggers_of([factor("tea", [True] * 60)], {"hypnic_jerks": counts(*JERKS)})
    assert {(r.state, r.found, r.more_nights) for r in found} == {("nothing_to_compare", None, None)}
    never = triggers_of([factor("coffee", HAD)], {"hypnic_jerks": counts(*[0.0] * 60)})
    assert {r.state for r in never} == {"nothing_to_compare"}


def test_nights_that_cannot_be_told_are_missing_and_not_zero() -> None:
    told = [None if had and k % 2 else value for k, (had, value) in enumerate(zip(HAD, JERKS, strict=True))]
    found = row([factor("coffee", HAD)], {"hypnic_jerks": counts(*told)}, "coffee")
    assert found.n_with == sum(value is not None for value, had in zip(told, HAD, strict=True) if had)
    assert found.found is not None
    assert found.found.ratio == pytest.approx(3.0, rel=0.05)


def test_days_without_an_entry_are_on_neither_side() -> None:
    noted = [None if k % 4 == 2 else had for k, had in enumerate(HAD)]
    found = row([factor("coffee", noted)], {"hypnic_jerks": counts(*JERKS)}, "coffee")
    assert found.n_with + found.n_without == sum(one is not None for one in noted)


def test_factors_that_are_equal_are_named_each_beside_the_other() -> None:
    factors = [factor("coffee", HAD), factor("tea", every_other(60)), factor("gym", [k % 2 == 0 for k in range(60)])]
    found = {r.factor: r.beside for r in triggers_of(factors, {"hypnic_jerks": counts(*JERKS)})}
    assert [(b.factor, b.n_both, b.n_with) for b in found["coffee"]] == [("tea", sum(HAD), sum(HAD))]
    assert [b.factor for b in found["tea"]] == ["coffee"]
    assert found["gym"] == ()


def test_the_more_is_asked_the_less_holds_up() -> None:
    weak = [7.0 if had else 5.0 for had in HAD[:24]]
    weak[3] = 11.0
    one = row([factor("coffee", HAD[:24])], {"hypnic_jerks": counts(*weak)}, "coffee")
    rng = np.random.default_rng(3)
    others = [factor(f"own_{k}", [bool(b) for b in rng.random(24) < 0.5]) for k in range(30)]
    many = row([factor("coffee", HAD[:24]), *others], {"hypnic_jerks": counts(*weak)}, "coffee")
    assert one.found == many.found
    assert one.p_adjusted is not None
    assert many.p_adjusted is not None
    assert one.p_adjusted < many.p_adjusted
    assert many.p_adjusted == pytest.approx(min(1.0, one.found.p_value * 31 / 0.8), rel=0.5)  # type: ignore[union-attr]


def test_rows_come_in_order_of_certainty() -> None:
    factors = [factor("a_rare", [k == 3 for k in range(60)]), factor("b_none", [k % 2 == 0 for k in range(60)])]
    found = triggers_of([*factors, factor("coffee", HAD)], {"hypnic_jerks": counts(*JERKS)})
    assert found[0].factor == "coffee"
    assert [r.state for r in found[-2:]] == ["too_few_nights", "too_few_nights"]


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_a_shuffled_factor_does_not_hold_up_as_the_true_one_does(seed: int) -> None:
    shuffled = [bool(one) for one in np.random.default_rng(seed).permutation(HAD)]
    overlap = np.corrcoef(HAD, shuffled)[0, 1]
    factors = [factor("coffee", HAD), factor("shuffled", shuffled)]
    found = triggers_of(factors, {"hypnic_jerks": counts(*JERKS)})
    assert found[0].factor == "coffee"
    if abs(overlap) < 0.1:
        assert {r.state for r in found if r.factor == "shuffled"} <= {"open", "leans"}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=0, max_size=16))
def test_any_diary_has_a_row_for_every_question(nights: list[tuple[bool, int]]) -> None:
    outcomes: Outcomes = {"hypnic_jerks": counts(*(value for _, value in nights))}
    found = triggers_of([factor("coffee", [had for had, _ in nights])], outcomes)
    assert len(found) == (2 if nights else 0)
    for r in found:
        assert (r.found is None) == (r.state in ("too_few_nights", "nothing_to_compare"))
        assert r.n_with + r.n_without <= len(nights)


def test_a_person_without_a_journal_has_no_rows() -> None:
    assert triggers_of([], {"hypnic_jerks": counts(*JERKS)}) == ()
    assert triggers_of([Factor("coffee", "coffee", {day(0): True})], {}) == ()
