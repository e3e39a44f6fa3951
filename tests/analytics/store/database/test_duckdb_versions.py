"""DuckDB 1.5 and 2: one code, one kind of file, and nothing printed at the end of a process.

`make test` runs the tests of store and page under the locked version and once more under 1.5, which lies beside the
environment (`requirements/duckdb-1.5.lock`). What follows needs both at once.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, back_up, publish, restore
from tests.paths import ROOT

#: Where `make test` puts the older DuckDB.
OLDER = Path(sys.prefix) / "duckdb-1.5"
QUESTIONS = "SELECT count(*) FROM nights; SELECT count(*) FROM events; SELECT count(*) FROM reviews"

WITH_SHELL = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(duckdb.__version__, [con.execute(q).fetchall()[0][0] for q in sys.argv[2].split(";")])
"""
JUDGED = """
import sys
from datetime import date
from pathlib import Path
from analytics.said import Review
from analytics.store import Store, initialise, write_review
store = Store(Path(sys.argv[1]))
initialise(store)
write_review(store, Review("anna", date(2026, 3, 10), "confirm", "dr", 1_800_000_000_000_000, onset_us=None))
"""


def with_older_duckdb(code: str, *arguments: object) -> str:
    """What a process says that finds DuckDB 1.5 first."""
    if not OLDER.is_dir():
        pytest.skip("DuckDB 1.5 is not beside this environment; `make test` puts it there")
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(OLDER), str(ROOT)))},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("which", ["the database", "the published copy", "a restored backup"])
def test_what_this_version_writes_opens_in_a_1_5_shell(filled: Store, tmp_path: Path, which: str) -> None:
    if which == "the published copy":
        path = publish(filled)
    elif which == "a restored backup":
        back_up(filled, tmp_path / "nights.zip", with_samples=False)
        other = Store(tmp_path / "other" / "nights.duckdb")
        other.path.parent.mkdir()
        restore(other, tmp_path / "nights.zip", force=False)
        path = other.path
    else:
        path = filled.path
    version, _, counts = with_older_duckdb(WITH_SHELL, path, QUESTIONS).strip().partition(" ")
    assert version.startswith("1.5.")
    assert counts == "[1, 4, 0]"


def test_a_database_may_go_back_and_forth_between_the_versions(filled: Store) -> None:
    for n_reviews in (1, 3):
        with_older_duckdb(JUDGED, filled.path)
        counts = with_older_duckdb(WITH_SHELL, filled.path, QUESTIONS).strip().partition(" ")[2]
        assert counts == f"[1, 4, {n_reviews}]"
        subprocess.run([sys.executable, "-c", JUDGED, str(filled.path)], cwd=ROOT, check=True, timeout=60)
    assert f"{with_older_duckdb(WITH_SHELL, filled.path, QUESTIONS)}".endswith("[1, 4, 4]\n")


def test_a_command_prints_nothing_at_its_end(filled: Store) -> None:
    """DuckDB 2.0.0 printed a page about leaks whenever a result had left through Arrow."""
    for command in (["nights", "--json"], ["movements", "2026-03-10", "--csv"], ["sql", "FROM nights", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "flows", *command, "--db", str(filled.path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), command
        assert done.stdout


def test_no_answer_is_left_open() -> None:
    """From 2.0 on, a connection whose result was not read to its end takes no other statement: no verdict was saved."""
    left = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "analytics").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("fetchone", "fetchmany", "fetch_record_batch")
    ]
    assert not left


def test_the_header_of_a_test_run_names_the_version(pytestconfig: pytest.Config) -> None:
    said = pytestconfig.hook.pytest_report_header(config=pytestconfig, start_path=ROOT)
    assert any(duckdb.__version__ in str(line) for line in said)
