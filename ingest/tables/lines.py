"""Stretches of text become columns.

polars parses rectangles fast and everything else wrongly or not at all, so a stretch is made a rectangle first:
quotes and carriage returns go, runs of blanks shrink to one, lines with the wrong number of fields are taken
out and counted. All of it on arrays of bytes; no line is ever a Python object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.tables.dialect import Dialect

#: Of a stretch, what is looked at in one go.
PIECE_BYTES = 1 << 20
_NEWLINE, _QUOTE, _BLANK, _TAB = b"\n"[0], b'"'[0], b" "[0], b"\t"[0]


@dataclass(frozen=True, slots=True)
class Lines:
    """A rectangle of text and what was not part of it.

    Attributes
    ----------
    text : bytes
        Lines of equal width.
    number : int64 array
        For every line of ``text``, its place in the stretch, from 0.
    wrong : int64 array
        Places of the lines with another number of fields.
    n_lines : int
        All lines, empty ones included.
    """

    text: bytes
    number: NDArray[np.int64]
    wrong: NDArray[np.int64]
    n_lines: int


def rectangle(data: bytes, dialect: Dialect) -> Lines:
    """Keep the lines of a stretch that have as many fields as the dialect says.

    In pieces, because each line takes some forty bytes while it is looked at, and a stretch may be nothing but lines.
    """
    pieces = [_piece(data[start:end], dialect) for start, end in _edges(data)]
    firsts = np.cumsum([0, *(piece.n_lines for piece in pieces)]).tolist()
    none = np.empty(0, dtype=np.int64)
    return Lines(
        text=b"".join(piece.text for piece in pieces),
        number=np.concatenate([none, *(piece.number + first for piece, first in zip(pieces, firsts, strict=False))]),
        wrong=np.concatenate([none, *(piece.wrong + first for piece, first in zip(pieces, firsts, strict=False))]),
        n_lines=firsts[-1],
    )


def columns(lines: Lines, dialect: Dialect, *, as_text: Sequence[int], as_numbers: Sequence[int]) -> pl.DataFrame:
    """Parse some columns of a stretch.

    Parameters
    ----------
    as_text, as_numbers : sequence of int
        Positions of the columns to read, from 0.

    Returns
    -------
    DataFrame
        Named ``c0``, ``c1``... by position: those of ``as_text`` as String, then those of ``as_numbers`` as
        Float64, null where the text is no number.
    """
    dtypes: dict[str, type[pl.DataType]] = {f"c{i}": pl.String for i in range(dialect.n_columns)}
    dtypes.update({f"c{i}": pl.Float64 for i in as_numbers})
    wanted = [f"c{i}" for i in (*as_text, *as_numbers)]
    if not lines.text:
        return pl.DataFrame(schema=dtypes).select(wanted)
    table = pl.read_csv(
        lines.text,
        has_header=False,
        separator=dialect.separator,
        quote_char=None,
        schema=dtypes,
        columns=sorted({*as_text, *as_numbers}),
        ignore_errors=True,
        encoding="utf8-lossy",
    )
    return table.select(wanted).with_columns(pl.col(pl.String).str.strip_chars())


def _edges(data: bytes) -> Iterator[tuple[int, int]]:
    """Where pieces of whole lines begin and end, each as short as its last line allows."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + PIECE_BYTES) + 1 or len(data)
        yield start, end
        start = end


def _piece(data: bytes, dialect: Dialect) -> Lines:
    text = np.frombuffer(_tidy(data, dialect), dtype=np.uint8)
    if not len(text):
        none = np.empty(0, dtype=np.int64)
        return Lines(b"", none, none, 0)
    if text[-1] != _NEWLINE:
        text = np.append(text, np.uint8(_NEWLINE))
    marks = np.flatnonzero((text == _NEWLINE) | (text == ord(dialect.separator)))
    last_fields = np.flatnonzero(text[marks] == _NEWLINE)
    n_fields = np.diff(last_fields, prepend=-1)
    lengths = np.diff(marks[last_fields], prepend=-1)
    fits = n_fields == dialect.n_columns
    kept = text if fits.all() else text[np.repeat(fits, lengths)]
    wrong = np.flatnonzero(~fits & (lengths > 1))
    return Lines(kept.tobytes(), np.flatnonzero(fits), wrong, len(fits))


def _tidy(data: bytes, dialect: Dialect) -> bytes:
    if b"\r" in data:
        data = data.replace(b"\r", b"")
    if b'"' in data:
        data = _unquoted(data, dialect.separator)
    if dialect.separator == " ":
        data = _single_blanks(data)
    elif _has_padding(data, dialect.separator):
        data = _without_padding(data, dialect.separator)
    # Where commas separate nothing they are decimal, also those that first appear after hours of zeros.
    return data if dialect.separator == "," else data.replace(b",", b".")


def _unquoted(data: bytes, separator: str) -> bytes:
    """Without quotes, and with separators inside them as points: ``"0,98","0,01"`` is two numbers.

    Quotes are paired within each line, so that one left open costs its own line and no other.
    """
    text = np.frombuffer(data, dtype=np.uint8)
    quotes = text == _QUOTE
    so_far = np.cumsum(quotes, dtype=np.int32)
    newlines = np.flatnonzero(text == _NEWLINE)
    lengths = np.diff(np.concatenate(([0], newlines + 1, [len(text)])))
    before_line = np.concatenate(([0], so_far[newlines]))
    inside = (so_far - np.repeat(before_line, lengths)) % 2 == 1
    text = np.where(inside & (text == ord(separator)), np.uint8(ord(".")), text)
    return bytes(text[~quotes])


def _has_padding(data: bytes, separator: str) -> bool:
    """Whether a blank ends a field. A search for such pairs of bytes would stop at every blank and separator."""
    text = np.frombuffer(data, dtype=np.uint8)
    behind = text[np.flatnonzero(text[:-1] == _BLANK) + 1]
    return bool(((behind == ord(separator)) | (behind == _NEWLINE)).any())


def _without_padding(data: bytes, separator: str) -> bytes:
    """Without blanks at the ends of fields, which polars takes for part of a number; those before it skips.

    The look-behind starts a match only at the first blank of a run, which keeps long runs linear.
    """
    return re.sub(rb"(?<! ) ++(?=[%b\n])" % re.escape(separator.encode()), b"", data)


def _single_blanks(data: bytes) -> bytes:
    text = np.frombuffer(data, dtype=np.uint8)
    text = np.where(text == _TAB, np.uint8(_BLANK), text)
    gap = (text == _BLANK) | (text == _NEWLINE)
    repeated = (text == _BLANK) & np.concatenate(([True], gap[:-1]))
    text = text[~repeated]
    trailing = (text == _BLANK) & np.append(text[1:] == _NEWLINE, True)
    return bytes(text[~trailing])
