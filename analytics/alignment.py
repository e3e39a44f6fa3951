"""Two sensors, two clocks: how far apart they run, told from the movements that both saw.

Legs are joined into one movement if their onsets lie within half a second, but two loggers are seconds apart after
a night (crystals differ by 20-50 ppm: 0.6-1.4 s in 8 h) and more if they were set by hand. People who turn over move
both legs: where the envelopes of the two sensors fit each other best is how their clocks compare. That is looked
for once over the whole night (cross-correlation, up to ``max_lag_min``) and then piece by piece close to it, whose
median slope is the drift.

Three assumptions: the legs share some movements; a clock drifts evenly; kicks that alternate between the legs at a
fixed delay do not outweigh everything else. The confidence says how far the best fit stands out from the best one
elsewhere; below ``min_confidence`` nothing is moved, and the night says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from analytics.criteria import Alignment, Criteria
from analytics.model import Channel
from analytics.motion import Segment

Floats = NDArray[np.float64]
_BIN_US = 100_000


@dataclass(frozen=True, slots=True)
class Offset:
    """How the clock of one sensor compares with another's.

    Attributes
    ----------
    behind_s : float
        To be added to the second sensor's times at ``at_us``.
    drift_ppm : float
        How fast that grows; 0 where fewer than three pieces could tell.
    confidence : float
        0-1.
    """

    at_us: int
    behind_s: float
    drift_ppm: float
    confidence: float

    def corrected(self, time_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """The second sensor's times on the first one's clock."""
        shift_us = self.behind_s * 1e6 + (time_us - self.at_us) * (self.drift_ppm * 1e-6)
        moved: NDArray[np.int64] = time_us + np.rint(shift_us).astype(np.int64)
        return moved


Parts = Sequence[Segment]


def aligned(
    channels: Sequence[Channel], found: Sequence[Parts], criteria: Criteria
) -> tuple[list[Channel], list[Parts], Offset | None]:
    """Sensors of the two legs on one clock: the left one's, or the first one's where no side is known.

    Parameters
    ----------
    channels, found : sequences of the same length
        Sensors in order, and the segments of each.

    Returns
    -------
    channels, segments, offset
        The same, those of the other leg moved where the confidence allows it. The offset is that of the longest
        common stretch, and None where no two sensors of different legs ran together for ``min_overlap_h``.
    """
    pairs = sorted(_pairs(channels, criteria.alignment), key=lambda pair: (-pair.overlap_us, pair.first, pair.second))
    moved: dict[int, Offset] = {}
    told: Offset | None = None
    for pair in pairs:
        if pair.second in moved:
            continue
        offset = compare(found[pair.first], found[pair.second], criteria.alignment)
        moved[pair.second] = offset
        told = told or offset
    sure = {i: offset for i, offset in moved.items() if offset.confidence >= criteria.alignment.min_confidence}
    new_channels = [_channel_on(c, sure.get(i)) for i, c in enumerate(channels)]
    new_found: list[Parts] = [
        tuple(_segment_on(s, sure[i]) for s in parts) if i in sure else parts for i, parts in enumerate(found)
    ]
    return new_channels, new_found, told


def compare(first: Parts, second: Parts, limits: Alignment) -> Offset:
    """Where the envelopes of two sensors fit each other best."""
    spans = [(int(parts[0].time_us[0]), int(parts[-1].time_us[-1])) for parts in (first, second) if parts]
    if len(spans) < 2:
        return Offset(0, 0.0, 0.0, 0.0)
    start_us, end_us = min(s for s, _ in spans), max(e for _, e in spans)
    n = int((end_us - start_us) // _BIN_US) + 1
    one, other = (_activity(parts, start_us, n) for parts in (first, second))
    reach = round(limits.max_lag_min * 60e6 / _BIN_US)
    fit = _correlation(one, other, reach)
    best, confidence = _peak(fit, round(limits.drift_s * 1e6 / _BIN_US))
    coarse = best - reach
    at_us = start_us + n * _BIN_US // 2
    centres, lags_s, weights = _pieces(one, other, coarse, limits)
    if not len(lags_s):
        return Offset(at_us, coarse * _BIN_US / 1e6, 0.0, confidence)
    slope, level_s = _line(centres, lags_s, weights, limits)
    return Offset(at_us, level_s + slope * (n * _BIN_US / 2e6), slope * 1e6, confidence)


@dataclass(frozen=True, slots=True)
class _Pair:
    first: int
    second: int
    overlap_us: int


def _pairs(channels: Sequence[Channel], limits: Alignment) -> list[_Pair]:
    """Sensors of different legs that ran together for long enough; the left one first."""
    pairs = []
    for i, j in combinations(range(len(channels)), 2):
        one, other = channels[i], channels[j]
        if one.side == other.side and one.side != "unknown":
            continue
        start = max(int(one.time_us[0]), int(other.time_us[0]))
        overlap_us = min(int(one.time_us[-1]), int(other.time_us[-1])) - start
        if overlap_us >= limits.min_overlap_h * 3.6e9:
            first, second = (j, i) if other.side == "left" else (i, j)
            pairs.append(_Pair(first, second, overlap_us))
    return pairs


def _activity(parts: Parts, start_us: int, n: int) -> Floats:
    """How far the envelope stands above the noise, in doublings, the largest in each bin; 0 where nothing moves."""
    activity = np.zeros(n)
    for part in parts:
        above = np.log2(np.maximum(part.envelope_g, 1e-9) / np.maximum(4 * part.floor_g, 1e-9))
        np.maximum.at(activity, (part.time_us - start_us) // _BIN_US, np.clip(above, 0.0, 4.0))
    return activity


def _correlation(one: Floats, other: Floats, reach: int) -> Floats:
    """Products of ``one[k]`` and ``other[k - lag]`` for lags from ``-reach`` to ``reach``, smoothed over a second."""
    size = fft.next_fast_len(len(one) + len(other) + 2 * reach, real=True)
    product = fft.irfft(fft.rfft(one, size) * np.conj(fft.rfft(other, size)), size)
    fit = np.concatenate((product[-reach:] if reach else product[:0], product[: reach + 1]))
    kernel = np.array([1, 2, 3, 4, 5, 4, 3, 2, 1]) / 25
    return np.convolve(fit, kernel, mode="same")


def _peak(fit: Floats, near: int) -> tuple[int, float]:
    """Index of the best fit, and how far it stands above the best one elsewhere, 0-1."""
    best = int(np.argmax(fit))
    elsewhere = np.ones(len(fit), bool)
    elsewhere[max(0, best - near) : best + near + 1] = False
    usual = float(np.median(fit[elsewhere])) if elsewhere.any() else 0.0
    height = fit[best] - usual
    if height <= 0:
        return best, 0.0
    rival = float(fit[elsewhere].max()) - usual if elsewhere.any() else 0.0
    return best, float(np.clip(1 - rival / height, 0.0, 1.0))


def _pieces(one: Floats, other: Floats, coarse: int, limits: Alignment) -> tuple[Floats, Floats, Floats]:
    """Centre (s from the start), lag (s) and weight of every piece with enough movement to tell."""
    near = round(limits.drift_s * 1e6 / _BIN_US)
    length = round(limits.piece_min * 60e6 / _BIN_US)
    centres, lags, weights = [], [], []
    for first in range(0, len(one) - length // 2, length):
        # The second sensor's piece lies where the coarse lag puts it, and a little more on both sides.
        here = one[first : first + length]
        lower = first - coarse - near
        there = np.zeros(len(here) + 2 * near)
        low, high = max(0, lower), min(len(other), lower + len(there))
        if high <= low:
            continue
        there[low - lower : high - lower] = other[low:high]
        fit = np.convolve(np.correlate(there, here, mode="valid")[::-1], [0.25, 0.5, 0.25], mode="same")
        best = int(np.argmax(fit))
        if fit[best] <= 0 or not 0 < best < len(fit) - 1 or fit[best] < 1.5 * np.median(fit):
            continue
        centres.append((first + len(here) / 2) * _BIN_US / 1e6)
        lags.append((coarse + best - near + _vertex(fit[best - 1 : best + 2])) * _BIN_US / 1e6)
        weights.append(fit[best] - np.median(fit))
    return np.array(centres), np.array(lags), np.array(weights)


def _vertex(three: Floats) -> float:
    """Where the parabola through three values has its top, -0.5 to 0.5 from the middle one."""
    bend = three[0] - 2 * three[1] + three[2]
    return float(np.clip(0.5 * (three[0] - three[2]) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def _line(centres: Floats, lags_s: Floats, weights: Floats, limits: Alignment) -> tuple[float, float]:
    """Slope and level of the lags: the weighted median of the slopes between pieces, then of what is left."""
    if len(lags_s) < 3:
        return 0.0, _median(lags_s, weights)
    pairs = np.array(list(combinations(range(len(lags_s)), 2)))
    apart = centres[pairs[:, 1]] - centres[pairs[:, 0]]
    slopes = (lags_s[pairs[:, 1]] - lags_s[pairs[:, 0]]) / apart
    # Far pieces tell a slope better, in proportion to their distance.
    slope = _median(slopes, apart * np.sqrt(weights[pairs[:, 0]] * weights[pairs[:, 1]]))
    slope = float(np.clip(slope, -limits.max_drift_ppm * 1e-6, limits.max_drift_ppm * 1e-6))
    return slope, _median(lags_s - slope * centres, weights)


def _median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(share, share[-1] / 2)])


def _channel_on(channel: Channel, offset: Offset | None) -> Channel:
    return channel if offset is None else replace(channel, time_us=offset.corrected(channel.time_us))


def _segment_on(segment: Segment, offset: Offset) -> Segment:
    return replace(
        segment, time_us=offset.corrected(segment.time_us), slow_time_us=offset.corrected(segment.slow_time_us)
    )
