"""Forgetting a person, a night or a recording: their rows leave the database and the file that it is.

It knows which rows tell of whom: every table is named in `RULES` or `OF_NO_PERSON`, and a test fails
for one that is not. The rows go in one step together with what takes their place: a night that keeps another recording
is analysed again from that one before anything is deleted. See `analytics.store.database.rewriting` for why a kill
leaves all or nothing, and `analytics.store.samples.removing` for the samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import polars as pl

from analytics.model import Night
from analytics.store.database.changes import note_change
from analytics.store.database.connection import Store, atomic, first_row, reading
from analytics.store.database.rewriting import rewrite
from analytics.store.database.tables import frame_of, insert
from analytics.store.read import NightKey
from analytics.store.recordings import StoredRecording, fetch_recordings
from analytics.store.rows import night_frames
from analytics.store.samples.removing import removing
from analytics.store.statements.without_frames import JOURNAL_TABLES, NIGHT_TABLES, PRUNED, UNREAD
from ingest.errors import DatabaseBusyError, UsageError

_GONE_FILE = """
    (sha256 IN (SELECT sha256 FROM gone) OR (
        (path IN (SELECT path FROM gone) OR names(path) OR names(error))
        AND (sha256 IS NULL OR sha256 NOT IN (SELECT sha256 FROM recording))))
