"""A served deployment for real, and what of a schedule can be asked without one."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.store import Store, query
from flows.settings.settings import load
from flows.unattended.schedule_plan import of_scheduled_runs, only_one, plan_for
from ingest.errors import DatabaseBusyError
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.flows.unattended.serving import Served, environment, home_of, served
from tests.paths import ROOT

#: Marks a run as running, as a power cut leaves it, and closes it as the next start does.
ZOMBIE = """
import asyncio, sys
from uuid import UUID
from prefect.client.orchestration import get_client
from prefect.states import Running
from flows.unattended.serving import close_abandoned

async def main():
    async with get_client() as client:
        await client.set_flow_run_state(UUID(sys.argv[2]), Running(), force=True)
        print(await close_abandoned(client, sys.argv[1]), await close_abandoned(client, sys.argv[1]))

asyncio.run(main())
"""

DATES = """
import asyncio, datetime, sys
from prefect.server.schemas.schedules import CronSchedule
from flows.settings.settings import load
from flows.unattended.schedule_plan import plan_for
from flows.unattended.serving import cron_schedule
from pathlib import Path
from typing import Any

for at, zone, start in (line.split() for line in sys.stdin):
    plan = plan_for(load(), inbox=Path("in"), at=at, cron=None, tz=zone, database=Path("n.duckdb"))
    ours = cron_schedule(plan)
    theirs = CronSchedule(cron=ours.cron, timezone=ours.timezone)
    first = datetime.datetime.fromisoformat(start + "T00:00+00:00")
    print(*(f"{when:%m-%d}" for when in asyncio.run(theirs.get_dates(n=4, start=first))))
