"""Looking after the database: doctor --repair, backup, restore, and what outlives every import."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from analytics.store import Store, query
from ingest.workspace import PREFIX
from tests.analytics.store.making import contents, execute
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.paths import ROOT

VERDICT = """
    INSERT INTO review_entry (subject, night_date, verdict, note, reviewer, reviewed_at)
    VALUES ('me', '2026-03-02', 'confirm', 'mine', 'dr', now())
"""


@pytest.fixture
def db(tmp_path: Path, run: Run) -> Path:
    """One short night of two legs."""
    db = tmp_path / "db" / "n.duckdb"
    for seed, side in enumerate(("left", "right")):
        tiny(Path(f"{side}.csv"), seed=seed)
        assert run("import", f"{side}.csv", "--side", side, "--site", "ankle", "--tz", "UTC", "--db", db).code == 0
    return db


def people(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    found = contents(db)
    return {table: found[table] for table in ("review_entry", "journal_entry")}


@pytest.mark.slow
def test_reviews_and_journal_outlive_every_import_and_analysis(run: Run, db: Path) -> None:
    execute(Store(db), VERDICT)
    Path("j.csv").write_text("date,lights_off,got_up,caffeine_mg\n2026-03-02,22:00,06:00,80\n")
    assert run("journal", "import", "j.csv", "--db", db).code == 0
    before = people(db)
    assert [len(rows) for rows in before.values()] == [1, 3]
    for arguments in (
        ["import", "left.csv", "--side", "right"],  # corrects, so everything about it is replaced
        ["import", "left.csv", "--tz", "Asia/Tokyo"],
        ["import", "left.csv", "right.csv"],
        ["reanalyse", "--all"],
        ["reanalyse", "--ruleset", "aasm"],
        ["doctor", "--repair"],
    ):
        assert run(*arguments, "--db", db).code == 0, arguments
        assert people(db) == before, arguments


def test_a_backup_comes_back_with_everything(run: Run, db: Path, tmp_path: Path) -> None:
    execute(Store(db), VERDICT)
    made = run("backup", "b.zip", "--with-recordings", "--db", db)
    assert (made.code, made.out) == (0, "")
    assert "the samples of 2 recordings" in made.err
    new = tmp_path / "new" / "n.duckdb"
    assert run("restore", "b.zip", "--db", new).code == 0
    assert contents(new) == contents(db) == contents(Store(new).published)
    again = run("restore", "b.zip", "--db", new)
    assert (again.code, len(again.err.splitlines())) == (2, 1)
    assert run("restore", "b.zip", "--force", "--db", new).code == 0
    known = run("import", "left.csv", "right.csv", "--db", new)
    assert "0 imported, 2 known" in known.err
    assert run("doctor", "--db", new).code == 0


@pytest.mark.slow
def test_a_backup_without_recordings_says_what_it_lacks(run: Run, db: Path, tmp_path: Path) -> None:
    assert "2 recordings are not in it; --with-recordings adds them" in run("backup", "b.zip", "--db", db).err
    new = tmp_path / "new" / "n.duckdb"
    assert "import their files again" in run("restore", "b.zip", "--db", new).err
    first = run("import", "left.csv", "right.csv", "--db", new)  # the first leg cannot be analysed without the second
    assert "1 imported, 0 known, 1 refused" in first.err
    assert "2 known" in run("import", "left.csv", "right.csv", "--db", new).err
    assert run("doctor", "--db", new).code == 0


@pytest.mark.parametrize("file", ["missing.zip", "night.cwa"])
def test_what_is_no_backup_is_refused_in_one_line(run: Run, imported: Store, file: str) -> None:
    said = run("restore", file, "--force", "--db", imported.path)
    assert (said.code, len(said.err.splitlines())) == (3, 1)


def damaged_in_every_way(db: Path) -> None:
    store = Store(db)
    first, second = sorted(store.recordings.glob("*.parquet"))
    first.unlink()
    second.write_bytes(second.read_bytes()[:-100])
    execute(store, "DELETE FROM score; INSERT INTO bout SELECT 'x', '2026-01-01', now(), now(), 'sleep'")
    (db.parent / f"{PREFIX}dead").mkdir()
    stray = store.recordings / f"{'e' * 64}.parquet"
    stray.write_bytes(b"left by a killed import")
    os.utime(stray, (time.time() - 10_000,) * 2)
    db.chmod(0o644)
    store.recordings.chmod(0o755)
    store.published.write_bytes(b"")


def test_repair_mends_what_can_be_mended(run: Run, db: Path) -> None:
    before = {table: rows for table, rows in contents(db).items() if table != "import_attempt"}
    damaged_in_every_way(db)
    assert run("doctor", "--db", db).code == 1
    mended = run("doctor", "--repair", "--db", db)
    assert mended.code == 0, mended.out + mended.err
    assert "BAD" not in mended.out
    assert {table: rows for table, rows in contents(db).items() if table != "import_attempt"} == before
    assert not list(db.parent.glob(f"{PREFIX}*"))


@pytest.mark.slow
def test_repair_says_what_is_left(run: Run, db: Path) -> None:
    damaged_in_every_way(db)
    Path("left.csv").unlink()
    Path("right.csv").unlink()
    mended = run("doctor", "--repair", "--db", db)
    assert mended.code == 1
    assert "2 of 2 recordings without their samples" in mended.out


@pytest.mark.slow
def test_repair_keeps_fresh_samples_and_those_of_a_neighbour(run: Run, db: Path) -> None:
    stray = db.parent / "recordings" / f"{'e' * 64}.parquet"  # where databases made before share a folder
    stray.parent.mkdir(mode=0o700)
    stray.write_bytes(b"an import is about to store its recording")
    run("doctor", "--repair", "--db", db)
    assert stray.exists()
    os.utime(stray, (time.time() - 10_000,) * 2)
    other = db.with_name("other.duckdb")
    other.write_bytes(b"")
    run("doctor", "--repair", "--db", db)
    assert stray.exists()
    other.unlink()
    run("doctor", "--repair", "--db", db)
    assert not stray.exists()


def test_a_damaged_block_is_found(run: Run, imported: Store) -> None:
    db = imported.path
    bites = bytearray(db.read_bytes())
    for at in range(12_288 + 4096, len(bites), 4096):  # behind the three headers
        bites[at] ^= 0xFF
    db.write_bytes(bytes(bites))
    said = run("doctor", "--repair", "--db", db)
    assert said.code == 1
    assert "damaged" in said.out


def test_settings_that_others_can_change_are_found_and_mended(run: Run) -> None:
    settings = Path("nightkick.toml")
    settings.write_text('subject = "me"\n')
    settings.chmod(0o666)
    assert "others can change" in run("doctor").out
    assert "others can change" not in run("doctor", "--repair").out
    assert stat.S_IMODE(settings.stat().st_mode) == 0o644


def test_whatever_is_made_is_for_the_owner_only(run: Run, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        tiny(Path("in/a.csv"))
        Path("j.csv").write_text("date,lights_off\n2026-03-02,22:00\n")
        for arguments in (["import", "in"], ["journal", "import", "j.csv"], ["reanalyse"], ["backup", "b/b.zip"]):
            assert run(*arguments, "--db", tmp_path / "db" / "n.duckdb").code == 0
    finally:
        os.umask(before)
    made = [tmp_path / "db", *(tmp_path / "db").rglob("*"), Path("b"), Path("b/b.zip")]
    assert len(made) == 7
    assert {path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077} == set()
    assert query(Store(tmp_path / "db" / "n.duckdb"), "FROM nights").height == 1


@pytest.mark.slow
def test_no_forced_restore_of_the_real_program_destroys_what_an_earlier_one_kept(run: Run, db: Path) -> None:
    assert run("backup", "b.zip", "--db", db).code == 0
    kept = {}
    for reviewer in ("first", "second", "third"):
        execute(Store(db), VERDICT.replace("'dr'", f"'{reviewer}'"))
        command = [sys.executable, "-m", "flows", "restore", "b.zip", "--force", "--db", str(db)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
        (name,) = re.findall(r"^the database that was there is kept as (.+)$", said.stderr, re.MULTILINE)
        kept[reviewer] = Path(name)
    assert set(db.parent.glob("*.replaced*.duckdb")) == set(kept.values())
    for reviewer, path in kept.items():
        assert query(Store(path), "SELECT reviewer FROM reviews")["reviewer"].to_list() == [reviewer]
    assert run("doctor", "--repair", "--db", db).code == 0
    assert all(path.exists() for path in kept.values())
    assert stat.S_IMODE(next(iter(kept.values())).stat().st_mode) == 0o600


@pytest.mark.slow
def test_repair_brings_back_samples_of_which_a_value_is_damaged(tmp_path: Path, run: Run) -> None:
    """Number and times are right, so an import of the same file alone would find it known."""
    file, db = tiny(tmp_path / "a.cwa"), tmp_path / "n.duckdb"
    assert run("import", file, "--site", "ankle", "--tz", "UTC", "--db", db).code == 0
    (staged,) = Store(db).recordings.glob("*.parquet")
    content = bytearray(staged.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    staged.write_bytes(content)
    assert "without their samples" in run("doctor", "--db", db).out
    run("doctor", "--repair", "--db", db)
    assert "samples of all 1 recordings are in place" in run("doctor", "--db", db).out
