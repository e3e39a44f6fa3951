"""The page's JavaScript without a browser: its unit tests, and that the server sends what its types promise."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from analytics.pictures import night_rows
from analytics.review.words import for_page
from tests.analytics.review.browsing import key_of, page_of, served
from tests.analytics.review.conftest import NIGHT
from tests.paths import ROOT

pytestmark = pytest.mark.once

TYPES = ROOT / "analytics" / "review" / "static" / "types.d.ts"
#: Where in an answer the fields of an interface are. Of a list the first entry stands for all.
PLACES = {
    "NightsAnswer": ("/api/nights",),
    "NightRow": ("/api/nights", "nights"),
    "Person": ("/api/nights", "people"),
    "PersonAnswer": ("/api/nights", "answers"),
    "FlagCount": ("/api/nights", "people", "flags", "possible_plmd"),
    "Spread": ("/api/nights", "people", "plms_index"),
    "Sign": ("/api/nights", "people", "signs"),
    "Ticks": ("/api/ticks",),
    "StripAnswer": ("/api/strip",),
    "PeopleAnswer": ("/api/people",),
    "QueueNights": ("/api/queue/nights",),
    "QueueNight": ("/api/queue/nights", "nights"),
    "QueueFlag": ("/api/queue/nights", "nights", "flags"),
    "QueueNext": ("/api/queue/next",),
    "QueuePeople": ("/api/queue/people",),
    "QueuePerson": ("/api/queue/people", "people"),
    "OverNights": ("/api/over-nights",),
    "OverNight": ("/api/over-nights", "nights"),
    "RangesAnswer": ("/api/ranges",),
    "NightAnswer": ("/api/night",),
    "Night": ("/api/night", "night"),
    "Events": ("/api/night", "events"),
    "Flag": ("/api/night", "flags"),
    "Criterion": ("/api/night", "flags", "criteria"),
    "Envelope": ("/api/night", "envelopes"),
    "StillPicture": ("/api/night", "pictures", "intervals"),
    "LinkedPart": ("/api/night", "pictures", "intervals", "parts"),
    "Warmth": ("/api/night", "temperature"),
    "Sensor": ("/api/night", "sensors"),
    "Review": ("/api/night", "review"),
    "EditedAnswer": ("/api/night", "edited"),
    "Measures": ("/api/night", "review", "detected"),
    "WindowAnswer": ("/api/window",),
    "Trace": ("/api/window", "traces"),
    "JournalEntry": ("/api/night", "journal"),
    "JournalAnswer": ("/api/journal",),
    "JournalField": ("/api/journal", "fields"),
    "JournalDay": ("/api/journal", "days"),
    "JournalSave": ("/api/journal", "days", "history"),
    "JournalWeekDay": ("/api/journal", "week"),
    "JournalReading": ("/api/journal-reading",),
    "CheckPlan": ("/api/check-plan",),
    "CheckStep": ("/api/check-plan", "steps"),
    "Words": ("words",),
    "Group": ("words", "groups"),
    "LikelySleep": ("/api/night", "likely_sleep"),
    "Looks": ("looks",),
}


def test_unit_tests_of_the_page() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine: install it to test the page's JavaScript (Debian: nodejs)")
    files = sorted(str(path) for path in (ROOT / "tests" / "javascript").glob("*.test.js"))
    assert files
    found = subprocess.run([node, "--test", *files], capture_output=True, text=True, cwd=ROOT, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.fixture(scope="module")
def answers(samples: Path) -> Iterator[dict[str, Any]]:
    """What each address answers about a sample night, and the words that come with the page."""
    key = {"subject": "me", "night": NIGHT.isoformat()}
    page = page_of(samples / "x.duckdb")
    with served(page) as at, httpx.Client(base_url=at, cookies=key_of(at), timeout=60) as client:
        night = client.get("/api/night", params=key).json()
        onset = night["events"]["onset"][0]
        days = {"since": key["night"], "until": key["night"]}
        yield {
            "/api/nights": client.get("/api/nights").json(),
            "/api/strip": client.get("/api/strip").json(),
            "/api/people": client.get("/api/people").json(),
            "/api/queue/nights": client.get("/api/queue/nights").json(),
            "/api/queue/next": client.get("/api/queue/next", params=key).json(),
            "/api/queue/people": client.get("/api/queue/people").json(),
            "/api/ticks": client.get("/api/ticks", params=days).json(),
            "/api/over-nights": client.get("/api/over-nights", params={"subject": "me"}).json(),
            "/api/ranges": client.get(
                "/api/ranges", params={"subject": "me", "a_from": key["night"], "a_to": key["night"]}
            ).json(),
            "/api/night": night,
            "/api/window": client.get("/api/window", params={**key, "from": onset - 1000, "to": onset + 1000}).json(),
            "/api/check-plan": client.get("/api/check-plan").json(),
            "/api/journal": client.get("/api/journal", params={"subject": "me", "day": key["night"]}).json(),
            "/api/journal-reading": client.get(
                "/api/journal-reading", params={"kind": "got_up", "cell": "7 am"}
            ).json(),
            "words": for_page(),
            "looks": night_rows.for_page(),
        }


@pytest.mark.parametrize("interface", PLACES)
def test_the_server_sends_what_the_types_of_the_page_promise(interface: str, answers: dict[str, Any]) -> None:
    place: Any = answers
    for step in PLACES[interface]:
        place = _first(place[step])
    assert fields(interface) <= set(place), interface


def fields(interface: str) -> set[str]:
    """Names of an interface's fields, with those that it takes over from another."""
    text = TYPES.read_text(encoding="utf-8")
    found = re.search(rf"^export interface {interface}(?: extends (\w+))? {{\n(.*?)^}}", text, flags=re.M | re.S)
    assert found is not None, interface
    base, body = found.groups()
    return set(re.findall(r"^  (\w+)\??:", body, flags=re.M)) | (fields(base) if base else set())


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value
