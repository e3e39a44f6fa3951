"""What ``simulate`` says to do next does it, typed into a shell as it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from analytics.store import Store, query
from tests.flows.conftest import Run


def typed(command: str, db: Path) -> None:
    """Let a shell run a line of ours; which database it is about is all that is added."""
    shell = f'nightkick() {{ "{sys.executable}" -m flows "$@" --db "{db}"; }}\n{command}'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["cwa", "csv", "fit"])
def test_the_next_command_stores_each_person_s_own_nights_with_the_legs_they_were_made_for(
    run: Run, tmp_path: Path, file_format: str
) -> None:
    """Both legs as CSV lay on one unknown leg, and the folder of one person held the nights of another."""
    db, made = tmp_path / "n.duckdb", ("simulate", "-o", "some people", "--rate", "25", "--format", file_format)
    named = run(*made, "--subject", "zoe b", "--legs", "left").err.splitlines()[-1].removeprefix("next: ")
    own = run(*made, "--legs", "both", "--nights", "2").err.splitlines()[-1].removeprefix("next: ")
    typed(own, db)
    typed(named, db)
    told = "SELECT subject, night_date::VARCHAR, site, legs, tz FROM nights ORDER BY ALL"
    assert query(Store(db), told).rows() == [
        ("me", "2026-03-02", "ankle", "both", "UTC"),
        ("me", "2026-03-03", "ankle", "both", "UTC"),
        ("zoe b", "2026-03-02", "ankle", "left", "UTC"),
    ]
