"""Removing samples for good, also where the process is killed half-way.

Samples lie outside the database, so no transaction takes them along. Which ones are about to go is therefore noted in
a file beside the database before anything is changed, and the next process after a kill does what is left: the
samples that the database does not claim any more are removed, and the published copy is made anew. Where the kill came
before the database was changed, all of them are still claimed, and nothing is left to do.

The note holds hashes only. Its writer has it locked, so that work under way is not taken for abandoned.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.store.database.connection import Store, reading
from analytics.store.database.failures import translated
from analytics.store.database.publish import publish
from analytics.store.database.settling import sync_folder
from analytics.store.samples.handing import CLAIMED, removable_samples
from ingest.errors import DatabaseBusyError, StoreError
from ingest.locks import Taking, is_still_at, open_lock, take

_HASH = re.compile(r"[0-9a-f]{64}")


def note_path(store: Store) -> Path:
    """Where the note lies while samples are being removed."""
    return store.path.with_name(f".{store.path.stem}.forgetting")


@contextmanager
def removing(store: Store, hashes: Collection[str]) -> Iterator[None]:
    """Inside, the database gives up its claim on these samples; at the end those that it gave up are removed.

    Raises
    ------
    DatabaseBusyError
        Another process is at it.
    StoreError
    """
    with translated(store.path):
        handle = _locked(store)
        if handle is None:
            raise DatabaseBusyError("another nightkick forget is at work", path=store.path, hint="try again")
        try:
            hashes = _noted(handle, hashes)
            sync_folder(store.path.parent)
            try:
                yield
            except BaseException:
                # It may have come after the change. Where it cannot be told now, the next start finds the note.
                with contextlib.suppress(StoreError, OSError):
                    _finish(store, hashes)
                raise
            _finish(store, hashes)
        finally:
            os.close(handle)


def finish_removing(store: Store) -> bool:
    """Remove what a killed process left to remove; whether there was something. Cheap where there was not.

    Raises
    ------
    StoreError
    """
    if not note_path(store).exists():
        return False
    with translated(store.path):
        handle = _locked(store)
        if handle is None:
            return False
        try:
            _finish(store, _read(handle))
        finally:
            os.close(handle)
    return True


def is_unfinished(store: Store) -> bool:
    """Whether a killed process left something to remove."""
    try:
        handle = os.open(note_path(store), os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return take(handle) is not Taking.THEIRS
    finally:
        os.close(handle)


def _finish(store: Store, hashes: Collection[str]) -> None:
    with reading(store) as con:
        claimed = {sha256 for (sha256,) in con.execute(CLAIMED).fetchall()}
    for sha256 in sorted(set(hashes) - claimed):
        for path in removable_samples(store, sha256):
            path.unlink(missing_ok=True)
    if store.recordings.is_dir():
        sync_folder(store.recordings)
    publish(store)
    note_path(store).unlink(missing_ok=True)


def _locked(store: Store) -> int | None:
    """The note, ours alone; None where another process has it."""
    path = note_path(store)
    while True:
        handle = open_lock(path)
        if take(handle) is Taking.THEIRS:
            os.close(handle)
            return None
        if is_still_at(path, handle):  # another process may have finished, and removed the note, between the two calls
            return handle
        os.close(handle)


def _noted(handle: int, hashes: Collection[str]) -> set[str]:
    """Write them down, with those that a killed process left: it is not known here whether their samples are gone."""
    noted = {*_read(handle), *hashes}
    os.pwrite(handle, "".join(f"{sha256}\n" for sha256 in sorted(noted)).encode(), 0)
    os.fsync(handle)
    return noted


def _read(handle: int) -> list[str]:
    """A line that was not written to its end is none of ours."""
    return _HASH.findall(os.pread(handle, os.fstat(handle).st_size, 0).decode(errors="replace"))
