"""What an import leaves behind: one short transaction, the only moment the database is locked for writing.

Decides whether an analysis may be stored. Analysing takes long and the database is free
meanwhile, so another import may have added a second leg to the same night. `save` therefore compares what each
night was analysed from with what belongs to it *now*, inside the transaction, and refuses the whole of it when
they differ. That is what makes the order of imports, and doing them at once, come out the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl

from analytics.model import Night
from analytics.store.database.connection import Store, transaction
from analytics.store.database.tables import UTC_US, Columns, frame_of, insert
from analytics.store.edits.again import reviewed_again
from analytics.store.following import follow
from analytics.store.read import NightKey, keys_of
from analytics.store.recordings import StoredRecording, membership_frame, recording_frame
from analytics.store.rows import night_frames
from analytics.store.samples.staged import holds_samples
from analytics.store.statements.without_frames import NIGHT_TABLES, PRUNED, UNREAD
from analytics.store.windows import Placed, refuse_other_bases
from ingest.errors import StaleAnalysisError, StoreError
from ingest.recording import ZoneSource


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to import a file. Times are UTC microseconds since 1970.

    Attributes
    ----------
    zone, zone_source : str or None
        What was taken for the wearer's zone, and who said so; None where nothing was stored.
    changes : tuple of str or None
        What of a known recording was changed, without names of people; None where it was not known.
    """

    path: Path
    sha256: str | None
    status: Literal["imported", "known", "refused", "failed"]
    error: str | None
    started_at_us: int
    finished_at_us: int
    version: str
    zone: str | None = None
    zone_source: ZoneSource | None = None
    changes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    """A recording that belongs to a night, the zone in which it says so, and whether it holds movement."""

    sha256: str
    zone: str
    moves: bool


def record_attempts(store: Store, attempts: Sequence[Attempt]) -> None:
    """Append attempts that stored nothing else."""
    if not attempts:
        return
    with transaction(store, bookkeeping=True) as con:
        insert(con, "import_attempt", _attempt_frame(attempts))


#: Every night runs from noon to noon.
NOON_TO_NOON = Placed()


def save(
    store: Store,
    recording: StoredRecording,
    nights: Sequence[Night],
    attempt: Attempt | None,
    placed: Placed = NOON_TO_NOON,
) -> None:
    """Store a recording with every night it touches: all of it, or nothing.

    Rows of the recording and of these nights are replaced. When the recording was stored before under another
    subject or zone, the nights it no longer lies in must be given too, analysed without it; those for which
    no recording is left are removed.

    Parameters
    ----------
    nights : sequence of Night
        Each analysed from all recordings of that night that hold samples of it, and from those without movement
        that lie beside them. A night that lies between first and last sample but holds none is left out.
    placed : Placed
        Where the nights begin and end, and which other recordings lie in other nights now.

    Raises
    ------
    StaleAnalysisError
        They were analysed, or divided, from other recordings than belong to them now. Nothing was written.
    StoreError
    """
    frames = night_frames(nights)
    with transaction(store) as con:
        before = _nights_before(con, recording.sha256)
        _replace_recording(con, recording, staged=attempt is not None)
        touched = {*before, *keys_of(recording), *_move(con, placed)}
        refuse_other_bases(con, store, placed)
        _replace_nights(store, con, touched, nights, frames, placed)
        follow(con, recording, sorted(before), placed)
        reviewed_again(con, store, touched)
        if attempt is not None:
            insert(con, "import_attempt", _attempt_frame([attempt]))


def save_nights(store: Store, nights: Sequence[Night], placed: Placed = NOON_TO_NOON) -> None:
    """Store nights that were analysed again from recordings that did not change: all of them, or none.

    Parameters
    ----------
    placed : Placed
        Where these nights begin and end, and which recordings lie in other nights now.

    Raises
    ------
    StaleAnalysisError
        As `save`.
    StoreError
    """
    frames = night_frames(nights)
    with transaction(store) as con:
        touched = _move(con, placed)
        refuse_other_bases(con, store, placed)
        _replace_nights(store, con, touched, nights, frames, placed)
        reviewed_again(con, store, {*touched, *((night.subject, night.night_date) for night in nights)})


