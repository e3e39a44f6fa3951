"""The periodic-movement index of every night that could have been: its interval, and whether a threshold is passed.

An index is no better than the sleep it stands on. Movements are what they are; which of them were in sleep, and of how
many hours, differs from one possible night to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.states import EPOCHS_H

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: What the detector itself adds: kicks missed and found too many, as a share and per hour (benchmarks/accuracy.py).
_DETECTOR_SHARE, _DETECTOR_H = (0.03, 0.05), 1.0
#: Periodic movements ten minutes apart belong to different blocks.
_BLOCK_EPOCHS = round(EPOCHS_H / 6)
#: How much of a threshold must be left without the largest block, and later than two hours after onset, on most
#: possible nights. Own: asked of nine in ten of them, it held back 7 of 106 undisturbed nights above 20/h and one
#: of 300 below 10/h, a bed partner's, which stiffness tells anyway (80 were of fidgets, 32 of these without a turn).
_WITHOUT_BLOCK, _LATER = 0.6, 0.9
#: Early sleep is the least sure: the first hours after sleep onset.
_EARLY_EPOCHS = round(2 * EPOCHS_H)


@dataclass(frozen=True, slots=True)
class PossibleIndex:
    """Indices of all nights that could have been, per hour of sleep, shape (paths,) each.

    Attributes
    ----------
    whole : float64 array
    without_block : float64 array
        The block of periodic movements that adds most left out, with its sleep.
    later : float64 array
        Of what is later than two hours after sleep onset.
    n_series, n_movements, hours : arrays
        Series with movements in sleep, periodic movements in sleep, and hours asleep of each.
    """

    whole: Floats
    without_block: Floats
    later: Floats
    n_series: Ints
    n_movements: Ints
    hours: Floats

    def interval(self) -> tuple[float, float]:
        """95 % interval of this night's own index, what the detector adds included; lower bound at least 0."""
        low, high = np.quantile(self.whole, (0.025, 0.975))
        return max(0.0, low * (1 - _DETECTOR_SHARE[0]) - _DETECTOR_H), high * (1 + _DETECTOR_SHARE[1]) + _DETECTOR_H

    def is_above(self, threshold_h: float) -> bool | None:
        """Whether the index is above a threshold: yes, no, or not known (None).

        Yes only where nine of ten possible nights say so, and on most of them still most of it without the largest
        block of movements and without the first two hours: one long stretch of regular fidgets must not decide.
        No only where the whole `interval` lies below: what is stated beside it must not speak against it.
        """
        low, without, later = np.quantile(self.whole, 0.1), np.median(self.without_block), np.median(self.later)
        if low > threshold_h and without > _WITHOUT_BLOCK * threshold_h and later > _LATER * threshold_h:
            return True
        return False if self.interval()[1] < threshold_h else None


def possible_index(epochs: Ints, series: Ints, paths: Bools) -> PossibleIndex:
    """Indices of all nights that could have been.

    Parameters
    ----------
    epochs : int64 array, shape (m,)
        In which each periodic movement begins, in order, in whatever state.
    series : int64 array, shape (m,)
        Number of the series of each.
    paths : bool array, shape (paths, n)
        Asleep in each epoch; no row is without sleep.
    """
    n = paths.shape[1]
    kicks = np.bincount(epochs, minlength=n).astype(np.float64)
    since = np.arange(n) - paths.argmax(axis=1)[:, None]
    return PossibleIndex(
        whole=_index(paths, kicks),
        without_block=_index(paths & ~_largest_block(epochs, paths), kicks),
        later=_index(paths & (since >= _EARLY_EPOCHS), kicks),
        n_series=_n_series(epochs, series, paths),
        n_movements=np.rint(paths @ kicks).astype(np.int64),
        hours=paths.sum(axis=1) / EPOCHS_H,
    )


def _n_series(epochs: Ints, series: Ints, paths: Bools) -> Ints:
    """Series with at least one movement in sleep, of each night."""
    if not len(epochs):
        return np.zeros(len(paths), np.int64)
    by_series = np.argsort(series, kind="stable")
    starts = np.flatnonzero(np.diff(series[by_series], prepend=series[by_series[0]] - 1))
    found: Ints = np.logical_or.reduceat(paths[:, epochs[by_series]], starts, axis=1).sum(axis=1)
    return found


def _index(paths: Bools, kicks: Floats) -> Floats:
    hours = paths.sum(axis=1) / EPOCHS_H
    found: Floats = np.divide(paths @ kicks, hours, out=np.zeros(len(paths)), where=hours > 0)
    return found


def _largest_block(epochs: Ints, paths: Bools) -> Bools:
    """Epochs from the first to the last movement of the block with most movements in sleep."""
    inside = np.zeros(paths.shape[1], bool)
    if not len(epochs):
        return inside
    cuts = np.flatnonzero(np.diff(epochs) > _BLOCK_EPOCHS) + 1
    edges = np.concatenate(([0], cuts, [len(epochs)]))
    sizes = np.add.reduceat(paths.mean(axis=0)[epochs], edges[:-1])
    largest = int(np.argmax(sizes))
    inside[epochs[edges[largest]] : epochs[edges[largest + 1] - 1] + 1] = True
    return inside
