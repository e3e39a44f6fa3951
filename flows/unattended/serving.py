"""The nightly deployment, served: Prefect's runner with what a machine in a cupboard needs round it.

Prefect leaves three things open. Runs of a process that was killed stay "running" for ever and would hold the only
slot: they are closed at the start, when the lock of `flows.commands.schedule` says that none can be alive, and one run
is made to finish their work. Runs that were missed would all be made up, one after the other: the first one that has
done its work calls the others off (`call_off_missed`, from the flow). A deployment that is served again would forget
that a person has paused it. And a runner outlives its server: here both end together.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import anyio.to_thread
from prefect.client.orchestration import PrefectClient, SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule
from prefect.states import Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from flows.terminal.talk import say
from flows.unattended.missed_runs import Missed, PlannedRun, made_up_for, missed
from flows.unattended.prefect_files import leaving
from flows.unattended.prefect_refusals import ServerAbsentError, ask_server, in_one_line
from flows.unattended.prefect_server import Server
from flows.unattended.schedule_plan import Plan
from ingest.errors import NightkickError, UsageError

#: States of a run that a process should be working on.
ALIVE = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
#: States of runs that may have done their work, and so many of them are looked through for the last that has.
ENDED, _LAST = [StateType.COMPLETED, StateType.FAILED], 50
#: Between two looks whether the server is still there, and how long one that others run may be silent, seconds.
WATCH_S, PATIENCE_S = 2.0, 30.0
#: Of the deployment and of all runs, so that Prefect's lists can be narrowed to them.
TAG = "nightkick"
#: Stands where a server off this machine would otherwise be told a path.
NOT_TOLD = "not told to this server"


class _Runner(Runner):
    """Prefect's runner, ended by SIGTERM as by Ctrl-C: its own way out leaves the event loop from a signal handler.

    It works in a folder of its own. That of Prefect belongs to the first user of the machine who had a runner, and no
    other user can serve then.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name=name, limit=1, pause_on_shutdown=False)
        self._tmp_dir = Path(tempfile.mkdtemp(prefix="nightkick-"))  # Prefect removes it when it ends

    def handle_sigterm(self, *_: object, **__: object) -> None:
        """Let asyncio cancel what runs."""
        signal.raise_signal(signal.SIGINT)


def cron_schedule(plan: Plan, *, is_active: bool = True) -> Schedule:
    """When the plan runs, as Prefect keeps it.

    Raises
    ------
    UsageError
        No cron expression.
    """
    try:
        return Cron(plan.cron, timezone=plan.zone, active=is_active)
    except ValueError:
        raise UsageError(f"no cron expression: {plan.cron!r}", hint="like '0 9 * * *'") from None


def serve(flow: Flow[Any, Any], plan: Plan, server: Server, *, may_tell: bool) -> None:
    """Serve a flow's deployment until interrupted.

    Parameters
    ----------
    may_tell : bool
        Whether the server may know which folder and which database that is.

    Raises
    ------
    KeyboardInterrupt
        SIGINT or SIGTERM came.
    NightkickError
        The server ended or cannot be used.
    """
    cron_schedule(plan)
    try:
        with leaving(Path(os.environ["PREFECT_HOME"]), {} if may_tell else plan.parameters()):
            asyncio.run(_serve(flow, plan, server, may_tell=may_tell))
    except Exception as error:
        raise in_one_line(error, server.address) or _first(error) from None


