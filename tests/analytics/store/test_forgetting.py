"""Forgetting: nothing of whom was forgotten is left in any file, and nothing of anybody else is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from analytics.said import JournalEntry
from analytics.store import (
    Store,
    Wish,
    find_doomed,
    foreign_tables,
    forget,
    initialise,
    known_subjects,
    lost_samples,
    prunable,
    prune,
    pruned,
    samples_path,
    stage_samples,
    write_journal,
)
from analytics.store.forgetting import OF_NO_PERSON, RULES
from analytics.store.samples.removing import note_path
from ingest.errors import DatabaseBusyError, UsageError
from tests.analytics.store.forgetting import NAME, OTHER, bad, files_with, forgotten, rows_of
from tests.analytics.store.making import (
    EVENING,
    START_US,
    block,
    bring_in,
    contents,
    execute,
    recording,
    sha,
    stored,
)

#: Columns that tell of a person wherever they are.
PERSONAL = {"subject", "night_date", "day", "recording", "recordings", "sha256", "path", "name"}


def test_every_table_is_known_to_forget(store: Store) -> None:
    with duckdb.connect(str(store.path), read_only=True) as con:
        tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == RULES.keys() | OF_NO_PERSON, "say in analytics/store/forgetting.py which rows of it tell of whom"


def test_every_column_that_tells_of_a_person_is_in_the_rule_of_its_table(store: Store) -> None:
    """A column that a later schema step adds to a known table needs a thought, too: add it here with its rule."""
    with duckdb.connect(str(store.path), read_only=True) as con:
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database()"
            " AND table_name IN (SELECT table_name FROM duckdb_tables()) ORDER BY ALL"
        ).fetchall()
    found: dict[str, set[str]] = {}
    for table, column in columns:
        if table not in OF_NO_PERSON and column in PERSONAL:
            found.setdefault(table, set()).add(column)
    of_night = {"subject", "night_date"}
    assert found == {
        "answer_given": {"subject"},
        "assignment": {"subject"},
        "blank": of_night,
        "bout": of_night,
        "envelope": {*of_night, "recording"},
        "event_row": of_night,
        "flag": {*of_night, "name"},
        "half_minutes": of_night,
        "import_attempt": {"path", "sha256"},
        "inbox_file": {"path"},
        "journal_change": {"subject", "day"},
        "journal_entry": {"subject", "day"},
        "movement": {*of_night, "recording"},
        "night": {*of_night, "recordings"},
        "notice": of_night,
        "person": {"subject"},
        "recording": {"subject", "path", "sha256"},
        "nap": of_night,
        "recording_night": {*of_night, "sha256"},
        "review_entry": {*of_night, "recording", "name"},
        "reviewed_event": {*of_night, "recording"},
        "reviewed_flag": {*of_night, "name"},
        "reviewed_night": of_night,
        "reviewed_score": of_night,
        "reviewed_unfit": of_night,
        "score": of_night,
        "sensor_clock": {*of_night, "recording"},
        "speaker": {*of_night, "recording"},
        "series_row": of_night,
        "setting": {"name"},
    }


def test_no_file_holds_the_name_of_a_person_who_was_forgotten(two: Store) -> None:
    marks = (NAME, sha(f"{NAME}/left"), sha(f"{NAME}/right"), sha(f"{NAME}/broken"))
    before = files_with(two.path.parent, *marks)
    assert {two.path.name, two.published.name} <= before
    assert len(before) == 4  # and both of her recordings
    others = rows_of(two.path, OTHER)
    doomed = forgotten(two, Wish(subject=NAME))
    assert files_with(two.path.parent, *marks) == set()
    assert {table for table, n in doomed.counts.items() if not n} == {
        *("assignment", "setting", "blank", "envelope", "half_minutes", "sensor_clock", "nap", "speaker"),
        *("reviewed_event", "reviewed_flag", "reviewed_night", "reviewed_score", "reviewed_unfit"),
    }
    assert not any(rows_of(two.path, NAME).values())
    assert rows_of(two.path, OTHER) == others == rows_of(two.published, OTHER)
    assert {path.stem for path in two.recordings.iterdir()} == {sha(f"{OTHER}/left"), sha(f"{OTHER}/right")}
    assert known_subjects(two) == (OTHER,)
    assert bad(two) == []
    assert {path.name for path in two.path.parent.iterdir()} == {
        "nights.duckdb",
        two.published.name,
        two.recordings.name,
    }


FAILED = """
    INSERT INTO import_attempt BY NAME
    SELECT ? AS path, 'failed' AS status, ? AS error, now() AS started_at, now() AS finished_at, '0' AS version
