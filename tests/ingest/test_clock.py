from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clock import (
    check_representable,
    doubtful_times,
    local_iso,
    microseconds,
    night_of,
    nights_covered,
    noon_to_noon,
    offset_at,
    resolve,
    start_doubts,
    wall_iso,
    zone_info,
)
from ingest.errors import NoClockError, UsageError
from ingest.recording import Clock, Device, DeviceClock

HOUR_US = 3_600_000_000
DEVICE = Device("Axivity", "AX3", "39434")
#: Half-hour summer time, a skipped day, a day that came twice, sub-minute offsets of the 19th century.
HARD_ZONES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Manila", "+05:45"),
    "America/Juneau",
)
zones = st.sampled_from(HARD_ZONES) | st.sampled_from(sorted(available_timezones()))
dates = st.dates(date(1840, 1, 1), date(2100, 12, 31))
instants = st.integers(microseconds(datetime(1840, 1, 1, tzinfo=UTC)), microseconds(datetime(2100, 1, 1, tzinfo=UTC)))


def wall(text: str) -> int:
    """What a clock on the wall shows, in microseconds."""
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


def utc(text: str) -> int:
    return microseconds(datetime.fromisoformat(text))


def resolved(clock: DeviceClock, first: str = "2026-07-01T22:00:00", **said: str) -> tuple[Clock, tuple[str, ...]]:
    return resolve(
        clock, wall(first), device=DEVICE, declared_zone=said.get("zone"), machine_zone=lambda: "America/New_York"
    )


@pytest.mark.parametrize(
    ("name", "hours"), [("+02:00", 2.0), ("-05:30", -5.5), ("+0545", 5.75), ("+00:00", 0), ("-16:00", -16)]
)
def test_a_fixed_offset_is_a_zone(name: str, hours: float) -> None:
    assert zone_info(name).utcoffset(datetime(2026, 1, 1, tzinfo=UTC)) == timedelta(hours=hours)


def test_an_iana_name_is_a_zone() -> None:
    assert zone_info("Europe/Berlin") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("new york", "America/New_York"),
    ],
)
def test_a_misspelt_zone_is_refused_with_the_nearest_names(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        zone_info(name)
    assert near in caught.value.hint


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("CEST", "Europe/Berlin"),
        ("cest", "Europe/Berlin"),
        ("EEST", "Europe/Helsinki"),
        ("WEST", "Europe/Lisbon"),
        ("BST", "Europe/London"),
        ("EDT", "America/New_York"),
        ("CDT", "America/Chicago or America/Havana"),
        ("MDT", "America/Denver"),
        ("PDT", "America/Los_Angeles"),
        ("AEDT", "Australia/Sydney"),
        ("NZDT", "Pacific/Auckland"),
    ],
)
def test_an_abbreviation_of_summer_time_is_refused_with_places_where_it_is_shown(name: str, places: str) -> None:
    with pytest.raises(UsageError) as caught:
        zone_info(name)
    assert caught.value.hint == f"it is a time of year, not a place: name the place, as {places}"


def test_an_abbreviation_of_several_clocks_is_refused_with_a_place_of_each() -> None:
    with pytest.raises(UsageError) as caught:
        zone_info("IST")
    assert caught.value.hint.startswith("it is a kind of time, not a place")
    assert all(place in caught.value.hint for place in ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"))


@pytest.mark.parametrize(
    "name", ["", "Europe", "../../etc/passwd", "/etc/localtime", "a\0b", "x" * 5000, "+16:01", "+2", "+01:60", "+٠١:٠٠"]
)
def test_what_is_no_zone_is_refused_as_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError):
        zone_info(name)


@given(st.text(max_size=30))
def test_any_name_is_a_zone_or_wrong_usage(name: str) -> None:
    with suppress(UsageError):
        assert zone_info(name).utcoffset(datetime(2026, 1, 1, tzinfo=UTC)) is not None


def test_a_utc_clock_is_not_shifted_whatever_the_zone() -> None:
    clock, warnings = resolved(DeviceClock("utc"), zone="Asia/Tokyo")
    assert (clock, warnings) == (Clock("Asia/Tokyo", "user", 0, instants_known=True), ())


