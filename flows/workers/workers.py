"""Who does the work: this process, others on this machine, or a Dask cluster.

Imports and analyses hand the functions of `flows.importing.worker_tasks` to `Workers.run` from as many threads as they
like; as many of them are done at once as there are workers, and one setting decides where.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from analytics.store import Store
from flows.settings.settings import Settings
from flows.workers.processes import ProcessWorkers
from ingest.errors import StoreError, UsageError

T = TypeVar("T")
Item = TypeVar("Item")
P = ParamSpec("P")

#: A second process pays off from so many bytes on: it takes 1-2 s to start, and a night of 10 MB takes 2-3 s.
WORTH_A_PROCESS = 4_000_000
#: Of a smaller recording, storing is most of the work, and that only this process does.
WORTH_SHARING = 500_000
#: Threads for each worker: one that waits for its turn, or for the database, must not keep a worker idle.
LANES_PER_WORKER = 3
#: More would only stand in line for the database, which stores some 4 nights a second.
MOST_LANES = 64


class Workers(Protocol):
    """``count`` pieces of work are done at once."""

    count: int

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``function`` returns, or the exception that it raises; may be called from any thread.

        Parameters
        ----------
        function : callable
            At the top level of a module, with arguments that can be pickled: another process may run it.

        Raises
        ------
        WorkerLostError
            The worker died over it, and so did another one.
        StoreError
            After `stop`.
        """

    def stop(self) -> None:
        """Do no more: the run ends early, and the threads that wait in `run` are to come back."""


class HereWorkers:
    """Threads of this process."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._free = threading.Semaphore(count)
        self._is_stopped = False

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Workers.run`."""
        with self._free:
            if self._is_stopped:
                raise StoreError("the run has ended", hint="start it again")
            return function(*args, **kwargs)

    def stop(self) -> None:
        """Begin nothing new; what a thread is doing cannot be stopped."""
        self._is_stopped = True


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lanes_for(workers: Workers) -> int:
    """How many threads keep all workers busy; one where only one works."""
    return min(MOST_LANES, LANES_PER_WORKER * workers.count) if workers.count > 1 else 1


@contextmanager
def workers_for(store: Store, settings: Settings, *, is_much: bool) -> Iterator[Workers]:
    """Workers as the settings want them; without a wish, processes for much work and this process for little.

    Parameters
    ----------
    is_much : bool
        Whether there is work enough to start a second process for.

    Raises
    ------
    UsageError
        The settings name a cluster that does not answer, or none where they should.
    """
    count = settings.workers or cores()
    executor = settings.executor or ("processes" if is_much else "threads")
    if executor == "dask":
        from flows.workers.dask_cluster import connected  # imports Dask, an extra

        with connected(scheduler_of(settings), store) as cluster:
            yield cluster
    elif executor == "processes" and count > 1:
        with ProcessWorkers(count, threads_each=max(1, cores() // count)) as processes:
            yield processes
    else:
        yield HereWorkers(count if settings.executor else 1)


def scheduler_of(settings: Settings) -> str:
    """Address of the Dask scheduler.

    Raises
    ------
    UsageError
        The settings do not tell.
    """
    if settings.dask_scheduler is None:
        raise UsageError('executor = "dask" needs a scheduler', hint='dask_scheduler = "tcp://HOST:8786"')
    return settings.dask_scheduler


def side_by_side(
    function: Callable[[Item], T], items: Iterable[Item], *, lanes: int, stop: Callable[[], None]
) -> Generator[T, None, None]:
    """What ``function`` makes of each item, in their order; ``lanes`` threads work ahead.

    Parameters
    ----------
    stop : callable
        Called when it ends early, by an exception or because no more results are read: releases whatever the threads
        wait for.
    """
    hear_interrupts()
    threads = ThreadPoolExecutor(lanes)
    ahead: deque[Future[T]] = deque()
    try:
        for item in items:
            ahead.append(threads.submit(partial(function, item)))
            if len(ahead) > 2 * lanes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    except BaseException as error:
        stop()
        # Ctrl-C does not wait for what a thread computes: see `flows.terminal.starting.leave`.
        threads.shutdown(wait=not isinstance(error, KeyboardInterrupt), cancel_futures=True)
        raise
    threads.shutdown()


def hear_interrupts() -> None:
    """Have Ctrl-C end a wait at once. polars puts a handler round it under which a thread goes on waiting."""
    signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - it takes no names


def is_much_to_read(files: Iterable[Path]) -> bool:
    """Whether files are worth a second process: what could be read beside the largest of them, small ones aside."""
    sizes = sorted(size for file in files if (size := size_of(file)) >= WORTH_SHARING)
    return sum(sizes[:-1]) >= WORTH_A_PROCESS


def size_of(file: Path) -> int:
    """Size in bytes; 0 where it cannot be asked."""
    try:
        return file.stat().st_size
    except (OSError, ValueError):  # reading it will say so
        return 0
