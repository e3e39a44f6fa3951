"""The rest of the command line: how it ends, and the commands that need no stored night."""

from __future__ import annotations

import csv
import inspect
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App

import flows
from flows import cli
from flows.commands import demo, doctor
from flows.settings import required_packages
from flows.terminal.exit_codes import ExitCode
from ingest.errors import (
    DatabaseBusyError,
    DatabaseNewerError,
    IngestError,
    NightkickError,
    QueryRefusedError,
    StoreError,
    UsageError,
)
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.flows.stored import SUBJECT, build
from tests.paths import ROOT


def test_version_is_the_version(run: Run) -> None:
    assert run("--version") == (0, f"{flows.__version__}\n", "")


def test_without_a_command_the_help_is_shown(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "nightkick COMMAND" in out


def test_the_help_lists_every_command_with_the_first_line_of_its_summary() -> None:
    # A process of its own: in this one, the width may have been asked for already.
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "flows", "--help"]
    out = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60).stdout
    rows = dict(line.strip("│ ").split(maxsplit=1) for line in out.splitlines() if line.startswith("│ "))
    listed = {name: says for name, says in rows.items() if not name.startswith("-")}
    assert listed == {name: summary.partition("\n")[0] for name, (_, summary) in cli.COMMANDS.items()}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_summary_of_a_command_is_what_its_docstring_says_before_the_parameters(name: str) -> None:
    where, summary = cli.COMMANDS[name]
    module, _, attribute = where.partition(":")
    found = getattr(import_module(module), attribute)
    says = found.help if isinstance(found, App) else (inspect.getdoc(found) or "").partition("\n\nParameters\n")[0]
    assert summary == says


@pytest.mark.parametrize(
    "arguments",
    [
        ["nigths"],
        ["import"],
        ["nights", "--since", "02/03/2026"],
        ["nights", "extra"],
        ["show", "2026-02-30"],
        ["show"],
        ["sql"],
        ["simulate"],
        ["simulate", "-o", "x", "--profile", "giraffe"],
        ["simulate", "-o", "x", "--nights", "0"],
        ["simulate", "-o", "x", "--rate", "1"],
        ["config", "sho"],
        ["nights", "--json", "--csv"],
    ],
    ids=" ".join,
)
def test_usage_errors_are_one_line_and_exit_2(arguments: list[str], run: Run) -> None:
    code, out, err = run(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("nightkick: ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (IngestError("x"), ExitCode.SOME_FAILED),
        (NightkickError("x"), ExitCode.SOME_FAILED),
        (UsageError("x"), ExitCode.USAGE),
        (QueryRefusedError("x"), ExitCode.USAGE),
        (StoreError("x"), ExitCode.DATABASE),
        (DatabaseBusyError("x"), ExitCode.DATABASE),
        (DatabaseNewerError("x"), ExitCode.DATABASE),
    ],
)
def test_every_error_has_its_exit_code(
    error: Exception, code: ExitCode, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_arguments: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(cli, "app", failing)
    assert run("config") == (code, "", "nightkick: x\n")


def test_a_defect_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_arguments: Any, **_options: Any) -> None:
        raise ZeroDivisionError("several\nlines")

    monkeypatch.setattr(cli, "app", failing)
    assert run("config") == (1, "", "nightkick: defect: ZeroDivisionError: several lines (please report it)\n")


def test_a_file_name_that_is_no_text_is_named_and_survives_json(tmp_path: Path) -> None:
    name = os.fsdecode(b"na\xffme.csv")
    done = subprocess.run(
        [sys.executable, "-m", "flows", "import", name, "--json", "--db", str(tmp_path / "n.duckdb")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert b'"path": "na\\udcffme.csv"' in done.stdout
    assert done.stderr.startswith(rb"nightkick: na\udcffme.csv: no such file")


def test_simulate_writes_recordings_and_says_the_import_that_stores_them_for_their_person(
    run: Run, tmp_path: Path
) -> None:
    made = run("simulate", "-o", "my nights", "--rate", "10", "--format", "csv", "--seed", "3", "--subject", "zoe b")
    recording, truth = map(Path, made.out.splitlines())
    assert (made.code, truth) == (0, Path("my nights/zoe b/truth.csv"))
    with truth.open(newline="") as file:
        assert {row["file"] for row in csv.DictReader(file)} == {recording.name}
    told = made.err.splitlines()[-1].removeprefix("next: ")
    worn = "--site ankle --side left --tz UTC --subject 'zoe b'"
    assert told == f"nightkick import 'my nights/zoe b'/{recording.name} {worn}"
    said = run(*shlex.split(told)[1:], "--db", tmp_path / "n.duckdb")
    assert said.code == 0
    assert said.err.endswith("1 imported, 0 known, 0 refused, 0 failed\n")
    both = run("import", truth.parent, "--verbose", "--db", tmp_path / "n.duckdb")
    passed_over = "passed over: what simulate knows about the recordings beside it, and no recording"
    assert f"  {truth}: {passed_over}\n" in both.err  # with its folder: each person has one
    assert "2026-03-02" in run("nights", "--subject", "zoe b", "--db", tmp_path / "n.duckdb").out
    assert run("doctor", "--db", tmp_path / "n.duckdb").code == 0


def test_without_a_name_the_import_of_simulated_nights_names_none(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "analytics.simulate.write_nights", lambda out, **_: (out / "plmd-2026-03-02.cwa", out / "truth.csv")
    )
    assert run("simulate", "-o", "x").err.endswith("\nnext: nightkick import x/plmd-2026-03-02.cwa --tz UTC\n")


def test_doctor_is_content_without_a_database(run: Run, tmp_path: Path) -> None:
    code, out, err = run("doctor", "--db", tmp_path / "none.duckdb")
    assert (code, err) == (0, "")
    assert "no database at" in out
    assert "BAD" not in out


def test_doctor_says_what_is_wrong_with_settings_and_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "n.duckdb").write_bytes(b"garbage" * 1000)
    code, out, _ = run("doctor", "--db", tmp_path / "n.duckdb")
    assert (code, out.count("BAD")) == (1, 1)
    Path("nightkick.toml").write_text("tzz = 1")
    code, out, _ = run("doctor", "--db", tmp_path / "n.duckdb")
    assert code == 1
    assert "unknown key tzz" in out


def test_doctor_sees_two_packages_that_overwrite_each_other(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ok   no other package has overwritten fitparse\n" in run("doctor").out
    monkeypatch.setattr(doctor, "packages_distributions", lambda: {"fitparse": ["fitparse", "python-fitparse"]})
    code, out, _ = run("doctor")
    assert code == 1
    assert "BAD  the package fitparse comes from fitparse and python-fitparse -> pip uninstall" in out


def test_doctor_misses_what_is_not_installed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(required_packages, "requires", lambda _: ["duckdb>=1", "no-such-package[all]<2"])
    out = run("doctor", "--bundle", "bug.zip").out
    assert "BAD  no-such-package is not installed -> install nightkick again" in out
    with zipfile.ZipFile("bug.zip") as files:
        packages = json.loads(files.read("versions.json"))["packages"]
    assert packages == {"duckdb": version("duckdb"), "no-such-package": "not installed"}


def test_doctor_names_the_packages_that_nightkick_requires_and_no_others(run: Run) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}  # type: ignore[index]
    out = run("doctor").out
    assert {name for name in required if f"ok   {name} {version(name)}\n" in out} == required
    assert not re.search("^ok   (fastapi|sqlalchemy|prefect-dask) ", out, flags=re.MULTILINE)


def test_the_demo_without_its_samples_names_what_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "__file__", "/nowhere/flows/commands/demo.py")
    line = "nightkick: /nowhere: the sample recordings are missing (install nightkick again)\n"
    assert run("demo") == (2, "", line)


