"""Whose samples the rows of a long table are: columns that name a person or a sensor, and the side of a sensor.

Half a night of one sensor and half of another look just like a night, so a table with two sensors in it is refused
by naming the column, or taken apart where it says left and right. Names of columns tell in a few languages; where
they do not, the way in which a column's values change from row to row does: the rows of several sensors lie in turns,
or go over the same time again. What a person did or how well a sensor measured changes seldom, and never back in time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import IngestError
from ingest.recording import Side
from ingest.tables.column_words import (
    AMBIGUOUS_WITH_DAYS,
    NUMBER_WORDS,
    SENSOR_WORDS,
    SIDE_WORDS,
    WEARER_WORDS,
    WEEKDAYS,
)
from ingest.tables.columns import TimeColumn, find_axes, find_time, more_than_one, words_of
from ingest.tables.dialect import is_number
from ingest.tables.timestamps import all_dates, time_us

_DAY = re.compile(rf"(?i)\d{{1,3}}\.?|(?:tag|nacht) ?\d{{1,3}}|(?:{'|'.join(sorted(WEEKDAYS))})\.?")
#: A sample of a table in blocks of people hardly meets more.
_MOST_WEARERS = 20
_MOST_SENSORS = 500
_ONE_OF_EACH = (("wearer", WEARER_WORDS, _MOST_WEARERS), ("sensor", SENSOR_WORDS, _MOST_SENSORS))
_PLACES = "ankle|leg|foot|shank|calf|thigh|hip|wrist|arm|hand|knee|kn(?:ö|oe)chel|bein|fu(?:ß|ss)|handgelenk|cheville"
_SIDE = "|".join(sorted(SIDE_WORDS, key=len, reverse=True))
_JOINED = re.compile(rf"({_SIDE})(?:{_PLACES})|(?:{_PLACES})({_SIDE})")
#: Own. Of the rows that hold a text, so many are in another's turn where sensors take turns; an activity lasts seconds.
_IN_TURNS = 0.3
#: Own. Of the changes of a value, so many go back in time where each block of a sensor covers the time of the last:
#: half of them with two sensors, and a clock that jumps back seldom does so where another column changes.
_BACK_IN_TIME = 0.4
#: Own. Where sensors share their times, so many of the times in a sample have a row of each; its pieces cut some off.
_COMPLETE = 0.8
#: Own. Where a column counts from 0 or 1, so many rows of a time are needed to tell its values apart by their samples,
#: and their means have to differ by so many standard errors: neighbours in one stream differ by chance alone.
_FEWEST_TIMES, _STANDARD_ERRORS = 20, 10
#: Own. A column that says of each row whose it is leaves hardly any empty.
_FILLED = 0.9


def check_one_of_each(
    names: Sequence[str], samples: Sequence[Sequence[str]], time: TimeColumn | None = None, axes: Collection[int] = ()
) -> None:
    """Refuse a table with several people or sensors in it, as far as the samples show it.

    Parameters
    ----------
    time, axes
        Where they are known, columns are looked at that are called anything.

    Raises
    ------
    UnsupportedRecordingError
        A column has several values. Too many are no people or sensors, but numbers of rows or packets.
    """
    for name, values in zip(names, samples, strict=True):
        words = set(words_of(name)) - NUMBER_WORDS
        found = _told_apart(values)
        for kind, kind_words, most in _ONE_OF_EACH:
            is_meant = words & kind_words and words <= kind_words | {"id"}
            is_meant = is_meant and not (words == AMBIGUOUS_WITH_DAYS and _are_days(values, found))
            if is_meant and 1 < len(found) <= min(most, len(values) / 2):
                raise more_than_one(kind, name, found)
    for position in _turning(names, samples, time, axes):
        raise more_than_one("sensor", names[position], _told_apart(samples[position]))


def only_side(value: str) -> Side | None:
    """The side that a sensor's name says: ``left``, ``L``, ``right ankle``, ``leg_r``; None for neither or both."""
    sides = {side for word in words_of(value) if (side := _side_in(word))}
    return sides.pop() if len(sides) == 1 else None


def sides_among(names: Sequence[str], samples: Sequence[Sequence[str]]) -> int | None:
    """The column that says of each row whether it is of the left or of the right, where both are there.

    It names two sensors and no more, as far as the samples show it: else none can tell which two are meant.
    """
    named = [
        (position, found) for position, found in _of_sensors(names, samples) if len(found) == len(("left", "right"))
    ]
    both = (position for position, found in named if {only_side(value) for value in found} == {"left", "right"})
    return next(both, None)


def side_of_all(names: Sequence[str], samples: Sequence[Sequence[str]]) -> Side:
    """The side that a column names for every row; "unknown" without one."""
    alone = (only_side(found[0]) for _, found in _of_sensors(names, samples) if len(found) == 1)
    return next((side for side in alone if side), "unknown")


def _side_in(word: str) -> Side | None:
    joined = _JOINED.fullmatch(word)
    return SIDE_WORDS.get((joined.group(1) or joined.group(2)) if joined else word)


def _are_days(values: Sequence[str], found: Sequence[str]) -> bool:
    """Whether a column counts or names days: none comes back once it is over."""
    rows = [value.casefold() for value in values if value]
    n_changes = sum(one != other for one, other in pairwise(rows))
    return n_changes == len(found) - 1 and (all_dates(found) or all(map(_DAY.fullmatch, found)))


