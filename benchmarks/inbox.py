"""How long an unattended run looks at a folder in which nothing is new.

    python -m benchmarks.inbox [--files 100000] [--folders 100]

Makes files that look like recordings in a temporary folder, lets the database remember all of them as stored, and
measures the look: walking the folder, asking for size and time of each file, and reading what is remembered.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.store import SeenFile, Store, initialise, remember_files, seen_files
from flows.importing.inputs import find_inputs
from flows.unattended.inbox import look_at, look_through


@contextmanager
def measured(what: str) -> Iterator[None]:
    """Print how long the block takes, on the clock and of the processor."""
    started_s, cpu_s = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - started_s:.2f} s ({time.process_time() - cpu_s:.2f} s of a core)")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=100_000)
    options.add_argument("--folders", type=int, default=100)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        inbox, store = Path(name, "inbox"), Store(Path(name, "n.duckdb"))
        for number in range(chosen.files):
            file = inbox / f"{number % chosen.folders:03d}" / f"night-{number:06d}.cwa"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        initialise(store)
        looks = {file: look_at(file) for file in find_inputs([inbox]).files}
        with measured("remember"):
            stored = {file: SeenFile(look.stamp, is_done=True, version="1") for file, look in looks.items()}
            remember_files(store, stored)
        with measured("recall"):
            seen = seen_files(store)
        with measured("look"):
            found = look_through(inbox, seen.get, version="1")
        assert len(found.done) == chosen.files
        print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
