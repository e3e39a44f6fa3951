"""Tables with column names of one's own, from the settings to the stored night."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flows.conftest import Run
from tests.flows.making import tiny

LAB = '[table.lab]\ncolumns = { time = "when", x = "a", y = "b", z = "c" }\n'


def own_table(name: str = "own.csv") -> Path:
    """A short still recording under names that nobody would guess."""
    path = tiny(Path(name))
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(["when,a,b,c", *lines[1:]]), encoding="utf-8")
    return path


def test_a_table_under_names_of_its_own_is_imported_as_the_settings_say(run: Run) -> None:
    path = own_table()
    refused = run("import", path)
    assert refused.code != 0
    assert "[table.NAME] in nightkick.toml" in refused.err
    Path("nightkick.toml").write_text('tz = "UTC"\n' + LAB, encoding="utf-8")
    imported = run("import", path)
    assert imported.code == 0
    assert "2026-03-02" in imported.out + imported.err
    assert "2026-03-02" in run("nights").out


def test_inspect_reads_a_table_as_the_settings_say(run: Run) -> None:
    Path("nightkick.toml").write_text(LAB, encoding="utf-8")
    said = run("inspect", own_table(), "--json")
    assert json.loads(said.out)["format"] == "csv-mapped"


def test_two_tables_that_are_meant_for_one_file_refuse_it_and_import_the_others(run: Run) -> None:
    Path("nightkick.toml").write_text('tz = "UTC"\n' + LAB + LAB.replace("lab", "other"), encoding="utf-8")
    said = run("import", own_table(), tiny(Path("plain.csv"), seed=2))
    assert said.code != 0
    assert "the tables lab and other of the settings are both meant for it" in said.err
    assert "2026-03-02" in said.out + said.err
