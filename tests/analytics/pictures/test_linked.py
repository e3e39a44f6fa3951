"""Columns and bars that lead to movements: they count what their picture counts."""

from __future__ import annotations

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from analytics.model import Event
from analytics.pictures import by_hour, intervals
from tests.flows import stored

NIGHT = stored.periodic_night()
SOME = st.lists(st.one_of(st.none(), st.floats(0.1, 400.0), st.sampled_from([2.0, 200.0, 20.0])), max_size=40)


def events(gaps: list[float | None]) -> list[Event]:
    """Movements with these intervals before them, a minute apart."""
    (first, *_) = NIGHT.scores[0].events
    start_us = NIGHT.recorded_from_us
    return [
        replace(first, movement_no=k, imi_s=gap, onset_us=start_us + k * 60_000_000, series_no=None)
        for k, gap in enumerate(gaps, 1)
    ]


def column(drawn: str, heading: str) -> list[int]:
    """Numbers of one column of the table behind a picture."""
    head, body = drawn.split("</thead>")
    heads = re.findall(r'<th scope="col">([^<]+)</th>', head)
    cells = re.findall(r"<t[dh][^>]*>([^<]+)</t[dh]>", body)
    place, width = heads.index(heading), len(heads)
    return [int(cell) for cell in cells[place::width]]


@given(SOME)
def test_columns_of_intervals_have_the_movements_that_the_histogram_counts(gaps: list[float | None]) -> None:
    found = events(gaps)
    drawn = str(intervals.histogram("a night", found, band_s=(10.0, 90.0)))
    assert [len(part.movements) for part in intervals.parts(found)] == column(drawn, "intervals")


@given(SOME)
def test_bars_of_hours_have_the_movements_that_the_picture_counts(gaps: list[float | None]) -> None:
    zone = ZoneInfo(NIGHT.zone)
    found = events(gaps)
    drawn = str(by_hour.bars(NIGHT, found, zone))
    assert [len(part.movements) for part in by_hour.parts(NIGHT, found, zone)] == [n for n in column(drawn, "all") if n]


def test_every_part_lies_inside_its_picture() -> None:
    parts = [*intervals.parts(events([2.0, 27.0, 200.0])), *by_hour.parts(NIGHT, events([27.0]), ZoneInfo(NIGHT.zone))]
    assert len(parts) == 4
    assert all(part.left >= 0 and part.left + part.width <= 1.001 for part in parts)
    assert all(part.top >= 0 and part.top + part.height <= 1.001 for part in parts)
