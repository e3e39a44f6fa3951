"""What is unusual of a night: each kind from its limit on, in order of weight, and nothing of an ordinary night."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.model import Blank, Series
from analytics.nights.unusual import SPANS, Noticed, noticed, unusual, unusual_of
from analytics.phrases import unusual_line
from tests.analytics.store.making import EVENING, HOUR_US, START_US, event, night, score, sha

H = 3_600_000_000
MIN = H // 60
#: 2026-03-02 22:00 in Berlin.
EVENING_US = 1_772_485_200_000_000
PLAIN = Noticed(
    zone="Europe/Berlin", recorded_us=(EVENING_US, EVENING_US + 9 * H), in_bed_us=EVENING_US + H,
    onset_us=EVENING_US + 2 * H, onset_low_us=EVENING_US + H, wake_us=EVENING_US + 8 * H, recorded_h=9.0,
    recorded_share=1.0, tst_h=6.0, sleep_doubt_h=1.0, hidden_h=0.0, wear_doubt_h=0.0, unworn_us=(), unsearched_us=(),
    rhythmic_us=(), series=(),
)  # fmt: skip


def of(**what: Any) -> tuple[str, ...]:
    return unusual_of(replace(PLAIN, **what))


def spans(n: int, first_h: float, each_us: int = 10_000_000) -> tuple[tuple[int, int], ...]:
    starts = [EVENING_US + round(first_h * H) + i * MIN for i in range(n)]
    return tuple((start, start + each_us) for start in starts)


def series(imi_s: float, minutes: float, *, asleep: int = 20, not_own: bool | None = False) -> Series:
    start = EVENING_US + 3 * H
    return Series(1, start, start + round(minutes * MIN), 20, asleep, imi_s, not_own)


def test_an_ordinary_night_has_nothing() -> None:
    assert of() == ()
    assert unusual_line(()) == ""


@pytest.mark.parametrize("name", ["tst_h", "sleep_doubt_h", "hidden_h", "wear_doubt_h", "recorded_share"])
def test_what_was_not_measured_is_not_unusual(name: str) -> None:
    assert of(**{name: None}) == ()


@pytest.mark.parametrize(
    ("hours", "found"), [(0.99, ()), (1.0, ("60 min probably not worn",)), (4.5, ("4.5 h probably not worn",))]
)
def test_an_hour_unworn_in_bed_is_told(hours: float, found: tuple[str, ...]) -> None:
    start = EVENING_US + 2 * H
    assert of(unworn_us=((start, start + round(hours * H)),)) == found


def test_a_sensor_on_a_table_before_and_after_the_night_is_as_it_should_be() -> None:
    table = ((EVENING_US - 9 * H, EVENING_US + H), (EVENING_US + 8 * H, EVENING_US + 15 * H))
    long = {"recorded_us": (EVENING_US - 9 * H, EVENING_US + 15 * H), "recorded_h": 24.0}
    assert of(unworn_us=table, **long) == ()


def test_a_sensor_that_came_off_ends_the_night_and_is_told() -> None:
    off = EVENING_US + 4 * H
    assert of(unworn_us=((off, off + 5 * H),), wake_us=off) == ("5.0 h probably not worn",)


def test_without_a_night_the_whole_recording_counts() -> None:
    whole = ((EVENING_US, EVENING_US + 9 * H),)
    asleep: dict[str, Any] = dict.fromkeys(("in_bed_us", "onset_us", "onset_low_us", "wake_us", "tst_h"))
    assert of(unworn_us=whole, **asleep) == ("9.0 h probably not worn",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wear_doubt_h", "wear in doubt for 2.0 h"),
        ("hidden_h", "2.0 h of sleep hidden under vibration or large movement"),
    ],
)
def test_hours_in_doubt_or_hidden_are_told_from_one_on(name: str, words: str) -> None:
    assert of(**{name: 2.0}) == (words,)
    assert of(**{name: 0.9}) == ()


def test_time_in_bed_too_noisy_to_be_searched_is_told() -> None:
    assert of(unsearched_us=((EVENING_US, EVENING_US + 4 * H),)) == ("3.0 h could not be searched",)


def test_as_many_trains_asleep_as_make_a_series_are_told_with_their_hours() -> None:
    assert of(rhythmic_us=spans(4, 3.0)) == ("4 rhythmic movements (tremor, rocking or legs in turn), 01:00 to 01:03",)
    assert of(rhythmic_us=spans(3, 3.0)) == ()
    assert of(rhythmic_us=spans(20, 0.5)) == (), "awake they are fidgets"
    assert of(rhythmic_us=spans(20, 3.0), onset_us=None) == ()


def test_series_of_others_are_counted_and_those_not_looked_at_are_none() -> None:
    known = tuple(series(20.0, 10.0, not_own=each) for each in (True, True, False))
    assert of(series=known) == ("2 of 3 series may come from a bed partner or a pet",)
    assert of(series=(series(20.0, 10.0, not_own=None),)) == ()


def test_wide_spacing_asleep_may_go_with_breathing_and_is_no_diagnosis() -> None:
    told = of(series=(series(38.0, 20.0), series(40.0, 20.0)))
    assert told == (
        "2 series spaced 35 s or more, 40 min in all: may go with breathing; worth showing where snoring is known",
    )
    assert of(series=(series(35.0, 30.0),))[0].startswith("one series spaced 35 s or more, 30 min in all")
    assert of(series=(series(34.9, 90.0),)) == of(series=(series(38.0, 29.0),)) == ()
    assert of(series=(series(38.0, 90.0, asleep=0),)) == ()
    assert of(series=(series(38.0, 90.0, not_own=True),)) == ("1 of 1 series may come from a bed partner or a pet",)


@pytest.mark.parametrize(("doubt_h", "tst_h", "is_told"), [(3.0, 6.0, True), (2.9, 6.0, False), (0.9, 1.0, False)])
def test_sleep_of_which_half_is_in_doubt_is_told(doubt_h: float, tst_h: float, is_told: bool) -> None:  # noqa: FBT001
    assert of(sleep_doubt_h=doubt_h, tst_h=tst_h) == ((f"sleep in doubt for {doubt_h:.1f} h",) if is_told else ())


@pytest.mark.parametrize(
    ("start_us", "words"),
    [(1_774_731_600_000_000, "forward"), (1_792_872_000_000_000, "back")],  # 2026-03-28 and 2026-10-24
)
def test_a_change_of_the_clocks_is_told(start_us: int, words: str) -> None:
    shift = start_us - EVENING_US
    moved = {name: value + shift for name, value in (("in_bed_us", EVENING_US + H), ("onset_us", EVENING_US + 2 * H))}
    moved |= {"onset_low_us": start_us + H, "wake_us": start_us + 8 * H}
    ends = (start_us, start_us + 9 * H)
    assert of(recorded_us=ends, **moved) == (f"clocks went {words} by 60 min",)
    assert of(recorded_us=ends, zone="UTC", **moved) == ()


@pytest.mark.parametrize(
    "what",
    [
        {"recorded_h": 4.9},
        {"recorded_share": 0.79},
        {"onset_low_us": EVENING_US},
        {"wake_us": EVENING_US + 9 * H},
    ],
)
def test_a_part_of_the_night_is_told(what: dict[str, Any]) -> None:
    assert of(**what) == (f"part of the night only: {what.get('recorded_h', 9.0):.1f} h recorded",)


def test_the_weightiest_comes_first_and_the_rest_is_counted() -> None:
    many = of(
        unworn_us=((EVENING_US + H, EVENING_US + 3 * H),), hidden_h=1.6, rhythmic_us=spans(5, 3.0),
        series=(series(20.0, 60.0, not_own=True), series(40.0, 60.0)), sleep_doubt_h=5.0, recorded_share=0.5,
    )  # fmt: skip
    starts = ("2.0 h probably", "1.6 h of sleep", "5 rhythmic", "1 of 2", "one series", "sleep in", "part of")
    assert [words.startswith(start) for words, start in zip(many, starts, strict=True)] == [True] * 7
    assert unusual_line(many).endswith(" 01:04; and 4 more")
    assert unusual_line(many[:3]) == "; ".join(many[:3])
    assert unusual_line(many, 1) == f"{many[0]}; and 6 more"


def test_an_analysed_night_is_looked_at_as_it_is_stored() -> None:
    off = (Blank(START_US, START_US + HOUR_US, "unworn"), Blank(START_US, START_US + 2 * HOUR_US, "gap"))
    trains = tuple(replace(event(i, START_US + i * 60_000_000), label="rhythmic") for i in range(1, 5))
    one = night("anna", EVENING, [sha("left")], blanks=off)
    seen = noticed(one, replace(score(()), events=trains, series=(series(40.0, 60.0),)))
    assert seen.unworn_us == ((START_US, START_US + HOUR_US),)
    assert len(seen.rhythmic_us) == 4
    assert len(seen.series) == 1
    assert unusual(one, None) == unusual_of(replace(seen, rhythmic_us=(), series=()))


_us = st.integers(EVENING_US - 100 * H, EVENING_US + 100 * H)
_span = st.tuples(_us, _us).map(lambda ends: (min(ends), max(ends)))
_some = st.lists(_span, max_size=8).map(tuple)
_hours = st.none() | st.floats(0, 100)
_series = st.builds(
    lambda span, n, imi_s, perhaps: Series(1, span[0], span[1], n, n, imi_s, perhaps),
    _span, st.integers(0, 99), st.floats(0, 90), st.sampled_from((None, True, False)),
)  # fmt: skip
_anything = st.builds(
    Noticed,
    zone=st.sampled_from(("UTC", "Europe/Berlin", "Australia/Lord_Howe", "+05:30")),
    recorded_us=_span, in_bed_us=st.none() | _us, onset_us=st.none() | _us, onset_low_us=st.none() | _us,
    wake_us=st.none() | _us, recorded_h=st.floats(0, 100), recorded_share=st.none() | st.floats(0, 1), tst_h=_hours,
    sleep_doubt_h=_hours, hidden_h=_hours, wear_doubt_h=_hours, unworn_us=_some, unsearched_us=_some, rhythmic_us=_some,
    series=st.lists(_series, max_size=8).map(tuple),
)  # fmt: skip


@given(_anything)
def test_it_never_fails_says_the_same_again_and_no_line_is_empty_or_twice(seen: Noticed) -> None:
    found = unusual_of(seen)
    assert found == unusual_of(seen)
    assert all(found)
    assert len(set(found)) == len(found)
    turned: dict[str, Any] = {name: tuple(reversed(getattr(seen, name))) for name in (*SPANS, "series")}
    assert unusual_of(replace(seen, **turned)) == found, "the order of rows decides nothing"
    assert bool(unusual_line(found)) == bool(found)
