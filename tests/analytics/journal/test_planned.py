"""What an import of the journal would do, before anything is stored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.journal.planned import (
    MOST_BYTES,
    ImportPlan,
    cell_words,
    changing,
    noted_of_file,
    planned,
    problem_words,
    summary,
)
from analytics.journal.rows import Noted, latest_day
from analytics.said import JournalEntry
from ingest.errors import UsageError

DAY = date(2026, 3, 2)


def plan_of(text: str, *stored: JournalEntry, name: str = "journal.csv") -> ImportPlan:
    return planned(noted_of_file(text.encode("utf-8-sig"), name, "me"), stored)


def lines_of(plan: ImportPlan) -> list[str]:
    return [f"{cell.line} {cell.column}: {cell_words(cell)}" for cell in changing(plan)]


def left_out(plan: ImportPlan) -> list[str]:
    return [f"{one.line} {one.column}: {problem_words(one)}" for one in plan.problems]


def test_each_cell_is_new_changed_taken_back_or_as_noted() -> None:
    stored = (
        JournalEntry("me", DAY, "caffeine_mg", 80.0),
        JournalEntry("me", DAY, "lights_off", None, "22:40"),
        JournalEntry("me", DAY, "water_l", 1.0),
    )
    plan = plan_of("date,caffeine_mg,lights_off,water_l,stress,note\n2026-03-02,120,22:40,,3,\n", *stored)
    assert lines_of(plan) == ["2 caffeine_mg: changed, 80 -> 120", "2 water_l: taken back, 1", "2 stress: new, 3"]
    assert plan.counts == {"new": 1, "changed": 1, "taken_back": 1, "same": 1}
    assert summary(plan) == "1 day would change: 1 new, 1 changed, 1 taken back, 1 as noted"


def test_a_table_of_a_european_spreadsheet_is_foretold_with_what_is_left_out_by_line_and_column() -> None:
    tomorrow = (latest_day() + timedelta(days=9)).strftime("%d.%m.%Y")
    plan = plan_of(
        "date;lights_off;got_up;water_l;note\r\n"
        "02.03.2026;10:40 pm;6:30 am;1,5;Kaffee; spät\r\n"
        "03.03.2026;22:40;25:00;2,5;\r\n"
        ";22:50;06:00;1;merged\r\n"
        "03.03.2026;22:00;05:00;1;\r\n"
        f"{tomorrow};22:40;06:30;1;\r\n"
    )
    assert lines_of(plan) == ["3 lights_off: new, 22:40", "3 water_l: new, 2.5"]
    assert left_out(plan) == [
        "2 date: more cells than the heading, left out (put text with commas in quotes)",
        "3 got_up: '25:00' is no clock time, left out (there is no such time; write it like 23:10)",
        "4 date: there is none, left out (write the date in each row; of merged cells only the first row has it)",
        "5 date: 2026-03-03 of me is there twice, first in line 3, left out (one row a day; the first one is kept)",
        f"6 date: {latest_day() + timedelta(days=9)} is in the future, left out"
        " (the day that was meant may be another one)",
    ]


def test_three_years_are_foretold_whole() -> None:
    days = [DAY - timedelta(days=k) for k in range(3 * 365)]
    plan = plan_of("date,stress,caffeine_mg\n" + "".join(f"{day},{day.day % 11},{day.day}\n" for day in days))
    assert plan.n_days == len(days)
    assert plan.counts["new"] == 2 * len(days)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x" * (MOST_BYTES + 1), "too large for a journal"),
        (b"date\xff", "not UTF-8"),
        (b"a,b\n1,2\n", "no column is called date"),
    ],
)
def test_what_is_no_journal_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        noted_of_file(data, "journal.csv", "me")
    assert "\n" not in refused.value.line()


ENTRIES = st.lists(
    st.builds(
        JournalEntry,
        st.just("me"),
        st.dates(DAY, DAY + timedelta(days=3)),
        st.sampled_from(["stress", "water_l", "yoga"]),
        st.one_of(st.none(), st.integers(0, 5).map(float)),
    ),
    unique_by=lambda entry: (entry.day, entry.kind),
)


@given(ENTRIES, ENTRIES)
def test_a_plan_is_all_the_same_once_it_is_done(file: list[JournalEntry], stored: list[JournalEntry]) -> None:
    noted = Noted(tuple(file), (), {(entry.subject, entry.day): 2 for entry in file})
    plan = planned(noted, stored)
    after = {(e.day, e.kind): e for e in stored} | {(e.day, e.kind): e for e in file}
    again = planned(noted, after.values())
    assert list(changing(again)) == []
    assert (plan.fingerprint == again.fingerprint) == (not list(changing(plan)))
