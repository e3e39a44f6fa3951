"""What the server tells over the nights of one person, and of two ranges of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analytics.review import Page
from analytics.review.home import nights_payload, strip_payload
from analytics.review.over_nights.drawing import MOST_SINGLE, over_nights_payload
from analytics.review.over_nights.ranges import Span, ranges_payload
from analytics.store.over_nights.findings import patterns_of
from ingest.errors import UsageError
from tests.analytics.review.browsing import page_of
from tests.analytics.review.over_nights.person import CHANGES, DOUBT, LOST, UNSEEN, WHO, day, fill


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    database = tmp_path_factory.mktemp("over") / "n.duckdb"
    fill(database)
    return page_of(database)


def _span(first: int, last: int) -> Span:
    return day(first), day(last)


def drawn(page: Page, subject: str) -> dict[str, Any]:
    told = over_nights_payload(page, subject)
    assert told is not None
    return told


def _nights(page: Page) -> dict[str, dict[str, Any]]:
    return {night["day"]: night for night in drawn(page, WHO)["nights"]}


def test_what_is_not_assessable_is_left_out_and_counted(page: Page) -> None:
    told = drawn(page, WHO)
    assert (len(told["nights"]), told["n_not_assessable"]) == (41, 1)
    assert told["not_assessable"] == [day(LOST).isoformat()]
    assert day(LOST).isoformat() not in _nights(page)


def test_what_cannot_be_told_has_no_value_and_what_is_in_doubt_says_so(page: Page) -> None:
    nights = _nights(page)
    unseen, doubt, plain = (nights[day(k).isoformat()] for k in (UNSEEN, DOUBT, 0))
    assert (unseen["jerks"], unseen["index_sure"]) == (None, True)
    assert doubt["index"] is not None
    assert not doubt["index_sure"]
    assert plain["index_low"] < plain["index"] < plain["index_high"]
    assert 0 <= plain["jerks_low"] <= plain["jerks_high"] <= plain["jerks"]


def test_rows_of_home_and_bars_of_the_strip_say_what_changed_with_them(page: Page) -> None:
    for told in (nights_payload(page, WHO), strip_payload(page, WHO)):
        changed = {night["night_date"]: night["changes"] for night in told["nights"] if night["changes"]}
        assert changed == {
            day(k).isoformat(): [{"day": day(k).isoformat(), "words": words}] for k, words in CHANGES.items()
        }


def test_journal_and_changes_stand_beside_the_nights_and_a_day_not_noted_is_on_no_side(page: Page) -> None:
    told = drawn(page, WHO)
    assert [change["words"] for change in told["changes"]] == ["no coffee after noon", "magnesium"]
    rows = {row["kind"]: row["days"] for row in told["rows"]}
    assert set(rows) == {"last_caffeine_at", "magnesium_mg", "stress"}
    assert day(5).isoformat() not in rows["stress"]
    assert rows["magnesium_mg"][day(28).isoformat()]
    assert not rows["magnesium_mg"][day(0).isoformat()]


def test_late_coffee_is_among_the_suggestions_with_its_nights(page: Page) -> None:
    (line,) = [line for line in drawn(page, WHO)["advice"]["Could be tried"] if "caffeine" in line]
    assert "nights with caffeine at 14:00 or later" in line


def test_many_nights_are_told_by_week(tmp_path: Path) -> None:
    fill(tmp_path / "long.duckdb", MOST_SINGLE + 10)
    told = drawn(page_of(tmp_path / "long.duckdb"), WHO)
    weeks = {week["monday"]: week for week in told["weeks"]}
    assert len(weeks) == 19
    first = weeks["2026-03-16"]
    inside = [night["index"] for night in told["nights"] if "2026-03-16" <= night["day"] <= "2026-03-22"]
    assert first["n_index"] == len(inside) == 6
    assert first["index"] == pytest.approx(sum(inside) / 6)


def test_a_range_holds_what_patterns_say_of_it(page: Page) -> None:
    told = ranges_payload(page, WHO, _span(0, 13), None)
    kicks = patterns_of(page.store, subject=WHO, since=day(0), until=day(13))[WHO]["possible_plmd"]
    assert (kicks.mean_index, kicks.mean_index_low, kicks.mean_index_high) != (None, None, None)
    rows = dict(told["rows"])
    mean = f"{kicks.mean_index:.1f} ({kicks.mean_index_low:.1f} to {kicks.mean_index_high:.1f})"
    assert rows["PLMS per hour of sleep"] == mean
    assert rows["nights assessable"] == "13 of 14"
    assert rows["nights above 15 an hour"].startswith("0 of 13 (0 to ")
    assert told["dots"] == []
    assert told["says"] == []


def test_two_ranges_are_held_against_each_other_with_the_changes_between(page: Page) -> None:
    told = ranges_payload(page, WHO, _span(0, 13), _span(28, 41))
    jerks = next(row for row in told["rows"] if row[0] == "hypnic jerks a night")
    assert "times (" in jerks[3]
    assert told["says"][0].startswith("There were fewer jerks in B, about 0.")
    assert told["says"][1] == (
        f"2 changes lie between A and B (no coffee after noon, from {day(14)}; magnesium, from {day(28)}),"
        " so it cannot be told which of them did it."
    )


def test_one_change_and_none_are_told_as_such_and_one_within_a_range_is_named(page: Page) -> None:
    says = ranges_payload(page, WHO, _span(0, 13), _span(14, 27))["says"]
    assert says[1].startswith("1 change lies between A and B (no coffee after noon, from ")
    assert ranges_payload(page, WHO, _span(0, 6), _span(7, 13))["says"][1:] == ["No change is marked between A and B."]
    says = ranges_payload(page, WHO, _span(20, 41), _span(0, 10))["says"]
    assert "between B and A" in says[1]
    assert says[2] == f"1 more change lies within A (magnesium, from {day(28)})."
    assert ranges_payload(page, WHO, _span(0, 20), None)["says"] == [
        f"1 change lies within this range (no coffee after noon, from {day(14)})."
    ]


def test_under_five_nights_there_are_dots_and_no_statistics(page: Page) -> None:
    told = ranges_payload(page, WHO, _span(0, 3), _span(20, 41))
    rows = {row[0]: row[1:] for row in told["rows"]}
    assert rows["hypnic jerks a night"][0] == rows["PLMS per hour of sleep"][0] == "too few nights (4)"
    assert rows["hypnic jerks a night"][2] == "–"
    assert [(dots["range"], len(dots["values"])) for dots in told["dots"]] == [("A", 4), ("A", 4)]
    assert told["says"][0] == "Too few nights of which jerks could be told in A: it takes 5 in each."


def test_ranges_with_nights_in_common_are_not_compared(page: Page) -> None:
    told = ranges_payload(page, WHO, _span(0, 20), _span(20, 41))
    assert told["says"] == ["The two ranges have nights in common: they are not held against each other."]
    assert {row[3] for row in told["rows"]} == {"–"}


def test_a_range_without_nights_says_so(page: Page) -> None:
    rows = dict(ranges_payload(page, WHO, _span(100, 110), None)["rows"])
    assert rows["nights assessable"] == "0 of 0"
    assert rows["hypnic jerks a night"] == "too few nights (0)"


def test_ranges_that_are_none_are_refused_and_of_people_without_nights_nothing_is_drawn(page: Page) -> None:
    with pytest.raises(UsageError, match="ends before it begins"):
        ranges_payload(page, WHO, _span(3, 1), None)
    for name in ("", "x"):
        assert over_nights_payload(page, name) is None  # a person with a journal alone has nothing to draw yet
        with pytest.raises(UsageError, match="no nights"):
            ranges_payload(page, name, _span(0, 1), None)
