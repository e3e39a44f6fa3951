"""How ``nightkick triggers`` tells of changes: the marked ones of a journal, and those of a date that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.journal.marked import MarkedChange
    from analytics.triggers.before_after import AlsoChanged, BeforeAfter
    from analytics.triggers.factors import Factor
    from analytics.triggers.outcomes import Outcomes


def change_documents(
    outcomes: Outcomes, factors: Sequence[Factor], changes: Sequence[MarkedChange]
) -> list[dict[str, Any]]:
    """Every marked change as scripts read it.

    Parameters
    ----------
    outcomes, factors, changes : Outcomes, sequence of Factor, sequence of MarkedChange
        Of one person.
    """
    from analytics.triggers.marked_rows import marked_rows
    from analytics.triggers.sentences import left_out_words

    return [
        {
            "changed_on": row.change.day,
            "words": row.change.words,
            **change_numbers(row.effects, row.also, row.change.day),
            "n_left_out_before": row.n_left_out_before,
            "n_left_out_after": row.n_left_out_after,
            "left_out_says": left_out_words(row),
        }
        for row in marked_rows(outcomes, factors, changes)
    ]


def change_numbers(
    effects: Sequence[BeforeAfter], also: Sequence[AlsoChanged], changed_on: date
) -> dict[str, list[dict[str, Any]]]:
    """What each outcome did, and what else changed.

    Parameters
    ----------
    effects, also : sequence of BeforeAfter, sequence of AlsoChanged
        Of the same date.
    changed_on : date
        Of the first evening after.
    """
    from analytics.triggers.sentences import also_words, change_words

    return {
        "before_after": [
            {
                "outcome": effect.outcome,
                "n_before": effect.n_before,
                "n_after": effect.n_after,
                "ratio": effect.found and effect.found.ratio,
                "low": effect.found and effect.found.low,
                "high": effect.found and effect.found.high,
                "says": change_words(effect, changed_on),
            }
            for effect in effects
        ],
        "also_changed": [asdict(other) | {"says": also_words(other)} for other in also],
    }


def change_lines(change: Mapping[str, Any]) -> Iterator[str]:
    """One change for people."""
    yield from (effect["says"] for effect in change["before_after"])
    yield from (other["says"] for other in change["also_changed"])
    yield from (change[key] for key in ("left_out_says", "within_says") if change.get(key))
