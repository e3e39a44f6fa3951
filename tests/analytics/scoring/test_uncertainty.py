"""The interval round an index: what widens it, and that it is always the same for the same night."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.model import Bout
from analytics.scoring.uncertainty import MIN_BLOCKS, index_interval
from tests.analytics.signals import EVENING_US

HOUR_US = 3_600_000_000
NIGHT = (Bout(EVENING_US, EVENING_US + 8 * HOUR_US, "sleep"),)


def onsets(hours: list[float]) -> list[int]:
    return [EVENING_US + round(h * HOUR_US) for h in hours]


def test_the_interval_contains_the_index_and_is_the_same_every_time() -> None:
    kicks = onsets(list(np.random.default_rng(1).uniform(0, 8, 240)))
    found = index_interval(kicks, NIGHT)
    assert found is not None
    assert found[0] < 30 < found[1]
    assert index_interval(kicks, NIGHT) == found


def test_kicks_all_in_one_part_of_the_night_are_less_certain_than_the_same_number_spread_out() -> None:
    spread = index_interval(onsets(list(np.linspace(0.01, 7.99, 240))), NIGHT)
    heaped = index_interval(onsets(list(np.linspace(1.0, 2.5, 240))), NIGHT)
    assert spread is not None
    assert heaped is not None
    assert heaped[1] - heaped[0] > 5 * (spread[1] - spread[0])


def test_a_night_without_kicks_has_an_interval_of_nothing() -> None:
    assert index_interval([], NIGHT) == (0.0, 0.0)


def test_without_enough_sleep_there_is_no_interval() -> None:
    short = (Bout(EVENING_US, EVENING_US + (MIN_BLOCKS - 1) * HOUR_US // 2, "sleep"),)
    assert index_interval([], short) is None
    assert index_interval([], ()) is None
    assert index_interval([], (Bout(EVENING_US, EVENING_US + 8 * HOUR_US, "wake"),)) is None


@given(st.lists(st.floats(0, 7.99), min_size=1, max_size=300), st.integers(-(10**15), 10**15))
def test_shifting_the_night_changes_nothing(hours: list[float], shift_us: int) -> None:
    later = tuple(Bout(b.start_us + shift_us, b.end_us + shift_us, b.state) for b in NIGHT)
    assert index_interval([t + shift_us for t in onsets(hours)], later) == index_interval(onsets(hours), NIGHT)
