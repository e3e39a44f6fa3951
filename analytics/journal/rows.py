"""Days of the journal from rows of cells: what is right is taken, and the rest is named by its place.

A wrong cell leaves out itself and holds up nothing else. A row without a day that can be read, or whose day stands
twice, is left out as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from analytics.journal.cells import UnreadableError, day_of, read
from analytics.journal.fields import AWAKE, BY_NAME, GOT_UP, KEYS, LATENCY, LIGHTS_OFF, OWN_NAME
from analytics.journal.order import contradictions
from analytics.said import JournalEntry

#: Of the earth's zones the one that is furthest ahead: a day that has not begun there is in the future.
_FURTHEST_AHEAD = timedelta(hours=14)

#: Spreadsheets write a merged cell into its first row alone.
_NO_DATE = "write the date in each row; of merged cells only the first row has it"

Cells = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """What was left out: in which line and column, what is wrong with it, and what to do."""

    line: int
    column: str
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What was read, and what could not be; ``lines`` is where the row of each person's day begins."""

    entries: tuple[JournalEntry, ...]
    problems: tuple[Problem, ...] = ()
    lines: Mapping[tuple[str, date], int] = field(default_factory=dict)


def latest_day() -> date:
    """The latest day that has begun anywhere."""
    return (datetime.now(UTC) + _FURTHEST_AHEAD).date()


def noted_of(rows: Iterable[tuple[int, Cells]], *, subject: str, latest: date | None = None) -> Noted:
    """Read rows of cells.

    Parameters
    ----------
    rows : iterable of (int, mapping)
        Line, and from column name to cell; ``date`` in each, ``subject`` where several people share the table.
    subject : str
        Whose rows without a subject are.
    latest : date, optional
        Days after it are in the future.
    """
    lines: dict[tuple[str, date], int] = {}
    entries: list[JournalEntry] = []
    problems: list[Problem] = []
    for line, row in rows:
        who = (row.get("subject") or "").strip() or subject
        if not (row.get("date") or "").strip():
            problems.append(Problem(line, "date", "there is none", _NO_DATE))
            continue
        try:
            day = day_of(row.get("date"), latest)
        except UnreadableError as error:
            problems.append(Problem(line, "date", error.what, error.hint))
            continue
        if (first := lines.setdefault((who, day), line)) != line:
            what = f"{day} of {who} is there twice, first in line {first}"
            problems.append(Problem(line, "date", what, "one row a day; the first one is kept"))
            continue
        cells = {kind: cell for kind, cell in row.items() if kind not in KEYS}
        found, wrong = entries_of_day(who, day, cells)
        entries += found
        problems += [Problem(line, kind, error.what, error.hint) for kind, error in wrong.items()]
    return Noted(tuple(entries), tuple(problems), lines)


def entries_of_day(
    subject: str, day: date, cells: Cells, before: Iterable[JournalEntry] = ()
) -> tuple[list[JournalEntry], dict[str, UnreadableError]]:
    """Read the cells of one day: entries of those that can be, and by its name what is wrong with each other one.

    Parameters
    ----------
    before : iterable of JournalEntry
        What was noted of the day already: the times of a night must agree, whenever they were noted.
    """
    entries: list[JournalEntry] = []
    wrong: dict[str, UnreadableError] = {}
    for kind, cell in cells.items():
        try:
            if kind not in BY_NAME and (not OWN_NAME.fullmatch(kind) or kind in KEYS):
                raise UnreadableError("it is no name of a column", "use small letters, digits and _, like herbal_tea")
            value, text = read(kind, cell)
            entries.append(JournalEntry(subject, day, kind, value, text))
        except UnreadableError as error:
            wrong[kind] = error
    whole = {entry.kind: entry for entry in (*before, *entries)}
    clocks = {kind: e.text for kind, e in whole.items() if e.text and _is_clock(kind)}
    minutes = {kind: e.value for kind in (LATENCY, AWAKE) if (e := whole.get(kind)) and e.value is not None}
    amiss = _amiss(contradictions(clocks, minutes), cells)
    return [entry for entry in entries if entry.kind not in amiss], wrong | amiss


def _amiss(found: Mapping[str, tuple[str, str]], cells: Cells) -> dict[str, UnreadableError]:
    """Contradictions by the field that was written now; those among what was noted before are no news."""
    amiss: dict[str, UnreadableError] = {}
    for name, (what, hint) in found.items():
        if name in cells:
            amiss[name] = UnreadableError(what, hint)
        elif (other := next((one for one in (LIGHTS_OFF, GOT_UP) if one in cells), None)) is not None:
            amiss[other] = UnreadableError(f"{name} {what}", hint)
    return amiss


def _is_clock(kind: str) -> bool:
    return kind in BY_NAME and BY_NAME[kind].kind == "clock"
