"""A night read by every kind of sleeper at once: how likely sleep was in each half minute, and nights drawn from that.

Two opinions count half each: one takes a small lasting tilt for a sign of waking, the other does not ask. Within each,
ways to sleep (`analytics.sleep.states.SLEEPERS`) weigh as well as they explain the night.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.diary import Diary
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.hidden_markov import Filtered, drawn, filtered, smoothed
from analytics.sleep.remembered import leaning, picked, remembers, weights
from analytics.sleep.states import (
    ASLEEP,
    IN_SERIES,
    OF_ITS_OWN,
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
_ASKS = np.array([sleeper.asks_tilt for sleeper in SLEEPERS])
_OPINIONS = (_ASKS, ~_ASKS)
_LOG_PRIOR = np.log([sleeper.prior for sleeper in SLEEPERS])


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
        Nights that could have been; without a diary, those of one opinion, then those of the other.
    """

    seen: HalfMinutes
    p_sleep: Floats
    p_away: Floats
    asleep: Bools


def read(seen: HalfMinutes, said: Floats | None = None, diary: Diary | None = None) -> Reading:
    """Read a night.

    Parameters
    ----------
    said : float64 array, shape (n, states), or None
        How well each state agrees with what was stated of each epoch (a diary, a watch); 1 where nothing was said.
    diary : Diary or None
        What the person remembers of falling asleep and lying awake; nights count by how well they agree with it.
    """
    if not len(seen):
        return Reading(seen, np.zeros(0), np.zeros(0), np.zeros((2 * PATHS, 0), bool))
    showed = _showed(seen)
    if said is not None:
        showed *= said[:, None, :]
    showed **= OF_ITS_OWN
    rates_h = first_rate_h(len(SLEEPERS))
    for _ in range(_ROUNDS):
        change = changes(rates_h)
        found = filtered(showed, change, START)
        state, changed = smoothed(showed, change, found.forward)
        rates_h = learnt_rate_h(changed[:, ASLEEP, IN_SERIES], state[:, :, ASLEEP].sum(axis=0))
    weight = _weights(found.log_evidence)
    luck = np.random.default_rng(_SEED)
    asleep = np.isin(drawn(found.forward, change, _models(weight), luck), SLEEPING)
    p_sleep, p_away = (np.clip(state[:, :, some].sum(axis=2) @ weight / 2, 0.0, 1.0) for some in (SLEEPING, (UP, SOFA)))
    if diary is not None and remembers(diary):
        p_sleep, asleep = _mended(p_sleep, asleep, seen, diary, showed, change, found, luck)
    return Reading(seen, p_sleep, p_away, asleep)


def _mended(
    p_sleep: Floats,
    asleep: Bools,
    seen: HalfMinutes,
    diary: Diary,
    showed: Floats,
    change: Floats,
    found: Filtered,
    luck: np.random.Generator,
) -> tuple[Floats, Bools]:
    """Chance of sleep and nights, counted by how well they agree with what the person remembers.

    Nights drawn from what the sensor showed and as many that lean towards what was said are one sample of both
    (Veach and Guibas 1995, SIGGRAPH 419-428: balance heuristic).
    """
    lean = leaning(seen, diary, asleep)
    n_leans, n_models = len(lean.sleeping), len(SLEEPERS)
    factors = np.repeat(np.exp(lean.waking.T)[:, :, None], len(STATES), axis=2)
    factors[:, :, SLEEPING] = np.exp(lean.sleeping.T)[:, :, None]
    leant = filtered(
        (showed[:, None] * factors[:, :, None]).reshape(len(seen), -1, len(STATES)),
        np.tile(change, (n_leans, 1, 1)),
        START,
    )
    log_evidence = leant.log_evidence.reshape(n_leans, n_models)
    # Each way to lean draws its share of the nights of either opinion.
    way = np.arange(len(asleep)) % n_leans
    models = np.array([_models(_weights(one)) for one in log_evidence])[way, np.arange(len(asleep))]
    other = drawn(leant.forward, np.tile(change, (n_leans, 1, 1)), way * n_models + models, luck)
    both = np.concatenate((asleep, np.isin(other, SLEEPING)))
    # How much leaning adds to the evidence of the night, in each way and opinion.
    added = np.array([_by_opinion(one) for one in log_evidence]) - _by_opinion(found.log_evidence)
    log_lean = lean.of(both) - np.tile(np.repeat(added, PATHS, axis=1), 2)
    log_favour = np.logaddexp(0.0, np.logaddexp.reduce(log_lean) - np.log(n_leans)) - np.log(2)
    weight = weights(seen, diary, asleep, both[len(asleep) :], log_favour)
    # What the drawn nights gain or lose by what was said: their own luck cancels out.
    p_said = p_sleep + weight @ both.astype(np.float64) - asleep.mean(axis=0)
    return np.clip(p_said, 0.0, 1.0), both[picked(weight, len(asleep))]


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


def _weights(log_evidence: Floats) -> Floats:
    """How well each sleeper explains the night; the weights of an opinion sum to 1."""
    log = log_evidence + _LOG_PRIOR
    weight = np.empty(len(SLEEPERS))
    for one in _OPINIONS:
        weight[one] = np.exp(log[one] - log[one].max()) / np.exp(log[one] - log[one].max()).sum()
    return weight


def _by_opinion(log_evidence: Floats) -> Floats:
    """Log of the chance of all that was seen, in either opinion, shape (2,)."""
    return np.array([np.logaddexp.reduce((log_evidence + _LOG_PRIOR)[one]) for one in _OPINIONS])


def _models(weight: Floats) -> NDArray[np.intp]:
    """Which model each night is drawn from: `PATHS` of one opinion, then of the other, in proportion to the weights."""
    return np.concatenate([_shared_out(np.where(one, weight, 0.0)) for one in _OPINIONS])


def _shared_out(weight: Floats) -> NDArray[np.intp]:
    """Which model each of `PATHS` nights comes from, in proportion to the weights."""
    steps = (np.arange(PATHS) + 0.5) / PATHS
    found: NDArray[np.intp] = np.searchsorted(np.cumsum(weight), steps * weight.sum(), side="left")
    return found
