"""``nightkick people``, and what becomes of stored nights when it is said who wore a sensor."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.said import Review
from analytics.store import Store, query, reviews_of, write_review
from analytics.store.database.connection import transaction
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny

HEADING = "serial,pattern,subject,site,side,tz,time_shift,from,to\n"
DB = Path("n.duckdb")
ANNA, BERT = "4711,,anna,,left,UTC,,2026-03-02,2026-03-08\n", "4711,,bert,,left,UTC,,2026-03-09,2026-03-15\n"


def write(*lines: str, heading: str = HEADING) -> Path:
    path = Path("people.csv")
    path.write_text(heading + "".join(lines), encoding="utf-8")
    return path


def rows(statement: str) -> list[tuple[Any, ...]]:
    return query(Store(DB.absolute()), statement).rows()


def nights() -> list[tuple[str, str]]:
    return [(who, str(day)) for who, day in rows("SELECT subject, night_date FROM night ORDER BY night_date, subject")]


def night_of(day: int, name: str | None = None) -> Path:
    start = BEDTIME + timedelta(days=day)
    return tiny(Path("in") / (name or f"{day}.cwa"), start=start, minutes=1, seed=day + 1)


def test_people_alone_lists_them_and_another_word_is_no_command(run: Run) -> None:
    assert run("people", "import", write(ANNA), "--db", DB).code == 0
    listed = run("people", "list", "--db", DB)
    assert "subject anna" in listed.out
    assert run("people", "--db", DB) == listed
    assert run("people", "--json", "--db", DB) == run("people", "list", "--json", "--db", DB)
    said = run("people", "lst", "--db", DB)
    assert (said.code, said.err) == (
        2,
        "nightkick: unknown command 'lst' (of people there are: describe, export, import, list, template)\n",
    )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["4711,,anna,elbow,,,,,\n"], "line 2: no site is called 'elbow'"),
        (["4711,,anna,,left,,,2026-13-01,\n"], "line 2: no date: '2026-13-01'"),
        (["4711,,anna,,,Mars/Base,,,\n"], "line 2: no time zone is called 'Mars/Base'"),
        ([ANNA, "\n", ",,bert,,,,,,\n"], "line 4: it names neither a serial nor a pattern"),
        ([ANNA, ANNA], "people.csv line 3 and people.csv line 2 say the same of the device 4711"),
        ([ANNA, "4711,,bert,,left,,,2026-03-08,\n"], "line 3 and people.csv line 2 contradict each other"),
        (["4711,,anna\n"], "line 2: 3 cells, the heading has 9"),
        (['4711,"a\nb",anna,,,,,,\n', "1,,,,,,,,\n"], "line 4: it says nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line_and_nothing_is_kept(
    run: Run, lines: list[str], words: str
) -> None:
    said = run("people", "import", write(*lines), "--db", DB)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("nightkick: people.csv")
    assert words in said.err
    assert run("people", "export", "--db", DB).out == HEADING


def test_an_unknown_column_is_refused_with_the_nearest(run: Run) -> None:
    said = run("people", "import", write(heading="serial,subjct\n"), "--db", DB)
    assert (said.code, said.err) == (
        2,
        "nightkick: people.csv: line 1: unknown column 'subjct' (did you mean subject?)\n",
    )


def test_what_is_exported_imports_unchanged(run: Run) -> None:
    lines = [ANNA, BERT, ',"{subject}, {side}.cwa",,ankle,,,-1:00,,2026-03-02T14:30\n']
    run("people", "import", write(*lines), "--db", DB)
    out = run("people", "export", "--db", DB).out
    assert out == HEADING + "".join(lines)
    Path("people.csv").write_text(out, encoding="utf-8")
    assert run("people", "import", "people.csv", "--db", DB).code == 0
    assert run("people", "export", "--db", DB).out == out
    assert run("people", "template").out == HEADING


def test_a_device_that_is_handed_on_is_each_wearers_in_their_nights(run: Run) -> None:
    run("people", "import", write(ANNA, BERT), "--db", DB)
    night_of(0), night_of(7), night_of(20)
    said = run("import", "in", "--db", DB)
    assert nights() == [("anna", "2026-03-02"), ("bert", "2026-03-09"), ("me", "2026-03-22")]
    assert said.err.count("no assignment says who wore it (device 4711): it is stored for me") == 1
    listed = json.loads(run("people", "list", "--db", DB, "--json").out)
    assert [(one["source"], one["n_recordings"]) for one in listed["assignments"]] == [
        ("people.csv line 2", 1),
        ("people.csv line 3", 1),
    ]
    assert [Path(one["path"]).name for one in listed["unassigned"]] == ["20.cwa"]


@pytest.mark.slow
def test_a_corrected_line_moves_its_nights_with_their_reviews_and_no_others(run: Run) -> None:
    run("people", "import", write(ANNA, BERT), "--db", DB)
    night_of(0), night_of(7), night_of(8)
    run("import", "in", "--db", DB)
    store = Store(DB.absolute())
    write_review(store, Review("bert", datetime(2026, 3, 9).date(), "confirm", "r", 1))  # noqa: DTZ001
    before = rows("FROM night WHERE subject = 'anna'")
    said = run("people", "import", write(ANNA, BERT.replace("bert", "carl")), "--db", DB)
    assert nights() == [("anna", "2026-03-02"), ("carl", "2026-03-09"), ("carl", "2026-03-10")]
    assert rows("FROM night WHERE subject = 'anna'") == before
    assert "moved 2026-03-09 (7.cwa): subject bert -> carl (people.csv line 3)\n" in said.err
    assert said.err.count("moved 2026") == 2
    assert [review.verdict for review in reviews_of(store, "carl")] == ["confirm"]
    assert reviews_of(store, "bert") == ()
    assert run("import", "in", "--db", DB).err == "0 imported, 3 known, 0 refused, 0 failed\n"


@pytest.mark.slow
def test_what_was_said_on_the_command_line_stays(run: Run) -> None:
    run("import", night_of(0), "--subject", "dora", "--db", DB)
    run("people", "import", write(ANNA), "--db", DB)
    assert rows("SELECT subject, side FROM recording") == [("dora", "left")]
    run("import", "in/0.cwa", "--subject", "emil", "--db", DB)
    run("people", "import", write(ANNA.replace("left", "right")), "--db", DB)
    assert rows("SELECT subject, side FROM recording") == [("emil", "right")]


@pytest.mark.slow
def test_of_recordings_stored_before_it_was_kept_what_the_settings_do_not_say_is_the_persons_word(run: Run) -> None:
    run("import", night_of(0), "--db", DB)
    run("import", night_of(7), "--subject", "dora", "--db", DB)
    with transaction(Store(DB.absolute())) as con:
        con.execute("UPDATE recording SET user_said = NULL, device_clock = NULL")
    run("people", "import", write(ANNA, BERT), "--db", DB)
    assert rows("SELECT subject, side FROM recording ORDER BY first_at") == [("anna", "left"), ("dora", "left")]


def test_settings_that_change_move_nights_with_the_next_import_or_reanalysis_and_their_silence_does_not(
    run: Run,
) -> None:
    settings = Path("nightkick.toml")
    line = '[[assignment]]\nserial = "4711"\nsubject = "anna"\nfrom = 2026-03-02\n'
    settings.write_text(line, encoding="utf-8")
    run("import", night_of(0), "--db", DB)
    assert nights() == [("anna", "2026-03-02")]
    settings.write_text(line.replace("anna", "bert"), encoding="utf-8")
    Path("empty").mkdir()
    run("import", "empty", "--db", DB)
    assert nights() == [("bert", "2026-03-02")]
    settings.write_text('[device."4711"]\nsubject = "carl"\n', encoding="utf-8")
    assert "moved 2026-03-02" in run("reanalyse", "--db", DB).err
    assert nights() == [("carl", "2026-03-02")]
    settings.unlink()
    run("reanalyse", "--db", DB)
    run("import", "in", "--db", DB)
    assert nights() == [("carl", "2026-03-02")]


@pytest.mark.slow
def test_another_clock_is_read_from_the_file_and_refused_in_one_line_without_it(run: Run) -> None:
    run("people", "import", write(ANNA), "--db", DB)
    file = night_of(0)
    run("import", file, "--db", DB)
    first = rows("SELECT first_at FROM recording")[0][0]
    run("people", "import", write(ANNA.replace("UTC,", "UTC,-1:00")), "--db", DB)
    assert rows("SELECT first_at FROM recording")[0][0] == first - timedelta(hours=1)
    file.unlink()
    said = run("people", "import", write(ANNA.replace("UTC,", "UTC,-2:00")), "--db", DB)
    assert said.code == 1
    assert "its clock is another one now, and its file is not here (import it again" in said.err
    assert rows("SELECT first_at FROM recording")[0][0] == first - timedelta(hours=1)


def test_settings_that_contradict_the_table_or_themselves_are_refused_with_both_lines(run: Run) -> None:
    run("people", "import", write(ANNA), "--db", DB)
    settings = Path("nightkick.toml")
    one = '[[assignment]]\nserial = "4711"\nsubject = "bert"\n'
    settings.write_text(one, encoding="utf-8")
    said = run("import", night_of(0), "--db", DB)
    assert said.code == 2
    assert "people.csv line 2 and [[assignment]] 1 in the settings contradict each other" in said.err
    settings.write_text(one + one, encoding="utf-8")
    assert "[[assignment]] 2 in the settings and [[assignment]] 1 in the settings say" in run("config", "validate").err
    settings.write_text(one + "subjet = 1\n", encoding="utf-8")
    assert "unknown key assignment.subjet of [[assignment]] 1 (did you mean subject?)" in run("config", "show").err
    settings.write_text(one, encoding="utf-8")
    shown = run("config", "show").out
    settings.write_text(shown, encoding="utf-8")
    assert run("config", "show").out == shown


def test_a_pattern_sees_the_folders_above_the_one_in_which_the_command_is_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = DB.absolute()
    run("people", "import", write(",{subject}/*.cwa,,,,,,,\n"), "--db", db)
    night_of(0)
    Path("in").rename("anna")
    monkeypatch.chdir("anna")
    assert run("import", "0.cwa", "--db", db).code == 0
    assert query(Store(db), "SELECT subject FROM recording").rows() == [("anna",)]


def test_a_list_without_lines_says_so_and_how_to_begin(run: Run) -> None:
    said = run("people", "list", "--db", "n.duckdb")
    assert (said.out, said.err) == ("", "no line assigns anything yet; nightkick people template starts a file\n")
