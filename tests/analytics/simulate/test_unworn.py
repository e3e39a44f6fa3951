"""Simulated sensors that are not worn, or not all night: what they feel and how they cool. They do not breathe."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import welch

from analytics.simulate import SENSORS, Plan, render
from analytics.simulate.legs import two_legs
from analytics.simulate.warmth import sensor_celsius
from analytics.simulate.write import simulate_night, write_recording
from ingest import read_recording
from tests.analytics.simulate.making import (
    RATE_HZ,
    angle_deg,
    first_seeds,
    hours_of,
    median_g,
    planned,
    rendered,
    slow_and_fast,
)

Floats = NDArray[np.float64]
UNWORN = ("off", "taken-off", "off-a-while", "fallen-off", "put-on-late")


@cache
def _night(name: str) -> tuple[Plan, Floats, Floats]:
    plan = planned(name, 3)
    return plan, *rendered(plan)


@pytest.mark.parametrize("name", UNWORN)
def test_an_unworn_sensor_does_not_turn_and_is_not_handled_asleep(name: str) -> None:
    plan, seconds, xyz = _night(name)
    for start, end in plan.unworn_s:
        until_s = min(end, plan.out_of_bed_s) if name == "fallen-off" else end
        minutes = np.arange(start + 2, until_s - 62, 60.0)
        lies = np.array([median_g(seconds, xyz, t, t + 60) for t in minutes])
        assert len(minutes) > 15
        assert max(angle_deg(lies[0], one) for one in lies) < 0.2
    assert not any(e.asleep for e in plan.events if e.kind == "handling")


def test_each_way_of_not_wearing_has_its_spans() -> None:
    for seed in range(20):
        off, taken, briefly, fallen, late = (planned(name, seed) for name in UNWORN)
        assert off.worn_s == ()
        assert taken.sleep_s[0][0] - 7200 < taken.unworn_s[0][0] < taken.unworn_s[0][1] == taken.hours * 3600
        assert 0.2 < hours_of(briefly.unworn_s) < 4.5
        assert len(briefly.worn_s) == 2
        assert fallen.asleep(fallen.unworn_s[0][0])
        assert late.unworn_s[0][0] == 0
        assert late.in_bed_s < late.unworn_s[0][1] < late.sleep_s[-1][1]


def test_knocks_at_the_nightstand_are_few_short_and_stiff() -> None:
    bumps = [e for p in first_seeds("off", 20) for e in p.events if e.kind == "bump"]
    assert 1 < len(bumps) / (20 * 9.5) < 8
    assert max(e.duration_s for e in bumps) < 0.7
    slow, fast = slow_and_fast(planned("off", 0), ("bump",), rate_hz=50)
    assert np.median(slow / fast) < 0.2


def test_what_fell_off_in_the_bed_feels_the_sleeper_s_turns_weakly() -> None:
    plan = planned("fallen-off", 4)
    nudges = [e for e in plan.events if e.kind == "nudge"]
    assert len(nudges) > 5
    assert all(e.peak_g <= 0.03 and not plan.worn(e.onset_s) for e in nudges)


def test_an_unworn_sensor_cools_to_the_room_and_a_worn_one_stays_warm() -> None:
    plan = planned("taken-off", 1)
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
    plan, seconds, xyz = _night(name)
    assert plan.body is not None
    for start, end in plan.unworn_s:
        assert _line(seconds, xyz, max(start + 60, end - 5400), end - 60) < 4
    for start, end in plan.sleep_s:
        if plan.worn(start) and plan.worn(end):
            assert _line(seconds, xyz, start + 60, end) > 8


def test_breathing_and_pulse_differ_between_sleepers_and_within_a_night() -> None:
    bodies = [body for p in first_seeds("partner", 40) if (body := p.body) is not None]
    assert len(bodies) == 40
    assert all(0.2 <= b.breath_hz <= 0.3 and 0.0004 <= b.breath_g <= 0.001 for b in bodies)
    assert all(0.08 <= b.breath_sd <= 0.2 and 1.0 <= b.pulse_hz <= 1.7 for b in bodies)
    assert len({b.seed for b in bodies}) == 40
    plan = planned("insomnia", 0)
    _, xyz = rendered(plan)
    frequency, power = welch(xyz[-int(3600 * RATE_HZ * 6) :], RATE_HZ, nperseg=8192, axis=0)
    band = (frequency > 0.14) & (frequency < 0.5)
    half = power.sum(axis=1)[band] > power.sum(axis=1)[band].max() / 2
    assert half.sum() >= 3  # a steady breath would fill one or two bins of 0.003 Hz


def test_both_legs_breathe_together_and_are_unworn_together() -> None:
    rng = np.random.default_rng(5)
    left, right = two_legs(planned("off-a-while", 5), rng)
    assert left.body == right.body
    assert left.unworn_s == right.unworn_s
    (seconds, one), (_, two) = (render(leg, SENSORS["ax6"], rng, rate_hz=12.5) for leg in (left, right))
    start, end = max(left.sleep_s, key=lambda s: (left.worn(s[0]) and left.worn(s[1]), s[1] - s[0]))
    between = (seconds > start + 60) & (seconds < end - 60)
    rates = [_line_hz(xyz[between], 12.5) for xyz in (one, two)]
    assert rates[0] == pytest.approx(rates[1], abs=0.03)


# Helpers -----------------------------------------------------------------------------------------------------------


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
