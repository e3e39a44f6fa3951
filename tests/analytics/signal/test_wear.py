"""Recorded, paused and unworn stretches: arithmetic on intervals."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.signal.angles import Epochs
from analytics.signal.wear import (
    blanks_of,
    gaps_us,
    overlap_us,
    recorded_spans,
    union,
    without_unworn,
    worn_by_none,
)
from tests.analytics.signals import EVENING_US, channel

CRITERIA = Criteria()
HOUR_US = 3_600_000_000


def spans(*hours: tuple[float, float]) -> NDArray[np.int64]:
    return (EVENING_US + np.array(hours).reshape(-1, 2) * HOUR_US).astype(np.int64)


def hours_of(found: NDArray[np.int64]) -> list[list[float]]:
    shown: list[list[float]] = np.round((found - EVENING_US) / HOUR_US, 6).tolist()
    return shown


def test_what_is_recorded_while_one_leg_is_worn_is_worn() -> None:
    assert hours_of(worn_by_none(spans((0, 8)), [spans((0, 8)), spans((0, 3))], CRITERIA)) == []
    assert hours_of(worn_by_none(spans((0, 8)), [spans((0, 5)), spans((0, 3), (6, 8))], CRITERIA)) == [[5, 6]]
    assert hours_of(worn_by_none(spans((0, 8)), [spans(), spans()], CRITERIA)) == [[0, 8]]


def test_a_stretch_that_is_perhaps_not_worn_is_a_blank_of_its_own_kind() -> None:
    found = blanks_of(spans((0, 8)), spans((0, 8)), spans((1, 2)), spans((4, 6)), CRITERIA)
    assert [(b.kind, hours_of(np.array([[b.start_us, b.end_us]]))) for b in found] == [
        ("unworn", [[1, 2]]),
        ("perhaps_unworn", [[4, 6]]),
    ]


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
