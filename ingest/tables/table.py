"""From parsed rows to a `Decoded`, for every format that is a table: delimited text and Parquet.

Decides what a survey of a table means: refuse it, in which unit it is, whether its values
are integers of a step, what has to be said about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import DamagedRecordingError, EmptyFileError, NoClockError, UnsupportedRecordingError, concerning
from ingest.input_file import unreadable
from ingest.losses import share_lost
from ingest.recording import BLOCK_SAMPLES, Decoded, Device, DeviceClock, Placement, Samples
from ingest.tables.lines import Lines
from ingest.tables.survey import Rows, Survey, repeats, survey
from ingest.tables.ties import spread_ties
from ingest.tables.timestamps import MOST_PER_SECOND
from ingest.units import Unit, decide_unit, unit_by_gravity

#: 8 h at 138 Hz stay in memory between the passes, in 32 bytes a sample, 36 with a temperature; longer recordings are
#: parsed again.
KEPT_SAMPLES = 4_000_000
#: Beyond any unit and any sensor: 16 g are 16 000 mg, and counts have 16 bits.
_LARGEST_VALUE = 1e6
#: The slowest accelerometer recordings in use have 6.25 Hz; below that these are epochs.
_SLOWEST_HZ = 5.0
#: A clock that is set back does so a few times; of rows in any order half go back. Own.
_MOST_BACK = 0.25
_NAMELESS = Device()
_DOUBLED = "every row stands there twice: the second of each two was left out"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are understood, before its numbers are.

    Attributes
    ----------
    unit : Unit or None
        As the names state it.
    default_unit : Unit or None
        What the format lays down where neither names nor gravity tell.
    mapping : str or None
        What it is called in the settings, where these name its columns.
    decimals : int or None
        Digits after the point; None where the numbers are not text.
    row_word : str
        What a row is called in messages: "line" or "row".
    rows : callable
        Each call parses the table from the start.
    """

    format: str
    clock: DeviceClock
    unit: Unit | None
    decimals: int | None
    row_word: str
    rows: Callable[[], Iterator[Rows]]
    device: Device = _NAMELESS
    default_unit: Unit | None = None
    mapping: str | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Conversion:
    g_per_unit: float
    step: float | None
    per_second: int | None


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn every error inside into one of ours that names the file."""
    try:
        with concerning(path):
            yield
    except OSError as error:
        raise unreadable(path, error) from error
    # A panic inside polars is a BaseException; a hostile file must not end the import of the others.
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DamagedRecordingError("the table cannot be read", path=path, hint="copy the file again") from error


def rows_of(table: pl.DataFrame) -> tuple[Rows, NDArray[np.bool_]]:
    """Parsed columns as `Rows`, without those that are no samples, and which those were.

    Parameters
    ----------
    table : DataFrame
        Int64 ``time_us``, Float64 ``x``, ``y``, ``z``, Int64 ``offset_s`` where times may state one, Int64
        ``counter_us`` where the sensor has a counter of its own, and Float64 ``celsius`` where it has a thermometer;
        null where unreadable. Without a temperature a row is a sample all the same.
    """
    values = table.select("x", "y", "z").to_numpy()
    # Comparing with NaN is False: missing, infinite and absurd values go in one step.
    clocks = [table[name] for name in ("time_us", "counter_us") if name in table.columns]
    good = (np.abs(values) <= _LARGEST_VALUE).all(axis=1)
    for clock in clocks:
        good &= clock.is_not_null().to_numpy()
    offsets = table["offset_s"].unique().drop_nulls().to_list() if "offset_s" in table.columns else []
    times, *counters = (clock.fill_null(0).to_numpy() for clock in clocks)
    celsius = table["celsius"].cast(pl.Float32).fill_null(np.nan).to_numpy() if "celsius" in table.columns else None
    rows = Rows(times, values, frozenset(offsets), counter_us=counters[0] if counters else None, celsius=celsius)
    return rows if good.all() else rows.picked(good), good


def rows_among(lines: Lines, table: pl.DataFrame, n_overlong: int, lines_before: int) -> Rows:
    """The samples among the lines of a stretch of text, and how many are none.

    Parameters
    ----------
    table : DataFrame
        What `rows_of` takes, a row for every line of the rectangle.
    n_overlong : int
        Lines behind these that were too long to be read.
    lines_before : int
        Lines of the file above these.
    """
    rows, good = rows_of(table)
    bad = np.concatenate((lines.number[~good], lines.wrong, [lines.n_lines] * n_overlong))
    if not len(bad):
        return rows
    return replace(rows, n_bad=len(bad), first_bad=lines_before + int(bad.min()) + 1)


def decode(table: Table, path: Path) -> Decoded:
    """Survey a table and describe it.

    Raises
    ------
    DamagedRecordingError
        More than half of its rows are no samples, or all are zeros.
    EmptyFileError
        No rows at all.
    NoClockError
        Its times repeat without telling samples apart.
    UnsupportedRecordingError
        Too few samples a second, or no gravity in them.
    UnknownUnitError
        See `ingest.units.decide_unit`.
    """
    if table.clock.base == "relative":
        table = replace(table, rows=_from_first(table.rows))
    with naming(path):
        found = survey(table.rows(), table.decimals, keep=KEPT_SAMPLES)
        if found.is_doubled:
            table = replace(table, rows=_once(table.rows), problems=(*table.problems, _DOUBLED))
            found = survey(table.rows(), table.decimals, keep=KEPT_SAMPLES)
        _check(found, table)
        unit, oddity = _unit(found, table)
    return Decoded(
        format=table.format,
        device=table.device,
        placement=Placement(),
        clock=_clock(table.clock, found.offsets_s),
        rate_hz_nominal=found.rate_hz,
        unit=unit.name,
        blocks=_blocks(table, found, unit, path),
        bad_blocks=found.n_bad,
        lost_share=share_lost(found.n_bad, found.n_samples),
        problems=(*table.problems, *_problems(found, table), *([oddity] if oddity else [])),
    )


def _from_first(walk: Callable[[], Iterator[Rows]]) -> Callable[[], Iterator[Rows]]:
    """Times counted from the first sample: when the recording began is all that can be said."""

    def rows() -> Iterator[Rows]:
        origin_us: int | None = None
        for stretch in walk():
            if origin_us is None and len(stretch.time_us):
                origin_us = int(stretch.time_us[0])
            yield stretch if origin_us is None else replace(stretch, time_us=stretch.time_us - origin_us)

    return rows


def _once(walk: Callable[[], Iterator[Rows]]) -> Callable[[], Iterator[Rows]]:
    """Without the rows that say again what the one above them says."""

    def rows() -> Iterator[Rows]:
        last: Rows | None = None
        for stretch in walk():
            joined = stretch if last is None else _behind(last, stretch)
            new = ~repeats(joined)[len(joined.time_us) - len(stretch.time_us) :]
            if len(stretch.time_us):
                last = stretch.picked(slice(len(stretch.time_us) - 1, None))
            yield stretch.picked(new)

    return rows


def _behind(last: Rows, rows: Rows) -> Rows:
    return Rows(np.concatenate((last.time_us, rows.time_us)), np.concatenate((last.values, rows.values)))


def _blocks(table: Table, found: Survey, unit: Unit, path: Path) -> Callable[[], Iterator[Samples]]:
    how = _Conversion(unit.g_per_unit, found.step, found.per_second)
    if found.kept:
        kept = tuple(_converted(found.kept, how))
        return lambda: iter(kept)

    def parsed_again() -> Iterator[Samples]:
        with naming(path):
            yield from _converted(table.rows(), how)

    return parsed_again


def _converted(stretches: Iterable[Rows], how: _Conversion) -> Iterator[Samples]:
    if how.per_second is not None:
        stretches = spread_ties(stretches, how.per_second)
    for rows in stretches:
        values, g_per_value = _in_g(rows.values, how)
        for start in range(0, len(values), BLOCK_SAMPLES):
            part = slice(start, start + BLOCK_SAMPLES)
            celsius = None if rows.celsius is None else rows.celsius[part]
            yield Samples(rows.time_us[part], values[part], g_per_value, celsius)


def _in_g(values: NDArray[np.float64], how: _Conversion) -> tuple[NDArray[np.int16] | NDArray[np.float32], float]:
    if how.step is None:
        return (values * how.g_per_unit).astype(np.float32), 1.0
    return np.rint(values / how.step).astype(np.int16), how.step * how.g_per_unit


def _check(found: Survey, table: Table) -> None:
    total = found.n_samples + found.n_bad
    if not total:
        raise EmptyFileError("a header without a single sample", hint="copy it from the device again")
    if found.n_bad > found.n_samples:
        raise DamagedRecordingError(
            f"{found.n_bad} of {total} {table.row_word}s are no samples, the first is {table.row_word}"
            f" {found.first_bad}",
            hint="look at that place, and export the recording again",
        )
    if found.n_samples and not found.median_norm:
        raise DamagedRecordingError(
            f"all {found.n_samples} samples are zeros, so that nothing was measured", hint="check the device"
        )
    if found.back_share > _MOST_BACK:
        raise UnsupportedRecordingError(
            f"its {table.row_word}s are not in the order of time: at {found.back_share:.0%} of them it goes back",
            hint=f"sort its {table.row_word}s by their time, the oldest first",
        )
    if found.rate_hz is not None and found.rate_hz < _SLOWEST_HZ:
        raise UnsupportedRecordingError(
            f"one {table.row_word} every {1 / found.rate_hz:.3g} s cannot show movements of half a second",
            hint="export the raw acceleration instead",
        )
    if found.per_second is not None and found.per_second > MOST_PER_SECOND:
        raise NoClockError(
            f"{found.per_second} samples share each time",
            hint="export times with their fractions, not rounded or in scientific notation",
        )


def _unit(found: Survey, table: Table) -> tuple[Unit, str | None]:
    if table.unit is not None or table.default_unit is None:
        return decide_unit(
            found.median_norm,
            table.unit,
            integers=found.integral,
            steady_share=found.steady_share,
            mapping=table.mapping,
        )
    measured = unit_by_gravity(found.median_norm, integers=found.integral)
    if measured is not None:
        return measured, None
    return table.default_unit, (
        f"gravity measures {found.median_norm * table.default_unit.g_per_unit:.2f} g instead of 1 g:"
        " the sensor was not at rest, or is far out of calibration"
    )


def _clock(clock: DeviceClock, offsets_s: frozenset[int]) -> DeviceClock:
    """With the offset that all times state. Zero is how UTC is written and says nothing of the wearer."""
    if len(offsets_s) != 1 or 0 in offsets_s:
        return clock
    return replace(clock, utc_offset_s=next(iter(offsets_s)))


def _problems(found: Survey, table: Table) -> Iterator[str]:
    word = table.row_word
    if found.n_bad:
        total = found.n_samples + found.n_bad
        yield (
            f"{found.n_bad} of {total} {word}s are no samples and were left out, the first is {word} {found.first_bad}"
        )
    if found.per_second is not None:
        yield (
            f"times have no fractions of a second: the {found.per_second} samples of each second were"
            " spread evenly over it"
        )
