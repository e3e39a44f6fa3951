"""`nightkick sql`: reads everything, and can do nothing else."""

from __future__ import annotations

import time
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.store import Store, limits, query
from analytics.store import query as query_function
from ingest.errors import QueryRefusedError
from tests.store.conftest import Child

# --- what it can do ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT night_date, plms_index FROM nights",
        "  select 1 ;  ",
        "-- why\nselect 1 /* because */ -- so",
        "/* ä; drop */ select 'ä; drop table night'",
        ";select 1",
        "(select 1)",
        "WITH a AS (SELECT 1) FROM a",
        "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 WHERE false) FROM r",
        "FROM nights",
        "FROM events SELECT label, count(*) GROUP BY label",
        "VALUES (1), (2)",
        "TABLE nights",
        "DESCRIBE nights",
        "DESC nights",
        "DESCRIBE SELECT 1",
        "SHOW TABLES",
        "SHOW ALL TABLES",
        "SUMMARIZE nights",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "explain (analyze) select 1",
        "EXPLAIN (SELECT 1)",
        "/* x */ EXPLAIN FROM nights",
        "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v",
        "FROM query('SELECT 1')",
        "SELECT comment FROM duckdb_columns()",
    ],
)
def test_a_statement_that_reads_is_answered(filled: Store, sql: str) -> None:
    assert query(filled, sql).width > 0


def test_parameters_by_place_and_by_name(filled: Store) -> None:
    assert query(filled, "SELECT ? + 1 AS a", [41]).item() == 42
    assert query(filled, "SELECT $n AS a", {"n": "x"}).item() == "x"


def test_only_as_many_rows_as_asked_for(filled: Store) -> None:
    assert query(filled, "FROM range(1000) ORDER BY range DESC", max_rows=3)["range"].to_list() == [999, 998, 997]
    assert query(filled, "FROM range(2)", max_rows=3).height == 2


def test_columns_of_the_same_name_are_told_apart(filled: Store) -> None:
    joined = query(filled, "SELECT n.subject, e.subject FROM nights n JOIN events e USING (night_date)")
    assert joined.columns == ["subject", "subject_1"]


@pytest.mark.parametrize(
    ("expression", "dtype", "value"),
    [
        ("TIMESTAMPTZ '2026-03-10 22:00:00+01'", pl.Datetime("us", "UTC"), "2026-03-10 21:00:00+00:00"),
        ("DATE '2026-03-10'", pl.Date, "2026-03-10"),
        ("['a', NULL]", pl.List(pl.String), "['a', None]"),
        ("'{\"a\": 1}'::JSON", pl.String, '{"a": 1}'),
        ("1::HUGEINT", pl.Decimal(38, 0), "1"),
        ("{'a': [1]}", pl.Struct({"a": pl.List(pl.Int32)}), "{'a': [1]}"),
        ("INTERVAL 90 MINUTE", pl.String, "01:30:00"),
        ("[INTERVAL 1 DAY]", pl.String, "[1 day]"),
        ("union_value(a := 1)", pl.String, "1"),
        ("'101'::BIT", pl.String, "101"),
        ("'a'::ENUM ('a', 'b')", pl.Enum(["a", "b"]), "a"),
    ],
)
def test_values_keep_their_types_where_there_is_one(
    filled: Store, expression: str, dtype: pl.DataType, value: str
) -> None:
    found = query(filled, f"SELECT {expression} AS v")
    assert found.schema["v"] == dtype or (dtype == pl.Enum(["a", "b"]) and found.schema["v"] == pl.Categorical)
    item = found.rows()[0][0]
    assert (str(item) if not isinstance(item, Decimal) else f"{item}") == value


def test_an_answer_without_rows_keeps_its_columns(filled: Store) -> None:
    assert query(filled, "SELECT subject, night_date FROM nights WHERE false").schema == {
        "subject": pl.String,
        "night_date": pl.Date,
    }


@pytest.mark.parametrize(
    "value", ["'infinity'::TIMESTAMPTZ", "'-infinity'::DATE", "DATE '290000-01-01'", "'0044-01-01 (BC)'::DATE"]
)
def test_a_date_that_python_cannot_say_is_refused_with_the_remedy(filled: Store, value: str) -> None:
    with pytest.raises(QueryRefusedError, match="outside the years 1 to 9999") as caught:
        query(filled, f"SELECT {value} AS v")
    assert query(filled, f"SELECT {caught.value.hint.removeprefix('cast it: ')} AS v FROM (SELECT {value} AS v)").height


def test_the_first_and_the_last_day_of_the_calendar_are_answered(filled: Store) -> None:
    assert query(filled, "SELECT DATE '0001-01-01' AS a, DATE '9999-12-31' AS b").row(0) == (date.min, date.max)


# --- what it cannot do -------------------------------------------------------------------------------------------

