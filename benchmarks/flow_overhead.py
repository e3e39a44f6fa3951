"""What Prefect costs for each file of a nightly import of many small recordings.

    python -m benchmarks.flow_overhead [--files 1000] [--imported 1000]

Small files go to Prefect in batches (`flows.nightly.batches`). Three runs: the flow with an import that does nothing,
which is Prefect alone; then the import of real recordings, directly and as the flow. The server is started before the
clock is. Recordings are 3 minutes long, each of another evening; importing 1,000 of them takes a quarter of an hour,
``--imported 100`` a tenth of that.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from flows.context import Context
from flows.offline import prepare_prefect
from flows.outcomes import Outcome
from flows.pipeline import import_run, open_context
from flows.wishes import Wishes
from ingest.clock import microseconds
from ingest.writers.axivity import write_cwa

FIRST = datetime(2020, 3, 2, 22, tzinfo=UTC)
RATE_HZ, SECONDS = 25, 180


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--imported", type=int, default=1000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("XDG_STATE_HOME", str(folder / "state"))
        files = [recording(folder / "in" / f"{number:04}.cwa", number) for number in range(wanted.files)]
        prepare_prefect()
        from flows.nightly import start_server

        start_server()
        report("Prefect alone", wanted.files, *flow(files, folder / "none", does_nothing=True))
        if wanted.imported:
            some = files[: wanted.imported]
            context = open_context(Wishes(tz="UTC"), database=folder / "direct" / "n.duckdb")
            started = time.perf_counter(), time.process_time()
            import_run(some, context)
            report("imported directly", len(some), *_since(started))
            report("imported by the flow", len(some), *flow(some, folder / "flow"))


def flow(files: Sequence[Path], folder: Path, *, does_nothing: bool = False) -> tuple[float, float]:
    """Seconds on the clock and of this process's CPU."""
    from flows import nightly

    real = nightly.import_input
    if does_nothing:
        nightly.import_input = _nothing
    try:
        started = time.perf_counter(), time.process_time()
        nightly.nightly([str(file) for file in files], database=str(folder / "n.duckdb"), tz="UTC")
        return _since(started)
    finally:
        nightly.import_input = real


def report(what: str, n: int, wall_s: float, cpu_s: float) -> None:
    load = os.getloadavg()[0]
    print(f"{what}: {n} files, {wall_s / n * 1000:.1f} ms a file, CPU {cpu_s / n * 1000:.1f} ms (load {load:.1f})")


def recording(path: Path, number: int) -> Path:
    """Three still minutes of an evening of its own."""
    n = RATE_HZ * SECONDS
    time_us = microseconds(FIRST + timedelta(days=number)) + np.arange(n, dtype=np.int64) * (1_000_000 // RATE_HZ)
    noise = np.random.default_rng(number).normal(scale=0.01, size=(n, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_cwa(path, time_us, (noise + np.array([0.0, 0.0, 1.0])).astype(np.float32), rate_hz=float(RATE_HZ), serial=1)
    return path


def _nothing(path: Path, _context: Context) -> Iterator[Outcome]:
    yield Outcome(path, "known", 0)


def _since(started: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - started[0], time.process_time() - started[1]


if __name__ == "__main__":
    main()
