"""Whether Prefect's records can be written, as ``nightkick doctor`` says it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from flows.unattended.prefect_home import cannot_be_kept
from flows.unattended.prefect_server import told_why
from flows.unattended.server_guard import Receive, Scope, Send
from tests.flows.conftest import Run
from tests.flows.unattended.serving import home_of
from tests.flows.unattended.test_nightly import nightkick


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


def newer(folder: Path) -> None:
    """Of a Prefect that made a change which the installed one has never heard of."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "prefect.db")) as con:
        con.execute("CREATE TABLE alembic_version (version_num TEXT)")
        con.execute("INSERT INTO alembic_version VALUES ('not_yet_made')")
        con.commit()


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
        (newer, "one newer than ", "move the file away"),
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


def test_records_of_the_installed_prefect_can_be_kept_until_a_newer_one_has_changed_them(
    tmp_path: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(tmp_path := tmp_path / "records")
    assert cannot_be_kept(tmp_path) is None
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as con:
        con.execute("UPDATE alembic_version SET version_num = 'not_yet_made'")
        con.commit()
    error = cannot_be_kept(tmp_path)
    assert error is not None
    assert f"one newer than {version('prefect')} wrote them" in error.what


@pytest.mark.first_case
@pytest.mark.parametrize("command", ["import --flow", "schedule"])
def test_no_server_is_started_over_records_of_a_newer_prefect_and_the_line_names_them(
    home: Path, tmp_path: Path, command: str
) -> None:
    Path("in").mkdir()
    newer(folder := tmp_path / "records")
    words = ["schedule", "--inbox", "in"] if command == "schedule" else ["import", "in", "--flow"]
    done = nightkick(*words, "--tz", "UTC", "--db", "n.duckdb", home=home, PREFECT_HOME=str(folder))
    assert done.returncode == 1
    (said,) = (line for line in done.stderr.splitlines() if line.startswith("nightkick: "))
    assert f"Prefect cannot open its records {folder / 'prefect.db'}: one newer than " in said
    assert "move the file away" in said
    assert "Fatal" not in done.stderr


def in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    """Where tests with a browser came before in this process, its loop still runs in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def test_why_a_server_cannot_begin_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    async def failing(scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError(f"no {scope['type']}\nand much more")

    async def receive() -> dict[str, str]:
        return {}

    async def send(_message: object) -> None:
        pass

    async def ask(kind: str) -> None:
        await told_why(failing)({"type": kind}, receive, send)

    for kind, says in (("lifespan", "nightkick: Prefect's server: ValueError: no lifespan\n"), ("http", "")):
        with pytest.raises(ValueError, match="much more"):
            in_a_loop_of_its_own(ask(kind))
        assert capsys.readouterr().err == says


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
