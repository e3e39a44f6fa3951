"""Whose word counts: dates, patterns, precedence, contradictions and hand-overs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.assigning.assignments import About, Assignments, decide
from flows.assigning.conflicts import checked
from flows.assigning.lines import COLUMNS, Line, Words, line_of
from flows.assigning.path_patterns import matched
from ingest.clock import microseconds
from ingest.errors import UsageError
from ingest.reading import Extent
from ingest.recording import DeviceClock


def line(number: int, **cells: str) -> Line:
    named = {name.removesuffix("_"): said for name, said in cells.items()}
    assert named.keys() <= set(COLUMNS)
    return line_of(named, f"people.csv line {number}")


def about(begins: str, hours: float = 8.0, *, serial: str = "17", path: str = "in/x.cwa", base: str = "local") -> About:
    first = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    last = first + timedelta(hours=hours)
    clock = DeviceClock("utc" if base == "utc" else "local")
    return About(serial, Path(path), Extent(clock, microseconds(first), microseconds(last)))


ANNA = line(2, serial="17", subject="anna", side="left", from_="2026-03-02", to="2026-03-08")
BERT = line(3, serial="17", subject="bert", side="right", from_="2026-03-09", to="2026-03-15")
WEEKS = Assignments((ANNA, BERT), {}, Words(subject="me"))


@pytest.mark.parametrize(
    ("begins", "who"),
    [
        ("2026-03-02T11:59", "anna"),  # set up before its first noon
        ("2026-03-01T22:00", "me"),
        ("2026-03-02T22:00", "anna"),
        ("2026-03-08T22:00", "anna"),
        ("2026-03-09T02:00", "anna"),  # the night of the 8th goes on after midnight
        ("2026-03-09T22:00", "bert"),
        ("2026-03-15T23:00", "bert"),
        ("2026-03-16T22:00", "me"),
    ],
)
def test_dates_are_those_of_evenings_both_included(begins: str, who: str) -> None:
    assert decide(about(begins, 8), WEEKS).words.subject == who


def test_moments_with_a_time_of_day_are_half_open() -> None:
    lines = (
        line(2, serial="17", subject="anna", to="2026-03-09T09:00"),
        line(3, serial="17", subject="bert", from_="2026-03-09T09:00"),
    )
    known = Assignments(checked(lines, {}))
    assert decide(about("2026-03-09T08:00", 0.9), known).words.subject == "anna"
    assert decide(about("2026-03-09T09:00", 0.1), known).words.subject == "bert"


def test_each_line_is_asked_in_its_own_zone_and_with_its_own_shift() -> None:
    lines = (
        line(2, serial="17", subject="anna", tz="Europe/Berlin", to="2026-03-08"),
        line(3, serial="17", subject="bert", tz="Pacific/Auckland", from_="2026-03-09"),
    )
    known = Assignments(lines)
    assert decide(about("2026-03-08T20:00", 2, base="utc"), known).words.tz == "Europe/Berlin"
    assert decide(about("2026-03-09T08:00", base="utc"), known).words.tz == "Pacific/Auckland"
    late = Assignments((line(2, serial="17", subject="anna", time_shift="48:00", from_="2026-03-09"),))
    assert decide(about("2026-03-07T22:00"), late).words.subject == "anna"


def test_the_command_line_goes_before_dates_those_before_the_device_that_before_patterns() -> None:
    device = {"17": Words(subject="device", site="foot")}
    default = Words(subject="me", tz="UTC")
    pattern = line(4, pattern="{subject}.cwa")
    night = about("2026-03-02T22:00", path="in/anna.cwa")
    full = Assignments((ANNA, BERT, pattern), device, default)
    assert decide(night, full, user=Words(subject="said")).words.subject == "said"
    found = decide(night, full)
    assert (found.words, found.origins["subject"]) == (Words("anna", "foot", "left", "UTC"), "people.csv line 2")
    elsewhere = about("2026-05-02T22:00", path="in/device.cwa")
    assert decide(elsewhere, full).origins["subject"] == '[device."17"] in the settings'
    stranger = about("2026-05-02T22:00", serial="18", path="in/carl.cwa")
    assert decide(stranger, full).words.subject == "carl"
    assert decide(about("2026-05-02T22:00", serial="18", path="a/x.csv"), full).words.subject == "me"


@pytest.mark.parametrize(
    ("path", "named"),
    [("in/bert.cwa", ("line 2", "line 4", "bert")), ("in/bert_x.cwa", ("line 2", "line 4"))],
)
def test_a_pattern_and_a_device_that_disagree_are_refused_with_both_lines(path: str, named: tuple[str, ...]) -> None:
    known = Assignments((ANNA, BERT, line(4, pattern="{subject}.cwa")))
    with pytest.raises(UsageError) as refused:
        decide(about("2026-03-02T22:00", path=path), known)
    assert all(word in refused.value.line() for word in named)
    entry = Assignments((line(4, pattern="{subject}.cwa"),), {"17": Words(subject="anna")})
    with pytest.raises(UsageError, match=r'\[device\."17"\] in the settings says subject anna'):
        decide(about("2026-03-02T22:00", path=path), entry)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"subject": "bert", "side": "left", "from_": "2026-03-08"}, "line 9 and people.csv line 2 contradict"),
        ({"subject": "anna", "side": "right", "from_": "2026-03-05"}, "line 9 and people.csv line 2 contradict"),
        ({"subject": "anna", "side": "left", "from_": "2026-03-05"}, "line 9 and people.csv line 2 are both about"),
        ({"subject": "bert"}, "line 9 and people.csv line 2 contradict"),
    ],
)
def test_two_lines_about_one_device_in_the_same_nights_are_refused_with_both(other: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        checked((ANNA, line(9, serial="17", **other)), {})


def test_a_recording_of_two_wearers_is_refused_with_both_lines_and_an_overhang_is_not() -> None:
    assert decide(about("2026-03-08T20:00", 16 + 5.9), WEEKS).words.subject == "anna"
    assert decide(about("2026-03-09T06:10", 20), WEEKS).words.subject == "bert"
    both = about("2026-03-08T20:00", 36)
    with pytest.raises(UsageError, match=r"people\.csv line 2 and of people\.csv line 3"):
        decide(both, WEEKS)
    assert decide(both, Assignments((ANNA, BERT)), user=Words("anna", None, "left")).words.subject == "anna"
    with pytest.raises(UsageError, match=r"24 h of it lie outside the dates of people\.csv line 3"):
        decide(about("2026-03-15T20:00", 40), WEEKS)


def test_one_person_who_goes_on_with_a_device_is_no_hand_over() -> None:
    again = line(4, serial="17", subject="anna", side="left", from_="2026-03-09", to="2026-03-15")
    assert decide(about("2026-03-08T20:00", 36), Assignments((ANNA, again))).words.subject == "anna"


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        ("{subject}_{side}.cwa", "/in/anna_b_LEFT.cwa", {"subject": "anna_b", "side": "left"}),
        ("{subject}/night_*_{side}.csv", "/in/anna/night_12_right.csv", {"subject": "anna", "side": "right"}),
        ("{subject}/night_*_{side}.csv", "/in/anna/more/night_12_right.csv", {"subject": "more", "side": "right"}),
        ("{subject}_{side}.cwa", "/in/anna_middle.cwa", None),
        ("anna/", "/in/Anna/deep/x.cwa", {}),
        ("anna/", "/in/hannah/x.cwa", None),
        ("anna/**/{serial}_{site}.csv", "week.zip/anna/a/b/17_foot.csv", {"serial": "17", "site": "foot"}),
        ("anna_?.cwa", "anna_12.cwa", None),
    ],
)
def test_patterns_are_compared_with_the_end_of_a_path(pattern: str, path: str, found: dict[str, str] | None) -> None:
    assert matched(pattern, Path(path)) == found


@pytest.mark.parametrize("pattern", ["{who}.cwa", "{subject}{subject}", "{subject}/", "a//b", "{subject.cwa", ""])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        matched(pattern, Path("x"))


def test_a_serial_in_the_name_counts_for_a_file_without_one_and_may_not_contradict_it() -> None:
    known = Assignments((ANNA, line(4, pattern="{serial}_*.csv")))
    assert decide(about("2026-03-02T22:00", serial="", path="17_1.csv"), known).words.subject == "anna"
    with pytest.raises(UsageError, match=r"its name says device 17 \(people\.csv line 4\), the file itself says 18"):
        decide(about("2026-03-02T22:00", serial="18", path="17_1.csv"), known)
