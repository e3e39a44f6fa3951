"""Seven guided nights, from what is stored alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from analytics.journal.week import (
    EVENING,
    MORNING,
    NIGHTS,
    guided_week,
    headline,
    local_evening,
    missing_today,
    week_lines,
)

TODAY = date(2026, 3, 10)
ALL = {names[0] for names in (*EVENING, *MORNING)}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_week_that_has_not_begun_starts_tonight() -> None:
    week = guided_week("me", (), {}, TODAY)
    assert [day.day for day in week.days] == [ago(-k) for k in range(NIGHTS)]
    assert headline(week) == "0 of 7 nights recorded and answered."
    assert missing_today(week) == (
        "Today: not answered: coffee, tea, cola, alcohol, stress.",
        "Tonight: wear the sensor.",
    )
    assert "1. In the evening put the sensor" in "\n".join(week_lines(week))


def test_a_night_counts_once_it_is_recorded_and_answered_and_what_is_missing_is_named() -> None:
    noted = {ago(2): ALL, ago(1): ALL - {"got_up"}, TODAY: {"caffeine_mg", "stress", "alcohol_units"}}
    week = guided_week("me", {ago(2)}, noted, TODAY)
    assert [day.counts for day in week.days[:3]] == [True, False, False]
    assert missing_today(week) == (
        "Last night: no recording is imported.",
        "Last night: not answered: got up.",
        "Tonight: wear the sensor.",
    )


def test_skipped_nights_are_made_up_for_and_seven_are_enough() -> None:
    done = [ago(k) for k in (10, 9, 7, 6, 4, 3, 1)]
    week = guided_week("me", done, dict.fromkeys(done, ALL), TODAY)
    assert week.n_done == NIGHTS
    assert next(iter(week_lines(week))) == "me: All 7 nights are recorded and answered."
    assert guided_week("me", done[1:], dict.fromkeys(done, ALL), TODAY).n_done == NIGHTS - 1


def test_nights_of_long_ago_are_another_attempt() -> None:
    old = [ago(k) for k in range(20, 30)]
    assert guided_week("me", old, dict.fromkeys(old, ALL), TODAY).n_done == 0


def test_after_midnight_it_is_still_the_evening_before() -> None:
    assert local_evening(datetime(2026, 3, 10, 2, 30)) == date(2026, 3, 9)  # noqa: DTZ001
    assert local_evening(datetime(2026, 3, 10, 7, 0)) == date(2026, 3, 10)  # noqa: DTZ001


@given(st.sets(st.integers(-3, 20)), st.dictionaries(st.integers(-3, 20), st.sets(st.sampled_from(sorted(ALL)))))
def test_no_night_to_come_counts_and_today_is_always_shown(nights: set[int], noted: dict[int, set[str]]) -> None:
    week = guided_week("me", {ago(k) for k in nights}, {ago(k): kinds for k, kinds in noted.items()}, TODAY)
    assert NIGHTS <= len(week.days) <= 2 * NIGHTS + NIGHTS
    assert TODAY in {day.day for day in week.days}
    assert all(day.day <= TODAY for day in week.days if day.counts)
    assert week.n_done <= min(NIGHTS, len([k for k in nights if k >= 0]))
