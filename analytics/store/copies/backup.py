"""Everything in one file, and the way back: a zip of the database, the samples where wanted, and their hashes.

The database in it is a copy that DuckDB makes of one moment, so a backup may be taken while others import. The
journal and the reviews are nowhere else: the database is always in it. Samples come from files that people may still
have, and take a hundred times the room: they are in it on request.

Restoring checks every hash before it touches anything, and puts the database in place by one rename. The names in a
backup are never used as names of files: what is taken out is what its own list of hashes says, under the names that
the store gives.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from analytics.files import outputs
from analytics.files.outputs import ANOTHER, Kind, refuse_taken
from analytics.files.places import is_database
from analytics.store.copies.replacing import put_in_place
from analytics.store.database.connection import Store, first_row, reading, writing
from analytics.store.database.failures import translated
from analytics.store.database.migrate import initialise
from analytics.store.database.publish import copied
from analytics.store.database.steps import published_views
from analytics.store.samples.handing import second_name
from analytics.store.samples.staged import samples_path
from ingest.archives.own_files import DATABASE, MANIFEST
from ingest.errors import DatabaseUnreadableError, StoreError, UsageError
from ingest.workspace import OWNER_FOLDER, workspace

LAYOUT = 1
#: A line for each recording of a long life.
MOST_MANIFEST_BYTES = 64 << 20
PIECE_BYTES = 1 << 20
#: zlib's quickest: the usual level takes six times as long for a database that is hardly smaller.
PACKING = 1

_SAMPLES = re.compile(r"recordings/(?P<sha256>[0-9a-f]{64})\.parquet")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes
    ----------
    made_at : str
        When, ISO 8601, UTC.
    n_recordings : int
        Recordings whose samples are in it.
    n_lacking : int
        Recordings of the database whose samples are not in it.
    kept : Path or None
        Where the database is kept that a restore has replaced.
    """

    made_at: str
    n_recordings: int
    n_lacking: int
    kept: Path | None = None


@dataclass(frozen=True, slots=True)
class _Member:
    """One file in a backup."""

    size: int
    sha256: str


