"""How far a sensor's clock was off, from when the first kick was made and when the sensor saw it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from analytics.selfcheck.plan import STILL_S
from ingest.clock import microseconds, zone_info
from ingest.errors import UsageError

#: A clock that is off by less is right: people follow a plan within a second or two, and a time told in minutes is
#: right to half of one. own.
RIGHT_S = 30.0
#: Zones differ by multiples of this, seconds.
ZONE_STEP_S = 900
#: How far from such a multiple an error still is one, seconds: whole hours are common, the others are rare. own.
NEAR_HOUR_S, NEAR_QUARTER_S = 60.0, 30.0
#: No two zones differ by more than 26 h; those of one traveller by 13 h.
LARGEST_ZONE_S = 13 * 3600
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ToldTime:
    """When the first kick was made, as the wearer's own clock showed it; without a day, the one that fits."""

    at: time
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ClockError:
    """How far the sensor's clock was ahead of the wearer's (behind: below 0).

    Attributes
    ----------
    zone_s : int or None
        The multiple of a quarter of an hour that a wrong zone or summer time would make of it; None: it is none.
    """

    ahead_s: float
    zone_s: int | None

    @property
    def is_right(self) -> bool:
        """Whether the clock is good enough."""
        return abs(self.ahead_s) <= RIGHT_S

    @property
    def is_start_of_plan(self) -> bool:
        """Whether the time told was probably that of lying down."""
        return abs(self.ahead_s - STILL_S) <= RIGHT_S


def told_time(text: str) -> ToldTime:
    """Read ``21:35``, ``21:35:00`` or ``2026-03-02T21:35``.

    Raises
    ------
    UsageError
        Anything else, and a time with a zone: that is told apart.
    """
    try:
        if "T" in text or " " in text.strip():
            moment = datetime.fromisoformat(text.strip())
            told = ToldTime(moment.timetz(), moment.date())
        else:
            told = ToldTime(time.fromisoformat(text.strip()))
    except ValueError:
        told = None
    if told is None or told.at.tzinfo is not None or ":" not in text:
        raise UsageError(
            f"no time of day: {text[:40]!r}", hint="like 21:35, 21:35:00 or 2026-03-02T21:35, and the zone by --tz"
        )
    return told


def clock_error(first_kick_us: int, told: ToldTime, zone: str) -> ClockError:
    """Compare the first kick as the sensor's clock had it with what the wearer noted.

    Parameters
    ----------
    first_kick_us : int
        UTC, as the recording's times are.
    zone : str
        Of the wearer's clock.

    Raises
    ------
    UsageError
        No such zone.
    """
    ahead_s = min((first_kick_us - us for us in instants_us(first_kick_us, told, zone)), key=abs) / 1e6
    return ClockError(ahead_s, _zone_s(ahead_s))


def instants_us(near_us: int, told: ToldTime, zone: str) -> list[int]:
    """The instants that a noted time may mean, UTC: on the day noted, else on the days round another instant.

    Parameters
    ----------
    near_us : int
        That other instant, UTC; not used where the day was noted.
    zone : str
        Of the wearer's clock.
    """
    wearers = zone_info(zone)
    today = (_EPOCH + timedelta(microseconds=near_us)).astimezone(wearers).date()
    days = [today - _DAY, today, today + _DAY] if told.day is None else [told.day]
    # An hour that comes twice in autumn means both.
    return [
        microseconds(datetime.combine(day, told.at, tzinfo=wearers).replace(fold=fold))
        for day in days
        for fold in (0, 1)
    ]


def _zone_s(ahead_s: float) -> int | None:
    nearest_s = round(ahead_s / ZONE_STEP_S) * ZONE_STEP_S
    if nearest_s == 0 or abs(nearest_s) > LARGEST_ZONE_S:
        return None
    near_s = NEAR_HOUR_S if nearest_s % 3600 == 0 else NEAR_QUARTER_S
    return nearest_s if abs(ahead_s - nearest_s) <= near_s else None
