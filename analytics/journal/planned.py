"""What importing a journal would do, cell by cell, before anything is stored: the one way from a file to a plan.

The command line and the page go through it: `noted_of_file` reads a file, `planned` holds it against what is noted, and
`summary` and `cell_words` put the plan into words. A blank cell takes back what was noted, and is nothing elsewhere.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analytics.files.written import decoded_text, too_large
from analytics.journal.cells import cell_of
from analytics.journal.rows import Noted, Problem, latest_day, noted_of
from analytics.journal.tables import Format, table_of
from analytics.said import JournalEntry
from ingest.errors import UsageError

#: A line a day for three centuries; a larger file is not a journal.
MOST_BYTES = 16 << 20
WHAT, ENOUGH = "a journal", "one row a day is enough"

CellState = Literal["new", "changed", "taken_back", "same"]
STATE_WORDS: dict[CellState, str] = {
    "new": "new",
    "changed": "changed",
    "taken_back": "taken back",
    "same": "as noted",
}
#: Of a cell so much is shown. Own.
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """What becomes of one cell; ``before`` and ``after`` as they would be written, None for nothing."""

    line: int
    column: str
    subject: str
    day: date
    state: CellState
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do.

    Attributes
    ----------
    cells : tuple of PlannedCell
        By line, in the order of the columns.
    problems : tuple of Problem
        What is left out, and why, by line.
    """

    noted: Noted
    cells: tuple[PlannedCell, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is left out, and why."""
        return self.noted.problems

    @property
    def counts(self) -> dict[CellState, int]:
        """How many cells there are of each state."""
        found = Counter(cell.state for cell in self.cells)
        return {state: found[state] for state in STATE_WORDS}

    @property
    def n_days(self) -> int:
        """Days of people that would have anything new, changed or taken back."""
        return len({(cell.subject, cell.day) for cell in self.cells if cell.state != "same"})

    @property
    def fingerprint(self) -> str:
        """Tells this plan from one that would do anything else."""
        told = repr([(c.subject, c.day, c.column, c.state, c.before, c.after) for c in self.cells])
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def file_too_large() -> UsageError:
    """The refusal of a file beyond `MOST_BYTES`."""
    return too_large(what=WHAT, enough=ENOUGH)


def format_of(name: str) -> Format:
    """Which format a file of a name holds."""
    return "toml" if name.lower().endswith(".toml") else "csv"


def noted_of_file(data: bytes, name: str, subject: str) -> Noted:
    """Read the content of a file.

    Parameters
    ----------
    name : str
        Of the file; what it ends in says its format.
    subject : str
        Whose rows without a subject are.

    Raises
    ------
    UsageError
        It is no journal at all.
    """
    return noted_of_text(decoded_text(data, what=WHAT, enough=ENOUGH, most_bytes=MOST_BYTES), format_of(name), subject)


def noted_of_text(text: str, kind: Format, subject: str) -> Noted:
    """Read the text of a file, days up to now; all that is left out by line.

    Parameters
    ----------
    kind : "csv" or "toml"
        What the text is.
    subject : str
        Whose rows without a subject are.

    Raises
    ------
    UsageError
        It is no such table at all.
    """
    table = table_of(text, kind)
    noted = noted_of(table.rows, subject=subject, latest=latest_day())
    problems = tuple(sorted((*table.problems, *noted.problems), key=lambda one: one.line))
    return Noted(noted.entries, problems, noted.lines)


def planned(noted: Noted, stored: Iterable[JournalEntry]) -> ImportPlan:
    """Hold what a file says against what is noted.

    Parameters
    ----------
    noted : Noted
        Of the file.
    stored : iterable of JournalEntry
        At least all that is noted of the same people and days.
    """
    before = {(e.subject, e.day, e.kind): e for e in stored if (e.value, e.text) != (None, None)}
    cells = (_cell(entry, before.get((entry.subject, entry.day, entry.kind)), noted) for entry in noted.entries)
    return ImportPlan(noted, tuple(cell for cell in cells if cell is not None))


def _cell(entry: JournalEntry, before: JournalEntry | None, noted: Noted) -> PlannedCell | None:
    is_blank = (entry.value, entry.text) == (None, None)
    if before is None and is_blank:
        return None
    state: CellState = "new" if before is None else "taken_back" if is_blank else "changed"
    if before is not None and (before.value, before.text) == (entry.value, entry.text):
        state = "same"
    line = noted.lines[entry.subject, entry.day]
    after = None if is_blank else _written(entry)
    return PlannedCell(
        line, entry.kind, entry.subject, entry.day, state, None if before is None else _written(before), after
    )


def _written(entry: JournalEntry) -> str:
    return cell_of(entry.kind, entry.value, entry.text)


def summary(plan: ImportPlan) -> str:
    """The plan in one line."""
    cells = ", ".join(f"{n} {STATE_WORDS[state]}" for state, n in plan.counts.items() if n) or "nothing to note"
    left_out = f"; {len(plan.problems)} left out" if plan.problems else ""
    return f"{plan.n_days} {'day' if plan.n_days == 1 else 'days'} would change: {cells}{left_out}"


def changing(plan: ImportPlan) -> Iterator[PlannedCell]:
    """The cells that would change anything."""
    return (cell for cell in plan.cells if cell.state != "same")


def cell_words(cell: PlannedCell) -> str:
    """What becomes of a cell."""
    old, new = (None if one is None else _shown(one) for one in (cell.before, cell.after))
    if cell.state == "changed":
        return f"changed, {old} -> {new}"
    return f"{STATE_WORDS[cell.state]}, {old if new is None else new}"


def problem_words(problem: Problem) -> str:
    """What is left out, and what to do."""
    return f"{problem.what}, left out ({problem.hint})"


def _shown(cell: str) -> str:
    line = " ".join(cell.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"
