"""What a statement answers, made ready for Python: columns of every type, and dates that a calendar has.

DuckDB knows types and instants that neither Python nor polars do: what has no twin there is handed out as text, and an
answer with the year 290000 or infinity in it is refused instead of changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from duckdb.sqltypes import DuckDBPyType

from ingest.errors import QueryRefusedError

#: Most rows one answer may have: more belong into a tool of their own, on the published copy.
MOST_ROWS = 5_000_000

#: What polars and Python know of DuckDB's types; columns of any other type are handed out as text.
_KNOWN_TYPES = frozenset({
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint",
    "float", "double", "decimal", "varchar", "blob", "uuid", "enum", "date", "time", "timestamp", "timestamp_s",
    "timestamp_ms", "timestamp_ns", "timestamp with time zone", "null",
})  # fmt: skip
_NESTED_TYPES = frozenset({"list", "array", "struct", "map"})
_DATES = frozenset({"date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp with time zone"})
#: The first and the last moment that Python's calendar has; a day in UTC, as is every session.
_CALENDAR = ("0001-01-01", "9999-12-31 23:59:59.999999")

#: Last column of an answer: the name of a column with a date outside the calendar, null where there is none.
OUTSIDE = "nightkick: outside the calendar"

Parameters = Sequence[object] | Mapping[str, object]


def answer(
    con: duckdb.DuckDBPyConnection, statement: str, parameters: Parameters = (), *, most_rows: int = MOST_ROWS + 1
) -> duckdb.DuckDBPyRelation:
    """Prepare the answer of a statement, not yet fetched, with `OUTSIDE` as the last column.

    Parameters
    ----------
    most_rows : int
        Further rows are left out; one more than an answer may have shows that it has too many.
    """
    relation = con.sql(statement, params=parameters or None).project("*").limit(most_rows)
    columns = [_as_known(name, dtype) for name, dtype in zip(relation.columns, relation.types, strict=True)]
    found = [_outside(name, dtype) for name, dtype in zip(relation.columns, relation.types, strict=True)]
    cases = " ".join(filter(None, found))
    outside = f"CASE {cases} END" if cases else "NULL::VARCHAR"
    return relation.project(", ".join([*columns, f"{outside} AS {_quoted(OUTSIDE)}"]))


def fetched(relation: duckdb.DuckDBPyRelation) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The columns and the rows of an `answer`, without `OUTSIDE`.

    Raises
    ------
    QueryRefusedError
        More rows, or other dates, than an answer can hold.
    """
    columns, found = tuple(relation.columns[:-1]), relation.fetchall()
    if len(found) > MOST_ROWS:
        raise too_many_rows()
    for outside in (row[-1] for row in found if row[-1] is not None):
        raise outside_the_calendar(outside)
    return columns, [row[:-1] for row in found]


def too_many_rows() -> QueryRefusedError:
    """The answer to a statement with more than `MOST_ROWS` rows."""
    return QueryRefusedError(f"more than {MOST_ROWS} rows", hint="add LIMIT, or open the published copy")


def outside_the_calendar(column: str) -> QueryRefusedError:
    """The error for an answer whose ``column`` has dates that Python cannot hold."""
    return QueryRefusedError(
        f"column {column} has dates outside the years 1 to 9999", hint=f"cast it: {column}::VARCHAR"
    )


def _as_known(name: str, dtype: DuckDBPyType) -> str:
    quoted = _quoted(name)
    return quoted if _is_known(dtype) else f"{quoted}::VARCHAR AS {quoted}"


def _is_known(dtype: DuckDBPyType) -> bool:
    if dtype.id in _NESTED_TYPES:
        return all(_is_known(child) for _, child in dtype.children if isinstance(child, DuckDBPyType))
    return dtype.id in _KNOWN_TYPES


def _outside(name: str, dtype: DuckDBPyType) -> str | None:
    quoted, told = _quoted(name), "'" + name.replace("'", "''") + "'"
    if dtype.id == "timestamp_ns":  # all of it is inside, but for infinity
        return f"WHEN NOT isfinite({quoted}) THEN {told}"
    if dtype.id not in _DATES:
        return None
    first, last = (f"'{moment}'::{'TIMESTAMPTZ' if 'zone' in dtype.id else 'TIMESTAMP'}" for moment in _CALENDAR)
    return f"WHEN {quoted} NOT BETWEEN {first} AND {last} THEN {told}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
