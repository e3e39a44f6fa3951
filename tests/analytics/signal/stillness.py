"""Still hours of gravity with a known answer: what a leg and a table show, without a filter and without a simulator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.model import Channel, Movement
from analytics.signal.angles import Coarse
from ingest.recording import Site, Temperature
from tests.analytics.signals import EVENING_US

HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
RATE_HZ = 5.0
Hours = tuple[float, float]


def gravity(
    hours: float,
    *,
    turns_h: Sequence[float] = (),
    breath_mg: float = 0.0,
    breathing_h: Sequence[Hours] | None = None,
    noise_mg: float = 0.5,
    drift_mg: float = 3.0,
    bumps_h: Sequence[float] = (),
    seed: int = 0,
) -> tuple[Coarse, ...]:
    """One segment of slow gravity at 5 Hz.

    Parameters
    ----------
    turns_h : sequence of float
        When it turns by 40 degrees, in hours.
    breath_mg : float
        Amplitude of breathing at 0.23 Hz that wanders by a tenth.
    breathing_h : sequence of (start, end) or None
        When it is seen; None: always.
    noise_mg, drift_mg : float
        Sensor: white, and slow over the whole recording.
    bumps_h : sequence of float
        When something knocks against it: half a second of 20 mg, and it stays where it is.
    """
    rng = np.random.default_rng(seed)
    n = round(hours * 3600 * RATE_HZ)
    at_h = np.arange(n) / RATE_HZ / 3600
    angle = np.radians(40.0) * np.searchsorted(np.sort(np.asarray(turns_h, float)), at_h, side="right")
    values = np.column_stack((0.3 * np.ones(n), 0.95 * np.cos(angle), 0.95 * np.sin(angle)))
    values += drift_mg / 1e3 * np.sin(2 * np.pi * at_h / max(hours, 1e-9))[:, None]
    rate_hz = 0.23 * (1 + 0.1 * np.sin(2 * np.pi * at_h * 37))
    breath = breath_mg / 1e3 * np.sin(2 * np.pi * np.cumsum(rate_hz) / RATE_HZ)
    if breathing_h is not None:
        breath *= np.any([(at_h >= a) & (at_h < b) for a, b in breathing_h], axis=0)
    values += breath[:, None] * np.array([0.3, 0.5, 0.8])
    values += rng.normal(0, noise_mg / 1e3, values.shape)
    for bump_h in bumps_h:
        first = round(bump_h * 3600 * RATE_HZ)
        values[first : first + 2] += np.array([[0.02, 0.0, 0.02], [-0.02, 0.0, -0.02]])[: max(0, n - first)]
    return (Coarse(EVENING_US + np.rint(at_h * HOUR_US).astype(np.int64), values),)


def sensor(hours: float, *, site: Site = "ankle", celsius: NDArray[np.float64] | None = None) -> Channel:
    """A channel that only says when it recorded, where, and how warm it was by the minute."""
    time_us = EVENING_US + np.arange(0, round(hours * HOUR_US) + 1, 1_000_000, dtype=np.int64)
    warmth = Temperature()
    if celsius is not None:
        minutes = EVENING_US + np.arange(len(celsius), dtype=np.int64) * MINUTE_US
        warmth = Temperature(minutes, celsius.astype(np.float32))
    return Channel("r" * 64, site, "left", time_us, np.zeros((len(time_us), 3), np.float32), 0.001, temperature=warmth)


def case_celsius(
    hours: float, off_h: Sequence[Hours] = (), *, worn_c: float = 33.0, off_c: float = 20.0, tau_min: float = 10.0
) -> NDArray[np.float64]:
    """A case that settles from skin to room and back, by the minute."""
    at_h = np.arange(round(hours * 60)) / 60
    around = np.full(len(at_h), worn_c)
    for start, end in off_h:
        around[(at_h >= start) & (at_h < end)] = off_c
    found = np.empty_like(around)
    found[0] = around[0]
    for i in range(1, len(around)):
        found[i] = found[i - 1] + (1 - np.exp(-1 / tau_min)) * (around[i] - found[i - 1])
    return found + np.random.default_rng(5).normal(0, 0.1, len(found))


def movements(at_h: Sequence[float], *, long_s: float = 2.0) -> list[Movement]:
    """Movements at these hours, all alike."""
    onsets = [EVENING_US + round(h * HOUR_US) for h in sorted(at_h)]
    ends = [onset + round(long_s * 1e6) for onset in onsets]
    return [
        Movement(i, "r" * 64, "ankle", "left", a, b, 0.1, 0.008, 0.2, 0.0, 2, "leg_movement")
        for i, (a, b) in enumerate(zip(onsets, ends, strict=True), start=1)
    ]
