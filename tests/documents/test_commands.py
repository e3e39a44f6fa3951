"""Every command of README and docs is run as it stands, or marked with the reason why not, and then parsed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from flows.cli import COMMANDS, _options_of, app
from flows.commands.demo import sample_data
from flows.terminal.dates import without_minus
from tests.documents.reading import DOCUMENTS, INDENTED, NO_SHELL, Block, Command, blocks, commands, named
from tests.flows.conftest import Run

UNTIL_INTERRUPTED = "runs until interrupted; tests/flows/unattended runs it"
BROWSER = "opens a browser and runs until interrupted; tests/analytics/review runs it"
KICKS = "needs a recording of ten kicks made on purpose; tests/analytics/selfcheck simulates one"
#: What is not run here, by how it begins, and why.
MARKED = {
    "review": BROWSER,
    "schedule": UNTIL_INTERRUPTED,
    "check recording.cwa": KICKS,
    "check LEFT.cwa": KICKS,
    "demo -o somewhere": "starts a Prefect server; tests/flows/test_cli.py runs it",
    "forget --subject anna": "asks for a yes at a terminal; tests/flows/commands/test_forget.py runs it",
    "forget --prune-samples 365d": "asks for a yes at a terminal; tests/flows/commands/test_forget.py runs it",
    "import /nights/inbox": "needs a Dask cluster; tests/flows/workers/test_dask_cluster.py starts one",
}
#: Documents whose commands begin without a database.
FROM_NOTHING = ("README.md",)
#: What a command needs out of the way: a backup comes back where no database is.
WITHOUT_DATABASE = "restore nights.zip"


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def marked(command: Command) -> str | None:
    line = " ".join(command.arguments)
    return next((start for start in MARKED if f"{line} ".startswith(f"{start} ")), None)


WITH_COMMANDS = [document for document in DOCUMENTS if commands(text_of(document))]


def test_commands_are_found_in_every_kind_of_block() -> None:
    text = (
        "    nightkick show last  # one\n    A=1 nightkick nights > n.txt\n\n"
        "    nightkick sql 'a | b'\n\n```text\nrows\n```\n\nprose nightkick no\n\n"
        "```ini\nExecStart=%h/.venv/bin/nightkick schedule\n```\n\n```python\nimport nightkick x\n```\n"
    )
    assert commands(text) == [
        Command(("show", "last")),
        Command(("nights",), "n.txt"),
        Command(("sql", "a | b"), None, "rows"),
        Command(("schedule",)),
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_command_of_a_block_escapes(document: Path) -> None:
    held = [block for block in blocks(text_of(document)) if isinstance(block, Block) and block.language not in NO_SHELL]
    lines = [line for block in held for line in block.text.splitlines()]
    calls = [line for line in lines if re.search(r"(?<![\w~.'-])nightkick +[a-z]", line)]
    assert len(commands(text_of(document))) == len(calls)
    assert all(block.language in (INDENTED, "sh", "ini", "toml") for block in held), "a language that is not known here"


def test_what_is_marked_stands_in_a_document() -> None:
    found = {marked(command) for document in WITH_COMMANDS for command in commands(text_of(document))}
    assert found - {None} == set(MARKED)


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.name)
def test_the_command_line_knows_every_command_and_option_that_stands_in_a_block(document: Path) -> None:
    for command in commands(text_of(document)):
        app.parse_args(without_minus(list(command.arguments)), exit_on_error=False, print_error=False)


def test_an_option_that_was_renamed_is_noticed() -> None:
    with pytest.raises(CycloptsError):
        app.parse_args(["show", "last", "--gone"], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_command_line_knows_every_command_and_option_that_prose_names(document: Path) -> None:
    for command, *rest in named(text_of(document)):
        assert command in COMMANDS or command.startswith("--"), command
        words = [command, *rest[:1]] if rest and rest[0] in _below(command) else [command]
        known = {name for chain in (words[0], words[-1]) for name in _taken(words, chain)}
        unknown = {word for word in rest if re.fullmatch(r"--[a-z][\w-]*", word)} - known
        assert not unknown, f"{command}: {unknown}"


def _below(command: str) -> set[str]:
    return set() if command.startswith("--") or app[command].default_command is not None else {*app[command]}


def _taken(words: list[str], last: str) -> set[str]:
    if len(words) == 1:
        return {last} if last.startswith("--") else _options_of(last)
    collection = app[words[0]][words[1]].assemble_argument_collection()
    return {name for argument in collection for name in argument.names}


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.name)
def test_commands_run_one_after_the_other_and_print_what_stands_beneath(
    document: Path, run: Run, home: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    todo = [command for command in commands(text_of(document)) if marked(command) is None]
    if document.name not in FROM_NOTHING and todo:
        request.getfixturevalue("copied")
    Path("sample_data").mkdir()
    shutil.copyfile(sample_data() / "periodic_night.cwa", "sample_data/periodic_night.cwa")
    shutil.copyfile(sample_data() / "periodic_night.cwa", "periodic_night.cwa")
    (home / "nights").mkdir()
    shutil.copyfile("periodic_night.cwa", home / "nights" / "periodic_night.cwa")
    for command in todo:
        _out_of_the_way(command)
        arguments = [str(Path(word).expanduser()) if word.startswith("~") else word for word in command.arguments]
        code, out, err = run(*arguments)
        assert code == 0, f"nightkick {' '.join(arguments)}: {err}"
        assert out or err, "it prints something"
        if command.to is not None:
            file = Path(command.to).expanduser()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(out, encoding="utf-8")
        if command.output is not None:
            assert lines_of(out) == lines_of(command.output)


def _out_of_the_way(command: Command) -> None:
    if " ".join(command.arguments) == WITHOUT_DATABASE:
        for path in Path.cwd().glob("nightkick.*"):
            path.rename(path.with_name(f"before-{path.name}"))


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]
