"""Files that hold event lists: CSV and Parquet become columns, decided by content and never by the suffix.

Reads such files. CSV is UTF-8 with commas, as `nightkick score` itself writes it; what a
spreadsheet does to it (byte order mark, CRLF, quotes, blank lines and rows) is understood, other separators and
encodings are refused by name. Every value arrives as text and in its row: which column is a number is decided by
`analytics.scoring.event_lists`. A row with more or fewer fields than the heading is refused, because what is left of a
truncated line can look like a smaller number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from analytics.files.csv_text import rearmed_frame
from analytics.scoring.event_lists import (
    COLUMNS,
    NIGHT,
    ListName,
    listed,
    only_night,
    repeated_rows,
    scoring_table,
    with_night,
)
from analytics.scoring.event_tables import checked_hypnogram
from flows.terminal.talk import say
from ingest.errors import EmptyFileError, IngestError, UsageError
from ingest.input_file import reading, stamp_of

#: 3,000 nights a person would be eight years; lists of whole studies stay far below.
MOST_BYTES = 1 << 30
MOST_ROWS = 10_000_000
_PARQUET = b"PAR1"
_BOM = b"\xef\xbb\xbf"
_SPLIT_IT = "split it by nights"
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class EventFile:
    """What a file holds of the columns asked for.

    Attributes
    ----------
    columns : DataFrame
        Those of the wanted columns that are there; text where the file is CSV.
    ignored : tuple of str
        Names of all others.
    is_cut : bool
        The last line of a CSV does not end, as if it had been truncated.
    """

    columns: pl.DataFrame
    ignored: tuple[str, ...]
    is_cut: bool = False


def read_event_lists(paths: Mapping[ListName, Path]) -> dict[ListName, pl.DataFrame]:
    """The lists as tables for `analytics.scoring.score`, checked one by one, so that every refusal names its file.

    Raises
    ------
    UsageError
        A file cannot be read, or a list makes no sense.
    """
    tables = {name: _event_list(name, path) for name, path in paths.items()}
    night = only_night(tables.values())
    for name, path in paths.items():
        with naming(path):
            tables[name] = with_night(tables[name], night)
            if name == "hypnogram":
                checked_hypnogram(tables[name])
    return tables


def _event_list(name: ListName, path: Path) -> pl.DataFrame:
    file = read_event_file(path, (NIGHT, *COLUMNS[name]))
    with naming(path):
        table = scoring_table(name, file.columns, others=file.ignored)
    if file.ignored:
        say(f"{path}: not used: {listed(file.ignored)}")
    if file.is_cut:
        say(f"{path}: the last line does not end; check that it is complete")
    if repeated := repeated_rows(table):
        say(f"{path}: rows that repeat an earlier one, kept: {repeated}")
    return table


def read_event_file(path: Path, wanted: Sequence[str]) -> EventFile:
    """Read the ``wanted`` columns, as far as they are there.

    Raises
    ------
    UsageError
        The file cannot be read, is neither CSV nor Parquet, or is damaged.
    """
    with naming(path):
        data = _content(path)
        try:
            return _parquet(data, wanted) if data.startswith(_PARQUET) else _csv(data, wanted)
        # A panic inside polars is a BaseException; it would get past everything that makes errors one line.
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise UsageError("the table is damaged", hint="write or copy the file again") from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Give every refusal the file's name."""
    try:
        yield
    except UsageError as error:
        raise UsageError(error.what, path=error.path or path, hint=error.hint) from error


def _content(path: Path) -> bytes:
    """The whole file, as a plain file of bounded size; what the file system says becomes a refusal."""
    try:
        stamp = stamp_of(path)
        with reading(path, stamp), path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except EmptyFileError as error:
        raise UsageError(error.what, hint="a list without events still has its heading") from error
    except IngestError as error:
        raise UsageError(error.what, hint=error.hint) from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"larger than {MOST_BYTES >> 20} MB", hint=_SPLIT_IT)
    return data


def _parquet(data: bytes, wanted: Sequence[str]) -> EventFile:
    scan = pl.scan_parquet(io.BytesIO(data), hive_partitioning=False)
    names = scan.collect_schema().names()
    _check_rows(int(scan.select(pl.len()).collect().item()))
    columns = scan.select(name for name in wanted if name in names).collect()
    return EventFile(columns, tuple(name for name in names if name not in wanted))


def _csv(data: bytes, wanted: Sequence[str]) -> EventFile:
    _check_text(data)
    heading, _, body = data.removeprefix(_BOM).lstrip().partition(b"\n")
    if b"\r" in heading.strip():
        raise UsageError("the lines end with a bare carriage return", hint="save it with ordinary line ends")
    names = _names(heading, wanted)
    _check_rows(body.count(b"\n"))
    try:
        table = _cells(body, len(names))
    except pl.exceptions.ComputeError:
        _refuse_ragged(body, len(names))
        raise
    if b'"' in body or body.count(b",") != len(table) * (len(names) - 1):
        _refuse_ragged(body, len(names))
    filled = table.filter(~pl.all_horizontal(pl.all().is_null()))
    places = {name: names.index(name) for name in wanted if name in names}
    columns = filled.select(pl.nth(place).alias(name) for name, place in places.items())
    ignored = tuple(name or "(no name)" for name in names if name not in wanted)
    return EventFile(columns, ignored, is_cut=bool(body) and not body.endswith((b"\n", b"\r")))


def _cells(body: bytes, width: int) -> pl.DataFrame:
    """Every cell as text; null where nothing stands."""
    schema = {str(place): pl.String for place in range(width)}
    if not body.strip():
        return pl.DataFrame(schema=schema)
    return rearmed_frame(pl.read_csv(body, has_header=False, schema=schema))


def _check_text(data: bytes) -> None:
    hint = "save it as CSV UTF-8 with commas, unpacked"
    if b"\0" in data:
        raise UsageError("neither CSV nor Parquet", hint=hint)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"line {line} is no UTF-8 text", hint=hint) from error


def _check_rows(n_rows: int) -> None:
    if n_rows > MOST_ROWS:
        raise UsageError(f"more than {MOST_ROWS:,} rows", hint=_SPLIT_IT)


def _names(heading: bytes, wanted: Sequence[str]) -> list[str]:
    names = [name.strip() for name in next(_fields(heading), [])]
    if len(names) == 1:
        used = [words for separator, words in _SEPARATORS.items() if separator in names[0]]
        if used:
            raise UsageError(f"the columns are separated by {used[0]}", hint="save it with commas")
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise UsageError(f"two columns are called {twice[0]}", hint="keep one of them")
    return names


def _refuse_ragged(body: bytes, width: int) -> None:
    """Refuse the first row that has not ``width`` fields; blank lines are no rows."""
    number = 0
    for fields in _fields(body):
        number += any(fields)
        if fields and len(fields) != width:
            what = f"row {number} has {len(fields)} fields, the heading {width}: {listed(fields)}"
            raise UsageError(what, hint="every row needs as many as the heading")


def _fields(text: bytes) -> Iterator[list[str]]:
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    try:
        yield from csv.reader(lines, strict=True)
    except csv.Error as error:
        raise UsageError(f"no CSV: {error}", hint="check the quotes") from error
