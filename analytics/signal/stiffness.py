"""Whether a movement turned the leg or only shook it: slow against fast amplitude.

The leg's own muscles tilt the shank while they hold it, which gravity shows as a slow change. What comes through a
mattress, from a partner, a pet or a passing lorry, shakes the sensor and leaves its direction as it was.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.model import Movement
from analytics.signal.detect_movements import Detected
from analytics.signal.motion import Segment

Floats = NDArray[np.float64]

#: Slow is below this: a kick is held for 0.5-10 s (WASM 2016), a shaken mattress swings at 1-10 Hz. own.
SLOW_HZ = 0.7
#: Rest is taken from this long before and after, so far from the movement that the filter does not see it, seconds.
_REST_S, _AWAY_S = 2.0, 0.5
#: A difference of rest before and after from here on (about a degree) is the leg's; below it may be breathing. own.
_TURNED_G = 0.02
#: Decimals of the ratio that are kept: both amplitudes are off by a hundredth and more.
_DECIMALS = 3


def slow_over_fast(segments: Sequence[Segment], movements: Sequence[Movement]) -> Floats:
    """Slow amplitude of each movement, as a part of its fast one.

    Parameters
    ----------
    segments : sequence of Segment
        Of one sensor.
    movements : sequence of Movement
        Of that sensor, on the same clock.

    Returns
    -------
    float64 array, shape (n,)
        Largest distance of gravity (below `SLOW_HZ`) from its rest before and after, or the lasting turn where that is
        larger, over ``peak_g`` (RMS of 0.15 s, 0.5-10 Hz). NaN for what is longer than a leg movement, and outside the
        segments.
    """
    found = np.full(len(movements), np.nan)
    wanted = np.array([m.shape in ("leg_movement", "brief_jerk") for m in movements], dtype=np.bool_)
    onset_us = np.array([m.onset_us for m in movements], dtype=np.int64)
    offset_us = np.array([m.offset_us for m in movements], dtype=np.int64)
    peak_g = np.array([m.peak_g for m in movements], dtype=np.float64)
    for segment in segments:
        if len(segment.slow_time_us) < 2:
            continue
        here = wanted & (onset_us >= segment.slow_time_us[0]) & (offset_us <= segment.slow_time_us[-1])
        if here.any():
            found[here] = _slow_g(segment, onset_us[here], offset_us[here]) / peak_g[here]
    return found


def with_stiffness(segments: Sequence[Segment], detected: Detected) -> Detected:
    """The same, each movement with its slow over its fast amplitude.

    Parameters
    ----------
    segments : sequence of Segment
        In which they were found.
    """
    ratios = slow_over_fast(segments, detected.movements).tolist()
    return replace(
        detected,
        movements=tuple(
            movement if math.isnan(ratio) else replace(movement, slow_over_fast=round(ratio, _DECIMALS))
            for movement, ratio in zip(detected.movements, ratios, strict=True)
        ),
    )


def _slow_g(segment: Segment, onset_us: NDArray[np.int64], offset_us: NDArray[np.int64]) -> Floats:
    """Slow amplitude of movements inside one segment, shape (n,)."""
    n = len(segment.slow_time_us)
    step_s = (segment.slow_time_us[-1] - segment.slow_time_us[0]) / (n - 1) / 1e6
    rest, away = max(1, round(_REST_S / step_s)), round(_AWAY_S / step_s)
    first = np.searchsorted(segment.slow_time_us, onset_us) - away
    last = np.searchsorted(segment.slow_time_us, offset_us) + away
    # One row a movement: rest, the longest movement, rest. Beyond the ends of a segment its last value goes on.
    at = np.arange(-rest, int((last - first).max()) + rest)
    rows = segment.slow_g[np.clip(first[:, None] + at, 0, n - 1)]
    # A Gaussian whose gain is a half at SLOW_HZ.
    slow = ndimage.gaussian_filter1d(rows, np.sqrt(np.log(2) / 2) / np.pi / SLOW_HZ / step_s, axis=1, mode="nearest")
    each = np.arange(len(rows))[:, None]
    length = (last - first)[:, None]
    before = np.median(slow[:, :rest], axis=1, keepdims=True)
    after = np.median(slow[each, rest + length + np.arange(rest)], axis=1, keepdims=True)
    inside = (at >= 0) & (at < length)
    part = np.clip(at / np.maximum(length, 1), 0, 1)[:, :, None]
    swing = np.linalg.norm(slow - before * (1 - part) - after * part, axis=2)
    turned = np.linalg.norm(after - before, axis=2)[:, 0]
    amplitude: Floats = np.maximum((swing * inside).max(axis=1), np.where(turned >= _TURNED_G, turned, 0.0))
    return amplitude
