"""One line that assigns: which device or file, in which nights, and whom, where, which zone and clock it says.

The settings (``[[assignment]]``) and the table in the database (``nightkick people import``) write the same fields, and
are read here. Dates are those of evenings, both included: from noon of the first to noon after the last. Moments with a
time of day are half open: from the first up to the last. Both are on the clocks of the wearer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import get_args

from flows.assigning.path_patterns import places_in
from flows.settings.times import shift_s
from ingest.clock import zone_info
from ingest.errors import UsageError
from ingest.recording import Side, Site

#: The columns of a table of assignments, and the keys of one in the settings.
COLUMNS = ("serial", "pattern", "subject", "site", "side", "tz", "time_shift", "from", "to")
_NOON = time(12)
#: Without limit, on clocks without an offset.
EARLIEST, LATEST = datetime.combine(date.min, time.min), datetime.combine(date.max, time.max)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """What a person says of a recording; None: nothing."""

    subject: str | None = None
    site: Site | None = None
    side: Side | None = None
    tz: str | None = None
    time_shift_s: float | None = None

    def given(self) -> Mapping[str, object]:
        """What is said, by name."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in said.items() if value is not None}


#: Nothing is said.
NOTHING = Words()


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment.

    Attributes
    ----------
    origin : str
        Where it stands, for people: "people.csv line 3".
    start, end : datetime
        On the wearer's clocks, without an offset: ``[start, end)``.
    written : tuple of str
        Its cells as they were written, by `COLUMNS`; empty where nothing stands.
    """

    origin: str
    serial: str | None
    pattern: str | None
    words: Words
    start: datetime = EARLIEST
    end: datetime = LATEST
    written: tuple[str, ...] = ()

    @property
    def is_dated(self) -> bool:
        """Whether it holds for some nights only."""
        return self.start > EARLIEST or self.end < LATEST


def line_of(cells: Mapping[str, str | None], origin: str) -> Line:
    """A line from its cells, by `COLUMNS`.

    Raises
    ------
    UsageError
        A value that is none, or a line that says nothing.
    """
    said = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    serial, pattern = said["serial"] or None, said["pattern"] or None
    if serial is None and pattern is None:
        raise UsageError("it names neither a serial nor a pattern", hint="say which device or which files it is about")
    places = places_in(pattern) if pattern else ()
    words = _words(said)
    if twice := [name for name in places if said.get(name)]:
        raise UsageError(f"{twice[0]} stands in the pattern and beside it", hint="keep one of them")
    if not words.given() and not places:
        raise UsageError("it says nothing", hint="give subject, site, side, tz or time_shift")
    start = _limit(said["from"], words.tz, is_last=False)
    end = _limit(said["to"], words.tz, is_last=True)
    if end <= start:
        raise UsageError(f"to = {said['to']} lies before from = {said['from']}", hint="the last evening comes last")
    return Line(origin, serial, pattern, words, start, end, tuple(said[name] for name in COLUMNS))


def _words(said: Mapping[str, str]) -> Words:
    sites: dict[str, Site] = {name: name for name in get_args(Site) if name != "unknown"}
    sides: dict[str, Side] = {name: name for name in get_args(Side) if name != "unknown"}
    for name, known in (("site", sites), ("side", sides)):
        if said[name] and said[name] not in known:
            raise UsageError(f"no {name} is called {said[name]!r}", hint=f"one of {', '.join(known)}")
    if said["tz"]:
        zone_info(said["tz"])
    return Words(
        said["subject"] or None,
        sites.get(said["site"]),
        sides.get(said["side"]),
        said["tz"] or None,
        shift_s(said["time_shift"]) if said["time_shift"] else None,
    )


def _limit(text: str, zone: str | None, *, is_last: bool) -> datetime:
    """The moment on the wearer's clocks. One with an offset is brought to the line's own zone, where it has one."""
    if not text:
        return LATEST if is_last else EARLIEST
    try:
        if _DATE.fullmatch(text):
            noon = datetime.combine(date.fromisoformat(text), _NOON)
            return noon + timedelta(days=1) if is_last else noon
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            local = moment.astimezone(zone_info(zone)) if moment.tzinfo and zone else moment
            return local.replace(tzinfo=None)
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"no date: {text[:40]!r}", hint="an evening like 2026-03-02, or a moment like 2026-03-02T14:30")


def entry_of(serial: str) -> str:
    """The name of a device's entry in the settings."""
    return f'[device."{serial}"] in the settings'
