"""What a sensor shows while it lies still: gravity, and its own noise.

A still sensor measures gravity and nothing else, so the length of its mean vector should be 1 g; what is missing is the
error of calibration (`ingest.quality.calibration`). Windows and criterion are those of van Hees VT et al., J Appl
Physiol 2014;117:738-744 as implemented in GGIR: 10 s, standard deviation below 13 mg on each axis. Windows without any
noise at all are left out, for those are filled in by the device while it sleeps.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]

WINDOW_US = 10_000_000
STILL_SD_G = 0.013
#: Windows kept; beyond it every second one goes, so that they still cover the whole recording. 3.8 days of rest.
MOST_KEPT = 1 << 15
#: Percentile of the windows' noise: a sleeper's pulse and breathing add to the sensor's own.
_QUIET_PERCENTILE = 10
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
    """Mean vector and noise of still windows, gathered over blocks; windows count from the first sample.

    Parameters
    ----------
    interval_us : float
        The ordinary step between samples.
    """

    interval_us: float
    _origin_us: int | None = None
    _open: _Runs = field(default_factory=lambda: _no_runs())
    _kept: list[Vectors] = field(default_factory=list)
    _n_kept: int = 0
    _n_still: int = 0
    _stride: int = 1

    def add(self, time_us: NDArray[np.int64], xyz_g: Vectors) -> None:
        """Take in a block; the window that it ends in stays open."""
        if not len(time_us):
            return
        if self._origin_us is None:
            self._origin_us = int(time_us[0])
        runs = _joined(self._open, _summed((time_us - self._origin_us) // WINDOW_US, xyz_g))
        self._keep(runs[:-1])
        self._open = runs[-1:]

    def close(self) -> None:
        """Take in the window that the last block ended in."""
        self._keep(self._open)
        self._open = _no_runs()

    def mean_g(self) -> Vectors:
        """Mean vector of the still windows kept, shape (n, 3)."""
        return self._rows()[:, :3]

    def noise_mg(self) -> float | None:
        """Noise of one axis in the quietest windows, mg; None without a still window."""
        rows = self._rows()
        return float(1e3 * np.percentile(rows[:, 3], _QUIET_PERCENTILE)) if len(rows) else None

    def _rows(self) -> Vectors:
        return np.concatenate(self._kept) if self._kept else np.empty((0, 4))

    def _keep(self, runs: _Runs) -> None:
        full = runs.n >= _FULL_SHARE * WINDOW_US / self.interval_us
        n = np.maximum(runs.n, 2)[:, np.newaxis]
        mean_g = runs.total / n
        variance_g2 = (runs.squares - n * mean_g**2) / (n - 1)
        still = (variance_g2 < STILL_SD_G**2).all(axis=1) & (variance_g2 > _NO_VARIANCE_G2).any(axis=1)
        noise_g = np.sqrt(np.maximum(variance_g2, 0.0).mean(axis=1, keepdims=True))
        rows = np.hstack((mean_g, noise_g))[full & still]
        picked = rows[-self._n_still % self._stride :: self._stride]
        self._n_still += len(rows)
        if len(picked):
            self._kept.append(picked)
            self._n_kept += len(picked)
        while self._n_kept > MOST_KEPT:
            self._kept = [np.concatenate(self._kept)[::2].copy()]
            self._n_kept = len(self._kept[0])
            self._stride *= 2


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
    return np.concatenate([np.zeros(1, np.intp), np.flatnonzero(window[1:] != window[:-1]) + 1])
