"""The queue in a real browser: filters, sorting, the walk over people, and who can use it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from analytics.said import JournalEntry
from analytics.store import Store, query, write_journal
from tests.analytics.review.browsing import (
    COLOURS,
    faults,
    key_of,
    opened,
    page_of,
    pressing,
    ready,
    served,
    too_wide,
)
from tests.analytics.review.queue.crowd import crowd, judge

pytestmark = pytest.mark.once

HOSTILE = "<script>document.title='taken'</script>"
NAMES = ("Abeni", HOSTILE, "أمينة حداد", "x" * 200)
RAISED = "SELECT subject, night_date, flags FROM nights WHERE len(flags) > 0 ORDER BY night_date DESC, subject"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `several`; it is copied, and not used."""
    return crowd(tmp_path_factory.mktemp("queue") / "db" / "x.duckdb", NAMES, 4, seed=2).path.parent


@pytest.fixture
def several(made: Path, tmp_path: Path) -> Store:
    return Store(Path(shutil.copytree(made, tmp_path / "db")) / "x.duckdb")


@pytest.fixture
def at(several: Store) -> Iterator[str]:
    with served(page_of(several.path)) as address:
        yield address


def _rows(tab: Tab) -> list[str]:
    return ready(tab).locator(".queue-table tbody .queue-who").all_inner_texts()


def test_home_of_several_people_opens_on_what_is_to_be_reviewed(at: str, tab: Tab, several: Store) -> None:
    raised = query(several, RAISED).rows()
    assert len({who for who, _, _ in raised}) > 1
    opened(tab, at)
    assert tab.url == f"{at}/?verdict=to_review"
    assert _rows(tab) == [who for who, _, _ in raised]
    expect(tab.locator(".queue-head")).to_contain_text(f"0 of {len(raised)}")
    assert tab.title() == "To review · nightkick"


def test_a_name_leads_to_the_answer_for_that_person(at: str, tab: Tab) -> None:
    name = opened(tab, f"{at}/").locator(".queue-who a").first
    who = name.inner_text()
    name.click()
    expect(tab.locator(".answer").first).to_contain_text(who)
    assert parse_qs(urlsplit(tab.url).query) == {"subject": [who]}


def test_a_slow_press_of_a_name_is_not_lost_to_the_filter_that_it_ends_the_typing_of(at: str, tab: Tab) -> None:
    """Leaving a filter's field asks for other rows, which replaced the name under the pointer."""
    opened(tab, f"{at}/?view=nights").locator(".queue-range input[type=number]").first.fill("1")
    name = tab.locator(".queue-who a").first
    who = name.inner_text()
    with pressing(tab, name):
        expect(tab.locator(".queue-rows")).to_have_class(re.compile("queue-waiting"))
    expect(tab.locator(".answer").first).to_contain_text(who)


def test_of_a_person_without_nights_the_page_says_so_and_leads_back(at: str, tab: Tab) -> None:
    """It said that there were no nights yet, and how to import some."""
    opened(tab, f"{at}/?subject=Stranger")
    expect(tab.get_by_role("heading", level=1)).to_have_text("There are no nights of Stranger")
    expect(tab.locator("main")).not_to_contain_text("nightkick import")
    tab.get_by_role("link", name="All nights").last.click()
    tab.wait_for_url(f"{at}/?verdict=to_review")


def test_filters_stand_in_the_address_and_chips_undo_them(at: str, tab: Tab, several: Store) -> None:
    opened(tab, at)
    tab.get_by_label("possible PLMD", exact=False).first.check()
    tab.wait_for_url("**flag=possible_plmd**")
    plmd = [who for who, _, flags in query(several, RAISED).rows() if "possible_plmd" in flags]
    assert _rows(tab) == plmd
    expect(tab.locator("#filter-flag-possible_plmd")).to_be_focused()
    bookmark = tab.url
    tab.get_by_role("button", name="Take away: possible PLMD").click()
    tab.wait_for_url(f"{at}/?verdict=to_review")
    tab.get_by_role("button", name="Take away: to review").click()
    tab.wait_for_url(f"{at}/?view=nights")
    assert len(_rows(tab)) == 16
    opened(tab, bookmark)
    assert _rows(tab) == plmd
    tab.locator("#queue-search").fill("aben")
    tab.wait_for_url("**q=aben**")
    assert set(_rows(tab)) <= {"Abeni"}


