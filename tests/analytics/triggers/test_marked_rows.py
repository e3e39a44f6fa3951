"""Each change that the journal marks, against the trend before it, in the nights that only it divides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.journal.marked import MarkedChange
from analytics.triggers.before_after import before_after
from analytics.triggers.marked_rows import changes_within, marked_rows
from analytics.triggers.outcomes import Outcomes
from analytics.triggers.sentences import left_out_words, within_words
from tests.analytics.triggers.diaries import counts, day, factor


def _outcomes(n: int) -> Outcomes:
    return {"hypnic_jerks": counts(*(12 - k % 3 if k < 30 else 6 - k % 2 for k in range(n)))}


def test_a_marked_change_is_a_row_with_its_effect_and_what_else_changed() -> None:
    gym = factor("gym", [k < 28 for k in range(60)])
    (row,) = marked_rows(_outcomes(60), [gym], [MarkedChange(day(30), "no coffee")])
    (jerks,) = row.effects
    assert (jerks.n_before, jerks.n_after) == (30, 30)
    assert jerks.found is not None
    assert jerks.found.high < 1
    assert [other.factor for other in row.also] == ["gym"]
    assert left_out_words(row) == ""


def test_nights_of_an_earlier_and_a_later_change_are_left_out_and_counted() -> None:
    changes = [MarkedChange(day(k), f"change {k}") for k in (10, 30, 50)]
    row = marked_rows(_outcomes(60), [], changes)[1]
    assert (row.effects[0].n_before, row.effects[0].n_after) == (20, 20)
    assert (row.n_left_out_before, row.n_left_out_after) == (10, 10)
    assert left_out_words(row) == (
        f"Left out: 10 nights before an earlier change ({day(10)}), 10 nights from a later one on ({day(50)})."
    )


def test_under_five_nights_between_two_changes_there_is_no_number() -> None:
    rows = marked_rows(_outcomes(60), [], [MarkedChange(day(30), "no coffee"), MarkedChange(day(34), "magnesium")])
    assert [row.effects[0].found is None for row in rows] == [True, True]
    assert [row.effects[0].n_after for row in rows] == [4, 26]


def test_a_date_is_told_how_many_other_changes_lie_within_its_span() -> None:
    changes = [MarkedChange(day(k), words) for k, words in ((3, "tea"), (30, "no coffee"), (40, "magnesium"))]
    others = changes_within(_outcomes(60), changes, day(30))
    assert [other.words for other in others] == ["tea", "magnesium"]
    assert within_words(others) == (
        f"2 other changes lie within this span (tea, from {day(3)}; magnesium, from {day(40)}), so it cannot be told"
        " which of them did it."
    )
    assert within_words(others[:1]).startswith("1 other change lies within this span (tea, from ")
    assert within_words(()) == ""
    assert changes_within(_outcomes(60), [MarkedChange(day(0), "with the first night")], day(30)) == ()
    assert changes_within(_outcomes(60), [MarkedChange(day(60), "after the last night")], day(30)) == ()


def test_a_change_of_long_ago_is_held_against_the_nights_next_to_it() -> None:
    """The newest 180 nights are all after it."""
    values = [12 - k % 3 if k < 60 else 6 - k % 2 for k in range(300)]
    (change,) = before_after({"hypnic_jerks": counts(*values)}, day(60))
    assert (change.n_before, change.n_after) == (60, 90)
    assert change.found is not None


def test_no_mark_no_row() -> None:
    assert marked_rows(_outcomes(20), [], []) == ()


@pytest.mark.parametrize("at", [-3, 0, 60, 90])
def test_a_change_outside_the_nights_has_a_row_without_a_number(at: int) -> None:
    (row,) = marked_rows(_outcomes(60), [], [MarkedChange(day(at), "tea")])
    assert row.effects[0].found is None


@given(st.lists(st.integers(0, 59), unique=True, max_size=6))
def test_every_night_is_before_or_after_or_left_out(days: list[int]) -> None:
    outcomes: Outcomes = {"hypnic_jerks": counts(*[2.0] * 60)}
    for row in marked_rows(outcomes, [], [MarkedChange(day(k), "x") for k in days], ratios=False):
        (effect,) = row.effects
        assert effect.n_before + effect.n_after + row.n_left_out_before + row.n_left_out_after == 60
