"""An upgrade that is killed, and one beside others at work: the old database whole or the new one whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from contextlib import closing
from itertools import accumulate
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, initialise, query
from analytics.store.database.migrate import rounds
from analytics.store.database.publish import log_of
from analytics.store.database.steps import known_migrations
from ingest.workspace import abandoned
from tests.analytics.store.aging import MANY, aged, everything, fingerprint, of_step
from tests.analytics.store.conftest import Child
from tests.analytics.store.database.test_migrations import whole_events
from tests.analytics.store.making import EVENING, KILLS, MANY_KILLS, execute

pytestmark = pytest.mark.once

LATEST = len(known_migrations())

UPGRADE = """
import sys
from pathlib import Path
from analytics.store import Store, initialise
store = Store(Path(sys.argv[1]), wait_s=60)
print("ready", flush=True)
sys.stdin.readline()
initialise(store)
print("done", flush=True)
"""


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()


def rows_of(database: Path) -> dict[str, tuple[object, ...]]:
    """As `fingerprint`, without the settings: the token of the last change is another one each time."""
    return {table: told for table, told in fingerprint(database).items() if table != "setting"}


def n_steps(database: Path) -> int:
    with closing(duckdb.connect(str(database), read_only=True)) as con:
        return int(con.execute("SELECT count(*) FROM schema_migration").fetchall()[0][0])


@pytest.fixture(scope="module")
def of_old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return of_step(tmp_path_factory.mktemp("old") / "nights.duckdb", 3, rows=MANY)


@pytest.mark.slow
def test_an_upgrade_killed_at_any_moment_leaves_a_whole_number_of_its_rounds(
    tmp_path: Path, of_old: Path, child: Child
) -> None:
    before = rows_of(of_old)
    whole = Path(shutil.copy(of_old, tmp_path / "whole.duckdb"))
    first = child(UPGRADE, whole)
    go(first)
    began = time.monotonic()
    assert first.stdout is not None
    assert first.stdout.readline() == "done\n"
    takes_s = time.monotonic() - began
    after = rows_of(whole)

    n_before, missing = n_steps(of_old), known_migrations()[n_steps(of_old) :]
    between = [n_before + n for n in accumulate(len(one.steps) for one in rounds(missing))][:-1]

    chance = random.Random(8)
    n_writing = n_old = 0
    upcoming = child(UPGRADE, tmp_path / "0" / "nights.duckdb")
    for kill in range(KILLS):
        folder = tmp_path / str(kill)
        folder.mkdir()
        path = Path(shutil.copy(of_old, folder / "nights.duckdb"))
        victim, upcoming = upcoming, child(UPGRADE, tmp_path / str(kill + 1) / "nights.duckdb")
        go(victim)
        time.sleep(chance.uniform(0.02, 1.0) * takes_s)
        victim.kill()
        victim.wait()
        n_writing += bool(abandoned(folder))
        assert not log_of(path).exists()
        found = rows_of(path)
        n_old += "blank" not in found
        assert found in (before, after) or n_steps(path) in between
        initialise(Store(path))
        assert rows_of(path) == after
        assert [left.name for left in folder.iterdir()] == ["nights.duckdb"]
        shutil.rmtree(folder)
    print(f"{n_writing} of {KILLS} kills while it wrote, {n_old} left the old database")
    assert KILLS < MANY_KILLS or n_writing >= KILLS // 2


@pytest.mark.slow
def test_a_kill_while_only_the_views_are_renewed_loses_nothing(tmp_path: Path, filled: Store, child: Child) -> None:
    code = """
import sys
from itertools import count
from pathlib import Path
from analytics.store import Store, initialise
from tests.analytics.store.making import execute
store = Store(Path(sys.argv[1]), wait_s=60)
initialise(store)
print("ready", flush=True)
sys.stdin.readline()
for n in count():
    execute(store, "UPDATE setting SET value = 'older' WHERE name = 'views_sha256'")
    initialise(store)