def _move(con: duckdb.DuckDBPyConnection, placed: Placed) -> set[NightKey]:
    """Put the other recordings into their nights; every night that may have changed with that."""
    touched = set(placed.windows)
    for recording in placed.moved:
        before = _nights_before(con, recording.sha256)
        touched |= {*before, *keys_of(recording)}
        con.execute("DELETE FROM recording_night WHERE sha256 = ?", [recording.sha256])
        insert(con, "recording_night", membership_frame(recording))
        follow(con, recording, sorted(before), placed)
    return touched


def _nights_before(con: duckdb.DuckDBPyConnection, sha256: str) -> set[NightKey]:
    rows = con.execute("SELECT subject, night_date FROM recording_night WHERE sha256 = ?", [sha256]).fetchall()
    return {(subject, night_date) for subject, night_date in rows}


def _replace_recording(con: duckdb.DuckDBPyConnection, recording: StoredRecording, *, staged: bool) -> None:
    for table, frame in (("recording", recording_frame(recording)), ("recording_night", membership_frame(recording))):
        con.execute(f"DELETE FROM {table} WHERE sha256 = ?", [recording.sha256])
        insert(con, table, frame)
    if staged:
        con.execute("DELETE FROM setting WHERE name = ?", [PRUNED + recording.sha256])


def _replace_nights(
    store: Store,
    con: duckdb.DuckDBPyConnection,
    touched: set[NightKey],
    nights: Sequence[Night],
    frames: Mapping[str, pl.DataFrame],
    placed: Placed,
) -> None:
    given = {(night.subject, night.night_date): night for night in nights}
    if len(given) < len(nights):
        raise StoreError("the same night was given twice", path=store.path)
    for key in sorted(touched | given.keys()):
        _refuse_stale(store, key, given.get(key), _members(con, key), placed)
        for table in NIGHT_TABLES:
            con.execute(f"DELETE FROM {table} WHERE subject = ? AND night_date = ?", list(key))
        con.execute("DELETE FROM setting WHERE name = ?", [f"{UNREAD}{key[1]} {key[0]}"])
    for table, frame in frames.items():
        insert(con, table, frame)


def _members(con: duckdb.DuckDBPyConnection, key: NightKey) -> tuple[_Member, ...]:
    query = """
        SELECT r.sha256, r.zone, r.n_samples > 0 FROM recording r JOIN recording_night n ON n.sha256 = r.sha256
        WHERE n.subject = ? AND n.night_date = ? ORDER BY r.sha256
    """
    return tuple(_Member(*row) for row in con.execute(query, list(key)).fetchall())


def _refuse_stale(store: Store, key: NightKey, night: Night | None, members: Sequence[_Member], placed: Placed) -> None:
    """Raise unless the night was analysed from exactly the recordings that have a say in it."""
    analysed = set(night.recordings) if night else set()
    strangers = analysed - {member.sha256 for member in members}
    unseen = [m for m in members if m.sha256 not in analysed and _holds(store, m, key, night, placed)]
    if strangers or unseen or (night and not analysed):
        subject, night_date = key
        raise StaleAnalysisError(
            f"the night {night_date} of {subject} has other recordings by now than it was analysed from",
            path=store.path,
            hint="analyse it again",
        )


def _holds(store: Store, member: _Member, key: NightKey, night: Night | None, placed: Placed) -> bool:
    """Whether a recording has a say in a night: samples of it, or stages and vitals beside others' samples."""
    if not member.moves:
        return night is not None
    start_us, end_us = placed.window(key, night.zone if night else member.zone)
    return holds_samples(store, member.sha256, start_us, end_us)


def _attempt_frame(attempts: Sequence[Attempt]) -> pl.DataFrame:
    columns: Columns = {
        "path": pl.String,
        "sha256": pl.String,
        "status": pl.String,
        "error": pl.String,
        "started_at": UTC_US,
        "finished_at": UTC_US,
        "version": pl.String,
        "zone": pl.String,
        "zone_source": pl.String,
        "changes": pl.List(pl.String),
    }
    return frame_of([_attempt_row(attempt) for attempt in attempts], columns)


def _attempt_row(a: Attempt) -> tuple[object, ...]:
    changes = None if a.changes is None else list(a.changes)
    times = a.started_at_us, a.finished_at_us
    return str(a.path), a.sha256, a.status, a.error, *times, a.version, a.zone, a.zone_source, changes
