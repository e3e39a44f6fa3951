"""The journal in a real browser: written by keyboard, saved, changed, and what happens to what is wrong or hostile."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Locator, expect
from playwright.sync_api import Page as Tab

from analytics.journal.fields import ALONE
from analytics.review.journal import journal_payload, saved_payload
from analytics.review.journal_files import import_payload
from analytics.said import JournalEntry
from analytics.store import Store, changes_of, journal_of, write_journal
from ingest.errors import UsageError
from tests.analytics.review.browsing import faults, opened, page_of, pressing, ready, served

pytestmark = pytest.mark.once

DAY = date(2026, 3, 4)
HERE = "/journal/2026-03-04?subject=me"


def _night(tab: Tab) -> Locator:
    return tab.locator(".journal-day").first


def _saved(database: Path, day: date = DAY) -> dict[str, float | str | None]:
    noted = journal_of(Store(database), "me", day)
    return {entry.kind: entry.text if entry.value is None else entry.value for entry in noted}


def _says(tab: Tab, words: str) -> None:
    expect(tab.locator(".journal-says")).to_contain_text(words)


@pytest.fixture
def bare(empty: Path) -> Path:
    """A database without nights, with a day of the journal."""
    write_journal(
        Store(empty),
        [
            JournalEntry("me", date(2026, 3, 3), "lights_off", text="23:05"),
            JournalEntry("me", date(2026, 3, 3), "magnesium_mg", 300.0),
            JournalEntry("me", date(2026, 3, 3), "leg_pain", 4.0),
        ],
    )
    return empty


def test_a_day_is_written_by_keyboard_saved_loaded_and_changed_with_its_history(tab: Tab, bare: Path) -> None:
    with served(page_of(bare)) as at:
        opened(tab, at + HERE)
        form = _night(tab)
        form.get_by_label("lights off", exact=True).focus()
        tab.keyboard.type("10:40 pm")
        tab.keyboard.press("Tab")
        expect(form.locator("#journal-2026-03-04-lights_off-says")).to_have_text("22:40")
        form.get_by_label("coffee, tea, cola").fill("1,5 cups")
        form.get_by_role("group", name="stress").get_by_role("radio").first.focus()
        tab.keyboard.press("7")
        tab.keyboard.press("-")
        tab.keyboard.press("=")
        form.get_by_role("group", name="jerk felt").get_by_role("radio").first.focus()
        tab.keyboard.press("2")
        form.get_by_label("note", exact=True).fill("late, but fine")
        tab.keyboard.press("Control+Enter")
        _says(tab, "Saved.")
        stored = {
            "lights_off": "22:40",
            "caffeine_cups": 1.5,
            "stress": 10.0,
            "jerk_felt": 2.0,
            "note": "late, but fine",
        }
        assert _saved(bare) == stored
        tab.reload()
        ready(tab)
        expect(form.get_by_label("lights off", exact=True)).to_have_value("22:40")
        expect(form.get_by_role("group", name="jerk felt").get_by_role("radio").nth(2)).to_be_checked()
        form.get_by_label("coffee, tea, cola").fill("")
        form.get_by_label("lights off", exact=True).fill("2250")
        tab.keyboard.press("Control+Enter")
        _says(tab, "Saved.")
        del stored["caffeine_cups"]
        assert _saved(bare) == stored | {"lights_off": "22:50"}
        tab.get_by_text("2 versions of").click()
        expect(tab.locator(".journal-history").first).to_contain_text("coffee, tea, cola: taken back")
        expect(tab.locator(".journal-history").first).to_contain_text("lights off: 22:40")
        expect(tab.locator(".journal-week")).to_contain_text("22:50")


def test_a_scale_says_what_its_ends_mean_takes_its_word_and_a_second_click_takes_it_back(tab: Tab, bare: Path) -> None:
    """What 0 and 10 mean stood in a title alone; a finger could not take back an answer, nor write "alone"."""
    with served(page_of(bare)) as at:
        form = _night(opened(tab, at + HERE))
        expect(form).to_contain_text("0 none, 10 as bad as it can be")
        expect(form).to_contain_text("1 badly, 5 very well")
        for name, step in (("partner saw kicks", ALONE), ("tingling", "0"), ("numbness", "3")):
            form.get_by_role("group", name=name, exact=True).get_by_role("radio", name=step, exact=True).click()
        tingling = form.get_by_role("group", name="tingling", exact=True)
        expect(tingling).not_to_have_class(re.compile("unanswered"))
        tingling.get_by_role("radio").first.click()
        expect(tingling).to_have_class(re.compile("unanswered"))
        form.get_by_role("group", name="numbness", exact=True).get_by_role("radio", name="4").click()
        tab.keyboard.press("Control+Enter")
        _says(tab, "Saved.")
        assert _saved(bare) == {"partner_saw_kicks": ALONE, "numbness": 4.0}


def test_labels_stand_beside_their_scales_the_focus_is_never_under_the_bar_and_the_guided_week_counts_what_is_stored(
    tab: Tab, bare: Path
) -> None:
    with served(page_of(bare)) as at:
        card = opened(tab, at + HERE).locator(".guided-week")
        expect(card).to_contain_text("0 of 7 nights recorded and answered.")
        expect(card).to_contain_text("Tonight: wear the sensor.")
        apart = tab.evaluate(
            """[...document.querySelectorAll('.journal-scale')]
            .map((one) => [one, one.querySelector('legend'), one.querySelector('.steps')])
            .map(([one, ...parts]) => [one.textContent, ...parts.map((part) => part.getBoundingClientRect())])
            .filter(([, legend, steps]) => legend.top >= steps.bottom || steps.top >= legend.bottom)
            .map(([text]) => text)"""
        )
        assert apart == []
        hidden = tab.evaluate(
            """[...document.querySelectorAll('.journal-day input:not([type=radio]), .journal-day textarea')]
            .filter((one) => {
              scrollTo({ top: 0, behavior: 'instant' });
              one.focus();
              const bar = document.querySelector('.journal-bar').getBoundingClientRect();
              return one.getBoundingClientRect().bottom > bar.top && one.getBoundingClientRect().top < bar.bottom;
            }).map((one) => one.name)"""
        )
        assert hidden == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [HERE, "/"])
def test_on_paper_what_is_chosen_is_seen_and_what_only_a_screen_can_do_is_left_out(
    address: str, tab: Tab, path: str
) -> None:
    """Paper leaves out grounds, so a chosen answer was white on white."""
    tab.emulate_media(media="print")
    opened(tab, address + path)
    assert tab.evaluate("getComputedStyle(document.body).printColorAdjust") == "exact"
    for left_out in (".journal-bar", ".turn", ".filters", "footer button"):
        for one in tab.locator(left_out).all():
            expect(one).to_be_hidden()


def test_a_wrong_field_keeps_its_text_says_why_and_holds_up_nothing_else(tab: Tab, bare: Path) -> None:
    with served(page_of(bare)) as at:
        opened(tab, at + HERE)
        form = _night(tab)
        form.get_by_label("got up").fill("25:00")
        form.get_by_label("water, l").fill("2")
        tab.get_by_role("button", name="Save").click()
        _says(tab, "1 field to mend. The rest is saved.")
        assert _saved(bare) == {"water_l": 2.0}
        expect(form.get_by_label("got up")).to_have_value("25:00")
        expect(form.get_by_label("got up")).to_have_attribute("aria-invalid", "true")
        expect(form.locator("#journal-2026-03-04-got_up-says")).to_contain_text("no clock time")
        form.get_by_label("got up").fill("7 am")
        tab.get_by_role("button", name="Save").click()
        _says(tab, "Saved.")
        assert _saved(bare) == {"water_l": 2.0, "got_up": "07:00"}


def test_a_slow_press_of_save_is_not_lost_to_how_the_field_it_leaves_was_read(tab: Tab, bare: Path) -> None:
    """Leaving the field tells how it is read; the line that comes or goes moved the button from under the pointer."""
    with served(page_of(bare)) as at:
        form = _night(opened(tab, at + HERE))
        read, field = form.locator("#journal-2026-03-04-got_up-says"), form.get_by_label("got up")
        for typed, before, says in (
            ("25:00", "", "1 field to mend. The rest is saved."),
            ("7 am", "no clock time", "Saved."),
        ):
            field.fill(typed)
            with pressing(tab, tab.get_by_role("button", name="Save")):
                assert before in read.inner_text()
                assert bool(before) == bool(read.inner_text())
            _says(tab, says)
        assert _saved(bare) == {"got_up": "07:00"}


def test_what_is_typed_and_not_saved_is_back_when_the_day_is_shown_again(tab: Tab, bare: Path) -> None:
    """Another page, day or person came without a word, and what was typed was gone."""
    with served(page_of(bare)) as at:
        opened(tab, at + HERE)
        _night(tab).get_by_label("water, l").fill("2")
        for away in (tab.locator(".turn"), tab.get_by_role("link", name="All nights")):
            away.first.click()
            expect(tab).not_to_have_url(at + HERE)
            ready(tab).go_back()
            ready(tab)
            expect(_night(tab).get_by_label("water, l")).to_have_value("2")
            _says(tab, "is back, and not saved yet")
        assert _saved(bare) == {}
        tab.get_by_role("button", name="Save").click()
        _says(tab, "Saved.")
        assert _saved(bare) == {"water_l": 2.0}


def test_the_browser_asks_before_what_is_typed_and_not_saved_goes_and_keeps_none_of_it(tab: Tab, bare: Path) -> None:
    """A closed tab took what was typed with it, without a word."""
    asked: list[str] = []

    def answered(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.on("dialog", answered)
    with served(page_of(bare)) as at:
        field = _night(opened(tab, at + HERE)).get_by_label("coffee, tea, cola")
        ready(tab).reload()
        assert asked == []
        ready(tab)
        field.fill("2")
        tab.get_by_role("link", name="Check a sensor").click()
        expect(tab.locator("h1")).to_contain_text("Check")
        tab.reload()
        assert asked == ["beforeunload"]
        opened(tab, at + HERE)
        field.fill("2")
        tab.keyboard.press("Control+Enter")
        _says(tab, "Saved.")
        tab.reload()
        assert asked == ["beforeunload"]
        assert tab.evaluate("localStorage.length + sessionStorage.length") == 0


def test_y_copies_the_day_before_but_not_how_it_was_and_own_factors_are_kept(tab: Tab, bare: Path) -> None:
    with served(page_of(bare)) as at:
        opened(tab, at + HERE)
        form = _night(tab)
        tab.keyboard.press("y")
        _says(tab, "2 answers as the day before, not saved yet.")
        assert _saved(bare) == {}
        form.get_by_label("a factor of your own").fill("Herbal tea")
        form.get_by_role("button", name="Add").click()
        tab.keyboard.type("1")
        tab.keyboard.press("Control+Enter")
        _says(tab, "Saved.")
        assert _saved(bare) == {"lights_off": "23:05", "magnesium_mg": 300.0, "herbal_tea": 1.0}
        expect(form.get_by_label("herbal tea", exact=True)).to_have_value("1")


def test_of_two_tabs_the_later_save_says_that_the_day_changed_and_both_are_kept(tab: Tab, bare: Path) -> None:
    with served(page_of(bare)) as at:
        opened(tab, at + HERE)
        other = opened(tab.context.new_page(), at + HERE)
        for one, cups in ((other, "1"), (tab, "3")):
            _night(one).get_by_label("coffee, tea, cola").fill(cups)
        _night(other).get_by_label("water, l").fill("2")
        other.get_by_role("button", name="Save").click()
        _says(other, "Saved.")
        tab.get_by_role("button", name="Save").click()
        _says(
            tab, "changed meanwhile elsewhere. coffee, tea, cola: there 1, here 3, which holds; water: 2. The history"
        )
        expect(_night(tab).get_by_label("water, l")).to_have_value("2")
    assert _saved(bare) == {"caffeine_cups": 3.0, "water_l": 2.0}
    kept = [change.entry.value for change in changes_of(Store(bare), "me", DAY) if change.entry.kind == "caffeine_cups"]
    assert kept == [1.0, 3.0]


def test_hostile_words_stay_words_and_home_and_night_lead_to_the_journal(address: str, tab: Tab) -> None:
    opened(tab, address + "/night/2026-03-02?subject=me")
    tab.get_by_role("link", name="Write or change this day").click()
    ready(tab)
    note = _night(tab).get_by_label("note", exact=True).input_value()
    assert note.startswith("<script>")
    assert len(note) > 10_000
    tab.get_by_text("1 version of").first.click()
    expect(tab.locator(".journal-history").first).to_contain_text("<script>document.title='taken'</script>")
    assert tab.title().startswith("Journal, ")
    assert faults(tab) == ""
    tab.get_by_role("link", name="All nights").click()
    ready(tab)
    tab.get_by_role("link", name="Journal", exact=True).click()
    ready(tab)
    expect(tab.locator("h1")).to_have_text("Journal")


def test_on_a_phone_nothing_scrolls_sideways_and_every_target_is_large_enough(bare: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    with served(page_of(bare)) as at:
        phone = opened(context.new_page(), at + HERE)
        for screen in ("The day after", "This night"):
            phone.get_by_role("button", name=screen).tap()
            assert phone.evaluate("document.documentElement.scrollWidth") <= 390
            small = phone.evaluate(
                """[...document.querySelectorAll('main input, main textarea, main button, main select, main a')]
                .filter((one) => one.checkVisibility())
                .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
                .filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)"""
            )
            assert small == []
        form = _night(phone)
        evening = phone.locator(".journal-day").nth(1)
        expect(evening).to_be_hidden()
        phone.get_by_role("button", name="The day after").tap()
        expect(form).to_be_hidden()
        evening.get_by_label("coffee, tea, cola").fill("2")
        phone.get_by_role("button", name="This night").tap()
        expect(evening).to_be_hidden()
        form.get_by_role("group", name="slept", exact=True).get_by_role("radio").nth(3).tap()
        phone.get_by_role("button", name="Save").tap()
        _says(phone, "Saved.")
    context.close()
    assert _saved(bare) == {"sleep_quality": 4.0}
    assert _saved(bare, date(2026, 3, 5)) == {"caffeine_cups": 2.0}


def test_a_file_shows_first_what_would_happen_and_stores_it_only_when_confirmed(
    tab: Tab, bare: Path, tmp_path: Path
) -> None:
    table = "date;lights_off;got_up;stress\n03.03.2026;23:10;25:00;3\n;22:00;;1\n"
    with served(page_of(bare)) as at:
        opened(tab, at + HERE)
        card = tab.locator(".journal-file")
        large = tmp_path / "large.csv"
        large.write_bytes(b"x" * (20 << 20))
        card.locator("input").set_input_files(large)
        expect(card.locator(".wrong")).to_have_text("too large for a journal (one row a day is enough)")
        card.locator("input").set_input_files(
            {"name": "mine.csv", "mimeType": "text/csv", "buffer": table.encode("utf-8-sig")}
        )
        expect(card).to_contain_text("1 day would change: 1 new, 1 changed; 2 left out. Nothing is stored yet.")
        expect(card).to_contain_text("changed, 23:05 -> 23:10 (2026-03-03 of me)")
        expect(card).to_contain_text("'25:00' is no clock time, left out")
        expect(card).to_contain_text("of merged cells only the first row has it")
        before = {"lights_off": "23:05", "magnesium_mg": 300.0, "leg_pain": 4.0}
        assert _saved(bare, date(2026, 3, 3)) == before
        card.get_by_role("button", name="Store it").click()
        expect(card).to_contain_text("Stored.")
    assert _saved(bare, date(2026, 3, 3)) == before | {"lights_off": "23:10", "stress": 3.0}


def test_a_plan_that_no_longer_holds_stores_nothing_and_shows_the_new_one(bare: Path) -> None:
    page = page_of(bare)
    said: dict[str, object] = {
        "name": "a.csv",
        "subject": "me",
        "confirmed": None,
        "base64": b64encode(b"date,stress\n2026-03-03,3\n").decode(),
    }
    seen = import_payload(page, said)
    assert not seen["is_stored"]
    write_journal(page.store, [JournalEntry("me", date(2026, 3, 3), "stress", 9.0)])
    again = import_payload(page, said | {"confirmed": seen["fingerprint"]})
    assert (again["is_stored"], again["has_changed"]) == (False, True)
    assert again["cells"] == [[2, "stress", "changed, 9 -> 3 (2026-03-03 of me)"]]
    assert _saved(bare, date(2026, 3, 3))["stress"] == 9.0
    assert import_payload(page, said | {"confirmed": again["fingerprint"]})["is_stored"]
    assert _saved(bare, date(2026, 3, 3))["stress"] == 3.0
    for wrong in ({"base64": "%"}, {"name": 1}, {"subject": " "}, {"confirmed": 1}):
        with pytest.raises(UsageError):
            import_payload(page, said | wrong)


NOTES = {
    "script": "<script>document.title='taken'</script>",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u202eabc\u202c",
    "10 kB": "long words " * 930,
}


@pytest.mark.first_case
@pytest.mark.parametrize("words", NOTES.values(), ids=NOTES)
def test_a_note_comes_back_as_it_was_written_whatever_it_holds(tab: Tab, bare: Path, words: str) -> None:
    with served(page_of(bare)) as at:
        note = _night(opened(tab, at + HERE)).get_by_label("note", exact=True)
        note.fill(words)
        tab.keyboard.press("Control+Enter")
        _says(tab, "Saved.")
        assert _saved(bare) == {"note": words.strip()}
        tab.reload()
        ready(tab)
        expect(note).to_have_value(words.strip())
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert tab.title().startswith("Journal, ")


def test_a_day_that_has_not_come_and_what_is_no_day_of_a_person_are_refused(bare: Path) -> None:
    page = page_of(bare)
    whole: dict[str, object] = {"subject": "me", "day": "2026-03-04", "seen": 0, "cells": {}}
    odd: tuple[dict[str, object], ...] = (
        {"subject": " "},
        {"day": "2999-01-01"},
        {"seen": None},
        {"cells": {"note": 1}},
        {"cells": []},
    )
    for wrong in odd:
        with pytest.raises(UsageError):
            saved_payload(page, whole | wrong)
    with pytest.raises(UsageError, match="future"):
        journal_payload(page, "me", date(2999, 1, 1))
    assert saved_payload(page, whole)["n_saved"] == 0
    assert _saved(bare) == {}
