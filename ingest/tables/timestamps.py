"""Times as text or numbers become int64 microseconds.

A notation is recognised from a sample and then applied to whole columns as polars expressions. What does not
fit the notation becomes null and is the caller's bad row. Nothing is guessed: a number that is no plausible
date is no clock, and 03/04/2024 is refused unless another day in the file tells day from month.

Date-times are parsed as their first 19 characters, which polars caches (consecutive samples share them), and
the fraction as an integer: four times faster than in one go, and exact to the digits of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

import numpy as np
import polars as pl

from ingest.errors import NoClockError

UnixUnit = Literal["s", "ms", "us", "ns"]
Zone = Literal["none", "utc", "offset"]

#: Numbers outside 2000-2100 are counters, not dates: the clock of an Axivity starts in 2000, and two days of
#: nanoseconds since a telephone's start must not pass for microseconds of 1975.
EARLIEST_US = 946_684_800_000_000
LATEST_US = 4_102_444_800_000_000
#: Some accelerometers take 3200 samples a second; what is more often is something else.
MOST_PER_SECOND = 5_000

_PER_SECOND: dict[UnixUnit, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_SPELLINGS: dict[str, UnixUnit] = {
    "s": "s",
    "sec": "s",
    "secs": "s",
    "second": "s",
    "seconds": "s",
    "ms": "ms",
    "msec": "ms",
    "millis": "ms",
    "milliseconds": "ms",
    "us": "us",
    "µs": "us",
    "usec": "us",
    "micros": "us",
    "microseconds": "us",
    "ns": "ns",
    "nsec": "ns",
    "nanos": "ns",
    "nanoseconds": "ns",
}

#: AM or PM: a.m., pm, and with the narrow blank that newer locales put before it.
_HALF_OF_DAY = "[ \u00a0\u202f]?[AaPp]\\.?[Mm]\\.?"
#: As Java writes it behind an offset: ``+01:00[Europe/Berlin]``.
_NAMED_ZONE = r"\s?\[[A-Za-z0-9_+/-]{1,40}\]"
_MOMENT = re.compile(
    r"(?P<date>(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4}))(?P<t>[T ])"
    r"(?P<clock>\d{1,2}:\d\d:\d\d)(?P<fraction>[.,:]\d+)?"
    rf"(?P<half>{_HALF_OF_DAY})?\s?(?P<zone>Z|[+-]\d\d:?\d\d|[+-]\d\d)?(?P<named>{_NAMED_ZONE})?",
    re.ASCII,
)
_HEAD = r"^(\d+[-/.]\d+[-/.]\d+[T ]\d+:\d\d:\d\d)"
_DATE_ONLY = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}", re.ASCII)
_CLOCK_ONLY = re.compile(rf"\d{{1,2}}:\d\d:\d\d([.,:]\d+)?({_HALF_OF_DAY})?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_SERIAL_OF_1970 = 25_569
#: Longest step of a spreadsheet's days between two samples, 0.86 s; seconds of samples step by 0.0002 at least.
_LONGEST_SERIAL_STEP = 1e-5
#: Polar counts from 2000; what is beyond a century is damaged.
_LONGEST_US = 100 * 366 * 24 * _HOUR_US


@dataclass(frozen=True, slots=True)
class UnixTime:
    """Numbers since 1970-01-01 UTC, or ``on_the_wall``: as if the wall clock were UTC, as only OMGUI counts."""

    unit: UnixUnit
    on_the_wall: bool = False


@dataclass(frozen=True, slots=True)
class TextTime:
    """A calendar date and a time of day.

    Attributes
    ----------
    layout : str
        Of the part before the fraction, as for ``strptime``.
    padded : bool
        Whether that part always has 19 characters.
    zone : "none", "utc" or "offset"
        What follows the fraction: nothing, a Z, or an offset of ``zone_width`` characters.
    twelve_hours : bool
        Whether AM or PM follows the fraction.
    zone_name : str or None
        What stands in brackets behind all of that, where it is the same everywhere; "" where it differs.
    tail : int or None
        How many characters fraction and zone have together, where a format lays that down: then the part before
        may be of any kind and width.
    """

    layout: str
    padded: bool
    zone: Zone
    zone_width: int = 0
    twelve_hours: bool = False
    zone_name: str | None = None
    tail: int | None = None


@dataclass(frozen=True, slots=True)
class ElapsedTime:
    """Numbers since the start of something."""

    unit: UnixUnit


@dataclass(frozen=True, slots=True)
class SerialTime:
    """Days since 1899-12-30, as spreadsheets keep dates; a wall clock."""


Notation = UnixTime | TextTime | ElapsedTime | SerialTime


def recognise(sample: Sequence[str], name: str = "", *, day_first: bool | None = None) -> Notation | None:
    """The notation of a column of text; None where it holds no absolute times.

    Parameters
    ----------
    sample : sequence of str
        Values from all over the file, some of which may be rubbish.
    name : str
        The column's, for the unit that it may state.
    day_first : bool or None
        What is known of 03/04/2024 beforehand.

    Raises
    ------
    NoClockError
        Dates of which day and month cannot be told apart.
    """
    moments = [found for value in sample if (found := _MOMENT.fullmatch(value)) and _has_year(found)]
    if moments and 2 * len(moments) >= len(sample):
        return _text_notation(moments, day_first=day_first)
    numbers = finite_numbers(sample)
    if numbers and 2 * len(numbers) >= len(sample):
        unit = unix_unit(numbers, name)
        if unit is not None:
            return UnixTime(unit)
        return SerialTime() if _are_serial_days(numbers, name) else None
    return None


def _are_serial_days(numbers: Sequence[float], name: str) -> bool:
    """Days of this century since 1899, with steps far too small for a count of seconds."""
    earliest, latest = EARLIEST_US / _DAY_US + _SERIAL_OF_1970, LATEST_US / _DAY_US + _SERIAL_OF_1970
    if stated_unit(name) is not None or not earliest <= median(numbers) <= latest:
        return False
    steps = [later - earlier for earlier, later in pairwise(numbers) if later > earlier]
    return bool(steps) and median(steps) <= _LONGEST_SERIAL_STEP


def contradicted_unit(sample: Sequence[str], name: str) -> UnixUnit | None:
    """The unit in which a column is a clock, where its name states another one in which it can be none.

    In the stated one, samples would follow each other faster than any sensor takes them.
    """
    stated, numbers = stated_unit(name), finite_numbers(sample)
    if stated is None or not numbers or 2 * len(numbers) < len(sample):
        return None
    return unix_unit(numbers) if elapsed(sample, stated) is None else None


def unix_unit(numbers: Sequence[float], name: str = "") -> UnixUnit | None:
    """The unit in which the median is a date of this century; None if none is, or the name contradicts.

    The four ranges do not overlap: each is a factor of 4.3 wide and they lie 1000 apart.
    """
    middle = median(numbers)  # not numpy's, which warns where two numbers near 1e308 are added
    fitting = (u for u, per_s in _PER_SECOND.items() if EARLIEST_US <= middle / per_s * 1e6 <= LATEST_US)
    unit = next(fitting, None)
    return unit if stated_unit(name) in (None, unit) else None


def elapsed(sample: Sequence[str], unit: UnixUnit) -> ElapsedTime | None:
    """Whether a column counts in this unit, by its steps; None where they are shorter than any sensor's.

    Parameters
    ----------
    sample : sequence of str
        Values from all over the file, next to each other for the most part.
    """
    numbers = finite_numbers(sample)
    if not numbers or 2 * len(numbers) < len(sample):
        return None
    # Not with numpy, which warns where numbers near 1e308 are subtracted.
    forward_s = [(later - earlier) / _PER_SECOND[unit] for earlier, later in pairwise(numbers) if later > earlier]
    return ElapsedTime(unit) if forward_s and median(forward_s) >= 1 / MOST_PER_SECOND else None


def stated_unit(name: str) -> UnixUnit | None:
    """The unit of time at the end of a column's name: ``time (ms)``, ``timestamp_ns``, ``epoch [s]``."""
    words = re.split(r"[^a-zµ]+", name.lower().replace("μ", "µ").rstrip(")] }"))
    return _SPELLINGS.get(words[-1]) if len(words) > 1 else None


