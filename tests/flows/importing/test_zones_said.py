"""An assumed zone and a changed one stand where people look: outcome, `imports`, Prefect's page, the message."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.store import Store, query
from flows.importing.declared import Wishes
from flows.unattended import inbox
from flows.unattended.inbox_run import Visit, visit
from flows.unattended.prefect_artifact import counts_only, report
from flows.unattended.schedule_plan import open_scheduled
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny

DB = Path("n.duckdb")


@pytest.fixture(autouse=True)
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "Asia/Tokyo")
    monkeypatch.setattr(inbox, "LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(inbox, "SETTLED_S", 0.0)


def rows(statement: str) -> list[tuple[Any, ...]]:
    return query(Store(DB.absolute()), statement).rows()


def come_by(**told: Any) -> tuple[Visit, str]:
    """A scheduled run, and its page."""
    context = open_scheduled(Wishes(**told), database=DB)
    found = visit(Path("in").absolute(), context)
    return found, report(found, context)


def test_an_assumed_zone_of_a_scheduled_run_stands_in_imports_on_the_page_and_in_the_message() -> None:
    hook = [sys.executable, "-c", "import sys; open('told.json', 'w').write(sys.stdin.read())"]
    Path("nightkick.toml").write_text(f"[notify]\ncommand = {json.dumps(hook)}\n", encoding="utf-8")
    tiny(Path("in/a.cwa"))
    found, page = come_by()
    assert rows("SELECT status, tz, tz_source FROM imports") == [("imported", "Asia/Tokyo", "assumed")]
    assert "## Time zone assumed" in page
    assert r"a.cwa: Asia/Tokyo, this machine's" in page
    assert "1 in an assumed zone" in found.summary()
    assert counts_only(found) == "1 imported, 0 known, 1 in an assumed zone"
    told = json.loads(Path("told.json").read_text(encoding="utf-8"))
    (said,) = told["assumed_zones"]
    assert (said["subject"], said["zone"], said["last_night"]) == ("me", "Asia/Tokyo", "2026-03-02")
    assert "--tz" in said["reason"]
    assert all(missing["reason"].startswith("no night of me") for missing in told["no_data"])

    Path("told.json").unlink()
    tiny(Path("in/b.cwa"), seed=2, start=BEDTIME + timedelta(days=1))
    come_by(tz="Europe/Berlin")  # nothing is assumed any more, and what was is told
    assert not Path("told.json").exists() or json.loads(Path("told.json").read_text())["assumed_zones"] == []
    assert rows("SELECT DISTINCT tz, tz_source FROM imports WHERE path LIKE '%b.cwa'") == [("Europe/Berlin", "user")]


@pytest.mark.slow
def test_an_assumed_zone_is_told_again_where_the_message_failed() -> None:
    Path("nightkick.toml").write_text('[notify]\ncommand = ["no-such-command"]\n', encoding="utf-8")
    tiny(Path("in/a.cwa"))
    for _ in range(2):
        found, _ = come_by()
        assert [(n.about, n.zone) for n in found.notices if n.zone] == [("assumed_zone", "Asia/Tokyo")]
    Path("nightkick.toml").write_text("", encoding="utf-8")
    come_by()
    assert [n for n in come_by()[0].notices if n.zone] == []


@pytest.mark.parametrize(
    ("settings", "source"),
    [('tz = "Europe/Berlin"', "config"), ('[schedule]\ntz = "Europe/Berlin"', "config")],
)
def test_a_zone_in_the_settings_is_not_assumed_in_scheduled_runs(settings: str, source: str) -> None:
    Path("nightkick.toml").write_text(settings, encoding="utf-8")
    tiny(Path("in/a.cwa"))
    found, page = come_by()
    assert rows("SELECT tz, tz_source FROM imports") == [("Europe/Berlin", source)]
    assert "assumed" not in page + found.summary()


def test_a_file_imported_with_another_zone_says_what_was_changed(run: Run) -> None:
    file = tiny(Path("a.cwa"))
    run("import", file, "--db", DB)
    said = run("import", file, "--tz", "UTC", "--db", DB, "--json")
    assert "a.cwa: changed: zone Asia/Tokyo -> UTC (was assumed)\n" in said.err
    assert json.loads(said.out)["outcomes"][0]["changes"] == ["zone Asia/Tokyo -> UTC (was assumed)"]
    said = run("import", file, "--tz", "Europe/Berlin", "--subject", "ann", "--time-shift", "1:00", "--db", DB)
    changed = ["subject me -> ann", "zone UTC -> Europe/Berlin", "time shift in s 0.0 -> 3600.0"]
    assert [line.partition("changed: ")[2] for line in said.err.splitlines() if "changed: " in line] == changed
    assert rows("SELECT changes FROM imports ORDER BY started_at") == [
        (None,),
        (["zone Asia/Tokyo -> UTC (was assumed)"],),
        (["subject changed", *changed[1:]],),
    ]
    assert "1 known" in run("import", file, "--tz", "Europe/Berlin", "--db", DB).err


def test_a_zone_that_was_assumed_rightly_can_be_confirmed(run: Run) -> None:
    file = tiny(Path("a.cwa"))
    run("import", file, "--db", DB)
    said = run("import", file, "--tz", "Asia/Tokyo", "--db", DB)
    assert "changed: zone Asia/Tokyo -> Asia/Tokyo (was assumed)" in said.err
    assert rows("SELECT zone, zone_source, instants_known FROM recording") == [("Asia/Tokyo", "user", True)]
    assert "1 known" in run("import", file, "--tz", "Asia/Tokyo", "--db", DB).err


def test_nobody_s_name_stays_in_imports_when_a_recording_was_another_s(run: Run) -> None:
    file = tiny(Path("a.cwa"))
    for name in ("annabel", "bertram"):
        assert run("import", file, "--tz", "UTC", "--subject", name, "--db", DB).code == 0
    assert "annabel" not in str(rows("FROM imports"))


@pytest.mark.slow
def test_a_page_says_what_a_run_changed() -> None:
    tiny(Path("in/a.cwa"))
    come_by()
    Path("in/a.cwa").rename("in/b.cwa")
    found, page = come_by(tz="UTC")
    assert r"b.cwa: night 2026-03-02; changed: zone Asia/Tokyo -\> UTC (was assumed)" in page
    assert "Time zone assumed" not in page
    assert replace(found.outcomes[0]).assumed_zone is None
