"""Bouts of a night that a leg was seen in: what is sleep, what is wake, and what nobody recorded."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.signal.angles import Epochs
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.sources import estimate_sleep
from tests.analytics.signals import EVENING_US
from tests.analytics.sleep.making import Stretch, night_of

CRITERIA = Criteria()
MINUTE_US = 60_000_000
UP: Stretch = (60, 2, 20.0, 1)
STILL: Stretch = (420, 0, 0.0, 0)
RISEN: Stretch = (30, 2, 20.0, 1)
ORDINARY = night_of(UP, STILL, RISEN)


def slept(seen: HalfMinutes) -> SleepEstimate:
    """Read by the sleep model alone, recorded throughout as far as inclination goes."""
    found = Epochs(EVENING_US, 5_000_000, np.full(6 * len(seen), 0.02))
    return estimate_sleep(found, stages=(), diary=None, criteria=CRITERIA, seen=seen)


def unrecorded(*epochs: int) -> HalfMinutes:
    known = ORDINARY.is_known.copy()
    known[list(epochs)] = False
    return replace(ORDINARY, is_known=known)


def test_a_plain_night_is_wake_then_sleep() -> None:
    sleep = slept(ORDINARY)
    assert sleep.source == "accelerometer"
    assert [b.state for b in sleep.bouts] == ["wake", "sleep"]
    assert sleep.bouts[0].end_us == sleep.onset_us
    assert sleep.bouts[-1].end_us == sleep.wake_us
    assert sleep.onset_us is not None
    assert 60 <= (sleep.onset_us - EVENING_US) / MINUTE_US < 90
    assert sleep.turns_per_h == 0.0


@pytest.mark.parametrize("n_epochs", [1, 2, 10])
def test_half_minutes_that_nobody_recorded_are_unknown_and_not_wake(n_epochs: int) -> None:
    sleep = slept(unrecorded(*range(500, 500 + n_epochs)))
    assert [b.state for b in sleep.bouts] == ["wake", "sleep", "unknown", "sleep"]
    assert sleep.hours("unknown") * 120 == pytest.approx(n_epochs)
    assert sleep.hours("wake") == slept(ORDINARY).hours("wake")


def test_many_short_pauses_of_a_sensor_are_no_time_awake() -> None:
    sleep = slept(unrecorded(*range(300, 900, 20)))
    plain = slept(ORDINARY)
    assert sleep.hours("wake") == plain.hours("wake")
    assert sleep.hours("unknown") * 60 == pytest.approx(15)
    assert sleep.possible is not None
    assert plain.possible is not None
    # Nor in the nights that could have been: fifteen minutes of it are not added.
    assert sleep.possible.waso_min()[1] < plain.possible.waso_min()[1] + 7


def test_turns_are_counted_per_hour_of_recorded_sleep() -> None:
    turns = ORDINARY.turn_deg.copy()
    turns[[400, 500, 600, 700]] = 50.0
    turns[[450, 550]] = 4.0
    night = replace(ORDINARY, turn_deg=turns)
    sleep = slept(night)
    assert sleep.onset_us is not None
    assert sleep.wake_us is not None
    assert sleep.turns_per_h == pytest.approx(4 / ((sleep.wake_us - sleep.onset_us) / 3.6e9), rel=0.05)


def test_a_night_without_sleep_has_no_bouts() -> None:
    sleep = slept(night_of((300, 3, 40.0, 2)))
    assert (sleep.source, sleep.bouts, sleep.possible) == ("none", (), None)


@settings(max_examples=15)
@given(st.integers(1, 500), st.integers(0, 1000))
def test_whatever_was_seen_bouts_follow_each_other_and_numbers_lie_in_the_night(n: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    restless = np.repeat(chance.random(n // 20 + 1) < 0.3, 20)[:n]
    sleep = slept(
        HalfMinutes(
            EVENING_US,
            chance.random(n) < 0.9,
            np.where(restless, chance.integers(0, 4, n), 0).astype(np.uint8),
            np.where(restless & (chance.random(n) < 0.3), 30.0, 0.0),
            np.where(restless, 1, 0).astype(np.uint8),
            np.zeros(n, np.uint8),
        )
    )
    assert all(b.end_us > b.start_us for b in sleep.bouts)
    assert all(a.end_us == b.start_us and a.state != b.state for a, b in pairwise(sleep.bouts))
    if sleep.onset_us is not None and sleep.wake_us is not None and sleep.in_bed_us is not None:
        assert EVENING_US <= sleep.in_bed_us <= sleep.onset_us < sleep.wake_us <= EVENING_US + n * 30_000_000
        assert sleep.bouts[0].start_us == sleep.in_bed_us
        assert sleep.bouts[-1].end_us == sleep.wake_us
