"""Questions of people, in SQL: one statement that reads, and nothing else.

The only place that runs SQL which nightkick did not write. Three fences, each enough by itself for most of what
could go wrong: the statement must be a single one that reads, by DuckDB's own parser; the file is opened
read-only; and the connection can reach no file, network, extension, environment or Python variable, nor change a
setting. A limit on time, memory and rows (`analytics.store.limits`) keeps an innocent mistake from taking the machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import dropwhile

import duckdb
import polars as pl
from duckdb.sqltypes import DuckDBPyType

from analytics.store.connection import Store, reading
from analytics.store.failures import first_line, is_damage
from analytics.store.limits import LONGEST_S, Deaf, Watch, too_large, watched
from ingest.errors import QueryRefusedError

#: Most rows one answer may have: more belong into a tool of their own, on the published copy.
MOST_ROWS = 5_000_000

#: What a statement may begin with. DuckDB's parser calls some PRAGMAs a SELECT.
_BEGINNINGS = frozenset({"select", "with", "from", "values", "table", "describe", "desc", "show", "summarize",
                         "unpivot", "explain", "("})  # fmt: skip
#: What may stand between EXPLAIN and the statement it explains.
_EXPLAIN_WORDS = frozenset({"explain", "analyze", "verbose"})

#: What polars knows of DuckDB's types; columns of any other type are handed out as text.
_KNOWN_TYPES = frozenset({
    "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger", "ubigint",
    "float", "double", "decimal", "varchar", "blob", "uuid", "enum", "date", "time", "timestamp", "timestamp_s",
    "timestamp_ms", "timestamp_ns", "timestamp with time zone", "null",
})  # fmt: skip
_NESTED_TYPES = frozenset({"list", "array", "struct", "map"})

#: Table functions for other programs' memory: they take addresses, and one of them ends the process when given NULL.
_ADDRESSES = re.compile(r"\b(?:pandas_scan|arrow_scan\w*|python_map_function)\b", re.IGNORECASE)

_READING = "only SELECT, WITH, FROM, VALUES, TABLE, DESCRIBE, SHOW, SUMMARIZE, or EXPLAIN of one of these,"
_WORD = re.compile(rb"\w+|[^\w\s]")
#: Days from 1970 to the first and the last day that Python's calendar has.
_DAYS = ((date.min - date(1970, 1, 1)).days, (date.max - date(1970, 1, 1)).days)
_TICKS_PER_DAY = {"d": 1, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}

_Word = tuple[int, str]
Parameters = Sequence[object] | Mapping[str, object]


def query(
    store: Store,
    sql: str,
    parameters: Parameters = (),
    *,
    max_rows: int | None = None,
    longest_s: float = LONGEST_S,
    on_deaf: Deaf = lambda refusal: None,
) -> pl.DataFrame:
    """The answer to one reading SQL statement, in a UTC session.

    Instants arrive as ``Datetime("us", "UTC")``, lists as lists, JSON as text. Columns with the same name get a
    number; types that polars does not have (INTERVAL, UNION, BIT) arrive as text.

    Parameters
    ----------
    parameters : sequence or mapping
        For ``?`` or ``$name`` in the statement.
    max_rows : int or None
        Hand out only the first rows. Without it more than `MOST_ROWS` are refused.
    on_deaf : callable
        Called from another thread with the refusal of a statement that does not let itself be interrupted. A program
        that does nothing else may end itself then.

    Raises
    ------
    QueryRefusedError
        More than one statement, one that would do more than read, one that fails or takes too long.
    DatabaseBusyError, DatabaseUnreadableError
    """
    watch = Watch()
    with reading(store) as con:
        try:
            statement = _reading_statement(con, sql)
            with watched(con, longest_s, on_deaf) as watch:
                frame = _answer(con, statement, parameters, MOST_ROWS + 1 if max_rows is None else max_rows)
        except (duckdb.Error, UnicodeError, ValueError, MemoryError, pl.exceptions.PolarsError) as error:
            if is_damage(error):  # `reading` says what to do about it
                raise
            raise (watch.refusals or [_refusal(error)])[0] from error
    if watch.refusals:  # it came to its end all the same, too late
        raise watch.refusals[0]
    if max_rows is None and frame.height > MOST_ROWS:
        raise QueryRefusedError(f"more than {MOST_ROWS} rows", hint="add LIMIT, or open the published copy")
    return _showable(frame)


def _reading_statement(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one statement in ``sql``, if all it does is read."""
    if named := _ADDRESSES.search(sql):
        raise QueryRefusedError(f"{named[0]} reads the memory of this program, not the database", hint="leave it out")
    words = _words(sql)
    statements = con.extract_statements(sql)
    if len(statements) != 1 or not words:
        found = "more than one statement" if statements else "no statement"
        raise QueryRefusedError(found, hint="give exactly one; PIVOT counts as two")
    body = _explained(words) if words[0][1] == "explain" else words
    if not body or not _reads(con, sql, body):
        refused = (body or words)[0][1].upper()
        raise QueryRefusedError(f"{refused} is not a statement that only reads", hint=f"{_READING} is")
    return statements[0].query


