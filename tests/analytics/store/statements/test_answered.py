"""What a person's statement may do: read everything in the database."""

from __future__ import annotations

import pytest

from analytics.store import Store
from analytics.store.statements.asked import Answer, ask, ask_frame
from ingest.errors import QueryRefusedError

HONEST = [
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
    "SELECT comment FROM duckdb_columns()",
    # README and docs
    "select night_date, plms_index, flags from nights order by night_date",
    "select * from flagged_nights",
    "select onset_at, duration_s, peak_g from events where label = 'hypnic_jerk'",
    "select hour(onset_local), count(*) from events where is_plm and sleep_state = 'sleep' group by 1 order by 1",
    # windows, lists, lambdas, texts, dates
    "select onset_at, lag(onset_at) over (partition by night_date order by onset_at) from events",
    "select row_number() over w, rank() over w, sum(peak_g) over w, first_value(label) over w, ntile(4) over w"
    " from events window w as (order by onset_at)",
    "select * from events qualify row_number() over (partition by label order by onset_at) = 1",
    "select list_transform([1, 2], lambda x: x + 1), list_filter([1], lambda x: x > 0), [x * 2 for x in [1] if x > 1]",
    "select list_reduce([1, 2], lambda a, b: a + b), list_aggregate([1, 2], 'sum'), list_sort([2, 1])[1:1]",
    "select regexp_extract('a1', '[0-9]'), regexp_replace('a', 'a', 'b'), 'a' ~ 'a', 'a' like 'A%', 'a' ilike 'A'",
    "select 'a' || 'b', concat('a', 1), format('{{}}', 1), printf('%d', 1), split_part('a,b', ',', 1), upper('a')[1]",
    "select subject.upper() from nights",
    "select now(), current_date, today(), current_timestamp, localtimestamp, get_current_timestamp()",
    "select date_trunc('week', night_date), strftime(night_date, '%A'), night_date + interval 1 day from nights",
    "select extract(hour from onset_at), date_diff('hour', onset_at, offset_at), age(onset_at) from events",
    "select onset_at at time zone 'Europe/Berlin', time_bucket(interval 1 hour, onset_at) from events",
    "select epoch(onset_at), make_date(2026, 3, 1), last_day(night_date), dayname(night_date) from events",
    "select count(*), count(distinct label), avg(peak_g), median(peak_g), quantile_cont(peak_g, 0.9), stddev(peak_g),"
    " mode(label), histogram(label), list(label order by onset_at), string_agg(label, ','), arg_max(label, peak_g),"
    " count(*) filter (where is_plm), corr(peak_g, duration_s) from events",
    "select label, count(*) from events group by rollup (label)",
    "select label, grouping(label) from events group by cube (label)",
    "select case when 1 = 1 then coalesce(null, 2) else nullif(1, 1) end, 1 between 0 and 2, 1 in (1, 2), not true",
    "select try_cast('x' as integer), cast(1 as decimal(9, 2)), 'a'::enum ('a'), 1::varchar, [1]::double[], try(1 / 0)",
    "select round(1.25, 1), 5 // 2, 5 % 2, 2 ** 3, -1, abs(-1), greatest(1, 2), sqrt(2), pi(), log(10)",
    "select {{'a': 1}}.a, struct_pack(a := 1), row(1, 2), map {{'a': 1}}['a'], [1, 2][1], unnest([1, 2])",
    "select json_extract(criteria, '$[0].name'), criteria -> 0, criteria ->> '$[0].name' from flagged_nights",
    "select j.key, j.value from flagged_nights, json_each(criteria) j",
    "select unnest(flags) from nights",
    "from unnest([1, 2]) t(a)",
    "from range(3) t(i) positional join range(3) u(k)",
    "select * from generate_series(timestamp '2026-03-01', timestamp '2026-03-02', interval 1 hour)",
    "select * exclude (subject) replace (round(peak_g, 1) as peak_g) from events",
    "select columns('n_.*') from nights",
    "select max(columns(*)) from nights",
    "from events e asof join nights n on e.subject = n.subject and e.night_date >= n.night_date",
    "from events semi join nights using (subject, night_date)",
    "from events, lateral (select events.peak_g + 1 as more)",
    "select * from events where night_date = (select max(night_date) from nights)",
    "select * from events where exists (from nights where nights.subject = events.subject)",
    "select * from events where label in (select label from events)",
    "select 1 union all select 2 except select 3 intersect select 4",
    "select 1 as a union all by name select 2 as b",
    "with a as (select 1 as x), b as materialized (select x + 1 as x from a) from b, a",
    "with recursive r(i) as (select 1 union all select i + 1 from r where i < 3) select sum(i) from r",
    "from (pivot (select label, peak_g from events) on label in ('periodic', 'wake') using count(*))",
    "from events pivot (count(*) for label in ('periodic', 'wake'))",
    "unpivot (select n_lm, n_clm from nights) on columns(*) into name n value v",
    "from (describe nights)",
    "from (show tables)",
    "from (summarize nights)",
    "show nights",
    "show all",
    "from nights using sample 1 rows",
    "from nights limit 50%",
    "from nights order by all desc nulls last limit 1 offset 0",
    "select distinct on (label) * from events",
    "from main.nights",
    "select column_name, comment from duckdb_columns() where table_name = 'nights'",
    "select table_name from information_schema.tables",
    "select view_name from duckdb_views() where not internal",
    "from duckdb_tables",
    "from pragma_table_info('nights')",
    "select current_database(), version(), typeof(1), hash('a'), md5('a')",
    "select 'a' collate nocase = 'A', 'ä' collate de < 'b'",
    "explain analyze select count(*) from events",
    "explain (format json) select 1",
    "select " + "(" * 60 + "1" + ")" * 60,
]


@pytest.mark.parametrize("sql", HONEST)
def test_a_statement_that_reads_is_answered(filled: Store, sql: str) -> None:
    assert ask(filled, sql.replace("{{", "{").replace("}}", "}")).columns


def test_rows_arrive_as_python_has_them(filled: Store) -> None:
    assert ask(filled, "SELECT 1 AS a, [NULL, 'x'] AS b, INTERVAL 90 MINUTE AS c, sum(2) AS d") == Answer(
        ("a", "b", "c", "d"), [(1, [None, "x"], "01:30:00", 2)]
    )


def test_an_answer_as_a_frame_is_the_same(filled: Store) -> None:
    assert (
        ask_frame(filled, "SELECT subject, flags FROM nights").rows()
        == ask(filled, "SELECT subject, flags FROM nights").rows
    )


@pytest.mark.parametrize("value", ["'infinity'::TIMESTAMPTZ", "DATE '290000-01-01'", "'-infinity'::TIMESTAMP_NS"])
def test_a_date_that_python_cannot_say_is_refused_here_too(filled: Store, value: str) -> None:
    with pytest.raises(QueryRefusedError, match="column v has dates outside the years 1 to 9999"):
        ask(filled, f"SELECT {value} AS v")
