"""Locks between processes: a file or folder that one process has at a time.

The system takes a lock back when its process ends, however it ends, so no lock is left behind by a killed one. The
libraries for this open whatever lies under the lock's name; here the name lies in folders that others may write to.
"""

from __future__ import annotations

import fcntl
import os
import stat
from enum import Enum, auto
from pathlib import Path

from ingest.errors import UsageError
from ingest.settled import OWNER_FILE


class Taking(Enum):
    """What came of trying to take a lock."""

    OURS = auto()
    THEIRS = auto()
    NO_LOCKS_HERE = auto()  # a file system that has none


def open_lock(path: Path) -> int:
    """Open a lock file, made if missing; its handle is the caller's to close.

    A lock has to have a name that others know. So what lies there is looked at before it is opened: a link or a second
    name would have another file emptied, and to close a second name of a database drops DuckDB's own lock on it.

    Raises
    ------
    UsageError
        It is no plain file of this user alone, or cannot be opened.
    """
    _refuse(path, _found(path))
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, OWNER_FILE)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the folder") from None
    try:
        _refuse(path, os.fstat(handle))
    except UsageError:
        os.close(handle)
        raise
    return handle


def take(handle: int) -> Taking:
    """Try to take the lock on an open file or folder; it is held until ``handle`` is closed."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return Taking.THEIRS
    except OSError:
        return Taking.NO_LOCKS_HERE
    return Taking.OURS


def wait_for(handle: int) -> None:
    """Take the lock on an open file or folder, whenever it is free.

    Raises
    ------
    OSError
        The file system has no locks.
    """
    fcntl.flock(handle, fcntl.LOCK_EX)


def is_still_at(path: Path, handle: int) -> bool:
    """Whether the open file is the one of that name: the holder before may have removed it."""
    found, ours = _found(path), os.fstat(handle)
    return found is not None and (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino)


def _found(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error.strerror or str(error), "check the folder") from None


def _refuse(path: Path, found: os.stat_result | None) -> None:
    # No name at all is one that the holder before has just removed: `is_still_at` tells.
    if found is None or (stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink <= 1):
        return
    what = "it is a link" if stat.S_ISLNK(found.st_mode) else "it is not a file of yours alone"
    raise _unusable(path, what, "remove it")


def _unusable(path: Path, why: str, hint: str) -> UsageError:
    return UsageError(f"cannot be used as a lock: {why}", path=path, hint=hint)
