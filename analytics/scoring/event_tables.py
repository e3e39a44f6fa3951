"""What may come into scoring: tables are checked here and put on one common line of time.

Three assumptions underpin everything behind this module, which ensures them:

1. Times are whole milliseconds (int64); 10 s computed as a difference of floats can be 9.999999 s.
2. Every night has its own stretch of one long time line, and the stretches lie farther apart than any
   threshold reaches. A rule that looks at neighbours can therefore look at all nights in one pass: nothing
   ever comes near enough to something of another night.
3. Rows are in order of onset, whatever order they came in.

Tables that make no sense (no such column, an end before its start, epochs that overlap) are refused with
`UsageError`, which names the first bad row by its number in the table as given, counted from 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.scoring.rulesets import LONGEST_THRESHOLD_S, milliseconds
from ingest.errors import UsageError

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEGS = ("L", "R", "U")
WAKE = "W"
UNKNOWN = "?"

#: About the year 33658; beyond it, sums of times could overflow.
_LATEST_MS = 10**15
#: A "night" longer than this is several under one name.
_LONGEST_NIGHT_MS = 366 * 86_400_000
#: Between the nights on the time line.
_APART_MS = 2 * milliseconds(LONGEST_THRESHOLD_S)


@dataclass(frozen=True, slots=True)
class Spans:
    """Rows of one table on the common time line, by start. ``night`` is a position in `Tables.night_ids`."""

    night: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class Tables:
    """The checked input of a scoring call.

    Attributes
    ----------
    night_ids : Series of String
        Every night that any table names, sorted; `Spans.night` are positions in it.
    shift_ms : int64 array, shape (n_nights,)
        Added to a night's own times to get the common time line.
    marks : Spans
        Single-leg marks; ``legs``, ``part_no`` and ``may_be_clm`` belong to them row by row.
    legs : int64 array
        Position in `LEGS`.
    epochs, stages
        The hypnogram without epochs of no length; None where none was given.
    respiration, arousals : Spans or None
        None where there is no such channel.
    """

    night_ids: pl.Series
    shift_ms: Ints
    marks: Spans
    legs: Ints
    part_no: Ints
    may_be_clm: Bools
    epochs: Spans | None
    stages: pl.Series | None
    respiration: Spans | None
    arousals: Spans | None


def read_tables(
    movements: pl.DataFrame,
    hypnogram: pl.DataFrame | None,
    respiration: pl.DataFrame | None,
    arousals: pl.DataFrame | None,
) -> Tables:
    """Check the tables of `analytics.scoring.score.score` and put them on one time line.

    Parameters
    ----------
    movements, hypnogram, respiration, arousals : DataFrame
        With the columns that `analytics.scoring.score.score` names. None, for all but the first: no night of the call
        has the channel.

    Raises
    ------
    UsageError
        Naming the table and its first bad row.
    """
    marks = _checked_marks(movements)
    epochs = None if hypnogram is None else checked_hypnogram(hypnogram)
    breaths = None if respiration is None else _checked_spans(respiration, "respiration")
    wakings = None if arousals is None else _checked_spans(arousals, "arousals")
    nights = _nights([t for t in (marks, epochs, breaths, wakings) if t is not None])
    marks = _on_line(marks, nights).sort("night", "start", "end", "leg", "part_no")
    epochs = None if epochs is None else _on_line(epochs, nights).sort("start", "end")
    return Tables(
        night_ids=nights["night_id"],
        shift_ms=nights["shift_ms"].to_numpy(),
        marks=_spans(marks),
        legs=marks["leg"].to_numpy(),
        part_no=marks["part_no"].to_numpy(),
        may_be_clm=marks["may_be_clm"].to_numpy(),
        epochs=None if epochs is None else _spans(epochs),
        stages=None if epochs is None else epochs["stage"],
        respiration=None if breaths is None else _spans(_on_line(breaths, nights).sort("start", "end")),
        arousals=None if wakings is None else _spans(_on_line(wakings, nights).sort("start", "end")),
    )


def checked_hypnogram(hypnogram: pl.DataFrame) -> pl.DataFrame:
    """Epochs as ``row, night_id, start, end, stage`` in the given order, without those of no length.

    Raises
    ------
    UsageError
        If a duration is negative or two epochs of a night overlap.
    """
    types = {"night_id": pl.String, "start_ms": pl.Int64, "duration_ms": pl.Int64, "stage": pl.String}
    table = _typed(hypnogram, "hypnogram", types)
    _refuse(table, pl.col("duration_ms") < 0, "hypnogram", "the duration is negative")
    _refuse(table, pl.col("duration_ms") > _LONGEST_NIGHT_MS, "hypnogram", "the epoch lasts over a year")
    end = pl.col("start_ms") + pl.col("duration_ms")
    table = table.select("row", "night_id", start="start_ms", end=end, stage="stage")
    table = table.filter(pl.col("end") > pl.col("start"))
    in_order = table.sort("night_id", "start", "row")
    begins_inside = pl.col("start") < pl.col("end").shift(1).over("night_id")
    _refuse(in_order, begins_inside, "hypnogram", "the epoch begins before the one before it ends")
    return table


def _checked_marks(movements: pl.DataFrame) -> pl.DataFrame:
    """Marks as ``row, night_id, start, end, leg, part_no, may_be_clm``."""
    types: dict[str, type[pl.DataType]] = {"leg": pl.String}
    types |= {"part_no": pl.Int64} if "part_no" in movements.columns else {}
    types |= {"may_be_clm": pl.Boolean} if "may_be_clm" in movements.columns else {}
    table = _checked_spans(movements, "movements", types)
    _refuse(table, ~pl.col("leg").is_in(LEGS), "movements", f"the leg is none of {', '.join(LEGS)}")
    part_no = pl.col("part_no" if "part_no" in types else "row")
    may_be = pl.col("may_be_clm") if "may_be_clm" in types else pl.lit(value=True)
    leg = pl.col("leg").replace_strict({name: k for k, name in enumerate(LEGS)}, return_dtype=pl.Int64)
    return table.select("row", "night_id", "start", "end", leg=leg, part_no=part_no, may_be_clm=may_be)


def _checked_spans(frame: pl.DataFrame, name: str, more: Mapping[str, type[pl.DataType]] | None = None) -> pl.DataFrame:
    types: dict[str, type[pl.DataType]] = {"night_id": pl.String, "onset_ms": pl.Int64, "offset_ms": pl.Int64}
    table = _typed(frame, name, types | dict(more or {}))
    _refuse(table, pl.col("offset_ms") < pl.col("onset_ms"), name, "offset_ms is before onset_ms")
    return table.rename({"onset_ms": "start", "offset_ms": "end"})


def _typed(frame: pl.DataFrame, name: str, types: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Only the named columns, of exactly these types and without nulls, behind their row number."""
    missing = [column for column in types if column not in frame.columns]
    if missing:
        raise UsageError(f"{name} has no column {missing[0]}", hint=f"it needs {', '.join(types)}")
    for column, kind in types.items():
        _refuse_type(frame, name, column, kind)
    try:
        table = frame.select(pl.col(c).cast(kind) for c, kind in types.items())
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"{name} holds a number beyond 64 bits") from error
    table = table.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    for column in types:
        _refuse(table, pl.col(column).is_null(), name, f"{column} is empty")
    for column in (c for c in types if c.endswith("_ms")):
        _refuse(table, ~pl.col(column).is_between(-_LATEST_MS, _LATEST_MS), name, f"{column} is no time")
    return table


