"""No option that names an output reaches what is kept: databases, their samples, recordings, settings, other files.

The command line is looked through for parameters that are paths. One that is not in the tables here fails a test.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args, get_type_hints

import polars as pl
import pytest
from cyclopts import App

from analytics.store import Store
from flows.cli import app
from tests.analytics.store.making import contents
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.paths import ROOT

EVENING = "2026-03-02"
KICKS = "night_id,leg,onset_s,offset_s\nA,L,300,302\nA,L,320,322\n"
SIMULATED = "healthy-2026-03-02.csv.gz"


class Option(NamedTuple):
    """A way to name an output: the command up to the name, and the files that it makes there, if that is a folder."""

    arguments: tuple[str, ...]
    files: tuple[str, ...] = ()

    def naming(self, target: Path) -> list[str]:
        """The command that would write this file."""
        return [*self.arguments, str(target.parent if self.files else target), "--db", "kept/n.duckdb"][
            : None if self.needs_database else -2
        ]

    @property
    def needs_database(self) -> bool:
        return self.arguments[0] not in ("score", "simulate", "demo")


SCORED = ("movements.csv", "series.csv", "nights.csv")
OUTPUTS: Mapping[tuple[str, str], Option] = {
    ("sql", "parquet"): Option(("sql", "select 1 as a", "--parquet")),
    ("report", "out"): Option(("report", EVENING, "-o")),
    ("backup", "file"): Option(("backup",)),
    ("score", "out"): Option(("score", "kicks.csv", "-o"), SCORED),
    ("simulate", "out"): Option(
        ("simulate", "--profile", "healthy", "--rate", "6", "--format", "csv", "-o"), (SIMULATED, "truth.csv")
    ),
    ("demo", "out"): Option(("demo", "-o"), ("nightkick.duckdb",)),
    ("export", "out"): Option(("export", "--pseudonymous", "-o"), ("nights.csv", "events.csv", "CONTENTS.txt")),
    ("doctor", "bundle"): Option(("doctor", "--bundle")),
    ("reviews export", "file"): Option(("reviews", "export")),
}
#: Paths that are read, and databases, which are never replaced.
READ = {
    ("import", "paths"), ("check", "files"), ("inspect", "file"), ("journal import", "file"), ("people import", "file"),
    ("restore", "file"), ("reviews import", "file"), ("schedule", "inbox"),
    ("score", "movements"), ("score", "hypnogram"), ("score", "respiration"), ("score", "arousals"),
}  # fmt: skip
DATABASE = "db"
#: Into these a test looks by itself; the demo's own folder is a case of its own.
TRIED = [name for name in OUTPUTS if name != ("demo", "out")]


def paths_named(commands: App, above: str = "") -> Iterator[tuple[str, str]]:
    """Every parameter of the command line that takes a path, with its command."""
    for name in commands:
        if name.startswith("-"):
            continue
        command = commands[name]
        if command.default_command is not None:
            hints = get_type_hints(command.default_command)
            for parameter, kind in hints.items():
                if parameter != "return" and (kind is Path or Path in flat(kind)):
                    yield f"{above}{name}", parameter
        yield from paths_named(command, f"{above}{name} ")


def flat(kind: object) -> set[object]:
    return {kind}.union(*(flat(part) for part in get_args(kind)))


def test_every_option_that_names_an_output_is_tried_here() -> None:
    found = {(command, name) for command, name in paths_named(app) if name != DATABASE}
    assert found == set(OUTPUTS) | READ


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The real program, in the folder that the test is in."""
    command = [sys.executable, "-m", "flows", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def db(run: Run) -> Path:
    """A night with its samples and its published copy."""
    tiny(Path("inbox/night.csv"))
    Path("kicks.csv").write_text(KICKS, encoding="utf-8")
    assert run("import", "inbox/night.csv", "--site", "ankle", "--tz", "UTC", "--db", "kept/n.duckdb").code == 0
    return Path("kept/n.duckdb")


def everything() -> Mapping[str, bytes]:
    """Every file and link below the working directory, by its name."""
    return {
        str(path): os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(Path().rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.first_case
@pytest.mark.parametrize("name", [("sql", "parquet"), ("report", "out"), ("backup", "file")])
def test_the_real_program_replaces_no_file_of_a_store(db: Path, name: tuple[str, str]) -> None:
    (samples,) = Store(db.absolute()).recordings.glob("*.parquet")
    before = everything()
    for target in (db, db.with_name("n.published.duckdb"), samples):
        said = program(*OUTPUTS[name].naming(target))
        assert (said.returncode, said.stdout, len(said.stderr.splitlines())) == (2, "", 1), said.stderr
        assert everything() == before


def store_files(db: Path) -> Iterator[Path]:
    """Names of a store, of files that are there and of such that would be read into it; by every way to them."""
    (samples,) = Store(db.absolute()).recordings.glob("*.parquet")
    for name in ("n.duckdb", "n.published.duckdb", "n.duckdb.wal", ".n.schedule", "n.replaced.duckdb", "N.DUCKDB"):
        yield db.with_name(name)
    yield from (samples, samples.with_name("new.html"), Path("kept/../kept/n.duckdb"))
    Path("other.db").write_bytes(db.read_bytes())
    Path("link").symlink_to(db)
    Path("folder").symlink_to(samples.parent)
    Path("hard.html").hardlink_to(db)
    Path("hard.parquet").hardlink_to(samples)
    yield from (Path("other.db"), Path("other.db.wal"), Path("link"), Path("folder/x.parquet"))
    yield from (Path("hard.html"), Path("hard.parquet"))
    Path("elsewhere/m.recordings").mkdir(parents=True)
    Path(f"elsewhere/m.recordings/{'a' * 64}.parquet").touch()
    yield Path("elsewhere/m.recordings/x.parquet")
    Path("records").mkdir()
    Path("records/prefect.db").write_bytes(b"SQLite format 3\0")
    yield from (Path("records/prefect.db"), Path("nightkick.toml"))


def other_files() -> Iterator[Path]:
    """Files of other kinds, recordings, and what is no file."""
    yield Path("inbox/night.csv")
    Path("notes.txt").write_text("mine", encoding="utf-8")
    Path("page.html").write_text("<!DOCTYPE html><title>mine</title>", encoding="utf-8")
    Path("empty").touch()
    tiny(Path("inbox/night.cwa"))
    pl.DataFrame({"time": [1], "acc_x": [0.0], "acc_y": [0.0], "acc_z": [1.0]}).write_parquet("inbox/recording.parquet")
    Path("to_notes").symlink_to("notes.txt")
    Path("to_nothing").symlink_to("nothing")
    os.mkfifo("pipe")
    yield from map(Path, ("notes.txt", "page.html", "empty", "inbox/night.cwa", "inbox/recording.parquet"))
    yield from map(Path, ("to_notes", "to_nothing", "pipe", "/dev/null", "/dev/stdout", "/dev/full"))


@pytest.mark.slow
@pytest.mark.parametrize("name", [("sql", "parquet"), ("report", "out"), ("backup", "file")])
def test_no_output_replaces_what_is_kept_or_of_another_kind(run: Run, db: Path, name: tuple[str, str]) -> None:
    targets = [*store_files(db), *other_files()]
    before = everything()
    for target in targets:
        said = run(*OUTPUTS[name].naming(target))
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1), (target, said)
        assert str(target) in said.err or target.name in said.err
        assert everything() == before, target
    assert not Path("nothing").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", [("score", "out"), ("simulate", "out"), ("demo", "out")])
def test_no_folder_of_a_store_takes_an_output(run: Run, db: Path, name: tuple[str, str]) -> None:
    list(store_files(db))
    before = everything()
    for folder in ("kept/n.duckdb.recordings", "kept/n.duckdb.recordings/deeper", "folder", "elsewhere/m.recordings"):
        said = run(*OUTPUTS[name].naming(Path(folder, "x")))
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1), (folder, said)
        assert everything() == before
    assert not Path("kept/n.duckdb.recordings/deeper").exists()


FOREIGN: Mapping[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("mine", encoding="utf-8"),
    "a recording": lambda path: path.write_text("time,x,y,z\n1,0,0,1\n", encoding="utf-8"),
    "an event list": lambda path: path.write_text(KICKS, encoding="utf-8"),
    "nothing": Path.touch,
    "a link": lambda path: path.symlink_to("../kicks.csv"),
    "a database": lambda path: path.write_bytes(Path("kept/n.duckdb").read_bytes()),
    "a pipe": os.mkfifo,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "file"),
    [(name, file) for name in (("score", "out"), ("simulate", "out")) for file in OUTPUTS[name].files],
)
def test_no_file_of_another_kind_is_replaced_in_a_folder(run: Run, db: Path, name: tuple[str, str], file: str) -> None:
    for number, (what, make) in enumerate(FOREIGN.items()):
        target = Path(f"out{number}", file)
        target.parent.mkdir()
        make(target)
        before = everything()
        said = run(*OUTPUTS[name].naming(target))
        assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1), (what, said)
        assert everything() == before, what


