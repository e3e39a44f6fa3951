from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.files.csv_text import disarmed, disarmed_frame, rearmed, rearmed_frame
from analytics.files.outputs import PARQUET, write_whole
from flows.terminal.fitted import fitted_table
from flows.terminal.values import csv_text, json_document, plain
from ingest.errors import UsageError, visible

#: One row that holds every type that is hard.
HARD: dict[str, Any] = {
    "nothing": None,
    "words": ["possible_plmd", "b, c"],
    "nested": {"a": [1, None], "at": datetime(2026, 3, 1, 23, tzinfo=UTC)},
    "instant": datetime(2026, 3, 1, 23, 5, 7, 250000, tzinfo=timezone(timedelta(hours=2))),
    "day": date(2026, 3, 1),
    "clock": time(23, 5),
    "long": timedelta(minutes=1.5),
    "nan": float("nan"),
    "exact": Decimal("1.50"),
    "bytes": b"\x00\xff",
    "yes": True,
    "id": UUID(int=7),
    "name": 'Zoë "ж" 日本\x1b[31m\nline',
    "n": -3,
}


def test_the_hard_row_as_json() -> None:
    document = json.loads(json_document(rows=[HARD]))
    assert document["schema"] == 1
    assert document["rows"] == [
        {
            "nothing": None,
            "words": ["possible_plmd", "b, c"],
            "nested": {"a": [1, None], "at": "2026-03-01T23:00:00+00:00"},
            "instant": "2026-03-01T23:05:07.250000+02:00",
            "day": "2026-03-01",
            "clock": "23:05:00",
            "long": 90.0,
            "nan": None,
            "exact": 1.5,
            "bytes": "00ff",
            "yes": True,
            "id": "00000000-0000-0000-0000-000000000007",
            "name": 'Zoë "ж" 日本\x1b[31m\nline',
            "n": -3,
        }
    ]


def test_the_hard_row_as_csv() -> None:
    (row,) = csv.DictReader(io.StringIO(csv_text(list(HARD), [HARD])))
    assert row == {
        "nothing": "",
        "words": '["possible_plmd", "b, c"]',
        "nested": '{"a": [1, null], "at": "2026-03-01T23:00:00+00:00"}',
        "instant": "2026-03-01T23:05:07.250000+02:00",
        "day": "2026-03-01",
        "clock": "23:05:00",
        "long": "90.0",
        "nan": "",
        "exact": "1.5",
        "bytes": "00ff",
        "yes": "true",
        "id": "00000000-0000-0000-0000-000000000007",
        "name": 'Zoë "ж" 日本\x1b[31m\nline',
        "n": "-3",
    }


def test_the_hard_row_as_text_shows_control_characters_and_stays_on_one_line() -> None:
    assert fitted_table(["nothing", "words", "day", "yes", "name", "n"], [HARD], limit=None) == (
        "nothing  words                day         yes   name                         n\n"
        "-------  -------------------  ----------  ----  --------------------------  --\n"
        '         possible_plmd, b, c  2026-03-01  true  Zoë "ж" 日本\\x1b[31m\\nline  -3\n'
    )


def test_columns_line_up_by_display_width_and_numbers_go_right() -> None:
    table = fitted_table(["who", "n"], [{"who": "日本", "n": 5}, {"who": "a", "n": 12}], limit=None)
    assert table == "who    n\n----  --\n日本   5\na     12\n"


def test_no_rows_leave_the_header() -> None:
    assert fitted_table(["a", "b"], [], limit=None) == "a  b\n-  -\n"
    assert csv_text(["a", "b"], []) == "a,b\n"


@given(st.text())
def test_visible_text_is_one_printable_line_and_leaves_the_rest_alone(text: str) -> None:
    assert visible(text).isprintable()
    assert visible(text) == text or not text.isprintable()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON_VALUES)
def test_what_json_knows_already_is_not_changed(value: object) -> None:
    assert plain(value) == value


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.integers() | st.none()})))
def test_csv_reads_back(rows: list[dict[str, Any]]) -> None:
    expected = [[row["a"], "" if row["b"] is None else str(row["b"])] for row in rows]
    read = [[rearmed(cell) for cell in row] for row in csv.reader(io.StringIO(csv_text(["a", "b"], rows), newline=""))]
    assert read == [["a", "b"], *expected]


@given(st.lists(st.text() | st.none()))
def test_a_csv_of_one_column_keeps_every_row(values: list[str | None]) -> None:
    text = csv_text(["a"], [{"a": value} for value in values])
    read = [rearmed(row[0]) for row in csv.reader(io.StringIO(text, newline=""))]
    assert read == ["a", *(value or "" for value in values)]


ARMED = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\r=x", "'=1+1", "-", "+49 123"]


@pytest.mark.parametrize("text", ARMED)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert disarmed(text) == f"'{text}"
    assert rearmed(disarmed(text)) == text
    ((cell,),) = list(csv.reader(io.StringIO(csv_text(["a"], [{"a": text}]), newline="")))[1:]
    assert cell == f"'{text}"
    assert disarmed_frame(pl.DataFrame({"a": [text]})).item() == f"'{text}"
    assert rearmed_frame(pl.DataFrame({"a": [f"'{text}"]})).item() == text


@pytest.mark.parametrize("value", [-3, -0.5, "-3", "+1.5e-3", "+05:45", "-03:30", "a=b", "'", "it's", ""])
def test_numbers_stay_numbers_and_other_words_as_they_are(value: object) -> None:
    text = str(value)
    assert disarmed(text) == text
    assert disarmed_frame(pl.DataFrame({"a": [text]})).item() == text


def test_a_heading_is_disarmed_too() -> None:
    assert csv_text(["=a"], []) == "'=a\n"


def test_csv_tells_null_from_no_text() -> None:
    assert csv_text(["a", "b"], [{"a": None, "b": ""}]) == 'a,b\n,""\n'


def test_a_value_without_a_plain_form_is_a_defect_and_not_a_guess() -> None:
    with pytest.raises(TypeError, match="no plain form for object"):
        plain(object())


def test_parquet_reads_back_and_leaves_no_unfinished_file(tmp_path: Path) -> None:
    frame = pl.DataFrame({"at": [datetime(2026, 3, 1, tzinfo=UTC)], "flags": [["a"]]})
    write_whole(tmp_path / "x.parquet", frame.write_parquet, kind=PARQUET)
    assert_frame_equal(pl.read_parquet(tmp_path / "x.parquet"), frame)
    assert [path.name for path in tmp_path.glob("*x.parquet*")] == ["x.parquet"]


def test_parquet_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_whole(tmp_path / "missing" / "x.parquet", pl.DataFrame({"a": [1]}).write_parquet, kind=PARQUET)
