"""Simulated nights that are hard to judge: what is drawn has the properties that it is said to have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt, welch

from analytics.simulate import CONDITIONS, NIGHTS, PROFILES, SENSORS, Plan, TrueEvent, plan_night, render, with_walks
from analytics.simulate.legs import two_legs
from analytics.simulate.warmth import sensor_celsius
from analytics.simulate.write import simulate_night, truth, write_recording
from benchmarks.accuracy_sets import condition_cases
from flows.commands.simulate import ProfileName
from ingest import read_recording

Floats = NDArray[np.float64]
RATE_HZ = 25.0
UNWORN = ("off", "taken-off", "off-a-while", "fallen-off", "put-on-late")
ROOT = Path(__file__).parents[2]
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
    plans = [_plan(name, seed) for seed in range(6)]
    assert plans[0] == _plan(name, 0)
    for plan in plans:
        onsets = [e.onset_s for e in plan.events]
        assert onsets == sorted(onsets)
        assert 0 < plan.in_bed_s < plan.sleep_s[0][0] < plan.sleep_s[-1][1] < plan.out_of_bed_s < plan.hours * 3600
        assert all(e.peak_g > 0 and e.duration_s > 0 for e in plan.events)
        assert all(e.asleep == plan.asleep(e.onset_s) for e in plan.events if e.kind not in ("posture", "train"))
        for spans in (plan.worn_s, plan.unworn_s, plan.awake_s, plan.quiet_s, [s[:2] for s in plan.vibration_s]):
            assert all(a < b for a, b in spans)
            assert all(one[1] <= two[0] for one, two in pairwise(spans))
        assert _hours(plan.worn_s) + _hours(plan.unworn_s) == pytest.approx(plan.hours)


def test_the_same_seed_gives_the_same_samples_of_a_condition() -> None:
    one, same = (
        simulate_night("taken-off", evening=date(2026, 3, 2), rate_hz=12.5, sensor="ax6", seed=3) for _ in range(2)
    )
    assert np.array_equal(one.xyz_g, same.xyz_g)


# Lying awake -------------------------------------------------------------------------------------------------------


def test_somebody_with_insomnia_lies_awake_for_one_to_two_hours_first() -> None:
    latency_min = [(p.sleep_s[0][0] - p.in_bed_s) / 60 for p in _plans("insomnia", 20)]
    assert min(latency_min) >= 63
    assert max(latency_min) <= 138


def test_three_long_awakenings_part_a_waking_night() -> None:
    for plan in _plans("waking", 20):
        awake_min = [(end - start) / 60 for start, end in plan.awake_s[1:-1]]
        assert len(awake_min) == 3
        assert all(22 <= m <= 33 for m in awake_min)


def test_two_in_three_fidgets_follow_after_15_to_60_s_and_some_trains_are_regular_by_chance() -> None:
    trains = [train for plan in _plans("insomnia", 40) for train in _trains(plan)]
    steps = np.concatenate([np.diff(t) for t in trains])
    ln_sd = np.array([np.std(np.log(np.diff(t)), ddof=1) for t in trains if len(t) >= 10])
    assert 0.6 < np.mean((steps >= 15) & (steps <= 60)) < 0.8
    assert 0.45 < np.median(ln_sd) < 0.65
    assert 0.05 < np.mean(ln_sd < 0.35) < 0.3


def test_fidgets_return_the_leg_to_where_it_lay_and_turns_are_rare() -> None:
    plans = _plans("insomnia", 20)
    in_bed = [e for p in plans for e in p.events if p.in_bed_s <= e.onset_s < p.sleep_s[0][0]]
    assert all(e.turn_deg == 0 for e in in_bed if e.kind == "fidget")
    hours = sum(p.sleep_s[0][0] - p.in_bed_s for p in plans) / 3600
    assert 0.5 < sum(e.kind == "posture" for e in in_bed) / hours < 3
    plan = plans[0]
    seconds, xyz = _rendered(plan)
    lone = [
        e.onset_s
        for before, e, after in zip(plan.events, plan.events[1:], plan.events[2:], strict=False)
        if e.kind == "fidget" and e.turn_deg == 0 and e.onset_s - before.onset_s > 14 and after.onset_s - e.onset_s > 14
    ]
    turned = [_angle(_median(seconds, xyz, t - 6, t - 1), _median(seconds, xyz, t + 8, t + 13)) for t in lone]
    assert len(turned) > 10
    assert max(turned) < 0.3


@pytest.mark.parametrize("name", ["quiet", "insomnia", "waking"])
def test_nothing_moves_in_quiet_wake(name: str) -> None:
    for plan in _plans(name, 10):
        inside = [e for e in plan.events for start, end in plan.quiet_s if start <= e.onset_s < end]
        assert [e for e in inside if e.kind not in ("jerk", "train")] == []
        assert not any(plan.asleep((start + end) / 2) for start, end in plan.quiet_s)
    if name == "quiet":
        at_first, at_night = (
            [_hours([s for s in p.quiet_s if (s[1] <= p.sleep_s[0][0]) is first]) * 60 for p in _plans(name, 10)]
            for first in (True, False)
        )
        assert min(at_first) >= 25
        assert np.median(at_night) > 20


# Restless sleepers -------------------------------------------------------------------------------------------------


def test_restless_sleepers_turn_one_to_seven_times_an_hour_and_move_as_a_whole() -> None:
    plans = _plans("restless", 40)
    turns = [sum(e.kind == "posture" and e.asleep for e in p.events) / _hours(p.sleep_s) for p in plans]
    assert np.quantile(turns, 0.1) < 2.2
    assert np.quantile(turns, 0.9) > 4.5
    large = [e for p in plans for e in p.events if e.kind == "large"]
    assert len(large) > 500
    assert all(3 <= e.duration_s <= 45 and e.asleep for e in large)
    assert 0.4 < np.mean([e.turn_deg is not None and e.turn_deg < 1 for e in large]) < 0.6


def test_a_fifth_of_kicks_leaves_the_leg_two_to_six_degrees_off() -> None:
    plan = _plan("tilting", 1)
    kicks = [e for e in plan.events if e.kind == "kick"]
    held = [e for e in kicks if e.turn_deg is not None]
    assert 0.12 < len(held) / len(kicks) < 0.28
    assert all(e.turn_deg is not None and 2 <= e.turn_deg <= 6 for e in held)
    seconds, xyz = _rendered(plan)
    for event in held[:20]:
        ends_s = event.onset_s + event.duration_s
        found = _angle(
            _median(seconds, xyz, event.onset_s - 5, event.onset_s - 1), _median(seconds, xyz, ends_s + 2, ends_s + 6)
        )
        assert found == pytest.approx(event.turn_deg, abs=0.7)


# Wear --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", UNWORN)
def test_an_unworn_sensor_does_not_turn_and_nobody_handles_it_asleep(name: str) -> None:
    plan = _plan(name, 2)
    seconds, xyz = _rendered(plan)
    for start, end in plan.unworn_s:
        until_s = min(end, plan.out_of_bed_s) if name == "fallen-off" else end
        minutes = np.arange(start + 2, until_s - 62, 60.0)
        lies = np.array([_median(seconds, xyz, t, t + 60) for t in minutes])
        assert len(minutes) > 15
        assert max(_angle(lies[0], one) for one in lies) < 0.2
    assert not any(e.asleep for e in plan.events if e.kind == "handling")


def test_each_way_of_not_wearing_has_its_spans() -> None:
    for seed in range(20):
        off, taken, briefly, fallen, late = (_plan(name, seed) for name in UNWORN)
        assert off.worn_s == ()
        assert taken.sleep_s[0][0] - 7200 < taken.unworn_s[0][0] < taken.unworn_s[0][1] == taken.hours * 3600
        assert 0.2 < _hours(briefly.unworn_s) < 4.5
        assert len(briefly.worn_s) == 2
        assert fallen.asleep(fallen.unworn_s[0][0])
        assert late.unworn_s[0][0] == 0
        assert late.in_bed_s < late.unworn_s[0][1] < late.sleep_s[-1][1]


def test_knocks_at_the_nightstand_are_few_short_and_stiff() -> None:
    bumps = [e for p in _plans("off", 20) for e in p.events if e.kind == "bump"]
    assert 1 < len(bumps) / (20 * 9.5) < 8
    assert max(e.duration_s for e in bumps) < 0.7
    slow, fast = _slow_and_fast(_plan("off", 0), ("bump",), rate_hz=50)
    assert np.median(slow / fast) < 0.2


def test_what_fell_off_in_the_bed_feels_the_sleeper_s_turns_weakly() -> None:
    plan = _plan("fallen-off", 4)
    nudges = [e for e in plan.events if e.kind == "nudge"]
    assert len(nudges) > 5
    assert all(e.peak_g <= 0.03 and not plan.worn(e.onset_s) for e in nudges)


def test_an_unworn_sensor_cools_to_the_room_and_a_worn_one_stays_warm() -> None:
    plan = _plan("taken-off", 1)
    off_s = plan.unworn_s[0][0]
    worn, unworn = sensor_celsius(plan, np.array([off_s - 60, off_s + 3600]), plan.unworn_s)
    assert worn > 30
    assert unworn < 22


def test_the_file_of_a_sensor_that_was_taken_off_says_how_it_cooled(tmp_path: Path) -> None:
    night = simulate_night("taken-off", evening=date(2026, 3, 2), rate_hz=12.5, sensor="ax3", seed=1)
    write_recording(tmp_path / "x.cwa", night, rate_hz=12.5, file_format="cwa")
    temperature = read_recording(tmp_path / "x.cwa").temperature
    off_us = night.start_us + night.plan.unworn_s[0][0] * 1e6
    assert temperature.celsius[temperature.minute_us < off_us - 60e6].min() > 29
    assert temperature.celsius[temperature.minute_us > off_us + 3600e6].max() < 23


@pytest.mark.parametrize("name", UNWORN)
def test_breathing_stands_in_the_spectrum_of_a_worn_leg_and_not_of_a_table(name: str) -> None:
    plan = _plan(name, 3)
    assert plan.body is not None
    seconds, xyz = _rendered(plan)
    for start, end in plan.unworn_s:
        assert _line(seconds, xyz, max(start + 60, end - 5400), end - 60) < 4
    for start, end in plan.sleep_s:
        if plan.worn(start) and plan.worn(end):
            assert _line(seconds, xyz, start + 60, end) > 8


def test_breathing_and_pulse_differ_between_sleepers_and_within_a_night() -> None:
    bodies = [body for p in _plans("partner", 40) if (body := p.body) is not None]
    assert len(bodies) == 40
    assert all(0.2 <= b.breath_hz <= 0.3 and 0.0004 <= b.breath_g <= 0.001 for b in bodies)
    assert all(0.08 <= b.breath_sd <= 0.2 and 1.0 <= b.pulse_hz <= 1.7 for b in bodies)
    assert len({b.seed for b in bodies}) == 40
    plan = _plan("insomnia", 0)
    _, xyz = _rendered(plan)
    frequency, power = welch(xyz[-int(3600 * RATE_HZ * 6) :], RATE_HZ, nperseg=8192, axis=0)
    band = (frequency > 0.14) & (frequency < 0.5)
    half = power.sum(axis=1)[band] > power.sum(axis=1)[band].max() / 2
    assert half.sum() >= 3  # a steady breath would fill one or two bins of 0.003 Hz


def test_both_legs_breathe_together_and_are_unworn_together() -> None:
    rng = np.random.default_rng(5)
    left, right = two_legs(_plan("off-a-while", 5), rng)
    assert left.body == right.body
    assert left.unworn_s == right.unworn_s
    (seconds, one), (_, two) = (render(leg, SENSORS["ax6"], rng, rate_hz=12.5) for leg in (left, right))
    start, end = max(left.sleep_s, key=lambda s: (left.worn(s[0]) and left.worn(s[1]), s[1] - s[0]))
    between = (seconds > start + 60) & (seconds < end - 60)
    rates = [_line_hz(xyz[between], 12.5) for xyz in (one, two)]
    assert rates[0] == pytest.approx(rates[1], abs=0.03)


# Through the mattress ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "least"), [("partner", 100), ("pet", 50)])
def test_what_comes_through_the_mattress_is_small_and_fast_and_leaves_no_tilt(name: str, least: int) -> None:
    plan = _plan(name, 1)
    theirs = [e for e in plan.events if e.kind == name]
    assert len(theirs) > least
    assert all(0.006 <= e.peak_g <= 0.015 for e in theirs)
    slow, fast = _slow_and_fast(plan, (name,), rate_hz=50)
    assert np.median(slow / fast) < 0.25
    kicks_slow, kicks_fast = _slow_and_fast(_plan("tilting", 1), ("kick",), rate_hz=50)
    assert np.median(kicks_slow / kicks_fast) > 0.4


def test_a_partner_s_kicks_are_series_of_their_own() -> None:
    steps = []
    for plan in _plans("partner", 20):
        onsets = np.array([e.onset_s for e in plan.events if e.kind == "partner"])
        steps += [s for s in np.diff(onsets) if s < 90]
        assert 8 < len(onsets) / _hours([(plan.in_bed_s, plan.out_of_bed_s)]) < 40
    assert 20 <= np.median(steps) <= 40
    assert np.std(np.log(steps)) < 0.6


def test_the_bed_shakes_in_stretches_in_the_band_of_a_ride() -> None:
    plan = replace(_plan("vibration", 2), events=())
    seconds, xyz = _rendered(plan)
    share = sum(end - start for start, end, _ in plan.vibration_s) / (plan.out_of_bed_s - plan.in_bed_s)
    assert 0.15 < share < 0.85
    band = sosfiltfilt(butter(2, (1.5, 9.0), "bandpass", fs=RATE_HZ * 0.985, output="sos"), xyz, axis=0)
    for start, end, level_g in plan.vibration_s:
        inside = (seconds > start + 20) & (seconds < end - 20)
        minutes = np.array_split(np.sum(band[inside] ** 2, axis=1), max(1, int((end - start) / 60)))
        found_g = np.sqrt(np.median([part.mean() for part in minutes]))
        assert 0.7 * level_g < found_g < 1.4 * level_g
        assert 0.008 <= level_g <= 0.016


# The truth ---------------------------------------------------------------------------------------------------------


def test_the_truth_says_when_the_sensor_was_worn_and_the_sleeper_awake() -> None:
    night = simulate_night("taken-off", evening=date(2026, 3, 2), rate_hz=5, sensor="ax6", seed=2)
    table = truth(night, "x.cwa")
    assert table.columns[:7] == ["file", "kind", "onset_at", "duration_s", "peak_g", "asleep", "periodic"]
    assert table["worn"].dtype == pl.Boolean
    stretches = table.filter(pl.col("peak_g").is_null())
    assert set(stretches["kind"]) == {"sleep", "awake", "still", "worn"}
    assert stretches.filter(pl.col("kind") == "worn")["duration_s"].sum() == pytest.approx(
        _hours(night.plan.worn_s) * 3600, abs=0.01
    )
    movements = table.filter(pl.col("peak_g").is_not_null())
    assert movements["worn"].to_list() == [night.plan.worn(e.onset_s) for e in night.plan.events]
    assert 0 < movements["worn"].sum() < len(movements)


def test_nights_to_tune_on_and_nights_to_judge_on_share_no_seed() -> None:
    tuning, held_out = ([case.seed for case in condition_cases(which)] for which in ("tuning", "held-out"))
    assert len({*tuning, *held_out}) == len(tuning) + len(held_out)
    assert {case.group for case in condition_cases("held-out")} == set(CONDITIONS)


# Helpers -----------------------------------------------------------------------------------------------------------


def _plan(name: str, seed: int) -> Plan:
    return plan_night(NIGHTS[name], np.random.default_rng([seed, 31]))


def _plans(name: str, count: int) -> list[Plan]:
    return [_plan(name, seed) for seed in range(count)]


def _rendered(plan: Plan, rate_hz: float = RATE_HZ) -> tuple[Floats, Floats]:
    return render(plan, SENSORS["ax6"], np.random.default_rng(8), rate_hz=rate_hz)


def _hours(spans: tuple[tuple[float, float], ...] | list[tuple[float, float]]) -> float:
    return sum(end - start for start, end in spans) / 3600


def _trains(plan: Plan) -> list[Floats]:
    """Onsets of fidgets and turns in bed before sleep, parted by stillness."""
    edges = [plan.in_bed_s, *(t for s in plan.quiet_s if s[1] <= plan.sleep_s[0][0] + 1 for t in s)]
    onsets = np.array([e.onset_s for e in plan.events if e.kind in ("fidget", "posture")])
    parts = [onsets[(onsets >= a) & (onsets < b)] for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return [part for part in parts if len(part) >= 4]


def _median(seconds: Floats, xyz: Floats, start_s: float, end_s: float) -> Floats:
    first, last = np.searchsorted(seconds, (start_s, end_s))
    median: Floats = np.median(xyz[first:last], axis=0)
    return median


def _angle(one: Floats, two: Floats) -> float:
    """Degrees; from the cross product, which resolves small ones."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, two)), one @ two)))


