"""A DuckDB that stays for the next reader: databases come and go in it.

To start DuckDB and to end it costs several times as much as to open a small database, and a program asks one many
times. So the DuckDB that read a database is kept when the database is let go. It has no file open then and no lock; it
can reach that one database and nothing else, and takes no setting. It is kept only where all went well: what raised an
error, has a result open or spilled to the disk is ended.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import duckdb

#: What the database is called inside; no table, view or alias in the views is.
_NAME = "read_here"
#: How many are kept for databases that were read last. Each has a thread and a few MB.
MOST_KEPT = 2

_kept: OrderedDict[str, duckdb.DuckDBPyConnection] = OrderedDict()
#: Of the process that this one is a fork of: not even ended, for their threads are not here.
_not_ours: list[duckdb.DuckDBPyConnection] = []
_guard = threading.Lock()


def taken(database: str, config: Mapping[str, str], session: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB that may reach this database alone, which is not attached yet; kept from the last time, or new.

    Parameters
    ----------
    database : str
        Its absolute path. Only one reader of it may be in this process at a time.
    config : mapping of str to str
        Settings that DuckDB starts with, without ``enable_external_access``.
    session : str
        SQL that is said once.
    """
    with _guard:
        kept = _kept.pop(database, None)
    if kept is not None:
        return kept
    con = duckdb.connect(":memory:", config={**config, "temp_directory": _spill(database)})
    try:
        con.execute(session)
        files = ", ".join(_quoted(database + end) for end in ("", ".wal", ".wal.checkpoint", ".wal.recovery"))
        con.execute(f"SET allowed_paths = [{files}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def attach(con: duckdb.DuckDBPyConnection, database: str) -> None:
    """Open the database for reading, and let statements mean it."""
    con.execute(f"ATTACH {_quoted(database)} AS {_NAME} (READ_ONLY)")
    con.execute(f"USE {_NAME}")


def give_back(con: duckdb.DuckDBPyConnection, database: str) -> None:
    """Let the database go, and keep the DuckDB for the next time where it is as it was."""
    try:
        con.execute("USE memory")
        con.execute(f"DETACH {_NAME}")
    except duckdb.Error:  # a result is open; to close the connection ends that too
        con.close()
        return
    if Path(_spill(database)).exists():  # only the end of DuckDB takes the folder away
        con.close()
        return
    with _guard:
        before = [_kept.pop(database, None)]
        _kept[database] = con
        while len(_kept) > MOST_KEPT:
            before.append(_kept.popitem(last=False)[1])
    for other in before:
        if other is not None:
            other.close()


@atexit.register
def end_all() -> None:
    """End every DuckDB that is kept."""
    with _guard:
        ended = [*_kept.values()]
        _kept.clear()
    for con in ended:
        with contextlib.suppress(duckdb.Error):
            con.close()


def _begin_anew() -> None:
    global _guard
    _guard = threading.Lock()
    _not_ours.extend(_kept.values())
    _kept.clear()


os.register_at_fork(after_in_child=_begin_anew)


def _spill(database: str) -> str:
    return f"{database}.tmp"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
