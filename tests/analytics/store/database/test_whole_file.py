"""A database copied as a file: whole, for its owner only, and with the locks of this process as they were."""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

import duckdb
import pytest

from analytics.store import Store, publish, set_default_ruleset
from analytics.store.database import publish as publishing
from analytics.store.database import whole_file
from analytics.store.database.publish import log_of
from analytics.store.database.whole_file import copy_whole
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import contents

OPEN_FOR_WRITING = """
import sys
import duckdb
try:
    duckdb.connect(sys.argv[1]).close()
except duckdb.IOException:
    sys.exit(3)
"""
LEAVE_A_LOG = """
import os, sys
import duckdb
con = duckdb.connect(sys.argv[1])
con.execute("INSERT INTO setting VALUES ('late', 'x')")
con.execute("UPDATE setting SET value = value || '0' WHERE name = 'change'")
os._exit(0)
"""
NO_SHARING = """
import os
def refused(*_):
    raise OSError(95, "not supported")
os.copy_file_range = refused
"""


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which databases were copied as files."""
    seen: list[Path] = []

    def noted(source: Path, target: Path) -> None:
        seen.append(source)
        copy_whole(source, target)

    monkeypatch.setattr(publishing, "copy_whole", noted)
    return seen


@pytest.mark.parametrize("before", ["", NO_SHARING], ids=["as the system does", "piece by piece"])
def test_every_byte_is_copied_for_the_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str) -> None:
    source, target = tmp_path / "a b'c", tmp_path / "copy"
    source.write_bytes(bytes(range(256)) * 9_001)
    monkeypatch.setattr(whole_file, "_CHILD", before + whole_file._CHILD)
    copy_whole(source, target)
    assert target.read_bytes() == source.read_bytes()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"new")
    target.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        copy_whole(source, target)
    assert target.read_bytes() == b"old"


def test_a_file_that_is_missing_is_missed_as_usual(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_whole(tmp_path / "a", tmp_path / "b")


def test_the_lock_of_this_process_outlives_the_copying(filled: Store, tmp_path: Path, child: Child) -> None:
    with contextlib.closing(duckdb.connect(str(filled.path))):
        copy_whole(filled.path, tmp_path / "copy.duckdb")
        assert child(OPEN_FOR_WRITING, filled.path).wait(timeout=60) == 3
    assert child(OPEN_FOR_WRITING, filled.path).wait(timeout=60) == 0


def test_writers_wait_while_the_file_is_copied(filled: Store, child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[int] = []

    def copy(source: Path, target: Path) -> None:
        answers.append(child(OPEN_FOR_WRITING, source).wait(timeout=60))
        copy_whole(source, target)

    monkeypatch.setattr(publishing, "copy_whole", copy)
    publish(filled)
    assert answers == [3]


def test_what_is_stored_is_published_as_a_file(filled: Store, ways: list[Path]) -> None:
    publish(filled)
    set_default_ruleset(filled, "aasm")
    publish(filled)
    assert ways == [filled.path, filled.path]


def test_what_is_still_in_a_log_is_published_too(filled: Store, ways: list[Path], child: Child) -> None:
    publish(filled)
    assert child(LEAVE_A_LOG, filled.path).wait(timeout=60) == 0
    assert log_of(filled.path).exists()
    ways.clear()
    published = publish(filled)
    assert ways == []
    assert ("late", "x") in contents(published)["setting"]


def test_a_database_that_duckdb_1_5_could_not_read_is_published_as_one_that_it_can(
    filled: Store, ways: list[Path], tmp_path: Path
) -> None:
    newer = Store(tmp_path / "newer.duckdb")
    with contextlib.closing(duckdb.connect()) as con:
        con.execute(f"ATTACH '{filled.path}' AS a (READ_ONLY)")
        con.execute(f"ATTACH '{newer.path}' AS b (STORAGE_VERSION 'v1.4.0')")
        con.execute("COPY FROM DATABASE a TO b")
    published = publish(newer)
    assert ways == []
    with contextlib.closing(duckdb.connect(str(published), read_only=True)) as con:
        (tags,) = con.execute("SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert "v1.5.0" in str(tags)
    assert contents(published) == contents(newer.path)
