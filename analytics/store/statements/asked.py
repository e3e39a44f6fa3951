"""Questions of people, in SQL: one statement that reads, and nothing else.

It runs SQL which nightkick did not write. Three fences, each enough by itself for most of what could go wrong: the
statement as parsed must be one that only reads this database (`analytics.store.statements.guard`); the file is opened
read-only; and the connection can reach no file, network, extension, environment or Python variable, nor change a
setting. What DuckDB still does wrong - a crash, an endless call, memory without bounds - ends the process, so a
person's statement runs in one of its own (`flows.commands.sql`), which loads as little as it can.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from analytics.store.database.connection import Store, reading
from analytics.store.database.failures import errors_below, is_damage
from analytics.store.statements.answers import answer, fetched
from analytics.store.statements.failing import refusal
from analytics.store.statements.guard import reading_statement
from analytics.store.statements.limits import too_large
from ingest.errors import QueryRefusedError

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")
_DESCRIBE = re.compile(r'\s*desc(?:ribe)?\s+"?(?P<name>\w+)"?\s*;?\s*', re.IGNORECASE)
_DESCRIBED = """
SELECT d.*, c.comment FROM (DESCRIBE "{name}") AS d JOIN duckdb_columns() AS c
ON c.column_name = d.column_name AND lower(c.table_name) = lower('{name}') AND c.database_name = current_database()
ORDER BY c.column_index
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows, as Python has them: instants in UTC, lists, dictionaries."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def ask(store: Store, sql: str, *, began: Callable[[], object] = lambda: None) -> Answer:
    """The answer to one reading SQL statement of a person, in a UTC session.

    Parameters
    ----------
    began : callable
        Called when the database is open: from here on the statement takes time, and no longer the wait for others.

    Raises
    ------
    QueryRefusedError
        More than one statement, one that would do more than read, or one that fails.
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """

    def rows(relation: duckdb.DuckDBPyRelation) -> Answer:
        return Answer(*fetched(relation))

    return _asked(store, sql, rows, began)


def ask_frame(store: Store, sql: str, *, began: Callable[[], object] = lambda: None) -> pl.DataFrame:
    """As `ask`, with a frame for an answer: for files that keep types. This loads polars.

    Parameters
    ----------
    began : callable
        As in `ask`.
    """
    from analytics.store.statements.own_questions import framed

    return _asked(store, sql, framed, began)


def _asked(store: Store, sql: str, take: Callable[[duckdb.DuckDBPyRelation], T], began: Callable[[], object]) -> T:
    with reading(store, spills=False) as con:
        began()
        try:
            return take(answer(con, _with_comments(reading_statement(con, sql))))
        except (*errors_below(), ValueError, MemoryError) as error:
            if is_damage(error):  # `reading` says what to do about it
                raise
            raise _refusal(con, sql, error) from error


def _with_comments(statement: str) -> str:
    """DESCRIBE of a table or view, with what each column means; any other statement as it is."""
    found = _DESCRIBE.fullmatch(statement)
    return statement if found is None else _DESCRIBED.format(name=found["name"])


def _refusal(con: duckdb.DuckDBPyConnection, sql: str, error: Exception) -> QueryRefusedError:
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return too_large()
    return refusal(con, sql, error)
