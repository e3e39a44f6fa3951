"""The commands that have commands of their own: ``nightkick config ...`` and ``nightkick journal ...``.

As in `flows.cli`, a body imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App

from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Database

config = App(name="config", help="Show, check or locate the settings.")
journal = App(name="journal", help="The sleep journal: sleep times, triggers and symptoms by date.")


@config.command(name="show")
def config_show() -> None:
    """Print the settings in force, as a valid nightkick.toml."""
    from flows.settings.settings import as_toml, load

    print("\n".join(as_toml(load())))


@config.command(name="validate")
def config_validate() -> None:
    """Check the settings files and the NIGHTKICK_ variables."""
    from flows.settings.settings import candidates, load

    load()
    files = [str(path) for path in candidates() if path.exists()]
    print(f"settings are valid: {', '.join(files) or 'no file, defaults'}", file=sys.stderr)


@config.command(name="path")
def config_path() -> None:
    """Print the settings files in the order in which they count, whether they exist or not."""
    from flows.settings.settings import candidates

    print("\n".join(str(path) for path in candidates()))


@journal.command
def template() -> None:
    """Print the heading of an empty journal."""
    from flows.commands.journal import template_command

    template_command()


@journal.command(name="import")
def import_journal(file: Path, /, *, subject: str | None = None, db: Database = None) -> int:
    """Import a journal; the same file may be imported again as it grows.

    Parameters
    ----------
    file
        CSV with a column date, and any others.
    subject
        Whose it is, where rows do not say.
    db
        Database file.
    """
    from flows.commands.journal import journal_command

    return ExitCode.DONE if journal_command(file, subject=subject, database=db) else ExitCode.SOME_FAILED
