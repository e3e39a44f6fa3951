"""From files to stored nights, against a real database."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import flows.importing.pipeline
import flows.importing.save_recording
import flows.importing.worker_tasks
from analytics.store import Store, query, save
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_file, import_run, open_context
from ingest import read_recording
from ingest.errors import DatabaseBusyError, StaleAnalysisError, UsageError
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny
from tests.paths import ROOT


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "db" / "n.duckdb"


def rows(db: Path, statement: str) -> list[tuple[Any, ...]]:
    return query(Store(db), statement).rows()


def stored(db: Path) -> pl.DataFrame:
    """Everything that an analysis left behind, but for when and where."""
    return query(Store(db), "SELECT * EXCLUDE (version) FROM night ORDER BY ALL")


def context(db: Path, **wishes: Any) -> Context:
    return open_context(Wishes(**wishes), database=db)


def statuses(outcomes: tuple[Outcome, ...]) -> list[str]:
    return [outcome.status for outcome in outcomes]


def test_a_file_is_imported_once_whatever_it_is_called(db: Path) -> None:
    tiny(Path("a.csv"))
    first = import_run([Path("a.csv")], context(db, tz="UTC"))
    before = stored(db)
    shutil.copy("a.csv", "b.csv")
    again = import_run([Path("a.csv"), Path("b.csv")], context(db))
    assert (statuses(first), first[0].nights) == (["imported"], (date(2026, 3, 2),))
    assert statuses(again) == ["known", "known"]
    assert_frame_equal(stored(db), before)
    assert rows(db, "SELECT status, count(*) FROM imports GROUP BY ALL ORDER BY 1") == [("imported", 1), ("known", 2)]


def test_two_copies_in_one_run_are_one_recording(db: Path) -> None:
    tiny(Path("in/a.csv"))
    shutil.copy("in/a.csv", "in/b.csv")
    assert statuses(import_run([Path("in")], context(db))) == ["imported", "known"]


def test_a_file_that_is_named_again_in_one_run_is_known(db: Path) -> None:
    tiny(Path("in/a.csv"))
    Path("link.csv").symlink_to("in/a.csv")
    found = import_run([Path("in/a.csv"), Path("in/a.csv"), Path("in"), Path("link.csv")], context(db))
    assert statuses(found) == ["imported", "known", "known", "known"]
    assert {outcome.sha256 for outcome in found} == {found[0].sha256}
    assert rows(db, "SELECT status, count(*) FROM imports GROUP BY ALL ORDER BY 1") == [("imported", 1), ("known", 3)]


def test_a_file_that_is_refused_is_refused_once_however_often_it_is_named(db: Path) -> None:
    Path("a.csv").write_text("nothing")
    assert statuses(import_run([Path("a.csv"), Path("a.csv")], context(db))) == ["refused"]


def test_an_archive_that_is_named_again_counts_what_it_holds_as_known(db: Path) -> None:
    file = tiny(Path("a.csv"))
    with zipfile.ZipFile("all.zip", "w") as archive:
        archive.write(file)
    assert statuses(import_run([Path("all.zip"), Path("all.zip")], context(db))) == ["imported", "known"]


@pytest.mark.slow
def test_the_order_of_two_legs_makes_no_difference(tmp_path: Path) -> None:
    left, right = tiny(Path("left.csv"), seed=1), tiny(Path("right.csv"), seed=2, start=BEDTIME + timedelta(minutes=1))
    found = []
    for name, order in (("one", (left, right)), ("two", (right, left))):
        db = tmp_path / name / "n.duckdb"
        for file in order:
            import_run([file], context(db, tz="UTC", site="ankle", side=file.stem))
        found.append(stored(db))
    assert_frame_equal(*found)
    assert found[0].select("legs", pl.col("recordings").list.len()).rows() == [("both", 2)]


def test_a_correction_moves_the_night_to_the_other_person_and_keeps_what_it_does_not_name(db: Path) -> None:
    file = tiny(Path("a.csv"))
    import_run([file], context(db, tz="UTC", site="ankle", side="left"))
    assert statuses(import_run([file], context(db, subject="ann"))) == ["imported"]
    assert rows(db, "SELECT subject, site, legs, tz FROM nights") == [("ann", "ankle", "left", "UTC")]
    assert rows(db, "SELECT subject, site, side, zone, zone_source FROM recording") == [
        ("ann", "ankle", "left", "UTC", "user")
    ]
    assert statuses(import_run([file], context(db, subject="ann", side="left"))) == ["known"]


def test_a_corrected_zone_moves_the_night_to_another_date(db: Path) -> None:
    file = tiny(Path("a.cwa"), start=BEDTIME.replace(hour=13))
    import_run([file], context(db, tz="UTC"))
    import_run([file], context(db, tz="+02:00"))
    assert rows(db, "SELECT night_date, tz FROM nights") == [(date(2026, 3, 2), "+02:00")]


def test_a_night_without_samples_inside_a_recording_is_no_night(db: Path) -> None:
    day = timedelta(days=1)
    first, third = tiny(Path("1.csv")), tiny(Path("3.csv"), start=BEDTIME + 2 * day)
    lines = third.read_text().splitlines(keepends=True)
    Path("both.csv").write_text(first.read_text() + "".join(lines[1:] if "time" in lines[0] else lines))
    (outcome,) = import_run([Path("both.csv")], context(db, tz="UTC"))
    assert outcome.nights == (date(2026, 3, 2), date(2026, 3, 4))


def test_lost_samples_come_back_with_another_import(db: Path) -> None:
    file = tiny(Path("a.csv"))
    import_run([file], context(db))
    (parquet,) = Store(db).recordings.glob("*.parquet")
    content = parquet.read_bytes()
    for damage in (b"", content[:-100], None):
        parquet.unlink()
        if damage is not None:
            parquet.write_bytes(damage)
        assert statuses(import_run([file], context(db))) == ["imported"]
        assert parquet.read_bytes() == content
    assert statuses(import_run([file], context(db))) == ["known"]


def test_what_cannot_be_used_is_reported_and_the_rest_is_imported(run: Run, db: Path) -> None:
    good = tiny(Path("in/good.csv"))
    Path("in/empty.cwa").touch()
    Path("in/header.cwa").write_bytes(tiny(Path("whole.cwa")).read_bytes()[:1100])
    Path("in/half.cwa").write_bytes(tiny(Path("whole.cwa")).read_bytes()[:9000])
    Path("in/letter.txt").write_text("Dear diary, I slept well.\n" * 40)
    Path("in/noise.fit").write_bytes(bytes(range(256)) * 50)
    Path("in/no_unit.csv").write_text("time,x,y,z\n" + "".join(f"{1e9 + i / 25},9,9,9\n" for i in range(5000)))
    Path("void").mkdir()
    code, out, err = run("import", "in", "void", "missing.cwa", "--db", db, "--json")
    assert code == 1
    document = json.loads(out)
    assert document["counts"] == {"imported": 2, "known": 0, "refused": 6, "failed": 1}
    bad = [o for o in document["outcomes"] if o["error"]]
    assert {o["path"] for o in bad} == {
        "in/empty.cwa",
        "in/header.cwa",
        "in/letter.txt",
        "in/noise.fit",
        "in/no_unit.csv",
        "missing.cwa",
        "void",
    }
    assert all(o["error"].startswith(o["path"] + ": ") for o in bad)
    assert sorted(line for line in err.splitlines() if line.startswith("nightkick: ")) == sorted(
        f"nightkick: {o['error']}" for o in document["outcomes"] if o["error"]
    )
    assert rows(db, "SELECT path FROM recording ORDER BY 1") == [(str(good),), ("in/half.cwa",)]
    (half,) = (o for o in document["outcomes"] if o["path"] == "in/half.cwa")
    assert half["warnings"]
    assert rows(db, "SELECT path, sha256 IS NULL FROM imports WHERE error IS NOT NULL ORDER BY 1") == sorted(
        (o["path"], o["path"] in ("missing.cwa", "void")) for o in bad
    )


def test_a_defect_in_a_reader_takes_only_its_own_file_down(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [tiny(Path("a.csv"), seed=1), tiny(Path("b.csv"), seed=2)]

    def broken(path: Path, *rest: Any, **named: Any) -> Any:
        if path.name == "a.csv":
            raise RuntimeError("two\nlines")
        return read_recording(path, *rest, **named)

    monkeypatch.setattr(flows.importing.worker_tasks, "read_recording", broken)
    first, second = import_run(files, context(db))
    assert (first.status, second.status) == ("failed", "imported")
    assert first.error is not None
    assert "RuntimeError" in first.error
    assert "a.csv" in first.error


def test_a_night_that_changed_meanwhile_is_analysed_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def late(*arguments: Any) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise StaleAnalysisError("changed")
        save(*arguments)

    monkeypatch.setattr(flows.importing.save_recording, "save", late)
    assert import_file(tiny(Path("a.csv")), context(db)).status == "imported"
    assert len(tries) == 3


def test_a_night_that_never_holds_still_ends_the_run(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments: Any) -> None:
        raise StaleAnalysisError("changed")

    monkeypatch.setattr(flows.importing.save_recording, "save", never)
    with pytest.raises(DatabaseBusyError, match="kept changing"):
        import_file(tiny(Path("a.csv")), context(db))
    assert rows(db, "SELECT count(*) FROM recording") == [(0,)]


def test_an_interrupted_import_keeps_what_was_stored(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny(Path("in/a.csv"), seed=1)
    tiny(Path("in/b.csv"), seed=2)

    def interrupted(path: Path, shared: Context) -> Outcome:
        if path.name == "b.csv":
            raise KeyboardInterrupt
        return import_file(path, shared)

    monkeypatch.setattr(flows.importing.pipeline, "import_file", interrupted)
    code, out, err = run("import", "in", "--db", db)
    assert (code, out) == (130, "")
    assert err.endswith("nightkick: interrupted; what was stored stays stored\n")
    assert rows(db, "SELECT path FROM recording") == [("in/a.csv",)]


def test_our_own_recordings_are_not_imported_again(db: Path) -> None:
    file = tiny(db.parent / "a.csv")
    import_run([file], context(db))
    assert statuses(import_run([db.parent], context(db))) == ["known"]


def test_the_published_copy_holds_the_import(db: Path) -> None:
    import_run([tiny(Path("a.csv"))], context(db))
    assert rows(db.with_name("n.published.duckdb"), "SELECT count(*) FROM nights") == [(1,)]


def test_settings_say_who_wore_a_device_and_the_command_line_goes_before(run: Run, db: Path) -> None:
    Path("nightkick.toml").write_text(
        'subject = "me"\n[device."4711"]\nsubject = "ann"\nsite = "ankle"\nside = "right"\ntz = "Europe/Berlin"\n'
    )
    assert run("import", tiny(Path("a.cwa")), "--side", "left", "--db", db).code == 0
    assert rows(db, "SELECT subject, site, side, zone, zone_source FROM recording") == [
        ("ann", "ankle", "left", "Europe/Berlin", "config")
    ]


def test_an_assumed_zone_is_said(run: Run, db: Path) -> None:
    err = run("import", tiny(Path("a.cwa")), "--db", db).err
    assert "assumed" in err
    assert "--tz" in err


def test_progress_and_words_go_to_stderr_and_stdout_stays_empty_without_json(run: Run, db: Path) -> None:
    code, out, err = run("import", tiny(Path("a.csv")), "--tz", "UTC", "--db", db)
    assert (code, out) == (0, "")
    assert err.startswith("imported a.csv: night 2026-03-02\n")
    assert err.endswith("1 imported, 0 known, 0 refused, 0 failed\n")


@pytest.mark.parametrize(
    "options", [["--tz", "Mars/Base"], ["--subject", " "], ["--site", "nose"], ["--side", "up"]], ids=" ".join
)
def test_wishes_that_make_no_sense_exit_2_before_anything_is_made(options: list[str], run: Run, db: Path) -> None:
    code, out, err = run("import", tiny(Path("a.csv")), "--db", db, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not db.exists()


def test_a_deployment_carries_wishes_as_text_and_wrong_ones_are_refused() -> None:
    assert Wishes.parsed("ann", "ankle", None, None) == Wishes(subject="ann", site="ankle")
    with pytest.raises(UsageError, match="no site is called 'nose'"):
        Wishes.parsed(None, "nose", None, None)
    with pytest.raises(UsageError, match="no side is called 'up'"):
        Wishes.parsed(None, None, "up", None)


def _newer(db: Path) -> Path:
    context(db)
    import duckdb

    with duckdb.connect(str(db)) as con:
        con.execute("INSERT INTO schema_migration VALUES (9999, 'later', 'x', now())")
    return db


def _garbage(db: Path) -> Path:
    db.parent.mkdir()
    db.write_bytes(b"not a database" * 1000)
    return db


def _folder(db: Path) -> Path:
    db.mkdir(parents=True)
    return db


def _below_a_file(db: Path) -> Path:
    db.parent.parent.joinpath("file").touch()
    return db.parent.parent / "file" / "n.duckdb"


@pytest.mark.parametrize("make", [_newer, _garbage, _folder, _below_a_file])
def test_a_database_that_cannot_be_used_exits_3_in_one_line(make: Callable[[Path], Path], run: Run, db: Path) -> None:
    target = make(db)
    code, out, err = run("import", tiny(Path("a.csv")), "--db", target)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert err.startswith(f"nightkick: {target}: ")


@pytest.mark.slow
def test_a_full_disk_exits_3_and_leaves_what_was_stored(run: Run, db: Path) -> None:
    assert run("import", tiny(Path("a.csv"), seed=1), "--tz", "UTC", "--db", db).code == 0
    before = stored(db)
    big = tiny(Path("b.cwa"), seed=2, minutes=600)

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    done = subprocess.run(
        [sys.executable, "-m", "flows", "import", str(big), "--tz", "UTC", "--db", str(db)],
        env={"PATH": "", "PYTHONPATH": str(ROOT), "HOME": str(db.parent)},
        preexec_fn=small_files_only,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "no space" in done.stderr
    assert "Traceback" not in done.stderr
    assert_frame_equal(stored(db), before)
    assert run("import", big, "--tz", "UTC", "--db", db).code == 0
