"""Workers that are processes of this machine, each by itself.

Not one pool of many: when one of its processes dies, a pool gives up the work of all of them. Here a killed process
costs only what it was doing, which is done once more by a new one. Only the standard library is imported at first, so
that a process that has nothing to do starts quickly.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

#: A process that dies twice over the same piece of work would die a third time.
TRIES = 2
#: One at a time: what they are told stands in the environment of this process meanwhile.
_telling = threading.Lock()
_THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class ProcessWorkers:
    """``count`` processes, each started when it is first needed. A context: at its end they are gone."""

    def __init__(self, count: int, *, threads_each: int) -> None:
        self.count = count
        self._all = tuple(_Process(threads_each) for _ in range(count))
        # The last one back goes first, so that little work starts few processes.
        self._free: queue.LifoQueue[_Process] = queue.LifoQueue()
        for process in reversed(self._all):
            self._free.put(process)

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `flows.workers.workers.Workers`."""
        process = self._free.get()
        try:
            return process.run(function, *args, **kwargs)
        finally:
            self._free.put(process)

    def stop(self) -> None:
        """See `flows.workers.workers.Workers`."""
        for process in self._all:
            process.kill()

    def __enter__(self) -> ProcessWorkers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        if kind is None or not issubclass(kind, KeyboardInterrupt):
            for process in self._all:
                process.end()
            return
        self.stop()
        with interrupts_ignored():  # they are dead: to clear up after them takes a moment
            for process in self._all:
                process.end()


class _Process:
    """One process, started again when it has died."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._guard = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._pid: int | None = None
        self._stopped = threading.Event()

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        from ingest.errors import WorkerLostError

        for _ in range(TRIES):
            try:
                return self._started().submit(function, *args, **kwargs).result()
            except BrokenProcessPool:
                self.end()
        raise WorkerLostError(
            f"the process that worked on it died, {TRIES} times", hint="is there memory enough? fewer workers need less"
        )

    def kill(self) -> None:
        """End it whatever it is doing, and start no other."""
        self._stopped.set()
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def end(self) -> None:
        """End it when it has done what it is doing."""
        with self._guard:
            pool, self._pool, self._pid = self._pool, None, None
        if pool is not None:
            pool.shutdown()

    def _started(self) -> ProcessPoolExecutor:
        from ingest.errors import StoreError

        with self._guard:
            if self._stopped.is_set():
                raise StoreError("the run has ended", hint="start it again")
            if self._pool is None:
                # Never fork: polars' threads do not survive it, and it hangs.
                spawn = multiprocessing.get_context("spawn")
                pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin)
                with interrupts_held_back(), _told_to_children(self._threads):
                    pid = pool.submit(os.getpid)
                self._pool, self._pid = pool, pid.result()
                if self._stopped.is_set():  # while it started
                    self.kill()
            return self._pool


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Inside, Ctrl-C does not reach this thread, and never reaches a process that it starts.

    A terminal sends it to all of its processes; the one that imports answers it, and ends the others.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Inside, a second Ctrl-C does nothing in any thread: for what is over in a moment and must not be cut short."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread, which alone is interrupted
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _told_to_children(threads: int) -> Iterator[None]:
    """Inside, a process that is started learns how many threads polars and BLAS may use, unless the environment says
    so.

    In the process itself it would be too late: it imports the main module first, and whatever that imports.
    """
    with _telling:
        missing = [name for name in _THREADS if name not in os.environ]
        os.environ.update(dict.fromkeys(missing, str(threads)))
        try:
            yield
        finally:
            for name in missing:
                del os.environ[name]


def _begin() -> None:
    """First thing in a new process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
