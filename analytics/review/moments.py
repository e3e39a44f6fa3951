"""Instants as a browser takes them: milliseconds since 1970 in UTC, and how far the wearer's clock was ahead.

Knows the zones for the page. Browsers know fewer zone names than we store, so they are told offsets.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.clock import zone_info

#: Offsets change at quarters of an hour at the finest.
_STEP = timedelta(minutes=15)


def milliseconds(moment: datetime | None) -> int | None:
    """Milliseconds since 1970; None for None."""
    return None if moment is None else round(moment.timestamp() * 1000)


def offsets(zone: str, start: datetime, end: datetime) -> list[tuple[int | None, int]]:
    """How many seconds the local clock is ahead of UTC, and from which millisecond on, over a night.

    Two entries where the clock was changed in between, else one.

    Parameters
    ----------
    zone : str
        IANA name, or a fixed offset such as ``+02:00``.
    start, end : datetime
        Aware.
    """
    local = zone_info(zone)
    found: list[tuple[int | None, int]] = []
    at = start.replace(minute=0, second=0, microsecond=0)
    while at <= end:
        ahead_s = round((at.astimezone(local).utcoffset() or timedelta()).total_seconds())
        if not found or found[-1][1] != ahead_s:
            found.append((milliseconds(at), ahead_s))
        at += _STEP
    return found
