"""Simulated nights in which a bed partner, a pet or a ride comes through the mattress."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from tests.analytics.simulate.making import RATE_HZ, first_seeds, hours_of, planned, rendered, slow_and_fast


@pytest.mark.parametrize(("name", "least"), [("partner", 100), ("pet", 50)])
def test_what_comes_through_the_mattress_is_small_and_fast_and_leaves_no_tilt(name: str, least: int) -> None:
    plan = planned(name, 1)
    theirs = [e for e in plan.events if e.kind == name]
    assert len(theirs) > least
    assert all(0.006 <= e.peak_g <= 0.015 for e in theirs)
    slow, fast = slow_and_fast(plan, (name,), rate_hz=50)
    assert np.median(slow / fast) < 0.25
    assert kicks_ratio() > 0.4


@cache
def kicks_ratio() -> float:
    slow, fast = slow_and_fast(planned("tilting", 1), ("kick",), rate_hz=50)
    return float(np.median(slow / fast))


def test_a_partner_s_kicks_are_series_of_their_own() -> None:
    steps = []
    for plan in first_seeds("partner", 20):
        onsets = np.array([e.onset_s for e in plan.events if e.kind == "partner"])
        steps += [s for s in np.diff(onsets) if s < 90]
        assert 8 < len(onsets) / hours_of([(plan.in_bed_s, plan.out_of_bed_s)]) < 40
    assert 20 <= np.median(steps) <= 40
    assert np.std(np.log(steps)) < 0.6


def test_the_bed_shakes_in_stretches_in_the_band_of_a_ride() -> None:
    plan = replace(planned("vibration", 2), events=())
    seconds, xyz = rendered(plan)
    share = sum(end - start for start, end, _ in plan.vibration_s) / (plan.out_of_bed_s - plan.in_bed_s)
    assert 0.15 < share < 0.85
    band = sosfiltfilt(butter(2, (1.5, 9.0), "bandpass", fs=RATE_HZ * 0.985, output="sos"), xyz, axis=0)
    for start, end, level_g in plan.vibration_s:
        inside = (seconds > start + 20) & (seconds < end - 20)
        minutes = np.array_split(np.sum(band[inside] ** 2, axis=1), max(1, int((end - start) / 60)))
        found_g = np.sqrt(np.median([part.mean() for part in minutes]))
        assert 0.7 * level_g < found_g < 1.4 * level_g
        assert 0.008 <= level_g <= 0.016