def test_the_demo_takes_its_own_samples_and_no_folder_of_that_name_nearby(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("sample_data").mkdir()
    (Path("sample_data") / demo.A_SAMPLE).touch()
    assert demo.sample_data() == ROOT / "sample_data"
    monkeypatch.setattr(demo, "__file__", str(tmp_path / "site" / "flows" / "commands" / "demo.py"))
    installed = tmp_path / "site" / "nightkick" / "sample_data"
    for folder in (installed, tmp_path / "site" / "sample_data"):
        folder.mkdir(parents=True)
        (folder / demo.A_SAMPLE).touch()
    assert demo.sample_data() == installed


@pytest.mark.parametrize("command", [["demo"], ["export", "--pseudonymous", "--db", "n.duckdb"]])
@pytest.mark.parametrize("name", ["taken", "taken/below", "x" * 300])
def test_a_folder_that_cannot_be_made_is_refused_alike_by_the_commands_that_make_one(
    run: Run, command: list[str], name: str
) -> None:
    build(Path("n.duckdb"))
    Path("taken").touch()
    code, out, err = run(*command, "-o", name)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"nightkick: {name}: cannot be written: ")
    assert err.endswith(" (choose another folder with -o)\n")


def on_a_terminal(*arguments: object) -> str:
    """What a command shows where stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "flows", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "200"}
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        process.wait(timeout=60)
    os.close(ours)
    return shown.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # the other end is gone
        return b""


def test_a_name_cannot_repaint_the_terminal(tmp_path: Path) -> None:
    shown = on_a_terminal("sql", "select distinct subject from nights", "--db", build(tmp_path / "n.duckdb").path)
    assert SUBJECT.replace("\x1b", "\\x1b") in shown


def test_progress_is_shown_on_a_terminal_and_gone_at_the_end(tmp_path: Path) -> None:
    shown = on_a_terminal("import", tiny(Path("a.csv")), "--tz", "UTC", "--db", tmp_path / "n.duckdb")
    assert "importing" in shown
    assert shown.rstrip().endswith("1 imported, 0 known, 0 refused, 0 failed")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("show --tz Foo", "(import, schedule, inspect, check take --tz; see nightkick show --help)"),
        ("nights --at-tz=UTC", "(schedule takes --at-tz; see nightkick nights --help)"),
        ("nights --flaged", "Did you mean --flagged? (see nightkick nights --help)"),
        ("show", "(see nightkick show --help)"),
        ("config bogus", "(see nightkick config --help)"),
        ("bogus", "(see nightkick --help)"),
    ],
)
def test_a_wrong_command_line_says_which_help_explains_it(run: Run, line: str, says: str) -> None:
    said = run(*line.split())
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.endswith(f"{says}\n"), said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("simulate --subject x --output y", "simulate needs --out, and there is no option --output"),
        ("simulate --output=y", "simulate needs --out, and there is no option --output"),
        ("simulate", "simulate needs --out"),
        ("show", "show needs NIGHT"),
        ("journal import", "journal import needs FILE"),
    ],
)
def test_what_a_command_needs_and_was_not_given_is_named(run: Run, arguments: str, says: str) -> None:
    """It read 'Command "simulate" parameter -o requires an argument.', of an -o that no one had written."""
    command = says.partition(" needs")[0]
    said = run(*arguments.split())
    assert (said.code, said.err) == (ExitCode.USAGE, f"nightkick: {says} (see nightkick {command} --help)\n")
