"""The page in a real browser: every key and button, from no night at all and from the sample nights."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from analytics.store import Store, query
from analytics.words import UNASKED_STATE
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from tests.analytics.review.browsing import faults, opened, page_of, ready, served, too_wide
from tests.paths import ROOT

pytestmark = pytest.mark.once

NIGHT = "/night/2026-03-02?subject=me"


def _night(tab: Tab) -> str:
    return tab.locator("h1").inner_text()


def _over_the_night(tab: Tab) -> tuple[float, float]:
    """Where the mouse is over the left edge of the night's picture."""
    plot = tab.locator(".plot").first.bounding_box()
    assert plot
    return plot["x"], plot["y"] + 60


def _dragged(tab: Tab, start: float, end: float) -> None:
    """From and to so many pixels from the left of the night's picture."""
    x, y = _over_the_night(tab)
    tab.mouse.move(x + start, y)
    tab.mouse.down()
    tab.mouse.move(x + end, y, steps=4)
    tab.mouse.up()


def _said(tab: Tab, words: str) -> None:
    expect(tab.locator("#status")).to_contain_text(words)


def test_without_nights_the_page_says_how_to_import(tab: Tab, empty: Path) -> None:
    with served(page_of(empty)) as at:
        opened(tab, at)
        expect(tab.locator("main")).to_contain_text("nightkick import")
        week = tab.locator(".guided-week")
        expect(week).to_contain_text("What to do for seven nights")
        expect(week).to_contain_text("0 of 7 nights recorded and answered.")
        expect(week.get_by_role("progressbar")).to_have_attribute("max", "7")
        expect(week.get_by_role("link")).to_have_count(1)
        assert faults(tab) == ""
        for key in ("ArrowLeft", "ArrowRight", "j", "k", "c", "x", "u", "d", "n", "z", "e", "+", "0", "w", "h"):
            tab.keyboard.press(key)
        tab.keyboard.press("Shift+ArrowRight")
        _said(tab, "No other night")
        tab.keyboard.press("?")
        expect(tab.locator("#help")).to_be_visible()
        tab.keyboard.press("Escape")
        expect(tab.locator("#help")).to_be_hidden()
        ready(tab)


def test_before_there_is_a_database_the_guided_week_stands_and_leads_to_no_page_that_fails(
    tab: Tab, tmp_path: Path
) -> None:
    with served(page_of(tmp_path / "to come.duckdb")) as at:
        opened(tab, at)
        expect(tab.get_by_role("heading", level=1)).to_have_text("No nights yet")
        expect(tab.locator(".guided-week")).to_contain_text("Tonight: wear the sensor.")
        expect(tab.locator("main a")).to_have_count(0)


def test_home_shows_every_night_with_its_ticks_and_its_state(address: str, tab: Tab) -> None:
    opened(tab, address)
    expect(tab.locator(".nights li")).to_have_count(3)
    tab.locator(".nights li").last.scroll_into_view_if_needed()  # rows draw when they come into view
    expect(tab.locator(".nights .stroke-periodic").first).to_be_attached()
    expect(tab.locator(".findings")).to_contain_text("possible PLMD on 1 of 3 assessable nights")
    expect(tab.locator(".findings")).to_contain_text("Fewer than 5 nights")
    tab.get_by_label("flagged", exact=True).check()
    expect(tab.locator(".nights li")).to_have_count(2)
    with tab.expect_download() as download:
        tab.get_by_role("link", name="movements", exact=True).click()
    assert len(download.value.path().read_text().splitlines()) > 700
    tab.get_by_label("not reviewed").check()
    tab.locator(".nights a").last.click()
    ready(tab)
    assert _night(tab) == "Monday, 2 March 2026"
    tab.go_back()
    expect(tab.locator(".nights li")).to_have_count(2)


