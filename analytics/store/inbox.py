"""What is remembered of the files of an inbox, so that a run opens only those that are new or have changed.

Knows the table ``inbox_file``. Rows of files that are gone stay: a share that was not mounted for
one night must not be hashed again from end to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from analytics.store.database.connection import Store, reading, transaction
from analytics.store.database.tables import UTC_US, Columns, frame_of, insert, valid_text


@dataclass(frozen=True, slots=True)
class SeenFile:
    """How a file was when it was tried.

    Attributes
    ----------
    stamp : str
        Changes when the file is written to or replaced.
    is_done : bool
        Everything in it is stored; otherwise something was refused or failed.
    version : str
        Of nightkick.
    """

    stamp: str
    is_done: bool
    version: str


class SeenFiles:
    """Remembered files, asked for by path."""

    def __init__(self, rows: Iterable[tuple[str, str, bool, str]]) -> None:
        self._rows = {path: (stamp, is_done, version) for path, stamp, is_done, version in rows}

    def get(self, path: Path) -> SeenFile | None:
        """How the file was; None where it was never tried."""
        row = self._rows.get(valid_text(str(path)))
        return SeenFile(*row) if row else None


def seen_files(store: Store) -> SeenFiles:
    """Everything that is remembered."""
    with reading(store) as con:
        return SeenFiles(con.execute("SELECT path, stamp, is_done, version FROM inbox_file").fetchall())


def remember_files(store: Store, files: Mapping[Path, SeenFile], *, forget: Iterable[Path] = ()) -> None:
    """Replace what is remembered of some files and forget others, in one transaction."""
    gone = [str(path) for path in (*files, *forget)]
    if not gone:
        return
    now = datetime.now(UTC)
    rows = [(str(path), seen.stamp, seen.is_done, seen.version, now) for path, seen in files.items()]
    with transaction(store, bookkeeping=True) as con:
        _delete(con, gone)
        insert(con, "inbox_file", frame_of(rows, _COLUMNS))


def _delete(con: duckdb.DuckDBPyConnection, paths: list[str]) -> None:
    con.execute("CREATE TEMP TABLE gone (path VARCHAR)")
    insert(con, "gone", frame_of([(path,) for path in paths], {"path": pl.String}))
    con.execute("DELETE FROM inbox_file WHERE path IN (SELECT path FROM gone)")


_COLUMNS: Columns = {
    "path": pl.String,
    "stamp": pl.String,
    "is_done": pl.Boolean,
    "version": pl.String,
    "seen_at": UTC_US,
}
