"""What Prefect costs for each file of a nightly import of many small recordings.

    python -m benchmarks.flow_overhead [--files 1000] [--parts 4]

Small files go to Prefect in batches (`flows.unattended.nightly_flow.batches`). First the flow with an import that does
nothing, which is Prefect alone; then the real import of all files, part by part, each part directly and then as a flow,
so that other work on the machine weighs on both alike. Each way has a database of its own, and in the end both must
hold the same. The server is started before the clock is; the start and end of each flow run are counted. Recordings are
10 minutes long, each of another evening; importing 1,000 of them twice takes about ten minutes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.workers import rows
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_run, open_context
from flows.unattended.prefect_environment import prepare_prefect
from flows.unattended.prefect_server import prefect_server
from ingest.clock import microseconds
from ingest.writers.axivity import write_cwa

FIRST = datetime(2020, 3, 2, 22, tzinfo=UTC)
RATE_HZ, SECONDS = 25, 600
#: Seconds on the clock, and of this process's CPU.
Spent = tuple[float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--parts", type=int, default=4)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(
            HOME=name, XDG_CONFIG_HOME=name, XDG_STATE_HOME=str(folder / "state")
        )  # not the settings of the user
        files = [recording(folder / "in" / f"{number:04}.cwa", number) for number in range(wanted.files)]
        prepare_prefect()
        with prefect_server(is_short=True):
            report("Prefect alone", wanted.files, flow(files, folder / "none", does_nothing=True))
            directly(files[:1], folder / "warm")
            pairs = [pair(files[part :: wanted.parts], folder, part) for part in range(wanted.parts)]
            per_file_ms = [1000 * (by_flow[0] - direct[0]) / n for n, direct, by_flow in pairs]
            print(f"more by the flow: median {median(per_file_ms):.1f} ms a file, {min(per_file_ms):.1f} to", end=" ")
            print(f"{max(per_file_ms):.1f} in {wanted.parts} parts")
        same = rows(folder / "direct") == rows(folder / "flow")
    print("every row is the same" if same else "THE DATABASES DIFFER")


def pair(files: Sequence[Path], folder: Path, part: int) -> tuple[int, Spent, Spent]:
    """Import the same files both ways; how many, and what each took."""
    direct = directly(files, folder / "direct")
    by_flow = flow(files, folder / "flow")
    report(f"part {part + 1} directly", len(files), direct)
    report(f"part {part + 1} by the flow", len(files), by_flow)
    return len(files), direct, by_flow


def directly(files: Sequence[Path], folder: Path) -> Spent:
    started = time.perf_counter(), time.process_time()
    outcomes = import_run(files, open_context(Wishes(tz="UTC"), database=folder / "n.duckdb"))
    spent = _since(started)
    assert {outcome.status for outcome in outcomes} == {"imported"}
    return spent


def flow(files: Sequence[Path], folder: Path, *, does_nothing: bool = False) -> Spent:

    from flows.unattended import nightly_flow

    flow: Any = nightly_flow
    real = flow.import_input
    if does_nothing:
        flow.import_input = _nothing
    try:
        started = time.perf_counter(), time.process_time()
        outcomes = nightly_flow.nightly([str(file) for file in files], database=str(folder / "n.duckdb"), tz="UTC")
        spent = _since(started)
    finally:
        flow.import_input = real
    assert {outcome.status for outcome in outcomes} == {"known" if does_nothing else "imported"}
    return spent


def report(what: str, n: int, spent: Spent) -> None:
    wall_s, cpu_s = spent
    load = os.getloadavg()[0]
    per_file = f"{wall_s / n * 1000:.1f} ms a file, CPU {cpu_s / n * 1000:.1f} ms"
    print(f"{what}: {n} files, {per_file} (load {load:.1f})", flush=True)


def recording(path: Path, number: int) -> Path:
    """Ten still minutes of an evening of its own."""
    n = RATE_HZ * SECONDS
    time_us = microseconds(FIRST + timedelta(days=number)) + np.arange(n, dtype=np.int64) * (1_000_000 // RATE_HZ)
    noise = np.random.default_rng(number).normal(scale=0.01, size=(n, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_cwa(path, time_us, (noise + np.array([0.0, 0.0, 1.0])).astype(np.float32), rate_hz=float(RATE_HZ), serial=1)
    return path


def _nothing(path: Path, _context: Context) -> Iterator[Outcome]:
    yield Outcome(path, "known", 0)


def _since(started: Spent) -> Spent:
    return time.perf_counter() - started[0], time.process_time() - started[1]


if __name__ == "__main__":
    main()