def test_keys_lead_through_nights_and_movements(address: str, tab: Tab) -> None:
    opened(tab, address + NIGHT)
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("h1")).to_have_text("Tuesday, 3 March 2026")
    ready(tab).keyboard.press("ArrowLeft")
    expect(tab.locator("h1")).to_have_text("Monday, 2 March 2026")
    ready(tab).keyboard.press("ArrowLeft")
    _said(tab, "first night")
    tab.keyboard.press("Shift+ArrowRight")
    expect(tab.locator("h1")).to_have_text("Tuesday, 3 March 2026")
    ready(tab).keyboard.press("Shift+ArrowRight")
    expect(tab.locator("h1")).to_have_text("Monday, 2 March 2026")
    facts = ready(tab).locator(".facts")
    first = facts.inner_text()
    tab.keyboard.press("j")
    expect(facts).not_to_have_text(first)
    expect(facts).to_contain_text("after the last")
    expect(tab.locator(".inspector .trace").first).to_be_attached()
    tab.keyboard.press("k")
    expect(facts).to_have_text(first)
    for width in ("10 min", "60 min", "30 s", "2 min"):
        tab.keyboard.press("z")
        expect(tab.get_by_role("button", name=width)).to_have_attribute("aria-pressed", "true")
    tab.keyboard.press("+")
    expect(tab.get_by_role("button", name="Whole night")).to_be_enabled()
    tab.keyboard.press("w")
    expect(tab.get_by_role("button", name="Whole night")).to_be_disabled()
    tab.keyboard.press("h")
    expect(tab.locator(".nights li")).to_have_count(3)


def test_a_flag_that_lacks_no_more_than_an_answer_has_one_state_with_that_reason(address: str, tab: Tab) -> None:
    """It stood once as "cannot tell" and once as "not asked"."""
    opened(tab, address + NIGHT)
    expect(tab.locator(".title .unasked")).to_have_text(f"possible RLS: {UNASKED_STATE}")
    row = tab.locator('.flag-row[data-flag="possible_rls"]')
    expect(row.locator(".flag-state")).to_have_text(UNASKED_STATE)
    expect(row.locator(".flag-why")).to_contain_text("Note urge_to_move in the journal")
    expect(tab.locator(".reasons h2").nth(2)).to_have_text(f"possible RLS: {UNASKED_STATE}")


def test_a_flag_is_judged_by_itself_and_counts_no_longer_once_dismissed(address: str, tab: Tab, database: Path) -> None:
    opened(tab, address + NIGHT)
    flag = tab.get_by_role("region", name="possible PLMD")
    expect(flag.locator(".judging")).to_contain_text("not reviewed")
    flag.get_by_role("button", name="Dismiss").click()
    expect(flag.locator(".judging")).to_contain_text("dismissed")
    expect(flag.get_by_role("button", name="Dismiss")).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(".part-state")).to_contain_text("dismissed by Ann")
    expect(tab.locator(".log")).to_contain_text("Ann dismissed possible PLMD")
    tab.keyboard.press("h")
    expect(tab.locator(".findings")).to_contain_text("possible PLMD on 0 of 3 assessable nights (as detected on 1)")
    expect(tab.locator(".nights")).to_contain_text("possible PLMD: dismissed")
    tab.get_by_label("flagged", exact=True).check()
    expect(tab.locator(".nights li")).to_have_count(1)
    stands = query(Store(database), "SELECT DISTINCT flag, review FROM flagged_nights WHERE review IS NOT NULL")
    assert stands.rows() == [("possible_plmd", "dismiss")]


