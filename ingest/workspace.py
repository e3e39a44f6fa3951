"""Temporary folders that clean up after themselves, also after a process that was killed.

A workspace is a folder beside the files it is for, so that a finished file is renamed into place and never
copied. Its maker holds a lock on it; one that is not locked belongs to a dead process and is removed by the next
one that comes along. A process number would not do: the system gives it to another process in time. What another user
has put into the folder under such a name, and a link to another folder, is no workspace and is left alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.locks import Taking, take, wait_for

PREFIX = ".nightkick-"
OWNER_FOLDER = 0o700
#: What no one else may do with a file or folder of ours.
OTHERS = 0o077
_FOLDER_ITSELF = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """A fresh folder inside ``folder``, for its owner only, gone at the end. Removes abandoned ones first.

    Raises
    ------
    OSError
    """
    own_folder(folder)
    clear(folder)
    path, handle = _locked_folder(folder)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


def clear(folder: Path) -> None:
    """Remove the workspaces in ``folder`` whose makers are dead."""
    for left in _abandoned(folder):
        shutil.rmtree(left, ignore_errors=True)


def abandoned(folder: Path) -> tuple[Path, ...]:
    """Workspaces in ``folder`` whose makers are dead."""
    return tuple(sorted(_abandoned(folder)))


def _abandoned(folder: Path) -> Iterator[Path]:
    """The same one by one, each locked until the next is asked for."""
    for path in folder.glob(f"{PREFIX}*"):
        with _unless_held(path) as is_free:
            if is_free:
                yield path


def own_folder(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, for its owner only; one that exists is left as it is."""
    for missing in reversed([p for p in (folder, *folder.parents) if not p.exists()]):
        missing.mkdir(mode=OWNER_FOLDER, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(20, "not a folder", str(folder))


def _locked_folder(folder: Path) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(path, _FOLDER_ITSELF)
            # No other user may open it: only another nightkick that looks whether its maker is dead is waited for.
            wait_for(handle)
            if path.exists():
                return path, handle
            os.close(handle)
        # Another process took it for abandoned before it was locked.


@contextmanager
def _unless_held(path: Path) -> Iterator[bool]:
    """Whether ``path`` is a workspace of ours whose maker is dead; inside, no other process can take it.

    In a folder that others write to, a link or another user's folder may bear such a name: neither is one.
    """
    try:
        handle = os.open(path, _FOLDER_ITSELF)
    except OSError:
        yield False
        return
    try:
        yield os.fstat(handle).st_uid == os.geteuid() and take(handle) is Taking.OURS
    finally:
        os.close(handle)
