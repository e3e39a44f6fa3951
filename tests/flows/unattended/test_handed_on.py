"""A study's inbox without a hand: devices that are handed on weekly, two zones, files of one folder by their names."""

from __future__ import annotations

import csv
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.store import NightKey, Store, query
from flows.importing.declared import Wishes
from flows.importing.pipeline import open_context
from flows.unattended import inbox
from flows.unattended.inbox_run import Visit, visit
from ingest.clock import microseconds
from ingest.writers.axivity import write_cwa
from tests.flows.conftest import Run

MONDAY = date(2026, 3, 2)
ZONES = ("Europe/Berlin", "America/New_York")
SIDES = ("left", "right")
N_DEVICES, N_WEEKS, N_NIGHTS = 4, 3, 3
FOLDER = Path("inbox")
TABLES = ("night", "score", "movement", "event", "bout", "flag", "series_row", "envelope", "recording_night")


@pytest.fixture(autouse=True)
def study(monkeypatch: pytest.MonkeyPatch, home: Path) -> dict[NightKey, tuple[str, str]]:
    """Twelve people, each with one of four devices for a week: side and zone by night. No waiting for files."""
    monkeypatch.setattr(inbox, "LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(inbox, "SETTLED_S", 0.0)
    FOLDER.mkdir()
    truth: dict[NightKey, tuple[str, str]] = {}
    lines = [["serial", "subject", "site", "tz", "from", "to"]]
    for person in range(N_DEVICES * N_WEEKS):
        device, week = person % N_DEVICES, person // N_DEVICES
        first = MONDAY + timedelta(weeks=week)
        side, zone = SIDES[person % 2], ZONES[person // 2 % 2]
        last = first + timedelta(days=6)
        lines.append([str(100 + device), f"p{person:02}", "ankle", zone, f"{first}", f"{last}"])
        for night in range(N_NIGHTS):
            evening = first + timedelta(days=3 * night)
            record(FOLDER / f"p{person:02}_{evening:%m%d}_{side}.cwa", evening, serial=100 + device, seed=person)
            truth[f"p{person:02}", evening] = (side, zone)
    with Path("people.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    settings = 'notify.no_data_nights = 0\n[[assignment]]\npattern = "{subject}_*_{side}.cwa"\n'
    Path("nightkick.toml").write_text(settings, encoding="utf-8")
    return truth


def record(path: Path, evening: date, *, serial: int, seed: int) -> None:
    """Half a minute of a still leg at one in the night, on the bedroom's clock."""
    start = datetime(evening.year, evening.month, evening.day, 1, tzinfo=UTC) + timedelta(days=1)
    n = 750
    time_us = microseconds(start) + np.arange(n, dtype=np.int64) * 40_000
    noise = np.random.default_rng([seed, evening.toordinal()]).normal(scale=0.01, size=(n, 3))
    write_cwa(path, time_us, (noise + np.array([0.0, 0.0, 1.0])).astype(np.float32), rate_hz=25.0, serial=serial)
    os.utime(path, (1.7e9, 1.7e9))


def come_by() -> Visit:
    return visit(FOLDER.absolute(), open_context(Wishes(), database="n.duckdb"))


def stored() -> dict[NightKey, tuple[str, str]]:
    rows = query(Store(Path("n.duckdb").absolute()), "SELECT subject, night_date, legs, zone FROM night").rows()
    return {(subject, night): (legs, zone) for subject, night, legs, zone in rows}


def rows_but_of(*subjects: str) -> dict[str, list[tuple[Any, ...]]]:
    store, spared = Store(Path("n.duckdb").absolute()), ", ".join(f"'{name}'" for name in subjects)
    return {
        table: query(store, f"FROM {table} WHERE subject NOT IN ({spared}) ORDER BY ALL").rows() for table in TABLES
    }


@pytest.mark.slow
def test_every_night_has_the_right_person_leg_and_clock_and_a_corrected_line_moves_its_nights_alone(
    run: Run, study: dict[NightKey, tuple[str, str]]
) -> None:
    assert run("people", "import", "people.csv", "--db", "n.duckdb").code == 0
    found = come_by()
    assert found.summary() == f"{len(study)} imported, 0 known"
    assert not any(outcome.warnings for outcome in found.outcomes)
    assert stored() == study
    clocks = query(Store(Path("n.duckdb").absolute()), "SELECT first_at, zone FROM recording").rows()
    assert {first.astimezone(UTC).hour for first, _ in clocks} == {
        0,
        5,
        6,
    }  # one in the night in both zones, before and after New York's change

    others = rows_but_of("p05", "p55")
    for path in (Path("people.csv"), Path("nightkick.toml")):
        text = path.read_text(encoding="utf-8").replace("p05,", "p55,").replace("{subject}", "*")
        path.write_text(text, encoding="utf-8")
    said = run("people", "import", "people.csv", "--db", "n.duckdb")
    assert said.err.count("subject p05 -> p55 (people.csv line 7)") == N_NIGHTS
    assert stored() == {("p55" if who == "p05" else who, night): rest for (who, night), rest in study.items()}
    assert rows_but_of("p05", "p55") == others
    assert come_by().summary() == "nothing new"


def test_a_person_who_has_handed_the_device_on_is_not_missed(run: Run) -> None:
    for file in FOLDER.glob("p0[1-9]*"):
        file.unlink()
    for file in (FOLDER / "p11_0322_right.cwa", *FOLDER.glob("p1*")):
        file.unlink(missing_ok=True)
    settings = Path("nightkick.toml")
    settings.write_text(settings.read_text(encoding="utf-8").replace("= 0", "= 1"), encoding="utf-8")
    assert "no night of p00" not in come_by().summary()  # the run that brings it
    assert "no night of p00 has come since 2026-03-08" in come_by().summary()
    run("people", "import", "people.csv", "--db", "n.duckdb")
    assert "p00" not in come_by().summary()


def test_a_file_that_contradicts_its_device_waits_until_the_line_is_corrected(run: Run) -> None:
    (FOLDER / "p00_0302_left.cwa").rename(FOLDER / "p99_0302_left.cwa")
    for file in FOLDER.iterdir():
        if not file.name.startswith("p99"):
            file.unlink()
    run("people", "import", "people.csv", "--db", "n.duckdb")
    (refused,) = come_by().outcomes
    assert refused.status == "refused"
    assert refused.error is not None
    assert "people.csv line 2 says subject p00, [[assignment]] 1 in the settings says p99" in refused.error
    assert come_by().summary() == "nothing new, 1 refused before"
    text = Path("people.csv").read_text(encoding="utf-8").replace("p00", "p99")
    Path("people.csv").write_text(text, encoding="utf-8")
    run("people", "import", "people.csv", "--db", "n.duckdb")
    assert come_by().summary() == "1 imported, 0 known"
    assert {subject for subject, _ in stored()} == {"p99"}
