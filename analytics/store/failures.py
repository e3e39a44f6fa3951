"""What DuckDB and the file system complain of, in the words of the project's error tree.

The only place that reads foreign error messages: DuckDB reports a held lock, a newer file and a full disk all
as one class, and tells them apart in words alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from ingest.errors import DatabaseBusyError, DatabaseUnreadableError, StoreError


@dataclass(frozen=True, slots=True)
class _Reading:
    pattern: re.Pattern[str]
    what: str
    hint: str


def _reading(pattern: str, what: str, hint: str) -> _Reading:
    return _Reading(re.compile(pattern, re.IGNORECASE), what, hint)


#: Two processes (the lock), two connections of one process (the rest). Waiting helps.
_BUSY = re.compile(
    r"could not set lock|used by another process|different configuration than existing|unique file handle conflict",
    re.IGNORECASE,
)
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")

_OF_THE_DISK = (
    _reading(
        r"no space left|file too large|disk quota exceeded|not enough space|max_temp_directory_size",
        "no space left on the disk",
        "make room and try again; nothing was stored by halves",
    ),
    _reading(r"permission denied|read-only file system|operation not permitted", "no permission", "check its owner"),
)
_OF_DUCKDB = (
    _reading(
        r"newer version of duckdb|with version number",
        "written by a newer DuckDB than the one installed here",
        "install a newer duckdb",
    ),
    _reading(r"is a directory", "a folder, not a database", "name a file"),
    _reading(
        r"database does not exist|no such file or directory|not a directory",
        "there is no database here yet",
        "import a recording first, or check the folder",
    ),
    _reading(
        r"not a valid duckdb|external extensions|extension .+ not found|checksum|could not read enough|corrupt",
        "not a database, or a damaged one",
        "move it away and import the recordings again",
    ),
)


def is_busy(error: duckdb.Error) -> bool:
    """Whether somebody else has the database open, so that waiting may help."""
    return _BUSY.search(str(error)) is not None


def first_line(error: BaseException) -> str:
    """What the error says, up to the first line break."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def busy(error: duckdb.Error | None, path: Path, wait_s: float) -> DatabaseBusyError:
    """The error for a lock that was not released within ``wait_s``, naming its holder."""
    held = _HOLDER.search(str(error))
    hint = f"end process {held['pid']} or close the database there" if held else "try again"
    return DatabaseBusyError(f"the database was in use by {holder_in(error)} for {wait_s:g} s", path=path, hint=hint)


def holder_in(error: duckdb.Error | None) -> str:
    """Who has the database open, as far as the error tells."""
    held = _HOLDER.search(str(error))
    return f"{Path(held['program']).name} (process {held['pid']})" if held else "this program itself"


def as_store_error(error: duckdb.Error | pl.exceptions.PolarsError | OSError, path: Path) -> StoreError:
    """The error of our own tree that says the same."""
    for reading in _OF_THE_DISK if isinstance(error, OSError) else (*_OF_THE_DISK, *_OF_DUCKDB):
        if reading.pattern.search(str(error)):
            return DatabaseUnreadableError(reading.what, path=path, hint=reading.hint)
    if isinstance(error, OSError):
        return DatabaseUnreadableError((error.strerror or str(error)).lower(), path=path, hint="name another place")
    return StoreError(first_line(error), path=path)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Inside, errors of DuckDB, polars and the file system become a `StoreError` about ``path``.

    Ctrl-C during a statement comes out of DuckDB as an error of its own, and becomes what it was.
    """
    try:
        yield
    except RuntimeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    except (duckdb.Error, pl.exceptions.PolarsError, OSError) as error:
        raise as_store_error(error, path) from error
    except UnicodeError as error:
        raise DatabaseUnreadableError("a name that is not valid UTF-8", path=path, hint="rename it") from error
