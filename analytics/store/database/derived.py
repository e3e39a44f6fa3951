"""Tables worked out of a database and kept in memory until it changes: for many questions about the same rows.

What is kept belongs to one change of the database (`analytics.store.database.changes`): another token, and it is worked
out anew. A database without a token is worked out for every question.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

from analytics.store.database.changes import last_change
from analytics.store.database.connection import ArrowStream, Store, in_memory, reading, snapshot

#: For how many databases and sets of tables; and how many answers of each.
MOST_KEPT, MOST_ANSWERS = 2, 64


@dataclass
class _Kept:
    token: str | None
    con: duckdb.DuckDBPyConnection
    ends: ExitStack
    answers: OrderedDict[tuple[str, str], pl.DataFrame] = field(default_factory=OrderedDict)


_Key = tuple[str, tuple[tuple[str, str], ...]]
_kept: OrderedDict[_Key, _Kept] = OrderedDict()
_guard = threading.Lock()


def derived(store: Store, tables: Mapping[str, str], statement: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
    """What a statement says of tables that other statements made of the database as it is now.

    Parameters
    ----------
    tables : mapping of str to str
        By name of a table the statement, without parameters, that reads it from the database.
    statement : str
        Reads these tables alone.
    parameters : mapping of str to object
        Values of the statement's ``$name``.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    with snapshot(store), reading(store) as con, _guard:
        kept = _present(con, (repr((store.path.absolute(), store.only_reviewer)), tuple(tables.items())))
        asked = (statement, repr(sorted(parameters.items())))
        known = kept.answers.pop(asked, None)
        if known is None:
            known = pl.DataFrame(kept.con.sql(statement, params=dict(parameters) or None))
        kept.answers[asked] = known
        while len(kept.answers) > MOST_ANSWERS:
            kept.answers.popitem(last=False)
        return known


def _present(con: duckdb.DuckDBPyConnection, key: _Key) -> _Kept:
    """The tables of this moment."""
    token = last_change(con)
    kept = _kept.pop(key, None)
    if kept is not None and (token is None or kept.token != token):
        kept.ends.close()
        kept = None
    if kept is None:
        kept = _worked_out(con, token, key[1])
    _kept[key] = kept
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)[1].ends.close()
    return kept


def _worked_out(con: duckdb.DuckDBPyConnection, token: str | None, tables: tuple[tuple[str, str], ...]) -> _Kept:
    with ExitStack() as ends:
        memory = ends.enter_context(in_memory(enable_external_access="false", temp_directory=""))
        for name, statement in tables:
            memory.register("incoming", ArrowStream(pl.DataFrame(con.sql(statement))))
            memory.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
            memory.unregister("incoming")
        return _Kept(token, memory, ends.pop_all())
