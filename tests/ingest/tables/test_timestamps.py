"""Times in every notation that files use become the same microseconds."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import NoClockError
from ingest.tables.timestamps import (
    EARLIEST_US,
    LATEST_US,
    ElapsedTime,
    Notation,
    TextTime,
    UnixTime,
    UnixUnit,
    all_clocks,
    all_dates,
    elapsed,
    offset_s,
    recognise,
    stated_unit,
    time_us,
    unix_unit,
)

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks without a zone are what is tested
moments_us = st.integers(EARLIEST_US, LATEST_US)


def parsed(values: list[str], name: str = "") -> list[int | None]:
    notation = recognise(values, name)
    assert notation is not None
    return applied(values, notation)


def applied(values: list[str], notation: Notation) -> list[int | None]:
    frame = pl.DataFrame({"t": values}, schema={"t": pl.String})
    return frame.select(time_us(pl.col("t"), notation)).to_series().to_list()


def offsets(values: list[str]) -> list[int | None]:
    notation = recognise(values)
    assert notation is not None
    return pl.DataFrame({"t": values}).select(o=pl.lit(0) + offset_s(pl.col("t"), notation))["o"].to_list()


@given(moments_us)
def test_unix_seconds_are_exact_to_the_microsecond_of_the_text(us: int) -> None:
    assert parsed([f"{us // 1_000_000}.{us % 1_000_000:06}"]) == [us]


@given(moments_us, st.sampled_from([("ms", 1_000), ("us", 1), ("ns", 1)]))
def test_unix_numbers_are_told_apart_by_their_magnitude(us: int, unit: tuple[UnixUnit, int]) -> None:
    name, us_per_unit = unit
    digits = f"{us}000" if name == "ns" else str(us // us_per_unit)
    notation = recognise([digits])
    assert notation == UnixTime(name)
    assert parsed([digits]) == [us // us_per_unit * us_per_unit]


@given(
    us=st.integers(EARLIEST_US, LATEST_US - 1),
    layout=st.sampled_from(["%Y-%m-%d %I:%M:%S", "%d.%m.%Y %I:%M:%S", "%Y/%m/%dT%I:%M:%S"]),
    half=st.sampled_from([" {}M", "{}M", " {}.M.", "\u202f{}M"]),
    lower=st.booleans(),
    zone=st.sampled_from(["", "Z", " +0000"]),
    fraction=st.booleans(),
)
def test_am_and_pm_are_the_halves_of_a_day(
    us: int, layout: str, half: str, zone: str, *, lower: bool, fraction: bool
) -> None:
    us = us if fraction else us // 1_000_000 * 1_000_000
    moment = EPOCH + timedelta(microseconds=us)
    half = half.format("AP"[moment.hour >= 12])
    digits = f".{us % 1_000_000:06}" if fraction else ""
    assert parsed([moment.strftime(layout) + digits + (half.lower() if lower else half) + zone]) == [us]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:00:00 AM", 0), ("11:59:59 AM", 11), ("12:00:00 PM", 12), ("1:00:00 PM", 13), ("0:30:00 AM", 0)],
)
def test_twelve_comes_before_one(text: str, hour: int) -> None:
    (us,) = parsed([f"2024-03-25 {text}"])
    assert us is not None
    assert us // 3_600_000_000 % 24 == hour


@pytest.mark.parametrize("text", ["13:00:00 PM", "13:00:00 AM", "11:00:00", "11:00:00 XM"])
def test_among_halves_of_a_day_what_is_none_is_no_time(text: str) -> None:
    assert parsed(["2024-03-25 11:00:00 PM"] * 3 + [f"2024-03-25 {text}"])[-1] is None


def test_times_of_day_with_am_and_pm_are_recognised_without_a_date() -> None:
    assert all_clocks(["10:15:00 PM", "1:15:00.5 am"])


@pytest.mark.parametrize(
    ("value", "unit", "us"),
    [
        ("0.02", "s", 20_000),
        ("-5.0", "s", -5_000_000),
        ("80", "ms", 80_000),
        ("599628005694359040", "ns", 599_628_005_694_359),
        ("3162240000", "s", 3_162_240_000_000_000),
        ("3162240001", "s", None),
        ("-3162240001", "s", None),
        ("x", "s", None),
    ],
)
def test_counts_are_microseconds_within_a_century(value: str, unit: UnixUnit, us: int | None) -> None:
    assert applied([value], ElapsedTime(unit)) == [us]


def test_milliseconds_keep_their_fraction() -> None:
    assert parsed(["1551178506010.25"]) == [1_551_178_506_010_250]


def test_nanoseconds_written_with_an_exponent_are_still_good_to_a_microsecond() -> None:
    assert parsed(["1.551178506010000e18"]) == [1_551_178_506_010_000]


@pytest.mark.parametrize("number", ["0.02", "86400", "17000.5", "45678.25", "500000000000000"])
def test_numbers_that_are_no_date_of_this_century_are_no_clock(number: str) -> None:
    assert recognise([number]) is None


def test_the_century_begins_and_ends_where_it_says() -> None:
    first, last = EARLIEST_US // 1_000_000, LATEST_US // 1_000_000
    assert recognise([str(first)]) == recognise([str(last)]) == UnixTime("s")
    assert recognise([str(first - 1)]) is recognise([str(last + 1)]) is None


def test_numbers_whose_sum_is_beyond_all_numbers_are_no_clock() -> None:
    assert recognise(["1e308", "1e308"]) is None
    assert unix_unit([1.7e9, 1.7e308, 1.7e308, 1.7e9]) is None


def test_counts_whose_steps_are_beyond_all_numbers_are_steps_without_a_warning() -> None:
    far = ["-1.7e308", "1.7e308"] * 3
    assert elapsed(far, "s") == ElapsedTime("s")
    assert elapsed([*far[:2], *(f"{1.7e308 + i}" for i in range(9)), "nan"], "ns") == ElapsedTime("ns")
    assert elapsed(["1.7e308", "-1.7e308"], "s") is None


def test_a_stated_unit_that_contradicts_the_magnitude_is_no_clock() -> None:
    assert unix_unit([1.7e9], "time (s)") == "s"
    assert unix_unit([1.7e9], "timestamp_ms") is None


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("epoc (ms)", "ms"),
        ("timestamp_ns", "ns"),
        ("time [µs]", "us"),
        ("Time (seconds)", "s"),
        ("timestamp", None),
        ("timestamps", None),
        ("ms", None),
    ],
)
def test_units_of_time_are_read_from_the_end_of_names(name: str, unit: str | None) -> None:
    assert stated_unit(name) == unit


@given(
    moments_us,
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"]),
    st.sampled_from([".", ",", ":"]),
    st.integers(1, 9),
    st.sampled_from(["", "Z", "+02:00", "-0530", "+01"]),
)
def test_a_date_time_comes_back_to_the_digit(us: int, layout: str, point: str, n_digits: int, zone: str) -> None:
    us -= us % 10 ** max(0, 6 - n_digits)
    wall = EPOCH + timedelta(microseconds=us)
    text = wall.strftime(layout) + point + f"{us % 1_000_000:06}000"[:n_digits] + zone
    east_s = {"": 0, "Z": 0, "+02:00": 7200, "-0530": -19_800, "+01": 3600}[zone]
    assert parsed([text]) == [us - east_s * 1_000_000]


def test_whole_seconds_among_fractions_are_read() -> None:
    # What isoformat() of Python makes of a microsecond of 0.
    day = "2024-03-12T22:15:0"
    assert parsed([f"{day}0+00:00", f"{day}0.5+00:00", f"{day}1+00:00"]) == [
        1_710_281_700_000_000,
        1_710_281_700_500_000,
        1_710_281_701_000_000,
    ]


def test_every_offset_is_reported_also_where_it_changes_in_the_night() -> None:
    assert offsets(["2024-10-27T02:59:59.9+02:00", "2024-10-27T02:00:00.0+01:00"]) == [7200, 3600]
    assert offsets(["2024-03-12T22:15:00Z"]) == [0]
    assert offsets(["2024-03-12T22:15:00"]) == [None]


def test_unpadded_dates_are_read() -> None:
    assert parsed(["1/2/2024 1:02:03.5", "13/2/2024 22:00:00"]) == [
        1_706_749_323_500_000,
        1_707_861_600_000_000,
    ]


@pytest.mark.parametrize(
    ("values", "layout"),
    [
        (["12/03/2024 22:15:00", "13/03/2024 00:00:01"], "%d/%m/%Y %H:%M:%S"),
        (["03/12/2024 22:15:00", "03/13/2024 00:00:01"], "%m/%d/%Y %H:%M:%S"),
        (["12.03.2024 22:15:00"], "%d.%m.%Y %H:%M:%S"),
    ],
)
def test_day_and_month_are_told_apart_by_a_number_above_12_or_by_points(values: list[str], layout: str) -> None:
    assert recognise(values) == TextTime(layout, padded=True, zone="none")


def test_day_and_month_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(NoClockError, match="03/04/2024 is day/month or month/day") as caught:
        recognise(["03/04/2024 22:15:00", "04/04/2024 01:00:00"])
    assert "YYYY-MM-DD" in caught.value.hint


@pytest.mark.parametrize(
    "broken", ["", "2024-02-30 00:00:00", "2024-03-12 25:00:00", "2024-03-12 22:15", "2024-03-12 22:15:00x5", "x"]
)
def test_what_does_not_fit_the_notation_becomes_null(broken: str) -> None:
    good = "2024-03-12 22:15:00.5"
    assert parsed([good, good, broken])[-1] is None


@pytest.mark.parametrize("broken", ["", "nan", "inf", "1e300", "7", "-1551178506", "abc"])
def test_numbers_outside_the_century_become_null(broken: str) -> None:
    assert parsed(["1551178506.01", "1551178506.02", broken])[-1] is None


@pytest.mark.parametrize("foreign", [["22:15:00"], ["2024-03-12"], ["3/12/124 10:15:00"], ["abc"], [], [""]])
def test_what_is_no_moment_is_not_recognised(foreign: list[str]) -> None:
    assert recognise(foreign) is None


@pytest.mark.parametrize("text", ["3/12/24 10:15:00", "3/12/2024 10:15:00", "03-12-24 10:15:00"])
def test_a_date_that_two_countries_read_differently_is_refused_until_it_is_said(text: str) -> None:
    with pytest.raises(NoClockError, match="day_first"):
        recognise([text])
    year = "%Y" if "2024" in text else "%y"
    day, month = (recognise([text], day_first=said) for said in (True, False))
    assert isinstance(day, TextTime)
    assert isinstance(month, TextTime)
    sep = "-" if "-" in text else "/"
    assert day.layout.startswith(f"%d{sep}%m{sep}{year}")
    assert month.layout.startswith(f"%m{sep}%d{sep}{year}")


def test_dates_and_times_of_day_in_two_columns_are_known_as_such() -> None:
    assert all_dates(["2024-03-12", "13.03.2024"])
    assert all_clocks(["22:15:00.250", "1:02:03"])
    assert not all_dates(["22:15:00"])
    assert not all_clocks(["2024-03-12"])
    assert not all_dates([])


@given(st.lists(st.text(max_size=30), max_size=20))
def test_no_text_breaks_the_recognition(values: list[str]) -> None:
    try:
        notation = recognise(values)
    except NoClockError:
        return
    if notation is not None:
        assert len(applied(values, notation)) == len(values)
