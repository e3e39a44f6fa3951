"""Edits on the page of a night, in a real browser: each key, button and drag once, and what undo brings back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Route, expect
from playwright.sync_api import Page as Tab

from analytics.store import Store, query
from tests.analytics.review.browsing import key_of, opened
from tests.analytics.review.conftest import NIGHT
from tests.analytics.review.test_page_types import fields

pytestmark = pytest.mark.once

AT = f"/night/{NIGHT}?subject=me"


def edited(address: str) -> Any:
    """The night as the server has it."""
    key = {"subject": "me", "night": NIGHT.isoformat()}
    return httpx.get(f"{address}/api/edits", params=key, cookies=key_of(address), timeout=60).json()


def kinds(database: Path) -> list[str]:
    """What was written, in order."""
    return query(Store(database), "SELECT coalesce(edit, verdict) FROM reviews ORDER BY act_no").to_series().to_list()


def done(tab: Tab, words: str | re.Pattern[str]) -> None:
    """Wait until the latest line of what was done has these words."""
    expect(tab.locator(".done-list .log li").first).to_contain_text(words)


def facts(tab: Tab) -> Locator:
    return tab.locator(".facts")


def drawn(tab: Tab) -> Tab:
    """The tab, once the movement from near is drawn."""
    tab.wait_for_selector(".inspector[data-shown]")
    return tab


def box(tab: Tab, selector: str) -> dict[str, float]:
    """Where something is once it is scrolled to."""
    tab.locator(selector).first.scroll_into_view_if_needed()
    found = tab.locator(selector).first.bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


def dragged(tab: Tab, start: tuple[float, float], by: float) -> None:
    """The mouse from a place so many pixels to the right."""
    tab.mouse.move(*start)
    tab.mouse.down()
    tab.mouse.move(start[0] + by, start[1], steps=4)
    tab.mouse.up()


def test_labels_by_key_change_the_numbers_at_once_and_undo_restores_them(
    address: str, tab: Tab, database: Path
) -> None:
    before = edited(address)
    opened(tab, address + AT)
    for key, says in (("5", "turned over"), ("2", "hypnic jerk")):
        tab.keyboard.press(key)
        done(tab, says)
        expect(facts(tab)).to_contain_text(says)
    expect(tab.locator(".as-reviewed .main")).to_be_visible()
    assert edited(address)["night"]["n_plms"] < before["night"]["n_plms"]
    for _ in range(2):  # without a pause: the second one waits for the first
        tab.keyboard.press("Control+z")
    expect(tab.get_by_role("button", name="Undo")).to_be_disabled()
    expect(tab.locator(".part-numbers")).to_contain_text("the same")
    assert edited(address)["events"] == before["events"]
    tab.keyboard.press("Control+Shift+z")
    done(tab, re.compile("turned over|jerk"))
    expect(tab.locator(".as-reviewed .main")).to_be_visible()
    assert kinds(database) == ["relabel"] * 2 + ["take_back"] * 2 + ["redo"]


@pytest.mark.slow
def test_shift_relabels_the_whole_series_in_one_act(address: str, tab: Tab) -> None:
    events = edited(address)["events"]
    first = next(number for number in events["series_no"] if number is not None)
    members = events["series_no"].count(first)
    opened(tab, address + AT)
    tab.keyboard.press("Shift+Digit0")
    done(tab, f"{members} movements: not a leg movement")
    after = edited(address)
    assert len(after["events"]["onset_us"]) == len(events["onset_us"]) - members
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator(".part-numbers")).to_contain_text("the same")
    assert edited(address)["events"] == events


def test_what_is_typed_and_marked_right_after_an_edit_stays_when_its_verdicts_arrive(address: str, tab: Tab) -> None:
    opened(tab, address + AT)
    held: list[Route] = []
    tab.route("**/api/reviews?*", lambda route: held.append(route))
    drawn(tab).keyboard.press("5")
    done(tab, "turned over")
    typed = tab.get_by_role("form", name="Edges").get_by_label("from")
    typed.fill("23:1")
    onset = tab.get_by_role("form", name="Sleep").get_by_role("textbox").nth(1)
    onset.fill("22:4")
    tab.locator(".movement-list [data-i]").nth(1).click(modifiers=["Control"])
    expect(tab.locator(".marked-bar")).to_contain_text("1 marked")
    typed.fill("23:1")  # to mark one shows it, with its own edges
    (waiting,) = held
    waiting.continue_()
    with tab.expect_response("**/api/strip*"):
        pass
    tab.wait_for_function("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert (typed.input_value(), onset.input_value()) == ("23:1", "22:4")
    expect(tab.locator(".marked-bar")).to_contain_text("1 marked")


@pytest.mark.slow
def test_an_edge_is_moved_by_drag_and_by_number(address: str, tab: Tab) -> None:
    events = edited(address)["events"]
    opened(tab, address + AT)
    drawn(tab).keyboard.press("z")
    tab.keyboard.press("z")
    tab.keyboard.press("z")
    tab.wait_for_selector('.inspector[data-shown$="/30"]')
    grip = box(tab, ".edge-grip >> nth=1")
    dragged(tab, (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2), 40)
    done(tab, "ends")
    after = edited(address)["events"]
    (moved,) = [i for i, origin in enumerate(after["origin"]) if origin == "edited"]
    was = events["onset_us"].index(after["onset_us"][moved])
    assert 500_000 < after["offset_us"][moved] - events["offset_us"][was] < 5_000_000
    form = tab.get_by_role("form", name="Edges")
    start = form.get_by_label("from").input_value()
    form.get_by_label("from").fill("no time")
    form.get_by_role("button", name="Set edges").click()
    assert "Write a time" in form.get_by_label("from").evaluate("field => field.validationMessage")
    form.get_by_label("from").fill(f"{start[:-1]}{(int(start[-1]) + 1) % 10}")
    form.get_by_label("from").press("Enter")
    done(tab, "starts")
    assert edited(address)["events"]["onset_us"] != after["onset_us"]


@pytest.mark.slow
def test_movements_are_deleted_joined_and_split_by_key_and_by_button(address: str, tab: Tab, database: Path) -> None:
    count = len(edited(address)["events"]["onset_us"])
    opened(tab, address + AT)
    drawn(tab).keyboard.press("Delete")
    done(tab, "deleted")
    tab.keyboard.press("m")
    done(tab, "joined with the next")
    assert len(edited(address)["events"]["onset_us"]) == count - 2
    tab.keyboard.press("r")
    expect(tab.get_by_label("ruler")).not_to_have_value("")
    before = tab.get_by_label("ruler").input_value()
    tab.keyboard.press(".")
    expect(tab.get_by_label("ruler")).not_to_have_value(before)
    tab.keyboard.press(",")
    expect(tab.get_by_label("ruler")).to_have_value(before)
    tab.keyboard.press("s")
    done(tab, "split at")
    assert len(edited(address)["events"]["onset_us"]) == count - 1
    tools = tab.locator(".near-tools")
    tools.get_by_role("button", name="Join with next").click()
    done(tab, "joined")
    tools.get_by_role("button", name="Delete").click()
    done(tab, "deleted")
    assert kinds(database) == ["delete", "join", "split", "join", "delete"]


@pytest.mark.slow
def test_a_missed_movement_is_added_by_drag_and_by_numbers(address: str, tab: Tab) -> None:
    opened(tab, address + AT)
    drawn(tab).keyboard.press("a")
    form = tab.get_by_role("form", name="Movement to add")
    expect(form.get_by_label("leg").locator("option")).to_have_text(["left"])
    plot = box(tab, ".inspector svg")
    dragged(tab, (plot["x"] + 90, plot["y"] + 60), 30)
    expect(form.get_by_label("from")).not_to_have_value("")
    form.get_by_role("button", name="Add it").click()
    done(tab, re.compile(r"movement added at .* left, \d"))
    expect(facts(tab)).to_contain_text("added")
    assert edited(address)["events"]["origin"].count("added") == 1
    expect(form).to_have_count(0)
    tab.get_by_role("button", name="Add A").click()
    form.get_by_label("from").fill("00:00:01")
    form.get_by_label("to", exact=True).fill("00:00:00.5")
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_have_count(0)


@pytest.mark.slow
def test_sleep_is_set_by_number_and_by_dragging_its_handles(address: str, tab: Tab) -> None:
    before = edited(address)["night"]
    opened(tab, address + AT)
    form = tab.get_by_role("form", name="Sleep")
    form.get_by_label("in bed").fill("22:10")
    form.get_by_label("asleep from").fill("23:00:30")
    form.get_by_role("button", name="Set").click()
    done(tab, "asleep from 23:00:30")
    expect(form.get_by_label("in bed")).to_have_value("22:10:00")
    handle = box(tab, '[data-handle="wake"]')
    dragged(tab, (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2), -60)
    done(tab, "awake from")
    after = edited(address)["night"]
    assert after["sleep_onset_us"] - before["sleep_onset_us"] > 30 * 60_000_000
    assert 10 * 60_000_000 < before["wake_us"] - after["wake_us"] < 90 * 60_000_000
    tab.keyboard.press("b")
    bout = tab.get_by_role("form", name="Awake or asleep")
    bout.get_by_label("from").fill("01:00")
    bout.get_by_label("to", exact=True).fill("01:20")
    bout.get_by_role("button", name="Set").click()
    done(tab, "awake 01:00:00 to 01:20:00")
    expect(bout).to_have_count(0)
    assert edited(address)["night"]["tst_h"] < after["tst_h"]


@pytest.mark.slow
def test_marked_movements_take_one_act_and_the_bar_says_what_it_leaves_alone(address: str, tab: Tab) -> None:
    opened(tab, address + AT)
    events = edited(address)["events"]
    drawn(tab).keyboard.press("d")
    done(tab, "dismissed")
    for _ in range(3):
        tab.keyboard.press("Shift+J")
    bar = tab.locator(".marked-bar")
    expect(bar).to_contain_text("4 marked.")
    expect(bar).to_contain_text("leaves alone: 1 dismissed or in an excluded span")
    tab.keyboard.press("6")
    done(tab, "3 movements: rhythmic")
    assert edited(address)["events"]["label"].count("rhythmic") == events["label"].count("rhythmic") + 3
    expect(bar).to_be_empty()
    tab.keyboard.press("Control+z")
    expect(tab.locator("#status")).to_contain_text("Taken back: 3 movements")
    rows = tab.locator(".movement-list [role=option]")
    rows.nth(0).click()
    rows.nth(4).click(modifiers=["Shift"])
    expect(bar).to_contain_text("5 marked.")
    tab.keyboard.press("Escape")
    expect(bar).to_be_empty()


@pytest.mark.slow
def test_flags_are_judged_by_key_on_the_one_in_focus(address: str, tab: Tab, database: Path) -> None:
    opened(tab, address + AT)
    row = tab.locator(".flag-row.in-focus")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("possible PLMD")
    for key, word in (("c", "confirmed"), ("x", "dismissed"), ("u", "unsure")):
        tab.keyboard.press(key)
        expect(row).to_contain_text(f"{word} by Ann")
    tab.keyboard.press("f")
    expect(tab.locator("#status")).to_contain_text("in focus")
    assert set(query(Store(database), "SELECT flag FROM reviews")["flag"]) == {"possible_plmd"}
    expect(tab.locator(".detected .main")).to_be_visible()


@pytest.mark.slow
def test_a_night_without_a_flag_is_judged_as_a_whole(address: str, tab: Tab, database: Path) -> None:
    unraised = query(Store(database), "SELECT night_date FROM nights WHERE len(flags) = 0 OR flags IS NULL").item(0, 0)
    opened(tab, f"{address}/night/{unraised}?subject=me").keyboard.press("c")
    expect(tab.locator(".part-state")).to_contain_text("confirmed by Ann")
    assert query(Store(database), "SELECT flag FROM reviews")["flag"].to_list() == [None]


@pytest.mark.slow
def test_edits_of_before_are_listed_with_who_made_them(address: str, tab: Tab, database: Path) -> None:
    opened(tab, address + AT).keyboard.press("5")
    done(tab, "turned over")
    first = tab.locator(".done-list .log li").first
    tab.reload()
    expect(first).to_contain_text("Ann · a new label: turned over at ")
    tab.locator(".done-list").get_by_role("button", name="Take the latest back").click()
    expect(first).to_have_class("taken-back")
    assert kinds(database) == ["relabel", "take_back"]


@pytest.mark.slow
def test_undo_goes_back_over_nights_and_says_which(address: str, tab: Tab, database: Path) -> None:
    opened(tab, address + AT).keyboard.press("5")
    done(tab, "turned over")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("h1")).to_have_text("Tuesday, 3 March 2026")
    drawn(tab).keyboard.press("Control+z")
    expect(tab.locator("#status")).to_contain_text("Taken back on the night of Monday, 2 March 2026")
    assert kinds(database) == ["relabel", "take_back"]


@pytest.fixture
def cut_off(browser: Browser) -> Iterator[Tab]:
    """A tab whose console may say that the server was not reached."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    yield context.new_page()
    context.close()


