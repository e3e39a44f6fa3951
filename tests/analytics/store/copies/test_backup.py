"""One file out, the same database in: whole, checked, and never over what is there."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest

from analytics.said import Review
from analytics.store import (
    Store,
    back_up,
    check,
    initialise,
    kept_databases,
    load_samples,
    query,
    restore,
    stage_samples,
    stored_recording,
    tidy,
    write_review,
)
from ingest.errors import DatabaseBusyError, DatabaseUnreadableError, StoreError, UsageError
from tests.analytics.store.conftest import Child
from tests.analytics.store.making import START_US, bring_in, contents, execute, recording, sha


@pytest.fixture(scope="module")
def whole_database(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """A night with its samples, and a verdict; it is copied, and not opened."""
    store = Store(Path(shutil.copy(empty_database, tmp_path_factory.mktemp("whole") / "nights.duckdb")))
    new = recording()
    stage_samples(store, new)
    bring_in(store, stored_recording(new, subject="anna"))
    write_review(store, Review("anna", date(2026, 3, 10), "confirm", "dr", 1_773_000_000_000_000, note="x"))
    return store.path


@pytest.fixture
def whole(tmp_path: Path, whole_database: Path) -> Store:
    shutil.copytree(whole_database.parent, tmp_path, dirs_exist_ok=True)
    return Store(tmp_path / whole_database.name, wait_s=20)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    return Store(tmp_path / "elsewhere" / "n.duckdb", wait_s=5)


def test_a_backup_brings_back_every_row_and_every_sample(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    made = back_up(whole, tmp_path / "b.zip", with_samples=True)
    restored = restore(elsewhere, tmp_path / "b.zip", force=False)
    assert (made, made.n_recordings, made.n_lacking) == (restored, 1, 0)
    assert contents(elsewhere.path) == contents(whole.path)
    before, after = (load_samples(s, sha("left"), START_US, 2 * START_US) for s in (whole, elsewhere))
    assert (before.values == after.values).all()
    assert len(after) == 2_000
    assert all(finding.ok for finding in check(elsewhere))


def test_without_recordings_it_holds_the_database_alone(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    made = back_up(whole, tmp_path / "b.zip", with_samples=False)
    assert (made.n_recordings, made.n_lacking) == (0, 1)
    restore(elsewhere, tmp_path / "b.zip", force=False)
    assert contents(elsewhere.path) == contents(whole.path)
    assert list(elsewhere.recordings.iterdir()) == []


def test_everything_is_for_the_owner_only(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        back_up(whole, tmp_path / "b.zip", with_samples=True)
        restore(elsewhere, tmp_path / "b.zip", force=False)
    finally:
        os.umask(before)
    made = [tmp_path / "b.zip", elsewhere.path.parent, *elsewhere.path.parent.rglob("*")]
    assert {path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077} == set()


def test_an_older_backup_is_replaced_and_nothing_else(whole: Store, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    back_up(whole, target, with_samples=False)
    assert back_up(whole, target, with_samples=True).n_recordings == 1
    for mine in (b"my own file", b""):
        target.write_bytes(mine)
        with pytest.raises(UsageError, match="no backup"):
            back_up(whole, target, with_samples=False)
        assert target.read_bytes() == mine


def test_a_database_that_is_there_is_only_replaced_by_force_and_kept(
    whole: Store, tmp_path: Path, elsewhere: Store
) -> None:
    back_up(whole, tmp_path / "b.zip", with_samples=False)
    initialise(elsewhere)
    execute(elsewhere, "INSERT INTO setting VALUES ('mine', 'x')")
    mine = contents(elsewhere.path)
    with pytest.raises(UsageError, match="there is a database already"):
        restore(elsewhere, tmp_path / "b.zip", force=False)
    assert contents(elsewhere.path) == mine
    restored = restore(elsewhere, tmp_path / "b.zip", force=True)
    assert contents(elsewhere.path) == contents(whole.path)
    assert restored.kept is not None
    assert kept_databases(elsewhere) == (restored.kept,)
    assert contents(restored.kept) == mine


WRITE_AND_DIE = """
import os, sys
import duckdb
con = duckdb.connect(sys.argv[1])
con.execute("INSERT INTO setting VALUES ('late', 'x')")
os._exit(0)
"""


def test_what_a_dead_process_left_in_its_log_does_not_get_into_the_restored_one(
    whole: Store, child: Child, tmp_path: Path
) -> None:
    back_up(whole, tmp_path / "b.zip", with_samples=False)
    before = contents(whole.path)
    assert child(WRITE_AND_DIE, whole.path).wait(timeout=60) == 0
    assert whole.path.with_name("nights.duckdb.wal").exists()
    restore(whole, tmp_path / "b.zip", force=True)
    assert contents(whole.path) == before
    (kept,) = kept_databases(whole)
    assert [row for row in contents(kept)["setting"] if row[0] == "late"]


@pytest.mark.parametrize("left", [b"", b"no database", b"\0" * 100_000])
def test_a_database_that_cannot_be_read_is_replaced(whole: Store, tmp_path: Path, left: bytes) -> None:
    back_up(whole, tmp_path / "b.zip", with_samples=False)
    before = contents(whole.path)
    whole.path.write_bytes(left)
    restore(whole, tmp_path / "b.zip", force=True)
    assert contents(whole.path) == before


HOLD = """
import sys
import duckdb
con = duckdb.connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
"""


def test_nothing_is_restored_under_somebody_who_writes(whole: Store, child: Child, tmp_path: Path) -> None:
    back_up(whole, tmp_path / "b.zip", with_samples=False)
    holder = child(HOLD, whole.path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    with pytest.raises(DatabaseBusyError, match=f"process {holder.pid}"):
        restore(Store(whole.path, wait_s=0.2), tmp_path / "b.zip", force=True)


@pytest.mark.slow
def test_a_backup_is_of_one_moment_while_another_process_writes(whole: Store, child: Child, tmp_path: Path) -> None:
    busy = """
