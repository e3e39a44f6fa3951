"""Which files of an inbox a run tries, and what becomes of them."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.store import SeenFile, query, seen_files
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.pipeline import open_context
from flows.unattended import inbox, inbox_run
from flows.unattended.archive import move_stored
from flows.unattended.inbox import Look, is_settled, look_at, look_through
from flows.unattended.inbox_run import Visit, visit
from ingest.errors import UnreadableFileError
from tests.flows.importing import test_losses as losses
from tests.flows.making import tiny

HOUR_S = 3600.0
FOLDER = Path("inbox")


def settled(path: Path, *, age_s: float = HOUR_S) -> Path:
    """The file, last changed so long ago."""
    then_ns = time.time_ns() - round(age_s * 1e9)
    os.utime(path, ns=(then_ns, then_ns))
    return path


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No waiting, and an empty inbox in the working directory."""
    monkeypatch.setattr(inbox, "LOOK_AGAIN_S", 0.0)
    monkeypatch.setattr(inbox, "SETTLED_S", 600.0)  # longer than any of these tests takes
    monkeypatch.setattr(inbox_run, "RETRY_PAUSES_S", (0.0,))
    FOLDER.mkdir()


def come_by(settings: str = "") -> Visit:
    """One unattended run."""
    Path("nightkick.toml").write_text(settings, encoding="utf-8")
    return visit(FOLDER.absolute(), context())


def context() -> Context:
    return open_context(Wishes(), database="n.duckdb")


def statuses(found: Visit) -> list[tuple[str, str]]:
    return [(outcome.path.name, outcome.status) for outcome in found.outcomes]


# What a look decides.


@given(age_s=st.floats(-1e9, 1e9))
def test_a_file_that_was_changed_within_the_last_seconds_waits_and_no_other(age_s: float) -> None:
    now_ns = 1_800_000_000 * 10**9
    look = Look("1:2:3", now_ns - round(age_s * 1e9))
    assert is_settled(look, look, now_ns) == (abs(look.changed_ns - now_ns) >= inbox.SETTLED_S * 1e9)


