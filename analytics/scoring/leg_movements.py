"""From single-leg marks to leg movements: which marks are one movement, and which may be periodic.

Decides what *one* movement is. The order matters and is fixed: marks of one leg are
merged first, the shortest duration is applied to what results (so two marks of 0.4 s that are 0.2 s apart are
one movement of 1 s, and a lone one of 0.4 s is nothing), and only then are the legs joined.

Published tools differ here: PLMScoRe 0.1.3 (a co-author's tool, the reference) does as above; MATPLM does not
merge marks of one leg in a one-leg recording and joins legs at a gap of exactly 0.5 s too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.scoring.event_tables import Bools, Ints, Tables
from analytics.scoring.rulesets import Ruleset, milliseconds

#: Before any mark, milliseconds.
_LONG_AGO = np.int64(-(2**62))


@dataclass(frozen=True, slots=True)
class LegMovements:
    """Leg movements of all nights in order of onset, on the common time line.

    Attributes
    ----------
    legs : int64 array
        Bit k is set where `analytics.scoring.event_tables.LEGS` number k took part.
    n_mono : int64 array
        Single-leg movements it was joined from.
    may_be_clm : bool array
        Short enough, and of few enough and short enough parts, to be a candidate.
    movement_of : int64 array, shape (n_marks,)
        Which movement a mark went into; -1 where it was too short (or, for AASM, too long) to be in any.
    """

    night: Ints
    onset: Ints
    offset: Ints
    legs: Ints
    n_mono: Ints
    may_be_clm: Bools
    movement_of: Ints

    def __len__(self) -> int:
        return len(self.night)


@dataclass(frozen=True, slots=True)
class _Mono:
    """Single-leg movements in order of onset, and which one each mark went into (-1: none)."""

    night: Ints
    onset: Ints
    offset: Ints
    leg: Ints
    may_be_clm: Bools
    mono_of: Ints


def leg_movements(tables: Tables, ruleset: Ruleset, *, clocks_apart_s: float = 0.0) -> LegMovements:
    """Merge, measure and join the marks of all nights.

    Parameters
    ----------
    clocks_apart_s : float
        How far the clocks of two legs may still differ: marks of different legs are joined from so much further away.
    """
    mono = _long_enough(_merged(tables, ruleset), ruleset)
    first = _first_of_joined(mono, ruleset, milliseconds(clocks_apart_s))
    starts, movement_of_mono = np.flatnonzero(first), np.cumsum(first) - 1
    offset = _reduced(np.maximum, mono.offset, starts)
    n_mono = np.diff(np.append(starts, len(first)))
    onset = mono.onset[starts]
    parts_may = _reduced(np.minimum, mono.may_be_clm.astype(np.int64), starts) == 1
    return LegMovements(
        night=mono.night[starts],
        onset=onset,
        offset=offset,
        legs=_reduced(np.bitwise_or, np.int64(1) << mono.leg, starts),
        n_mono=n_mono,
        may_be_clm=parts_may & _few_and_short(offset - onset, n_mono, ruleset),
        movement_of=_through(mono.mono_of, movement_of_mono),
    )


def _merged(tables: Tables, ruleset: Ruleset) -> _Mono:
    """Marks of one leg that are closer than the gap become one; a candidate only if every mark may be one."""
    by_leg = np.argsort(tables.legs, kind="stable")
    leg, night = tables.legs[by_leg], tables.marks.night[by_leg]
    onset, offset = tables.marks.start[by_leg], tables.marks.end[by_leg]
    first = np.ones(len(leg), dtype=np.bool_)
    if ruleset.same_leg_merge_gap_s is not None and len(leg):
        gap = milliseconds(ruleset.same_leg_merge_gap_s)
        first[1:] = (np.diff(leg) != 0) | (onset[1:] - _latest(offset, leg)[:-1] >= gap)
    starts, mono_of = np.flatnonzero(first), np.empty(len(leg), dtype=np.int64)
    mono_of[by_leg] = np.cumsum(first) - 1
    return _Mono(
        night=night[starts],
        onset=onset[starts],
        offset=_reduced(np.maximum, offset, starts),
        leg=leg[starts],
        may_be_clm=_reduced(np.minimum, tables.may_be_clm[by_leg].astype(np.int64), starts) == 1,
        mono_of=mono_of,
    )


def _latest(offset: Ints, leg: Ints) -> Ints:
    """Latest offset so far on the same leg, where rows are in order of leg."""
    lane: Ints = leg * (offset.max() + 1)
    latest: Ints = np.maximum.accumulate(offset + lane)
    return latest - lane


def _long_enough(mono: _Mono, ruleset: Ruleset) -> _Mono:
    """Without what is no leg movement by its duration; in order of onset over all legs."""
    duration = mono.offset - mono.onset
    is_lm = duration >= milliseconds(ruleset.lm_min_s)
    if ruleset.lm_max_s is not None:
        is_lm &= duration <= milliseconds(ruleset.lm_max_s)
    kept = np.flatnonzero(is_lm)
    kept = kept[np.argsort(mono.onset[kept], kind="stable")]
    place = np.full(len(duration), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    short_enough = duration[kept] <= milliseconds(ruleset.clm_max_s)
    return _Mono(
        night=mono.night[kept],
        onset=mono.onset[kept],
        offset=mono.offset[kept],
        leg=mono.leg[kept],
        may_be_clm=mono.may_be_clm[kept] & short_enough,
        mono_of=_through(mono.mono_of, place),
    )


def _first_of_joined(mono: _Mono, ruleset: Ruleset, allowed: int) -> Bools:
    """True where a movement is not joined to what came before it."""
    if len(mono.onset) == 0:
        return np.zeros(0, dtype=np.bool_)
    limit = milliseconds(ruleset.leg_join_s)
    if ruleset.leg_join == "onset_distance":
        return _first_by_onset_distance(mono.onset, mono.leg, limit + allowed)
    apart = mono.onset[1:] - np.maximum.accumulate(mono.offset)[:-1] >= limit
    if allowed:
        # One leg has one clock: its own marks are apart as they were.
        for leg in np.unique(mono.leg).tolist():
            others = np.maximum.accumulate(np.where(mono.leg == leg, _LONG_AGO, mono.offset))[:-1]
            apart &= (mono.leg[1:] != leg) | (mono.onset[1:] - others >= limit + allowed)
    return np.concatenate(([True], apart))


def _first_by_onset_distance(onset: Ints, leg: Ints, limit: int) -> Bools:
    """Onsets of different legs less than ``limit`` apart are one movement, and so is what that chains.

    A pair within the limit takes along everything between the two: what lies between is on another leg than
    one of them, and nearer to it. So it is enough to look from each movement back to its earliest partner.
    """
    here = np.arange(len(onset))
    earliest = np.searchsorted(onset, onset - limit, side="right")
    changes = np.flatnonzero(np.diff(leg) != 0) + 1
    ends = np.append(changes, len(leg))
    next_other = ends[np.searchsorted(changes, earliest, side="right")]
    partner = np.where(leg[earliest] != leg, earliest, np.minimum(next_other, here))
    reaches_back: Ints = np.minimum.accumulate(partner[::-1])[::-1]
    return reaches_back >= here


def _few_and_short(duration: Ints, n_mono: Ints, ruleset: Ruleset) -> Bools:
    fits = np.ones(len(duration), dtype=np.bool_)
    if ruleset.bilateral_max_s is not None:
        fits &= duration <= milliseconds(ruleset.bilateral_max_s)
    if ruleset.bilateral_max_parts is not None:
        fits &= n_mono <= ruleset.bilateral_max_parts
    single: Bools = n_mono == 1
    return single | fits


def _reduced(how: np.ufunc, values: Ints, starts: Ints) -> Ints:
    """``how`` over each group that begins at one of ``starts``."""
    if len(starts) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(how.reduceat(values, starts), dtype=np.int64)


def _through(first: Ints, second: Ints) -> Ints:
    """Where index ``first`` leads through ``second``; -1 stays -1."""
    if len(second) == 0:
        return np.full(len(first), -1, dtype=np.int64)
    return np.where(first < 0, -1, second[first])
