"""The copy that people open with their own tools, for as long as they like.

A shell left open on the database itself would keep the nightly import out. The copy is of one consistent state: the
file as it is while a lock keeps writers out (`analytics.store.database.whole_file`), or, where something is still in
its log, what DuckDB reads from both. Replacing it is one rename: who has the old one open keeps reading the old one.

Decides when a copy is made anew: where the database was changed since (`analytics.store.database.changes`), has other
views or steps, or the copy is gone, cannot be read, or was written to. To copy 10,000 nights takes as long as the disk
does, so a run that stored nothing leaves the copy as it is: such runs are missing from its view ``imports`` until the
next change.

A copy says in its view ``published`` when it was made. Its file bears the same instant as its time of modification, so
one that was written to is told from one that was only read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from analytics.store.database.changes import CHANGE
from analytics.store.database.connection import (
    ALL_ROWS_MEMORY,
    SESSION,
    STORAGE_VERSION,
    WRITER,
    Store,
    alone,
    database_name,
    first_row,
    in_memory,
    quoted,
    reading,
    retry_busy,
)
from analytics.store.database.failures import translated
from analytics.store.database.settling import settle
from analytics.store.database.steps import published_views
from analytics.store.database.whole_file import copy_whole
from ingest.errors import StoreError
from ingest.workspace import clear, workspace

_STATE = """
SELECT name, value FROM setting WHERE name IN ('views_sha256', ?)
UNION ALL SELECT version::VARCHAR, sha256 FROM schema_migration ORDER BY ALL
"""
_SAYS = "SELECT made_at, n_nights FROM published"
#: What a copy has the instant in the place of when it was made.
_NEVER = "CAST(NULL AS TIMESTAMPTZ)"
#: How long another program may hold the copy to write into it, seconds; it is replaced then.
COPY_WAIT_S = 1.0
#: What a copy has the name of the database in the place of.
_NO_COPY = "CAST(NULL AS VARCHAR)"
#: What DuckDB appends to the name of a database for what is not in it yet, also where it was killed on the way.
_LOGS = (".wal", ".wal.checkpoint", ".wal.recovery")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Published:
    """What a published copy says of itself.

    Attributes
    ----------
    made_at : datetime
        Moment whose state it holds, UTC.
    n_nights : int
        Nights in it.
    is_current : bool
        The database was not changed since, bookkeeping left out.
    """

    made_at: datetime
    n_nights: int
    is_current: bool


def publish(store: Store) -> Path:
    """Replace the published copy where it is not of the present state of the database; returns where it lies.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    if is_published(store):
        with translated(store.path):
            clear(store.path.parent)  # as a workspace would
        return store.published
    with translated(store.path), workspace(store.path.parent) as folder:
        made_at = datetime.now(UTC)
        built = copied(store, folder)
        _stamp(built, made_at, store.path.name)
        # What was written into the old copy is no part of the new one.
        log_of(store.published).unlink(missing_ok=True)
        settle(built, store.published)
    return store.published


def is_published(store: Store) -> bool:
    """Whether the published copy holds all that the database does, bookkeeping left out.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
        The database cannot be read; a copy that cannot is not current.
    """
    try:
        found = published(store)
    except StoreError:
        return False
    return found is not None and found.is_current


def published(store: Store) -> Published | None:
    """What the published copy says of itself; None where there is none, or it says nothing.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    if not store.published.exists():
        return None
    present = _present(store)
    with reading(replace(store, path=store.published, wait_s=min(store.wait_s, COPY_WAIT_S)), any_schema=True) as con:
        held = _state(con)
        row = None if held is None else first_row(con, _SAYS)
    if row is None:
        return None
    return Published(row[0], row[1], is_current=held == present and _is_untouched(store.published, row[0]))


@contextmanager
def published_after(store: Store) -> Iterator[None]:
    """Publish at the end where the database was changed inside: for work of many small changes, each to be quick.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    before = _present(store)
    yield
    if _present(store) != before:
        publish(store)


