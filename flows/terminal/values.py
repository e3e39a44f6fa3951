"""What a value looks like outside: in JSON, CSV, Parquet and text.

Instants are ISO 8601 with offset everywhere. JSON keeps numbers, lists and null as they are; CSV writes
lists and structures as JSON inside the cell and nothing for null. Text is for people: control characters are
made visible there, so that a file name cannot repaint a terminal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from ingest.errors import visible

SCHEMA = 1
Row = Mapping[str, Any]
#: What a command prints: for people, or for programs.
Shape = Literal["text", "json", "csv"]


def plain(value: object) -> Any:
    """A value as JSON knows it: numbers, text, lists, mappings, null. Not-a-number becomes null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return plain(float(value))
    if isinstance(value, UUID | Path):
        return str(value)
    if isinstance(value, Iterable):
        return [plain(inner) for inner in value]
    raise TypeError(f"no plain form for {type(value).__name__}")


def json_document(**content: object) -> str:
    """One JSON document with the number of its schema first."""
    return json.dumps({"schema": SCHEMA, **plain(content)}, ensure_ascii=False, indent=2) + "\n"


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A header and one line a row: RFC 4180's quoting, line feeds between, nothing for null, ``""`` for no text."""
    lines = [columns, *([row[column] for column in columns] for row in rows)]
    # An empty line is no row to most readers.
    return "".join((",".join(map(_csv_cell, line)) or '""') + "\n" for line in lines)


def text_table(columns: Sequence[str], rows: Iterable[Row], *, to_right: Collection[str] = ()) -> str:
    """Columns aligned by display width under a line of dashes; numbers go right, and what ``to_right`` names."""
    from rich.cells import cell_len

    body = [[row[column] for column in columns] for row in rows]
    cells = [[visible(column) for column in columns], *([text_cell(value) for value in row] for row in body)]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(columns))]
    right = [column in to_right or holds_numbers(row[i] for row in body) for i, column in enumerate(columns)]

    def line(row: Sequence[str]) -> str:
        padded = (
            " " * (width - cell_len(cell)) + cell if is_right else cell + " " * (width - cell_len(cell))
            for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])]) + "\n"


def text_cell(value: object) -> str:
    """A value as people read it: nothing for null, a list of words without its brackets."""
    if isinstance(value, list | tuple) and all(isinstance(inner, str) for inner in value):
        return visible(", ".join(value))
    return visible(_as_text(value))


def holds_numbers(values: Iterable[object]) -> bool:
    """Whether a column is one of numbers: its first value that is not null decides."""
    first = next((value for value in values if value is not None), None)
    return isinstance(first, int | float | Decimal) and not isinstance(first, bool)


def _csv_cell(value: object) -> str:
    # Not the csv module: with line feeds between rows it leaves a lone carriage return bare, which reads as a new row.
    text = _as_text(value)
    needs_quotes = value is not None and (not text or any(c in text for c in ',"\r\n'))
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text


def _as_text(value: object) -> str:
    simple = plain(value)
    if simple is None:
        return ""
    return simple if isinstance(simple, str) else json.dumps(simple, ensure_ascii=False)
