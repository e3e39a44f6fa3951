"""Small signals with a known answer, made without the simulator: a still leg and movements put into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from analytics.model import Channel
from ingest.recording import Side, Site

#: 22:00 UTC, on a five-second mark.
EVENING_US = round(datetime(2026, 3, 2, 22, tzinfo=UTC).timestamp()) * 1_000_000


def still(
    seconds: float, *, rate_hz: float = 50.0, noise_mg: float = 2.0, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Time in seconds and a leg lying still, g."""
    at_s = np.arange(int(seconds * rate_hz)) / rate_hz
    noise = np.random.default_rng(seed).normal(0, noise_mg / 1e3, (len(at_s), 3))
    return at_s, noise + np.array([0.0, 0.6, 0.8])


def add_kick(
    at_s: NDArray[np.float64], xyz: NDArray[np.float64], onset_s: float, *, peak_mg: float = 80.0, long_s: float = 2.0
) -> None:
    """A limb lifted, held and put back: two lobes round a tilt, in place."""
    first, last = np.searchsorted(at_s, (onset_s, onset_s + long_s + 0.1))
    at_s, xyz = at_s[first:last], xyz[first:last]
    for lobe_s, sign in ((0.0, 1.0), (long_s - 0.4, -1.0)):
        x = (at_s - onset_s - lobe_s) / 0.4
        wave = np.where((x > 0) & (x < 1), np.sin(2 * np.pi * x), 0.0)
        xyz[:, 0] += sign * wave * peak_mg / 1e3
    held = (at_s > onset_s + 0.2) & (at_s < onset_s + long_s - 0.2)
    xyz[held, 1] += 0.3 * peak_mg / 1e3


def add_jerk(at_s: NDArray[np.float64], xyz: NDArray[np.float64], onset_s: float, *, peak_mg: float = 500.0) -> None:
    """A damped 5 Hz ringing, in place."""
    t = np.maximum(at_s - onset_s, 0.0)
    wave = np.exp(-t / 0.08) * np.sin(2 * np.pi * 5 * t)
    xyz[:, 2] += wave / 0.68 * peak_mg / 1e3


def add_turn(at_s: NDArray[np.float64], xyz: NDArray[np.float64], onset_s: float, *, degrees: float = 60.0) -> None:
    """The leg turns over within three seconds and stays, in place."""
    first = int(np.searchsorted(at_s, onset_s))
    at_s, xyz = at_s[first:], xyz[first:]
    angle = np.radians(degrees) * np.clip((at_s - onset_s) / 3.0, 0.0, 1.0)
    y, z = xyz[:, 1].copy(), xyz[:, 2].copy()
    xyz[:, 1] = y * np.cos(angle) - z * np.sin(angle)
    xyz[:, 2] = y * np.sin(angle) + z * np.cos(angle)


def channel(
    at_s: NDArray[np.float64],
    xyz: NDArray[np.float64],
    *,
    start_us: int = EVENING_US,
    site: Site = "ankle",
    side: Side = "left",
    recording: str = "a" * 64,
    lsb_g: float = 1 / 1024,
) -> Channel:
    """The signal as a sensor's recording."""
    return Channel(
        recording=recording,
        site=site,
        side=side,
        time_us=start_us + np.rint(at_s * 1e6).astype(np.int64),
        xyz_g=xyz.astype(np.float32),
        lsb_g=lsb_g,
    )


def night_of_kicks(
    onsets_s: Sequence[float], *, hours: float = 8.0, rate_hz: float = 25.0, peak_mg: float = 80.0, seed: int = 0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half an hour of turning about, then sleep with kicks and a turn every 50 minutes, then ten minutes of turning."""
    at_s, xyz = still(hours * 3600, rate_hz=rate_hz, seed=seed)
    rng = np.random.default_rng(seed + 1)
    awake = [*np.arange(20, 1800, 20), *np.arange(hours * 3600 - 600, hours * 3600 - 15, 20)]
    turns = sorted(float(t) for t in [*awake, *np.arange(4800, hours * 3600 - 900, 3000)])
    degrees = np.concatenate(([0.0], np.cumsum(rng.uniform(30, 90, len(turns)))))
    marks_s = np.array([0.0, *(t for onset_s in turns for t in (onset_s, onset_s + 3.0))])
    angle = np.radians(np.interp(at_s, marks_s, np.concatenate(([0.0], np.repeat(degrees, 2)[1:-1]))))
    y, z = xyz[:, 1].copy(), xyz[:, 2].copy()
    xyz[:, 1] = y * np.cos(angle) - z * np.sin(angle)
    xyz[:, 2] = y * np.sin(angle) + z * np.cos(angle)
    for onset_s in onsets_s:
        add_kick(at_s, xyz, onset_s, peak_mg=peak_mg)
    return at_s, xyz
