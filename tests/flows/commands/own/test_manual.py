"""Completion, manual page and ``help``, tried in the shells and readers that are here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
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


BASH = """
source "$1/_nightkick"; read -ra COMP_WORDS <<< "$2"; [[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
$(complete -p nightkick | sed 's/.*-F \\([^ ]*\\).*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = 'source "$argv[1]/_nightkick"; complete -C "$argv[2]"'
#: Completes in a terminal of its own, where what would be offered is printed between two marks.
ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
until_said() { local text
  while zpty -r -m shell text "*$1*"; do print -r -- "$text"; [[ $text == *$1* ]] && break; done }
zpty -w shell "PROMPT= RPROMPT=; fpath=(${(q)1} \$fpath); autoload -U compinit; compinit -u -D; $3"
zpty -w shell 'compadd() {
  [[ "$*" == *-(O|A|D)\ * ]] && { builtin compadd "$@"; return }
  local -a found; builtin compadd -A found "$@"; (( $#found )) && printf "OFFERED %s\n" $found
}'
zpty -w shell "ask() { comppostfuncs=(last); zle complete-word }; last() { print END; }; zle -N ask; bindkey '^T' ask"
zpty -w shell 'print REA""DY'
until_said READY > /dev/null
zpty -n -w shell "$2"$'\C-T'
until_said END | tr -d '\r' | sed -n 's/.*OFFERED //p'
"""
SHELLS = {"bash": ["bash", "-c", BASH, "-"], "zsh": ["zsh", "-f", "-c", ZSH, "-"], "fish": ["fish", "-c", FISH]}


@pytest.fixture(params=SHELLS)
def completed(request: pytest.FixtureRequest, run: Run, tmp_path: Path) -> Callable[..., list[str]]:
    """What a shell offers after a line, once it has the script where it looks for it."""
    shell = request.param
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not here")
    (tmp_path / "fpath").mkdir()
    (tmp_path / "fpath" / "_nightkick").write_text(run("completion", shell).out)
    (tmp_path / "some.file").touch()

    def ask(line: str, *more: str) -> list[str]:
        command = [*SHELLS[shell], str(tmp_path / "fpath"), line, *more]
        environment = {**os.environ, "HOME": str(tmp_path), "TERM": "dumb"}
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True, timeout=60
        )
        return sorted(offered.partition("\t")[0] for offered in done.stdout.split("\n") if offered)

    return ask


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("nightkick nig", ["nights"]),
        ("nightkick people d", ["describe"]),
        ("nightkick nights --fl", ["--flagged"]),
        ("nightkick import a.cwa --si", ["--side", "--site"]),
        ("nightkick schedule --side ", ["left", "right"]),
        ("nightkick completion ", ["bash", "fish", "zsh"]),
        ("nightkick nights --db s", ["some.file"]),
        ("nightkick import s", ["some.file"]),
    ],
)
def test_a_shell_completes_commands_options_choices_and_files(
    completed: Callable[..., list[str]], line: str, offered: list[str]
) -> None:
    assert completed(line) == offered


@pytest.mark.parametrize("line", ["nightkick s", "nightkick people s", "nightkick nights --since s"])
def test_no_shell_offers_a_file_where_none_is_wanted(completed: Callable[..., list[str]], line: str) -> None:
    assert "some.file" not in completed(line)


@pytest.mark.parametrize("completed", ["zsh"], indirect=True)
def test_zsh_reads_the_script_from_a_start_file_too(completed: Callable[..., list[str]], tmp_path: Path) -> None:
    (tmp_path / "fpath" / "_nightkick").rename(tmp_path / "script")
    assert completed("nightkick nig") != ["nights"]
    assert completed("nightkick nig", f"source {tmp_path}/script") == ["nights"]


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
