"""The real program on a database of an older nightkick: one line and exit code 3, or it is brought up to date."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.store import Store, initialise
from analytics.store.database.steps import known_migrations
from tests.analytics.store.aging import aged
from tests.analytics.store.making import bring_in, stored
from tests.paths import ROOT


@pytest.fixture(scope="module")
def current(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("current") / "nights.duckdb")
    initialise(store)
    bring_in(store, stored())
    return store.path


def nightkick(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


READERS = [
    ["nights"],
    ["show", "2026-03-10"],
    ["sql", "FROM nights"],
    ["movements", "2026-03-10"],
    ["patterns"],
]


@pytest.mark.first_case
@pytest.mark.parametrize("command", READERS, ids=[command[0] for command in READERS])
def test_a_command_that_reads_says_in_one_line_what_brings_it_up_to_date(
    tmp_path: Path, current: Path, command: list[str]
) -> None:
    path = aged(current, tmp_path / "nights.duckdb", 3)
    done = nightkick(*command, "--db", path, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"nightkick: {path}: made by an older nightkick (step 3 of {len(known_migrations())})"
        " (nightkick doctor --repair brings it up to date)\n"
    )


@pytest.mark.slow
def test_what_the_line_says_works(tmp_path: Path, current: Path) -> None:
    path = aged(current, tmp_path / "nights.duckdb", 3)
    looked = nightkick("doctor", "--db", path, cwd=tmp_path)
    assert "BAD  the database is of an older nightkick -> nightkick doctor --repair" in looked.stdout
    nightkick("doctor", "--repair", "--db", path, cwd=tmp_path)
    shown = nightkick("nights", "--db", path, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "2026-03-10" in shown.stdout


@pytest.mark.slow
def test_a_report_and_a_backup_of_an_older_database_can_be_made(tmp_path: Path, current: Path) -> None:
    path = aged(current, tmp_path / "nights.duckdb", 3)
    before = path.read_bytes()
    backed_up = nightkick("backup", tmp_path / "all.zip", "--db", path, cwd=tmp_path)
    assert backed_up.returncode == 0, backed_up.stderr
    assert path.read_bytes() == before
    report = nightkick("report", "2026-03-10", "-o", tmp_path / "night.html", "--db", path, cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    path.unlink()
    restored = nightkick("restore", tmp_path / "all.zip", "--db", path, cwd=tmp_path)
    assert restored.returncode == 0, restored.stderr
    assert nightkick("nights", "--db", path, cwd=tmp_path).returncode == 0
