"""Forgetting that is killed: all of it was done, or nothing was."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.store import (
    Store,
    finish_removing,
    publish,
)
from analytics.store.samples.removing import note_path
from tests.analytics.store.conftest import Child
from tests.analytics.store.forgetting import NAME, OTHER, bad, rows_of
from tests.analytics.store.making import (
    EVENING,
    KILLS,
    MANY_KILLS,
    contents,
    execute,
    sha,
)

#: Forks for each kill, for loading takes longer than forgetting; what starts threads is loaded by the fork.
VICTIMS = """
import os, sys
from pathlib import Path
import analytics.store.forgetting
from analytics.store import Store, Wish, find_doomed, forget, prune, prunable
from tests.analytics.store.making import night
from datetime import UTC, datetime

print("ready", flush=True)
while line := sys.stdin.readline():
    database, subject, sha256 = line.rstrip("\\n").split("|")
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        store, wish = Store(Path(database), wait_s=30), Wish(subject or None, None, sha256 or None)
        if not (subject or sha256):
            prune(store, prunable(store, datetime(2026, 3, 12, tzinfo=UTC)))
            os._exit(0)
        doomed = find_doomed(store, wish)
        forget(store, wish, doomed, [night(*key, [r.sha256 for r in rest]) for key, rest in doomed.anew.items()])
        os._exit(0)
    sys.stdin.readline()  # a child that ended keeps its number until it is asked for
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


class Victims:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert self.line() == "ready"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self, store: Store, *, subject: str = "", sha256: str = "") -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{store.path}|{subject}|{sha256}\n")
        self.process.stdin.flush()
        return int(self.line())

    def wait(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("wait\n")
        self.process.stdin.flush()
        assert self.line() == "ended"


def copies(of: Store, folder: Path) -> Iterator[Store]:
    number = 0
    while True:
        number += 1
        place = shutil.copytree(of.path.parent, folder / str(number))
        yield Store(place / of.path.name, wait_s=30)


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "what",
    ["subject", pytest.param("recording", marks=pytest.mark.slow), pytest.param("prune", marks=pytest.mark.slow)],
)
def test_a_kill_at_any_moment_leaves_all_or_nothing_and_is_finished_by_the_next(
    two: Store, child: Child, tmp_path_factory: pytest.TempPathFactory, what: str
) -> None:
    for day in range(1, 15):  # something to write
        evening = EVENING + timedelta(days=day)
        for subject in (NAME, OTHER):
            execute_night(two, subject, evening)
    publish(two)
    asked = {"subject": {"subject": NAME}, "recording": {"sha256": sha(f"{NAME}/left")}, "prune": {}}[what]
    fresh, victims, chance = copies(two, tmp_path_factory.mktemp("k")), Victims(child(VICTIMS)), random.Random(what)
    whole = next(fresh)
    began = time.monotonic()
    victims.start(whole, **asked)
    victims.wait()
    takes_s = time.monotonic() - began
    states = [state(two), state(whole)]
    assert states[0] != states[1]
    others = rows_of(two.path, OTHER)
    hit = ends = 0
    for number in range(KILLS):
        store = next(fresh)
        victim = victims.start(store, **asked)
        time.sleep(takes_s * (number + chance.random()) / KILLS)  # spread over its length
        os.kill(victim, signal.SIGKILL)
        victims.wait()
        hit += note_path(store).exists()
        assert rows(store) in (rows(two), rows(whole)), "rows by halves"
        assert what == "prune" or rows_of(store.path, OTHER) == others
        left = [said for said in bad(store) if "temporary" not in said]
        assert bool(left) <= note_path(store).exists(), left
        finish_removing(store)
        publish(store)  # makes a workspace, and so removes those of the dead
        assert bad(store) == []
        assert state(store) in states
        ends += state(store) == states[1]
        assert {p.name for p in store.path.parent.iterdir()} == {p.name for p in two.path.parent.iterdir()}
        shutil.rmtree(store.path.parent)
    print(f"{what}: {hit} of {KILLS} kills while it wrote, {ends} after the change; it takes {takes_s:.2f} s")
    assert KILLS < MANY_KILLS or hit >= KILLS // 2


def execute_night(store: Store, subject: str, evening: date) -> None:
    execute(
        store,
        "INSERT INTO journal_entry SELECT ?, ?, 'k' || i, i, repeat('word ', 20) FROM range(200) t(i)",
        [subject, evening],
    )


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return contents(store.path)


def state(store: Store) -> tuple[object, ...]:
    return rows(store), contents(store.published), sorted(path.name for path in store.recordings.iterdir())
