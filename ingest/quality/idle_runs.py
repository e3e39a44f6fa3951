"""Stretches in which a sensor gave one and the same value: it was not measuring.

Some loggers save power by repeating the last value, or zeros, while nothing seems to move ("idle sleep mode"); a
broken one does the same. A real accelerometer shows its own noise unless its steps are coarser than that noise, and
then sameness proves nothing, except for zeros: even a sensor at rest feels 1 g. Decides which
stretches count as not measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.acceleration import Acceleration

#: Shorter sameness happens: an AX3 at 12.5 Hz can repeat itself for seconds. own.
CONSTANT_US = 10_000_000
#: Zeros on all axes are no measurement much sooner: free fall for a second is a fall of 5 m.
_ZEROS_US = 1_000_000
#: A pause of the stamps ends a stretch: what lies in it is a gap already.
_PAUSE_US = 1_000_000
#: Samples that are looked at at once.
_PIECE = 1 << 18
#: From this step on, a still sensor's noise (2-4 mg in the devices read here) may not show at all. own.
_COARSE_LSB_G = 0.010
#: At rest a sensor feels 1 g, falling 0 g.
_NO_GRAVITY_G = 0.1

#: A leg that sleeps moves more often than that; a longer stretch is a sensor that was off, or on a table. own.
LONGEST_SLEEP_US = 30 * 60_000_000
#: A sensor that sleeps while nothing moves does so all night; fewer stretches are a fault. own.
FEWEST_SLEEPS = 5

Values = NDArray[Any]


def not_measured(time_us: NDArray[np.int64], xyz_g: Acceleration | Values, lsb_g: float) -> NDArray[np.bool_]:
    """Which samples lie inside a stretch without any change, of 10 s or of zeros for 1 s, and so measured nothing.

    The first and the last sample of a stretch stay: between them the recording then has a gap, and a recording that
    measured nothing at all still has a beginning and an end.

    Parameters
    ----------
    time_us : int64 array, shape (n,)
        Ascending.
    xyz_g : Acceleration, shape (n, 3)
    lsb_g : float
        Smallest step between the values of the whole recording; where it is coarse only zeros count.
    """
    flag = np.zeros(len(time_us), bool)
    if not len(time_us):
        return flag
    first, last = _same(time_us, xyz_g)
    long = (time_us[last] - time_us[first] >= CONSTANT_US) | _are_zeros(xyz_g[first])
    for begin, end in zip(first[long].tolist(), last[long].tolist(), strict=True):
        flag[begin + 1 : end] = _is_idle(xyz_g[begin], lsb_g)
    return flag


def slept_through(time_us: NDArray[np.int64], idle: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The stretches in which a sensor slept because nothing moved: it wakes at about 40 mg, so all above is seen.

    Parameters
    ----------
    idle : bool array, shape (n,)
        As `not_measured` gives it.

    Returns
    -------
    intp array, shape (k, 2)
        Index of the last sample before each stretch and of the first one behind it. A stretch at either end of the
        recording, a long one, and a few alone are none: there the sensor was off, on a table, or broken.
    """
    edges = np.flatnonzero(np.diff(idle, prepend=False, append=False))
    around = np.column_stack((edges[::2] - 1, edges[1::2]))
    inside = (around[:, 0] > 0) & (around[:, 1] < len(time_us) - 1)
    around = around[inside]
    short = time_us[around[:, 1]] - time_us[around[:, 0]] <= LONGEST_SLEEP_US
    found: NDArray[np.intp] = around[short]
    return found if len(found) >= FEWEST_SLEEPS else found[:0]


def with_gravity(xyz_g: Values, around: NDArray[np.intp]) -> Values:
    """The samples with zeros at the edges of such stretches replaced by the last value before."""
    empty = np.linalg.norm(xyz_g[around], axis=2) < _NO_GRAVITY_G
    if not empty.any():
        return xyz_g
    filled = xyz_g.copy()
    for (first, last), (at_first, at_last) in zip(around.tolist(), empty.tolist(), strict=True):
        before = filled[first - 1] if at_first else filled[first]
        filled[[first] * at_first + [last] * at_last] = before
    return filled


def _is_idle(value_g: Values, lsb_g: float) -> bool:
    return lsb_g < _COARSE_LSB_G or bool(_are_zeros(value_g[np.newaxis])[0])


def _are_zeros(values_g: Values) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.sqrt((values_g**2).sum(axis=1)) < _NO_GRAVITY_G
    return found


