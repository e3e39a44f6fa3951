"""The nightly deployment, served: Prefect's runner with what a machine in a cupboard needs round it.

Prefect leaves three things open. Runs of a process that was killed stay "running" for ever and would hold the only
slot: they are closed at the start, when the lock of `flows.commands.schedule` says that none can be alive, and one run
is made to finish their work. Runs that were missed would all be made up, one after the other: the first one to run
calls the others off (`call_off_missed`, from the flow). And a runner outlives its server: here both end together.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
from prefect.client.orchestration import PrefectClient, SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.runner import Runner
from prefect.schedules import Cron, Schedule
from prefect.states import Cancelled, Crashed
from prefect.types.entrypoint import EntrypointType

from flows.terminal.talk import say
from flows.unattended.prefect_files import leaving
from flows.unattended.prefect_server import Server
from flows.unattended.schedule_plan import Plan
from ingest.errors import NightkickError, UsageError

#: States of a run that a process should be working on.
ALIVE = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
#: Between two looks whether the server is still there, seconds.
WATCH_S = 2.0
#: Stands where a server off this machine would otherwise be told a path.
NOT_TOLD = "not told to this server"


class _Runner(Runner):
    """Prefect's runner, ended by SIGTERM as by Ctrl-C: its own way out leaves the event loop from a signal handler."""

    def handle_sigterm(self, *_: object, **__: object) -> None:
        """Let asyncio cancel what runs."""
        signal.raise_signal(signal.SIGINT)


def cron_schedule(plan: Plan) -> Schedule:
    """When the plan runs, as Prefect keeps it.

    Raises
    ------
    UsageError
        No cron expression.
    """
    try:
        return Cron(plan.cron, timezone=plan.zone)
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
    schedule = cron_schedule(plan)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # started in the background, it would be ignored
    try:
        with leaving(Path(os.environ["PREFECT_HOME"]), {} if may_tell else plan.parameters()):
            asyncio.run(_serve(flow, plan, schedule, server, may_tell=may_tell))
    except ExceptionGroup as group:
        error = next((e for e in group.exceptions if isinstance(e, NightkickError)), group.exceptions[0])
        raise error from None


async def _serve(flow: Flow[Any, Any], plan: Plan, schedule: Schedule, server: Server, *, may_tell: bool) -> None:
    runner = _Runner(name=plan.deployment, limit=1, pause_on_shutdown=False)
    async with get_client() as client:
        n_closed = await close_abandoned(client, f"{flow.name}/{plan.deployment}")
        deployment = await flow.ato_deployment(
            plan.deployment,
            schedule=schedule,
            parameters=plan.parameters() if may_tell else {"inbox": NOT_TOLD, "database": None},
            description=f"What is new in {plan.inbox} goes into {plan.database}." if may_tell else NOT_TOLD,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        deployment_id = await runner.aadd_deployment(deployment)
        if n_closed:
            await client.create_flow_run_from_deployment(deployment_id)
    say(f"serving: {plan.inbox} -> {plan.database} at '{plan.cron}' {plan.zone}; runs: {server.address}{server.way_in}")
    server.show_secret()
    async with anyio.create_task_group() as group:
        group.start_soon(_end_with, server)
        await runner.start()
        group.cancel_scope.cancel()


async def close_abandoned(client: PrefectClient, name: str) -> int:
    """Close runs of a deployment that no process works on any more; returns how many there were."""
    try:
        deployment = await client.read_deployment_by_name(name)
    except ObjectNotFound:
        return 0
    runs = await client.read_flow_runs(flow_run_filter=_of(deployment.id, ALIVE))
    for run in runs:
        message = "the process that ran it is gone (power cut, or killed)"
        await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return len(runs)


def call_off_missed(client: SyncPrefectClient, deployment: UUID, by: UUID) -> int:
    """Call off every other run of a deployment that is due by now: one makes up for all. Returns how many."""
    due = client.read_flow_runs(flow_run_filter=_of(deployment, [StateType.SCHEDULED], before=datetime.now(UTC)))
    others: Sequence[FlowRun] = [run for run in due if run.id != by]
    for run in others:
        client.set_flow_run_state(run.id, Cancelled(message=f"made up for by the run {by}"), force=True)
    return len(others)


def _of(deployment: UUID, states: list[StateType], *, before: datetime | None = None) -> FlowRunFilter:
    return FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before) if before else None,
    )


async def _end_with(server: Server) -> None:
    while not server.has_ended:
        await anyio.sleep(WATCH_S)
    raise NightkickError("Prefect's server has ended", hint="start nightkick schedule again")
