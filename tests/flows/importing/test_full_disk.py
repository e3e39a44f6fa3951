"""An import on a disk that fills up: one line with the way out, nothing lost, and it completes when there is room."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.store import Store, check
from tests.analytics.store.making import contents
from tests.flows.conftest import Run, Said
from tests.flows.killing import NOT_COMPARED
from tests.flows.making import BEDTIME, tiny

DISK_BYTES = 48_000_000
#: Room that is left, bytes: for nothing at all, for the samples but not the rows, for both but not the published copy.
ROOMS = (0, 300_000, 600_000, 2_000_000)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, where this account may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform != "linux":
        pytest.skip("a small disk is mounted on Linux only")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "tmpfs", str(disk)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk, this account may not mount one: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@contextmanager
def room(disk: Path, n_bytes: int) -> Iterator[None]:
    """Inside, so much of a disk is free."""
    stat, fill = os.statvfs(disk), disk / "fill"
    with fill.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, stat.f_bavail * stat.f_frsize - n_bytes)
    try:
        yield
    finally:
        fill.unlink()


@contextmanager
def no_file_above(n_bytes: int) -> Iterator[None]:
    """Inside, no file that this process writes can grow beyond: it fails in the middle, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def two_evenings() -> tuple[Path, Path]:
    """A recording that is stored before the disk is full, and a longer one that comes then."""
    return tiny(Path("a.cwa")), tiny(Path("b.cwa"), start=BEDTIME + timedelta(days=1), seed=2, minutes=30)


def assert_is_one_line_with_the_way_out(said: Said) -> None:
    assert said.code == 3, said
    *done, line = said.err.splitlines()
    assert all(one.startswith("imported ") for one in done)
    assert line.endswith("no space left on the disk (make room and try again; nothing was stored by halves)")


def assert_is_complete(db: Path, undisturbed: Path) -> None:
    """As if the disk had never been full."""
    for path in (db, Store(db).published):
        assert nights(path) == nights(undisturbed)
    assert {path.name for path in db.parent.iterdir()} == {db.name, Store(db).published.name, Store(db).recordings.name}
    assert [finding for finding in check(Store(db)) if not finding.ok] == []


def nights(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that does not tell when it came in."""
    return {table: rows for table, rows in contents(db).items() if table not in NOT_COMPARED}


@pytest.fixture
def undisturbed(run: Run, tmp_path: Path) -> Path:
    """The database of both evenings on a disk that has room."""
    db = tmp_path / "undisturbed" / "n.duckdb"
    assert run("import", *two_evenings(), "--tz", "UTC", "--db", db).code == 0
    return db


def test_a_full_disk_is_one_line_and_the_import_completes_when_there_is_room(
    run: Run, small_disk: Path, undisturbed: Path
) -> None:
    first, second = two_evenings()
    db = small_disk / "n.duckdb"
    assert run("import", first, "--tz", "UTC", "--db", db).code == 0
    before = nights(db)
    n_stored = []
    for n_bytes in ROOMS:
        with room(small_disk, n_bytes):
            assert_is_one_line_with_the_way_out(run("import", second, "--tz", "UTC", "--db", db))
        assert nights(Store(db).published) == before
        n_stored.append(len(nights(db)["recording"]))
        assert nights(db) == (before if n_stored[-1] == 1 else nights(undisturbed))
    assert n_stored[0] == 1, "there was no room for it"
    assert n_stored[-1] == 2, "there was room for all but the published copy"
    assert run("import", second, "--tz", "UTC", "--db", db).code == 0
    assert_is_complete(db, undisturbed)


@pytest.mark.first_case
@pytest.mark.parametrize(("limit", "n_stored"), [(20_000, 1), (1_000_000, 2)], ids=["samples", "published copy"])
def test_a_write_that_fails_in_the_middle_is_one_line_and_the_import_completes_later(
    run: Run, tmp_path: Path, undisturbed: Path, limit: int, n_stored: int
) -> None:
    first, second = two_evenings()
    db = tmp_path / "db" / "n.duckdb"
    assert run("import", first, "--tz", "UTC", "--db", db).code == 0
    before = nights(db)
    with no_file_above(limit):
        assert_is_one_line_with_the_way_out(run("import", second, "--tz", "UTC", "--db", db))
    assert nights(Store(db).published) == before
    assert nights(db) == {1: before, 2: nights(undisturbed)}[n_stored]
    assert run("import", second, "--tz", "UTC", "--db", db).code == 0
    assert_is_complete(db, undisturbed)
