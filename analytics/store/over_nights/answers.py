"""The answer of every person, from what is stored, and what they were answered before.

The answer is made anew whenever it is asked for, so that it never lags behind a review or the journal. What was
answered is kept beside it with the version of its rule: a view could not hold what an older rule said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date

import polars as pl

from analytics.over_nights.answer import RULE_VERSION, PersonAnswer, answer_of
from analytics.over_nights.signs import clinician_signs
from analytics.over_nights.telling import headline
from analytics.store.database.connection import Store, reading, transaction
from analytics.store.database.tables import UTC_US, Columns, frame_of, insert
from analytics.store.over_nights.findings import Person, people_over_nights

_COLUMNS: Columns = {
    "subject": pl.String,
    "answered_at": UTC_US,
    "answer": pl.String,
    "says": pl.String,
    "evidence": pl.String,
    "missing": pl.String,
    "n_nights": pl.Int32,
    "n_judged": pl.Int32,
    "first_night": pl.Date,
    "last_night": pl.Date,
    "rule_version": pl.Int32,
    "version": pl.String,
}
_SAID = tuple(name for name in _COLUMNS if name != "answered_at")
_LATEST = f"""
SELECT {", ".join(_SAID)} FROM answer_given
QUALIFY row_number() OVER (PARTITION BY subject ORDER BY answered_at DESC, rowid DESC) = 1
"""


def answers(store: Store, *, subject: str | None = None, since: date | None = None) -> dict[str, PersonAnswer]:
    """The answer of everyone who has nights or a journal, by name.

    Parameters
    ----------
    subject : str or None
        None: all people.
    since : date or None
        First evening, and first day of the journal, that counts; None: all.

    Raises
    ------
    StoreError
    """
    return answers_of(people_over_nights(store, subject=subject, since=since))


def answers_of(people: Iterable[Person]) -> dict[str, PersonAnswer]:
    """The same of people whose nights were read already."""
    return {
        name: answer_of(nights, patterns, clinician_signs(nights, patterns, journal))
        for name, nights, patterns, journal in people
    }


def keep_answers(store: Store, found: Mapping[str, PersonAnswer], *, at_us: int, version: str) -> int:
    """Add what differs from what was answered last; returns how many are new, and writes nothing where none is.

    Parameters
    ----------
    found : mapping of str to PersonAnswer
        Over all nights.
    at_us : int
        Now, UTC.
    version : str
        Of nightkick.

    Raises
    ------
    StoreError
    """
    rows = [_row(name, answer, version) for name, answer in found.items()]
    with reading(store) as con:
        latest = set(con.execute(_LATEST).fetchall())
    new = [row for row in rows if row not in latest]
    if new:
        with transaction(store) as con:
            insert(con, "answer_given", frame_of([(row[0], at_us, *row[1:]) for row in new], _COLUMNS))
    return len(new)


def _row(name: str, answer: PersonAnswer, version: str) -> tuple[object, ...]:
    return (
        name,
        answer.name,
        headline(answer),
        json.dumps([asdict(one) for one in answer.evidence]),
        json.dumps(asdict(answer.missing)),
        answer.n_nights,
        answer.n_judged,
        answer.first,
        answer.last,
        RULE_VERSION,
        version,
    )
