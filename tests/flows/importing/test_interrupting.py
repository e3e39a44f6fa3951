"""Ctrl-C, which a terminal sends to every process of ours: one line, at once, and what was stored stays stored."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.store import Store, check, query
from tests.flows.making import BEDTIME, tiny
from tests.paths import ROOT

#: Long before anything of what is interrupted would have ended by itself.
AT_ONCE_S = 8
ONE_LINE = "nightkick: interrupted; what was stored stays stored"

WAITING = """
import threading
import polars
from flows.workers.workers import side_by_side

done = threading.Event()
print("ready", flush=True)
list(side_by_side(lambda _: done.wait(60), range(2), lanes=2, stop=done.set))
"""
ASKING = """
import sys
from pathlib import Path
from analytics.store import Store, initialise
from analytics.store.database.connection import reading

store = Store(Path(sys.argv[1]))
initialise(store)
with reading(store) as con:
    print("ready", flush=True)
    while True:
        con.execute("SELECT sum(range) FROM range(3_000_000)").fetchall()
"""


def started(*command: str, **settings: str) -> subprocess.Popen[str]:
    """In a process group of its own, as a terminal has it."""
    return subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def interrupted(process: subprocess.Popen[str]) -> str:
    """What it says on stderr after Ctrl-C, until nobody is left who could say more; which must be at once."""
    os.killpg(process.pid, signal.SIGINT)
    _, complaints = process.communicate(timeout=AT_ONCE_S)
    return complaints


@pytest.mark.first_case
@pytest.mark.parametrize("code", [WAITING, ASKING], ids=["while it waits for work", "while it asks the database"])
def test_ctrl_c_is_heard(code: str, tmp_path: Path) -> None:
    process = started("-c", code, str(tmp_path / "n.duckdb"))
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    assert interrupted(process).splitlines()[-1] == "KeyboardInterrupt"


@pytest.mark.first_case
@pytest.mark.parametrize("seen", ["n.duckdb", "*recordings/*.parquet"], ids=["as processes start", "as they work"])
def test_ctrl_c_ends_an_import_by_processes_at_once(seen: str, tmp_path: Path) -> None:
    for day in range(6):
        tiny(Path(f"in/{day}.cwa"), seed=day, start=BEDTIME + timedelta(days=day), minutes=240, rate_hz=100.0)
    db = tmp_path / "db" / "n.duckdb"
    command = ["-m", "flows", "import", "in", "--tz", "UTC", "--db", str(db)]
    process = started(*command, NIGHTKICK_EXECUTOR="processes", NIGHTKICK_WORKERS="2")
    while not list(db.parent.glob(seen)):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.2)
    assert interrupted(process).splitlines() == [ONE_LINE]
    assert process.returncode == 130
    n_stored = query(Store(db), "SELECT count(*) FROM recording").item()
    assert n_stored < 6
    bad = [finding.what for finding in check(Store(db)) if not finding.ok]
    assert all("temporary folders" in what or "samples without a recording" in what for what in bad), bad


def test_ctrl_c_while_the_program_loads_is_one_line_and_no_traceback() -> None:
    process = started("-X", "importtime", "-m", "flows", "nights", "--db", "n.duckdb")
    assert process.stderr is not None
    while "cyclopts" not in process.stderr.readline():  # the first of many parts of it
        assert process.poll() is None
    says = [line for line in interrupted(process).splitlines() if not line.startswith("import time:")]
    assert (says, process.returncode) == ([ONE_LINE], 130)


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_ctrl_c_and_a_second_one_end_an_import_whoever_does_the_work(executor: str, tmp_path: Path) -> None:
    for day in range(6):
        tiny(Path(f"in/{day}.cwa"), seed=day, start=BEDTIME + timedelta(days=day), minutes=480, rate_hz=100.0)
    db = tmp_path / "db" / "n.duckdb"
    command = ["-m", "flows", "import", "in", "--tz", "UTC", "--db", str(db)]
    process = started(*command, NIGHTKICK_EXECUTOR=executor, NIGHTKICK_WORKERS="2")
    while not list(db.parent.glob("*recordings/.nightkick-*")):
        assert process.poll() is None
        time.sleep(0.01)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        assert interrupted(process).splitlines() == [ONE_LINE]
    assert process.wait() == 130
    assert time.monotonic() - began < AT_ONCE_S


@pytest.mark.slow
def test_ctrl_c_ends_a_wait_for_the_database(tmp_path: Path) -> None:
    db = tmp_path / "n.duckdb"
    holder = started("-c", ASKING, str(db))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    process = started("-m", "flows", "import", "absent.cwa", "--tz", "UTC", "--db", str(db))
    assert process.stderr is not None
    assert "waiting for" in process.stderr.readline()
    assert interrupted(process).splitlines() == [ONE_LINE]
    assert process.returncode == 130
    interrupted(holder)
