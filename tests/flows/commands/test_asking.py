"""What `nights`, `show` and `sql` print, to the letter."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.store import Store, initialise, publish, set_default_ruleset
from flows.commands.sql import run_statement
from ingest.errors import QueryRefusedError
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build
from tests.paths import ROOT

HARD = """
select NULL as nothing, ['a', 'b'] as words, '{"k": [1, null]}'::JSON as doc,
    timestamptz '2026-03-02 22:40:00+01' as instant, date '2026-03-02' as day,
    'é\x1b日本' as name, 1.5::decimal(9,2) as price
"""


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only ever read."""
    return build(tmp_path_factory.mktemp("db") / "n.duckdb").path


def test_nights_as_text(run: Run, db: Path) -> None:
    code, out, err = run("nights", "--db", db)
    assert (code, err) == (0, "")
    assert out == (
        "night       site          asleep  PLMS/h  PLMS  series  periodic  20-40 s  jerks  flags           review\n"
        "----------  ------------  ------  ------  ----  ------  --------  -------  -----  --------------  ------\n"
        "2026-03-02  ankle (left)   1.8 h    45.0     4       1      100%     100%      0  possible_plmd\n"
        "2026-03-03  ankle (left)       -       -     -       -         -        -      -  not assessable\n"
        "\n"
        "2026-03-02 possible_plmd: 45.0 periodic leg movements per hour of sleep.\n"
        "2026-03-03 not assessable: Only 0.5 h recorded.\n"
    )


def test_a_night_of_a_day_of_sleep_is_doubted(run: Run, tmp_path: Path) -> None:
    store = build(tmp_path / "n.duckdb")
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE night SET tst_h = 23.8 WHERE tst_h IS NOT NULL")
    publish(store)
    assert "2026-03-02 doubtful: 23.8 h of sleep are more than people sleep" in run("nights", "--db", store.path).out


def test_nights_as_json_have_every_column_and_the_reasoning(run: Run, db: Path) -> None:
    document = json.loads(run("nights", "--json", "--db", db).out)
    first, second = document["nights"]
    assert document["schema"] == 1
    assert first["subject"] == SUBJECT
    assert first["sleep_onset_at"] == "2026-03-02T21:55:00+00:00"
    assert (first["flags"], first["plms_index"]) == (["possible_plmd"], 45.04)
    assert first["reasons"][0]["criteria"][1] == {
        "name": "no better explanation",
        "state": "not measurable",
        "value": None,
        "threshold": None,
        "says": "a sensor cannot tell",
    }
    assert (second["flags"], second["reasons"], second["plms_index"], second["in_bed_at"]) == ([], [], None, None)


def test_nights_as_csv_leave_the_unknown_empty(run: Run, db: Path) -> None:
    first, second = csv.DictReader(io.StringIO(run("nights", "--csv", "--db", db).out, newline=""))
    assert (first["subject"], first["flags"], first["wake_at"]) == (
        SUBJECT,
        '["possible_plmd"]',
        "2026-03-02T23:40:00+00:00",
    )
    assert (second["assessable"], second["plms_index"], second["flags"]) == ("false", "", "[]")


@pytest.mark.parametrize(
    ("options", "evenings"),
    [
        ([], ["2026-03-02", "2026-03-03"]),
        (["--flagged"], ["2026-03-02"]),
        (["--unreviewed"], ["2026-03-02", "2026-03-03"]),
        (["--since", "2026-03-03"], ["2026-03-03"]),
        (["--until", "2026-03-02"], ["2026-03-02"]),
        (["--since", "2026-03-02", "--until", "2026-03-03"], ["2026-03-02", "2026-03-03"]),
        (["--subject", SUBJECT], ["2026-03-02", "2026-03-03"]),
        (["--since", "2026-03-04"], []),
    ],
)
def test_nights_are_selected(options: list[str], evenings: list[str], run: Run, db: Path) -> None:
    document = json.loads(run("nights", "--json", "--db", db, *options).out)
    assert [night["night_date"] for night in document["nights"]] == evenings


def test_without_nights_the_table_says_so(run: Run, tmp_path: Path) -> None:
    initialise(Store(tmp_path / "empty.duckdb"))
    assert run("nights", "--db", tmp_path / "empty.duckdb") == (0, "no nights\n", "")