@pytest.mark.slow
def test_rows_are_sorted_by_a_column_and_turned_by_choosing_it_again(at: str, tab: Tab, several: Store) -> None:
    opened(tab, f"{at}/?view=nights")
    for turned, order in ((True, "DESC"), (False, "ASC")):
        ready(tab).locator("#sort-index").click()
        tab.wait_for_url("**sort=-index**" if turned else "**sort=index**")
        ready(tab)
        expected = query(
            several,
            f"SELECT subject FROM nights ORDER BY plms_index {order} NULLS LAST, night_date DESC, subject",
        )["subject"].to_list()
        assert _rows(tab) == expected


def test_shift_right_walks_the_filtered_nights_over_people_and_home_keeps_the_filter(
    at: str, tab: Tab, several: Store
) -> None:
    raised = query(several, RAISED).rows()
    opened(tab, at)
    for place, (who, day, _) in enumerate(raised[:3]):
        if place == 2:
            tab.get_by_role("button", name="Next to review").click()
        else:
            tab.keyboard.press("Shift+ArrowRight")
        tab.wait_for_url(f"**/night/{day}?**")
        expect(ready(tab).locator(".title bdi").first).to_have_text(who)
    assert "verdict=to_review" in tab.url
    tab.keyboard.press("h")
    tab.wait_for_url(f"{at}/?verdict=to_review")


def test_steps_without_a_pause_lead_as_far_as_slow_ones_and_back_again(at: str, tab: Tab, several: Store) -> None:
    """Each began where the one before it had begun, and was lost; the address went to and fro."""
    raised = query(several, RAISED).rows()[:4]
    opened(tab, at)
    for _ in raised:
        tab.keyboard.press("Shift+ArrowRight")
    who, day, _ = raised[-1]
    tab.wait_for_url(f"**/night/{day}?**{urlencode({'subject': who})}**")
    expect(ready(tab).locator(".title bdi").first).to_have_text(who)
    who, day, _ = raised[-2]
    tab.go_back()
    tab.wait_for_url(f"**/night/{day}?**{urlencode({'subject': who})}**")


@pytest.mark.slow
def test_a_verdict_that_was_taken_back_from_another_night_is_gone_there_though_that_night_was_asked_ahead(
    at: str, tab: Tab, several: Store
) -> None:
    (who, day, _), (after, _, _) = query(several, RAISED).rows()[:2]
    whose, said = tab.locator(".title bdi").first, tab.locator(".flag-row.in-focus .flag-said")
    opened(tab, f"{at}/night/{day}?{urlencode({'subject': who, 'state': 'raised'})}").keyboard.press("Shift+ArrowRight")
    expect(whose).to_have_text(after)
    ready(tab).keyboard.press("c")
    expect(said).to_contain_text("confirmed")
    with tab.expect_request(lambda asked: "/api/night?" in asked.url and urlencode({"subject": after}) in asked.url):
        tab.go_back()
        expect(whose).to_have_text(who)
    ready(tab).keyboard.press("Control+z")
    expect(tab.locator("#status")).to_contain_text("Taken back on the night of")
    tab.keyboard.press("Shift+ArrowRight")
    expect(whose).to_have_text(after)
    ready(tab)
    expect(said).to_be_empty()


@pytest.mark.slow
def test_a_key_that_comes_while_the_next_night_is_on_its_way_does_not_judge_the_last_one(
    at: str, tab: Tab, several: Store
) -> None:
    (who, day, _), (after, then, _) = query(several, RAISED).rows()[:2]
    opened(tab, f"{at}/night/{day}?{urlencode({'subject': who, 'state': 'raised'})}").keyboard.press("c")
    expect(tab.locator(".flag-row.in-focus .flag-said")).to_contain_text("confirmed")
    tab.evaluate(
        """(next) => { history.pushState(null, "", next); dispatchEvent(new PopStateEvent("popstate"));
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", bubbles: true })); }""",
        f"/night/{then}?{urlencode({'subject': after, 'state': 'raised'})}",
    )
    expect(tab.locator(".title bdi").first).to_have_text(after)
    ready(tab)
    assert query(several, "SELECT verdict FROM reviews")["verdict"].to_list() == ["confirm"]


