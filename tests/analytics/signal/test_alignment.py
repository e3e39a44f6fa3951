"""Two sensors on one clock: on made-up bursts for the rules, on simulated legs for what can be achieved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.alignment import aligned
from analytics.signal.clock_offset import Offset, Parts, compare
from analytics.signal.clocks import SensorClock, legs_compared
from analytics.signal.motion import Segment, segments
from analytics.simulate import PROFILES, SENSORS, Plan, plan_night, render
from analytics.simulate.legs import LegClock, two_legs
from ingest.recording import Side
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
LIMITS = CRITERIA.alignment
HOUR_S = 3600.0
#: Clocks as they are: set together, seconds off, minutes off, with the drift of a bad quartz.
CLOCKS = [LegClock(), LegClock(3, 50), LegClock(-3, -50), LegClock(300, 50), LegClock(-300, -50)]

Pair = tuple[Parts, Parts]


def is_trusted(offset: Offset) -> bool:
    return offset.is_trusted(LIMITS, within_s=LIMITS.max_uncertain_s)


# ------------------------------------------------------------------------------------------ bursts


def bursts(onsets_s: Sequence[float], *, hours: float = 8.0, rate_hz: float = 12.5, floor_g: float = 0.002) -> Segment:
    """A leg that moves for two seconds at each of these moments."""
    at_s = np.arange(int(hours * HOUR_S * rate_hz)) / rate_hz
    envelope_g = np.full(len(at_s), floor_g)
    for onset_s in onsets_s:
        first, last = np.searchsorted(at_s, (onset_s, onset_s + 2.0))
        envelope_g[first:last] = 30 * floor_g
    time_us = EVENING_US + np.rint(at_s * 1e6).astype(np.int64)
    nothing = np.zeros(len(at_s), np.float32)
    return Segment(
        time_us=time_us,
        rate_hz=rate_hz,
        burst_g=nothing,
        envelope_g=envelope_g.astype(np.float32),
        floor_g=np.full(len(at_s), floor_g, np.float32),
        tilt_g=nothing,
        slow_time_us=time_us[::2],
        slow_g=np.zeros((len(time_us[::2]), 3)),
    )


def restless(seed: int, *, hours: float = 8.0, n: int = 120) -> list[float]:
    return sorted(float(at) for at in np.random.default_rng(seed).uniform(10, hours * HOUR_S - 10, n))


def on(clock: LegClock, part: Segment) -> Segment:
    """The same leg as a logger with this clock saw it."""

    def shown(time_us: NDArray[np.int64]) -> NDArray[np.int64]:
        return clock.shown_us(EVENING_US, (time_us - EVENING_US) / 1e6)

    return replace(part, time_us=shown(part.time_us), slow_time_us=shown(part.slow_time_us))


def cut(part: Segment, first_h: float, last_h: float) -> Segment:
    """A part of it."""
    inside, slow = (
        (time_us >= EVENING_US + first_h * HOUR_S * 1e6) & (time_us < EVENING_US + last_h * HOUR_S * 1e6)
        for time_us in (part.time_us, part.slow_time_us)
    )
    return replace(
        part,
        **{name: getattr(part, name)[inside] for name in ("time_us", "burst_g", "envelope_g", "floor_g", "tilt_g")},
        slow_time_us=part.slow_time_us[slow],
        slow_g=part.slow_g[slow],
    )


def sensor(part: Segment, side: Side, name: str = "a") -> Channel:
    """The recording that such a segment came from, as far as `aligned` looks at it."""
    return Channel(name * 64, "ankle", side, part.time_us, np.zeros((len(part), 3), np.float32), 0.001)


def off_s(offset: Offset, clock: LegClock, *, hours: float = 8.0) -> NDArray[np.float64]:
    """How far the corrected clock is from the true one at the start, the middle and the end."""
    true_s = np.array([0.0, hours / 2, hours]) * HOUR_S
    found = SensorClock(
        "b" * 64, "right", stays=False, compared_us=offset.at_us, behind_s=offset.behind_s, drift_ppm=offset.drift_ppm
    )
    return (found.of_night(clock.shown_us(EVENING_US, true_s)) - EVENING_US) / 1e6 - true_s


@settings(max_examples=15)
@given(behind_s=st.floats(-840, 840), drift_ppm=st.floats(-150, 150), seed=st.integers(0, 99))
def test_any_clock_within_a_quarter_of_an_hour_is_found(behind_s: float, drift_ppm: float, seed: int) -> None:
    one, clock = bursts(restless(seed, hours=4, n=60), hours=4), LegClock(behind_s, drift_ppm)
    offset = compare([one], [on(clock, one)], LIMITS)
    assert is_trusted(offset)
    assert np.abs(off_s(offset, clock, hours=4)).max() < 0.1
    assert offset.drift_ppm == pytest.approx(drift_ppm, abs=10)


def test_clocks_further_apart_than_a_quarter_of_an_hour_are_left_alone() -> None:
    one = bursts(restless(1))
    assert not is_trusted(compare([one], [on(LegClock(16 * 60), one)], LIMITS))


def test_an_hour_without_one_sensor_costs_neither_offset_nor_drift() -> None:
    one, clock = bursts(restless(2)), LegClock(12, 30)
    holed = [on(clock, cut(one, 0, 3)), on(clock, cut(one, 4, 8))]
    assert np.abs(off_s(compare([one], holed, LIMITS), clock)).max() < 0.1


def test_a_leg_that_never_moves_tells_nothing() -> None:
    offset = compare([bursts([])], [bursts(restless(1))], LIMITS)
    assert not is_trusted(offset)
    assert offset.confidence == 0
    assert compare([], [bursts([])], LIMITS).confidence == 0


def test_two_pieces_tell_the_offset_and_no_drift() -> None:
    one = cut(bursts(restless(4)), 0, 2)
    offset = compare([one], [on(LegClock(5), one)], LIMITS)
    assert offset.behind_s == pytest.approx(5, abs=0.1)
    assert offset.drift_ppm is None


def test_the_left_leg_keeps_its_clock_wherever_it_stands() -> None:
    one = bursts(restless(5))
    other = on(LegClock(4), one)
    left, right = sensor(one, "left"), sensor(other, "right", "b")
    (kept, moved), (kept_part, moved_part), clocks = aligned([left, right], [(one,), (other,)], CRITERIA)
    swapped = aligned([right, left], [(other,), (one,)], CRITERIA)
    assert [(clock.stays, clock.is_moved) for clock in clocks] == [(True, False), (False, True)]
    assert kept is left
    assert kept_part == (one,)
    np.testing.assert_allclose(moved.time_us, left.time_us, atol=100_000)
    np.testing.assert_allclose(moved_part[0].time_us, one.time_us, atol=100_000)
    np.testing.assert_allclose(moved_part[0].slow_time_us, one.slow_time_us, atol=100_000)
    assert swapped[2] == clocks[::-1]
    assert swapped[0][1] is left
    np.testing.assert_array_equal(swapped[0][0].time_us, moved.time_us)


def test_strangers_stay_where_they_are_and_the_doubt_is_told() -> None:
    one, other = bursts(restless(6)), bursts(restless(7))
    channels = [sensor(one, "left"), sensor(other, "right", "b")]
    same, parts, clocks = aligned(channels, [(one,), (other,)], CRITERIA)
    assert same == channels
    assert parts == [(one,), (other,)]
    assert [(clock.is_moved, clock.confidence is not None) for clock in clocks] == [(False, False), (False, True)]


@pytest.mark.parametrize(("hours", "is_compared"), [(2.9, False), (3.1, True)])
def test_three_hours_together_are_needed(hours: float, is_compared: bool) -> None:  # noqa: FBT001 - a table of cases
    one = bursts(restless(8))
    other = cut(one, 8 - hours, 8)
    found = aligned([sensor(one, "left"), sensor(other, "right")], [(one,), (other,)], CRITERIA)[2]
    assert (legs_compared(found) is not None) is is_compared


def test_two_sensors_of_one_leg_are_never_moved_against_each_other() -> None:
    one = bursts(restless(9))
    other = on(LegClock(2), one)
    channels = [sensor(one, "left"), sensor(other, "left", "b")]
    assert aligned(channels, [(one,), (other,)], CRITERIA)[0] == channels


def test_two_sensors_of_unknown_sides_are_brought_onto_the_first_one_s_clock() -> None:
    one = bursts(restless(10))
    other = on(LegClock(2), one)
    channels, _, _ = aligned([sensor(one, "unknown"), sensor(other, "unknown", "b")], [(one,), (other,)], CRITERIA)
    np.testing.assert_allclose(channels[1].time_us, one.time_us, atol=100_000)


def test_every_other_sensor_is_compared_with_the_reference_leg_and_never_with_one_that_moves() -> None:
    one = bursts(restless(11))
    right, unknown = on(LegClock(7), one), on(LegClock(-9), one)
    left = cut(one, 0, 6)  # the other two ran together for longer than either did with the left one
    parts = [(left,), (right,), (unknown,)]
    channels = [sensor(left, "left"), sensor(right, "right", "b"), sensor(unknown, "unknown", "c")]
    moved, _, _ = aligned(channels, parts, CRITERIA)
    for channel in moved[1:]:
        np.testing.assert_allclose(channel.time_us, one.time_us, atol=100_000)


def test_a_leg_in_two_files_is_compared_with_the_file_that_it_ran_beside() -> None:
    one = bursts(restless(12))
    evening, morning = cut(one, 0, 3.9), cut(one, 4.1, 8)
    right = on(LegClock(6), morning)
    channels = [sensor(evening, "left"), sensor(morning, "left", "b"), sensor(right, "right", "c")]
    moved, _, clocks = aligned(channels, [(evening,), (morning,), (right,)], CRITERIA)
    assert [clock.shared_h is not None for clock in clocks] == [False, False, True]
    np.testing.assert_allclose(moved[2].time_us, morning.time_us, atol=100_000)


# ------------------------------------------------------------------------------------------ simulated legs

HOURS = 5.0


def leg(plan: Plan, rng: np.random.Generator, side: Side) -> Channel:
    seconds, xyz_g = render(plan, SENSORS["ax6"], rng, rate_hz=25)
    time_us = EVENING_US + np.rint(seconds * 1e6).astype(np.int64)
    return Channel(side * 8, "ankle", side, time_us, xyz_g.astype(np.float32), SENSORS["ax6"].lsb_g)


def legs(profile: str, seed: int) -> tuple[Channel, Channel]:
    """A night of two legs, a third of whose kicks are bilateral, on true clocks."""
    rng = np.random.default_rng(seed)
    left, right = two_legs(plan_night(PROFILES[profile], rng, hours=HOURS), rng, bilateral=0.3)
    return leg(left, rng, "left"), leg(right, rng, "right")


@pytest.fixture(scope="module")
def people() -> list[Pair]:
    """Five people, each with their two legs."""
    profiles = ["healthy", "plmd", "rls", "jerks", "plmd"]
    nights = [legs(profile, seed) for seed, profile in enumerate(profiles)]
    return [(segments(left, CRITERIA), segments(right, CRITERIA)) for left, right in nights]


@pytest.mark.first_case
@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_a_simulated_night_comes_back_within_a_tenth_of_a_second_from_end_to_end(
    people: list[Pair], clock: LegClock
) -> None:
    for left, right in people:
        offset = compare(left, [on(clock, part) for part in right], LIMITS)
        assert offset.confidence > 0.7
        assert np.abs(off_s(offset, clock, hours=HOURS)).max() < 0.1
        assert offset.drift_ppm == pytest.approx(clock.drift_ppm, abs=5)


def test_no_two_strangers_legs_are_taken_for_one_person_s(people: list[Pair]) -> None:
    found = [
        compare(left, right, LIMITS).confidence
        for i, (left, _) in enumerate(people)
        for j, (_, right) in enumerate(people)
        if i != j
    ]
    assert len(found) == 20
    assert max(found) < 0.3


def test_a_sensor_strapped_on_as_a_mirror_image_tells_the_same() -> None:
    left, right = legs("plmd", 1)
    mirrored = replace(right, xyz_g=right.xyz_g[:] * np.array([-1, 1, -1], np.float32))
    parts = segments(left, CRITERIA)
    plain, other = (compare(parts, segments(sensor, CRITERIA), LIMITS) for sensor in (right, mirrored))
    assert other.behind_s == pytest.approx(plain.behind_s, abs=1e-3)
    assert other.confidence == pytest.approx(plain.confidence, abs=1e-3)