def _changes(time_us: NDArray[np.int64], values: Values) -> NDArray[np.bool_]:
    """Which samples, from the second on, begin another stretch; a number that is none equals nothing."""
    step_us = np.diff(time_us)
    changed = (step_us > _PAUSE_US) | (step_us < 0)
    for axis in values.T:
        changed |= axis[1:] != axis[:-1]
    return changed


def _same(time_us: NDArray[np.int64], values: Acceleration | Values) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last sample of every stretch without change of at least a second.

    Piece by piece: samples that differ from the one before are millions, and such stretches few.
    """
    found = []
    begun = np.zeros(1, np.intp)
    for first in range(0, len(time_us), _PIECE):
        part = slice(first, first + _PIECE + 1)
        starts = np.concatenate([begun, first + 1 + np.flatnonzero(_changes(time_us[part], values[part]))])
        if first + _PIECE >= len(time_us):
            starts = np.append(starts, len(time_us))
        stretches = np.column_stack((starts[:-1], starts[1:] - 1))
        found.append(stretches[time_us[stretches[:, 1]] - time_us[stretches[:, 0]] >= _ZEROS_US])
        begun = starts[-1:]
    every = np.concatenate(found)
    return every[:, 0], every[:, 1]


def _starts(time_us: NDArray[np.int64], values: Values) -> NDArray[np.intp]:
    """Index of the first sample of every stretch without change."""
    if not len(time_us):
        return np.empty(0, np.intp)
    return np.concatenate([np.zeros(1, np.intp), np.flatnonzero(_changes(time_us, values)) + 1])


@dataclass(slots=True)
class ConstantRuns:
    """Length and value of every stretch of at least 10 s without change, or 1 s of zeros, gathered over blocks.

    Attributes
    ----------
    zero_us, other_us : int
        Time in such stretches, at no gravity and at some.
    n_zero, n_other : int
        How many they are.
    """

    zero_us: int = 0
    other_us: int = 0
    n_zero: int = 0
    n_other: int = 0
    _since_us: int = 0
    _time_us: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    _value: Values = field(default_factory=lambda: np.empty((0, 3)))

    def add(self, time_us: NDArray[np.int64], xyz_g: Values) -> None:
        """Take in a block; the stretch that it ends in stays open."""
        if not len(time_us):
            return
        starts = _starts(time_us, xyz_g)
        since_us = time_us[starts]
        if self._goes_on(time_us, xyz_g):
            since_us[0] = self._since_us
        else:
            self.close()
        self._count(since_us[:-1], time_us[starts[1:] - 1], xyz_g, starts[:-1])
        self._since_us, self._time_us, self._value = int(since_us[-1]), time_us[-1:].copy(), xyz_g[-1:].copy()

    def _goes_on(self, time_us: NDArray[np.int64], xyz_g: Values) -> bool:
        """Whether the open stretch, if there is one, continues into this block."""
        times, values = np.append(self._time_us, time_us[:1]), np.concatenate([self._value, xyz_g[:1]])
        return len(times) > 1 and len(_starts(times, values)) == 1

    def close(self) -> None:
        """Count the stretch that the last block ended in."""
        if len(self._time_us):
            self._count(np.array([self._since_us]), self._time_us, self._value, np.zeros(1, np.intp))
        self._time_us, self._value = self._time_us[:0], self._value[:0]

    def _count(
        self, since_us: NDArray[np.int64], until_us: NDArray[np.int64], values: Values, starts: NDArray[np.intp]
    ) -> None:
        """Count the long ones among these stretches; ``starts`` says where in ``values`` each begins."""
        length_us = until_us - since_us
        # Nearly every sample begins a stretch and hardly any stretch is long, so the rest is asked of those alone.
        some = np.flatnonzero(length_us >= _ZEROS_US)
        length_us, zero = length_us[some], _are_zeros(values[starts[some]])
        long = zero | (length_us >= CONSTANT_US)
        length_us, zero = length_us[long], zero[long]
        self.zero_us += int(length_us[zero].sum())
        self.other_us += int(length_us[~zero].sum())
        self.n_zero += int(np.count_nonzero(zero))
        self.n_other += int(np.count_nonzero(~zero))

    def idle(self, lsb_g: float) -> tuple[int, float]:
        """Number and seconds of the stretches that `not_measured` leaves out at this step between values."""
        if lsb_g < _COARSE_LSB_G:
            return self.n_zero + self.n_other, (self.zero_us + self.other_us) / 1e6
        return self.n_zero, self.zero_us / 1e6
