"""What commands print on a screen of 80 columns, to the letter where it is a table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.store.database.connection import transaction
from flows.terminal.width import cells
from tests.analytics.over_nights.people import Made
from tests.analytics.over_nights.storing import store_people
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.flows.stored import build

NIGHTS = """\
night       site          asleep  PLMS/h  PLMS  periodic  jerks  flags
----------  ------------  ------  ------  ----  --------  -----  --------------
2026-03-02  ankle (left)   1.8 h    45.0     4      100%      0  possible_plmd
2026-03-03  ankle (left)       -       -     -         -      -  not assessable
left out for width: series, 20-40 s, review; all: --csv

2026-03-02 possible_plmd: 45.0 periodic leg movements per hour of sleep.
2026-03-03 not assessable: Only 0.5 h recorded.
"""
COMMANDS = ("nights", "show 2026-03-02", "answer", "patterns", "triggers", "movements", "sql FROM(flagged_nights)",
            "sql FROM(nights)")  # fmt: skip


def test_the_table_of_nights_at_80_columns(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run("nights", "--db", build(tmp_path / "n.duckdb").path).out == NIGHTS


def test_the_name_of_a_flag_stands_whole_in_the_table_of_nights(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = build(tmp_path / "n.duckdb")
    with transaction(store) as con:
        con.execute("UPDATE flag SET name = 'frequent_hypnic_jerks' WHERE name = 'possible_plmd'")
    for columns in ("60", "70", "80"):
        monkeypatch.setenv("COLUMNS", columns)
        row = run("nights", "--db", store.path).out.splitlines()[2]
        assert (columns, row.split()[-1]) == (columns, "frequent_hypnic_jerks")


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        (40, "night subject flags"),
        (60, "night subject asleep PLMS/h flags"),
        (80, "night subject site asleep PLMS/h PLMS flags"),
    ],
)
def test_the_night_whose_it_is_and_its_flags_are_never_left_out(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int, kept: str
) -> None:
    """On 40 columns PLMS/h stood, and no flag; then the flags, and not whose night it was."""
    people = {"sample story": Made("cannot_tell_yet", "kJ"), "me": Made("cannot_tell_yet", "q")}
    store = store_people(tmp_path / "n.duckdb", people)
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run("nights", "--db", store.path).out.splitlines()[0].split() == kept.split()


@pytest.mark.parametrize("columns", [40, 80, 132])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_wider_than_the_screen(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    name, *rest = command.replace("FROM(", "FROM ").replace(")", "").split(" ", 1)
    shown = run(name, *rest, "--db", build(tmp_path / "n.duckdb").path)
    assert shown.code == 0
    wide = [line for line in shown.out.splitlines() if cells(line) > max(columns, 63)]
    assert wide == []


def test_doctor_inspect_and_people_fold_too(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = build(tmp_path / "n.duckdb").path
    who = "a person whose name is as long as the names of people are in files that were not written for a small screen"
    Path("people.csv").write_text(f"serial,subject,site,tz\n4711,{who},ankle,Europe/Berlin\n")
    assert run("people", "import", "people.csv", "--db", db).code == 0
    assert run("people", "describe", "zoe", "--medication", "ssri", "--medication", "iron", "--medication", "snri",
               "--medication", "mirtazapine", "--medication", "gabapentinoid", "--db", db).code == 0  # fmt: skip
    recording = tiny(Path("night.cwa"), minutes=1)
    commands = (("doctor", "--db", db), ("people", "--db", db), ("people", "describe", "zoe", "--db", db),
                ("inspect", recording, "--tz", "UTC"))  # fmt: skip
    for command in commands:
        monkeypatch.delenv("COLUMNS", raising=False)
        whole = run(*command).out
        assert max(map(cells, whole.splitlines())) > 50, command
        monkeypatch.setenv("COLUMNS", "50")
        shown = run(*command).out
        # A checksum and a path are words that no line can fold.
        words = (line.removeprefix("sha256").strip() for line in shown.splitlines() if cells(line) > 50)
        wide = [line for line in words if " " in line]
        assert (command, wide) == (command, [])
        # Others write to the same disk, so that the room on it changes meanwhile.
        told, told_whole = (re.sub(r"[\d.]+GBfree", "", "".join(text.split())) for text in (shown, whole))
        assert told == told_whole


def test_csv_and_json_are_whole_on_a_narrow_screen(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = build(tmp_path / "n.duckdb").path
    asked = [("nights", "--csv"), ("nights", "--json"), ("sql", "FROM flagged_nights", "--csv")]
    wide = [run(*command, "--db", db).out for command in asked]
    monkeypatch.setenv("COLUMNS", "40")
    assert [run(*command, "--db", db).out for command in asked] == wide
