"""What DuckDB and the file system complain of, in the words of the project's error tree.

Reads foreign error messages: DuckDB reports a held lock, a newer file and a full disk all
as one class, and tells them apart in words alone.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from analytics.files.places import is_copy, is_database, own_samples, published_copy
from ingest.errors import DatabaseBusyError, DatabaseUnreadableError, StoreError

if TYPE_CHECKING:
    import polars as pl


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

#: Stands for `way_out`, which depends on the file.
_WAY_OUT = ""

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
        r"not a valid duckdb|external extensions|extension .+ not found|checksum|could not read enough|corrupt"
        r"|failed to deserialize|failure while replaying wal|cannot launch in-memory",
        "not a database, or a damaged one",
        _WAY_OUT,
    ),
    _reading(
        r"^(?:internal|fatal) error|database has been invalidated",
        "the database is damaged, or DuckDB has a defect",
        "nightkick doctor tells which",
    ),
)
#: What only damage can raise, by the kind of error: the text of other kinds may come from the statement itself.
_DAMAGE = re.compile(
    r"(?:internal|fatal) error: "
    r"|(?:io|serialization) error: .*?(?:checksum|could not read enough|corrupt|deserialize|replaying wal)",
    re.IGNORECASE | re.DOTALL,
)
#: What polars says before the text of an error that came up in DuckDB while rows were being handed over.
_PASSED_ON = "got external error: "


#: What DuckDB makes of Ctrl-C, without a cause: during a statement, where nothing else interrupts one here, and while
#: it calls Python for rows that it is handed (2.0, 1.5).
_INTERRUPTED = re.compile(
    r"Query interrupted|[^\n]* failed: KeyboardInterrupt: ?|KeyboardInterrupt: <EMPTY MESSAGE>.*", re.DOTALL
)


def is_busy(error: duckdb.Error) -> bool:
    """Whether another process has the database open, so that waiting may help."""
    return _BUSY.search(str(error)) is not None


def is_damage(error: BaseException) -> bool:
    """Whether the database could not be read because its file is damaged, whatever was asked of it.

    Errors inside of DuckDB count: it may have a defect as well, and only a look at the whole file tells.
    """
    if not isinstance(error, errors_below()):
        return False
    text = str(error) if isinstance(error, duckdb.Error) else str(error).partition(_PASSED_ON)[2]
    return _DAMAGE.match(text) is not None and not any(full.pattern.search(text) for full in _OF_THE_DISK)


def way_out(database: Path) -> str:
    """What brings a damaged database back: a hint with commands."""
    if database.suffix == ".parquet":
        return "import its file again"
    if is_copy(database):
        return "the next import writes the published copy anew; name the database itself with --db"
    if not is_database(database) and not published_copy(database).exists() and not own_samples(database).exists():
        return f"name another file; if this was one: nightkick restore BACKUP --force --db {shlex.quote(str(database))}"
    name, copy = shlex.quote(str(database)), published_copy(database)
    restore = f"nightkick restore BACKUP --force --db {name}"
    if copy.exists():
        return f"{restore}, or as of the last import: nightkick restore {shlex.quote(str(copy))} --force --db {name}"
    return f"{restore}; without a backup import the recordings into a new database, and reviews and journal are lost"


def first_line(error: BaseException) -> str:
    """The text of an error up to its first line break."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def errors_below() -> tuple[type[duckdb.Error] | type[pl.exceptions.PolarsError], ...]:
    """The errors that DuckDB and polars raise; those of polars only in a process that has loaded it."""
    polars = sys.modules.get("polars")
    return (duckdb.Error,) if polars is None else (duckdb.Error, polars.exceptions.PolarsError)


def busy(error: duckdb.Error | None, path: Path, wait_s: float) -> DatabaseBusyError:
    """The error for a lock that was not released in time, naming its holder.

    Parameters
    ----------
    error : duckdb.Error or None
        Names the holder; None where this program itself holds the lock.
    wait_s : float
        How long the lock was waited for.
    """
    held = _HOLDER.search(str(error))
    hint = f"end process {held['pid']} or close the database there" if held else "try again"
    return DatabaseBusyError(f"the database was in use by {holder_in(error)} for {wait_s:g} s", path=path, hint=hint)


def holder_in(error: duckdb.Error | None) -> str:
    """Who has the database open, as far as the error tells."""
    held = _HOLDER.search(str(error))
    return f"{Path(held['program']).name} (process {held['pid']})" if held else "this program itself"


def as_store_error(error: duckdb.Error | pl.exceptions.PolarsError | OSError, path: Path) -> StoreError:
    """Translate an error of DuckDB, polars or the disk into one of our own error tree."""
    for reading in _OF_THE_DISK if isinstance(error, OSError) else (*_OF_THE_DISK, *_OF_DUCKDB):
        if reading.pattern.search(str(error)):
            return DatabaseUnreadableError(reading.what, path=path, hint=reading.hint or way_out(path))
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
    except (*errors_below(), RuntimeError, OSError) as error:
        if isinstance(error.__cause__, KeyboardInterrupt) or _INTERRUPTED.fullmatch(str(error)):
            raise KeyboardInterrupt from error
        if isinstance(error, RuntimeError):
            raise
        raise as_store_error(error, path) from error
    except UnicodeError as error:
        raise DatabaseUnreadableError("a name that is not valid UTF-8", path=path, hint="rename it") from error
