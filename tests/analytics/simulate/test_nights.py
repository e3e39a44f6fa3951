"""Simulated nights: the same seed gives the same night, and the truth is what was put in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.simulate import PROFILES, SENSORS, plan_night, render, write_nights
from analytics.simulate.write import simulate_night, stages_of
from ingest import read_recording
from ingest.errors import UsageError

EVENING = date(2026, 3, 2)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_plans_a_consistent_night(profile: str) -> None:
    plan = plan_night(PROFILES[profile], np.random.default_rng(1))
    onsets = [e.onset_s for e in plan.events]
    assert onsets == sorted(onsets)
    assert 0 < plan.in_bed_s < plan.sleep_s[0][0] < plan.sleep_s[-1][1] < plan.out_of_bed_s < plan.hours * 3600
    assert all(e.peak_g > 0 and e.duration_s > 0 for e in plan.events)
    assert all(e.asleep == plan.asleep(e.onset_s) for e in plan.events if e.kind in ("kick", "jerk", "fidget"))


def test_a_plmd_night_has_the_number_of_kicks_its_profile_asks_for() -> None:
    plan = plan_night(PROFILES["plmd"], np.random.default_rng(2))
    hours = sum(b - a for a, b in plan.sleep_s) / 3600
    low, high = PROFILES["plmd"].plms_per_h
    assert low * 0.9 <= sum(e.periodic for e in plan.events) / hours <= high * 1.1


def test_the_same_seed_gives_the_same_samples_and_another_one_does_not() -> None:
    one, same, other = (
        simulate_night("plmd", evening=EVENING, rate_hz=12.5, sensor="ax3", seed=s, hours=5) for s in (3, 3, 4)
    )
    assert np.array_equal(one.xyz_g, same.xyz_g)
    assert np.array_equal(one.time_us, same.time_us)
    assert not np.array_equal(one.xyz_g[:1000], other.xyz_g[:1000])


@pytest.mark.parametrize("sensor", sorted(SENSORS))
def test_samples_lie_on_the_sensor_s_steps_and_inside_its_range(sensor: str) -> None:
    plan = plan_night(PROFILES["healthy"], np.random.default_rng(0), hours=5)
    _, xyz = render(plan, SENSORS[sensor], np.random.default_rng(1), rate_hz=12.5)
    steps = xyz / SENSORS[sensor].lsb_g
    assert np.allclose(steps, np.rint(steps), atol=1e-6)
    assert np.abs(xyz).max() <= SENSORS[sensor].range_g


def test_the_clock_of_a_sensor_runs_as_far_off_as_it_says() -> None:
    plan = plan_night(PROFILES["healthy"], np.random.default_rng(0), hours=5)
    seconds, _ = render(plan, SENSORS["ax3"], np.random.default_rng(1), rate_hz=12.5)
    assert 1 / np.diff(seconds).mean() == pytest.approx(12.5 * (1 + SENSORS["ax3"].clock_off), rel=1e-6)


def test_stages_are_whole_minutes_in_order_and_cover_bed_time() -> None:
    stages = stages_of(simulate_night("healthy", evening=EVENING, rate_hz=5, sensor="watch", seed=1, hours=5))
    assert all(s.start_us % 60_000_000 == 0 for s in stages)
    assert all(a.end_us == b.start_us for a, b in pairwise(stages))


@pytest.mark.parametrize("file_format", ["cwa", "csv", "fit"])
def test_files_are_written_with_their_truth_beside_them(tmp_path: Path, file_format: str) -> None:
    out = write_nights(tmp_path, nights=1, profile="jerks", rate_hz=12.5, file_format=file_format, seed=1)  # type: ignore[arg-type]  # parametrised literals
    assert [p.exists() for p in out] == [True, True]
    truth = pl.read_csv(out[-1])
    assert truth["file"].unique().to_list() == [out[0].name]
    assert {"kick", "jerk", "posture", "fidget", "sleep"} <= set(truth["kind"])


def test_both_legs_are_written_with_their_sides_and_share_what_moved_both(tmp_path: Path) -> None:
    left, right, truth_path = write_nights(
        tmp_path, nights=1, profile="plmd", rate_hz=12.5, file_format="cwa", seed=1, legs="both"
    )
    assert [read_recording(p).placement.side for p in (left, right)] == ["left", "right"]
    truth = pl.read_csv(truth_path, try_parse_dates=True).filter(pl.col("kind") == "posture")
    onsets = [truth.filter(pl.col("file") == p.name)["onset_at"].to_physical().to_numpy() / 1e6 for p in (left, right)]
    assert len(onsets[0]) == len(onsets[1])
    assert np.abs(onsets[0] - onsets[1]).max() < 0.6


@pytest.mark.slow
def test_another_person_has_nights_devices_and_a_folder_of_her_own(tmp_path: Path) -> None:
    def simulated(subject: str | None) -> list[Path]:
        wish = {"nights": 2, "profile": "healthy", "rate_hz": 12.5, "file_format": "cwa", "seed": 1, "legs": "both"}
        return list(write_nights(tmp_path, **wish, start=date(2027, 1, 31), subject=subject))[:-1]  # type: ignore[arg-type]

    unnamed, anna, ben = simulated(None), simulated("anna"), simulated("ben")
    assert [p.name for p in anna] == [p.name for p in ben] == [p.name for p in unnamed]
    assert [p.name[8:18] for p in anna] == ["2027-01-31"] * 2 + ["2027-02-01"] * 2
    assert {p.parent for p in anna} == {tmp_path / "anna"}
    serials = [[read_recording(p).device.serial for p in files[:2]] for files in (unnamed, anna, ben)]
    assert len({serial for pair in serials for serial in pair}) == 6
    assert len({p.read_bytes() for p in (*unnamed, *anna, *ben)}) == 12
    before = [p.read_bytes() for p in anna]
    assert [p.read_bytes() for p in simulated("anna")] == before


def test_a_stopped_sensor_gives_no_samples_and_loses_no_time() -> None:
    rng = np.random.default_rng(5)
    plan = plan_night(replace(PROFILES["healthy"], gaps=(2, 2)), rng, hours=5)
    seconds, _ = render(plan, SENSORS["ax6"], rng, rate_hz=12.5)
    assert 1 <= len(plan.gaps_s) <= 2
    assert not any(((seconds >= a) & (seconds < b)).any() for a, b in plan.gaps_s)
    assert seconds[-1] == pytest.approx(5 * 3600, abs=1)


def test_kicks_of_rls_come_early_and_those_of_others_in_the_middle_of_the_night() -> None:
    def shares(profile: str) -> list[float]:
        plans = [plan_night(PROFILES[profile], np.random.default_rng([7, k])) for k in range(20)]
        return [
            (e.onset_s - p.sleep_s[0][0]) / (p.sleep_s[-1][1] - p.sleep_s[0][0])
            for p in plans
            for e in p.events
            if e.periodic and e.asleep
        ]

    assert np.mean(shares("rls")) < 0.43
    assert 0.45 < np.mean(shares("child")) < 0.55


def test_movements_of_breathing_come_every_25_to_45_s_and_are_no_plm() -> None:
    plan = plan_night(PROFILES["apnoea"], np.random.default_rng(8))
    onsets = np.array([e.onset_s for e in plan.events if e.kind == "respiratory"])
    steps = np.diff(onsets)
    assert len(onsets) > 60
    assert np.mean((steps >= 25) & (steps <= 45)) > 0.9
    assert not any(e.periodic for e in plan.events if e.kind == "respiratory")


def test_a_sofa_evening_is_still_long_before_bed() -> None:
    plan = plan_night(PROFILES["sofa"], np.random.default_rng(9))
    before = [e.onset_s for e in plan.events if plan.in_bed_s - 3600 < e.onset_s < plan.in_bed_s - 300]
    assert plan.in_bed_s > 1.4 * 3600
    assert len(before) < 100


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"nights": 0}, "cannot simulate 0 nights"),
        ({"profile": "giraffe"}, "unknown profile"),
        ({"rate_hz": 1.0}, "cannot simulate 1 Hz"),
        ({"file_format": "xlsx"}, "unknown format"),
        ({"legs": "three"}, "left or both"),
        ({"start": date(1999, 12, 31)}, "from 1999-12-31 on"),
        ({"start": date(9999, 12, 31), "nights": 2}, "from 9999-12-31 on"),
        ({"subject": " "}, "no folder"),
        ({"subject": "../anna"}, "no folder"),
    ],
)
def test_impossible_wishes_are_refused_in_one_line(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    wish: dict[str, object] = {"nights": 1, "profile": "plmd", "rate_hz": 25.0, "file_format": "csv", "seed": 1}
    with pytest.raises(UsageError, match=says):
        write_nights(tmp_path, **{**wish, **changes})  # type: ignore[arg-type]  # on purpose
