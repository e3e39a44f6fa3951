"""`doctor`: every kind of damage is found, and none where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.store import Finding, Store, check, publish, stage_samples, stored_recording
from analytics.store.over_nights.answers import answers, keep_answers
from ingest.workspace import PREFIX
from tests.analytics.store.making import bring_in, execute, recording, sha


@pytest.fixture
def healthy(store: Store) -> Store:
    new = recording()
    stage_samples(store, new)
    bring_in(store, stored_recording(new, subject="anna"))
    return store


def wrong(store: Store) -> list[Finding]:
    return [finding for finding in check(store) if not finding.ok]


def test_a_healthy_database_has_nothing_wrong(healthy: Store) -> None:
    assert wrong(healthy) == []


def test_an_empty_database_has_nothing_wrong(store: Store) -> None:
    assert wrong(store) == []


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("DELETE FROM night", "event_row: 1"),
        ("DELETE FROM score WHERE ruleset = 'wasm2016'", "event_row without score: 1"),
        ("DELETE FROM movement WHERE number = 2", "event without movement: 1"),
        ("DELETE FROM series_row", "event without series: 4"),
        ("DELETE FROM recording", "recording_night: 1"),
        ("DELETE FROM recording_night", "night: 1"),
        ("UPDATE movement SET recording = 'other'", "movement: 1"),
        ("UPDATE score SET n_lm = n_lm + 1 WHERE ruleset = 'wasm2016'", "counts that do not equal their events, in 1"),
        ("UPDATE score SET plms_index = plms_index + 0.1", "counts that do not equal their events, in 2"),
        ("UPDATE event_row SET sleep_state = 'wake' WHERE movement_no = 1", "counts that do not equal"),
        ("DELETE FROM schema_migration WHERE version = 3", "older nightkick"),
    ],
)
def test_damage_is_found_and_named(healthy: Store, damage: str, says: str) -> None:
    execute(healthy, damage)
    found = wrong(healthy)
    assert any(says in finding.what for finding in found), found
    assert all(finding.hint for finding in found)


def test_a_measure_that_is_not_known_is_not_miscounted(healthy: Store) -> None:
    execute(healthy, "UPDATE score SET n_plms = NULL, plms_index = NULL")
    assert wrong(healthy) == []


@pytest.mark.parametrize("damage", [b"", None])
def test_missing_and_damaged_samples_are_found(healthy: Store, damage: bytes | None) -> None:
    path = healthy.recordings / f"{sha('left')}.parquet"
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
        path.chmod(0o600)
    (found,) = wrong(healthy)
    assert found.what == f"1 of 1 recordings without their samples (first: {sha('left')})"


def test_samples_of_nothing_are_found(healthy: Store) -> None:
    stage_samples(healthy, recording("never saved"))
    (found,) = wrong(healthy)
    assert found.what == f"1 files of samples without a recording (first: {sha('never saved')}.parquet)"


def test_what_a_dead_process_left_is_found(healthy: Store, tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}dead").mkdir()
    (found,) = wrong(healthy)
    assert found.what == "1 temporary folders of ended runs"


def test_what_others_may_read_is_found(healthy: Store) -> None:
    healthy.path.chmod(0o640)
    (found,) = wrong(healthy)
    assert found.what == f"1 files or folders that others may read or write (first: {healthy.path})"


def test_a_published_copy_that_cannot_be_read_is_found(healthy: Store) -> None:
    healthy.published.write_bytes(b"cut off")
    healthy.published.chmod(0o600)
    (found,) = wrong(healthy)
    assert found.what.startswith("the published copy: not a database")


def test_of_a_published_copy_doctor_names_what_was_changed_since_and_nothing_else(healthy: Store) -> None:
    """It said "reviews or journal were changed since" after ``nightkick answer`` had kept an answer."""

    def said() -> str:
        (what,) = [finding.what for finding in check(healthy) if finding.what.startswith("the published copy")]
        return what.partition(" UTC ")[2]

    publish(healthy)
    assert said() == "and holds 1 night"
    execute(healthy, "UPDATE setting SET value = 'another token' WHERE name = 'change'")
    assert said() == "and holds all nights"
    keep_answers(healthy, answers(healthy), at_us=0, version="0")
    assert said() == "and holds all nights; changed since: answers given"
    journal = "INSERT INTO journal_entry BY NAME SELECT 'anna' AS subject, DATE '2026-03-02' AS day, 'stress' AS kind"
    execute(healthy, f"{journal}, 3 AS value")
    assert said() == "and holds all nights; changed since: the journal, answers given"
    publish(healthy)
    assert said() == "and holds 1 night"


def test_samples_damaged_in_the_middle_are_found(healthy: Store) -> None:
    path = healthy.recordings / f"{sha('left')}.parquet"
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    path.write_bytes(data)
    (found,) = wrong(healthy)
    assert "1 of 1 recordings without their samples" in found.what
