"""Prefect's records, which name files and people: for their owner only, also those that a careless umask made."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHERS = 0o077
#: Holds the password of Prefect's pages, as long as our server runs.
SECRET = "password"


def only_for_its_owner(home: Path, *, whole: bool) -> None:
    """Take from others what they may do with records that were made before, or made by a careless umask.

    Parameters
    ----------
    whole : bool
        The folder is ours with all that is in it. Else only Prefect's own files are touched, for it may be any folder.

    Raises
    ------
    OSError
    """
    if not whole:
        for path in home.glob("prefect.db*"):
            _close(path)
        return
    _close(home)
    for folder, folders, files in os.walk(home):
        for name in (*folders, *files):
            _close(Path(folder, name))


def _close(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISLNK(found.st_mode) and found.st_mode & OTHERS:
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)


@contextmanager
def secret_file(home: Path, secret: str) -> Iterator[Path]:
    """Put the password where its owner alone can read it, for as long as the block runs.

    What lies there, a link too, is replaced and not followed.
    """
    path = home / SECRET
    half = path.with_name(f".{SECRET}.{secrets.token_hex(8)}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secret}\n")
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
