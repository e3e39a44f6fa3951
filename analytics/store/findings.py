"""Every person's findings over nights, from what is stored: the one shape that the command line and the page print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, get_args

import polars as pl

from analytics.model import FlagName, JournalEntry
from analytics.nights.patterns import NightFacts, clinician_signs, is_pattern, nights_with, spread, trend
from analytics.store import Store, query

Person = tuple[str, list[NightFacts], list[JournalEntry]]


def findings(store: Store, *, subject: str | None = None, since: date | None = None) -> list[dict[str, Any]]:
    """What `analytics.nights.patterns` finds, one entry a person, by name."""
    return [_of_person(*person) for person in _people(store, subject, since)]


def _people(store: Store, subject: str | None, since: date | None) -> Iterator[Person]:
    """Nights and journal of every person, by name."""
    nights = query(
        store,
        "SELECT subject, night_date, assessable, plms_index, flags, tst_h / nullif(sleep_efficiency, 0) AS in_bed_h"
        " FROM nights WHERE (? IS NULL OR subject = ?) AND (? IS NULL OR night_date >= ?)"
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
                row["night_date"], row["assessable"], row["plms_index"], frozenset(row["flags"]), row["in_bed_h"]
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
    flags = {}
    for flag in get_args(FlagName):
        raised, able = nights_with(flag, nights)
        flags[flag] = {"n_flagged": raised, "n_assessable": able, "is_pattern": is_pattern(flag, nights)}
    return {
        "subject": name,
        "n_nights": len(nights),
        "n_assessable": sum(night.assessable for night in nights),
        "flags": flags,
        "plms_index": None if varies is None else asdict(varies),
        "trend": None if changes is None else {**asdict(changes), "is_clear": changes.is_clear},
        "signs": [asdict(sign) for sign in clinician_signs(nights, journal)],
    }
