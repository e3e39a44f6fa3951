"""No option that names an output reaches what is kept: databases, their samples, recordings, settings, other files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from analytics.store import Store
from tests.flows.conftest import Run
from tests.flows.making import tiny

ROOT = Path(__file__).resolve().parents[2]
EVENING = "2026-03-02"


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The real program, in the folder that the test is in."""
    command = [sys.executable, "-m", "flows", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def db(run: Run) -> Path:
    """A night with its samples and its published copy."""
    tiny(Path("inbox/night.csv"))
    tiny(Path("inbox/night.cwa"))
    assert run("import", "inbox/night.csv", "--site", "ankle", "--tz", "UTC", "--db", "kept/n.duckdb").code == 0
    return Path("kept/n.duckdb")


def everything() -> Mapping[str, bytes]:
    """Every file below the working directory, by its name."""
    return {str(path): path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}


@pytest.mark.parametrize("option", ["parquet", "report", "backup"])
def test_the_real_program_replaces_no_file_of_a_store(db: Path, option: str) -> None:
    commands = {
        "parquet": ("sql", "select 1 as a", "--parquet"),
        "report": ("report", EVENING, "-o"),
        "backup": ("backup",),
    }
    (samples,) = Store(db.absolute()).recordings.glob("*.parquet")
    before = everything()
    for target in (db, db.with_name("n.published.duckdb"), samples):
        said = program(*commands[option], target, "--db", db)
        assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (2, "", 1), said.stderr
        assert everything() == before
