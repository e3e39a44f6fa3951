"""Runs of a schedule that did not happen: which of them a run makes up for, and what is said of them.

Without Prefect: `flows.unattended.serving` reads its records and acts on what is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

#: A run that starts so much later than planned did not happen when it should: a laptop may sleep past its time.
LATE = timedelta(hours=1)
#: Prefect's names for a run that waits for its first start. "AwaitingRetry" is one that a person wants again.
_WAITING = ("Scheduled", "Late")


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A run as Prefect's records have it.

    Attributes
    ----------
    due_at : datetime or None
        When it was planned for, UTC.
    state : str
        Name of its state.
    is_by_schedule : bool
        Whether the schedule made it, and not a person.
    n_starts : int
        How often it has been started.
    """

    id: UUID
    deployment: UUID | None
    parameters: Mapping[str, Any]
    due_at: datetime | None
    state: str
    is_by_schedule: bool
    n_starts: int


@dataclass(frozen=True, slots=True)
class Missed:
    """The first of the runs that did not happen when it should, and the last one before it that did its work (UTC)."""

    due_at: datetime
    last_at: datetime | None

    @property
    def reason(self) -> str:
        """A sentence, in this machine's time."""
        last = f"the last one that did its work began {_clock(self.last_at)}" if self.last_at else "none ran before it"
        return f"the run of {_clock(self.due_at)} did not happen when it should; {last}"


def made_up_for(runs: Sequence[PlannedRun], by: PlannedRun, *, begun_at: datetime) -> tuple[PlannedRun, ...]:
    """Runs that are not needed any more, because ``by`` did their work.

    Only those that the schedule made, for the same deployment and the same parameters, due when ``by`` began. What a
    person started or wants again is never among them.

    Parameters
    ----------
    by : PlannedRun
        The run that did the work; it may be among ``runs``.
    begun_at : datetime
        When that run began, with an offset.
    """
    return tuple(
        run
        for run in runs
        if run.id != by.id
        and run.deployment == by.deployment
        and _said(run.parameters) == _said(by.parameters)
        and _is_waiting(run)
        and run.due_at is not None
        and run.due_at <= begun_at
    )


def missed(runs: Sequence[PlannedRun], *, now: datetime, last_at: datetime | None) -> Missed | None:
    """What to say of a schedule's runs that are late by `LATE` or more; None where no run is.

    Parameters
    ----------
    runs : sequence of PlannedRun
        Those that have begun, or that a person made, are passed over.
    now : datetime
        With an offset.
    last_at : datetime or None
        When the last run that did its work began; None: there was none.
    """
    late = [run.due_at for run in runs if run.due_at is not None and _is_waiting(run) and now - run.due_at >= LATE]
    return Missed(min(late), last_at) if late else None


def _is_waiting(run: PlannedRun) -> bool:
    return run.is_by_schedule and run.n_starts == 0 and run.state in _WAITING


def _said(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters without those that are left open: a run made by an earlier version lacks them."""
    return {name: value for name, value in parameters.items() if value is not None}


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone():%Y-%m-%d %H:%M}"