WRITING = [
    "INSERT INTO setting VALUES ('a', 'b')",
    "INSERT INTO setting VALUES ('a', 'b') RETURNING *",
    "WITH x AS (INSERT INTO setting VALUES ('a', 'b') RETURNING name) FROM x",
    "UPDATE setting SET value = 'x'",
    "DELETE FROM night",
    "TRUNCATE night",
    "MERGE INTO setting USING setting s ON true WHEN MATCHED THEN DELETE",
    "CREATE TABLE a (b INTEGER)",
    "CREATE TEMP TABLE a AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "CREATE VIEW v AS SELECT 1",
    "DROP VIEW nights",
    "ALTER TABLE night ADD COLUMN x INTEGER",
    "COMMENT ON TABLE night IS NULL",
    "VACUUM",
    "CHECKPOINT",
    "ANALYZE",
]
REACHING_OUT = [
    "COPY (SELECT 1) TO '{out}'",
    "COPY night TO STDOUT",
    "COPY night FROM '{secret}'",
    "EXPLAIN COPY (SELECT 1) TO '{out}'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{out}'",
    "EXPLAIN (ANALYZE /* ) select 1 -- */) COPY (SELECT 1) TO '{out}'",
    "explain/**/analyze/* select 1 */copy (select 1) to '{out}'",
    "EXPLAIN ANALYZE CREATE TABLE a AS SELECT 1",
    "EXPLAIN ANALYZE DELETE FROM night",
    "EXPORT DATABASE '{out}'",
    "IMPORT DATABASE '{out}'",
    "ATTACH '{out}'",
    "ATTACH ':memory:' AS m",
    "DETACH nights",
    "USE memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{secret}'",
    "UPDATE EXTENSIONS",
    "FROM '{secret}'",
    'FROM "{secret}"',
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_json('{secret}')",
    "SELECT * FROM read_parquet('{secret}')",
    "SELECT * FROM parquet_metadata('{secret}')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM 'https://example.org/a.csv'",
    "SELECT * FROM read_csv('s3://bucket/a.csv')",
    "SELECT * FROM sqlite_scan('{secret}', 'a')",
    "SELECT * FROM postgres_scan('', '', '')",
    "FROM query('FROM read_text(''{secret}'')')",
    "FROM query('COPY night TO ''{out}''')",
    "FROM query_table('{secret}')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{secret}'')'))",
    "SELECT getenv('HOME')",
    "FROM pandas_scan(NULL)",  # ends the process where it is let through
    'FROM "PANDAS_SCAN"(NULL)',
    "FROM query('FROM pandas_scan(NULL)')",
    "FROM arrow_scan(NULL, NULL, NULL)",
    "SELECT 1 FROM which_secret('s3://a', 's3')",
    "FROM duckdb_extensions()",
    "FROM read_duckdb('{secret}')",
    "ＣＯＰＹ night TO '{out}'",
    "SELECT 1\u037e COPY night TO '{out}'",
    "FROM query_function",
    "FROM filled",
    "SELECT * FROM duckdb_secrets()",
    "CALL enable_logging(storage = 'file', storage_path = '{out}')",
]
CHANGING_THE_SESSION = [
    "SET TimeZone = 'Asia/Tokyo'",
    "SET enable_external_access = true",
    "SET VARIABLE a = 1",
    "RESET threads",
    "PRAGMA database_list",
    "PRAGMA show_tables",
    "/* select */ PRAGMA database_list",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "BEGIN",
    "COMMIT",
    "PREPARE a AS SELECT 1",
    "EXECUTE a",
    "DEALLOCATE a",
    "EXPLAIN EXECUTE a",
]
NOT_ONE_STATEMENT = [
    "",
    "   ",
    ";",
    "-- nothing",
    "/* nothing",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE night",
    "SELECT 1 /* ; */; DELETE FROM night --",
    "PIVOT nights ON subject",
]
WRONG = [
    "SELEC 1",
    "SELECT * FROM nope",
    "SELECT nope FROM nights",
    "SELECT 'a'::INTEGER",
    "SELECT ?",
    "\x00",
    "\udcff",
    "SELECT error('boom')",
    "SELECT CASE WHEN i = 900000 THEN error('late') ELSE i END FROM range(1000000) t(i)",
    "KILL 1",
    "EXPLAIN",
    "EXPLAIN (",
    "SELECT 1 )",
]


#: Accepted by DuckDB 1.5 as something to read from; nothing comes of it.
HARMLESS = "FROM enable_logging(storage = 'file', storage_path = '{out}')"


