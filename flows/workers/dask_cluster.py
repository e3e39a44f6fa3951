"""Workers that are a Dask cluster.

A cluster's workers need the same nightkick, and the recordings and the folder of staged samples under the same paths
as here. Both are asked before anything is sent: a worker without the shared folder would make one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from analytics.store import Store, scratch
from flows import __version__
from flows.importing.worker_tasks import fitness
from ingest.errors import StoreError, UsageError, WorkerLostError

T = TypeVar("T")
P = ParamSpec("P")

#: How long a scheduler may take to answer, seconds.
ANSWER_S = 10
INSTALL = "pip install 'nightkick[dask]', here and on every worker"


class ClusterWorkers:
    """Every thread of every worker that is there now. Dask itself does again what a dead worker has left undone."""

    def __init__(self, client: Any) -> None:
        self.count = sum(client.nthreads().values())
        self._client = client
        self._is_stopped = False

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `flows.workers.workers.Workers`."""
        from distributed import KilledWorker

        try:
            result: T = self.submit(function, *args, **kwargs).result()
        except KilledWorker as error:
            raise WorkerLostError(
                "every worker of the cluster that worked on it died", hint="have they memory enough?"
            ) from error
        except Exception as error:
            if self._is_stopped:
                raise StoreError("the run has ended", hint="start it again") from error
            raise
        return result

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """A future of what ``function`` returns."""
        return self._client.submit(function, *args, pure=False, **kwargs)

    def stop(self) -> None:
        """See `flows.workers.workers.Workers`."""
        self._is_stopped = True
        self._client.close()


@contextmanager
def connected(scheduler: str, store: Store) -> Iterator[ClusterWorkers]:
    """The cluster of a scheduler, for as long as the block runs.

    Raises
    ------
    UsageError
        Dask is not installed, the scheduler does not answer, or its workers cannot do what they would have to.
    """
    with dask_installed():
        from distributed import Client
    try:
        client = Client(scheduler, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}", hint="is it running?") from None
    with client:
        check_workers(client, scheduler, store)
        yield ClusterWorkers(client)


@contextmanager
def dask_installed() -> Iterator[None]:
    """Inside, Dask is imported.

    Raises
    ------
    UsageError
        It is not installed.
    """
    try:
        yield
    except ImportError:
        raise UsageError("Dask is not installed", hint=INSTALL) from None


def check_workers(client: Any, scheduler: str, store: Store) -> None:
    """Make sure that there are workers, and that they are fit for work.

    Parameters
    ----------
    client : distributed.Client
        Connected to the scheduler.
    scheduler : str
        Its address, for messages.
    store : Store
        Each worker must see its folder under the same path.

    Raises
    ------
    UsageError
        They are not; names one.
    """
    with scratch(store) as folder:
        try:
            found: dict[str, tuple[str, bool]] = client.run(fitness, folder)
        except Exception as error:
            raise UsageError(f"the workers of {scheduler} cannot run nightkick: {error}", hint=INSTALL) from error
    if not found:
        raise UsageError(f"no worker is at the Dask scheduler {scheduler}", hint="start: dask worker ADDRESS")
    for worker, (version, is_seen) in found.items():
        if version != __version__:
            raise UsageError(f"the Dask worker {worker} runs nightkick {version}, here is {__version__}", hint=INSTALL)
        if not is_seen:
            hint = "share it under the same path, and run workers as the same user"
            raise UsageError(f"the Dask worker {worker} does not see this folder", path=store.recordings, hint=hint)
