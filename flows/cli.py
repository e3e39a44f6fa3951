"""The command line: which commands there are, and how every failure becomes one line and a number.

Nothing is imported here but the parser. A command's module in `flows.commands` holds what it takes and does; it is
loaded when the command is named, and loads what the work needs when the work begins. So `--help` answers at once, and
Prefect is loaded by `import --flow`, `schedule` and `demo` alone. Data go to stdout, talk to stderr.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Any

from cyclopts import App, CycloptsError, MissingArgumentError, Parameter, UnknownOptionError

from flows.terminal.dates import without_minus
from flows.terminal.exit_codes import INTERRUPTED_LINE, ExitCode, answer, failed
from flows.terminal.starting import answered, hear_as_usual, leave

#: Each command: where it is, and its docstring up to the parameters, which the list of commands shows (the first line
#: of it) without loading the module.
COMMANDS = {
    "config": (
        "flows.commands.config:config",
        "Show, check or locate the settings.",
    ),
    "journal": (
        "flows.commands.journal:journal",
        "The sleep journal: sleep times, triggers and symptoms by date.",
    ),
    "people": (
        "flows.commands.people:people",
        "Who wore which device in which nights, and whose files bear which names.",
    ),
    "doctor": (
        "flows.commands.doctor:doctor",
        "Check the environment and the database, and name what to do about what is wrong.",
    ),
    "backup": (
        "flows.commands.backup:backup",
        "Write the database, with journal and reviews, to one file; imports may go on meanwhile.",
    ),
    "restore": (
        "flows.commands.backup:restore",
        "Bring a backup back, once all of it has been checked.",
    ),
    "forget": (
        "flows.commands.forget:forget",
        "Forget a person, a night or a recording for good, and name what stays in files, backups and copies.\n\n"
        "Rows, samples, the published copy and Prefect's records of runs go. End nightkick schedule first.",
    ),
    "nights": (
        "flows.commands.nights:nights",
        "List the nights, with what was found in them and why some are flagged.",
    ),
    "movements": (
        "flows.commands.movements:movements",
        "List the movements of a night, or of all nights that are meant.",
    ),
    "show": (
        "flows.commands.show:show",
        "Show one night: measures, each criterion of each flag, and a raster of its movements.",
    ),
    "sql": (
        "flows.commands.sql:sql",
        "Ask the database: one statement that reads. It cannot write, attach, or touch files.",
    ),
    "score": (
        "flows.commands.score:score",
        "Score lists of leg movements by a standard; no sensor and no database.",
    ),
    "answer": (
        "flows.commands.over_nights.answer:answer",
        "Is it harmless? One sentence a person, why, what would change it, and what is missing.",
    ),
    "patterns": (
        "flows.commands.over_nights.patterns:patterns",
        "What holds over a person's nights, and the signs that send people to a clinician.",
    ),
    "triggers": (
        "flows.commands.over_nights.triggers:triggers",
        "What goes with better and worse nights: each factor of the journal against each outcome.",
    ),
    "export": (
        "flows.commands.sharing.export:export",
        "Write nights and events to hand on: no name, no serial, no file, no note, and dates that were moved.",
    ),
    "report": (
        "flows.commands.report:report",
        "Make one printable page of a night, or of all nights from one to another, for a clinician.",
    ),
    "import": (
        "flows.commands.import_files:import_",
        "Import recordings: files, and folders with all that is in them. Files that were imported before are skipped.",
    ),
    "schedule": (
        "flows.commands.schedule:schedule",
        "Import what is new in a folder, night after night, until interrupted.",
    ),
    "inspect": (
        "flows.commands.inspect:inspect",
        "Decode one file and show what is in it; nothing is stored.",
    ),
    "check": (
        "flows.commands.check:check",
        "Check a sensor on your own leg: print a plan of ten kicks, then read its recording; nothing is stored.",
    ),
    "reanalyse": (
        "flows.commands.reanalyse:reanalyse",
        "Analyse stored recordings again, after a change of settings or version. Reviews and journal are left alone.",
    ),
    "simulate": (
        "flows.commands.simulate:simulate",
        "Make recordings of nights from a seed, with the truth in truth.csv beside them.",
    ),
    "demo": (
        "flows.commands.demo:demo",
        "Import the sample recordings through the flow and show what was found.",
    ),
    "completion": (
        "flows.commands.own.completion:completion",
        "Print the script that lets a shell complete commands, options and choices.",
    ),
    "help": (
        "flows.commands.own.manual:manual",
        "Show the help of a command, or all of it as a manual page.",
    ),
    "reviews": (
        "flows.commands.reviewing.reviews:reviews",
        "Verdicts and edits of reviewers: export, import, agree.",
    ),
    "review": (
        "flows.commands.review:review",
        "Open the review page in the browser: nights to look at and to judge. Ctrl+C stops it.",
    ),
}
#: Help of commands is in Markdown. Those of many commands have it in their own modules.
_MARKDOWN: dict[str, Any] = {"help_format": "markdown"}
#: What else the parser must know. ``reanalyse --version`` is an option of that command.
_KEYWORDS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(COMMANDS, _MARKDOWN),
    **{name: {} for name in ("config", "journal", "people", "reviews")},
    "reanalyse": {**_MARKDOWN, "version_flags": []},
}


def _version() -> str:
    from flows import __version__  # late, for it loads what reads it

    return __version__


app = App(
    name="nightkick",
    version=_version,
    help="Find leg movements in accelerometer nights, and tell hypnic jerks from periodic kicks.",
    help_format="plaintext",  # of the list of commands alone: to load what reads Markdown takes longer than all else
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)
for _name, (_where, _summary) in COMMANDS.items():
    app.command(_where, name=_name, help=_summary, **_KEYWORDS[_name])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; nothing but KeyboardInterrupt's number gets past it.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; the process's own by default.
    """
    is_ours = hear_as_usual()
    try:
        return _answered(arguments)
    except KeyboardInterrupt:
        code = failed(INTERRUPTED_LINE, ExitCode.INTERRUPTED)
        if is_ours:
            leave(code)
        return code
    finally:
        if is_ours:
            answered()