def test_a_utc_clock_without_a_zone_is_known_but_its_evenings_are_assumed() -> None:
    clock, (warning,) = resolved(DeviceClock("utc"))
    assert clock == Clock("America/New_York", "assumed", 0, instants_known=True)
    assert "only the dates of the nights rest on it" in warning


def test_the_offset_in_the_file_goes_before_every_zone() -> None:
    clock, warnings = resolved(DeviceClock("local", utc_offset_s=3600, zone="Europe/Berlin"), zone="Asia/Tokyo")
    assert (clock, warnings) == (Clock("Asia/Tokyo", "user", -HOUR_US, instants_known=True), ())


def test_the_zone_in_the_file_goes_before_the_declared_one_for_instants_and_after_it_for_evenings() -> None:
    clock, _ = resolved(DeviceClock("local", zone="Europe/Berlin"), zone="Asia/Tokyo")
    assert clock == Clock("Asia/Tokyo", "user", -2 * HOUR_US, instants_known=True)


def test_the_zone_in_the_file_serves_both_when_nothing_is_declared() -> None:
    clock, warnings = resolved(DeviceClock("local", zone="Europe/Berlin"))
    assert (clock, warnings) == (Clock("Europe/Berlin", "file", -2 * HOUR_US, instants_known=True), ())


@pytest.mark.parametrize(
    ("offset_s", "name"), [(7200, "+02:00"), (-12_600, "-03:30"), (0, "+00:00"), (3661, "+01:01:01")]
)
def test_a_lone_offset_in_the_file_is_the_zone_too(offset_s: int, name: str) -> None:
    clock, warnings = resolved(DeviceClock("local", utc_offset_s=offset_s))
    assert (clock, warnings) == (Clock(name, "file", -offset_s * 1_000_000, instants_known=True), ())
    assert zone_info(name).utcoffset(None) == timedelta(seconds=offset_s)


def test_a_declared_zone_makes_a_naive_clock_absolute() -> None:
    clock, warnings = resolved(DeviceClock("local"), zone="Europe/Berlin")
    assert (clock, warnings) == (Clock("Europe/Berlin", "user", -2 * HOUR_US, instants_known=True), ())


def test_settings_are_named_as_the_source_of_a_zone_that_they_declare() -> None:
    clock, _ = resolve(DeviceClock("local"), 0, device=DEVICE, declared_zone="Europe/Berlin", declared_by="config")
    assert clock.zone_source == "config"


def test_a_zone_that_nobody_names_is_assumed_and_the_way_out_is_said() -> None:
    clock, (warning,) = resolved(DeviceClock("local"))
    assert clock == Clock("America/New_York", "assumed", 4 * HOUR_US, instants_known=False)
    assert "America/New_York assumed" in warning
    assert "--tz Europe/Berlin" in warning
    assert '[device."39434"]' in warning


@pytest.mark.parametrize("broken", ["", "Nowhere/Land"])
def test_a_machine_without_a_usable_zone_is_taken_to_be_in_utc(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: broken)
    clock, (warning,) = resolve(DeviceClock("local"), 0, device=DEVICE)
    assert clock == Clock("UTC", "assumed", 0, instants_known=False)
    assert "UTC assumed" in warning


def test_the_machine_is_asked_for_its_zone_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "Asia/Tokyo")
    assert resolve(DeviceClock("local"), 0, device=DEVICE)[0].zone == "Asia/Tokyo"


def test_an_unknown_declared_zone_is_wrong_usage_even_where_it_is_not_needed() -> None:
    with pytest.raises(UsageError, match="Europe/Berln"):
        resolved(DeviceClock("utc", utc_offset_s=0), zone="Europe/Berln")


def test_an_impossible_zone_or_offset_in_a_file_is_left_out_with_a_warning() -> None:
    clock, warnings = resolved(DeviceClock("local", utc_offset_s=57_601, zone="Mars/Base"), zone="Europe/Berlin")
    assert clock == Clock("Europe/Berlin", "user", -2 * HOUR_US, instants_known=True)
    assert [w.endswith("ignored") for w in warnings] == [True, True]


def test_the_largest_offset_that_ever_was_is_taken() -> None:
    assert resolved(DeviceClock("local", utc_offset_s=57_600))[1] == ()