import sys
from pathlib import Path
from analytics.store import Store, save
from tests.analytics.store.making import EVENING, attempt, night, sha, stored
print("ready", flush=True)
n_events = 4
while True:
    save(Store(Path(sys.argv[1])), stored(), [night("anna", EVENING, [sha("left")], n_events=n_events)], attempt())
    n_events = 404 - n_events
"""
    writer = child(busy, whole.path)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    for number in range(3):
        target = tmp_path / f"{number}.zip"
        back_up(whole, target, with_samples=False)
        found = Store(tmp_path / str(number) / "n.duckdb")
        restore(found, target, force=False)
        assert query(found, "SELECT n_lm, (SELECT count(*) FROM events) FROM nights").row(0) in ((4, 4), (400, 400))
        assert query(found, "FROM reviews").height == 1


def rewritten(path: Path, change: dict[str, bytes], *, drop: str = "") -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != drop}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, **change}.items():
            archive.writestr(name, data)


def manifest(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as archive:
        return dict(json.loads(archive.read("manifest.json")))


def test_a_damaged_backup_is_refused_and_changes_nothing(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    back_up(whole, target, with_samples=True)
    initialise(elsewhere)
    before, sound = contents(elsewhere.path), target.read_bytes()
    samples = f"recordings/{sha('left')}.parquet"
    escaping = {**manifest(target), "files": {"database.duckdb": [1, "x"], "../evil": [1, "x"]}}
    for damage in (
        lambda: target.write_bytes(sound[:-30]),
        lambda: target.write_bytes(sound[: len(sound) // 2]),
        lambda: target.write_bytes(b""),
        lambda: target.write_bytes(bytes(byte ^ 1 if i == 2000 else byte for i, byte in enumerate(sound))),
        lambda: target.unlink(),
        lambda: rewritten(target, {"database.duckdb": b"another"}),
        lambda: rewritten(target, {samples: b"another"}),
        lambda: rewritten(target, {}, drop=samples),
        lambda: rewritten(target, {}, drop="database.duckdb"),
        lambda: rewritten(target, {}, drop="manifest.json"),
        lambda: rewritten(target, {"manifest.json": b"[]"}),
        lambda: rewritten(target, {"manifest.json": b'{"nightkick backup": 1}'}),
        lambda: rewritten(target, {"manifest.json": json.dumps(escaping).encode(), "../evil": b"x"}),
        lambda: rewritten(
            target, {"manifest.json": json.dumps({**escaping, "files": {"database.duckdb": 1}}).encode()}
        ),
    ):
        target.write_bytes(sound)
        damage()
        with pytest.raises(DatabaseUnreadableError, match=r"\A[^\n]+\Z"):
            restore(elsewhere, target, force=True)
        assert contents(elsewhere.path) == before
        assert set(elsewhere.path.parent.iterdir()) <= {elsewhere.path, elsewhere.recordings}
    assert not list(tmp_path.rglob("evil"))


def test_backups_of_newer_programs_are_refused(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    execute(whole, "INSERT INTO schema_migration VALUES (999, 'x', 'x', now())")
    back_up(whole, target, with_samples=False)
    with pytest.raises(StoreError, match=r"b\.zip: written by a newer nightkick"):
        restore(elsewhere, target, force=False)
    rewritten(target, {"manifest.json": json.dumps({**manifest(target), "nightkick backup": 2}).encode()})
    with pytest.raises(StoreError, match="made by a newer nightkick"):
        restore(elsewhere, target, force=False)
    assert not elsewhere.path.exists()


def test_backing_up_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreadableError, match="no database here yet"):
        back_up(Store(tmp_path / "n.duckdb"), tmp_path / "b.zip", with_samples=False)
    assert list(tmp_path.iterdir()) == []


def test_a_second_forced_restore_keeps_what_the_first_one_kept(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    back_up(whole, tmp_path / "b.zip", with_samples=False)
    kept = []
    for name in ("first", "second", "third"):
        initialise(elsewhere)
        execute(elsewhere, f"INSERT INTO setting VALUES ('{name}', 'x')")
        kept.append(contents(elsewhere.path))
        restore(elsewhere, tmp_path / "b.zip", force=True)
    found = [contents(path) for path in elsewhere.path.parent.glob("*.replaced*.duckdb")]
    assert sorted(found, key=str) == sorted(kept, key=str)


def test_two_restores_at_once_take_two_names(whole: Store, child: Child, tmp_path: Path) -> None:
    keep = """
