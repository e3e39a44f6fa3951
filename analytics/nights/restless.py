"""Periodic leg movements awake at rest: in bed, and in the hours before it; how many, and how surely enough of them.

Decides whether a leg moved as legs do that are restless (Michaud 2002: PLMW index). It cannot decide whether they are:
fidgets of waking look the same, and of healthy people one in five passes the same threshold (specificity 80 %). With
what the person felt beside it, none did (specificity 100 %, sensitivity 82 %; Eur Neurol 2002;48:108-113). So the flag
is told by the urge (`analytics.nights.flags.possible_rls`), and this only goes beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Flags
from analytics.model import Event
from analytics.signal.runs import runs_of
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import SURE, PossibleNights
from analytics.sleep.states import EPOCH_US, EPOCHS_H, EPOCHS_MIN

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Place = Literal["in bed", "at rest before going to bed"]

#: Hours before going to bed that count where they were recorded: restless legs are of the evening. Own.
_EVENING_H = 4.0
#: A rest lasts so long without a turn of the leg, a walk or a large movement, minutes. Own.
_REST_MIN = 5.0
#: Such movements end a rest.
_ENDS_REST = ("posture_change", "large_movement", "rhythmic")


@dataclass(frozen=True, slots=True)
class MovedAwake:
    """Periodic movements awake at rest, in the place that says more.

    Attributes
    ----------
    place : Place
    count, per_h : float
        Medians of the nights that could have been.
    p_count, p_enough : float
        Chance that there are enough of them; and that they are frequent enough as well.
    awake_h : float
        Hours awake at rest in both places.
    """

    place: Place
    count: float
    per_h: float
    p_count: float
    p_enough: float
    awake_h: float


def moved_awake(events: Sequence[Event], sleep: SleepEstimate, flags: Flags) -> MovedAwake | None:
    """Count periodic movements awake at rest; None without a sleep period.

    Parameters
    ----------
    events : sequence of Event
        Of one night under one rule set, labelled.
    """
    if sleep.in_bed_us is None or sleep.wake_us is None:
        return None
    if (possible := sleep.possible) is None:
        inside = [e for e in events if e.is_plm and sleep.in_bed_us <= e.onset_us < sleep.wake_us]
        count = np.array([float(sum(e.sleep_state == "wake" for e in inside))])
        return _found("in bed", count, np.array([sleep.hours("wake")]), flags)
    kicks = _kicks(events, possible)
    in_bed = _in_bed(possible, kicks, sleep.in_bed_us, sleep.wake_us, flags)
    before = _before_bed(possible, kicks, events, sleep.in_bed_us, flags)
    more = max(in_bed, before, key=lambda found: (found.p_enough, found.p_count, found is in_bed))
    return MovedAwake(more.place, more.count, more.per_h, more.p_count, more.p_enough, in_bed.awake_h + before.awake_h)


def _in_bed(possible: PossibleNights, kicks: Floats, in_bed_us: int, wake_us: int, flags: Flags) -> MovedAwake:
    """Of each night that could have been, what it leaves awake between going to bed and waking up."""
    middle_us = _middles_us(possible)
    in_bed = (middle_us >= in_bed_us) & (middle_us < wake_us) & np.isfinite(possible.p_sleep)
    awake = in_bed & ~possible.paths
    return _found("in bed", awake @ kicks, awake.sum(axis=1) / EPOCHS_H, flags)


def _before_bed(
    possible: PossibleNights, kicks: Floats, events: Sequence[Event], in_bed_us: int, flags: Flags
) -> MovedAwake:
    """What was surely awake and at rest in the evening: one value, for no possible night speaks of it."""
    middle_us = _middles_us(possible)
    rest = (middle_us < in_bed_us) & (middle_us >= in_bed_us - _EVENING_H * 3.6e9) & (possible.p_sleep <= 1 - SURE)
    ends = [(e.onset_us, e.offset_us) for e in events if e.label in _ENDS_REST and e.onset_us < in_bed_us]
    for first, last in (np.array(ends, dtype=np.int64).reshape(-1, 2) - possible.start_us) // EPOCH_US:
        rest[max(0, first) : max(0, last + 1)] = False
    at_rest = np.zeros_like(rest)
    for first, last in runs_of(rest).tolist():
        at_rest[first:last] = last - first >= _REST_MIN * EPOCHS_MIN
    hours = at_rest.sum() / EPOCHS_H
    return _found("at rest before going to bed", np.array([at_rest @ kicks]), np.array([hours]), flags)


def _found(place: Place, count: Floats, hours: Floats, flags: Flags) -> MovedAwake:
    """Of counts and hours awake, one each for every night that could have been. Too little time awake has no rate."""
    long = hours >= flags.min_wake_h
    per_h = np.divide(count, hours, out=np.zeros(len(hours)), where=long)
    many = (count >= flags.min_plmw) & long
    return MovedAwake(
        place=place,
        count=float(np.median(count)),
        per_h=float(np.median(per_h)),
        p_count=float(many.mean()),
        p_enough=float((many & (per_h > flags.plmw_index)).mean()),
        awake_h=float(np.median(hours)),
    )


def _kicks(events: Sequence[Event], possible: PossibleNights) -> Floats:
    """Periodic movements that begin in each half minute."""
    onsets_us = np.array([e.onset_us for e in events if e.is_plm], dtype=np.int64)
    at = (onsets_us - possible.start_us) // EPOCH_US
    n = len(possible.p_sleep)
    return np.bincount(at[(at >= 0) & (at < n)], minlength=n).astype(np.float64)


def _middles_us(possible: PossibleNights) -> NDArray[np.int64]:
    return possible.start_us + EPOCH_US * np.arange(len(possible.p_sleep), dtype=np.int64) + EPOCH_US // 2
