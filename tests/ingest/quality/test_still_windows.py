from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.quality.still_windows import MOST_KEPT, STILL_SD_G, WINDOW_US, StillWindows
from tests.ingest.making import every

STEP_US = 40_000
PER_WINDOW = WINDOW_US // STEP_US
Vectors = NDArray[np.float64]


def noise(windows: float, sd_g: float, *, seed: int = 0) -> Vectors:
    values = np.random.default_rng(seed).normal(0, sd_g, (round(windows * PER_WINDOW), 3))
    return np.asarray(values + np.array([0, 0, 1.0]))


def windows_of(xyz_g: Vectors, *at: int, step_us: int = STEP_US) -> StillWindows:
    found = StillWindows(float(step_us))
    time_us = every(step_us, len(xyz_g))
    for part in np.split(np.arange(len(xyz_g)), at):
        found.add(time_us[part], xyz_g[part])
    found.close()
    return found


def test_the_noise_floor_is_that_of_one_axis_in_the_quietest_windows() -> None:
    quiet, restless = noise(20, 0.002), noise(80, 0.008, seed=1)
    assert windows_of(np.concatenate((quiet, restless))).noise_mg() == pytest.approx(2, rel=0.1)


def test_without_a_still_window_there_is_no_floor() -> None:
    found = windows_of(noise(20, 0.05))
    assert found.noise_mg() is None
    assert found.mean_g().shape == (0, 3)


@pytest.mark.parametrize(("share", "n"), [(0.85, 10), (1.15, 0)])
def test_a_window_is_still_below_thirteen_milli_g_on_each_axis(share: float, n: int) -> None:
    xyz_g = noise(10, 0.002)
    xyz_g[:, 1] = np.random.default_rng(2).normal(0, share * STILL_SD_G, len(xyz_g))
    assert len(windows_of(xyz_g).mean_g()) == n


def test_windows_that_a_sleeping_device_filled_in_do_not_count() -> None:
    filled = np.tile(np.array([0.1, 0.2, 0.9]), (5 * PER_WINDOW, 1))
    assert len(windows_of(np.concatenate((noise(5, 0.002), filled))).mean_g()) == 5


@pytest.mark.parametrize(("samples_left", "n"), [(0.92, 1), (0.88, 0)])
def test_a_window_with_a_hole_counts_if_nine_tenths_of_it_are_there(samples_left: float, n: int) -> None:
    found = StillWindows(float(STEP_US))
    kept = round(samples_left * PER_WINDOW)
    found.add(every(STEP_US, kept), noise(1, 0.002)[:kept])
    found.close()
    assert len(found.mean_g()) == n


@given(at=st.lists(st.integers(0, 2499), max_size=8, unique=True))
def test_cutting_into_blocks_changes_nothing(at: list[int]) -> None:
    xyz_g = noise(10, 0.004)
    whole, pieces = windows_of(xyz_g), windows_of(xyz_g, *sorted(at))
    np.testing.assert_allclose(pieces.mean_g(), whole.mean_g(), atol=1e-12)
    assert pieces.noise_mg() == pytest.approx(whole.noise_mg())


def test_a_very_long_rest_is_thinned_evenly_and_its_beginning_does_not_win() -> None:
    found = StillWindows(2_500_000.0)
    n = 3 * MOST_KEPT
    xyz_g = np.random.default_rng(0).normal(0, 0.002, (4 * n, 3))
    xyz_g[:, 2] += np.where(np.arange(4 * n) < 2 * n, 1.0, 0.5)
    time_us = every(2_500_000, 4 * n)
    for part in np.array_split(np.arange(4 * n), 7):
        found.add(time_us[part], xyz_g[part])
    found.close()
    mean_g = found.mean_g()
    assert MOST_KEPT / 2 <= len(mean_g) <= MOST_KEPT
    assert mean_g[:, 2].mean() == pytest.approx(0.75, abs=0.01)
