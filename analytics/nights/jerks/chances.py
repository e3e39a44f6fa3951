"""How likely each twitch of a night is a hypnic jerk: decided here alone.

A cough, a startle, a fidget or a bed partner can look the same, at any time of night. Three things are weighed:

* **When.** How likely one fell asleep round that moment, as the sleep model has it. It may have missed an awakening.
* **How many came together.** Falling asleep brings several, or one, or none. Three within minutes, in a night without
  another, speak for an awakening that was missed. As many, spread over the night, are the night's own twitches. Those
  that follow one another as kicks of a series do speak once.
* **What else it could be.** How often the like comes asleep, and awake: what is held before a night is seen, and what
  the night itself shows. Awake, a leg that lies otherwise afterwards was moved on purpose; one that falls back was not.
  A sleep start jerks the whole person, so one that both legs show is less often something else. What looks like many
  weaker movements of the night is one of them: a kick, a pet, a partner.

Jerks of one falling asleep are counted by a negative binomial: a Poisson number whose mean is itself uncertain (gamma),
and so is the like. How often the like comes is not chosen: every rate that it may have counts as well as it explains
the night (each stretch of twitches once, however many it has).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from analytics.criteria import Criteria, Jerks
from analytics.model import Movement
from analytics.nights.jerks.twitches import Floats, Twitches, in_rows, twitches_of
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import NEAR_MIN

#: Shapes of the gamma distributions of means: of jerks at a falling asleep, and of the like elsewhere, which comes more
#: bunched. Between 1 and 2, and between 0.5 and 2, at most 2 of 100 jerks change their name. Own.
_JERKS_SHAPE, _LIKE_SHAPE = 2.0, 1.0
#: How fast what is held before counts less where a night is at odds with it: the smaller, the faster. Own.
_HELD_SHAPE = 4.0
#: So many twitches that follow one another as kicks of a series do are counted as one: they may be kicks. Own.
_IN_A_ROW = 3
#: No twitch is a surer jerk: of those found on simulated nights 1 in 100 was none, and no real one was measured. Own.
_SUREST = 0.99
#: Rates that the like may have asleep and awake, in as long as a falling asleep lasts.
_ASLEEP, _AWAKE = np.geomspace(0.001, 20.0, 28), np.geomspace(0.01, 30.0, 14)


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
    chance, if_asleep = _averaged(twitches, _minutes(sleep), jerks)
    may_be = twitches.near >= jerks.least_near
    in_doubt = may_be & (chance < jerks.min_chance) & (chance >= jerks.least_chance)
    return Chances(
        {m.number: float(chance[i]) for i in np.flatnonzero(may_be) for m in twitches.parts[i]},
        int(np.count_nonzero(in_doubt & (if_asleep >= jerks.min_chance))),
    )


def _averaged(twitches: Twitches, minutes: tuple[float, float], jerks: Jerks) -> tuple[Floats, Floats]:
    """Chance of each twitch, and what it were if one surely fell asleep then, over all rates that the like may have.

    A rate counts by how well it explains how many came together, once for each stretch of twitches; by how well it
    explains that none came in the other stretches of the night; and by how far it is held before the night is seen.
    """
    reach_min = jerks.together_min
    together = _together(twitches.at_min, jerks)
    counts = np.where(twitches.in_bed, 1 / together, 0.0)
    stretches = sum(minutes) / (2 * reach_min)
    empty = max(0.0, 1 - float(counts.sum()) / stretches) if stretches else 0.0
    wider = 2 * reach_min / NEAR_MIN
    like = _of_legs(twitches, jerks) * _of_form(twitches.n_like, jerks)
    of_awake = (1 - twitches.p_sleep) * _moved_on_purpose(twitches.turned_deg, jerks) * like
    of_asleep = twitches.p_sleep * like
    weights, found = [], []
    for rate in _ASLEEP:
        others = _AWAKE[:, None] * of_awake + rate * of_asleep
        fell, explains = _fell_asleep(twitches.near, together, others * wider, jerks)
        then = jerks.per_onset / (jerks.per_onset + others)
        none = (minutes[0] * _log_none(rate * wider) + minutes[1] * _log_none(_AWAKE * wider)) / (2 * reach_min)
        weight = explains @ counts + empty * none
        weight += _held(rate, jerks.like_asleep, jerks.like_asleep_h)
        weight += _held(_AWAKE, jerks.like_awake, jerks.like_awake_h)
        each = np.exp(weight - weight.max())
        weights.append(weight.max() + np.log(each.sum()))
        found.append((each @ (fell * then) / each.sum(), each @ then / each.sum()))
    share = np.exp(np.array(weights) - max(weights))
    chance, if_asleep = np.tensordot(share / share.sum(), np.array(found), axes=1)
    return np.minimum(chance, _SUREST), if_asleep


def _together(at_min: Floats, jerks: Jerks) -> NDArray[np.int64]:
    """How many came together with each, itself with them; three or more that follow as kicks of a series do are one."""
    row, length = in_rows(at_min, jerks)
    begins = np.diff(row, prepend=0) > 0
    counted = np.cumsum(begins | (length < _IN_A_ROW), dtype=np.int64)
    first = np.searchsorted(at_min, at_min - jerks.together_min)
    end = np.searchsorted(at_min, at_min + jerks.together_min, side="right")
    found: NDArray[np.int64] = counted[end - 1] - counted[first] + 1
    return found


def _fell_asleep(near: Floats, together: NDArray[np.int64], like: Floats, jerks: Jerks) -> tuple[Floats, Floats]:
    """Chance that one fell asleep round each twitch, and how well that many together are explained (logarithm).

    Parameters
    ----------
    near : float64 array, shape (n,)
        What the sleep model says.
    together : int64 array, shape (n,)
        Twitches within reach, itself with them.
    like : float64 array, shape (k, n)
        How many of the like are to be expected within reach.
    """
    with np.errstate(divide="ignore"):
        then = np.log(near) + _log_count(together, _JERKS_SHAPE, jerks.per_onset + like)
        else_ = np.log1p(-near) + _log_count(together, _LIKE_SHAPE, like)
    both = np.logaddexp(then, else_)
    return np.exp(then - both), both


def _log_count(n: NDArray[np.int64], shape: float, mean: Floats) -> Floats:
    """Logarithm of the chance of ``n`` by a negative binomial."""
    drawn = gammaln(n + shape) - gammaln(shape) - gammaln(n + 1)
    found: Floats = drawn - shape * np.log1p(mean / shape) - n * np.log1p(shape / mean)
    return found


def _log_none(mean: Floats) -> Floats:
    """Logarithm of the chance that none of the like comes."""
    found: Floats = -_LIKE_SHAPE * np.log1p(mean / _LIKE_SHAPE)
    return found


def _held(rate: Floats, before: float, before_h: float) -> Floats:
    """Logarithm of how likely rates are held before a night is seen, on a scale of ratios.

    A gamma distribution whose scale is itself one, as Student's t is to the normal: a night that is at odds with it is
    believed.

    Parameters
    ----------
    before, before_h : float
        So many in so many hours.
    """
    found: Floats = before * np.log(rate)
    return found - (_HELD_SHAPE + before) * np.log1p(rate * 60 * before_h / NEAR_MIN / _HELD_SHAPE)


def _moved_on_purpose(turned_deg: Floats, jerks: Jerks) -> Floats:
    """How much more often a fidget than a jerk leaves the leg turned by so much: two half Cauchy distributions."""
    back, away = jerks.falls_back_deg, jerks.moved_deg
    ratio = (1 + (turned_deg / back) ** 2) * back / ((1 + (turned_deg / away) ** 2) * away)
    found: Floats = np.clip(ratio, 1 / jerks.turn_counts, jerks.turn_counts)
    return found


def _of_form(n_like: NDArray[np.int64], jerks: Jerks) -> Floats:
    """How much more often a movement of a form that so many others have is the like than a jerk."""
    ratio = (1 + n_like) / (1 + jerks.few_like)
    found: Floats = np.clip(ratio, 1 / jerks.form_counts, jerks.form_counts)
    return found


def _of_legs(twitches: Twitches, jerks: Jerks) -> Floats:
    """How much more often the like than a jerk is seen by as many legs; 1 where only one was recorded."""
    if not twitches.two_legs:
        return np.ones(len(twitches.near))
    found: Floats = np.where(twitches.in_both, 1 / jerks.both_count, jerks.both_count)
    return found


def _minutes(sleep: SleepEstimate) -> tuple[float, float]:
    """Minutes asleep and awake in bed to be expected."""
    if sleep.in_bed_us is None or sleep.wake_us is None:
        return 0.0, 0.0
    if sleep.possible is None:
        return (sleep.wake_us - sleep.in_bed_us) / 6e7, 0.0
    return sleep.possible.minutes_asleep_awake(sleep.in_bed_us, sleep.wake_us)
