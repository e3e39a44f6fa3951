"""Finished files: on disk, for their owner only, in place by one rename. And lock files, opened without following."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from ingest.errors import UsageError

OWNER_FILE = 0o600


def settle(built: Path, target: Path) -> None:
    """Move a finished file to its place in one step, on disk and for its owner only."""
    make_durable(built)
    built.replace(target)
    sync_folder(target.parent)


def make_durable(built: Path) -> None:
    """For its owner only, and on disk."""
    handle = os.open(built, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        # A refusal: it is ours, so this is a file system without permissions, as on a stick.
        with contextlib.suppress(PermissionError):
            os.fchmod(handle, OWNER_FILE)
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_lock(path: Path) -> int:
    """Open a lock file, made if missing; its handle is the caller's to close.

    A lock has to have a name that others know. So a link of that name, which would have another file emptied, is
    refused, and so is a file that is not ours alone.

    Raises
    ------
    UsageError
        It is a link, no plain file, or another user's; or it cannot be opened.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, OWNER_FILE)
    except OSError as error:
        what = "is a link" if path.is_symlink() else error.strerror or str(error)
        raise UsageError(
            f"cannot be used as a lock: {what}", path=path, hint="remove it, or check the folder"
        ) from None
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1:
        return handle
    os.close(handle)
    raise UsageError("cannot be used as a lock: it is not a file of yours alone", path=path, hint="remove it")
