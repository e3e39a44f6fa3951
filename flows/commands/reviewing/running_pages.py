"""Which review pages of this user run on this machine: each leaves a note beside the file that opens it."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UsageError
from ingest.locks import Taking, open_lock, take
from ingest.workspace import OTHERS

#: How the folder of a page begins, in the folder for temporary files.
PREFIX = "nightkick-review-"
#: The file that opens a page, and the note, which is locked as long as the page runs.
OPENING, _NOTE = "open.html", "running"


@dataclass(frozen=True, slots=True)
class RunningPage:
    """A page that runs: the file that opens it, and the database that it shows."""

    file: Path
    database: Path


@contextmanager
def noting(folder: Path) -> Iterator[Callable[[int, Path], None]]:
    """Keep the note of a page while it runs; what is yielded writes its port and its database into it.

    Parameters
    ----------
    folder : Path
        That of the page, which only its user can read.

    Raises
    ------
    UsageError
        The note cannot be made.
    """
    handle = open_lock(folder / _NOTE)

    def write(port: int, database: Path) -> None:
        with suppress(OSError):  # on a full disk: then the page is not found, and runs all the same
            os.write(handle, json.dumps([port, str(database.absolute())]).encode())

    try:
        take(handle)
        yield write
    finally:
        os.close(handle)


def page_at(port: int) -> RunningPage | None:
    """The page of this user that runs at a port; None where none is known. One that was killed runs no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, UsageError, ValueError, TypeError):
            if not _is_ours(folder):
                continue
            at, database = json.loads((folder / _NOTE).read_text())
            if at == port and _is_held(folder / _NOTE):
                return RunningPage(folder / OPENING, Path(database))
    return None


def in_use(port: int, page: RunningPage, database: Path) -> UsageError:
    """The error for a port at which a page of this user runs, with how that one is opened again if it shows the same.

    Parameters
    ----------
    database : Path
        The one to be shown now.
    """
    if page.database.resolve() == database.resolve():
        return UsageError(
            f"port {port} is in use: the page of this database runs there already",
            hint=f"to open it again, open {page.file} in the browser; --port 0 starts another page",
        )
    return UsageError(
        f"port {port} is in use: nightkick review runs there for {page.database}", hint="--port 0 takes a free one"
    )


def _is_ours(folder: Path) -> bool:
    """Whether this user alone can have written there: others may make a folder of that name, to be opened by us."""
    seen = folder.lstat()
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not stat.S_IMODE(seen.st_mode) & OTHERS


def _is_held(note: Path) -> bool:
    handle = open_lock(note)
    try:
        return take(handle) is Taking.THEIRS
    finally:
        os.close(handle)
