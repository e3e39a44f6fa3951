"""How far gravity is from 1 g while the sensor lies still.

A still sensor measures gravity and nothing else, so the length of its mean vector should be 1 g; what is missing
is the error of calibration. Windows and criterion are those of van Hees VT et al., J Appl Physiol 2014;117:738-744
as implemented in GGIR: 10 s, standard deviation below 13 mg on each axis. Windows without any noise at all are
left out, for those are filled in by the device while it sleeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

WINDOW_US = 10_000_000
STILL_SD_G = 0.013
#: A window counts with this share of the samples that the ordinary step promises.
_FULL_SHARE = 0.9
#: float64 sums of squares near 1 g are exact to about 1e-16 a sample: below this a window has no noise.
_NO_VARIANCE_G2 = 1e-12


@dataclass(frozen=True, slots=True)
class _Runs:
    """Sums over runs of samples in one window each: `of`, `n` of shape (k,); `total`, `squares` (k, 3)."""

    of: NDArray[np.int64]
    n: NDArray[np.int64]
    total: NDArray[np.float64]
    squares: NDArray[np.float64]

    def __getitem__(self, rows: slice) -> _Runs:
        return _Runs(self.of[rows], self.n[rows], self.total[rows], self.squares[rows])


@dataclass(slots=True)
class StillWindows:
    """Mean distance of still windows from 1 g, gathered over blocks; windows count from the first sample.

    Parameters
    ----------
    interval_us : float
        The ordinary step between samples.
    """

    interval_us: float
    _origin_us: int | None = None
    _open: _Runs = field(default_factory=lambda: _no_runs())
    _n_still: int = 0
    _distance_g: float = 0.0

    def add(self, time_us: NDArray[np.int64], xyz_g: NDArray[np.float64]) -> None:
        """Take in a block; the window that it ends in stays open."""
        if not len(time_us):
            return
        if self._origin_us is None:
            self._origin_us = int(time_us[0])
        runs = _joined(self._open, _summed((time_us - self._origin_us) // WINDOW_US, xyz_g))
        self._count(runs[:-1])
        self._open = runs[-1:]

    def residual_mg(self) -> float | None:
        """Mean distance from 1 g in mg, None without a still window; closes the last one."""
        self._count(self._open)
        self._open = _no_runs()
        return 1e3 * self._distance_g / self._n_still if self._n_still else None

    def _count(self, runs: _Runs) -> None:
        full = runs.n >= _FULL_SHARE * WINDOW_US / self.interval_us
        n = np.maximum(runs.n, 2)[:, np.newaxis]
        mean_g = runs.total / n
        variance_g2 = (runs.squares - n * mean_g**2) / (n - 1)
        still = (variance_g2 < STILL_SD_G**2).all(axis=1) & (variance_g2 > _NO_VARIANCE_G2).any(axis=1)
        length_g = np.sqrt((mean_g[full & still] ** 2).sum(axis=1))
        self._n_still += len(length_g)
        self._distance_g += float(np.abs(length_g - 1).sum())


def _no_runs() -> _Runs:
    nothing = np.empty(0, np.int64)
    return _Runs(nothing, nothing, np.empty((0, 3)), np.empty((0, 3)))


def _summed(window: NDArray[np.int64], xyz_g: NDArray[np.float64]) -> _Runs:
    starts = _starts(window)
    n = np.diff(np.append(starts, len(window)))
    return _Runs(window[starts], n, np.add.reduceat(xyz_g, starts), np.add.reduceat(xyz_g**2, starts))


def _joined(carried: _Runs, runs: _Runs) -> _Runs:
    """Both as one, with the carried run continued by the first where they share a window."""
    of = np.concatenate([carried.of, runs.of])
    starts = _starts(of)
    return _Runs(
        of[starts],
        np.add.reduceat(np.concatenate([carried.n, runs.n]), starts),
        np.add.reduceat(np.concatenate([carried.total, runs.total]), starts),
        np.add.reduceat(np.concatenate([carried.squares, runs.squares]), starts),
    )


def _starts(window: NDArray[np.int64]) -> NDArray[np.intp]:
    return np.concatenate([np.zeros(1, np.intp), np.flatnonzero(np.diff(window)) + 1])
