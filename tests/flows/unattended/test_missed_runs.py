"""Which runs another one makes up for, and what is said of those that did not happen: decided without Prefect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from flows.unattended.missed_runs import LATE, PlannedRun, made_up_for, missed

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DEPLOYMENT = uuid4()


def planned(**changes: object) -> PlannedRun:
    run = PlannedRun(
        uuid4(), DEPLOYMENT, {"inbox": "in"}, NOW - timedelta(days=1), state="Late", is_by_schedule=True, n_starts=0
    )
    return replace(run, **changes)  # type: ignore[arg-type]


BY = planned(state="Running", n_starts=1)


def test_a_run_of_the_schedule_that_was_missed_is_made_up_for() -> None:
    late = [planned(), planned(state="Scheduled"), planned(due_at=NOW), planned(parameters={"inbox": "in", "tz": None})]
    assert made_up_for(late, BY, begun_at=NOW) == tuple(late)


@pytest.mark.parametrize(
    "other",
    [
        planned(is_by_schedule=False),
        planned(n_starts=1),
        planned(state="AwaitingRetry"),
        planned(state="Paused"),
        planned(parameters={"inbox": "elsewhere"}),
        planned(parameters={"inbox": "in", "since": "2026-03-01"}),
        planned(deployment=UUID(int=1)),
        planned(due_at=NOW + timedelta(seconds=1)),
        planned(due_at=None),
        replace(planned(), id=BY.id),
    ],
    ids=lambda run: f"{run.state} {run.parameters} {run.n_starts} {run.is_by_schedule}",
)
def test_what_a_person_started_or_wants_again_and_what_is_another_work_is_left_alone(other: PlannedRun) -> None:
    assert made_up_for([other], BY, begun_at=NOW) == ()


def test_a_run_that_a_person_started_makes_up_for_those_that_were_missed() -> None:
    late = planned()
    assert made_up_for([late], replace(BY, is_by_schedule=False), begun_at=NOW) == (late,)


def test_the_first_run_that_did_not_happen_is_told_with_the_last_one_that_did_its_work() -> None:
    first, last = NOW - timedelta(days=2), NOW - timedelta(days=3)
    found = missed([planned(), planned(due_at=first), planned(due_at=NOW)], now=NOW, last_at=last)
    assert found is not None
    assert found.reason == (
        f"the run of {first.astimezone():%Y-%m-%d %H:%M} did not happen when it should; "
        f"the last one that did its work began {last.astimezone():%Y-%m-%d %H:%M}"
    )


def test_a_run_that_begins_within_the_hour_or_that_a_person_started_was_not_missed() -> None:
    in_time = planned(due_at=NOW - LATE + timedelta(seconds=1))
    assert missed([in_time, planned(is_by_schedule=False), planned(n_starts=1)], now=NOW, last_at=None) is None
    found = missed([planned(due_at=NOW - LATE)], now=NOW, last_at=None)
    assert found is not None
    assert found.reason.endswith("none ran before it")
