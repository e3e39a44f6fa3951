"""Recorded, paused and unworn stretches: arithmetic on intervals, and the rule for a sensor on a table."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Movement
from analytics.signal.angles import Epochs
from analytics.signal.wear import gaps_us, overlap_us, recorded_spans, union, unworn_spans, without_unworn
from tests.analytics.signals import EVENING_US, channel

CRITERIA = Criteria()
HOUR_US = 3_600_000_000


def movement_at(hours: float) -> Movement:
    onset_us = EVENING_US + round(hours * HOUR_US)
    return Movement(1, "r", "ankle", "left", onset_us, onset_us + 2_000_000, 0.1, 0.008, 0.2, 0.0, 2, "leg_movement")


def recorded(hours: float) -> NDArray[np.int64]:
    return np.array([[EVENING_US, EVENING_US + round(hours * HOUR_US)]], dtype=np.int64)


def unworn_hours(at_h: list[float], hours: float) -> list[tuple[float, float]]:
    spans = unworn_spans([movement_at(h) for h in at_h], recorded(hours), CRITERIA)
    return [((a - EVENING_US) / HOUR_US, (b - EVENING_US) / HOUR_US) for a, b in spans.tolist()]


def test_a_leg_that_moves_every_hour_is_worn() -> None:
    assert unworn_hours([0.5 + k for k in range(8)], 8.5) == []


def test_three_hours_without_a_movement_are_unworn_and_a_little_less_is_deep_sleep() -> None:
    assert unworn_hours([0.5, 3.45, 4.4], 5.0) == []
    assert len(unworn_hours([0.5, 3.55, 4.4], 5.0)) == 1


def test_after_the_last_movement_one_hour_is_enough_because_taking_it_off_is_a_movement() -> None:
    assert unworn_hours([0.5, 2.0], 2.95) == []
    ((start_h, end_h),) = unworn_hours([0.5, 2.0], 3.05)
    assert abs(start_h - 2.0) < 0.01
    assert end_h == 3.05


def test_a_recording_without_any_movement_is_unworn_from_end_to_end() -> None:
    assert unworn_hours([], 5.0) == [(0.0, 5.0)]


def test_unworn_epochs_become_unknown_and_the_others_stay() -> None:
    found = Epochs(EVENING_US, 5_000_000, np.ones(720))
    masked = without_unworn(found, np.array([[EVENING_US + 600_000_000, EVENING_US + 1_200_000_000]]))
    assert np.isnan(masked.change_deg[121:240]).all()
    assert np.isfinite(masked.change_deg[:120]).all()
    assert np.isfinite(masked.change_deg[241:]).all()


def test_two_sensors_cover_what_either_of_them_recorded() -> None:
    at_s = np.arange(0, 100, 0.05)
    still = np.zeros((len(at_s), 3))
    early = channel(at_s[at_s < 60], still[at_s < 60])
    late = channel(at_s[at_s > 50], still[at_s > 50], recording="b" * 64)
    spans = recorded_spans([late, early], CRITERIA)
    assert len(spans) == 1
    assert (spans[0, 1] - spans[0, 0]) / 1e6 > 99.9


Interval = st.tuples(st.integers(0, 1000), st.integers(1, 200)).map(lambda t: (t[0], t[0] + t[1]))


@given(st.lists(Interval, min_size=1, max_size=30), Interval)
def test_what_is_covered_and_what_is_paused_add_up_to_the_window(
    intervals: list[tuple[int, int]], window: tuple[int, int]
) -> None:
    spans = union(np.array(intervals, dtype=np.int64))
    start_us, end_us = window
    covered = overlap_us(spans, start_us, end_us)
    assert covered + int(gaps_us(spans, start_us, end_us).sum()) == end_us - start_us
    brute = sum(any(a <= t < b for a, b in intervals) for t in range(start_us, end_us))
    assert covered == brute
