"""Workers side by side: each has one mutant at a time, and is replaced when it dies or does not answer."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import IO

from tests.fuzzing.mutants import Name, mutant_of
from tests.fuzzing.outcomes import Outcome, decoded, encoded_name
from tests.fuzzing.worker import LIMIT_S
from tests.paths import ROOT

#: A worker stops itself after `LIMIT_S`; inside a library that never comes back to Python it cannot.
_KILL_AFTER_S = LIMIT_S + 5
_STARTS_IN_S = 60
_MESSAGE_BYTES = 3000
#: Messages that differ in their numbers are one.
_DIGITS = re.compile(r"\d+")
#: Leaves the cores to the other workers.
_ENVIRONMENT = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Pool:
    """Reads mutants in several processes."""

    def __init__(self, workers: list[Worker]) -> None:
        self._jobs = len(workers)
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in workers:
            self._idle.put(worker)

    def outcomes(self, names: Iterable[Name]) -> Iterator[Outcome]:
        """An outcome for every mutant, in order."""
        with ThreadPoolExecutor(self._jobs) as threads:
            yield from threads.map(self.outcome, names)

    def outcome(self, name: Name) -> Outcome:
        """What becomes of one mutant."""
        worker = self._idle.get()
        try:
            return worker.outcome(name)
        finally:
            self._idle.put(worker)


@contextmanager
def pool(jobs: int) -> Iterator[Pool]:
    """So many workers, ended at the end."""
    workers = [Worker() for _ in range(jobs)]
    try:
        yield Pool(workers)
    finally:
        for worker in workers:
            worker.end()


class Worker:
    """A process and the pipes to it, started when first needed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._talk: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by `end`

    def outcome(self, name: Name) -> Outcome:
        process = self.process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        begun, said_before = time.perf_counter(), os.fstat(self._talk.fileno()).st_size
        try:
            process.stdin.write(f"{encoded_name(name)}\n".encode())
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], _KILL_AFTER_S)
            line = process.stdout.readline() if ready else b""
        except BrokenPipeError:
            ready, line = [process.stdout], b""
        if line:
            return decoded(line.decode())
        self._stop()
        seconds = time.perf_counter() - begun
        size = sum(map(len, mutant_of(name).files.values()))
        said = self._said_since(said_before)
        where = _DIGITS.sub("N", said.partition("\n")[0]) if ready else ""
        return Outcome(name, "crash" if ready else "hang", seconds, 0, size, where, said or "it said nothing")

    def end(self) -> None:
        if self.process is not None:
            self._stop()
        self._talk.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzzing.worker"],
            cwd=ROOT,
            env={**os.environ, **_ENVIRONMENT},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._talk,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        select.select([self.process.stdout], [], [], _STARTS_IN_S)
        self.process.stdout.readline()
        return self.process

    def _stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate()
        self.process = None

    def _said_since(self, position: int) -> str:
        self._talk.seek(position)
        said = self._talk.read(_MESSAGE_BYTES)
        self._talk.seek(0, os.SEEK_END)  # the next process writes where this one stands
        return said.decode(errors="replace")