def test_show_as_text(run: Run, db: Path) -> None:
    code, out, err = run("show", "2026-03-02", "--db", db)
    assert (code, err) == (0, "")
    assert out == (Path(__file__).parent / "show.txt").read_text(encoding="utf-8")
    assert "\\n" not in out  # a line that ends within is no line


def test_show_says_why_a_night_cannot_be_assessed(run: Run, db: Path) -> None:
    out = run("show", "2026-03-03", "--db", db).out
    assert out.splitlines()[2] == "Not assessable: Only 0.5 h recorded. Counts below are of what was recorded, no more."
    assert "PLMS index" not in out


@pytest.fixture
def under_aasm(tmp_path: Path) -> Path:
    store = build(tmp_path / "n.duckdb")
    set_default_ruleset(store, "aasm")
    return store.path


def test_a_rule_set_that_is_not_the_default_is_named(run: Run, under_aasm: Path, db: Path) -> None:
    told = "aasm (the default is wasm2016)"
    assert f"\nrule set of this table: {told}\n" in run("nights", "--db", under_aasm).out
    assert f"rule set              {told}\n" in run("show", "2026-03-02", "--db", under_aasm).out
    assert "rule set" not in run("show", "2026-03-02", "--db", db).out


def test_show_as_json_has_every_flag_raised_or_not_and_every_event(run: Run, db: Path) -> None:
    document = json.loads(run("show", "2026-03-02", "--json", "--db", db).out)
    assert document["schema"] == 1
    assert [(flag["name"], flag["raised"]) for flag in document["flags"]] == [
        ("possible_plmd", True),
        ("possible_rls", False),
    ]
    assert [event["imi_s"] for event in document["events"]] == [None, 27.0, 27.0, 27.0]
    assert document["bouts"][1] == {
        "start_at": "2026-03-02T21:55:00+00:00",
        "end_at": "2026-03-02T23:40:00+00:00",
        "state": "sleep",
    }


def test_show_of_a_night_that_is_not_there_names_the_nearest(run: Run, db: Path) -> None:
    assert run("show", "2026-03-09", "--db", db) == (
        2,
        "",
        "nightkick: no night 2026-03-09 (the nearest is 2026-03-03)\n",
    )


def test_sql_as_text(run: Run, db: Path) -> None:
    code, out, err = run("sql", HARD, "--db", db)
    assert (code, err) == (0, "")
    assert out == (
        "nothing  words  doc               instant                    day         name       price\n"
        "-------  -----  ----------------  -------------------------  ----------  ---------  -----\n"
        '         a, b   {"k": [1, null]}  2026-03-02T21:40:00+00:00  2026-03-02  é\\x1b日本    1.5\n'
    )


def test_sql_as_json(run: Run, db: Path) -> None:
    assert json.loads(run("sql", HARD, "--json", "--db", db).out) == {
        "schema": 1,
        "columns": ["nothing", "words", "doc", "instant", "day", "name", "price"],
        "rows": [
            {
                "nothing": None,
                "words": ["a", "b"],
                "doc": '{"k": [1, null]}',
                "instant": "2026-03-02T21:40:00+00:00",
                "day": "2026-03-02",
                "name": "é\x1b日本",
                "price": 1.5,
            }
        ],
    }


def test_sql_as_csv(run: Run, db: Path) -> None:
    assert run("sql", HARD, "--csv", "--db", db).out == (
        "nothing,words,doc,instant,day,name,price\n"
        ',"[""a"", ""b""]","{""k"": [1, null]}",2026-03-02T21:40:00+00:00,2026-03-02,é\x1b日本,1.5\n'
    )