@pytest.mark.first_case
@pytest.mark.parametrize("name", TRIED)
def test_an_output_of_the_same_kind_is_replaced_and_for_its_owner_only(
    run: Run, db: Path, name: tuple[str, str]
) -> None:
    option = OUTPUTS[name]
    before = os.umask(0)
    try:
        for _ in range(2):
            said = run(*option.naming(Path("new/x") if option.files else Path("x")))
            assert said.code == 0, said
            made = [Path("new", file) for file in option.files] or [Path("x")]
            assert {path: stat.S_IMODE(path.stat().st_mode) for path in made} == dict.fromkeys(made, 0o600)
            for path in made:
                path.chmod(0o644)
    finally:
        os.umask(before)
    if option.files:
        assert stat.S_IMODE(Path("new").stat().st_mode) == 0o700
        assert sorted(path.name for path in Path("new").iterdir()) == sorted(option.files)


def test_a_simulation_with_another_seed_does_not_replace_a_recording(run: Run) -> None:
    command = OUTPUTS["simulate", "out"].naming(Path("sim/x"))
    assert run(*command).code == 0
    before = everything()
    said = run(*command, "--seed", "2")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert everything() == before


def test_the_demo_does_not_mix_samples_into_a_persons_database(run: Run, db: Path) -> None:
    mine = db.rename("kept/nightkick.duckdb")
    before = contents(mine)
    said = run("demo", "-o", "kept")
    assert (said.code, said.out, len(said.err.splitlines())) == (2, "", 1)
    assert "not the demo's database" in said.err
    assert contents(mine) == before