def _line(seconds: Floats, xyz: Floats, start_s: float, end_s: float) -> float:
    """How far breathing stands out: its largest power over the median of 0.08-1 Hz, median over windows of 64 s."""
    first, last = np.searchsorted(seconds, (start_s, end_s))
    n = int(64 * RATE_HZ)
    calm = xyz[first:last]
    windows = [calm[i : i + n] for i in range(0, len(calm) - n, n)]
    ratios = []
    for part in windows:
        shape = np.clip(part - np.median(part, axis=0), -0.004, 0.004)
        power = np.sum(np.abs(np.fft.rfft(shape * np.hanning(n)[:, None], axis=0)) ** 2, axis=1)
        frequency = np.fft.rfftfreq(n, 1 / RATE_HZ)
        line = power[(frequency > 0.14) & (frequency < 0.5)].max()
        ratios.append(line / np.median(power[(frequency > 0.08) & (frequency < 1.0)]))
    return float(np.median(ratios))


def _line_hz(xyz: Floats, rate_hz: float) -> float:
    clipped = np.clip(xyz - np.median(xyz, axis=0), -0.004, 0.004)
    frequency, power = welch(clipped, rate_hz, nperseg=2048, axis=0)
    band = (frequency > 0.14) & (frequency < 0.5)
    return float(frequency[band][power.sum(axis=1)[band].argmax()])


