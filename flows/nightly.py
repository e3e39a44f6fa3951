"""The nightly import as a Prefect flow: thin tasks round the functions of `flows.pipeline`, one a recording.

The only module that imports Prefect, which takes seconds and reads its settings while it does: call
`flows.offline.prepare_prefect` before importing this one. What happened lives in DuckDB, committed with the
rows, so Prefect keeps no results and its cache is off; running the flow again finds everything known.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner

from flows.outcomes import Outcome
from flows.pipeline import Context, import_input, import_run, open_context
from flows.wishes import Wishes
from ingest.errors import DatabaseBusyError

#: Decoding holds the interpreter, analysis does not: two at a time keep two cores busy, with memory for two nights.
WORKERS = 2


def _can_pass(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    """Retry what can pass by itself: somebody else holding the database. A damaged file stays damaged."""
    return isinstance(state.result(raise_on_failure=False), DatabaseBusyError)


@task(
    name="import-recording",
    task_run_name="import {path.name}",
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=_can_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def import_recording(path: Path, context: Context) -> tuple[Outcome, ...]:
    """Import one file, or everything in an archive; see `flows.pipeline.import_input`."""
    return tuple(import_input(path, context))


@flow(
    name="nightly",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),  # type: ignore[arg-type]  # TaskRunner is invariant
    persist_result=False,
    validate_parameters=False,
)
def nightly(
    paths: Sequence[str],
    database: str | None = None,
    subject: str | None = None,
    site: str | None = None,
    side: str | None = None,
    tz: str | None = None,
    time_shift: str | None = None,
    start: str | None = None,
) -> tuple[Outcome, ...]:
    """Import files and folders; what failed is among the outcomes, a database that fails ends the run.

    Parameters are those of ``nightkick import``, as plain text, so that a deployment can carry them.
    """
    context = open_context(Wishes.parsed(subject, site, side, tz, time_shift, start), database=database)
    return import_run([Path(path) for path in paths], context, one_by_one=_submitted)


def start_server() -> None:
    """Have Prefect's short-lived server running, unless one is configured.

    It inherits from this thread that SIGINT is blocked: Ctrl-C goes to every process of a terminal, and a flow whose
    server has died spends more than a minute trying to tell it of the interruption.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with get_client(sync_client=True):
            pass
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _submitted(files: Sequence[Path], context: Context) -> Iterator[Outcome]:
    """Outcomes in the order of ``files``. Only a few are submitted ahead: a dead database ends the run early."""
    ahead: deque[PrefectFuture[tuple[Outcome, ...]]] = deque()
    for file in files:
        ahead.append(import_recording.submit(file, context))
        if len(ahead) > WORKERS:
            yield from ahead.popleft().result()
    while ahead:
        yield from ahead.popleft().result()
