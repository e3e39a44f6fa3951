"""Dates as people write them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.terminal.dates import evening, evenings, without_minus
from ingest.errors import UsageError
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build

#: A Wednesday.
TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("today", TODAY),
        (" Yesterday ", date(2026, 3, 3)),
        ("-7d", date(2026, 2, 25)),
        ("7d", date(2026, 2, 25)),
        ("wednesday", TODAY),
        ("Thu", date(2026, 2, 26)),
        ("tuesday", date(2026, 3, 3)),
    ],
)
def test_words_for_a_date(said: str, meant: date) -> None:
    assert evening(said, today=TODAY) == meant


@pytest.mark.parametrize("said", ["02.03.2026", "3/2/2026", "02-03-2026", "2026-3-2", "20260302", "soon", "s", "",
                                  "99999d", "2026-02-30"])  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_refused_with_the_form_that_is_taken(said: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD") as caught:
        evening(said, today=date(200, 1, 1) if said == "99999d" else TODAY)
    assert ("could be two dates" in caught.value.what) == (said in ("02.03.2026", "3/2/2026", "02-03-2026"))


@given(st.dates(), st.integers(0, 6))
def test_a_weekday_is_its_newest_day_today_among_them(today: date, back: int) -> None:
    day = today - timedelta(days=back) if today > date(1, 1, 8) else today
    assert evening(f"{day:%A}", today=today) == day


@given(st.dates())
def test_a_date_as_it_is_printed_is_taken(day: date) -> None:
    assert evening(day.isoformat()) == day


def test_a_range_runs_from_any_word_to_any_other() -> None:
    assert evenings("2026-03-01..2026-03-04") == (date(2026, 3, 1), TODAY)
    with pytest.raises(UsageError, match="before the first"):
        evenings("today..yesterday")


def test_a_minus_before_days_is_no_option_and_the_rest_is_left_alone() -> None:
    assert without_minus(["nights", "--since", "-7d", "-30d..last", "-v"]) == [
        "nights", "--since", "7d", "30d..last", "-v",
    ]  # fmt: skip
    assert without_minus(["sql", "--", "-7d"]) == ["sql", "--", "-7d"]


def test_the_last_night_is_that_of_the_database(run: Run, tmp_path: Path) -> None:
    db = build(tmp_path / "n.duckdb").path
    assert run("show", "last", "--db", db).out.startswith("Night of 2026-03-03")
    shown = run("nights", "--since", "last", "--db", db)
    assert (shown.code, "2026-03-03" in shown.out, "2026-03-02" in shown.out) == (0, True, False)
    assert run("report", "2026-03-02..last", "-o", "r.html", "--db", db).code == 0
    assert "2026-03-02" not in run("movements", "last", "--subject", SUBJECT, "--db", db).out


@pytest.mark.parametrize(
    "line",
    ["nights --since 02.03.2026", "nights --until 3/2/2026", "answer --since 3/2/2026", "show 02.03.2026",
     "triggers --before-after 02.03.2026", "movements 02.03.2026", "report 02.03.2026 -o r.html",
     "reanalyse --since 02.03.2026", "forget --night 02.03.2026", "patterns --since 02.03.2026"],
)  # fmt: skip
def test_every_command_refuses_a_date_of_another_order(run: Run, tmp_path: Path, line: str) -> None:
    said = run(*line.split(), "--db", build(tmp_path / "n.duckdb").path)
    assert (said.code, said.err.count("\n"), "YYYY-MM-DD" in said.err) == (2, 1, True)


def test_a_value_that_begins_with_a_minus_is_taken_by_an_option_and_an_argument(run: Run, tmp_path: Path) -> None:
    db = build(tmp_path / "n.duckdb").path
    assert run("nights", "--since", "-9000d", "--db", db).out.startswith("night")
    said = run("show", "-1d", "--db", db)
    assert (said.code, "no night" in said.err) == (2, True)
