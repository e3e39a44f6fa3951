"""Nights that are read together over people: of each what is read of it alone, and only while nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.review import beside
from analytics.review.home import strip_payload
from analytics.review.night import night_payload
from analytics.review.page import Page
from analytics.review.queue.company import MOST, Company
from analytics.review.queue.filters import NightsWalk
from analytics.review.queue.nights import next_night
from analytics.store import NightKey, Store, frames, query, snapshot
from tests.analytics.review.browsing import page_of
from tests.analytics.review.queue.crowd import crowd, judge

DAY = date(2026, 3, 4)
PEOPLE = [f"p{number:04}" for number in range(20)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return crowd(tmp_path_factory.mktemp("company") / "x.duckdb", 9, 2)


@pytest.fixture(scope="module")
def alone(store: Store) -> dict[NightKey, tuple[Any, Any]]:
    """Each night as a page answers that was asked for nothing else, newest first."""
    nights = query(store, "SELECT subject, night_date FROM nights ORDER BY 2 DESC, 1").rows()
    return {key: _shown(page_of(store.path), key) for key in nights}


def _shown(page: Page, key: NightKey) -> tuple[Any, Any]:
    with snapshot(page.store):
        return night_payload(page, *key), strip_payload(page, key[0])


def _walked(page: Page, here: NightKey, sort: Any) -> Iterator[NightKey]:
    """Each night of the queue after the other, without end."""
    while True:
        with snapshot(page.store):
            found = next_night(page, NightsWalk(subject=here[0], night=here[1], sort=sort))["night"]
        here = found["subject"], date.fromisoformat(found["night_date"])
        yield here


@pytest.mark.once
@pytest.mark.parametrize("sort", ["-evening", "-index", "person"])
def test_a_night_is_answered_alike_in_every_company(
    store: Store, alone: dict[NightKey, tuple[Any, Any]], sort: str
) -> None:
    page, seen = page_of(store.path), 0
    for key, _ in zip(_walked(page, [*alone][-1], sort), alone, strict=False):
        seen += len(page.company.nights(key)) > 1
        assert _shown(page, key) == alone[key]
        there = next(one for one in alone if one[0] == key[0] and one != key)  # another night of this person
        assert _shown(page, there) == alone[there]
    assert seen > len(alone) // 2 or sort == "person"


@pytest.mark.once
def test_people_of_a_walk_are_asked_for_once_until_something_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def watched(store: Store, *ones: Any) -> Any:
        asked.append(len(ones))
        return frames(store, *ones)

    monkeypatch.setattr(beside, "frames", watched)
    store = crowd(tmp_path / "x.duckdb", 8, 1)
    page = page_of(store.path)
    walk = _walked(page, ("p0008", date(2020, 1, 1)), "-evening")
    counted = []
    for step in range(6):
        key = next(walk)
        _shown(page, key)
        counted.append(len(asked))
        asked.clear()
        if step == 3:
            judge(store, *key, "dismiss")
    alone, together = counted[0], counted[1]
    assert alone == together > 0
    assert counted == [alone, together, 0, 0, alone, together]


def test_a_company_is_met_by_who_goes_on_without_a_change_and_ends_with_one() -> None:
    company, ahead = Company(), [(who, DAY) for who in PEOPLE]
    company.walked("one", ahead)
    assert company.people("p0000") == ("p0000",)
    company.walked("one", ahead)
    assert company.nights(("p0003", DAY)) == tuple(ahead[:MOST])
    assert company.people("p0003") == tuple(PEOPLE[:MOST])
    company.walked("one", ahead[1:])  # a step within it
    assert company.nights(("p0003", DAY)) == tuple(ahead[:MOST])
    company.walked("one", ahead[MOST:])
    assert company.people("p0008") == tuple(PEOPLE[MOST : 2 * MOST])
    again = [(who, date(2026, 3, 5)) for who in PEOPLE[2:]]  # their next nights
    company.walked("one", again)
    assert company.nights(("p0003", DAY)) == ()
    assert company.nights(again[1]) == tuple(again[:MOST])
    company.walked("two", ahead)
    assert company.people("p0003") == ("p0003",)
    for _ in range(2):
        company.walked(None, ahead)  # of a database that cannot tell whether it changed
    assert company.people("p0003") == ("p0003",)


def test_of_a_person_with_several_nights_ahead_the_nearest_one_is_in_the_company_and_another_is_read_alone() -> None:
    company, other = Company(), date(2026, 3, 5)
    for _ in range(2):
        company.walked("one", [("a", DAY), ("a", other), ("b", other), ("c", DAY)])
    assert company.nights(("a", DAY)) == (("a", DAY), ("b", other), ("c", DAY))
    assert company.nights(("a", other)) == ()
    assert company.people("a") == ("a", "b", "c")
