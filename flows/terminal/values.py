"""What a value looks like outside: in JSON, CSV, Parquet and text.

Instants are ISO 8601 with offset everywhere. JSON keeps numbers, lists and null as they are; CSV is that of
`analytics.files.csv_text`. Text is for people: control characters are made visible there, so that a file name cannot
repaint a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from analytics.files.csv_text import Row, as_text, csv_text, plain
from ingest.errors import visible

__all__ = ["SCHEMA", "Row", "Shape", "csv_text", "holds_numbers", "json_document", "plain", "text_cell"]

SCHEMA = 1
#: What a command prints: for people, or for programs.
Shape = Literal["text", "json", "csv"]


def json_document(**content: object) -> str:
    """One JSON document with the number of its schema first."""
    return json.dumps({"schema": SCHEMA, **plain(content)}, ensure_ascii=False, indent=2) + "\n"


def json_parts(name: str, parts: Iterable[Iterable[Row]]) -> Iterator[str]:
    """The text of `json_document` with one list, a piece for each part of it: it may be longer than memory is."""
    yield f'{{\n  "schema": {SCHEMA},\n  {json.dumps(name)}: ['
    is_first = True
    for part in parts:
        rows = [json.dumps(plain(row), ensure_ascii=False, indent=2).replace("\n", "\n    ") for row in part]
        if rows:
            yield ("" if is_first else ",") + "\n    " + ",\n    ".join(rows)
            is_first = False
    yield "]\n}\n" if is_first else "\n  ]\n}\n"


def text_cell(value: object) -> str:
    """A value as people read it: nothing for null, a list of words without its brackets."""
    if isinstance(value, str):  # most cells, of ten thousand rows
        return visible(value)
    if isinstance(value, list | tuple) and all(isinstance(inner, str) for inner in value):
        return visible(", ".join(value))
    return visible(as_text(value))


def holds_numbers(values: Iterable[object]) -> bool:
    """Whether a column is one of numbers: its first value that is not null decides."""
    first = next((value for value in values if value is not None), None)
    return isinstance(first, int | float | Decimal) and not isinstance(first, bool)
