"""The detector: what it finds, what it leaves alone, and when exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Movement
from analytics.signal.detect_movements import Detected, detect_movements
from analytics.signal.motion import segments
from tests.analytics.signals import EVENING_US, add_jerk, add_kick, add_turn, channel, still

CRITERIA = Criteria()
Signal = tuple[NDArray[np.float64], NDArray[np.float64]]


def watched(signal: Signal, *, lsb_g: float = 1 / 1024) -> Detected:
    sensor = channel(*signal, lsb_g=lsb_g)
    return detect_movements(sensor, segments(sensor, CRITERIA), CRITERIA)


def found(signal: Signal, *, lsb_g: float = 1 / 1024) -> tuple[Movement, ...]:
    return watched(signal, lsb_g=lsb_g).movements


def onsets_s(movements: tuple[Movement, ...]) -> list[float]:
    return [(m.onset_us - EVENING_US) / 1e6 for m in movements]


def test_a_still_leg_has_no_movements() -> None:
    assert found(still(1800)) == ()


@pytest.mark.parametrize("noise_mg", [0.3, 2.0, 8.0])
def test_noise_alone_is_never_a_movement_because_the_floor_adapts(noise_mg: float) -> None:
    assert found(still(3600, noise_mg=noise_mg)) == ()


def test_a_constant_quantised_signal_is_handled_without_a_warning() -> None:
    at_s, xyz = still(600, noise_mg=0.0)
    assert found((at_s, np.round(xyz, 2))) == ()


def test_a_kick_is_one_movement_although_it_has_two_lobes() -> None:
    at_s, xyz = still(300)
    add_kick(at_s, xyz, 150.0, long_s=2.0)
    (movement,) = found((at_s, xyz))
    assert movement.shape == "leg_movement"
    assert (movement.onset_us - EVENING_US) / 1e6 == pytest.approx(150.0, abs=0.1)
    assert (movement.offset_us - EVENING_US) / 1e6 == pytest.approx(152.0, abs=0.5)


def test_a_kick_held_for_four_seconds_stays_one_movement_because_the_leg_stays_tilted() -> None:
    at_s, xyz = still(300)
    add_kick(at_s, xyz, 150.0, long_s=4.0)
    (movement,) = found((at_s, xyz))
    assert (movement.offset_us - movement.onset_us) / 1e6 == pytest.approx(4.0, abs=0.5)


def test_kicks_ten_seconds_apart_stay_separate() -> None:
    at_s, xyz = still(300)
    for onset_s in range(100, 200, 10):
        add_kick(at_s, xyz, float(onset_s))
    assert onsets_s(found((at_s, xyz))) == pytest.approx(list(range(100, 200, 10)), abs=0.15)


@pytest.mark.parametrize(("peak_mg", "seen"), [(3.0, 0), (40.0, 1)])
def test_a_movement_below_the_reported_threshold_is_not_seen_and_one_above_is(peak_mg: float, seen: int) -> None:
    at_s, xyz = still(300)
    add_kick(at_s, xyz, 150.0, peak_mg=peak_mg)
    assert len(found((at_s, xyz))) == seen


@pytest.mark.parametrize("rate_hz", [12.5, 25, 31.25, 50, 85.7, 100, 200])
def test_a_kick_starts_at_the_same_moment_at_every_rate(rate_hz: float) -> None:
    at_s, xyz = still(300, rate_hz=rate_hz)
    add_kick(at_s, xyz, 150.0)
    (movement,) = found((at_s, xyz))
    assert (movement.onset_us - EVENING_US) / 1e6 == pytest.approx(150.0, abs=max(0.1, 2 / rate_hz))


def test_below_the_lowest_rate_nothing_is_searched_and_that_is_said() -> None:
    at_s, xyz = still(600, rate_hz=10)
    add_kick(at_s, xyz, 150.0, peak_mg=500)
    result = watched((at_s, xyz))
    assert result.movements == ()
    assert len(result.watched_us) == 0


def test_a_turn_is_a_posture_change_with_its_angle() -> None:
    at_s, xyz = still(300)
    add_turn(at_s, xyz, 150.0, degrees=60)
    (movement,) = found((at_s, xyz))
    assert movement.shape == "posture_change"
    assert movement.posture_change_deg == pytest.approx(60, abs=3)


def test_a_damped_ringing_is_a_brief_jerk() -> None:
    at_s, xyz = still(300)
    add_jerk(at_s, xyz, 150.0)
    (movement,) = found((at_s, xyz))
    assert movement.shape == "brief_jerk"
    assert movement.core_s <= 0.3


def test_regular_bursts_for_ten_seconds_are_rhythmic() -> None:
    at_s, xyz = still(300)
    inside = (at_s >= 150) & (at_s < 162)
    xyz[inside, 0] += 0.15 * np.sin(2 * np.pi * 5 * at_s[inside]) * (np.mod(at_s[inside], 0.7) < 0.25)
    (movement,) = found((at_s, xyz))
    assert movement.shape == "rhythmic"


def test_no_movement_spans_a_gap() -> None:
    at_s, xyz = still(600)
    add_kick(at_s, xyz, 299.0, long_s=4.0)
    keep = (at_s < 300) | (at_s > 330)
    for movement in found((at_s[keep], xyz[keep])):
        assert not (movement.onset_us < EVENING_US + 300e6 and movement.offset_us > EVENING_US + 330e6)


def test_time_inside_a_gap_does_not_count_as_watched() -> None:
    at_s, xyz = still(600)
    keep = (at_s < 200) | (at_s > 400)
    spans_s = (watched((at_s[keep], xyz[keep])).watched_us - EVENING_US) / 1e6
    assert spans_s.ravel() == pytest.approx([0, 200, 400, 600], abs=0.1)


def test_a_vibrating_bed_is_unscorable_instead_of_full_of_movements() -> None:
    at_s, xyz = still(900, noise_mg=100)
    add_kick(at_s, xyz, 450, peak_mg=900)
    result = watched((at_s, xyz))
    assert result.movements == ()
    assert len(result.watched_us) == 0


def test_irregular_stamps_are_put_on_an_even_grid_before_filtering() -> None:
    at_s, xyz = still(300)
    add_kick(at_s, xyz, 150.0)
    shaken = np.sort(at_s + np.random.default_rng(1).uniform(-0.009, 0.009, len(at_s)))
    (movement,) = found((shaken, xyz))
    assert (movement.onset_us - EVENING_US) / 1e6 == pytest.approx(150.0, abs=0.15)


def busy_signal() -> Signal:
    at_s, xyz = still(420, rate_hz=25)
    for onset_s in (60, 90, 125, 300):
        add_kick(at_s, xyz, float(onset_s))
    add_jerk(at_s, xyz, 180.0)
    add_turn(at_s, xyz, 240.0)
    return at_s, xyz


BUSY = busy_signal()
BUSY_FOUND = found(BUSY)


def signature(movements: tuple[Movement, ...]) -> list[tuple[str, int]]:
    return [(m.shape, m.onset_us) for m in movements]


@given(st.integers(-(10**12), 10**12))
def test_shifting_time_shifts_movements_and_changes_nothing_else(shift_us: int) -> None:
    sensor = channel(*BUSY, start_us=EVENING_US + shift_us)
    moved = detect_movements(sensor, segments(sensor, CRITERIA), CRITERIA).movements
    assert signature(moved) == [(shape, onset_us + shift_us) for shape, onset_us in signature(BUSY_FOUND)]


def rotation(seed: int) -> NDArray[np.float64]:
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.asarray(q, dtype=np.float64)


@given(st.integers(0, 10_000))
def test_how_the_sensor_is_strapped_on_changes_nothing(seed: int) -> None:
    at_s, xyz = BUSY
    turned = found((at_s, xyz @ rotation(seed).T))
    assert [m.shape for m in turned] == [m.shape for m in BUSY_FOUND]
    assert onsets_s(turned) == pytest.approx(onsets_s(BUSY_FOUND), abs=0.05)


def test_cutting_a_recording_at_a_quiet_moment_and_joining_gives_the_same_movements() -> None:
    at_s, xyz = BUSY
    halves: list[Movement] = []
    parts: list[Callable[[NDArray[np.float64]], NDArray[np.bool_]]] = [lambda t: t < 150, lambda t: t >= 150]
    for part in parts:
        keep = part(at_s)
        halves += found((at_s[keep], xyz[keep]))
    assert [m.shape for m in halves] == [m.shape for m in BUSY_FOUND]
    assert onsets_s(tuple(halves)) == pytest.approx(onsets_s(BUSY_FOUND), abs=0.05)


def test_signal_and_thresholds_scaled_alike_give_the_same_movements() -> None:
    at_s, xyz = BUSY
    detection = {k: v * 2 for k, v in CRITERIA.detection.model_dump().items() if k.endswith("_mg")}
    doubled = Criteria.model_validate(
        {"detection": detection, "shapes": {"jerk_peak_mg": 2 * CRITERIA.shapes.jerk_peak_mg}}
    )
    sensor = channel(at_s, 2 * xyz, lsb_g=2 / 1024)
    scaled = detect_movements(sensor, segments(sensor, doubled), doubled).movements
    assert signature(scaled) == signature(BUSY_FOUND)


def brisk_lift(at_s: NDArray[np.float64], xyz: NDArray[np.float64], onset_s: float, peak_mg: float) -> None:
    """A limb swung up in 0.3 s about an axis along gravity, which tilts nothing, and let down slowly, in place."""
    for start_s, long_s, sign in ((0.0, 0.3, 1.0), (0.3, 1.5, -1.0)):
        x = (at_s - onset_s - start_s) / long_s
        wave = np.where((x > 0) & (x < 1), np.sin(2 * np.pi * x), 0.0)
        xyz[:, 0] += sign * wave * peak_mg / 1e3 * (0.3 / long_s) ** 2


@pytest.mark.parametrize("peak_mg", [20.0, 30.0, 50.0, 55.0])
@pytest.mark.parametrize("rate_hz", [25, 50, 100])
def test_a_brisk_kick_whose_slow_return_stays_below_the_threshold_is_seen(rate_hz: float, peak_mg: float) -> None:
    at_s, xyz = still(300, rate_hz=rate_hz)
    brisk_lift(at_s, xyz, 150.0, peak_mg)
    (movement,) = found((at_s, xyz))
    assert movement.shape == "leg_movement"
    assert movement.onset_us == pytest.approx(EVENING_US + 150e6, abs=1e5)


@pytest.mark.parametrize("tone_hz", [3.0, 5.0, 8.0])
@pytest.mark.parametrize("rate_hz", [25, 50, 100])
def test_a_twitch_that_rings_on_in_a_leg_is_a_brief_jerk_at_every_tone_and_rate(tone_hz: float, rate_hz: float) -> None:
    at_s, xyz = still(300, rate_hz=rate_hz)
    after_s = np.maximum(at_s - 150.0, 0.0)
    xyz[:, 2] += 0.2 * np.exp(-after_s / 0.2) * np.sin(2 * np.pi * tone_hz * after_s)
    (movement,) = found((at_s, xyz))
    assert movement.shape == "brief_jerk"


def test_a_jerk_is_as_strong_as_its_largest_acceleration_and_not_as_its_smoothed_one() -> None:
    at_s, xyz = still(300)
    add_jerk(at_s, xyz, 150.0, peak_mg=142.0)
    (movement,) = found((at_s, xyz))
    assert movement.peak_g < CRITERIA.shapes.jerk_peak_mg / 1e3
    assert movement.shape == "brief_jerk"


@pytest.mark.parametrize("rate_hz", [25, 50, 100])
def test_what_filter_and_sampling_take_of_a_jerk_that_is_just_strong_enough_does_not_make_it_a_kick(
    rate_hz: float,
) -> None:
    at_s, xyz = still(300, rate_hz=rate_hz)
    add_jerk(at_s, xyz, 150.0, peak_mg=105.0)
    assert [m.shape for m in found((at_s, xyz))] == ["brief_jerk"]


@pytest.mark.parametrize("rate_hz", [25, 50, 100])
@pytest.mark.parametrize("peak_mg", [40.0, 60.0])
def test_a_twitch_that_is_too_weak_for_a_jerk_does_not_vanish(rate_hz: float, peak_mg: float) -> None:
    at_s, xyz = still(300, rate_hz=rate_hz)
    add_jerk(at_s, xyz, 150.0, peak_mg=peak_mg)
    assert [m.shape for m in found((at_s, xyz))] == ["leg_movement"]


@pytest.mark.parametrize(("noise_mg", "shape"), [(0.5, "brief_jerk"), (8.0, "leg_movement")])
def test_a_weak_twitch_is_a_jerk_only_where_a_kicks_return_would_have_been_seen(noise_mg: float, shape: str) -> None:
    at_s, xyz = still(300, noise_mg=noise_mg, rate_hz=100)
    add_jerk(at_s, xyz, 150.0, peak_mg=105.0)
    assert [m.shape for m in found((at_s, xyz))] == [shape]


@pytest.mark.parametrize("long_s", [1.0, 1.5, 2.5])
@pytest.mark.parametrize("peak_mg", [120.0, 300.0])
def test_a_kick_that_is_lifted_and_put_back_is_no_jerk_however_strong(peak_mg: float, long_s: float) -> None:
    at_s, xyz = still(300)
    add_kick(at_s, xyz, 150.0, peak_mg=peak_mg, long_s=long_s)
    assert [m.shape for m in found((at_s, xyz))] == ["leg_movement"]


def test_a_twitch_after_which_the_leg_stays_tilted_is_no_jerk() -> None:
    at_s, xyz = still(300)
    add_jerk(at_s, xyz, 150.0, peak_mg=200.0)
    xyz[(at_s > 150.2) & (at_s < 152.5), 1] += 0.1
    assert "brief_jerk" not in [m.shape for m in found((at_s, xyz))]
