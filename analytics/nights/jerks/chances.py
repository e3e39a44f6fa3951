"""How likely each twitch of a night is a hypnic jerk: decided here alone.

A cough, a startle, a fidget or a bed partner can look the same, at any time of night. Three things are weighed:

* **When.** How likely one fell asleep round that moment, as the sleep model has it. It may have missed an awakening.
* **How many came together.** Falling asleep brings several, or one, or none. Three within minutes, in a night without
  another, speak for an awakening that was missed. As many, spread over the night, are the night's own twitches.
* **What else it could be.** How often this night shows the like asleep, and awake, beside what other nights let expect.
  Awake, a leg that lies otherwise afterwards was moved on purpose; one that falls back was not.

Jerks of one falling asleep are counted by a negative binomial: a Poisson number whose mean is itself uncertain (gamma).
How often the like comes is found from the night by expectation and maximisation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from analytics.criteria import Criteria, Jerks
from analytics.model import Movement
from analytics.nights.jerks.twitches import Floats, Twitches, twitches_of
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import NEAR_MIN

#: Shapes of the gamma distributions of means: of jerks at a falling asleep, and of the like elsewhere, which comes more
#: bunched. Between 1 and 3 or 0.3 and 10 at most 3 of 100 jerks change their name. Own.
_JERKS_SHAPE, _LIKE_SHAPE = 2.0, 1.0
#: How fast what was held of the like counts less where a night is at odds with it: the smaller, the faster. Own.
_HELD_SHAPE = 4.0
#: Rounds at most, and a change of a rate (per minute) that is none.
_ROUNDS, _SAME = 300, 1e-9


@dataclass(frozen=True, slots=True)
class Chances:
    """What a night's twitches are.

    Attributes
    ----------
    by_number : mapping of int to float
        How likely each is a hypnic jerk, 0-1, by `Movement.number` of every part. What is missing is none.
    n_in_doubt : int
        Twitches that would be jerks, were it known that one fell asleep then: neither named nor ruled out.
    """

    by_number: Mapping[int, float]
    n_in_doubt: int


def jerk_chances(joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria) -> Chances:
    """How likely each twitch of a night is a hypnic jerk.

    Parameters
    ----------
    joined : sequence of tuple of Movement
        `analytics.nights.joining.together` of a night.
    """
    jerks, twitches = criteria.jerks, twitches_of(joined, sleep, criteria)
    others = _others(twitches, sleep, jerks)
    chance = _fell_asleep(twitches, others, jerks) * _is_jerk_then(others, jerks)
    may_be = twitches.near >= jerks.least_near
    in_doubt = may_be & (chance < jerks.min_chance) & (chance >= jerks.least_chance)
    return Chances(
        {m.number: float(chance[i]) for i in np.flatnonzero(may_be) for m in twitches.parts[i]},
        int(np.count_nonzero(in_doubt & (_is_jerk_then(others, jerks) >= jerks.min_chance))),
    )


def _others(twitches: Twitches, sleep: SleepEstimate, jerks: Jerks) -> Floats:
    """How many of the like that are no jerks come in as long as a falling asleep lasts, at each twitch.

    Begun with half of all twitches as none.
    """
    asleep_min, awake_min = _minutes(sleep)
    awake_share = (1 - twitches.p_sleep) * _moved_on_purpose(twitches.turned_deg, jerks)
    rest, of_awake = np.where(twitches.in_bed, 0.5, 0.0), 1 - twitches.p_sleep
    asleep = awake = 0.0
    for _ in range(_ROUNDS):
        was = asleep, awake
        asleep = _rate(float(rest @ (1 - of_awake)), asleep_min, was[0], jerks.like_asleep, jerks.like_asleep_h)
        awake = _rate(float(rest @ of_awake), awake_min, was[1], jerks.like_awake, jerks.like_awake_h)
        others = NEAR_MIN * (awake_share * awake + twitches.p_sleep * asleep)
        if max(abs(asleep - was[0]), abs(awake - was[1])) < _SAME:
            break
        chance = _fell_asleep(twitches, others, jerks) * _is_jerk_then(others, jerks)
        rest = np.where(twitches.in_bed, 1 - chance, 0.0)
        of_awake = NEAR_MIN * awake_share * awake / others
    found: Floats = others
    return found


def _rate(n: float, minutes: float, was: float, before: float, before_h: float) -> float:
    """So many a minute, of those that a night shows and of what is held before.

    Parameters
    ----------
    was : float
        The same, a round before. The more it is at odds with what was held, the less that counts: a gamma distribution
        whose scale is itself one, as Student's t is to the normal.
    before, before_h : float
        So many in so many hours are held to come before a night is seen.
    """
    held_min = 60 * before_h
    counts = (_HELD_SHAPE + before) / (_HELD_SHAPE + was * held_min)
    return (before + n) / (counts * held_min + minutes)


def _fell_asleep(twitches: Twitches, others: Floats, jerks: Jerks) -> Floats:
    """Chance that one fell asleep round each twitch: what the sleep model says, and how many came together."""
    reach_min = jerks.together_min
    first = np.searchsorted(twitches.at_min, twitches.at_min - reach_min)
    together = np.searchsorted(twitches.at_min, twitches.at_min + reach_min, side="right") - first
    of_others = others * 2 * reach_min / NEAR_MIN
    log_ratio = _log_count(together, _JERKS_SHAPE, jerks.per_onset + of_others)
    log_ratio -= _log_count(together, _LIKE_SHAPE, of_others)
    near = np.clip(twitches.near, 0.0, 1 - 1e-9)
    odds = near / (1 - near) * np.exp(np.clip(log_ratio, -50.0, 50.0))
    found: Floats = odds / (1 + odds)
    return found


def _is_jerk_then(others: Floats, jerks: Jerks) -> Floats:
    """Chance that a twitch is a jerk, were it known that one fell asleep then."""
    found: Floats = jerks.per_onset / (jerks.per_onset + others)
    return found


def _log_count(n: NDArray[np.int64], shape: float, mean: Floats) -> Floats:
    """Logarithm of the chance of ``n`` by a negative binomial, but for the factorial of ``n``."""
    found: Floats = gammaln(n + shape) - gammaln(shape) - shape * np.log1p(mean / shape) - n * np.log1p(shape / mean)
    return found


def _moved_on_purpose(turned_deg: Floats, jerks: Jerks) -> Floats:
    """How much more often a fidget than a jerk leaves the leg turned by so much: two half Cauchy distributions."""
    back, away = jerks.falls_back_deg, jerks.moved_deg
    ratio = (1 + (turned_deg / back) ** 2) * back / ((1 + (turned_deg / away) ** 2) * away)
    found: Floats = np.clip(ratio, 1 / jerks.turn_counts, jerks.turn_counts)
    return found


def _minutes(sleep: SleepEstimate) -> tuple[float, float]:
    """Minutes asleep and awake in bed to be expected."""
    if sleep.in_bed_us is None or sleep.wake_us is None:
        return 0.0, 0.0
    if sleep.possible is None:
        return (sleep.wake_us - sleep.in_bed_us) / 6e7, 0.0
    return sleep.possible.minutes_asleep_awake(sleep.in_bed_us, sleep.wake_us)
