"""Archives and recordings of several files through the pipeline: the same nights as the files themselves, once."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.store import Store, query
from flows.importing.declared import Wishes
from flows.importing.inputs import find_inputs
from flows.importing.outcomes import MANY, Outcome
from flows.importing.pipeline import import_run, open_context
from ingest import Recording, read_recording
from ingest.writers.fit_tables import ENUM, UINT32, fit_file, message
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny
from tests.ingest import exports
from tests.paths import ROOT

SECONDS = exports.ns(600, 100, 0) / 1e9


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "db" / "n.duckdb"


def imported(paths: list[Path], db: Path, **wishes: Any) -> tuple[Outcome, ...]:
    return import_run(paths, open_context(Wishes(**{"tz": "UTC", **wishes}), database=db))


def ways(outcomes: tuple[Outcome, ...]) -> list[tuple[str, str]]:
    return [(str(outcome.path), outcome.status) for outcome in outcomes]


def stored(db: Path) -> pl.DataFrame:
    return query(Store(db), "SELECT * EXCLUDE (version) FROM night ORDER BY ALL")


def shelf(folder: Path) -> list[Path]:
    """One recording of each kind, on nights of their own: the files to import."""
    exports.empatica(folder / "e4")
    exports.logger_ios(folder / "ios")
    exports.phyphox(folder / "px", SECONDS, exports.noise(600))
    tiny(folder / "legs" / "left.cwa", start=BEDTIME, seed=1)
    tiny(folder / "legs" / "right.csv", start=BEDTIME, seed=2)
    return [
        folder / "e4" / "ACC.csv",
        folder / "ios" / "Accelerometer.csv",
        folder / "legs" / "left.cwa",
        folder / "legs" / "right.csv",
        folder / "px" / "Raw Data.csv",
    ]


@pytest.mark.slow
def test_a_folder_a_zip_and_the_single_files_give_the_same_database(tmp_path: Path) -> None:
    folder = Path("in")
    files = shelf(folder)
    packed = exports.zip_of(Path("all.zip"), *sorted(folder.iterdir()))
    found = []
    for name, paths in (("files", files), ("folder", [folder]), ("zip", [packed])):
        db = tmp_path / name / "n.duckdb"
        outcomes = imported(paths, db)
        assert [outcome.status for outcome in outcomes] == ["imported"] * 5, outcomes
        found.append(stored(db))
        # Whatever way it comes in again, it is known and changes nothing.
        for again in (files, [folder], [packed]):
            assert {outcome.status for outcome in imported(again, db)} == {"known"}
            assert_frame_equal(stored(db), found[-1])
    assert_frame_equal(found[0], found[1])
    assert_frame_equal(found[0], found[2])


def test_what_is_in_an_archive_is_called_by_the_way_inside(db: Path) -> None:
    inner = exports.zip_of(Path("inner.zip"), shelf(Path("in"))[0].parent)
    with zipfile.ZipFile("outer.zip", "w") as archive:
        archive.write(inner, "deep/inner.zip")
        archive.write(tiny(Path("n.cwa")), "n.cwa")
        archive.writestr("bad.cwa", b"MD" + bytes(2000))
    outcomes = imported([Path("outer.zip")], db)
    assert ways(outcomes) == [
        ("outer.zip/deep/inner.zip/e4/ACC.csv", "imported"),
        ("outer.zip/n.cwa", "imported"),
        ("outer.zip/bad.cwa", outcomes[2].status),
    ]
    assert outcomes[2].error is not None
    assert outcomes[2].error.startswith("outer.zip/bad.cwa: ")
    paths = query(Store(db), "SELECT path FROM recording ORDER BY 1").to_series().to_list()
    assert paths == ["outer.zip/deep/inner.zip/e4/ACC.csv", "outer.zip/n.cwa"]
    assert query(Store(db), "SELECT path FROM imports WHERE error IS NOT NULL").item() == "outer.zip/bad.cwa"
    assert list(db.parent.glob("*recordings/.nightkick-*")) == []


def test_a_zip_and_its_unpacked_file_in_one_run_are_one_recording(db: Path) -> None:
    file = tiny(Path("in/n.cwa"))
    with zipfile.ZipFile("in/a.zip", "w") as archive:
        archive.write(file, "n.cwa")
    Path("in/z.gz").write_bytes(gzip.compress(Path("in/a.zip").read_bytes()))
    assert ways(imported([Path("in")], db)) == [
        ("in/a.zip/n.cwa", "imported"),
        ("in/n.cwa", "known"),
        ("in/z.gz/n.cwa", "known"),
    ]


def test_whichever_file_of_a_recording_is_named_it_is_that_recording(db: Path) -> None:
    shelf(Path("in"))
    for name in ("in/px", "in/px/meta/time.csv", "in/px/meta/device.csv", "in/px/Raw Data.csv"):
        (outcome,) = imported([Path(name)], db)
        assert outcome.status == ("imported" if name == "in/px" else "known")
    assert find_inputs([Path("in/e4/BVP.csv"), Path("in/e4"), Path("in/e4/info.txt")]).files == (Path("in/e4/ACC.csv"),)


def test_other_companions_are_another_recording(db: Path) -> None:
    shelf(Path("in"))
    assert imported([Path("in/px")], db)[0].status == "imported"
    times = Path("in/px/meta/time.csv")
    times.write_text(times.read_text().replace("1710281700", "1710281760"))
    assert imported([Path("in/px")], db)[0].status == "imported"


def ordinary_fit(number: int) -> bytes:
    """An activity without movement: so far at such a time."""
    told = message(0, (0, ENUM, 4), (3, UINT32, number))
    return fit_file(told + message(20, (253, UINT32, 1_000_000_000 + number), (5, UINT32, 100 * number)))


def export_of_an_account(path: Path, *, with_night: bool, n: int = 30) -> Path:
    """Garmin's: a zip of zips with activities, documents, and perhaps a night."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for i in range(n):
            archive.writestr(f"{i}.fit", ordinary_fit(i))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DI_CONNECT/UploadedFiles_0-_Part1.zip", inner.getvalue())
        archive.writestr("DI_CONNECT/profile.json", "{}")
        archive.writestr("DI_CONNECT/about.txt", "This is your data.\n" * 20)
        archive.writestr("photo", b"\x89PNG\r\n" + bytes(100))
        if with_night:
            archive.write(tiny(Path("n.csv")), "night.csv")
    return path


