"""What ``nightkick forget`` does not touch, as far as it can be seen: files of people, and copies made on purpose."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from analytics.store import Store, StoredRecording, frames
from flows.settings.settings import Settings, candidates
from flows.unattended.archive import archive_folder
from ingest.errors import StoreError

#: Holds the database in every backup; see `analytics.store.copies.backup`.
_IN_BACKUPS = "database.duckdb"


def original_files(recordings: Sequence[StoredRecording], settings: Settings) -> Iterator[Path]:
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


def copies_beside(store: Store, hashes: Sequence[str], subject: str | None) -> Iterator[Path]:
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


def settings_that_name(subject: str) -> Iterator[Path]:
    """Settings files in which the person's name stands."""
    for path in candidates():
        try:
            if subject in path.read_text(encoding="utf-8", errors="replace"):
                yield path
        except OSError:
            continue
