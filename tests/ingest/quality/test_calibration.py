from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.quality.calibration import MIN_WINDOWS, SPHERE_G, Calibration, calibrate
from ingest.quality.measuring import measure
from ingest.recording import Samples
from tests.ingest.making import cut, every

Vectors = NDArray[np.float64]


def postures(n: int, *, seed: int = 0) -> Vectors:
    """Unit vectors in all directions."""
    vectors = np.random.default_rng(seed).normal(size=(n, 3))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def as_measured(truth_g: Vectors, gain: Vectors, offset_g: Vectors, *, noise_g: float = 0.0, seed: int = 1) -> Vectors:
    """What a sensor shows that has to be corrected by this gain and offset."""
    noise = np.random.default_rng(seed).normal(0, noise_g, truth_g.shape)
    return np.asarray((truth_g + noise - offset_g) / gain)


def published(mean_g: Vectors) -> tuple[list[float], list[float]]:
    """Iterated closest-point fitting as van Hees et al. 2014 describe it, one number at a time.

    Each round takes every vector to the nearest point of the unit sphere, and fits those points axis by axis with
    the weights of the round before: one over the distance, at most 100.
    """
    gain, offset = [1.0] * 3, [0.0] * 3
    weights = [1.0] * len(mean_g)
    before = math.inf
    for _ in range(1000):
        current = [[value * g + o for value, g, o in zip(row, gain, offset, strict=True)] for row in mean_g.tolist()]
        lengths = [math.sqrt(sum(value**2 for value in row)) for row in current]
        closest = [[value / length for value in row] for row, length in zip(current, lengths, strict=True)]
        for axis in range(3):
            total = sum(weights)
            mean_x = sum(w * row[axis] for w, row in zip(weights, current, strict=True)) / total
            mean_y = sum(w * row[axis] for w, row in zip(weights, closest, strict=True)) / total
            rows = list(zip(weights, current, closest, strict=True))
            slope = sum(w * (c[axis] - mean_x) * (p[axis] - mean_y) for w, c, p in rows) / sum(
                w * (c[axis] - mean_x) ** 2 for w, c, _ in rows
            )
            gain[axis] *= slope
            offset[axis] = offset[axis] * slope + mean_y - slope * mean_x
        weights = [min(100.0, 1 / max(abs(length - 1), 1e-9)) for length in lengths]
        after = sum((length - 1) ** 2 for length in lengths) / len(lengths)
        if abs(after - before) < 1e-16:
            break
        before = after
    return gain, offset


gains = st.lists(st.floats(0.93, 1.07), min_size=3, max_size=3).map(np.array)
offsets_g = st.lists(st.floats(-0.15, 0.15), min_size=3, max_size=3).map(np.array)


@given(gain=gains, offset_g=offsets_g, seed=st.integers(0, 1000))
def test_a_known_gain_and_offset_come_back_within_a_milli_g(gain: Vectors, offset_g: Vectors, seed: int) -> None:
    truth_g = postures(80, seed=seed)
    measured_g = as_measured(truth_g, gain, offset_g, noise_g=3e-4)
    found = calibrate(measured_g)
    assert found.applied
    assert found.why_not == ""
    corrected_g = measured_g * np.array(found.gain) + np.array(found.offset_g)
    ideal_g = measured_g * gain + offset_g
    assert np.abs(corrected_g - ideal_g).max() < 1e-3
    assert found.residual_after_mg is not None
    assert found.residual_after_mg < 0.5


def test_it_agrees_with_the_published_procedure_taken_step_by_step() -> None:
    measured_g = as_measured(postures(120, seed=4), np.array([1.03, 0.97, 1.01]), np.array([0.05, -0.02, 0.03]))
    measured_g += np.random.default_rng(2).normal(0, 0.002, measured_g.shape)
    measured_g[:5] *= 1.08  # windows that were not still: they weigh little
    gain, offset_g = published(measured_g)
    found = calibrate(measured_g)
    np.testing.assert_allclose(found.gain, gain, atol=2e-4)
    np.testing.assert_allclose(found.offset_g, offset_g, atol=2e-4)


