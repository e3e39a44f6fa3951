from __future__ import annotations

import numpy as np
import pytest

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.channel import SensorSteps, channel_of
from analytics.signal.motion import segments
from analytics.signal.wear import recorded_spans
from ingest.quality.calibration import Calibration
from ingest.recording import Samples
from tests.analytics.signals import EVENING_US, still

CALIBRATED = Calibration(applied=True, gain=(1.02, 0.98, 1.0), offset_g=(0.01, 0.0, -0.02), n_windows=60)


def channel(samples: Samples, calibration: Calibration) -> Channel:
    return channel_of(samples, recording="a" * 64, site="ankle", side="left", lsb_g=0.001, calibration=calibration)


@pytest.fixture
def samples() -> Samples:
    at_s, xyz_g = still(120)
    return Samples(EVENING_US + np.rint(at_s * 1e6).astype(np.int64), xyz_g.astype(np.float32), 1.0)


def test_samples_without_a_calibration_are_analysed_as_they_were_stored(samples: Samples) -> None:
    found = channel(samples, Calibration(why_not="the sensor never lay still for 10 s"))
    np.testing.assert_array_equal(found.xyz_g[:], samples.values)
    np.testing.assert_array_equal(found.time_us, samples.time_us)
    assert (found.site, found.side, found.recording) == ("ankle", "left", "a" * 64)


def test_an_applied_calibration_corrects_each_axis(samples: Samples) -> None:
    found = channel(samples, CALIBRATED)
    wanted = samples.values * np.array(CALIBRATED.gain) + np.array(CALIBRATED.offset_g)
    np.testing.assert_allclose(found.xyz_g[:], wanted, atol=1e-6)
    assert found.xyz_g[:].dtype == np.float32


def test_a_stretch_of_idle_sleep_becomes_a_gap(samples: Samples) -> None:
    samples.values[1000:2501] = samples.values[1000]
    found = channel(samples, CALIBRATED)
    steps_us = np.diff(found.time_us)
    assert steps_us.max() == 30_000_000
    assert np.count_nonzero(steps_us > 1_000_000) == 1
    assert len(found.time_us) == len(found.xyz_g) == len(samples) - 1499


@pytest.mark.parametrize("is_zero", [True, False])
def test_pauses_that_a_sensor_slept_through_do_not_tear_the_movement_apart(*, is_zero: bool) -> None:
    at_s, xyz_g = still(300)
    samples = Samples(EVENING_US + np.rint(at_s * 1e6).astype(np.int64), xyz_g.astype(np.float32), 1.0)
    rate = round(len(at_s) / 300)
    for begin_s in range(10, 290, 40):
        asleep = slice(begin_s * rate, (begin_s + 25) * rate)
        samples.values[asleep] = 0 if is_zero else samples.values[asleep.start]
    found = channel(samples, Calibration())
    assert len(found.held_us) == 7
    (segment,) = segments(found, Criteria())
    assert segment.burst_g.max() < 0.05  # no edge of zeros looks like a kick
    recorded = recorded_spans([found], Criteria())
    assert (recorded[:, 1] - recorded[:, 0]).sum() / 1e6 == pytest.approx(300 - 7 * 25, abs=1)


@pytest.mark.parametrize("calibration", [Calibration(), CALIBRATED])
def test_whole_steps_are_kept_as_they_are_and_asked_for_in_g(samples: Samples, calibration: Calibration) -> None:
    steps = Samples(samples.time_us, np.rint(samples.values * 256).astype(np.int16), 1 / 256)
    found, as_g = channel(steps, calibration), channel(Samples(steps.time_us, steps.xyz_g(), 1.0), calibration)
    assert isinstance(found.xyz_g, SensorSteps)
    assert np.shares_memory(found.xyz_g.values, steps.values)
    assert len(found.xyz_g) == len(as_g.xyz_g)
    some = np.arange(len(steps)) % 7 == 0
    for rows in (slice(10, 90), (slice(10, 90), 1), some, np.array([[1, 2], [5, 6]]), 3, slice(0, 0)):
        np.testing.assert_array_equal(found.xyz_g[rows], as_g.xyz_g[rows])
        assert found.xyz_g[rows].dtype == np.float32


def test_whole_steps_give_the_segments_that_g_gives(samples: Samples) -> None:
    steps = Samples(samples.time_us, np.rint(samples.values * 256).astype(np.int16), 1 / 256)
    (found,) = segments(channel(steps, CALIBRATED), Criteria())
    (as_g,) = segments(channel(Samples(steps.time_us, steps.xyz_g(), 1.0), CALIBRATED), Criteria())
    for name in ("time_us", "burst_g", "envelope_g", "floor_g", "tilt_g", "slow_g"):
        np.testing.assert_array_equal(getattr(found, name), getattr(as_g, name), err_msg=name)
