"""The command line: what each command takes and says, and how every failure becomes one line and a number.

Nothing is imported here but the parser. A command's body imports what it needs when it runs, so that `--help`
answers at once and only `import --flow`, `schedule` and `demo` ever load Prefect. Data go to stdout, talk to stderr.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from flows import __version__
from flows.cli_asking import movements, nights, patterns, report, score, show, sql
from flows.cli_care import backup, doctor, forget, restore
from flows.cli_groups import config, journal
from flows.terminal.exit_codes import INTERRUPTED_LINE, ExitCode, answer, failed
from flows.terminal.options import Database, Json, Out
from flows.terminal.starting import hear_as_usual, hear_at_once, leave

app = App(
    name="nightkick",
    version=__version__,
    help="Find leg movements in accelerometer nights, and tell hypnic jerks from periodic kicks.",
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,
)
for command in (
    *(config, journal, doctor, backup, restore, forget),
    *(nights, movements, show, sql, score, patterns, report),
):
    app.command(command)


@app.command(name="import")
def import_(
    paths: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    subject: str | None = None,
    site: Literal["ankle", "foot", "thigh", "hip", "wrist"] | None = None,
    side: Literal["left", "right"] | None = None,
    tz: str | None = None,
    time_shift: str | None = None,
    start: str | None = None,
    flow: bool = False,
    db: Database = None,
    as_json: Json = False,
) -> int:
    """Import recordings: files, and folders with all that is in them. What is known already is left alone.

    Parameters
    ----------
    paths
        Files, folders, and zip or gzip archives of them.
    subject
        Who wore the sensor.
    site
        Where it was worn.
    side
        On which side.
    tz
        Zone the wearer lived in, like Europe/Berlin.
    time_shift
        How much the device's clock was behind: seconds, or h:min[:s] like -1:00.
    start
        When a recording without a clock of its own began, like 2026-03-01T22:10; for a single file.
    flow
        Run as the Prefect flow, as the nightly schedule does (starts in 8-17 s).
    db
        Database file.
    as_json
        Print one JSON document with the outcome of every file.
    """
    from flows.commands.import_files import import_command
    from flows.importing.declared import Wishes

    wishes = Wishes.parsed(subject, site, side, tz, time_shift, start)
    all_good = import_command(paths, wishes, database=db, use_flow=flow, as_json=as_json)
    return ExitCode.DONE if all_good else ExitCode.SOME_FAILED


@app.command
def schedule(
    *,
    inbox: Path | None = None,
    at: str | None = None,
    cron: str | None = None,
    tz: str | None = None,
    db: Database = None,
) -> None:
    """Import what is new in a folder, night after night, until interrupted.

    Parameters
    ----------
    inbox
        Folder to look through.
    at
        Time of day, HH:MM.
    cron
        When, as a cron expression like "0 9 * * *".
    tz
        Zone in which the time is meant, like Europe/Berlin.
    db
        Database file.
    """
    from flows.commands.schedule import schedule_command

    schedule_command(inbox=inbox, at=at, cron=cron, tz=tz, database=db)


@app.command
def inspect(
    file: Path,
    /,
    *,
    tz: str | None = None,
    time_shift: str | None = None,
    start: str | None = None,
    as_json: Json = False,
) -> None:
    """Decode one file and say what is in it; nothing is stored.

    Parameters
    ----------
    file
        A recording, or an archive or folder with a single one.
    tz
        Zone the wearer lived in, like Europe/Berlin.
    time_shift
        How much the device's clock was behind: seconds, or h:min[:s] like -1:00.
    start
        When a recording without a clock of its own began, like 2026-03-01T22:10.
    as_json
        Print one JSON document.
    """
    from flows.commands.inspect import inspect_command
    from flows.importing.declared import Wishes

    inspect_command(file, Wishes.parsed(None, None, None, tz, time_shift, start), as_json=as_json)


@app.command(version_flags=[])
def reanalyse(
    *,
    since: date | None = None,
    until: date | None = None,
    subject: str | None = None,
    version: str | None = None,
    ruleset: str | None = None,
    compare: bool = False,
    db: Database = None,
    as_json: Json = False,
) -> int:
    """Analyse stored recordings again, after a change of settings or version. Reviews and journal are left alone.

    Parameters
    ----------
    since
        First evening, YYYY-MM-DD.
    until
        Last evening, YYYY-MM-DD.
    subject
        Only this person's.
    version
        Only nights that this version of nightkick analysed.
    ruleset
        Let the views show this rule set; alone, it analyses only nights that were not scored under it yet.
    compare
        Store nothing: show what would change, night by night, under the rule set.
    db
        Database file.
    as_json
        With --compare: print one JSON document with every night, also those that stay as they are.
    """
    from flows.commands.reanalyse import reanalyse_command
    from flows.importing.reanalysis import Chosen
    from ingest.errors import UsageError

    chosen = Chosen(since, until, subject, version)
    if compare:
        from flows.importing.compare import compare_command

        all_good = compare_command(chosen, ruleset=ruleset, database=db, as_json=as_json)
    elif as_json:
        raise UsageError("--json goes with --compare", hint="stored nights: nightkick nights --json")
    else:
        all_good = reanalyse_command(chosen, ruleset=ruleset, database=db)
    return ExitCode.DONE if all_good else ExitCode.SOME_FAILED


@app.command
def simulate(
    *,
    out: Out,
    nights: int = 1,
    profile: Literal["healthy", "plmd", "rls", "jerks", "child", "apnoea", "sofa"] = "plmd",
    rate: float = 50.0,
    file_format: Annotated[Literal["cwa", "csv", "fit"], Parameter(name="--format")] = "cwa",
    seed: int = 1,
    legs: Literal["left", "both"] = "left",
) -> None:
    """Make recordings of nights from a seed, with the truth in truth.csv beside them.

    Parameters
    ----------
    out
        Folder for the files; made if missing.
    nights
        How many.
    profile
        Who sleeps.
    rate
        Samples per second.
    file_format
        Kind of file.
    seed
        Same seed, same nights.
    legs
        One recording a night, or one of each leg with clocks that differ.
    """
    from flows.commands.simulate import simulate_command

    simulate_command(out, nights=nights, profile=profile, rate_hz=rate, file_format=file_format, seed=seed, legs=legs)


@app.command
def demo(*, out: Out = Path("demo-output")) -> int:
    """Import the sample recordings through the flow and show what was found.

    Parameters
    ----------
    out
        Folder for the demo's database; made if missing.
    """
    from flows.commands.demo import demo_command

    return ExitCode.DONE if demo_command(out) else ExitCode.SOME_FAILED


@app.command
def review(*, port: int = 4711, no_open: bool = False, db: Database = None) -> None:
    """Open the review page in the browser: nights to look at and to judge. Ctrl+C stops it.

    Parameters
    ----------
    port
        Port on 127.0.0.1; 0 for any that is free.
    no_open
        Only name the file that opens the page, and open no browser.
    db
        Database file.
    """
    from flows.commands.review import review_command

    review_command(port=port, no_open=no_open, database=db)


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
            hear_at_once()


def _answered(arguments: Sequence[str] | None) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold bytes that are no text. Spelt out, they are a valid escape in JSON too.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        result = app(
            sys.argv[1:] if arguments is None else list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
        return result if isinstance(result, int) else ExitCode.DONE
    except CycloptsError as error:
        return failed(f"{' '.join(str(error).split())} (see nightkick --help)", ExitCode.USAGE)
    except BrokenPipeError:
        # Whoever reads us has had enough (`| head`). Python would complain once more while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        return answer(error)