def _answered(arguments: Sequence[str] | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold bytes that are no text. Spelt out, they are a valid escape in JSON too.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        result = app(
            without_minus(sys.argv[1:] if arguments is None else list(arguments)),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else ExitCode.DONE
    except CycloptsError as error:
        return failed(f"{_what_is_wrong(error)} ({_where_to_look(error)})", ExitCode.USAGE)
    except BrokenPipeError:
        # The reader of our output has had enough (`| head`). Python would complain once more while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        return answer(error)


def _what_is_wrong(error: CycloptsError) -> str:
    """A command line that lacks what its command needs: that, and options that were perhaps meant for it."""
    is_left_out = isinstance(error, MissingArgumentError) and error.keyword is None and not error.tokens_so_far
    if not is_left_out or error.argument is None or error.argument.tokens or not error.command_chain:
        return " ".join(str(error).split())
    needed = max(error.argument.names, key=len)
    unknown = [token.partition("=")[0] for token in error.unused_tokens or () if token.startswith("-") and token != "-"]
    beside = f", and there is no option {' or '.join(dict.fromkeys(unknown))}" if unknown else ""
    return f"{' '.join(error.command_chain)} needs {needed}{beside}"


def _where_to_look(error: CycloptsError) -> str:
    """Where a command line that is wrong is explained: the help of its command, and who has the option it named."""
    command = " ".join(["nightkick", *(error.command_chain or ())])
    option = (error.token.keyword or error.token.value) if isinstance(error, UnknownOptionError) else ""
    owners = [name for name in COMMANDS if option in _options_of(name)] if option.startswith("--") else []
    taken = f"{', '.join(owners)} take{'s' if len(owners) == 1 else ''} {option}; " if owners else ""
    return f"{taken}see {command} --help"


def _options_of(command: str) -> set[str]:
    """Names of a command's own options; none of one that has commands of its own."""
    found = app[command]
    if found.default_command is None:
        return set()
    return {name for argument in found.assemble_argument_collection() for name in argument.names}
