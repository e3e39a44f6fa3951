"""Whether a person's statement only reads the database: decided on the statement as DuckDB has parsed it.

DuckDB hands out the tree of a SELECT - which DESCRIBE, SHOW, SUMMARIZE, VALUES, TABLE and UNPIVOT are too - and of
nothing else. Every node of it must be of a kind that `analytics.store.statements.allowed` knows, every table must be
one of this database, every table function be named there, and every other function compute a value and no more. What is
not understood is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import dropwhile, takewhile
from typing import Any

import duckdb

from analytics.store.statements.allowed import (
    BINDER_FUNCTIONS,
    EXPRESSIONS,
    NODES,
    REFUSED_FUNCTIONS,
    SHOWN,
    TABLE_FUNCTIONS,
    VIEWS,
)
from ingest.errors import QueryRefusedError

_READING = "only SELECT, WITH, FROM, VALUES, TABLE, DESCRIBE, SHOW, SUMMARIZE, or EXPLAIN of one of these,"
_TREE = "SELECT json_serialize_sql(?, skip_default := true, skip_empty := true, skip_null := true)"
_FUNCTIONS = """
SELECT lower(function_name), function_type, stability, macro_definition FROM duckdb_functions()
WHERE list_contains(?, lower(function_name)) AND function_type IN ('scalar', 'aggregate', 'window', 'macro')
"""
_TABLES = """
SELECT lower(database_name), lower(schema_name), lower(table_name), internal FROM duckdb_tables()
UNION ALL SELECT lower(database_name), lower(schema_name), lower(view_name), internal FROM duckdb_views()
"""
_LIKE = """
SELECT lower(view_name), true FROM duckdb_views() WHERE NOT internal
UNION SELECT lower(table_name), false FROM duckdb_tables() WHERE NOT internal ORDER BY 1
"""
#: What may stand between EXPLAIN and the statement that it explains, without and with brackets.
_EXPLAIN = frozenset({"explain", "analyze", "verbose"})
_EXPLAIN_OPTIONS = frozenset({"(", ")", ",", "analyze", "verbose", "format", "default", "text", "json", "html", "yaml",
                              "graphviz", "mermaid"})  # fmt: skip
_WORD = re.compile(rb"\w+|[^\w\s]")

_Path = tuple[str, ...]


@dataclass(slots=True)
class _Named:
    """The names in a statement, in lower case."""

    tables: set[_Path] = field(default_factory=set)
    table_functions: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)


def reading_statement(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The one statement in ``sql``, to be run as it is handed out, if all it does is read the database.

    Raises
    ------
    QueryRefusedError
        It is none, more than one, or one that could do more.
    duckdb.Error
        It is not SQL.
    """
    words = _words(sql)
    found = con.extract_statements(sql)
    if len(found) != 1 or not words:
        what = "more than one statement" if found else "no statement"
        raise QueryRefusedError(what, hint="give exactly one; PIVOT counts as two")
    if words[0][1] != "explain":
        return _checked(con, sql)
    # Put together anew, so that what runs is the very text that was looked at.
    before, explained = _divided(sql, words)
    return f"{before} {_checked(con, explained)}"


