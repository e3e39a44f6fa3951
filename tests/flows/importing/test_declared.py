"""What people say of a device's clock: shifts, starts and zones, from the words to the database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.store import Store, query
from flows.importing.declared import Wishes, declaration
from flows.settings.settings import Settings
from flows.settings.times import moment, shift_s
from ingest.clock import microseconds
from ingest.errors import UsageError
from ingest.recording import Decoded, Device, DeviceClock
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, Pretend, pretending, tiny
from tests.ingest.making import decoded, every, samples

HOUR_US = 3_600_000_000


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "db" / "n.duckdb"


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    return pretending(monkeypatch)


def rows(db: Path, statement: str) -> list[tuple[Any, ...]]:
    return query(Store(db), statement).rows()


def first_sample(db: Path) -> tuple[Any, ...]:
    ((*found,),) = rows(db, "SELECT first_at, time_shift_s, clock_start FROM recording")
    return tuple(found)


def counted_from_nought() -> Decoded:
    """A phone's recording: 20 ms steps from the moment it was started."""
    return decoded(samples(every(20_000, 5000, start_us=0)), clock=DeviceClock("relative"))


# ------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90.0),
        ("-12.5", -12.5),
        ("+3", 3.0),
        ("1:30", 5400.0),
        ("-1:00", -3600.0),
        ("-00:00:05", -5.0),
        ("0:00:00.25", 0.25),
        (" 26:00 ", 93_600.0),
        ("316224000", 316_224_000.0),
    ],
)
def test_lengths_of_time_in_seconds_or_hours(text: str, seconds: float) -> None:
    assert shift_s(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "-", "soon", "1e5", "nan", "1:60", "1:00:60", "1.5:00", "--5", "5 min", "٣", "316224001", "9" * 400]
)
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        shift_s(text)


@given(st.integers(-99 * 3600, 99 * 3600))
def test_hours_minutes_and_seconds_are_the_same_length_as_seconds(seconds: int) -> None:
    hours, rest = divmod(abs(seconds), 3600)
    text = f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}:{rest % 60:02}"
    assert shift_s(text) == shift_s(str(seconds)) == seconds


def test_moments_are_iso_8601_with_or_without_an_offset() -> None:
    assert moment("2026-03-01T22:10") == datetime(2026, 3, 1, 22, 10)  # noqa: DTZ001 - the wearer's own clock
    assert moment(" 2026-03-01 22:10:05+01:00 ").utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00", "22:10", "9" * 300])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no date and time"):
        moment(text)


def test_the_command_line_goes_before_the_device_s_own_shift_and_nought_is_a_wish() -> None:
    settings = Settings(device={"S-42": {"time_shift": "-1:00"}})
    device = Device(serial="S-42")
    assert declaration(Wishes(), settings)(device).time_shift_us == -HOUR_US
    assert declaration(Wishes(time_shift_s=5.0), settings)(device).time_shift_us == 5_000_000
    assert declaration(Wishes(time_shift_s=0.0), settings)(device).time_shift_us == 0
    assert declaration(Wishes(), settings)(Device(serial="other")).time_shift_us == 0


# ------------------------------------------------------------------------------------------ shifts


def test_a_shift_moves_every_time_and_is_kept_beside_them(run: Run, db: Path) -> None:
    file = tiny(Path("a.cwa"))
    assert run("import", file, "--tz", "UTC", "--time-shift", "-1:00", "--db", db).code == 0
    assert first_sample(db) == (BEDTIME - timedelta(hours=1), -3600.0, None)
    assert rows(db, "SELECT recorded_from FROM nights") == [(BEDTIME - timedelta(hours=1),)]


@pytest.mark.parametrize("shift", [["--time-shift", "-3600"], ["--time-shift=-3600"]], ids=" ".join)
def test_a_negative_shift_is_not_taken_for_an_option(run: Run, shift: list[str]) -> None:
    document = json.loads(run("inspect", tiny(Path("a.cwa")), "--tz", "UTC", *shift, "--json").out)
    assert document["time_shift_s"] == -3600
    assert document["first_sample"].startswith("2026-03-02T21:00:00.0")


def test_a_shift_can_be_corrected_and_taken_back_and_stays_otherwise(run: Run, db: Path) -> None:
    file = tiny(Path("a.cwa"))
    found = []
    for options in (["--time-shift", "60"], ["--side", "left"], ["--time-shift", "0"]):
        assert "1 imported" in run("import", file, "--tz", "UTC", *options, "--db", db).err
        found.append(first_sample(db)[:2])
    assert found == [(BEDTIME + timedelta(minutes=1), 60.0)] * 2 + [(BEDTIME, 0.0)]
    assert "1 known" in run("import", file, "--time-shift", "0", "--db", db).err


def test_a_shift_across_noon_moves_the_night_to_another_evening(run: Run, db: Path) -> None:
    file = tiny(Path("a.cwa"), start=BEDTIME.replace(hour=11))
    run("import", file, "--tz", "UTC", "--db", db)
    assert rows(db, "SELECT night_date FROM nights") == [(date(2026, 3, 1),)]
    run("import", file, "--time-shift", "2:00", "--db", db)
    assert rows(db, "SELECT night_date FROM nights") == [(date(2026, 3, 2),)]


def test_a_device_whose_clock_is_always_off_is_corrected_by_its_settings(run: Run, db: Path) -> None:
    Path("nightkick.toml").write_text('[device."4711"]\ntz = "UTC"\ntime_shift = "0:00:30"\n')
    assert run("import", tiny(Path("a.cwa")), "--db", db).code == 0
    assert first_sample(db)[:2] == (BEDTIME + timedelta(seconds=30), 30.0)
    assert "time_shift = 30.0" in run("config", "show").out


