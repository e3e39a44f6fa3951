"""Import simulated nights on a Dask cluster of separate processes, kill a worker meanwhile, and compare every row.

    pip install 'nightkick[dask]'
    python -m benchmarks.cluster [--nights 4] [--workers 2] [--kill]

The scheduler and the workers listen on loopback only. The database must be the one that a single process makes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from benchmarks.workers import rows
from flows.commands.simulate import simulate
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context
from tests.flows.workers.clusters import local_cluster


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nights", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill", action="store_true", help="kill a worker after the first recording is stored")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(out=folder / "in", nights=wanted.nights)
        os.environ.update(NIGHTKICK_EXECUTOR="threads", NIGHTKICK_WORKERS="1")
        imported(folder, "one process")
        with local_cluster(folder / "cluster", n_workers=wanted.workers) as cluster:
            os.environ.update(NIGHTKICK_EXECUTOR="dask", NIGHTKICK_DASK_SCHEDULER=cluster.address)
            killed: list[int] = []

            def kill_once(_done: int, _total: int) -> None:
                if wanted.kill and not killed:
                    killed.append(1)
                    cluster.kill_one()
                    print("killed a worker")

            imported(folder, "cluster", kill_once)
        same = rows(folder / "one process") == rows(folder / "cluster")
    print("every row is the same" if same else "THE DATABASES DIFFER")


def imported(folder: Path, name: str, report: object = None) -> None:
    context = open_context(Wishes(tz="UTC", site="ankle", side="left"), database=folder / name / "n.duckdb")
    started = time.perf_counter()
    files = sorted((folder / "in").glob("*.cwa"))
    outcomes = import_run(files, context, report=report if callable(report) else lambda done, total: None)
    statuses = sorted({outcome.status for outcome in outcomes})
    print(f"{name}: {len(outcomes)} files {', '.join(statuses)} in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
