"""Imports that are killed, and what they may leave behind: for a few moments in the tests, many in `benchmarks.kills`.

After each kill the database must be absent or open, every check of `nightkick doctor` must hold but for what a dead
process may leave behind, and the rows of every table must be those after exactly so many whole files as it had got
to. The next import must finish the work and leave everything as if nothing had ever happened.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from analytics.store import Store, check
from tests.analytics.store.making import contents
from tests.paths import ROOT

#: When it happened, not what was found; attempts are compared by their statuses.
NOT_COMPARED = ("import_attempt", "schema_migration")
#: What a dead process may leave behind until the next import.
MAY_BE_LEFT = (
    "temporary folders",
    "samples without a recording",
    "forget that was ended half-way",
    "database was changed since",
)

#: Loading takes longer than importing, so one process loads what starts no thread, and every import is a fork of it. A
#: killed child stays a zombie until it is asked for, so that no number is used again.
LOADER = """
import importlib, os, signal, sys
from itertools import count
from pathlib import Path
import numpy, pydantic_settings, scipy.ndimage, scipy.signal, scipy.stats

def die_at(module, name, number):
    place, calls = importlib.import_module(module), count(1)
    real = getattr(place, name)
    def fatal(*arguments, **named):
        if next(calls) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    setattr(place, name, fatal)

print("ready", flush=True)
while line := sys.stdin.readline():
    folder, database, said, moment = line.rstrip("\\n").split("|")
    child = os.fork()
    if child == 0:
        import ingest.recognising.sniff
        from flows.importing.pipeline import import_run, open_context
        from flows.importing.declared import Wishes
        list(ingest.recognising.sniff.readers())
        if moment:
            die_at(*moment.split(":"))
        print(os.getpid(), flush=True)
        context = open_context(Wishes(subject="me", site="ankle", tz="Europe/Berlin"), database=Path(database))
        outcomes = import_run(sorted(Path(folder).iterdir()), context)
        Path(said).write_text("|".join(outcome.error or outcome.status for outcome in outcomes))
        os._exit(0)
    sys.stdin.readline()
    os.waitpid(child, 0)
    print("ended", flush=True)
"""

State = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What an import that nobody kills leaves behind: after each whole number of files, and at the end."""

    states: list[State]
    samples: dict[str, pl.DataFrame]
    takes_s: float


@dataclass(frozen=True, slots=True)
class Loader:
    """A process that imports in children of its own; each says what became of the files in ``said``."""

    process: subprocess.Popen[str]
    said: Path

    def imported(
        self, files: Path, database: Path, *, kill_after_s: float | None = None, die_at: str = ""
    ) -> list[str]:
        """The status of each file, or nothing where the import was killed before its end.

        Parameters
        ----------
        die_at : str
            "module:function:n": it dies when it is about to call that function for the n-th time.
        """
        self.said.unlink(missing_ok=True)
        child = int(self._answer(f"{files}|{database}|{self.said}|{die_at}"))
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            os.kill(child, signal.SIGKILL)
        assert self._answer("wait") == "ended"
        return self.said.read_text().split("|") if self.said.exists() else []

    def _answer(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def loaded(said: Path) -> Iterator[Loader]:
    """A loader that is ready."""
    pipe = subprocess.PIPE
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # its threads would not survive the fork
    process = subprocess.Popen([sys.executable, "-c", LOADER], stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=alone)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Loader(process, said)
    finally:
        process.communicate()


def undisturbed(loader: Loader, files: Path, folder: Path) -> Undisturbed:
    """Import file by file, and look after each; then once more at one go, and see how long that takes."""
    states: list[State] = []
    for path in sorted(files.iterdir()):
        one = folder / f"file-{len(states)}"
        one.mkdir(parents=True)
        (one / path.name).hardlink_to(path)
        assert loader.imported(one, folder / "stepwise" / "n.duckdb") == ["imported"]
        states.append(rows(folder / "stepwise" / "n.duckdb"))
    store = Store(folder / "at-once" / "n.duckdb")
    began = time.monotonic()
    assert loader.imported(files, store.path) == ["imported"] * len(states)
    takes_s = time.monotonic() - began
    assert rows(store.path) == states[-1]
    empty = {table: of if table == "setting" else [] for table, of in states[0].items()}
    return Undisturbed([empty, *states], samples(store), takes_s)


def rows(database: Path) -> State:
    """Every row that does not depend on when it came in; paths by their names."""
    found = {table: of for table, of in contents(database).items() if table not in NOT_COMPARED}
    return {table: [tuple(map(_named, row)) for row in of] for table, of in found.items()}


def _named(value: object) -> object:
    return Path(value).name if isinstance(value, str) and value.startswith("/") else value


def samples(store: Store) -> dict[str, pl.DataFrame]:
    """Every staged recording, whole."""
    return {path.name: pl.read_parquet(path) for path in sorted(store.recordings.glob("*.parquet"))}


def files_stored(store: Store, expected: Undisturbed) -> int:
    """How many whole files a killed process had stored, -1 before there was a database; all else must not be."""
    if not store.path.exists():
        return -1
    findings = [finding for finding in check(store) if not finding.ok]
    bad = [finding for finding in findings if not any(left in finding.what for left in MAY_BE_LEFT)]
    assert not bad, bad
    state = rows(store.path)
    if not state["recording"]:
        state |= {"criteria_used": [], "ruleset_used": []}  # written down before the first night is stored
    assert state in expected.states, "rows that no whole number of files leaves behind"
    return expected.states.index(state)


def finish(loader: Loader, store: Store, files: Path, expected: Undisturbed) -> None:
    """One more import, which must do what is left to do and leave everything as if nothing had ever happened."""
    statuses = loader.imported(files, store.path)
    assert set(statuses) <= {"imported", "known"}, statuses
    assert loader.imported(files, store.path) == ["known"] * len(statuses)
    findings = [finding for finding in check(store) if not finding.ok]
    assert not findings, findings
    assert rows(store.path) == rows(store.published) == expected.states[-1]
    found = samples(store)
    assert found.keys() == expected.samples.keys()
    assert all(found[name].equals(frame) for name, frame in expected.samples.items())
    beside = {path.name for path in store.path.parent.iterdir()}
    assert beside == {store.path.name, store.published.name, store.recordings.name}, beside
