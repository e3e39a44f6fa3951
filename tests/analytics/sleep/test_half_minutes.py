"""What each half minute showed, from movements and gravity made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.model import Movement
from analytics.signal.angles import Coarse
from analytics.sleep.half_minutes import HalfMinutes, half_minutes
from analytics.sleep.states import EPOCH_US
from tests.analytics.signals import EVENING_US
from tests.analytics.sleep.making import lying, moved

#: Five minutes.
UNTIL_S = 300.0
N = 10


def us(second: float) -> int:
    return EVENING_US + round(second * 1e6)


def seen(
    movements: Sequence[Movement] = (),
    *sensors: Sequence[Coarse],
    known_s: Sequence[tuple[float, float]] = ((0.0, UNTIL_S),),
    from_s: float = 0.0,
    until_s: float = UNTIL_S,
) -> HalfMinutes:
    known_us = np.array([(us(a), us(b)) for a, b in known_s], dtype=np.int64).reshape(-1, 2)
    return half_minutes(sensors, movements, known_us, us(from_s), us(until_s))


def turned(*sensors: Sequence[Coarse], until_s: float = UNTIL_S) -> dict[int, float]:
    """Epochs with a turn, and how far."""
    found = seen((), *sensors, until_s=until_s).turn_deg
    return {i: float(found[i]) for i in np.flatnonzero(found > 0.5).tolist()}


def test_a_movement_counts_in_the_half_minute_in_which_it_begins() -> None:
    found = seen([moved(29.4, long_s=5.0), moved(30.0), moved(59.9), moved(90.0)])
    assert found.n_movements.tolist() == [1, 2, 0, 1, 0, 0, 0, 0, 0, 0]


def test_a_movement_of_two_legs_counts_once() -> None:
    both = [moved(40.0), moved(40.3, leg="right"), moved(50.0), moved(50.6, leg="right")]
    assert seen(both).n_movements[1] == 3
    assert seen([moved(29.8), moved(30.1, leg="right")]).n_movements[:2].tolist() == [1, 0]


def test_more_than_three_movements_are_three() -> None:
    assert seen([moved(30.0 + 4 * k) for k in range(6)]).n_movements[1] == 3


def test_what_a_bed_partner_could_have_made_is_not_counted() -> None:
    assert seen([moved(40.0, peak_g=0.0119), moved(45.0, peak_g=0.012)]).n_movements[1] == 1


def test_what_lies_outside_the_recording_is_not_counted() -> None:
    assert seen([moved(-1.0), moved(UNTIL_S)]).n_movements.sum() == 0


@pytest.mark.parametrize(
    ("tilts", "n_tilted"),
    [([1.9], 0), ([2.0], 1), ([9.9], 1), ([10.0], 0), ([3.0, 5.0], 2), ([float("nan")], 0)],
)
def test_a_tilt_is_two_to_ten_degrees(tilts: list[float], n_tilted: int) -> None:
    found = seen([moved(30.0 + 5 * i, tilt_deg=tilt) for i, tilt in enumerate(tilts)])
    assert found.n_tilted.tolist() == [0, n_tilted, 0, 0, 0, 0, 0, 0, 0, 0]


def test_the_leg_that_is_tilted_more_decides() -> None:
    assert seen([moved(30.0, tilt_deg=3.0), moved(30.2, tilt_deg=30.0, leg="right")]).n_tilted[1] == 0
    assert seen([moved(30.0, tilt_deg=0.0), moved(30.2, tilt_deg=4.0, leg="right")]).n_tilted[1] == 1


@pytest.mark.parametrize(("long_s", "motion"), [(8.9, 0), (9.1, 1), (20.9, 1), (21.1, 2), (30.0, 2)])
def test_motion_has_three_classes(long_s: float, motion: int) -> None:
    assert seen([moved(30.0, long_s=long_s, shape="large_movement")]).in_motion.tolist()[:3] == [0, motion, 0]


def test_movements_of_two_legs_at_once_are_no_more_motion_than_one() -> None:
    both = [moved(30.0, long_s=8.0), moved(30.2, long_s=3.0, leg="right"), moved(30.4, long_s=8.0)]
    assert seen(both).in_motion[1] == 0


def test_a_walk_is_motion_in_every_half_minute_of_it() -> None:
    assert seen([moved(25.0, long_s=100.0, shape="rhythmic")]).in_motion.tolist() == [0, 2, 2, 2, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("at_s", [90.0, 95.0, 100.0, 105.0, 110.0, 115.0, 119.0])
def test_a_lasting_turn_counts_once_wherever_in_a_half_minute_it_comes(at_s: float) -> None:
    found = turned([lying(UNTIL_S, [(0, 0.0), (at_s, 40.0)])])
    assert len(found) == 1
    assert next(iter(found)) in (2, 3)
    assert next(iter(found.values())) == pytest.approx(40.0, abs=0.1)


def test_two_turns_minutes_apart_count_twice() -> None:
    found = turned([lying(UNTIL_S, [(0, 0.0), (75.0, 40.0), (195.0, -20.0)])])
    assert found == {2: pytest.approx(40.0), 6: pytest.approx(60.0)}


@pytest.mark.parametrize("at_s", np.arange(90.0, 120.0, 2.5))
@pytest.mark.parametrize("held_s", [2.0, 4.0, 6.0, 9.0])
def test_a_kick_held_for_some_seconds_is_no_turn(at_s: float, held_s: float) -> None:
    assert turned([lying(UNTIL_S, [(0, 0.0), (at_s, 40.0), (at_s + held_s, 0.0)])]) == {}


def test_a_turn_is_found_by_either_sensor_at_any_rate() -> None:
    left = [lying(UNTIL_S, [(0, 0.0), (75.0, 40.0)], rate_hz=4.0)]
    right = [lying(UNTIL_S, [(0, 0.0), (195.0, 30.0)], rate_hz=6.25)]
    assert turned(left, right) == turned(right, left) == {2: pytest.approx(40.0), 6: pytest.approx(30.0)}


def test_a_turn_of_both_legs_counts_as_the_larger() -> None:
    small, large = ([lying(UNTIL_S, [(0, 0.0), (75.0, degrees)])] for degrees in (20.0, 50.0))
    assert turned(small, large) == {2: pytest.approx(50.0)}


@pytest.mark.parametrize("rate_hz", [4.97, 4.951, 5.03, 3.3, 0.97, 12.31])
def test_a_rate_that_does_not_divide_ten_seconds_hides_no_turn(rate_hz: float) -> None:
    angles = [(0.0, 0.0), *((75.0 + 120 * k, 40.0 if k % 2 == 0 else 0.0) for k in range(20))]
    assert len(turned([lying(2500.0, angles, rate_hz=rate_hz)], until_s=2500.0)) == 20


def test_no_turn_is_told_across_a_gap() -> None:
    pieces = [lying(100.0, [(0, 0.0)]), lying(UNTIL_S, [(160.0, 70.0)], from_s=160.0)]
    assert turned(pieces) == {}


def test_a_turn_beside_a_gap_is_told_by_the_sensor_that_recorded() -> None:
    holed = [lying(100.0, [(0, 0.0)]), lying(UNTIL_S, [(160.0, 70.0)], from_s=160.0)]
    whole = [lying(UNTIL_S, [(0, 0.0), (135.0, 30.0)])]
    assert turned(holed, whole) == {4: pytest.approx(30.0)}


def test_gaps_and_unworn_time_are_not_known() -> None:
    found = seen(known_s=[(0.0, 50.0), (100.0, 164.0), (166.0, 200.0)])
    assert found.is_known.tolist() == [True, True, False, True, True, True, True, False, False, False]


def test_nothing_known_is_known_nowhere() -> None:
    assert not seen(known_s=[]).is_known.any()


def test_stretches_that_touch_are_known_throughout() -> None:
    assert seen(known_s=[(0.0, 40.0), (40.0, 100.0), (100.0, UNTIL_S)]).is_known.all()


@pytest.mark.parametrize("from_s", [0.0, 3.0, 4.999999])
def test_half_minutes_begin_on_five_second_marks_and_cover_the_recording(from_s: float) -> None:
    found = seen(from_s=from_s, until_s=95.0)
    assert found.start_us == EVENING_US
    assert found.edges_us().tolist() == [EVENING_US + i * EPOCH_US for i in range(5)]
    assert found.edges_us()[-1] >= us(95.0)


def test_a_recording_without_length_has_no_half_minutes() -> None:
    found = seen(until_s=0.0)
    assert len(found) == 0
    assert found.edges_us().tolist() == [EVENING_US]


def test_a_recording_shorter_than_a_half_minute_is_one() -> None:
    found = seen([moved(2.0)], [lying(7.0, [(0, 0.0)])], known_s=[(0.0, 7.0)], until_s=7.0)
    assert len(found) == 1
    assert (found.n_movements.tolist(), found.turn_deg.tolist(), found.is_known.tolist()) == ([1], [0.0], [False])


@pytest.mark.parametrize("n_samples", [1, 2, 3])
def test_a_piece_of_a_few_samples_says_nothing_of_where_the_leg_lies(n_samples: int) -> None:
    whole = lying(UNTIL_S, [(0, 0.0)])
    odd = lying(0.2 * n_samples, [(0, 90.0)])
    before = Coarse(whole.slow_time_us[:550], whole.slow_g[:550])  # to 110 s
    bit = Coarse(odd.slow_time_us + 133_000_000, odd.slow_g)
    after = Coarse(whole.slow_time_us[800:], whole.slow_g[800:])  # from 160 s on
    assert turned([before, bit, after]) == {}
    assert turned([bit]) == {}


def test_no_samples_at_all_show_no_turn() -> None:
    assert turned([]) == turned() == turned([Coarse(np.empty(0, np.int64), np.empty((0, 3)))]) == {}


some_movements = st.lists(
    st.builds(
        moved,
        st.floats(-100, 400),
        long_s=st.floats(0, 200),
        peak_g=st.floats(0, 2),
        tilt_deg=st.one_of(st.floats(0, 180), st.just(float("nan"))),
        leg=st.sampled_from(["left", "right", "unknown"]),
    ),
    max_size=12,
).map(lambda found: sorted(found, key=lambda m: m.onset_us))
some_segments = st.lists(
    st.builds(
        lambda from_s, long_s, degrees, rate_hz: lying(
            from_s + long_s, [(from_s, degrees), (from_s + long_s / 2, 0.0)], from_s=from_s, rate_hz=rate_hz
        ),
        st.floats(-50, 350),
        st.floats(0.2, 300),
        st.floats(-180, 180),
        st.floats(0.3, 20),
    ),
    max_size=3,
)


@given(
    some_movements,
    st.lists(some_segments, max_size=2),
    st.lists(st.floats(-50, 400), max_size=6).map(sorted),
    st.floats(0, 60),
    st.floats(0, 350),
)
def test_whatever_was_recorded_every_half_minute_has_sound_values(
    movements: list[Movement],
    sensors: list[list[Coarse]],
    marks_s: list[float],
    from_s: float,
    long_s: float,
) -> None:
    known_s = list(zip(marks_s[::2], marks_s[1::2], strict=False))
    found = seen(movements, *sensors, known_s=known_s, from_s=from_s, until_s=from_s + long_s)
    n = len(found)
    assert found.start_us % 5_000_000 == 0
    assert found.start_us <= us(from_s)
    assert us(from_s + long_s) <= found.edges_us()[-1]
    for values, dtype, most in (
        (found.n_movements, np.uint8, 3),
        (found.n_tilted, np.uint8, 3),
        (found.in_motion, np.uint8, 2),
        (found.turn_deg, np.float64, 180.0),
    ):
        assert values.dtype == dtype
        assert values.shape == (n,)
        assert ((values >= 0) & (values <= most)).all()
    assert (found.n_tilted <= found.n_movements).all()
    # Each turn counts once: none beside a larger one.
    assert not ((found.turn_deg[1:] > 0) & (found.turn_deg[:-1] > 0)).any()
