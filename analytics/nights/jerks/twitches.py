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

from analytics.criteria import Criteria, Jerks
from analytics.model import Leg, Movement
from analytics.nights.jerks.forms import Forms, forms_of
from analytics.nights.joining import is_jerk
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
    brief = _brief(joined, forms, criteria)
    onsets_us = forms.onset_us.tolist()
    p_sleep = {i: 1.0 if (p := sleep.p_sleep_at(onsets_us[i])) is None else p for i in brief}
    _, length = in_rows(forms.onset_us[brief] / 6e7, criteria.jerks)
    found = [
        i
        for i, in_a_row in zip(brief, length.tolist(), strict=True)
        if p_sleep[i] >= criteria.jerks.min_p_sleep
        and in_a_row < criteria.jerks.series_n
        and not forms.is_held(i, criteria.jerks)
    ]
    is_twitch = np.zeros(len(joined), np.bool_)
    is_twitch[found] = True
    return Twitches(
        parts=tuple(joined[i] for i in found),
        at_min=forms.onset_us[found] / 6e7,
        near=np.array([p_near_onset(onsets_us[i], sleep, criteria) for i in found], np.float64),
        p_sleep=np.array([p_sleep[i] for i in found], np.float64),
        turned_deg=forms.turned_deg[found],
        in_bed=forms.in_bed[found],
        in_both=np.array([{m.leg for m in joined[i]} >= _BOTH for i in found], np.bool_),
        n_like=np.array([forms.n_like(i, is_twitch, criteria.jerks) for i in found], np.int64),
        two_legs={m.leg for parts in joined for m in parts} >= _BOTH,
    )


def _brief(joined: Sequence[tuple[Movement, ...]], forms: Forms, criteria: Criteria) -> list[int]:
    """Numbers of all that looks like a jerk and is alone, or one of two."""
    return [
        i
        for first, end in _companies(forms, criteria.jerks.quiet_s)
        if end - first <= criteria.jerks.most_together and all(is_jerk(parts, criteria) for parts in joined[first:end])
        for i in range(first, end)
    ]


def in_rows(at_min: Floats, jerks: Jerks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each twitch, in which row it stands, no further apart than kicks of a series, and how many stand in that."""
    row = np.cumsum(np.diff(at_min, prepend=-np.inf) > jerks.series_s / 60, dtype=np.int64)
    return row, np.bincount(row, minlength=1)[row]


def _companies(forms: Forms, quiet_s: float) -> Iterator[tuple[int, int]]:
    """First and end of what comes within ``quiet_s`` of each other, one after another.

    A sleep start may have a second one right behind it, and both leave the leg as it lay. Fidgets come in trains, and a
    turn or a kick moves longer than a twitch does: such company tells that something else went on.
    """
    apart = forms.onset_us[1:] - forms.end_us[:-1] >= quiet_s * 1e6
    return pairwise([0, *(np.flatnonzero(apart) + 1).tolist(), len(forms.onset_us)])
