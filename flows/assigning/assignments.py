"""Who wore it when: of everything that was said about a recording, which word counts, and who said it.

Each word (person, site, side, zone, clock) is decided by itself, the first that says it wins:

1. the command line, now or for an earlier import of the same recording;
2. a line that names the device, in the nights of its dates;
3. ``[device."SERIAL"]`` of the settings;
4. a line with a pattern of folders and file names;
5. for a recording that is stored, what it is stored as; else the settings' own defaults.

A pattern that contradicts what is said of the device is refused and never outvoted: one of the two is wrong, and a
night under the wrong name is worse than one that waits. So are two lines that hold for the same recording.

The zone decides when a recording was, and the line decides the zone: so each line is asked on its own clocks, with
its own zone and time shift. A recording that reaches over the limit of a line by less than `OVERHANG` belongs to the
side where most of it lies: a device is set up in the morning before its first night and read out after the last. One
that lies on both sides for longer is refused, with both lines: it holds nights of two people, and which movement is
whose cannot be told from a majority. Nothing here reads a file or a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.assigning.lines import EARLIEST, NOTHING, Line, Words, entry_of
from flows.assigning.path_patterns import matched
from ingest.clock import on_wearers_clocks
from ingest.errors import UsageError

if TYPE_CHECKING:  # the settings check lines, and no reader is needed for that
    from ingest.reading import Extent

#: How far a recording may reach over a hand-over: from noon to the early evening, no night.
OVERHANG = timedelta(hours=6)
COMMAND_LINE = "the command line"
_WORDS = ("subject", "site", "side", "tz", "time_shift_s")


@dataclass(frozen=True, slots=True)
class Assignments:
    """Every line, and what the settings say for ever: by device, and by default."""

    lines: tuple[Line, ...] = ()
    devices: Mapping[str, Words] = field(default_factory=dict)
    default: Words = NOTHING


@dataclass(frozen=True, slots=True)
class About:
    """A recording to decide about: its device, where it lies, and when it was by the device's clock.

    Without an extent no line with dates holds.
    """

    serial: str
    path: Path = Path()
    extent: Extent | None = None
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The words that count.

    Attributes
    ----------
    origins : mapping of str to str
        By word, who said it: a line, a device's entry, or the command line. What is not there came from
        what is stored, from the defaults, or from no one.
    about_device : frozenset of str
        Words that were said of this device by its serial number, not of all that lies in a folder or is imported.
    """

    words: Words
    origins: Mapping[str, str]
    about_device: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Heard:
    """A line that is about this recording, with what its pattern adds; and the recording's span on its clocks."""

    line: Line
    words: Words
    first: datetime = EARLIEST
    last: datetime = EARLIEST

    @property
    def covers(self) -> timedelta:
        """How much of the recording lies in its dates."""
        return max(min(self.line.end, self.last) - max(self.line.start, self.first), timedelta())

    @property
    def touches(self) -> bool:
        """Whether a sample may lie in its dates."""
        return self.line.start <= self.last and self.first < self.line.end


def decide(asked: About, assignments: Assignments, *, user: Words = NOTHING, kept: Words = NOTHING) -> Decision:
    """Decide which words count for a recording.

    Parameters
    ----------
    user : Words
        Of the command line.
    kept : Words
        What a stored recording is stored as.

    Raises
    ------
    UsageError
        Two words that contradict each other, or a hand-over in its midst; names both lines.
    """
    serial = _serial(asked, assignments.lines)
    device = assignments.devices.get(serial, NOTHING)
    heard = list(_heard(asked, serial, assignments, user, kept))
    held = [one for one in heard if not one.line.is_dated] + _in_time(asked, heard, user)
    words: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name in _WORDS:
        said = _said(name, asked, held, user) or _of_device(name, asked, held, device, serial)
        if said is not None:
            words[name], origins[name] = said
        else:
            known = getattr(kept, name)
            words[name] = getattr(assignments.default, name) if known is None else known
    return Decision(Words(**words), origins, _about_device(origins, held, serial))


def _about_device(origins: Mapping[str, str], held: Sequence[_Heard], serial: str) -> frozenset[str]:
    lines = {one.line.origin for one in held if one.line.serial is not None}
    by_serial = lines | {entry_of(serial)} if serial else lines
    return frozenset(name for name, origin in origins.items() if origin in by_serial)


def has_handed_on(subject: str, evening: date, assignments: Assignments) -> bool:
    """Whether no more nights of a person are expected: every line that names them ends before this evening.

    Parameters
    ----------
    evening : date
        The first of the nights in question.
    """
    theirs = [line for line in assignments.lines if line.words.subject == subject]
    return bool(theirs) and all(line.end.date() <= evening for line in theirs)


