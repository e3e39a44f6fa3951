"""Completion, manual page and ``help``, tried in the shells and readers that are here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from flows.cli import COMMANDS
from tests.flows.conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_a_script_that_knows_every_command_and_that_it_can_read(
    run: Run, tmp_path: Path, shell: str
) -> None:
    said = run("completion", shell)
    assert said.code == 0
    assert [name for name in COMMANDS if name not in said.out] == []
    if shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(said.out)
        subprocess.run([shell, "-n", str(script)], check=True)


def test_bash_completes_a_command_and_an_option(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(run("completion", "bash").out)
    ask = """
    source "$1"; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    $(complete -p nightkick | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    printf '%s\\n' "${COMPREPLY[@]}"
    """

    def completed(*words: str) -> str:
        command = ["bash", "-c", ask, "-", str(script), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert completed("nightkick", "nig").split() == ["nights"]
    assert completed("nightkick", "nights", "--fl").split() == ["--flagged"]


def test_help_of_a_command_is_what_its_option_shows(run: Run) -> None:
    assert run("help", "people", "describe").out == run("people", "describe", "--help").out
    assert run("help").out == run("--help").out
    said = run("help", "nigths")
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_the_manual_page_has_every_command_and_no_error_for_its_reader(run: Run, tmp_path: Path) -> None:
    page = run("help", "--man").out
    assert [name for name in COMMANDS if f".SS nightkick {name.replace('-', chr(92) + '-')}\n" not in page] == []
    assert "\\fB\\-\\-since\\fR" in page
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww"], input=page, text=True, capture_output=True, check=True
        )
        assert done.stderr == ""
        assert "the database is busy, unreadable or newer than the program" in done.stdout
