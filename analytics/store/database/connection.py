"""Opening the database: who waits for whom, and what a connection may do.

All connections to the database file are made here. Three facts about DuckDB shape it:

* A file is open in one writing process, or in any number of reading ones. So no connection outlives a call, and
  a held lock is waited for with jitter, up to a limit. Readers that come and go would never leave a gap for a
  writer: five busy ones kept it out for 20 s. So every process takes turns before it connects.
* The lock is a POSIX one: any ``close()`` of the file in the process that holds it drops it, and a second
  process can then destroy data. So nothing here opens the file by other means, and within one process only
  one connection exists at a time.
* After an error inside a transaction, COMMIT reports success and discards everything. So `transaction` rolls
  back and raises again, and before it commits asks whether the transaction is still alive.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from analytics.files.places import own_samples, published_copy
from analytics.store.database import attaching, blind
from analytics.store.database.changes import note_change
from analytics.store.database.failures import busy, holder_in, is_busy, translated
from analytics.store.database.settling import owner_only
from analytics.store.database.steps import require_current
from analytics.store.database.waiting import Tell, Wait, silent, turn_in

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")

#: First and longest pause before the lock is tried again, seconds; each is drawn from half to one and a half.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.4
#: A thread that waits for another wakes up so often, seconds: polars' handler lets no lock hear Ctrl-C.
WAKE_S = 0.2

#: Readable by every DuckDB from 1.5 on, whichever of them wrote it.
STORAGE_VERSION = "v1.5.0"

#: Nothing is ever fetched from a network or picked up from Python variables. Without the first two, DuckDB
#: downloads an extension as soon as it is pointed at an SQLite file.
_COMMON = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "threads": "2",
}
#: ``storage_compatibility_version`` counts when the file is made; an existing one keeps its own. A night is few rows:
#: to commit it with two threads takes half as long again as with one.
WRITER = {**_COMMON, "threads": "1", "memory_limit": "1GB", "storage_compatibility_version": STORAGE_VERSION}
READER = {**_COMMON, "memory_limit": "1GB", "enable_external_access": "false"}
#: For a DuckDB that reads one database after it has started, which then may reach no other.
_READS_ONE = {**_COMMON, "memory_limit": "1GB"}

#: What DuckDB may hold while it goes through every row once, so that a database of any size fits beside other work;
#: what does not fit waits on the disk. A copy takes a quarter more CPU than with 1 GB.
ALL_ROWS_MEMORY = "100MB"

#: Said once a session. A slow statement would draw a bar on stdout, where only data may go.
SESSION = "SET TimeZone = 'UTC'; SET enable_progress_bar = false"

_gates: defaultdict[Path, threading.Lock] = defaultdict(threading.Lock)
_gates_guard = threading.Lock()

#: The connection of the `snapshot` that the present thread or task is in, and of which database it is.
_held: ContextVar[tuple[Path, duckdb.DuckDBPyConnection] | None] = ContextVar("_held", default=None)


@dataclass(frozen=True, slots=True)
class Store:
    """Where the database lies, and how long to wait for its lock.

    Attributes
    ----------
    path : Path
        The database file. Raw samples lie beside it.
    wait_s : float
        Longest wait for another process or thread, seconds.
    on_wait : callable
        Told in one line what is waited for, and for whom, when a wait gets long. This layer prints nothing.
    only_reviewer : str or None
        Whose reviews reading sees; None: everybody's. Writing sees all.
    """

    path: Path
    wait_s: float = 30.0
    on_wait: Tell = field(default=silent, compare=False, repr=False)
    only_reviewer: str | None = None

    @property
    def recordings(self) -> Path:
        """Folder of the raw samples, one Parquet file a recording; see `analytics.store.samples.staged`."""
        return own_samples(self.path)

    @property
    def published(self) -> Path:
        """The copy that people open with their own tools."""
        return published_copy(self.path)


class ArrowStream:
    """A polars frame in the one shape that DuckDB takes without pyarrow: the Arrow C stream."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The frame as a capsule of the Arrow C stream interface."""
        return self._frame.__arrow_c_stream__(requested_schema)