def back_up(store: Store, target: Path, *, with_samples: bool) -> Backup:
    """Write a backup to ``target``, for its owner only; an older one there is replaced when the new one is whole.

    Raises
    ------
    UsageError
        What is at ``target`` belongs to a store, or is no backup, or one of another database, or one with samples
        that the new one would lack.
    StoreError
        The database cannot be read, or the backup not be written.
    """
    refuse_taken(target, BACKUP)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    with translated(target), _room(target.absolute().parent) as folder:
        copy = copied(store, folder, by_rows=True)
        hashes = _recordings_in(copy)
        built = folder / "backup.zip"
        files = {DATABASE: copy, **(dict(_sample_files(store, hashes)) if with_samples else {})}
        if target.exists():
            _refuse_to_lose(target, files, hashes, folder)
        with zipfile.ZipFile(built, "x", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as archive:
            members = {name: _put(archive, name, file) for name, file in files.items()}
            content = {name: [member.size, member.sha256] for name, member in members.items()}
            about = {"nightkick backup": LAYOUT, "made_at": made_at, "n_recorded": len(hashes), "files": content}
            archive.writestr(MANIFEST, json.dumps(about, indent=1))
        outputs.put_in_place(built, target, BACKUP)
    return Backup(made_at, len(members) - 1, len(hashes) - len(members) + 1)


def restore(store: Store, source: Path, *, force: bool) -> Backup:
    """Put the database of a backup in its place, and the samples that are in it beside.

    Parameters
    ----------
    source : Path
        A backup, or a database: the published copy, or one that was kept.
    force : bool
        Whether a database that is there may be replaced. It is kept under another name, see
        `analytics.store.copies.kept`.

    Raises
    ------
    UsageError
        There is a database already, and no ``force``.
    DatabaseUnreadableError
        ``source`` is no backup, or a damaged one. Nothing was changed.
    StoreError
    """
    if store.path.exists() and not force:
        raise UsageError("there is a database already", path=store.path, hint="--force replaces it and keeps a copy")
    if is_database(source):
        return _restore_copy(store, source)
    with translated(store.path), _room(store.path.parent) as folder, _opened(source) as archive:
        about = _manifest(archive, source)
        members = {name: _Member(*member) for name, member in about["files"].items()}
        files = {name: _take(archive, name, member, folder, source) for name, member in members.items()}
        _bring_up_to_date(files[DATABASE], source)
        store.recordings.mkdir(mode=OWNER_FOLDER, exist_ok=True)
        found = {match["sha256"]: files[name] for name in files if (match := _SAMPLES.fullmatch(name))}
        kept = put_in_place(store, files[DATABASE], samples=found, recordings=_recordings_in(files[DATABASE]))
    return Backup(about["made_at"], len(files) - 1, about["n_recorded"] - len(files) + 1, kept)


def _restore_copy(store: Store, source: Path) -> Backup:
    """Put a copy of another database in place, and samples that this one alone has."""
    if store.path.exists() and source.samefile(store.path):
        raise UsageError("that is the database itself", path=source, hint="name a backup or its published copy")
    made_at = datetime.fromtimestamp(source.stat().st_mtime, UTC).isoformat(timespec="seconds")
    with translated(store.path), _room(store.path.parent) as folder:
        copy = copied(Store(source, wait_s=store.wait_s), folder, by_rows=True)
        _bring_up_to_date(copy, source)
        _as_original(copy)
        hashes = _recordings_in(copy)
        lying = {sha256: samples_path(Store(source), sha256) for sha256 in hashes}
        theirs = {
            sha256: path for sha256, path in lying.items() if path.exists() and path != samples_path(store, sha256)
        }
        given = {sha256: second_name(path, folder) for sha256, path in theirs.items()}
        kept = put_in_place(store, copy, samples=given, recordings=hashes)
    n_there = sum(samples_path(store, sha256).exists() for sha256 in hashes)
    return Backup(made_at, n_there, len(hashes) - n_there, kept)


@contextmanager
def _room(beside: Path) -> Iterator[Path]:
    """A temporary folder in which a database may be opened: it is not locked, as a workspace is by its maker."""
    with workspace(beside) as held:
        folder = held / "room"
        folder.mkdir(mode=OWNER_FOLDER)
        yield folder


def _recordings_in(copy: Path) -> list[str]:
    with reading(Store(copy), any_schema=True) as con:
        return [sha256 for (sha256,) in con.execute("SELECT sha256 FROM recording ORDER BY 1").fetchall()]


def _sample_files(store: Store, hashes: list[str]) -> Iterator[tuple[str, Path]]:
    for sha256 in hashes:
        if (path := samples_path(store, sha256)).exists():
            yield f"recordings/{path.name}", path


def _put(archive: zipfile.ZipFile, name: str, file: Path) -> _Member:
    """Samples are compressed already, so they are stored as they are."""
    entry = name if name == DATABASE else zipfile.ZipInfo(name)
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        return _copied(source, target)


def _take(archive: zipfile.ZipFile, name: str, member: _Member, folder: Path, source: Path) -> Path:
    """One file out of a backup into ``folder``, if it is what the list of hashes says."""
    file = folder / name.rpartition("/")[2]
    with _damage_said(source), archive.open(name) as packed, file.open("xb") as target:
        found = _copied(packed, target, most=member.size)
    if found != member:
        raise _damaged(source, f"{name} is not what was backed up")
    return file


def _copied(source: IO[bytes], target: IO[bytes], most: int | None = None) -> _Member:
    """Copy, and say what it was; stops soon after ``most`` bytes."""
    digest, size = hashlib.sha256(), 0
    while (most is None or size <= most) and (piece := source.read(PIECE_BYTES)):
        digest.update(piece)
        target.write(piece)
        size += len(piece)
    return _Member(size, digest.hexdigest())


def _bring_up_to_date(database: Path, source: Path) -> None:
    """Refuse a database of a newer nightkick, and one that is none, before anything is replaced by it."""
    try:
        initialise(Store(database))
    except StoreError as error:
        raise error.about(source) from error


def _as_original(database: Path) -> None:
    """Let a published copy, once it is a database of its own, no longer say that it is a copy."""
    with writing(Store(database)) as con:
        con.execute(published_views())
        con.execute("CHECKPOINT")


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError:
        raise DatabaseUnreadableError("there is no such file", path=source, hint="name a backup") from None
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(source, "not a backup of nightkick, or a damaged one") from error
    with archive:
        yield archive


def _manifest(archive: zipfile.ZipFile, source: Path) -> Mapping[str, Any]:
    """What the backup says of itself, if it makes sense."""
    with _damage_said(source):
        if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
            raise ValueError("a list of that size is none of ours")
        about = json.loads(archive.read(MANIFEST))
        if about["nightkick backup"] > LAYOUT:
            raise StoreError("made by a newer nightkick", path=source, hint="update nightkick")
        names = set(about["files"])
        if DATABASE not in names or not all(_SAMPLES.fullmatch(name) for name in names - {DATABASE}):
            raise ValueError("it lists what no backup holds")
        if not all(isinstance(size, int) and isinstance(sha256, str) for size, sha256 in about["files"].values()):
            raise ValueError("it lists no sizes and hashes")
        return {"made_at": str(about["made_at"]), "n_recorded": int(about["n_recorded"]), "files": about["files"]}


@contextmanager
def _damage_said(source: Path) -> Iterator[None]:
    """Inside, whatever a damaged zip makes Python say becomes one error about ``source``."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, AttributeError,
            NotImplementedError, RuntimeError) as error:  # fmt: skip
        raise _damaged(source, "not a backup of nightkick, or a damaged one") from error


def _damaged(source: Path, what: str) -> DatabaseUnreadableError:
    return DatabaseUnreadableError(what, path=source, hint="use another backup; nothing was changed")


def _is_backup(path: Path) -> bool:
    try:
        with _opened(path) as archive:
            _manifest(archive, path)
    except StoreError:
        return False
    return True


BACKUP = Kind("backup of nightkick", _is_backup)


def _refuse_to_lose(older: Path, files: Mapping[str, Path], hashes: list[str], folder: Path) -> None:
    """A backup may be all that is left of a database or of samples, so not every newer one may replace it."""
    try:
        with _opened(older) as archive:
            names = _manifest(archive, older)["files"]
            room = folder / "older"
            room.mkdir(mode=OWNER_FOLDER)
            born = _born(_take(archive, DATABASE, _Member(*names[DATABASE]), room, older))
    except StoreError as error:
        raise UsageError(f"the backup there cannot be read: {error.what}", path=older, hint=ANOTHER) from error
    if born != _born(files[DATABASE]):
        raise UsageError("the backup there is of another database", path=older, hint=ANOTHER)
    if lost := {f"recordings/{sha256}.parquet" for sha256 in hashes} & names.keys() - files.keys():
        what = f"the backup there holds samples that the new one would lack, of {len(lost)} recordings"
        raise UsageError(what, path=older, hint="--with-recordings, or name another file")


def _born(database: Path) -> datetime:
    """When a database was made, to the microsecond: what it shares with its copies alone, wherever they lie."""
    with reading(Store(database)) as con:
        row = first_row(con, "SELECT min(applied_at) FROM schema_migration")
    assert row is not None
    return cast(datetime, row[0])