def test_one_offset_serves_a_recording_through_the_end_of_summer_time() -> None:
    # Clocks in Berlin went back at 03:00 on 2026-10-25; the device's did not.
    clock, warnings = resolved(DeviceClock("local"), "2026-10-24T22:00:00", zone="Europe/Berlin")
    assert warnings == ()
    assert wall("2026-10-25T06:00:00") + clock.shift_us == utc("2026-10-25T05:00:00+01:00")


def test_a_start_in_the_hour_that_came_twice_is_taken_as_summer_time_and_said() -> None:
    clock, _ = resolved(DeviceClock("local"), "2026-10-25T02:30:00", zone="Europe/Berlin")
    (warning,) = start_doubts(wall("2026-10-25T02:30:00"), "Europe/Berlin")
    assert clock.shift_us == -2 * HOUR_US
    assert "came twice" in warning


def test_a_start_in_the_hour_that_never_came_is_taken_as_winter_time_and_said() -> None:
    clock, _ = resolved(DeviceClock("local"), "2026-03-29T02:30:00", zone="Europe/Berlin")
    (warning,) = start_doubts(wall("2026-03-29T02:30:00"), "Europe/Berlin")
    assert clock.shift_us == -HOUR_US
    assert "never came" in warning


@pytest.mark.parametrize(
    ("first", "passage"),
    [
        ("2026-10-25T01:59:59.999999", "plain"),
        ("2026-10-25T02:00:00", "twice"),
        ("2026-10-25T02:59:59.999999", "twice"),
        ("2026-10-25T03:00:00", "plain"),
        ("2026-03-29T01:59:59.999999", "plain"),
        ("2026-03-29T02:00:00", "skipped"),
        ("2026-03-29T02:59:59.999999", "skipped"),
        ("2026-03-29T03:00:00", "plain"),
    ],
)
def test_the_doubtful_hour_has_sharp_edges(first: str, passage: Literal["plain", "twice", "skipped"]) -> None:
    assert offset_at(wall(first), "Europe/Berlin")[1] == passage


@given(us=instants, zone=zones)
def test_an_instant_turned_into_local_time_and_back_is_itself_unless_that_time_came_twice(us: int, zone: str) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    local_us = microseconds(moment.astimezone(zone_info(zone)).replace(tzinfo=UTC))
    offset_us, passage = offset_at(local_us, zone)
    assert passage != "skipped"
    assert passage == "twice" or local_us - offset_us == us


@given(us=instants, zone=zones)
def test_iso_text_names_the_instant_to_the_millisecond(us: int, zone: str) -> None:
    text = local_iso(us, zone)
    assert microseconds(datetime.fromisoformat(text)) == us - us % 1000


def test_iso_text_of_a_zone_shows_its_offset_on_that_day() -> None:
    assert local_iso(utc("2026-07-01T20:00:00.123999+00:00"), "Europe/Berlin") == "2026-07-01T22:00:00.123+02:00"
    assert local_iso(utc("2026-01-01T20:00:00+00:00"), "+05:45") == "2026-01-02T01:45:00.000+05:45"


def test_iso_text_of_a_wall_clock_has_no_offset() -> None:
    assert wall_iso(wall("2026-07-01T22:00:00.123999")) == "2026-07-01T22:00:00.123"


@given(day=dates, zone=zones)
def test_nights_tile_the_time_line(day: date, zone: str) -> None:
    start, end = noon_to_noon(day, zone)
    assert start <= end
    assert end == noon_to_noon(day + timedelta(days=1), zone)[0]


@given(us=instants, zone=zones)
def test_an_instant_lies_in_the_night_it_belongs_to(us: int, zone: str) -> None:
    start, end = noon_to_noon(night_of(us, zone), zone)
    assert start <= us < end


def test_a_day_that_came_twice_makes_one_night_of_48_hours() -> None:
    # Juneau was Russian and east of the date line until 1867-10-18; then its clocks went back by a day.
    nights = [date(1867, 10, day) for day in (17, 18, 19, 20)]
    windows = [noon_to_noon(night, "America/Juneau") for night in nights]
    assert [round((end - start) / HOUR_US) for start, end in windows] == [24, 24, 48, 24]
    for night, (start, end) in zip(nights, windows, strict=True):
        quarters = range(start, end, (end - start) // 4)
        assert {night_of(us, "America/Juneau") for us in (*quarters, end - 1)} == {night}


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 27), 24),
        ("Europe/Berlin", date(2026, 3, 28), 23),
        ("Europe/Berlin", date(2026, 10, 24), 25),
        ("America/New_York", date(2026, 3, 7), 23),
        ("America/New_York", date(2026, 10, 31), 25),
        ("Australia/Lord_Howe", date(2026, 4, 4), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 3), 23.5),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Apia", date(2011, 12, 31), 24),
        ("+02:00", date(2026, 3, 28), 24),
    ],
)
def test_a_night_is_as_long_as_the_clocks_make_it(zone: str, day: date, hours: float) -> None:
    start, end = noon_to_noon(day, zone)
    assert (end - start) / HOUR_US == hours


