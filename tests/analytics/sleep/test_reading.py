"""What a night is read as, from half minutes made by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.sleep import reading
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.reading import PATHS, _shared_out, read
from analytics.sleep.states import OF_ITS_OWN, SLEEPING, STATES
from tests.analytics.sleep.making import Stretch, night_of

UP: Stretch = (60, 2, 20.0, 1)
STILL: Stretch = (420, 0, 0.0, 0)
RISEN: Stretch = (30, 2, 20.0, 1)
ORDINARY = night_of(UP, STILL, RISEN)
FIRST, LAST = 120, 960


def with_movements(found: HalfMinutes, at: slice, n: int) -> HalfMinutes:
    counts = found.n_movements.copy()
    counts[at] = n
    return replace(found, n_movements=counts)


def test_somebody_who_walks_about_is_awake_and_a_still_night_is_sleep() -> None:
    found = read(ORDINARY)
    assert (found.p_sleep[:FIRST] < 0.1).all()
    assert (found.p_sleep[FIRST + 40 : LAST - 10] > 0.93).all()
    assert (found.p_sleep[LAST:] < 0.3).all()
    assert (found.p_away[10 : FIRST - 5] > 0.9).all()
    assert (found.p_away[FIRST + 40 : LAST - 10] < 0.05).all()


def test_a_night_without_a_single_half_minute_is_read_as_nothing() -> None:
    found = read(night_of())
    assert (found.p_sleep.shape, found.p_away.shape, found.asleep.shape) == ((0,), (0,), (2 * PATHS, 0))


def test_one_half_minute_is_read() -> None:
    found = read(night_of((0.5, 0, 0.0, 0)))
    assert found.asleep.shape == (2 * PATHS, 1)
    assert 0 <= found.p_sleep[0] < 0.2


def test_half_minutes_that_were_not_recorded_change_nothing() -> None:
    holed = ORDINARY.is_known.copy()
    holed[300:340] = False
    quiet = replace(ORDINARY, is_known=holed)
    shown = with_movements(quiet, slice(300, 340), 3)
    shown = replace(
        shown,
        turn_deg=np.where(holed, shown.turn_deg, 90.0),
        in_motion=np.where(holed, shown.in_motion, 2).astype(np.uint8),
        n_tilted=np.where(holed, 0, 3).astype(np.uint8),
    )
    one, other = read(quiet), read(shown)
    assert np.array_equal(one.p_sleep, other.p_sleep)
    assert np.array_equal(one.asleep, other.asleep)


def test_a_night_of_which_nothing_is_known_is_in_doubt_throughout() -> None:
    found = read(replace(ORDINARY, is_known=np.zeros(len(ORDINARY), bool)))
    assert (found.p_sleep[:5] < 0.15).all()
    assert np.diff(found.p_sleep).min() > -1e-9
    assert found.p_sleep.max() < 1.0
    said_nothing = read(with_movements(replace(ORDINARY, is_known=np.zeros(len(ORDINARY), bool)), slice(0, 500), 3))
    assert np.array_equal(found.p_sleep, said_nothing.p_sleep)


def test_a_sensor_that_never_moved_is_read_as_sleep_and_not_from_the_first_moment() -> None:
    found = read(night_of((480, 0, 0.0, 0)))
    assert found.p_sleep[0] < 0.5
    assert (found.p_sleep[120:-40] > 0.8).all()
    assert np.isfinite(found.p_sleep).all()


@pytest.mark.parametrize("minutes", [5, 15])
def test_the_more_a_stretch_moves_the_less_it_is_sleep(minutes: int) -> None:
    stretch = slice(500, 500 + 2 * minutes)
    p = [read(with_movements(ORDINARY, stretch, n)).p_sleep[stretch].mean() for n in (0, 1, 3)]
    assert all(more < less for less, more in pairwise(p))


def test_turns_speak_against_sleep_and_larger_ones_no_less() -> None:
    def p(turn_deg: float) -> float:
        turns = ORDINARY.turn_deg.copy()
        turns[500:512:2] = turn_deg
        return float(read(replace(ORDINARY, turn_deg=turns)).p_sleep[500:512].mean())

    # Above 5 degrees for the one opinion, above 10 for the other.
    assert p(0.0) == p(4.9) > p(5.1) > p(10.1) == p(60.0)


def test_motion_speaks_against_sleep() -> None:
    def p(motion: int) -> float:
        moving = ORDINARY.in_motion.copy()
        moving[500:510] = motion
        return float(read(replace(ORDINARY, in_motion=moving)).p_sleep[500:510].mean())

    assert p(0) > p(1) > p(2)


def test_small_tilts_count_in_one_opinion_and_not_in_the_other() -> None:
    fidgets = with_movements(ORDINARY, slice(500, 530), 1)
    tilted = replace(fidgets, n_tilted=np.where(fidgets.n_movements == 1, 1, 0).astype(np.uint8))
    asks, does_not = (read(tilted).asleep[part, 500:530].mean() for part in (slice(None, PATHS), slice(PATHS, None)))
    asks_plain, does_not_plain = (
        read(fidgets).asleep[part, 500:530].mean() for part in (slice(None, PATHS), slice(PATHS, None))
    )
    assert asks < asks_plain - 0.2
    assert does_not == does_not_plain


def test_half_minutes_that_repeat_one_another_are_not_as_many_witnesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of an hour of fidgets leaves more doubt than if each of their half minutes spoke for itself."""
    fidgets, p = with_movements(ORDINARY, slice(500, 530), 3), {}
    for of_its_own in (OF_ITS_OWN, 1.0):
        monkeypatch.setattr(reading, "OF_ITS_OWN", of_its_own)
        p[of_its_own] = read(fidgets).p_sleep[500:530].mean()
    less, full = (p[of_its_own] for of_its_own in sorted(p))
    assert full < less < read(ORDINARY).p_sleep[500:530].mean()


