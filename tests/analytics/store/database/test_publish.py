"""The published copy: complete, replaced in one step, in nobody's way."""

from __future__ import annotations

import contextlib
import stat
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from analytics.said import JournalEntry, Review
from analytics.store import (
    Attempt,
    Notice,
    SeenFile,
    Store,
    back_up,
    mark_told,
    publish,
    query,
    record_attempts,
    remember_files,
    restore,
    set_default_ruleset,
    write_journal,
    write_review,
)
from analytics.store.database.publish import is_published, log_of, published
from ingest.errors import DatabaseUnreadableError
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import EVENING, bring_in, contents, evenings, execute, stored

VIEWS = ("events", "nights", "flagged_nights", "series", "imports", "journal", "reviews", "patterns")


def test_the_copy_has_every_row_of_every_table(filled: Store) -> None:
    path = publish(filled)
    assert path == filled.path.with_name("nights.published.duckdb")
    assert contents(path) == contents(filled.path)


def test_the_views_work_in_the_copy(filled: Store) -> None:
    copy = Store(publish(filled))
    for view in VIEWS:
        assert query(copy, f"FROM {view}").equals(query(filled, f"FROM {view}")), view


def test_the_comments_are_in_the_copy(filled: Store) -> None:
    copy = Store(publish(filled))
    assert query(copy, "SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL").item() == 0


def test_primary_keys_are_in_the_copy(filled: Store) -> None:
    with pytest.raises(duckdb.ConstraintException):
        execute(Store(publish(filled)), "INSERT INTO setting VALUES ('default_ruleset', 'x')")


def test_the_copy_can_be_read_by_duckdb_1_5(filled: Store) -> None:
    with contextlib.closing(duckdb.connect(str(publish(filled)), read_only=True)) as con:
        tags = con.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert "v1.5.0" in str(tags)


def test_it_is_for_the_owner_only_and_nothing_lies_beside_it(filled: Store) -> None:
    path = publish(filled)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(path.parent.iterdir()) == {filled.path, path}


def test_who_has_the_old_copy_open_keeps_it_and_holds_nobody_up(filled: Store) -> None:
    path = publish(filled)
    with contextlib.closing(duckdb.connect(str(path), read_only=True)) as shell:
        before = shell.execute("SELECT count(*) FROM nights").fetchall()
        for _ in evenings(2):
            bring_in(filled, stored("right"), "right")
            publish(filled)
        assert shell.execute("SELECT count(*) FROM imports").fetchall() == [(1,)]
        assert shell.execute("SELECT count(*) FROM nights").fetchall() == before
    assert query(Store(path), "SELECT count(*) FROM imports").item() == 3


def test_publishing_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match="no database here yet"):
        publish(Store(tmp_path / "nights.duckdb"))
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys
from pathlib import Path
from analytics.store import Store, publish, set_default_ruleset
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    set_default_ruleset(store, "wasm2016")
    publish(store)