def tables_named(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """Tables and views that one statement names, without schema; none where it cannot be parsed."""
    tree = _tree(con, sql)
    return sorted({path[-1] for path in _names(tree).tables}) if tree else []


def _checked(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    tree = _tree(con, sql)
    if tree is None:
        beginning = next((word for _, word in _words(sql)), "nothing").upper()
        raise QueryRefusedError(f"{beginning} is not a statement that only reads", hint=f"{_READING} is")
    named = _names(tree)
    _check_table_functions(named)
    _check_functions(con, named)
    _check_tables(con, named)
    return sql


def _tree(con: duckdb.DuckDBPyConnection, sql: str) -> Mapping[str, Any] | None:
    """What DuckDB's parser makes of it; None for more or less than one SELECT."""
    text = con.execute(_TREE, [sql]).fetchall()[0][0]
    try:
        tree = json.loads(text)
    except RecursionError:
        raise QueryRefusedError("nested too deeply", hint="take it apart with WITH") from None
    if tree.get("error") or len(tree.get("statements", ())) != 1:
        return None
    statement: Mapping[str, Any] = tree["statements"][0]
    return statement


def _names(tree: Mapping[str, Any]) -> _Named:
    """All that the statement names, from every node of it; a node of an unknown kind is refused."""
    named = _Named()
    # A stack of our own: statements may be nested more deeply than Python's.
    todo: list[tuple[Any, frozenset[str]]] = [(tree, frozenset())]
    while todo:
        node, in_scope = todo.pop()
        if isinstance(node, list):
            todo.extend((inner, in_scope) for inner in node)
        elif isinstance(node, dict):
            in_scope |= set(_named_by_with(node))
            todo.extend((inner, in_scope) for inner in _note(node, in_scope, named))
    return named


def _note(node: Mapping[str, Any], in_scope: frozenset[str], named: _Named) -> Iterable[Any]:
    """Take down what this node names; return what is below it and still to be looked at."""
    kind, expression = node.get("type"), node.get("class")
    if isinstance(expression, str):
        _require(expression in EXPRESSIONS, expression)
        if expression in ("FUNCTION", "WINDOW"):
            named.functions |= _function_names(node)
    elif isinstance(kind, str):
        _require(kind in NODES or kind.endswith("_TYPE_INFO"), kind)
        if kind == "BASE_TABLE":
            named.tables |= {path for path in _table_paths(node) if not (len(path) == 1 and path[0] in in_scope)}
        elif kind == "SHOW_REF":
            named.tables |= _shown(node)
        elif kind == "TABLE_FUNCTION":
            function: Mapping[str, Any] = node.get("function") or {}
            _require(function.get("class") == "FUNCTION", "TABLE_FUNCTION")
            named.table_functions |= _function_names(function)
            return [*(inner for key, inner in node.items() if key != "function"), *function.values()]
    return node.values()


def _require(is_known: object, kind: str) -> None:
    if not is_known:
        what = kind.replace("_", " ").lower()
        raise QueryRefusedError(f"a part of the statement ({what}) is not known to only read", hint="leave it out")


def _named_by_with(node: Mapping[str, Any]) -> Iterator[str]:
    """Names that WITH gives to what is below this node."""
    if isinstance(node.get("cte_name"), str):
        yield node["cte_name"].lower()
    ctes = node.get("cte_map")
    if isinstance(ctes, dict):
        yield from (cte["key"].lower() for cte in ctes.get("map", ()))


def _function_names(node: Mapping[str, Any]) -> set[str]:
    # DuckDB 2 tells a name twice, and nothing says that it will always mean the same one.
    names = {node.get("function_name"), _last(node)} - {None}
    _require(names, "FUNCTION")
    return {str(name).lower() for name in names}


def _last(node: Mapping[str, Any]) -> str | None:
    path = node.get("qualified_name", {}).get("path", ())
    return path[-1] if path else None


def _table_paths(node: Mapping[str, Any]) -> set[_Path]:
    parts = (node.get("catalog_name"), node.get("schema_name"), node.get("table_name"))
    path = tuple(node.get("qualified_name", {}).get("path", ()))
    paths = {tuple(part.lower() for part in found if part) for found in (parts, path)} - {()}
    _require(paths, "BASE_TABLE")
    return paths


def _shown(node: Mapping[str, Any]) -> set[_Path]:
    """The table that SHOW or DESCRIBE names; none where a query stands below it, which is looked at by itself."""
    names = {node.get("table_name"), _last(node)} - {None, ""}
    plain = {str(name).strip('"').lower() for name in names}
    _require(plain or "query" in node, "SHOW")
    return {(name,) for name in plain - SHOWN}


def _check_table_functions(named: _Named) -> None:
    for name in sorted(named.table_functions - TABLE_FUNCTIONS):
        raise QueryRefusedError(
            f"{name}() is not a table function that only reads the database", hint="read its tables and views"
        )


def _check_functions(con: duckdb.DuckDBPyConnection, named: _Named) -> None:
    """Look at every function, and at those that macros are made of."""
    todo, seen = set(named.functions), set[str]()
    while todo := todo - seen - BINDER_FUNCTIONS:
        seen |= todo
        known: dict[str, list[tuple[str | None, str | None]]] = {name: [] for name in todo}
        for name, _, stability, definition in con.execute(_FUNCTIONS, [sorted(todo)]).fetchall():
            known[name].append((stability, definition))
        inner: set[str] = set()
        for name in sorted(todo):
            _check_function(name, known[name])
            for definition in {definition for _, definition in known[name] if definition}:
                body = _names(_tree(con, f"SELECT {definition}") or {"type": f"macro {name}"})
                _check_table_functions(body)
                _check_tables(con, body)
                inner |= body.functions
        todo = inner


def _check_function(name: str, overloads: Iterable[tuple[str | None, str | None]]) -> None:
    if not overloads:
        raise QueryRefusedError(f"there is no function {name}", hint="select function_name from duckdb_functions()")
    if name in REFUSED_FUNCTIONS or name.startswith("__"):
        raise QueryRefusedError(f"{name}() reaches further than its arguments", hint="leave it out")
    if any(stability == "VOLATILE" for stability, _ in overloads):
        raise QueryRefusedError(f"{name}() is volatile: it does more than compute a value", hint="leave it out")


def _check_tables(con: duckdb.DuckDBPyConnection, named: _Named) -> None:
    """Whether all are tables and views of this database, and not files or variables."""
    if not named.tables:
        return
    known: set[_Path] = set()
    for database, schema, name, is_internal in con.execute(_TABLES).fetchall():
        if not is_internal or schema == "information_schema" or name in VIEWS.get(schema, ()):
            known |= {(name,), (schema, name), (database, name), (database, schema, name)}
    for path in sorted(named.tables - known):
        meant = tables_like(con, path[-1])
        hint = f'did you mean {" or ".join(meant)}? see "show tables"' if meant else 'see "show tables"'
        raise QueryRefusedError(f"{'.'.join(path)} does not exist in this database", hint=hint)


def tables_like(con: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Names like ``name`` of what may be asked: views first, which are for people, and a raw table only without one."""
    found = con.execute(_LIKE).fetchall()
    for wants_views in (True, False):
        names = [one for one, is_view in found if is_view == wants_views]
        if near := get_close_matches(name.lower(), names, n=3, cutoff=0.6):
            return near
    return []


def _words(sql: str) -> list[tuple[int, str]]:
    """Byte offset and beginning, in lower case, of every token of DuckDB's own lexer, comments left out."""
    text = sql.encode()
    offsets = (offset for offset, kind in duckdb.tokenize(sql) if kind != duckdb.token_type.comment)
    words = ((offset, _WORD.match(text, offset)) for offset in offsets)
    found = [(offset, match[0].decode(errors="replace").lower()) for offset, match in words if match]
    return [*dropwhile(lambda word: word[1] == ";", found)]


def _divided(sql: str, words: list[tuple[int, str]]) -> tuple[str, str]:
    """EXPLAIN with its options, and the statement that it explains."""
    before = [*takewhile(lambda word: word[1] in _EXPLAIN, words)]
    rest = words[len(before) :]
    if len(rest) > 1 and rest[0][1] == "(" and rest[1][1] in _EXPLAIN_OPTIONS:
        options = [*takewhile(lambda word: word[1] in _EXPLAIN_OPTIONS, rest)]
        before, rest = [*before, *options], rest[len(options) :]
    if not rest:
        raise QueryRefusedError("EXPLAIN is not a statement that only reads", hint=f"{_READING} is")
    return " ".join(word for _, word in before), sql.encode()[rest[0][0] :].decode()
