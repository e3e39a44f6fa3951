"""The changes that a journal marks, each a row: one change at a time, in the nights that no other one divides.

What came before an earlier change is another habit, and what came after a later one is no longer this one alone. Both
are left out, and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analytics.journal.marked import MarkedChange
from analytics.triggers.before_after import AlsoChanged, BeforeAfter, also_changed, before_after
from analytics.triggers.factors import Factor
from analytics.triggers.outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One marked change.

    Attributes
    ----------
    since, until : date or None
        The change before, from which on nights count, and the next one, from which on they no longer do.
    n_left_out_before, n_left_out_after : int
        Nights with any outcome that were left out for these two.
    """

    change: MarkedChange
    since: date | None
    until: date | None
    n_left_out_before: int
    n_left_out_after: int
    effects: tuple[BeforeAfter, ...]
    also: tuple[AlsoChanged, ...]


def marked_rows(
    outcomes: Outcomes, factors: Sequence[Factor], changes: Sequence[MarkedChange], *, ratios: bool = True
) -> tuple[ChangeRow, ...]:
    """Every marked change, by date.

    Parameters
    ----------
    outcomes, factors : Outcomes, sequence of Factor
        Of the same person.
    changes : sequence of MarkedChange
        In any order, one a day.
    ratios : bool
        False: only nights are counted.
    """
    ordered = sorted(changes, key=lambda change: change.day)
    days = [change.day for change in ordered]
    ends: list[date | None] = [None, *days, None]
    return tuple(
        _row(outcomes, factors, change, ends[k], ends[k + 2], ratios=ratios) for k, change in enumerate(ordered)
    )


def _row(
    outcomes: Outcomes,
    factors: Sequence[Factor],
    change: MarkedChange,
    since: date | None,
    until: date | None,
    *,
    ratios: bool,
) -> ChangeRow:
    nights = {night.night_date for of_one in outcomes.values() for night in of_one}
    first, end = since or date.min, until or date.max
    kept: Outcomes = {
        name: [night for night in of_one if first <= night.night_date < end] for name, of_one in outcomes.items()
    }
    of_span = [
        Factor(one.name, one.words, {day: had for day, had in one.days.items() if first <= day < end})
        for one in factors
    ]
    return ChangeRow(
        change,
        since,
        until,
        sum(day < first for day in nights),
        sum(day >= end for day in nights),
        before_after(kept, change.day, ratios=ratios),
        also_changed(of_span, change.day),
    )


def changes_within(outcomes: Outcomes, changes: Sequence[MarkedChange], changed_on: date) -> tuple[MarkedChange, ...]:
    """Other changes that divide the nights with any outcome, beside the one of a date."""
    nights = sorted(night.night_date for of_one in outcomes.values() for night in of_one)
    return tuple(
        change for change in changes if change.day != changed_on and nights and nights[0] < change.day <= nights[-1]
    )