@pytest.mark.slow
def test_verdicts_survive_a_reload_and_a_new_import(address: str, tab: Tab, database: Path) -> None:
    store = Store(database)
    found = query(store, "SELECT * FROM events ORDER BY ALL")
    opened(tab, address + NIGHT)
    state = tab.locator(".part-state")
    for key, word in (
        ("x", "dismissed"),
        ("u", "unsure"),
        ("c", "confirmed"),
        ("c", "not reviewed"),
        ("c", "confirmed"),
    ):
        tab.keyboard.press(key)
        expect(state).to_contain_text(word)
    tab.keyboard.press("d")
    expect(tab.locator(".facts")).to_contain_text("dismissed")
    expect(tab.locator(".as-reviewed")).to_be_visible()
    (index,) = query(store, "SELECT plms_index FROM nights WHERE plms_index > 10 ORDER BY night_date LIMIT 1").row(0)
    assert tab.locator(".detected .main").inner_text().split(" ")[0] == f"{index:.1f}"
    assert tab.locator(".as-reviewed .main").inner_text().split(" ")[0] != f"{index:.1f}"
    tab.reload()
    ready(tab)
    expect(state).to_contain_text("confirmed by Ann")
    expect(tab.locator(".facts")).to_contain_text("dismissed")
    sample = ROOT / "sample_data" / "periodic_night.cwa"
    import_run([sample], open_context(Wishes(site="ankle", side="left", tz="Etc/UTC"), database=database))
    tab.reload()
    ready(tab)
    expect(state).to_contain_text("confirmed by Ann")
    expect(tab.locator(".facts")).to_contain_text("dismissed")
    assert query(store, "SELECT * FROM events ORDER BY ALL").equals(found)


def test_a_span_is_excluded_by_dragging_and_by_numbers_and_taken_back(address: str, tab: Tab) -> None:
    opened(tab, address + NIGHT).get_by_role("button", name="Exclude a span").click()
    _dragged(tab, 400, 500)
    dragged = tab.get_by_role("form", name="Span to exclude").get_by_role("textbox", name="from").input_value()
    assert dragged.count(":") == 2
    tab.get_by_role("form", name="Span to exclude").get_by_role("textbox", name="from").fill("00:30")
    tab.get_by_role("form", name="Span to exclude").get_by_label("to", exact=True).fill("01:30:00")
    tab.get_by_label("why").fill("the cat")
    tab.get_by_role("button", name="Exclude", exact=True).click()
    expect(tab.get_by_text("Excluded: 00:30:00 to 01:30:00")).to_be_visible()
    expect(tab.get_by_text("the cat")).to_be_visible()
    assert tab.locator(".as-reviewed .main").inner_text() != tab.locator(".detected .main").inner_text()
    tab.get_by_role("button", name="Take back").click()
    expect(tab.locator(".part-numbers")).to_contain_text("the same")


def test_dragging_zooms_and_a_click_chooses_a_movement(address: str, tab: Tab) -> None:
    opened(tab, address + NIGHT)
    _dragged(tab, 300, 420)
    expect(tab.get_by_role("button", name="Whole night")).to_be_enabled()
    tab.locator(".plot").first.dblclick(position={"x": 600, "y": 100})
    expect(tab.get_by_role("button", name="Whole night")).to_be_disabled()
    before = tab.locator(".facts").inner_text()
    x, y = _over_the_night(tab)
    for px in range(200, 320, 13):
        tab.mouse.click(x + px, y)
    expect(tab.locator(".facts")).not_to_have_text(before)


@pytest.mark.slow
def test_every_button_of_the_night_does_what_its_key_does(address: str, tab: Tab) -> None:
    opened(tab, address + NIGHT)
    state, inspect = tab.locator(".part-state"), tab.locator(".inspect")
    for name, word in (("Dismiss", "dismissed"), ("Unsure", "unsure"), ("Confirm", "confirmed")):
        tab.locator(".flag-row.in-focus").get_by_role("button", name=name).click()
        expect(state).to_contain_text(word)
        inspect.get_by_role("button", name=name).click()
        expect(tab.locator(".facts")).to_contain_text(word)
    before = tab.locator(".facts").inner_text()
    inspect.get_by_role("button", name=re.compile("^Next")).click()
    expect(tab.locator(".facts")).not_to_have_text(before)
    inspect.get_by_role("button", name="Previous").click()
    expect(tab.locator(".facts")).to_have_text(before)
    tab.get_by_role("button", name=re.compile("^while awake, turned over")).click()
    expect(tab.locator(".plot").first.locator(".stroke-other")).to_have_count(0)
    tab.get_by_role("button", name="Night after").click()
    expect(tab.locator("h1")).to_have_text("Tuesday, 3 March 2026")
    tab.get_by_role("button", name="Keys").click()
    expect(tab.locator("#help")).to_be_visible()
    tab.get_by_role("button", name="Close").click()
    expect(tab.locator("#help")).to_be_hidden()