def test_a_sphere_with_a_side_unseen_changes_nothing_and_says_which() -> None:
    truth_g = postures(200)
    found = calibrate(as_measured(truth_g[truth_g[:, 0] < 0.25], np.full(3, 1.05), np.zeros(3)))
    assert not found.applied
    assert (found.gain, found.offset_g) == ((1, 1, 1), (0, 0, 0))
    assert found.why_not == "the sensor never pointed to +x"
    assert found.residual_mg == pytest.approx(1e3 * (1 - 1 / 1.05), abs=1)
    assert found.residual_after_mg is None


@pytest.mark.parametrize(("least_g", "applied"), [(-SPHERE_G - 0.001, True), (-SPHERE_G + 0.001, False)])
def test_a_side_is_seen_from_three_tenths_of_a_g_on(least_g: float, applied: bool) -> None:  # noqa: FBT001 - cases
    truth_g = postures(400)
    truth_g = truth_g[truth_g[:, 2] > -SPHERE_G + 0.02]
    edge_g = np.array([[math.sqrt(1 - least_g**2), 0, least_g]])
    assert calibrate(np.concatenate((truth_g, edge_g))).applied is applied


@pytest.mark.parametrize(("n", "applied"), [(MIN_WINDOWS, True), (MIN_WINDOWS - 1, False)])
def test_fifty_windows_are_enough_and_fewer_are_said(n: int, applied: bool) -> None:  # noqa: FBT001 - cases
    found = calibrate(as_measured(postures(n), np.full(3, 1.02), np.zeros(3)))
    assert found.applied is applied
    assert found.n_windows == n
    assert ("only 49 still windows of 10 s, 50 are needed" in found.why_not) is not applied


def test_without_a_still_window_nothing_is_known() -> None:
    assert calibrate(np.empty((0, 3))) == Calibration(why_not="the sensor never lay still for 10 s")


def test_an_error_larger_than_any_sensor_s_is_not_corrected() -> None:
    found = calibrate(as_measured(postures(100), np.array([1.3, 1, 1]), np.zeros(3)))
    assert not found.applied
    assert found.why_not == "the correction would be larger than any sensor's error"


def test_windows_that_no_sphere_fits_are_left_as_they_are() -> None:
    scattered_g = postures(200) * np.random.default_rng(3).uniform(0.94, 1.06, (200, 1))
    found = calibrate(scattered_g)
    assert not found.applied
    assert found.why_not.startswith("the best correction leaves ")


def test_a_window_without_any_gravity_is_no_reason_to_fail() -> None:
    assert not math.isnan(calibrate(np.concatenate((postures(100), np.zeros((3, 3))))).residual_mg or math.nan)


@given(order=st.permutations(range(60)))
def test_the_order_of_the_windows_does_not_matter(order: list[int]) -> None:
    measured_g = as_measured(postures(60), np.array([1.04, 1, 0.98]), np.full(3, 0.01))
    np.testing.assert_allclose(calibrate(measured_g[order]).gain, calibrate(measured_g).gain, atol=1e-6)


def test_a_recording_that_lay_in_all_directions_is_calibrated_from_its_own_windows() -> None:
    rate_hz, each_s = 25, 20
    truth_g = np.repeat(postures(60), rate_hz * each_s, axis=0)
    gain, offset_g = np.array([1.02, 0.98, 1.01]), np.array([0.03, -0.02, 0.01])
    xyz_g = as_measured(truth_g, gain, offset_g, noise_g=0.003).astype(np.float32)
    whole = Samples(every(1_000_000 // rate_hz, len(xyz_g)), xyz_g, 1.0)
    measured = measure(cut(whole, [700, 12_345]))
    assert measured is not None
    found = measured[0].calibration
    assert found.applied
    np.testing.assert_allclose(found.gain, gain, atol=1e-3)
    np.testing.assert_allclose(found.offset_g, offset_g, atol=1e-3)
    assert measured[0].noise_mg == pytest.approx(3 / 1.01, rel=0.1)
