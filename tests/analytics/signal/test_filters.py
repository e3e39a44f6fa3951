"""Filters in the frequency domain against the recursive ones of SciPy, run forwards and backwards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from analytics.signal.filters import band_pass_gain, fast_length, low_pass_gain, transform_of


def kicks(rate_hz: float, seconds: float = 120.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    at_s = np.arange(int(seconds * rate_hz)) / rate_hz
    wave = rng.normal(0, 0.002, len(at_s)) + 0.8
    for onset_s in np.arange(15, seconds - 15, 20):
        inside = (at_s > onset_s) & (at_s < onset_s + 0.4)
        wave[inside] += 0.1 * np.sin(2 * np.pi * (at_s[inside] - onset_s) / 0.4)
    return wave


@pytest.mark.parametrize("rate_hz", [12.5, 25.0, 49.3, 100.0])
def test_band_pass_equals_the_recursive_filter_run_both_ways(rate_hz: float) -> None:
    wave, top_hz = kicks(rate_hz), min(10.0, 0.4 * rate_hz)
    sos = signal.butter(2, [0.5, top_hz], btype="bandpass", fs=rate_hz, output="sos")
    transform = transform_of(len(wave), rate_hz)
    gain = band_pass_gain(transform.frequency_hz(), 0.5, top_hz, rate_hz)
    found = transform.back(transform.spectrum(wave), gain)
    inside = slice(round(5 * rate_hz), -round(5 * rate_hz))
    assert np.abs(found - signal.sosfiltfilt(sos, wave))[inside].max() < 1e-5


@pytest.mark.parametrize("rate_hz", [12.5, 25.0, 49.3, 100.0])
def test_low_pass_equals_the_recursive_filter_run_both_ways(rate_hz: float) -> None:
    wave = kicks(rate_hz)
    sos = signal.butter(2, 2.0, btype="lowpass", fs=rate_hz, output="sos")
    transform = transform_of(len(wave), rate_hz)
    found = transform.back(transform.spectrum(wave), low_pass_gain(transform.frequency_hz(), 2.0, rate_hz))
    inside = slice(round(5 * rate_hz), -round(5 * rate_hz))
    assert np.abs(found - signal.sosfiltfilt(sos, wave))[inside].max() < 1e-5


def test_the_edges_of_the_pass_band_lose_half_and_steady_gravity_all() -> None:
    gain = band_pass_gain(np.array([0.0, 0.5, 2.0, 10.0, 25.0]), 0.5, 10.0, 50.0)
    assert gain == pytest.approx([0.0, 0.5, 1.0, 0.5, 0.0], abs=0.01)


def test_a_steady_signal_passes_the_low_pass_unchanged_up_to_its_ends() -> None:
    transform = transform_of(1000, 50.0)
    found = transform.back(transform.spectrum(np.full(1000, 0.7)), low_pass_gain(transform.frequency_hz(), 2.0, 50.0))
    assert found == pytest.approx(0.7)


def smooth(n: int) -> bool:
    for prime in (2, 3, 5):
        while n % prime == 0:
            n //= prime
    return n == 1


@given(st.integers(1, 5000))
def test_the_fast_length_is_the_next_one_with_small_factors(n: int) -> None:
    found = fast_length(n)
    assert smooth(found)
    assert found >= n
    assert not any(smooth(k) for k in range(n, found))


@given(st.integers(30, 400), st.floats(-2, 2))
def test_filtering_is_linear_and_keeps_the_length(n: int, factor: float) -> None:
    wave = np.random.default_rng(n).normal(size=n)
    transform = transform_of(n, 25.0)
    gain = band_pass_gain(transform.frequency_hz(), 0.5, 10.0, 25.0)
    one, scaled = (transform.back(transform.spectrum(w), gain) for w in (wave, wave * factor))
    assert len(one) == n
    assert np.allclose(one * factor, scaled)


@given(st.integers(30, 3000), st.integers(1, 10))
def test_every_kth_sample_is_the_same_as_all_of_them_thinned(n: int, every: int) -> None:
    rate_hz = 50.0
    wave = np.cumsum(np.random.default_rng(n).normal(size=n)) / 100
    transform = transform_of(n, rate_hz, block=every)
    spectrum = transform.spectrum(wave)
    # A gain that ends far below half of the lowest rate tried: leaving the rest out must not matter.
    gains = [low_pass_gain(transform.frequency_hz(k), 0.3, rate_hz, order=6) for k in (1, every)]
    thinned = transform.back(spectrum, gains[1], every)
    assert len(thinned) == -(-n // every)
    assert np.allclose(transform.back(spectrum, gains[0])[::every], thinned, atol=1e-6)


@given(st.integers(2, 900), st.sampled_from([12.5, 50.0]))
def test_axes_together_are_filtered_as_each_by_itself(n: int, rate_hz: float) -> None:
    axes = np.random.default_rng(n).normal((((0.0,), (1.0,), (-0.4,))), size=(3, n))
    transform = transform_of(n, rate_hz)
    gain = low_pass_gain(transform.frequency_hz(), 2.0, rate_hz)
    together = transform.back(transform.spectrum(axes), gain)
    alone = [transform.back(transform.spectrum(axis), gain) for axis in axes]
    assert together == pytest.approx(np.array(alone), abs=1e-12)
