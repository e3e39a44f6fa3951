"""What ``nightkick forget`` does not touch, as far as it can be seen: files of people, and copies made on purpose."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from analytics.store import Doomed, Store, StoredRecording, foreign_tables, frames, samples_path
from flows.importing.import_run import Context
from flows.settings.settings import Settings, candidates
from flows.unattended.archive import archive_folder
from flows.unattended.prefect_records import foreign_records, record_folders, shared_records
from ingest.errors import StoreError

#: Holds the database in every backup; see `analytics.store.copies.backup`.
_IN_BACKUPS = "database.duckdb"


def what_stays(
    context: Context, doomed: Doomed, *, subject: str | None, night: date | None, is_done: bool = True
) -> Iterator[str]:
    """List each place that may still hold what was forgotten, a line each.

    Parameters
    ----------
    doomed : Doomed
        What was forgotten.
    subject : str or None
        None: the night of everybody, or one recording.
    night : date or None
        The evening on which it begins; None: all nights of a person, or one recording.
    is_done : bool
        False: nothing was forgotten yet, so that samples of this database are still there.
    """
    store, hashes = context.store, [recording.sha256 for recording in doomed.recordings]
    for path in (samples_path(store, sha256) for sha256 in hashes):
        if is_done and path.exists():
            yield f"stays: {path}: another database in this folder has that recording too"
    for path in _original_files(doomed.recordings, context.settings):
        yield f"stays: {path}: delete it, or the next import of its folder brings it back"
    for path in _copies_beside(store, hashes, subject):
        yield f"stays: {path}: a kept copy or backup; delete it if it is not to hold this"
    if subject is None and night is None and doomed.nights:
        yield "stays: the journal of those days; --night forgets that too"
    if subject is not None and night is None:
        for path in _settings_that_name(subject):
            yield f"stays: {path}: these settings name {subject}"
        for name in _others_files_that_name(store, subject):
            yield f"stays: the name of {name}, a recording of another person"
    for table in foreign_tables(store):
        yield f"stays: the table {table} of the database, which is not nightkick's"
    if (shared := shared_records()).is_dir() and shared not in record_folders(store):
        yield f"stays: {shared}: Prefect's records of runs, none of this database"
    if foreign := foreign_records():
        yield f"stays: what Prefect recorded of runs where the environment says ({foreign})"
    yield "backups, exports and reports kept elsewhere cannot be known here"


def _original_files(recordings: Sequence[StoredRecording], settings: Settings) -> Iterator[Path]:
    """Files that recordings came from and that are still there, in the inbox, its archive, or elsewhere."""
    seen: set[Path] = set()
    inbox, archive = settings.schedule.inbox, settings.inbox.archive
    for recording in recordings:
        path = recording.path.absolute()
        # What came out of an archive is named by the way inside.
        here = next((place for place in (path, *path.parents) if place.exists()), path)
        found = [here] if here.is_file() else []
        if inbox and archive:
            found += _moved(path, archive_folder(inbox, archive))
        for file in found:
            if file not in seen:
                seen.add(file)
                yield file


def _moved(path: Path, archive: Path) -> list[Path]:
    """Under its name, or with a number where that was taken."""
    if not archive.is_dir():
        return []
    return sorted(
        file
        for file in archive.rglob("*")
        if file.suffix == path.suffix and (file.stem == path.stem or file.stem.startswith(f"{path.stem} ("))
    )


def _copies_beside(store: Store, hashes: Sequence[str], subject: str | None) -> Iterator[Path]:
    """Databases and backups in the database's folder that may hold what was forgotten."""
    for path in sorted(store.path.parent.iterdir()):
        if path in (store.path, store.published) or not path.is_file():
            continue
        if (path.suffix == ".zip" and _is_backup(path)) or (
            path.suffix == ".duckdb" and _may_hold(Store(path, store.wait_s), hashes, subject)
        ):
            yield path


def _is_backup(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return _IN_BACKUPS in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return True  # whatever it is, better named than not


def _may_hold(other: Store, hashes: Sequence[str], subject: str | None) -> bool:
    ask = "SELECT count(*) FROM recording WHERE subject = ? OR list_contains(?::VARCHAR[], sha256)"
    try:
        (found,) = frames(other, (ask, (subject, list(hashes))))
    except StoreError:
        return True
    return bool(found.item())


def _settings_that_name(subject: str) -> Iterator[Path]:
    """Settings files in which the person's name stands."""
    for path in candidates():
        try:
            if subject in path.read_text(encoding="utf-8", errors="replace"):
                yield path
        except OSError:
            continue


def _others_files_that_name(store: Store, subject: str) -> Iterator[str]:
    ask = "SELECT path FROM recording WHERE subject <> ? AND contains(lower(path), lower(?)) ORDER BY 1"
    (rows,) = frames(store, (ask, (subject, subject)))
    word = re.compile(rf"(?:^|[\W_]){re.escape(subject.lower())}(?:$|[\W_])")
    for (path,) in rows.iter_rows():
        if word.search(path.lower()):
            yield path
