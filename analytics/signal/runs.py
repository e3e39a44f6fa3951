"""Runs of True in a flag: the one piece of index arithmetic that several steps share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def runs_of(flag: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First and one-past-last index of every run of True, shape (k, 2), in order."""
    step = np.diff(np.concatenate(([False], flag, [False])).astype(np.int8))
    return np.column_stack((np.flatnonzero(step == 1), np.flatnonzero(step == -1)))


def bridged(runs: NDArray[np.int64], gap: float) -> NDArray[np.int64]:
    """Runs with fewer than ``gap`` samples between them, made one."""
    if len(runs) == 0:
        return runs
    apart = runs[1:, 0] - runs[:-1, 1] >= gap
    starts = runs[np.concatenate(([True], apart)), 0]
    ends = runs[np.concatenate((apart, [True])), 1]
    return np.column_stack((starts, ends))
