"""Whether a sensor that lies still shows breathing: a line in the spectrum of gravity.

A sleeper's breath moves the whole body a little; what lies on a table shows the sensor's own noise, which has no line.
Breathing shows that a sleeper wears it. Its absence shows nothing by itself: how much of it reaches an ankle depends on
posture, bedding and sensor, and no study has measured it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Wear
from analytics.signal.angles import Gravity

Floats = NDArray[np.float64]
#: Bins of the spectrum that a line spreads over under a Hann window, on either side of its highest one.
_SIDE_BINS = 1
#: A window with fewer bins than this beside the line has no floor to compare it with.
_FEWEST_BINS = 8
#: Less noise than any sensor has, g: what rounding leaves of a signal that never changes is no line.
_LEAST_NOISE_G = 2e-5


@dataclass(frozen=True, slots=True)
class BreathLine:
    """How far breathing stands out, window by window.

    Attributes
    ----------
    centre_us : int64 array, shape (n,)
        Middle of each window, UTC, ascending.
    strength : float64 array, shape (n,)
        Power of the line over the median power beside it. Noise alone has about 2.
    """

    centre_us: NDArray[np.int64]
    strength: Floats


@dataclass(frozen=True, slots=True)
class Thin:
    """Gravity of one segment at a lower rate.

    Attributes
    ----------
    time_us : int64 array, shape (n,)
        UTC, evenly spaced.
    gravity_g : float64 array, shape (n, 3)
    rate_hz : float
    """

    time_us: NDArray[np.int64]
    gravity_g: Floats
    rate_hz: float


def thinned(part: Gravity, rate_hz: float) -> Thin:
    """Gravity averaged down to about a rate; empty where there is less than a second of it."""
    time_us, gravity_g = part.slow_time_us, part.slow_g
    if len(time_us) < 2 or time_us[-1] - time_us[0] < 1_000_000:
        return Thin(time_us[:0], gravity_g[:0], rate_hz)
    own_hz = (len(time_us) - 1) * 1e6 / float(time_us[-1] - time_us[0])
    every = max(1, round(own_hz / rate_hz))
    whole = len(time_us) // every * every
    means = sum((gravity_g[k:whole:every] for k in range(1, every)), gravity_g[:whole:every]) / every
    return Thin(time_us[every // 2 : whole : every], means, own_hz / every)


def breath_line(parts: Sequence[Thin], wear: Wear) -> BreathLine:
    """The breathing line of one sensor, window by window, the median of ``breath_median_min`` around each.

    Parameters
    ----------
    parts : sequence of Thin
        Segments of the sensor, in order.
    """
    lines = [_line_of(part, wear) for part in parts]
    return BreathLine(
        np.concatenate([np.empty(0, np.int64), *(line.centre_us for line in lines)]),
        np.concatenate([np.empty(0), *(line.strength for line in lines)]),
    )


def _line_of(part: Thin, wear: Wear) -> BreathLine:
    width, step = round(wear.breath_window_s * part.rate_hz), max(1, round(wear.breath_step_s * part.rate_hz))
    if width < 2 * _FEWEST_BINS or len(part.gravity_g) < width:
        return BreathLine(np.empty(0, np.int64), np.empty(0))
    windows = np.lib.stride_tricks.sliding_window_view(part.gravity_g, width, axis=0)[::step]
    centre_us = part.time_us[width // 2 :: step][: len(windows)]
    strength = _strength(windows, part.rate_hz, wear)
    smooth = round(wear.breath_median_min * 60 / wear.breath_step_s) | 1
    return BreathLine(centre_us, ndimage.median_filter(strength, size=min(smooth, len(strength) | 1), mode="nearest"))


def _levelled(power: Floats, hz: Floats, wear: Wear) -> Floats:
    """Without the fall of a sensor's own noise towards higher frequencies, which would raise a line where breath is."""
    low_hz, high_hz = wear.breath_slope_hz
    low, high = (hz >= low_hz / 2) & (hz <= low_hz * 2), (hz >= high_hz / 1.4) & (hz <= high_hz * 1.4)
    if low.sum() < _FEWEST_BINS or high.sum() < _FEWEST_BINS:
        return power
    # Quarters, not means: a line and its harmonic are in the lower one.
    ends = [np.log(np.percentile(power[:, part], 25, axis=1) + 1e-30) for part in (low, high)]
    slope = np.maximum(0.0, ends[0] - ends[1]) / np.log(high_hz / low_hz)
    levelled: Floats = power * (np.maximum(hz, hz[1]) / high_hz) ** slope[:, None]
    return levelled


def _strength(windows: Floats, rate_hz: float, wear: Wear) -> Floats:
    """Of each window, shape (n, 3, width): the highest line of breathing over what lies beside it."""
    width = windows.shape[-1]
    level = windows - windows.mean(axis=-1, keepdims=True)
    # A bump shorter than a breath must not drown it.
    most = wear.breath_clip * np.median(np.abs(level), axis=-1, keepdims=True)
    taper = np.hanning(width)
    power = (np.abs(np.fft.rfft(np.clip(level, -most, most) * taper, axis=-1)) ** 2).sum(axis=1)
    hz: Floats = np.fft.rfftfreq(width, 1 / rate_hz).astype(np.float64)
    power = _levelled(power, hz, wear)
    around = (hz >= wear.breath_floor_hz[0]) & (hz <= wear.breath_floor_hz[1])
    line = np.flatnonzero((hz >= wear.breath_hz[0]) & (hz <= wear.breath_hz[1]))
    if around.sum() < _FEWEST_BINS or not len(line):
        return np.zeros(len(windows))
    peak = line[np.argmax(power[:, line], axis=1)]
    bins = np.arange(len(hz))
    beside = np.abs(bins - peak[:, None]) > _SIDE_BINS + 1
    beside &= np.abs(bins - 2 * peak[:, None]) > _SIDE_BINS + 1  # breath is no sine: its second harmonic
    floor = np.nanmedian(np.where(beside & around, power, np.nan)[:, around], axis=1)
    sides = np.arange(-_SIDE_BINS, _SIDE_BINS + 1)
    height = np.take_along_axis(power, np.clip(peak[:, None] + sides, 0, len(hz) - 1), axis=1).mean(axis=1)
    strength: Floats = height / np.maximum(floor, 3 * _LEAST_NOISE_G**2 * (taper**2).sum())
    return strength
