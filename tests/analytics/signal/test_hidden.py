"""What hides a kick, what does not, and when a vibration can be named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.detect_movements import Detected, detect_movements
from analytics.signal.filters import band_pass_gain, transform_of
from analytics.signal.hidden import VIBRATION_RATIO, hidden_spans, vibration_ratio
from analytics.signal.motion import Segment, segments
from tests.analytics.signals import EVENING_US, add_kick, channel, still

CRITERIA = Criteria()
HOUR_S = 3600.0


def hidden_s(one: Channel) -> NDArray[np.float64]:
    """Hidden stretches, seconds from the evening."""
    found = segments(one, CRITERIA)
    return (hidden_spans(found, detect_movements(one, found, CRITERIA), CRITERIA) - EVENING_US) / 1e6


def shaken(
    at_s: NDArray[np.float64], xyz: NDArray[np.float64], start_s: float, end_s: float, *, mg: float = 12.0
) -> None:
    """A ride: noise of 1-15 Hz that swells and fades every 40 s, in place."""
    first, last = (int(i) for i in np.searchsorted(at_s, (start_s, end_s)))
    rng = np.random.default_rng(3)
    n, rate_hz = last - first, 1 / (at_s[1] - at_s[0])
    transform = transform_of(n, rate_hz)
    gain = band_pass_gain(transform.frequency_hz(), 1.0, 15.0, rate_hz)
    swell = np.exp(0.8 * np.sin(2 * np.pi * at_s[first:last] / 40))
    for axis in range(3):
        wave = transform.back(transform.spectrum(rng.normal(0, 1, n)), gain)
        xyz[first:last, axis] += swell * wave / wave.std() * mg / 1e3


def test_a_ride_hides_what_it_covers_and_nothing_else() -> None:
    at_s, xyz = still(2 * HOUR_S)
    shaken(at_s, xyz, 1800, 5400)
    (span,) = hidden_s(channel(at_s, xyz))
    assert span == pytest.approx([1800, 5400], abs=200)


def test_a_still_night_hides_nothing() -> None:
    at_s, xyz = still(HOUR_S)
    assert hidden_s(channel(at_s, xyz)).shape == (0, 2)


@pytest.mark.parametrize(("every_s", "long_s"), [(12.0, 2.0), (12.0, 7.0), (22.0, 3.0)])
def test_kicks_hide_nothing_however_many(every_s: float, long_s: float) -> None:
    at_s, xyz = still(HOUR_S)
    for onset_s in np.arange(30, HOUR_S - 30, every_s):
        add_kick(at_s, xyz, float(onset_s), long_s=long_s)
    assert hidden_s(channel(at_s, xyz)).shape == (0, 2)


def test_half_a_minute_of_tossing_hides_that_half_minute() -> None:
    at_s, xyz = still(HOUR_S)
    shaken(at_s, xyz, 1800, 1830, mg=100.0)
    (span,) = hidden_s(channel(at_s, xyz))
    assert span == pytest.approx([1800, 1830], abs=1)


def test_a_threshold_above_typical_kicks_hides_them() -> None:
    one = _with_threshold(40.0, quiet_mg=7.0)
    assert hidden_spans(*one, CRITERIA).shape == (1, 2)
    assert hidden_spans(*_with_threshold(20.0, quiet_mg=7.0), CRITERIA).shape == (0, 2)


def test_a_threshold_above_the_nights_own_small_kicks_hides_them() -> None:
    assert hidden_spans(*_with_threshold(20.0, quiet_mg=7.0, kick_mg=18.0), CRITERIA).shape == (1, 2)
    assert hidden_spans(*_with_threshold(20.0, quiet_mg=7.0, kick_mg=50.0), CRITERIA).shape == (0, 2)


def test_a_coarse_sensor_whose_threshold_is_always_high_hides_nothing_by_it() -> None:
    assert hidden_spans(*_with_threshold(14.0, quiet_mg=12.0, kick_mg=16.0), CRITERIA).shape == (0, 2)


def _with_threshold(
    raised_mg: float, *, quiet_mg: float, kick_mg: float | None = None
) -> tuple[tuple[Segment, ...], Detected]:
    """An hour whose threshold is raised in the last third, and 30 kicks of one size before."""
    at_s, xyz = still(HOUR_S)
    for onset_s in np.arange(60, 1860, 60.0) if kick_mg else ():
        add_kick(at_s, xyz, float(onset_s))
    one = channel(at_s, xyz)
    found = segments(one, CRITERIA)
    seen = detect_movements(one, found, CRITERIA)
    late = seen.threshold_time_us > EVENING_US + 2400 * 1_000_000
    return found, replace(
        seen,
        movements=tuple(replace(m, peak_g=(kick_mg or 0) / 1e3) for m in seen.movements),
        threshold_g=np.where(late, raised_mg, quiet_mg) / 1e3,
    )


def test_what_was_too_noisy_to_be_searched_is_hidden_too() -> None:
    at_s, xyz = still(HOUR_S)
    shaken(at_s, xyz, 600, 3000, mg=300.0)
    spans = hidden_s(channel(at_s, xyz))
    assert (spans[:, 1] - spans[:, 0]).sum() == pytest.approx(2400, abs=200)


def test_nothing_recorded_gives_nothing() -> None:
    none = np.empty(0, np.int64)
    empty = Detected((), np.empty((0, 2), np.int64), none, np.empty(0))
    assert hidden_spans((), empty, CRITERIA).shape == (0, 2)


def test_a_ride_is_a_vibration_and_a_still_leg_is_none() -> None:
    at_s, xyz = still(HOUR_S)
    spans = np.array([[EVENING_US, EVENING_US + 3_000_000_000]])
    quiet = vibration_ratio(channel(at_s, xyz), spans)
    assert quiet == pytest.approx(1.0, abs=0.1)
    shaken(at_s, xyz, 0, HOUR_S)
    ratio = vibration_ratio(channel(at_s, xyz), spans)
    assert ratio is not None
    assert ratio > VIBRATION_RATIO


def test_a_vibration_cannot_be_named_from_slow_samples_or_without_a_whole_window() -> None:
    at_s, xyz = still(HOUR_S, rate_hz=25.0)
    spans = np.array([[EVENING_US, EVENING_US + 3_000_000_000]])
    assert vibration_ratio(channel(at_s, xyz), spans) is None
    at_s, xyz = still(HOUR_S)
    assert vibration_ratio(channel(at_s, xyz), np.empty((0, 2), np.int64)) is None
    assert vibration_ratio(channel(at_s[:1000], xyz[:1000]), spans) is None
