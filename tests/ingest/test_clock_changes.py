"""Clocks that follow summer time and clocks that run on give the same instants, in every zone and over every change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest import Declared, read_recording
from ingest.clock import resolve
from ingest.clock_changes import Followed, device_iso, followed, utc_blocks
from ingest.quality.measuring import measure
from ingest.recording import Blocks, Clock, Device, DeviceClock, Samples

Times = NDArray[np.int64]

#: Half an hour, midnight, "negative" winter time, a quarter of an hour, a day left out, and plain ones.
ZONES = (
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"),
    *("Europe/Dublin", "Africa/Casablanca", "Pacific/Chatham", "Asia/Kathmandu", "Pacific/Apia"),
)
STEP_US = 30_000_000
HOUR_US = 3_600_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def changes(zone: str) -> list[int]:
    """Instants from 2010 to 2025 at which a zone changed its offset, microseconds."""
    found, info = [], ZoneInfo(zone)
    at = datetime(2010, 1, 1, tzinfo=UTC)
    while at.year < 2026:
        later = at + timedelta(minutes=15)
        jump = timedelta(days=1)
        if (at + jump).astimezone(info).utcoffset() == at.astimezone(info).utcoffset():
            at += jump
            continue
        if later.astimezone(info).utcoffset() != at.astimezone(info).utcoffset():
            found.append((later - EPOCH) // timedelta(microseconds=1))
        at = later
    return found


def wall_us(utc_us: Times, zone: str) -> Times:
    info = ZoneInfo(zone)
    offsets = [(EPOCH + timedelta(microseconds=int(us))).astimezone(info).utcoffset() or timedelta(0) for us in utc_us]
    return utc_us + np.array([offset // timedelta(microseconds=1) for offset in offsets], np.int64)


def blocks_of(time_us: Times, size: int = 700) -> Blocks:
    values = np.random.default_rng(1).normal((0, 0, 1), 0.01, (len(time_us), 3)).astype(np.float32)

    def walk() -> Iterator[Samples]:
        for start in range(0, len(time_us), size):
            part = slice(start, start + size)
            yield Samples(time_us[part], values[part], 1.0)

    return walk


def understood(time_us: Times, zone: str, *, runs_on: bool = False) -> tuple[Times, Followed, Clock]:
    blocks = blocks_of(time_us)
    measured = measure(blocks)
    assert measured is not None
    clock, _ = resolve(DeviceClock("local"), int(time_us.min()), device=Device(), declared_zone=zone)
    found = followed(measured[0], blocks, zone, runs_on=runs_on)
    clock = replace(clock, changes=found.changes)
    return np.concatenate([block.time_us for block in utc_blocks(blocks, clock)()]), found, clock


def around(change_us: int, *, before_h: float = 5, after_h: float = 5) -> Times:
    first, last = change_us - round(before_h * HOUR_US), change_us + round(after_h * HOUR_US)
    return np.arange(first + 3_700_000, last, STEP_US, dtype=np.int64)


@pytest.mark.parametrize("zone", ZONES)
def test_a_clock_that_follows_and_one_that_runs_on_give_the_same_instants_over_every_change(zone: str) -> None:
    for change_us in changes(zone):
        true_us = around(change_us)
        wall, device = wall_us(true_us, zone), true_us + (wall_us(true_us[:1], zone) - true_us[0])
        followed_us, found, _ = understood(wall, zone)
        assert len(found.changes) == len(found.said) == 1
        np.testing.assert_array_equal(followed_us, true_us)
        ran_on_us, found, _ = understood(device, zone)
        assert found == Followed()
        np.testing.assert_array_equal(ran_on_us, true_us)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_half_a_year_over_two_changes_keeps_its_instants(zone: str) -> None:
    spring, autumn = changes(zone)[-4:-2]
    true_us = np.arange(spring - 9 * HOUR_US, autumn + 9 * HOUR_US, 60_000_000, dtype=np.int64)
    got_us, found, _ = understood(wall_us(true_us, zone), zone)
    assert len(found.changes) == 2
    np.testing.assert_array_equal(got_us, true_us)


def test_a_pause_of_minutes_over_the_skipped_hour_leaves_no_doubt() -> None:
    change_us = changes("Europe/Berlin")[-2]
    true_us = around(change_us)
    true_us = true_us[np.abs(true_us - change_us) > 120_000_000]
    got_us, _, _ = understood(wall_us(true_us, "Europe/Berlin"), "Europe/Berlin")
    np.testing.assert_array_equal(got_us, true_us)


@pytest.mark.parametrize("which", [-2, -1])
def test_where_the_recording_pauses_for_hours_over_a_change_the_doubt_is_said(which: int) -> None:
    change_us = changes("Europe/Berlin")[which]
    true_us = around(change_us)
    true_us = true_us[np.abs(true_us - change_us) > 2 * HOUR_US]
    wall = wall_us(true_us, "Europe/Berlin")
    _, found, _ = understood(wall, "Europe/Berlin")
    assert not found.changes
    assert "cannot be told" in found.said[0]
    assert understood(wall, "Europe/Berlin", runs_on=True)[1] == Followed()


def test_the_hour_that_came_twice_sorted_into_one_is_left_out_and_the_rest_is_right() -> None:
    change_us = changes("Europe/Berlin")[-1]
    true_us = around(change_us)
    got_us, found, _ = understood(np.sort(wall_us(true_us, "Europe/Berlin")), "Europe/Berlin")
    assert "was left out" in found.said[0]
    np.testing.assert_array_equal(got_us, true_us[np.abs(true_us - change_us) >= HOUR_US])


@pytest.mark.parametrize("which", [-2, -1])
def test_a_device_s_own_time_is_what_its_clock_showed_on_either_side_of_a_change(which: int) -> None:
    true_us = around(changes("Europe/Berlin")[which])
    wall = wall_us(true_us, "Europe/Berlin")
    _, _, clock = understood(wall, "Europe/Berlin")
    for index in (0, -1):
        shown = (EPOCH + timedelta(microseconds=int(wall[index]))).replace(tzinfo=None)
        assert device_iso(int(true_us[index]), clock) == shown.isoformat(timespec="milliseconds")


@pytest.mark.parametrize("which", [-2, -1])
def test_a_table_whose_clock_follows_summer_time_is_read_whole_and_without_a_gap(tmp_path: Path, which: int) -> None:
    true_us = around(changes("Europe/Berlin")[which], before_h=1, after_h=1)[0] + 100_000 * np.arange(72_000)
    wall = wall_us(true_us, "Europe/Berlin").astype("datetime64[us]").astype(str)
    path = tmp_path / "app.csv"
    path.write_text(
        "time,x,y,z\n" + "".join(f"{t.replace('T', ' ')},0.01,{i % 5 / 100},1\n" for i, t in enumerate(wall))
    )
    recording = read_recording(path, lambda _: Declared(zone="Europe/Berlin"))
    assert (recording.quality.first_us, recording.quality.last_us) == (true_us[0], true_us[-1])
    assert recording.quality.gaps == ()
    assert recording.quality.backward_steps == 0
    assert [w for w in recording.warnings if "clock" in w] == [w for w in recording.warnings if "follows summer" in w]


@pytest.mark.parametrize(
    ("zone", "which", "way"),
    [
        ("Europe/Berlin", -2, "forward"),
        ("Europe/Berlin", -1, "back"),
        ("Australia/Lord_Howe", -1, "forward"),
        ("Australia/Lord_Howe", -2, "back"),
    ],
)
def test_a_change_of_another_zone_is_told_and_the_zone_that_is_asked_for_mends_it(
    tmp_path: Path, zone: str, which: int, way: str
) -> None:
    true_us = around(changes(zone)[which], before_h=1.25, after_h=1.25)[0] + 200_000 * np.arange(45_000)
    wall = wall_us(true_us, zone).astype("datetime64[us]").astype(str)
    path = tmp_path / "app.csv"
    path.write_text("time,x,y,z\n" + "".join(f"{t},0.01,{i % 5 / 100},1\n" for i, t in enumerate(wall)))
    (said,) = [w for w in read_recording(path, lambda _: Declared(zone="UTC")).warnings if "--tz" in w]
    assert f"the clock goes {way} by" in said
    assert "those of UTC did not" in said
    recording = read_recording(path, lambda _: Declared(zone=zone))
    assert not [w for w in recording.warnings if "--tz" in w or "jumps back" in w]
    np.testing.assert_array_equal(np.concatenate([block.time_us for block in recording.blocks()]), true_us)


def test_a_step_that_no_zone_makes_is_not_laid_to_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "app.csv"
    for step_us in (-HOUR_US + 60_000_000, 3 * HOUR_US, 20 * 60_000_000):
        time_us = changes("Europe/Berlin")[-1] + 200_000 * np.arange(9_000) + step_us * (np.arange(9_000) > 4_000)
        stamps = time_us.astype("datetime64[us]").astype(str)
        path.write_text("time,x,y,z\n" + "".join(f"{t},0.01,{i % 5 / 100},1\n" for i, t in enumerate(stamps)))
        assert not [w for w in read_recording(path, lambda _: Declared(zone="UTC")).warnings if "--tz" in w]