def finite_numbers(sample: Iterable[str]) -> list[float]:
    """Those of some texts that are numbers."""
    numbers = []
    for value in sample:
        with suppress(ValueError):
            numbers.append(float(value))
    return [number for number in numbers if np.isfinite(number)]


def all_dates(sample: Iterable[str]) -> bool:
    """Whether a column holds dates without a time of day."""
    return _mostly(_DATE_ONLY, sample)


def all_clocks(sample: Iterable[str]) -> bool:
    """Whether a column holds times of day without a date."""
    return _mostly(_CLOCK_ONLY, sample)


def time_us(column: pl.Expr, notation: Notation) -> pl.Expr:
    """Text as Int64 microseconds: UTC where the notation says so, else as written. Null where unreadable."""
    if isinstance(notation, UnixTime):
        return unix_us(column, notation.unit)
    if isinstance(notation, ElapsedTime):
        return elapsed_us(column, notation.unit)
    if isinstance(notation, SerialTime):
        return serial_us(column)
    head, fraction, _ = _parts(column, notation)
    seconds_us = head.str.to_datetime(notation.layout, time_unit="us", strict=False, exact=True).cast(pl.Int64)
    local_us = seconds_us + _fraction_us(fraction)
    if notation.twelve_hours:
        local_us += _half_of_day_us(column, seconds_us)
    if notation.zone == "none":
        return local_us
    return local_us - offset_s(column, notation) * 1_000_000


