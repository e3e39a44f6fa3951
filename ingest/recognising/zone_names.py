"""What is meant by a time zone's name that the zone database does not have, as the error for it says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from ingest.errors import UsageError
from ingest.quoting import quoted

#: Named as examples before others of the same clocks: the zone database does not tell which places people know.
_WELL_KNOWN = (
    *("Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Helsinki", "Europe/Moscow"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Asia/Kolkata", "Asia/Shanghai"),
    *("Asia/Tokyo", "Asia/Seoul", "Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland"),
)
_MOST_NAMED = 3
_ABBREVIATION = re.compile("[a-z]{3,5}", re.ASCII | re.IGNORECASE)


def no_such_zone(name: str) -> UsageError:
    """The error for a name that is no zone: its hint names places by the clocks it abbreviates, else alike names."""
    return UsageError(f"no time zone is called {quoted(name)}", hint=_hint(name[:80]))


def _hint(name: str) -> str:
    if places := _places_of(name.strip()):
        what = "a time of year" if all(is_summer for is_summer, _ in places) else "a kind of time"
        return f"it is {what}, not a place: name the place, as {' or '.join(place for _, place in places)}"
    near = _nearest_zones(name)
    return f"did you mean {' or '.join(near)}?" if near else "use a name like Europe/Berlin or +02:00"


def _places_of(abbreviation: str) -> list[tuple[bool, str]]:
    """Whether it is summer time, and an example, for each kind of clocks that show it in a part of this year."""
    if not _ABBREVIATION.fullmatch(abbreviation):
        return []
    zones = sorted(available_timezones(), key=lambda zone: (zone not in _WELL_KNOWN, "/" not in zone, zone))
    places: dict[object, tuple[bool, str]] = {}
    for zone in zones:
        for moment in _seasons(zone):
            if moment.tzname() == abbreviation.upper():
                places.setdefault(moment.utcoffset(), (bool(moment.dst()), zone))
    return list(places.values())[:_MOST_NAMED]


def _seasons(zone: str) -> Iterator[datetime]:
    year = datetime.now(UTC).year
    return (datetime(year, month, 1, tzinfo=ZoneInfo(zone)) for month in (1, 7))


def _nearest_zones(name: str) -> list[str]:
    """Up to three names that differ in case, by a few letters, or by the continent that was left out."""
    by_fold = {zone.casefold(): zone for zone in sorted(available_timezones())}
    wanted = name.strip().replace(" ", "_").casefold()
    cities = [zone for fold, zone in by_fold.items() if fold.rpartition("/")[2] == wanted]
    alike = [by_fold[fold] for fold in difflib.get_close_matches(wanted, by_fold, n=_MOST_NAMED)]
    return list(dict.fromkeys(cities + alike))[:_MOST_NAMED]
