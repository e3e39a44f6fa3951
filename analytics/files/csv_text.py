"""CSV as this program writes it: the one owner of quoting, of what a value looks like in a cell, and of disarming.

RFC 4180 with line feeds; instants are ISO 8601 with offset; lists and structures are JSON inside the cell; nothing for
null and ``""`` for no text. A spreadsheet runs text that begins with ``= + - @``, a tab or a carriage return as a
formula: such text gets an apostrophe in front (CWE-1236), which `rearmed` takes away again. Numbers stay numbers, and
so does text that is a number or an offset such as "+05:45".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import polars as pl

Row = Mapping[str, Any]

#: Text that was disarmed before is disarmed again, so that one step back always gives what was there.
_ARMED = r"^'*[=+\-@\t\r]"
_HARMLESS = r"^[+-]\d[\d.:]*(?:[eE][+-]?\d+)?$"
_IS_ARMED, _IS_HARMLESS = re.compile(_ARMED), re.compile(_HARMLESS, re.ASCII)
_IS_DISARMED = re.compile(r"^''*[=+\-@\t\r]")


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A header and one line for each row, as CSV."""
    return "".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """The lines of `csv_text`."""
    for line in chain((columns,), ([row[column] for column in columns] for row in rows)):
        # An empty line is no row to most readers.
        yield (",".join(map(_cell, line)) or '""') + "\n"


def csv_parts(frames: Iterable[pl.DataFrame]) -> Iterator[str]:
    """CSV of frames with the same columns, a text for each; the header stands in the first one."""
    for number, frame in enumerate(frames):
        yield "".join(islice(csv_lines(frame.columns, frame.iter_rows(named=True)), min(number, 1), None))


def disarmed(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    armed = _IS_ARMED.match(text) is not None and _IS_HARMLESS.match(text) is None
    return f"'{text}" if armed else text


def rearmed(text: str) -> str:
    """Take the apostrophe of `disarmed` off again, in files of ours that come back."""
    return text[1:] if _IS_DISARMED.match(text) else text


def disarmed_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Apply `disarmed` to every text of a frame, for files that polars writes."""
    import polars as pl

    text = pl.selectors.string()
    armed = text.str.contains(_ARMED) & ~text.str.contains(_HARMLESS)
    return frame.with_columns(pl.when(armed).then(pl.lit("'") + text).otherwise(text).name.keep())


def rearmed_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Apply `rearmed` to every text of a frame."""
    import polars as pl

    text = pl.selectors.string()
    return frame.with_columns(text.str.replace(r"^'('*[=+\-@\t\r])", "$1"))


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


def as_text(value: object) -> str:
    """A value as text: nothing for null, JSON for what is no text."""
    simple = plain(value)
    if simple is None:
        return ""
    return simple if isinstance(simple, str) else json.dumps(simple, ensure_ascii=False)


def _cell(value: object) -> str:
    # Not the csv module: with line feeds between rows it leaves a lone carriage return bare, which reads as a new row.
    text = as_text(value)
    if isinstance(value, str | Path):
        text = disarmed(text)
    needs_quotes = value is not None and (not text or any(c in text for c in ',"\r\n'))
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text