@pytest.mark.parametrize("value", ['"later"', '"1:99"', "true"])
def test_a_shift_in_the_settings_that_makes_no_sense_names_its_key(run: Run, value: str) -> None:
    Path("nightkick.toml").write_text(f'[device."4711"]\ntime_shift = {value}\n')
    said = run("config", "validate")
    assert said.code == 2
    assert "device.4711.time_shift" in said.err


def test_a_clock_that_was_set_an_hour_wrong_is_read_in_the_zone_of_the_right_time(run: Run) -> None:
    # 01:30 on the device, 02:30 for the wearer: after 2026-03-29 02:00 that hour is never shown in Berlin.
    file = tiny(Path("a.cwa"), start=datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    document = json.loads(run("inspect", file, "--tz", "Europe/Berlin", "--time-shift", "3:00", "--json").out)
    assert document["first_sample"].startswith("2026-03-29T03:30:00.0")
    assert document["first_sample"].endswith("+02:00")


# ------------------------------------------------------------------------------------------ starts


def test_a_recording_without_a_clock_needs_a_start_and_says_how(run: Run, db: Path, pretend: Pretend) -> None:
    file = pretend("phone.fake", counted_from_nought())
    said = run("import", file, "--db", db)
    assert said.code == 1
    assert "say when it began: --start 2026-03-01T22:10" in said.err
    assert run("import", file, "--tz", "Europe/Berlin", "--start", "2026-03-02T23:10", "--db", db).code == 0
    assert first_sample(db) == (datetime(2026, 3, 2, 22, 10, tzinfo=UTC), 0.0, "2026-03-02T23:10:00")
    assert rows(db, "SELECT instants_known, zone_source FROM recording") == [(True, "user")]


def test_a_start_with_an_offset_needs_no_zone_for_its_instants(run: Run, pretend: Pretend) -> None:
    file = pretend("phone.fake", counted_from_nought())
    document = json.loads(run("inspect", file, "--start", "2026-03-02T23:10+01:00", "--tz", "UTC", "--json").out)
    assert document["first_sample"] == "2026-03-02T22:10:00.000+00:00"


def test_a_start_without_a_zone_rests_on_an_assumption_and_says_so(run: Run, pretend: Pretend) -> None:
    file = pretend("phone.fake", counted_from_nought())
    document = json.loads(run("inspect", file, "--start", "2026-03-02T23:10", "--time-shift", "-60", "--json").out)
    assert document["first_sample"] == "2026-03-02T23:09:00.000"
    assert document["time_zone_source"] == "assumed"
    assert any("all times rest on it" in warning for warning in document["warnings"])


@pytest.mark.slow
def test_a_start_is_kept_when_something_else_is_corrected(run: Run, db: Path, pretend: Pretend) -> None:
    file = pretend("phone.fake", counted_from_nought())
    run("import", file, "--tz", "UTC", "--start", "2026-03-02T22:10", "--db", db)
    assert "1 imported" in run("import", file, "--subject", "ann", "--time-shift", "5", "--db", db).err
    assert first_sample(db) == (datetime(2026, 3, 2, 22, 10, 5, tzinfo=UTC), 5.0, "2026-03-02T22:10:00")
    assert "1 known" in run("import", file, "--start", "2026-03-02T22:10", "--db", db).err
    assert "1 imported" in run("import", file, "--start", "2026-03-02T22:11", "--db", db).err


def test_a_start_for_a_file_with_a_clock_is_not_used_and_said(run: Run, db: Path) -> None:
    file = tiny(Path("a.cwa"))
    said = run("import", file, "--tz", "UTC", "--start", "2025-01-01T00:00", "--db", db)
    assert "the file has a clock of its own: the start that was given is not used" in said.err
    assert first_sample(db) == (BEDTIME, 0.0, None)
    assert "1 known" in run("import", file, "--start", "2025-01-01T00:00", "--db", db).err


@pytest.mark.parametrize("start", ["9999-12-31T23:59:59", "0001-01-01T00:00", "0001-01-01T00:00+14:00"])
def test_a_start_at_the_end_of_the_calendar_is_refused_in_one_line(run: Run, pretend: Pretend, start: str) -> None:
    said = run("inspect", pretend("phone.fake", counted_from_nought()), "--tz", "UTC", "--start", start)
    assert said.code != 0
    assert "outside the years" in said.err


# ------------------------------------------------------------------------------------------ zones


@pytest.mark.parametrize(
    ("evening", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25)], ids=["spring", "autumn"]
)
def test_a_naive_clock_runs_through_a_change_of_time_and_its_night_has_the_right_length(
    run: Run, db: Path, pretend: Pretend, evening: date, hours: int
) -> None:
    start = datetime(evening.year, evening.month, evening.day, 22, tzinfo=UTC)
    eight_hours = samples(every(1_000_000, 8 * 3600, start_us=microseconds(start)))
    file = pretend("night.fake", replace(decoded(eight_hours), clock=DeviceClock("local")))
    assert run("import", file, "--tz", "Europe/Berlin", "--db", db).code == 0
    ((night_date, from_at, to_at),) = rows(db, "SELECT night_date, recorded_from, recorded_to FROM nights")
    assert night_date == evening
    assert to_at - from_at == timedelta(seconds=8 * 3600 - 1)
    assert from_at == start - timedelta(hours=1 if hours == 23 else 2)
