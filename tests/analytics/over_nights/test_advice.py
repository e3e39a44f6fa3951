"""What a person could try: only where their own data touch it, with counts, and never prescribed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.nights.patterns import NightFacts
from analytics.over_nights.advice import RULES, Advice, advice_of, foremost
from analytics.over_nights.signs import clinician_signs
from analytics.said import JournalEntry

FIRST = date(2026, 3, 2)


def _nights(jerks: Sequence[int]) -> list[NightFacts]:
    return [
        NightFacts(FIRST + timedelta(days=k), assessable=True, plms_index=3.0, jerks="not_raised", n_jerks=n)
        for k, n in enumerate(jerks)
    ]


def _clocks(kind: str, *times: str) -> list[JournalEntry]:
    return [JournalEntry("me", FIRST + timedelta(days=k), kind, text=at) for k, at in enumerate(times) if at]


def _values(kind: str, *values: float) -> list[JournalEntry]:
    return [JournalEntry("me", FIRST + timedelta(days=k), kind, value) for k, value in enumerate(values)]


def _told(jerks: Sequence[int], journal: Sequence[JournalEntry]) -> dict[str, Advice]:
    nights = _nights(jerks)
    return {one.key: one for one in advice_of(nights, clinician_signs(nights, {}, journal), journal)}


def test_without_data_there_is_no_advice() -> None:
    assert _told([], []) == {}
    assert _told([1] * 20, []) == {}


def test_late_coffee_is_a_suggestion_with_its_nights() -> None:
    found = _told([1, 1, 0, 3, 1, 1, 0, 0, 0, 1], _clocks("last_caffeine_at", *["16:30"] * 6, *["11:00"] * 4))
    (one,) = found.values()
    assert one.kind == "try"
    assert one.because == (
        "jerks on 5 of 6 nights with caffeine at 14:00 or later, and on 1 of 4 without; 5 nights on either side would"
        " say more"
    )


def test_enough_nights_that_speak_against_it_take_the_suggestion_away() -> None:
    coffee = _clocks("last_caffeine_at", *["16:30"] * 6, *["11:00"] * 6)
    assert _told([1, 0, 0, 0, 0, 1, *[1] * 6], coffee) == {}
    assert "late_caffeine" in _told([1, 1, 1, 0, 0, 1, *[0] * 5, 1], coffee)


def test_nights_without_a_jerk_touch_no_advice_on_jerks() -> None:
    assert _told([0] * 8, _clocks("last_caffeine_at", *["16:30"] * 8)) == {}


def test_without_nights_the_journal_alone_is_counted() -> None:
    found = _told([], _clocks("last_caffeine_at", "16:30", "17:00", "09:00", "15:00"))
    assert found["late_caffeine"].because == "caffeine at 14:00 or later on 3 of 4 days of the journal"


def test_two_days_are_no_habit() -> None:
    assert _told([1] * 4, _clocks("last_caffeine_at", "16:30", "17:00", "09:00", "09:00")) == {}


@pytest.mark.parametrize(
    ("key", "journal"),
    [
        ("nicotine", _values("nicotine_units", 5, 5, 5, 0)),
        ("late_exercise", [*_clocks("exercise_until", *["21:30"] * 4), *_clocks("lights_off", *["23:30"] * 4)]),
        ("late_work", _clocks("work_until", "22:00", "00:30", "21:30", "17:00")),
        ("late_screens", [*_clocks("screens_until", *["00:10"] * 4), *_clocks("lights_off", *["00:30"] * 4)]),
        ("stress", _values("stress", 7, 8, 5, 1)),
        ("short_sleep", _values("hours_slept_before", 5, 5.5, 4, 8)),
        ("warm_room", _values("room_c", 22, 23, 21, 18)),
        ("uneven_times", _clocks("lights_off", "21:00", "01:30", "23:00", "23:00", "20:30", "23:10")),
        ("medicines", _clocks("medicines", "sertraline 50", "", "no")),
    ],
)
def test_each_habit_touches_its_own_suggestion_alone(key: str, journal: list[JournalEntry]) -> None:
    assert list(_told([1] * 6, journal)) == [key]


@pytest.mark.parametrize(
    "journal",
    [
        _values("room_c", 19, 18, 17, 16),
        _clocks("medicines", "no", "none", "0"),
        _clocks("exercise_until", *["21:30"] * 4),
        _clocks("lights_off", "23:00", "23:30", "22:30", "23:59"),
    ],
)
def test_what_is_within_the_advice_or_not_noted_touches_none(journal: list[JournalEntry]) -> None:
    assert _told([1] * 6, journal) == {}


def test_of_a_sign_that_is_not_met_yet_nothing_is_worth_discussing() -> None:
    """Several jerks on two of three nights stood as worth discussing beside an answer that could not tell."""
    journal = [JournalEntry("me", FIRST, "leg_pain", 3.0), JournalEntry("me", FIRST, "tingling", 0.0)]
    weaker = clinician_signs([], {}, journal)
    assert [one.is_met for sign in weaker for one in sign.evidence] == [False]
    assert advice_of([], weaker, journal) == []


def test_a_sign_is_worth_discussing_with_its_days_and_stands_first() -> None:
    journal = [*_values("leg_pain", 0, 4, 0, 3), *_clocks("last_caffeine_at", *["16:30"] * 4)]
    nights = _nights([1] * 4)
    first, *rest = advice_of(nights, clinician_signs(nights, {}, journal), journal)
    assert (first.key, first.kind) == ("leg_pain", "discuss")
    assert first.says == "Pain in the legs: worth discussing with a clinician."
    assert first.because == "pain in the legs on 2 of 4 days"
    assert [one.kind for one in rest] == ["try"]


def test_no_suggestion_prescribes() -> None:
    for rule in RULES:
        assert not re.search(r"\b(must|should|need to|have to|take|stop|avoid|never|always)\b", rule.says, flags=re.I)
        assert re.search(r"\b(could|would|some people)\b", rule.says, flags=re.I)


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.sampled_from(["16:30", "09:00", ""]), max_size=12))
def test_counts_are_never_of_more_nights_than_there_are(jerks: list[int], times: list[str]) -> None:
    for one in _told(jerks, _clocks("last_caffeine_at", *times)).values():
        for k, of in re.findall(r"(\d+) of (\d+)", one.because):
            assert int(k) <= int(of) <= max(len(jerks), len(times))


def test_the_foremost_are_what_to_ask_and_then_the_habits_with_most_more_nights_of_jerks() -> None:
    nights = _nights([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    journal = [
        *_clocks("last_caffeine_at", *["16:30"] * 4, *["11:00"] * 6, *["16:30"] * 2),
        *_clocks("work_until", *["22:00"] * 6, *["17:00"] * 6),
        *_values("nicotine_units", 5, 5, 5),
    ]
    assert [one.key for one in foremost(nights, journal, 2)] == ["late_work", "late_caffeine"]
    assert [one.key for one in foremost(nights, journal, 9)] == ["late_work", "late_caffeine", "nicotine"]
    asked = [*journal, JournalEntry("me", FIRST, "medicines", text="cetirizine")]
    assert [one.key for one in foremost(nights, asked, 2)] == ["medicines", "late_work"]
    assert foremost(nights, [], 2) == ()
