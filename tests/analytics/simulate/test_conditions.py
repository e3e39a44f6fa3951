"""Simulated nights that are hard to judge: consistent, the same for the same seed, with a truth that tells all."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import get_args

import numpy as np
import polars as pl
import pytest

from analytics.simulate import CONDITIONS, NIGHTS, PROFILES, SENSORS, plan_night, render, with_walks
from analytics.simulate.legs import two_legs
from analytics.simulate.write import simulate_night, truth
from benchmarks.accuracy_sets import condition_cases
from flows.commands.simulate import ProfileName
from tests.analytics.simulate.making import hours_of, planned
from tests.paths import ROOT

#: Nights as they were before there were conditions: movements, a sum of their onsets, samples, a sum of them.
BEFORE = {
    "healthy": [(477, 13280894.226, 266760, -2.3388)],
    "plmd": [(263, 7357609.632, 228532, -5.8569), (254, 7144456.142, 228532, -23.4549)],
    "rls": [(721, 22805001.524, 266760, -3.8768), (709, 22326083.037, 266760, -1.4541)],
    "jerks": [(579, 14200296.918, 266760, 4.2051)],
    "child": [(716, 14818225.670, 266760, 5.4275)],
    "apnoea": [(760, 22272512.036, 266760, 2.9572)],
}


@pytest.mark.parametrize("name", BEFORE)
def test_plain_profiles_are_the_nights_that_they_were(name: str) -> None:
    rng = np.random.default_rng([19, 7, list(PROFILES).index(name)])
    plan = plan_night(PROFILES[name], rng, hours=6)
    if name == "plmd":
        plan = with_walks(plan, rng, minutes=10)
    for leg, before in zip(two_legs(plan, rng) if len(BEFORE[name]) == 2 else (plan,), BEFORE[name], strict=True):
        seconds, xyz = render(leg, SENSORS["ax3"], rng, rate_hz=12.5)
        onsets = sum(round(e.onset_s, 6) * (k % 7) for k, e in enumerate(leg.events))
        samples = float((xyz * np.cos(np.arange(xyz.size)).reshape(xyz.shape)).sum())
        assert (len(leg.events), len(seconds)) == before[::2]
        assert onsets == pytest.approx(before[1], abs=0.01)
        assert samples == pytest.approx(before[3], abs=0.05)


def test_the_command_knows_every_night_and_the_document_tells_of_each() -> None:
    assert get_args(ProfileName) == tuple(NIGHTS)
    text = (ROOT / "docs" / "accuracy.md").read_text()
    assert [name for name in NIGHTS if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_condition_plans_a_consistent_night_and_the_same_one_again(name: str) -> None:
    plans = [planned(name, seed) for seed in range(6)]
    assert plans[0] == planned(name, 0)
    for plan in plans:
        onsets = [e.onset_s for e in plan.events]
        assert onsets == sorted(onsets)
        assert 0 < plan.in_bed_s < plan.sleep_s[0][0] < plan.sleep_s[-1][1] < plan.out_of_bed_s < plan.hours * 3600
        assert all(e.peak_g > 0 and e.duration_s > 0 for e in plan.events)
        assert all(e.asleep == plan.asleep(e.onset_s) for e in plan.events if e.kind not in ("posture", "train"))
        for spans in (plan.worn_s, plan.unworn_s, plan.awake_s, plan.quiet_s, [s[:2] for s in plan.vibration_s]):
            assert all(a < b for a, b in spans)
            assert all(one[1] <= two[0] for one, two in pairwise(spans))
        assert hours_of(plan.worn_s) + hours_of(plan.unworn_s) == pytest.approx(plan.hours)


def test_the_same_seed_gives_the_same_samples_of_a_condition() -> None:
    one, same = (
        simulate_night("taken-off", evening=date(2026, 3, 2), rate_hz=12.5, sensor="ax6", seed=3) for _ in range(2)
    )
    assert np.array_equal(one.xyz_g, same.xyz_g)


def test_the_truth_says_when_the_sensor_was_worn_and_the_sleeper_awake() -> None:
    night = simulate_night("taken-off", evening=date(2026, 3, 2), rate_hz=5, sensor="ax6", seed=2)
    table = truth(night, "x.cwa")
    assert table.columns[:7] == ["file", "kind", "onset_at", "duration_s", "peak_g", "asleep", "periodic"]
    assert table["worn"].dtype == pl.Boolean
    stretches = table.filter(pl.col("peak_g").is_null())
    assert set(stretches["kind"]) == {"sleep", "awake", "still", "worn"}
    assert stretches.filter(pl.col("kind") == "worn")["duration_s"].sum() == pytest.approx(
        hours_of(night.plan.worn_s) * 3600, abs=0.01
    )
    movements = table.filter(pl.col("peak_g").is_not_null())
    assert movements["worn"].to_list() == [night.plan.worn(e.onset_s) for e in night.plan.events]
    assert 0 < movements["worn"].sum() < len(movements)


def test_nights_to_tune_on_and_nights_to_judge_on_share_no_seed() -> None:
    tuning, held_out = ([case.seed for case in condition_cases(which)] for which in ("tuning", "held-out"))
    assert len({*tuning, *held_out}) == len(tuning) + len(held_out)
    assert {case.group for case in condition_cases("held-out")} == set(CONDITIONS)
