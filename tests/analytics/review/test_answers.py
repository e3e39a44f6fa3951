"""What the server answers, without a browser: who may ask, what is refused, and that reviews change no finding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from analytics.review.export import Filter, csv_of
from analytics.review.protection import TOKEN_HEADER
from analytics.review.static_files import static_address
from analytics.review.ways import is_here
from analytics.store import Store, query
from tests.analytics.review.browsing import key_of, page_of, served
from tests.flows.stored import EVENING, SUBJECT, build
from tests.paths import ROOT

KEY = {"subject": SUBJECT, "night": EVENING.isoformat()}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return build(tmp_path_factory.mktemp("answers") / "x.duckdb")


@pytest.fixture(scope="module")
def client(store: Store) -> Iterator[httpx.Client]:
    yield from _asking(store)


@pytest.fixture
def written(tmp_path: Path) -> Store:
    """For a test that changes something."""
    return build(tmp_path / "x.duckdb")


@pytest.fixture
def writer(written: Store) -> Iterator[httpx.Client]:
    yield from _asking(written)


def _asking(store: Store) -> Iterator[httpx.Client]:
    page = page_of(store.path)
    with served(page) as at:
        headers = {TOKEN_HEADER: page.token}
        with httpx.Client(base_url=at, headers=headers, cookies=key_of(at), timeout=60) as client:
            yield client


def _onset(client: httpx.Client) -> int:
    events = client.get("/api/night", params=KEY).json()["events"]
    return int(events["onset_us"][1])


def _post(client: httpx.Client, **said: Any) -> Any:
    return client.post("/api/reviews", json={**KEY, **said})


@pytest.mark.parametrize("host", ["example.org", "example.org:4711", "127.0.0.1.example.org", "[::1]:4711"])
def test_a_request_for_another_host_is_refused(client: httpx.Client, host: str) -> None:
    assert client.get("/api/nights", headers={"host": host}).status_code == 403


@pytest.mark.parametrize(
    ("hosts", "here"),
    [
        (["127.0.0.1:1"], True),
        (["127.0.0.1"], True),
        (["localhost:1"], False),
        (["127.0.0.1:x"], False),
        (["127.0.0.1:1", "127.0.0.1:1"], False),
        ([], False),
    ],
)
def test_only_one_name_of_this_machine_is_taken(hosts: list[str], *, here: bool) -> None:
    assert is_here(hosts) is here


@pytest.mark.parametrize(
    "headers",
    [
        {TOKEN_HEADER: "guessed"},
        {TOKEN_HEADER: ""},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"origin": "http://example.org"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:4712"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_review_from_elsewhere_is_refused_and_not_kept(
    client: httpx.Client, store: Store, headers: dict[str, str]
) -> None:
    answer = client.post(
        "/api/reviews",
        content=json.dumps({**KEY, "verdict": "confirm"}),
        headers={"content-type": "application/json", **headers},
    )
    assert answer.status_code == 403
    assert query(store, "SELECT * FROM reviews").is_empty()


def test_every_answer_forbids_what_comes_from_elsewhere(client: httpx.Client) -> None:
    for path in ("/", "/api/nights", "/static/app.js", "/nothing", "/export/nights.csv"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


#: All but what reviewers said.
FOUND = "SELECT * EXCLUDE (review, flags_as_reviewed, flags_to_review, is_reviewed) FROM nights"


def test_a_verdict_is_added_and_the_findings_stay(writer: httpx.Client, written: Store) -> None:
    before = query(written, "SELECT * FROM events"), query(written, FOUND)
    assert _post(writer, verdict="confirm").json()["night"] == "confirm"
    review = _post(writer, verdict="dismiss", onset=_onset(writer)).json()
    assert review["movements"] == {"2": "dismiss"}
    assert _post(writer, verdict="undo", onset=_onset(writer)).json()["movements"] == {}
    assert [entry["verdict"] for entry in review["log"]] == ["confirm", "dismiss"]
    assert query(written, "SELECT reviewer FROM reviews")["reviewer"].to_list() == ["Ann"] * 3
    after = query(written, "SELECT * FROM events"), query(written, FOUND)
    assert all(old.equals(new) for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"verdict": "splendid"},
        {"verdict": "confirm", "night": "yesterday"},
        {"verdict": "confirm", "night": "2020-01-01"},
        {"verdict": "confirm", "subject": None},
        {"verdict": "dismiss", "onset": 1},
        {"verdict": "dismiss", "onset": "soon"},
        {"verdict": "dismiss", "onset": 1e300},
        {"verdict": "dismiss", "onset": True},
        {"verdict": "exclude"},
        {"verdict": "exclude", "start": 2, "end": 1},
        {"verdict": "exclude", "start": -1e15, "end": 1e15},
        {"verdict": "note", "note": " "},
        {"verdict": "note", "note": 7},
        {"verdict": "note", "note": "x" * 30_000},
        {"verdict": "note", "note": "\ud800"},
    ],
)
def test_a_review_that_makes_no_sense_is_refused_in_a_sentence(
    client: httpx.Client, store: Store, said: dict[str, Any]
) -> None:
    answer = client.post(
        "/api/reviews", content=json.dumps({**KEY, **said}), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert query(store, "SELECT * FROM reviews").is_empty()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'"' + b"x" * 300_000 + b'"'])
def test_a_body_that_is_no_review_is_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/api/reviews", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/night",
        "/api/night?night=2026-03-02&subject=nobody",
        "/api/night?night=x",
        "/api/ticks",
        "/api/window?subject=x&night=2026-03-02&from=1&to=nan",
        "/api/window?subject=x&night=2026-03-02&from=2&to=1",
        "/api/window?subject=x&night=2026-03-02&from=0&to=99999999999",
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/night/", "/api"])
def test_nothing_but_the_page_can_be_had(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nix", "/night/nix", "/night/2026-02-30", "/journal/nix", "/<script>"])
def test_an_address_without_a_page_is_a_page_with_a_way_home_in_a_browser_and_json_elsewhere(
    client: httpx.Client, path: str
) -> None:
    shown = client.get(path, headers=BROWSER)
    assert shown.status_code == 404
    assert shown.headers["content-type"].startswith("text/html")
    assert "There is no such page" in shown.text
    assert '<a href="/">All nights</a>' in shown.text
    assert "<script>" not in shown.text
    data = client.get(path)
    assert (data.status_code, data.json()) == (404, {"error": f"nightkick has nothing at {path}"})


def test_what_asks_for_data_gets_json_whatever_it_accepts(client: httpx.Client) -> None:
    assert client.get("/api/nix", headers=BROWSER).json()["error"]


def test_a_way_of_asking_that_an_address_does_not_take_is_said_in_a_page(client: httpx.Client) -> None:
    answer = client.post("/", json={}, headers=BROWSER)
    assert answer.status_code == 405
    assert "<h1>This cannot be done here</h1>" in answer.text
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_what_cannot_be_exported_now_is_a_page_in_a_browser(writer: httpx.Client, written: Store) -> None:
    written.path.unlink()
    answer = writer.get("/export/nights.csv", headers=BROWSER)
    assert answer.status_code == 500
    assert "no database here yet" in answer.text
    assert '<a href="/">All nights</a>' in answer.text


@pytest.mark.parametrize(("headers", "kind"), [(BROWSER, "text/html"), ({}, "application/json")])
def test_a_defect_is_said_without_its_details(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], kind: str
) -> None:
    def fails() -> str:
        raise RuntimeError("secret details")

    monkeypatch.setattr("analytics.review.app.screen_sheet", fails)
    answer = client.get("/looks.css", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith(kind)
    assert "a defect of nightkick" in answer.text
    assert "secret details" not in answer.text


def test_a_database_that_vanished_is_said(writer: httpx.Client, written: Store) -> None:
    written.path.unlink()
    answer = writer.get("/api/nights")
    assert answer.status_code == 500
    assert "no database here yet" in answer.json()["error"]


def test_the_names_in_the_shell_are_escaped(store: Store) -> None:
    hostile = "<script>alert(1)</script>\"'"
    with served(page_of(store.path, reviewer=hostile)) as at:
        shell = httpx.get(at, cookies=key_of(at))
        assert shell.status_code == 200
        assert "<script>alert" not in shell.text


def test_the_samples_of_a_night_may_be_gone(client: httpx.Client) -> None:
    at = _onset(client) // 1000
    answer = client.get("/api/window", params={**KEY, "from": at - 1000, "to": at + 1000}).json()
    assert answer["traces"] == []
    assert "missing" in answer["lost"][0]


def test_exported_text_starts_no_formula(store: Store) -> None:
    nights = "".join(csv_of(store, "nights", Filter())).splitlines()
    assert nights[0].startswith("subject,night_date")
    assert len("".join(csv_of(store, "movements", Filter(flagged=True))).splitlines()) > 1
    assert "".join(csv_of(store, "movements", Filter(subject="stranger"))).count("\n") == 1


def test_home_tells_the_threshold_that_was_stored(client: httpx.Client) -> None:
    home = client.get("/api/nights").json()
    assert {night["threshold"] for night in home["nights"]} == {15.0}
    ticks = client.get("/api/ticks", params={"since": EVENING.isoformat(), "until": date.max.isoformat()}).json()
    assert {tick["subject"] for tick in ticks} == {SUBJECT}


def test_scripts_are_kept_under_an_address_of_their_content_and_nothing_else_is(client: httpx.Client) -> None:
    address = static_address()
    shell = client.get("/")
    assert f'src="{address}/app.js"' in shell.text
    kept = client.get(f"{address}/app.js")
    assert kept.text == client.get("/static/app.js").text
    assert kept.headers["cache-control"] == "private, max-age=31536000, immutable"
    for path in ("/", "/api/nights", "/static/app.js", f"{address}/nothing.js", f"{address}/../../app.py"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_home_tells_a_verdict_at_once(writer: httpx.Client) -> None:
    def told(path: str) -> object:
        return {night["night_date"]: night["review"] for night in writer.get(path).json()["nights"]}[KEY["night"]]

    paths = ("/api/nights", "/api/strip", "/api/nights", "/api/strip")
    assert [told(path) for path in paths] == [None] * 4
    assert _post(writer, verdict="unsure").json()["night"] == "unsure"
    assert [told(path) for path in paths] == ["unsure"] * 4


def test_the_page_asks_for_all_of_its_scripts_at_once(client: httpx.Client) -> None:
    shell = client.get("/").text
    scripts = sorted(file.name for file in (ROOT / "analytics" / "review" / "static").glob("*.js"))
    asked = re.findall(r'<link rel="modulepreload" href="(/static/\w+)/([\w.]+)">', shell)
    assert sorted(name for _, name in asked) == scripts
    assert {folder for folder, _ in asked} == {static_address()}
