"""Locks in folders that others write to: a planted link or folder is neither followed nor cleared away."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from flows.unattended.schedule_plan import only_one
from ingest.errors import UsageError
from ingest.locks import Taking, is_still_at, open_lock, take
from ingest.workspace import abandoned, workspace


def test_a_lock_is_for_its_owner_only_and_can_be_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        os.close(open_lock(tmp_path / "lock"))
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_one_handle_has_a_lock_until_it_is_closed(tmp_path: Path) -> None:
    first, second = open_lock(tmp_path / "lock"), open_lock(tmp_path / "lock")
    assert (take(first), take(second)) == (Taking.OURS, Taking.THEIRS)
    os.close(first)
    assert take(second) is Taking.OURS
    os.close(second)


def test_a_file_system_without_locks_is_told_from_a_lock_that_another_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    handle = open_lock(tmp_path / "lock")
    assert take(handle) is Taking.NO_LOCKS_HERE
    os.close(handle)
    with only_one(tmp_path / "n.duckdb"):  # nothing guards it there, and nothing is in its way
        pass


def test_a_lock_file_that_was_removed_or_replaced_is_not_the_one_of_that_name(tmp_path: Path) -> None:
    handle = open_lock(tmp_path / "lock")
    assert is_still_at(tmp_path / "lock", handle)
    (tmp_path / "lock").unlink()
    assert not is_still_at(tmp_path / "lock", handle)
    (tmp_path / "lock").touch()
    assert not is_still_at(tmp_path / "lock", handle)
    os.close(handle)


@pytest.mark.parametrize("make", ["link", "hard link", "dangling link", "folder", "pipe"])
def test_what_is_planted_under_the_name_of_a_lock_is_refused_in_a_line(tmp_path: Path, make: str) -> None:
    victim, lock = tmp_path / "victim", tmp_path / ".n.schedule"
    victim.write_text("mine", encoding="utf-8")
    if make == "pipe":
        os.mkfifo(lock)
    elif make == "folder":
        lock.mkdir()
    elif make == "hard link":
        lock.hardlink_to(victim)
    else:
        lock.symlink_to(victim if make == "link" else tmp_path / "nothing")
    with (
        pytest.raises(UsageError, match=r"\A[^\n]*\.n\.schedule: cannot be used as a lock[^\n]*\Z"),
        only_one(tmp_path / "n.duckdb"),
    ):
        pass
    assert victim.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("place", ["missing/lock", "file/lock"])
def test_a_lock_where_none_can_lie_is_refused_with_the_folder_to_check(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be used as a lock") as caught:
        open_lock(tmp_path / place)
    assert caught.value.hint == "check the folder"


def test_a_pipe_that_comes_between_the_look_and_the_opening_is_refused_and_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "lock")
    monkeypatch.setattr("ingest.locks._found", lambda _path: None)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(UsageError, match="cannot be used as a lock"):
        open_lock(tmp_path / "lock")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_link_that_is_called_like_a_workspace_is_none(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").touch()
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / ".nightkick-planted").symlink_to(mine)
    assert abandoned(shared) == ()
    with workspace(shared):
        pass
    assert (mine / "file").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_no_workspace_of_ours(tmp_path: Path) -> None:
    theirs = tmp_path / ".nightkick-theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    with workspace(tmp_path):
        pass
    assert theirs.exists()
