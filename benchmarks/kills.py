"""Imports killed at random moments: nothing stored may be lost, and no half of anything ever be seen.

    python -m benchmarks.kills [--kills 200] [--seed 1] [--folder FOLDER]

A process imports a folder of recordings (two legs of a simulated night, three short ones) and gets SIGKILL after a
time that is drawn from the length of an undisturbed import. What must hold after each kill is in `tests.flows.killing`.
Then the next process goes on where that one ended. Once all is imported, an undisturbed run must find nothing to do,
leave nothing behind, and database, published copy and samples must equal those of an import that ran undisturbed, row
for row; then it starts over with a new database. `tests/flows/importing/test_kills.py` does the same at a few moments.

SIGKILL is not a power cut: what the system had been told to write is still written.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from analytics.simulate import write_nights
from analytics.store import Store
from tests.flows.killing import files_stored, finish, loaded, undisturbed
from tests.flows.making import tiny


def main() -> int:
    """Kill as often as asked, print what happened, fail at the first thing that must not be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        os.environ.update(HOME=temporary, XDG_CONFIG_HOME=temporary)  # not the settings of the user
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


if __name__ == "__main__":
    sys.exit(main())