"""


def missed_runs(schedule: Served, deployment: str) -> list[str]:
    """Four runs that the schedule had made, one for each of four days long ago."""
    days = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-04T23:00:00Z", "min_runs": 4, "max_runs": 4}
    schedule.call("POST", f"/deployments/{deployment}/schedule", days)
    before = {"flow_runs": {"expected_start_time": {"before_": "2026-02-01T00:00:00Z"}}}
    found = schedule.call("POST", "/flow_runs/filter", before)
    assert [run["auto_scheduled"] for run in found] == [True] * 4
    return [run["id"] for run in found]


def states(schedule: Served, runs: Sequence[str]) -> list[str]:
    return [schedule.call("GET", f"/flow_runs/{run}")["state"]["type"] for run in runs]


def files_are_seen_in_prefect(schedule: Served, run: str) -> None:
    """Each file is a task with its name and what became of it, and has one line in the log, with the right level."""
    of_run = {"flow_runs": {"id": {"any_": [run]}}}
    tasks = schedule.call("POST", "/task_runs/filter", of_run)
    assert sorted((task["name"], task["state"]["name"]) for task in tasks) == [
        ("a.csv", "Completed"),
        ("empty.cwa", "Refused"),
    ]
    for task in tasks:
        assert sorted(task["tags"]) == ["nightkick", "recording"]
        assert isinstance(task["empirical_policy"]["retry_delay"], int), "Prefect's page shows several as NaNs"
    messages = {task["name"]: task["state"]["message"] for task in tasks}
    assert messages["a.csv"].startswith("a.csv: imported: night 2026-03-02")
    assert messages["empty.cwa"] == "empty.cwa: refused: the file is empty (copy it from the device again)"

    def lines() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = schedule.call("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
        return found if any("1 imported" in line["message"] for line in found) else []

    logged = schedule.wait_for(lines)
    assert sorted((line["level"], line["message"].split(":")[0]) for line in logged if line["task_run_id"]) == [
        (20, "a.csv"),
        (30, "empty.cwa"),
    ]
    assert [line["level"] for line in logged if line["task_run_id"] is None] == [20]
    assert len({line["message"] for line in logged}) == len(logged) == 3


@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_a_served_deployment_imports_what_is_dropped_tells_of_it_and_ends_when_asked(
    home: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(home_of("n.duckdb"))
    hook = [sys.executable, "-c", "import sys; open('told.json', 'a').write(sys.stdin.read() + chr(0))"]
    Path("nightkick.toml").write_text(f"[notify]\ncommand = {json.dumps(hook)}\n", encoding="utf-8")
    Path("in").mkdir()
    (Path("in") / "empty.cwa").touch()
    temporary = Path("temporary").absolute()
    temporary.mkdir()
    (temporary / "runner_storage").touch()  # as of another user: no other can use it
    berlin = ("--at", "09:00", "--tz", "Europe/Berlin", "--db", "n.duckdb")
    with served(home, "--inbox", "in", *berlin, TMPDIR=str(temporary)) as schedule:
        tiny(Path("in/a.csv"))
        for name in ("in/a.csv", "in/empty.cwa"):
            os.utime(name, (1_800_000_000, 1_700_000_000))
        deployment = schedule.call("POST", "/deployments/filter", {})[0]
        assert deployment["schedules"][0]["schedule"]["timezone"] == "Europe/Berlin"

        # Four runs that are due at once, as after four days of being off, and one of a person's for some evenings.
        runs = missed_runs(schedule, deployment["id"])
        evenings = {"parameters": {"since": "2026-03-01", "until": "2026-03-02"}}
        asked = schedule.call("POST", f"/deployments/{deployment['id']}/create_flow_run", evenings)["id"]
        schedule.wait_for(lambda: set(states(schedule, [*runs, asked])) <= {"CANCELLED", "COMPLETED"})
        assert sorted(states(schedule, runs)) == ["CANCELLED"] * 3 + ["COMPLETED"]
        assert states(schedule, [asked]) == ["COMPLETED"]
        assert query(Store(Path("n.duckdb").absolute()), "SELECT status FROM imports ORDER BY 1").rows() == [
            ("imported",),
            ("known",),
            ("refused",),
            ("refused",),
        ]
        done = re.search(
            r": 1 imported, 0 known, 1 refused, the run of 2026-01-01 .* none ran before it", schedule.said()
        )
        assert done, schedule.said()
        assert "Traceback" not in schedule.said()
        told = [json.loads(line) for line in Path("told.json").read_text(encoding="utf-8").split("\0")[:-1]]
        assert [Path(row["path"]).name for row in told[0]["refused"]] == ["empty.cwa"]
        assert [row["due"] for row in told[0]["missed"]] == [
            datetime(2026, 1, 1, 8, tzinfo=UTC).astimezone().isoformat()
        ]

        assert re.search(r": 0 imported, 1 known, 1 refused, 1 analysed again", schedule.said()), schedule.said()
        pages = schedule.call("POST", "/artifacts/filter", {})
        (page,) = (page for page in pages if "1 imported" in page["description"])
        assert page["key"] == deployment["name"]
        assert "| 2026-03-02 | me |" in page["data"]
        assert "- **refused** empty.cwa: the file is empty" in page["data"]
        assert "nightkick review --db" in page["data"]
        files_are_seen_in_prefect(schedule, page["flow_run_id"])
        assert deployment["tags"] == schedule.call("GET", f"/flow_runs/{asked}")["tags"] == ["nightkick"]
        described = deployment["parameter_openapi_schema"]["properties"]
        assert {name: bool(about.get("description")) for name, about in described.items()} == dict.fromkeys(
            described, True
        )

        second = subprocess.run(
            [sys.executable, "-m", "flows", "schedule", "--inbox", "in", "--db", "n.duckdb"],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (second.returncode, f"process {schedule.process.pid} since" in second.stderr) == (3, True)

        flow = schedule.call("GET", f"/flows/{deployment['flow_id']}")["name"]
        closed = subprocess.run(
            [sys.executable, "-c", ZOMBIE, f"{flow}/{deployment['name']}", runs[0]],
            env=environment(
                PREFECT_API_URL=schedule.api, PREFECT_API_AUTH_STRING=schedule.secret, PREFECT_LOGGING_LEVEL="CRITICAL"
            ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert closed.stdout.split() == ["1", "0"], closed.stderr
        assert schedule.call("GET", f"/flow_runs/{runs[0]}")["state"]["type"] == "CRASHED"

        # As a service manager does it: to every process of the service.
        below = subprocess.run(["pgrep", "-P", str(schedule.process.pid)], capture_output=True, text=True, check=True)
        for process in (*map(int, below.stdout.split()), schedule.process.pid):
            os.kill(process, signal.SIGINT)
        assert schedule.process.wait(30) == 130
        assert schedule.said().splitlines()[-1] == "nightkick: interrupted; what was stored stays stored"
        assert schedule.said().count("interrupted") == 1
        assert "Traceback" not in schedule.said()
        with pytest.raises(OSError, match="refused"):
            schedule.call("GET", "/health")


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(600)
def test_a_retry_is_not_called_off_and_a_pause_outlasts_a_restart_with_another_time(
    home: Path, with_records: Callable[[Path], None]
) -> None:
    with_records(home_of("n.duckdb"))
    Path("in").mkdir()
    arguments = ("--inbox", "in", "--tz", "UTC", "--db", "n.duckdb")
    with served(home, *arguments, "--at", "09:00") as schedule:
        (deployment,) = schedule.call("POST", "/deployments/filter", {})
        (own,) = deployment["schedules"]
        assert "paused" not in schedule.said()

        # A retry of a run that is finished, and another run: neither calls the other off.
        create = f"/deployments/{deployment['id']}/create_flow_run"
        first = schedule.call("POST", create, {})["id"]
        schedule.wait_for(lambda: states(schedule, [first]) == ["COMPLETED"])
        retry = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        schedule.call("POST", f"/flow_runs/{first}/set_state", {"state": retry, "force": True})
        second = schedule.call("POST", create, {})["id"]
        schedule.wait_for(lambda: states(schedule, [first, second]) == ["COMPLETED"] * 2)
        assert schedule.call("GET", f"/flow_runs/{first}")["run_count"] == 2
        schedule.call("PATCH", f"/deployments/{deployment['id']}/schedules/{own['id']}", {"active": False})
        schedule.process.send_signal(signal.SIGTERM)
        assert schedule.process.wait(30) == 130
        assert "Traceback" not in schedule.said()
    for pause, resume in (("schedules", None), ("deployment", "resume_deployment")):
        with served(home, *arguments, "--at", "10:30") as schedule:
            (deployment,) = schedule.call("POST", "/deployments/filter", {})
            (own,) = deployment["schedules"]
            assert own["schedule"]["cron"] == "30 10 * * *"
            assert (own["active"], deployment["paused"]) == ((False, False) if pause == "schedules" else (True, True))
            said = schedule.wait_for(
                lambda: re.search(r"^paused, so nothing runs.* to resume: .*$", schedule.said(), re.M)
            )
            assert deployment["name"] in said[0]
            if resume is None:
                schedule.call("PATCH", f"/deployments/{deployment['id']}/schedules/{own['id']}", {"active": True})
                schedule.call("POST", f"/deployments/{deployment['id']}/pause_deployment")
            schedule.process.send_signal(signal.SIGINT)
            assert schedule.process.wait(30) == 130


def test_the_deployment_for_a_work_pool_names_a_flow_that_takes_its_parameters() -> None:
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    path, _, name = deployment["entrypoint"].partition(":")
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    flow = next(part for part in module.body if isinstance(part, ast.FunctionDef) and part.name == name)
    plan = plan_for(load(), inbox=Path("x"), at=None, cron=None, tz="UTC", database=Path("n.duckdb"))
    taken = {argument.arg for argument in flow.args.args}
    assert deployment["parameters"].keys() == plan.parameters().keys()
    assert taken == plan.parameters().keys() | {"since", "until"}  # which a person adds for one run
    assert deployment["schedules"][0]["cron"] == plan.cron
    assert deployment["tags"] == ["nightkick"]


def test_runs_of_a_work_pool_work_in_the_deployed_folder_and_fetch_nothing() -> None:
    (step,) = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["pull"]
    assert step == {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $PWD }}"}}


@pytest.mark.prefect
def test_a_change_of_the_clocks_lets_no_day_run_twice_or_not_at_all(home: Path) -> None:
    zones = {"Europe/Berlin": ("2027-03-26", "2026-10-23"), "America/New_York": ("2027-03-12", "2026-10-30")}
    asked = [
        (at, zone, start)
        for at in ("00:30", "01:30", "02:00", "02:30", "03:00", "09:00")
        for zone, starts in zones.items()
        for start in starts
    ]
    done = subprocess.run(
        [sys.executable, "-c", DATES],
        env=environment(PREFECT_HOME=str(home), PREFECT_LOGGING_LEVEL="CRITICAL"),
        input="\n".join(" ".join(line) for line in asked),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = dict(zip(asked, (line.split() for line in done.stdout.splitlines()), strict=True))
    for (at, zone, start), days in answers.items():
        assert len(set(days)) == 4, (at, zone, start, days)
        numbers = [time.strptime(f"{start[:4]}-{day}", "%Y-%m-%d").tm_yday for day in days]
        assert numbers == list(range(numbers[0], numbers[0] + 4)), (at, zone, start, days)


def test_the_command_line_goes_before_the_settings_and_those_before_nine_in_the_morning() -> None:
    own = Path("own.duckdb")
    assert plan_for(load(), inbox=Path("x"), at=None, cron=None, tz="UTC", database=own).cron == "0 9 * * *"
    Path("nightkick.toml").write_text('[schedule]\ninbox = "in"\nat = "21:05"\ntz = "Europe/Berlin"\n', "utf-8")
    plan = plan_for(load(), inbox=None, at=None, cron=None, tz=None, database=own)
    assert (plan.inbox, plan.cron, plan.zone) == (Path("in").absolute(), "5 21 * * *", "Europe/Berlin")
    plan = plan_for(load(), inbox=Path("x"), at="7:30", cron=None, tz="UTC", database=own)
    assert (plan.inbox, plan.cron, plan.zone) == (Path("x").absolute(), "30 7 * * *", "UTC")
    assert plan_for(load(), inbox=None, at=None, cron="0 */6 * * *", tz=None, database=own).cron == "0 */6 * * *"


def test_two_databases_have_deployments_and_records_of_their_own() -> None:
    plans = [
        plan_for(load(), inbox=Path("x"), at=None, cron=None, tz="UTC", database=Path(name))
        for name in ("a/n.duckdb", "b/n.duckdb")
    ]
    assert len({plan.deployment for plan in plans} | {plan.prefect_home.name for plan in plans}) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--at", "25:00"], "HH:MM"),
        (["--at", "9"], "HH:MM"),
        (["--cron", "0 9 * *"], "five fields"),
        (["--at", "9:00", "--cron", "0 9 * * *"], "cannot be combined"),
        (["--tz", "Europe/Nowhere"], "Europe/Nowhere"),
        (["--at-tz", "Europe/Nowhere"], "Europe/Nowhere"),
        (["--tz", "+02:00"], "--at-tz"),
        (["--site", "nose"], "nose"),
        (["--subject", " "], "--subject"),
        (["--time-shift", "soon"], "no length of time"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_before_prefect_starts(run: Run, arguments: list[str], says: str) -> None:
    said = run("schedule", "--inbox", "in", "--db", "n.duckdb", *arguments)
    assert (said.code, says in said.err) == (2, True), said.err


def test_a_schedule_without_an_inbox_says_where_to_name_one(run: Run) -> None:
    said = run("schedule", "--db", "n.duckdb")
    assert (said.code, "--inbox" in said.err) == (2, True)


def test_one_schedule_at_a_time_serves_a_database() -> None:
    database = Path("n.duckdb").absolute()
    with only_one(database):
        with pytest.raises(DatabaseBusyError, match=f"process {os.getpid()} since"), only_one(database):
            pass
        with only_one(database.with_name("other.duckdb")):
            pass
    with only_one(database):
        pass


def test_the_zone_of_the_wearer_and_that_of_the_clock_are_two() -> None:
    def zones(text: str = "", at_tz: str | None = None, tz: str | None = None) -> tuple[str | None, str]:
        """The wearer's zone in a scheduled run, and that of the clock."""
        Path("nightkick.toml").write_text(text, "utf-8")
        plan = plan_for(load(), inbox=Path("x"), at=None, cron=None, tz=tz, at_tz=at_tz, database=Path("n.duckdb"))
        return of_scheduled_runs(load(), plan.wishes).tz, plan.zone

    berlin, utc, tokyo = "Europe/Berlin", "UTC", "Asia/Tokyo"
    assert zones(tz=berlin) == (berlin, berlin)
    assert zones(tz=berlin, at_tz=utc) == (berlin, utc)
    assert zones(at_tz=utc) == (None, utc)
    assert zones(f'tz = "{berlin}"') == (berlin, berlin)
    assert zones(f'tz = "{berlin}"', at_tz=utc) == (berlin, utc)
    assert zones(f'[schedule]\ntz = "{berlin}"') == (berlin, berlin)
    assert zones(f'[schedule]\ntz = "{berlin}"\nat_tz = "{utc}"') == (berlin, utc)
    assert zones(f'tz = "{berlin}"\n[schedule]\nat_tz = "{utc}"', tz=tokyo) == (tokyo, utc)
    assert zones(f'tz = "{berlin}"\n[schedule]\ntz = "{tokyo}"\nat_tz = "{utc}"') == (tokyo, utc)
    assert zones(tz="+02:00", at_tz=utc) == ("+02:00", utc)


def test_a_zone_of_the_schedule_that_may_be_the_clock_s_is_asked_about(run: Run) -> None:
    """Once it was the clock's: to take it for the wearer's now would move every new night without a word."""
    Path("nightkick.toml").write_text('tz = "Europe/Berlin"\n[schedule]\ntz = "UTC"\n', "utf-8")
    said = run("schedule", "--inbox", "in", "--db", "n.duckdb")
    assert (said.code, "[schedule] at_tz" in said.err, said.err.count("\n")) == (2, True, 1), said.err
