"""Changes that a person marks in the journal: from which day on something is done otherwise, and what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analytics.said import JournalEntry

#: What a person writes in the journal on the day from which something is done otherwise.
CHANGE = "change"


@dataclass(frozen=True, slots=True)
class MarkedChange:
    """One change; the night of ``day`` is the first one with it."""

    day: date
    words: str


def marked_changes(entries: Iterable[JournalEntry]) -> tuple[MarkedChange, ...]:
    """The changes that a person's journal marks, by date; a cell with 0 or without anything marks none."""
    found = {}
    for entry in entries:
        words = (entry.text or "").strip() or (f"{entry.value:g}" if entry.value else "")
        if entry.kind == CHANGE and words:
            found[entry.day] = words
    return tuple(MarkedChange(day, words) for day, words in sorted(found.items()))
