"""``nightkick forget``: what goes, who agrees to it, and what it says of what stays."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.store import Store, query
from analytics.store.samples.removing import note_path
from flows.cli import main
from flows.unattended.prefect_records import record_folders
from flows.unattended.schedule_plan import only_one
from tests.analytics.store.making import contents, execute
from tests.flows.conftest import Run
from tests.flows.making import BEDTIME, tiny
from tests.paths import ROOT

VERDICT = """
    INSERT INTO review_entry (subject, night_date, verdict, note, reviewer, reviewed_at)
    VALUES ('anna', '2026-03-02', 'confirm', 'mine', 'dr', now())
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders ``in`` and ``db``: Anna's night of two legs and the night after; Bert's night."""
    made = tmp_path_factory.mktemp("made")
    db = made / "db" / "n.duckdb"
    for seed, (subject, side, start) in enumerate(
        (("anna", "left", 0), ("anna", "right", 0), ("anna", "left", 1), ("bert", "left", 0))
    ):
        file = tiny(made / "in" / f"{subject}-{side}-{start}.csv", seed=seed, start=BEDTIME + timedelta(days=start))
        wishes = ["--subject", subject, "--side", side, "--site", "ankle", "--tz", "UTC"]
        assert main(["import", str(file), *wishes, "--db", str(db)]) == 0
    execute(Store(db), VERDICT)
    (made / "j.csv").write_text("date,caffeine_mg\n2026-03-02,80\n", encoding="utf-8")
    assert main(["journal", "import", str(made / "j.csv"), "--subject", "anna", "--db", str(db)]) == 0
    return made


@pytest.fixture
def db(tmp_path: Path, made: Path) -> Path:
    """The database alone in a folder, its files where they were."""
    return Path(shutil.copytree(made / "db", tmp_path / "db")) / "n.duckdb"


def of_bert(db: Path) -> list[list[tuple[object, ...]]]:
    return [[row for row in rows if "bert" in str(row)] for rows in contents(db).values()]


def test_a_person_leaves_with_everything_and_the_others_stay(run: Run, db: Path, made: Path) -> None:
    bert = of_bert(db)
    said = run("forget", "--subject", "anna", "--yes", "--db", db)
    assert (said.code, said.out) == (0, ""), said.err
    assert "forgot 3 recordings, 2 nights, 1 review, 1 journal entry of anna" in said.err
    for name in ("anna-left-0.csv", "anna-right-0.csv", "anna-left-1.csv"):
        assert f"stays: {made / 'in' / name}: delete it, or the next import" in said.err
    assert "bert-left-0.csv" not in said.err
    assert of_bert(db) == bert
    for path in db.parent.rglob("*"):
        assert path.is_dir() or b"anna" not in path.read_bytes(), path
    assert len(list(Store(db).recordings.iterdir())) == 1
    assert run("doctor", "--db", db).code == 0
    again = run("forget", "--subject", "anna", "--yes", "--db", db)
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert "nothing is stored of anna" in again.err
    assert "stored are: bert" in again.err
    back = run("import", made / "in" / "anna-left-0.csv", "--subject", "anna", "--db", db)
    assert "1 imported, 0 known" in back.err


@pytest.mark.slow
def test_a_recording_is_named_by_its_file_its_path_or_its_hash(run: Run, db: Path, made: Path) -> None:
    hashes = dict(query(Store(db), "SELECT path, sha256 FROM recording").rows())
    left, right, after = (str(made / "in" / f"anna-{name}.csv") for name in ("left-0", "right-0", "left-1"))
    shutil.copy(right, "copy.csv")
    said = run("forget", "--recording", "copy.csv", "--yes", "--db", db)
    assert said.code == 0, said.err
    assert "forgot 1 recording, 0 nights, 0 reviews, 0 journal entries, and analyse again 1 night from" in said.err
    rows = query(Store(db), "SELECT legs, len(recordings) FROM night WHERE subject = 'anna' ORDER BY night_date").rows()
    assert rows == [("left", 1), ("left", 1)]
    assert run("doctor", "--db", db).code == 0
    assert run("forget", "--recording", left, "--yes", "--db", db).code == 0
    assert run("forget", "--recording", hashes[after][:8], "--yes", "--db", db).code == 0
    assert query(Store(db), "SELECT subject FROM recording").rows() == [("bert",)]
    unknown = run("forget", "--recording", left, "--yes", "--db", db)
    assert (unknown.code, "no recording is stored under" in unknown.err) == (2, True)


def test_a_night_goes_and_the_next_one_stays(run: Run, db: Path) -> None:
    assert run("forget", "--night", "2026-03-02", "--subject", "anna", "--yes", "--db", db).code == 0
    kept = query(Store(db), "SELECT subject, night_date::VARCHAR FROM night ORDER BY ALL").rows()
    assert kept == [("anna", "2026-03-03"), ("bert", "2026-03-02")]
    assert query(Store(db), "SELECT count(*) FROM journal_entry").item() == 0
    assert run("doctor", "--db", db).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "nothing to forget is named"),
        (["--subject", " "], "must not be empty"),
        (["--subject", "anna", "--recording", "x"], "stand alone"),
        (["--night", "2026-03-02", "--prune-samples", "3d"], "stand alone"),
        (["--subject", "carla"], "nothing is stored of carla"),
        (["--night", "2020-01-01"], "nothing is stored of the night 2020-01-01 of anyone"),
        (["--recording", "zzz"], "no recording is stored under 'zzz'"),
        (["--prune-samples", "soon"], "is no date and no age"),
        (["--subject", "anna"], "agree with --yes"),
        (["--prune-samples", "1d"], "agree with --yes"),
    ],
)
def test_what_makes_no_sense_or_nobody_agreed_to_changes_nothing(
    run: Run, db: Path, arguments: list[str], says: str
) -> None:
    before = contents(db)
    sampled = sorted(Store(db).recordings.iterdir())
    said = run("forget", *arguments, "--db", db)
    assert (said.code, said.err.count("\n")) == (2, 1), said.err
    assert says in said.err
    assert contents(db) == before
    assert sorted(Store(db).recordings.iterdir()) == sampled


def test_a_dry_run_shows_each_and_changes_nothing(run: Run, db: Path) -> None:
    before = contents(db)
    said = run("forget", "--subject", "anna", "--dry-run", "--db", db)
    assert said.code == 0
    assert said.out.splitlines()[0] == "3 recordings, 2 nights, 1 review, 1 journal entry of anna"
    assert len(said.out.splitlines()) == 1 + 3 + 2
    assert len(run("forget", "--prune-samples", "1d", "--dry-run", "--db", db).out.splitlines()) == 1 + 4
    assert contents(db) == before


def test_a_dry_run_names_what_would_stay_as_the_real_one_does(run: Run, db: Path) -> None:
    assert run("backup", db.parent / "b.zip", "--db", db).code == 0
    dry = run("forget", "--subject", "anna", "--dry-run", "--db", db).err.splitlines()
    done = run("forget", "--subject", "anna", "--yes", "--db", db).err.splitlines()
    assert any(f"{db.parent / 'b.zip'}: a kept copy or backup" in line for line in dry)
    assert dry == [line for line in done if line.startswith(("stays: ", "backups, "))]


def test_a_database_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    said = run("forget", "--subject", "anna", "--yes", "--db", tmp_path / "none.duckdb")
    assert (said.code, "there is no database here" in said.err) == (3, True)
    assert not (tmp_path / "none.duckdb").exists()


def test_it_is_refused_before_anything_is_changed_while_a_schedule_runs(run: Run, db: Path) -> None:
    before = contents(db)
    with only_one(db):
        said = run("forget", "--subject", "anna", "--yes", "--db", db)
    assert (said.code, said.err.count("\n")) == (3, 1)
    assert f"process {os.getpid()}" in said.err
    assert "end that one first" in said.err
    assert contents(db) == before


def records(db: Path) -> list[Path]:
    state = Path(os.environ["XDG_STATE_HOME"]) / "nightkick"
    (state / "prefect").mkdir(parents=True)
    (state / "schedule" / hashlib.sha256(os.fsencode(db)).hexdigest()[:8]).mkdir(parents=True)
    folders = list(record_folders(Store(db)))
    assert len(folders) == 2
    for folder in folders:
        with closing(sqlite3.connect(folder / "prefect.db")) as con:
            con.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES ('anna')")
    return folders


def test_prefects_records_go_and_those_of_the_environment_are_named(
    run: Run, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = records(db)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    said = run("forget", "--subject", "anna", "--yes", "--db", db)
    assert said.code == 0
    assert not any(folder.exists() for folder in folders)
    assert "stays: what Prefect recorded of runs where the environment says (PREFECT_API_URL=" in said.err


@pytest.mark.parametrize(("database", "goes"), [("n.duckdb", True), ("other/m.duckdb", False), (None, False)])
def test_records_of_runs_of_other_databases_stay(run: Run, db: Path, database: str | None, *, goes: bool) -> None:
    _, shared = records(db)
    with closing(sqlite3.connect(shared / "prefect.db")) as con, con:
        told = {"database": None if database is None else str(db.parent / database)}
        con.execute("CREATE TABLE flow_run (parameters)")
        con.execute("INSERT INTO flow_run VALUES (?)", [json.dumps(told)])
    said = run("forget", "--subject", "anna", "--yes", "--db", db)
    assert said.code == 0
    assert shared.exists() is not goes
    assert (f"stays: {shared}: Prefect's records of runs, none of this database" in said.err) is not goes


def test_records_that_a_server_works_with_are_not_pulled_away(run: Run, db: Path) -> None:
    folder = records(db)[1]
    before = contents(db)
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM t').fetchall();"
        "print('ready', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(folder / "prefect.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        said = run("forget", "--subject", "anna", "--yes", "--db", db)
    assert (said.code, "in use by another run" in said.err) == (3, True)
    assert contents(db) == before
    assert run("forget", "--subject", "anna", "--yes", "--db", db).code == 0


def test_backups_and_kept_copies_are_named(run: Run, db: Path, made: Path) -> None:
    assert run("backup", db.parent / "b.zip", "--db", db).code == 0
    shutil.copy(db, db.with_name("n.replaced.duckdb"))
    shutil.copy(db, db.with_name("mine.duckdb"))
    other = db.with_name("unrelated.duckdb")
    assert run("import", made / "in" / "bert-left-0.csv", "--subject", "bert", "--tz", "UTC", "--db", other).code == 0
    said = run("forget", "--subject", "anna", "--yes", "--db", db)
    for name in ("b.zip", "n.replaced.duckdb", "mine.duckdb"):
        assert f"stays: {db.with_name(name)}: a kept copy or backup" in said.err
    assert "unrelated" not in said.err
    assert said.err.splitlines()[-1] == "backups, exports and reports kept elsewhere cannot be known here"


def test_a_file_that_the_schedule_archived_is_found_there(run: Run, db: Path) -> None:
    where = Path("done/anna-left-0 (2).csv")
    where.parent.mkdir()
    where.touch()
    Path("nightkick.toml").write_text(
        f"[schedule]\ninbox = '{Path('in').absolute()}'\n[inbox]\narchive = 'done'\n", encoding="utf-8"
    )
    assert f"stays: {where.absolute()}" in run("forget", "--subject", "anna", "--yes", "--db", db).err


@pytest.mark.slow
def test_what_was_pruned_is_said_wherever_samples_are_wanted(run: Run, db: Path, made: Path) -> None:
    nights = query(Store(db), "SELECT * FROM nights ORDER BY ALL")
    said = run("forget", "--prune-samples", "2026-03-03", "--yes", "--db", db)
    assert said.code == 0
    assert "removed the samples of 3 recordings that ended before 2026-03-03" in said.err
    assert query(Store(db), "SELECT * FROM nights ORDER BY ALL").equals(nights)
    healthy = run("doctor", "--db", db)
    assert (healthy.code, "those of 3 pruned" in healthy.out) == (0, True)
    again = run("reanalyse", "--all", "--db", db)
    assert (again.code, again.err.count("the samples were pruned")) == (1, 2)
    assert "1 of 3 nights analysed again" in again.err
    refused = run("forget", "--recording", made / "in" / "anna-left-0.csv", "--yes", "--db", db)
    assert (refused.code, "nothing was forgotten" in refused.err, "pruned" in refused.err) == (3, True, True)
    assert run("doctor", "--repair", "--db", db).code == 0
    assert len(list(Store(db).recordings.iterdir())) == 1
    assert "imported" in run("import", made / "in" / "bert-left-0.csv", "--db", db).err
    assert len(list(Store(db).recordings.iterdir())) == 2
    assert run("forget", "--subject", "anna", "--yes", "--db", db).code == 0
    assert "no samples of recordings" in run("forget", "--prune-samples", "9999d", "--yes", "--db", db).err


def started(db: Path, *arguments: str, dying_at: str = "") -> subprocess.Popen[str]:
    """The real program on a terminal; with ``dying_at`` it gets a signal of its own: "module:function:signal"."""
    code = """
