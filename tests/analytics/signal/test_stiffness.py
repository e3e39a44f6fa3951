"""A held limb tilts, a shaken mattress does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.signal.detect_movements import Detected, detect_movements, renumber
from analytics.signal.motion import Segment, segments
from analytics.signal.stiffness import slow_over_fast, with_stiffness
from tests.analytics.signals import add_kick, add_turn, channel, still

CRITERIA = Criteria()


def add_shake(at_s: NDArray[np.float64], xyz: NDArray[np.float64], onset_s: float, *, peak_mg: float) -> None:
    """A 3 Hz swing that fades within 1.5 s, in place."""
    t = at_s - onset_s
    wave = np.where((t > 0) & (t < 1.5), np.sin(2 * np.pi * 3 * t) * np.exp(-t), 0.0)
    xyz[:, 2] += wave * peak_mg / 1e3


def seen(
    at_s: NDArray[np.float64], xyz: NDArray[np.float64], recording: str = "a" * 64
) -> tuple[tuple[Segment, ...], Detected]:
    one = channel(at_s, xyz, recording=recording)
    found = segments(one, CRITERIA)
    return found, detect_movements(one, found, CRITERIA)


@pytest.mark.parametrize("rate_hz", [25.0, 50.0, 100.0])
def test_a_held_kick_turns_the_leg_and_a_shake_through_the_mattress_does_not(rate_hz: float) -> None:
    at_s, xyz = still(300.0, rate_hz=rate_hz)
    add_kick(at_s, xyz, 100.0)
    add_shake(at_s, xyz, 200.0, peak_mg=60.0)
    found, detected = seen(at_s, xyz)
    kick, shake = slow_over_fast(found, detected.movements)
    assert kick > 0.3
    assert shake < 0.15


def test_a_small_turn_that_lasts_is_the_legs() -> None:
    at_s, xyz = still(300.0)
    add_shake(at_s, xyz, 150.0, peak_mg=60.0)
    add_turn(at_s, xyz, 149.0, degrees=3.0)
    found, detected = seen(at_s, xyz)
    (ratio,) = slow_over_fast(found, detected.movements)
    assert ratio > 0.5


def test_what_is_no_leg_movement_and_what_lies_elsewhere_is_not_known() -> None:
    at_s, xyz = still(300.0)
    add_kick(at_s, xyz, 100.0)
    found, detected = seen(at_s, xyz)
    (kick,) = detected.movements
    later = replace(kick, onset_us=kick.onset_us + 3_600_000_000, offset_us=kick.offset_us + 3_600_000_000)
    turn = replace(kick, shape="posture_change")
    assert np.isnan(slow_over_fast(found, [later, turn])).all()
    assert slow_over_fast(found, []).shape == (0,)
    assert np.isnan(slow_over_fast((), [kick])).all()


def test_near_the_ends_of_a_segment_it_is_measured_too() -> None:
    at_s, xyz = still(120.0)
    add_kick(at_s, xyz, 6.0)
    add_kick(at_s, xyz, 112.0)
    found, detected = seen(at_s, xyz)
    ratios = slow_over_fast(found, detected.movements)
    assert len(ratios) == 2
    assert np.isfinite(ratios).all()


def test_each_movement_keeps_its_ratio_through_numbering_anew() -> None:
    at_s, xyz = still(300.0)
    shaken = xyz.copy()
    add_kick(at_s, xyz, 100.0)
    add_shake(at_s, shaken, 100.0, peak_mg=60.0)
    sensors = [seen(at_s, xyz, "a" * 64), seen(at_s, shaken, "b" * 64)]
    movements = renumber([with_stiffness(parts, detected).movements for parts, detected in sensors])
    known = {m.recording[0]: m.slow_over_fast for m in movements}
    assert known["a"] is not None
    assert known["b"] is not None
    assert known["a"] > 0.3 > 0.15 > known["b"]