@pytest.mark.slow
def test_at_the_end_all_are_done(at: str, tab: Tab, several: Store) -> None:
    raised = query(several, RAISED).rows()
    for who, day, _ in raised[1:]:
        judge(several, who, day, "confirm")
    opened(tab, at)
    expect(tab.locator(".queue-progress")).to_have_text(f"{len(raised) - 1} of {len(raised)}")
    tab.keyboard.press("Shift+ArrowRight")
    tab.wait_for_url("**/night/**")
    ready(tab).keyboard.press("c")
    expect(tab.locator(".part-state")).to_contain_text("confirmed")
    tab.keyboard.press("Shift+ArrowRight")
    expect(tab.locator("#status")).to_have_text(f"All {len(raised)} done.")
    tab.keyboard.press("h")
    expect(tab.locator(".queue-done")).to_have_text(f"All {len(raised)} done.")


@pytest.mark.slow
def test_people_are_another_view_of_the_same_filter(at: str, tab: Tab) -> None:
    opened(tab, f"{at}/?q=aben")
    tab.locator("#view-people").click()
    tab.wait_for_url("**view=people**")
    assert _rows(tab) == ["Abeni"]
    tab.locator(".queue-people tbody th a").click()
    tab.wait_for_url("**subject=Abeni")
    expect(ready(tab).locator(".nights li")).to_have_count(4)


def test_a_persons_bars_show_what_changed_from_which_night_on_in_a_picture_in_words_and_in_a_table(
    at: str, tab: Tab, several: Store
) -> None:
    days = query(several, "SELECT night_date FROM night WHERE subject = 'Abeni' ORDER BY ALL")["night_date"].to_list()
    before, second, last = days[0] - timedelta(days=1), days[1], days[-1]
    write_journal(
        several,
        [
            JournalEntry("Abeni", before, "change", text="seen on no night"),
            JournalEntry("Abeni", second, "change", text=HOSTILE),
            JournalEntry("Abeni", last, "change", text="no coffee after noon"),
            JournalEntry("Abeni", last + timedelta(days=1), "change", text="not yet seen"),
        ],
    )
    opened(tab, f"{at}/?view=people")
    row = tab.locator(".queue-people tbody tr").filter(has_text="Abeni")
    expect(row.locator(".queue-change")).to_have_text(re.compile("◆ from .* on: no coffee after noon"))
    expect(row.locator(".queue-change-more")).to_have_text("and 1 before")
    marks = row.locator(".over-change").evaluate_all("all => all.map((one) => Number(one.getAttribute('x1')))")
    starts = row.locator("rect").evaluate_all("all => all.map((one) => Number(one.getAttribute('x')))")
    assert [mark + 1 for mark in marks] == [starts[1], starts[-1]]
    expect(row.get_by_role("img", name="with what changed")).to_have_count(1)
    cells = [told.split("\t")[-1] for told in row.locator("td table tbody tr").all_inner_texts()]
    assert (cells[0], cells[2]) == ("", "")
    assert cells[1].startswith(f"{HOSTILE}, from ")
    assert cells[3].startswith("no coffee after noon, from ")
    others = tab.locator(".queue-people tbody > tr:has(.queue-who)").filter(has_not_text="Abeni")
    expect(others).to_have_count(len(NAMES) - 1)
    expect(others.locator(".queue-change, .over-change")).to_have_count(0)
    assert faults(tab, COLOURS) == ""


def test_a_change_in_words_without_end_does_not_widen_the_view_of_people(at: str, tab: Tab, several: Store) -> None:
    (day,) = query(several, "SELECT max(night_date) AS day FROM night WHERE subject = 'Abeni'")["day"]
    write_journal(several, [JournalEntry("Abeni", day, "change", text="قهوة" + "W" * 9000)])
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 844})
        opened(tab, f"{at}/?view=people")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        box = tab.locator(".queue-change").bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
        assert box["height"] < 45


