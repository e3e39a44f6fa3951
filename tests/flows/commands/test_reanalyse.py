"""Analysing again: what changes, what stays, and which rule set the views show."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.scoring.rulesets import RULESETS
from analytics.store import Store, default_ruleset, query
from flows.importing.declared import Wishes
from flows.importing.pipeline import open_context
from flows.importing.reanalysis import analyse_again, each_night, night_anew, selected
from flows.settings.settings import FILE_NAME, load
from flows.terminal.options import EVERYTHING
from ingest.errors import UsageError
from tests.flows.conftest import Run

DB = "nights.duckdb"
EVENING = "2026-03-02"
EVERY_TABLE = ("night", "bout", "movement", "score", "event", "series_row", "flag")
NARROW = '[ruleset.narrow]\nbase = "wasm2016"\nimi_max_s = 20.0\n'


def rows(store: Store, table: str, condition: str = "true") -> list[tuple[object, ...]]:
    return query(store, f"SELECT * FROM {table} WHERE {condition} ORDER BY ALL").rows()


def test_analysing_again_with_nothing_changed_changes_no_row(run: Run, imported: Store) -> None:
    before = {table: rows(imported, table) for table in EVERY_TABLE}
    said = run("reanalyse", "--all", "--db", DB)
    assert said.code == 0
    assert "1 of 1 nights analysed again" in said.err
    again = run("reanalyse", "--db", DB)
    assert again.err == "0 of 0 nights analysed again; 1 of 1 are as wanted already (--all analyses them again)\n"
    assert {table: rows(imported, table) for table in EVERY_TABLE} == before


def test_changed_criteria_are_applied_and_leave_their_hash(run: Run, imported: Store) -> None:
    before = rows(imported, "night")
    Path(FILE_NAME).write_text('age_group = "child"\n')
    assert run("reanalyse", "--db", DB).code == 0
    assert rows(imported, "night") != before
    assert query(imported, "SELECT criteria_hash FROM night").item() == load().analysis_criteria().hash()


@pytest.mark.first_case
@pytest.mark.parametrize("name", sorted(RULESETS))
def test_the_views_show_another_rule_set_without_a_night_being_analysed(run: Run, imported: Store, name: str) -> None:
    before = {table: rows(imported, table) for table in EVERY_TABLE}
    said = run("reanalyse", "--ruleset", name, "--db", DB)
    assert said.code == 0
    says = f"0 of 0 nights analysed again; 1 of 1 are scored by {name} already (--all analyses them again)"
    assert f"{says}; views show {name}" in said.err
    assert default_ruleset(imported) == name
    assert query(imported, "SELECT ruleset FROM nights").to_series().to_list() == [name]
    assert {table: rows(imported, table) for table in EVERY_TABLE} == before


@pytest.mark.slow
def test_a_rule_set_of_one_s_own_is_scored_beside_the_others_and_not_lost_with_the_settings(
    run: Run, imported: Store
) -> None:
    movements, standard = rows(imported, "movement"), rows(imported, "score", "ruleset = 'wasm2016'")
    Path(FILE_NAME).write_text(NARROW)
    assert run("reanalyse", "--ruleset", "narrow", "--db", DB).code == 0
    assert query(imported, "SELECT n_plms FROM nights").item() == 0
    assert rows(imported, "movement") == movements
    assert rows(imported, "score", "ruleset = 'wasm2016'") == standard
    assert "0 of 0 nights" in run("reanalyse", "--ruleset", "narrow", "--db", DB).err
    Path(FILE_NAME).unlink()
    for options in ([], ["--compare"]):  # it would leave the night without numbers
        said = run("reanalyse", *options, "--all", "--db", DB)
        assert (said.code, "no rule set is called narrow" in said.err) == (2, True)
    assert query(imported, "SELECT n_plms FROM nights").item() == 0


def test_a_changed_rule_set_of_the_same_name_is_scored_anew(run: Run, imported: Store) -> None:
    Path(FILE_NAME).write_text(NARROW)
    run("reanalyse", "--ruleset", "narrow", "--db", DB)
    Path(FILE_NAME).write_text(NARROW.replace("20.0", "60.0"))
    assert "1 of 1 nights" in run("reanalyse", "--ruleset", "narrow", "--db", DB).err
    assert query(imported, "SELECT n_plms FROM nights").item() > 50


def test_nights_outside_the_dates_are_left_alone(run: Run, imported: Store) -> None:
    assert "0 of 0 nights" in run("reanalyse", "--all", "--since", "2026-03-03", "--db", DB).err
    assert "1 of 1 nights" in run("reanalyse", "--all", "--until", "2026-03-02", "--db", DB).err


def test_an_unknown_rule_set_is_refused_with_the_ones_there_are(run: Run, imported: Store) -> None:
    said = run("reanalyse", "--ruleset", "wasm", "--db", DB)
    assert said.code == 2
    assert "wasm2016" in said.err


def test_a_night_whose_samples_are_lost_is_said_and_keeps_its_rows(run: Run, imported: Store) -> None:
    before = rows(imported, "night")
    for path in imported.recordings.glob("*.parquet"):
        path.unlink()
    said = run("reanalyse", "--all", "--db", DB)
    assert said.code == 1
    assert "import its file again" in said.err
    assert rows(imported, "night") == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[ruleset.mine]\nbase = "wasm2061"\n', "did you mean wasm2016?"),
        ("[ruleset.mine]\nimi_maxs = 80.0\n", "did you mean imi_max_s?"),
        ("[ruleset.mine]\nimi_max_s = 5.0\n", "rule set mine"),
        ("[ruleset.wasm2016]\nimi_max_s = 80.0\n", "built in"),
    ],
)
def test_a_rule_set_that_makes_no_sense_is_refused_when_settings_are_read(text: str, says: str) -> None:
    Path(FILE_NAME).write_text(text)
    with pytest.raises(UsageError) as caught:
        load()
    assert says in caught.value.line()


def test_a_list_can_be_scored_by_a_rule_set_of_one_s_own(run: Run) -> None:
    Path(FILE_NAME).write_text(NARROW)
    lines = [f"L,{100 + 27 * k},{102 + 27 * k}" for k in range(8)]
    Path("kicks.csv").write_text("leg,onset_s,offset_s\n" + "\n".join(lines) + "\n")
    assert run("score", "kicks.csv", "-o", "narrow", "--ruleset", "narrow").code == 0
    assert run("score", "kicks.csv", "-o", "standard").code == 0
    assert ",1,1,1," not in Path("narrow/movements.csv").read_text()
    assert ",1,1,1," in Path("standard/movements.csv").read_text()


@pytest.mark.slow
def test_a_neighbouring_database_that_read_the_file_in_another_zone_cannot_shift_a_night(
    run: Run, imported: Store
) -> None:
    before = rows(imported, "night")
    assert run("import", "night.cwa", "--db", "other.duckdb", "--tz", "Asia/Tokyo").code == 0
    assert run("reanalyse", "--all", "--db", DB).code == 0
    assert rows(imported, "night") == before


@pytest.mark.slow
def test_samples_that_an_older_neighbour_replaced_are_said_and_come_back(run: Run, imported: Store) -> None:
    before = rows(imported, "night")
    assert run("import", "night.cwa", "--db", "other.duckdb", "--tz", "Asia/Tokyo").code == 0
    shutil.rmtree(imported.recordings)  # as both were made before: one folder, and the later import won
    Store(Path("other.duckdb")).recordings.rename("recordings")
    said = run("reanalyse", "--all", "--db", DB)
    assert said.code == 1
    assert "not those of this database" in said.err
    assert rows(imported, "night") == before
    assert "imported" in run("import", "night.cwa", "--db", DB, "--site", "ankle", "--side", "left", "--tz", "UTC").err
    assert run("reanalyse", "--all", "--db", DB).code == 0
    assert rows(imported, "night") == before


def test_a_night_that_loses_its_recordings_after_it_was_chosen_is_passed_over(run: Run, imported: Store) -> None:
    context = open_context(Wishes(), database=DB)
    keys = selected(context, EVERYTHING)
    assert run("import", "night.cwa", "--db", DB, "--subject", "another").code == 0
    moved = rows(imported, "night")
    assert analyse_again(context, keys) == 0
    assert rows(imported, "night") == moved
    with closing(each_night(context, keys, night_anew)) as found:
        assert list(found) == [None]


def test_a_night_whose_samples_go_with_its_recording_meanwhile_is_passed_over(run: Run, imported: Store) -> None:
    """The recordings are read, then another process moves them and their samples change."""
    context = open_context(Wishes(), database=DB)
    (key,) = selected(context, EVERYTHING)

    class Interrupted:
        """A worker that begins when an import has come between."""

        def __init__(self) -> None:
            self.came_between = False

        def run(self, function: Callable[..., object], *arguments: object) -> object:
            if not self.came_between:
                self.came_between = True
                arrives = ("import", "night.cwa", "--db", DB, "--subject", "another", "--tz", "Asia/Tokyo")
                assert run(*arrives).code == 0
            return function(*arguments)

    assert night_anew(replace(context, workers=Interrupted()), key) is None  # type: ignore[arg-type]


@pytest.mark.slow
def test_nights_that_move_between_people_all_the_time_are_no_defect(run: Run, imported: Store) -> None:
    code = """
import itertools, sys
from flows.cli import main
for subject in itertools.cycle(("one", "two")):
    main(["import", "night.cwa", "--db", sys.argv[1], "--subject", subject])
"""
    mover = subprocess.Popen(
        [sys.executable, "-c", code, DB], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        assert mover.stderr is not None
        assert "imported" in mover.stderr.readline()
        for _ in range(3):
            for command in (
                ["reanalyse", "--all"],
                ["reanalyse", "--all", "--compare"],
                ["show", EVENING],
                ["report", EVENING, "-o", "r.html"],
            ):
                said = run(*command, "--db", DB)
                assert "defect" not in said.err, (command, said)
                assert said.code == 0, (command, said)
    finally:
        mover.kill()
        mover.communicate()
