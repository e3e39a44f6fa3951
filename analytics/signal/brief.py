"""Whether a movement is a twitch seen through a leg: over in half a second, and the leg lies as it lay before.

The muscle's burst lasts 75-250 ms (ICSD-3). The leg has inertia and rings on for 0.3-0.6 s at 3-8 Hz. So what a sensor
sees is told by when its energy came, and not by how long it stayed above some part of its peak. A kick is lifted, held
and put back: its energy comes in two parts, and it tilts the leg in between.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria, Shapes
from analytics.signal.motion import Floats, Segment

#: Tilt is looked for this long after the peak, seconds: ringing is over, a kick is still held. own.
_HELD_S = (0.5, 2.0)
#: Mean over so long, seconds: a low-pass near 1 Hz, which a rest of ringing does not pass.
_SMOOTH_S = 0.45


def looks_like_jerk(
    segment: Segment,
    first: int,
    end: int,
    onset_us: int,
    turned_deg: float,
    threshold_g: float,
    criteria: Criteria,
) -> bool:
    """Whether samples ``first`` to ``end`` (excluded) are a brief jerk, whatever surrounds it.

    Parameters
    ----------
    onset_us : int
        UTC; rest is taken from before it.
    turned_deg : float
        Lasting change of gravity's direction.
    threshold_g : float
        Weaker movements are not seen there.
    """
    shapes = criteria.shapes
    burst_g = segment.burst_g[first:end]
    peak_g = float(burst_g.max())
    if peak_g < _least_g(threshold_g, criteria) or turned_deg >= shapes.jerk_turn_deg:
        return False
    if energy_s(burst_g, segment.rate_hz) > shapes.jerk_energy_s:
        return False
    peak_us = int(segment.time_us[first + int(burst_g.argmax())])
    return _held_g(segment, onset_us, peak_us, shapes) <= shapes.jerk_tilt_share * peak_g


def _least_g(threshold_g: float, criteria: Criteria) -> float:
    """Smallest filtered and sampled peak of a jerk.

    A jerk that is just strong enough shows less than that. The allowance is made only where a movement of this size
    is seen as a whole: elsewhere a kick's return may have stayed below the threshold, and its lift looks like a jerk.
    """
    strong_g = criteria.shapes.jerk_peak_mg / 1e3
    return float(np.clip(criteria.detection.weak_snr * threshold_g, criteria.shapes.jerk_left * strong_g, strong_g))


def middle(rows: Floats) -> Floats:
    """The median of each column, of a few rows that hold numbers only: `numpy.median` takes ten times as long.

    Parameters
    ----------
    rows : float64 array, shape (n, k)
        At least one row.
    """
    ordered, half = np.sort(rows, axis=0), len(rows) // 2
    found: Floats = ordered[half] if len(rows) % 2 else (ordered[half - 1] + ordered[half]) / 2
    return found


def energy_s(burst_g: NDArray[np.float32] | NDArray[np.float64], rate_hz: float) -> float:
    """Time in which a burst's energy grows from 10 to 90 % of all of it, seconds."""
    energy = np.concatenate(([0.0], np.cumsum(burst_g.astype(np.float64) ** 2)))
    early, late = np.interp((0.1 * energy[-1], 0.9 * energy[-1]), energy, np.arange(len(energy)))
    return float(late - early) / rate_hz


def _held_g(segment: Segment, onset_us: int, peak_us: int, shapes: Shapes) -> float:
    """How far gravity lies from its rest while a kick would be held; 0 where a segment ends before."""
    far_s, near_s = shapes.posture_before_s
    soon_s, late_s = _HELD_S
    ends_us = (onset_us - far_s * 1e6, onset_us - near_s * 1e6, peak_us + soon_s * 1e6, peak_us + late_s * 1e6)
    # Whole numbers: beside a fraction, every time stamp of the night would be made one first.
    whole_us = np.ceil(ends_us).astype(np.int64)
    rest_first, rest_end, first, end = np.searchsorted(segment.slow_time_us, whole_us).tolist()
    if rest_end <= rest_first or end <= first:
        return 0.0
    rest = middle(segment.slow_g[rest_first:rest_end])
    step_s = (segment.slow_time_us[-1] - segment.slow_time_us[0]) / (len(segment.slow_time_us) - 1) / 1e6
    smooth = ndimage.uniform_filter1d(
        segment.slow_g[first:end] - rest, max(1, round(_SMOOTH_S / step_s)), axis=0, mode="nearest"
    )
    return float(np.linalg.norm(smooth, axis=1).max())