def test_each_opinion_counts_half() -> None:
    fidgets = with_movements(ORDINARY, slice(500, 530), 1)
    found = read(replace(fidgets, n_tilted=np.where(fidgets.n_movements == 1, 1, 0).astype(np.uint8)))
    asks, does_not = found.asleep[:PATHS].mean(axis=0), found.asleep[PATHS:].mean(axis=0)
    assert found.p_sleep == pytest.approx((asks + does_not) / 2, abs=0.2)
    assert found.p_sleep.mean() == pytest.approx(found.asleep.mean(), abs=0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda w: sum(w) > 1e-3))
def test_nights_are_shared_out_in_proportion_and_none_to_what_weighs_nothing(weights: list[float]) -> None:
    weight = np.array(weights) / np.sum(weights)
    counts = np.bincount(_shared_out(weight), minlength=len(weight))
    assert counts.sum() == PATHS
    assert (np.abs(counts - weight * PATHS) <= 1.0 + 1e-6).all()
    assert (counts[weight == 0] == 0).all()


def test_what_somebody_said_mends_what_it_says() -> None:
    said = np.ones((len(ORDINARY), len(STATES)))
    said[400:440, SLEEPING] = 0.1
    plain, told = read(ORDINARY).p_sleep, read(ORDINARY, said).p_sleep
    assert (told[402:438] < 0.1).all()
    assert (plain[402:438] > 0.9).all()
    assert told[700:900] == pytest.approx(plain[700:900], abs=0.01)
    nothing = np.ones((len(ORDINARY), len(STATES)))
    assert np.array_equal(read(ORDINARY, nothing).p_sleep, plain)
    assert (nothing == 1.0).all()


def test_a_night_is_read_the_same_twice() -> None:
    one, other = read(ORDINARY), read(ORDINARY)
    assert np.array_equal(one.p_sleep, other.p_sleep)
    assert np.array_equal(one.asleep, other.asleep)


def test_a_regular_series_in_a_night_without_turns_is_read_as_sleep_that_kicks() -> None:
    kicking = with_movements(ORDINARY, slice(400, 480), 1)
    assert read(kicking).p_sleep[400:480].mean() > 0.6


@settings(max_examples=15)
@given(st.integers(1, 300), st.integers(0, 1000))
def test_whatever_was_seen_chances_are_chances(n: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    found = read(
        HalfMinutes(
            0,
            chance.random(n) < chance.random(),
            chance.integers(0, 4, n, dtype=np.uint8),
            np.where(chance.random(n) < 0.5, 0.0, chance.uniform(0, 180, n)),
            chance.integers(0, 3, n, dtype=np.uint8),
            chance.integers(0, 4, n, dtype=np.uint8),
        )
    )
    for values in (found.p_sleep, found.p_away):
        assert np.isfinite(values).all()
        assert ((values >= 0) & (values <= 1)).all()
    assert (found.p_sleep + found.p_away <= 1 + 1e-9).all()
    assert found.asleep.shape == (2 * PATHS, n)
    assert found.asleep.mean() == pytest.approx(found.p_sleep.mean(), abs=0.15)