@contextmanager
def reading(
    store: Store, *, any_schema: bool = False, spills: bool = True, has_turn: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can read this database and reach nothing else: no file, no network, no setting.

    Parameters
    ----------
    any_schema : bool
        Whether the database may be of an older or newer nightkick.
    spills : bool
        Whether what does not fit into memory may go to files meanwhile. They outlive a process that is killed.
    has_turn : bool
        Whether the caller is inside `turn` already, and stays there.

    Raises
    ------
    DatabaseBusyError, DatabaseOlderError, DatabaseUnreadableError, StoreError
    """
    held = _held.get()
    if held is not None and held[0] == store.path:
        yield held[1]
        return
    with _attached(store, has_turn=has_turn) if spills else _apart(store, has_turn=has_turn) as con:
        if not any_schema:
            require_current(con, store.path)
        with blind.only(con, store.only_reviewer) if store.only_reviewer is not None else contextlib.nullcontext():
            yield con


@contextmanager
def reading_every_row(store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection as `reading` of any schema, for what goes through all rows: it holds `ALL_ROWS_MEMORY` at most.

    It is a DuckDB of its own: the one that reads otherwise takes no other limit any more.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    config = {**READER, "threads": "1", "memory_limit": ALL_ROWS_MEMORY}
    with _connected(store, config, read_only=True, has_turn=False) as con:
        yield con


@contextmanager
def snapshot(store: Store) -> Iterator[None]:
    """Inside, all reads share one connection and one moment, and the database is opened only once.

    Nothing may be written inside: this very connection would keep the writer out.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with reading(store) as con:
        token = _held.set((store.path, con))
        try:
            yield
        finally:
            _held.reset(token)


@contextmanager
def transaction(store: Store, *, bookkeeping: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection inside one transaction: committed at the end, or rolled back whatever goes wrong.

    Parameters
    ----------
    bookkeeping : bool
        Whether only that is written for which no published copy is made anew; see `analytics.store.database.changes`.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with writing(store) as con:
        require_current(con, store.path)
        with atomic(con):
            yield con
            if not bookkeeping:
                note_change(con)


@contextmanager
def seen_by(store: Store, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Inside, all reads share the connection of a transaction, and see what it has written."""
    token = _held.set((store.path, con))
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def atomic(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Everything that happens inside is kept, or nothing of it."""
    con.execute("BEGIN")
    try:
        yield
        con.execute("SELECT 1")  # fails in a broken transaction, where COMMIT would pretend to work
        con.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # DuckDB has rolled back by itself
            con.execute("ROLLBACK")
        raise


@contextmanager
def writing(store: Store, *, has_turn: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can write, outside any transaction: for migrations. Use `transaction` otherwise."""
    with _connected(store, WRITER, read_only=False, has_turn=has_turn) as con:
        yield con


@contextmanager
def _attached(store: Store, *, has_turn: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database in the DuckDB that read it the last time; see `analytics.store.database.attaching`."""
    # Owner only for reading too: what does not fit into memory goes to a folder of DuckDB's own making.
    with translated(store.path), alone(store), owner_only():
        # DuckDB may reach this file alone, and asks that of the place to which a link leads.
        name = database_name(store.path.resolve())
        con = attaching.taken(name, _READS_ONE, SESSION)
        try:
            retry_busy(partial(attaching.attach, con, name), store, has_turn=has_turn)
            yield con
        except BaseException:
            con.close()
            raise
        attaching.give_back(con, name)


@contextmanager
def _apart(store: Store, *, has_turn: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own, which leaves nothing on the disk: for statements of people."""
    with _connected(store, {**READER, "temp_directory": ""}, read_only=True, has_turn=has_turn) as con:
        con.execute("SET lock_configuration = true")
        yield con


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Keep every other connection of this process away from the database."""
    gate, wait = _gate(store.path), _wait(store)
    while not gate.acquire(timeout=max(0.0, min(WAKE_S, wait.left_s))):
        if wait.left_s <= 0:
            raise busy(None, store.path, store.wait_s)
        wait.note(lambda: holder_in(None))
    try:
        yield
    finally:
        gate.release()


@contextmanager
def in_memory(**config: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection without a database of its own."""
    con = duckdb.connect(":memory:", config={**_COMMON, "memory_limit": "1GB", **config})
    try:
        con.execute(SESSION)
        yield con
    finally:
        con.close()


def retry_busy(attempt: Callable[[], T], store: Store, *, has_turn: bool = False) -> T:
    """Return what ``attempt`` returns; call it with growing pauses until the lock is free or the wait is over.

    Parameters
    ----------
    attempt : callable
        Called again after an error of DuckDB that says the database is in use; other errors pass.
    has_turn : bool
        Whether the caller is inside `turn` already, and stays there.
    """
    wait, pause_s = _wait(store), FIRST_PAUSE_S
    with contextlib.nullcontext() if has_turn else turn(store, wait):
        while True:
            try:
                return attempt()
            except duckdb.Error as error:
                left_s, held = wait.left_s, error
                if not is_busy(error):
                    raise
                if left_s <= 0:
                    raise busy(error, store.path, store.wait_s) from error
            wait.note(partial(holder_in, held))
            time.sleep(min(left_s, pause_s * random.uniform(0.5, 1.5)))
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


@contextmanager
def turn(store: Store, wait: Wait | None = None) -> Iterator[None]:
    """Inside, no other process of this user tries to connect to a database in this one's folder; see `turn_in`."""
    with turn_in(store.path.parent, wait or _wait(store)):
        yield


def _wait(store: Store) -> Wait:
    return Wait(store.path, store.wait_s, store.on_wait)


def first_row(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> tuple[Any, ...] | None:
    """Fetch the first row of an answer, None where it has none. The other rows are fetched too.

    ``fetchone`` would leave the result open, and from DuckDB 2.0 on a connection with an open result takes no other
    statement.

    Parameters
    ----------
    parameters : sequence or mapping
        Values of the statement's ``?``, or of its ``$name`` by name.
    """
    rows = con.execute(statement, parameters or None).fetchall()
    return rows[0] if rows else None


def database_name(path: Path) -> str:
    """The path as DuckDB takes it: absolute, for a bare "md:x" or "s3:x" would mean another kind of database.

    Raises
    ------
    UnicodeEncodeError
        It is not valid UTF-8, which DuckDB itself reports in unforeseeable ways.
    """
    name = str(path.absolute())
    name.encode()
    return name


def quoted(text: str) -> str:
    """Text as an SQL literal, for the places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _connected(
    store: Store, config: dict[str, str], *, read_only: bool, has_turn: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    with translated(store.path), alone(store), owner_only():
        name = database_name(store.path)
        opened = partial(duckdb.connect, name, read_only=read_only, config=dict(config))
        con = retry_busy(opened, store, has_turn=has_turn)
        try:
            con.execute(SESSION)
            yield con
        finally:
            con.close()


def _gate(path: Path) -> threading.Lock:
    with _gates_guard:
        return _gates[path.resolve()]
