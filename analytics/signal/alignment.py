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
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from analytics.criteria import Alignment, Criteria
from analytics.model import Channel
from analytics.signal.clocks import SensorClock, staying
from analytics.signal.motion import Segment

Floats = NDArray[np.float64]
_BIN_US = 100_000


@dataclass(frozen=True, slots=True)
class Offset:
    """How the clock of one sensor compares with another's.

    Attributes
    ----------
    at_us : int
        A moment on the second sensor's clock: the middle of the time compared.
    behind_s : float
        To be added to its times at that moment.
    drift_ppm : float or None
        How fast that grows; None where fewer than three pieces could tell.
    confidence : float
        0-1.
    trusted : bool
        Whether that is enough to move anything.
    """

    at_us: int
    behind_s: float
    drift_ppm: float | None
    confidence: float
    trusted: bool


Parts = Sequence[Segment]


def aligned(
    channels: Sequence[Channel], found: Sequence[Parts], criteria: Criteria
) -> tuple[list[Channel], list[Parts], tuple[SensorClock, ...]]:
    """Sensors of the two legs on one clock: the left leg's, else the right one's, else the first sensor's.

    Parameters
    ----------
    channels, found : sequences of the same length
        Sensors in order, and the segments of each.

    Returns
    -------
    channels, segments, clocks
        The same, those of the other leg moved where the confidence allows it, and what was decided about each sensor.
        Two of different legs are compared where they ran together for ``min_overlap_h``.
    """
    clocks = _clocks(channels, found, criteria.alignment)
    new_channels = [_channel_on(channel, clock) for channel, clock in zip(channels, clocks, strict=True)]
    new_found: list[Parts] = [
        tuple(_segment_on(s, clock) for s in parts) if clock.is_moved else parts
        for parts, clock in zip(found, clocks, strict=True)
    ]
    return new_channels, new_found, clocks


def _clocks(channels: Sequence[Channel], found: Sequence[Parts], limits: Alignment) -> tuple[SensorClock, ...]:
    stay = staying([channel.side for channel in channels]) if channels else []
    clocks = []
    for second, channel in enumerate(channels):
        clock = SensorClock(channel.recording, channel.side, stays=second in stay)
        if not clock.stays:
            first = max(stay, key=lambda i, other=channel: _overlap_us(channels[i], other))  # type: ignore[misc]
            shared_h = _overlap_us(channels[first], channel) / 3.6e9
            if shared_h >= limits.min_overlap_h:
                clock = _told(clock, shared_h, compare(found[first], found[second], limits))
        clocks.append(clock)
    return tuple(clocks)


def _told(clock: SensorClock, shared_h: float, offset: Offset) -> SensorClock:
    compared = replace(clock, shared_h=shared_h, confidence=offset.confidence)
    if not offset.trusted:
        return compared
    return replace(compared, compared_us=offset.at_us, behind_s=offset.behind_s, drift_ppm=offset.drift_ppm)


def compare(first: Parts, second: Parts, limits: Alignment) -> Offset:
    """Where the envelopes of two sensors fit each other best."""
    if not first or not second:
        return Offset(0, 0.0, None, 0.0, trusted=False)
    start_us = min(int(parts[0].time_us[0]) for parts in (first, second))
    end_us = max(int(parts[-1].time_us[-1]) for parts in (first, second))
    n = int((end_us - start_us) // _BIN_US) + 1
    one, other = (_activity(parts, start_us, n) for parts in (first, second))
    reach = round(limits.max_lag_min * 60e6 / _BIN_US)
    best, confidence = _peak(_correlation(one, other, reach), round(limits.drift_s * 1e6 / _BIN_US))
    pieces = _pieces(one, other, best - reach, limits)
    middle_s = n * _BIN_US / 2e6
    slope, behind_s = _line(pieces, middle_s, limits) if pieces else (None, (best - reach) * _BIN_US / 1e6)
    return Offset(
        at_us=start_us + round((middle_s - behind_s) * 1e6),
        behind_s=behind_s,
        drift_ppm=slope and slope * 1e6,
        confidence=confidence,
        trusted=confidence >= limits.min_confidence,
    )


def _overlap_us(one: Channel, other: Channel) -> int:
    start_us = max(int(one.time_us[0]), int(other.time_us[0]))
    return min(int(one.time_us[-1]), int(other.time_us[-1])) - start_us


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a night: where the movements that tell its lag lie on average, the lag, and how clear it is."""

    centre_s: float
    lag_s: float
    weight: float


def _pieces(one: Floats, other: Floats, coarse: int, limits: Alignment) -> list[_Piece]:
    """Every piece with enough movement to tell."""
    near = round(limits.drift_s * 1e6 / _BIN_US)
    length = round(limits.piece_min * 60e6 / _BIN_US)
    smooth = np.convolve(other, [0.25, 0.5, 0.25], mode="same")
    # The second sensor's piece lies where the coarse lag puts it, and a little more on both sides.
    padded = np.pad(smooth, abs(coarse) + near)
    found = []
    for first in range(0, len(one) - length // 2, length):
        here = one[first : first + length]
        lower = first - coarse + abs(coarse)
        there = padded[lower : lower + len(here) + 2 * near]
        fit = np.correlate(there, here, mode="valid")
        best, usual = int(np.argmax(fit)), float(np.median(fit))
        if not 0 < best < len(fit) - 1 or fit[best] < 1.5 * usual:
            continue
        shared = here * there[best : best + len(here)]
        centre = first + float(shared @ np.arange(len(here))) / float(fit[best])
        lag = coarse + near - best - _vertex(fit[best - 1 : best + 2])
        found.append(_Piece(centre * _BIN_US / 1e6, lag * _BIN_US / 1e6, float(fit[best]) - usual))
    return found


def _vertex(three: Floats) -> float:
    """Where the parabola through three values has its top, -0.5 to 0.5 from the middle one."""
    bend = three[0] - 2 * three[1] + three[2]
    return float(np.clip(0.5 * (three[0] - three[2]) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def _line(pieces: Sequence[_Piece], at_s: float, limits: Alignment) -> tuple[float | None, float]:
    """Slope of the lags, and their height at a moment: weighted medians, first between pieces, then of the rest."""
    centre_s, lag_s, weight = (np.array(column) for column in zip(*map(astuple, pieces), strict=True))
    if len(pieces) < 3:
        return None, _median(lag_s, weight)
    i, j = np.triu_indices(len(pieces), 1)
    apart_s = centre_s[j] - centre_s[i]
    # Far pieces tell a slope better, in proportion to their distance.
    slope = _median((lag_s[j] - lag_s[i]) / apart_s, apart_s * np.sqrt(weight[i] * weight[j]))
    limit = limits.max_drift_ppm * 1e-6
    slope = float(np.clip(slope, -limit, limit))
    return slope, _median(lag_s - slope * (centre_s - at_s), weight)


def _median(values: Floats, weights: Floats) -> float:
    """The weighted median."""
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(share, share[-1] / 2)])


def _channel_on(channel: Channel, clock: SensorClock) -> Channel:
    return replace(channel, time_us=clock.of_night(channel.time_us)) if clock.is_moved else channel


def _segment_on(segment: Segment, clock: SensorClock) -> Segment:
    return replace(segment, time_us=clock.of_night(segment.time_us), slow_time_us=clock.of_night(segment.slow_time_us))
