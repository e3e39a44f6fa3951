"""How a text file is laid out as a table.

There is no sniffing by frequency. A separator is right if, split by it, the lines after the header keep one
width and hold numbers in at least three places; the candidates are tried from the least ambiguous on.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from ingest.tables.column_words import TIME_WORDS

#: How much of a file's beginning has to show its header and its first samples.
HEAD_BYTES = 64 << 10

_BOM = b"\xef\xbb\xbf"
#: A blank stands for any run of blanks and tabs.
_SEPARATORS = ("\t", ";", "|", ",", " ")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", re.ASCII)
_NUMBER_WITH_POINT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
#: Control characters that no text has: all but tab, newline, form feed, carriage return.
_BINARY = bytes(set(range(32)) - set(b"\t\n\f\r")) + b"\x7f"
#: Every binary format has control characters in its first lines' worth of bytes.
_CLEAN_BYTES = 256
#: ActiLife opens its exports with a ruler of dashes; they have a reader of their own.
_RULER = b"-----"
_MOST_HEADER_ROWS = 3
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[A-Za-zÀ-ÿ]+")
_AXIS = re.compile(r"(?i)(?:a|acc|accel|acceleration|accelerometer)?[xyz]")
#: Rigs of many sensors have some hundred; each costs time and memory, whatever is in it.
MOST_COLUMNS = 1000
#: A damaged table is still one and is reported as such; prose with a few numbers in it is none.
_FEWEST_SAMPLES = 0.2
#: Values that stand for "none" and must not look like a header.
_BLANKS = frozenset({"", "nan", "na", "n/a", "null", "none", "inf", "-inf", "-"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """The layout of a delimited text file.

    Attributes
    ----------
    separator : str
        One character; a blank stands for any run of blanks and tabs.
    names : tuple of str
        One a column, or empty without a header. Header rows below each other are joined, so that a row of
        units ends up behind the names.
    n_columns : int
        Fields of a complete line, counting an empty one after a trailing separator.
    data_start : int
        Byte offset of the first line of samples.
    lines_before : int
        Lines above it.
    """

    separator: str
    names: tuple[str, ...]
    n_columns: int
    data_start: int
    lines_before: int


def is_text(head: bytes) -> bool:
    """Whether a file begins as text in an 8-bit encoding. What is damaged later costs only its own lines."""
    start = head[:_CLEAN_BYTES]
    return bool(start) and len(start.translate(None, _BINARY)) == len(start)


@lru_cache(maxsize=4)  # the readers of one format after another ask it of the same bytes
def detect(head: bytes) -> Dialect | None:
    """The layout of a table of numbers; None if the text is none.

    Parameters
    ----------
    head : bytes
        The beginning of the file; its last line may be cut off.
    """
    bom = len(_BOM) if head.startswith(_BOM) else 0
    if not is_text(head) or head[bom:].lstrip().startswith(_RULER):
        return None
    lines = _lines(head)
    for separator in _SEPARATORS:
        rows = [split(line, separator) for line in lines]
        first = _first_sample(rows, separator)
        if first is not None:
            return _layout(head, rows, separator, first)
    return None


def header_rows(head: bytes) -> list[tuple[str, ...]]:
    """Every line of a text without samples, split by each separator: somewhere among them may be a header."""
    return [row for rows in rows_by_separator(head) for row in rows if len(row) > 1]


def rows_by_separator(head: bytes) -> Iterator[list[tuple[str, ...]]]:
    """The lines of a text without samples, split by each separator in its turn."""
    if not is_text(head) or head.removeprefix(_BOM).startswith(_RULER):
        return
    lines = _lines(head)
    yield from ([tuple(split(line, separator)) for line in lines] for separator in _SEPARATORS)


def is_number(field: str) -> bool:
    """Whether a field holds a number and nothing else."""
    return _NUMBER.fullmatch(field) is not None


def split(line: str, separator: str) -> list[str]:
    """The fields of one line, without the blanks around them."""
    if separator == " ":
        return line.replace('"', "").split()
    try:
        fields = next(csv.reader([line.strip("\r")], delimiter=separator), [])
    except csv.Error:  # a line break of another system inside, or a field beyond the module's limit
        return []
    return [field.strip() for field in fields]


def _lines(head: bytes) -> list[str]:
    text = head.removeprefix(_BOM).decode("utf-8", errors="replace")
    if "\ufffd" in text:
        # Only names are read from this; an unknown 8-bit encoding is most often Western.
        text = head.removeprefix(_BOM).decode("cp1252", errors="replace")
    lines = text.split("\n")
    cut_off = len(head) >= HEAD_BYTES and len(lines) > 1
    return lines[:-1] if cut_off else lines


def _first_sample(rows: list[list[str]], separator: str) -> int | None:
    """Index of the first line of samples, if enough of the lines from there on are such lines."""
    numeric = [len(row) <= MOST_COLUMNS and _n_numbers(row, separator) >= 3 for row in rows]
    if not any(numeric):
        return None
    width = _width(row for row, has_numbers in zip(rows, numeric, strict=True) if has_numbers)
    samples = [has and len(row) == width for row, has in zip(rows, numeric, strict=True)]
    first = samples.index(True)
    filled = [sample for row, sample in zip(rows[first:], samples[first:], strict=True) if row]
    return first if sum(filled) >= _FEWEST_SAMPLES * len(filled) else None


def _layout(head: bytes, rows: list[list[str]], separator: str, first: int) -> Dialect:
    data = [row for row in rows[first:] if row]
    width = len(rows[first])
    trailing = all(row[-1] == "" for row in data)
    names = _names(rows[:first], width, separator, trailing=trailing)
    if first and (not _is_clear(names) or _is_prose(rows[first - 1])):
        first, names = _below_clear(rows, first, width, separator, trailing=trailing) or (first, names)
    raw_lines = head.split(b"\n", first)
    start = sum(len(line) + 1 for line in raw_lines[:first])
    if first == 0 and head.startswith(_BOM):
        start = len(_BOM)
    return Dialect(
        separator=separator,
        names=names,
        n_columns=width,
        data_start=start,
        lines_before=first,
    )


def _names(above: list[list[str]], width: int, separator: str, *, trailing: bool) -> tuple[str, ...]:
    """The header from the lines right above the samples; empty where they are none.

    ``trailing``: every line of samples ends with a separator, which the header may lack.
    """
    rows = [_uncommented(row) for row in above[-_MOST_HEADER_ROWS:]]
    if rows and len(rows[-1]) == width + 1 and _is_header(rows[-1], width + 1, separator, trailing=False):
        rows[-1] = rows[-1][:width]  # an app leaves its last field out where it has nothing to say
    fitting = list(takewhile(lambda row: _is_header(row, width, separator, trailing=trailing), reversed(rows)))
    header = [_padded(row, width) for row in reversed(fitting)]
    return tuple(" ".join(filter(None, parts)) for parts in zip(*header, strict=True))


def _below_clear(
    rows: list[list[str]], first: int, width: int, separator: str, *, trailing: bool
) -> tuple[int, tuple[str, ...]] | None:
    """The names of a header that damaged lines part from the first sample, and the line below it."""
    for end in range(first - 1, 0, -1):
        if not _is_clear(tuple(_uncommented(rows[end - 1]))):
            continue
        names = _names(rows[max(end - _MOST_HEADER_ROWS, 0) : end], width, separator, trailing=trailing)
        if _is_clear(names):
            return end, names
    return None


def _is_clear(names: tuple[str, ...]) -> bool:
    """Whether names speak of a time and of axes, as those above facts or damaged lines hardly do."""
    words = [_WORDS.findall(_CAMEL.sub(" ", name)) for name in names]
    return any(TIME_WORDS.intersection(map(str.lower, found)) for found in words) and len(
        {word.lower()[-1] for found in words for word in found if _AXIS.fullmatch(word)}
    ) == len("xyz")


def _is_prose(row: list[str]) -> bool:
    """Whether most fields are of several words, as those of names without a time or of units never are."""
    filled = [field for field in row if field]
    wordy = sum(len(re.findall(r"[^\W\d_]{2,}", field)) > 1 for field in filled)
    return not _is_clear(tuple(row)) and 2 * wordy > len(filled)


def _uncommented(row: list[str]) -> list[str]:
    """Without the mark that makes a header a comment: ``# t x y z``, ``#t,x,y,z``."""
    if not row or row[0][:1] not in ("#", "%"):
        return row
    bare = row[0].lstrip("#% ")
    return [bare, *row[1:]] if bare else row[1:]


def _is_header(row: list[str], width: int, separator: str, *, trailing: bool) -> bool:
    filled = _padded(row, width) if trailing and len(row) == width - 1 else row
    if not any(filled[width:]):  # empty fields behind the last column
        filled = filled[:width]
    words = [field for field in filled if field.lower() not in _BLANKS]
    return len(filled) == width and len(words) >= 3 and _n_numbers(words, separator) == 0


def _padded(row: list[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))][:width]


def _width(rows: Iterable[list[str]]) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0]


def _n_numbers(row: list[str], separator: str) -> int:
    pattern = _NUMBER_WITH_POINT if separator == "," and not any("," in field for field in row) else _NUMBER
    return sum(pattern.fullmatch(field) is not None for field in row)
