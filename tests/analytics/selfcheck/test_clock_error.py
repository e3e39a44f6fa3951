"""The error of a clock: seconds, or a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from analytics.selfcheck.clock_error import clock_error, told_time
from ingest.errors import UsageError

KICK_US = round(datetime(2026, 3, 2, 21, 35, tzinfo=UTC).timestamp()) * 10**6


def ahead(seconds: float, text: str = "21:35", zone: str = "UTC") -> tuple[float, int | None, bool]:
    found = clock_error(KICK_US + round(seconds * 1e6), told_time(text), zone)
    return found.ahead_s, found.zone_s, found.is_right


@pytest.mark.parametrize("seconds", [0, 0.5, -2, 30, -30])
def test_half_a_minute_is_right(seconds: float) -> None:
    assert ahead(seconds) == (seconds, None, True)


@pytest.mark.parametrize("seconds", [30.1, -31, 400, 839, 931, 7000])
def test_other_errors_are_seconds(seconds: float) -> None:
    assert ahead(seconds) == (seconds, None, False)


@pytest.mark.parametrize("zone_s", [3600, -3600, 7200, 900, -1800, 19_800, 20_700, -11 * 3600])
@pytest.mark.parametrize("rest_s", [0, 2.5, -29])
def test_a_multiple_of_a_quarter_of_an_hour_is_a_zone(zone_s: int, rest_s: float) -> None:
    assert ahead(zone_s + rest_s) == (zone_s + rest_s, zone_s, False)


def test_with_the_day_told_thirteen_hours_are_a_zone_and_more_is_a_date() -> None:
    assert ahead(13 * 3600, "2026-03-02T21:35")[1] == 13 * 3600
    assert ahead(14 * 3600, "2026-03-02T21:35")[1] is None


def test_the_time_told_is_of_the_zone_of_the_wearer() -> None:
    assert ahead(0, "22:35", "Europe/Berlin") == (0, None, True)
    assert ahead(0, "03:05", "Asia/Kolkata") == (0, None, True)


def test_the_hour_that_comes_twice_is_either() -> None:
    for hour in (0, 1):  # 02:10 in Berlin, first in summer time
        us = round(datetime(2026, 10, 25, hour, 10, tzinfo=UTC).timestamp()) * 10**6
        assert clock_error(us, told_time("02:10"), "Europe/Berlin").ahead_s == 0


def test_a_time_is_read_with_and_without_seconds_and_day() -> None:
    assert told_time("21:35").at == time(21, 35)
    assert told_time("21:35:07").at == time(21, 35, 7)
    assert told_time("2026-03-02T21:35").day == date(2026, 3, 2)


@pytest.mark.parametrize("text", ["", "2135", "25:00", "9pm", "21:35+01:00", "2026-03-02", "2026-03-02T21:35Z"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no time of day"):
        told_time(text)


def test_five_minutes_are_probably_the_time_of_lying_down() -> None:
    assert clock_error(KICK_US + 300 * 10**6, told_time("21:35"), "UTC").is_start_of_plan
