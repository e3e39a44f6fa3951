"""Databases as older versions of nightkick made them, with rows in every table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from analytics.store.database.connection import STORAGE_VERSION
from analytics.store.database.steps import known_migrations

#: Rows of a year of nights, and more recordings than DuckDB adds a column to at a time (2,048).
MANY = {
    "event": 20_000,
    "event_row": 20_000,
    "movement": 20_000,
    "recording": 3_000,
    "recording_night": 3_000,
    "night": 300,
    "envelope": 300,
}

#: A value of each type, by the number of the row ``i``. Each differs from row to row: none may be taken for another.
_VALUES = {
    "VARCHAR": "'{name} ' || i",
    "DATE": "DATE '2020-01-01' + i::INTEGER",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ '2020-01-01 22:00:00.123456+00' + INTERVAL 1 MINUTE * i",
    "INTEGER": "i",
    "SMALLINT": "i % 1_001",
    "BIGINT": "i + 5_000_000_000",
    "DOUBLE": "i / 7",
    "BOOLEAN": "i % 2 = 0",
    "BLOB": "encode('{name} ' || i)",
    "JSON": "'{{\"{name}\": ' || i || '}}'",
    "VARCHAR[]": "['a', '{name} ' || i]",
    "INTEGER[]": "[i, i + 1]",
    "FLOAT[]": "list_transform(range(1_250 + i % 3), lambda x: (x + i) / 16)",
    "STRUCT(start_at TIMESTAMP WITH TIME ZONE, end_at TIMESTAMP WITH TIME ZONE, stage VARCHAR)[]": "[{{'start_at': "
    "TIMESTAMPTZ '2020-01-01 22:00:00+00', 'end_at': NULL, 'stage': 'stage ' || i}}]",
    "STRUCT(start_at TIMESTAMP WITH TIME ZONE, end_at TIMESTAMP WITH TIME ZONE)[]": "[{{'start_at': "
    "TIMESTAMPTZ '2020-01-01 22:00:00+00' + INTERVAL 1 MINUTE * i, 'end_at': NULL}}]",
    "STRUCT(minute_at TIMESTAMP WITH TIME ZONE, heart_bpm DOUBLE, rmssd_ms DOUBLE)[]": "[{{'minute_at': "
    "TIMESTAMPTZ '2020-01-01 22:00:00+00', 'heart_bpm': i, 'rmssd_ms': NULL}}]",
    "STRUCT(minute_at TIMESTAMP WITH TIME ZONE, celsius FLOAT)[]": "[{{'minute_at': "
    "TIMESTAMPTZ '2020-01-01 22:00:00+00', 'celsius': 30 + i / 8}}]",
}
#: Columns of which not every value of their type may stand in a database: chances, to the decimals they are kept with.
_BY_NAME = {
    **dict.fromkeys(("p_near_onset", "confidence", "p_sleep"), "i % 1_001 / 1_000"),
    "imi_s": "i / 8",
}
#: What columns that a later step took away held, by what took their place.
_NO_MORE = {("envelope", "max_mg"): "list_transform(range(len(levels)), lambda x: x / 16)"}
#: What nightkick itself writes.
_STEPS = "schema_migration"
_OURS = frozenset({_STEPS, "setting"})


def of_step(path: Path, version: int, *, rows: Mapping[str, int] | None = None, n_rows: int = 4) -> Path:
    """A database that went through the steps up to ``version``, with ``n_rows`` in each table unless ``rows`` says."""
    if rows:
        return _filled(path, version, rows, n_rows)
    path.write_bytes(_usual(version, n_rows))
    return path


@cache
def _usual(version: int, n_rows: int) -> bytes:
    """The file of such a database, which tests of this process share: to make it takes a second."""
    with TemporaryDirectory() as folder:
        return _filled(Path(folder) / "nights.duckdb", version, {}, n_rows).read_bytes()


def _filled(path: Path, version: int, rows: Mapping[str, int], n_rows: int) -> Path:
    with duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION}) as con:
        con.execute("SET TimeZone = 'UTC'")
        _go_through(con, version)
        _fill(con, rows, n_rows)
    return path


def aged(current: Path, path: Path, version: int) -> Path:
    """What is in the database ``current``, as one of step ``version`` would hold it."""
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION}) as con:
        con.execute("SET TimeZone = 'UTC'")
        _go_through(con, version)
        con.execute(f"ATTACH '{current}' AS current (READ_ONLY)")
        for table in (name for name in tables(con) if name not in _OURS):
            names = [column for column, _, _ in _columns(con, table)]
            new, values = (", ".join(some) for some in (names, (_NO_MORE.get((table, name), name) for name in names)))
            con.execute(f"INSERT INTO {table} ({new}) SELECT {values} FROM current.{table}")
    return path


def tables(con: duckdb.DuckDBPyConnection) -> list[str]:
    found = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY 1"
    return [name for (name,) in con.execute(found).fetchall()]


def everything(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every value of every table, by its column, rows in the order in which the file has them."""
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        found = {}
        for name in tables(con):
            columns = [column for column, _, _ in _columns(con, name)]
            rows = con.execute(f"FROM {name}").fetchall()
            found[name] = [dict(zip(columns, row, strict=True)) for row in rows]
        return found


def fingerprint(path: Path) -> dict[str, tuple[Any, ...]]:
    """Of every table how many rows, and a hash of all values: as good as `everything`, and much faster."""
    with duckdb.connect(str(path), read_only=True) as con:
        return {
            name: con.execute(
                f"SELECT count(*), bit_xor(hash({name})), sum(hash({name}) % 1_000_003) FROM {what}"
            ).fetchall()[0]
            for name in tables(con)
            for what in [f"(SELECT * EXCLUDE (applied_at) FROM {name}) AS {name}" if name == _STEPS else name]
        }


def _go_through(con: duckdb.DuckDBPyConnection, version: int) -> None:
    for step in known_migrations()[:version]:
        con.execute(step.sql)
        row = [step.version, step.name, step.sha256]
        con.execute("INSERT INTO schema_migration VALUES (?, ?, ?, TIMESTAMPTZ '2024-05-06 07:08:09+00')", row)


def _fill(con: duckdb.DuckDBPyConnection, rows: Mapping[str, int], n_rows: int) -> None:
    con.execute("UPDATE setting SET value = 'aasm' WHERE name = 'default_ruleset'")
    con.execute("INSERT INTO setting VALUES ('views_sha256', 'of another version')")
    for table in (name for name in tables(con) if name not in _OURS):
        values = [_value(*column) for column in _columns(con, table)]
        n = rows.get(table, n_rows)
        con.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM range({n}) AS numbers (i) ORDER BY i")


def _value(name: str, dtype: str, is_nullable: bool) -> str:  # noqa: FBT001 (a row of a table)
    # half_minutes has a list by one of these names.
    value = _BY_NAME.get(name, _VALUES[dtype]) if dtype == "DOUBLE" else _VALUES[dtype]
    value = value.format(name=name)
    return f"CASE WHEN i % 3 = 1 THEN NULL ELSE {value} END" if is_nullable else value


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str, bool]]:
    found = (
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns()"
        " WHERE table_name = ? AND database_name = current_database() ORDER BY column_index"
    )
    return con.execute(found, [table]).fetchall()