def test_ordinary_activities_in_an_export_are_counted_and_do_not_fail_it(run: Run, db: Path) -> None:
    path = export_of_an_account(Path("export.zip"), with_night=True)
    code, out, err = run("import", path, "--tz", "UTC", "--db", db, "--json")
    assert code == 0
    assert err.splitlines() == [
        "imported export.zip/night.csv: night 2026-03-02",
        "  export.zip: passed over, because they hold neither movement nor sleep: 30 files",
        "1 imported, 0 known, 0 refused, 0 failed",
    ]
    document = json.loads(out)
    assert document["counts"] == {"imported": 1, "known": 0, "refused": 0, "failed": 0}
    assert [outcome["status"] for outcome in document["outcomes"]] == ["imported", "passed over"]
    assert query(Store(db), "SELECT status, count(*) FROM imports GROUP BY ALL").rows() == [("imported", 1)]
    assert run("import", path, "--tz", "UTC", "--db", db).err.splitlines()[-1].startswith("0 imported, 1 known")


def of_files(said: str) -> list[str]:
    """Lines about files: behind them stand the numbers, and that a new database was made."""
    *lines, summary, made = said.splitlines()
    assert summary.startswith("0 imported")
    assert made.startswith("a new database was made, with no night in it")
    return lines


def test_nothing_comes_back_from_a_backup_or_from_kept_samples_by_an_import(run: Run, db: Path) -> None:
    assert run("import", tiny(Path("n.csv")), "--tz", "UTC", "--db", db).code == 0
    assert run("backup", "in/b.zip", "--with-recordings", "--db", db).code == 0
    (kept,) = Path(f"{db}.recordings").glob("*.parquet")
    copy = Path("in/kept.parquet")
    shutil.copy(kept, copy)
    code, _, err = run("import", "in", "--tz", "UTC", "--db", "other/n.duckdb")
    assert code == 1
    assert of_files(err) == [
        "nightkick: in/b.zip: a backup that nightkick made, no recording (bring it back with nightkick restore)",
        "nightkick: in/kept.parquet: samples that nightkick keeps, no recording of a device "
        "(import the file that came from the device; nightkick restore brings back a backup)",
    ]


def test_an_export_in_which_nothing_can_be_used_says_why_once(run: Run, db: Path) -> None:
    path = export_of_an_account(Path("export.zip"), with_night=False)
    code, _, err = run("import", path, "--tz", "UTC", "--db", db)
    assert code == 1
    assert err.startswith("nightkick: export.zip: 30 files in it cannot be used: a FIT file without acceleration")
    assert "the first is export.zip/DI_CONNECT/UploadedFiles_0-_Part1.zip/0.fit" in err
    assert len(of_files(err)) == 1


@pytest.mark.parametrize("n", [1, MANY - 1, MANY])
def test_few_files_with_one_reason_are_told_one_by_one(run: Run, db: Path, n: int) -> None:
    path = export_of_an_account(Path("export.zip"), with_night=False, n=n)
    assert len(of_files(run("import", path, "--db", db).err)) == (n if n < MANY else 1)


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        ([], "nightkick: a.zip: nothing is in this archive"),
        ([("a.json", "{}"), ("b.pdf", "%PDF")], "nightkick: a.zip: nothing in this archive is a recording"),
        ([("a.txt", "Dear diary\n" * 9), ("b", "x\n" * 9)], "nightkick: a.zip: nothing in this archive is a recording"),
        ([("a.txt", "Dear diary\n" * 9)], "nightkick: a.zip/a.txt: not a table of samples"),
        ([("a.cwa", "Dear diary\n" * 9)], "nightkick: a.zip/a.cwa: not an Axivity recording"),
    ],
)
def test_an_archive_without_a_recording_is_one_clear_error(
    run: Run, db: Path, contents: list[tuple[str, str]], says: str
) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        for name, content in contents:
            archive.writestr(name, content)
    code, _, err = run("import", "a.zip", "--db", db)
    assert (code, len(of_files(err))) == (1, 1)
    assert err.startswith(says)
    inspected = run("inspect", "a.zip")
    assert (inspected.code, len(inspected.err.splitlines())) == (1, 1)
    assert str(Path("/tmp")) not in inspected.err


