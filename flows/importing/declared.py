"""Who wore a sensor, where, in which zone, and how its clock ran: what people said, ready for reading and storing.

Who wins is decided by `flows.assigning.assignments`; here its answer becomes what a reader is told, and what a stored
recording was told earlier becomes a question again. What was said by no one stays open, for the file to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, get_args

from flows.assigning.assignments import COMMAND_LINE, About, Assignments, Decision, decide
from flows.assigning.conflicts import checked
from flows.assigning.lines import COLUMNS, NOTHING, Line, Words, line_of
from flows.settings.settings import Settings
from flows.settings.times import moment, shift_s
from ingest import Declared
from ingest.errors import UsageError
from ingest.reading import Extent
from ingest.recording import Device, DeviceClock, Side, Site

if TYPE_CHECKING:  # `inspect` has no use for the store
    from analytics.store import AssignmentRow, StoredRecording


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was said on the command line about every file of this import; None: nothing."""

    subject: str | None = None
    site: Site | None = None
    side: Side | None = None
    tz: str | None = None
    time_shift_s: float | None = None
    start: datetime | None = None

    @classmethod
    def parsed(
        cls,
        subject: str | None,
        site: str | None,
        side: str | None,
        tz: str | None,
        time_shift: str | None = None,
        start: str | None = None,
    ) -> Wishes:
        """From plain text, as a command line or a deployment carries it.

        Raises
        ------
        UsageError
            No such site or side, no length of time, no moment.
        """
        sites: dict[str, Site] = {name: name for name in get_args(Site)}
        sides: dict[str, Side] = {name: name for name in get_args(Side)}
        if site is not None and site not in sites:
            raise UsageError(f"no site is called {site!r}", hint=f"one of {', '.join(sites)}")
        if side is not None and side not in sides:
            raise UsageError(f"no side is called {side!r}", hint=f"one of {', '.join(sides)}")
        return cls(
            subject,
            sites[site] if site else None,
            sides[side] if side else None,
            tz,
            None if time_shift is None else shift_s(time_shift),
            None if start is None else moment(start),
        )


class Declare(Protocol):
    """What is known of a recording, given its device, and when it was, where that is known."""

    def __call__(self, device: Device, extent: Extent | None = None) -> Declared:
        """The words that count.

        Raises
        ------
        UsageError
            Two of them contradict each other.
        """
        ...


def assignments_of(settings: Settings, rows: Sequence[AssignmentRow] = ()) -> Assignments:
    """All assignments: those of the settings, and those of the table in the database.

    Raises
    ------
    UsageError
        Two lines that cannot both hold; names both.
    """
    lines = (*settings.lines(), *(_line(row) for row in rows))
    devices = settings.devices()
    default = Words(subject=settings.subject, tz=settings.tz)
    return Assignments(checked(lines, devices), devices, default)


def _line(row: AssignmentRow) -> Line:
    cells = (
        row.serial, row.pattern, row.subject, row.site, row.side, row.tz, row.time_shift, row.first_evening,
        row.last_evening,
    )  # fmt: skip
    return line_of(dict(zip(COLUMNS, cells, strict=True)), f"{row.source} line {row.line_no}")


def declaration(
    wishes: Wishes,
    settings: Settings,
    assignments: Assignments | None = None,
    *,
    path: Path = Path(),
    kept: Words = NOTHING,
) -> Declare:
    """What is known about a recording beyond its file.

    Parameters
    ----------
    assignments : Assignments or None
        None: those of the settings alone.
    path : Path
        Where it lies; patterns look at it.
    kept : Words
        What it is stored as already; counts where nothing else is said.
    """
    known = assignments_of(settings) if assignments is None else assignments

    def declare(device: Device, extent: Extent | None = None) -> Declared:
        asked = About(device.serial, path, extent, wishes.start)
        found = decide(asked, known, user=_words(wishes), kept=kept)
        words = found.words
        nobody = known.lines and "subject" not in found.origins and kept.subject is None
        return Declared(
            zone=words.tz,
            zone_source="user" if wishes.tz else "config",
            site=words.site,
            side=words.side,
            time_shift_us=round((words.time_shift_s or 0.0) * 1e6),
            start=wishes.start,
            subject=words.subject,
            remarks=(_unassigned(device, words.subject),) if nobody else (),
        )

    return declare


def _unassigned(device: Device, subject: str | None) -> str:
    serial = f"device {device.serial}" if device.serial else "no serial number"
    return f"no assignment says who wore it ({serial}): it is stored for {subject}; see nightkick people list"


