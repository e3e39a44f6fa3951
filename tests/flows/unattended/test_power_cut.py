"""A schedule that is killed in the middle of a run, as by a power cut, and started again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, query
from tests.flows.making import tiny
from tests.flows.unattended.serving import Served, home_of, served


def state(schedule: Served, run: str) -> str:
    found: str = schedule.call("GET", f"/flow_runs/{run}")["state"]["type"]
    return found


def is_gone(schedule: Served) -> bool:
    try:
        schedule.call("GET", "/health")
    except OSError:
        return True
    return False


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_a_run_that_a_power_cut_left_running_is_closed_and_the_next_start_does_its_work(
    home: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(home_of("n.duckdb"))
    os.utime(tiny(Path("in/a.csv")), (1_800_000_000, 1_700_000_000))
    arguments = ("--inbox", "in", "--at", "09:00", "--tz", "UTC", "--db", "n.duckdb")
    with served(home, *arguments) as schedule:
        (deployment,) = schedule.call("POST", "/deployments/filter", {})
        held = duckdb.connect("n.duckdb")  # who holds the database keeps a run at work
        now = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2026-01-01T08:00:00Z"}}
        run = schedule.call("POST", f"/deployments/{deployment['id']}/create_flow_run", {"state": now})["id"]
        schedule.wait_for(lambda: state(schedule, run) == "RUNNING")
        os.killpg(schedule.process.pid, signal.SIGKILL)
        schedule.process.wait()
        held.close()
    while not is_gone(schedule):  # the server sees by itself that its parent is dead
        time.sleep(0.1)
    assert query(Store(Path("n.duckdb").absolute()), "SELECT count(*) FROM imports").item() == 0
    with served(home, *arguments) as schedule:
        closed = schedule.call("GET", f"/flow_runs/{run}")["state"]
        assert (closed["type"], "power cut" in closed["message"]) == ("CRASHED", True)
        finished = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
        assert len(schedule.wait_for(lambda: schedule.call("POST", "/flow_runs/filter", finished))) == 1
    assert query(Store(Path("n.duckdb").absolute()), "SELECT status FROM imports").rows() == [("imported",)]
