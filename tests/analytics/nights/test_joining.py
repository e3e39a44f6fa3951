"""What moved at the same time on two legs is one movement, whatever it looked like on each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.model import Event, Leg, Movement, Night, Shape
from analytics.nights.joining import is_jerk, lead_of, together
from tests.analytics.signals import EVENING_US, add_jerk, add_turn, channel
from tests.analytics.whole_nights import CRITERIA, Signal, analysed

JERKS_S = (2200.0, 2240.0, 2290.0)


def part(number: int, onset_s: float, long_s: float, shape: Shape = "leg_movement", peak_g: float = 0.2) -> Movement:
    onset_us = EVENING_US + round(onset_s * 1e6)
    leg: Leg = "left" if number % 2 else "right"
    end_us = onset_us + round(long_s * 1e6)
    return Movement(number, leg[0] * 64, "ankle", leg, onset_us, end_us, peak_g, 0.01, 0.1, 0.0, 1, shape)


def at(night: Night, second: float) -> list[Event]:
    return [e for e in night.scores[0].events if abs((e.onset_us - EVENING_US) / 1e6 - second) < 5]


@pytest.mark.parametrize("later_s", [0.0, 0.3])
def test_a_jerk_of_the_whole_body_is_one_hypnic_jerk_on_two_legs(calm: Signal, later_s: float) -> None:
    left, right = calm[1].copy(), calm[1] + np.random.default_rng(5).normal(0, 0.002, calm[1].shape)
    for second in JERKS_S:
        add_jerk(calm[0], left, second)
        add_jerk(calm[0], right, second + later_s, peak_mg=250)
    night = analysed([channel(calm[0], left), channel(calm[0], right, side="right", recording="b" * 64)])
    assert [[(e.label, e.leg) for e in at(night, second)] for second in JERKS_S] == [[("hypnic_jerk", "both")]] * 3
    assert night.n_hypnic_jerks == 3


def test_a_jerk_too_weak_for_one_on_the_other_leg_is_still_one_jerk(calm: Signal) -> None:
    left, right = calm[1].copy(), calm[1] + np.random.default_rng(5).normal(0, 0.002, calm[1].shape)
    for second in JERKS_S:
        add_jerk(calm[0], left, second)
        add_jerk(calm[0], right, second, peak_mg=60)
    night = analysed([channel(calm[0], left), channel(calm[0], right, side="right", recording="b" * 64)])
    assert night.n_hypnic_jerks == 3


def test_a_turn_of_both_legs_is_one_posture_change_although_one_leg_only_shook(calm: Signal) -> None:
    left, right = calm[1].copy(), calm[1] + np.random.default_rng(5).normal(0, 0.002, calm[1].shape)
    add_turn(calm[0], left, 12000.0)
    add_jerk(calm[0], right, 12001.0, peak_mg=1500)
    night = analysed([channel(calm[0], left), channel(calm[0], right, side="right", recording="b" * 64)])
    assert [(e.label, e.leg, e.is_clm) for e in at(night, 12000.0)] == [("posture_change", "both", False)]


def test_movements_half_a_second_apart_are_two_and_nearer_ones_are_one() -> None:
    near = [part(1, 0.0, 1.0), part(2, 1.499, 1.0)]
    far = [part(1, 0.0, 1.0), part(2, 1.5, 1.0)]
    assert [len(parts) for parts in together(near, CRITERIA)] == [2]
    assert [len(parts) for parts in together(far, CRITERIA)] == [1, 1]
    assert together([], CRITERIA) == []


def test_what_lasts_longer_than_a_jerk_is_none_though_one_leg_jerked() -> None:
    jerk = part(1, 0.0, 0.4, "brief_jerk", 0.5)
    assert is_jerk([jerk, part(2, 0.2, 1.0)], CRITERIA)
    assert not is_jerk([jerk, part(2, 0.2, 4.0)], CRITERIA)
    assert not is_jerk([jerk, part(2, 0.0, 0.4, "rhythmic")], CRITERIA)


def test_the_jerk_leads_a_jerk_and_the_turn_a_turn_and_otherwise_the_strongest() -> None:
    jerk, kick = part(1, 0.0, 0.4, "brief_jerk", 0.2), part(2, 0.1, 0.8, peak_g=0.9)
    assert lead_of([jerk, kick], CRITERIA) == jerk
    assert lead_of([replace(jerk, shape="posture_change"), kick], CRITERIA).shape == "posture_change"
    assert lead_of([replace(jerk, shape="leg_movement"), kick], CRITERIA) == kick
