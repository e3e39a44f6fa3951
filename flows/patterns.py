"""``nightkick patterns``: what holds over the nights of each person, and the signs that send people to a clinician."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, get_args

from analytics.model import FlagName, JournalEntry
from analytics.patterns import (
    FEW_NIGHTS,
    TREND_NIGHTS,
    NightFacts,
    clinician_signs,
    is_pattern,
    nights_with,
    spread,
    trend,
)
from analytics.store import Store, query
from flows.database import store_for
from flows.output import json_document, visible
from flows.terminal import emit

_MARKS = {"seen": "yes", "not seen": "no ", "not known": "?  "}
CAVEAT = "None of this is a diagnosis. What was seen is a reason to ask a clinician, and so is what worries you."


def patterns_command(*, subject: str | None, since: date | None, database: Path | None, as_json: bool) -> None:
    """Print findings over nights: for people, or as one JSON document."""
    found = [_of_person(*person) for person in _people(store_for(database), subject, since)]
    if as_json:
        emit(json_document(people=found))
    elif not found:
        emit("no nights\n")
    else:
        emit("\n".join(f"{visible(line)}" for person in found for line in _lines(person)) + f"\n{CAVEAT}\n")


Person = tuple[str, list[NightFacts], list[JournalEntry]]


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
    for name in nights["subject"].unique(maintain_order=True):
        facts = [
            NightFacts(
                row["night_date"], row["assessable"], row["plms_index"], frozenset(row["flags"]), row["in_bed_h"]
            )
            for row in nights.iter_rows(named=True)
            if row["subject"] == name
        ]
        yield name, facts, [JournalEntry(**row) for row in journal.iter_rows(named=True) if row["subject"] == name]


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


def _lines(person: dict[str, Any]) -> Iterator[str]:
    able = person["n_assessable"]
    yield f"{person['subject']}: {person['n_nights']} nights, {able} of them assessable"
    for flag, found in person["flags"].items():
        pattern = ": a pattern" if found["is_pattern"] else ""
        yield f"  {flag} on {found['n_flagged']} of {able} nights{pattern}"
    if able < FEW_NIGHTS:
        yield f"  fewer than {FEW_NIGHTS} nights: nights differ, record more"
    yield from _index_lines(person)
    yield "  when to see a clinician:"
    for sign in person["signs"]:
        yield f"    {_MARKS[sign['state']]} {sign['name']}: {sign['says']}"
    yield ""


def _index_lines(person: dict[str, Any]) -> Iterator[str]:
    varies, changes = person["plms_index"], person["trend"]
    if varies is not None:
        yield (
            f"  PLMS per hour of sleep: median {varies['median']:.1f}, {varies['low']:.1f} to {varies['high']:.1f}"
            f" over {varies['n_nights']} nights"
        )
    if changes is None:
        yield f"  trend: needs {TREND_NIGHTS} assessable nights on different days"
        return
    told = "changes" if changes["is_clear"] else "no clear change"
    yield (
        f"  trend: {told}, {changes['per_week']:+.1f} per hour and week"
        f" (95 % interval {changes['low']:+.1f} to {changes['high']:+.1f})"
    )