def _present(store: Store) -> list[tuple[Any, ...]] | None:
    with reading(store, any_schema=True) as con:
        return _state(con)


def _state(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]] | None:
    """What two databases share that hold the same: steps, views, and the last change; None before there was a token."""
    rows = con.execute(_STATE, [CHANGE]).fetchall()
    return rows if any(name == CHANGE for name, _ in rows) else None


def _stamp(built: Path, made_at: datetime, original: str) -> None:
    """Let the copy say what it is a copy of and when it was made: in its views, a comment and its time of change."""
    instant = made_at.isoformat(sep=" ")
    con = duckdb.connect(database_name(built), config={**WRITER, "temp_directory": str(built.with_name("spill"))})
    try:
        con.execute(SESSION)
        said = published_views().replace(_NEVER, f"TIMESTAMPTZ {quoted(instant)}", 1)
        con.execute(said.replace(_NO_COPY, quoted(original), 1))
        says = f"This is a published copy, made {instant}: a later nightkick replaces it. Source: night, recording."
        con.execute(f"COMMENT ON VIEW published IS {quoted(says)}")
        con.execute("CHECKPOINT")
    finally:
        con.close()
    os.utime(built, ns=(_ns(made_at), _ns(made_at)))


def _is_untouched(copy: Path, made_at: datetime) -> bool:
    if log_of(copy).exists():
        return False
    modified_ns = copy.stat().st_mtime_ns
    # A file system may keep whole seconds alone.
    return modified_ns == _ns(made_at) or modified_ns == _ns(made_at) // _SECOND_NS * _SECOND_NS


def _ns(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1) * 1000


def copied(store: Store, folder: Path, *, by_rows: bool = False) -> Path:
    """A copy of the database in ``folder``, of one moment, readable by DuckDB 1.5.

    The file is copied while a lock of DuckDB's keeps writers out, where the file is all: row by row, 10,000 nights take
    half a minute. Of what was deleted, what is not overwritten yet comes along; `forget` leaves none of that behind.

    Parameters
    ----------
    by_rows : bool
        Read every row, so that no damage of the file is copied unnoticed.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    built = folder / "copy.duckdb"
    spill = str(folder / "spill")
    with (
        translated(store.path),
        alone(store),
        in_memory(temp_directory=spill, memory_limit=ALL_ROWS_MEMORY, threads="1") as con,
    ):
        _attach(con, store)
        if not by_rows and _is_all_in_its_file(con, store):
            copy_whole(store.path, built)
            con.execute("DETACH live")
            return built
        con.execute(f"ATTACH {quoted(database_name(built))} AS copy (STORAGE_VERSION '{STORAGE_VERSION}')")
        con.execute("COPY FROM DATABASE live TO copy")
        con.execute("DETACH copy")
        con.execute("DETACH live")
    return built


def _is_all_in_its_file(con: duckdb.DuckDBPyConnection, store: Store) -> bool:
    """Whether nothing is in a log yet, as after a kill, and every DuckDB that reads copies can read the file as it is.

    Asked while the database is attached: its log can neither come nor go then.
    """
    said = first_row(con, "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'live'")
    is_readable = said is not None and str(said[0]).rstrip("+") == STORAGE_VERSION
    named = {store.path, store.path.resolve()}
    return is_readable and not any(path.with_name(path.name + end).exists() for path in named for end in _LOGS)


def _attach(con: duckdb.DuckDBPyConnection, store: Store) -> None:
    path = quoted(database_name(store.path))
    retry_busy(lambda: con.execute(f"ATTACH {path} AS live (READ_ONLY)"), store)


def log_of(database: Path) -> Path:
    """Where DuckDB keeps what is not yet in the database itself; it reads any log of that name into it."""
    return database.with_name(f"{database.name}.wal")