def test_a_night_has_the_date_of_its_evening() -> None:
    assert night_of(utc("2026-07-02T11:59:59.999999+02:00"), "Europe/Berlin") == date(2026, 7, 1)
    assert night_of(utc("2026-07-02T12:00:00+02:00"), "Europe/Berlin") == date(2026, 7, 2)


def test_a_recording_covers_every_night_that_it_touches() -> None:
    first, last = utc("2026-07-01T11:00:00+02:00"), utc("2026-07-03T12:00:00+02:00")
    assert nights_covered(first, last, "Europe/Berlin") == tuple(
        date(2026, 6, 30) + timedelta(days=n) for n in range(4)
    )
    assert nights_covered(first, last - 1, "Europe/Berlin")[-1] == date(2026, 7, 2)


def test_a_night_that_the_zone_skipped_is_not_covered() -> None:
    first, last = utc("2011-12-29T20:00:00-10:00"), utc("2011-12-31T20:00:00+14:00")
    assert nights_covered(first, last, "Pacific/Apia") == (date(2011, 12, 29), date(2011, 12, 31))


def test_a_reversed_stretch_covers_no_night() -> None:
    assert nights_covered(1, 0, "UTC") == ()


@given(first=instants, hours=st.integers(0, 200), zone=zones)
def test_covered_nights_are_exactly_those_that_overlap(first: int, hours: int, zone: str) -> None:
    last = first + hours * HOUR_US
    nights = nights_covered(first, last, zone)
    windows = [noon_to_noon(night, zone) for night in nights]
    assert windows[0][0] <= first
    assert last < windows[-1][1]
    assert all(end > start for start, end in windows)
    assert [end for _, end in windows[:-1]] == [start for start, _ in windows[1:]]


NOW_US = utc("2026-07-01T12:00:00+00:00")


@pytest.mark.parametrize(
    ("first", "last", "doubts"),
    [
        ("2005-01-01T00:00:00+00:00", "2026-07-02T12:00:00+00:00", []),
        ("2004-12-31T23:59:59.999999+00:00", "2026-07-01T00:00:00+00:00", ["2004-12-31"]),
        ("2026-07-01T00:00:00+00:00", "2026-07-02T12:00:00.000001+00:00", ["2026-07-02, in the future"]),
        ("1970-01-01T00:00:00+00:00", "2106-02-07T00:00:00+00:00", ["1970-01-01", "2106-02-07"]),
    ],
)
def test_times_that_cannot_be_are_warned_about(first: str, last: str, doubts: list[str]) -> None:
    warnings = doubtful_times(utc(first), utc(last), now_us=NOW_US)
    assert len(warnings) == len(doubts)
    assert all(doubt in warning for doubt, warning in zip(doubts, warnings, strict=True))


@pytest.mark.parametrize("us", [-(2**63), 2**63 - 1, wall("0001-01-03T23:59:59"), wall("9999-12-28T00:00:01")])
def test_a_time_without_a_date_is_refused(us: int) -> None:
    with pytest.raises(NoClockError, match=r"night\.csv"):
        check_representable(min(us, 0), max(us, 0), path=Path("night.csv"))


@pytest.mark.parametrize("us", [wall("0001-01-04T00:00:00"), wall("9999-12-28T00:00:00")])
@pytest.mark.parametrize("zone", ["-16:00", "+16:00", "Asia/Manila"])
def test_every_time_that_is_let_through_has_a_night_in_every_zone(us: int, zone: str) -> None:
    check_representable(us, us, path=Path("night.csv"))
    shifted = us - offset_at(us, zone)[0]
    assert nights_covered(shifted, shifted, zone) == (night_of(shifted, zone),)
    assert local_iso(shifted, zone)
