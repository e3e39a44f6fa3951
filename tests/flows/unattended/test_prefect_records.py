"""Whether Prefect's records can be written, as ``nightkick doctor`` says it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.unattended.prefect_records import cannot_be_kept
from tests.flows.conftest import Run
from tests.flows.unattended.serving import home_of


def line(run: Run) -> str:
    """What doctor says of the records: one line, and the only bad one."""
    code, out, _ = run("doctor", "--db", "n.duckdb")
    bad = [told for told in out.splitlines() if told.startswith("BAD")]
    (said,) = (told for told in out.splitlines() if "Prefect can" in told)
    assert (code, bad) == ((1, [said]) if bad else (0, []))
    return said


def a_file(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.touch()


def of_another(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o500)


def no_database(folder: Path) -> None:
    (folder / "prefect.db").mkdir(parents=True)


def damaged(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "prefect.db").write_bytes(b"no database" * 500)


def read_only(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "prefect.db")) as con:
        con.execute("CREATE TABLE flow_run (id)")
    (folder / "prefect.db").chmod(0o400)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder to work in without the rights of root, who may write everywhere."""
    with tempfile.TemporaryDirectory() as name:
        folder, before = Path(name), os.geteuid()
        folder.chmod(0o777)
        if before == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            os.seteuid(before)
            for below in folder.iterdir():
                below.chmod(0o700)


@pytest.mark.parametrize(
    ("spoil", "says"), [(of_another, "Permission denied"), (read_only, "attempt to write a readonly database")]
)
def test_records_that_may_only_be_read_cannot_be_kept(shared: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(shared / "records")
    error = cannot_be_kept(shared / "records")
    assert error is not None
    assert says in error.what


@pytest.mark.parametrize(
    ("spoil", "why", "way_out"),
    [
        (a_file, "Not a directory", "PREFECT_HOME"),
        (no_database, "unable to open database file", "move it away"),
        (damaged, "file is not a database", "move it away"),
    ],
)
@pytest.mark.parametrize("whose", ["the schedule", "import --flow", "PREFECT_HOME"])
def test_doctor_says_in_one_line_that_prefect_cannot_write_its_records_and_what_to_do(
    run: Run,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    whose: str,
    spoil: Callable[[Path], None],
    why: str,
    way_out: str,
) -> None:
    folder = {"the schedule": home_of("n.duckdb"), "import --flow": home / ".local/state/nightkick/prefect"}.get(whose)
    if folder is None:
        folder = home / "named"
        monkeypatch.setenv("PREFECT_HOME", str(folder))
    spoil(folder)
    told = line(run)
    assert told.startswith("BAD  Prefect cannot ")
    assert str(folder) in told
    assert why in told
    assert way_out in told.partition(" -> ")[2]


def test_doctor_makes_no_folder_for_records_that_could_be_kept(run: Run, home: Path) -> None:
    assert line(run).startswith("ok   Prefect can keep its records in ")
    assert not (home / ".local").exists()


def test_records_that_a_run_writes_can_be_kept(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as con:
        con.execute("CREATE TABLE flow_run (id)")
        con.execute("BEGIN EXCLUSIVE")
        assert cannot_be_kept(tmp_path) is None
        con.rollback()
        assert cannot_be_kept(tmp_path) is None
        assert con.execute("SELECT name FROM sqlite_master").fetchall() == [("flow_run",)]
