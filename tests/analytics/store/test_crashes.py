"""Saving in a process that dies, or on a disk that is full: all or nothing."""

from __future__ import annotations

import random
import stat
import subprocess
import time

import pytest

from analytics.store import Store, check, query
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import bring_in, contents, stored

KILLS = 15
SAVE_FOR_EVER = """
import sys
from itertools import cycle
from pathlib import Path
from analytics.store import Store, save
from tests.analytics.store.making import EVENING, attempt, night, sha, stored

store = Store(Path(sys.argv[1]), wait_s=30)
print("ready", flush=True)
sys.stdin.readline()
for n_events in cycle((400, 4)):
    save(store, stored(), [night("anna", EVENING, [sha("left")], n_events=n_events)], attempt())
    print(n_events, flush=True)
"""


@pytest.mark.slow
def test_a_process_killed_while_it_saves_leaves_all_or_nothing(store: Store, child: Child) -> None:
    chance = random.Random(1)
    victims = [child(SAVE_FOR_EVER, store.path) for _ in range(2)]
    acknowledged = unacknowledged = 0
    for kill in range(KILLS):
        victim = victims[kill]
        if len(victims) < KILLS:
            victims.append(child(SAVE_FOR_EVER, store.path))  # starts up while this one is at work
        acknowledged += acknowledged_until_killed(victim, chance.uniform(0, 0.15))
        n_attempts = query(store, "SELECT count(*) FROM imports").item()
        # What was acknowledged is there, and of each kill at most the one save that it hit.
        assert n_attempts - acknowledged in (unacknowledged, unacknowledged + 1)
        unacknowledged = n_attempts - acknowledged
        found = query(store, "SELECT n_lm, (SELECT count(*) FROM events), (SELECT count(*) FROM movement) FROM nights")
        assert found.rows() in ([(4, 4, 4)], [(400, 400, 400)])
    findings = [finding for finding in check(store) if "sample" not in finding.what]
    assert all(finding.ok for finding in findings), findings


def acknowledged_until_killed(victim: subprocess.Popen[str], after_s: float) -> int:
    """Saves that a process said were done, killed some time after the first of them."""
    assert victim.stdin is not None
    assert victim.stdout is not None
    assert victim.stdout.readline() == "ready\n"
    victim.stdin.write("\n")
    victim.stdin.flush()
    assert victim.stdout.readline() == "400\n"
    time.sleep(after_s)
    victim.kill()
    return 1 + len(victim.stdout.read().split())


FULL_DISK = """
import resource, sys
from pathlib import Path
from analytics.store import Store, initialise, save, stage_samples
from ingest.errors import DatabaseUnreadableError
from tests.analytics.store.making import EVENING, START_US, attempt, block, night, recording, sha, stored

# A limit on the size of files fails a write just as a full disk does: in the middle.
store = Store(Path(sys.argv[1]))
big = [night("anna", EVENING, [sha("left"), sha("right")], n_events=40_000)]
large = recording(blocks=[block(START_US, 200_000, step_us=10_007)])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
acts = {
    "save": lambda: save(store, stored(), big, attempt()),
    "stage": lambda: stage_samples(store, large),
    "make": lambda: initialise(Store(store.path.with_name("new.duckdb"))),
}
try:
    acts[sys.argv[3]]()
except DatabaseUnreadableError as error:
    print(error.what)
"""


@pytest.mark.first_case
@pytest.mark.parametrize(("act", "room"), [("save", 300_000), ("stage", 60_000), ("make", 60_000)])
def test_a_full_disk_is_said_and_leaves_everything_as_it_was(store: Store, child: Child, act: str, room: int) -> None:
    bring_in(store, stored("right"), "right")
    before = contents(store.path)
    limit = store.path.stat().st_size + room if act == "save" else room
    said, complaints = child(FULL_DISK, store.path, limit, act).communicate(timeout=60)
    assert said == "no space left on the disk\n", complaints
    assert contents(store.path) == before
    left = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.path.parent.rglob("*")}
    # The log of what could not be written: the next who opens the database clears it away.
    assert left.pop("nights.duckdb.wal", 0o600) == 0o600
    assert left.keys() <= {"nights.duckdb", store.recordings.name}