def _first(error: Exception) -> Exception:
    return _first(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


async def _serve(flow: Flow[Any, Any], plan: Plan, server: Server, *, may_tell: bool) -> None:
    runner = _Runner(plan.deployment)
    async with get_client() as client:
        before = await _deployment(client, f"{flow.name}/{plan.deployment}")
        n_closed = await close_abandoned(client, f"{flow.name}/{plan.deployment}")
        first_missed = await _missed_until_now(client, before.id) if before else None
        deployment = await flow.ato_deployment(
            plan.deployment,
            schedule=cron_schedule(plan, is_active=not _has_no_active_schedule(before)),
            paused=before is not None and before.paused,
            parameters=plan.parameters() if may_tell else {"inbox": NOT_TOLD, "database": None},
            description=f"What is new in {plan.inbox} goes into {plan.database}." if may_tell else NOT_TOLD,
            tags=[TAG],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        deployment_id = await runner.aadd_deployment(deployment)
        if n_closed and not is_paused(before):
            await client.create_flow_run_from_deployment(deployment_id)
    say(f"serving: {plan.inbox} -> {plan.database} at '{plan.cron}' {plan.zone}; runs: {server.address}{server.way_in}")
    server.show_secret()
    if is_paused(before):
        say(f"paused, so nothing runs by itself; to resume: the switch of {plan.deployment} under Deployments there")
    elif first_missed is not None:
        say(first_missed.reason)
    async with anyio.create_task_group() as group:
        group.start_soon(_end_with, server)
        await runner.start()
        group.cancel_scope.cancel()


def is_paused(deployment: DeploymentResponse | None) -> bool:
    """Whether a person has stopped its schedule, by either of Prefect's two ways."""
    return deployment is not None and (deployment.paused or _has_no_active_schedule(deployment))


def _has_no_active_schedule(deployment: DeploymentResponse | None) -> bool:
    schedules = deployment.schedules if deployment is not None else []
    return bool(schedules) and not any(schedule.active for schedule in schedules)


async def _deployment(client: PrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return await client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


async def close_abandoned(client: PrefectClient, name: str) -> int:
    """Close runs of a deployment that no process works on any more; returns how many there were."""
    if (deployment := await _deployment(client, name)) is None:
        return 0
    runs = await client.read_flow_runs(flow_run_filter=_of(deployment.id, ALIVE))
    for run in runs:
        message = "the process that ran it is gone (power cut, or killed)"
        await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return len(runs)


async def _missed_until_now(client: PrefectClient, deployment: UUID) -> Missed | None:
    now = datetime.now(UTC)
    runs = await client.read_flow_runs(flow_run_filter=_of(deployment, [StateType.SCHEDULED], before=now))
    last = await client.read_flow_runs(
        flow_run_filter=_of(deployment, ENDED), sort=FlowRunSort.START_TIME_DESC, limit=_LAST
    )
    return missed([_planned(run) for run in runs], now=now, last_at=_begun_at(last))


def missed_before(client: SyncPrefectClient, deployment: UUID, by: UUID) -> Missed | None:
    """Runs of a deployment that did not happen when they should, the one that has begun now included if it is late.

    Parameters
    ----------
    by : UUID
        The run that has begun now.
    """
    now = datetime.now(UTC)
    runs = client.read_flow_runs(flow_run_filter=_of(deployment, [StateType.SCHEDULED], before=now))
    last = client.read_flow_runs(flow_run_filter=_of(deployment, ENDED), sort=FlowRunSort.START_TIME_DESC, limit=_LAST)
    begun = _planned(client.read_flow_run(by))
    own = replace(begun, state="Late", n_starts=begun.n_starts - 1)
    return missed([*map(_planned, runs), own], now=now, last_at=_begun_at(last))


def call_off_missed(client: SyncPrefectClient, deployment: UUID, by: UUID, *, begun_at: datetime) -> int:
    """Call off the runs that this one makes up for (`missed_runs.made_up_for`). Returns how many.

    Parameters
    ----------
    by : UUID
        The run that did the work.
    begun_at : datetime
        When it began, with an offset; runs that are due later stay.
    """
    due = client.read_flow_runs(flow_run_filter=_of(deployment, [StateType.SCHEDULED], before=begun_at))
    others = made_up_for([_planned(run) for run in due], _planned(client.read_flow_run(by)), begun_at=begun_at)
    for run in others:
        client.set_flow_run_state(run.id, Cancelled(message=f"made up for by the run {by}"), force=True)
    return len(others)


def _planned(run: FlowRun) -> PlannedRun:
    return PlannedRun(
        id=run.id,
        deployment=run.deployment_id,
        parameters=run.parameters,
        due_at=run.expected_start_time,
        state=run.state_name or "",
        is_by_schedule=run.auto_scheduled,
        n_starts=run.run_count,
    )


def did_its_work(state: State[Any]) -> bool:
    """Whether a run went through all of its files, also where some failed (`prefect_artifact.of_files_failed`)."""
    return state.is_completed() or bool(re.match(r"\d+ of \d+ files? failed:", state.message or ""))


def _begun_at(runs: list[FlowRun]) -> datetime | None:
    """When the newest of these runs, newest first, began that did its work: also one in which a file failed."""
    return next((run.start_time for run in runs if run.state is not None and did_its_work(run.state)), None)


def _of(deployment: UUID, states: list[StateType], *, before: datetime | None = None) -> FlowRunFilter:
    return FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before) if before else None,
    )


async def _end_with(server: Server) -> None:
    """End when the server does; one that others run may be silent for a while.

    Raises
    ------
    NightkickError
    UsageError
        It refuses us now.
    """
    if server.process is None:
        await _end_without_answer(server.address)
    while not server.has_ended:
        await anyio.sleep(WATCH_S)
    raise NightkickError("Prefect's server has ended", hint="start nightkick schedule again")


async def _end_without_answer(address: str) -> None:
    answered_at = time.monotonic()
    while time.monotonic() - answered_at < PATIENCE_S:
        await anyio.sleep(WATCH_S)
        try:
            await anyio.to_thread.run_sync(ask_server, address, abandon_on_cancel=True)
            answered_at = time.monotonic()
        except ServerAbsentError as error:
            silence = error
    raise NightkickError(
        f"{silence.what}, for {PATIENCE_S:g} s now", hint="start nightkick schedule again when it is back"
    )
