"""The copy that people open with their own tools, for as long as they like.

A shell left open on the database itself would keep the nightly import out. The copy is made by DuckDB from one
consistent state, never by copying the file: that would drop the lock of whoever has it open, and miss what is
still in its log. Replacing it is one rename: who has the old one open keeps reading the old one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from analytics.store.connection import STORAGE_VERSION, Store, alone, database_name, in_memory, quoted, retry_busy
from analytics.store.failures import translated
from analytics.store.settling import settle
from ingest.workspace import workspace


def publish(store: Store) -> Path:
    """Replace the published copy by the present state of the database; returns where it lies.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with translated(store.path), workspace(store.path.parent) as folder:
        built = folder / "published.duckdb"
        with alone(store), in_memory() as con:
            _attach(con, store)
            con.execute(f"ATTACH {quoted(database_name(built))} AS published (STORAGE_VERSION '{STORAGE_VERSION}')")
            con.execute("COPY FROM DATABASE live TO published")
            con.execute("DETACH published")
            con.execute("DETACH live")
        settle(built, store.published)
    return store.published


def _attach(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    path = quoted(database_name(store.path))
    retry_busy(lambda: con.execute(f"ATTACH {path} AS live (READ_ONLY)"), store)
