"""Dates as people write them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.journal.cells import UnreadableError, day_of
from flows.cli import COMMANDS, app
from flows.terminal.dates import (
    DATE_COMMANDS,
    DATE_OPTIONS,
    DATE_OPTIONS_OF,
    FLAGS,
    day,
    evening,
    evenings,
    when,
    without_minus,
)
from ingest.errors import UsageError
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build

#: A Wednesday.
TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("2026/03/02", date(2026, 3, 2)),
        ("02.03.2026", date(2026, 3, 2)),
        ("2.3.2026", date(2026, 3, 2)),
        ("2026-3-2", date(2026, 3, 2)),
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


@pytest.mark.parametrize("said", ["03/04/2026", "3/2/2026", "02-03-2026", "3/4/26", "20260302", "soon", "s", "",
                                  "99999d", "2026-02-30", "30.02.2026"])  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_refused_with_the_form_that_is_taken(said: str) -> None:
    with pytest.raises(UsageError, match=r"YYYY-MM-DD, YYYY/MM/DD, DD\.MM\.YYYY") as caught:
        evening(said, today=date(200, 1, 1) if said == "99999d" else TODAY)
    assert ("could be two dates" in caught.value.what) == (said in ("03/04/2026", "3/2/2026", "02-03-2026", "3/4/26"))


@pytest.mark.parametrize("said", ["2026-03-02", "2026/03/02", "02.03.2026", "2.3.26", "03/04/2026", "02-03-2026"])
def test_a_day_is_read_as_the_journal_reads_it(said: str) -> None:
    def outcome(reader: Callable[[str], date]) -> date | None:
        try:
            return reader(said)
        except (UsageError, UnreadableError):
            return None

    assert outcome(evening) == outcome(day_of)


def test_a_command_that_takes_no_day_loads_no_journal() -> None:
    program = (
        "import sys; from flows.cli import main; code = main(['nights', '--since', '-7d', '--db', 'none.duckdb'])"
        "; print('analytics.journal.cells' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "False"


@given(st.dates(), st.integers(0, 6))
def test_a_weekday_is_its_newest_day_today_among_them(today: date, back: int) -> None:
    day = today - timedelta(days=back) if today > date(1, 1, 8) else today
    assert evening(f"{day:%A}", today=today) == day


@given(st.dates(date(1970, 1, 1)))
def test_a_date_as_it_is_printed_is_taken(day: date) -> None:
    assert evening(day.isoformat()) == day


def test_a_range_runs_from_any_word_to_any_other() -> None:
    assert evenings("2026-03-01..2026-03-04") == (date(2026, 3, 1), TODAY)
    with pytest.raises(UsageError, match="before the first"):
        evenings("today..yesterday")


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("nights --since -7d --until -1d --json", "nights --since 7d --until 1d --json"),
        ("report -30d..last -o r.html", "report 30d..last -o r.html"),
        ("report -o r.html --summary -30d..-7d", "report -o r.html --summary 30d..-7d"),
        ("show --json -1d", "show --json 1d"),
        ("simulate -o x --start -7d", "simulate -o x --start 7d"),
        ("forget --night -1d --prune-samples -365d", "forget --night 1d --prune-samples 365d"),
    ],
)
def test_a_minus_before_days_is_no_option_where_a_date_is_meant(line: str, means: str) -> None:
    assert without_minus(line.split()) == means.split()


@pytest.mark.parametrize(
    "line",
    [
        "import --time-shift -7d",
        "import --start -7d",
        "show last --subject -7d",
        "sql -7d",
        "nights -7d",
        "sql -- -7d",
        "show -- -7d",
        "",
        "-7d",
    ],
)
def test_a_minus_that_is_before_no_date_is_left_alone(line: str) -> None:
    assert without_minus(line.split()) == line.split()


def test_options_that_take_dates_are_those_of_the_commands() -> None:
    found: set[str] = set()
    as_argument: set[str] = set()
    flags: set[str] = set()
    days: dict[str, set[str]] = {}
    for command in COMMANDS:
        if app[command].default_command is None:
            continue
        for argument in app[command].assemble_argument_collection():
            is_option = argument.names and argument.names[0].startswith("-")
            if argument.parameter.converter is when and is_option:
                found.update(argument.names)
            elif argument.parameter.converter is day:
                days.setdefault(command, set()).update(argument.names)
            elif argument.parameter.converter is when:
                as_argument.add(command)
            assert argument.hint is not date or argument.parameter.converter is day
            if argument.hint is bool and command in DATE_COMMANDS:
                flags.update(name for name in argument.names if not name.startswith("--no-"))
    # Read by the commands themselves: a range of nights, and a date or an age.
    assert found | {"--prune-samples"} == DATE_OPTIONS
    assert days == {command: set(options) for command, options in DATE_OPTIONS_OF.items()}
    assert as_argument | {"report"} == DATE_COMMANDS
    assert flags == FLAGS


def test_the_last_night_is_that_of_the_database(run: Run, tmp_path: Path) -> None:
    db = build(tmp_path / "n.duckdb").path
    assert run("show", "last", "--db", db).out.startswith("Night of 2026-03-03")
    shown = run("nights", "--since", "last", "--db", db)
    assert (shown.code, "2026-03-03" in shown.out, "2026-03-02" in shown.out) == (0, True, False)
    assert run("report", "2026-03-02..last", "-o", "r.html", "--db", db).code == 0
    assert "2026-03-02" not in run("movements", "last", "--subject", SUBJECT, "--db", db).out


@pytest.mark.parametrize(
    "line",
    ["nights --since 02/03/2026", "nights --until 3/2/2026", "answer --since 3/2/2026", "show 02/03/2026",
     "triggers --before-after 02/03/2026", "movements 02/03/2026", "report 02/03/2026 -o r.html",
     "reanalyse --since 02/03/2026", "forget --night 02/03/2026", "patterns --since 02/03/2026"],
)  # fmt: skip
def test_every_command_refuses_a_date_that_could_be_two(run: Run, tmp_path: Path, line: str) -> None:
    said = run(*line.split(), "--db", build(tmp_path / "n.duckdb").path)
    assert (said.code, said.err.count("\n"), "YYYY-MM-DD" in said.err) == (2, 1, True)


@pytest.mark.parametrize("said", ["02.03.2026", "2026/03/02"])
def test_a_night_is_shown_by_a_date_as_people_write_it(run: Run, tmp_path: Path, said: str) -> None:
    shown = run("show", said, "--db", build(tmp_path / "n.duckdb").path)
    assert (shown.code, shown.out.splitlines()[0].split(",")[0]) == (0, "Night of 2026-03-02")


@pytest.mark.parametrize(("said", "words"), [("03/04/2026", "could be two dates"), ("soon", "is no date"),
                                             ("last", "no last night without a database")])  # fmt: skip
def test_the_first_simulated_evening_is_refused_in_one_line(run: Run, said: str, words: str) -> None:
    refused = run("simulate", "-o", "x", "--start", said)
    assert (refused.code, refused.err.count("\n"), words in refused.err) == (2, 1, True)


def test_a_value_that_begins_with_a_minus_is_taken_by_an_option_and_an_argument(run: Run, tmp_path: Path) -> None:
    db = build(tmp_path / "n.duckdb").path
    assert run("nights", "--since", "-9000d", "--db", db).out.startswith("night")
    said = run("show", "-1d", "--db", db)
    assert (said.code, "no night" in said.err) == (2, True)
