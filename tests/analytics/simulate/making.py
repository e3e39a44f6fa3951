"""Nights of the conditions as planned and as rendered, and what is measured of their samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from analytics.simulate import NIGHTS, SENSORS, Plan, TrueEvent, plan_night, render

Floats = NDArray[np.float64]
RATE_HZ = 25.0


def planned(name: str, seed: int) -> Plan:
    return plan_night(NIGHTS[name], np.random.default_rng([seed, 31]))


def first_seeds(name: str, count: int) -> list[Plan]:
    return [planned(name, seed) for seed in range(count)]


def rendered(plan: Plan, rate_hz: float = RATE_HZ) -> tuple[Floats, Floats]:
    return render(plan, SENSORS["ax6"], np.random.default_rng(8), rate_hz=rate_hz)


def hours_of(spans: tuple[tuple[float, float], ...] | list[tuple[float, float]]) -> float:
    return sum(end - start for start, end in spans) / 3600


def median_g(seconds: Floats, xyz: Floats, start_s: float, end_s: float) -> Floats:
    first, last = np.searchsorted(seconds, (start_s, end_s))
    median: Floats = np.median(xyz[first:last], axis=0)
    return median


def angle_deg(one: Floats, two: Floats) -> float:
    """Degrees; from the cross product, which resolves small ones."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, two)), one @ two)))


def slow_and_fast(plan: Plan, kinds: tuple[str, ...], *, rate_hz: float) -> tuple[Floats, Floats]:
    """Largest slow (below 0.7 Hz) and fast (1-10 Hz and above) deviation of movements that are alone."""
    seconds, xyz = rendered(plan, rate_hz)
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
