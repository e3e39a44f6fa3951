"""Comparing before switching: what would change is told, and nothing is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analytics.store import Store, query
from flows import __version__
from flows.settings.settings import FILE_NAME
from ingest.errors import WorkerLostError
from tests.analytics.store.making import contents, execute
from tests.flows.conftest import Run

DB = "nights.duckdb"
EARLIER = "0.0.1"


@pytest.fixture
def imported(imported: Store) -> Store:
    """Analysed by an earlier version."""
    execute(imported, "UPDATE night SET version = ?", [EARLIER])
    return imported


@pytest.mark.slow
def test_nothing_would_change_where_only_the_version_did(run: Run, imported: Store) -> None:
    before = contents(imported.path)
    said = run("reanalyse", "--compare", "--db", DB)
    assert (said.code, said.out) == (0, "")
    assert "1 of 1 nights compared under wasm2016: nothing would change; nothing was stored" in said.err
    document = json.loads(run("reanalyse", "--compare", "--json", "--db", DB).out)
    (night,) = document["nights"]
    assert night["changed"] == []
    assert (night["before"]["version"], night["after"]["version"]) == (EARLIER, __version__)
    assert night["before"]["criteria_hash"] == night["after"]["criteria_hash"]
    assert contents(imported.path) == before


def test_what_a_change_of_thresholds_would_do_is_shown_and_then_comes_true(run: Run, imported: Store) -> None:
    before = contents(imported.path)
    Path(FILE_NAME).write_text("[criteria.flags]\nplms_index_adult = 1000\n")
    (night,) = json.loads(run("reanalyse", "--compare", "--json", "--db", DB).out)["nights"]
    assert contents(imported.path) == before
    assert night["before"]["criteria_hash"] != night["after"]["criteria_hash"]
    assert run("reanalyse", "--db", DB).code == 0
    (stored,) = json.loads(run("reanalyse", "--compare", "--json", "--db", DB).out)["nights"]
    assert stored["before"] == night["after"]
    assert stored["changed"] == []


@pytest.mark.slow
def test_a_rule_set_that_no_night_was_scored_under_is_compared_with_the_one_that_is_shown(
    run: Run, imported: Store
) -> None:
    Path(FILE_NAME).write_text("[ruleset.narrow]\nbase = 'wasm2016'\nimi_max_s = 20.0\n")
    said = run("reanalyse", "--compare", "--ruleset", "narrow", "--db", DB)
    assert "60 -> 0" in said.out
    assert "compared under narrow instead of wasm2016: 1 would change" in said.err
    assert query(imported, "SELECT DISTINCT ruleset FROM nights").item() == "wasm2016"
    (night,) = json.loads(run("reanalyse", "--compare", "--ruleset", "narrow", "--json", "--db", DB).out)["nights"]
    assert (night["before"]["n_plms"], night["after"]["n_plms"]) == (60, 0)


def test_a_flag_that_would_flip_is_named(run: Run, imported: Store) -> None:
    raised = query(imported, "SELECT name FROM flag WHERE raised AND ruleset = 'wasm2016'")["name"].to_list()
    execute(imported, "UPDATE flag SET raised = NOT raised WHERE name = 'possible_plmd' AND ruleset = 'wasm2016'")
    execute(imported, "UPDATE score SET plms_index = 0.5, n_plms = 1 WHERE ruleset = 'wasm2016'")
    said = run("reanalyse", "--compare", "--db", DB)
    flip = "would be raised" if "possible_plmd" in raised else "would no longer be raised"
    assert f"possible_plmd {flip}" in said.out
    assert ("+possible" in said.out, "-possible" in said.out) == (False, False)
    assert "0.5 -> " in said.out
    assert "1 would change, flags flip in 1" in said.err


def test_a_night_without_flags_says_so_in_words(run: Run, imported: Store) -> None:
    execute(imported, "UPDATE flag SET raised = false")
    execute(imported, "UPDATE score SET n_lm = n_lm + 1")
    Path(FILE_NAME).write_text("[criteria.flags]\nplms_index_adult = 1000\n")
    (line,) = [line for line in run("reanalyse", "--compare", "--db", DB).out.splitlines() if "2026-03-02" in line]
    assert line.rstrip().endswith("none raised")


def test_nights_of_another_version_are_left_alone(run: Run, imported: Store) -> None:
    assert "0 of 0 nights" in run("reanalyse", "--version", __version__, "--db", DB).err
    assert "1 of 1 nights" in run("reanalyse", "--version", EARLIER, "--db", DB).err
    assert query(imported, "SELECT version FROM night").item() == __version__


def test_lost_samples_are_said_and_the_others_compared(run: Run, imported: Store) -> None:
    for path in imported.recordings.glob("*.parquet"):
        path.unlink()
    said = run("reanalyse", "--compare", "--db", DB)
    assert said.code == 1
    assert "import its file again" in said.err
    assert "0 of 1 nights compared" in said.err


def test_the_rule_set_that_is_shown_already_would_change_nothing(run: Run, imported: Store) -> None:
    assert run("reanalyse", "--ruleset", "aasm", "--db", DB).code == 0
    said = run("reanalyse", "--compare", "--ruleset", "aasm", "--db", DB)
    assert (said.code, said.out) == (0, "")
    assert "1 of 1 nights compared under aasm: nothing would change; nothing was stored" in said.err


def test_series_are_counted_as_the_table_of_nights_counts_them(run: Run, imported: Store) -> None:
    execute(imported, "UPDATE score SET n_series = 7, n_series_in_sleep = 2 WHERE ruleset = 'wasm2016'")
    said = run("reanalyse", "--compare", "--ruleset", "aasm", "--db", DB)
    assert ("2 -> " in said.out, "7 -> " in said.out) == (True, False)


def test_json_without_a_comparison_is_refused(run: Run) -> None:
    assert run("reanalyse", "--json", "--db", DB).code == 2


@pytest.mark.slow
def test_reviews_and_journal_outlive_an_analysis_by_several_processes(
    run: Run, imported: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("journal.csv").write_text("date,caffeine_mg\n2026-03-02,80\n")
    assert run("journal", "import", "journal.csv", "--db", DB).code == 0
    execute(imported, "UPDATE night SET version = ?", [__version__])
    before = contents(imported.path)
    assert before["journal_entry"]
    monkeypatch.setenv("NIGHTKICK_EXECUTOR", "processes")
    monkeypatch.setenv("NIGHTKICK_WORKERS", "2")
    assert run("reanalyse", "--db", DB).code == 0
    assert contents(imported.path) == before


def test_a_night_that_no_worker_survives_is_named_and_keeps_its_rows(
    run: Run, imported: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise WorkerLostError("the process that worked on it died, 2 times", hint="fewer workers")

    monkeypatch.setattr("flows.importing.reanalysis.analysed", die)
    before = contents(imported.path)
    said = run("reanalyse", "--db", DB)
    assert said.code == 1
    assert "night 2026-03-02 of me: the process that worked on it died, 2 times (fewer workers)" in said.err
    assert contents(imported.path) == before