"""


def test_a_process_killed_while_it_publishes_leaves_a_whole_copy(filled: Store, child: Child) -> None:
    publish(filled)
    victim = child(KILLED, filled.path)
    assert victim.stdout is not None
    assert victim.stdout.readline() == "ready\n"
    time.sleep(0.2)  # long enough to be inside, wherever
    victim.kill()
    victim.wait(timeout=60)
    assert query(Store(filled.published), "FROM nights").height == 1
    publish(filled)
    # The killed one may have left its log beside the database: it belongs there until somebody writes again.
    assert set(filled.path.parent.iterdir()) - {log_of(filled.path)} == {filled.path, filled.published}


WRITE_AND_DIE = """
import os, sys
import duckdb
con = duckdb.connect(sys.argv[1])
con.execute("INSERT INTO setting VALUES ('late', 'x')")
os._exit(0)
"""


def test_what_somebody_wrote_into_the_old_copy_does_not_get_into_the_new_one(filled: Store, child: Child) -> None:
    assert child(WRITE_AND_DIE, publish(filled)).wait(timeout=60) == 0
    assert filled.published.with_name("nights.published.duckdb.wal").exists()
    assert contents(publish(filled)) == contents(filled.path)


# --- when it is made anew ----------------------------------------------------------------------------------------


def file_of(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


BOOKKEEPING: dict[str, Callable[[Store], object]] = {
    "an import that stored nothing": lambda s: record_attempts(
        s, [Attempt(Path("x.cwa"), None, "refused", "not a recording", 1, 2, "0.1")]
    ),
    "files of an inbox": lambda s: remember_files(s, {Path("x.cwa"): SeenFile("1:2:3", is_done=True, version="0.1")}),
    "what people were told": lambda s: mark_told(s, [Notice("anna", EVENING, "possible_plmd", "x")]),
    "a look": lambda s: query(s, "FROM nights"),
    "nothing": lambda s: None,
}
CHANGES: dict[str, Callable[[Store], object]] = {
    "an import": lambda s: bring_in(s, stored("right"), "right"),
    "a verdict": lambda s: write_review(s, Review("anna", EVENING, "confirm", "dr", 1_800_000_000_000_000)),
    "the journal": lambda s: write_journal(s, [JournalEntry("anna", EVENING, "caffeine_mg", 80.0)]),
    "another rule set": lambda s: set_default_ruleset(s, "aasm"),
}


@pytest.mark.parametrize("what", BOOKKEEPING)
def test_a_row_in_imports_alone_is_no_change(filled: Store, what: str) -> None:
    before = file_of(publish(filled))
    BOOKKEEPING[what](filled)
    assert is_published(filled)
    assert file_of(publish(filled)) == before


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_the_database_renews_the_copy(filled: Store, what: str) -> None:
    before = file_of(publish(filled))
    CHANGES[what](filled)
    assert not is_published(filled)
    assert file_of(publish(filled)) != before
    assert contents(filled.published) == contents(filled.path)
    after = file_of(filled.published)
    assert file_of(publish(filled)) == after


def test_a_restored_backup_is_told_from_what_came_after_it(filled: Store, tmp_path: Path) -> None:
    back_up(filled, tmp_path / "b.zip", with_samples=False)
    for _ in range(2):
        write_journal(filled, [JournalEntry("anna", EVENING, "caffeine_mg", 80.0)])
    publish(filled)
    restore(filled, tmp_path / "b.zip", force=True)
    assert not is_published(filled)
    assert contents(publish(filled))["journal_entry"] == []


@pytest.mark.parametrize("how", ["deleted", "damaged", "of an older copy", "written to"])
def test_a_copy_that_is_gone_or_another_is_renewed_without_a_change(filled: Store, tmp_path: Path, how: str) -> None:
    path = publish(filled)
    older = tmp_path / "older"
    older.write_bytes(path.read_bytes())
    if how == "deleted":
        path.unlink()
    elif how == "damaged":
        path.write_bytes(b"no database")
    elif how == "written to":
        execute(Store(path), "DELETE FROM event_row")
    else:
        write_journal(filled, [JournalEntry("anna", EVENING, "caffeine_mg", 80.0)])
        publish(filled)
        path.write_bytes(older.read_bytes())
    assert not is_published(filled)
    assert contents(publish(filled)) == contents(filled.path)


def test_the_copy_says_when_it_was_made_and_what_it_holds(filled: Store) -> None:
    assert query(filled, "FROM published").is_empty()
    began = datetime.now(UTC)
    copy = Store(publish(filled))
    (row,) = query(copy, "FROM published").to_dicts()
    assert began <= row["made_at"] <= datetime.now(UTC)
    assert row["changed_at"] <= row["made_at"]
    assert (row["n_nights"], row["first_night"], row["n_recordings"]) == (1, EVENING, 1)
    (comment,) = query(copy, "SELECT comment FROM duckdb_views() WHERE view_name = 'published'")["comment"]
    assert f"{row['made_at']:%Y-%m-%d %H:%M:%S}" in comment
    found = published(filled)
    assert found is not None
    assert (found.made_at, found.n_nights, found.is_current) == (row["made_at"], 1, True)


def test_a_database_restored_from_its_copy_says_no_longer_that_it_is_one(filled: Store, tmp_path: Path) -> None:
    other = Store(tmp_path / "other.duckdb")
    restore(other, publish(filled), force=False)
    assert query(other, "FROM published").is_empty()
    assert query(Store(publish(other)), "FROM published").height == 1
