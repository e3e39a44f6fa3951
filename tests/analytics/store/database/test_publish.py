"""The published copy: complete, replaced in one step, in nobody's way."""

from __future__ import annotations

import contextlib
import stat
import time
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, publish, query
from ingest.errors import DatabaseUnreadableError
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import bring_in, contents, evenings, execute, stored

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
import sys, os, threading
from pathlib import Path
from analytics.store import Store, publish
print("ready", flush=True)
while True:
    publish(Store(Path(sys.argv[1])))
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
    assert set(filled.path.parent.iterdir()) == {filled.path, filled.published}


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
