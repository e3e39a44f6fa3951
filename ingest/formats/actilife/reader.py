"""The reader for the raw CSV of ActiLife, ActiGraph's software: a header, then one line of g a sample.

Unlike every other table these files usually have no times: a sample's place is all that tells when it was taken. Such
times rest on the start and the nominal rate alone, which is said: a real sensor drifts by minutes over a night. Where
the export was made with its column of time stamps, those are used, in the order of day and month that they show, or
else that the header names (see `header`). Seconds in which an idle device took no sample are filled by ActiLife, with
zeros or with the last value; `ingest.quality.idle_runs` finds them.

Text becomes samples as in `ingest.formats.delimited`; here is only what is known beforehand of this one kind. Exports
of counts have nearly the same first line; `ingest.recognising.summaries` refuses them before any reader is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, NoClockError, UnsupportedRecordingError
from ingest.formats.actilife.header import ActiLifeHeader, Order, date_order, is_actilife, parsed
from ingest.input_file import stamp_of
from ingest.quoting import quoted
from ingest.recording import Decoded, DeviceClock
from ingest.tables.columns import find_axes, tells_time
from ingest.tables.dialect import HEAD_BYTES, Dialect, detect
from ingest.tables.lines import Lines, columns, rectangle
from ingest.tables.table import Table, decode, naming
from ingest.tables.textfile import GZIP_MAGIC, Source, open_source, peek
from ingest.tables.timestamps import TextTime, recognise, time_us
from ingest.tables.walk import walked
from ingest.units import G

FORMAT = "actilife-csv"
#: ActiLife prints g with three decimals.
DECIMALS = 3

_TAIL_BYTES = 8 << 10
_AXES = ("axis1", "axis2", "axis3")
#: A date and a time of day, whatever stands between the numbers, with their fraction and a Z.
_STAMP = re.compile(
    r"(\d+)([^\d%]+)(\d+)([^\d%]+)(\d+)([^\d%]+)(\d\d?)([^\d%])(\d\d)([^\d%])(\d\d)((?:[.,:]\d+)?(Z?))", re.ASCII
)
_RAW_WITH_STAMPS = "export the .gt3x file to a raw CSV with time stamps, or bring the .gt3x file itself"


@dataclass(frozen=True, slots=True)
class _Stamps:
    """A column of times."""

    position: int
    notation: TextTime


@dataclass(frozen=True, slots=True)
class _Even:
    """Times that follow from the place of a sample."""

    start_us: int
    rate_hz: float


@dataclass(frozen=True, slots=True)
class _Layout:
    dialect: Dialect
    axes: tuple[int, int, int]
    clock: _Stamps | _Even
    temperature: int | None = None


def claims(head: bytes, path: Path) -> bool:
    """Whether the file begins as ActiLife begins its exports, plain or gzip."""
    if head.startswith(GZIP_MAGIC):
        try:
            head = peek(path, len(head))
        except (OSError, IngestError):
            return False
    return is_actilife(head.decode("utf-8-sig", "replace"))


def read(path: Path) -> Decoded:
    """Read a raw CSV of ActiLife.

    Raises
    ------
    NoClockError
        Neither stamps nor a start with a rate, or a date that cannot be read.
    UnsupportedRecordingError
        Columns that are not three axes.
    IngestError
        As `ingest.tables.table.decode` says.
    """
    stamp_of(path)
    with naming(path):
        source = open_source(path)
        text = source.read_at(0, HEAD_BYTES)
        dialect = _dialect(text)
        header = parsed(text[: dialect.data_start].decode("utf-8-sig", "replace"))
        layout = _layout(dialect, header, source)
    table = Table(
        format=FORMAT,
        device=header.device,
        clock=DeviceClock("local", runs_on=True),
        unit=G,
        decimals=DECIMALS,
        row_word="line",
        rows=lambda: walked(source, layout.dialect, lambda lines, above: _table(lines, layout, above.rows)),
        problems=(*source.problems, *header.problems, *_problems(layout.clock)),
    )
    decoded = decode(table, path)
    return replace(decoded, placement=header.placement, rate_hz_nominal=header.rate_hz or decoded.rate_hz_nominal)


def _dialect(text: bytes) -> Dialect:
    """The layout of the table below line 1, which would look like no table."""
    below = text.find(b"\n") + 1
    dialect = detect(text[below:])
    if dialect is not None:
        return replace(dialect, data_start=dialect.data_start + below, lines_before=dialect.lines_before + 1)
    if len(text) < HEAD_BYTES:
        raise EmptyFileError("holds a header and not a single sample", hint=_RAW_WITH_STAMPS)
    raise DamagedRecordingError("not a line behind its header is a sample", hint="export it again")


def _layout(dialect: Dialect, header: ActiLifeHeader, source: Source) -> _Layout:
    time, axes = _columns(dialect)
    stamps = None if time is None else _stamps(time, _some_of(time, dialect, source), header.order)
    # Of sensors with nine axes, in degrees C: that of the gyroscope's chip, some degrees above the case.
    named = [place for place, name in enumerate(dialect.names) if name.lower() == "temperature"]
    return _Layout(dialect, axes, stamps or _even(header), named[0] if named else None)


def _columns(dialect: Dialect) -> tuple[int | None, tuple[int, int, int]]:
    """Where the time is, if anywhere, and the three axes."""
    names = [name.lower().replace(" ", "") for name in dialect.names]
    if not names:
        if dialect.n_columns not in (3, 4):
            raise UnsupportedRecordingError(
                f"{dialect.n_columns} columns without names instead of three axes, with or without a time",
                hint="export the .gt3x file again with column headers and, in the computer's language settings,"
                " decimal points",
            )
        first = dialect.n_columns - 3
        return (0 if first else None), (first, first + 1, first + 2)
    time = next((place for place, name in enumerate(dialect.names) if tells_time(name)), None)
    if set(_AXES) <= set(names):  # as ActiLife 6.11 calls them
        x, y, z = (names.index(axis) for axis in _AXES)
        return time, (x, y, z)
    return time, find_axes(dialect.names).positions


def _some_of(position: int, dialect: Dialect, source: Source) -> list[str]:
    """Texts of a column from the beginning and the end of the file, between which a day shows that is no month."""
    end = max(dialect.data_start, source.size - _TAIL_BYTES)
    pieces = source.read_at(dialect.data_start, _TAIL_BYTES), source.read_at(end, _TAIL_BYTES)
    table = columns(rectangle(b"\n".join(pieces), dialect), dialect, as_text=(position,), as_numbers=())
    return table[f"c{position}"].drop_nulls().to_list()


def _stamps(position: int, texts: Sequence[str], order: Order | None) -> _Stamps | None:
    """How the times of a column are written; None where they are none."""
    order = _shown_order(texts) or order
    found = [match for text in texts if (match := _STAMP.fullmatch(text)) is not None]
    if order is None or not found or 2 * len(found) < len(texts):
        return None
    groups = found[0].groups()
    year = "%Y" if len(groups[2 * order.index("y")]) == 4 else "%y"
    codes = [{"d": "%d", "m": "%m", "y": year}[unit] for unit in order] + ["%H", "%M", "%S"]
    between = [*groups[1:11:2], ""]
    layout = "".join(code + text for code, text in zip(codes, between, strict=True))
    return _Stamps(position, TextTime(layout, padded=False, zone="utc" if groups[12] else "none", tail=len(groups[11])))


def _shown_order(texts: Sequence[str]) -> Order | None:
    """The order of a date that the dates themselves show."""
    try:
        notation = recognise(texts)
    except NoClockError:  # every day among them may be a month
        return None
    return date_order(notation.layout.partition("%H")[0]) if isinstance(notation, TextTime) else None


def _even(header: ActiLifeHeader) -> _Even:
    if header.rate_hz is None:
        raise NoClockError("no rate is named in its first line", hint=_RAW_WITH_STAMPS)
    if header.start_us is None:
        what = (
            f"when it began, {quoted(header.start)}, cannot be read"
            if header.start
            else "it does not say when it began"
        )
        raise NoClockError(what, hint=_RAW_WITH_STAMPS)
    return _Even(header.start_us, header.rate_hz)


def _problems(clock: _Stamps | _Even) -> tuple[str, ...]:
    if isinstance(clock, _Stamps):
        return ()
    return (
        "the file has no time stamps that can be read: all times rest on its start and the nominal"
        f" {clock.rate_hz:g} Hz, from which a real sensor drifts by minutes over a night",
    )


def _table(lines: Lines, layout: _Layout, samples_before: int) -> pl.DataFrame:
    values = {name: pl.col(f"c{i}") for name, i in zip("xyz", layout.axes, strict=True)}
    numbers: tuple[int, ...] = layout.axes
    if layout.temperature is not None:
        values["celsius"] = pl.col(f"c{layout.temperature}")
        numbers = (*numbers, layout.temperature)
    clock = layout.clock
    if isinstance(clock, _Stamps):
        table = columns(lines, layout.dialect, as_text=(clock.position,), as_numbers=numbers)
        return table.select(time_us=time_us(pl.col(f"c{clock.position}"), clock.notation), **values)
    table = columns(lines, layout.dialect, as_text=(), as_numbers=numbers)
    return table.select(pl.Series("time_us", _even_us(clock, lines, samples_before)), **values)


def _even_us(clock: _Even, lines: Lines, samples_before: int) -> NDArray[np.int64]:
    """The time of each line of a rectangle; lines that are no samples have taken their time as well."""
    place = samples_before + np.arange(len(lines.number)) + np.searchsorted(lines.wrong, lines.number)
    after_us: NDArray[np.int64] = np.rint(place * (1e6 / clock.rate_hz)).astype(np.int64)
    return clock.start_us + after_us
