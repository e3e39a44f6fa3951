"""A file without movement belongs to its wearer's night, whichever file comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.store import Store, query
from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_run, open_context
from flows.importing.telling import summary, tell
from ingest.clock import microseconds
from ingest.recording import (
    Decoded,
    Device,
    DeviceClock,
    Placement,
    Samples,
    SleepStage,
    SleepWindow,
    StageSpan,
    Vitals,
)
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, Pretend, pretending, tiny

EVENING = date(2026, 3, 2)
#: What is compared between two orders: everything but when and where.
TABLES = {
    "night": "SELECT * EXCLUDE (version) FROM night ORDER BY ALL",
    "recording": "SELECT * FROM recording ORDER BY ALL",
    "membership": "SELECT * FROM recording_night ORDER BY ALL",
    "stages": "SELECT * FROM sleep_stages ORDER BY ALL",
    "heart": "SELECT * FROM heart_rate ORDER BY ALL",
    "bout": "SELECT * FROM bout ORDER BY ALL",
}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "db" / "n.duckdb"


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return pretending(monkeypatch)


def at_us(minutes: float) -> int:
    """Minutes after bed time."""
    return microseconds(BEDTIME + timedelta(minutes=minutes))


def watch(
    *stages: tuple[float, float, SleepStage],
    windows: Sequence[tuple[float, float]] = (),
    heart: Sequence[tuple[float, float]] = (),
    serial: str = "W-1",
) -> Decoded:
    """What a watch says of the night without a sample of movement."""
    return Decoded(
        format="fake-sleep",
        device=Device("Maker", "Watch", serial),
        placement=Placement("wrist"),
        clock=DeviceClock("utc", zone="UTC"),
        rate_hz_nominal=None,
        unit="",
        blocks=lambda: iter(()),
        stages=tuple(StageSpan(at_us(start), at_us(end), stage) for start, end, stage in stages),
        sleep_windows=tuple(SleepWindow(at_us(start), at_us(end)) for start, end in windows),
        vitals=Vitals(
            np.array([at_us(at) for at, _ in heart], np.int64), np.array([bpm for _, bpm in heart], np.float32)
        ),
    )


ASLEEP = watch((-5, 2, "wake"), (2, 300, "deep"), heart=[(1, 50), (1.5, 54), (4, 60), (200, 55)])


def brought_in(db: Path, *files: Path, **wishes: Any) -> tuple[Outcome, ...]:
    return import_run(files, open_context(Wishes(**{"tz": "UTC", **wishes}), database=db))


def rows(db: Path, statement: str) -> list[tuple[Any, ...]]:
    return query(Store(db), statement).rows()


def everything(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(db, statement) for name, statement in TABLES.items()}


@pytest.mark.slow
def test_a_sleep_file_and_a_leg_give_the_same_database_in_either_order(tmp_path: Path, pretend: Pretend) -> None:
    leg, sleep = tiny(Path("leg.cwa"), minutes=10), pretend("sleep.fake", ASLEEP)
    found = []
    for name, order in (("one", (leg, sleep)), ("two", (sleep, leg)), ("at once", None)):
        db = tmp_path / name / "n.duckdb"
        for files in [[file] for file in order] if order else [[leg, sleep]]:
            brought_in(db, *files)
        found.append(everything(db))
    assert found[0] == found[1] == found[2]
    ((source, recordings),) = [(row[0], row[1]) for row in rows(db, "SELECT sleep_source, recordings FROM night")]
    assert source == "fit"
    assert len(recordings) == 2
    assert rows(db, "SELECT stage, night_date, subject FROM sleep_stages ORDER BY start_at") == [
        ("wake", EVENING, "me"),
        ("deep", EVENING, "me"),
    ]
    assert rows(db, "SELECT minute_at, heart_bpm, rmssd_ms FROM heart_rate ORDER BY 1") == [
        (BEDTIME + timedelta(minutes=1), 52.0, None),
        (BEDTIME + timedelta(minutes=4), 60.0, None),
    ]


def test_a_sleep_file_whose_night_has_no_movement_is_stored_and_waits(
    db: Path, pretend: Pretend, capsys: pytest.CaptureFixture[str]
) -> None:
    (outcome,) = brought_in(db, pretend("sleep.fake", ASLEEP))
    assert (outcome.status, outcome.nights) == ("imported", ())
    tell([outcome])
    assert "no night with movement beside it yet" in capsys.readouterr().err
    assert rows(db, "SELECT count(*) FROM recording") == [(1,)]
    assert [rows(db, f"SELECT count(*) FROM {view}") for view in ("nights", "sleep_stages", "heart_rate")] == [
        [(0,)]
    ] * 3
    (outcome,) = brought_in(db, tiny(Path("leg.cwa"), minutes=10))
    assert outcome.nights == (EVENING,)
    assert rows(db, "SELECT sleep_source FROM nights") == [("fit",)]


def test_importing_it_again_changes_nothing(db: Path, pretend: Pretend) -> None:
    leg, sleep = tiny(Path("leg.cwa"), minutes=10), pretend("sleep.fake", ASLEEP)
    brought_in(db, leg, sleep)
    before = everything(db)
    again = brought_in(db, sleep, leg)
    assert summary(again) == "0 imported, 2 known, 0 refused, 0 failed"
    assert everything(db) == before


def test_a_sleep_file_joins_the_night_of_its_own_wearer_only(db: Path, pretend: Pretend) -> None:
    leg, sleep = tiny(Path("leg.cwa"), minutes=10), pretend("sleep.fake", ASLEEP)
    brought_in(db, leg, subject="ann")
    brought_in(db, sleep, subject="ben")
    assert rows(db, "SELECT subject, len(recordings) FROM night") == [("ann", 1)]
    (outcome,) = brought_in(db, sleep, subject="ann")
    assert outcome.nights == (EVENING,)
    assert rows(db, "SELECT subject, len(recordings), sleep_source FROM night") == [("ann", 2, "fit")]
    brought_in(db, leg, subject="cem")
    assert rows(db, "SELECT subject, len(recordings) FROM night") == [("cem", 1)]
    assert rows(db, "SELECT count(*) FROM sleep_stages") == [(0,)]


def test_a_sleep_file_of_another_night_waits_for_that_one(db: Path, pretend: Pretend) -> None:
    brought_in(db, tiny(Path("leg.cwa"), minutes=10), pretend("sleep.fake", watch((1500, 1800, "rem"))))
    assert rows(db, "SELECT sleep_source, len(recordings) FROM night") == [("none", 1)]
    brought_in(db, tiny(Path("next.cwa"), minutes=10, start=BEDTIME + timedelta(days=1, hours=1), seed=2))
    assert rows(db, "SELECT night_date, sleep_source FROM night ORDER BY 1") == [
        (EVENING, "none"),
        (date(2026, 3, 3), "fit"),
    ]


def test_a_sleep_window_without_stages_is_used(db: Path, pretend: Pretend) -> None:
    brought_in(db, tiny(Path("leg.cwa"), minutes=10), pretend("sleep.fake", watch(windows=[(1, 9)])))
    ((source, onset_at, wake_at),) = rows(db, "SELECT sleep_source, sleep_onset_at, wake_at FROM night")
    assert source == "fit"
    assert (onset_at, wake_at) == (BEDTIME + timedelta(minutes=1), BEDTIME + timedelta(minutes=9))


@pytest.mark.slow
def test_of_two_watches_the_one_that_saw_more_of_the_night_is_believed(tmp_path: Path, pretend: Pretend) -> None:
    leg = tiny(Path("leg.cwa"), minutes=10)
    long = pretend("long.fake", watch((0, 5, "light")))
    rest = pretend("rest.fake", watch((5, 9, "deep")))
    other = pretend("other.fake", watch((0, 8, "wake"), (8, 8.5, "rem"), serial="W-2"))
    for name, order in (("one", (leg, long, rest, other)), ("two", (other, rest, long, leg))):
        db = tmp_path / name / "n.duckdb"
        brought_in(db, *order)
        assert rows(db, "SELECT sleep_onset_at, wake_at FROM night") == [(BEDTIME, BEDTIME + timedelta(minutes=9))]


def test_a_day_that_a_device_slept_through_is_a_night_that_says_nothing(run: Run, db: Path, pretend: Pretend) -> None:
    noise = np.random.default_rng(0).normal(0, 0.004, (3000, 3)) + np.array([0, 0, 1.0])
    live, idle = np.rint(noise * 256).astype(np.int16), np.zeros((3000, 3), np.int16)
    step_us = 40_000 * np.arange(3000)
    nights = [Samples(at_us(1440 * day) + step_us, values, 1 / 256) for day, values in enumerate((live, idle, live))]
    pretend("days.fake", replace(ASLEEP, blocks=lambda: iter(nights), stages=(), vitals=Vitals()))
    said = run("import", "days.fake", "--site", "ankle", "--db", db)
    assert said.code == 0, said.err
    assert "not measured" in said.err
    assert rows(db, "SELECT night_date, assessable, round(recorded_h * 60) FROM nights ORDER BY 1") == [
        (date(2026, 3, 2), False, 2.0),
        (date(2026, 3, 3), False, 0.0),
        (date(2026, 3, 4), False, 2.0),
    ]