def test_sql_as_parquet(run: Run, db: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    code, out, err = run("sql", "select night_date, flags from nights order by 1", "--parquet", target, "--db", db)
    assert (code, out, err) == (0, "", f"wrote 2 rows to {target}\n")
    assert pl.read_parquet(target)["flags"].to_list() == [["possible_plmd"], []]


def test_two_ways_out_at_once_are_refused(run: Run, db: Path) -> None:
    code, _, err = run("sql", "select 1", "--json", "--csv", "--db", db)
    assert (code, err) == (2, "nightkick: --json and --csv cannot be combined (choose one)\n")


#: One of each kind; tests/analytics/store/statements/test_asked.py tries hundreds without the process that each takes.
@pytest.mark.parametrize("statement", ["copy (select 1) to 'x.csv'", "select 1; drop table night", "from 'x.csv'", ""])
def test_sql_refuses_what_does_more_than_read_and_what_it_does_not_understand(
    statement: str, run: Run, db: Path
) -> None:
    code, out, err = run("sql", statement, "--db", db)
    assert (code, out) == (2, "")
    assert err.startswith("nightkick: ")
    assert err.count("\n") == 1
    assert not list(Path.cwd().iterdir())
    assert json.loads(run("sql", "select count(*) as n from nights", "--json", "--db", db).out)["rows"] == [{"n": 2}]


@pytest.mark.parametrize("command", [["nights"], ["show", "2026-03-02"], ["sql", "select 1"]])
def test_without_a_database_a_question_is_answered_in_one_line(command: list[str], run: Run, tmp_path: Path) -> None:
    code, out, err = run(*command, "--db", tmp_path / "none.duckdb")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert "none.duckdb" in err
    assert not (tmp_path / "none.duckdb").exists()


def test_a_reader_that_has_had_enough_is_no_error(db: Path, home: Path) -> None:
    query = "select repeat('x', 1000) as x from range(20000)"
    command = [sys.executable, "-m", "flows", "sql", query, "--csv", "--db", str(db)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


# --- the process in which it runs --------------------------------------------------------------------------------

ENDLESS = "select count(*) from range(1000000000000) a, range(100) b where a.range % 7 = b.range"
DEAF = "select levenshtein(repeat('a', 1000000), repeat('b', 1000000))"


@pytest.fixture
def asking(db: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[str], int]]]:
    """Start a question in a process; hand out that and the process which runs the statement, once it does."""
    started: list[subprocess.Popen[str]] = []

    def start(statement: str) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, "-m", "flows", "sql", statement, "--db", str(db)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(ROOT)])}
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)
        started.append(process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: bool(children.read_text().split()))
        runs = int(children.read_text().split()[0])
        until(lambda: Path(f"/proc/{runs}/task").exists() and _cpu_s(runs) > 1.0)
        return process, runs

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
Asking = Callable[[str], tuple[subprocess.Popen[str], int]]


@pytest.mark.first_case
@on_linux
@pytest.mark.parametrize(
    ("number", "says"),
    [
        (signal.SIGSEGV, "the process that ran it crashed (SIGSEGV); the database is unharmed"),
        (signal.SIGABRT, "the process that ran it crashed (SIGABRT); the database is unharmed"),
        (signal.SIGKILL, "the process that ran it was killed"),
    ],
)
def test_a_crash_of_duckdb_is_one_line_and_no_core(asking: Asking, number: signal.Signals, says: str) -> None:
    process, runs = asking(ENDLESS)
    assert "Max core file size        0" in Path(f"/proc/{runs}/limits").read_text()
    os.kill(runs, number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"nightkick: {says} (")


@on_linux
@pytest.mark.parametrize("statement", [ENDLESS, DEAF])
def test_ctrl_c_ends_both_at_once(asking: Asking, statement: str) -> None:
    process, runs = asking(statement)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert (process.returncode, out) == (130, "")
    assert err == "nightkick: interrupted; what was stored stays stored\n"
    assert is_gone(runs)


@pytest.mark.first_case
@on_linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("statement", [ENDLESS, DEAF])
def test_a_statement_does_not_outlive_who_asked(asking: Asking, number: signal.Signals, statement: str) -> None:
    process, runs = asking(statement)
    process.send_signal(number)
    process.communicate(timeout=30)
    until(lambda: is_gone(runs))


@pytest.mark.parametrize("statement", [ENDLESS, DEAF])
def test_a_statement_that_takes_too_long_is_ended(db: Path, statement: str) -> None:
    began = time.monotonic()
    with pytest.raises(QueryRefusedError, match=r"took longer than 0\.5 s"):
        run_statement(statement, database=db, shape="text", parquet=None, longest_s=0.5)
    assert time.monotonic() - began < 20


def test_nothing_is_imported_from_the_folder_where_one_stands(
    run: Run, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # by the person: "." would mean this folder
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folder for folder in named if Path(folder).is_absolute()))
    for name in ("duckdb", "json", "flows", "analytics"):
        Path(f"{name}.py").write_text("raise SystemExit('taken over')")
    assert run("sql", "select 1 as a", "--db", db) == (0, "a\n-\n1\n", "")


def test_an_answer_of_many_rows_is_printed_whole(run: Run, db: Path) -> None:
    said = run("sql", "from range(200000)", "--csv", "--db", db)
    assert (said.code, said.out.count("\n"), said.out[-7:]) == (0, 200_001, "199999\n")
