"""Acceleration becomes an envelope, a noise floor and a tilt: what moves, and how much always moves anyway.

Everything works on *segments*: stretches without a pause, on which the samples may be taken as evenly
spaced. Times never come from the sample's index, only from its stamp. The steps are those of a limb-movement
detector for accelerometers: gravity and breathing out by a band-pass, a short RMS envelope over all three
axes (which makes it blind to how the strap sits), and a floor that follows the sensor and the sleeper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria, Motion
from analytics.model import Channel
from analytics.signal.filters import Transform, band_pass_gain, low_pass_gain, transform_of
from analytics.signal.stamps.steps import pauses_after, steps_of, usual_step_us
from ingest.acceleration import Acceleration

Floats = NDArray[np.float64]
#: What is kept of every sample: seven digits, where thresholds are known to three.
Singles = NDArray[np.float32]
#: Filtered at once, and on either side of it beside that, seconds. What differs from filtering all at once is below
#: 0.1 mg, of the resampling; thresholds begin at 3.5 mg.
_PIECE_S, _MARGIN_S = 3600.0, 120.0
#: Samples that are looked at, or between which is interpolated, at once.
_AT_ONCE = 1 << 18
#: Acceleration from one sample of a stretch up to another.
Rows = Callable[[int, int], NDArray[np.float32] | Floats]


@dataclass(frozen=True, slots=True)
class Segment:
    """One gap-free stretch of one sensor, ready for detection.

    Attributes
    ----------
    time_us : int64 array, shape (n,)
        UTC.
    rate_hz : float
        Mean rate of these samples.
    burst_g : float32 array, shape (n,)
        Length of the band-passed vector.
    envelope_g : float32 array, shape (n,)
        Its RMS over `Motion.envelope_s`.
    floor_g : float32 array, shape (n,)
        What the envelope shows when nothing moves.
    tilt_g : float32 array, shape (n,)
        Distance of gravity from its resting direction.
    slow_time_us, slow_g : arrays, shapes (m,) and (m, 3)
        Gravity alone at about `Detection.tilt_rate_hz`, for angles.
    """

    time_us: NDArray[np.int64]
    rate_hz: float
    burst_g: Singles
    envelope_g: Singles
    floor_g: Singles
    tilt_g: Singles
    slow_time_us: NDArray[np.int64]
    slow_g: Floats

    def __len__(self) -> int:
        return len(self.time_us)


@dataclass(frozen=True, slots=True)
class FilteredSegment:
    """What is left of a segment's samples: all that a `Segment` is made of, and no acceleration of each.

    Attributes
    ----------
    time_us, rate_hz, burst_g, envelope_g, slow_time_us, slow_g
        As in `Segment`.
    """

    time_us: NDArray[np.int64]
    rate_hz: float
    burst_g: Singles
    envelope_g: Singles
    slow_time_us: NDArray[np.int64]
    slow_g: Floats


def segments(channel: Channel, criteria: Criteria) -> tuple[Segment, ...]:
    """Every stretch of a channel that is long and fast enough to be searched for movements.

    Stretches shorter than ``min_segment_s`` or slower than ``min_rate_hz`` are left out; the time they
    cover counts as not scorable.
    """
    return searched(filtered(channel, criteria), criteria)


def searched(found: Sequence[FilteredSegment], criteria: Criteria) -> tuple[Segment, ...]:
    """Segments of what `filtered` made, of which the samples are no longer needed.

    Parameters
    ----------
    found : sequence of FilteredSegment
    """
    return tuple(
        Segment(
            time_us=part.time_us,
            rate_hz=part.rate_hz,
            burst_g=part.burst_g,
            envelope_g=part.envelope_g,
            floor_g=_floor(part.envelope_g, part.rate_hz, criteria.motion),
            tilt_g=_tilt(part.time_us, part.slow_time_us, part.slow_g, criteria),
            slow_time_us=part.slow_time_us,
            slow_g=part.slow_g,
        )
        for part in found
    )


def filtered(channel: Channel, criteria: Criteria) -> tuple[FilteredSegment, ...]:
    """The first half of `segments`, for who can let go of the samples before the second, `searched`."""
    # One value that is no number would spread through a whole segment's spectrum.
    time_us, xyz_g = channel.time_us, channel.xyz_g
    pieces = [slice(first, first + _AT_ONCE) for first in range(0, len(time_us), _AT_ONCE)]
    if not all(np.isfinite(xyz_g[piece]).all() for piece in pieces):
        finite = np.concatenate([np.isfinite(xyz_g[piece]).all(axis=1) for piece in pieces])
        time_us, xyz_g = time_us[finite], xyz_g[finite]
    if len(time_us) < 2:
        return ()
    time_us, xyz_g = _held_still(time_us, xyz_g, channel.held_us)
    cuts = pauses_after(time_us, criteria.motion.split_gap_s * 1e6) + 1
    edges = np.concatenate(([0], cuts, [len(time_us)]))
    found = []
    for first, last in pairwise(edges.tolist()):
        made = _filtered_stretch(time_us[first:last], _rows_from(xyz_g, first), criteria)
        if made is not None:
            found.append(made)
    return tuple(found)


def _rows_from(xyz_g: Acceleration | Floats, start: int) -> Rows:
    return lambda first, last: xyz_g[start + first : start + last]


def _held_still(
    time_us: NDArray[np.int64], xyz_g: Acceleration, held_us: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Acceleration]:
    """With the pauses that the sensor slept through filled by the value before: nothing moved that would wake it."""
    if not len(held_us):
        return time_us, xyz_g
    step_us = max(1, int(usual_step_us(time_us)))
    first = np.searchsorted(time_us, held_us[:, 0], side="right") - 1
    grids = [np.arange(start_us + step_us, end_us - step_us // 2, step_us) for start_us, end_us in held_us.tolist()]
    n_each = [len(grid) for grid in grids]
    behind = np.repeat(first + 1, n_each)
    return (
        np.insert(time_us, behind, np.concatenate(grids)),
        np.insert(xyz_g[:], behind, np.repeat(xyz_g[first], n_each, axis=0), axis=0),
    )


def _filtered_stretch(time_us: NDArray[np.int64], rows: Rows, criteria: Criteria) -> FilteredSegment | None:
    motion = criteria.motion
    span_s = (time_us[-1] - time_us[0]) / 1e6
    if span_s < motion.min_segment_s:
        return None
    time_us, rows = _evenly(time_us, rows, motion)
    rate_hz = (len(time_us) - 1) / span_s
    if rate_hz < motion.min_rate_hz:
        return None
    factor = max(1, int(rate_hz // motion.work_rate_hz))
    burst_g, envelope_g, slow_g = _filtered(rows, len(time_us), rate_hz, factor, criteria)
    slow_time_us = time_us[:: _slow_stride(rate_hz, factor, criteria)]
    return FilteredSegment(time_us[::factor], rate_hz / factor, burst_g, envelope_g, slow_time_us, slow_g)


def _evenly(time_us: NDArray[np.int64], rows: Rows, motion: Motion) -> tuple[NDArray[np.int64], Rows]:
    """The samples as they are where their stamps are even enough for a filter, else on an even grid."""
    steps = steps_of(time_us)
    usual = max(1.0, steps.median_us())
    uneven = steps.share_outside(0.75 * usual, 1.25 * usual)
    if uneven <= motion.max_jitter and steps.length_us[-1] <= 3 * usual:
        return time_us, rows
    n = len(time_us)
    xyz_g = rows(0, n)
    grid_us = np.linspace(time_us[0], time_us[-1], n)
    even = np.column_stack([np.interp(grid_us, time_us, xyz_g[:, axis]) for axis in range(3)])
    return np.rint(grid_us).astype(np.int64), _rows_from(even, 0)


def _filtered(rows: Rows, n: int, rate_hz: float, factor: int, criteria: Criteria) -> tuple[Singles, Singles, Floats]:
    """Band-passed length and its RMS at ``rate_hz / factor``, and gravity alone every `_slow_stride` samples.

    Piece by piece, so that a day takes no more memory than an hour. Each is filtered with so much of its neighbours
    that what it does not see has died away (`_MARGIN_S`).
    """
    stride = _slow_stride(rate_hz, factor, criteria)
    piece, margin = (stride * max(1, round(seconds * rate_hz / stride)) for seconds in (_PIECE_S, _MARGIN_S))
    burst, envelope = (np.empty(-(-n // factor), np.float32) for _ in range(2))
    slow = np.empty((-(-n // stride), 3))
    width = envelope_width(rate_hz / factor, criteria.motion)
    for first in range(0, n, piece):
        # A short rest belongs to the piece before it: alone it would be shorter than the filter's own ends.
        last = n if n - first < 2 * piece else first + piece
        begin, end = max(0, first - margin), min(n, last + margin)
        wide_power, wide_slow = _filtered_piece(rows(begin, end), rate_hz, factor, criteria)
        smooth = ndimage.uniform_filter1d(wide_power, width, mode="nearest")
        wide_envelope = np.sqrt(np.maximum(smooth, 0.0))  # a running sum may end a hair below zero
        parts = ((burst, np.sqrt(wide_power), factor), (envelope, wide_envelope, factor), (slow, wide_slow, stride))
        for whole, wide, every in parts:
            found = wide[(first - begin) // every :][: -(-(last - first) // every)]
            whole[first // every : first // every + len(found)] = found
        if last == n:
            break
    return burst, envelope, slow


def _filtered_piece(
    xyz: NDArray[np.float32] | Floats, rate_hz: float, factor: int, criteria: Criteria
) -> tuple[Floats, Floats]:
    motion = criteria.motion
    stride = _slow_stride(rate_hz, factor, criteria)
    transform = transform_of(len(xyz), rate_hz, block=stride)
    band, low = _gains(transform, factor, stride, motion, criteria.detection.tilt_low_pass_hz)
    spectrum = transform.spectrum(np.ascontiguousarray(xyz.T, dtype=np.float64))
    power: Floats = (transform.back(spectrum, band, factor) ** 2).sum(axis=0)
    return power, transform.back(spectrum, low, stride).T


@lru_cache(maxsize=4)
def _gains(
    transform: Transform, factor: int, stride: int, motion: Motion, tilt_low_pass_hz: float
) -> tuple[Floats, ...]:
    """Of the band-pass and of the low-pass: the pieces of a night are of few lengths, and a gain costs as a transform.

    Parameters
    ----------
    transform : Transform
    factor, stride : int
        Every so many-th sample is wanted of either.
    motion : Motion
    tilt_low_pass_hz : float
    """
    rate_hz = transform.rate_hz
    top_hz = min(motion.band_high_hz, motion.band_high_share * rate_hz / factor)
    band = band_pass_gain(transform.frequency_hz(factor), motion.band_low_hz, top_hz, rate_hz)
    return band, low_pass_gain(transform.frequency_hz(stride), tilt_low_pass_hz, rate_hz)


def _slow_stride(rate_hz: float, factor: int, criteria: Criteria) -> int:
    return factor * max(1, round(rate_hz / factor / criteria.detection.tilt_rate_hz))


def envelope_width(rate_hz: float, motion: Motion) -> int:
    """Samples in the envelope's window."""
    return max(1, round(motion.envelope_s * rate_hz))


