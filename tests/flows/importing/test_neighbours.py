"""Samples belong to one database, whatever else lies in its folder, and whenever the database was made."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from analytics.store import Store, keep_samples, load_samples, query
from tests.flows.conftest import Run
from tests.flows.making import tiny

ALL_TIME = (-(2**62), 2**62)
ZONES = {"a.duckdb": "UTC", "b.duckdb": "Asia/Tokyo"}


def first_times(db: Path | str) -> list[int]:
    """First sample of each recording, as kept."""
    store = Store(Path(db))
    hashes = query(store, "SELECT sha256 FROM recordings ORDER BY sha256")["sha256"]
    return [int(load_samples(store, sha256, *ALL_TIME).time_us[0]) for sha256 in hashes]


def brought_in(run: Run, db: str, zone: str) -> None:
    assert run("import", "night.cwa", "--site", "ankle", "--side", "left", "--tz", zone, "--db", db).code == 0


def as_made_before(db: str) -> None:
    """Put the samples of a database where they lay before each database had a folder for them."""
    shared = Path("recordings")
    shared.mkdir(mode=0o700, exist_ok=True)
    for path in Store(Path(db)).recordings.glob("*.parquet"):
        path.replace(shared / path.name)
    if Store(Path(db)).recordings != shared:
        Store(Path(db)).recordings.rmdir()


@pytest.fixture
def neighbours(run: Run) -> None:
    """Two databases in one folder that read one file in two zones."""
    tiny(Path("night.cwa"))
    for db, zone in ZONES.items():
        brought_in(run, db, zone)


@pytest.mark.slow
def test_two_databases_in_one_folder_keep_their_samples_apart(run: Run, neighbours: None) -> None:
    for db in ZONES:
        said = run("doctor", "--db", db)
        assert (said.code, "BAD" in said.out) == (0, False), said.out
        assert run("reanalyse", "--all", "--db", db).code == 0
    (early,), (late,) = first_times("b.duckdb"), first_times("a.duckdb")
    assert late - early == 9 * 3_600_000_000


@pytest.mark.first_case
@pytest.mark.parametrize("name", ["a", "a.db", "a.b.duckdb", "a.published.duckdb"])
def test_names_that_are_alike_share_no_folder(run: Run, name: str) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, "a.duckdb", "UTC")
    before = first_times("a.duckdb")
    Path(name).unlink(missing_ok=True)
    brought_in(run, name, "Asia/Tokyo")
    assert first_times("a.duckdb") == before
    assert run("reanalyse", "--all", "--db", "a.duckdb").code == 0


def test_databases_made_before_keep_theirs(run: Run) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, "a.duckdb", "UTC")
    as_made_before("a.duckdb")
    for arguments in (["doctor"], ["reanalyse", "--all"], ["backup", "a.zip", "--with-recordings"]):
        assert run(*arguments, "--db", "a.duckdb").code == 0, arguments
    assert "1 known" in run("import", "night.cwa", "--db", "a.duckdb").err
    assert not Store(Path("a.duckdb")).recordings.exists()


@pytest.mark.slow
def test_a_neighbour_leaves_samples_kept_before_alone(run: Run) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, "a.duckdb", "UTC")
    as_made_before("a.duckdb")
    (shared,) = Path("recordings").glob("*.parquet")
    before = shared.read_bytes()
    brought_in(run, "b.duckdb", "Asia/Tokyo")
    assert run("doctor", "--repair", "--db", "b.duckdb").code == 0
    assert run("restore", backup_of(run, "b.duckdb"), "--force", "--db", "b.duckdb").code == 0
    assert shared.read_bytes() == before
    assert run("doctor", "--db", "a.duckdb").code == 0


def backup_of(run: Run, db: str) -> str:
    assert run("backup", f"{db}.zip", "--with-recordings", "--db", db).code == 0
    return f"{db}.zip"


@pytest.mark.slow
def test_two_databases_made_before_that_shared_one_file_both_get_right(run: Run, neighbours: None) -> None:
    as_made_before("a.duckdb")
    as_made_before("b.duckdb")  # replaces the samples of a
    lost = run("doctor", "--db", "a.duckdb")
    assert (lost.code, "import their files again" in lost.out) == (1, True)
    assert run("doctor", "--db", "b.duckdb").code == 0
    assert "1 imported" in run("import", "night.cwa", "--db", "a.duckdb").err
    for db in ZONES:
        assert run("doctor", "--db", db).code == 0
        assert run("reanalyse", "--all", "--db", db).code == 0


@pytest.mark.slow
def test_a_file_read_again_in_another_zone_leaves_what_was_shared(run: Run, neighbours: None) -> None:
    as_made_before("b.duckdb")
    brought_in(run, "b.duckdb", "America/New_York")
    assert run("doctor", "--db", "b.duckdb").code == 0
    assert len(list(Path("recordings").glob("*.parquet"))) == 1
    for other in list(Path().glob("a.*")):
        shutil.rmtree(other) if other.is_dir() else other.unlink()
    stale = run("doctor", "--db", "b.duckdb")
    assert "1 files of samples without a recording" in stale.out
    (shared,) = Path("recordings").glob("*.parquet")
    os.utime(shared, (time.time() - 10_000,) * 2)
    assert run("doctor", "--repair", "--db", "b.duckdb").code == 0
    assert list(Path("recordings").glob("*.parquet")) == []


@pytest.mark.slow
@pytest.mark.parametrize("neighbour", ["b.db", "b.replaced.duckdb"])
def test_what_was_shared_stays_while_any_other_database_lies_there(run: Run, neighbour: str) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, neighbour, "UTC")
    as_made_before(neighbour)
    Path("recordings", f"{'e' * 64}.parquet").write_bytes(b"whose?")
    for path in Path("recordings").iterdir():
        os.utime(path, (time.time() - 10_000,) * 2)
    tiny(Path("other.cwa"), seed=2)
    assert run("import", "other.cwa", "--db", "b.duckdb", "--site", "ankle", "--side", "left").code == 0
    assert run("doctor", "--repair", "--db", "b.duckdb").code == 0
    assert len(list(Path("recordings").iterdir())) == 2


@pytest.mark.slow
def test_the_published_copy_finds_the_samples_and_never_changes_them(run: Run) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, "a.duckdb", "UTC")
    copy = Store(Path("a.duckdb")).published
    assert first_times(copy) == first_times("a.duckdb")
    tiny(Path("second.cwa"), seed=2)
    assert run("import", "second.cwa", "--db", "a.duckdb", "--site", "ankle", "--side", "left").code == 0
    for path in Store(Path("a.duckdb")).recordings.iterdir():
        os.utime(path, (time.time() - 10_000,) * 2)
    shutil.copy(copy, "old")
    brought_in(run, str(copy), "Asia/Tokyo")
    assert run("doctor", "--repair", "--db", copy).code == 0
    said = run("doctor", "--db", "a.duckdb").out.splitlines()
    assert [line for line in said if line.startswith("BAD") and "published" not in line] == []


def test_a_renamed_database_says_where_its_samples_are(run: Run) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, "a.duckdb", "UTC")
    Path("a.duckdb").rename("b.duckdb")
    said = run("doctor", "--db", "b.duckdb")
    assert said.code == 1
    (line,) = (line for line in said.out.splitlines() if line.startswith("BAD"))
    command = line.rpartition(" -> ")[2].partition(" (")[0]
    assert command == "mv -n a.duckdb.recordings b.duckdb.recordings".replace("a.", f"{Path.cwd()}/a.").replace(
        " b.", f" {Path.cwd()}/b."
    )
    assert "mv -n" in run("reanalyse", "--all", "--db", "b.duckdb").err
    assert os.system(command) == 0
    assert run("doctor", "--db", "b.duckdb").code == 0
    assert run("reanalyse", "--all", "--db", "b.duckdb").code == 0


@pytest.mark.slow
@pytest.mark.first_case
@pytest.mark.parametrize("act", ["renamed", "copied", "renamed and used"])
def test_repair_brings_the_samples_of_a_renamed_or_copied_database(run: Run, act: str) -> None:
    tiny(Path("night.cwa"))
    brought_in(run, "a.duckdb", "UTC")
    Path("night.cwa").unlink()
    (shutil.copy if act == "copied" else os.rename)("a.duckdb", "b.duckdb")
    if act == "renamed and used":
        tiny(Path("second.cwa"), seed=2)
        run("import", "second.cwa", "--db", "b.duckdb", "--site", "ankle", "--side", "left", "--subject", "other")
    said = run("doctor", "--repair", "--db", "b.duckdb")
    assert said.code == 0, said.out + said.err
    if act == "copied":
        assert run("doctor", "--db", "a.duckdb").code == 0


def test_a_link_to_a_database_leads_to_its_samples(run: Run) -> None:
    tiny(Path("night.cwa"))
    Path("real").mkdir()
    brought_in(run, "real/a.duckdb", "UTC")
    Path("link.duckdb").symlink_to("real/a.duckdb")
    assert first_times("link.duckdb") == first_times("real/a.duckdb")
    assert run("reanalyse", "--all", "--db", "link.duckdb").code == 0


@pytest.mark.slow
def test_kept_samples_stay_with_the_database_that_was_set_aside(run: Run, neighbours: None) -> None:
    db, aside = Path("a.duckdb"), Path("a.replaced-1.duckdb")
    before = first_times(db)
    keep_samples(Store(db), aside)
    keep_samples(Store(db), aside)  # a second time, as after a kill
    shutil.copy(db, aside)
    brought_in(run, "a.duckdb", "America/New_York")
    assert first_times(db) != before
    assert first_times(aside) == before
    assert run("reanalyse", "--all", "--db", aside).code == 0


@pytest.mark.slow
def test_an_import_of_a_folder_passes_over_the_samples_of_every_database(run: Run, tmp_path: Path) -> None:
    tiny(Path("in/night.cwa"))
    for db in ("in/a.duckdb", "in/b.duckdb", "in/deep/c.duckdb"):
        assert run("import", "in/night.cwa", "--db", db, "--site", "ankle", "--side", "left").code == 0
    Path("in/recordings").mkdir(exist_ok=True)
    (staged,) = Store(Path("in/a.duckdb")).recordings.glob("*.parquet")
    shutil.copy(staged, "in/recordings")
    Path("in/a.duckdb").unlink()
    tiny(Path("in/recordings/mine.cwa"), seed=3)
    said = run("import", "in", "--db", tmp_path / "new.duckdb", "--site", "ankle", "--side", "left")
    assert (said.code, "2 imported, 0 known" in said.err) == (0, True), said.err
