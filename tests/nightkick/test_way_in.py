"""The way in: nightkick loads its own packages or says which foreign one lies where, and does not start on Windows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nightkick
from tests.flows.making import tiny
from tests.paths import ROOT

PROCESSES = {"NIGHTKICK_EXECUTOR": "processes", "NIGHTKICK_WORKERS": "2"}


def started(folder: Path, *, path: str = "") -> subprocess.CompletedProcess[str]:
    """``python -m nightkick --version`` in a folder, which Python then searches first."""
    return subprocess.run(
        [sys.executable, "-m", "nightkick", "--version"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_module_runs_the_command_line(tmp_path: Path) -> None:
    done = started(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize("package", nightkick.PACKAGES)
@pytest.mark.parametrize("file", ["{}/__init__.py", "{}.py"])
def test_a_foreign_package_in_the_working_directory_is_named_with_the_way_out(
    tmp_path: Path, package: str, file: str
) -> None:
    foreign = tmp_path / file.format(package)
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text("raise RuntimeError('loaded')")
    done = started(tmp_path)
    line = (
        f"nightkick: {foreign} is not nightkick's own package {package} "
        f"(start nightkick from another folder, or take {tmp_path} off PYTHONPATH)\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)
    assert started(ROOT, path=str(tmp_path)).returncode == 0, "the checkout comes first there"


def test_a_foreign_package_on_pythonpath_is_named_in_one_line_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "two\nlines"
    (folder / "flows").mkdir(parents=True)
    (folder / "flows" / "__init__.py").touch()
    done = started(tmp_path, path=str(folder))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "two\\nlines/flows/__init__.py is not nightkick's own" in done.stderr


def test_a_folder_that_is_no_package_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "notes.txt").touch()
    assert started(tmp_path).returncode == 0


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """An environment's folder of packages, with what the way in looks at."""
    for package in ("nightkick", *nightkick.PACKAGES):
        (tmp_path / package).mkdir()
        shutil.copy(ROOT / package / "__init__.py", tmp_path / package)
    return tmp_path


def obstacle_in(site: Path) -> str:
    """The line about a folder of packages that is not this one."""
    code = "import nightkick; print(nightkick.obstacle('linux'))"
    environment = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_a_package_that_another_program_has_overwritten_is_named(copied: Path) -> None:
    assert obstacle_in(copied) == ""
    (copied / "ingest" / "__init__.py").write_text('"""Of another program."""')
    assert obstacle_in(copied) == (
        f"nightkick: another program has overwritten nightkick's package ingest at {copied}/ingest/__init__.py "
        "(install nightkick into an environment of its own: pipx install nightkick)"
    )


def test_windows_is_told_at_once_what_runs_nightkick_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert nightkick.main() == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("nightkick does not run on Windows itself")
    assert "wsl --install" in err


def test_ctrl_c_while_the_module_starts_is_one_line(tmp_path: Path) -> None:
    """The program knows itself by its name, which ``python -m`` would hide from it."""
    code = (
        "import runpy, sys, nightkick; nightkick.main = lambda: print(sys.argv[0]) or 0; "
        "runpy.run_module('nightkick', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "nightkick\n")


#: As some installers write the installed script: without a guard.
SCRIPT = "import sys\nfrom nightkick import main\nsys.exit(main())\n"


@pytest.mark.slow
def test_workers_that_are_processes_do_not_run_the_script_again(tmp_path: Path) -> None:
    (tmp_path / "nightkick").write_text(SCRIPT)
    tiny(tmp_path / "a.csv", seed=1)
    tiny(tmp_path / "b.csv", seed=2)
    done = subprocess.run(
        [sys.executable, "nightkick", "import", "a.csv", "b.csv", "--tz", "UTC", "--db", "n.duckdb"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), **PROCESSES},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "2 imported, 0 known, 0 refused, 0 failed")


@pytest.mark.parametrize("name", ["nightkick.__main__", "flows.__main__"])
def test_a_module_that_is_imported_runs_nothing(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {name}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
