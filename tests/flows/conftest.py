"""Every command test runs in a folder and a home of its own, so that nobody's real settings or nights are touched."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from analytics.model import Channel
from analytics.store import Store
from flows.cli import main
from ingest.writers.axivity import write_cwa
from tests.analytics.signals import channel, night_of_kicks
from tests.sharing import copy_of, made_once


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


def empty_home(within: Path, patch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.upper().startswith("NIGHTKICK_")]:
        patch.delenv(name)
    patch.delenv("COLUMNS", raising=False)
    folder = within / "home"
    folder.mkdir()
    for name, below in (("CONFIG", ".config"), ("DATA", ".local/share"), ("STATE", ".local/state")):
        patch.setenv(f"XDG_{name}_HOME", str(folder / below))
    patch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, working directory and set of ``NIGHTKICK_`` variables."""
    folder = empty_home(tmp_path, monkeypatch)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return folder


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process; what processes that it starts print is seen too."""

    def _run(*arguments: object) -> Said:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(int(code), out, err)

    return _run


@pytest.fixture(scope="session")
def empty_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prefect's own database without a run in it. To make one takes a server 6 s of CPU, so all workers share it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made, home = folder / "prefect.db", folder / "prefect-home"
    with (folder / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
            environment = {**os.environ, "PREFECT_HOME": str(home), "DO_NOT_TRACK": "1"}
            subprocess.run(command, env=environment, check=True, capture_output=True, timeout=240)
            (home / "prefect.db").rename(made)
    return made


@pytest.fixture
def with_records(empty_records: Path) -> Callable[[Path], None]:
    """Put empty records into a home of Prefect's."""

    def put(prefect_home: Path) -> None:
        prefect_home.mkdir(parents=True, mode=0o700)
        shutil.copyfile(empty_records, prefect_home / "prefect.db")

    return put


def imported_once(factory: pytest.TempPathFactory, name: str, sensor: Channel, *worn: str) -> Path:
    """A folder with a recording night.cwa and its database nights.duckdb, made in a home of its own; copy it."""

    def make(folder: Path) -> None:
        work = folder / "work"
        work.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            empty_home(folder, patch)
            patch.chdir(work)
            write_cwa(Path("night.cwa"), sensor.time_us, sensor.xyz_g[:], rate_hz=25.0, serial=1)
            assert main(["import", "night.cwa", "--db", "nights.duckdb", "--site", "ankle", "--tz", "UTC", *worn]) == 0

    return made_once(factory, name, make) / "work"


@pytest.fixture(scope="session")
def imported_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `imported`; it is copied, and not used."""
    sensor = channel(*night_of_kicks([6000 + 27.0 * k for k in range(60)], hours=4.2))
    return imported_once(tmp_path_factory, "imported", sensor, "--side", "left")


@pytest.fixture
def imported(home: Path, imported_folder: Path) -> Store:
    """One night in nights.duckdb. Its kicks are 27 s apart: a series by every rule set but one of 20 s at most."""
    copy_of(imported_folder, home.with_name("work"))
    return Store(Path("nights.duckdb"))
