"""``nightkick help``: the help of one command, or that of all of them as a manual page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flows import __version__
from flows.terminal.talk import emit
from ingest.errors import UsageError

if TYPE_CHECKING:
    from cyclopts import App

_EXIT_CODES = {
    "0": "done",
    "1": "some inputs failed, the rest is stored",
    "2": "usage or settings",
    "3": "the database is busy, unreadable or newer than the program",
    "130": "interrupted",
}


def manual(*command: str, man: bool = False) -> None:
    """Show the help of a command, or all of it as a manual page.

    Parameters
    ----------
    command
        Its name, such as: people describe. Default: the list of commands.
    man
        Print a manual page of all commands, to be read with: man -l FILE.
    """
    from flows.cli import app

    if man:
        emit("".join(f"{line}\n" for line in _page(app)))
        return
    found: App = app
    for i, name in enumerate(command):
        if name.startswith("-") or name not in found:
            raise UsageError(f"there is no command {' '.join(command[: i + 1])}", hint="see nightkick --help")
        found = found[name]
    app.help_print(list(command))


def _page(app: App) -> Iterator[str]:
    yield f'.TH NIGHTKICK 1 "" "nightkick {__version__}" "User commands"'
    yield from (".SH NAME", f"nightkick \\- {_plain(app.help)}")
    yield from (".SH SYNOPSIS", ".B nightkick", ".I COMMAND", "[\\fIOPTIONS\\fR]", ".SH COMMANDS")
    for names, command in _commands(app, ()):
        yield f".SS nightkick {_plain(' '.join(names))}"
        yield _plain(command.help)
        if command.default_command is not None:
            for argument in command.assemble_argument_collection():
                if argument.show:
                    yield from (".TP", f"\\fB{_plain(', '.join(argument.names))}\\fR", _plain(argument.parameter.help))
    yield ".SH EXIT STATUS"
    for code, means in _EXIT_CODES.items():
        yield from (".TP", f".B {code}", means)


def _commands(app: App, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in sorted(name for name in app if not name.startswith("-")):
        command = app[name]
        yield (*above, name), command
        yield from _commands(command, (*above, name))


def _plain(text: str | None) -> str:
    """Text that roff shows as it is."""
    words = " ".join((text or "").split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{words}" if words.startswith((".", "'")) else words
