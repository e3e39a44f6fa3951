"""Questions of the program itself about what is stored; those of people: `analytics.store.statements`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from analytics.store.database.connection import Store, first_row, reading, transaction
from analytics.store.recordings import StoredRecording, fetch_recordings
from ingest.errors import StoreError

#: A night of a person: subject, and local date of the evening.
NightKey = tuple[str, date]

_IN_NIGHT = "r.sha256 IN (SELECT sha256 FROM recording_night WHERE subject = ? AND night_date = ?)"

#: One statement and its parameters.
Question = tuple[str, Sequence[object]]


def frames(store: Store, *questions: Question) -> tuple[pl.DataFrame, ...]:
    """Answers to the program's own questions, all from one moment and through one connection.

    Instants arrive as ``Datetime("us", "UTC")``.
    """
    with reading(store) as con:
        return tuple(pl.DataFrame(con.sql(sql, params=list(parameters) or None)) for sql, parameters in questions)


def find_recording(store: Store, sha256: str) -> StoredRecording | None:
    """The recording with this content, or None where it was never imported."""
    with reading(store) as con:
        found = fetch_recordings(con, "r.sha256 = ?", [sha256])
    return found[0] if found else None


def stored_hashes(store: Store) -> set[str]:
    """The content of every recording: for thousands of files to look up, of which few are stored."""
    with reading(store) as con:
        return {sha256 for (sha256,) in con.execute("SELECT sha256 FROM recording").fetchall()}


def recordings_of_night(store: Store, subject: str, night_date: date) -> tuple[StoredRecording, ...]:
    """Everything recorded of a person in a night, in the order of ``(first_us, sha256)``."""
    with reading(store) as con:
        return fetch_recordings(con, _IN_NIGHT, [subject, night_date])


def nights_to_analyse(store: Store, recording: StoredRecording) -> dict[NightKey, tuple[StoredRecording, ...]]:
    """The nights that `save` needs analysed when this recording comes in, each with all its recordings.

    These are the nights it lies in, and those it lay in before, under another subject or zone. A night for
    which nothing would be left is not among them: `save` removes it.
    """
    with reading(store) as con:
        before = fetch_recordings(con, "r.sha256 = ?", [recording.sha256])
        touched = sorted({key for known in (*before, recording) for key in keys_of(known)})
        others = {key: _others(con, key, recording.sha256) for key in touched}
    mine = dict.fromkeys(keys_of(recording), (recording,))
    full = {key: (*others[key], *mine.get(key, ())) for key in touched}
    return {key: tuple(sorted(found, key=lambda r: (r.first_us, r.sha256))) for key, found in full.items() if found}


def _others(con: duckdb.DuckDBPyConnection, key: NightKey, sha256: str) -> tuple[StoredRecording, ...]:
    return fetch_recordings(con, f"{_IN_NIGHT} AND r.sha256 <> ?", [*key, sha256])


def keys_of(recording: StoredRecording) -> tuple[NightKey, ...]:
    """The nights in which a recording lies."""
    return tuple((recording.subject, night_date) for night_date in recording.night_dates)


def default_ruleset(store: Store) -> str:
    """Name of the rule set whose numbers the views show."""
    with reading(store) as con:
        row = first_row(con, "SELECT value FROM setting WHERE name = 'default_ruleset'")
    if row is None:
        raise StoreError("no default rule set is set", path=store.path, hint="set one")
    return str(row[0])


def set_default_ruleset(store: Store, name: str) -> None:
    """Let the views show the numbers of another rule set. Nights not scored under it have none there."""
    with transaction(store) as con:
        con.execute("DELETE FROM setting WHERE name = 'default_ruleset'")
        con.execute("INSERT INTO setting VALUES ('default_ruleset', ?)", [name])
