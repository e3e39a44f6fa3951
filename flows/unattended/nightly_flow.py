"""The nightly import as a Prefect flow: thin tasks round the functions of `flows.importing.pipeline`.

This module and `flows.unattended.serving` import Prefect, which takes seconds and reads its settings while it
does: call `flows.unattended.prefect_environment.prepare_prefect` before importing either. A server off this machine is
not told names (`flows.unattended.withholding`). What happened lives in DuckDB, committed with the rows, so Prefect
keeps no results and its cache is off; running the flow again finds everything known.

A task is a recording, or a batch of small ones (`flows.unattended.flow_batches`). Tasks are threads of the flow's own
process, which alone opens the database; what they decode and analyse goes to the workers that the settings name
(`flows.workers.workers`). On a Dask cluster each such piece of work is a task of its own there.
"""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from prefect import flow, tags, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.futures import PrefectFuture
from prefect.runtime import deployment, flow_run
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_input, import_run, open_context
from flows.importing.store_order import Turns
from flows.importing.telling import tell
from flows.settings.settings import Settings, load
from flows.settings.value_types import at_home
from flows.terminal.talk import complain, say
from flows.unattended.flow_batches import Batch, batches
from flows.unattended.inbox_run import Visit, visit
from flows.unattended.prefect_artifact import artifact_key, counts_only, of_files_failed, report, with_reasons
from flows.unattended.prefect_files import come_back
from flows.unattended.prefect_log import RunLog, task_state
from flows.unattended.prefect_refusals import in_one_line
from flows.unattended.prefect_server import SHORT_LIVED
from flows.unattended.schedule_plan import open_scheduled
from flows.unattended.serving import TAG, call_off_missed, missed_before
from flows.unattended.withholding import WithheldError, is_here, meant, with_words_withheld, words_given_back
from flows.workers.dask_cluster import ClusterWorkers, check_workers, dask_installed
from flows.workers.workers import (
    MOST_LANES,
    Workers,
    hear_interrupts,
    is_much_to_read,
    lanes_for,
    scheduler_of,
    workers_for,
)
from ingest.errors import DatabaseBusyError, NightkickError, UsageError, visible

T = TypeVar("T")
P = ParamSpec("P")
#: Waits before an unattended run tries anew because another process held the database, seconds.
BUSY_PAUSES_S = (60.0, 300.0)
#: Before a task does so. One number: of several, Prefect's page makes "NaNs".
RETRY_S = 30
#: Parameters of a run that its server was not told: of one that Prefect started for us, they come from there.
_withheld: dict[str, Any] = dict(come_back())


def may_tell(settings: Settings) -> bool:
    """Whether the server may know names, dates and reasons."""
    address = PREFECT_API_URL.value()
    return address is None or is_here(address) or settings.prefect.tell_names


def _may_tell_for_certain() -> bool:
    try:
        return may_tell(load())
    except UsageError:  # it is raised again by what is called
        return False


