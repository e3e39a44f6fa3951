"""A change that stays, against the trend before it."""

from __future__ import annotations

import numpy as np

from analytics.triggers.before_after import also_changed, before_after
from analytics.triggers.outcomes import Outcomes
from analytics.triggers.sentences import also_words, change_words
from tests.analytics.triggers.diaries import counts, day, factor

CHANGED = day(30)


def test_half_the_jerks_from_a_date_on_are_told() -> None:
    outcomes: Outcomes = {"hypnic_jerks": counts(*(12 - k % 3 if k < 30 else 6 - k % 2 for k in range(60)))}
    (change,) = before_after(outcomes, CHANGED)
    assert (change.n_before, change.n_after) == (30, 30)
    assert change.found is not None
    assert change.found.low < 0.5 < change.found.high < 0.9
    assert "what the trend before would have led to" in change_words(change, CHANGED)


def test_a_fall_that_had_begun_before_is_not_the_change() -> None:
    falling = [float(round(40 * 0.97**k)) for k in range(60)]
    assert falling[45] / falling[15] < 0.5
    (change,) = before_after({"hypnic_jerks": counts(*falling)}, CHANGED)
    assert change.found is not None
    assert change.found.low < 1 < change.found.high
    assert "no clear difference" in change_words(change, CHANGED)


def test_many_even_nights_leave_little_room_to_a_trend() -> None:
    """A trend that is taken for as steep as it may be made the interval of these nights 1.4 times as wide, by log."""
    drawn = np.random.default_rng(3).poisson(np.where(np.arange(90) < 45, 8.0, 5.0))
    (change,) = before_after({"hypnic_jerks": counts(*drawn.tolist())}, day(45))
    assert change.found is not None
    assert change.found.low < 5 / 8 < change.found.high < 0.8
    assert change.found.high / change.found.low < 1.8


def test_four_nights_after_are_too_few() -> None:
    (change,) = before_after({"hypnic_jerks": counts(*[5.0] * 34)}, CHANGED)
    assert change.found is None
    assert change_words(change, CHANGED) == f"Jerks: too few nights (30 nights before, 4 from {CHANGED} on)."


def test_what_changed_with_it_is_said() -> None:
    factors = [factor("coffee", [k < 28 for k in range(60)]), factor("gym", [k % 2 == 0 for k in range(60)])]
    (other,) = also_changed(factors, CHANGED)
    assert also_words(other) == (
        "Also changed: coffee, on 28 of 30 days before and 0 of 30 after, so the two cannot be told apart."
    )
