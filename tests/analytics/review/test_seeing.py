"""Seeing more of a night, in a real browser: jerks first, intervals that lead to movements, hours as rows, warmth."""

from __future__ import annotations

import re
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
from analytics.store import Store, query, save_nights
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


def test_a_bin_and_an_hour_list_their_movements_by_mouse_and_by_key_and_the_chip_undoes_it(
    address: str, tab: Tab
) -> None:
    opened(tab, address + AT)
    listed = tab.locator(".movement-list")
    every = listed.get_attribute("data-listed")
    assert every is not None
    intervals = tab.get_by_role("toolbar", name="Intervals")
    column = max(intervals.get_by_role("button").all(), key=lambda one: _count(one.get_attribute("aria-label")))
    says = column.get_attribute("aria-label")
    column.click()
    expect(column).to_have_attribute("aria-pressed", "true")
    expect(listed).to_have_attribute("data-listed", str(_count(says)))
    assert _count(says) < int(every)
    tab.keyboard.press("j")
    expect(tab.locator(".facts")).to_contain_text("after the last")
    expect(tab.locator(CHOSEN)).to_have_count(1)
    tab.get_by_role("button", name="Show all movements again").click()
    expect(column).to_have_attribute("aria-pressed", "false")
    expect(listed).to_have_attribute("data-listed", every)
    hours = tab.get_by_role("toolbar", name="Clock hours").get_by_role("button")
    hours.first.focus()
    tab.keyboard.press("ArrowRight")
    expect(hours.nth(1)).to_be_focused()
    tab.keyboard.press("Enter")
    expect(listed).to_have_attribute("data-listed", str(_count(hours.nth(1).get_attribute("aria-label"))))
    tab.keyboard.press("Escape")
    expect(listed).to_have_attribute("data-listed", every)


#: Whether the chosen row lies in view in its list, when all that came into view is drawn.
IN_VIEW = """async () => {
  document.querySelector(".movement-list").scrollIntoView({ block: "center" });
  await new Promise((drawn) => setTimeout(drawn, 400));
  const list = document.querySelector(".movement-list").getBoundingClientRect();
  const row = document.querySelector(".movement-list [data-chosen]").getBoundingClientRect();
  return row.top >= list.top - 1 && row.bottom <= list.bottom + 1;
}"""


def test_the_chosen_movement_stays_in_view_in_the_list_when_its_rows_are_drawn(address: str, tab: Tab) -> None:
    opened(tab, address + AT)
    listed = int(tab.locator(".movement-list").get_attribute("data-listed") or "")
    assert listed > 40
    for key, times in (("j", 30), ("k", 10)):
        for _ in range(times):
            tab.keyboard.press(key)
        assert tab.evaluate(IN_VIEW)


def _count(says: str | None) -> int:
    """Of a button that ends with "12 movements"."""
    return int((says or "").rsplit(": ", 1)[1].split(" ")[0])


@pytest.mark.slow
def test_hours_as_rows_are_drawn_when_they_come_into_view(address: str, tab: Tab) -> None:
    opened(tab, address + AT)
    rows = tab.locator(".hour-row")
    expect(rows).to_have_count(0)
    tab.keyboard.press("v")
    expect(tab.get_by_role("button", name="Hours as rows")).to_have_attribute("aria-pressed", "true")
    expect(rows.first.locator("text").first).to_have_text("21:00")  # the hour of the clock in which recording began
    expect(tab.locator(".hour-row:not([data-drawn])").last).to_be_attached()
    rows.last.scroll_into_view_if_needed()
    expect(tab.locator(".hour-row[data-drawn]").last.locator("path.envelope")).to_be_attached()
    busy = rows.last
    expect(busy).to_have_attribute("data-drawn", re.compile("^[1-9]"))
    mark = busy.locator("rect.fill-periodic, rect.fill-single, rect.fill-other").last
    place = mark.bounding_box()
    assert place
    tab.mouse.click(place["x"] + 1, place["y"] + 1)
    expect(busy.locator(".marker")).to_be_attached()
    tab.keyboard.press("v")
    expect(rows).to_have_count(0)


@pytest.mark.slow
def test_an_hour_is_seen_from_near_and_a_window_that_fails_leaves_the_picture_and_says_so(
    address: str, tab: Tab
) -> None:
    opened(tab, address + AT)
    tab.wait_for_selector('.inspector[data-shown$="/120"]')
    tab.keyboard.press("z")
    tab.keyboard.press("z")
    tab.wait_for_selector('.inspector[data-shown$="/3600"]')
    expect(tab.locator(".inspector .trace").first).to_be_attached()
    expect(tab.locator(".inspector .threshold")).to_be_attached()
    expect(tab.locator(".inspector .raw")).to_have_count(3)
    tab.evaluate(
        """window.kept = fetch;
        window.fetch = (url, how) =>
            String(url).startsWith("/api/window") ? Promise.reject(new TypeError("gone")) : kept(url, how)"""
    )
    tab.keyboard.press("j")
    tab.wait_for_selector(".inspector[data-failed]")
    failure = tab.locator(".near-failure")
    expect(failure).to_contain_text("could not be fetched")
    expect(failure).to_contain_text("What is drawn below is still the movement at")
    expect(tab.locator(".inspector .trace").first).to_be_attached()
    tab.evaluate("window.fetch = window.kept")
    failure.get_by_role("button", name="Try again").click()
    tab.wait_for_selector('.inspector[data-shown$="/3600"]')
    expect(failure).to_be_empty()


@pytest.mark.slow
def test_temperature_of_the_sensor_is_a_lane_and_a_table(address: str, tab: Tab, database: Path) -> None:
    found = query(
        Store(database), "SELECT min(celsius), max(celsius), count(*) FROM temperature WHERE night_date = ?", (NIGHT,)
    ).row(0)
    assert found[2] > 100
    opened(tab, address + AT)
    card = tab.get_by_role("region", name="The night")
    assert len(card.locator("path.warmth").get_attribute("d") or "") > 1000
    expect(card.get_by_role("img").first).to_contain_text("°C")
    row = card.get_by_role("table", name="Measured by minute").get_by_role("row").last
    expect(row).to_contain_text("temperature of the sensor (left), °C")
    expect(row).to_contain_text(f"{found[0]:.1f}")
    expect(row).to_contain_text(f"{found[1]:.1f}")