@pytest.mark.first_case
@pytest.mark.parametrize("name", TRIED)
def test_names_that_were_laid_out_before_are_not_followed(run: Run, db: Path, name: tuple[str, str]) -> None:
    """The temporary names of earlier versions could be foreseen: what they point to would have been overwritten."""
    option = OUTPUTS[name]
    victim = Path("victim")
    victim.write_text("mine", encoding="utf-8")
    folder = Path("new")
    folder.mkdir()
    for file, pid in product(option.files or ("x",), range(os.getpid() - 2, os.getpid() + 3)):
        (folder / f".{file}.{pid}.part").symlink_to(victim.absolute())
    (folder / ".nightkick-planted").symlink_to(Path("inbox").absolute())
    assert run(*option.naming(folder / "x")).code == 0
    assert victim.read_text(encoding="utf-8") == "mine"
    assert Path("inbox/night.csv").exists()


@pytest.mark.parametrize("command", ["export --pseudonymous", "score movements.csv", "simulate", "demo"])
def test_a_folder_is_not_made_under_the_name_of_a_file(run: Run, command: str) -> None:
    """``export -o exp.zip`` made a folder of that name."""
    said = run(*command.split(), "-o", "some/exp.zip")
    assert (said.code, Path("some").exists()) == (2, False)
    assert said.err == (
        "nightkick: some/exp.zip: a folder is written there, and this is the name of a file"
        " (name a folder with -o, such as some/exp)\n"
    )
