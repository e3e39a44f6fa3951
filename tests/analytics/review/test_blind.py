"""Blind: no answer of the page differs by what other reviewers did."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from analytics.review import create_app
from analytics.review.protection import TOKEN_HEADER, Protected
from analytics.said import Review
from analytics.store import Store, WantedEdit, frames, query, write_edit, write_reviews
from tests.analytics.review.browsing import key_of, page_of, served
from tests.analytics.review.conftest import NIGHT as EVENING

SUBJECT = "me"
NIGHT = {"subject": SUBJECT, "night": EVENING.isoformat()}
BOB, NOTE = "Bob-the-other", "a note of another hand"
#: By the path of a route, what is asked of it.
ASKED: dict[str, list[dict[str, Any]]] = {
    "/": [{}],
    "/night/{night_date}": [{"subject": SUBJECT}],
    "/check": [{}],
    "/journal": [{}],
    "/journal/{day}": [{}],
    "/api/nights": [{}, {"subject": SUBJECT}],
    "/api/people": [{}],
    "/api/strip": [{"subject": SUBJECT}],
    "/api/queue/nights": [{}, {"verdict": "dismiss"}, {"q": NOTE}, {"reviewer": BOB}, {"reviewer": ""}],
    "/api/queue/counts": [{}, {"reviewer": BOB}],
    "/api/queue/next": [NIGHT, {**NIGHT, "verdict": "to_review"}],
    "/api/queue/people": [{}],
    "/api/ticks": [{"since": "2020-01-01", "until": "2030-01-01"}],
    "/api/over-nights": [{"subject": SUBJECT}],
    "/api/ranges": [{"subject": SUBJECT, "a_from": "2026-03-01", "a_to": "2026-03-09"}],
    "/api/night": [NIGHT],
    "/api/window": [{**NIGHT, "from": "1772492400000", "to": "1772492460000"}],
    "/api/check-plan": [{}],
    "/api/edits": [NIGHT],
    "/api/reviews": [NIGHT],
    "/api/journal": [{"subject": SUBJECT, "day": EVENING.isoformat()}],
    "/api/journal-week": [{"subject": SUBJECT}],
    "/api/journal-reading": [{"kind": "caffeine_mg", "cell": "1"}],
    "/export/nights.csv": [{}, {"flagged": ""}, {"unreviewed": ""}],
    "/export/movements.csv": [{}, {"flagged": ""}],
    "/export/queue.csv": [{"of": "nights"}, {"of": "movements"}, {"of": "nights", "verdict": "dismiss"}],
    "/looks.css": [{}],
}
ADDRESSES = [
    path.replace("{night_date}", EVENING.isoformat()).replace("{day}", EVENING.isoformat()) + "?" + urlencode(wanted)
    for path, all_wanted in ASKED.items()
    for wanted in all_wanted
]


@contextmanager
def _asking(path: Path, *, blind: bool) -> Iterator[httpx.Client]:
    page = page_of(path)
    if blind:
        page = replace(page, store=replace(page.store, only_reviewer="Ann"))
    page = replace(page, token="the same for both")
    with served(page) as at:
        headers = {TOKEN_HEADER: page.token}
        with httpx.Client(base_url=at, headers=headers, cookies=key_of(at), timeout=60) as client:
            yield client


def _database(samples: Path, folder: Path, *, others: bool, own: bool) -> Path:
    """The sample nights, with a verdict of Ann, and after it one of each kind of word and edit of Bob."""
    shutil.copytree(samples, folder / "db")
    store = Store(folder / "db" / "x.duckdb")
    onsets = _onsets(store)
    if own:
        write_reviews(store, [Review(SUBJECT, EVENING, "confirm", "Ann", 1, note="my own note")])
    if others:
        for review in (
            Review(SUBJECT, EVENING, "dismiss", BOB, 2, note=NOTE),
            Review(SUBJECT, EVENING, "note", BOB, 3, note=NOTE),
            Review(SUBJECT, EVENING, "dismiss", BOB, 4, onset_us=onsets[0]),
            Review(SUBJECT, EVENING, "exclude", BOB, 5, start_us=onsets[1] - 1, end_us=onsets[1] + 60_000_000),
        ):
            write_reviews(store, [review])
        write_edit(store, WantedEdit(SUBJECT, EVENING, "delete", BOB, 6, (onsets[2],)))
    return store.path


def _onsets(store: Store) -> list[int]:
    statement = "SELECT epoch_us(onset_at) AS us FROM events WHERE subject = ? AND night_date = ? ORDER BY onset_at"
    (found,) = frames(store, (statement, (SUBJECT, EVENING)))
    return [*found["us"]][::5]


@pytest.fixture(
    scope="module",
    params=[False, pytest.param(True, marks=pytest.mark.slow)],
    ids=["without own reviews", "with an own verdict"],
)
def both(
    request: pytest.FixtureRequest, samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, ...]]:
    """The page of all reviews, blind, and that of a database in which no other reviewer ever was."""
    mixed = _database(samples, tmp_path_factory.mktemp("mixed"), others=True, own=request.param)
    alone = _database(samples, tmp_path_factory.mktemp("alone"), others=False, own=request.param)
    with _asking(mixed, blind=True) as blind, _asking(alone, blind=False) as undisturbed:
        yield blind, undisturbed


def _in_order(answer: Any) -> Any:
    """The ticks of nights by label come in no order."""
    if isinstance(answer, dict):
        return {name: _in_order(value) for name, value in answer.items()}
    is_ticks = isinstance(answer, list) and all(isinstance(one, dict) and "at_s" in one for one in answer)
    return sorted(answer, key=repr) if is_ticks else answer


@pytest.mark.once
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_as_if_no_other_reviewer_had_been_there(both: tuple[httpx.Client, ...], address: str) -> None:
    blind, undisturbed = (client.get(address) for client in both)
    assert blind.status_code == undisturbed.status_code
    for private in (BOB, NOTE):
        assert private not in blind.text
    said = blind.text.replace(" · blind: others' reviews are not shown", "")
    if "json" in blind.headers["content-type"]:
        assert _in_order(json.loads(said)) == _in_order(undisturbed.json())
    else:
        assert said == undisturbed.text


def test_the_others_reviews_do_change_the_answers_of_a_page_that_is_not_blind(samples: Path, tmp_path: Path) -> None:
    mixed = _database(samples, tmp_path, others=True, own=True)
    with _asking(mixed, blind=False) as seeing:
        for address in ("/api/queue/nights", "/api/night?" + urlencode(NIGHT)):
            assert BOB in seeing.get(address).text
        assert NOTE in seeing.get("/api/night?" + urlencode(NIGHT)).text
    with _asking(mixed, blind=True) as blind:
        assert BOB not in blind.get("/api/queue/nights").text  # whatever the same process remembers of a moment ago
        assert "blind: others' reviews are not shown" in blind.get("/").text


def test_every_address_that_is_read_is_tried_here(tmp_path: Path) -> None:
    app = create_app(page_of(tmp_path / "x.duckdb"))
    assert isinstance(app, Protected)
    inner = app._app
    assert isinstance(inner, Starlette)
    read = {route.path for route in inner.routes if isinstance(route, Route) and "GET" in (route.methods or ())}
    assert read == set(ASKED)


def test_an_own_edit_beside_others_is_kept_and_gets_no_mixed_number(samples: Path, tmp_path: Path) -> None:
    mixed = _database(samples, tmp_path, others=True, own=False)
    with _asking(mixed, blind=True) as blind:
        said = {**NIGHT, "verdict": "dismiss", "onset": _onsets(Store(mixed))[3]}
        assert blind.post("/api/reviews", json=said).status_code == 200
        night = blind.get("/api/edits", params=NIGHT).json()["night"]
        assert night["plms_index"] is None
        assert night["why_not"].startswith("blind: others have reviewed this night too")
        assert BOB not in blind.get("/api/night", params=NIGHT).text
    assert query(Store(mixed), "SELECT count(DISTINCT reviewer) AS n FROM reviews")["n"].to_list() == [2]