import sys
from pathlib import Path
from analytics.store import Store
from analytics.store.copies.kept import keep_aside
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    print(keep_aside(Store(Path(sys.argv[1]))), flush=True)
"""
    children = [child(keep, whole.path) for _ in range(3)]
    for process in children:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    names = [name for process in children for name in process.communicate("go\n", timeout=60)[0].split()]
    assert len(set(names)) == len(names) == 60
    assert {Path(name) for name in names} == set(kept_databases(whole))


def test_where_there_are_no_hard_links_a_database_is_kept_too(
    whole: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_paths: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    back_up(whole, tmp_path / "b.zip", with_samples=False)
    before = contents(whole.path)
    monkeypatch.setattr(Path, "hardlink_to", refused)
    for _ in range(2):
        assert restore(whole, tmp_path / "b.zip", force=True).kept is not None
    assert [contents(path) for path in (whole.path, *kept_databases(whole))] == [before] * 3


def test_a_log_without_its_database_is_kept_and_not_read_into_the_restored_one(
    whole: Store, child: Child, tmp_path: Path
) -> None:
    back_up(whole, tmp_path / "b.zip", with_samples=False)
    before = contents(whole.path)
    assert child(WRITE_AND_DIE, whole.path).wait(timeout=60) == 0
    log = whole.path.with_name("nights.duckdb.wal").read_bytes()
    whole.path.rename(tmp_path / "moved_away")
    kept = restore(whole, tmp_path / "b.zip", force=False).kept
    assert contents(whole.path) == before
    assert kept is not None
    assert kept.with_name(f"{kept.name}.wal").read_bytes() == log


def test_samples_of_a_kept_database_are_no_leftovers(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    initialise(elsewhere)
    back_up(elsewhere, tmp_path / "empty.zip", with_samples=False)
    (samples,) = whole.recordings.glob("*.parquet")
    os.utime(samples, (time.time() - 10_000,) * 2)
    restore(whole, tmp_path / "empty.zip", force=True)
    (kept,) = kept_databases(whole)
    assert all(finding.ok for finding in check(whole))
    tidy(whole)
    assert not samples.exists()
    assert all(finding.ok for finding in check(Store(kept)))
    restore(whole, kept, force=True)
    assert samples.exists()
    assert all(finding.ok for finding in check(whole))


def test_a_backup_of_another_database_is_not_replaced(whole: Store, elsewhere: Store, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    back_up(whole, target, with_samples=False)
    before = target.read_bytes()
    initialise(elsewhere)
    with pytest.raises(UsageError, match="of another database"):
        back_up(elsewhere, target, with_samples=False)
    assert target.read_bytes() == before
    restore(elsewhere, target, force=True)
    back_up(elsewhere, target, with_samples=False)  # it is the same one now


@pytest.mark.parametrize("are_lost", [False, True])
def test_a_backup_with_samples_is_not_replaced_by_one_that_lacks_them(
    whole: Store,
    tmp_path: Path,
    are_lost: bool,  # noqa: FBT001 - pytest hands it over
) -> None:
    target = tmp_path / "b.zip"
    back_up(whole, target, with_samples=True)
    before = target.read_bytes()
    if are_lost:
        (samples,) = whole.recordings.glob("*.parquet")
        samples.unlink()
    with pytest.raises(UsageError, match="samples that the new one would lack, of 1 recordings"):
        back_up(whole, target, with_samples=are_lost)
    assert target.read_bytes() == before
    execute(whole, "DELETE FROM recording_night; DELETE FROM recording")
    back_up(whole, target, with_samples=are_lost)  # what is in the database no more is nothing to keep


def test_a_damaged_backup_is_not_replaced(whole: Store, tmp_path: Path) -> None:
    target = tmp_path / "b.zip"
    back_up(whole, target, with_samples=False)
    rewritten(target, {"database.duckdb": b"another"})
    before = target.read_bytes()
    with pytest.raises(UsageError, match="the backup there cannot be read"):
        back_up(whole, target, with_samples=False)
    assert target.read_bytes() == before
