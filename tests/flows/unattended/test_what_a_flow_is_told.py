"""What an import is told arrives on every way: the command, the flow, the schedule."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics.store import Store, query
from tests.flows.making import BEDTIME, tiny
from tests.flows.unattended.serving import environment, home_of, served

#: Of every field that an import can be told something other than what it would be without.
TOLD = (
    *("--subject", "anna", "--site", "foot", "--side", "right", "--tz", "Europe/Berlin"),
    *("--time-shift", "1:00", "--start", "2026-03-02T22:10", "--sensor", "watch"),
)
ROWS = "SELECT * EXCLUDE (path) FROM recording ORDER BY sha256"


def clockless(path: Path, *, seconds: int = 180, rate_hz: int = 20) -> Path:
    """A telephone's table that counts seconds from its start: it needs ``--start``."""
    noise = np.random.default_rng(1).normal([0.0, 0.0, 1.0], 0.01, size=(seconds * rate_hz, 3))
    lines = [f"{n / rate_hz:.3f},{x:.5f},{y:.5f},{z:.5f}\n" for n, (x, y, z) in enumerate(noise)]
    path.write_text("".join(["elapsed_s,x,y,z\n", *lines]), encoding="utf-8")
    return path


def nightkick(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flows", *map(str, arguments)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.slow
@pytest.mark.prefect
def test_the_flow_stores_what_the_same_import_without_it_stores(
    home: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(home / ".local" / "state" / "nightkick" / "prefect")
    file = clockless(Path("phone.csv"))
    found = []
    for name, more in (("direct", ()), ("flow", ("--flow",))):
        done = nightkick("import", file, *TOLD, "--db", f"{name}.duckdb", *more)
        assert done.returncode == 0, done.stderr
        found.append(query(Store(Path(f"{name}.duckdb").absolute()), ROWS).rows(named=True))
    assert found[0] == found[1]
    (row,) = found[1]
    assert f"{row['first_at']:%Y-%m-%d %H:%M}" == "2026-03-02 22:10"
    assert (row["time_shift_s"], row["clock_start"]) == (3600.0, "2026-03-02T22:10:00")


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_a_served_run_stores_what_the_schedule_was_told(home: Path, with_records: Callable[[Path], None]) -> None:
    with_records(home_of("n.duckdb"))
    tiny(Path("in/a.cwa"))
    os.utime("in/a.cwa", (1_800_000_000, 1_700_000_000))
    said = ("--subject", "anna", "--site", "foot", "--side", "right", "--tz", "Europe/Berlin", "--time-shift", "-1:00")
    with served(home, "--inbox", "in", "--at", "07:00", "--at-tz", "UTC", *said, "--db", "n.duckdb") as schedule:
        (deployment,) = schedule.call("POST", "/deployments/filter", {})
        assert deployment["schedules"][0]["schedule"]["timezone"] == "UTC"
        run = schedule.call("POST", f"/deployments/{deployment['id']}/create_flow_run", {})["id"]
        schedule.wait_for(lambda: schedule.call("GET", f"/flow_runs/{run}")["state"]["type"] == "COMPLETED")
    columns = "subject, site, side, zone, zone_source, time_shift_s, first_at"
    assert query(Store(Path("n.duckdb").absolute()), f"SELECT {columns} FROM recording").rows() == [
        ("anna", "foot", "right", "Europe/Berlin", "user", -3600.0, BEDTIME - timedelta(hours=2))
    ]