def test_hostile_words_are_shown_as_words(address: str, tab: Tab) -> None:
    opened(tab, address + NIGHT)
    expect(tab.locator(".journal").first).to_contain_text("<script>document.title='taken'</script>")
    hostile = "<img src=x onerror=\"document.title='taken'\">\u202e evil </textarea><script>1</script>"
    tab.keyboard.press("n")
    tab.keyboard.type("jjxx ")
    tab.locator("#note-text").fill(hostile)
    tab.get_by_label("this movement").or_(tab.get_by_label("the movement at")).check()
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".log .words")).to_have_text(hostile)
    expect(tab.locator(".part-state")).to_contain_text("not reviewed")
    assert tab.title() == "Night of 2026-03-02 · nightkick"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_note_that_was_not_saved_waits_for_its_night_until_it_is_saved_or_discarded(
    address: str, tab: Tab, database: Path
) -> None:
    """Esc closed the dialog, and what was typed was gone without a word."""
    opened(tab, address + NIGHT)
    words, dialog = tab.locator("#note-text"), tab.locator("#note")
    tab.keyboard.press("n")
    words.fill("both legs")
    tab.get_by_label("the movement at").check()
    about = tab.locator("#note-movement").inner_text()
    tab.keyboard.press("Escape")
    _said(tab, "The note is not saved")
    tab.keyboard.press("j")
    tab.keyboard.press("n")
    expect(words).to_have_value("both legs")
    expect(tab.locator("#note-movement")).to_have_text(about)
    expect(tab.locator("#note-remark")).to_contain_text("not saved yet")
    assert faults(tab) == ""
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("h1")).to_have_text("Tuesday, 3 March 2026")
    tab.keyboard.press("n")
    expect(words).to_have_value("")
    words.fill("not worth it")
    tab.get_by_role("button", name="Discard").click()
    tab.keyboard.press("n")
    expect(words).to_have_value("")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator("h1")).to_have_text("Monday, 2 March 2026")
    tab.keyboard.press("n")
    expect(words).to_have_value("both legs")
    words.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(tab.locator(".log .words")).to_have_text("both legs")
    noted = query(Store(database), "SELECT verdict, note, onset_at IS NOT NULL AS of_movement FROM reviews").to_dicts()
    assert noted == [{"verdict": "note", "note": "both legs", "of_movement": True}]
    tab.keyboard.press("n")
    expect(words).to_have_value("")


def test_a_note_that_the_server_refuses_is_not_lost(address: str, browser: Browser) -> None:
    tab = browser.new_page()  # by itself, for the browser complains of a refusal
    tab.route("**/api/reviews", lambda route: route.fulfill(status=400, json={"error": "not this"}))
    opened(tab, address + NIGHT).keyboard.press("n")
    tab.locator("#note-text").fill("both legs")
    tab.locator("#note-text").press("Meta+Enter")
    _said(tab, "not this")
    tab.keyboard.press("n")
    expect(tab.locator("#note-text")).to_have_value("both legs")
    tab.context.close()


@pytest.mark.slow
def test_two_tabs_add_their_verdicts_to_each_other(address: str, tab: Tab, database: Path) -> None:
    other = tab.context.new_page()
    opened(tab, address + NIGHT).keyboard.press("c")
    opened(other, address + NIGHT).keyboard.press("x")
    expect(tab.locator(".part-state")).to_contain_text("confirmed")
    expect(other.locator(".log li")).to_have_count(2)
    assert set(query(Store(database), "SELECT verdict FROM reviews")["verdict"]) == {"confirm", "dismiss"}