def offset_s(column: pl.Expr, notation: Notation) -> pl.Expr:
    """Seconds east of UTC that each value states, Int64; null where it states none."""
    if not isinstance(notation, TextTime) or notation.zone == "none":
        return pl.lit(None, dtype=pl.Int64)
    _, _, zone = _parts(column, notation)
    if notation.zone == "utc":
        return pl.when(zone == "Z").then(pl.lit(0, dtype=pl.Int64))
    hours = zone.str.slice(1, 2).cast(pl.UInt8, strict=False).cast(pl.Int64)
    minutes = zone.str.slice(-2).cast(pl.UInt8, strict=False).cast(pl.Int64) if notation.zone_width > 3 else 0
    east = hours * 3600 + minutes * 60
    sign = zone.str.head(1)
    return pl.when(sign == "+").then(east).when(sign == "-").then(-east)


def unix_us(column: pl.Expr, unit: UnixUnit) -> pl.Expr:
    """Numbers since 1970 (text or numeric) as Int64 microseconds; null outside this century.

    Through a double, which holds a microsecond until 2106 (2**32 s: half a step is 0.24 us, and so is the
    product's, together below half a microsecond). Nanoseconds exceed a double and go through integers.
    """
    found = _dated(column, unit)
    # Their ranges do not overlap, so a file that changes its unit half-way is read on.
    for other in _PER_SECOND:
        if other != unit:
            found = pl.coalesce(found, _dated(column, other))
    return found


def _dated(column: pl.Expr, unit: UnixUnit) -> pl.Expr:
    micros = _micros(column, unit)
    return pl.when(micros.is_between(EARLIEST_US, LATEST_US)).then(micros)


def serial_us(column: pl.Expr) -> pl.Expr:
    """Days since 1899-12-30 as spreadsheets count them (text or numeric), as Int64 microseconds of a wall clock."""
    days = column.cast(pl.Float64, strict=False)
    whole = days.floor()
    micros = (whole.cast(pl.Int64, strict=False) - _SERIAL_OF_1970) * _DAY_US + (
        ((days - whole) * _DAY_US).round().cast(pl.Int64, strict=False)
    )
    return pl.when(micros.is_between(EARLIEST_US, LATEST_US)).then(micros)


def elapsed_us(column: pl.Expr, unit: UnixUnit) -> pl.Expr:
    """Numbers since some start (text or numeric) as Int64 microseconds; null beyond a century."""
    micros = _micros(column, unit)
    return pl.when(micros.is_between(-_LONGEST_US, _LONGEST_US)).then(micros)


def _micros(column: pl.Expr, unit: UnixUnit) -> pl.Expr:
    as_double = column.cast(pl.Float64, strict=False)
    if unit == "ns":
        whole = column.cast(pl.Int64, strict=False) // 1_000
        return pl.coalesce(whole, (as_double / 1e3).round().cast(pl.Int64, strict=False))
    return (as_double * (1e6 / _PER_SECOND[unit])).round().cast(pl.Int64, strict=False)


def _has_year(moment: re.Match[str]) -> bool:
    """With four digits, or two at the end: a year in front has four in every country that writes it there."""
    return 4 in (len(moment["a"]), len(moment["c"])) or (len(moment["a"]) <= 2 and len(moment["c"]) == 2)


