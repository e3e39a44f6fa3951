"""The program's own questions: what arrives, in which types."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from analytics.store import Store, query
from ingest.errors import QueryRefusedError, StoreError


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


def test_an_answer_of_too_many_rows_is_refused_instead_of_cut(filled: Store) -> None:
    assert query(filled, "FROM range(5000000)").height == 5_000_000
    with pytest.raises(QueryRefusedError, match="more than 5000000 rows"):
        query(filled, "FROM range(5000001)")


def test_nothing_can_be_written(filled: Store) -> None:
    with pytest.raises(StoreError, match="read-only"):
        query(filled, "INSERT INTO setting VALUES ('a', 'b') RETURNING *")


def test_the_package_offers_its_functions_whatever_was_loaded_before() -> None:
    code = "import analytics.store.consistency; from analytics.store import check, query"
    loaded = "import sys; assert callable(query) and callable(check) and 'polars' in sys.modules"
    subprocess.run([sys.executable, "-c", f"{code}; {loaded}"], check=True, timeout=60)