@pytest.mark.parametrize("sql", [HARMLESS, *WRITING, *REACHING_OUT, *CHANGING_THE_SESSION, *NOT_ONE_STATEMENT, *WRONG])
def test_anything_else_is_refused_and_leaves_no_trace(filled: Store, tmp_path: Path, sql: str) -> None:
    secret, out = tmp_path / "secret.csv", tmp_path / "out.csv"
    secret.write_text("a,b\n1,2\n")
    before = filled.path.read_bytes()
    statement = sql.format(secret=secret, out=out, folder=tmp_path) if "{" in sql else sql
    is_accepted = sql == HARMLESS and duckdb.__version__ < "2"
    with nullcontext() if is_accepted else pytest.raises(QueryRefusedError, match=r"\A[^\n]+\Z"):
        assert query(filled, statement).is_empty()
    assert set(tmp_path.iterdir()) == {filled.path, secret}
    assert filled.path.read_bytes() == before


def test_the_refusal_names_the_statement(filled: Store) -> None:
    with pytest.raises(QueryRefusedError, match="COPY is not a statement that only reads"):
        query(filled, "COPY (SELECT 1) TO 'x.csv'")
    with pytest.raises(QueryRefusedError, match="CREATE is not a statement that only reads"):
        query(filled, "EXPLAIN CREATE TABLE a AS SELECT 1")


def test_a_mistake_is_told_in_the_first_line_of_duckdb(filled: Store) -> None:
    with pytest.raises(QueryRefusedError, match=r"Referenced column") as caught:
        query(filled, "SELECT plms FROM nights")
    assert "LINE 1" not in caught.value.what


def test_python_variables_are_out_of_reach(filled: Store) -> None:
    mine = pl.DataFrame({"a": [1]})
    with pytest.raises(QueryRefusedError, match="mine does not exist"):
        query(filled, "FROM mine")
    assert mine.height == 1
    assert query_function is query


# --- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000000) a, range(100) b WHERE a.range % 7 = b.range",
        "FROM range(2000000000)",
    ],
)
def test_a_query_that_takes_too_long_is_ended(filled: Store, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryRefusedError, match=r"longer than 0\.2 s"):
        query(filled, sql, max_rows=2_000_000_000, longest_s=0.2)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM range(1000000000000)",
    ],
)
def test_a_query_without_an_end_is_ended(filled: Store, sql: str) -> None:
    with pytest.raises(QueryRefusedError, match=r"longer than 0\.2 s"):
        query(filled, sql, longest_s=0.2)


DEAF = """
import os, sys
from pathlib import Path
from analytics.store import Store, limits, query

def end(refusal):
    print(refusal.what, flush=True)
    os._exit(2)

limits.GRACE_S, limits.MOST_BYTES = 0.5, int(sys.argv[3])
query(Store(Path(sys.argv[1])), sys.argv[2], longest_s=float(sys.argv[4]), on_deaf=end)
"""


@pytest.mark.parametrize(
    ("sql", "most_bytes", "longest_s", "says"),
    [
        ("SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))", 2 << 30, 0.5, "took longer than 0.5 s"),
        ("SELECT length(lpad('a', 2000000000, 'b'))", 100 << 20, 50, "needs more memory than a query may take"),
    ],
)
def test_a_query_that_does_not_let_itself_be_ended_is_told_of(
    filled: Store, child: Child, sql: str, most_bytes: int, longest_s: float, says: str
) -> None:
    said, complaints = child(DEAF, filled.path, sql, most_bytes, longest_s).communicate(timeout=60)
    assert said == f"{says}\n", complaints


def test_an_answer_that_takes_too_much_memory_is_ended(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 300 << 20)
    with pytest.raises(QueryRefusedError, match="more memory"):
        query(filled, "SELECT repeat('x', 100000) FROM range(4000000)")


def test_a_query_that_needs_too_much_memory_is_ended(filled: Store) -> None:
    with pytest.raises(QueryRefusedError, match="more memory"):
        query(filled, "SELECT list(range::VARCHAR || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') FROM range(50000000)")


def test_an_answer_of_too_many_rows_is_refused_instead_of_cut(filled: Store) -> None:
    assert query(filled, "FROM range(5000000)").height == 5_000_000
    with pytest.raises(QueryRefusedError, match="more than 5000000 rows"):
        query(filled, "FROM range(5000001)")


WRITE_BUSILY = """
import sys
from pathlib import Path
from analytics.store import Store, record_attempts
from tests.store.making import attempt
print("ready", flush=True)
for _ in range(20):
    record_attempts(Store(Path(sys.argv[1])), [attempt()])
"""


def test_queries_are_answered_while_another_process_writes(filled: Store, child: Child) -> None:
    writer = child(WRITE_BUSILY, filled.path)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    counts = [query(filled, "SELECT count(*) FROM imports").item() for _ in range(10)]
    assert counts == sorted(counts)
    assert writer.wait(timeout=60) == 0
    assert query(filled, "SELECT count(*) FROM imports").item() == 21
