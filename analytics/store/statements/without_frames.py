"""Questions of the program itself that load neither polars nor numpy: what every command asks before it does its work.

A frame costs half a second of a start, and a table of nights, a person's name or a mark needs none.
"""

from __future__ import annotations

from typing import Any

import duckdb

from analytics.person import Person
from analytics.store.database.connection import Store, reading
from analytics.store.statements.answers import Parameters, answer, fetched

#: Start of the name of a setting: a night, by day and subject, that was analysed before the journal said what it says.
UNREAD = "journal_unread:"
#: The same: of a recording, by its hash, that its samples were removed on purpose and its results kept.
PRUNED = "pruned:"
#: What a night comes to with its reviews; see `analytics.store.edits.rescoring`.
REVIEWED_TABLES = ("reviewed_night", "reviewed_unfit", "reviewed_score", "reviewed_event", "reviewed_flag")
#: Every table that holds rows of nights.
NIGHT_TABLES = (
    *("night", "sensor_clock", "speaker", "bout", "nap", "blank", "envelope", "half_minutes", "movement"),
    *("score", "event_row", "series_row", "flag"),
    *REVIEWED_TABLES,
)
#: What was noted of a day may be taken back, and then only its changes tell of the person.
JOURNAL_TABLES = ("journal_entry", "journal_change")
PERSON_COLUMNS = ("subject", "born", "age_group", "sex", "medication", "said_by")


def row_dicts(store: Store, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
    """The answer to one statement of ours, a dictionary a row, otherwise as `own_questions.query` gives it.

    Parameters
    ----------
    sql : str
        Never a person's: nothing here looks at what it does.
    parameters : sequence or mapping
        For ``?`` or ``$name`` in the statement.

    Raises
    ------
    QueryRefusedError
        More rows, or other dates, than an answer can hold.
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    return row_table(store, sql, parameters)[1]


def row_table(store: Store, sql: str, parameters: Parameters = ()) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The names of the columns, which an answer without rows has too, and the rows as `row_dicts` has them.

    Parameters
    ----------
    sql, parameters
        As for `row_dicts`.

    Raises
    ------
    QueryRefusedError, DatabaseBusyError, DatabaseUnreadableError, StoreError
        As `row_dicts`.
    """
    with reading(store) as con:
        columns, found = fetched(answer(con, sql, parameters))
    return columns, [dict(zip(columns, row, strict=True)) for row in found]


def described(con: duckdb.DuckDBPyConnection) -> dict[str, Person]:
    """Everyone of whom something is said, by name, on an open connection."""
    found = con.execute(f"SELECT {', '.join(PERSON_COLUMNS)} FROM person ORDER BY subject").fetchall()
    return {
        subject: Person(born, age_group, sex, tuple(medication), said_by)
        for subject, born, age_group, sex, medication, said_by in found
    }


def people_of(store: Store) -> dict[str, Person]:
    """Everyone of whom something is said, by name.

    Raises
    ------
    StoreError
    """
    with reading(store) as con:
        return described(con)


def known_subjects(store: Store, *, by_journal: bool = True) -> tuple[str, ...]:
    """All people of whom anything is kept; without ``by_journal`` those of whom more than a journal is.

    Raises
    ------
    StoreError
    """
    tables = [*NIGHT_TABLES, "recording", "recording_night", "review_entry", "notice", "assignment", "person"]
    tables += (*JOURNAL_TABLES, "answer_given") if by_journal else ()
    every = " UNION ".join(f"SELECT subject FROM {name}" for name in tables)
    with reading(store) as con:
        found = con.execute(f"FROM ({every}) WHERE subject IS NOT NULL ORDER BY 1").fetchall()
    return tuple(subject for (subject,) in found)
