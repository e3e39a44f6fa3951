"""The steps between the time stamps of samples: the usual one, and how many are far from it.

Steps are whole microseconds and most are alike, so they are counted by length, piece by piece: a sort of millions of
nearly equal numbers costs a hundred times as much, and as much memory as the samples.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: Steps of up to half a second are counted one by one, shorter than any sensor's; longer ones are kept as they are.
_LONGEST_COUNTED_US = 500_000
#: Stamps that are looked at at once: 2 MB.
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Steps:
    """How often each step occurs between stamps.

    Attributes
    ----------
    length_us : int64 array, shape (k,)
        Every length that occurs, ascending; below 0 where stamps go back.
    count : int64 array, shape (k,)
        How often.
    """

    length_us: Ints
    count: Ints

    def median_us(self) -> float:
        """The usual step, as `numpy.median` has it; NaN without any."""
        n = int(self.count.sum())
        if not n:
            return float("nan")
        low, high = np.searchsorted(np.cumsum(self.count), ((n - 1) // 2, n // 2), side="right")
        return float(self.length_us[low] + self.length_us[high]) / 2

    def share_outside(self, least_us: float, most_us: float) -> float:
        """Share of the steps below ``least_us`` or above ``most_us``."""
        outside = (self.length_us < least_us) | (self.length_us > most_us)
        return float(self.count[outside].sum() / self.count.sum())


def steps_of(time_us: Ints) -> Steps:
    """Count the steps between stamps.

    Parameters
    ----------
    time_us : int64 array, shape (n,)
        In any order.
    """
    counted = np.zeros(0, np.int64)
    others = []
    for first in range(0, len(time_us) - 1, _PIECE):
        step = np.diff(time_us[first : first + _PIECE + 1])
        is_other = (step < 0) | (step > _LONGEST_COUNTED_US)
        if is_other.any():
            others.append(step[is_other])
            step = step[~is_other]
        found = np.bincount(step, minlength=len(counted))
        found[: len(counted)] += counted
        counted = found
    length_us = np.flatnonzero(counted)
    rare_us, rare = np.unique(np.concatenate(others), return_counts=True) if others else (counted[:0], counted[:0])
    lengths, counts = np.concatenate((length_us, rare_us)), np.concatenate((counted[length_us], rare))
    order = np.argsort(lengths)
    return Steps(lengths[order].astype(np.int64), counts[order].astype(np.int64))


def pauses_after(time_us: Ints, longest_us: float) -> NDArray[np.intp]:
    """Index of every sample that the next one follows later than ``longest_us``, ascending.

    Parameters
    ----------
    time_us : int64 array, shape (n,)
        In any order.
    longest_us : float
        Longest step that is no pause, microseconds.
    """
    found = [
        first + np.flatnonzero(np.diff(time_us[first : first + _PIECE + 1]) > longest_us)
        for first in range(0, len(time_us) - 1, _PIECE)
    ]
    return np.concatenate(found) if found else np.empty(0, np.intp)


def usual_step_us(time_us: Ints) -> float:
    """The median step between stamps; NaN below two of them.

    Parameters
    ----------
    time_us : int64 array, shape (n,)
        In any order.
    """
    return steps_of(time_us).median_us()
