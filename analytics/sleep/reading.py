"""A night read by every kind of sleeper at once: how likely sleep was in each half minute, and nights drawn from that.

Two opinions count half each: one takes a small lasting tilt for a sign of waking, the other does not ask. Within each,
ways to sleep (`analytics.sleep.states.SLEEPERS`) weigh as well as they explain the night.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.hidden_markov import Filtered, drawn, filtered, smoothed
from analytics.sleep.states import (
    ASLEEP,
    IN_SERIES,
    SLEEPERS,
    SLEEPING,
    SOFA,
    START,
    STATES,
    UP,
    changes,
    first_rate_h,
    learnt_rate_h,
    p_counts,
    p_motion,
    p_tilt,
    p_turned,
)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Nights drawn from each opinion: a 95 % interval needs its 2.5 % ends.
PATHS = 100
_ROUNDS = 3
#: A turn is a change of more than this (van Hees 2015); where a small tilt speaks for waking, of more than twice that.
TURN_DEG = 5.0
_TURN_DEG = {True: 2 * TURN_DEG, False: TURN_DEG}
#: Fixed, so that the same night reads the same wherever it is read.
_SEED = 20161118


@dataclass(frozen=True, slots=True)
class Reading:
    """What a night probably was.

    Attributes
    ----------
    seen : HalfMinutes
    p_sleep : float64 array, shape (n,)
        Chance that the person slept.
    p_away : float64 array, shape (n,)
        Chance that the person was up, or sat somewhere else than in bed.
    asleep : bool array, shape (2 * PATHS, n)
        Nights that could have been; those of one opinion, then those of the other.
    """

    seen: HalfMinutes
    p_sleep: Floats
    p_away: Floats
    asleep: Bools


def read(seen: HalfMinutes, said: Floats | None = None) -> Reading:
    """Read a night.

    Parameters
    ----------
    said : float64 array, shape (n, states), or None
        How well each state agrees with what somebody said of each epoch (a diary, a watch); 1 where nothing was said.
    """
    if not len(seen):
        return Reading(seen, np.zeros(0), np.zeros(0), np.zeros((2 * PATHS, 0), bool))
    showed = _showed(seen)
    if said is not None:
        showed *= said[:, None, :]
    rates_h = first_rate_h(len(SLEEPERS))
    for _ in range(_ROUNDS):
        change = changes(rates_h)
        found = filtered(showed, change, START)
        state, changed = smoothed(showed, change, found.forward)
        rates_h = learnt_rate_h(changed[:, ASLEEP, IN_SERIES], state[:, :, ASLEEP].sum(axis=0))
    weight = _weights(found)
    asks = np.array([sleeper.asks_tilt for sleeper in SLEEPERS])
    model = np.concatenate([_shared_out(np.where(asks == opinion, weight, 0.0)) for opinion in (True, False)])
    paths = drawn(found.forward, change, model, np.random.default_rng(_SEED))
    p_sleep, p_away = (np.clip(state[:, :, some].sum(axis=2) @ weight / 2, 0.0, 1.0) for some in (SLEEPING, (UP, SOFA)))
    return Reading(seen, p_sleep, p_away, np.isin(paths, SLEEPING))


def _showed(seen: HalfMinutes) -> Floats:
    """Chance of what each epoch showed, shape (n, sleepers, states); 1 where nothing was recorded."""
    known = seen.is_known
    found = np.ones((len(seen), len(SLEEPERS), len(STATES)))
    motion = p_motion()[seen.in_motion[known]]
    for i, sleeper in enumerate(SLEEPERS):
        turned = (seen.turn_deg[known] > _TURN_DEG[sleeper.asks_tilt]).astype(np.intp)
        tilt = p_tilt(sleeper)[None, :] ** seen.n_tilted[known][:, None]
        found[known, i] = p_counts(sleeper)[seen.n_movements[known]] * p_turned(sleeper)[turned] * motion * tilt
    return found


def _weights(found: Filtered) -> Floats:
    """How well each sleeper explains the night; the weights of an opinion sum to 1."""
    asks = np.array([sleeper.asks_tilt for sleeper in SLEEPERS])
    weight = np.empty(len(SLEEPERS))
    for opinion in (True, False):
        one = asks == opinion
        log = found.log_evidence[one] + np.log([sleeper.prior for sleeper in SLEEPERS if sleeper.asks_tilt == opinion])
        weight[one] = np.exp(log - log.max()) / np.exp(log - log.max()).sum()
    return weight


def _shared_out(weight: Floats) -> NDArray[np.intp]:
    """Which model each of `PATHS` nights comes from, in proportion to the weights."""
    steps = (np.arange(PATHS) + 0.5) / PATHS
    found: NDArray[np.intp] = np.searchsorted(np.cumsum(weight), steps * weight.sum(), side="left")
    return found