def _as_allowed(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it; what goes wrong is raised in words that the server may read."""
    return function(*args, **kwargs) if _may_tell_for_certain() else with_words_withheld(function, *args, **kwargs)


def _can_pass(_task: object, _run: TaskRun, state: State[Any]) -> bool:
    """Retry what can pass by itself: another process holding the database. A damaged file stays damaged."""
    return isinstance(state.data, BaseException) and isinstance(meant(state.data), DatabaseBusyError)


@task(
    name="import-recording",
    task_run_name="{batch}",
    tags=[TAG, "recording"],
    retries=2,
    retry_delay_seconds=RETRY_S,
    retry_condition_fn=_can_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def import_recording(batch: Batch, context: Context, log: RunLog) -> State[Any]:
    """Import some files, each of them or everything in an archive; see `flows.importing.pipeline.import_input`.

    Outcomes are left in the batch: the state tells what became of the files, and a file that failed is not tried again.
    """
    if log.may_tell:
        _import(batch, context, log)
    else:
        with_words_withheld(_import, batch, context, log)
    return task_state(tuple(chain.from_iterable(batch.done)), log)


def _import(batch: Batch, context: Context, log: RunLog) -> None:
    with batch.turn as turn:
        for file in batch.left():
            batch.done.append(tuple(import_input(file, replace(context, turn=turn))))
            log.hear(batch.done[-1])


class _CountedBatch(Batch):
    """A batch whose task does not bear the name of a file."""

    def __str__(self) -> str:
        """The name of the task."""
        return "1 file" if len(self.files) == 1 else f"{len(self.files)} files"


@task(name="work", task_run_name="{what}", tags=[TAG, "work"], cache_policy=NO_CACHE, persist_result=False)
def on_cluster(what: str, call: Callable[[], T]) -> T:
    """Do a piece of work (`flows.importing.worker_tasks`) wherever Dask puts it. ``what`` is its name."""
    return call()


@flow(
    name="nightly",
    task_runner=ThreadPoolTaskRunner(max_workers=MOST_LANES),  # type: ignore[arg-type]  # TaskRunner is invariant
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
    sensor: str | None = None,
) -> tuple[Outcome, ...]:
    """Import files and folders; what failed is among the outcomes, a database that fails ends the run.

    Parameters are those of ``nightkick import``, as plain text, so that a deployment can carry them.
    """
    wishes = {"subject": subject, "site": site, "side": side, "tz": tz, "time_shift": time_shift, "start": start}
    wishes["sensor"] = sensor
    return _as_allowed(_nightly, **{"paths": paths, "database": database, **wishes, **_withheld})


def _nightly(paths: Sequence[str], database: str | None, **wishes: str | None) -> tuple[Outcome, ...]:
    context = open_context(Wishes.parsed(**wishes), database=database)
    log = RunLog(None, may_tell=may_tell(context.settings))
    outcomes = import_run([Path(path) for path in paths], context, one_by_one=partial(_submitted, log=log))
    log.tell_rest(outcomes)
    return outcomes


def run_nightly(paths: Sequence[str], parameters: Mapping[str, str | None]) -> tuple[Outcome, ...]:
    """Run the flow. A server that may not know its parameters gets none."""
    with words_given_back(), tags(TAG):
        if may_tell(load()):
            outcomes: tuple[Outcome, ...] = nightly(paths, **parameters)
            return outcomes
        _withheld.update(paths=paths, **parameters)
        try:
            outcomes = nightly([])
        finally:
            _withheld.clear()
    return outcomes


@flow(
    name="inbox",
    task_runner=ThreadPoolTaskRunner(max_workers=MOST_LANES),  # type: ignore[arg-type]
    persist_result=False,
)
def inbox_run(
    inbox: str,
    database: str | None = None,
    subject: str | None = None,
    site: str | None = None,
    side: str | None = None,
    tz: str | None = None,
    time_shift: str | None = None,
    sensor: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> State[None]:
    """Import what is new in a folder, once, and show what became of each file.

    One run makes up for all of the schedule's that are due, and waits for a process that holds the database. With
    `since` or `until` files are tried again, and nights of that time analysed again.

    Args:
        inbox: The folder to look through, with all that lies below it.
        database: The database file; empty: that of the settings.
        subject: Who wore the sensors; empty: as the devices in the settings name it, or me.
        site: Where they were worn: ankle, foot, thigh, hip or wrist; empty: as files and settings say.
        side: On which side: left or right; empty: as files and settings say.
        tz: The zone that the wearer lived in, like Europe/Berlin; empty: as files and settings say, or this machine's.
        time_shift: How much the devices' clocks were behind: seconds, or h:min like -1:00; empty: as the settings say.
        sensor: Of an export of several the one that site and side mean: telephone or watch.
        since: The first evening to look at again, like 2026-03-01; empty: only what is new.
        until: The last evening to look at again; empty: to the newest, where `since` is given.
    """
    begun_at = datetime.now(UTC)
    late = _asked_of_prefect(missed_before)
    wishes = {"subject": subject, "site": site, "side": side, "tz": tz, "time_shift": time_shift, "sensor": sensor}
    wanted = {"inbox": inbox, "database": database, **wishes, **_withheld}
    log = RunLog(at_home(Path(wanted["inbox"])).absolute(), may_tell=_may_tell_for_certain())
    see = partial(visit, one_by_one=partial(_submitted, log=log), since=since, until=until, late=late)
    try:
        state = _as_allowed(_inbox_run, **wanted, see=see, log=log)
    except (NightkickError, WithheldError) as error:
        return Failed(message=f"{log.how_far()}: {error.line() if isinstance(error, NightkickError) else error}")
    _asked_of_prefect(partial(call_off_missed, begun_at=begun_at))
    return state


def _asked_of_prefect(ask: Callable[[SyncPrefectClient, UUID, UUID], T]) -> T | None:
    """What its records say of this deployment and this run; None for a run of neither, or where they do not answer."""
    if deployment.id is None:
        return None
    try:
        with get_client(sync_client=True) as client:
            return ask(client, UUID(deployment.id), UUID(flow_run.id))
    except Exception as error:  # the nights matter more than what Prefect knows of its other runs
        complain(f"Prefect does not say which runs were missed: {_in_short(error)}")
        return None


def _in_short(error: Exception) -> str:
    """Why Prefect failed, without its address, which may hold a secret."""
    known = in_one_line(error, PREFECT_API_URL.value() or "")
    return known.what if known is not None else type(error).__name__


def _inbox_run(
    inbox: str, database: str | None, *, see: Callable[[Path, Context], Visit], log: RunLog, **wishes: str | None
) -> State[None]:
    found, context = _visited(at_home(Path(inbox)).absolute(), database, wishes, see, log)
    tell(found.outcomes, None if database is None else Path(database))
    log.tell_rest(found.outcomes)
    for problem in found.problems:
        complain(problem)
        log.say(logging.WARNING, problem)
    say(f"{datetime.now().astimezone():%Y-%m-%d %H:%M}: {found.summary()}")
    words = found.summary() if log.may_tell else counts_only(found)
    page = report(found, context, log.inbox) if log.may_tell else words
    log.counts(words)
    try:
        create_markdown_artifact(page, key=artifact_key(deployment.name), description=words)
    except Exception as error:  # whatever ails Prefect: the nights are stored, which is what counts
        complain(f"Prefect does not keep the page of this run: {_in_short(error)}")
    failed = of_files_failed(found.outcomes)
    if failed is None:
        return Completed(message=words)
    why = visible(with_reasons(found.outcomes, "failed", log.inbox)) if log.may_tell else words
    return Failed(message=f"{failed}: {why}")


def _visited(
    inbox: Path,
    database: str | None,
    wishes: Mapping[str, str | None],
    see: Callable[[Path, Context], Visit],
    log: RunLog,
) -> tuple[Visit, Context]:
    """What came of the run; what ends it is said here, because Prefect's own log is silent."""
    pauses_s = iter(BUSY_PAUSES_S)
    while True:
        try:
            context = open_scheduled(Wishes.parsed(**wishes), database=database)
            return see(inbox, context), context
        except NightkickError as error:
            complain(error.line())
            pause_s = next(pauses_s, None)
            is_over = pause_s is None or not isinstance(error, DatabaseBusyError)
            log.say(logging.ERROR if is_over else logging.WARNING, error.line())
            if pause_s is None or is_over:
                raise
            time.sleep(pause_s)


def _submitted(files: Sequence[Path], context: Context, *, log: RunLog) -> Generator[Outcome, None, None]:
    """Outcomes in the order of ``files``. Only a few are submitted ahead: a dead database ends the run early."""
    turns, ahead = Turns(), deque[tuple[Batch, PrefectFuture[State[Any]]]]()
    named = Batch if log.may_tell else _CountedBatch
    log.expect(len(files))
    hear_interrupts()
    with _workers(context, files) as workers:
        shared = replace(context, workers=workers)
        try:
            for some in batches(files):
                batch = named(some, turns.take())
                ahead.append((batch, import_recording.submit(batch, shared, log)))
                if len(ahead) > lanes_for(workers):
                    yield from _done(*ahead.popleft())
            while ahead:
                yield from _done(*ahead.popleft())
        except BaseException:
            turns.stop()
            workers.stop()
            raise


def _done(batch: Batch, future: PrefectFuture[State[Any]]) -> Iterator[Outcome]:
    future.wait()
    if not batch.is_finished:
        future.result()  # raises what ended the task; a file that failed does not
    yield from chain.from_iterable(batch.done)


@contextmanager
def _workers(context: Context, files: Sequence[Path]) -> Iterator[Workers]:
    if context.settings.executor == "dask":
        with _cluster(context) as cluster:
            yield cluster
    else:
        with workers_for(context.store, context.settings, is_much=is_much_to_read(files)) as workers:
            yield workers


class _ClusterTasks(ClusterWorkers):
    """A cluster whose every piece of work is a task of the flow, sent there by Prefect's own runner for Dask."""

    def __init__(self, runner: Any) -> None:
        super().__init__(runner.client)
        self._runner = runner
        self._of_the_flow = copy_context()

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """A future of Prefect."""
        parameters = {"what": function.__name__, "call": partial(function, *args, **kwargs)}
        # As the flow's own task, not as one of the importing task's: Prefect would send that one's parameters along.
        return self._of_the_flow.copy().run(self._runner.submit, on_cluster, parameters)


@contextmanager
def _cluster(context: Context) -> Iterator[Workers]:
    scheduler = scheduler_of(context.settings)
    if "PREFECT_API_URL" not in os.environ or SHORT_LIVED in os.environ:
        raise UsageError(
            "the flow on a cluster needs a Prefect server that its workers reach",
            hint="name it in PREFECT_API_URL, or import without --flow",
        )
    with dask_installed():
        from prefect_dask import DaskTaskRunner
    with DaskTaskRunner(address=scheduler) as runner:
        check_workers(runner.client, scheduler, context.store)
        yield _ClusterTasks(runner)
