"""Heart rate and its variability by minute: what is kept of a watch's vitals.

A picture and a query need no more than a minute's mean; the original file keeps the rest. The minute of a movement
shows what the heart did then; an autonomic arousal, which lasts seconds, is not scored here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.recording import Vitals

MINUTE_US = 60_000_000
#: Outside these an interval is an artefact (30 and 200 beats a minute). Task Force, Circulation 1996;93:1043-1065.
BEAT_MS = (300.0, 2000.0)
#: Two beats follow each other if their stamps are apart by the interval, to within this; else one was lost.
_FOLLOWS_MS = 250.0


@dataclass(frozen=True, slots=True)
class HeartMinute:
    """One minute; ``at_us`` is its start, UTC. None where it was not measured."""

    at_us: int
    heart_bpm: float | None
    rmssd_ms: float | None


def by_minute(vitals: Vitals) -> tuple[HeartMinute, ...]:
    """Mean heart rate, and RMSSD of successive beats, of every minute that has either, in order.

    RMSSD: root mean square of successive differences between beat intervals (Task Force 1996), from at least two
    intervals that follow each other within the minute.
    """
    bpm = _means(vitals.heart_us // MINUTE_US, vitals.heart_bpm.astype(np.float64))
    squares = _means(*_squared_differences(vitals))
    minutes = sorted(bpm.keys() | squares.keys())
    return tuple(HeartMinute(m * MINUTE_US, bpm.get(m), squares[m] ** 0.5 if m in squares else None) for m in minutes)


def _squared_differences(vitals: Vitals) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Minute and squared difference of every two beat intervals that follow each other."""
    interval_ms = vitals.beat_interval_ms.astype(np.float64)
    sound = (interval_ms >= BEAT_MS[0]) & (interval_ms <= BEAT_MS[1])
    apart_ms = np.diff(vitals.beat_us) / 1000
    follows = np.abs(apart_ms - interval_ms[1:]) <= _FOLLOWS_MS
    minute = vitals.beat_us // MINUTE_US
    use = sound[1:] & sound[:-1] & follows & (np.diff(minute) == 0)
    return minute[1:][use], (np.diff(interval_ms) ** 2)[use]


def _means(key: NDArray[np.int64], value: NDArray[np.float64]) -> dict[int, float]:
    keys, inverse, count = np.unique(key, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, weights=value, minlength=len(keys)) / np.maximum(count, 1)
    return dict(zip(keys.tolist(), means.tolist(), strict=True))