"""


def test_a_name_is_a_word_and_not_a_part_of_one(two: Store) -> None:
    """Failed attempts have no recording to know them by, only names of files."""
    failed = [f"/in/{NAME.lower()}_1/x.cwa", f"/in/Ex{NAME}.cwa", "/in/x.cwa"]
    for path in failed:
        execute(two, FAILED, [path, f"{path}: x"])
    forgotten(two, Wish(subject=NAME))
    left = [row[0] for row in contents(two.path)["import_attempt"] if OTHER not in row[0]]
    assert sorted(left) == sorted(failed[1:])


@pytest.mark.slow
def test_a_night_that_keeps_another_leg_is_stored_anew_in_the_same_step(two: Store) -> None:
    doomed = forgotten(two, Wish(sha256=sha(f"{NAME}/left")))
    assert [list(rest) for rest in doomed.anew.values()] == [[stored(f"{NAME}/right", subject=NAME)]]
    found = contents(two.path)
    assert [row[3] for row in found["night"] if row[0] == NAME] == [[sha(f"{NAME}/right")]]
    assert sha(f"{NAME}/left") not in str(found)
    # A verdict about the whole night is about what stays of it.
    assert [row[4] for row in found["review_entry"] if row[0] == NAME] == ["confirm"]
    assert len(found["journal_entry"]) == 2
    assert bad(two) == []


@pytest.mark.slow
def test_the_last_recording_of_a_night_takes_its_results_along_and_leaves_the_journal(two: Store) -> None:
    for leg in ("left", "right"):
        forgotten(two, Wish(sha256=sha(f"{NAME}/{leg}")))
    assert {table for table, rows in rows_of(two.path, NAME).items() if rows} == {
        "journal_entry",
        "journal_change",
        "import_attempt",
        "person",
    }
    assert bad(two) == []


@pytest.mark.slow
def test_what_was_noted_and_taken_back_goes_with_the_person(two: Store) -> None:
    write_journal(two, [JournalEntry(NAME, EVENING, "caffeine_mg")])
    assert rows_of(two.path, NAME)["journal_entry"] == []
    forgotten(two, Wish(subject=NAME))
    assert rows_of(two.path, NAME)["journal_change"] == []


@pytest.mark.slow
def test_a_night_of_one_person_goes_and_the_same_night_of_another_stays(two: Store) -> None:
    others = rows_of(two.path, OTHER)
    forgotten(two, Wish(subject=NAME, night=EVENING))
    assert {table for table, rows in rows_of(two.path, NAME).items() if rows} == {"import_attempt", "person"}
    assert rows_of(two.path, OTHER) == others
    forgotten(two, Wish(night=EVENING))
    assert {table for table, rows in rows_of(two.path, OTHER).items() if rows} == {"import_attempt", "person"}
    assert bad(two) == []


def test_a_night_is_not_forgotten_where_its_samples_would_stay_in_a_recording_of_other_nights(store: Store) -> None:
    long = stored(blocks=[block for day in (0, 1) for block in recording(**shifted(day)).blocks()])
    stage_samples(store, recording(blocks=[block for day in (0, 1) for block in recording(**shifted(day)).blocks()]))
    bring_in(store, long)
    before = contents(store.path)
    with pytest.raises(UsageError, match="holds other nights as well") as refused:
        find_doomed(store, Wish(night=EVENING))
    assert refused.value.hint == f"nightkick forget --recording {sha('left')[:12]} forgets all of them"
    assert contents(store.path) == before
    forgotten(store, Wish(sha256=sha("left")))
    assert known_subjects(store) == ()


def shifted(days: int) -> dict[str, Any]:
    return {"blocks": [block(START_US + days * 86_400_000_000, 1_000)]}


def test_what_comes_in_meanwhile_stops_it(two: Store) -> None:
    wish = Wish(subject=NAME)
    doomed = find_doomed(two, wish)
    bring_in(two, stored("new", subject=NAME), "new")
    before = contents(two.path)
    with pytest.raises(DatabaseBusyError, match="nothing was forgotten"):
        forget(two, wish, doomed, [])
    assert contents(two.path) == before
    assert not note_path(two).exists()
    assert samples_path(two, sha(f"{NAME}/left")).exists()


def test_samples_that_another_database_in_the_folder_has_too_stay(two: Store) -> None:
    other = Store(two.path.with_name("other.duckdb"), wait_s=20)
    initialise(other)
    bring_in(other, stored(f"{NAME}/left", subject="x"))
    shared = samples_path(two, sha(f"{NAME}/left"))
    if shared != samples_path(other, sha(f"{NAME}/left")):
        pytest.skip("each database has a folder of its own")
    forgotten(two, Wish(subject=NAME))
    assert shared.exists()
    assert not samples_path(two, sha(f"{NAME}/right")).exists()


def test_tables_that_are_not_ours_are_named(two: Store) -> None:
    assert foreign_tables(two) == ()
    execute(two, "CREATE TABLE mine AS SELECT 1 AS x")
    assert foreign_tables(two) == ("mine",)


@pytest.mark.slow
def test_pruned_samples_are_gone_and_neither_lost_nor_missed(two: Store) -> None:
    before = contents(two.path)
    first = prunable(two, datetime(2026, 3, 12, tzinfo=UTC))
    assert len(first) == 4
    assert prunable(two, datetime(2026, 3, 10, tzinfo=UTC)) == ()
    prune(two, first[:1])
    assert pruned(two) == {first[0].sha256}
    assert not samples_path(two, first[0].sha256).exists()
    assert (bad(two), lost_samples(two)) == ([], ())
    after = contents(two.path)
    assert {table for table in after if after[table] != before[table]} == {"setting"}
    assert len(prunable(two, datetime(2026, 3, 12, tzinfo=UTC))) == 3
    forgotten(two, Wish(subject=first[0].subject))
    assert pruned(two) == frozenset()


def test_pruned_samples_come_back_with_their_file_and_can_be_lost_then(two: Store) -> None:
    (found,) = [r for r in prunable(two, datetime(2026, 3, 12, tzinfo=UTC)) if r.sha256 == sha(f"{NAME}/left")]
    prune(two, [found])
    stage_samples(two, recording(f"{NAME}/left"))
    bring_in(two, stored(f"{NAME}/left", subject=NAME))
    assert (pruned(two), bad(two)) == (frozenset(), [])
    samples_path(two, found.sha256).unlink()
    assert len(lost_samples(two)) == 1
