"""Samples become what detection works on, whatever their number and rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.signal import motion
from analytics.signal.motion import Segment, segments
from tests.analytics.signals import add_kick, add_turn, channel, still

CRITERIA = Criteria()


def one_segment(minutes: float, rate_hz: float, seed: int) -> Segment:
    at_s, xyz = still(minutes * 60, rate_hz=rate_hz, seed=seed)
    for onset_s in np.arange(20.0, minutes * 60 - 5, 27.0):
        add_kick(at_s, xyz, float(onset_s))
    add_turn(at_s, xyz, minutes * 30)
    (found,) = segments(channel(at_s, xyz), CRITERIA)
    return found


@settings(max_examples=25, deadline=None)
@given(
    minutes=st.floats(9.0, 16.0),
    rate_hz=st.sampled_from([12.5, 25.0, 31.25, 50.0, 85.7, 100.0]),
    piece_s=st.floats(100.0, 400.0),
    seed=st.integers(0, 9),
)
def test_filtering_piece_by_piece_is_filtering_at_once(
    minutes: float, rate_hz: float, piece_s: float, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(motion, "_PIECE_S", 1e6)
        whole = one_segment(minutes, rate_hz, seed)
        patch.setattr(motion, "_PIECE_S", piece_s)
        pieces = one_segment(minutes, rate_hz, seed)
    np.testing.assert_array_equal(pieces.time_us, whole.time_us)
    np.testing.assert_array_equal(pieces.slow_time_us, whole.slow_time_us)
    for name in ("burst_g", "envelope_g", "tilt_g", "slow_g"):
        np.testing.assert_allclose(getattr(pieces, name), getattr(whole, name), atol=1e-4, err_msg=name)


def test_values_that_are_no_numbers_cost_only_themselves() -> None:
    at_s, xyz = still(600, rate_hz=25.0, seed=1)
    add_kick(at_s, xyz, 300.0)
    (clean,) = segments(channel(at_s, xyz), CRITERIA)
    xyz[100, 1], xyz[5000, 2] = np.nan, np.inf
    (found,) = segments(channel(at_s, xyz), CRITERIA)
    assert len(found) == len(clean) - 2
    assert np.isfinite(found.burst_g).all()
    assert float(found.burst_g.max()) == pytest.approx(float(clean.burst_g.max()), rel=0.01)


@pytest.mark.parametrize("good", [0, 1])
def test_a_channel_without_two_numbers_has_no_segment(good: int) -> None:
    at_s, xyz = still(60, rate_hz=25.0, seed=1)
    xyz[good:] = np.nan
    assert segments(channel(at_s, xyz), CRITERIA) == ()
