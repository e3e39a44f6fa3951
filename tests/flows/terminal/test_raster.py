from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from flows.terminal.raster import LETTERS, raster

START = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def bout(start: float, end: float, state: str) -> dict[str, Any]:
    return {"start_at": at(start), "end_at": at(end), "state": state}


def event(minute: float, label: str) -> dict[str, Any]:
    return {"onset_at": at(minute), "label": label}


def test_a_minute_is_a_character_and_an_hour_a_line() -> None:
    bouts = [bout(0, 20, "wake"), bout(20, 75, "sleep")]
    events = [event(19.5, "hypnic_jerk"), event(40, "periodic"), event(40.5, "periodic"), event(50, "isolated")]
    assert raster(START, at(75), bouts, events, ZoneInfo("UTC")) == (
        "21 " + " " * 30 + "-" * 19 + "J" + "." * 10,
        "22 " + "." * 10 + "2" + "." * 9 + "i" + "." * 24,
    )


def test_minutes_without_a_known_state_are_question_marks_and_unrecorded_ones_blank() -> None:
    assert raster(START, at(2), [], [], ZoneInfo("UTC")) == ("21 " + " " * 30 + "??",)


def test_the_clock_on_the_left_is_the_wearers() -> None:
    lines = raster(START, at(30), [], [], ZoneInfo("Asia/Kolkata"))
    assert [line[:2] for line in lines] == ["03"]


def test_an_hour_that_happens_twice_has_two_lines_and_one_that_is_skipped_none() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    autumn = datetime(2026, 10, 24, 23, tzinfo=UTC)
    spring = datetime(2026, 3, 29, 0, tzinfo=UTC)
    hours = timedelta(hours=3)
    assert [line[:2] for line in raster(autumn, autumn + hours, [], [], berlin)] == ["01", "02", "02"]
    assert [line[:2] for line in raster(spring, spring + hours, [], [], berlin)] == ["01", "03", "04"]


def test_more_than_nine_in_a_minute_stay_one_character() -> None:
    (line,) = raster(START, at(1), [], [event(0.01 * i, "periodic") for i in range(12)], ZoneInfo("UTC"))
    assert line == "21 " + " " * 30 + "9"


@given(
    st.lists(st.tuples(st.integers(0, 35_999), st.sampled_from([*LETTERS, "periodic"]))),
    st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns"]),
)
def test_every_minute_with_a_movement_shows_one(found: list[tuple[int, str]], zone: str) -> None:
    events = [event(second / 60, label) for second, label in found]
    lines = raster(START, at(600), [bout(0, 600, "sleep")], events, ZoneInfo(zone))
    shown = sum(c not in ".?- " for line in lines for c in line[3:])
    assert shown == len({second // 60 for second, _ in found})
    assert all(len(line) <= 63 for line in lines)
