"""Which movements of a night may be hypnic jerks at all, and what of each speaks for and against it.

No accelerometer criterion is published. What is asked: a twitch (`analytics.signal.brief`) of the whole person, alone
where it is or with one more twitch, and not surely awake: jerks come while one is drowsy, and a twitch in the midst of
restless waking is a fidget.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Leg, Movement
from analytics.nights.joining import is_jerk, lead_of
from analytics.sleep.estimate import SleepEstimate, p_near_onset

Floats = NDArray[np.float64]

_BOTH: frozenset[Leg] = frozenset(("left", "right"))


@dataclass(frozen=True, slots=True, eq=False)
class Twitches:
    """Twitches of a night, by onset. Made by `twitches_of`; every array has shape (n,).

    Attributes
    ----------
    parts : tuple of tuple of Movement
        What each is made of, of all sensors.
    at_min : float64 array
        Onset, minutes from any one moment.
    near : float64 array
        Chance that it lies near a change from wake to sleep, 0-1.
    p_sleep : float64 array
        Chance of sleep at its onset, 0-1; 1 where that was not estimated.
    turned_deg : float64 array
        How much otherwise the leg lies afterwards.
    in_bed : bool array
        Whether it came between going to bed and getting up.
    in_both : bool array
        Whether both legs moved.
    two_legs : bool
        Whether both legs moved at all in this night: else one may not have been recorded.
    """

    parts: tuple[tuple[Movement, ...], ...]
    at_min: Floats
    near: Floats
    p_sleep: Floats
    turned_deg: Floats
    in_bed: NDArray[np.bool_]
    in_both: NDArray[np.bool_]
    two_legs: bool


def twitches_of(joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria) -> Twitches:
    """Every brief jerk, alone or one of two, that did not come surely awake.

    Parameters
    ----------
    joined : sequence of tuple of Movement
        `analytics.nights.joining.together` of a night.
    """
    found = [
        parts
        for company in _companies(joined, criteria.jerks.quiet_s)
        if len(company) <= criteria.jerks.most_together and all(is_jerk(parts, criteria) for parts in company)
        for parts in company
    ]
    onsets_us = [min(m.onset_us for m in parts) for parts in found]
    p_sleep = [1.0 if (p := sleep.p_sleep_at(at)) is None else p for at in onsets_us]
    drowsy = [i for i, p in enumerate(p_sleep) if p >= criteria.jerks.min_p_sleep]
    return Twitches(
        parts=tuple(found[i] for i in drowsy),
        at_min=np.array([onsets_us[i] for i in drowsy], np.int64) / 6e7,
        near=np.array([p_near_onset(onsets_us[i], sleep, criteria) for i in drowsy], np.float64),
        p_sleep=np.array([p_sleep[i] for i in drowsy], np.float64),
        turned_deg=np.array([lead_of(found[i], criteria).posture_change_deg for i in drowsy], np.float64),
        in_bed=np.array([_is_in_bed(onsets_us[i], sleep) for i in drowsy], np.bool_),
        in_both=np.array([{m.leg for m in found[i]} >= _BOTH for i in drowsy], np.bool_),
        two_legs={m.leg for parts in joined for m in parts} >= _BOTH,
    )


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


def _is_in_bed(time_us: int, sleep: SleepEstimate) -> bool:
    return sleep.in_bed_us is not None and sleep.wake_us is not None and sleep.in_bed_us <= time_us < sleep.wake_us
