"""The journal on the page: a day and the one after it on one screen, its history, its week, and what a save of it says.

How a cell is read `analytics.journal.cells` decides; a wrong one holds up nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics.journal.cells import UnreadableError, cell_of, day_of, read
from analytics.journal.fields import BY_NAME, FIELDS, PARTS, Field, place_of, says_of
from analytics.journal.rows import entries_of_day, latest_day
from analytics.journal.week import NIGHTS, STEPS, GuidedWeek, day_words, headline, local_evening, missing_today
from analytics.review.journal_files import bounds
from analytics.review.page import Page
from analytics.said import JournalEntry
from analytics.store import (
    Change,
    changes_of,
    days_between,
    frames,
    journal_of,
    known_subjects,
    save_day,
    snapshot,
    unread_nights,
)
from analytics.store.over_nights.guided import guided_week_of, judged_nights
from ingest.errors import UsageError

_OWN = """
SELECT DISTINCT kind FROM journal WHERE subject = ? ORDER BY kind
"""
_NIGHTS = "SELECT night_date FROM nights WHERE subject = ? AND night_date BETWEEN ? AND ?"
#: Longer names of people than this are none. Own.
_LONGEST_NAME = 200
_UNREAD = "What the analysis of this night reads is new: nightkick reanalyse takes it in."


def journal_payload(page: Page, subject: str, day: date) -> dict[str, Any]:
    """A day of a person and the day after it, with the fields that are asked, the day before, and the week.

    Raises
    ------
    UsageError
        The day has not begun anywhere.
    StoreError
    """
    latest = latest_day()
    if day > latest:
        raise UsageError(f"{day} is in the future", hint="note it when it has come")
    people = known_subjects(page.store)
    who = subject or _usual(page, people)
    monday = day - timedelta(days=day.weekday())
    noted = days_between(page.store, who, monday - timedelta(days=1), monday + timedelta(days=7))
    nights, own = frames(page.store, (_NIGHTS, (who, monday, monday + timedelta(days=6))), (_OWN, (who,)))
    shown = [day, *(one for one in (day + timedelta(days=1),) if one <= latest)]
    recorded = set(nights["night_date"])
    return {
        "subject": who,
        "people": sorted({*people, who}),
        "fields": [_field(field) for field in FIELDS],
        "own": [kind for kind in own["kind"] if kind not in BY_NAME],
        "parts": PARTS,
        "days": [_day(page, who, one) for one in shown],
        "file": bounds(),
        "before": _cells(entry for entry in noted if entry.day == day - timedelta(days=1)),
        "week": [
            {
                "day": (one := monday + timedelta(days=n)).isoformat(),
                "is_to_come": one > latest,
                "has_night": one in recorded,
                "cells": _cells(entry for entry in noted if entry.day == one),
            }
            for n in range(7)
        ],
    }


def _usual(page: Page, people: Sequence[str]) -> str:
    return page.subject if page.subject in people or not people else people[0]


def week_payload(page: Page, subject: str) -> dict[str, Any]:
    """The guided week of a person; ``is_asked`` where too few nights can be told of anything yet.

    A database that an import is still to make has neither nights nor days: the week begins with nothing, and
    ``can_note`` is false, for nothing can be noted in it yet.

    Raises
    ------
    StoreError
    """
    if not page.store.path.exists():
        return _week(guided_week_of(page.store, subject or page.subject, local_evening()), n_judged=0, can_note=False)
    with snapshot(page.store):
        who = subject or _usual(page, known_subjects(page.store))
        week = guided_week_of(page.store, who, local_evening())
        return _week(week, n_judged=judged_nights(page.store, who), can_note=True)


def _week(week: GuidedWeek, *, n_judged: int, can_note: bool) -> dict[str, Any]:
    return {
        "subject": week.subject,
        "is_asked": n_judged < NIGHTS,
        "can_note": can_note,
        "says": headline(week),
        "n_done": week.n_done,
        "n_nights": NIGHTS,
        "days": [
            {
                "day": one.day.isoformat(),
                "counts": one.counts,
                "is_to_come": one.day > week.today,
                "says": day_words(one, week.today),
            }
            for one in week.days
        ],
        "missing": missing_today(week),
        "steps": STEPS,
    }


def saved_payload(page: Page, said: Mapping[str, Any]) -> dict[str, Any]:
    """Save the cells of a day that a page sent; what is wrong with those that were not, and what changed meanwhile.

    Raises
    ------
    UsageError
        What was sent is no day of a person.
    StoreError
    """
    subject, day, seen, cells = _sent(said)
    with snapshot(page.store):
        before = journal_of(page.store, subject, day)
    entries, wrong = entries_of_day(subject, day, cells, before)
    meanwhile = save_day(page.store, entries, seen=seen)
    unread = (subject, day) in unread_nights(page.store)
    return {
        "day": day.isoformat(),
        "n_saved": len(entries),
        "wrong": {kind: _wrong(error) for kind, error in wrong.items()},
        "meanwhile": _meanwhile(meanwhile, entries),
        "remark": _UNREAD if unread else None,
    }


def reading_payload(kind: str, cell: str) -> dict[str, Any]:
    """How a cell would be read: as a cell, or what is wrong with it."""
    try:
        return {"cell": cell_of(kind, *read(kind, cell)), "wrong": None}
    except UnreadableError as error:
        return {"cell": None, "wrong": _wrong(error)}


def _wrong(error: UnreadableError) -> str:
    return f"{error.what}; {error.hint}"


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "part": field.part,
        "kind": field.kind,
        "says": field.says,
        "unit": field.unit,
        "low": field.low,
        "high": field.high,
        "word": field.word,
        "asked": field.asked,
        "bounds": field.bounds,
    }


def _day(page: Page, subject: str, day: date) -> dict[str, Any]:
    changes = changes_of(page.store, subject, day)
    return {
        "day": day.isoformat(),
        "seen": max((change.save_no for change in changes), default=0),
        "cells": _cells(journal_of(page.store, subject, day)),
        "history": _history(changes),
    }


def _cells(entries: Iterable[JournalEntry]) -> dict[str, str]:
    return {entry.kind: cell_of(entry.kind, entry.value, entry.text) for entry in entries}


def _meanwhile(changes: Iterable[Change], saved: Iterable[JournalEntry]) -> list[dict[str, str | None]]:
    """What others wrote since this writer looked, each with what was written over it; None for nothing."""
    mine = {entry.kind: entry for entry in saved}
    theirs = {change.entry.kind: change.entry for change in changes}
    return [
        {
            "says": says_of(kind),
            "theirs": _cell(theirs[kind]),
            "mine": _cell(mine[kind]) if kind in mine else _cell(theirs[kind]),
        }
        for kind in sorted(theirs, key=place_of)
    ]


def _cell(entry: JournalEntry) -> str | None:
    if (entry.value, entry.text) == (None, None):
        return None
    return cell_of(entry.kind, entry.value, entry.text)


def _history(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Saves, the last one first."""
    saves: dict[int, dict[str, Any]] = {}
    for change in changes:
        at = None if change.noted_at_us is None else change.noted_at_us / 1000
        save = saves.setdefault(
            change.save_no, {"save_no": change.save_no, "at": at, "by": change.noted_by, "cells": []}
        )
        save["cells"].append((says_of(change.entry.kind), _cell(change.entry)))
    return [saves[number] for number in sorted(saves, reverse=True)]


def _sent(said: Mapping[str, Any]) -> tuple[str, date, int, dict[str, str]]:
    subject, seen, cells = said.get("subject"), said.get("seen"), said.get("cells")
    if not isinstance(subject, str) or not subject.strip() or len(subject) > _LONGEST_NAME:
        raise UsageError("a day of the journal needs a person's name as 'subject'")
    if not isinstance(seen, int) or isinstance(seen, bool):
        raise UsageError("a day of the journal needs the number of the last save as 'seen'")
    if not isinstance(cells, dict) or not all(isinstance(cell, str) for cell in cells.values()):
        raise UsageError("a day of the journal needs its 'cells' as text by name")
    try:
        day = day_of(str(said.get("day")), latest_day())
        subject.encode()
    except UnreadableError as error:
        raise UsageError(error.what, hint=error.hint) from None
    except UnicodeEncodeError:
        raise UsageError("'subject' is not valid text") from None
    return subject.strip(), day, seen, cells
