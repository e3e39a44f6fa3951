"""The page that leads through a check of a sensor, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.analytics.review.browsing import faults, key_of, opened, page_of, ready, served

pytestmark = pytest.mark.once


def test_the_plan_runs_by_keyboard_and_names_the_command(tab: Tab, empty: Path) -> None:
    with served(page_of(empty)) as at:
        tab.clock.install(time=1_772_487_000)
        opened(tab, f"{at}/")
        tab.get_by_role("link", name="Check a sensor").focus()
        tab.keyboard.press("Enter")
        tab.wait_for_selector("h1:has-text('Check a sensor')")
        ready(tab)
        tab.wait_for_load_state("networkidle")
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.get_by_role("button", name="Start").focus()
        tab.keyboard.press("Enter")
        expect(tab.locator(".check-clock")).to_have_text("−2:05")
        command = tab.locator(".check-after code").inner_text()
        assert re.fullmatch(r"nightkick check FILE --kicks-at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", command)
        tab.clock.run_for(5_200)
        expect(tab.get_by_role("status").filter(has_text="Start the recording")).to_be_visible()
        tab.clock.run_for((120 + 300) * 1000)
        expect(tab.locator("[aria-current=step]")).to_contain_text("Kick 1,")
        expect(tab.locator(".check-now")).to_contain_text("Kick 1, strong")
        tab.get_by_role("button", name="Stop").click()
        expect(tab.get_by_role("button", name="Start again")).to_be_visible()
        assert {url for url in asked if not url.endswith("icon.svg")} == set()  # once shown it needs no server


def test_the_page_has_nothing_against_it_and_holds_both_plans(tab: Tab, empty: Path) -> None:
    with served(page_of(empty)) as at:
        opened(tab, f"{at}/check")
        expect(tab.locator(".check-kick")).to_have_count(10)
        assert faults(tab) == ""
        tab.get_by_role("link", name="I wear a sensor on each leg").click()
        expect(tab.locator(".check-kick")).to_have_count(20)


def test_no_other_choice_of_legs_is_answered(empty: Path) -> None:
    with served(page_of(empty)) as at, httpx.Client(base_url=at, cookies=key_of(at), timeout=60) as client:
        answer = client.get("/api/check-plan", params={"legs": "three"})
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "legs='three' is no choice of legs (one or both)"},
        )
