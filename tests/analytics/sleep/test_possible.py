"""Intervals of a night's sleep from the nights that it could have been, and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from analytics.model import Bout
from analytics.sleep.possible import PossibleNights, packed, possible_nights, unpacked
from analytics.store import Store, initialise, load_night, nights_to_analyse, save
from tests.analytics.signals import EVENING_US
from tests.analytics.store.making import attempt, night, stored

MINUTE_US = 60_000_000
#: Half minutes in a minute.
PER_MIN = 2
Bools = NDArray[np.bool_]


def path(*parts: tuple[float, bool]) -> Bools:
    """Minutes, and whether asleep."""
    return np.repeat([asleep for _, asleep in parts], [round(minutes * PER_MIN) for minutes, _ in parts])


#: An hour awake, seven asleep with twenty minutes awake among them, half an hour awake.
NIGHT = path((60, False), (200, True), (20, False), (200, True), (30, False))


def nights(*paths: Bools, p_sleep: Sequence[float] | NDArray[np.float64] | None = None) -> PossibleNights:
    chance = np.mean(paths, axis=0) if p_sleep is None else np.asarray(p_sleep, dtype=np.float64)
    found = possible_nights(EVENING_US, chance, np.array(paths))
    assert found is not None
    return found


def us(minute: float) -> int:
    return EVENING_US + round(minute * MINUTE_US)


def test_a_night_without_doubt_has_intervals_round_its_own_numbers() -> None:
    found = nights(*[NIGHT] * 50)
    low_us, high_us = found.onset_us()
    assert (low_us, high_us) == (us(60 - 5), us(60 + 5))
    assert found.onset_sd_min() == 0.5
    assert found.tst_h() == pytest.approx(((400 - 10) / 60, (400 + 10) / 60))
    assert found.waso_min() == pytest.approx((10.0, 30.0))
    assert found.doubt_h() == 0.0


def test_intervals_reach_over_the_nights_that_could_have_been() -> None:
    some = [path((60 + k, False), (400 - k, True), (50, False)) for k in range(101)]
    found = nights(*some)
    assert found.onset_us() == (us(62.5 - 5), us(157.5 + 5))
    assert found.onset_sd_min() == pytest.approx(np.std(np.arange(101)))
    assert found.tst_h() == pytest.approx(((302.5 - 10) / 60, (397.5 + 10) / 60))
    assert found.waso_min() == (0.0, 10.0)


def test_no_interval_reaches_below_nothing() -> None:
    found = nights(path((60, False), (5, True), (60, False)))
    assert found.tst_h()[0] == 0.0
    assert found.waso_min()[0] == 0.0


def test_time_that_was_not_recorded_is_no_time_awake() -> None:
    p_sleep = NIGHT.astype(np.float64)
    p_sleep[260 * PER_MIN : 280 * PER_MIN] = np.nan
    assert nights(NIGHT, p_sleep=p_sleep).waso_min() == (0.0, 10.0)


def test_only_what_may_belong_to_the_sleep_is_in_doubt() -> None:
    p_sleep = NIGHT.astype(np.float64)
    p_sleep[: 30 * PER_MIN] = 0.5  # before any possible sleep
    p_sleep[260 * PER_MIN : 275 * PER_MIN] = 0.5
    p_sleep[275 * PER_MIN : 280 * PER_MIN] = 0.1
    p_sleep[300 * PER_MIN : 310 * PER_MIN] = 0.9
    assert nights(NIGHT, p_sleep=p_sleep).doubt_h() == pytest.approx(15 / 60)


def test_nights_without_sleep_are_left_out_and_none_is_left_of_none() -> None:
    assert len(nights(NIGHT, np.zeros_like(NIGHT)).paths) == 1
    assert possible_nights(EVENING_US, np.zeros(len(NIGHT)), np.zeros((3, len(NIGHT)), bool)) is None
    assert possible_nights(EVENING_US, np.zeros(0), np.zeros((3, 0), bool)) is None


def test_chances_are_asked_for_by_instant_and_the_ends_hold_outside() -> None:
    p_sleep = np.linspace(0, 1, len(NIGHT))
    found = nights(NIGHT, p_sleep=p_sleep)
    times = np.array([us(-100), us(0), us(0.4), us(0.5), us(10_000)])
    assert found.p_sleep_at(times) == pytest.approx(p_sleep[[0, 0, 0, 1, -1]], abs=6e-4)


def test_falling_asleep_and_a_return_to_sleep_are_transitions() -> None:
    found = nights(NIGHT)
    told = {minute: found.p_transition_at(us(minute)) for minute in (0, 51, 53, 60, 69, 71, 200, 271, 273, 289, 291)}
    assert told == {0: 0, 51: 0, 53: 1, 60: 1, 69: 1, 71: 0, 200: 0, 271: 0, 273: 1, 289: 1, 291: 0}


@pytest.mark.parametrize(
    ("awake_min", "asleep_min", "is_one"), [(5, 10, True), (4.5, 10, False), (5, 9.5, False), (60, 1, False)]
)
def test_a_transition_takes_five_minutes_awake_and_ten_asleep(
    awake_min: float,
    asleep_min: float,
    is_one: bool,  # noqa: FBT001 - a table of cases
) -> None:
    found = nights(path((100, True), (awake_min, False), (asleep_min, True), (30, False)))
    assert found.p_transition_at(us(100 + awake_min)) == is_one


def test_a_recording_that_begins_asleep_has_no_transition_there() -> None:
    assert nights(path((100, True), (30, False))).p_transition.max() == 0.0


def test_a_hole_in_the_recording_is_no_transition() -> None:
    holed = path((100, True), (30, False), (100, True), (30, False))
    p_sleep = holed.astype(np.float64)
    p_sleep[100 * PER_MIN : 130 * PER_MIN] = np.nan
    assert nights(holed, p_sleep=p_sleep).p_transition.max() == 0.0
    starts_late = path((60, False), (100, True))
    assert nights(starts_late, p_sleep=np.where(starts_late, 1.0, np.nan)).p_transition.max() == 0.0


def test_a_transition_is_as_likely_as_the_share_of_nights_that_have_it() -> None:
    early, late = path((60, False), (400, True)), path((100, False), (360, True))
    found = nights(early, late, late, late)
    assert found.p_transition_at(us(60)) == 0.25
    assert found.p_transition_at(us(100)) == 0.75
    assert found.p_transition_at(us(80)) == 0.0


@given(arrays(np.bool_, st.tuples(st.integers(1, 5), st.integers(1, 80))))
def test_transitions_are_those_of_a_slow_loop(paths: Bools) -> None:
    if (found := possible_nights(EVENING_US, np.full(paths.shape[1], 0.5), paths)) is None:
        return
    near = np.zeros(found.paths.shape, bool)
    for row, states in enumerate(found.paths.tolist()):
        for t in range(10, len(states) - 19):
            if not any(states[t - 10 : t]) and all(states[t : t + 20]):
                near[row, max(0, t - 16) : t + 21] = True
    assert found.p_transition == pytest.approx(near.mean(axis=0))


#: A nap from 60 to 100 min, which is not in the main sleep from 200 min on.
NAPPED = path((200, False), (300, True), (30, False))


def napped(*chances: tuple[float, float]) -> PossibleNights:
    """Minutes and chance of sleep of each piece of an evening, until 100 min; awake from there to 200 min."""
    p_sleep = NAPPED.astype(np.float64)
    p_sleep[: 100 * PER_MIN] = np.repeat([p for _, p in chances], [round(m * PER_MIN) for m, _ in chances])
    p_sleep[100 * PER_MIN : 200 * PER_MIN] = 0.0
    return nights(NAPPED, p_sleep=p_sleep)


def test_falling_asleep_in_a_nap_is_a_transition_as_likely_as_the_chance_of_sleep_grew() -> None:
    found = napped((60, 0.1), (40, 0.7))
    told = {minute: found.p_transition_at(us(minute)) for minute in (0, 51, 52, 60, 70, 71, 150, 200)}
    assert told == pytest.approx({0: 0, 51: 0, 52: 0.6, 60: 0.6, 70: 0.6, 71: 0, 150: 0, 200: 1})


def test_a_slow_fall_asleep_in_a_nap_counts_what_the_chance_grew_by_nearby() -> None:
    found = napped((40, 0.0), (10, 0.2), (10, 0.4), (40, 0.7))
    assert found.p_transition_at(us(50)) == pytest.approx(0.4)
    assert found.p_transition_at(us(60)) == pytest.approx(0.5)


@pytest.mark.parametrize("asleep_min", [10.0, 9.5])
def test_a_nap_of_less_than_ten_minutes_has_no_transition(asleep_min: float) -> None:
    found = napped((60, 0.0), (asleep_min, 0.9), (40 - asleep_min, 0.0))
    assert (found.p_transition_at(us(60)) > 0) == (asleep_min >= 10)


def test_waking_and_a_hole_in_a_nap_are_no_transition() -> None:
    assert napped((100, 0.7)).p_transition_at(us(100)) == 0.0
    assert napped((60, np.nan), (40, 0.7)).p_transition_at(us(62)) == 0.0


def test_near_the_main_sleep_a_transition_is_as_likely_as_its_own_nights_say() -> None:
    assert napped((100, 0.0)).p_transition_at(us(195)) == 1.0
    rare = path((200, False), (20, True), (310, False))
    p_sleep = np.where(rare, 0.9, 0.0)
    assert nights(rare, np.zeros_like(rare), p_sleep=p_sleep).p_transition_at(us(200)) == 1.0
    assert nights(rare, NAPPED, p_sleep=p_sleep).p_transition_at(us(185)) == 0.0


def test_stretches_taken_out_are_not_known_and_not_slept() -> None:
    found = nights(*[NIGHT] * 3).without(np.array([(us(100), us(130)), (us(400), us(410))]))
    assert found is not None
    assert np.isnan(found.p_sleep).sum() == 40 * PER_MIN
    assert found.paths.sum(axis=1).tolist() == [360 * PER_MIN] * 3
    assert found.tst_h() == pytest.approx((350 / 60, 370 / 60))
    assert found.waso_min() == pytest.approx((10.0, 30.0))
    assert found.onset_us() == nights(NIGHT).onset_us()
    # Nor does sleep return behind them.
    assert found.p_transition_at(us(131)) == 0.0


def test_nothing_taken_out_changes_nothing_and_everything_leaves_nothing() -> None:
    found = nights(NIGHT)
    assert found.without(np.empty((0, 2), np.int64)) == found
    assert found.without(np.array([(us(-10), us(-5))])) == found
    assert found.without(np.array([(us(0), us(10_000))])) is None


def test_a_half_minute_of_which_the_middle_is_taken_out_is() -> None:
    found = nights(NIGHT).without(np.array([(us(100.2), us(100.7))]))
    assert found is not None
    assert np.flatnonzero(np.isnan(found.p_sleep)).tolist() == [200]


def test_nights_are_equal_in_every_value() -> None:
    p_sleep = np.where(np.arange(len(NIGHT)) < 10, np.nan, 0.5)
    one = nights(NIGHT, p_sleep=p_sleep)
    assert one == nights(NIGHT, p_sleep=p_sleep)
    assert hash(one) == hash(nights(NIGHT, p_sleep=p_sleep))
    other = NIGHT.copy()
    other[400] = not other[400]
    assert one != nights(other, p_sleep=p_sleep)
    assert one != nights(NIGHT, p_sleep=np.where(np.isnan(p_sleep), np.nan, 0.6))
    assert one != nights(NIGHT, p_sleep=np.full(len(NIGHT), 0.5))
    assert one != replace(one, start_us=EVENING_US + 1)
    assert one != "a night"


def test_movements_where_sleep_is_sure_are_counted_per_hour_of_it() -> None:
    p_sleep = np.where(NIGHT, 0.95, 0.05)
    p_sleep[60 * PER_MIN : 160 * PER_MIN] = 0.8
    found = nights(NIGHT, p_sleep=p_sleep)
    onsets = np.array([us(m) for m in (70, 150, 170, 200, 210, 270, 300, 495)])
    assert found.index_sure(onsets) == pytest.approx(4 / 5)
    assert nights(path((20, False), (59, True)), p_sleep=np.ones(158)).index_sure(onsets) is None


def test_the_index_counts_movements_by_the_half_minute_of_their_onset() -> None:
    found = nights(NIGHT, path((100, False), (380, True), (30, False)))
    onsets = np.array([us(m) for m in (59.9, 60, 99.9, 100, 270, 479.9, 480)])
    index = found.index(onsets, np.array([1, 1, 2, 2, 3, 4, 5]))
    assert index.n_movements.tolist() == [4, 3]
    assert index.n_series.tolist() == [3, 3]
    assert found.index(np.empty(0, np.int64), np.empty(0, np.int64)).whole.tolist() == [0.0, 0.0]


@given(arrays(np.bool_, st.tuples(st.integers(1, 20), st.integers(1, 70))))
def test_nights_come_out_of_their_bits_as_they_went_in(paths: Bools) -> None:
    found = unpacked(packed(paths), paths.shape[1])
    assert found.dtype == np.bool_
    assert np.array_equal(found, paths)


@pytest.mark.parametrize("n", [600, 601])
def test_a_night_that_is_saved_and_loaded_has_the_same_sleep(tmp_path: Path, n: int) -> None:
    initialise(store := Store(tmp_path / "nights.duckdb"))
    chance = np.random.default_rng(n)
    p_sleep = np.where(chance.random(n) < 0.1, np.nan, chance.random(n))
    known = np.isfinite(p_sleep)
    possible = possible_nights(EVENING_US, p_sleep, (chance.random((30, n)) < 0.6) & known)
    new = stored()
    ((subject, day), of), *_ = nights_to_analyse(store, new).items()
    saved = night(subject, day, [r.sha256 for r in of], possible=possible)
    save(store, new, [saved], attempt())
    loaded = load_night(store, (subject, day))
    assert loaded is not None
    assert loaded.possible == saved.possible
    assert loaded.possible is not None
    assert saved.possible is not None
    assert np.array_equal(loaded.possible.p_transition, saved.possible.p_transition)


@given(arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 200))), st.integers(0, 1000))
def test_whatever_could_have_been_intervals_are_ordered(paths: Bools, seed: int) -> None:
    chance = np.random.default_rng(seed)
    known = np.asarray(chance.random(paths.shape[1]) < 0.9)
    p_sleep = np.where(known, chance.random(paths.shape[1]), np.nan)
    if (found := possible_nights(EVENING_US, p_sleep, paths & known)) is None:
        return
    for low, high in (found.tst_h(), found.waso_min(), found.onset_us()):
        assert 0 <= low <= high
    assert 0 <= found.doubt_h() <= np.count_nonzero(known) / 120
    assert ((found.p_transition >= 0) & (found.p_transition <= 1)).all()
    assert found.onset_sd_min() >= 0.5


def test_bouts_of_the_one_possible_night_lie_inside_its_intervals() -> None:
    bouts = [Bout(us(60), us(260), "sleep"), Bout(us(260), us(280), "wake"), Bout(us(280), us(480), "sleep")]
    found = nights(*[NIGHT] * 10)
    slept_h = sum(b.end_us - b.start_us for b in bouts if b.state == "sleep") / 3.6e9
    awake_min = sum(b.end_us - b.start_us for b in bouts if b.state == "wake") / 6e7
    for value, (low, high) in (
        (slept_h, found.tst_h()),
        (awake_min, found.waso_min()),
        (bouts[0].start_us, found.onset_us()),
    ):
        assert low < value < high