def _text_notation(moments: Sequence[re.Match[str]], *, day_first: bool | None) -> TextTime:
    (sep, t, twelve), _ = Counter(map(_style, moments)).most_common(1)[0]
    alike = [m for m in moments if _style(m) == (sep, t, twelve)]
    zone = Counter(m["zone"] and (m["zone"] == "Z" or len(m["zone"])) for m in alike).most_common(1)[0][0]
    date = sep.join(_date_order(alike, said=day_first))
    names = {m["named"] for m in alike}
    return TextTime(
        layout=f"{date}{t}%H:%M:%S",
        padded=all(len(m["date"]) == 10 and len(m["clock"]) == 8 for m in alike),
        zone="none" if not zone else "utc" if zone is True else "offset",
        zone_width=0 if zone is None or zone is True else int(zone),
        twelve_hours=twelve,
        zone_name=None if names == {None} else (names.pop() or "").strip(" []") if len(names) == 1 else "",
    )


def _style(moment: re.Match[str]) -> tuple[str, str, bool]:
    return moment["sep"], moment["t"], bool(moment["half"])


def _date_order(moments: Sequence[re.Match[str]], *, said: bool | None) -> tuple[str, str, str]:
    first = moments[0]
    if len(first["a"]) == 4:
        return "%Y", "%m", "%d"
    year = "%Y" if len(first["c"]) == 4 else "%y"
    if first["sep"] == ".":  # 24.12.2024: no country writes the month first with points
        return "%d", "%m", year
    if year == "%y" and first["sep"] == "-" and said is None:
        raise _unclear_date(first, "in which place the year of {} stands", "write dates as YYYY-MM-DD")
    day_first = any(int(m["a"]) > 12 for m in moments) or said is True
    month_first = any(int(m["b"]) > 12 for m in moments) or said is False
    if day_first == month_first:
        write = f"write dates as YYYY-MM-DD, like {_year_of(first)}-{first['b']:0>2}-{first['a']:0>2}"
        raise _unclear_date(first, "whether {} is day/month or month/day", write)
    return ("%d", "%m", year) if day_first else ("%m", "%d", year)


def _unclear_date(moment: re.Match[str], what: str, write: str) -> NoClockError:
    return NoClockError(
        f"{what.format(moment['date'])} cannot be told from the file",
        hint=f"{write}, or set day_first under [table.NAME] in nightkick.toml",
    )


def _year_of(moment: re.Match[str]) -> str:
    return moment["c"] if len(moment["c"]) == 4 else f"20{moment['c']}"


def _parts(column: pl.Expr, notation: TextTime) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Date and time to the second, fraction with its point, zone."""
    if notation.zone_name is not None:
        column = column.str.replace(_NAMED_ZONE + "$", "")
    if notation.twelve_hours:
        column = column.str.replace(_HALF_OF_DAY, "")
    if notation.padded:
        head, rest = column.str.head(19), column.str.slice(19)
    elif notation.tail is not None:
        head, rest = (
            (column.str.head(-notation.tail), column.str.tail(notation.tail)) if notation.tail else (column, pl.lit(""))
        )
    else:
        head, rest = column.str.extract(_HEAD, 1), column.str.replace(_HEAD, "")
    if notation.zone == "none":
        return head, rest, pl.lit("")
    width = 1 if notation.zone == "utc" else notation.zone_width
    return head, rest.str.head(-width).str.strip_chars_end(" "), rest.str.tail(width)


def _fraction_us(fraction: pl.Expr) -> pl.Expr:
    digits = fraction.str.slice(1).str.pad_end(6, "0").str.head(6).cast(pl.UInt32, strict=False)
    return pl.when(fraction.str.head(1).is_in(["", ".", ",", ":"])).then(digits.cast(pl.Int64))


def _half_of_day_us(column: pl.Expr, seconds_us: pl.Expr) -> pl.Expr:
    """What AM and PM add to a time that was read as one of 24 hours; null for 13:00 PM and for neither."""
    afternoon = column.str.extract(f"({_HALF_OF_DAY})", 1).str.to_lowercase().str.contains("p", literal=True)
    hour = seconds_us % (24 * _HOUR_US) // _HOUR_US
    shift = pl.when(hour == 12).then(-12 * _HOUR_US).otherwise(0) + pl.when(afternoon).then(12 * _HOUR_US).otherwise(0)
    return pl.when(afternoon.is_not_null() & (hour <= 12)).then(shift)


def _mostly(pattern: re.Pattern[str], sample: Iterable[str]) -> bool:
    fitting = [pattern.fullmatch(value) is not None for value in sample]
    return bool(fitting) and 2 * sum(fitting) >= len(fitting)
