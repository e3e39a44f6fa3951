"""``nightkick journal``: the sleep journal as a CSV that any spreadsheet keeps, or as TOML, in and out.

Importing replaces what was noted before for the same day and column, so that the same file can be imported again
and again as it grows. What is right is taken, the rest is named by line and column. Nights are analysed again where
the times that their analysis reads are new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from analytics import store as the_store
from flows.terminal.dates import on
from flows.terminal.exit_codes import ExitCode
from flows.terminal.fitted import fits
from flows.terminal.options import Database, OnlySubject, Since, Until
from flows.terminal.talk import complain, emit, emit_lines, emit_table, say
from flows.terminal.values import csv_text
from flows.terminal.whose import people_like, refuse_unknown
from flows.terminal.width import width
from flows.terminal.written_files import written_text
from ingest.errors import UsageError, visible

if TYPE_CHECKING:
    from analytics.journal.planned import ImportPlan
    from analytics.journal.rows import Noted
    from analytics.said import JournalEntry
    from flows.importing.import_run import Context

#: Of what is kept and would be refused now.
_NO_MORE = "today its column takes other values (nightkick journal describe)"
#: Of the nights that would be analysed again, so many are named.
_MOST_NIGHTS = 50
#: Of the places that could not be read, so many are named.
_MOST_PROBLEMS = 50
#: Of the cells that an import would change, so many are listed.
_MOST_CELLS = 200

journal = App(
    name="journal", help_format="markdown", help="The sleep journal: sleep times, triggers and symptoms by date."
)


@journal.command
def template() -> None:
    """Print the heading of an empty journal."""
    from analytics.journal.fields import TEMPLATE

    emit(csv_text(TEMPLATE, []))
    say("one row a day: date is that of the evening (2026-03-02), times like 23:10, symptoms 0-10; leave blank what")
    say("you do not know, and add columns of your own (small letters, digits and _)")
    say("what each column takes: nightkick journal describe")


@journal.command
def describe() -> None:
    """List the fields of the journal: what each is called, means, and takes."""
    from analytics.journal.fields import FIELDS

    rows = [{"column": f.name, "what": f.says, "takes": f.bounds, "more": f.asked} for f in FIELDS]
    emit_table(["column", "what", "takes", "more"], rows, first_to_go=["what"], has_csv=False)
    say("any other column is a factor of your own: a number, or words")


@journal.command(name="list")
def list_journal(*, since: Since = None, until: Until = None, subject: OnlySubject = None, db: Database = None) -> None:
    """List what is noted, by night, an entry a line. `journal export` prints all of it as a file."""
    from analytics.journal.cells import cell_of
    from flows.settings.database import store_for
    from flows.settings.settings import load

    store = store_for(db, load())
    refuse_unknown(store, subject)
    first, last = on(since, store, subject), on(until, store, subject)
    noted = [
        entry
        for entry in the_store.whole_journal(store, subject)
        if (first is None or entry.day >= first) and (last is None or entry.day <= last)
    ]
    rows = [
        {
            "night": entry.day,
            "subject": entry.subject,
            "column": entry.kind,
            "noted": cell_of(entry.kind, entry.value, entry.text),
        }
        for entry in sorted(noted, key=lambda entry: entry.day)  # by person and column they are already
    ]
    if not rows:
        emit("nothing is noted\n")
        return
    several = len({row["subject"] for row in rows}) > 1
    columns = [name for name in rows[0] if several or name != "subject"]
    if fits(columns, rows, width()):
        emit_table(columns, rows, has_csv=False)
    else:  # what was noted is asked for: it folds, and nothing is left out
        emit_lines(_entry_line(row, columns) for row in rows)


def _entry_line(row: Mapping[str, object], columns: Sequence[str]) -> str:
    """An entry as a line, for a screen too narrow for columns."""
    night, *about, noted = (f"{row[name]}" for name in columns)
    return f"{night}  {' '.join(about)}: {noted}"


@journal.command(name="export")
def export_journal(
    *,
    subject: str | None = None,
    as_: Annotated[Literal["csv", "toml"], Parameter(name="--format")] = "csv",
    db: Database = None,
) -> None:
    """Print the journal as `journal import` reads it back unchanged.

    Parameters
    ----------
    subject
        Whose; default: that of all people.
    as_
        csv for a spreadsheet, toml for an editor.
    """
    from analytics.journal.planned import noted_of_text
    from analytics.journal.tables import text_of
    from flows.settings.database import store_for
    from flows.settings.settings import load

    store = store_for(db, load())
    refuse_unknown(store, subject)
    entries = the_store.whole_journal(store, subject)
    text = text_of(entries, as_)
    emit(text)
    again = noted_of_text(text, as_, "").entries
    lost = sorted({(e.subject, e.day.isoformat(), e.kind) for e in set(entries) - set(again)})
    for who, day, kind in lost[:_MOST_PROBLEMS]:
        complain(f"{kind} on {day} of {who} would not import as it is: {_NO_MORE}")
    if len(lost) > _MOST_PROBLEMS:
        complain(f"and {len(lost) - _MOST_PROBLEMS} more")


@journal.command(name="import")
def import_journal(
    file: Path, /, *, subject: str | None = None, dry_run: bool = False, db: Database = None
) -> ExitCode:
    """Import a journal; the same file may be imported again as it grows.

    Parameters
    ----------
    file
        CSV with a column date, and any others, as spreadsheets write it; or TOML (name.toml) as `export` does.
    subject
        Whose it is, where rows name no one; default: the subject of the settings, or me.
    dry_run
        Only list what would be new, changed and left out, by line and column, and the nights that would be analysed
        again; without: it is stored.
    """
    from flows.importing.declared import Wishes
    from flows.importing.pipeline import open_context
    from flows.importing.publishing import published_at_the_end
    from flows.importing.reanalysis import analyse_again

    if dry_run:
        return _foretold(file, subject, db)
    context = open_context(Wishes(subject=subject), database=db)
    noted = _read(file, subject or context.settings.subject)
    entries = noted.entries
    _say_new_people(context, entries)
    _say_misspelt(entries)
    with published_at_the_end(context.store):
        the_store.write_journal(context.store, entries)
        unread = the_store.unread_nights(context.store)
        nights = [key for key in _nights_named(context.store, entries) if key in unread]
        failures = analyse_again(context, nights)
    days = len({(entry.subject, entry.day) for entry in entries})
    says = f"{days} {'day' if days == 1 else 'days'} noted"
    done = len(nights) - failures
    if nights:
        say(f"{says}, {done} {'night' if done == 1 else 'nights'} analysed again")
    elif _nights_named(context.store, entries):
        say(f"{says}; no night is analysed again, for what the analysis reads was noted before")
    else:
        say(f"{says}; no stored night has to be analysed again")
    return ExitCode.SOME_FAILED if failures or noted.problems else ExitCode.DONE


def _foretold(file: Path, subject: str | None, db: Path | None) -> ExitCode:
    """List what an import would do; nothing is made or stored."""
    from analytics.journal.planned import cell_words, changing, planned, summary
    from flows.settings.database import store_for
    from flows.settings.settings import load

    settings = load()
    store = store_for(db, settings)
    noted = _read(file, subject or settings.subject)
    plan = planned(noted, the_store.whole_journal(store) if store.path.exists() else ())
    _say_misspelt(noted.entries)
    cells = list(changing(plan))
    for cell in cells[:_MOST_CELLS]:
        emit(visible(f"line {cell.line}, {cell.column}: {cell_words(cell)} ({cell.day} of {cell.subject})") + "\n")
    if len(cells) > _MOST_CELLS:
        emit(f"and {len(cells) - _MOST_CELLS} more\n")
    emit("".join(f"{line}\n" for line in _foretold_nights(store, plan)))
    emit(f"{summary(plan)}. Nothing is stored.\n")
    return ExitCode.SOME_FAILED if plan.problems else ExitCode.DONE


def _foretold_nights(store: the_store.Store, plan: ImportPlan) -> Iterator[str]:
    """Name the nights that the import would analyse again: what their analysis reads is new, or not yet read."""
    from analytics.journal.planned import changing
    from analytics.nights.journal import READ_BY_ANALYSIS

    if not store.path.exists():
        return
    changed = {(cell.subject, cell.day) for cell in changing(plan) if cell.column in READ_BY_ANALYSIS}
    unread = the_store.unread_nights(store)
    nights = [key for key in _nights_named(store, plan.noted.entries) if key in changed or key in unread]
    for subject, day in nights[:_MOST_NIGHTS]:
        yield visible(f"night {day} of {subject} would be analysed again")
    if len(nights) > _MOST_NIGHTS:
        yield f"and {len(nights) - _MOST_NIGHTS} more nights"


@journal.command
def week(*, subject: str | None = None, db: Database = None) -> None:
    """What to do for seven nights, and how far they are: what is recorded, answered, and missing today.

    Parameters
    ----------
    subject
        Whose; default: the subject of the settings, or me.
    """
    from analytics.journal.week import local_evening, week_lines
    from analytics.store.over_nights.guided import guided_week_of
    from flows.settings.database import store_for
    from flows.settings.settings import load

    settings = load()
    store = store_for(db, settings)
    refuse_unknown(store, subject)
    emit_lines(week_lines(guided_week_of(store, subject or settings.subject, local_evening())))


def _say_new_people(context: Context, entries: Sequence[JournalEntry]) -> None:
    """Name people whom nothing but a journal knows: each may be new, or a known one misspelt."""
    settings = context.settings
    known = {settings.subject, *the_store.known_subjects(context.store, by_journal=False)}
    known |= {device.subject for device in settings.device.values() if device.subject}
    known |= {line.subject for line in settings.assignment if line.subject}
    for name in sorted({entry.subject for entry in entries} - known):
        days = len({entry.day for entry in entries if entry.subject == name})
        noted = f"{days} {'day' if days == 1 else 'days'} of the journal noted all the same"
        say(visible(f"{name} has no night yet: {noted} (known: {people_like(name, known)})"))


def _say_misspelt(entries: Sequence[JournalEntry]) -> None:
    """Name columns that were kept as factors and may be meant as fields: nothing else reads them."""
    from analytics.journal.fields import misspelt

    for name, field in misspelt(dict.fromkeys(entry.kind for entry in entries)).items():
        say(f"{name} is kept as a factor of your own; if {field} is meant, name the column so and import again")


def _read(path: Path, subject: str) -> Noted:
    """Read a file, and name what of it is left out."""
    from analytics.journal.planned import ENOUGH, MOST_BYTES, WHAT, format_of, noted_of_text, problem_words

    text = written_text(
        path,
        what=WHAT,
        template="nightkick journal template > journal.csv",
        enough=ENOUGH,
        most_bytes=MOST_BYTES,
    )
    try:
        noted = noted_of_text(text, format_of(path.name), subject)
    except UsageError as error:
        raise UsageError(error.what, path=path, hint=error.hint) from None
    for problem in noted.problems[:_MOST_PROBLEMS]:
        complain(f"{path}: line {problem.line}, {problem.column}: {problem_words(problem)}")
    if len(noted.problems) > _MOST_PROBLEMS:
        complain(f"{path}: {len(noted.problems) - _MOST_PROBLEMS} more places are left out")
    return noted


def _nights_named(store: the_store.Store, entries: Sequence[JournalEntry]) -> list[the_store.NightKey]:
    """Stored nights of which the journal has, or no longer has, what their analysis reads."""
    from analytics.nights.journal import READ_BY_ANALYSIS

    named = sorted({(entry.subject, entry.day) for entry in entries if entry.kind in READ_BY_ANALYSIS})
    stored = the_store.query(store, "SELECT subject, night_date FROM night")
    there = set(zip(stored["subject"], stored["night_date"], strict=True))
    return [key for key in named if key in there]