"""
    before = {name: rows for name, rows in everything(filled.path).items() if name != "setting"}
    chance = random.Random(9)
    for _ in range(KILLS):
        victim = child(code, filled.path)
        go(victim)
        time.sleep(chance.uniform(0.05, 0.4))
        victim.kill()
        victim.wait()
        initialise(filled)
        assert query(filled, "SELECT n_lm FROM nights").item() == 4
        assert {name: rows for name, rows in everything(filled.path).items() if name != "setting"} == before


def test_views_alone_are_renewed_in_place(store: Store) -> None:
    execute(store, "UPDATE setting SET value = 'older' WHERE name = 'views_sha256'")
    inode = store.path.stat().st_ino
    initialise(store)
    assert store.path.stat().st_ino == inode


@pytest.mark.slow
def test_two_processes_upgrade_at_once(tmp_path: Path, of_old: Path, child: Child) -> None:
    path = Path(shutil.copy(of_old, tmp_path / "nights.duckdb"))
    both = [child(UPGRADE, path) for _ in range(2)]
    for process in both:
        go(process)
    for process in both:
        assert process.stdout is not None
        assert process.stdout.read() == "done\n", process.stderr and process.stderr.read()
    rows = everything(path)
    assert [row["version"] for row in rows["schema_migration"]] == [*range(1, LATEST + 1)]
    before = everything(of_old)["event"]
    assert whole_events(path, before[0]) == before
    assert [left.name for left in tmp_path.iterdir()] == ["nights.duckdb"]


AT_WORK = """
import sys, time
from pathlib import Path
from analytics.said import Review
from analytics.store import Store, query, write_review
from ingest.errors import DatabaseOlderError
from tests.analytics.store.making import EVENING
store = Store(Path(sys.argv[1]), wait_s=60)
print("ready", flush=True)
sys.stdin.readline()
written = refused = 0
while written < 15:
    try:
        if sys.argv[2] == "reader":
            assert query(store, "SELECT n_lm FROM nights").item() == 4
        else:
            write_review(store, Review("anna", EVENING, "note", "dr", written, note=f"{sys.argv[2]} {written}"))
        written += 1
    except DatabaseOlderError:
        refused += 1
    time.sleep(0.1)  # a person does not ask without a pause either
print(written, refused, flush=True)
"""


@pytest.mark.slow
def test_a_reader_and_writers_at_work_while_another_upgrades_lose_nothing(
    tmp_path: Path, filled: Store, child: Child
) -> None:
    store = Store(aged(filled.path, tmp_path / "older" / "nights.duckdb", LATEST - 1))
    others = [child(AT_WORK, store.path, name) for name in ("reader", "one", "two")]
    upgrade = child(UPGRADE, store.path)
    for process in (*others, upgrade):
        go(process)
    said = [process.communicate(timeout=120) for process in others]
    assert [process.returncode for process in others] == [0, 0, 0], said
    notes = {(name, n) for name in ("one", "two") for n in range(15)}
    found = query(store, "SELECT note FROM review_entry WHERE night_date = ? AND note IS NOT NULL", [EVENING])
    assert {(name, int(n)) for name, n in (note.split() for note in found["note"])} == notes


FULL_DISK = """
import resource, sys
from pathlib import Path
from analytics.store import Store, initialise
from ingest.errors import DatabaseUnreadableError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    initialise(Store(Path(sys.argv[1])))
except DatabaseUnreadableError as error:
    print(error.line())
"""


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_an_upgrade_on_a_full_disk_leaves_the_old_database(
    tmp_path: Path, of_old: Path, child: Child, share: float
) -> None:
    path = Path(shutil.copy(of_old, tmp_path / "nights.duckdb"))
    before = path.read_bytes()
    said, complaints = child(FULL_DISK, path, int(len(before) * share)).communicate(timeout=120)
    assert said.splitlines() == [
        f"{path}: no space left on the disk (make room and try again; nothing was stored by halves)"
    ], complaints
    assert path.read_bytes() == before
    assert [left.name for left in tmp_path.iterdir()] == ["nights.duckdb"]
