"""What is said of people: in the settings or by a command, masked where settings and findings are shown."""

from __future__ import annotations

import tomllib
from pathlib import Path

from analytics.store import Store, query
from flows.settings.settings import FILE_NAME, as_toml, load
from tests.flows.conftest import Run

DB = "nights.duckdb"
BORN = "2012-05-17"
TOLD = f'subject = "me"\n[person.me]\nborn = {BORN}\nsex = "female"\nmedication = ["ssri"]\n'


def hashes(store: Store) -> set[str]:
    return set(query(store, "SELECT DISTINCT criteria_hash FROM night").to_series())


def test_an_age_in_the_settings_is_the_age_of_that_persons_nights(run: Run, imported: Store) -> None:
    (who,) = query(imported, "SELECT DISTINCT subject FROM night").to_series()
    Path(FILE_NAME).write_text('[subject."other"]\nborn = 2012\n')
    assert "0 of 0 nights analysed again" in run("reanalyse", "--db", DB).err
    Path(FILE_NAME).write_text(f'[subject."{who}"]\nborn = 2012\n')
    assert "other thresholds" in run("doctor", "--db", DB).out
    assert "1 of 1 nights analysed again" in run("reanalyse", "--db", DB).err
    assert hashes(imported) == {load().analysis_criteria().of_age("child").hash()}
    assert "0 of 0 nights analysed again" in run("reanalyse", "--db", DB).err


def test_a_command_describes_a_person_and_names_the_nights_to_analyse_again(run: Run, imported: Store) -> None:
    (who,) = query(imported, "SELECT DISTINCT subject FROM night").to_series()
    said = run("people", "describe", who, "--born", "2012", "--medication", "ssri", "--medication", "iron", "--db", DB)
    assert (said.code, said.out) == (0, "")
    assert said.err == f"{who} is described; 1 nights to analyse again: nightkick reanalyse\n"
    assert run("people", "describe", who, "--db", DB).out == (
        "born: 2012\nage_group: not noted\nsex: not noted\nmedication: ssri, iron\nsaid_by: command\n"
    )
    night = str(query(imported, "SELECT any_value(night_date) FROM night").item())
    assert "an SSRI (raises the index: Yang 2005)" in " ".join(run("show", night, "--db", DB).out.split())


def test_what_is_said_of_people_is_shown_neither_by_config_nor_by_doctor(run: Run, imported: Store) -> None:
    Path(FILE_NAME).write_text(TOLD)
    shown, found = run("config", "show").out, run("doctor", "--db", DB).out
    assert "1 person is described; age, sex and medication are not shown" in found
    for secret in (BORN, "2012", "female", "ssri"):
        assert secret not in shown
        assert secret not in found
    assert "# born, medication, sex: said, not shown" in shown
    assert tomllib.loads(shown)["person"] == {"me": {}}
    assert as_toml(load()) == shown


def test_a_wrong_value_is_refused_and_not_repeated(run: Run) -> None:
    Path(FILE_NAME).write_text('[subject.x]\nmedication = ["ssrri"]\n')
    said = run("config", "validate")
    assert said.code == 2
    assert "person.x: a kind of medication is not known; did you mean ssri?" in said.err
    assert "ssrri" not in said.err


def test_what_the_settings_say_is_not_changed_by_a_command(run: Run) -> None:
    Path(FILE_NAME).write_text(TOLD)
    said = run("people", "describe", "me", "--born", "1980", "--db", DB)
    assert (said.code, said.err) == (
        2,
        "nightkick: the settings say who me is (change it in nightkick.toml)\n",
    )
