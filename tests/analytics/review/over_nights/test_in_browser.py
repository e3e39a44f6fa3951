"""Over nights on the home of one person, in a real browser: drawn, chosen by drag, by keys and by dates, and read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from analytics.said import JournalEntry
from analytics.store import Store, write_journal
from tests.analytics.review.browsing import faults, opened, page_of, served
from tests.analytics.review.over_nights.person import LOST, WHO, day, fill

pytestmark = pytest.mark.once
LAST = day(41).isoformat()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = tmp_path_factory.mktemp("over") / "n.duckdb"
    store = fill(database)
    write_journal(store, [JournalEntry(WHO, day(20), "change", text="<b>tea</b>")])
    with served(page_of(database)) as at:
        yield f"{at}/?subject={WHO}"


def _told(tab: Tab, *days: str) -> None:
    tab.wait_for_selector(f'.ranges[data-told="{" ".join(days)}"]')


def test_every_lane_is_drawn_with_a_table_behind_it_changes_stand_between_nights_and_axe_finds_nothing(
    home: str, tab: Tab
) -> None:
    opened(tab, home)
    _told(tab, day(0).isoformat(), LAST)
    expect(tab.locator(".over-plot .over-bar")).to_have_count(40)
    expect(tab.locator(".over-plot .over-dot")).to_have_count(41)
    expect(tab.locator(".over-plot .doubted")).to_have_count(1)
    expect(tab.locator(".over-plot .over-unknown")).to_have_count(2)
    expect(tab.locator(".over-change")).to_have_count(3)
    expect(tab.locator(".over-nights .head")).to_contain_text("41 nights · 1 not assessable, left out")
    expect(tab.locator(".over-nights table tbody tr")).to_have_count(41)
    expect(tab.locator(".over-words").nth(1)).to_have_text("◆ <b>tea</b>")
    expect(tab.locator(".over-advice")).to_contain_text("caffeine at 14:00 or later")
    expect(tab.locator(".calendar-lost")).to_have_count(1)
    expect(tab.locator(".calendar td a")).to_have_count(41)
    assert not tab.locator(f'.calendar a[href*="{day(LOST)}"]').count()
    lines = tab.locator(".night-change")
    expect(lines).to_have_count(3)
    expect(lines.nth(1)).to_have_text("◆ <b>tea</b>, from 30\u00a0Mar\u00a02026 on")
    above = tab.locator(f'.nights li:has(a[href*="{day(20)}"])')  # also where a filter hides that night
    expect(above.locator(".night-change")).to_have_count(1)
    assert faults(tab) == ""


def test_a_range_is_dragged_and_another_with_shift_and_the_sentence_counts_the_changes(home: str, tab: Tab) -> None:
    opened(tab, home)
    tab.locator(".over-plot svg").wait_for()
    plot = tab.locator(".over-plot").bounding_box()
    bars = tab.locator(".over-plot .over-bar")
    assert plot

    def middle(n: int) -> float:
        box = bars.nth(n).bounding_box()
        assert box
        return box["x"] + box["width"] / 2

    for first, last, shift in ((0, 12, False), (27, 39, True)):
        start, end = middle(first), middle(last)
        tab.mouse.move(start, plot["y"] + 60)
        if shift:
            tab.keyboard.down("Shift")
        tab.mouse.down()
        tab.mouse.move(end, plot["y"] + 60, steps=3)
        tab.mouse.up()
    tab.keyboard.up("Shift")
    tab.wait_for_selector(".ranges[data-told] .range-says")
    expect(tab.locator("fieldset.range-dates")).to_have_count(2)
    expect(tab.get_by_label("Range A from")).to_have_value(day(0).isoformat())
    expect(tab.get_by_label("Range B to")).to_have_value(LAST)
    expect(tab.locator(".range-says")).to_contain_text("There were fewer jerks in B")
    expect(tab.locator(".range-says")).to_contain_text(
        "between A and B (no coffee after noon, from 24\u00a0Mar\u00a02026"
    )


@pytest.mark.slow
def test_grips_move_by_keys_and_the_page_stays(home: str, tab: Tab) -> None:
    opened(tab, home)
    _told(tab, day(0).isoformat(), LAST)
    grip = tab.get_by_role("slider", name="Range A ends")
    grip.focus()
    tab.keyboard.press("PageDown")
    tab.keyboard.press("ArrowLeft")
    _told(tab, day(0).isoformat(), day(33).isoformat())
    expect(grip).to_be_focused()
    expect(grip).to_have_attribute("aria-valuetext", day(33).isoformat())
    tab.keyboard.press("Home")
    _told(tab, day(0).isoformat(), day(0).isoformat())
    expect(tab.locator(".range-dots")).to_have_count(2)
    expect(tab.locator(".range-found")).to_contain_text("too few nights (1)")
    tab.keyboard.press("Escape")
    _told(tab, day(0).isoformat(), LAST)
    assert WHO in tab.url


@pytest.mark.slow
def test_dates_are_edited_and_one_beyond_the_nights_changes_nothing(home: str, tab: Tab) -> None:
    opened(tab, home)
    _told(tab, day(0).isoformat(), LAST)
    tab.get_by_label("Range A to").fill(day(13).isoformat())
    _told(tab, day(0).isoformat(), day(13).isoformat())
    tab.get_by_role("button", name="Compare with a second range").click()
    _told(tab, day(0).isoformat(), day(13).isoformat(), day(14).isoformat(), LAST)
    expect(tab.locator(".range-table thead th")).to_have_count(4)
    tab.get_by_label("Range A from").fill("2020-01-01")
    expect(tab.get_by_label("Range A from")).to_have_value(day(0).isoformat())
    tab.get_by_role("button", name="Only one range").click()
    _told(tab, day(0).isoformat(), day(13).isoformat())


@pytest.mark.first_case
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_scrolls_sideways_and_axe_finds_nothing(browser: Browser, home: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    tab = opened(context.new_page(), home)
    _told(tab, day(0).isoformat(), LAST)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = faults(tab)
    context.close()
    assert found == ""


def test_on_a_phone_the_names_of_rows_and_of_changes_are_whole_and_inside_the_picture(
    browser: Browser, home: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = opened(context.new_page(), home)
    _told(tab, day(0).isoformat(), LAST)
    names = tab.locator(".over-plot text:has(title)")
    for name in names.all():
        assert name.evaluate("one => one.lastChild.textContent === one.querySelector('title').textContent")
    outside = tab.evaluate(
        """[...document.querySelectorAll(".over-plot text")].filter((one) =>
            one.getBoundingClientRect().right > one.closest("svg").getBoundingClientRect().right + 1)
            .map((one) => one.textContent)"""
    )
    assert (names.count() > 1, outside) == (True, [])
    context.close()


@pytest.mark.slow
def test_of_several_people_together_there_is_no_such_picture(tmp_path: Path, tab: Tab) -> None:
    store: Store = fill(tmp_path / "n.duckdb", 6)
    write_journal(store, [JournalEntry("other", day(0), "stress", 3.0)])
    with served(page_of(tmp_path / "n.duckdb")) as at:
        opened(tab, f"{at}/?subject=other")
        expect(tab.locator(".over")).to_have_count(0)


def test_the_strip_above_a_night_shows_what_changed(home: str, tab: Tab) -> None:
    opened(tab, home.replace("/?", f"/night/{day(30)}?"))
    strip = tab.locator(".strip")
    expect(strip.locator(".over-change")).to_have_count(3)
    expect(strip.locator(".strip-changes")).to_contain_text("◆ magnesium, from")
    expect(strip.locator("table")).to_contain_text("no coffee after noon")
    assert faults(tab) == ""
