"""The journal: what a row may hold, and the night that its clock times mean."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.nights.journal import diary_of, entries_of, urge_of
from analytics.said import JournalEntry
from analytics.sleep.diary import Diary
from ingest.clock import microseconds
from ingest.errors import UsageError

DAY = date(2026, 3, 2)


def row(**cells: str) -> dict[str, str | None]:
    return {"date": "2026-03-02", **cells}


@pytest.mark.parametrize(("said", "value"), [("Yes", 1.0), ("no", 0.0), ("6", 6.0), ("0", 0.0), ("10", 10.0)])
def test_an_urge_is_a_number_or_yes_or_no(said: str, value: float) -> None:
    entries = entries_of([row(urge_to_move=said)], subject="me")
    assert entries == (JournalEntry("me", DAY, "urge_to_move", value=value),)
    assert urge_of(entries, DAY) == value


@pytest.mark.parametrize("said", ["a little", "11", "-1", "nan"])
def test_an_urge_that_cannot_be_read_is_refused_for_it_decides(said: str) -> None:
    with pytest.raises(UsageError, match=r"row 1: urge_to_move .* is no number from 0"):
        entries_of([row(urge_to_move=said)], subject="me")


def test_numbers_times_and_words_are_told_apart() -> None:
    entries = entries_of([row(lights_off="23:10", caffeine_mg="80", note="new pillow, cold")], subject="me")
    assert entries == (
        JournalEntry("me", DAY, "lights_off", text="23:10"),
        JournalEntry("me", DAY, "caffeine_mg", value=80.0),
        JournalEntry("me", DAY, "note", text="new pillow, cold"),
    )


def test_an_empty_cell_says_nothing_and_takes_back_what_was_said() -> None:
    assert entries_of([row(leg_pain=" ")], subject="me") == (JournalEntry("me", DAY, "leg_pain"),)


def test_rows_name_their_own_subject_or_have_the_one_given() -> None:
    entries = entries_of([row(subject="Eva", leg_pain="3"), row(subject="", leg_pain="1")], subject="me")
    assert [e.subject for e in entries] == ["Eva", "me"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([row(), row()], "row 2: date 2026-03-02 of me is there twice"),
        ([{"date": "2/3/2026"}], "row 1: date '2/3/2026' is no date"),
        ([{"date": None}], "row 1: date there is none"),
        ([row(lights_off="late")], "row 1: lights_off 'late' is no clock time"),
        ([row(lights_off="24:00")], "is no clock time"),
        ([row(**{"Leg Pain": "3"})], "row 1: Leg Pain it is no name of a column"),
        (
            [row(minutes_to_fall_asleep="601")],
            "row 1: minutes_to_fall_asleep '601' is no number of minutes from 0 to 600",
        ),
        ([row(minutes_awake="-1")], "minutes_awake '-1' is no number of minutes from 0 to 600"),
        ([row(minutes_awake="a while")], "minutes_awake 'a while' is no number"),
        ([row(minutes_awake="nan")], "minutes_awake 'nan' is no number"),
        ([row(n_awakenings="2.5")], "n_awakenings '2.5' is no whole number from 0 to 60"),
        ([row(n_awakenings="61")], "n_awakenings '61' is no whole number from 0 to 60"),
        ([row(fell_asleep_at="soon")], "row 1: fell_asleep_at 'soon' is no clock time"),
        (
            [row(lights_off="23:00", fell_asleep_at="22:50", got_up="06:45")],
            "fell_asleep_at 22:50 is not between lights_off 23:00 and got_up 06:45",
        ),
        (
            [row(lights_off="23:00", minutes_to_fall_asleep="200", minutes_awake="281", got_up="07:00")],
            "minutes_to_fall_asleep 481 minutes awake are more than lie between lights_off 23:00 and got_up 07:00",
        ),
        ([row(lights_off="07:00", got_up="23:00")], "lights_off 07:00 is not before got_up 23:00"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_row(rows: list[dict[str, str | None]], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        entries_of(rows, subject="me")
    assert says in caught.value.what


def noted(lights_off: str | None, got_up: str | None, day: date = DAY) -> tuple[JournalEntry, ...]:
    return JournalEntry("me", day, "lights_off", text=lights_off), JournalEntry("me", day, "got_up", text=got_up)


def utc(*moment: int) -> int:
    return microseconds(datetime(*moment, tzinfo=UTC))  # type: ignore[misc, arg-type]  # year to minute


def test_an_evening_and_a_morning_become_instants_in_the_wearer_s_zone() -> None:
    found = diary_of(noted("23:10", "06:45"), DAY, "Europe/Berlin")
    assert found == Diary(utc(2026, 3, 2, 22, 10), utc(2026, 3, 3, 5, 45))


def test_lights_off_after_midnight_belongs_to_the_evening_before() -> None:
    assert diary_of(noted("00:30", "08:00"), DAY, "UTC") == Diary(utc(2026, 3, 3, 0, 30), utc(2026, 3, 3, 8, 0))


def test_a_sleep_across_noon_bears_the_date_of_the_day_before() -> None:
    assert diary_of(noted("08:00", "16:00"), DAY, "UTC") == Diary(utc(2026, 3, 3, 8, 0), utc(2026, 3, 3, 16, 0))


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    evening = date(2026, 3, 28)
    found = diary_of(noted("23:00", "07:00", evening), evening, "Europe/Berlin")
    assert found is not None
    assert found.got_up_us - found.lights_off_us == 7 * 3_600_000_000


def test_one_time_alone_or_another_day_is_no_diary() -> None:
    assert diary_of(noted("23:00", None), DAY, "UTC") is None
    assert diary_of(noted("23:00", "07:00", date(2026, 3, 1)), DAY, "UTC") is None
    assert diary_of((), DAY, "UTC") is None


@given(st.integers(0, 1438), st.integers(1, 1439))
def test_whatever_order_is_accepted_gives_a_diary_that_begins_between_two_noons(off_min: int, up_min: int) -> None:
    def clock(after_noon_min: int) -> str:
        return f"{(12 + after_noon_min // 60) % 24:02}:{after_noon_min % 60:02}"

    cells = row(lights_off=clock(off_min), got_up=clock(up_min))
    across = up_min <= off_min
    if across and up_min + 1440 - off_min > 720:
        with pytest.raises(UsageError):
            entries_of([cells], subject="me")
        return
    found = diary_of(entries_of([cells], subject="me"), DAY, "UTC")
    noon_us, up_min = utc(2026, 3, 2, 12, 0), up_min + 1440 * across
    assert found == Diary(noon_us + off_min * 60_000_000, noon_us + up_min * 60_000_000)


def test_what_a_sleep_diary_says_beside_its_times_goes_with_them() -> None:
    cells = row(
        lights_off="23:10", minutes_to_fall_asleep="25", fell_asleep_at="0:05", n_awakenings="3", minutes_awake="40.5",
        got_up="06:45",
    )  # fmt: skip
    found = diary_of(entries_of([cells], subject="me"), DAY, "Europe/Berlin")
    assert found == Diary(
        utc(2026, 3, 2, 22, 10),
        utc(2026, 3, 3, 5, 45),
        latency_min=25.0,
        n_awakenings=3,
        awake_min=40.5,
        fell_asleep_us=utc(2026, 3, 2, 23, 5),
    )


def test_nothing_noted_beside_the_times_is_not_known_and_zero_is_zero() -> None:
    found = diary_of(noted("23:10", "06:45"), DAY, "UTC")
    assert found is not None
    assert (found.latency_min, found.n_awakenings, found.awake_min, found.fell_asleep_us) == (None,) * 4
    zeros = row(lights_off="23:10", minutes_to_fall_asleep="0", n_awakenings="0", minutes_awake="0", got_up="06:45")
    found = diary_of(entries_of([zeros], subject="me"), DAY, "UTC")
    assert found is not None
    assert (found.latency_min, found.n_awakenings, found.awake_min) == (0, 0, 0)


@pytest.mark.parametrize(
    ("off", "fell", "up", "expected"),
    [
        ("23:00", "23:00", "07:00", utc(2026, 3, 2, 23)),
        ("11:30", "12:10", "19:00", utc(2026, 3, 3, 12, 10)),
        ("08:00", "08:40", "16:00", utc(2026, 3, 3, 8, 40)),
    ],
)
def test_falling_asleep_lies_between_lights_off_and_getting_up(off: str, fell: str, up: str, expected: int) -> None:
    cells = row(lights_off=off, fell_asleep_at=fell, got_up=up)
    found = diary_of(entries_of([cells], subject="me"), DAY, "UTC")
    assert found is not None
    assert found.fell_asleep_us == expected