def _refuse_type(frame: pl.DataFrame, name: str, column: str, kind: type[pl.DataType]) -> None:
    found = frame.schema[column]
    as_good = found == kind or (kind == pl.Int64 and found.is_integer()) or found == pl.Null
    if not as_good:
        raise UsageError(f"{column} of {name} is {found}, not {kind.__name__}")


def _refuse(table: pl.DataFrame, bad: pl.Expr, name: str, what: str) -> None:
    rows = table.filter(bad).sort("row").head(1)
    if len(rows):
        night = rows["night_id"].item()
        raise UsageError(f"{name} row {rows['row'].item()} (night {night}): {what}")


def _nights(tables: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Every night in order of its name with the place of its stretch on the time line."""
    lowest, highest = pl.col("start").min(), pl.col("end").max()
    extents = [t.group_by("night_id").agg(start=lowest, end=highest) for t in tables]
    nights = pl.concat(extents).group_by("night_id").agg(lowest, highest).sort("night_id")
    length = pl.col("end") - pl.col("start")
    too_long = nights.filter(length > _LONGEST_NIGHT_MS)
    if len(too_long):
        raise UsageError(f"night {too_long['night_id'][0]} spans over a year", hint="give every night its own night_id")
    stretch_start = (length + _APART_MS).cum_sum().shift(1, fill_value=0)
    return nights.select("night_id", shift_ms=stretch_start - pl.col("start")).with_row_index("night")


def _on_line(table: pl.DataFrame, nights: pl.DataFrame) -> pl.DataFrame:
    shifted = table.join(nights, on="night_id", how="left").with_columns(
        pl.col("night").cast(pl.Int64),
        pl.col("start") + pl.col("shift_ms"),
        pl.col("end") + pl.col("shift_ms"),
    )
    return shifted.drop("night_id", "shift_ms")


def _spans(table: pl.DataFrame) -> Spans:
    return Spans(*(table[column].to_numpy() for column in ("night", "start", "end")))