def test_coming_back_to_home_and_journal_shows_what_was_done_in_another_tab(address: str, tab: Tab) -> None:
    opened(tab, address)
    row = tab.locator(".nights a[href*='2026-03-02']")
    expect(row).not_to_contain_text("flags reviewed")
    other = tab.context.new_page()
    opened(other, address + NIGHT).keyboard.press("x")
    _said(other, "Saved")
    link = tab.locator(".nights a").last
    link.evaluate("(node) => { node.focus({ preventScroll: true }); scrollTo({ top: 500, behavior: 'instant' }); }")
    href, top = link.get_attribute("href"), tab.evaluate("scrollY")
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(row).to_contain_text("flags reviewed")
    assert (tab.evaluate("document.activeElement.getAttribute('href')"), tab.evaluate("scrollY")) == (href, top)
    here = f"{address}/journal/2026-03-02?subject=me"
    opened(tab, here)
    opened(other, here).get_by_label("coffee, tea, cola").first.fill("3")
    other.keyboard.press("Control+Enter")
    expect(other.locator(".journal-says")).to_contain_text("Saved.")
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(tab.get_by_label("coffee, tea, cola").first).to_have_value("3")


def test_a_page_from_elsewhere_cannot_write(browser: Browser, address: str, database: Path) -> None:
    with served(page_of(database)) as elsewhere:
        stranger = browser.new_page()
        stranger.goto(elsewhere)
        refused = stranger.evaluate(
            """async (url) => {
                const say = (headers) => fetch(url, {method: "POST", mode: "no-cors", headers, body: "{}"})
                    .then((answer) => answer.status, () => "refused");
                return [await say({"content-type": "text/plain"}), await say({"content-type": "application/json"})];
            }""",
            f"{address}/api/reviews",
        )
        stranger.close()
    assert refused == ["refused", "refused"]
    assert query(Store(database), "SELECT * FROM reviews").is_empty()


@pytest.mark.first_case
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keyboards_and_screen_readers_can_use_it(address: str, tab: Tab, scheme: str) -> None:
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in ("/", NIGHT):
        opened(tab, address + path)
        tab.wait_for_load_state("networkidle")
        assert faults(tab) == ""


#: Intervals and numbers of which a part stands on another line than the rest.
BROKEN = """() => {
  const found = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    for (const match of node.data.matchAll(/\\([\\d.]+\\sto\\s[\\d.]+\\)|^[\\d.]+\\sto\\s[\\d.]+$|\\d+\\.\\d+/g)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      if (new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size > 1) found.push(match[0]);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_telephone_no_interval_and_no_number_is_broken(address: str, tab: Tab, width: int) -> None:
    """The night page read "36.9 to 5" and below it "1.4"."""
    tab.set_viewport_size({"width": width, "height": 844})
    for path in ("/", NIGHT):
        opened(tab, address + path)
        assert tab.evaluate(BROKEN) == [], path


def test_on_a_narrow_screen_and_at_200_percent_nothing_needs_sideways_scrolling(address: str, tab: Tab) -> None:
    for path in ("/", NIGHT):
        tab.set_viewport_size({"width": 390, "height": 844})
        opened(tab, address + path)
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        if path == NIGHT:
            name, value = (tab.locator(f".measures {cell}").nth(1).bounding_box() for cell in ("thead th", "tbody td"))
            assert name
            assert value
            assert name["x"] + name["width"] <= value["x"] + 1  # no value lies on its name
        tab.set_viewport_size({"width": 640, "height": 450})
        assert too_wide(tab) == [], path
    opened(tab, address + "/journal/2026-03-02")  # whose table of days scrolls by itself
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
