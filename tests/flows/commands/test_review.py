"""How ``nightkick review`` starts, and how it says that it cannot."""

from __future__ import annotations

import shutil
import socket
import tempfile
from pathlib import Path

import duckdb
import httpx
import pytest

from analytics.store import Store, initialise
from flows.commands.reviewing.running_pages import PREFIX, noting, page_at
from tests.analytics.review.program import reviewing
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "misspelt.duckdb"
    with reviewing(path, before=1) as running:
        assert f"{path}: no database there yet" in running.lines[0]
        assert "nightkick import" in running.lines[0]
        cookie = running.cookie()
        for address in ("/", "/api/people", "/api/nights", "/api/queue/nights"):
            httpx.get(f"{running.address}{address}", cookies=cookie, timeout=30)
        assert running.stop() == ""
    assert list(tmp_path.glob("misspelt*")) == []


@pytest.mark.slow
def test_a_database_that_appears_later_is_picked_up(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    with reviewing(path, before=1) as running:
        cookie = running.cookie()
        asked = f"{running.address}/api/people"
        assert httpx.get(asked, cookies=cookie, timeout=30).json() == {"how_many": "none", "only": None}
        build(path)
        assert httpx.get(asked, cookies=cookie, timeout=30).json() == {"how_many": "one", "only": SUBJECT}
        assert running.stop() == ""
    assert Store(path).published.exists()


def test_a_newer_database_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    initialise(Store(path))
    with duckdb.connect(str(path)) as con:
        con.execute("INSERT INTO schema_migration VALUES (9999, 'later', 'x', now())")
    said = run("review", "--no-open", "--port", 0, "--db", path)
    assert said.code == 3
    assert said.err.count("\n") == 1
    assert "update nightkick" in said.err


def test_a_port_in_use_is_said_with_the_way_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    initialise(Store(path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("review", "--no-open", "--port", port, "--db", path)
    assert said.code == 2
    assert f"port {port} is in use" in said.err
    assert "--port 0" in said.err
    assert run("review", "--no-open", "--port", 70_000, "--db", path).code == 2


def test_a_port_at_which_the_page_of_this_database_runs_is_said_with_the_file_that_opens_it(
    run: Run, tmp_path: Path
) -> None:
    path, other = tmp_path / "x.duckdb", tmp_path / "other.duckdb"
    initialise(Store(path))
    initialise(Store(other))
    with reviewing(path) as running:
        same = run("review", "--no-open", "--port", running.port, "--db", path)
        assert same.code == 2
        assert "the page of this database runs there already" in same.err
        assert f"open {running.file} in the browser; --port 0 starts another page" in same.err
        assert running.let_in().status_code == 200
        found = run("review", "--no-open", "--port", running.port, "--db", other)
        assert f"nightkick review runs there for {path} (--port 0 takes a free one)" in found.err
        running.stop()


def test_a_page_that_was_killed_is_not_named_as_one_that_runs(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    initialise(Store(path))
    with reviewing(path) as running:
        running.process.kill()
        running.process.wait()
        with socket.create_server(("127.0.0.1", running.port)):
            said = run("review", "--no-open", "--port", running.port, "--db", path)
        shutil.rmtree(running.file.parent)
    assert "is nightkick open already? --port 0 takes a free one" in said.err


def test_only_a_page_in_a_folder_that_this_user_alone_can_write_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with noting(folder) as note:
        note(4711, tmp_path / "x.duckdb")
        found = page_at(4711)
        assert found is not None
        assert (found.file, found.database) == (folder / "open.html", tmp_path / "x.duckdb")
        folder.chmod(0o755)  # as a folder made by another user would be: its owner could have us open any page
        assert page_at(4711) is None
    (tmp_path / f"{PREFIX}link").symlink_to(folder)
    folder.chmod(0o700)
    assert page_at(4711) is None  # it has ended


def test_it_says_where_it_is_and_stops_when_told(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    initialise(Store(path))
    with reviewing(path) as running:
        assert running.lines[0] == f"review page: {running.address}/ (Ctrl+C stops it)\n"
        assert str(running.file) in running.lines[1]
        assert httpx.get(running.address, cookies=running.cookie(), timeout=30).status_code == 200
        assert running.stop() == ""


def test_to_listen_beyond_this_machine_without_a_proxy_is_refused_in_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.duckdb"
    initialise(Store(path))
    monkeypatch.setenv("NIGHTKICK_REVIEW__LISTEN", "0.0.0.0")
    said = run("review", "--no-open", "--port", 0, "--db", path)
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "listen beyond 127.0.0.1 needs proxy" in said.err


def test_an_address_of_another_machine_is_said_in_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.duckdb"
    initialise(Store(path))
    monkeypatch.setenv("NIGHTKICK_REVIEW__LISTEN", "192.0.2.1")
    monkeypatch.setenv("NIGHTKICK_REVIEW__PROXY", "nights.example")
    said = run("review", "--no-open", "--port", 0, "--db", path)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "no address of this machine" in said.err
