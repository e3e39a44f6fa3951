"""Edits through the server: what is refused and how, that the answer is the night as edited, and undo and redo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from analytics.review.edits.answering import as_edited
from analytics.review.protection import TOKEN_HEADER
from analytics.said import Review
from analytics.store import Acted, Store, WantedEdit, query, take_back, write_edit, write_review
from tests.analytics.review.browsing import key_of, page_of, served
from tests.analytics.review.conftest import NIGHT
from tests.analytics.store.making import execute

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once

SUBJECT = "me"
KEY = {"subject": SUBJECT, "night": NIGHT.isoformat()}


@pytest.fixture
def store(database: Path) -> Store:
    return Store(database)


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    page = page_of(store.path)
    with served(page) as at, httpx.Client(
        base_url=at, headers={TOKEN_HEADER: page.token}, cookies=key_of(at), timeout=60
    ) as client:  # fmt: skip
        yield client


def get(client: httpx.Client) -> Any:
    return client.get("/api/edits", params=KEY).json()


def edit(client: httpx.Client, kind: str, **how: Any) -> Any:
    return client.post("/api/edits", json={**KEY, "kind": kind, **how})


def without_acts(answer: Any) -> Any:
    return {name: value for name, value in answer.items() if name not in ("act", "undo", "redo", "scores")}


def test_a_night_comes_with_its_edits_and_its_verdicts_can_be_asked_alone(client: httpx.Client) -> None:
    onset = get(client)["events"]["onset_us"][3]
    assert edit(client, "delete", onsets=[onset]).status_code == 200
    night = client.get("/api/night", params=KEY).json()
    assert night["edited"] == get(client)
    assert onset not in night["edited"]["events"]["onset_us"]
    assert night["review"] == client.get("/api/reviews", params=KEY).json()
    assert night["review"]["act"] == night["edited"]["act"]


@pytest.mark.slow
def test_edits_are_answered_with_the_night_and_undone_to_every_state_before(client: httpx.Client, store: Store) -> None:
    detected = query(store, "SELECT * FROM events"), query(store, "SELECT * FROM night")
    first = get(client)
    onsets = first["events"]["onset_us"]
    states = [first]
    for kind, how in (
        ("relabel", {"onsets": onsets[2:4], "name": "not_a_leg_movement"}),
        ("move", {"onsets": onsets[5:6], "from_us": onsets[5] + 400_000, "to_us": onsets[5] + 3_000_000}),
        ("join", {"onsets": onsets[7:9]}),
        ("delete", {"onsets": onsets[10:11]}),
        ("sleep_onset", {"from_us": first["night"]["sleep_onset_us"] + 1_800_000_000}),
    ):
        answer = edit(client, kind, **how)
        assert answer.status_code == 200, answer.text
        states.append(answer.json())
        assert states[-1]["act"] > states[-2]["act"]
        assert states[-1]["night"]["n_edits"] > states[-2]["night"]["n_edits"]
    assert len(states[-1]["events"]["onset_us"]) == len(onsets) - 4
    for wanted in states[-2::-1]:
        assert without_acts(client.post("/api/undo", json=KEY).json())["events"] == wanted["events"]
    last = client.post("/api/undo", json=KEY)
    assert (last.status_code, last.json()["error"].partition(";")[0][:7]) == (400, "nothing")
    for wanted in states[1:]:
        again = client.post("/api/redo", json=KEY).json()
        assert (again["events"], again["night"], again["flags"]) == (wanted["events"], wanted["night"], wanted["flags"])
    after = query(store, "SELECT * FROM events"), query(store, "SELECT * FROM night")
    assert all(old.equals(new) for old, new in zip(detected, after, strict=True))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "dance"}, "kind: "),
        ({"kind": "delete", "onsets": [1]}, "no movement with that onset"),
        ({"kind": "delete"}, "'onsets'"),
        ({"kind": "add", "from_us": "A+9", "to_us": "A+5", "leg": "left"}, "ends before it starts"),
        ({"kind": "add", "from_us": 1, "to_us": 2, "leg": "left"}, "outside the recording"),
        ({"kind": "add", "from_us": "A+5", "to_us": "A+9", "leg": "right"}, "was not recorded"),
        ({"kind": "add", "from_us": "A+5", "leg": "left"}, "needs 'to_us'"),
        ({"kind": "bout", "from_us": "A+5", "to_us": "A+9", "name": "nap"}, "one of sleep, wake"),
        ({"kind": "wake", "from_us": "A+5", "note": "x" * 10_000}, "note: "),
        ({"kind": "wake", "from_us": "A+5", "who": "me"}, "who: "),
        ({"kind": "wake", "from_us": "A+5", "night": "2001-01-01"}, "no night 2001-01-01"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_nothing_is_kept(
    client: httpx.Client, store: Store, said: dict[str, Any], words: str
) -> None:
    start_us = int(query(store, "SELECT epoch_us(sleep_onset_at) FROM nights WHERE night_date = ?", [NIGHT]).item())
    ready = {n: start_us + int(v[2:]) * 1_000_000 if str(v).startswith("A+") else v for n, v in said.items()}
    answer = client.post("/api/edits", json={**KEY, **ready})
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert query(store, "SELECT * FROM reviews").is_empty()


_SHOWN = """
SELECT movement_no, epoch_us(onset_at) AS onset_us, epoch_us(offset_at) AS offset_us, leg, label, sleep_state, p_sleep,
    imi_s, series_no, is_plm, 1e3 * peak_g AS peak_mg, origin
