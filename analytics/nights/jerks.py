"""Which brief jerks are hypnic jerks, and how surely: decided here alone.

No accelerometer criterion is published. What is asked: a twitch (`analytics.signal.brief`) of the whole person, alone
where it is or with one more twitch, while enough of the nights that could have been change from wake to sleep. A cough,
a startle or a bed partner can look the same, at any time of night. So the chance of a jerk weighs how many jerks
falling asleep brings against how often this night shows the same shape elsewhere: where its own kicks are as brief, one
near falling asleep is a kick. And jerks come while one is drowsy: a twitch in the midst of restless waking is a fidget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from analytics.criteria import Criteria
from analytics.flag import JERKS_CRITERION, Criterion
from analytics.model import Movement
from analytics.nights.joining import is_jerk
from analytics.sleep.estimate import SleepEstimate, p_near_onset
from analytics.sleep.possible import NEAR_MIN

#: What a night without a single other twitch says of how often one comes: half of one, as Jeffreys' prior has it.
_UNSEEN = 0.5
#: A night that is not known for longer than this says nothing of how often a twitch comes elsewhere, minutes. Own.
_LEAST_ELSEWHERE_MIN = 60.0
#: Below this share of the nights that could have been, falling asleep is not in the recording. Own.
_SEEN_TO_FALL = 0.5


def jerk_chances(
    joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria
) -> Mapping[int, float]:
    """How likely each brief jerk near falling asleep is a hypnic one.

    Parameters
    ----------
    joined : sequence of tuple of Movement
        `analytics.nights.joining.together` of a night.

    Returns
    -------
    mapping of int to float
        By `Movement.number`, of every part; 0-1. What is missing is none.
    """
    jerks = criteria.jerks
    twitches = _twitches(joined, sleep, criteria)
    others = _others(twitches, sleep, criteria)
    return {
        movement.number: _chance(near, others, criteria)
        for parts, near in twitches
        if near >= jerks.min_probability
        for movement in parts
    }


def n_in_doubt(joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria) -> int:
    """How many twitches would be hypnic jerks, were it known that one fell asleep then: neither named nor ruled out."""
    jerks = criteria.jerks
    twitches = _twitches(joined, sleep, criteria)
    if _chance(1.0, _others(twitches, sleep, criteria), criteria) < jerks.min_chance:
        return 0
    return sum(jerks.max_elsewhere <= near < jerks.min_probability for _, near in twitches)


def onset_known(sleep: SleepEstimate) -> Criterion:
    """Whether falling asleep is in the recording at all: a night without it says nothing of jerks."""
    name = "sleep onset known"
    if sleep.onset_us is None or sleep.onset_sd_min is None:
        return Criterion(name, "not measurable", None, None, "no sleep period was found")
    sd_min = round(sleep.onset_sd_min, 1)
    if sleep.possible is not None and sleep.possible.p_fell_asleep() < _SEEN_TO_FALL:
        return Criterion(name, "not measurable", sd_min, None, "falling asleep is not in the recording")
    return Criterion(name, "met", sd_min, None, "standard deviation in minutes")


def enough_expected(expected: float, wanted: int) -> Criterion:
    """Whether the chances of the jerks of a night sum to as many as are wanted, to the nearest whole one.

    Where they do not, each may be something else: it cannot be told.
    """
    least, is_met = wanted - 0.5, expected >= wanted - 0.5
    says = f"at least {least:g}" if is_met else f"{expected:.1f}, and at least {least:g} are needed"
    return Criterion(
        "hypnic jerks to be expected among them",
        "met" if is_met else "not measurable",
        round(expected, 1),
        least,
        f"{says}; the like comes at other times too, or when sleep began is in doubt",
    )


def enough_found(n: int | None, in_doubt: int, wanted: int) -> Criterion:
    """Whether a night has as many jerks as are wanted.

    Parameters
    ----------
    n : int or None
        None where no sleep onset was found.
    in_doubt : int
        `n_in_doubt` of the night: it cannot be told where these decide.
    """
    name, says = JERKS_CRITERION, f"{wanted} or more"
    if n is None:
        return Criterion(name, "not measurable", None, wanted, "no sleep onset was found")
    if n >= wanted:
        return Criterion(name, "met", n, wanted, says)
    if n + in_doubt < wanted:
        return Criterion(name, "not met", n, wanted, says)
    more = f"{n}, and {in_doubt} more where it is in doubt that one fell asleep then"
    return Criterion(name, "not measurable", n, wanted, f"{more}; wanted are {says}")


def _twitches(
    joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria
) -> list[tuple[tuple[Movement, ...], float]]:
    """Every brief jerk, alone or one of two, and not surely awake, with the chance that it lies near falling asleep."""
    jerks = criteria.jerks
    return [
        (parts, p_near_onset(min(m.onset_us for m in parts), sleep, criteria))
        for company in _companies(joined, jerks.quiet_s)
        if len(company) <= jerks.most_together and all(is_jerk(parts, criteria) for parts in company)
        for parts in company
        if not _surely_awake(parts, sleep, jerks.min_p_sleep)
    ]


def _others(twitches: Sequence[tuple[tuple[Movement, ...], float]], sleep: SleepEstimate, criteria: Criteria) -> float:
    """How many twitches of something else a stretch as long as one of falling asleep has.

    Where it is in doubt that one fell asleep, a twitch says nothing of that.
    """
    least = criteria.jerks.max_elsewhere
    n_elsewhere = sum(near < least and _in_bed(parts, sleep) for parts, near in twitches)
    return NEAR_MIN * (n_elsewhere + _UNSEEN) / _elsewhere_min(sleep, least)


def _chance(near: float, others: float, criteria: Criteria) -> float:
    return near * criteria.jerks.per_onset / (near * criteria.jerks.per_onset + others)


def _companies(joined: Sequence[tuple[Movement, ...]], quiet_s: float) -> Iterator[Sequence[tuple[Movement, ...]]]:
    """What comes within ``quiet_s`` of each other, one after another.

    A sleep start may have a second one right behind it, and both leave the leg as it lay. Fidgets come in trains, and a
    turn or a kick moves longer than a twitch does: such company tells that something else went on.
    """
    onset_us = np.array([min(m.onset_us for m in parts) for parts in joined], dtype=np.int64)
    end_us = np.array([max(m.offset_us for m in parts) for parts in joined], dtype=np.int64)
    apart = onset_us[1:] - end_us[:-1] >= quiet_s * 1e6
    edges = [0, *(np.flatnonzero(apart) + 1).tolist(), len(joined)]
    return (joined[first:end] for first, end in pairwise(edges))


def _surely_awake(parts: Sequence[Movement], sleep: SleepEstimate, least: float) -> bool:
    p_sleep = sleep.p_sleep_at(parts[0].onset_us)
    return p_sleep is not None and p_sleep < least


def _in_bed(parts: Sequence[Movement], sleep: SleepEstimate) -> bool:
    if sleep.in_bed_us is None or sleep.wake_us is None:
        return False
    return sleep.in_bed_us <= parts[0].onset_us < sleep.wake_us


def _elsewhere_min(sleep: SleepEstimate, near: float) -> float:
    """Minutes in bed that are hardly near falling asleep."""
    if sleep.in_bed_us is None or sleep.wake_us is None:
        return _LEAST_ELSEWHERE_MIN
    minutes = (sleep.wake_us - sleep.in_bed_us) / 6e7
    if sleep.possible is not None:
        minutes = sleep.possible.minutes_elsewhere(sleep.in_bed_us, sleep.wake_us, near)
    return max(minutes, _LEAST_ELSEWHERE_MIN)
