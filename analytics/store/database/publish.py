"""The copy that people open with their own tools, for as long as they like.

A shell left open on the database itself would keep the nightly import out. The copy is made by DuckDB from one
consistent state, never by copying the file: that would drop the lock of whoever has it open, and miss what is
still in its log. Replacing it is one rename: who has the old one open keeps reading the old one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from analytics.store.database.connection import (
    STORAGE_VERSION,
    Store,
    alone,
    database_name,
    in_memory,
    quoted,
    retry_busy,
)
from analytics.store.database.failures import translated
from analytics.store.database.settling import settle
from ingest.workspace import workspace


def publish(store: Store) -> Path:
    """Replace the published copy by the present state of the database; returns where it lies.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with translated(store.path), workspace(store.path.parent) as folder:
        built = copied(store, folder)
        # What was written into the old copy is no part of the new one.
        log_of(store.published).unlink(missing_ok=True)
        settle(built, store.published)
    return store.published


def copied(store: Store, folder: Path) -> Path:
    """A copy of the database in ``folder``, of one moment, readable by DuckDB 1.5.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    built = folder / "copy.duckdb"
    with translated(store.path), alone(store), in_memory(temp_directory=str(folder / "spill")) as con:
        _attach(con, store)
        con.execute(f"ATTACH {quoted(database_name(built))} AS copy (STORAGE_VERSION '{STORAGE_VERSION}')")
        con.execute("COPY FROM DATABASE live TO copy")
        con.execute("DETACH copy")
        con.execute("DETACH live")
    return built


def _attach(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    path = quoted(database_name(store.path))
    retry_busy(lambda: con.execute(f"ATTACH {path} AS live (READ_ONLY)"), store)


def log_of(database: Path) -> Path:
    """Where DuckDB keeps what is not yet in the database itself; it reads any log of that name into it."""
    return database.with_name(f"{database.name}.wal")
