"""From leg movements to periodic series: intervals, runs, and who belongs to one.

Runs are formed over the whole recording, sleep and wake alike; by stage
is counted afterwards. An inter-movement interval (IMI) goes from onset to onset, from a candidate to the
candidate before it. It is undefined for the first of a night and, where a movement that is not a candidate
ends a run, for the first candidate after one.

Published tools differ here. PLMScoRe 0.1.3 lets a candidate that follows a short interval be the first of a
new run; SOMAS does not (`Ruleset.short_imi_may_start`), which costs about 6 PLMS/h on the reference nights,
and excludes an interval of exactly 90 s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.scoring.event_tables import Bools, Ints
from analytics.scoring.rulesets import Ruleset, milliseconds

#: An interval that is not defined.
NO_IMI = -1


@dataclass(frozen=True, slots=True)
class Runs:
    """What runs make of every movement.

    Attributes
    ----------
    imi_ms : int64 array
        Onset to onset, or `NO_IMI`.
    is_linked : bool array
        Periodic, and so is the one before it: its interval lies inside a series.
    series : int64 array
        Number of its series over all nights, from 0; -1 outside one.
    in_index_run : bool array
        Its interval counts for `periodicity_index_runs`.
    """

    imi_ms: Ints
    is_linked: Bools
    series: Ints
    in_index_run: Bools

    @property
    def is_plm(self) -> Bools:
        """Member of a series."""
        return self.series >= 0


def find_runs(night: Ints, onset: Ints, is_clm: Bools, ruleset: Ruleset) -> Runs:
    """Form runs among movements of all nights, given in order of onset.

    Parameters
    ----------
    night, onset : int64 arrays, shape (n,)
    is_clm : bool array, shape (n,)
        Candidates; the others end runs where the rule set says so.
    """
    clm = np.flatnonzero(is_clm)
    stretch = _stretches(night, is_clm, ruleset)[clm]
    kept = _without_short(onset[clm], stretch, ruleset)
    imi = _intervals(onset[clm], stretch, kept)
    member = kept & _may_be_member(imi, ruleset)
    chain = np.flatnonzero(kept)
    linked = _linked(imi[chain], member[chain], ruleset)
    series, in_series = _series(linked, ruleset)
    return Runs(
        imi_ms=_spread(imi, clm, len(night), NO_IMI),
        is_linked=_spread(linked & in_series, clm[chain], len(night), 0) == 1,
        series=_spread(series, clm[chain], len(night), -1),
        in_index_run=_spread(_in_index_run(imi[chain], ruleset), clm[chain], len(night), 0) == 1,
    )


def _stretches(night: Ints, is_clm: Bools, ruleset: Ruleset) -> Ints:
    """A number that changes wherever no interval may reach across: between nights, and at what ends runs."""
    changes = np.diff(night, prepend=night[:1]) != 0
    if ruleset.non_clm_ends_run:
        changes |= ~is_clm
    return np.cumsum(changes)


def _without_short(onset: Ints, stretch: Ints, ruleset: Ruleset) -> Bools:
    """Candidates that stay when those too soon after the last one that stayed are passed over.

    Only a crowd, where each follows the one before too soon, needs deciding: its first stays. All crowds are
    walked side by side, one step for each that stays in the longest crowd.
    """
    if ruleset.short_imi == "ends_run" or len(onset) == 0:
        return np.ones(len(onset), dtype=np.bool_)
    shortest = milliseconds(ruleset.imi_min_s)
    crowd_starts = (np.diff(onset, prepend=onset[0]) >= shortest) | (np.diff(stretch, prepend=-1) != 0)
    stays: Bools = crowd_starts.copy()
    at = np.flatnonzero(crowd_starts)
    end = np.append(at[1:], len(onset))
    while len(at):
        at = np.searchsorted(onset, onset[at] + shortest, side="left")
        inside = at < end
        at, end = at[inside], end[inside]
        stays[at] = True
    return stays


def _intervals(onset: Ints, stretch: Ints, kept: Bools) -> Ints:
    """From each candidate to the last kept one before it in the same stretch."""
    here = np.arange(len(onset))
    last_kept = np.maximum.accumulate(np.where(kept, here, 0))
    before = np.concatenate((np.zeros(min(1, len(here)), dtype=np.int64), last_kept[:-1]))
    defined = (stretch[before] == stretch) & (before < here)
    return np.where(defined, onset - onset[before], NO_IMI)


def _may_be_member(imi: Ints, ruleset: Ruleset) -> Bools:
    if ruleset.short_imi_may_start:
        return np.ones(len(imi), dtype=np.bool_)
    return ~is_short(imi, ruleset)


def _linked(imi: Ints, member: Bools, ruleset: Ruleset) -> Bools:
    """True where a candidate carries on the run of the one before it."""
    after_member = np.concatenate((np.zeros(min(1, len(member)), dtype=np.bool_), member[:-1]))
    return member & after_member & is_periodic(imi, ruleset)


def _series(linked: Bools, ruleset: Ruleset) -> tuple[Ints, Bools]:
    """Number of the series (-1: none) and membership, for candidates in order."""
    run, size = _run_sizes(linked)
    long_enough = size >= ruleset.series_min_clm
    number = np.where(long_enough, np.cumsum(long_enough) - 1, -1)
    series = number[run]
    return series, series >= 0


def _run_sizes(linked: Bools) -> tuple[Ints, Ints]:
    """Which run each element is in, and the runs' sizes."""
    run = np.cumsum(~linked) - 1
    return run, np.bincount(run) if len(run) else np.zeros(0, dtype=np.int64)


def _in_index_run(imi: Ints, ruleset: Ruleset) -> Bools:
    """Intervals in unbroken sequences of enough qualifying ones (Ferri 2006)."""
    over, most = milliseconds(ruleset.periodicity_imi_over_s), milliseconds(ruleset.periodicity_imi_max_s)
    qualifies: Bools = (imi > over) & (imi <= most)
    run, size = _run_sizes(qualifies)  # each run: one that does not qualify, then those that do
    qualifies &= size[run] > ruleset.periodicity_min_imis
    return qualifies


def is_short(imi_ms: Ints, ruleset: Ruleset) -> Bools:
    """Defined and below the periodic band."""
    short: Bools = (imi_ms != NO_IMI) & (imi_ms < milliseconds(ruleset.imi_min_s))
    return short


def is_periodic(imi_ms: Ints, ruleset: Ruleset) -> Bools:
    """Defined and inside the periodic band, both limits included."""
    shortest, longest = milliseconds(ruleset.imi_min_s), milliseconds(ruleset.imi_max_s)
    inside: Bools = (imi_ms >= shortest) & (imi_ms <= longest)
    return inside


def _spread(values: Ints | Bools, rows: Ints, n: int, elsewhere: int) -> Ints:
    out = np.full(n, elsewhere, dtype=np.int64)
    out[rows] = values
    return out
