"""From which night on a marked change is drawn."""

from __future__ import annotations

from datetime import date, timedelta

from analytics.journal.marked import MarkedChange
from analytics.over_nights.changed import by_first_night

FIRST = date(2026, 3, 2)


def _day(k: int) -> date:
    return FIRST + timedelta(days=k)


def test_a_change_stands_at_its_night_and_of_a_day_without_one_at_the_next() -> None:
    tea, early, late = MarkedChange(_day(0), "tea"), MarkedChange(_day(3), "early"), MarkedChange(_day(4), "late")
    found = by_first_night([tea, early, late], [_day(5), _day(0), _day(2)])
    assert found == {_day(0): (tea,), _day(5): (early, late)}


def test_what_changed_before_the_first_night_and_after_the_last_is_left_out() -> None:
    changes = [MarkedChange(_day(-1), "before"), MarkedChange(_day(9), "after")]
    assert by_first_night(changes, [_day(0), _day(8)]) == {}
    assert by_first_night(changes, []) == {}
