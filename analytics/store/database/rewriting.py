"""Changing a whole database at once: a copy is changed and takes its place by one rename, or nothing happens.

Some changes are too large for one transaction: DuckDB cannot add several columns to a filled table in one, and keeps
deleted rows in the file until their place is used again. On a copy they may take as many transactions as they like, and
begin before the rows are there. A process that is killed meanwhile leaves the database as it was, and a workspace that
the next one removes.

Nothing that others write meanwhile is lost:

* DuckDB's lock of a writer is held on the database from before the copy until after the rename, so it stays what was
  copied. It has no log then that would be read into the new file of the same name.
* A process may have opened the old file when it is replaced, and get the lock of that when it is let go: it would
  write into a file that has no name any more. Those of us open and lock within their `turn`, so it is ours all the
  while: taken only for the rename, it would be waited for by those who hold it and wait for the lock. Other programs
  open and lock in one go: they find the old file still locked for `LINGER_S`.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analytics.store.database.connection import (
    SESSION,
    STORAGE_VERSION,
    WRITER,
    Store,
    alone,
    database_name,
    in_memory,
    quoted,
    retry_busy,
    turn,
)
from analytics.store.database.failures import translated
from analytics.store.database.publish import log_of
from analytics.store.database.settling import make_durable, owner_only, sync_folder
from ingest.errors import DatabaseUnreadableError, StoreError
from ingest.workspace import workspace

#: How long the replaced file stays locked, seconds: many times what lies between opening a file and locking it.
LINGER_S = 0.1

Change = Callable[[duckdb.DuckDBPyConnection], None]
Question = Callable[[duckdb.DuckDBPyConnection], bool]


def rewrite(
    store: Store,
    change: Change,
    *,
    before_rows: Change | None = None,
    unless: Question = lambda con: False,
    traceless: bool = False,
) -> bool:
    """Let ``change`` loose on a copy of the database, and put the copy in its place; whether that was done.

    Parameters
    ----------
    change : callable
        Gets a connection to the copy, outside any transaction. Where it raises, the database stays as it was.
    before_rows : callable or None
        Gets a connection to the copy while that has every definition and no row yet. It may add columns and tables;
        what it takes away is missed when the rows come.
    unless : callable
        Asked on the database itself once no other process can write: where it says True, nothing is done. A process
        that waited for the lock may find that another one has done the same meanwhile.
    traceless : bool
        Copy the changed copy once more: what was deleted in it stays readable in its file otherwise, and takes room.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    # Of a link, the file that it leads to is replaced.
    real = Store(store.path.resolve(), store.wait_s)
    with (
        translated(store.path),
        alone(real),
        owner_only(),
        workspace(real.path.parent) as folder,
        turns(store, real),
        in_memory(threads="1", temp_directory=str(folder / "spill")) as con,
    ):
        _attach(con, real)
        con.execute("USE live")
        if unless(con):
            return False
        con.execute("CHECKPOINT live")
        if log_of(real.path).exists():
            raise StoreError("its log does not go away", path=real.path, hint="end what has the database open")
        built = folder / "copy.duckdb"
        if before_rows is None:
            _copy(con, built, "COPY FROM DATABASE live TO copy")
        else:
            _copy(con, built, "COPY FROM DATABASE live TO copy (SCHEMA)")
            _changed(built, before_rows)
            _fill(con, built)
        _changed(built, change)
        if traceless:
            built = _without_traces(con, built)
        _keep_owner(built, real.path)
        make_durable(built)
        built.replace(real.path)
        sync_folder(real.path.parent)
        time.sleep(LINGER_S)
        con.execute("DETACH live")
    return True


@contextmanager
def turns(store: Store, real: Store) -> Iterator[None]:
    """Inside, no other process of this user connects to the database, whether by its own name or by the same link."""
    with turn(real), contextlib.nullcontext() if real.path.parent == store.path.parent else turn(store):
        yield


def _attach(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    if not store.path.exists():  # to attach it would make one
        hint = "import a recording first, or check the folder"
        raise DatabaseUnreadableError("there is no database here yet", path=store.path, hint=hint)
    path = quoted(database_name(store.path))
    retry_busy(lambda: con.execute(f"ATTACH {path} AS live"), store, has_turn=True)


def _copy(con: duckdb.DuckDBPyConnection, built: Path, statement: str) -> None:
    con.execute(f"ATTACH {quoted(database_name(built))} AS copy (STORAGE_VERSION '{STORAGE_VERSION}')")
    con.execute(statement)
    con.execute("USE memory")
    con.execute("DETACH copy")


def _fill(con: duckdb.DuckDBPyConnection, built: Path) -> None:
    """Every row of ``live`` into the copy, in its order; new columns get their defaults."""
    con.execute(f"ATTACH {quoted(database_name(built))} AS copy")
    found = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'live' ORDER BY ALL"
    for names in con.execute(found).fetchall():
        table = ".".join('"' + name.replace('"', '""') + '"' for name in names)
        con.execute(f"INSERT INTO copy.{table} BY NAME SELECT * FROM live.{table}")
    con.execute("DETACH copy")


def _changed(built: Path, change: Change) -> None:
    con = duckdb.connect(database_name(built), config={**WRITER, "temp_directory": str(built.with_name("spill"))})
    try:
        con.execute(SESSION)
        change(con)
        con.execute("CHECKPOINT")
    finally:
        con.close()
    if log_of(built).exists():
        raise StoreError("the log of the copy does not go away", path=built)


def _without_traces(con: duckdb.DuckDBPyConnection, built: Path) -> Path:
    """A copy of the copy: only rows are copied, never blocks."""
    clean = built.with_name("clean.duckdb")
    con.execute(f"ATTACH {quoted(database_name(built))} AS changed (READ_ONLY)")
    con.execute(f"ATTACH {quoted(database_name(clean))} AS clean (STORAGE_VERSION '{STORAGE_VERSION}')")
    con.execute("COPY FROM DATABASE changed TO clean")
    con.execute("DETACH clean")
    con.execute("DETACH changed")
    if log_of(clean).exists():
        raise StoreError("the log of the copy does not go away", path=clean)
    return clean


def _keep_owner(built: Path, replaced: Path) -> None:
    """Keep the owner of the database, whichever user runs this."""
    before, now = replaced.stat(), built.stat()
    if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
        with contextlib.suppress(PermissionError):
            os.chown(built, before.st_uid, before.st_gid)
