"""Long waits are told in a line that names the holder, and a stranger who only lists the folder makes none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.store import Store, query
from analytics.store.database.connection import alone
from analytics.store.database.waiting import LOCK_NAME
from tests.analytics.store.conftest import Child
from tests.analytics.store.test_together import HOLD, READ_BUSILY
from tests.paths import ROOT

pytestmark = pytest.mark.once

NOBODY = 65534
#: A command starts in half a second, and takes some seconds on a busy machine; a wait in vain takes 90.
AT_ONCE_S = 20

#: Becomes another user, and locks whatever that one can open of a folder and of all in it.
HOLD_ALL = f"""
import fcntl, os, sys
from pathlib import Path
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
folder, held = Path(sys.argv[1]), []
for path in (folder, *folder.iterdir()):
    try:
        held.append(os.open(path, os.O_RDONLY))
        fcntl.flock(held[-1], fcntl.LOCK_EX)
    except OSError:
        pass
print("ready", flush=True)
sys.stdin.readline()
"""
HOLD_TURN = """
import sys
from pathlib import Path
from analytics.store import Store
from analytics.store.database.connection import turn
with turn(Store(Path(sys.argv[1]))):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def listable(filled: Store) -> Iterator[Store]:
    """A database in a folder that every user may list."""
    folder = Path(tempfile.mkdtemp(prefix="nightkick-test-"))
    folder.chmod(0o755)
    path = Path(shutil.copy(filled.path, folder / "nights.duckdb"))
    path.chmod(0o600)
    yield Store(path)
    shutil.rmtree(folder)


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def asked(store: Store) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", "nights", "--db", str(store.path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=AT_ONCE_S, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another user")
@pytest.mark.parametrize("left", ["nothing is left", "a lock file is left by a killed process"])
def test_a_stranger_who_can_only_list_the_folder_cannot_keep_a_command_waiting(
    listable: Store, child: Child, left: str
) -> None:
    if "killed" in left:
        (listable.path.parent / LOCK_NAME).touch(mode=0o600)
    ready(child(HOLD_ALL, listable.path.parent))
    done = asked(listable)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("planted", ["another user's file", "link", "second name of the database", "pipe", "folder"])
def test_what_a_stranger_puts_where_the_lock_file_belongs_is_left_alone(listable: Store, planted: str) -> None:
    lock = listable.path.parent / LOCK_NAME
    if planted == "another user's file":
        if os.geteuid() != 0:
            pytest.skip("only root can play another user")
        lock.touch(mode=0o666)
        os.chown(lock, NOBODY, NOBODY)
    elif planted == "link":
        lock.symlink_to(listable.path)
    elif planted == "second name of the database":
        lock.hardlink_to(listable.path)
    elif planted == "pipe":
        os.mkfifo(lock)
    else:
        lock.mkdir()
    before = lock.lstat()
    assert query(Store(listable.path, wait_s=5), "SELECT count(*) FROM imports").item() == 1
    assert lock.lstat().st_ino == before.st_ino


def test_after_2_s_a_line_names_the_process_that_has_the_database_open(filled: Store, child: Child) -> None:
    holder = child(HOLD, filled.path, "writing")
    ready(holder)
    lines: list[str] = []
    with pytest.raises(Exception, match="in use"):
        query(Store(filled.path, wait_s=2.6, on_wait=lines.append), "SELECT 1")
    (line,) = lines
    assert line.startswith(f"waiting for {filled.path}, in use by ")
    assert f"(process {holder.pid}) (up to " in line


def test_after_2_s_a_line_names_the_process_whose_turn_it_is(filled: Store, child: Child) -> None:
    holder = child(HOLD_TURN, filled.path)
    ready(holder)
    lines: list[str] = []
    assert query(Store(filled.path, wait_s=2.6, on_wait=lines.append), "SELECT 1").item() == 1
    (line,) = lines
    assert f"(process {holder.pid}) (up to " in line


def test_after_2_s_a_line_says_that_another_thread_has_the_database_open(filled: Store) -> None:
    lines: list[str] = []
    with alone(filled), pytest.raises(Exception, match="this program itself"):
        query(Store(filled.path, wait_s=2.6, on_wait=lines.append), "SELECT 1")
    assert [line.partition(" (up to")[0] for line in lines] == [
        f"waiting for {filled.path}, in use by this program itself"
    ]


def test_a_command_says_on_stderr_what_it_waits_for_and_ends_well_when_it_comes(filled: Store, child: Child) -> None:
    holder = child(HOLD, filled.path, "writing")
    ready(holder)
    command = [sys.executable, "-m", "flows", "nights", "--db", str(filled.path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
        holder.kill()
        _, more = waiting.communicate(timeout=AT_ONCE_S)
    assert line.startswith(f"nightkick: waiting for {filled.path}, in use by ")
    assert (waiting.returncode, more) == (0, "")


def test_no_line_where_a_wait_is_short_and_nothing_stays_in_the_folder(filled: Store, child: Child) -> None:
    reader = child(READ_BUSILY, filled.path)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "read\n"
    lines: list[str] = []
    for _ in range(3):
        query(Store(filled.path, on_wait=lines.append), "SELECT 1")
    assert lines == []
    reader.kill()
    reader.wait()
    query(filled, "SELECT 1")
    assert list(filled.path.parent.iterdir()) == [filled.path]


def test_the_file_of_a_killed_process_is_used_and_taken_away(filled: Store, child: Child) -> None:
    holder = child(HOLD_TURN, filled.path)
    ready(holder)
    holder.kill()
    holder.wait()
    assert (filled.path.parent / LOCK_NAME).exists()
    began = time.monotonic()
    query(filled, "SELECT 1")
    assert time.monotonic() - began < 2
    assert list(filled.path.parent.iterdir()) == [filled.path]
