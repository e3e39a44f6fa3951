"""The answer on top of home in a real browser: its words, what explains them, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.analytics.over_nights.people import CLINICIAN, HARMLESS, OPEN, Made, said
from tests.analytics.over_nights.storing import store_people
from tests.analytics.review.browsing import faults, opened, page_of, ready, served

pytestmark = pytest.mark.once

PEOPLE = {
    "calm": Made(HARMLESS, "q" * 14, said()),
    "kicks": Made(CLINICIAN, "k" * 14, {"urge_to_move": "5050500"}),
    "open": Made(OPEN, "kqq", {}),
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[str]:
    database = tmp_path / "n.duckdb"
    store_people(database, PEOPLE)
    with served(page_of(database)) as at:
        yield at


def test_every_answer_says_what_it_is_on_top_and_axe_finds_nothing(home: str, tab: Tab) -> None:
    for person, begins in (("calm", "Nothing here"), ("kicks", "Worth showing"), ("open", "Cannot tell yet")):
        opened(tab, f"{home}/?subject={person}")
        expect(tab.locator("h1")).to_contain_text(begins)
        assert faults(tab) == ""


def test_a_card_writes_days_as_people_do_and_no_line_begins_with_what_ends_a_word(home: str, tab: Tab) -> None:
    """ "95 %" stood at the end of a line, and its colon alone on the next one."""
    card = opened(tab, f"{home}/?subject=kicks").locator(".answer")
    expect(card).not_to_contain_text("2026-03")
    expect(card.locator("> p").first).to_contain_text("Mar\u00a02026")
    assert card.locator(".term").count() > 1
    begins = card.locator(".term-box").evaluate_all(
        "all => all.map((one) => one.nextSibling?.textContent[0]).filter((next) => '.,:;)'.includes(next ?? ' '))"
    )
    assert begins == []


def test_no_line_ends_inside_an_interval(home: str, tab: Tab) -> None:
    """ "(" stood at the end of a line, and "95 %" on the next one."""
    card = opened(tab, f"{home}/?subject=kicks").locator(".answer")
    box = card.locator(".term-box", has_text="95\u00a0%").first
    shown = box.evaluate("one => [...one.childNodes].slice(0, -1).map((part) => part.textContent).join('')")
    assert re.fullmatch(r"\(95\u00a0%: [\d.]+ to [\d.]+\),?", shown)
    assert box.evaluate("one => getComputedStyle(one).whiteSpace") == "nowrap"


def test_what_explains_a_term_is_shut_by_escape_and_shown_again(home: str, tab: Tab) -> None:
    term = opened(tab, f"{home}/?subject=kicks").locator(".term-box").first
    tip = term.locator(".tip")
    term.locator(".term").hover()
    expect(tip).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    tab.mouse.move(0, 0)
    term.locator(".term").focus()
    expect(tip).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_missing_answers_lead_to_the_journal_of_that_person(home: str, tab: Tab) -> None:
    for decided in ("calm", "kicks"):
        opened(tab, f"{home}/?subject={decided}")
        expect(tab.locator(".to-journal")).to_have_count(0)
    opened(tab, f"{home}/?subject=open").locator(".to-journal").click()
    expect(ready(tab).locator("h1")).to_have_text("Journal")
    expect(tab.get_by_label("Person")).to_have_value("open")


def test_of_several_people_each_has_the_answer_beside_the_name_and_of_one_the_name_is_not_repeated(
    home: str, tab: Tab
) -> None:
    opened(tab, f"{home}/?view=people")
    expect(tab.locator(".queue-answer")).to_have_count(3)
    opened(tab, f"{home}/?subject=open")
    expect(tab.locator(".nights li")).to_have_count(3)
    expect(tab.locator(".nights .who")).to_have_count(0)
    expect(tab.locator(".finding h3")).to_have_count(0)
