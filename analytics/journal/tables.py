"""The journal as a file: CSV as any spreadsheet writes it, and TOML; each comes back as it was written.

European Excel writes semicolons, a decimal comma and a byte order mark; the separator is the one with which the heading
has a column ``date``. A cell of TOML is what its type says; one of CSV is read by `analytics.journal.cells`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

from analytics.files.csv_text import csv_text, rearmed
from analytics.journal.cells import as_words, cell_of
from analytics.journal.fields import BY_NAME, KEYS, place_of
from analytics.journal.rows import Cells, Problem
from analytics.said import JournalEntry
from ingest.errors import UsageError

Format = Literal["csv", "toml"]

_SEPARATORS = (",", ";", "\t")
_BEGINS = re.compile(r"\s*\[\[\s*day\s*\]\]")
_START = "start from: nightkick journal template"
#: The names that a person may give a column are made to names of ours.
_BETWEEN_WORDS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each with the line in which it begins, and what is wrong with the table."""

    rows: tuple[tuple[int, Cells], ...]
    problems: tuple[Problem, ...] = ()


def table_of(text: str, kind: Format) -> Table:
    """Take a file apart.

    Raises
    ------
    UsageError
        It is no such table at all.
    """
    return _toml_table(text) if kind == "toml" else _csv_table(text)


def text_of(entries: Iterable[JournalEntry], kind: Format) -> str:
    """Write entries, one row a day and person, so that `table_of` and `analytics.journal.rows` read them back."""
    days: dict[tuple[str, date], dict[str, JournalEntry]] = {}
    for entry in entries:
        if (entry.value, entry.text) != (None, None):
            days.setdefault((entry.subject, entry.day), {})[entry.kind] = entry
    ordered = sorted(days.items(), key=lambda one: (one[0][0], one[0][1]))
    return _as_toml(ordered) if kind == "toml" else _as_csv(ordered)


def _csv_table(text: str) -> Table:
    lines, separator = _without_sep(text)
    separator = separator or _separator_of(lines)
    records = _records(lines, separator)
    if not records:
        raise UsageError("no column is called date", hint=_START)
    (_, heading), *rows = records
    names = [_name(cell) for cell in heading]
    if "date" not in names:
        raise UsageError("no column is called date", hint=_START)
    twice = [name for name, n in Counter(filter(None, names)).items() if n > 1]
    if twice:
        raise UsageError(f"two columns have the same name: {twice[0]}", hint="name each once")
    problems: list[Problem] = []
    found: list[tuple[int, Cells]] = []
    for line, row in rows:
        if any(cell.strip() for cell in row[len(names) :]):
            problems.append(Problem(line, "date", "more cells than the heading", "put text with commas in quotes"))
            continue
        cells = dict(zip(names, map(rearmed, row), strict=False))
        nameless = cells.pop("", "")
        if nameless.strip():
            problems.append(Problem(line, "a column", "it has no name", "give it one in the first line"))
        found.append((line, cells))
    return Table(tuple(found), tuple(problems))


def _without_sep(text: str) -> tuple[str, str | None]:
    """Excel may say in a line of its own what separates cells."""
    first, _, rest = text.partition("\n")
    match = re.fullmatch(r"sep=(.)\r?", first.strip("\r"))
    return (f"\n{rest}", match[1]) if match else (text, None)


def _separator_of(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    columns = {one: [_name(cell) for cell in next(csv.reader([first], delimiter=one), [])] for one in _SEPARATORS}
    fitting = [one for one in _SEPARATORS if "date" in columns[one]]
    return max(fitting, key=lambda one: len(columns[one]), default=",")


def _records(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line in which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found, begins = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((begins, row))
            begins = reader.line_num + 1
    except csv.Error as error:
        hint = "is a quotation mark missing at the end of a cell?"
        raise UsageError(f"line {begins}: no row of a table: {error}", hint=hint) from None
    return found


def _name(cell: str) -> str:
    return _BETWEEN_WORDS.sub("_", cell.strip().lower())


def _as_csv(days: Sequence[tuple[tuple[str, date], Mapping[str, JournalEntry]]]) -> str:
    kinds = sorted({kind for _, noted in days for kind in noted}, key=place_of)
    rows = (
        {"date": day, "subject": subject}
        | {kind: (_csv_cell(noted[kind]) if kind in noted else None) for kind in kinds}
        for (subject, day), noted in days
    )
    return csv_text([*KEYS, *kinds], rows)


def _csv_cell(entry: JournalEntry) -> str:
    return cell_of(entry.kind, entry.value, entry.text)


def _toml_table(text: str) -> Table:
    try:
        days = tomllib.loads(text).get("day", [])
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise UsageError(f"no TOML: {error}", hint="start from: nightkick journal export --format toml") from None
    if not isinstance(days, list) or not all(isinstance(day, dict) for day in days):
        raise UsageError("its days are no list of tables", hint="begin each day with [[day]]")
    problems: list[Problem] = []
    rows: list[tuple[int, Cells]] = []
    begins = [number for number, line in enumerate(text.splitlines(), start=1) if _BEGINS.match(line)]
    if len(begins) != len(days):  # written in another way, such as inside a text: then by the number of the day
        begins = list(range(1, len(days) + 1))
    for number, day in zip(begins, days, strict=True):
        cells: dict[str, str | None] = {}
        for name, value in day.items():
            cell = _toml_cell(name, value)
            if cell is None:
                problems.append(Problem(number, name, "it is a list or a table", "write a number, a time or a text"))
            else:
                cells[name] = cell
        rows.append((number, cells))
    return Table(tuple(rows), tuple(problems))


def _toml_cell(name: str, value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if name == "date" else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return value if name in KEYS or name in BY_NAME else as_words(name, value)
    return None


def _as_toml(days: Sequence[tuple[tuple[str, date], Mapping[str, JournalEntry]]]) -> str:
    return "".join(
        "\n".join(
            [
                "[[day]]",
                f"date = {day.isoformat()}",
                f"subject = {_quoted(subject)}",
                *(f"{kind} = {_toml_value(noted[kind])}" for kind in sorted(noted, key=place_of)),
            ]
        )
        + "\n\n"
        for (subject, day), noted in days
    )


def _toml_value(entry: JournalEntry) -> str:
    return _quoted(entry.text or "") if entry.value is None else cell_of(entry.kind, entry.value, None)


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
