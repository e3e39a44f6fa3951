"""What must not change a night: how the strap sits, when it was, at what rate it was recorded, where a file was cut.

Simulated nights, so that there is something of everything in them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Night
from analytics.simulate import PROFILES, SENSORS, Plan, plan_night, render
from tests.analytics.signals import EVENING_US
from tests.analytics.whole_nights import CRITERIA, analysed

HOUR_US = 3_600_000_000
HOURS = 6.0


def seen(plan: Plan, *, rate_hz: float = 25.0, seed: int = 4) -> Channel:
    seconds, xyz = render(plan, replace(SENSORS["ax6"], clock_off=0.0), np.random.default_rng(seed), rate_hz=rate_hz)
    time_us = EVENING_US + np.rint(seconds * 1e6).astype(np.int64)
    return Channel("a" * 64, "ankle", "left", time_us, xyz.astype(np.float32), SENSORS["ax6"].lsb_g)


@pytest.fixture(scope="module")
def plan() -> Plan:
    profile = replace(PROFILES["rls"], plms_per_h=(25.0, 25.0), kick_peak_g=(0.05, 0.2), jerks=(1, 1))
    return plan_night(profile, np.random.default_rng(3), hours=HOURS)


@pytest.fixture(scope="module")
def sensor(plan: Plan) -> Channel:
    return seen(plan)


@pytest.fixture(scope="module")
def night(sensor: Channel) -> Night:
    return analysed([sensor])


def index(found: Night) -> float:
    value = found.scores[0].measures.plms_index
    assert isinstance(value, float)
    return value


def raised(found: Night) -> list[str]:
    return [f.name for f in found.scores[0].flags if f.raised]


def onsets_s(found: Night) -> NDArray[np.float64]:
    return np.array([e.onset_us for e in found.scores[0].events if e.is_clm and e.sleep_state == "sleep"]) / 1e6


def assert_same_movements(one: Night, other: Night, *, shift_s: float = 0.0, share: float = 0.99) -> None:
    """Nearly every candidate of either has its like in the other, to within a twentieth of a second."""
    a, b = onsets_s(one) + shift_s, onsets_s(other)
    near = np.abs(a[:, None] - b[None, :]) < 0.05
    assert near.any(axis=1).mean() >= share
    assert near.any(axis=0).mean() >= share
    assert raised(one) == raised(other)


@pytest.mark.parametrize("seed", range(4))
def test_how_the_sensor_is_turned_in_its_strap_changes_nothing(sensor: Channel, night: Night, seed: int) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))  # half of them mirrored as well
    turned = analysed([replace(sensor, xyz_g=(sensor.xyz_g @ turn).astype(np.float32))])
    # Running medians are taken axis by axis, so that a movement at the very edge of a threshold may come or go.
    assert_same_movements(night, turned, share=0.97)
    assert index(turned) == pytest.approx(index(night), abs=0.5)


@pytest.mark.parametrize("steps", [1, -1_500_000, 25_000_000])
def test_the_same_night_at_another_time_is_the_same_night(sensor: Channel, night: Night, steps: int) -> None:
    shift_us = steps * 10_000_000  # half minutes begin on ten-second marks of UTC
    moved = analysed([replace(sensor, time_us=sensor.time_us + shift_us)])
    assert onsets_s(moved) == pytest.approx(onsets_s(night) + shift_us / 1e6, abs=1e-6)
    assert moved.scores[0].measures == night.scores[0].measures
    assert raised(moved) == raised(night)


@pytest.mark.parametrize("shift_s", [5.0, 3.7])
def test_the_same_night_between_two_marks_is_nearly_the_same_night(
    sensor: Channel, night: Night, shift_s: float
) -> None:
    moved = analysed([replace(sensor, time_us=sensor.time_us + round(shift_s * 1e6))])
    assert_same_movements(night, moved, shift_s=shift_s, share=0.97)
    assert index(moved) == pytest.approx(index(night), abs=1.0)


def test_signal_and_thresholds_larger_by_the_same_factor_give_the_same_movements(sensor: Channel, night: Night) -> None:
    detection = CRITERIA.detection
    doubled = {name: 2 * getattr(detection, name) for name in ("high_mg", "low_mg", "tilt_mg", "unscorable_floor_mg")}
    criteria = Criteria.model_validate(
        {"detection": doubled, "shapes": {"jerk_peak_mg": 2 * CRITERIA.shapes.jerk_peak_mg}}
    )
    louder = analysed([replace(sensor, xyz_g=sensor.xyz_g[:] * 2, lsb_g=sensor.lsb_g * 2)], criteria=criteria)
    assert_same_movements(night, louder, share=1.0)
    assert louder.scores[0].measures.n_plms == night.scores[0].measures.n_plms


def test_a_file_cut_in_two_at_a_quiet_moment_is_the_same_night(sensor: Channel, night: Night) -> None:
    moving_s = np.sort(np.concatenate([onsets_s(night), [m.offset_us / 1e6 for m in night.movements]]))
    middle = np.abs(moving_s - moving_s.mean()) < 3600
    pauses = np.diff(moving_s[middle])
    quiet_us = round((moving_s[middle][np.argmax(pauses)] + pauses.max() / 2) * 1e6)
    cut = int(np.searchsorted(sensor.time_us, quiet_us))
    first = replace(sensor, time_us=sensor.time_us[:cut], xyz_g=sensor.xyz_g[:cut])
    second = replace(sensor, recording="b" * 64, time_us=sensor.time_us[cut:], xyz_g=sensor.xyz_g[cut:])
    both = analysed([first, second])
    assert_same_movements(night, both)
    assert index(both) == pytest.approx(index(night), abs=1.0)


def test_the_other_leg_of_a_mirrored_pair_of_names_gives_the_same_index(sensor: Channel, night: Night) -> None:
    right = analysed([replace(sensor, side="right")])
    assert right.legs == "right"
    assert right.scores[0].measures == night.scores[0].measures


@pytest.mark.parametrize("rate_hz", [50.0, 100.0])
def test_the_same_night_at_another_rate_has_the_same_flags_and_nearly_the_same_index(
    plan: Plan, night: Night, rate_hz: float
) -> None:
    faster = analysed([seen(plan, rate_hz=rate_hz)])
    assert raised(faster) == raised(night)
    assert index(faster) == pytest.approx(index(night), abs=2.0)
