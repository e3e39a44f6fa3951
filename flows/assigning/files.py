"""A file of assignments: a CSV that any spreadsheet keeps, in and out, each refusal with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from analytics.files.csv_text import csv_text, rearmed
from analytics.store import AssignmentRow
from flows.assigning.lines import COLUMNS, line_of
from flows.terminal.written_files import written_text
from ingest.errors import UsageError

#: A hundred thousand lines; a larger file is none of assignments.
MOST_BYTES = 16 << 20
_FROM_TEMPLATE = "start from: nightkick people template"


def read_assignments(path: Path) -> tuple[AssignmentRow, ...]:
    """The lines of a file, each checked by itself.

    Raises
    ------
    UsageError
        The file cannot be read, has unknown columns, or a line makes no sense.
    """
    try:
        return tuple(_rows(path.name, _text(path)))
    except UsageError as error:
        raise UsageError(error.what, path=path, hint=error.hint) from None


def heading() -> str:
    """The first line of a file of assignments."""
    return csv_text(COLUMNS, [])


def as_csv(rows: Sequence[AssignmentRow]) -> str:
    """Write lines as a file; importing it again gives the same lines."""
    return csv_text(COLUMNS, (dict(zip(COLUMNS, _cells(row), strict=True)) for row in rows))


def _cells(row: AssignmentRow) -> tuple[str | None, ...]:
    return (
        row.serial, row.pattern, row.subject, row.site, row.side, row.tz, row.time_shift, row.first_evening,
        row.last_evening,
    )  # fmt: skip


def _text(path: Path) -> str:
    return written_text(
        path,
        what="a file of assignments",
        template="nightkick people template > people.csv",
        enough="one line a wearer and device is enough",
        most_bytes=MOST_BYTES,
    )


def _rows(name: str, text: str) -> Iterator[AssignmentRow]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = _names(next(reader, []))
        began = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(name, began, names, cells)
            began = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num}: no CSV: {error}", hint="check the quotes") from None


def _names(cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if not any(names):
        raise UsageError("line 1: no heading", hint=_FROM_TEMPLATE)
    for number, column in enumerate(names):
        if column not in COLUMNS:
            raise UsageError(f"line 1: unknown column {column!r}", hint=_known(column))
        if column in names[:number]:
            raise UsageError(f"line 1: two columns are called {column}", hint="keep one of them")
    return names


def _known(column: str) -> str:
    close = get_close_matches(column, COLUMNS, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(COLUMNS)}"


def _row(name: str, number: int, names: Sequence[str], cells: Sequence[str]) -> AssignmentRow:
    if len(cells) != len(names):
        raise UsageError(
            f"line {number}: {len(cells)} cells, the heading has {len(names)}", hint="put text with commas in quotes"
        )
    said = {column: rearmed(cell.strip()) or None for column, cell in zip(names, cells, strict=True)}
    try:
        line_of(said, "")
    except UsageError as error:
        raise UsageError(f"line {number}: {error.what}", hint=error.hint) from None
    return AssignmentRow(number, name, *(said.get(column) for column in COLUMNS))