def _reads(con: duckdb.DuckDBPyConnection, sql: str, body: Sequence[_Word]) -> bool:
    offset, beginning = body[0]
    found = con.extract_statements(sql.encode()[offset:].decode())
    return beginning in _BEGINNINGS and [statement.type for statement in found] == [duckdb.StatementType.SELECT]


def _words(sql: str) -> list[_Word]:
    """Byte offset and beginning, in lower case, of every token of DuckDB's own lexer, comments left out."""
    text = sql.encode()
    offsets = (offset for offset, kind in duckdb.tokenize(sql) if kind != duckdb.token_type.comment)
    words = ((offset, _WORD.match(text, offset)) for offset in offsets)
    found = [(offset, match[0].decode(errors="replace").lower()) for offset, match in words if match]
    return [*dropwhile(lambda word: word[1] == ";", found)]


def _explained(words: Sequence[_Word]) -> Sequence[_Word]:
    """The words of the statement that an EXPLAIN explains."""
    rest = [*dropwhile(lambda word: word[1] in _EXPLAIN_WORDS, words)]
    if len(rest) > 1 and rest[0][1] == "(" and rest[1][1] not in _BEGINNINGS:  # options such as (ANALYZE)
        rest = [*dropwhile(lambda word: word[1] != ")", rest)][1:]
    return rest


def _answer(con: duckdb.DuckDBPyConnection, statement: str, parameters: Parameters, n_rows: int) -> pl.DataFrame:
    relation = con.sql(statement, params=parameters or None).project("*").limit(n_rows)
    if not all(_is_known(dtype) for dtype in relation.types):
        relation = relation.project(", ".join(map(_as_known, relation.columns, relation.types)))
    return pl.DataFrame(relation)


def _is_known(dtype: DuckDBPyType) -> bool:
    if dtype.id in _NESTED_TYPES:
        return all(_is_known(child) for _, child in dtype.children if isinstance(child, DuckDBPyType))
    return dtype.id in _KNOWN_TYPES


def _as_known(name: str, dtype: DuckDBPyType) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return quoted if _is_known(dtype) else f"{quoted}::VARCHAR AS {quoted}"


def _showable(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, if Python can say every date in it: DuckDB also has infinity and the year 290000."""
    for column in frame.select(pl.selectors.date(), pl.selectors.datetime()):
        ticks_per_day = _TICKS_PER_DAY[getattr(column.dtype, "time_unit", "d")]
        days = column.to_physical() // ticks_per_day
        if not days.is_between(*_DAYS).all():
            hint = f"cast it: {column.name}::VARCHAR"
            raise QueryRefusedError(f"column {column.name} has dates outside the years 1 to 9999", hint=hint)
    return frame


def _refusal(error: BaseException) -> QueryRefusedError:
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return too_large()
    # polars passes on what came up in DuckDB while rows were already being handed over
    return QueryRefusedError(first_line(error).rpartition("got external error: ")[2])
