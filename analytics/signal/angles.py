"""How much a sensor's inclination changes, epoch by epoch: what sleep is judged from.

The change of the *whole* gravity vector is used, not of one axis' angle: it does not depend on how the strap
sits. A five-second median first, so that a kick shorter than half of it leaves no trace. Epochs lie on exact
five-second marks of UTC; their number never comes from the sample rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria, Sleep
from analytics.model import Channel, Movement
from ingest.acceleration import Acceleration

Floats = NDArray[np.float64]
#: Samples are averaged over so much where only angles are asked for.
_COARSE_US = 500_000
#: Half seconds summed at once.
_SUMMED = 7200
#: Medians do not reach over a longer pause.
_PAUSE_US = 60_000_000


class Gravity(Protocol):
    """Gravity alone: `analytics.signal.motion.Segment`, or what `coarse` makes without a filter."""

    @property
    def slow_time_us(self) -> NDArray[np.int64]:
        """UTC, shape (m,), evenly spaced."""

    @property
    def slow_g(self) -> Floats:
        """Shape (m, 3), g."""


@dataclass(frozen=True, slots=True)
class Coarse:
    """Samples averaged over half a second; see `Gravity`."""

    slow_time_us: NDArray[np.int64]
    slow_g: Floats


def coarse(channel: Channel) -> tuple[Coarse, ...]:
    """Gravity of a channel without a filter, for angles only: a fraction of the work of `segments`."""
    if not len(channel.time_us):
        return ()
    first, last = (int(at_us) // _COARSE_US for at_us in channel.time_us[[0, -1]])
    steps = np.arange(first, last + 1, dtype=np.int64)
    edges = np.append(np.searchsorted(channel.time_us, steps * _COARSE_US), len(channel.time_us))
    counts = np.diff(edges)
    times_us, starts, counts = steps[counts > 0] * _COARSE_US, edges[:-1][counts > 0], counts[counts > 0]
    gravity = _sums(channel.xyz_g, starts) / counts[:, None]
    cuts = np.flatnonzero(np.diff(times_us) > _PAUSE_US) + 1
    return tuple(map(Coarse, np.split(times_us, cuts), np.split(gravity, cuts)))


def _sums(xyz_g: Acceleration, starts: NDArray[np.int64]) -> Floats:
    """Sum of the rows from each start up to the next one; an hour and an axis at a time, as each is made float64."""
    sums = np.empty((len(starts), 3))
    for first in range(0, len(starts), _SUMMED):
        part = starts[first : first + _SUMMED + 1]
        rows = slice(int(part[0]), int(part[-1]) if len(part) > _SUMMED else len(xyz_g))
        for axis in range(3):
            sums[first : first + _SUMMED, axis] = np.add.reduceat(
                xyz_g[rows, axis], part[:_SUMMED] - rows.start, dtype=np.float64
            )
    return sums


@dataclass(frozen=True, slots=True)
class Epochs:
    """Consecutive epochs of one night.

    Attributes
    ----------
    start_us : int
        Of the first epoch.
    step_us : int
        Length of every epoch.
    change_deg : float64 array, shape (n,)
        Angle between gravity in this epoch and in the one before; NaN where either was not recorded.
    """

    start_us: int
    step_us: int
    change_deg: Floats

    def __len__(self) -> int:
        return len(self.change_deg)

    def edges_us(self) -> NDArray[np.int64]:
        """Start of every epoch and the end of the last one, shape (n + 1,)."""
        return self.start_us + self.step_us * np.arange(len(self) + 1, dtype=np.int64)


def epochs(sensors: Sequence[Sequence[Gravity]], start_us: int, end_us: int, criteria: Criteria) -> Epochs:
    """Inclination changes of one or two sensors between two instants; the larger one where both recorded.

    Parameters
    ----------
    sensors : sequence of the segments of each sensor
    start_us, end_us : int
        UTC; rounded outwards to whole epochs.
    """
    step_us = round(criteria.sleep.epoch_s * 1e6)
    first = start_us // step_us
    n = max(0, -(-end_us // step_us) - first)
    change = np.full(n, np.nan)
    for found in sensors:
        change = np.fmax(change, _change_deg(found, first, n, step_us))
    return Epochs(first * step_us, step_us, change)


def _change_deg(found: Sequence[Gravity], first: int, n: int, step_us: int) -> Floats:
    total, count = np.zeros((n, 3)), np.zeros(n)
    for segment in found:
        width = min(len(segment.slow_g) | 1, _median_width(segment, step_us))
        index = segment.slow_time_us // step_us - first
        inside = (index >= 0) & (index < n)
        count += np.bincount(index[inside], minlength=n)
        for axis in range(3):
            calm = ndimage.median_filter(segment.slow_g[:, axis], size=width, mode="nearest")
            total[:, axis] += np.bincount(index[inside], weights=calm[inside], minlength=n)
    length = np.linalg.norm(total, axis=1)
    direction = np.divide(total, length[:, None], out=np.full_like(total, np.nan), where=length[:, None] > 0)
    change = np.full(n, np.nan)
    # The chord, not the cosine: arccos near 1 would round small angles to steps of 0.01 degrees.
    chord = np.linalg.norm(np.diff(direction, axis=0), axis=1)
    change[1:] = np.degrees(2 * np.arcsin(np.clip(chord / 2, 0.0, 1.0)))
    return change


def _median_width(segment: Gravity, step_us: int) -> int:
    slow_span_us = int(segment.slow_time_us[-1] - segment.slow_time_us[0])
    slow_step_us = slow_span_us / max(1, len(segment.slow_time_us) - 1)
    return round(step_us / max(1.0, slow_step_us)) | 1


def without_series(found: Epochs, movements: Sequence[Movement], criteria: Criteria) -> Epochs:
    """Epochs without the regular series of leg movements in them.

    A large kick every half minute looks like waking. Only *regular* runs are masked: masking every movement
    would hide waking fidgets, whose intervals vary more (SD of the log interval about 0.6).

    Parameters
    ----------
    movements : sequence of Movement
        Of all legs, by onset.
    """
    change = found.change_deg.copy()
    for onset_us, offset_us in _regular_spans(movements, criteria.sleep):
        first = (onset_us - 1_000_000 - found.start_us) // found.step_us
        last = (offset_us + 1_000_000 - found.start_us) // found.step_us + 1
        change[max(0, first) : max(0, last + 1)] *= 0.0  # keeps NaN
    return Epochs(found.start_us, found.step_us, change)


def _regular_spans(movements: Sequence[Movement], sleep: Sleep) -> list[tuple[int, int]]:
    """Onset and offset of every movement inside a regular run of one leg, in whatever files it was recorded."""
    spans: list[tuple[int, int]] = []
    for leg in {m.leg for m in movements}:
        spans += _regular_runs([m for m in movements if m.leg == leg], sleep)
    return spans


def _regular_runs(movements: Sequence[Movement], sleep: Sleep) -> list[tuple[int, int]]:
    low_us, high_us = (round(s * 1e6) for s in sleep.mask_imi_s)
    spans: list[tuple[int, int]] = []
    run: list[Movement] = []
    for movement in movements:
        fits = movement.shape in ("leg_movement", "brief_jerk")
        if run and fits and low_us <= movement.onset_us - run[-1].onset_us <= high_us:
            run.append(movement)
            continue
        spans += _spans_if_regular(run, sleep)
        run = [movement] if fits else []
    return spans + _spans_if_regular(run, sleep)


def _spans_if_regular(run: Sequence[Movement], sleep: Sleep) -> list[tuple[int, int]]:
    if len(run) < sleep.mask_n:
        return []
    intervals = np.diff([m.onset_us for m in run])
    if np.log(intervals).std() > sleep.mask_log_sd:
        return []
    return [(m.onset_us, m.offset_us) for m in run]
