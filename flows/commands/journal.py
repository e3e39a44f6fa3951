"""``nightkick journal``: the sleep journal as a CSV that any spreadsheet keeps, in and out.

Importing replaces what was noted before for the same day and column, so that the same file can be imported again
and again as it grows. Nights are analysed again where the times that their analysis reads are new.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from analytics import store as the_store
from analytics.files.csv_text import rearmed
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Database
from flows.terminal.talk import emit, say
from flows.terminal.values import csv_text
from flows.terminal.written_files import written_text
from ingest.errors import UsageError, visible

if TYPE_CHECKING:
    from analytics.said import JournalEntry
    from flows.importing.import_run import Context

#: A line a day for three centuries; a larger file is not a journal.
MOST_BYTES = 16 << 20
#: Of the people who are known, so many are named.
_MOST_NAMES = 10

journal = App(name="journal", help="The sleep journal: sleep times, triggers and symptoms by date.")


@journal.command
def template() -> None:
    """Print the heading of an empty journal."""
    from analytics.nights.journal import TEMPLATE

    emit(csv_text(TEMPLATE, []))
    say("one row a day: date is that of the evening (2026-03-02), times like 23:10, symptoms 0-10; leave blank what")
    say("you do not know, and add columns of your own (small letters, digits and _)")


@journal.command(name="import")
def import_journal(file: Path, /, *, subject: str | None = None, db: Database = None) -> ExitCode:
    """Import a journal; the same file may be imported again as it grows.

    Parameters
    ----------
    file
        CSV with a column date, and any others.
    subject
        Whose it is, where rows name no one; default: the subject of the settings, or me.
    """
    from flows.importing.declared import Wishes
    from flows.importing.pipeline import open_context
    from flows.importing.publishing import published_at_the_end
    from flows.importing.reanalysis import analyse_again

    context = open_context(Wishes(subject=subject), database=db)
    entries = _entries(file, subject or context.settings.subject)
    _say_new_people(context, entries)
    with published_at_the_end(context.store):
        the_store.write_journal(context.store, entries)
        unread = the_store.unread_nights(context.store)
        nights = [key for key in _nights_named(context, entries) if key in unread]
        failures = analyse_again(context, nights)
    days = len({(entry.subject, entry.day) for entry in entries})
    noted = f"{days} {'day' if days == 1 else 'days'} noted"
    done = len(nights) - failures
    if nights:
        say(f"{noted}, {done} {'night' if done == 1 else 'nights'} analysed again")
    elif _nights_named(context, entries):
        say(f"{noted}; no night is analysed again, for what the analysis reads was noted before")
    else:
        say(f"{noted}; no stored night has to be analysed again")
    return ExitCode.SOME_FAILED if failures else ExitCode.DONE


def _say_new_people(context: Context, entries: Sequence[JournalEntry]) -> None:
    """Name people whom nothing but a journal knows: each may be new, or a known one misspelt."""
    settings = context.settings
    known = {settings.subject, *the_store.known_subjects(context.store, by_journal=False)}
    known |= {device.subject for device in settings.device.values() if device.subject}
    known |= {line.subject for line in settings.assignment if line.subject}
    for name in sorted({entry.subject for entry in entries} - known):
        days = len({entry.day for entry in entries if entry.subject == name})
        noted = f"{days} {'day' if days == 1 else 'days'} of the journal noted all the same"
        near = {one.casefold(): one for one in sorted(known)}
        close = [near[one] for one in get_close_matches(name.casefold(), near, n=3, cutoff=0.5)]
        meant = f"did you mean {' or '.join(close)}? " if close else ""
        names = ", ".join(sorted(known)[:_MOST_NAMES])
        say(visible(f"{name} has no night yet: {noted} ({meant}known: {names})"))


def _entries(path: Path, subject: str) -> tuple[JournalEntry, ...]:
    from analytics.nights.journal import entries_of

    try:
        return entries_of(_rows(_text(path)), subject=subject)
    except UsageError as error:
        raise UsageError(error.what, path=path, hint=error.hint) from None


def _text(path: Path) -> str:
    return written_text(
        path,
        what="a journal",
        template="nightkick journal template > journal.csv",
        enough="one row a day is enough",
        most_bytes=MOST_BYTES,
    )


def _rows(text: str) -> list[dict[str, str | None]]:
    lines = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    heading = [name.strip().lower() for name in lines[0]] if lines else []
    if "date" not in heading:
        raise UsageError("no column is called date", hint="start from: nightkick journal template")
    if len(set(heading)) < len(heading):
        raise UsageError("two columns have the same name", hint="name each once")
    for number, row in enumerate(lines[1:], start=1):
        if len(row) > len(heading):
            raise UsageError(f"row {number} has more cells than the heading", hint="put text with commas in quotes")
    return [dict(zip(heading, map(rearmed, row), strict=False)) for row in lines[1:]]


def _nights_named(context: Context, entries: Sequence[JournalEntry]) -> list[the_store.NightKey]:
    """Stored nights of which the journal has, or no longer has, what their analysis reads."""
    from analytics.nights.journal import READ_BY_ANALYSIS

    named = sorted({(entry.subject, entry.day) for entry in entries if entry.kind in READ_BY_ANALYSIS})
    stored = the_store.query(context.store, "SELECT subject, night_date FROM night")
    there = set(zip(stored["subject"], stored["night_date"], strict=True))
    return [key for key in named if key in there]
