"""Which movements of a night may be hypnic jerks at all, and what of each speaks for and against it.

No accelerometer criterion is published. What is asked: a twitch (`analytics.signal.brief`) of the whole person, alone
where it is or with one more twitch, and not surely awake: jerks come while one is drowsy, and a twitch in the midst of
restless waking is a fidget. Many in a row are periodic kicks, however brief. The lift and the return of a leg that was
held look like two twitches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Leg, Movement
from analytics.nights.jerks.forms import forms_of
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
    n_like : int64 array
        How many movements of the night, in bed and no twitches, have the same form.
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
    n_like: NDArray[np.int64]
    two_legs: bool


def twitches_of(joined: Sequence[tuple[Movement, ...]], sleep: SleepEstimate, criteria: Criteria) -> Twitches:
    """Every brief jerk, alone or one of two, that did not come surely awake.

    Parameters
    ----------
    joined : sequence of tuple of Movement
        `analytics.nights.joining.together` of a night.
    """
    forms = forms_of(joined, sleep, criteria)
    brief = _brief(joined, criteria)
    onsets_us = [min(m.onset_us for m in parts) for parts in joined]
    p_sleep = {i: 1.0 if (p := sleep.p_sleep_at(onsets_us[i])) is None else p for i in brief}
    in_series = _in_series(forms.onset_s[brief], criteria)
    found = [
        i
        for i, is_one_of_many in zip(brief, in_series, strict=True)
        if p_sleep[i] >= criteria.jerks.min_p_sleep and not is_one_of_many and not forms.is_held(i, criteria.jerks)
    ]
    is_twitch = np.zeros(len(joined), np.bool_)
    is_twitch[found] = True
    return Twitches(
        parts=tuple(joined[i] for i in found),
        at_min=forms.onset_s[found] / 60,
        near=np.array([p_near_onset(onsets_us[i], sleep, criteria) for i in found], np.float64),
        p_sleep=np.array([p_sleep[i] for i in found], np.float64),
        turned_deg=np.array([lead_of(joined[i], criteria).posture_change_deg for i in found], np.float64),
        in_bed=forms.in_bed[found],
        in_both=np.array([{m.leg for m in joined[i]} >= _BOTH for i in found], np.bool_),
        n_like=np.array([forms.n_like(i, is_twitch, criteria.jerks) for i in found], np.int64),
        two_legs={m.leg for parts in joined for m in parts} >= _BOTH,
    )


def _brief(joined: Sequence[tuple[Movement, ...]], criteria: Criteria) -> list[int]:
    """Numbers of all that looks like a jerk and is alone, or one of two."""
    found: list[int] = []
    first = 0
    for company in _companies(joined, criteria.jerks.quiet_s):
        if len(company) <= criteria.jerks.most_together and all(is_jerk(parts, criteria) for parts in company):
            found.extend(range(first, first + len(company)))
        first += len(company)
    return found


def _in_series(onset_s: Floats, criteria: Criteria) -> list[bool]:
    """Whether each is one of so many in a row, no further apart than kicks of a series, that they are kicks."""
    run = np.cumsum(np.diff(onset_s, prepend=-np.inf) > criteria.jerks.series_s)
    length = np.bincount(run, minlength=1)
    found: list[bool] = (length[run] >= criteria.jerks.series_n).tolist()
    return found


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