def _serial(asked: About, lines: Sequence[Line]) -> str:
    """The device's own number; that in the file's name where the file has none."""
    serial, says = asked.serial, "the file itself"
    for line in lines:
        places = matched(line.pattern, asked.path) if line.pattern else None
        found = places.get("serial") if places else None
        if found is not None and serial and found.casefold() != serial.casefold():
            raise UsageError(
                f"its name says device {found} ({line.origin}), {says} says {serial}",
                path=asked.path,
                hint="rename the file, or change the pattern",
            )
        if found is not None and not serial:
            serial, says = found, line.origin
    return serial


def _heard(asked: About, serial: str, assignments: Assignments, user: Words, kept: Words) -> Iterator[_Heard]:
    """Lines about this device and path; of those with dates only such as touch it."""
    device = assignments.devices.get(serial, NOTHING)
    for line in assignments.lines:
        places = matched(line.pattern, asked.path) if line.pattern else {}
        if places is None or line.serial not in (None, serial):
            continue
        taken: dict[str, Any] = {name: said for name, said in places.items() if name != "serial"}
        one = _Heard(line, replace(line.words, **taken))
        if line.is_dated:
            span = _span(asked, (user, one.words, device, kept, assignments.default))
            if span is None:
                continue
            one = replace(one, first=span[0], last=span[1])
        if one.touches or not line.is_dated:
            yield one


def _span(asked: About, ranked: Sequence[Words]) -> tuple[datetime, datetime] | None:
    """First and last sample on the wearer's clocks, as these words would have it; None where it cannot be told."""
    if asked.extent is None:
        return None
    zone = next((words.tz for words in ranked if words.tz is not None), None)
    shift_s = next((words.time_shift_s for words in ranked if words.time_shift_s is not None), 0.0)
    ends = (
        on_wearers_clocks(us + round(shift_s * 1e6), asked.extent.clock, zone, asked.start)
        for us in (asked.extent.first_us, asked.extent.last_us)
    )
    first, last = ends
    return None if first is None or last is None else (first, max(first, last))


def _in_time(asked: About, heard: Sequence[_Heard], user: Words) -> list[_Heard]:
    """The lines with dates that hold for the recording: those in which it lies, but for an overhang."""
    dated = [one for one in heard if one.line.is_dated and not one.words.given().keys() <= user.given().keys()]
    held = []
    for one in dated:
        same = [other for other in dated if other.words == one.words and _alike(other.line, one.line)]
        covers = sum((other.covers for other in same), timedelta())
        rest = one.last - one.first - covers
        if min(covers, rest) >= OVERHANG:
            raise _handed_over(asked, one, [other for other in dated if other not in same], rest)
        if covers > rest or (covers == rest and one.line.start <= one.first):
            held.append(one)
    return held


def _alike(one: Line, other: Line) -> bool:
    return (one.serial, one.pattern) == (other.serial, other.pattern)


def _handed_over(asked: About, one: _Heard, others: Sequence[_Heard], rest: timedelta) -> UsageError:
    next_to = [other.line.origin for other in others if other.covers and not _overlap_in_time(one.line, other.line)]
    hours = f"{rest / timedelta(hours=1):.0f} h"
    what = (
        f"it was handed on in its midst: it lies in the dates of {one.line.origin} and of {next_to[0]}"
        if next_to
        else f"{hours} of it lie outside the dates of {one.line.origin}, and no other line has them"
    )
    return UsageError(what, path=asked.path, hint="say whose it is with --subject, or change from and to")


def _overlap_in_time(one: Line, other: Line) -> bool:
    return one.start < other.end and other.start < one.end


def _said(name: str, asked: About, held: Sequence[_Heard], user: Words) -> tuple[object, str] | None:
    """The word of the command line, or of lines about the device; None where neither says it."""
    word = getattr(user, name)
    if word is not None:
        return word, COMMAND_LINE
    about_device = [(getattr(one.words, name), one.line.origin) for one in held if one.line.serial is not None]
    said = [(word, origin) for word, origin in about_device if word is not None]
    if not said:
        return None
    return _agreed(name, asked, [*said, *_of_patterns(name, held)])


def _of_device(
    name: str, asked: About, held: Sequence[_Heard], device: Words, serial: str
) -> tuple[object, str] | None:
    """The word of the device's entry in the settings, or else of patterns."""
    word = getattr(device, name)
    said = [] if word is None else [(word, entry_of(serial))]
    said += _of_patterns(name, held)
    return _agreed(name, asked, said) if said else None


def _of_patterns(name: str, held: Sequence[_Heard]) -> list[tuple[object, str]]:
    said = [(getattr(one.words, name), one.line.origin) for one in held if one.line.serial is None]
    return [(word, origin) for word, origin in said if word is not None]


def _agreed(name: str, asked: About, said: Sequence[tuple[object, str]]) -> tuple[object, str]:
    word, origin = said[0]
    for other, other_origin in said[1:]:
        if other != word:
            raise UsageError(
                f"{origin} says {name.removesuffix('_s')} {word}, {other_origin} says {other}",
                path=asked.path,
                hint="correct one of them, or say it on the command line",
            )
    return word, origin
