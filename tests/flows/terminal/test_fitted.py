"""Tables and prose on a screen of any width."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.terminal.fitted import fits, fitted_table
from flows.terminal.width import cells, folded, folded_cell, width

ROWS = [
    {"night": date(2026, 3, 2), "who": "me", "index": 42.2, "why": "regular kicks on most of the nights of this month"},
    {"night": date(2026, 3, 3), "who": "you", "index": None, "why": ""},
]
COLUMNS = ("night", "who", "index", "why")


def test_text_is_folded_before_a_column_is_left_out() -> None:
    assert fitted_table(COLUMNS, ROWS, limit=50) == (
        "night       who  index  why\n"
        "----------  ---  -----  --------------------------\n"
        "2026-03-02  me    42.2  regular kicks on most of\n"
        "                        the nights of this month\n"
        "2026-03-03  you\n"
    )


@pytest.mark.parametrize("times", [1, 8])
def test_a_table_fits_where_nothing_is_left_out_or_cut(times: int) -> None:
    rows = [row | {"why": f"{row['why']} " * times} for row in ROWS]
    for limit in range(20, 120):
        table = fitted_table(COLUMNS, rows, limit=limit)
        assert fits(COLUMNS, rows, limit) == (not re.search("left out|cells are cut", table))
    assert fits(COLUMNS, rows, None)


@pytest.mark.parametrize("limit", [24, 40, 60, 80])
def test_a_name_is_not_cut_in_two_while_another_column_can_go(limit: int) -> None:
    """A table of nights said "frequent_hypnic_je" and, a line further, "rks?"."""
    rows = [
        {"why": "words that fold as they like", "n": 7, "more": 1, "flags": "frequent_hypnic_jerks?, possible_rls?"}
    ]
    table = fitted_table(tuple(rows[0]), rows, limit=limit, first_to_go=["n", "more"])
    assert "frequent_hypnic_jerks?," in table or "flags" in table.splitlines()[-1]
    alone = fitted_table(("flags", "n"), rows, limit=limit)
    assert "frequent_hypnic_jerks?," in alone


def test_a_name_that_is_wider_than_the_screen_is_cut_rather_than_the_screen_left() -> None:
    table = fitted_table(("flags", "n"), [{"flags": "frequent_hypnic_jerks, possible_rls", "n": 7}], limit=20)
    assert max(map(len, table.splitlines())) <= 20


def test_columns_go_in_the_named_order_and_one_line_names_them() -> None:
    assert fitted_table(COLUMNS, ROWS, limit=20, first_to_go=["why", "index"]) == (
        "night       who\n"
        "----------  ---\n"
        "2026-03-02  me\n"
        "2026-03-03  you\n"
        "left out for width:\nindex, why; all:\n--csv\n"
    )


@pytest.mark.parametrize("limit", range(20, 90))
def test_who_it_was_stays_on_every_screen_and_no_line_is_wider_than_it(limit: int) -> None:
    """On 40 columns beside long flags no one was told whose night it was."""
    rows = [
        {"night": date(2026, 3, 2), "subject": name, "n": 7.5, "flags": "frequent_hypnic_jerks?, possible_rls?"}
        for name in ("zoe", "participant-0017")
    ]
    lines = fitted_table(tuple(rows[0]), rows, limit=limit, first_to_go=["n"], to_stay=["subject"]).splitlines()
    assert "subject" in lines[0]
    assert "zoe" in lines[2]
    assert "participant-0017" in "".join(
        line[12:30].split("  ")[0].strip() for line in lines[3:] if "--csv" not in line
    )
    assert max(map(len, lines)) <= limit
    if limit >= 36:
        assert "flags" in lines[0]


def test_a_name_that_must_be_cut_is_cut_between_its_words() -> None:
    assert folded_cell("frequent_hypnic_jerks?", 14) == ["frequent_", "hypnic_jerks?"]


def test_a_column_without_any_value_goes_before_all_others() -> None:
    rows = [{**row, "why": ""} for row in ROWS]
    assert "left out for width:\nwhy; all" in fitted_table(COLUMNS, rows, limit=22, first_to_go=["who", "why"])


def test_a_command_without_csv_does_not_point_to_it() -> None:
    assert fitted_table(COLUMNS, ROWS, limit=20, has_csv=False).endswith("left out for width:\nindex, why\n")


def test_a_cell_of_many_lines_ends_in_an_ellipsis_and_the_table_says_so() -> None:
    table = fitted_table(("n", "text"), [{"n": 1, "text": "word " * 200}], limit=40)
    assert max(map(len, table.splitlines())) <= 40
    assert table.count("\n") == 2 + 6 + 1
    assert table.endswith("…\nlong cells are cut (…); all: --csv\n")


def test_a_pipe_has_a_line_a_row_all_columns_and_no_cell_of_a_thousand_characters() -> None:
    table = fitted_table(("n", "text", "last"), [{"n": 1, "text": "word " * 200, "last": 7}], limit=None)
    _, _, row, said = table.splitlines()
    assert (len(row) < 140, row.endswith("7"), "…" in row) == (True, True, True)
    assert said == "long cells are cut (…); all: --csv"


def test_a_single_column_is_never_cut_in_a_pipe() -> None:
    assert "word " * 99 in fitted_table(("text",), [{"text": "word " * 100}], limit=None)


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=60)


@given(st.lists(st.fixed_dictionaries({"a": WORDS, "b": st.integers(0, 10**6), "c": WORDS}), max_size=5), st.data())
def test_no_line_of_a_table_is_wider_than_the_screen(rows: list[dict[str, object]], data: st.DataObject) -> None:
    limit = data.draw(st.integers(40, 120))
    lines = fitted_table(("a", "b", "c"), rows, limit=limit).splitlines()
    assert all(cells(line) <= limit for line in lines)


@given(st.text(st.characters(codec="utf-8", categories=("L", "Zs")), max_size=80), st.integers(2, 30))
def test_folding_a_cell_loses_no_letter(text: str, limit: int) -> None:
    lines = folded_cell(text, limit)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cells(line) <= limit for line in lines)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("short", ["short"]),
        ("  - one two three four", ["  - one two", "    three four"]),
        ("name  one two three four", ["name  one two", "      three four"]),
        ("one two three four five", ["one two three", "four five"]),
        ("averyverylongwordthatstays", ["averyverylongwordthatstays"]),
    ],
)
def test_prose_is_folded_at_words_under_its_own_indent(line: str, shown: list[str]) -> None:
    assert folded(line, 16) == shown


@pytest.mark.parametrize(("told", "is_"), [("80", 80), ("3", 20), ("0", None), ("wide", None), ("", None)])
def test_the_width_is_that_of_columns_and_a_pipe_has_none(
    told: str, is_: int | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", told)
    assert width() == is_
