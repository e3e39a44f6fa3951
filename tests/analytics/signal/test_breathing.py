"""The breathing line: seen where somebody breathes, not seen in noise, drift or bumps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.signal.angles import Coarse
from analytics.signal.breathing import breath_line, thinned
from tests.analytics.signal.stillness import gravity

WEAR = Criteria().wear


def strength(found: tuple[Coarse, ...]) -> NDArray[np.float64]:
    return breath_line([thinned(part, WEAR.gravity_rate_hz) for part in found], WEAR).strength


@pytest.mark.parametrize("breath_mg", [0.2, 0.5, 1.0])
def test_breathing_of_a_fraction_of_a_milli_g_stands_out(breath_mg: float) -> None:
    assert np.min(strength(gravity(1.0, breath_mg=breath_mg, noise_mg=0.2))) > WEAR.breath_line


@pytest.mark.parametrize("noise_mg", [0.1, 0.5, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_noise_and_drift_have_no_line(noise_mg: float, seed: int) -> None:
    assert np.max(strength(gravity(6.0, noise_mg=noise_mg, drift_mg=20.0, seed=seed))) < WEAR.breath_line


@pytest.mark.parametrize("seed", range(4))
def test_noise_that_grows_towards_low_frequencies_has_no_line(seed: int) -> None:
    (part,) = gravity(6.0, noise_mg=0.2, seed=seed)
    steps = np.random.default_rng(seed).normal(0, 1e-4, part.slow_g.shape)
    wandering = part.slow_g + np.cumsum(steps, axis=0)
    assert np.mean(strength((Coarse(part.slow_time_us, wandering),)) > WEAR.breath_line) < 0.02


@pytest.mark.parametrize("seed", range(4))
def test_a_coarse_sensor_that_flips_between_two_values_seldom_looks_like_breathing(seed: int) -> None:
    (part,) = gravity(6.0, noise_mg=2.0, seed=seed)
    coarse = Coarse(part.slow_time_us, np.rint(part.slow_g * 64) / 64)
    assert np.mean(strength((coarse,)) > WEAR.breath_line) < WEAR.breath_least_share / 2


def test_bumps_are_no_breathing_and_do_not_hide_it() -> None:
    bumps = np.arange(0.02, 1.0, 0.02).tolist()
    assert np.max(strength(gravity(1.0, bumps_h=bumps))) < WEAR.breath_line
    assert np.median(strength(gravity(1.0, bumps_h=bumps, breath_mg=0.5, noise_mg=0.3))) > WEAR.breath_line


def test_a_coarse_sensor_that_shows_one_value_has_no_line() -> None:
    (part,) = gravity(1.0)
    flat = Coarse(part.slow_time_us, np.tile(part.slow_g[:1], (len(part.slow_g), 1)))
    assert np.max(strength((flat,))) < WEAR.breath_line


def test_what_is_too_short_for_a_window_has_no_line() -> None:
    assert len(strength(gravity(0.01, breath_mg=1.0))) == 0
    assert len(strength(())) == 0


def test_windows_are_named_by_their_middle() -> None:
    (part,) = gravity(1.0, breath_mg=1.0)
    line = breath_line([thinned(part, WEAR.gravity_rate_hz)], WEAR)
    assert abs(int(line.centre_us[0] - part.slow_time_us[0]) / 1e6 - 32) < 1
    assert np.allclose(np.diff(line.centre_us) / 1e6, 30, atol=0.5)
