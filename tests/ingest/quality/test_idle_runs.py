from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.quality.idle_runs import (
    FEWEST_SLEEPS,
    LONGEST_SLEEP_US,
    ConstantRuns,
    not_measured,
    slept_through,
)
from ingest.quality.measuring import measure
from ingest.recording import Samples
from tests.ingest.making import EVENING_US, cut, every

STEP_US = 40_000
FINE_G, COARSE_G = 0.001, 0.0156
Values = NDArray[np.float32]


def noisy(n: int, *, seed: int = 0) -> Values:
    noise = np.random.default_rng(seed).normal(0, 0.003, (n, 3))
    return np.asarray(noise + np.array([0, 0.6, 0.8]), np.float32)


def held(seconds: float, value: tuple[float, float, float] = (0, 0.6, 0.8)) -> tuple[NDArray[np.int64], Values]:
    """A minute of a live sensor, one value held from the first of its samples to the last, another minute."""
    n = round(seconds * 1e6 / STEP_US) + 1
    same = np.tile(np.array(value, np.float32), (n, 1))
    values = np.concatenate((noisy(1500), same, noisy(1500, seed=1)))
    return every(STEP_US, len(values)), values


def runs(time_us: NDArray[np.int64], values: Values, *at: int) -> ConstantRuns:
    found = ConstantRuns()
    for block in cut(Samples(time_us, values, 1.0), at)():
        found.add(block.time_us, block.values)
    found.close()
    return found


@pytest.mark.parametrize(("seconds", "n"), [(10.0, 1), (9.96, 0)])
def test_ten_seconds_of_one_value_were_not_measured(seconds: float, n: int) -> None:
    time_us, values = held(seconds)
    assert runs(time_us, values).idle(FINE_G) == (n, seconds * n)
    flag = not_measured(time_us, values, FINE_G)
    assert np.count_nonzero(flag) == (round(seconds * 25) - 1 if n else 0)


def test_the_ends_of_a_stretch_stay_so_that_a_gap_lies_between_them() -> None:
    time_us, values = held(30)
    left_us = time_us[~not_measured(time_us, values, FINE_G)]
    assert np.diff(left_us).max() == 30_000_000
    assert np.count_nonzero(np.diff(left_us) > STEP_US) == 1


def test_a_live_sensor_is_measured_all_the_time() -> None:
    values = noisy(5000)
    assert not not_measured(every(STEP_US, 5000), values, FINE_G).any()
    assert runs(every(STEP_US, 5000), values).idle(FINE_G) == (0, 0.0)


def test_a_sensor_too_coarse_to_show_its_noise_may_repeat_itself_but_not_lose_gravity() -> None:
    resting, zero = held(60), held(60, (0, 0, 0))
    assert not not_measured(*resting, COARSE_G).any()
    assert not_measured(*zero, COARSE_G).any()
    assert runs(*resting).idle(COARSE_G) == (0, 0.0)
    assert runs(*zero).idle(COARSE_G) == (1, 60.0)


def test_a_recording_of_one_value_keeps_its_beginning_and_its_end() -> None:
    time_us = every(STEP_US, 5000)
    flag = not_measured(time_us, np.zeros((5000, 3), np.float32), FINE_G)
    assert np.flatnonzero(~flag).tolist() == [0, 4999]


def test_a_pause_and_a_step_back_end_a_stretch() -> None:
    values = np.ones((500, 3), np.float32)
    for step_us in (5_000_000, -5_000_000):
        time_us = every(STEP_US, 500)
        time_us[240:] += step_us  # 9.6 s before, 10.4 s after
        assert runs(time_us, values).idle(FINE_G) == (1, 10.36)


def test_a_value_that_is_no_number_equals_nothing() -> None:
    values = np.full((500, 3), np.nan, np.float32)
    assert not not_measured(every(STEP_US, 500), values, FINE_G).any()
    assert runs(every(STEP_US, 500), values).idle(FINE_G) == (0, 0.0)


def test_nothing_has_no_stretches() -> None:
    assert not_measured(np.empty(0, np.int64), np.empty((0, 3)), FINE_G).tolist() == []
    assert runs(np.empty(0, np.int64), np.empty((0, 3), np.float32)).idle(FINE_G) == (0, 0.0)


@given(
    lengths=st.lists(st.integers(1, 900), min_size=1, max_size=8),
    at=st.lists(st.integers(0, 4000), max_size=6),
    lsb_g=st.sampled_from([FINE_G, COARSE_G]),
)
def test_what_is_counted_is_what_is_left_out_however_the_blocks_are_cut(
    lengths: list[int], at: list[int], lsb_g: float
) -> None:
    values = np.repeat(np.arange(len(lengths), dtype=np.float32) % 3, lengths)[:, np.newaxis] * np.ones(3, np.float32)
    time_us = every(STEP_US, len(values))
    n, seconds = runs(time_us, values, *sorted({i for i in at if i < len(values)})).idle(lsb_g)
    left_us = time_us[~not_measured(time_us, values, lsb_g)]
    holes_us = np.diff(left_us)[np.diff(left_us) > STEP_US]
    assert n == len(holes_us)
    assert seconds == pytest.approx(holes_us.sum() / 1e6)
    assert (holes_us >= 1_000_000).all()


def test_zeros_are_no_measurement_after_a_second_already() -> None:
    for n, is_idle in ((25, False), (26, True)):
        time_us, values = every(STEP_US, n), np.zeros((n, 3), np.float32)
        assert not_measured(time_us, values, COARSE_G).any() == is_idle
        assert runs(time_us, values).idle(COARSE_G)[0] == int(is_idle)


def sleeping(sleeps_s: list[int]) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], list[int]]:
    """Two seconds awake around each sleep, and the length of what counts as slept through, in seconds."""
    idle = np.concatenate([np.repeat([False, True], [50, 25 * s - 1]) for s in sleeps_s] + [np.zeros(50, bool)])
    time_us = every(STEP_US, len(idle))
    around = slept_through(time_us, idle)
    return idle, ((time_us[around[:, 1]] - time_us[around[:, 0]]) // 1_000_000).tolist()


def test_a_sensor_that_sleeps_while_nothing_moves_slept_through() -> None:
    assert sleeping([20] * FEWEST_SLEEPS)[1] == [20] * FEWEST_SLEEPS
    assert sleeping([20] * (FEWEST_SLEEPS - 1))[1] == []


def test_hours_on_a_table_and_zeros_before_the_night_are_not_slept_through() -> None:
    hours = LONGEST_SLEEP_US // 1_000_000 + 1
    assert sleeping([hours, *[20] * FEWEST_SLEEPS])[1] == [20] * FEWEST_SLEEPS
    idle, _ = sleeping([20] * FEWEST_SLEEPS)
    assert len(slept_through(every(STEP_US, len(idle) - 50), idle[50:])) == 0  # one at the edge, too few inside


def test_idle_sleep_is_measured_and_said_with_the_way_out() -> None:
    time_us, values = held(120, (0, 0, 0))
    measured = measure(cut(Samples(time_us, values, 1.0), [2000]))
    assert measured is not None
    quality, warnings = measured
    assert (quality.n_idle, quality.idle_s) == (1, 120.0)
    assert quality.first_us == EVENING_US
    assert any("the same value for 10 s or longer, or zeros, once, 2.0 min in all" in warning for warning in warnings)
