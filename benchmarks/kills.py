"""Imports killed at random moments: nothing stored may be lost, and no half of anything ever be seen.

    python -m benchmarks.kills [--kills 200] [--seed 1] [--folder FOLDER]

A process imports a folder of recordings (two legs of a simulated night, three short ones) and gets SIGKILL after a
time that is drawn from the length of an undisturbed import. After each kill the database must be absent or open, every
check of `nightkick doctor` must hold but for what a dead process may leave behind, and the rows of every table must be
those after exactly so many whole files as it had got to. Then the next process goes on where that one ended. Once all
is imported, an undisturbed run must find nothing to do, leave nothing behind, and database, published copy and samples
must equal those of an import that nobody disturbed, row for row; then it starts over with a new database.

SIGKILL is not a power cut: what the system had been told to write is still written.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from analytics.simulate import write_nights
from analytics.store import Store, check
from tests.flows.making import tiny
from tests.store.making import contents

ROOT = Path(__file__).resolve().parents[1]
#: When it happened, not what was found; attempts are compared by their statuses.
NOT_COMPARED = ("import_attempt", "schema_migration")
#: What a dead process may leave behind until the next import.
MAY_BE_LEFT = ("temporary folders", "samples without a recording")

#: Loading takes longer than importing, so one process loads what starts no thread, and every import is a fork of it. A
#: killed child stays a zombie until it is asked for, so that no number is used again.
LOADER = """
import os, sys
from pathlib import Path
import numpy, pydantic_settings, scipy.ndimage, scipy.signal, scipy.stats

print("ready", flush=True)
while line := sys.stdin.readline():
    folder, database, said = map(Path, line.rstrip("\\n").split("|"))
    child = os.fork()
    if child == 0:
        import ingest.sniff
        from flows.pipeline import import_run, open_context
        from flows.wishes import Wishes
        list(ingest.sniff.readers())
        print(os.getpid(), flush=True)
        context = open_context(Wishes(subject="me", site="ankle", tz="Europe/Berlin"), database=database)
        outcomes = import_run(sorted(folder.iterdir()), context)
        said.write_text("|".join(outcome.error or outcome.status for outcome in outcomes))
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


def main() -> int:
    """Kill as often as asked, print what happened, fail at the first thing that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        os.environ.update(HOME=temporary, XDG_CONFIG_HOME=temporary)  # nobody's own settings
        found = run(Path(temporary), kills=chosen.kills, seed=chosen.seed)
    print(f"{chosen.kills} kills: " + ", ".join(f"{n} {what}" for what, n in sorted(found.items())))
    return 0


def run(folder: Path, *, kills: int, seed: int) -> Counter[str]:
    """How often what was found; raises AssertionError at the first thing that must not be."""
    files = recordings(folder / "in", seed=seed)
    with loaded(folder / "said") as loader:
        expected = undisturbed(loader, files, folder / "whole")
        chance, found = random.Random(seed), Counter[str]()
        store = Store(folder / "killed-0" / "n.duckdb")
        for kill in range(kills):
            said = loader.imported(files, store.path, kill_after_s=chance.uniform(0, expected.takes_s))
            found["finished before the kill"] += bool(said)
            n_files = files_stored(store, expected)
            found[f"left {n_files} whole files" if n_files >= 0 else "left no database"] += 1
            if n_files == len(expected.states) - 1:
                finish(loader, store, files, expected)
                store = Store(folder / f"killed-{kill + 1}" / "n.duckdb")
                found["databases finished and compared"] += 1
            if (kill + 1) % 10 == 0:
                print(f"{kill + 1} kills: {dict(found)}", file=sys.stderr, flush=True)
        finish(loader, store, files, expected)
        found["databases finished and compared"] += 1
    return found


def recordings(folder: Path, *, seed: int) -> Path:
    """A folder of small recordings: two of one night with movements, three of nights of their own."""
    write_nights(folder, nights=1, profile="plmd", rate_hz=12.5, file_format="cwa", seed=seed, legs="both")
    for beside in [path for path in folder.iterdir() if path.suffix != ".cwa"]:
        beside.unlink()
    for day in range(3):
        tiny(folder / f"short-{day}.cwa", start=datetime(2026, 1, 5 + day, 22, tzinfo=UTC), seed=day)
    return folder


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


@dataclass(frozen=True, slots=True)
class Loader:
    """A process that imports in children of its own; each says what became of the files in ``said``."""

    process: subprocess.Popen[str]
    said: Path

    def imported(self, files: Path, database: Path, kill_after_s: float | None = None) -> list[str]:
        """The status of each file, or nothing where the import was killed before its end."""
        self.said.unlink(missing_ok=True)
        child = int(self._answer(f"{files}|{database}|{self.said}"))
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


if __name__ == "__main__":
    sys.exit(main())
