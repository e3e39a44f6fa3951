"""What is unusual of a night where people look: on top of its page, below its row on home, and why it is not told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from analytics.model import Blank, Night
from analytics.nights.unusual import unusual
from analytics.phrases import EXPLAINED, clause_of
from analytics.report import About, read_report
from analytics.report import page_of as report_of
from analytics.review.home import nights_payload
from analytics.review.night import night_payload
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.store import Store, load_night, query, save_nights
from tests.analytics.review.browsing import faults, opened, page_of, served, too_wide
from tests.flows import stored

NIGHT = f"/night/{stored.EVENING}?subject={quote(stored.SUBJECT)}"
HIDDEN = "2.0 h of sleep hidden under vibration or large movement"


def strange() -> Night:
    """A night off and hidden for hours, with another's series and trains of movements, of which half is in doubt."""
    night = stored.periodic_night()
    asleep_us = night.sleep_onset_us or 0
    (score,) = night.scores
    trains = tuple(replace(event, label="rhythmic", onset_us=asleep_us + i) for i, event in enumerate(score.events))
    doubted = tuple(replace(each, perhaps_not_own=True) for each in score.series)
    return replace(
        night,
        hidden_h=2.0,
        sleep_doubt_h=night.tst_h,
        blanks=(Blank(night.recorded_from_us, night.recorded_to_us, "unworn"),),
        scores=(replace(score, events=trains, series=doubted),),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    found = stored.build(tmp_path / "nights.duckdb")
    save_nights(found, [strange()])
    return found


@pytest.fixture
def at(store: Store) -> Iterator[str]:
    with served(page_of(store.path)) as address:
        yield address


def test_night_home_and_analysis_say_the_same(store: Store) -> None:
    page = page_of(store.path)
    rows = nights_payload(page, stored.SUBJECT)["nights"]
    assert rows == nights_payload(page)["nights"]
    for row in rows:
        key = (row["subject"], date.fromisoformat(row["night_date"]))
        night = load_night(store, key, rulesets=frozenset({DEFAULT_RULESET.name}))
        assert night is not None
        told = unusual(night, night.scores[0])
        assert row["unusual"] == night_payload(page, *key)["night"]["unusual"] == told
    assert max(len(row["unusual"]) for row in rows) > 3


def test_the_page_of_a_night_has_a_line_that_opens(at: str, tab: Tab) -> None:
    opened(tab, at + NIGHT)
    line = tab.locator(".on-top details.unusual")
    expect(line.locator("summary")).to_contain_text(f"What is unusual: 2.0 h probably not worn; {HIDDEN}; 4 rhythmic")
    expect(line.locator("summary")).to_contain_text("; and 3 more")
    expect(line.get_by_role("listitem").last).to_be_hidden()
    line.locator("summary").focus()
    tab.keyboard.press("Enter")
    expect(line.get_by_role("listitem").last).to_contain_text("part of the night only")
    assert faults(tab) == ""


def test_a_row_of_home_has_the_first_and_the_rest_on_hover_and_in_words(at: str, tab: Tab) -> None:
    opened(tab, f"{at}/")
    remark = tab.locator(".nights .row-remark").filter(has_text="probably not worn")
    expect(remark).to_contain_text("What is unusual: 2.0 h probably not worn; and 5 more: " + HIDDEN)
    assert "sleep in doubt" in (remark.get_attribute("title") or "")


def test_a_row_that_is_not_assessable_says_why_in_short(store: Store, at: str, tab: Tab) -> None:
    ((why,),) = query(store, "SELECT not_assessable_reason FROM nights WHERE NOT assessable").rows()
    opened(tab, f"{at}/")
    expect(tab.locator(".nights a").filter(has_text="not assessable").locator(".row-remark")).to_contain_text(
        clause_of(why)
    )


def test_the_report_has_the_line_in_the_head_of_the_night_alone(store: Store) -> None:
    settings = page_of(store.path)
    about = About("0", date(2026, 4, 1), settings.criteria, settings.rulesets)
    first, last = query(store, "SELECT min(night_date), max(night_date) FROM nights").row(0)
    made = report_of(read_report(store, first, last, subject=None, about=about))
    assert f"<strong>What is unusual: </strong>2.0 h probably not worn; {HIDDEN}; 4 rhythmic" in made
    assert made.count("What is unusual: ") == sum(
        bool(row["unusual"]) for row in nights_payload(settings, stored.SUBJECT)["nights"]
    )


def test_a_night_without_anything_shows_nothing(tmp_path: Path, tab: Tab) -> None:
    plain = stored.build(tmp_path / "plain.duckdb")
    night = stored.periodic_night()
    save_nights(plain, [replace(night, recorded_h=9.0, wake_us=night.recorded_to_us - 60_000_000)])
    with served(page_of(plain.path)) as address:
        opened(tab, address + NIGHT)
        assert tab.locator(".unusual").count() == 0


def test_headings_explain_themselves_on_hover_focus_and_touch(at: str, tab: Tab) -> None:
    opened(tab, at + NIGHT)
    heads = tab.locator(".measures thead .over-all")
    assert heads.count() == tab.locator(".measures thead th").count()
    share = heads.filter(has=tab.get_by_role("button", name="periodic share asleep"))
    tip = share.get_by_role("tooltip")
    expect(tip).to_be_hidden()
    share.hover()
    expect(tip).to_have_text(EXPLAINED["periodicity_index_share"])
    expect(tip).to_be_visible()
    tab.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    share.get_by_role("button").focus()
    expect(tip).to_be_visible()
    expect(tip).to_be_in_viewport(ratio=1)
    tab.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(tab.get_by_role("region", name="Recording").locator(".over-all").first).to_be_attached()


@pytest.mark.first_case
@pytest.mark.parametrize("width", [390, 1280])
def test_columns_of_home_are_explained_on_every_screen(at: str, tab: Tab, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    opened(tab, f"{at}/")
    for name in ("PLMS/h", "flags", "review"):
        head = tab.locator(".night.heading").get_by_role("button", name=name)
        head.click()
        expect(head.locator("..").get_by_role("tooltip")).to_be_in_viewport(ratio=1)
    assert faults(tab) == ""
    assert too_wide(tab) == []


def test_one_index_is_the_main_one_and_its_other_readings_come_last_and_smaller(at: str, tab: Tab) -> None:
    opened(tab, at + NIGHT)
    keys = tab.locator(".measures thead th").evaluate_all("all => all.map((one) => one.className)")
    assert (keys[0], keys[-2:], set(keys[1:-2])) == ("main", ["less", "less"], {""})
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    main, less = (tab.locator(f".detected td.{which}").first.evaluate(size) for which in ("main", "less"))
    usual = tab.locator(".detected td:not([class])").first.evaluate(size)
    assert main > usual > less


def test_what_is_periodic_and_not_asleep_looks_awake(store: Store, tab: Tab) -> None:
    night = stored.periodic_night()
    (score,) = night.scores
    events = tuple(replace(event, sleep_state="wake") for event in score.events[:2]) + score.events[2:]
    save_nights(store, [replace(night, scores=(replace(score, events=events),))])
    ticks = "one => one.getAttribute('d').split('M').length - 1"
    with served(page_of(store.path)) as address:
        opened(tab, address + NIGHT)
        card = tab.get_by_role("region", name="The night")
        assert [card.locator(f"path.stroke-{look}").evaluate(ticks) for look in ("periodic", "awake")] == [2, 2]
        expect(card.locator(".swatch.periodic-awake").locator("..")).to_contain_text("periodic, not asleep")
        colours = [
            card.locator(f"path.stroke-{look}").evaluate("one => getComputedStyle(one).stroke")
            for look in ("other", "awake", "periodic")
        ]
        assert colours[0] == colours[1] != colours[2]
        opened(tab, f"{address}/")
        tab.locator(".nights li").last.scroll_into_view_if_needed()
        row = tab.locator(".nights .ticks").filter(has=tab.locator("path.stroke-awake"))
        assert [row.locator(f"path.stroke-{look}").evaluate(ticks) for look in ("periodic", "awake")] == [2, 2]