def _floor(envelope_g: Singles, rate_hz: float, motion: Motion) -> Singles:
    block = max(1, round(motion.floor_block_s * rate_hz))
    n_blocks = len(envelope_g) // block
    means = envelope_g[: n_blocks * block].reshape(n_blocks, block).mean(axis=1, dtype=np.float64)
    window = min(n_blocks, max(1, round(motion.floor_window_s / motion.floor_block_s)))
    floor = ndimage.percentile_filter(means, 100 * motion.floor_quantile, size=window, mode="nearest")
    centres: Floats = (np.arange(n_blocks, dtype=np.float64) + 0.5) * block
    return _between(range(len(envelope_g)), centres, floor)


def _between(at: NDArray[np.int64] | range, known_at: Floats, known: Floats) -> Singles:
    """``np.interp``, of which a night at once would take four times its result."""
    found = np.empty(len(at), np.float32)
    for first in range(0, len(at), _AT_ONCE):
        part = at[first : first + _AT_ONCE]
        wanted = np.arange(part.start, part.stop) if isinstance(part, range) else part
        found[first : first + _AT_ONCE] = np.interp(wanted, known_at, known)
    return found


def _tilt(time_us: NDArray[np.int64], slow_time_us: NDArray[np.int64], slow_g: Floats, criteria: Criteria) -> Singles:
    detection = criteria.detection
    # The rate of the slow samples is only near `tilt_rate_hz`: it divides the sensor's.
    slow_step_s = (slow_time_us[-1] - slow_time_us[0]) / max(1, len(slow_time_us) - 1) / 1e6
    width = min(len(slow_g) | 1, round(detection.tilt_median_s / max(slow_step_s, 1e-3)) | 1)
    away = np.zeros(len(slow_g))
    for axis in range(3):
        rest = ndimage.median_filter(slow_g[:, axis], size=width, mode="nearest")
        away += (slow_g[:, axis] - rest) ** 2
    return _between(time_us, slow_time_us.astype(np.float64), np.sqrt(away))
