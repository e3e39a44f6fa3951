"""More than a month of nights: every night is there, small, and what was left out is said."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from analytics.pictures.markup import Html, el
from analytics.report import page_of
from analytics.report.gathering import Report
from analytics.report.in_brief import MOST_LARGE, bars, brief_picture
from analytics.report.night import ReportNight
from analytics.report.timeline import timeline
from tests.analytics.report.making import crowded
from tests.analytics.store.making import EVENING

_BRIEF = '<section class="night brief">'


def of_length(report: Report, n: int) -> Report:
    return replace(report, nights=(report.nights * n)[:n])


@pytest.fixture(scope="module")
def long(report: Report) -> str:
    """Nights that are hard to print, all but the one of 5,000 movements, again and again."""
    first, _, empty, reviewed = report.nights
    return page_of(of_length(replace(report, nights=(first, empty, reviewed)), MOST_LARGE + 1))


def test_more_nights_than_a_month_are_drawn_in_brief_and_none_is_left_out(long: str) -> None:
    assert long.count(_BRIEF) == MOST_LARGE + 1
    assert f"{MOST_LARGE + 1} nights are more than {MOST_LARGE}" in long
    assert "nightkick report --large" in long
    ET.fromstring(long.removeprefix("<!DOCTYPE html>"))


def test_a_month_is_drawn_large_and_so_is_a_year_where_asked(report: Report) -> None:
    few = replace(report, nights=(report.nights[0],))
    assert _BRIEF not in page_of(of_length(few, MOST_LARGE))
    large = page_of(of_length(few, MOST_LARGE + 1), large=True)
    assert large.count('<section class="night">') == MOST_LARGE + 1
    assert _BRIEF not in large


def test_what_a_reviewer_wrote_and_crossed_out_is_in_brief_too(long: str) -> None:
    assert "the cat" in long
    assert 'class="dismissed"' in long
    assert 'class="excluded"' in long


def test_criteria_of_raised_flags_stand_in_the_appendix(long: str) -> None:
    assert "<h2>Appendix: criteria</h2>" in long
    assert 'class="criteria"' not in long


def test_rows_are_named_once_and_every_picture_refers_to_them(long: str) -> None:
    assert long.count('<use href="#rows">') == MOST_LARGE + 1
    assert long.count(' id="rows"') == 1


def test_every_movement_has_its_quarter_of_a_millimetre() -> None:
    places = np.random.default_rng(1).uniform(114, 714, 400)
    assert columns_of(bars(places.tolist(), 6)) == set(np.floor(places).astype(int).tolist())
    assert bars([], 6) == ""
    assert bars([120.4, 120.6], 6) == "M120 6h1"


def columns_of(path: str) -> set[int]:
    start, first = map(int, re.findall(r"M(\d+) 6h(\d+)", path)[0])
    found, at = set(range(start, start + first)), start + first
    for gap, width in re.findall(r"m(\d+) 0h(\d+)", path):
        at += int(gap)
        found |= set(range(at, at + int(width)))
        at += int(width)
    return found


def test_the_largest_movement_is_as_tall_as_in_the_large_picture(report: Report) -> None:
    night = crowded(EVENING, ["a" * 64], hours=8.0, n=100)
    (envelope,) = night.envelopes
    envelope.max_mg[5000] = 900.0
    one = replace(report.nights[0], night=night, score=night.scores[0])
    large = [float(y) for y in re.findall(r"L[\d.]+ ([\d.]+)h", drawn_large(one))]
    at, tops = 0.0, []
    for piece in re.findall(r"M\d+ [\d.]+v[^z]+z", drawn_brief(one)):
        base, first, edge = re.findall(r"M\d+ ([\d.]+)v(-?\d+)(?:l([^h]*))?h", piece)[0]
        at = float(base) + float(first)
        tops.append(at)
        for rise in re.findall(r"2 ?(-?\d+)(?: |$)", edge):
            at += float(rise)
            tops.append(at)
    assert min(tops) == pytest.approx(min(large), abs=1)


def drawn_large(one: ReportNight) -> str:
    return envelope_of(timeline(one.night, one.events, one.holds, one.zone))


def drawn_brief(one: ReportNight) -> str:
    return envelope_of(brief_picture(one))


def envelope_of(drawn: Html) -> str:
    tree = ET.fromstring(el("div", drawn))
    return next(e.get("d", "") for e in tree.iter("path") if e.get("class") == "envelope")


def test_a_night_of_hundreds_of_movements_takes_a_tenth_of_the_room(report: Report) -> None:
    night = crowded(EVENING, ["a" * 64], hours=8.0, n=430)
    one = replace(report.nights[0], night=night, score=night.scores[0])
    assert len(brief_picture(one)) < 6_000