@pytest.mark.parametrize("view", ["nights", "people"])
def test_keyboards_and_screen_readers_can_use_the_queue_and_at_200_percent_it_does_not_scroll_sideways(
    at: str, tab: Tab, view: str
) -> None:
    tab.emulate_media(color_scheme="light")
    opened(tab, f"{at}/?view={view}")
    assert faults(tab) == ""
    assert tab.title() == "To review · nightkick"
    tab.emulate_media(color_scheme="dark")
    assert faults(tab, COLOURS) == ""
    tab.set_viewport_size({"width": 640, "height": 450})
    assert too_wide(tab) == []


@pytest.mark.first_case
@pytest.mark.parametrize("view", ["nights", "people"])
def test_a_telephone_needs_no_sideways_scrolling_and_has_targets_of_44_px(at: str, tab: Tab, view: str) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    opened(tab, f"{at}/?view={view}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.locator(".queue-side summary").click()
    small = tab.evaluate(
        """[...document.querySelectorAll(".page-queue button, .page-queue label, .page-queue summary, .page-queue a")]
            .filter((one) => one.getClientRects().length && !one.matches(".queue-link"))
            .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML)"""
    )
    assert small == []


@pytest.mark.slow
def test_j_and_k_lead_through_rows_and_a_slash_to_the_search(at: str, tab: Tab) -> None:
    opened(tab, f"{at}/?view=nights")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(tab.locator(".queue-link").nth(1)).to_be_focused()
    tab.keyboard.press("k")
    expect(tab.locator(".queue-link").first).to_be_focused()
    tab.keyboard.press("/")
    expect(tab.locator("#queue-search")).to_be_focused()


def _back(tab: Tab) -> None:
    """As a browser tells a window that someone comes back to."""
    tab.evaluate("window.dispatchEvent(new Event('focus'))")


def test_coming_back_to_the_queue_shows_what_was_judged_elsewhere_and_keeps_focus_and_what_is_typed(
    at: str, tab: Tab, several: Store
) -> None:
    """A second tab showed a verdict of the first one only once something was done in it."""
    opened(tab, at)
    before = len(_rows(tab))
    first, last = tab.locator(".queue-link").first, tab.locator(".queue-link").last
    gone, kept = first.get_attribute("href"), last.get_attribute("href")
    last.evaluate("(node) => { node.focus({ preventScroll: true }); scrollTo({ top: 200, behavior: 'instant' }); }")
    top = tab.evaluate("scrollY")
    _judged(several, gone or "")
    _back(tab)
    expect(tab.locator(f'.queue-link[href="{gone}"]')).to_have_count(0)
    assert len(_rows(tab)) == before - 1
    assert tab.evaluate("document.activeElement.getAttribute('href')") == kept
    assert tab.evaluate("scrollY") == top
    tab.locator("#filter-index_from").fill("3")
    _judged(several, kept or "")
    _back(tab)
    tab.wait_for_timeout(500)
    expect(tab.locator("#filter-index_from")).to_have_value("3")
    expect(tab.locator("#filter-index_from")).to_be_focused()


def _judged(store: Store, href: str) -> None:
    parts = urlsplit(href)
    subject, day = parse_qs(parts.query)["subject"][0], date.fromisoformat(parts.path.rpartition("/")[2])
    judge(store, subject, day, "dismiss")


def test_an_address_that_cannot_be_read_is_answered_in_a_line_that_names_it(at: str) -> None:
    with httpx.Client(base_url=at, cookies=key_of(at), timeout=60) as client:
        for path in ("nights", "counts", "people", "next?night=2026-03-10"):
            answer = client.get(f"/api/queue/{path}{'&' if '?' in path else '?'}whose=x")
            assert answer.status_code == 400
            assert "whose" in answer.json()["error"]
        missing = client.get("/api/night", params={"subject": "", "night": "2026-03-10"})
        assert (missing.status_code, "no person is named" in missing.json()["error"]) == (400, True)
        rows = client.get("/export/queue.csv", params={"of": "nights", "person": "Abeni"}).text.splitlines()
    assert len(rows) == 5