def _slow_and_fast(plan: Plan, kinds: tuple[str, ...], *, rate_hz: float) -> tuple[Floats, Floats]:
    """Largest slow (below 0.7 Hz) and fast (1-10 Hz and above) deviation of movements that are alone."""
    seconds, xyz = _rendered(plan, rate_hz)
    true_hz = rate_hz * (1 + SENSORS["ax6"].clock_off)
    some = [e for e in _alone(plan) if e.kind in kinds][:60]
    slow_band = butter(2, 0.7, "lowpass", fs=true_hz, output="sos")
    fast_band = butter(2, (1.0, 0.45 * true_hz), "bandpass", fs=true_hz, output="sos")
    slow, fast = [], []
    for event in some:
        first, last = np.searchsorted(seconds, (event.onset_s - 5, event.onset_s + event.duration_s + 5))
        part = xyz[first:last] - np.median(xyz[first:last], axis=0)
        slow.append(np.linalg.norm(sosfiltfilt(slow_band, part, axis=0), axis=1).max())
        fast.append(np.linalg.norm(sosfiltfilt(fast_band, part, axis=0), axis=1).max())
    assert len(some) > 5
    return np.array(slow), np.array(fast)


def _alone(plan: Plan) -> list[TrueEvent]:
    felt = [e for e in plan.events if plan.felt(e)]
    return [
        e
        for i, e in enumerate(felt)
        if (i == 0 or felt[i - 1].onset_s + felt[i - 1].duration_s + 7 < e.onset_s)
        and (i + 1 == len(felt) or e.onset_s + e.duration_s + 7 < felt[i + 1].onset_s)
    ]
