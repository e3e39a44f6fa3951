"""Seeing more of a night, in a real browser: jerks first, intervals that lead to movements, hours as rows, warmth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from analytics.flag import Flag, FlagName
from analytics.model import Night
from analytics.store import save_nights
from tests.analytics.review.browsing import opened, page_of, served
from tests.analytics.review.conftest import NIGHT
from tests.flows import stored

pytestmark = pytest.mark.once

AT = f"/night/{NIGHT}?subject=me"
JERKY = f"/night/{stored.EVENING}?" + urlencode({"subject": stored.SUBJECT})
CHOSEN = "[data-chosen] .list-time"


def jerky(night: Night, *raised: FlagName) -> Night:
    """The third and the fourth of its movements are jerks, and so are its flags."""
    (score,) = night.scores
    events = tuple(replace(e, label="hypnic_jerk") if e.movement_no > 2 else e for e in score.events)
    flags = tuple(Flag(name, raised=name in raised, criteria=(), reason="many") for name in get_args(FlagName))
    return replace(night, scores=(replace(score, events=events, flags=flags),))


@pytest.fixture
def jerks_alone(tmp_path: Path) -> Iterator[str]:
    """The page of a night that is flagged for jerks."""
    store = stored.build(tmp_path / "nights.duckdb")
    save_nights(store, [jerky(stored.periodic_night(), "frequent_hypnic_jerks")])
    with served(page_of(store.path)) as address:
        yield address


def shown(tab: Tab, no: int) -> None:
    """Wait until the movement with a number is drawn from near."""
    expect(tab.locator(f'.inspector[data-shown^="{no}/"]')).to_be_attached()


def test_a_night_flagged_for_jerks_opens_on_its_first_jerk_and_leads_to_the_next(jerks_alone: str, tab: Tab) -> None:
    opened(tab, jerks_alone + JERKY)
    shown(tab, 3)
    expect(tab.locator(".facts")).to_contain_text("3 of 4")
    tab.keyboard.press("l")
    shown(tab, 4)
    tab.keyboard.press("l")
    expect(tab.locator("#status")).to_contain_text("This is the last one here: hypnic jerk.")
    tab.keyboard.press("Shift+l")
    shown(tab, 3)
    legend = tab.get_by_role("group", name="Movements shown")
    legend.get_by_role("button", name="Next: periodic").click()
    shown(tab, 1)
    expect(tab.locator("#status")).to_contain_text("Back at the first: periodic.")
    toggle = legend.get_by_role("button", name="hypnic jerk 2")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "false")
    expect(legend.get_by_role("button", name="Next: hypnic jerk")).to_be_disabled()
    expect(tab.locator(".movement-list [data-i]")).to_have_count(2)
