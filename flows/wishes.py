"""Who wore a sensor, where, and in which zone: what people said, and who wins.

The command line goes before the device's entry in the settings, that before the settings' own defaults. What
nobody said stays open, for the file to answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from flows.settings import Settings
from ingest import Declared
from ingest.errors import UsageError
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

    @classmethod
    def parsed(cls, subject: str | None, site: str | None, side: str | None, tz: str | None) -> Wishes:
        """From plain text, as a deployment carries it.

        Raises
        ------
        UsageError
            No such site or side.
        """
        sites: dict[str, Site] = {name: name for name in get_args(Site)}
        sides: dict[str, Side] = {name: name for name in get_args(Side)}
        if site is not None and site not in sites:
            raise UsageError(f"no site is called {site!r}", hint=f"one of {', '.join(sites)}")
        if side is not None and side not in sides:
            raise UsageError(f"no side is called {side!r}", hint=f"one of {', '.join(sides)}")
        return cls(subject, sites[site] if site else None, sides[side] if side else None, tz)


def declaration(wishes: Wishes, settings: Settings) -> Callable[[Device], Declared]:
    """What is known about a device beyond its file: the command line, then its entry in the settings, then ``tz``."""

    def declare(device: Device) -> Declared:
        mapped = settings.device.get(device.serial)
        return Declared(
            zone=wishes.tz or (mapped.tz if mapped else None) or settings.tz,
            zone_source="user" if wishes.tz else "config",
            site=wishes.site or (mapped.site if mapped else None),
            side=wishes.side or (mapped.side if mapped else None),
        )

    return declare


def subject_of(device: Device, wishes: Wishes, settings: Settings) -> str:
    """Who wore it: the command line, then the device's entry in the settings, then ``subject``."""
    mapped = settings.device.get(device.serial)
    return wishes.subject or (mapped.subject if mapped else None) or settings.subject


def corrects(wishes: Wishes, known: StoredRecording) -> bool:
    """Whether something explicit differs from what is stored."""
    pairs = (
        (wishes.subject, known.subject),
        (wishes.site, known.site),
        (wishes.side, known.side),
        (wishes.tz, known.zone),
    )
    return any(wish is not None and wish != present for wish, present in pairs)


def completed(wishes: Wishes, known: StoredRecording) -> Wishes:
    """A correction changes what it names; what was declared earlier stays."""
    return Wishes(
        subject=wishes.subject or known.subject,
        site=wishes.site or (known.site if known.site != "unknown" else None),
        side=wishes.side or (known.side if known.side != "unknown" else None),
        tz=wishes.tz or (known.zone if known.zone_source == "user" else None),
    )
