"""Prefect's home, the folder of its records, which name files and people.

It is for its owner only, also what a careless umask made there; and it is asked whether Prefect can go on with it.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ingest.errors import NightkickError
from ingest.workspace import OTHERS

#: Holds the password of Prefect's pages, as long as our server runs.
SECRET = "password"
#: The last change of its tables that Prefect made, and how the file of such a change names it.
_LAST_CHANGE = "SELECT version_num FROM alembic_version"
_CHANGE = re.compile(r"^revision\b[^=]*=\s*[\"']([^\"']+)", re.MULTILINE)


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


def cannot_be_kept(folder: Path) -> NightkickError | None:
    """Why Prefect cannot go on with its records here; None where it can.

    Nothing is made, for a folder may yet have to be. Records of a newer Prefect cannot be opened by an older one, which
    says so in no line of its own.
    """
    try:
        there = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        says = f"Prefect cannot keep its records in {folder}: {error.strerror}"
        return NightkickError(says, hint="make it a folder of yours, or name another one in PREFECT_HOME")
    if not os.path.lexists(records := folder / "prefect.db"):
        return None
    try:
        with closing(sqlite3.connect(f"{records.as_uri()}?mode=rw", uri=True, timeout=0)) as con:
            con.execute("BEGIN IMMEDIATE")  # of a file that can only be read it is none, so something is written
            con.execute("CREATE TABLE nightkick_was_here (x)")
            con.rollback()
            unknown = _unknown_changes(con)
    except sqlite3.Error as error:
        if "locked" not in str(error):  # by a run, which writes them then
            says = f"Prefect cannot write its records {records}: {error}"
            return NightkickError(says, hint="make the file yours, or move it away: Prefect makes a new one")
        return None
    if unknown:
        says = f"Prefect cannot open its records {records}: one newer than {version('prefect')} wrote them"
        return NightkickError(
            says, hint="update this Prefect, move the file away, or name another folder in PREFECT_HOME"
        )
    return None


def _unknown_changes(con: sqlite3.Connection) -> frozenset[str]:
    """Changes of its tables, by name, that the records went through and the installed Prefect does not know."""
    if not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
        return frozenset()  # none made yet
    return frozenset(name for (name,) in con.execute(_LAST_CHANGE)) - _known_changes()


def _known_changes() -> frozenset[str]:
    """Names of the changes that the installed Prefect can make; read from its files, for importing it takes seconds."""
    spec = find_spec("prefect")
    (home,) = spec.submodule_search_locations or [] if spec else []
    changes = (Path(home) / "server/database/_migrations/versions/sqlite").glob("*.py")
    return frozenset(name for file in changes for name in _CHANGE.findall(file.read_text(encoding="utf-8")))
