"""What is said of people: who wore what (lines of a file as they were written), and who they are.

Both lie in the database, so that they travel with backups, are forgotten with a person, and change as a whole or not at
all. What a line means is decided above (`flows.importing.assignments`), what a person's age does in `analytics.person`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import polars as pl

from analytics.person import Person
from analytics.store.database.connection import Store, reading, transaction
from analytics.store.database.tables import Columns, frame_of, insert
from analytics.store.recordings import StoredRecording, fetch_recordings
from analytics.store.statements.without_frames import PERSON_COLUMNS, people_of

#: Name of the setting that holds which assignments the stored recordings were last compared with.
_COMPARED = "assignments_compared"


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One line; ``first_evening`` and ``last_evening`` are its from and to. None: nothing stands there."""

    line_no: int
    source: str
    serial: str | None
    pattern: str | None
    subject: str | None
    site: str | None
    side: str | None
    tz: str | None
    time_shift: str | None
    first_evening: str | None
    last_evening: str | None


_NAMES = tuple(field.name for field in fields(AssignmentRow))
_COLUMNS: Columns = {**dict.fromkeys(_NAMES, pl.String), "line_no": pl.Int32}


def assignment_rows(store: Store) -> tuple[AssignmentRow, ...]:
    """All lines, in the order of their file."""
    with reading(store) as con:
        rows = con.execute(f"SELECT {', '.join(_NAMES)} FROM assignment ORDER BY line_no, source").fetchall()
    return tuple(AssignmentRow(*row) for row in rows)


def write_assignments(store: Store, rows: Sequence[AssignmentRow]) -> None:
    """Let these take the place of all lines: every one, or none."""
    with transaction(store) as con:
        con.execute("DELETE FROM assignment")
        insert(con, "assignment", frame_of([astuple(row) for row in rows], _COLUMNS))


def every_recording(store: Store) -> tuple[StoredRecording, ...]:
    """All that are stored, in the order of their first samples."""
    with reading(store) as con:
        return fetch_recordings(con, "true", [])


def compared_with(store: Store) -> str | None:
    """Which assignments the stored recordings were last compared with; None: with none yet."""
    with reading(store) as con:
        found = con.execute("SELECT value FROM setting WHERE name = ?", [_COMPARED]).fetchall()
    return str(found[0][0]) if found else None


def note_compared(store: Store, what: str) -> None:
    """Remember with which assignments they were compared."""
    with transaction(store) as con:
        con.execute("DELETE FROM setting WHERE name = ?", [_COMPARED])
        con.execute("INSERT INTO setting VALUES (?, ?)", [_COMPARED, what])


_PERSON: Columns = {
    **dict.fromkeys(PERSON_COLUMNS, pl.String),
    "medication": pl.List(pl.String),
}


def describe(store: Store, subject: str, person: Person) -> None:
    """Keep what is said of one person, in place of what was."""
    _write(store, {subject: person}, [subject])


def settle_people(store: Store, settled: Mapping[str, Person]) -> None:
    """Keep what the settings say of people, and no longer what they said before; does nothing where it is kept.

    Raises
    ------
    StoreError
    """
    kept = people_of(store)
    gone = [name for name, person in kept.items() if person.said_by == "settings" and name not in settled]
    new = {name: person for name, person in settled.items() if kept.get(name) != person}
    if gone or new:
        _write(store, new, [*gone, *new])


def _write(store: Store, new: Mapping[str, Person], replaced: Sequence[str]) -> None:
    rows = [(name, p.born, p.age_group, p.sex, list(p.medication), p.said_by) for name, p in new.items()]
    with transaction(store) as con:
        con.execute("DELETE FROM person WHERE subject IN (SELECT unnest(?))", [list(replaced)])
        insert(con, "person", frame_of(rows, _PERSON))
