"""Which columns are time, x, y and z.

Names are split into words, the axis letter is taken out, and what is left is the sensor: ``acc_x``, ``Accel X``
and ``accelerometerAccelerationX(G)`` are three columns of accelerometers, ``gyro_x`` is not. Exactly one sensor
may be left; two accelerometers in one table are refused by name, because half a night of the wrong one looks
just like a night.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.errors import NoClockError, UnknownUnitError, UnsupportedRecordingError
from ingest.quoting import listed, quoted
from ingest.tables.column_words import (
    DAY_WORDS,
    FILLERS,
    FOREIGN_UNITS,
    GRAVITY_FREE,
    NO_UNITS,
    OTHER_SENSORS,
    RELATIVE_WORDS,
    STATISTICS,
    TIME_WORDS,
    WITH_GRAVITY,
)
from ingest.tables.timestamps import (
    ElapsedTime,
    Notation,
    SerialTime,
    TextTime,
    UnixTime,
    all_clocks,
    all_dates,
    contradicted_unit,
    elapsed,
    recognise,
    stated_unit,
)
from ingest.units import Unit, bracketed, gravity_removed, named_unit

_BRACKETS = re.compile(r"[(\[{].*[)\]}]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JOINED_AXIS = re.compile(r"(a|acc|accel|acceleration|accelerometer)([xyz])")
#: MetaWear's versions: ``timestamp (-0700)``, ``time (-07:00)``, ``time (01:00)``, ``timestamp (GMT+01:00)``.
_OFFSET_IN_NAME = re.compile(r"\(\s*(?:(?:GMT|UTC)\s*)?([+-]?)(\d\d):?([0-5]\d)\s*\)")
_GREENWICH_IN_NAME = re.compile(r"\((?:GMT|UTC|Z)\)")

#: A unit that stands bare behind a name, as where a row of units lies below the header.
_PER_SECOND = re.compile(r"\s(m/\S+)$")
ClockBase = Literal["utc", "local", "relative"]
#: The way out of most `NoClockError`s here.
WRITE_A_CLOCK = "add a column called time with date and time, like 2024-03-12T22:15:00.000Z"
#: For people who cannot change the table.
_OR_MAP = ", or say which they are under [table.NAME] in nightkick.toml"


@dataclass(frozen=True, slots=True)
class Axes:
    """Positions of x, y and z, and the unit that their names state."""

    positions: tuple[int, int, int]
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """Where the time is: one column, or date and time of day in two, how it is written, and what is odd about that."""

    positions: tuple[int, ...]
    notation: Notation
    oddity: str | None = None


@dataclass(frozen=True, slots=True)
class _Name:
    position: int
    text: str
    axis: str
    sensor: tuple[str, ...]
    unit: str | None


def find_axes(names: Sequence[str]) -> Axes:
    """The accelerometer among named columns.

    Raises
    ------
    UnsupportedRecordingError
        There is none, more than one, or only one without gravity.
    UnknownUnitError
        The names state a unit that is not one of acceleration, or different ones.
    """
    sensors = _sensors(names)
    accelerometers = {key: axes for key, axes in sensors.items() if _is_accelerometer(key)}
    chosen = accelerometers or {key: axes for key, axes in sensors.items() if not _is_other(key)}
    plain = {key: axes for key, axes in chosen.items() if not _is_gravity_free(key)}
    if not plain and chosen:
        raise gravity_removed(f"the columns are called {_quoted(next(iter(chosen.values())))}")
    if len(plain) != 1:
        raise _not_one(names, list(plain.values()))
    axes = next(iter(plain.values()))
    if len(axes) != 3:
        raise _not_one(names, [axes])
    return Axes((axes[0].position, axes[1].position, axes[2].position), _common_unit(axes))


def find_time(names: Sequence[str], samples: Sequence[Sequence[str]]) -> TimeColumn:
    """The column that tells when: UTC before local time before a count from an unknown start, else the leftmost.

    Parameters
    ----------
    samples : sequence of sequence of str
        For every column, values from all over the file.

    Raises
    ------
    NoClockError
        No column tells when; says what it holds instead. A count needs the unit in its name.
    """
    named = [i for i, name in enumerate(names) if tells_time(name)]
    positions = named or [0]
    days = [i for i, name in enumerate(names) if DAY_WORDS.intersection(words_of(name))]
    split_up = _date_and_clock(positions, samples) or _date_and_clock(sorted({*positions, *days}), samples)
    if split_up is not None:
        return split_up
    found = [
        TimeColumn((i,), notation)
        for i in positions
        if not _is_relative(names[i]) and (notation := recognise(samples[i], names[i])) is not None
    ]
    if found:
        return min(found, key=lambda column: clock_base(column.notation) == "local")
    for i in named:
        unit = stated_unit(names[i])
        real = contradicted_unit(samples[i], names[i])
        if real is not None:
            oddity = f"the header says {quoted(names[i])}, but only in {real} are its values a clock: read so"
            return TimeColumn((i,), UnixTime(real), oddity)
        counted = elapsed(samples[i], unit) if unit else None
        if counted is not None:
            return TimeColumn((i,), counted)
    raise _no_clock(names, named, samples)


def find_time_by_position(samples: Sequence[Sequence[str]]) -> TimeColumn:
    """The time in a table without names: the first column, or date and time of day in the first two."""
    split_up = _date_and_clock([0, 1], samples)
    notation = None if split_up else recognise(samples[0])
    if split_up is not None:
        return split_up
    if notation is None:
        raise NoClockError(
            f"the first column holds {_no_moment(samples[0])}, which is no date and time",
            hint="write date and time in it, like 2024-03-12T22:15:00.000Z, or move the column of these to the front",
        )
    return TimeColumn((0,), notation)


def clock_base(notation: Notation) -> ClockBase:
    """From where times are counted: UTC, a wall clock, or something that only the user knows.

    The one answer for every table, with names or without: what stands above a number does not change it.
    """
    if isinstance(notation, ElapsedTime):
        return "relative"
    if isinstance(notation, SerialTime):
        return "local"
    if isinstance(notation, UnixTime):
        return "local" if notation.on_the_wall else "utc"
    return "local" if notation.zone == "none" else "utc"


def named_zone(notation: Notation) -> str | None:
    """The zone that stands behind every time; None where there is none or not one."""
    return (notation.zone_name or None) if isinstance(notation, TextTime) else None


def offset_in_names(names: Sequence[str]) -> int | None:
    """Seconds east of UTC as MetaWear states them in the name of a time."""
    timed = [name for name in names if tells_time(name)]
    found = [match for name in timed if (match := _OFFSET_IN_NAME.search(name))]
    if not found and any(map(_GREENWICH_IN_NAME.search, timed)):
        return 0
    if len(found) != 1:
        return None
    sign, hours, minutes = found[0].groups()
    return (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1)


def words_of(text: str) -> list[str]:
    """The words of a name in small letters: ``accelX (g)`` has accel, x and g."""
    return [word.lower() for word in re.split(r"[^A-Za-zÀ-ÿ0-9]+", _CAMEL.sub(" ", text)) if word]


def tells_time(name: str) -> bool:
    """Whether a column with this name may hold times, absolute or not."""
    return bool(TIME_WORDS.union(RELATIVE_WORDS).intersection(words_of(name)))


def _sensors(names: Sequence[str]) -> dict[tuple[str, ...], list[_Name]]:
    """Columns with an axis letter, by sensor, each sorted x, y, z."""
    sensors: dict[tuple[str, ...], list[_Name]] = {}
    for position, text in enumerate(names):
        name = _parsed(position, text)
        if name is not None:
            sensors.setdefault(name.sensor, []).append(name)
    complete = {key: axes for key, axes in sensors.items() if {axis.axis for axis in axes} == set("xyz")}
    return {key: sorted(axes, key=lambda name: name.axis) for key, axes in complete.items()}


def _parsed(position: int, text: str) -> _Name | None:
    words, unit = _words_and_unit(text)
    words = [part for word in words for part in _unjoined(word)]
    axes = [word for word in words if word in ("x", "y", "z")]
    if len(axes) != 1 or (unit is not None and _folded(unit) in FOREIGN_UNITS):
        return None
    unit = None if not unit or _folded(unit) in NO_UNITS else unit
    sensor = tuple(word for word in words if word != axes[0] and word not in FILLERS)
    return _Name(position, text, axes[0], sensor, unit)


def _words_and_unit(text: str) -> tuple[list[str], str | None]:
    """The words of a name, and its unit: behind a blank, in brackets, or as the last word."""
    if (found := _PER_SECOND.search(text)) is not None:
        return words_of(text[: found.start()]), found.group(1)
    words, unit = words_of(_BRACKETS.sub(" ", text)), bracketed(text)
    if unit is None and len(words) > 1 and named_unit(words[-1]) is not None:
        unit = words.pop()
    return words, unit


def _folded(unit: str) -> str:
    return unit.lower().replace("μ", "µ").replace(" ", "")


def _unjoined(word: str) -> tuple[str, ...]:
    found = _JOINED_AXIS.fullmatch(word)
    return ("acc", found.group(2)) if found else (word,)


def _is_accelerometer(sensor: tuple[str, ...]) -> bool:
    return any(word.startswith("acc") for word in sensor) and not _is_other(sensor)


def _is_other(sensor: tuple[str, ...]) -> bool:
    others = (OTHER_SENSORS | STATISTICS).intersection(sensor)
    if others == {"gravity"}:  # "acceleration including gravity" is one, "gravity" is not
        about_it = (WITH_GRAVITY | GRAVITY_FREE).intersection(sensor)
        return not about_it
    return bool(others)


def _is_gravity_free(sensor: tuple[str, ...]) -> bool:
    return bool(GRAVITY_FREE.intersection(sensor))


def _common_unit(axes: Sequence[_Name]) -> Unit | None:
    stated = {axis.unit for axis in axes if axis.unit}
    if not stated:
        return None
    units = {named_unit(text) for text in stated}
    unit = units.pop()
    if units or unit is None:
        raise UnknownUnitError(
            f"the columns {_quoted(axes)} state no single unit of acceleration",
            hint="name one unit for all three, like x (g), y (g), z (g)",
        )
    return unit


def _not_one(names: Sequence[str], sensors: Sequence[Sequence[_Name]]) -> UnsupportedRecordingError:
    if not sensors:
        return UnsupportedRecordingError(
            f"no three columns of acceleration among {listed(names)}",
            hint=f"name them x, y and z, or acc_x, acc_y, acc_z{_OR_MAP}",
        )
    shown = sensors[:4]
    most = 12 // len(shown)
    return UnsupportedRecordingError(
        f"more than one accelerometer: {' and '.join(_quoted(axes, most) for axes in shown)}",
        hint=f"keep the columns of one of them{_OR_MAP}",
    )


def more_than_one(kind: str, name: str, found: Sequence[str]) -> UnsupportedRecordingError:
    """The refusal of a table of several people or sensors, by the column that tells them apart."""
    more = "" if len(found) == 2 else f" and {len(found) - 2} more"
    what = f"the column {quoted(name)} holds more than one {kind} ({listed(found, 2)}{more})"
    return UnsupportedRecordingError(what, hint="write a file for each of them")


def _quoted(axes: Sequence[_Name], most: int = 3) -> str:
    return listed((axis.text for axis in axes), most)


def _is_relative(name: str) -> bool:
    return bool(RELATIVE_WORDS.intersection(words_of(name)))


def _date_and_clock(positions: Sequence[int], samples: Sequence[Sequence[str]]) -> TimeColumn | None:
    dates = [i for i in positions if all_dates(samples[i])]
    clocks = [i for i in positions if all_clocks(samples[i])]
    if len(dates) != 1 or len(clocks) != 1:
        return None
    pairs = zip(samples[dates[0]], samples[clocks[0]], strict=True)
    notation = recognise([f"{day} {clock}" for day, clock in pairs])
    return TimeColumn((dates[0], clocks[0]), notation) if notation else None


def _no_clock(names: Sequence[str], named: Sequence[int], samples: Sequence[Sequence[str]]) -> NoClockError:
    if not named:
        return NoClockError("no column holds times", hint=WRITE_A_CLOCK)
    position = named[0]
    values = samples[position]
    if all_clocks(values):
        return NoClockError(f"the column {quoted(names[position])} has times of day without a date", hint=WRITE_A_CLOCK)
    counts = bool(values) and all(re.fullmatch(r"[+-]?[\d.eE+-]+", value) for value in values[:20])
    if counts:
        unknown = "" if stated_unit(names[position]) else " in an unknown unit"
        return NoClockError(
            f"the column {quoted(names[position])} counts from an unknown start{unknown}: {_example(values)}",
            hint="name the unit in the header, like time (s), or as time_unit under [table.NAME] in nightkick.toml",
        )
    return NoClockError(
        f"the column {quoted(names[position])} is no date and time: {_no_moment(values)}", hint=WRITE_A_CLOCK
    )


def _no_moment(values: Sequence[str]) -> str:
    """A value that is no date and time; where each alone is one, they are not all written alike."""
    return _example([value for value in values if recognise([value]) is None] or values)


def _example(values: Sequence[str]) -> str:
    return quoted(values[0]) if values else "nothing"
