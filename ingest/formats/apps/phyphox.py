"""Exports of phyphox: acceleration against the seconds of an experiment, dated by ``meta/time.csv`` beside them.

The seconds count from the experiment's start and stand still while it is paused. When it was started and paused is in
``meta/time.csv`` alone (phyphox file format documentation, "Saved states", whose table is that of the export): with it
times are UTC and pauses are gaps, without it the start has to be said and pauses do not show.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.archives.companion_files import companions_of
from ingest.errors import EmptyFileError, GravityRemovedError, UnreadableFileError
from ingest.input_file import is_plain_in, open_plain
from ingest.recording import Decoded, Device, DeviceClock
from ingest.tables.columns import find_axes
from ingest.tables.dialect import HEAD_BYTES, detect
from ingest.tables.known import begins_with, known_rows
from ingest.tables.survey import Rows
from ingest.tables.table import Table, decode, naming
from ingest.tables.textfile import open_source
from ingest.tables.timestamps import EARLIEST_US, LATEST_US

FORMAT = "phyphox"

_HEAD_BYTES = 512
_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?\"?Time \(s\)\"?[,;\t]\"?(?P<linear>Linear )?Acceler\w+ x \(m/s(?:\^2|\xc2\xb2)\)",
    re.IGNORECASE,
)
_EARLIEST_S, _LATEST_S = EARLIEST_US / 1e6, LATEST_US / 1e6
#: Both files of ``meta`` have a few dozen rows.
_META_BYTES = 1 << 20
_OFFSET = re.compile(r"UTC([+-])(\d\d):?(\d\d)")
#: A longer difference between the experiment's seconds and the clock's is worth saying.
_MUCH_DRIFT_S = 1.0
_NO_TIMES = "pauses of the experiment do not show, because meta/time.csv is not beside the file or makes no sense"


@dataclass(frozen=True, slots=True)
class PhyphoxTimeline:
    """When an experiment ran.

    Attributes
    ----------
    from_s : float64 array, shape (n,)
        The experiment's seconds at each start, ascending.
    start_us : int64 array, shape (n,)
        UTC at each of them.
    utc_offset_s : int or None
        Of the telephone's zone at the first start.
    drift_s : float
        By how much the clock went further than the experiment's seconds between a start and its pause, at most.
    """

    from_s: NDArray[np.float64]
    start_us: NDArray[np.int64]
    utc_offset_s: int | None
    drift_s: float

    def utc_us(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """UTC of times of the experiment; those at a pause are after it."""
        run = np.maximum(np.searchsorted(self.from_s, seconds, side="right") - 1, 0)
        return np.asarray(self.start_us[run] + np.rint((seconds - self.from_s[run]) * 1e6).astype(np.int64))


def claims(head: bytes, path: Path) -> bool:
    """Whether the header is seconds and acceleration as phyphox calls them, with any of its separators."""
    return begins_with(path, _HEADER, _HEAD_BYTES)


def read(path: Path) -> Decoded:
    """Decode a table of an export; ``meta`` is looked for beside it.

    Raises
    ------
    GravityRemovedError
    IngestError
        As `ingest.tables.table.decode` says.
    """
    with naming(path):
        source = open_source(path)
        text = source.read_at(0, HEAD_BYTES)
        header = _HEADER.match(text)
        if header is not None and header["linear"]:
            raise GravityRemovedError(
                "gravity was removed from this export: it is of the experiment for acceleration without g",
                hint='record with "Acceleration (with g)"',
            )
        dialect = detect(text)
        if dialect is None:
            raise EmptyFileError("a header without a single sample", hint="export the experiment again")
        axes = find_axes(dialect.names)
    companions = tuple(beside for beside in companions_of(path) if beside.parent != path.parent)
    times = timeline(_table(path, "time.csv"))

    def samples(table: pl.DataFrame, _places: NDArray[np.int64]) -> pl.DataFrame:
        seconds = table["c0"].to_numpy()
        known = np.abs(seconds) < _LATEST_S
        kept = np.where(known, seconds, 0.0)
        time_us = np.rint(kept * 1e6).astype(np.int64) if times is None else times.utc_us(kept)
        moment = pl.when(pl.Series(known)).then(pl.Series(time_us, dtype=pl.Int64))
        x, y, z = (pl.col(f"c{i}") for i in axes.positions)
        return table.select(time_us=moment, x=x, y=y, z=z)

    def rows() -> Iterator[Rows]:
        return known_rows(source, dialect, samples, as_numbers=(0, *axes.positions))

    table = Table(
        format=FORMAT,
        device=_device(_table(path, "device.csv")),
        clock=DeviceClock("relative") if times is None else DeviceClock("utc", times.utc_offset_s),
        unit=axes.unit,
        decimals=None,
        row_word="line",
        rows=rows,
        problems=(*source.problems, *_problems(times)),
    )
    return replace(decode(table, path), companions=companions)


def timeline(table: Sequence[Sequence[str]]) -> PhyphoxTimeline | None:
    """The starts in the rows of ``meta/time.csv``; None where there is none, or they make no sense."""
    events = [(row[0], _number(row[1]), _number(row[2])) for row in table if len(row) >= 3]
    starts = [(seconds, moment) for event, seconds, moment in events if event == "START"]
    if not starts or not all(_is_plausible(*start) for start in starts):
        return None
    from_s, start_s = np.array(starts, dtype=np.float64).T
    if (np.diff(from_s) < 0).any():
        return None
    runs = [(a, b) for a, b in pairwise(events) if (a[0], b[0]) == ("START", "PAUSE") and _is_plausible(*b[1:])]
    drifts = [(b[2] - a[2]) - (b[1] - a[1]) for a, b in runs]
    offset = next((found for row in table for found in [_OFFSET.search(row[-1])] if row and row[0] == "START"), None)
    return PhyphoxTimeline(
        from_s, np.rint(start_s * 1e6).astype(np.int64), _offset_s(offset), max(drifts, key=abs, default=0.0)
    )


def _is_plausible(seconds: float, moment_s: float) -> bool:
    """Whether both can be times of an experiment; NaN is none."""
    return abs(seconds) < _LATEST_S and _EARLIEST_S <= moment_s <= _LATEST_S


def _table(path: Path, name: str) -> list[list[str]]:
    """The rows of a file in ``meta``; none where it is not there."""
    if not is_plain_in(path.parent, f"meta/{name}"):
        return []
    try:
        with open_plain(path.parent / "meta" / name) as file:
            text = file.read(_META_BYTES).decode("utf-8-sig", "replace")
    except (OSError, UnreadableFileError):
        return []
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=separator))
    except csv.Error:
        return []
    return [[field.strip() for field in row] for row in rows if row]


def _number(text: str) -> float:
    """A number with a point or a comma; NaN for anything else."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _offset_s(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    sign, hours, minutes = match.groups()
    return (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1)


def _device(table: Sequence[Sequence[str]]) -> Device:
    said = {row[0]: row[1] for row in table if len(row) >= 2 and row[1].lower() not in ("", "null")}
    return Device(said.get("deviceManufacturer") or said.get("deviceBrand", ""), said.get("deviceModel", ""))


def _problems(times: PhyphoxTimeline | None) -> Iterator[str]:
    if times is None:
        yield _NO_TIMES
    elif abs(times.drift_s) > _MUCH_DRIFT_S:
        yield (
            f"the telephone's clock went {times.drift_s:+.1f} s further than the experiment's seconds:"
            " times are counted from the start of each run"
        )