def subject_of(device: Device, wishes: Wishes, settings: Settings, assignments: Assignments | None = None) -> str:
    """Who wears a device, where its path and the time do not matter; see `declaration` where they do."""
    return declaration(wishes, settings, assignments)(device).subject or settings.subject


def _words(wishes: Wishes) -> Words:
    return Words(wishes.subject, wishes.site, wishes.side, wishes.tz, wishes.time_shift_s)


def said_in(wishes: Wishes) -> tuple[str, ...]:
    """The names of what was said on the command line."""
    return tuple(field.name for field in fields(wishes) if getattr(wishes, field.name) is not None)


def asked_of(known: StoredRecording) -> About:
    """A stored recording as a question: when it was by its device's own clock, as far as that was kept."""
    start = moment(known.clock_start) if known.clock_start else None
    kept = dict(known.device_clock or {"base": "utc", "shift_us": 0})
    shift_us = kept.pop("shift_us")
    clock = DeviceClock(**kept)
    if clock.base == "relative":  # by now its times count from a moment that is known
        clock, shift_us = DeviceClock("utc"), 0
    if known.device_clock is None and known.time_shift_s:
        shift_us = round(known.time_shift_s * 1e6)
    extent = Extent(clock, known.first_us - shift_us, known.last_us - shift_us)
    return About(known.device_serial, known.path, extent, start)


def kept_of(known: StoredRecording | None) -> Words:
    """What a stored recording is stored as; its zone is asked anew, unless the command line named it."""
    if known is None:
        return Words()
    return Words(
        known.subject,
        known.site if known.site != "unknown" else None,
        known.side if known.side != "unknown" else None,
        None,
        known.time_shift_s or None,
    )


def own_words(known: StoredRecording, assignments: Assignments) -> Wishes:
    """What the command line said of a stored recording in earlier imports.

    Where that was not kept (before version 8 of the schema), a word is taken for the command line's unless it is
    what the settings say.
    """
    stored = Wishes(
        known.subject,
        known.site if known.site != "unknown" else None,
        known.side if known.side != "unknown" else None,
        known.zone if known.zone_source == "user" else None,
        known.time_shift_s or None,
        moment(known.clock_start) if known.clock_start else None,
    )
    if known.user_said is not None:
        return replace(stored, **{name: None for name in _NAMES if name not in known.user_said})
    device, default = assignments.devices.get(known.device_serial, Words()), assignments.default
    settled = (
        *(name for name in ("subject", "site", "side", "time_shift_s") if getattr(device, name) is not None),
        *(("subject",) if known.subject == default.subject else ()),
    )
    return replace(stored, **{name: None for name in settled if _is_of_settings(name, stored, device, default)})


def _is_of_settings(name: str, stored: Wishes, device: Words, default: Words) -> bool:
    return getattr(stored, name) in (getattr(device, name), getattr(default, name))


def decided(known: StoredRecording, assignments: Assignments) -> Decision:
    """What assignments say of a stored recording now, beside what the command line said of it.

    Raises
    ------
    UsageError
        They contradict each other; names both lines.
    """
    user = _words(own_words(known, assignments))
    return decide(asked_of(known), assignments, user=user, kept=kept_of(known))


def differs(found: Decision, known: StoredRecording) -> bool:
    """Whether some line, or a device's entry, says of a stored recording what it is not stored as."""
    stored = Words(known.subject, known.site, known.side, known.zone, known.time_shift_s)
    names = (name for name, origin in found.origins.items() if origin != COMMAND_LINE)
    return any(getattr(found.words, name) != getattr(stored, name) for name in names)


def corrects(wishes: Wishes, known: StoredRecording) -> bool:
    """Whether something explicit differs from what is stored."""
    pairs = (
        (wishes.subject, known.subject),
        (wishes.site, known.site),
        (wishes.side, known.side),
        (wishes.tz, known.zone),
        (wishes.time_shift_s, known.time_shift_s),
        (wishes.start.isoformat() if wishes.start and known.clock_start else None, known.clock_start),
    )
    return any(wish is not None and wish != present for wish, present in pairs)


def completed(wishes: Wishes, known: StoredRecording, assignments: Assignments) -> Wishes:
    """A correction changes what it names; what the command line said earlier stays."""
    earlier = own_words(known, assignments)
    return Wishes(**{name: _first(getattr(wishes, name), getattr(earlier, name)) for name in _NAMES})


def _first(now: Any, earlier: Any) -> Any:
    return earlier if now is None else now


_NAMES = tuple(field.name for field in fields(Wishes))
