"""Files that appear whole or not at all, and for their owner only. They are built in an `ingest.workspace`."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.settled import OWNER_FILE, make_durable, settle, sync_folder
from ingest.workspace import OWNER_FOLDER

__all__ = ["OWNER_FILE", "make_durable", "owner_only", "settle", "sync_folder"]

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
