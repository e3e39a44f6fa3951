"""Nights in which the clocks change, in both directions and in two zones: as long as they were, of the right date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.simulate.write import Simulated, simulate_night, write_recording
from analytics.store import Store, query
from ingest.clock import microseconds
from tests.flows.conftest import Run
from tests.flows.making import Pretend, pretending
from tests.ingest.making import decoded, every, samples

#: Zone, evening before the change, and by how much local time jumps in that night.
CHANGES = (
    ("Europe/Berlin", date(2026, 3, 28), timedelta(hours=1)),
    ("Europe/Berlin", date(2026, 10, 24), timedelta(hours=-1)),
    ("America/New_York", date(2026, 3, 7), timedelta(hours=1)),
    ("America/New_York", date(2026, 10, 31), timedelta(hours=-1)),
)
CASES = (CHANGES[0], *(pytest.param(*change, marks=pytest.mark.slow) for change in CHANGES[1:]))
NAMES = ("Berlin, spring", "Berlin, autumn", "New York, spring", "New York, autumn")
RATE_HZ = 12.5
#: The same night is imported as an ordinary one, for comparison.
ORDINARY = date(2026, 3, 2)
#: Lengths and counts, which no clock may change.
MEASURES = (
    "recorded_h, recorded_share, tst_h, waso_min, sleep_efficiency, n_lm, n_plms, plms_index, "
    "epoch(wake_at - in_bed_at), epoch(sleep_onset_at - recorded_from), epoch(recorded_to - recorded_from)"
)


@pytest.fixture(scope="module")
def night() -> Simulated:
    """From 21:30 on, six hours."""
    return simulate_night("plmd", evening=ORDINARY, rate_hz=RATE_HZ, sensor="ax3", seed=1, hours=6)


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return pretending(monkeypatch)


def rows(db: Path, statement: str) -> list[tuple[Any, ...]]:
    return query(Store(db), statement).rows()


def moved(night: Simulated, days: timedelta) -> Simulated:
    """The same night at another time."""
    return replace(night, time_us=night.time_us + days // timedelta(microseconds=1))


def at(evening: date, clock: time, zone: str) -> datetime:
    """An instant, told by a clock in the zone."""
    return datetime.combine(evening, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(("zone", "evening", "jump"), CASES, ids=NAMES)
def test_a_night_with_a_change_of_the_clocks_has_its_right_length_and_date(
    run: Run, tmp_path: Path, night: Simulated, zone: str, evening: date, jump: timedelta
) -> None:
    bedtime = at(evening, time(21, 30), zone)
    from_utc = bedtime - datetime.combine(evening, time(21, 30), tzinfo=UTC)
    later = evening - ORDINARY
    # A logger that shows local time as it was in the evening, and one that keeps UTC.
    recordings = {"ordinary": night, "naive": moved(night, later), "utc": moved(night, later + from_utc)}
    db = tmp_path / "n.duckdb"
    for who, recording in recordings.items():
        file, form = (Path("utc.csv.gz"), "csv") if who == "utc" else (Path(f"{who}.cwa"), "cwa")
        write_recording(file, recording, rate_hz=RATE_HZ, file_format=form)  # type: ignore[arg-type]
        assert run("import", file, "--subject", who, "--site", "ankle", "--tz", zone, "--db", db).code == 0
    found = {who: measures for who, *measures in rows(db, f"SELECT subject, {MEASURES} FROM nights")}
    assert found["naive"] == found["ordinary"]
    assert found["utc"] == pytest.approx(found["ordinary"], rel=0.005)  # from a CSV, which rounds
    assert rows(db, "SELECT night_date, recorded_from FROM nights WHERE subject <> 'ordinary'") == [
        (evening, bedtime),
        (evening, bedtime),
    ]
    ((usual, changed),) = rows(
        db, "SELECT max(wake_at) FILTER (subject = 'ordinary'), max(wake_at) FILTER (subject = 'naive') FROM nights"
    )
    got_up = (usual.astimezone(ZoneInfo(zone)) + jump).strftime("%H:%M")
    assert changed.astimezone(ZoneInfo(zone)).strftime("%H:%M") == got_up
    shown = run("show", evening, "--subject", "naive", "--db", db).out
    assert ["woke", "up", got_up] in [line.split() for line in shown.splitlines()]


@pytest.mark.first_case
@pytest.mark.parametrize(("zone", "evening", "jump"), CASES, ids=NAMES)
def test_a_sensor_that_is_never_taken_off_has_a_night_of_23_or_25_hours(
    run: Run, tmp_path: Path, pretend: Pretend, zone: str, evening: date, jump: timedelta
) -> None:
    first, last = (at(evening + timedelta(days=days), time(12), zone) for days in (-1, 2))
    stamps = every(10_000_000, (last - first) // timedelta(seconds=10), start_us=microseconds(first))
    rest = np.tile(np.array([0, 0, 1], dtype=np.float32), (len(stamps), 1))
    file = pretend("days.fake", decoded(samples(stamps, rest)))
    assert run("import", file, "--tz", zone, "--db", tmp_path / "n.duckdb").code == 0
    found = rows(
        tmp_path / "n.duckdb", "SELECT night_date, epoch(recorded_to - recorded_from) FROM nights ORDER BY night_date"
    )
    usual_s, day = 24 * 3600 - 10.0, timedelta(days=1)  # to the last of samples 10 s apart
    assert found == [(evening - day, usual_s), (evening, usual_s - jump.total_seconds()), (evening + day, usual_s)]


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "evening", "jump"), CASES, ids=NAMES)
def test_half_past_ten_to_four_in_the_journal_are_an_hour_less_or_more_in_bed(
    run: Run, tmp_path: Path, night: Simulated, zone: str, evening: date, jump: timedelta
) -> None:
    db = tmp_path / "n.duckdb"
    write_recording(Path("a.cwa"), moved(night, evening - ORDINARY), rate_hz=RATE_HZ, file_format="cwa")
    Path("journal.csv").write_text(f"date,lights_off,got_up\n{evening},22:30,04:00\n", encoding="utf-8")
    assert run("journal", "import", "journal.csv", "--db", db).code == 0
    assert run("import", "a.cwa", "--site", "ankle", "--tz", zone, "--db", db).code == 0
    ((source, in_bed_at, in_bed_h),) = rows(
        db, "SELECT sleep_source, in_bed_at, round(tst_h / sleep_efficiency, 3) FROM nights"
    )
    assert (source, in_bed_at) == ("diary", at(evening, time(22, 30), zone))
    assert in_bed_h == 5.5 - jump / timedelta(hours=1)
