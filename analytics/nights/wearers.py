"""Whether sensors that ran at the same time were worn by one person: a body that turns over moves all of itself.

Of the turns that the sensors of two legs see, the other leg moves much at two thirds and more where one person wears
both, at a quarter or less where two do (60 pairs each of the own simulator; 40 over the physics of the hard nights,
where legs turn more by themselves: from 0.39, to 0.23; `benchmarks.wearers`). A bed partner's turn comes through the
mattress as less than `Assessment.moved_mg`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Assessment
from analytics.signal.detect_movements import Detected
from analytics.signal.wear import common, is_inside

Instants = NDArray[np.int64]
Spans = NDArray[np.int64]
#: Steps in which the lag between two clocks is looked for, seconds.
_LAG_STEP_S = 1.0


def apart(detections: Sequence[Detected], worn: Sequence[Spans], limits: Assessment) -> tuple[frozenset[int], ...]:
    """Of each sensor, which others' wearers turned over without its own one moving, and the reverse.

    Parameters
    ----------
    detections, worn : sequences of the same length
        What was found in each sensor, and when it was probably worn, on the clock of the night.

    Returns
    -------
    tuple of frozenset of int
        Each of two names the other where they were probably worn by two people, or their clocks differ by more than
        ``together_lag_s``. Empty also where too few turns were seen to tell.
    """
    found = [frozenset[int]() for _ in detections]
    for i, j in combinations(range(len(detections)), 2):
        share = together(detections[i], detections[j], common(worn[i], worn[j]), limits)
        if share is not None and share < limits.min_together:
            found[i] |= {j}
            found[j] |= {i}
    return tuple(found)


def together(one: Detected, other: Detected, both_worn: Spans, limits: Assessment) -> float | None:
    """Share of the turns of two sensors at which the other one moved much, at the lag that fits best.

    Returns
    -------
    float or None
        0 to 1; None for fewer than ``together_turns`` turns in the time that both were worn.
    """
    (turns, moves), (other_turns, other_moves) = (_seen(each, both_worn, limits) for each in (one, other))
    if len(turns) + len(other_turns) < limits.together_turns:
        return None
    fits = np.concatenate((_fitting(turns, other_moves, 1, limits), _fitting(other_turns, moves, -1, limits)))
    return float(fits.sum(axis=0).max() / len(fits))


def _seen(found: Detected, spans: Spans, limits: Assessment) -> tuple[Instants, Instants]:
    """Onsets of turns, and of all movements that are more than what comes through a mattress."""
    onsets = np.array([m.onset_us for m in found.movements], dtype=np.int64)
    deg = np.array([m.posture_change_deg for m in found.movements], dtype=np.float64)
    much = np.array([m.peak_g for m in found.movements], dtype=np.float64) * 1e3 >= limits.moved_mg
    inside = is_inside(onsets, spans)
    return onsets[inside & (deg >= limits.body_turn_deg)], onsets[inside & (much | (deg >= limits.turn_deg))]


def _fitting(turns: Instants, moves: Instants, sign: int, limits: Assessment) -> NDArray[np.bool_]:
    """At which lags of the clocks a turn has a movement near it.

    Returns
    -------
    bool array, shape (n_turns, n_lags)
    """
    reach, near = round(limits.together_lag_s / _LAG_STEP_S), round(limits.together_s / _LAG_STEP_S)
    fits = np.zeros((len(turns), 2 * reach + 1), dtype=np.bool_)
    first, end = (np.searchsorted(moves, turns + round(side * (reach + near) * _LAG_STEP_S * 1e6)) for side in (-1, 1))
    of_turn = np.repeat(np.arange(len(turns)), end - first)
    of_move = np.arange(len(of_turn)) - np.repeat(np.cumsum(end - first) - (end - first), end - first) + first[of_turn]
    lag = np.rint(sign * (moves[of_move] - turns[of_turn]) / 1e6 / _LAG_STEP_S).astype(np.int64)
    for off in range(-near, near + 1):
        at = lag + off + reach
        kept = (at >= 0) & (at <= 2 * reach)
        fits[of_turn[kept], at[kept]] = True
    return fits
