"""From half minutes asleep to a night: its main sleep, as it most probably was and as it could have been."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Sleep
from analytics.signal.runs import bridged, runs_of
from analytics.sleep.reading import Reading
from analytics.sleep.states import EPOCHS_MIN

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MainSleep:
    """The night's sleep, as it most probably was and as it could have been.

    Attributes
    ----------
    asleep : bool array, shape (n,)
        Epochs of the main sleep, recorded by a worn sensor, in which sleep is likelier than not.
    first, last : int
        First epoch of it, and one past its last.
    in_bed : int
        First epoch in bed: when the person was last up, or on a sofa, before.
    paths : bool array, shape (paths, n)
        The main sleep of every night that could have been; a row without sleep where that night had none.
    """

    asleep: Bools
    first: int
    last: int
    in_bed: int
    paths: Bools


def main_sleep(read: Reading, sleep: Sleep, within: tuple[int, int] | None = None) -> MainSleep | None:
    """The longest sleep of a night, with long ones near it; None where there is none.

    Parameters
    ----------
    within : tuple of int or None
        First and one-past-last epoch of a time in bed that was stated: all sleep that reaches into it is one.
    """
    likely = (read.p_sleep > 0.5) & read.seen.is_known
    span = longest(likely, sleep, within)
    if span is None:
        return None
    first, last = span
    asleep = np.zeros_like(likely)
    asleep[first:last] = likely[first:last]
    about = np.flatnonzero(read.p_away[:first] > 0.5)
    in_bed = int(about[-1]) + 1 if len(about) else 0
    return MainSleep(
        asleep,
        first,
        last,
        in_bed,
        np.array([_beside(path, first, last, sleep, within) for path in read.asleep & read.seen.is_known]),
    )


def longest(asleep: Bools, sleep: Sleep, within: tuple[int, int] | None = None) -> tuple[int, int] | None:
    """First and one-past-last epoch of the longest sleep, breaks below an hour bridged, and of long ones near it."""
    groups = _groups(asleep, sleep, within)
    if not len(groups):
        return None
    n_asleep = [int(asleep[first:last].sum()) for first, last in groups.tolist()]
    first, last = groups[int(np.argmax(n_asleep))].tolist()
    return first, last


def _groups(asleep: Bools, sleep: Sleep, within: tuple[int, int] | None) -> NDArray[np.int64]:
    rests = bridged(runs_of(asleep), sleep.max_gap_min * EPOCHS_MIN)
    if within is not None:
        inside = rests[(rests[:, 1] > within[0]) & (rests[:, 0] < within[1])]
        if len(inside):
            return np.array([[inside[0, 0], inside[-1, 1]]])
    long = rests[rests[:, 1] - rests[:, 0] >= sleep.min_period_min * EPOCHS_MIN]
    if not len(long):  # what rests for less than half an hour is no sleep of a night
        return rests[rests[:, 1] - rests[:, 0] >= sleep.min_block_min * EPOCHS_MIN]
    return bridged(long, sleep.max_split_min * EPOCHS_MIN)


def _beside(path: Bools, first: int, last: int, sleep: Sleep, within: tuple[int, int] | None) -> Bools:
    """Of a night that could have been, the sleep that is the main one: it overlaps the likeliest one most."""
    groups = _groups(path, sleep, within)
    kept = np.zeros_like(path)
    if len(groups):
        shared = np.minimum(groups[:, 1], last) - np.maximum(groups[:, 0], first)
        begin, end = groups[int(np.argmax(shared))].tolist()
        kept[begin:end] = path[begin:end]
    return kept
