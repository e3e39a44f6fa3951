"""Files that appear whole or not at all, and for their owner only. They are built in an `ingest.workspace`."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.workspace import OWNER_FOLDER

OWNER_FILE = 0o600

_guard = threading.Lock()
#: One entry for each thread inside `owner_only`: the setting before the first of them came.
_inside: list[int] = []


@contextmanager
def owner_only() -> Iterator[None]:
    """Inside, files that this process creates are for their owner only.

    DuckDB makes its log by itself, readable to all unless the process forbids it; and a process has one such
    setting for all of its threads: the first to come narrows it, the last to leave restores it.
    """
    with _guard:
        before = os.umask(~OWNER_FOLDER & 0o777)
        _inside.append(before if not _inside else _inside[0])
    try:
        yield
    finally:
        with _guard:
            first = _inside.pop()
            if not _inside:
                os.umask(first)


def settle(built: Path, target: Path) -> None:
    """Move a finished file to its place in one step, on disk and for its owner only."""
    make_durable(built)
    built.replace(target)
    sync_folder(target.parent)


def make_durable(built: Path) -> None:
    """For its owner only, and on disk."""
    handle = os.open(built, os.O_RDONLY)
    try:
        with contextlib.suppress(
            PermissionError
        ):  # it is ours: this is a file system without permissions, as on a stick
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
