"""A statement that DuckDB cannot run: what is wrong in one plain line, with the names that were meant."""

from __future__ import annotations

import re
from difflib import get_close_matches

import duckdb

from analytics.store.database.failures import first_line
from analytics.store.statements.guard import tables_named
from ingest.errors import QueryRefusedError

_NO_COLUMN = re.compile(
    r'(?:Referenced column "(?P<plain>.+?)" not found in FROM clause'
    r'|(?:Table|Values list|Subquery) "[^"]*" does not have a column named "(?P<of>.+?)"'
    r'|Column "(?P<listed>.+?)" in \w+ list not found in FROM clause)',
    re.IGNORECASE,
)
_NO_FROM = re.compile(r'Referenced column "(?P<name>.+?)" was not found because the FROM clause is missing')
#: "Binder Error: " and its like say which part of DuckDB found it, which does not help a person who asks.
_PART = re.compile(r"^[A-Z][\w ]*? Error: ")
_MEANT = re.compile(r'Did you mean "([^"]+)"')
_CANDIDATES = re.compile(
    r"Candidate (?P<kind>[a-z]+):\s*(?P<names>.+?)(?:\n\s*\n|\nLINE|\Z)", re.IGNORECASE | re.DOTALL
)
_COLUMNS = """
SELECT DISTINCT column_name FROM information_schema.columns WHERE list_contains(?, lower(table_name)) ORDER BY 1
"""
#: Most names that are offered.
_MOST_NAMES = 4


def refusal(con: duckdb.DuckDBPyConnection, sql: str, error: BaseException) -> QueryRefusedError:
    """The error for a statement that failed, in one line.

    Parameters
    ----------
    con : DuckDBPyConnection
        Is asked for the names that there are.
    """
    text = str(error)
    if found := _NO_COLUMN.search(text):
        return _no_column(con, sql, next(filter(None, found.groups())))
    if found := _NO_FROM.search(text):
        return QueryRefusedError(
            f"no FROM that has a column {found['name']}", hint='such as "from nights"; see "show tables"'
        )
    # polars passes on what came up in DuckDB while rows were already being handed over
    line = _PART.sub("", first_line(error).rpartition("got external error: ")[2])
    meant = _MEANT.search(text)
    return QueryRefusedError(line, hint=f"did you mean {meant[1]}?" if meant else _candidates(text))


def _candidates(text: str) -> str:
    """The names that DuckDB offers below its first line, such as tables or ways to call a function."""
    found = _CANDIDATES.search(text)
    if found is None:
        return ""
    names = [one.strip() for one in re.split(r"\n|, (?=\")", found["names"]) if one.strip()]
    return f"candidate {found['kind'].lower()}: {'; '.join(names[:_MOST_NAMES])}"


def _no_column(con: duckdb.DuckDBPyConnection, sql: str, name: str) -> QueryRefusedError:
    tables = tables_named(con, sql)
    try:
        known = [column for (column,) in con.execute(_COLUMNS, [tables]).fetchall()]
    except duckdb.Error:  # the connection is of no more use: the line comes without names
        known = []
    near = get_close_matches(name.lower(), known, n=_MOST_NAMES, cutoff=0.5)
    describe = f'nightkick sql "describe {tables[0]}" lists them' if tables else 'see "show tables"'
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    of = f" in {' or '.join(tables)}" if tables else ""
    return QueryRefusedError(f"there is no column {name}{of}", hint=meant + describe)
