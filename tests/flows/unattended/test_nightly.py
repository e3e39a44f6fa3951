"""The flow for real: Prefect's server boots, tasks run, the database holds the nights."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.store import Store, query
from flows.unattended.prefect_environment import prefect_defaults, prepare_prefect
from ingest.errors import UsageError
from tests.flows.making import tiny
from tests.flows.unattended.serving import environment
from tests.flows.watching import reached_out, watched


def nightkick(*arguments: object, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own that may boot a Prefect server."""
    return subprocess.run(
        [sys.executable, "-m", "flows", *map(str, arguments)],
        env=environment(**{"XDG_STATE_HOME": str(home), **more}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.prefect
def test_the_flow_imports_reports_and_stays_quiet_and_at_home(
    home: Path, tmp_path: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(home / "nightkick" / "prefect")
    tiny(Path("in/a.csv"), seed=1)
    tiny(Path("in/b.cwa"), seed=2)
    Path("in/empty.cwa").touch()
    db = tmp_path / "n.duckdb"
    done = nightkick(
        "import", "in", "--flow", "--json", "--tz", "UTC", "--site", "ankle", "--db", db, home=home, **watched(tmp_path)
    )
    assert done.returncode == 1, done.stderr
    assert reached_out(tmp_path) == ""
    outcomes = json.loads(done.stdout)["outcomes"]
    assert [(o["path"], o["status"]) for o in outcomes] == [
        ("in/a.csv", "imported"),
        ("in/b.cwa", "imported"),
        ("in/empty.cwa", "refused"),
    ]
    assert query(Store(db), "SELECT site, count(*) FROM recording GROUP BY ALL").rows() == [("ankle", 2)]
    assert query(Store(db), "SELECT count(*) FROM imports").item() == 3
    assert done.stderr.splitlines() == [
        "starting Prefect (8-17 s)",
        "imported in/a.csv: night 2026-03-02",
        "imported in/b.cwa: night 2026-03-02",
        "  b.cwa: night 2026-03-02: b.cwa overlaps a.csv by 3 min on one leg; used are: a.csv 3 min",
        "nightkick: in/empty.cwa: the file is empty (copy it from the device again)",
        "2 imported, 0 known, 1 refused, 0 failed",
    ]
    assert (home / "nightkick" / "prefect").is_dir()


@pytest.mark.slow
@pytest.mark.prefect
def test_the_prefect_server_can_be_imported_in_the_locked_versions(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import prefect.server.api.server, prefect.server.services.scheduler"],
        env={**os.environ, "PREFECT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.prefect
def test_a_prefect_that_does_not_answer_is_one_line(home: Path, tmp_path: Path) -> None:
    done = nightkick(
        "import",
        tiny(Path("a.csv")),
        "--flow",
        "--db",
        tmp_path / "n.duckdb",
        home=home,
        PREFECT_API_URL="http://127.0.0.1:9/api",
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "nightkick: Prefect could not run the flow: Prefect's server at http://127.0.0.1:9 cannot be used: "
        "Connection refused (the same import runs without --flow)"
    )


def test_what_the_environment_says_of_prefect_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in prefect_defaults():
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "deep" / "home"))
    prepare_prefect()
    assert os.environ["DO_NOT_TRACK"] == "mine"
    assert (tmp_path / "deep" / "home").is_dir()


def test_an_account_without_a_home_needs_a_home_for_prefect_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in prefect_defaults().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", "as before")  # so that it is put back
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", dict[int, pwd.struct_passwd]().__getitem__)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    with pytest.raises(RuntimeError):
        Path.home()
    prepare_prefect()
    assert Path.home() == tmp_path / "home"


def test_a_home_that_cannot_be_made_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in prefect_defaults().items():
        monkeypatch.setenv(name, value)
    (tmp_path / "file").touch()
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(UsageError, match="PREFECT_HOME"):
        prepare_prefect()