FROM events_reviewed WHERE night_date = ? ORDER BY movement_no
"""


@pytest.mark.parametrize("state", ["unreviewed", "confirmed", "edited", "of other rules", "not scored yet"])
def test_the_events_of_the_answer_are_those_of_the_view(store: Store, state: str) -> None:
    page = page_of(store.path)
    if state != "unreviewed":
        write_review(store, Review(SUBJECT, NIGHT, "confirm", "Ann", 1))
    if state in ("edited", "of other rules", "not scored yet"):
        onset_us = as_edited(page, SUBJECT, NIGHT)["events"]["onset_us"][3]
        write_edit(store, WantedEdit(SUBJECT, NIGHT, "delete", "Ann", 2, (onset_us,)))
    if state == "of other rules":
        execute(store, "UPDATE reviewed_night SET why_not = 'other rules'")
    if state == "not scored yet":
        execute(store, "UPDATE reviewed_night SET n_reviews = 1")
    shown = query(store, _SHOWN, [NIGHT])
    assert as_edited(page, SUBJECT, NIGHT)["events"] == shown.to_dict(as_series=False)
    assert shown.is_empty() == (state in ("of other rules", "not scored yet"))
    assert ("detected" in shown["origin"]) == (not shown.is_empty())


def test_edits_are_listed_newest_first_with_who_made_them_and_what_was_taken_back(store: Store) -> None:
    page = page_of(store.path)
    onsets = as_edited(page, SUBJECT, NIGHT)["events"]["onset_us"]
    write_edit(store, WantedEdit(SUBJECT, NIGHT, "delete", "Ann", 1_000_000, tuple(onsets[3:5]), note="cough"))
    write_edit(store, WantedEdit(SUBJECT, NIGHT, "relabel", "Jo", 2_000_000, (onsets[8],), name="hypnic_jerk"))
    take_back(store, Acted(SUBJECT, NIGHT, "Jo", 3_000_000))
    made = as_edited(page, SUBJECT, NIGHT)["edits"]
    assert made == [
        {
            "act_no": 2, "at": 2_000, "reviewer": "Jo", "note": None, "edit": "relabel", "name": "hypnic_jerk", "n": 1,
            "about": onsets[8] / 1000, "is_taken_back": True,
        },
        {
            "act_no": 1, "at": 1_000, "reviewer": "Ann", "note": "cough", "edit": "delete", "name": None, "n": 2,
            "about": onsets[3] / 1000, "is_taken_back": False,
        },
    ]  # fmt: skip


@pytest.mark.slow
def test_two_windows_with_contrary_edits_are_both_kept_and_the_later_holds(client: httpx.Client, store: Store) -> None:
    onset = get(client)["events"]["onset_us"][2]
    one = edit(client, "relabel", onsets=[onset], name="posture_change").json()
    other = edit(client, "relabel", onsets=[onset], name="hypnic_jerk").json()
    assert other["act"] == one["act"] + 1
    assert other["events"]["label"][2] == "hypnic_jerk"
    assert query(store, "SELECT name FROM reviews ORDER BY act_no")["name"].to_list() == [
        "posture_change",
        "hypnic_jerk",
    ]
    stale = client.post("/api/undo", json={**KEY, "act": one["act"]})
    assert stale.status_code == 400
    assert f"{other['act']} is" in stale.json()["error"]


@pytest.mark.slow
def test_a_series_dismissed_is_its_movements_dismissed_in_one_act(client: httpx.Client, store: Store) -> None:
    members = query(
        store,
        "SELECT movement_no FROM events WHERE subject = ? AND night_date = ? AND series_no = 1",
        [SUBJECT, NIGHT],
    )["movement_no"].to_list()
    answer = client.post("/api/reviews", json={**KEY, "verdict": "dismiss", "series": 1}).json()
    assert answer["movements"] == {str(number): "dismiss" for number in members}
    assert len(members) >= 4
    assert get(client)["night"]["n_dismissed"] == len(members)
    assert client.post("/api/undo", json=KEY).json()["night"]["n_dismissed"] == 0
    assert client.post("/api/reviews", json={**KEY, "verdict": "dismiss", "series": 99}).status_code == 400
