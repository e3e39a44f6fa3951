"""What a person's statement may not do: write, reach out, or ask for what is not there."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.store import Store
from analytics.store.statements.allowed import REFUSED_FUNCTIONS, TABLE_FUNCTIONS
from analytics.store.statements.asked import ask
from ingest.errors import DatabaseUnreadableError, QueryRefusedError

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
    "FROM query('SELECT 1')",
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


#: Each ends the process, reads something else, waits, or is not the same twice. Variants of one another on purpose.
HIDDEN = [
    "select * from query('select * from pan'||'das_scan(NULL)')",
    "select * from QUERY('select 1')",
    "select * from \"query\"('select 1')",
    "select * from main.query('select 1')",
    "select * from system.main.query('select 1')",
    'from "system"."main"."query"(\'select 1\')',
    "select * from/**/query/**/('select 1')",
    "select 'select 1'.query()",
    "with a as (from query('select 1')) from a",
    "with a as materialized (with b as (from query('select 1')) from b) from a",
    "with recursive r as (select 1 union all from query('select 1')) from r",
    "select (from query('select 1'))",
    "select [(from query('select 1'))]",
    "select exists (from query('select 1'))",
    "select 1 in (from query('select 1'))",
    "select 1 where 1 = any (from query('select 1'))",
    "from nights, lateral (from query('select 1'))",
    "from nights join query('select 1') on true",
    "from nights positional join query('select 1')",
    "from nights asof join query('select 1 as a') q on nights.n_lm >= q.a",
    "select 1 union all from query('select 1')",
    "from nights limit (select a from query('select 1 as a'))",
    "from nights order by (select a from query('select 1 as a'))",
    "select count(*) filter (where (from query('select true'))) from nights",
    "select sum(1) over (order by (from query('select 1'))) from nights",
    "select * replace ((from query('select 1')) as subject) from nights",
    "select list_transform([1], lambda x: (from query('select 1')))",
    "from (pivot query('select 1 as a') on a in (1) using count(*))",
    "unpivot query('select 1 as a') on a",
    "values ((from query('select 1')))",
    "describe from query('select 1')",
    "summarize from query('select 1')",
    "from (describe from query('select 1'))",
    "explain from query('select 1')",
    "explain analyze from query('select 1')",
    "explain (format json) from query('select 1')",
    "from unnest((from query('select [1]')))",
    "from range((select 1 from query('select 1')))",
    "from query_table('nights')",
    "from query_table(['nights'])",
    "from seq_scan('nights')",
    "from arrow_scan_dumb(1::pointer, 1::pointer, 1::pointer)",
    "from python_map_function(NULL)",
    "from python_arrow_scan(NULL)",
    "from histogram_values('nights', 'subject')",
    "from histogram('nights', 'subject')",
    "from duckdb_settings()",
    "from duckdb_variables()",
    "from duckdb_logs",
    "from duckdb_logs_parsed('x')",
    "from duckdb_temporary_files()",
    "from pg_settings",
    "from pg_catalog.pg_settings",
    "from checkpoint()",
    "from force_checkpoint()",
    "from truncate_duckdb_logs()",
    "from enable_logging()",
    "from enable_profiling()",
    "from pragma_database_size()",
    "from test_vector_types(NULL::integer)",
    "from test_all_types()",
    "from summary((from nights))",
    "from json_execute_serialized_sql('{{}}')",
    "select json_serialize_plan('select 1')",
    "select json_serialize_plan('from pandas_scan(NULL)')",
    "select json_serialize_sql('select 1')",
    "select current_setting('secret_directory')",
    "select getvariable('a')",
    "select random()",
    "select Random()",
    "select main.random()",
    "select system.main.random()",
    "select 1 where random() > 2",
    "select list_transform([1], lambda x: random())",
    "select [random() for x in [1]]",
    "select list_filter([1], lambda x: uuid() = 'a')",
    "select case when false then random() end",
    "select coalesce(1, random())",
    "select 1 order by random()",
    "select sum(random()) over ()",
    "select cast(random() as integer)",
    "select try(random())",
    "select uuid(), gen_random_uuid(), uuidv4(), uuidv7()",
    "select setseed(0.5)",
    "select sleep_ms(10)",
    "select pg_sleep(1)",
    "select nextval('s')",
    "select currval('s')",
    "select write_log('x')",
    "select parse_duckdb_log_message('x', 'y')",
    "select stats(1)",
    "select current_query()",
    "select current_connection_id()",
    "select finalize('a'::blob)",
    "select combine('a'::blob, 'b'::blob)",
    "select __internal_compress_integral_utinyint(1, 1)",
    "select get_block_size('nights')",
    "select no_such_function(1)",
    "from no_such_function(1)",
    "from 'x.parquet'",
    'from "x.json"',
    "from 'x.csv' t",
    "from '*.csv'",
    "from main.'x.csv'",
    "table 'x.csv'",
    "describe 'x.csv'",
    "summarize 'x.csv'",
    "show 'x.csv'",
    "with a as (select 1) from 'a.csv'",
    "from (with a as (select 1) from a), a",
    "from other.nights",
    "with x as (insert into setting values ('a', 'b') returning *) from x",
    "with x as (delete from night returning *) from x",
    "with x as (update setting set value = 'x' returning *) from x",
    "show variables",
    "describe copy nights to 'x'",
    "select 1; from query('select 1')",
    "explain explain select 1; select 1",
    "explain analyze; select 1",
]


@pytest.mark.parametrize("sql", [*WRITING, *REACHING_OUT, *CHANGING_THE_SESSION, *NOT_ONE_STATEMENT, *WRONG, *HIDDEN])
def test_anything_else_is_refused_and_leaves_no_trace(filled: Store, tmp_path: Path, sql: str) -> None:
    secret, out = tmp_path / "secret.csv", tmp_path / "out.csv"
    secret.write_text("a,b\n1,2\n")
    before = filled.path.read_bytes()
    statement = sql.format(secret=secret, out=out, folder=tmp_path) if "{" in sql else sql
    with pytest.raises(QueryRefusedError, match=r"\A[^\n]+\Z"):
        ask(filled, statement)
    assert set(tmp_path.iterdir()) == {filled.path, secret}
    assert filled.path.read_bytes() == before


def test_every_table_function_of_duckdb_is_refused_but_those_that_are_named(filled: Store) -> None:
    found = ask(filled, "SELECT DISTINCT function_name, function_type FROM duckdb_functions()").rows
    tables = {name for name, kind in found if kind in ("table", "table_macro")}
    assert len(tables - TABLE_FUNCTIONS) > 60
    for name in tables - TABLE_FUNCTIONS:
        with pytest.raises(QueryRefusedError, match="is not a table function that only reads"):
            ask(filled, f'FROM "{name}"(NULL)')


@pytest.mark.slow
def test_every_volatile_function_of_duckdb_is_refused(filled: Store) -> None:
    found = ask(filled, "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability = 'VOLATILE'").rows
    assert ("random",) in found
    for name in {name for (name,) in found} | REFUSED_FUNCTIONS:
        with pytest.raises(QueryRefusedError, match=r"volatile|reaches further|no function"):
            ask(filled, f'SELECT "{name}"(NULL)')


def test_a_macro_is_what_its_body_is(filled: Store) -> None:
    with duckdb.connect(filled.path) as con:
        con.execute("CREATE MACRO twice(x) AS 2 * x")
        con.execute("CREATE MACRO dice() AS 1 + floor(6 * random())")
        con.execute("CREATE MACRO hidden() AS (SELECT max(a) FROM query('SELECT 1 AS a'))")
        con.execute("CREATE MACRO around() AS twice(dice())")
        con.execute("CREATE MACRO rows() AS TABLE FROM query('SELECT 1 AS a')")
    assert ask(filled, "SELECT twice(21)").rows == [(42,)]
    for sql in ("SELECT dice()", "SELECT around()", "SELECT hidden()", "FROM rows()"):
        with pytest.raises(QueryRefusedError, match=r"random\(\) is volatile|(query|rows)\(\) is not a table function"):
            ask(filled, sql)


def test_a_statement_nested_too_deeply_is_refused(filled: Store) -> None:
    with pytest.raises(QueryRefusedError):
        ask(filled, "SELECT " + "(" * 20_000 + "1" + ")" * 20_000)


def test_the_refusal_names_the_statement(filled: Store) -> None:
    with pytest.raises(QueryRefusedError, match="COPY is not a statement that only reads"):
        ask(filled, "COPY (SELECT 1) TO 'x.csv'")
    with pytest.raises(QueryRefusedError, match="CREATE is not a statement that only reads"):
        ask(filled, "EXPLAIN CREATE TABLE a AS SELECT 1")


def test_an_unknown_column_is_told_with_the_names_that_were_meant(filled: Store) -> None:
    with pytest.raises(QueryRefusedError, match="there is no column plms_idx in nights") as caught:
        ask(filled, "SELECT plms_idx FROM nights")
    assert "plms_index" in caught.value.hint


def test_python_variables_are_out_of_reach(filled: Store) -> None:
    mine = pl.DataFrame({"a": [1]})
    with pytest.raises(QueryRefusedError, match="mine does not exist"):
        ask(filled, "FROM mine")
    assert mine.height == 1


def test_a_damaged_file_is_the_databases_fault_and_not_the_questions(filled: Store) -> None:
    blocks = bytearray(filled.path.read_bytes())
    blocks[3 * 4096 :] = b"\xa5" * (len(blocks) - 3 * 4096)
    filled.path.write_bytes(blocks)
    with pytest.raises(DatabaseUnreadableError):
        ask(filled, "SELECT count(*) FROM nights")