def _told_apart(values: Sequence[str]) -> list[str]:
    """What stands in a column, once however it is spelt."""
    spelt = {value.casefold(): value for value in sorted(set(values) - {""}, reverse=True)}
    return sorted(spelt.values())


def _of_sensors(names: Sequence[str], samples: Sequence[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
    """The columns that name sensors, each with what stands in its samples."""
    for position, (name, values) in enumerate(zip(names, samples, strict=False)):  # a table may have no names
        words = set(words_of(name)) - NUMBER_WORDS
        if words & SENSOR_WORDS and words <= SENSOR_WORDS | {"id"}:
            yield position, _told_apart(values)
    if not names:
        return
    try:
        time, axes = find_time(names, samples), find_axes(names)
    except IngestError:  # its reader says so
        return
    for position in _turning(names, samples, time, axes.positions):
        yield position, _told_apart(samples[position])


def _turning(
    names: Sequence[str], samples: Sequence[Sequence[str]], time: TimeColumn | None, axes: Collection[int]
) -> Iterator[int]:
    """The columns whose values lie in turns, or go over the same time again."""
    if time is None or not names:
        return
    moment = pl.concat_str([pl.col(str(i)) for i in time.positions], separator=" ")
    texts = pl.DataFrame({str(i): list(samples[i]) for i in time.positions})
    times_us = texts.select(time_us(moment, time.notation)).to_series()
    for position in sorted(set(range(len(names))) - {*time.positions, *axes}):
        values = pl.Series(samples[position], dtype=pl.String).str.strip_chars().str.to_lowercase()
        kept = times_us.is_not_null() & (values != "")
        n_values, n_rows = values.filter(kept).n_unique(), int(kept.sum())
        is_filled = n_rows >= max(_FILLED * len(values), 1)
        if is_filled and 1 < n_values <= min(_MOST_SENSORS, n_rows / 2):
            code = values.filter(kept).rank("dense").to_numpy().astype(np.int64)
            found = [value for value in set(samples[position]) if value]
            xyz = np.column_stack([_numbers(samples[i]).filter(kept).to_numpy() for i in axes]) if axes else None
            if _are_of_several(times_us.filter(kept).to_numpy(), code, found, xyz):
                yield position


def _numbers(values: Sequence[str]) -> pl.Series:
    return pl.Series(values, dtype=pl.String).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)


def _are_of_several(
    times: NDArray[np.int64], code: NDArray[np.int64], found: Collection[str], xyz: NDArray[np.float64] | None
) -> bool:
    """Whether rows with these values (1, 2, ...) are of several sensors."""
    changes = np.flatnonzero(np.diff(code))
    is_text = not any(map(is_number, found))
    if is_text and len(changes) > _IN_TURNS * len(code):
        return True
    back = np.count_nonzero(times[changes + 1] < times[changes])
    if back >= _BACK_IN_TIME * len(changes) and _overlap(times, code):
        return True
    return _share_times(times, code) and (not _counts(found) or (xyz is not None and _differ(times, code, xyz)))


def _overlap(times: NDArray[np.int64], code: NDArray[np.int64]) -> bool:
    """Whether the times of two values lie within each other."""
    spans = sorted((int(times[code == one].min()), int(times[code == one].max())) for one in np.unique(code))
    return any(after[0] < before[1] for before, after in pairwise(spans))


def _share_times(times: NDArray[np.int64], code: NDArray[np.int64]) -> bool:
    """Whether nearly every time has one row of each value, and no other."""
    pairs = pl.DataFrame({"time": times, "code": code}).group_by("time").agg(pl.len(), n=pl.col("code").n_unique())
    n_complete = pairs.filter((pl.col("len") == pl.col("n")) & (pl.col("n") == int(code.max()))).height
    return n_complete >= _COMPLETE * pairs.height


def _differ(times: NDArray[np.int64], code: NDArray[np.int64], xyz: NDArray[np.float64]) -> bool:
    """Whether rows of one time measure different things, and are no samples of one sensor that follow each other.

    Those of one sensor lie between its first row of a time and that of the next, but for noise.
    """
    order = np.lexsort((code, times))
    k = int(code.max())
    starts = np.flatnonzero(np.diff(times[order], prepend=times.min() - 1))
    sizes = np.diff(starts, append=len(order))
    rows = order[(starts[sizes == k])[:, np.newaxis] + np.arange(k)]
    rows = rows[(code[rows] == np.arange(1, k + 1)).all(axis=1)]
    if len(rows) <= _FEWEST_TIMES:
        return False
    values, steps = xyz[rows], np.diff(times[rows[:, 0]])
    share = (np.arange(1, k) / k)[:, np.newaxis]
    between = values[:-1, :1] * (1 - share) + values[1:, :1] * share
    off = (values[:-1, 1:] - between)[steps <= 1.5 * np.median(steps)]
    off = off[np.isfinite(off).all(axis=(1, 2))]
    if len(off) < _FEWEST_TIMES:
        return False
    error = off.std(axis=0) / np.sqrt(len(off))
    return bool((np.abs(off.mean(axis=0)) > np.maximum(_STANDARD_ERRORS * error, 1e-9)).any())


def _counts(found: Collection[str]) -> bool:
    """Whether values number the rows of a packet or of a second: 0, 1, 2... or 1, 2, 3..."""
    if not all(re.fullmatch(r"\d{1,4}", value) for value in found):
        return False
    numbers = sorted({int(value) for value in found})
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