import importlib, os, sys
from flows.cli import main
if sys.argv[1]:
    module, name, number = sys.argv[1].split(":")
    place = importlib.import_module(module)
    real = getattr(place, name)
    def fatal(*given, **named):
        setattr(place, name, real)
        os.kill(os.getpid(), int(number))
        return real(*given, **named)
    setattr(place, name, fatal)
sys.exit(main(sys.argv[2:]))
"""
    command = [sys.executable, "-c", code, dying_at, "forget", "--db", str(db), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment)


@pytest.mark.first_case
@pytest.mark.parametrize(("word", "code", "says"), [("yes", 0, "forgot 3"), ("y", 2, "not agreed to"), ("", 2, "not")])
def test_a_terminal_is_asked_for_a_typed_yes(db: Path, word: str, code: int, says: str) -> None:
    before = contents(db)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flows", "forget", "--subject", "anna", "--db", str(db)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdin=theirs, stderr=subprocess.PIPE, text=True, env=environment) as process:
        os.close(theirs)
        os.write(ours, f"{word}\n".encode())
        _, said = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == code, said
    assert said.startswith("type yes to forget 3 recordings, 2 nights, 1 review, 1 journal entry of anna: ")
    assert says in said
    assert (contents(db) == before) == (code != 0)


@pytest.mark.slow
@pytest.mark.first_case
@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("analytics.store.database.rewriting:make_durable", "nothing was forgotten"),
        ("analytics.store.database.rewriting:sync_folder", "all of it was forgotten by then"),
        ("analytics.store.samples.removing:publish", "all of it was forgotten by then"),
    ],
)
def test_ctrl_c_leaves_all_or_nothing_and_says_which(db: Path, run: Run, moment: str, says: str) -> None:
    before = contents(db)
    process = started(db, "--subject", "anna", "--yes", dying_at=f"{moment}:{signal.SIGINT:d}")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == f"nightkick: interrupted; {says}"
    assert (contents(db) == before) == says.startswith("nothing")
    assert run("doctor", "--db", db).code == 0
    assert contents(Store(db).published) == contents(db)


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("moment", "finisher"),
    [
        ("analytics.store.database.rewriting:sync_folder", ["doctor", "--repair"]),
        ("analytics.store.samples.removing:publish", ["import", "in/bert-left-0.csv"]),
        ("analytics.store.database.publish:settle", ["forget", "--night", "2026-03-02", "--yes"]),
    ],
)
def test_a_kill_after_the_change_is_finished_by_whatever_comes_next(
    db: Path, run: Run, made: Path, moment: str, finisher: list[str]
) -> None:
    process = started(db, "--subject", "anna", "--yes", dying_at=f"{moment}:{signal.SIGKILL:d}")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert note_path(Store(db)).exists()
    unhealthy = run("doctor", "--db", db)
    assert (unhealthy.code, "a nightkick forget that was ended half-way" in unhealthy.out) == (1, True)
    assert b"anna" in Store(db).published.read_bytes()
    os.chdir(made)
    assert run(*finisher, "--db", db).code == 0
    for path in db.parent.rglob("*"):
        assert path.is_dir() or b"anna" not in path.read_bytes(), path
    assert run("doctor", "--db", db).code == 0
    assert not note_path(Store(db)).exists()


def test_help_says_what_it_does(run: Run) -> None:
    said = run("forget", "--help")
    assert said.code == 0
    for option in ("--subject", "--night", "--recording", "--prune-samples", "--yes", "--dry-run", "--db"):
        assert option in said.out
