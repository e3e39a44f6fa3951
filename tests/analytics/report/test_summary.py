"""The one-page summary: what stands on it, in which order, and on how many sheets, printed by Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from analytics.pictures.colours import BLACK
from analytics.report import read_report, read_summary, summary_page
from analytics.report.night_lines import MOST_LINES
from analytics.report.summed_up import Summary
from analytics.said import JournalEntry
from analytics.store import Store, query, write_journal
from ingest.losses import BREAKS_OFF, warning_of_loss
from tests.analytics.over_nights.people import PEOPLE
from tests.analytics.over_nights.storing import FIRST, store_people
from tests.analytics.report.making import ABOUT
from tests.analytics.report.nights_of import WHO, months
from tests.analytics.report.test_print import CHROMIUM, printed

printing = pytest.mark.skipif(
    CHROMIUM is None or shutil.which("pdftoppm") is None, reason="no Chromium or no poppler here to print with"
)


def summed(store: Store, n: int, subject: str | None = None) -> Summary:
    return read_summary(store, FIRST, FIRST + timedelta(days=n - 1), subject=subject, about=ABOUT)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return months(tmp_path_factory.mktemp("month") / "n.duckdb", 31)


@pytest.fixture(scope="module")
def html(month: Store) -> str:
    return summary_page(summed(month, 31))


def words(html: str) -> str:
    body = re.sub(r"<(style|title|desc)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_it_answers_first_and_ends_with_room_to_write(html: str) -> None:
    said = words(html)
    order = ("Worth showing to a clinician", "Over nights", "Nights (27 of 31 judged on both jerks and kicks)",
             "When to see a clinician", "Method", "Room for the clinician", "date, signature")  # fmt: skip
    places = [said.index(title) for title in order]
    assert places == sorted(places)


def test_who_it_is_comes_from_the_database_and_what_is_not_there_is_a_line(html: str, tmp_path: Path) -> None:
    fields = "<p><span>{}</span><bdi>{}</bdi></p>"
    for name, said in (("name", WHO), ("born", "4 Jun 1987"), ("ID", ""), ("measured at", "ankle, left leg")):
        assert fields.format(name, said) in html
    nameless = summary_page(summed(months(tmp_path / "n.duckdb", 3, who="me", born=None, full=False), 3))
    for name in ("name", "born", "ID"):
        assert fields.format(name, "") in nameless


def test_where_a_sensor_was_worn_is_what_is_known_of_it(month: Store) -> None:
    shown = summary_page(replace(summed(month, 31), sites=("unknown", "ankle"), rates_hz=(25.0, 50.0)))
    assert "<span>measured at</span><bdi>ankle, left leg, 25 Hz, 50 Hz</bdi>" in shown


def test_of_a_birth_the_year_may_be_all_that_is_known(month: Store) -> None:
    assert "<span>born</span><bdi>1987</bdi>" in summary_page(replace(summed(month, 31), born="1987"))


def test_a_night_that_was_not_judged_is_never_none(html: str) -> None:
    rows = {row[0]: row[1:] for row in lines(html)}
    assert rows["Thu 5 Mar"][2:] == ["4", "3.0", "3.8–10.2", "jerks"]
    assert rows["Fri 6 Mar"][2:] == ["0", "4.0", "1.8–10.2", "(jerks)"]
    assert rows["Mon 9 Mar"][2:4] == ["0?", "16.0?"]
    assert rows["Tue 10 Mar"] == ["not assessable: only 3.1 h were recorded and worn"]


def test_a_night_that_cannot_be_assessed_for_a_reason_unknown_shows_no_numbers(tmp_path: Path) -> None:
    shown = summary_page(summed(months(tmp_path / "n.duckdb", 14, full=False), 14))
    assert ["Tue 10 Mar", "not assessable"] in lines(shown)


def lines(html: str) -> list[list[str]]:
    """Cells of the nights that stand a line each."""
    tables = re.findall(r'<table class="lines">(.*?)</table>', html)
    rows = [row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table)]
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_the_picture_says_what_was_changed_and_hatches_what_is_not_known(html: str) -> None:
    (drawn,) = re.findall(r"<svg viewBox.*?</svg>", html, flags=re.DOTALL)
    assert "no coffee after noon" in drawn
    assert "magnesium" in drawn
    assert drawn.count("url(#unknown)") == 2 * 2 + 2  # of two weeks: not assessable twice, jerks not told once
    assert drawn.count('class="open-dot"') == 2


def test_it_answers_as_the_command_does(tmp_path: Path) -> None:
    made = {name: PEOPLE[name] for name in ("quiet", "kicks on most nights", "six nights", "urge")}
    store = store_people(tmp_path / "n.duckdb", made)
    for name, person in made.items():
        assert summed(store, len(person.nights), name).answer.name == person.truth


def test_only_nights_and_days_of_the_range_count(month: Store) -> None:
    assert len(summed(month, 7).nights) == 7
    assert [words for _, words in summed(month, 7).changes] == ["no coffee after noon"]
    late = read_summary(month, FIRST + timedelta(days=20), FIRST + timedelta(days=30), subject=None, about=ABOUT)
    assert (len(late.nights), late.changes, late.n_days_noted) == (11, (), 0)


@pytest.mark.slow
def test_numbers_are_as_reviewed_where_movements_were(store: Store) -> None:
    """The fourth night has dismissed movements and an excluded hour."""
    report = read_report(store, date(2026, 3, 10), date(2026, 3, 13), subject=None, about=ABOUT)
    plain, *_, mended = report.summary.nights
    after = report.nights[3].reviewed
    assert after is not None
    assert (mended.index, mended.tst_h, mended.is_mended) == (after.measures.plms_index, after.tst_h, True)
    assert (plain.index, plain.is_mended) == (report.nights[0].measures.plms_index, False)
    assert "*: as reviewed." in words(summary_page(report.summary))


@pytest.mark.slow
def test_what_is_said_over_the_nights_is_said_of_the_numbers_in_their_rows(store: Store) -> None:
    """A row said 36.6 as reviewed, and the line under the picture "from 36.7", as detected."""
    report = read_report(store, date(2026, 3, 10), date(2026, 3, 13), subject=None, about=ABOUT)
    shown = [night.index for night in report.summary.nights if night.index is not None]
    detected = [night.measures.plms_index for night in report.nights if night.measures.plms_index is not None]
    assert median(shown) != median(detected)
    said = f"PLMS per hour of sleep, as reviewed: median {median(shown):.1f}, from {min(shown):.1f} to {max(shown):.1f}"
    assert said in words(summary_page(report.summary))


def test_what_was_reviewed_under_other_rules_stands_as_detected_and_says_so(store: Store) -> None:
    day = date(2026, 3, 13)
    unknown = replace(ABOUT, rulesets={})
    (night,) = read_summary(store, day, day, subject=None, about=unknown).nights
    (detected,) = query(store, "SELECT plms_index FROM nights WHERE night_date = ?", [day])["plms_index"]
    assert (night.is_stale, night.is_mended, night.index) == (True, False, detected)
    assert "!: reviewed" in words(summary_page(read_summary(store, day, day, subject=None, about=unknown)))


def advised(folder: Path, n: int, *, full: bool = True) -> Summary:
    """Nights whose journal touches three suggestions; the last one finds no place."""
    store = months(folder / "n.duckdb", n, full=full)
    jerked = [night.n_jerks > 0 for night in summed(store, n).nights]
    days = [FIRST + timedelta(days=k) for k in range(n)]
    late = [JournalEntry(WHO, day, "last_caffeine_at", text="16:30" if had else "10:00")
            for day, had in zip(days, jerked, strict=True)]  # fmt: skip
    screens = [JournalEntry(WHO, day, "screens_until", text="23:00") for day in days]
    dark = [JournalEntry(WHO, day, "lights_off", text="23:15") for day in days]
    write_journal(store, [*late, *screens, *dark, JournalEntry(WHO, FIRST, "medicines", text="cetirizine")])
    return summed(store, n)


def test_advice_is_two_lines_with_their_reasons_and_nothing_without_data(html: str, tmp_path: Path) -> None:
    assert "sheet-advice" not in html.partition("<main>")[2]
    (shown,) = re.findall(r'<ul class="sheet-advice">(.*?)</ul>', summary_page(advised(tmp_path, 31)))
    first, second = (words(line) for line in re.findall(r"<li>(.*?)</li>", shown))
    assert first.startswith("Worth discussing: Some medicines")
    assert first.endswith("(medicines noted on 1 day of the journal)")
    assert second.startswith("Could be tried: Some people have fewer jerks without caffeine after noon")
    assert re.search(
        r"\(jerks on (\d+) of \1 nights with caffeine at 14:00 or later, and on 0 of \d+ without\)$", second
    )


def test_more_than_a_month_is_a_calendar_of_weeks(tmp_path: Path) -> None:
    shown = summary_page(summed(months(tmp_path / "n.duckdb", MOST_LINES + 1), MOST_LINES + 1))
    (calendar,) = re.findall(r'<table class="calendar">(.*?)</table>', shown)
    rows = [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", calendar)]  # fmt: skip
    assert rows[1] == ["2 Mar 2026", "5.0 · 0", "6.0 · 1", "7.0 · 2", "3.0 · 4", "4.0 · 0", "30.0 · 0", "31.0 · 0",
                       "7 of 7", "6.0", "7 in 7 nights"]  # fmt: skip
    assert rows[2][1:5] == ["16.0? · 0?", "–", "4.0 · 0", "5.0 · 0 R"]
    assert rows[-1][4:8] == ["5.0 · 4", "", "", ""]


@printing
@pytest.mark.first_case
@pytest.mark.parametrize("full", [True, False], ids=["all signs", "no answer to any question"])
def test_with_advice_a_month_is_one_sheet_still(tmp_path: Path, *, full: bool) -> None:
    (page,) = printed(summary_page(advised(tmp_path, 31, full=full)), tmp_path)
    assert "Could be tried" in page
    assert "date, signature" in page


@printing
@pytest.mark.first_case
@pytest.mark.parametrize(("n", "pages"), [(366, 2), (31, 1)])
def test_a_month_is_one_sheet_and_a_year_two_in_black_and_white(n: int, pages: int, tmp_path: Path) -> None:
    made = printed(summary_page(summed(months(tmp_path / "n.duckdb", n), n)), tmp_path)
    assert len(made) == pages
    assert "date, signature" in made[-1]
    subprocess.run(["pdftoppm", "-r", "40", tmp_path / "report.pdf", tmp_path / "p"], check=True, timeout=60)
    for image in sorted(tmp_path.glob("p-*.ppm")):
        colours = np.frombuffer(image.read_bytes()[-3 * 331 * 468 :], np.uint8).reshape(-1, 3).astype(int)
        assert np.ptp(colours, axis=1).max() <= 4
        assert colours.min() < 64


@printing
def test_a_month_is_one_sheet_whatever_is_missing(tmp_path: Path) -> None:
    """Every question is unanswered, each with the words that ask for it: the longest answer."""
    store = months(tmp_path / "n.duckdb", 31, who="x" * 60, full=False)
    assert len(printed(summary_page(summed(store, 31)), tmp_path)) == 1


def damaged(store: Store, n: int) -> Summary:
    """Each night of a file of its own, of which another share is missing; one sentence is about all."""
    found = summed(store, n)
    days = [night.day for night in found.nights]
    return replace(found, damage={day: (*warning_of_loss(0.1 + k / 50), BREAKS_OFF) for k, day in enumerate(days)})


def test_of_damaged_files_a_sentence_stands_once_and_the_most_are_counted(month: Store) -> None:
    (told,) = re.findall(r"Damaged file: [^<]*", summary_page(damaged(month, 31)))
    evenings = ", ".join(f"{day} Mar 2026" for day in range(2, 9))
    (first,), (second,) = warning_of_loss(0.1), warning_of_loss(0.12)
    assert told == (
        f"Damaged file: {first} (2 Mar 2026); {BREAKS_OFF} ({evenings}, 24 more); {second} (3 Mar 2026); 29 more."
    )


@printing
def test_a_month_of_damaged_files_is_one_sheet_still(tmp_path: Path) -> None:
    store = months(tmp_path / "n.duckdb", 31, who="x" * 60, full=False)
    (page,) = printed(summary_page(damaged(store, 31)), tmp_path)
    assert "Damaged file" in page


def test_no_mark_on_it_is_too_light_for_a_copier() -> None:
    """By WCAG's contrast on white."""
    for colour in BLACK.values():
        digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
        levels = np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255
        linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 3
