"""Simulated sleepers that are hard to tell from waking: awake in bed, or restless asleep."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.simulate import Plan
from tests.analytics.simulate.making import angle_deg, first_seeds, hours_of, median_g, planned, rendered

Floats = NDArray[np.float64]


def test_insomnia_is_one_to_two_hours_awake_first() -> None:
    latency_min = [(p.sleep_s[0][0] - p.in_bed_s) / 60 for p in first_seeds("insomnia", 20)]
    assert min(latency_min) >= 63
    assert max(latency_min) <= 138


def test_three_long_awakenings_part_a_waking_night() -> None:
    for plan in first_seeds("waking", 20):
        awake_min = [(end - start) / 60 for start, end in plan.awake_s[1:-1]]
        assert len(awake_min) == 3
        assert all(22 <= m <= 33 for m in awake_min)


def test_two_in_three_fidgets_follow_after_15_to_60_s_and_some_trains_are_regular_by_chance() -> None:
    trains = [train for plan in first_seeds("insomnia", 40) for train in _trains(plan)]
    steps = np.concatenate([np.diff(t) for t in trains])
    ln_sd = np.array([np.std(np.log(np.diff(t)), ddof=1) for t in trains if len(t) >= 10])
    assert 0.6 < np.mean((steps >= 15) & (steps <= 60)) < 0.8
    assert 0.45 < np.median(ln_sd) < 0.65
    assert 0.05 < np.mean(ln_sd < 0.35) < 0.3


def test_fidgets_return_the_leg_to_where_it_lay_and_turns_are_rare() -> None:
    plans = first_seeds("insomnia", 20)
    in_bed = [e for p in plans for e in p.events if p.in_bed_s <= e.onset_s < p.sleep_s[0][0]]
    assert all(e.turn_deg == 0 for e in in_bed if e.kind == "fidget")
    hours = sum(p.sleep_s[0][0] - p.in_bed_s for p in plans) / 3600
    assert 0.5 < sum(e.kind == "posture" for e in in_bed) / hours < 3
    plan = plans[0]
    seconds, xyz = rendered(plan)
    lone = [
        e.onset_s
        for before, e, after in zip(plan.events, plan.events[1:], plan.events[2:], strict=False)
        if e.kind == "fidget" and e.turn_deg == 0 and e.onset_s - before.onset_s > 14 and after.onset_s - e.onset_s > 14
    ]
    turned = [angle_deg(median_g(seconds, xyz, t - 6, t - 1), median_g(seconds, xyz, t + 8, t + 13)) for t in lone]
    assert len(turned) > 10
    assert max(turned) < 0.3


@pytest.mark.parametrize("name", ["quiet", "insomnia", "waking"])
def test_nothing_moves_in_quiet_wake(name: str) -> None:
    for plan in first_seeds(name, 10):
        inside = [e for e in plan.events for start, end in plan.quiet_s if start <= e.onset_s < end]
        assert [e for e in inside if e.kind not in ("jerk", "train")] == []
        assert not any(plan.asleep((start + end) / 2) for start, end in plan.quiet_s)
    if name == "quiet":
        at_first, at_night = (
            [hours_of([s for s in p.quiet_s if (s[1] <= p.sleep_s[0][0]) is first]) * 60 for p in first_seeds(name, 10)]
            for first in (True, False)
        )
        assert min(at_first) >= 25
        assert np.median(at_night) > 20


# Restless sleepers -------------------------------------------------------------------------------------------------


def test_restless_sleepers_turn_one_to_seven_times_an_hour_and_move_as_a_whole() -> None:
    plans = first_seeds("restless", 40)
    turns = [sum(e.kind == "posture" and e.asleep for e in p.events) / hours_of(p.sleep_s) for p in plans]
    assert np.quantile(turns, 0.1) < 2.2
    assert np.quantile(turns, 0.9) > 4.5
    large = [e for p in plans for e in p.events if e.kind == "large"]
    assert len(large) > 500
    assert all(3 <= e.duration_s <= 45 and e.asleep for e in large)
    assert 0.4 < np.mean([e.turn_deg is not None and e.turn_deg < 1 for e in large]) < 0.6


def test_a_fifth_of_kicks_leaves_the_leg_two_to_six_degrees_off() -> None:
    plan = planned("tilting", 1)
    kicks = [e for e in plan.events if e.kind == "kick"]
    held = [e for e in kicks if e.turn_deg is not None]
    assert 0.12 < len(held) / len(kicks) < 0.28
    assert all(e.turn_deg is not None and 2 <= e.turn_deg <= 6 for e in held)
    seconds, xyz = rendered(plan)
    for event in held[:20]:
        ends_s = event.onset_s + event.duration_s
        found = angle_deg(
            median_g(seconds, xyz, event.onset_s - 5, event.onset_s - 1), median_g(seconds, xyz, ends_s + 2, ends_s + 6)
        )
        assert found == pytest.approx(event.turn_deg, abs=0.7)


# Helpers -----------------------------------------------------------------------------------------------------------


def _trains(plan: Plan) -> list[Floats]:
    """Onsets of fidgets and turns in bed before sleep, parted by stillness."""
    edges = [plan.in_bed_s, *(t for s in plan.quiet_s if s[1] <= plan.sleep_s[0][0] + 1 for t in s)]
    onsets = np.array([e.onset_s for e in plan.events if e.kind in ("fidget", "posture")])
    parts = [onsets[(onsets >= a) & (onsets < b)] for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return [part for part in parts if len(part) >= 4]
