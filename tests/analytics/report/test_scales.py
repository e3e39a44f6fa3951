"""Places on paper, and ticks at round moments of the local clock."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.pictures.scales import HOUR_US, MINUTE_US, Linear, Logarithmic, clock, hours, local, ticks
from ingest.clock import microseconds

BERLIN = ZoneInfo("Europe/Berlin")


def at(*parts: int) -> int:
    return microseconds(datetime(*parts, tzinfo=UTC))  # type: ignore[arg-type, misc]


def test_an_axis_maps_its_ends_to_the_edges_and_keeps_the_rest_on_paper() -> None:
    x = Linear(10, 20, 100, 200)
    assert [x(v) for v in (10, 15, 20, 0, 99)] == [100, 150, 200, 100, 200]
    assert Linear(5, 5, 0, 1)(5) == 0


def test_ten_to_ninety_is_where_it_belongs_on_a_log_axis() -> None:
    x = Logarithmic(1, 100, 0, 10)
    assert [x(v) for v in (1, 10, 100)] == pytest.approx([0, 5, 10])
    assert x(0) == 0


def test_hours_are_those_of_the_local_clock_not_of_the_recording() -> None:
    found = hours(at(2026, 3, 2, 21, 40), at(2026, 3, 2, 23, 10), BERLIN)
    assert [f"{local(a, BERLIN):%H:%M}" for a, _ in found] == ["22:00", "23:00", "00:00"]


def test_a_zone_of_half_hours_has_its_own_full_hours() -> None:
    found = hours(at(2026, 3, 2, 21, 40), at(2026, 3, 2, 22, 40), ZoneInfo("Asia/Kolkata"))
    assert [clock(a, ZoneInfo("Asia/Kolkata")) for a, _ in found] == ["03:00", "04:00"]


@pytest.mark.parametrize(
    ("day", "names"),
    [((2026, 10, 24, 22), ["00", "01", "02", "02", "03"]), ((2026, 3, 28, 23), ["00", "01", "03", "04"])],
)
def test_the_hour_that_a_changed_clock_repeats_or_skips_is_there_twice_or_not(
    day: tuple[int, ...], names: list[str]
) -> None:
    start = at(*day)
    assert [f"{local(a, BERLIN):%H}" for a, _ in hours(start, start + len(names) * HOUR_US, BERLIN)] == names


@given(st.integers(0, 2_000_000_000), st.integers(1, 26 * 60))
def test_hours_cover_the_stretch_without_a_hole(start_s: int, minutes: int) -> None:
    first, last = start_s * 1_000_000, start_s * 1_000_000 + minutes * MINUTE_US
    found = hours(first, last, BERLIN)
    assert found[0][0] <= first
    assert found[-1][1] >= last
    assert all(before[1] == after[0] for before, after in pairwise(found))


@pytest.mark.parametrize(("minutes", "step_min"), [(20, 5), (14 * 60, 60), (24 * 60, 120), (3 * 60, 15)])
def test_ticks_are_round_moments_few_enough_to_be_read(minutes: int, step_min: int) -> None:
    start = at(2026, 3, 2, 20, 7)
    found = ticks(start, start + minutes * MINUTE_US, BERLIN)
    assert 3 <= len(found) <= 15
    assert {(b - a) // MINUTE_US for a, b in pairwise(found)} == {step_min}