def test_a_lost_connection_keeps_acts_and_sends_them_in_order(address: str, cut_off: Tab, database: Path) -> None:
    tab = cut_off
    cut: list[str] = []
    opened(tab, address + AT)
    tab.keyboard.press("5")
    done(tab, "turned over")

    def abort(route: Route) -> None:
        cut.append(route.request.url)
        route.abort()

    for path in ("edits", "reviews"):
        tab.route(f"**/api/{path}*", abort)
    tab.keyboard.press("j")
    tab.keyboard.press("6")
    tab.keyboard.press("c")
    unsent = tab.locator(".part-unsent")
    expect(unsent).to_contain_text("Not sent yet: 2 acts")
    assert tab.evaluate("() => !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    assert kinds(database) == ["relabel"]
    for path in ("edits", "reviews"):
        tab.unroute(f"**/api/{path}*")
    unsent.get_by_role("button", name="Try now").click()
    expect(tab.locator(".flag-row.in-focus")).to_contain_text("confirmed by Ann")
    expect(unsent).to_be_hidden()
    assert kinds(database) == ["relabel", "relabel", "confirm"]
    assert cut


@pytest.mark.slow
def test_another_tab_is_noticed_and_the_night_is_loaded_again(address: str, tab: Tab) -> None:
    other = tab.context.new_page()
    opened(tab, address + AT).keyboard.press("5")
    done(tab, "turned over")
    opened(other, address + AT).keyboard.press("u")
    expect(other.locator(".flag-row.in-focus")).to_contain_text("unsure")
    tab.keyboard.press("6")
    expect(tab.locator("#status")).to_contain_text("Another window was reviewing")
    expect(tab.locator(".flag-row.in-focus")).to_contain_text("unsure by Ann")


def test_keys_are_not_taken_from_fields_and_each_stands_in_the_help(address: str, tab: Tab, database: Path) -> None:
    opened(tab, address + AT)
    tab.get_by_label("ruler").click()
    tab.keyboard.type("1560cxudfmsab")
    expect(tab.get_by_label("ruler")).to_have_value("1560cxudfmsab")
    assert query(Store(database), "SELECT * FROM reviews").is_empty()
    tab.get_by_role("heading", level=1).click()
    tab.keyboard.press("?")
    told = set(tab.locator("#help kbd").all_inner_texts())
    assert {*"FCXUDJKNEABRSMZW", "1", "6", "0", "Del", "Shift", "Ctrl", ",", ".", "+", "−", "Esc"} <= told
    tab.keyboard.press("Escape")
    tab.locator("#main").focus()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement !== document.querySelector('#main')")


@pytest.mark.parametrize("interface", ["EditedAnswer", "EditedNight", "EditedEvents", "EditedFlag"])
def test_the_server_answers_edits_as_the_page_reads_them(address: str, interface: str) -> None:
    answer = edited(address)
    place = {
        "EditedAnswer": answer,
        "EditedNight": answer["night"],
        "EditedEvents": answer["events"],
        "EditedFlag": answer["flags"][0],
    }[interface]
    assert fields(interface) <= set(place)
