"""Every person's findings over nights, from what is stored: the one shape that the command line and the page print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, get_args

import polars as pl

from analytics.flag import FlagName
from analytics.nights.patterns import (
    NightFacts,
    clinician_signs,
    dismissed_on,
    is_pattern,
    nights_with,
    note_on,
    on_nights,
    spread,
    trend,
)
from analytics.said import JournalEntry
from analytics.store import Store, query
from analytics.words import CANNOT_TELL

Person = tuple[str, list[NightFacts], list[JournalEntry]]


def findings(store: Store, *, subject: str | None = None, since: date | None = None) -> list[dict[str, Any]]:
    """What `analytics.nights.patterns` finds, one entry a person, by name.

    Parameters
    ----------
    subject : str or None
        None: all people.
    since : date or None
        First evening, and first day of the journal, that counts; None: all.
    """
    return [_of_person(*person) for person in _people(store, subject, since)]


def _people(store: Store, subject: str | None, since: date | None) -> Iterator[Person]:
    """Nights and journal of every person, by name."""
    nights = query(
        store,
        "SELECT subject, night_date, assessable, plms_index, flags, flags_as_reviewed, flags_untold,"
        " tst_h / nullif(sleep_efficiency, 0) AS in_bed_h FROM nights"
        " WHERE (? IS NULL OR subject = ?) AND (? IS NULL OR night_date >= ?)"
        " ORDER BY subject, night_date",
        [subject, subject, since, since],
    )
    journal = query(
        store,
        "SELECT subject, day, kind, value, text FROM journal WHERE ? IS NULL OR day >= ? ORDER BY ALL",
        [since, since],
    )
    nights_of, journal_of = _by_subject(nights), _by_subject(journal)
    for name, rows in nights_of.items():
        facts = [
            NightFacts(
                night_date=row["night_date"],
                assessable=row["assessable"],
                plms_index=row["plms_index"],
                flags=frozenset(row["flags_as_reviewed"]),
                in_bed_h=row["in_bed_h"],
                untold=frozenset(row["flags_untold"]),
                dismissed=frozenset(row["flags"]) - frozenset(row["flags_as_reviewed"]),
            )
            for row in rows
        ]
        yield name, facts, [JournalEntry(**row) for row in journal_of.get(name, ())]


def _by_subject(rows: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Rows of every subject, in their order, and the subjects in theirs."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        kept.setdefault(row["subject"], []).append(row)
    return kept


def _of_person(name: str, nights: list[NightFacts], journal: list[JournalEntry]) -> dict[str, Any]:
    varies, changes = spread(nights), trend(nights)
    assessable = sum(night.assessable for night in nights)
    flags = {}
    for flag in get_args(FlagName):
        raised, able = nights_with(flag, nights)
        flags[flag] = {
            "n_flagged": raised,
            "n_able": able,
            "n_assessable": assessable,
            "is_pattern": is_pattern(flag, nights),
            "finding": on_nights(raised, able, assessable, dismissed_on(flag, nights)),
        }
    return {
        "subject": name,
        "n_nights": len(nights),
        "n_assessable": assessable,
        "note": note_on(assessable),
        "no_flag": _no_flag(assessable, can_tell=any(found["n_able"] for found in flags.values())),
        "flags": flags,
        "dismissed": {flag: n for flag in get_args(FlagName) if (n := dismissed_on(flag, nights))},
        "plms_index": None if varies is None else asdict(varies),
        "trend": None if changes is None else {**asdict(changes), "is_clear": changes.is_clear},
        "signs": [asdict(sign) for sign in clinician_signs(nights, journal)],
    }


def _no_flag(assessable: int, *, can_tell: bool) -> str:
    """What is said where no flag was raised on any night."""
    nights = f"{assessable} assessable night{'' if assessable == 1 else 's'}"
    return (
        f"No flag on {nights}."
        if can_tell
        else f"{CANNOT_TELL.capitalize()}: on none of {nights} could a flag be told."
    )
