"""The report as a document: self-contained, complete, told twice where it is drawn, and deaf to hostile text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from analytics.flag import Criterion, Flag
from analytics.model import Blank, BlankKind, Night
from analytics.nights.review_effect import standing
from analytics.pictures.markup import Html, el, joined, number
from analytics.report import page_of, read_report
from analytics.report.gathering import Report
from analytics.report.night import masked
from analytics.report.timeline import timeline
from analytics.said import JournalEntry
from analytics.sleep.possible import possible_nights
from analytics.store import Store
from ingest.clock import zone_info
from ingest.errors import UsageError
from tests.analytics.report.making import ABOUT, HOSTILE, crowded
from tests.analytics.store.making import EVENING
from tests.flows import stored

GOLDEN = Path(__file__).with_name("page.txt")


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return page_of(report)


@pytest.fixture(scope="module")
def tree(html: str) -> ET.Element:
    """The report is well-formed XML too, so that nothing is left open."""
    return ET.fromstring(html.removeprefix("<!DOCTYPE html>"))


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def sections(tree: ET.Element) -> list[ET.Element]:
    return [e for e in tree.iter("section") if e.get("class") == "night"]


def tables(element: ET.Element, css: str) -> Iterator[ET.Element]:
    return (e for e in element.iter("table") if e.get("class") == css)


def rows(table: ET.Element) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in table.iter("tr")]


# --- safety ------------------------------------------------------------------------------------------------------


def test_nothing_in_it_runs_or_asks_the_network(tree: ET.Element, html: str) -> None:
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & {e.tag for e in tree.iter()}
    attributes = {name for e in tree.iter() for name in e.attrib}
    assert not {name for name in attributes if name.startswith("on") or name in ("href", "src", "style")}
    assert not re.search(r"url\((?!#)|@import", html)
    (policy,) = [e.get("content", "") for e in tree.iter("meta") if e.get("http-equiv") == "Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_hostile_text_shows_as_text_and_cannot_turn_the_line_round(tree: ET.Element, html: str) -> None:
    assert "<script" not in html
    assert not set("\u202e\x1b\x00") & set(html)
    shown = words(tree)
    assert shown.count("<script>alert(1)</script>\"'><img src=x onerror=alert(1)>") >= 5
    assert "\\u202egnp" in shown


def test_an_attribute_cannot_be_left_by_a_quote() -> None:
    assert el("p", HOSTILE, title=HOSTILE).count("<") == 2
    assert '"' not in el("p", title='"x" onload="y"').removeprefix('<p title="').removesuffix('"></p>')


def test_markup_is_what_was_made_here_and_everything_else_is_text() -> None:
    assert joined("<b>", Html("<b>"), None, [el("i", 3)], "\ud800") == "&lt;b&gt;<b><i>3</i>\\ud800"
    assert el("line", x1=1 / 3, class_="a", stroke_width=None) == '<line x1="0.33" class="a"/>'
    assert [number(v) for v in (2.0, 0.005, -1.5, 100.0)] == ["2", "0.01", "-1.5", "100"]


def test_serial_numbers_are_masked_and_files_are_not_named(html: str) -> None:
    assert "•••08" in html
    assert "17&#x27;408" not in html
    assert "17'408" not in html
    assert ".cwa" not in html
    assert [masked(s) for s in ("", "17", "4711", "47110815")] == ["", "•••", "•••", "•••15"]


# --- what it tells -----------------------------------------------------------------------------------------------


def test_findings_over_the_nights_come_first_and_say_that_they_are_few(tree: ET.Element) -> None:
    shown = words(tree)
    assert "possible PLMD on 3 of 3 assessable nights: cannot tell yet" in shown
    assert "Fewer than 5 nights" in shown
    assert shown.index("Over these nights") < shown.index("Night of")
    (signs,) = tables(tree, "signs")
    assert len(rows(signs)) == 9
    assert ["regular kicks, measured or seen by a bed partner", "? not known"] in [row[:2] for row in rows(signs)]


def test_each_night_shows_its_criteria_with_what_is_met(tree: ET.Element) -> None:
    night = sections(tree)[0]
    criteria = [rows(table) for table in tables(night, "criteria")]
    assert [row[1][0::2] for row in criteria] == [["PLMS per hour of sleep", "■ met"]]
    assert "possible PLMD: flagged" in words(night)


def test_criteria_of_what_was_not_flagged_stand_in_an_appendix_a_line_a_night(tree: ET.Element) -> None:
    assert not any("possible RLS: not flagged" in words(night) for night in sections(tree))
    (appendix,) = [e for e in tree.iter("section") if e.get("class") == "appendix"]
    (found,) = tables(appendix, "appendix")
    assert "a PLMS per hour of sleep: more than 15" in words(appendix)
    head, first, *_ = rows(found)
    assert head == ["night", "flag", "a"]
    assert first[:2] == ["2026-03-10", "not flagged"]
    assert first[2].startswith("■ ")


def test_it_begins_with_the_summary(tree: ET.Element) -> None:
    shown = words(next(tree.iter("main")))
    assert shown.startswith("Leg movements at night: summary")
    assert shown.index("Room for the clinician") < shown.index("Over these nights") < shown.index("Night of")


def test_as_reviewed_stands_beside_as_detected_only_where_reviews_change_numbers(tree: ET.Element) -> None:
    heads = [rows(next(tables(night, "numbers")))[0] for night in sections(tree)]
    assert heads == [["measure", "as detected"]] * 3 + [["measure", "as detected", "as reviewed"]]
    assert "20 movements dismissed, 60 min excluded." in words(sections(tree)[3])
    assert "Reviewer's verdict on the night: confirmed." in words(sections(tree)[3])


def test_reviews_of_a_night_analysed_with_other_thresholds_are_not_held_against_it(report: Report) -> None:
    last = report.nights[3]
    stale = replace(report, nights=(replace(last, reviewed=None, stale=True),))
    assert "thresholds or rules have changed since the analysis" in page_of(stale)


def test_a_night_that_cannot_be_assessed_says_why(tree: ET.Element) -> None:
    shown = words(sections(tree)[2])
    assert "Not assessable: Only 20 min were recorded" in shown
    assert "no movements were found" in shown
    assert "no intervals" in shown


def test_a_night_of_a_day_of_sleep_is_doubted(report: Report) -> None:
    first = report.nights[0]
    long = replace(report, nights=(replace(first, night=replace(first.night, tst_h=23.8)),))
    assert "23.8 h of sleep are more than people sleep" in page_of(long)
    assert "more than people sleep" not in page_of(report)


def test_method_rules_versions_and_limits_are_named(tree: ET.Element, report: Report) -> None:
    (method,) = [e for e in tree.iter("section") if e.get("class") == "method"]
    shown = words(method)
    for fact in ("wasm2016", "10 to 90 s", "4 or more", "39 %", "lower bound", "0.1.0"):
        assert fact in shown
    facts = {row[0]: row[1] for row in rows(next(tables(method, "facts")))}
    assert facts["hash of the detection thresholds"] == f"{report.about.criteria.hash()}, old"
    assert facts["its hash"] == "4afd9c6d6a95, abc123, x"
    assert "not a diagnosis" in words(tree)


# --- pictures ----------------------------------------------------------------------------------------------------


def pictures(tree: ET.Element) -> list[ET.Element]:
    return [e for e in tree.iter("svg") if e.get("role") == "img"]


def test_every_picture_has_a_name_a_sentence_and_is_inside_what_does_not_break(tree: ET.Element) -> None:
    found = pictures(tree)
    assert len(found) == 2 + 3 * 4
    assert all(words(e[0]) and words(e[1]) for e in found)
    inside = [e for figure in tree.iter("figure") for e in figure.iter("svg")]
    assert inside == found
    ids = Counter(e.get("id") for e in tree.iter() if e.get("id"))
    assert set(ids.values()) == {1}
    assert all(set((e.get("aria-labelledby") or "").split()) <= set(ids) for e in found)


def test_behind_every_picture_stands_a_table(tree: ET.Element) -> None:
    assert sum("Nights from" in words(e) for e in tree.iter("caption")) == 1
    for night in sections(tree):
        captions = [words(e) for e in night.iter("caption")]
        assert len(captions) == 3


def test_nothing_is_drawn_outside_its_picture(tree: ET.Element) -> None:
    for drawn in pictures(tree):
        _, _, width, height = map(float, (drawn.get("viewBox") or "").split())
        for shape in drawn.iter():
            for name, limit in (("x", width), ("y", height), ("x1", width), ("x2", width), ("y1", height)):
                assert 0 <= float(shape.get(name, 0)) <= limit, ET.tostring(shape)
            if shape.tag == "rect":
                assert float(shape.get("x", 0)) + float(shape.get("width", 0)) <= width
                assert float(shape.get("y", 0)) + float(shape.get("height", 0)) <= height


def test_no_text_of_a_picture_runs_over_its_edge(tree: ET.Element) -> None:
    """By a generous width of a letter."""
    for drawn in pictures(tree):
        width = float((drawn.get("viewBox") or "").split()[2])
        for text in drawn.iter("text"):
            x, long = float(text.get("x", 0)), 5.3 * len(words(text))
            left = {"end": x - long, "middle": x - long / 2}.get(text.get("text-anchor", ""), x)
            assert left >= -1, words(text)
            assert left + long <= width + 1, words(text)


def test_all_movements_are_drawn_once_in_a_lane(tree: ET.Element) -> None:
    timeline = pictures(tree)[5]
    marks = [e.get("d", "") for e in timeline.iter("path") if (e.get("class") or "").startswith("mark")]
    assert sum(d.count("M") for d in marks) == 5_000
    crosses = [e.get("d", "") for e in pictures(tree)[11].iter("path") if e.get("class") == "dismissed"]
    assert sum(d.count("M") for d in crosses) == 20


def test_hours_of_the_clock_count_every_movement(tree: ET.Element) -> None:
    night = sections(tree)[1]
    (hours,) = [e for e in night.iter("table") if "per clock hour" in words(e)]
    assert sum(int(row[-1]) for row in rows(hours)[1:]) == 5_000
    assert rows(hours)[1][0] == "21-22"


def test_intervals_inside_and_outside_the_axis_are_all_told(tree: ET.Element, report: Report) -> None:
    night = sections(tree)[1]
    (table,) = [e for e in night.iter("table") if "Intervals between movements" in words(e)]
    drawn = sum(int(row[2]) for row in rows(table)[1:])
    short, long = map(int, re.findall(r"not drawn: (\d+) below 2 s, (\d+) above", words(night))[0])
    assert drawn + short + long == 4_999


@pytest.mark.parametrize("n", [0, 1, 5_000])
def test_a_report_of_many_movements_stays_small(report: Report, n: int) -> None:
    night = crowded(EVENING, ["a" * 64], hours=14.0, n=n)
    one = replace(report.nights[0], night=night, score=night.scores[0])
    assert len(page_of(replace(report, nights=(one,)))) < 250_000


def test_a_night_of_thousands_of_pauses_stays_small_and_shows_them(report: Report) -> None:
    night = crowded(EVENING, ["a" * 64], hours=14.0, n=10)
    start_us = night.recorded_from_us
    pauses = tuple(Blank(start_us + 4_000_000 * i, start_us + 4_000_000 * i + 2_000_000, "gap") for i in range(12_600))
    one = replace(report.nights[0], night=replace(night, blanks=pauses), score=night.scores[0])
    made = page_of(replace(report, nights=(one,)))
    assert len(made) < 250_000
    assert "not recorded" in made
    assert 'fill="url(#hatch)"' in made


def test_doubt_of_sleep_is_drawn_named_and_told_behind_the_picture(report: Report) -> None:
    night = report.nights[3].night
    chances = [0.02] * 40 + [0.3] * 20 + [0.7] * 20 + [0.99] * 780 + [np.nan] * 100
    possible = possible_nights(night.recorded_from_us, np.array(chances), np.ones((1, 960), np.bool_))
    drawn = ET.fromstring(el("div", night_drawn(replace(night, possible=possible))))
    looks = [e.get("class") for e in drawn.iter("path")]
    assert {"likely-asleep", "likely-rather-asleep", "likely-rather-awake", "likely-awake"} <= set(looks)
    assert looks.count("fill-doubt") == looks.count("fill-hatch") == 1
    (said,) = [words(e) for e in drawn.iter("desc")]
    assert said.endswith("Sleep is in doubt: 21:20 to 21:40.")
    (table,) = [rows(e) for e in drawn.iter("table") if "Probability of sleep" in words(e)]
    assert table[1] == ["21:00", "20", "10", "10", "20", "0"]
    without = ET.fromstring(el("div", night_drawn(replace(night, possible=None))))
    assert "robability of sleep" not in words(without)
    assert not {"fill-doubt", "likely-frame"} & {e.get("class") for e in without.iter()}


def night_drawn(night: Night) -> Html:
    holds = standing((), (), ())
    return timeline(night, night.scores[0].events, holds, zone_info(night.zone))


def test_what_was_perhaps_not_worn_is_dotted_and_what_was_not_worn_hatched(report: Report) -> None:
    night = report.nights[3].night
    start_us = night.recorded_from_us

    def fills(kind: BlankKind) -> set[str | None]:
        drawn = night_drawn(replace(night, blanks=(Blank(start_us, start_us + 3_600_000_000, kind),)))
        return {e.get("fill") for e in ET.fromstring(el("div", drawn)).iter("rect")} - {None}

    assert fills("unworn") == {"url(#hatch)"}
    assert fills("perhaps_unworn") == {"url(#dots)"}


def test_a_flag_that_cannot_be_told_is_framed_with_its_reason(report: Report) -> None:
    one = report.nights[3]
    unmet = Criterion("PLMS per hour of sleep", "not measurable", None, 15.0, "sleep is not sure")
    why = "Cannot tell about possible PLMD: sleep is not sure."
    flag = Flag("possible_plmd", raised=False, criteria=(unmet,), reason=why)
    missed = replace(unmet, state="not met")
    other = Flag("possible_rls", raised=False, criteria=(missed,), reason="No possible RLS: 2.")
    assert one.score is not None
    doubted = replace(one, score=replace(one.score, flags=(flag, other)))
    tree = ET.fromstring(page_of(replace(report, nights=(doubted,))).removeprefix("<!DOCTYPE html>"))
    verdict = next(e for e in sections(tree)[0].iter("div") if e.get("class") == "verdict")
    said = {words(e): e.get("class") for e in verdict.iter("p")}
    assert said[why] == "untold"
    assert next(css for text, css in said.items() if text.startswith("No possible RLS")) is None
    titles = {words(e): e.get("class") for e in sections(tree)[0].iter("h3")}
    assert next(css for text, css in titles.items() if text.startswith("possible PLMD: cannot tell")) == "untold"


# --- which nights ------------------------------------------------------------------------------------------------


def test_a_single_night_has_no_overview(store: Store) -> None:
    alone = page_of(read_report(store, EVENING, EVENING, subject="anna", about=ABOUT))
    assert "All nights on one clock" not in alone
    assert alone.count('class="night"') == 1


@pytest.mark.parametrize(("days", "subject"), [(100, None), (0, "nobody")])
def test_nights_that_are_not_there_are_refused(store: Store, days: int, subject: str | None) -> None:
    day = EVENING + timedelta(days=days)
    with pytest.raises(UsageError, match="no night"):
        read_report(store, day, day, subject=subject, about=ABOUT)


# --- golden ------------------------------------------------------------------------------------------------------


def test_a_small_night_is_told_word_for_word(tmp_path: Path) -> None:
    """To renew: write `found` to the file and read the difference."""
    database = stored.build(tmp_path / "nights.duckdb")
    made = page_of(read_report(database, stored.EVENING, stored.EVENING, subject=None, about=ABOUT))
    found = re.sub(r"<style>.*?</style>", "", made, flags=re.DOTALL).replace("<", "\n<")
    assert found == GOLDEN.read_text(encoding="utf-8")


def test_the_picture_of_all_nights_says_what_was_changed_above_the_first_night_with_it(report: Report) -> None:
    days = [one.night.night_date for one in report.nights]
    noted = [
        JournalEntry(report.subject, days[k], "change", text=words) for k, words in ((1, "<b>tea</b>"), (3, "x" * 200))
    ]
    assert "◆" not in page_of(replace(report, journal=()))
    shown = page_of(replace(report, journal=tuple(noted)))
    (drawn,) = re.findall(r"<svg[^>]*>(?:(?!</svg>).)*flags, review.*?</svg>", shown, flags=re.DOTALL)
    places = [drawn.index(words) for words in (f"{days[0]:%a %d %b}", "◆ &lt;b&gt;tea", f"{days[1]:%a %d %b}", "◆ xxx")]
    assert places == sorted(places)
    assert "x" * 100 not in drawn
    assert f"{'x' * 200}, from {days[3]}" in shown  # the table behind has all of it