def test_a_broken_copy_gives_what_is_in_it_and_says_so(run: Run, db: Path) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        for i in range(3):
            archive.write(tiny(Path(f"{i}.cwa"), start=BEDTIME + timedelta(days=i)), f"{i}.cwa")
    whole = Path("a.zip").read_bytes()
    Path("a.zip").write_bytes(whole[: len(whole) * 5 // 6])
    code, _, err = run("import", "a.zip", "--tz", "UTC", "--db", db)
    assert code == 1
    assert "nightkick: a.zip: the zip has no directory at its end: the copy was probably not finished" in err
    assert "imported a.zip/0.cwa" in err
    assert "imported a.zip/1.cwa" in err
    assert "  2.cwa: the zip breaks off inside 2.cwa" in err


def test_inspect_opens_the_only_recording_of_an_archive_or_folder(run: Run) -> None:
    main = exports.phyphox(Path("px"), SECONDS, exports.noise(600))
    packed = exports.zip_of(Path("px.zip"), Path("px"))
    documents = [json.loads(run("inspect", path, "--json").out) for path in (main, "px", "px/meta/time.csv", packed)]
    assert [document.pop("path") for document in documents] == [*["px/Raw Data.csv"] * 3, "px.zip/px/Raw Data.csv"]
    assert all(document == documents[0] for document in documents)


def test_inspect_names_the_recordings_where_there_are_several(run: Run) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        for i in range(7):
            archive.write(tiny(Path(f"in/{i}.cwa"), seed=i), f"deep/{i}.cwa")
    for path, names in (("a.zip", "deep/0.cwa, deep/1.cwa"), ("in", "0.cwa, 1.cwa")):
        code, _, err = run("inspect", path)
        assert (code, err.count("\n")) == (2, 1)
        assert f"{path}: more than one recording is in it: {names}" in err
        assert "and more" in err


def test_inspect_says_what_is_wrong_with_the_only_recording_by_its_name(run: Run) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write(tiny(Path("n.cwa")), "deep/n.cwa")
    Path("a.zip").write_bytes(Path("a.zip").read_bytes())
    with zipfile.ZipFile("b.zip", "w") as archive:
        archive.writestr("run.fit", ordinary_fit(0))
    code, _, err = run("inspect", "b.zip")
    assert code == 1
    assert err.startswith("nightkick: b.zip/run.fit: a FIT file without acceleration")


@pytest.mark.slow
def test_what_a_killed_import_left_unpacked_is_removed_by_the_next(tmp_path: Path, db: Path) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write(tiny(Path("n.cwa")), "n.cwa")
    code = f"""
import sys, time
import flows.importing.pipeline
import flows.importing.worker_tasks
from pathlib import Path
from flows.importing.declared import Wishes
def stuck(*_, **__):
    print("unpacked", flush=True)
    time.sleep(100)
flows.importing.worker_tasks.read_recording = stuck
flows.importing.pipeline.import_run(
    [Path("a.zip")], flows.importing.pipeline.open_context(Wishes(), database={str(db)!r})
)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"unpacked\n"
    left = list(db.parent.glob("*recordings/.nightkick-*/*/recording.cwa"))
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert len(left) == 1
    assert ways(imported([Path("a.zip")], db)) == [("a.zip/n.cwa", "imported")]
    assert list(db.parent.glob("*recordings/.nightkick-*")) == []


def test_what_is_known_in_an_archive_is_not_decoded_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = export_of_an_account(Path("export.zip"), with_night=True, n=30)
    imported([path], db)
    decoded: list[Recording] = []

    def counting(*given: Any, **named: Any) -> Recording:
        decoded.append(read_recording(*given, **named))
        return decoded[-1]

    monkeypatch.setattr("flows.importing.worker_tasks.read_recording", counting)
    assert [outcome.status for outcome in imported([path], db)] == ["known", "passed over"]
    assert decoded == []


def test_an_import_with_nothing_new_removes_what_a_killed_one_left(db: Path) -> None:
    imported([tiny(Path("n.csv"))], db)
    left = [folder / ".nightkick-killed" for folder in (db.parent, Store(db).recordings)]
    for folder in left:
        folder.mkdir()
        (folder / "half").write_bytes(b"half")
    assert ways(imported([Path("n.csv")], db)) == [("n.csv", "known")]
    assert [folder for folder in left if folder.exists()] == []
