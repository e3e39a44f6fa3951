"""Which brief jerks are hypnic ones, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.model import Movement, Shape
from analytics.nights.jerks.chances import jerk_chances
from analytics.nights.jerks.flagged import enough_expected, enough_found, onset_known
from analytics.nights.joining import together
from analytics.sleep.estimate import NO_SLEEP, SleepEstimate
from analytics.sleep.possible import possible_nights
from analytics.sleep.states import EPOCH_US
from tests.analytics.signals import EVENING_US, add_jerk, channel
from tests.analytics.whole_nights import HOUR_S, Signal, analysed, flag, states

CRITERIA = Criteria()
JERKS = CRITERIA.jerks
MIN_US = 60_000_000
ASLEEP_MIN, NIGHT_MIN = 60, 480


def slept(share: float = 1.0) -> SleepEstimate:
    """Asleep an hour after the evening began in ``share`` of the nights that could have been, or from the start on."""
    paths = np.ones((100, NIGHT_MIN * MIN_US // EPOCH_US), np.bool_)
    paths[: round(100 * share), : ASLEEP_MIN * MIN_US // EPOCH_US] = False
    onset_us, wake_us = EVENING_US + ASLEEP_MIN * MIN_US, EVENING_US + NIGHT_MIN * MIN_US
    possible = possible_nights(EVENING_US, paths.mean(axis=0), paths)
    return SleepEstimate("accelerometer", EVENING_US, onset_us, 5.0, wake_us, possible=possible)


def twitches(*minutes: float, shape: Shape = "brief_jerk") -> list[Movement]:
    """One a minute given, each of another size than the one before."""
    onsets_us = [EVENING_US + round(m * MIN_US) for m in minutes]
    return [
        Movement(i, "a" * 64, "ankle", "left", t, t + 400_000, 0.2 + 0.1 * (i % 2), 0.01, 0.1, 0.0, 1, shape)
        for i, t in enumerate(onsets_us, start=1)
    ]


def chances(movements: Sequence[Movement], sleep: SleepEstimate) -> dict[int, float]:
    return dict(jerk_chances(together(movements, CRITERIA), sleep, CRITERIA).by_number)


def test_a_twitch_at_falling_asleep_is_a_hypnic_jerk_and_one_at_another_time_is_none() -> None:
    found = chances(twitches(61, 240), slept())
    assert found[1] > 0.9
    assert 2 not in found


def test_a_twitch_is_none_where_falling_asleep_then_is_unlikely() -> None:
    least = JERKS.least_near
    assert 1 in chances(twitches(61), slept(least))
    assert chances(twitches(61), slept(0.0)) == {}
    assert chances(twitches(61), slept(least))[1] < JERKS.min_chance


def test_twitches_that_come_together_speak_for_an_awakening_that_was_missed() -> None:
    alone, together_ = chances(twitches(61), slept(0.02)), chances(twitches(58, 61, 64), slept(0.02))
    assert alone[1] < JERKS.min_chance < min(together_.values())


def test_as_many_twitches_spread_over_the_night_are_none() -> None:
    """Three together need one awakening that was missed, ten far apart need ten."""
    paths = np.ones((100, NIGHT_MIN * MIN_US // EPOCH_US), np.bool_)
    paths[:, : ASLEEP_MIN * MIN_US // EPOCH_US] = False
    for path, start in zip(paths, np.linspace(90, 440, 100), strict=True):
        path[int(2 * start) : int(2 * start) + 20] = False
    sleep = replace(slept(), possible=possible_nights(EVENING_US, paths.mean(axis=0), paths))
    spread = chances(twitches(*np.arange(100, 450, 35)), sleep)
    assert len(spread) == 10
    assert max(spread.values()) < JERKS.min_chance
    bunched = chances(twitches(*(at + later for at in (120, 250, 380) for later in (0, 3, 6))), sleep)
    assert min(bunched.values()) >= JERKS.min_chance


def test_many_twitches_in_a_row_are_periodic_kicks_however_brief() -> None:
    """Six half a minute apart were six hypnic jerks, and the index 0."""
    assert (JERKS.series_s, JERKS.series_n) == (90.0, 6)
    assert chances(twitches(*np.arange(61, 63.9, 0.5)), slept()) == {}
    assert chances(twitches(*np.arange(61, 63.4, 0.5)), slept()).keys() == {1, 2, 3, 4, 5}


def test_twitches_that_follow_as_kicks_do_speak_once_for_an_awakening_that_was_missed() -> None:
    as_kicks = chances(twitches(60, 60.5, 61), slept(0.02))
    apart = chances(twitches(58, 61, 64), slept(0.02))
    assert max(as_kicks.values()) < JERKS.min_chance < min(apart.values())


def test_awake_a_leg_that_lies_otherwise_afterwards_was_moved_on_purpose() -> None:
    def turned(degrees: float, at_min: float) -> float:
        return chances([replace(m, posture_change_deg=degrees) for m in twitches(at_min)], slept(0.8))[1]

    awake, asleep = 58, 61
    assert turned(0.0, awake) > turned(1.0, awake) > turned(3.0, awake)
    assert turned(0.0, asleep) == turned(3.0, asleep)


def test_where_both_legs_are_recorded_a_jerk_of_both_is_the_likelier_one() -> None:
    one, other = twitches(61, 240, 300), [replace(m, leg="right") for m in twitches(61)]
    other_moved = [replace(m, number=9, leg="right", shape="leg_movement") for m in twitches(400)]
    both = chances([*one, *(replace(m, number=9) for m in other)], slept(0.1))
    of_one = chances([*one, *other_moved], slept(0.1))
    not_known = chances(one, slept(0.1))
    assert both[1] == both[9] > not_known[1] > of_one[1]


@given(st.lists(st.floats(90.0, 470.0), min_size=1, max_size=30))
def test_more_twitches_elsewhere_never_make_a_lone_one_likelier(minutes: list[float]) -> None:
    lone = chances(twitches(61), slept(0.5))[1]
    assert chances(twitches(61, *minutes), slept(0.5))[1] <= lone + 1e-9


def in_doubt(movements: Sequence[Movement], sleep: SleepEstimate) -> int:
    return jerk_chances(together(movements, CRITERIA), sleep, CRITERIA).n_in_doubt


def test_a_twitch_is_in_doubt_where_it_is_in_doubt_that_one_fell_asleep_then() -> None:
    assert in_doubt(twitches(61, 240), slept(0.05)) == 1
    assert in_doubt(twitches(61, 240), slept(1.0)) == 0
    assert in_doubt(twitches(61, 240), slept(0.0)) == 0


def test_a_twitch_that_is_hardly_a_jerk_is_not_in_doubt() -> None:
    now_and_then = twitches(61, *range(130, 460, 60))
    assert chances(now_and_then, slept(JERKS.least_near))[1] < JERKS.least_chance
    assert in_doubt(now_and_then, slept(JERKS.least_near)) == 0


def test_kicks_as_brief_as_a_jerk_all_night_leave_none_in_doubt() -> None:
    assert in_doubt(twitches(61, *np.arange(90, 470, 2)), slept(0.05)) == 0


def test_a_twitch_where_sleep_is_in_doubt_says_nothing_of_how_often_one_comes_elsewhere() -> None:
    paths = np.ones((100, NIGHT_MIN * MIN_US // EPOCH_US), np.bool_)
    paths[:, : ASLEEP_MIN * MIN_US // EPOCH_US] = False
    paths[:3, 400:440] = False  # awake at 200-220 min in three of a hundred nights
    sleep = slept()
    doubted = replace(sleep, possible=possible_nights(EVENING_US, paths.mean(axis=0), paths))
    night = twitches(61, *np.arange(213, 229, 1.6))
    assert chances(night, doubted)[1] > chances(night, sleep)[1] + 0.04


def test_jerks_in_doubt_that_decide_make_it_cannot_be_told() -> None:
    assert enough_found(3, 0, 3).state == "met"
    assert enough_found(2, 0, 3).state == "not met"
    assert enough_found(2, 1, 3).state == "not measurable"
    assert enough_found(1, 1, 3).state == "not met"
    assert enough_found(None, 0, 3).state == "not measurable"


def test_a_twitch_while_surely_awake_is_a_fidget_though_sleep_is_near() -> None:
    assert chances(twitches(57), slept()) == {}
    assert 1 in chances(twitches(57), slept(0.99))


def test_the_less_sure_falling_asleep_is_then_the_less_likely_is_a_jerk() -> None:
    found = [chances(twitches(61, *range(200, 300, 10)), slept(share))[1] for share in (0.2, 0.5, 1.0)]
    assert found == sorted(found)
    assert found[0] < found[-1] - 0.1


def test_kicks_as_brief_as_a_jerk_all_night_make_one_near_falling_asleep_a_kick() -> None:
    all_night = twitches(61, *np.arange(90, 470, 4))
    assert chances(all_night, slept())[1] < JERKS.min_chance


@given(st.lists(st.floats(100.0, 470.0), max_size=12), st.floats(0.0, 6.0))
def test_chances_are_chances_whatever_twitches_a_night_has(minutes: list[float], later: float) -> None:
    found = chances(twitches(61, 61 + later, *minutes), slept(0.6))
    assert all(0 <= chance < 1 for chance in found.values())
    assert chances([], slept(0.6)) == {}


@pytest.mark.parametrize("shape", ["leg_movement", "posture_change", "large_movement"])
def test_what_is_no_brief_jerk_is_no_hypnic_one(shape: Shape) -> None:
    assert chances(twitches(61, shape=shape), slept()) == {}


def in_a_row(*pauses_s: float, shape: Shape = "brief_jerk") -> list[Movement]:
    """A twitch at falling asleep and, each so long after the end of the last one, others; the last of a shape."""
    minutes = 61 + np.concatenate(([0.0], np.cumsum(np.array(pauses_s) + 0.4))) / 60
    found = twitches(*minutes)
    return [*found[:-1], replace(found[-1], shape=shape)]


@pytest.mark.parametrize("shape", ["leg_movement", "posture_change", "large_movement", "rhythmic"])
def test_a_jerk_has_no_other_movement_within_five_seconds(shape: Shape) -> None:
    assert JERKS.quiet_s == 5.0
    assert chances(in_a_row(5.1, shape=shape), slept()).keys() == {1}
    assert chances(in_a_row(4.9, shape=shape), slept()) == {}


def test_one_more_twitch_within_five_seconds_is_no_company() -> None:
    assert JERKS.most_together == 2
    found = chances(in_a_row(3.0), slept())
    assert found.keys() == {1, 2}
    assert min(found.values()) >= JERKS.min_chance


def test_a_third_twitch_in_a_row_makes_them_fidgets() -> None:
    assert chances(in_a_row(3.0, 3.0), slept()) == {}
    assert chances(in_a_row(3.0, 5.1), slept()).keys() == {1, 2, 3}


def test_two_twitches_beside_a_kick_are_no_jerks() -> None:
    assert chances(in_a_row(3.0, 4.9, shape="leg_movement"), slept()) == {}
    assert chances(in_a_row(3.0, 5.1, shape="leg_movement"), slept()).keys() == {1, 2}


def test_two_twitches_in_a_row_elsewhere_speak_against_jerks_as_two_alone_do() -> None:
    alone, in_twos = twitches(61, 200, 210, 300, 310), twitches(61, 200, 200.05, 300, 300.05)
    assert chances(in_twos, slept())[1] == pytest.approx(chances(alone, slept())[1], abs=0.01)


def test_a_nap_has_jerks_as_the_main_sleep_has() -> None:
    sleep = slept()
    assert sleep.possible is not None
    paths = sleep.possible.paths.copy()
    paths[:, : 200 * 2] = False  # asleep from 200 min on, after a nap from 60 to 120 min
    p_sleep = paths.mean(axis=0)
    p_sleep[60 * 2 : 120 * 2] = 0.7
    napped = replace(sleep, possible=possible_nights(EVENING_US, p_sleep, paths))
    assert chances(twitches(61, 150), napped).keys() == {1}


def held(*, apart_s: float, sizes: tuple[float, float]) -> list[Movement]:
    """Two twitches at falling asleep, so long apart from the end of one to the onset of the next."""
    pair = twitches(61, 61 + (apart_s + 0.4) / 60)
    return [replace(m, peak_g=size) for m, size in zip(pair, sizes, strict=True)]


@pytest.mark.parametrize("shape", ["brief_jerk", "leg_movement"])
def test_lift_and_return_of_a_held_leg_are_no_jerks(shape: Shape) -> None:
    assert (JERKS.held_s, JERKS.held_alike) == (8.0, 1.25)
    lift, back = held(apart_s=6.0, sizes=(0.3, 0.25))
    assert chances([lift, replace(back, shape=shape)], slept()) == {}


def test_two_twitches_of_other_sizes_or_further_apart_are_no_held_leg() -> None:
    assert chances(held(apart_s=6.0, sizes=(0.3, 0.23)), slept()).keys() == {1, 2}
    assert chances(held(apart_s=8.1, sizes=(0.3, 0.3)), slept()).keys() == {1, 2}


def kicks_of_its_form(n: int, **changes: float) -> list[Movement]:
    some = twitches(*np.linspace(100, 460, n), shape="leg_movement")
    return [replace(m, number=m.number + 100, peak_g=0.09, slow_over_fast=0.1, **changes) for m in some]  # type: ignore[arg-type]


def test_what_looks_like_many_weaker_movements_of_the_night_is_one_of_them() -> None:
    jerk = [replace(m, peak_g=0.2, slow_over_fast=0.1) for m in twitches(61)]
    alone, few, many = (chances([*jerk, *kicks_of_its_form(n)], slept(0.1))[1] for n in (0, 5, 60))
    assert alone > few > many


@pytest.mark.parametrize("changes", [{"core_s": 0.5}, {"slow_over_fast": 0.9}, {"peak_g": 0.02}])
def test_movements_of_another_form_say_nothing_of_a_jerk(changes: dict[str, float]) -> None:
    jerk = [replace(m, peak_g=0.2, slow_over_fast=0.1) for m in twitches(61)]
    other = [replace(m, **changes) for m in kicks_of_its_form(60)]  # type: ignore[arg-type]
    assert chances([*jerk, *other], slept(0.1)) == chances(jerk, slept(0.1))


def test_a_form_that_is_not_known_tells_nothing_apart() -> None:
    jerk = [replace(m, peak_g=0.2) for m in twitches(61)]
    assert chances([*jerk, *kicks_of_its_form(60)], slept(0.1))[1] < chances(jerk, slept(0.1))[1]


def test_without_sleep_there_is_no_hypnic_jerk() -> None:
    assert chances(twitches(61), NO_SLEEP) == {}
    assert chances([], slept()) == {}


def test_a_recording_that_began_asleep_says_nothing_of_jerks() -> None:
    assert onset_known(slept()).state == "met"
    assert onset_known(slept(0.4)).state == "not measurable"
    assert onset_known(NO_SLEEP).state == "not measurable"


def test_the_chances_of_jerks_must_sum_to_as_many_as_are_wanted_to_the_nearest_whole() -> None:
    assert enough_expected(2.5, 3).state == "met"
    assert enough_expected(2.49, 3).state == "not measurable"


def with_jerks(calm: Signal, onsets_s: Sequence[float]) -> Signal:
    at_s, xyz = calm[0], calm[1].copy()
    for onset_s in onsets_s:
        add_jerk(at_s, xyz, onset_s)
    return at_s, xyz


@pytest.mark.parametrize(("apart_s", "told"), [(200.0, "not_raised"), (400.0, "cannot_tell")])
def test_twitches_all_night_raise_no_flag_of_jerks(calm: Signal, apart_s: float, told: str) -> None:
    onsets_s = [2100.0, 2300.0, 2600.0, *np.arange(4000.0, 7 * HOUR_S, apart_s)]
    night = analysed([channel(*with_jerks(calm, onsets_s))])
    assert flag(night, "frequent_hypnic_jerks").state == told
    assert (night.n_hypnic_jerks == 0) == (told == "not_raised")


def test_three_jerks_are_not_told_where_the_same_twitch_comes_now_and_then_all_night(calm: Signal) -> None:
    onsets_s = [2100.0, 2300.0, 2600.0, *np.linspace(2 * HOUR_S, 6.5 * HOUR_S, 21)]
    night = analysed([channel(*with_jerks(calm, onsets_s))])
    found = flag(night, "frequent_hypnic_jerks")
    assert (night.n_hypnic_jerks, found.state) == (3, "cannot_tell")
    assert states(found)["brief jerks near falling asleep"] == "met"
    assert "the like comes at other times too" in found.reason
