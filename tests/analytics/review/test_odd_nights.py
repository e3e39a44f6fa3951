"""Nights that no sleeper of the samples had: nothing found, 14 hours with 5,000 movements, a clock set forward."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from analytics.store import Store, query
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from ingest.clock import microseconds
from ingest.writers.axivity import write_cwa
from tests.analytics.review.browsing import opened, page_of, ready, served
from tests.analytics.signals import add_kick, still

RATE_HZ = 12.5
ZONE = "Europe/Berlin"
#: Of the night in which 02:00 becomes 03:00.
BUSY = "/night/2026-03-28?" + urlencode({"subject": "busy"})
STILL = "/night/2026-03-02?" + urlencode({"subject": "still"})


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of both nights."""
    folder = tmp_path_factory.mktemp("odd")
    database = folder / "odd.duckdb"
    at_s, xyz = still(14 * 3600, rate_hz=RATE_HZ)
    for onset_s in np.arange(60.0, 14 * 3600 - 60, 10.0):
        add_kick(at_s, xyz, float(onset_s), long_s=1.0)
    nights = {"busy": (datetime(2026, 3, 28, 19, tzinfo=UTC), at_s, xyz)}
    nights["still"] = (datetime(2026, 3, 2, 22, tzinfo=UTC), *still(600, rate_hz=RATE_HZ))
    for name, (clock, seconds, g) in nights.items():  # what the sensor's clock shows at the wearer's
        file = folder / f"{name}.cwa"
        write_cwa(file, microseconds(clock) + np.rint(seconds * 1e6).astype(np.int64), g, rate_hz=RATE_HZ, serial=1)
        import_run([file], open_context(Wishes(subject=name, site="ankle", side="left", tz=ZONE), database=database))
    return database


@pytest.fixture(scope="module")
def at(odd: Path) -> Iterator[str]:
    """The page of these nights. It outlives the tabs, which ask ahead for the nights beside the one they show."""
    with served(page_of(odd)) as address:
        yield address


def test_a_night_without_movements_answers_every_key_and_claims_nothing(at: str, odd: Path, tab: Tab) -> None:
    opened(tab, at + STILL)
    expect(tab.get_by_text("No movement was found in this night.")).to_be_visible()
    expect(tab.get_by_text("possible PLMD: cannot tell")).to_be_visible()
    assert "possible PLMD: not flagged" not in tab.locator("main").inner_text()
    for key in ("j", "k", "z", "+", "-", "0", "w", "d"):
        tab.keyboard.press(key)
    expect(tab.locator("#status")).to_contain_text("There is no movement to judge.")
    tab.keyboard.press("e")
    tab.keyboard.type("cxu")
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("form", name="Span to exclude")).to_be_hidden()
    ready(tab)
    assert query(Store(odd), "FROM reviews").is_empty()


def test_five_thousand_movements_are_walked_through_and_drawn(at: str, odd: Path, tab: Tab) -> None:
    assert query(Store(odd), "SELECT count(*) FROM events WHERE subject = 'busy'").item() > 5_000
    opened(tab, at + BUSY)
    shown = tab.locator(".inspect")
    first = shown.inner_text()
    for _ in range(5):
        tab.keyboard.press("j")
    expect(shown).not_to_have_text(first)
    tab.keyboard.press("+")
    ready(tab)


def test_an_hour_that_the_clock_left_out_is_not_shown(at: str, tab: Tab) -> None:
    opened(tab, at + BUSY)
    hours = tab.get_by_role("table", name="Movements per clock hour").locator("th[scope=row]").all_text_contents()
    assert [hour[:2] for hour in hours] == [f"{hour:02}" for hour in (19, 20, 21, 22, 23, 0, 1, 3, 4, 5, 6, 7, 8, 9)]


def test_an_answer_that_cannot_be_drawn_is_an_error_and_no_night_without_movements(at: str, tab: Tab) -> None:
    """As of a program that was replaced while its page was open."""

    def without_changes(route: Route) -> None:
        answer = route.fetch()
        nights = [{name: night[name] for name in night if name != "changes"} for night in answer.json()["nights"]]
        route.fulfill(response=answer, json=answer.json() | {"nights": nights})

    opened(tab, at + STILL)
    tab.route("**/api/strip*", without_changes)
    tab.goto(at + BUSY)
    expect(tab.get_by_role("alert").filter(has_text="This cannot be shown now")).to_be_visible()
    assert "No movement was found" not in tab.locator("main").inner_text()
    tab.unroute_all(behavior="ignoreErrors")