@given(first=st.tuples(st.integers(0, 3), st.integers(0, 3)), second=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_a_file_that_differs_between_two_looks_waits(first: tuple[int, int], second: tuple[int, int]) -> None:
    one, two = (Look(f"{size}:{changed}:7", changed) for size, changed in (first, second))
    assert is_settled(one, two, 10**18) == (first == second)


def test_a_file_that_grows_between_two_looks_under_an_old_time_of_change_waits() -> None:
    file = settled(tiny(FOLDER / "a.csv"))

    def somebody_writes(_seconds: float) -> None:
        with file.open("a") as more:
            more.write("x")
        settled(file)

    found = look_through(FOLDER, lambda _: None, version="1", pause=somebody_writes)
    assert (dict(found.new), found.waiting) == ({}, (file,))


@pytest.mark.parametrize("seconds", [-1e6, 1e6])
def test_a_wrong_clock_of_a_device_makes_no_file_wait_for_ever(seconds: float) -> None:
    file = settled(tiny(FOLDER / "a.csv"), age_s=seconds)
    assert look_through(FOLDER, lambda _: None, version="1").waiting == ()
    assert file.exists()


def test_a_recording_in_several_files_waits_for_the_last_of_them() -> None:
    main = settled(tiny(FOLDER / "ACC.csv"))
    settled(tiny(FOLDER / "TEMP.csv"))
    late = tiny(FOLDER / "tags.csv")
    assert look_through(FOLDER, lambda _: None, version="1").waiting == (main,)
    settled(late)
    assert list(look_through(FOLDER, lambda _: None, version="1").new) == [main]


@pytest.mark.parametrize("change", ["size", "time", "inode", "nothing"])
def test_a_change_of_size_time_or_inode_makes_a_file_new(change: str) -> None:
    file = settled(tiny(FOLDER / "a.csv"))
    before = file.stat()
    seen = SeenFile(look_at(file).stamp, is_done=True, version="1")
    if change == "size":
        file.write_bytes(file.read_bytes() + b"\n")
    if change == "inode":
        copy = Path("copy")
        copy.write_bytes(file.read_bytes())
        copy.replace(file)
    if change == "time":
        settled(file, age_s=2 * HOUR_S)
    else:
        os.utime(file, ns=(before.st_mtime_ns, before.st_mtime_ns))
    found = look_through(FOLDER, lambda _: seen, version="1")
    assert (list(found.new), list(found.done)) == (([], [file]) if change == "nothing" else ([file], []))


def test_a_newer_version_tries_again_what_an_older_one_refused() -> None:
    file = settled(tiny(FOLDER / "a.csv"))
    refused, done = (SeenFile(look_at(file).stamp, is_done=is_done, version="1") for is_done in (False, True))
    assert file in look_through(FOLDER, lambda _: refused, version="2").new
    assert look_through(FOLDER, lambda _: refused, version="1").refused == (file,)
    assert file in look_through(FOLDER, lambda _: done, version="2").done


# What a run does.


def test_an_empty_inbox_is_no_error() -> None:
    found = come_by()
    assert (found.outcomes, found.problems, found.summary()) == ((), (), "nothing new")


def test_each_file_is_tried_once_until_it_changes() -> None:
    settled(tiny(FOLDER / "a.csv", seed=1))
    (FOLDER / "b.cwa").write_bytes(b"no recording")
    settled(FOLDER / "b.cwa")
    tiny(FOLDER / "c.csv", seed=3)
    first, second = come_by(), come_by()
    assert statuses(first) == [("a.csv", "imported"), ("b.cwa", "refused")]
    assert first.waiting == (FOLDER.absolute() / "c.csv",)
    assert (statuses(second), second.refused_before) == ([], 1)
    settled(tiny(FOLDER / "b.cwa", seed=2))
    settled(FOLDER / "c.csv")
    assert statuses(come_by()) == [("b.cwa", "imported"), ("c.csv", "imported")]
    why = query(context().store, "SELECT error FROM imports WHERE path LIKE '%b.cwa' AND error IS NOT NULL").rows()
    assert len(why) == 1
    assert (FOLDER / "b.cwa").exists()


def test_a_file_that_cannot_be_read_is_tried_again_at_once_and_every_night(monkeypatch: pytest.MonkeyPatch) -> None:
    settled(tiny(FOLDER / "a.csv"))
    calls = []

    def unreadable(path: Path, *_: object) -> str:
        calls.append(path)
        raise UnreadableFileError("the disk or card failed while reading", path=path)

    with monkeypatch.context() as broken:
        broken.setattr("flows.importing.pipeline.sha256_of_all", unreadable)
        assert statuses(come_by()) == [("a.csv", "failed")]
    assert len(calls) == 2
    assert statuses(come_by()) == [("a.csv", "imported")]


def test_an_archive_is_done_only_when_everything_in_it_is() -> None:
    import zipfile

    tiny(Path("a.csv"))
    for name, content in (("good", ()), ("half", (("b.cwa", "broken"),))):
        with zipfile.ZipFile(FOLDER / f"{name}.zip", "w") as archive:
            archive.write("a.csv")
            for inside, text in content:
                archive.writestr(inside, text)
        settled(FOLDER / f"{name}.zip")
    come_by()
    seen = seen_files(context().store)
    assert [(s := seen.get(FOLDER.absolute() / f"{n}.zip")) and s.is_done for n in ("good", "half")] == [True, False]


def test_a_missing_folder_is_said_and_looked_for_again() -> None:
    FOLDER.rmdir()
    assert statuses(come_by()) == [("inbox", "failed")]
    FOLDER.mkdir()
    settled(tiny(FOLDER / "a.csv"))
    assert statuses(come_by()) == [("a.csv", "imported")]


def test_a_name_that_is_no_text_is_remembered_too() -> None:
    file = FOLDER / os.fsdecode(b"\xff.csv")
    settled(tiny(file))
    assert [status for _, status in statuses(come_by())] == ["imported"]
    assert statuses(come_by()) == []


# Moving away what is stored.

ARCHIVE = '[inbox]\narchive = "done"\n'


def test_stored_recordings_are_moved_beside_the_inbox_and_refused_ones_stay() -> None:
    settled(tiny(FOLDER / "2026" / "a.csv"))
    (FOLDER / "b.cwa").write_bytes(b"no recording")
    settled(FOLDER / "b.cwa")
    found = come_by(ARCHIVE)
    assert (found.n_moved, found.problems) == (1, ())
    assert [path.name for path in Path("done/2026").iterdir()] == ["a.csv"]
    assert [path.name for path in FOLDER.rglob("*") if path.is_file()] == ["b.cwa"]
    assert seen_files(context().store).get(FOLDER.absolute() / "2026" / "a.csv") is None


def test_nothing_is_ever_overwritten() -> None:
    contents = set()
    for seed in (1, 2, 3):
        contents.add(settled(tiny(FOLDER / "a.csv", seed=seed)).read_bytes())
        assert come_by(ARCHIVE).n_moved == 1
    assert sorted(path.name for path in Path("done").iterdir()) == ["a (2).csv", "a (3).csv", "a.csv"]
    assert {path.read_bytes() for path in Path("done").iterdir()} == contents


def test_an_archive_inside_the_inbox_is_not_looked_through() -> None:
    settled(tiny(FOLDER / "a.csv"))
    settings = ARCHIVE.replace("done", "inbox/done")
    assert come_by(settings).n_moved == 1
    assert statuses(come_by(settings)) == []
    assert (FOLDER / "done" / "a.csv").exists()


def test_what_was_stored_before_there_was_an_archive_is_moved_as_well() -> None:
    settled(tiny(FOLDER / "a.csv"))
    assert come_by().n_moved == 0
    assert come_by(ARCHIVE).n_moved == 1


def test_a_recording_in_several_files_is_moved_whole() -> None:
    for name in ("ACC.csv", "TEMP.csv", "tags.csv"):
        settled(tiny(FOLDER / name))
    stamps = {FOLDER / "ACC.csv": look_at(FOLDER / "ACC.csv").stamp}
    moved, problems = move_stored(FOLDER, stamps, Path("done"))
    assert (moved, problems, list(FOLDER.iterdir())) == ([FOLDER / "ACC.csv"], [], [])
    assert sorted(path.name for path in Path("done").iterdir()) == ["ACC.csv", "TEMP.csv", "tags.csv"]


def test_a_recording_that_changed_after_it_was_stored_stays() -> None:
    file = settled(tiny(FOLDER / "a.csv"))
    stamp = look_at(file).stamp
    settled(file, age_s=2 * HOUR_S)
    assert move_stored(FOLDER, {file: stamp}, Path("done")) == ([], [])
    assert file.exists()


def test_what_a_link_out_of_the_inbox_leads_to_is_neither_read_nor_moved() -> None:
    file = settled(tiny(Path("elsewhere/a.csv")))
    (FOLDER / "link").symlink_to(Path("elsewhere").absolute(), target_is_directory=True)
    found = come_by(ARCHIVE)
    assert (statuses(found), found.n_moved, file.exists()) == ([("link", "passed over")], 0, True)
    assert "leads out of the imported folder" in found.outcomes[0].warnings[0]
    assert found.notices == ()
    assert statuses(come_by(ARCHIVE)) == [("link", "passed over")]


def test_an_archive_that_cannot_be_written_is_a_problem_and_the_import_stands() -> None:
    settled(tiny(FOLDER / "a.csv"))
    Path("done").touch()
    found = come_by(ARCHIVE)
    assert statuses(found) == [("a.csv", "imported")]
    assert "cannot be moved" in found.problems[0]
    assert (FOLDER / "a.csv").exists()


def test_the_last_night_that_should_be_there_is_yesterdays() -> None:
    Path("nightkick.toml").write_text('tz = "Europe/Berlin"\n[notify]\nno_data_nights = 1\n', encoding="utf-8")
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 00:30 on the 25th in Berlin
    assert str(inbox_run.should_have_come(context().settings, late)) == "2026-11-24"


def test_a_recording_of_which_a_part_is_missing_is_not_called_well() -> None:
    FOLDER.mkdir(exist_ok=True)
    settled(losses.table(FOLDER / "a.csv", n_bad=losses.N // 5))
    found = come_by()
    assert statuses(found) == [("a.csv", "imported")]
    assert "1 with a part missing" in found.summary()
