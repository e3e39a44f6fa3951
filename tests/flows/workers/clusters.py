"""A Dask cluster of separate processes on this machine, for tests and benchmarks where Dask is installed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.paths import ROOT


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where its scheduler listens, and its workers' processes."""

    address: str
    workers: Sequence[subprocess.Popen[str]]

    def kill_one(self) -> None:
        """SIGKILL to the first worker that still runs."""
        next(worker for worker in self.workers if worker.poll() is None).send_signal(signal.SIGKILL)


@contextmanager
def local_cluster(folder: Path, *, n_workers: int, environment: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """A scheduler and workers of one thread each, on loopback; gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / "scheduler.json"
    started: list[subprocess.Popen[str]] = []
    env = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}

    def start(*arguments: str) -> subprocess.Popen[str]:
        with (folder / f"{len(started)}.log").open("w") as log:
            command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, text=True, cwd=folder))
        return started[-1]

    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(found))
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--scheduler-file", str(found))
        _until(found.exists)
        workers = [start("dask_worker", "--host", "127.0.0.1", *options) for _ in range(n_workers)]
        address = _address(found)
        _until(lambda: _n_workers(address) == n_workers)
        yield Cluster(address, workers)
    finally:
        for process in reversed(started):
            process.kill()  # asked to end, a worker that ran a flow's tasks waits for a Prefect server that is gone
            process.wait()


def _address(found: Path) -> str:
    import json

    return str(json.loads(found.read_text())["address"])


def _n_workers(address: str) -> int:
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        return len(client.scheduler_info()["workers"])


def _until(holds: object, *, longest_s: float = 90.0) -> None:
    assert callable(holds)
    give_up_at = time.monotonic() + longest_s
    while not holds():
        if time.monotonic() > give_up_at:
            raise TimeoutError("the cluster did not start")
        time.sleep(0.2)
