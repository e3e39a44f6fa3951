"""The queue's SQL against filters in plain Python over what the view ``nights`` says, on drawn nights and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.flag import stored_flag
from analytics.review.home import ticks_payload
from analytics.review.queue import nights as queue_nights
from analytics.review.queue.filters import NightsPage, NightsWalk, PeoplePage
from analytics.review.queue.nights import counts_payload, next_night, nights_page
from analytics.review.queue.people import people_page
from analytics.said import JournalEntry
from analytics.store import Store, query, write_journal
from tests.analytics.review.browsing import page_of
from tests.analytics.review.queue.crowd import crowd, judge
from tests.analytics.store.making import EVENING
from tests.drawing import examples

DAYS = [EVENING + timedelta(days=k) for k in range(5)]
Night = dict[str, Any]


def _some(*values: str) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


FILTERS = st.builds(
    NightsPage,
    q=st.none()
    | st.sampled_from(["P00", "p0002", "Kicks", "aspirin", "Ásp", "kícks a\u0300t", "100%", "", "nothing like it"]),
    person=st.none() | st.sampled_from(["p0001", "p0004", "P0001"]),
    flag=_some("possible_plmd", "frequent_hypnic_jerks", "possible_rls"),
    state=_some("raised", "not_raised", "cannot_tell", "not_asked"),
    verdict=_some("to_review", "partly", "confirm", "dismiss", "unsure"),
    site=_some("ankle", "foot", "thigh"),
    legs=_some("left", "both", "none"),
    reviewer=_some("Ann", "Jo", ""),
    assessable=st.sampled_from([None, None, "yes", "no"]),
    since=st.none() | st.sampled_from(DAYS[:3]),
    until=st.none() | st.sampled_from(DAYS[2:]),
    index_from=st.none() | st.sampled_from([0.0, 5.0]),
    index_to=st.none() | st.sampled_from([5.0, 30.0]),
    jerks_from=st.none() | st.sampled_from([0, 2]),
    jerks_to=st.none() | st.sampled_from([2, 6]),
    sort=st.sampled_from(["person", "-evening", "index", "-index", "-jerks", "flags", "-open", "legs", "-site"]),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = crowd(tmp_path_factory.mktemp("queue") / "x.duckdb", 8, 5)
    raised = query(made, "SELECT subject, night_date, flags FROM nights WHERE len(flags) > 0 ORDER BY ALL").rows()
    for place, (who, day, flags) in enumerate(raised):
        if place % 4 == 1 or len(flags) > 1:
            judge(made, who, day, ("dismiss", "unsure")[place % 2], flag=flags[-1], reviewer="Jo")
        elif place % 4 == 0:
            judge(made, who, day, "confirm")
        elif place % 4 == 2:
            judge(made, who, day, "note", note="Kicks at 100% of the turns")
    write_journal(
        made, [JournalEntry("p0003", DAYS[1], "note", text="Aspirin"), JournalEntry("p0003", DAYS[2], "x", 1.0)]
    )
    return made


@pytest.fixture(scope="module")
def known(store: Store) -> list[Night]:
    """Every night as the public views say it, with its flags, reviewers and notes."""
    found = query(
        store, "SELECT subject, night_date, site, legs, plms_index, n_hypnic_jerks, assessable FROM nights"
    ).to_dicts()
    flags, words = (
        query(store, "SELECT * FROM night_flags").to_dicts(),
        query(store, "SELECT * FROM reviews").to_dicts(),
    )
    noted = query(store, "SELECT * FROM journal WHERE kind = 'note'").to_dicts()
    for one in found:

        def mine(row: dict[str, Any], one: Night = one) -> bool:
            return (row["subject"], row.get("night_date", row.get("day"))) == (one["subject"], one["night_date"])

        one["flags"] = {row["flag"]: (_state(row), _verdict(row)) for row in filter(mine, flags)}
        one["reviewers"] = {row["reviewer"] for row in filter(mine, words) if row["verdict"] != "note"}
        one["notes"] = [row["note"] for row in filter(mine, words) if row["note"]]
        one["notes"] += [row["text"] for row in filter(mine, noted)]
        verdicts = [verdict for state, verdict in one["flags"].values() if state == "raised"]
        one["raised"], one["open"] = len(verdicts), verdicts.count("to_review")
    assert any(0 < one["open"] < one["raised"] for one in found)
    assert any(not one["assessable"] for one in found)
    assert {state for one in found for state, _ in one["flags"].values()} >= {"cannot_tell", "not_asked"}
    return found


def _state(row: dict[str, Any]) -> str:
    stored = stored_flag(row["flag"], row["criteria"], row["reason"], raised=row["state"] == "raised")
    return "not_asked" if stored.lacks_answer else str(row["state"])


def _verdict(row: dict[str, Any]) -> str | None:
    return (row["review"] or "to_review") if row["state"] == "raised" else None


def fits(night: Night, wanted: NightsPage, *, without: str = "") -> bool:
    """Whether a night fits all of a filter but one part."""
    given = {
        name: value
        for name, value in wanted
        if value not in (None, ()) and name not in (without, "q" if not wanted.q else "")
    }
    index, partly = night["plms_index"], 0 < night["open"] < night["raised"]
    tests: dict[str, Callable[[Any], bool]] = {
        "q": lambda text: any(_plain(text) in _plain(words) for words in (night["subject"], *night["notes"])),
        "person": lambda name: night["subject"] == name,
        "site": lambda sites: bool(set(sites) & set(night["site"].split("+"))),
        "legs": lambda legs: night["legs"] in legs,
        "reviewer": lambda names: bool(set(names) & (night["reviewers"] or {""})),
        "assessable": lambda word: night["assessable"] == (word == "yes"),
        "since": lambda day: night["night_date"] >= day,
        "until": lambda day: night["night_date"] <= day,
        "index_from": lambda low: index is not None and index >= low,
        "index_to": lambda high: index is not None and index <= high,
        "jerks_from": lambda low: night["n_hypnic_jerks"] >= low,
        "jerks_to": lambda high: night["n_hypnic_jerks"] <= high,
    }
    if not all(test(given[name]) for name, test in tests.items() if name in given):
        return False
    if not any(getattr(wanted, name) for name in ("flag", "state", "verdict")):
        return True
    beside = "state" in given and any(
        verdict is not None and _judged_so(verdict, given.get("verdict"), partly=partly)
        for _, verdict in night["flags"].values()
    )
    return any(
        name in given.get("flag", (name,))
        and state in given.get("state", (state,))
        and (_judged_so(verdict, given.get("verdict"), partly=partly) or (verdict is None and beside))
        for name, (state, verdict) in night["flags"].items()
    )


def _plain(text: str) -> str:
    return "".join(one for one in normalize("NFD", text.lower()) if not combining(one))


def _judged_so(verdict: str | None, wanted: tuple[str, ...] | None, *, partly: bool) -> bool:
    if wanted is None:
        return True
    return verdict in wanted or ("partly" in wanted and partly and verdict is not None)


def in_order(nights: list[Night], wanted: NightsPage) -> list[Night]:
    column = {
        "person": "subject", "evening": "night_date", "index": "plms_index", "jerks": "n_hypnic_jerks",
        "flags": "raised", "open": "open", "legs": "legs", "site": "site",
    }[wanted.column]  # fmt: skip
    ordered = sorted(sorted(nights, key=lambda one: one["subject"]), key=lambda one: one["night_date"], reverse=True)
    there = [one for one in ordered if one[column] is not None]
    # A stable sort keeps ties as they are also where it is reversed.
    there = sorted(there, key=lambda one: one[column], reverse=wanted.descending)
    return there + [one for one in ordered if one[column] is None]


def keys(nights: list[Night]) -> list[tuple[str, str]]:
    return [(one["subject"], str(one["night_date"])) for one in nights]


@settings(max_examples=examples(20), deadline=None)
@given(wanted=FILTERS)
def test_the_database_finds_and_orders_the_nights_that_a_plain_filter_does(
    store: Store, known: list[Night], wanted: NightsPage
) -> None:
    expected = in_order([night for night in known if fits(night, wanted)], wanted)
    assert keys(nights_page(store, wanted)["nights"]) == keys(expected)


@settings(max_examples=examples(15), deadline=None)
@given(wanted=FILTERS)
def test_the_count_beside_a_value_is_what_choosing_it_alone_would_leave(
    store: Store, known: list[Night], wanted: NightsPage
) -> None:
    counts = counts_payload(store, wanted)
    for name in ("flag", "state", "verdict", "site", "legs", "reviewer", "assessable"):
        for value, n in counts.get(name, {}).items():
            chosen = wanted.model_copy(update={name: value if name == "assessable" else (value,)})
            assert n == sum(fits(night, chosen) for night in known), (name, value)
    assert counts["nights"] == {"fit": sum(fits(night, wanted) for night in known), "all": len(known)}
    raised = [
        night
        for night in known
        if fits(night, wanted.model_copy(update={"flag": (), "state": (), "verdict": (), "reviewer": ()}))
        and any(state == "raised" for name, (state, _) in night["flags"].items() if name in (wanted.flag or (name,)))
    ]
    assert counts["progress"] == {"of": len(raised), "done": sum(not night["open"] for night in raised)}


def test_a_flag_that_cannot_be_told_counts_beside_one_that_is_to_be_reviewed(tmp_path: Path) -> None:
    store = crowd(tmp_path / "x.duckdb", 100, 4)
    both = {
        (subject, str(day))
        for subject, day in query(
            store,
            "SELECT subject, night_date FROM night_flags WHERE state = 'cannot_tell' AND flag = 'possible_plmd' "
            "INTERSECT SELECT subject, night_date FROM night_flags WHERE state = 'raised' AND review IS NULL",
        ).rows()
    }
    assert both
    to_review = NightsPage(verdict=("to_review",))
    assert counts_payload(store, to_review)["state"]["cannot_tell"] == len(both)
    chosen = to_review.model_copy(update={"state": ("cannot_tell",)})
    assert {(one["subject"], one["night_date"]) for one in nights_page(store, chosen)["nights"]} == both
    assert counts_payload(store, chosen)["verdict"]["to_review"] == len(both)


@pytest.mark.parametrize("search", ["zoe", "ZOE", "Zoë", "zoe\u0308", "ZOË", "oé"])
def test_a_name_is_found_in_whatever_case_with_or_without_its_accents(tmp_path: Path, search: str) -> None:
    names = ["Zoë", "Zoe\u0308 W", "Chloé", "Zora"]
    store = crowd(tmp_path / "x.duckdb", names, 1)
    judge(store, "Zora", EVENING, "note", note="as Zoë had it")
    found = {one["subject"] for one in nights_page(store, NightsPage(q=search))["nights"]}
    assert found == set(names) - ({"Chloé"} if search != "oé" else set())


@settings(max_examples=examples(15), deadline=None)
@given(wanted=FILTERS, start=st.integers(0, 39), direction=st.sampled_from(["1", "-1"]))
def test_a_walk_goes_on_in_the_order_of_the_rows_also_from_a_night_that_fits_no_longer(
    store: Store, known: list[Night], wanted: NightsPage, start: int, direction: Any
) -> None:
    here = known[start]
    walk = NightsWalk(
        **wanted.model_dump(), subject=here["subject"], night=here["night_date"], direction=direction
    )  # fmt: skip
    ordered = in_order([night for night in known if fits(night, wanted) or night is here], wanted)
    at = ordered.index(here)
    after, before = ordered[at + 1 :], ordered[:at]
    expected = after + before if direction == "1" else [*reversed(before), *reversed(after)]
    found = next_night(page_of(store.path), walk)
    assert found["n_others"] == len(expected)
    if not expected:
        assert found["night"] is None
        return
    assert keys([found["night"]]) == keys(expected[:1])
    assert found["wraps"] == (expected[0] not in (after if direction == "1" else before))


@settings(max_examples=examples(10), deadline=None)
@given(wanted=FILTERS)
def test_people_are_those_of_the_nights_that_fit(store: Store, known: list[Night], wanted: NightsPage) -> None:
    page = PeoplePage(**{**wanted.model_dump(), "sort": "person"})
    expected = Counter(night["subject"] for night in known if fits(night, wanted))
    found = people_page(store, page)["people"]
    assert {one["subject"]: one["n_nights"] for one in found} == dict(expected)
    open_flags = Counter(dict.fromkeys(expected, 0))
    for night in known:
        if fits(night, wanted):
            open_flags[night["subject"]] += night["open"]
    assert {one["subject"]: one["n_open"] for one in found} == dict(open_flags)


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_nights, "PAGE", 7)


def test_a_night_has_the_ticks_that_it_has_at_home(store: Store) -> None:
    page = nights_page(store, NightsPage())
    at_home = ticks_payload(store, DAYS[0], DAYS[-1])
    assert len(page["nights"]) == len(at_home) == 40
    assert sorted(page["ticks"], key=repr) == sorted(at_home, key=repr)


@pytest.mark.usefixtures("few_rows")
def test_pages_together_are_all_nights_once(store: Store, known: list[Night]) -> None:
    wanted = NightsPage(sort="jerks")
    found = [
        key
        for k in range(0, 42, 7)
        for key in keys(nights_page(store, wanted.model_copy(update={"offset": k}))["nights"])
    ]
    assert found == keys(in_order(known, wanted))


def test_an_unsorted_walk_over_a_date_that_no_one_has_begins_at_the_start(store: Store, known: list[Night]) -> None:
    walk = NightsWalk(subject="no one", night=date(2020, 1, 1))
    assert keys([next_night(page_of(store.path), walk)["night"]]) == keys(in_order(known, walk)[:1])
