"""``nightkick people``: who wore which device in which nights, as a CSV that any spreadsheet keeps; who they are.

The file takes the place of the one imported before. It is checked as a whole first, together with the settings; then
stored recordings of which it says something else are moved, and only their nights are analysed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from analytics import store as the_store
from flows.terminal.exit_codes import ExitCode
from flows.terminal.options import Database, Json
from flows.terminal.talk import emit, emit_lines, say
from flows.terminal.values import json_document
from ingest.errors import UsageError

if TYPE_CHECKING:
    from analytics.person import Person
    from flows.assigning.assignments import Assignments
    from flows.importing.import_run import Context

people = App(
    name="people",
    help_format="markdown",
    help="Who wore which device in which nights, and whose files bear which names.",
)


@people.command
def template() -> None:
    """Print the heading of an empty file of assignments."""
    from flows.assigning.files import heading

    emit(heading())
    say("one line a wearer: the serial of a device, or a pattern of paths like {subject}_{side}.cwa, or both")
    say("from and to are evenings like 2026-03-02, both included, or moments like 2026-03-02T14:30, to excluded")
    say("leave blank what a line does not say: no from or to means always")


@people.command(name="import")
def import_people(file: Path, /, *, db: Database = None) -> ExitCode:
    """Import assignments in place of those imported before, and move the nights that they concern.

    Parameters
    ----------
    file
        CSV with columns serial, pattern, subject, site, side, tz, time_shift, from, to; not all are needed.
    """
    from flows.assigning.files import read_assignments
    from flows.importing.declared import assignments_of
    from flows.importing.pipeline import reassign

    rows = read_assignments(file)
    context = _context(db, rows_matter=False)
    assignments = assignments_of(context.settings, rows)
    the_store.write_assignments(context.store, rows)
    context = replace(context, assignments=assignments)
    n_moved, n_failed = reassign(context, always=True)
    the_store.publish(context.store)
    say(f"{len(rows)} assignments, {n_moved} recordings moved")
    _say_unassigned(context)
    return ExitCode.SOME_FAILED if n_failed else ExitCode.DONE


@people.command(name="export")
def export_people(*, db: Database = None) -> None:
    """Print the imported assignments as a CSV that imports unchanged; those of the settings are not among them."""
    from flows.assigning.files import as_csv

    emit(as_csv(the_store.assignment_rows(_context(db, rows_matter=False).store)))


@people.default
def people_alone(*unknown: Annotated[str, Parameter(show=False)], db: Database = None, as_json: Json = False) -> None:
    """As ``people list``."""
    if unknown:
        names = ", ".join(sorted(name for name in people if not name.startswith("-")))
        raise UsageError(f"unknown command {unknown[0]!r}", hint=f"of people there are: {names}")
    list_people(db=db, as_json=as_json)


@people.command(name="list")
def list_people(*, db: Database = None, as_json: Json = False) -> None:
    """List all assignments, how many recordings each decides, and then recordings that none assigns."""
    context = _context(db)
    counts, unassigned = _counted(context)
    if as_json:
        emit(json_document(assignments=_documents(context.assignments, counts), unassigned=unassigned))
        return
    if not context.assignments.lines:
        say("no line assigns anything yet; nightkick people template starts a file")
    for line in context.assignments.lines:
        about = ", ".join(f"{name} {said}" for name, said in _said(line.written).items())
        emit_lines([f"{line.origin}: {about}; recordings: {counts.get(line.origin, 0)}"])
    for one in unassigned:
        device = f"device {one['serial']}" if one["serial"] else "no serial number"
        emit_lines([f"no line assigns {one['path']} ({device}); stored for {one['subject']}"])


@people.command(name="describe")
def describe_person(
    subject: str,
    /,
    *,
    born: str | None = None,
    age_group: str | None = None,
    sex: str | None = None,
    medication: list[str] | None = None,
    db: Database = None,
) -> None:
    """Note age, sex and medication of a person, or print what is noted.

    What is given replaces all that was noted of that person before. Nights that another threshold judges then
    are named: nightkick reanalyse analyses these again, and no other.

    Parameters
    ----------
    subject
        Who.
    born
        Year or date of birth (2012, 2012-05-17, 17.05.2012): the person's age on each night decides about its
        threshold; without it the age group does.
    age_group
        adult or child, where no birth is given; default: as in the settings.
    sex
        female, male or other; default: not noted.
    medication
        Kinds that matter, each by itself: ssri, snri, tricyclic, mirtazapine, antipsychotic, antihistamine,
        dopamine_agonist, gabapentinoid, iron; default: none.
    """
    from analytics.person import person_of
    from flows.settings.wanted import outdated_by

    context = _context(db, rows_matter=False)
    if not any((born, age_group, sex, medication)):
        emit_lines(_described(the_store.people_of(context.store).get(subject)))
        return
    if subject in context.settings.person:
        raise UsageError(f"the settings say who {subject} is", hint="change it in nightkick.toml")
    person = person_of(born=born, age_group=age_group, sex=sex, medication=medication or ())
    the_store.describe(context.store, subject, person)
    the_store.publish(context.store)
    due = [day for who, day in outdated_by(context.settings, context.store).reasons if who == subject]
    say(f"{subject} is described" + (f"; {len(due)} nights to analyse again: nightkick reanalyse" if due else ""))


def _described(person: Person | None) -> Iterator[str]:
    if person is None:
        say("nothing is noted of this person")
        return
    for name, value in asdict(person).items():
        shown = ", ".join(value) if name == "medication" else value
        yield f"{name}: {shown or 'not noted'}"


def _context(database: Path | None, *, rows_matter: bool = True) -> Context:
    """The database and the settings. A table that contradicts the settings must not keep a better one from coming."""
    from flows.importing.declared import Wishes
    from flows.importing.pipeline import open_context

    return open_context(Wishes(), database=database, with_table=rows_matter)


def _say_unassigned(context: Context) -> None:
    _, unassigned = _counted(context)
    if unassigned:
        say(f"{len(unassigned)} recordings are assigned by no line: nightkick people list names them")


def _counted(context: Context) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """How many recordings each line has a say in, and those whose wearer no line, entry or command line says."""
    from flows.importing.declared import decided

    counts: dict[str, int] = {}
    unassigned = []
    for known in the_store.every_recording(context.store):
        try:
            found = decided(known, context.assignments)
        except UsageError as error:
            say(f"{known.path}: {error.what}")
            continue
        for origin in set(found.origins.values()):
            counts[origin] = counts.get(origin, 0) + 1
        if "subject" not in found.origins:
            row = {"path": str(known.path), "serial": known.device_serial, "subject": known.subject}
            unassigned.append({**row, "nights": list(known.night_dates)})
    return counts, unassigned if context.assignments.lines else []


def _documents(assignments: Assignments, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"source": line.origin, **_said(line.written, with_blanks=True), "n_recordings": counts.get(line.origin, 0)}
        for line in assignments.lines
    ]


def _said(written: tuple[str, ...], *, with_blanks: bool = False) -> dict[str, str | None]:
    """The cells by column: those that say something, or all of them."""
    from flows.assigning.lines import COLUMNS

    cells = dict(zip(COLUMNS, written, strict=True))
    return {name: said or None for name, said in cells.items() if said or with_blanks}
