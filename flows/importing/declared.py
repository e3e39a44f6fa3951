"""Who wore a sensor, where, in which zone, and how its clock ran: what people said, and who wins.

The command line goes before the device's entry in the settings, that before the settings' own defaults. What
nobody said stays open, for the file to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from flows.settings.settings import Settings
from flows.settings.times import moment, shift_s
from ingest import Declared
from ingest.errors import UsageError
from ingest.outlying_times import wants_start
from ingest.recording import Device, Side, Site

if TYPE_CHECKING:  # `inspect` has no use for the store
    from analytics.store import StoredRecording


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


def declaration(wishes: Wishes, settings: Settings) -> Callable[[Device], Declared]:
    """What is known about a device beyond its file: the command line, then its entry in the settings, then ``tz``."""

    def declare(device: Device) -> Declared:
        mapped = settings.device.get(device.serial)
        asked_s = (wishes.time_shift_s, mapped.time_shift if mapped else None)
        shift_wanted_s = next((shift for shift in asked_s if shift is not None), 0.0)
        return Declared(
            zone=wishes.tz or (mapped.tz if mapped else None) or settings.tz,
            zone_source="user" if wishes.tz else "config",
            site=wishes.site or (mapped.site if mapped else None),
            side=wishes.side or (mapped.side if mapped else None),
            time_shift_us=round(shift_wanted_s * 1e6),
            start=wishes.start,
        )

    return declare


def subject_of(device: Device, wishes: Wishes, settings: Settings) -> str:
    """Who wore it: the command line, then the device's entry in the settings, then ``subject``."""
    mapped = settings.device.get(device.serial)
    return wishes.subject or (mapped.subject if mapped else None) or settings.subject


def corrects(wishes: Wishes, known: StoredRecording) -> bool:
    """Whether something explicit differs from what is stored."""
    takes_start = known.clock_start is not None or wants_start(known.warnings)
    pairs = (
        (wishes.subject, known.subject),
        (wishes.site, known.site),
        (wishes.side, known.side),
        (wishes.tz, known.zone),
        (wishes.time_shift_s, known.time_shift_s),
        (wishes.start.isoformat() if wishes.start and takes_start else None, known.clock_start),
    )
    return any(wish is not None and wish != present for wish, present in pairs)


def completed(wishes: Wishes, known: StoredRecording) -> Wishes:
    """A correction changes what it names; what was declared earlier stays."""
    return Wishes(
        subject=wishes.subject or known.subject,
        site=wishes.site or (known.site if known.site != "unknown" else None),
        side=wishes.side or (known.side if known.side != "unknown" else None),
        tz=wishes.tz or (known.zone if known.zone_source == "user" else None),
        time_shift_s=wishes.time_shift_s if wishes.time_shift_s is not None else known.time_shift_s or None,
        start=wishes.start or (moment(known.clock_start) if known.clock_start else None),
    )