"""
_DAYS = " UNION ".join(f"SELECT subject, day FROM {table}" for table in JOURNAL_TABLES)
#: Which rows of a table go, in the words of the temporary tables that `_prepare` makes.
RULES: Mapping[str, str] = {
    **dict.fromkeys(NIGHT_TABLES, "(subject, night_date) IN (FROM gone_night)"),
    "recording": "sha256 IN (SELECT sha256 FROM gone)",
    "recording_night": "sha256 IN (SELECT sha256 FROM gone) OR (subject, night_date) IN (FROM dead_night)",
    "review_entry": "recording IN (SELECT sha256 FROM gone) OR (subject, night_date) IN (FROM dead_night)",
    "notice": "(subject, night_date) IN (FROM dead_night)",
    **dict.fromkeys(JOURNAL_TABLES, "(subject, day) IN (FROM gone_day)"),
    "import_attempt": _GONE_FILE,
    # What lay in an archive is remembered by the archive.
    "inbox_file": """
        EXISTS (FROM gone g WHERE g.path = inbox_file.path OR starts_with(g.path, inbox_file.path || '/'))
        OR (names(path) AND path NOT IN (SELECT path FROM recording WHERE sha256 NOT IN (SELECT sha256 FROM gone)))
    """,
    "assignment": "subject IN (SELECT name FROM gone_name) OR names(pattern)",
    "person": "subject IN (SELECT name FROM gone_name)",
    # It counts nights and days, of which one is gone.
    "answer_given": """
        subject IN (SELECT name FROM gone_name) OR subject IN (SELECT subject FROM gone_night)
        OR subject IN (SELECT subject FROM gone_day)
    """,
    "setting": f"""
        name IN (SELECT '{PRUNED}' || sha256 FROM gone)
        OR name IN (SELECT '{UNREAD}' || night_date || ' ' || subject FROM gone_night)
    """,
}
OF_NO_PERSON = frozenset({"schema_migration", "criteria_used", "ruleset_used"})

#: Every night of which anything is kept.
_KEYS = " UNION ".join(
    f"SELECT subject, night_date FROM {table}" for table in (*NIGHT_TABLES, "recording_night", "review_entry", "notice")
)
_BESIDE = "r.sha256 IN (SELECT sha256 FROM recording_night WHERE subject = ? AND night_date = ?) AND r.sha256 <> ?"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom or what to forget: a person, a night (of one person or of all), or a recording by its whole hash."""

    subject: str | None = None
    night: date | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Doomed:
    """What is deleted, and analysed again, when a wish is fulfilled.

    Attributes
    ----------
    nights : tuple of NightKey
        Of these nothing stays.
    anew : mapping of NightKey to tuple of StoredRecording
        Nights that lose a recording, and what is left to analyse them from.
    days : tuple of NightKey
        Days of the journal.
    counts : mapping of str to int
        Rows that go, by table.
    """

    recordings: tuple[StoredRecording, ...]
    nights: tuple[NightKey, ...]
    anew: Mapping[NightKey, tuple[StoredRecording, ...]]
    days: tuple[NightKey, ...]
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to forget."""
        return not any(self.counts.values())


def find_doomed(store: Store, wish: Wish) -> Doomed:
    """Find what a wish would delete.

    Raises
    ------
    UsageError
        A recording of the night holds other nights too: their results and its samples cannot be told apart.
    StoreError
    """
    with reading(store) as con:
        return _doomed(con, wish)


def foreign_tables(store: Store) -> tuple[str, ...]:
    """Tables that are not ours, which `forget` leaves alone."""
    with reading(store) as con:
        found = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()
    return tuple(name for (name,) in found if name not in RULES and name not in OF_NO_PERSON)


def forget(store: Store, wish: Wish, doomed: Doomed, nights: Sequence[Night]) -> None:
    """Remove what `find_doomed` found, store these nights instead, remove the samples, and publish.

    A process that is killed leaves everything as it was, or a database without the rows; what is left to do then is
    done by `finish_removing`.

    Parameters
    ----------
    nights : sequence of Night
        Those of ``doomed.anew``, analysed from what is left of them.

    Raises
    ------
    DatabaseBusyError
        Others have changed it meanwhile, or have it open. Nothing was forgotten.
    StoreError
    """
    frames = night_frames(nights)

    def change(con: duckdb.DuckDBPyConnection) -> None:
        now = _doomed(con, wish)
        if now != doomed:
            raise DatabaseBusyError(
                "what is to be forgotten was changed meanwhile, nothing was forgotten",
                path=store.path,
                hint="try again",
            )
        with atomic(con):
            _delete(con)
            for table, frame in frames.items():
                insert(con, table, frame)
            note_change(con)

    with removing(store, [recording.sha256 for recording in doomed.recordings]):
        rewrite(store, change, traceless=True)


def _doomed(con: duckdb.DuckDBPyConnection, wish: Wish) -> Doomed:
    """Leaves the temporary tables behind for `_delete`."""
    find = _of_recording if wish.sha256 is not None else _of_subject if wish.night is None else _of_night
    recordings, nights, anew, days = find(con, wish)
    _prepare(con, wish, recordings, nights, anew, days)
    counts = {table: _count(con, f"SELECT count(*) FROM {table} WHERE {rule}") for table, rule in RULES.items()}
    return Doomed(recordings, nights, anew, days, counts)


_Found = tuple[
    tuple[StoredRecording, ...],
    tuple[NightKey, ...],
    dict[NightKey, tuple[StoredRecording, ...]],
    tuple[NightKey, ...],
]


def _of_subject(con: duckdb.DuckDBPyConnection, wish: Wish) -> _Found:
    recordings = fetch_recordings(con, "r.subject = ?", [wish.subject])
    nights = _keys(con, f"SELECT subject, night_date FROM ({_KEYS}) WHERE subject = ?", [wish.subject])
    days = _keys(con, f"SELECT subject, day FROM ({_DAYS}) WHERE subject = ?", [wish.subject])
    return recordings, nights, {}, days


def _of_night(con: duckdb.DuckDBPyConnection, wish: Wish) -> _Found:
    given = [wish.night, wish.subject, wish.subject]
    whose = "AND (subject = ? OR ?::VARCHAR IS NULL)"
    nights = _keys(con, f"SELECT subject, night_date FROM ({_KEYS}) WHERE night_date = ? {whose}", given)
    days = _keys(con, f"SELECT subject, day FROM ({_DAYS}) WHERE day = ? {whose}", given)
    inside = f"r.sha256 IN (SELECT sha256 FROM recording_night WHERE night_date = ? {whose})"
    recordings = fetch_recordings(con, inside, given)
    for recording in recordings:
        if others := [day for _, day in _nights_with(con, recording.sha256) if day != wish.night]:
            raise UsageError(
                f"the recording {recording.sha256[:12]} of {recording.subject} holds other nights as well "
                f"({', '.join(map(str, others))}), and its samples cannot be removed in part",
                hint=f"nightkick forget --recording {recording.sha256[:12]} forgets all of them",
            )
    return recordings, nights, {}, days


def _of_recording(con: duckdb.DuckDBPyConnection, wish: Wish) -> _Found:
    recordings = fetch_recordings(con, "r.sha256 = ?", [wish.sha256])
    touched = {(r.subject, night_date) for r in recordings for night_date in r.night_dates}
    touched.update(_nights_with(con, str(wish.sha256)))
    rest = {key: fetch_recordings(con, _BESIDE, [*key, wish.sha256]) for key in sorted(touched)}
    dead = tuple(key for key, others in rest.items() if not others)
    return recordings, dead, {key: others for key, others in rest.items() if others}, ()


def _nights_with(con: duckdb.DuckDBPyConnection, sha256: str) -> tuple[NightKey, ...]:
    """The stored nights that were analysed from a recording; those in which it has no sample are none."""
    return _keys(con, "SELECT subject, night_date FROM night WHERE list_contains(recordings, ?)", [sha256])


def _keys(con: duckdb.DuckDBPyConnection, query: str, given: Sequence[object]) -> tuple[NightKey, ...]:
    return tuple((subject, day) for subject, day in con.execute(f"{query} ORDER BY ALL", list(given)).fetchall())


def _prepare(
    con: duckdb.DuckDBPyConnection,
    wish: Wish,
    recordings: Sequence[StoredRecording],
    nights: Sequence[NightKey],
    anew: Mapping[NightKey, object],
    days: Sequence[NightKey],
) -> None:
    """Make what the words of `RULES` mean."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE gone (sha256 VARCHAR, path VARCHAR);
        CREATE OR REPLACE TEMP TABLE gone_night (subject VARCHAR, night_date DATE);
        CREATE OR REPLACE TEMP TABLE dead_night (subject VARCHAR, night_date DATE);
        CREATE OR REPLACE TEMP TABLE gone_day (subject VARCHAR, day DATE);
        CREATE OR REPLACE TEMP TABLE gone_name (name VARCHAR);
        -- As a word of its own: "anna" is in /in/anna/left.cwa and in anna_1.csv, not in hannah.csv.
        CREATE OR REPLACE TEMP MACRO names(says) AS coalesce((
            SELECT regexp_matches(lower(says), '(^|[^\\pL\\pN])' || regexp_escape(lower(name)) || '($|[^\\pL\\pN])')
            FROM gone_name
        ), false);
    """)
    whole = wish.subject if wish.night is None and wish.sha256 is None else None
    insert(con, "gone_name", frame_of([(whole,)] if whole else [], {"name": pl.String}))
    files = [(recording.sha256, str(recording.path)) for recording in recordings]
    insert(con, "gone", frame_of(files, {"sha256": pl.String, "path": pl.String}))
    insert(con, "gone_night", frame_of([*nights, *anew], {"subject": pl.String, "night_date": pl.Date}))
    insert(con, "dead_night", frame_of(list(nights), {"subject": pl.String, "night_date": pl.Date}))
    insert(con, "gone_day", frame_of(list(days), {"subject": pl.String, "day": pl.Date}))
    # Where else the same content lay.
    con.execute("""
        INSERT INTO gone SELECT DISTINCT sha256, path FROM import_attempt
        WHERE sha256 IN (SELECT sha256 FROM gone) AND (sha256, path) NOT IN (FROM gone)
    """)


def _delete(con: duckdb.DuckDBPyConnection) -> None:
    """Files before recordings: which of them belong to others is asked of these."""
    for table in sorted(RULES, key=lambda table: table == "recording"):
        con.execute(f"DELETE FROM {table} WHERE {RULES[table]}")


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = first_row(con, query)
    return int(row[0]) if row else 0
