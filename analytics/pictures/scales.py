"""From instants, intervals and amplitudes to places on paper, and where the ticks stand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
#: Distances between ticks of a time axis, minutes; the first that needs no more than `_MOST_TICKS` is taken.
_STEPS_MIN = (5, 10, 15, 30, 60, 120, 240)
_MOST_TICKS = 15


@dataclass(frozen=True, slots=True)
class Linear:
    """Maps ``[first, last]`` to ``[left, right]``; what lies outside is put on the edge."""

    first: float
    last: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Place of a value."""
        share = (value - self.first) / max(self.last - self.first, 1e-9)
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))


@dataclass(frozen=True, slots=True)
class Logarithmic:
    """Maps the logarithm of values above zero, as `Linear` does values."""

    first: float
    last: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        """Place of a value."""
        inner = Linear(math.log(self.first), math.log(self.last), self.left, self.right)
        return inner(math.log(max(value, self.first)))


def local(time_us: int, zone: tzinfo) -> datetime:
    """An instant on the clock of the bedroom."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).astimezone(zone)


def clock(time_us: int, zone: tzinfo) -> str:
    """Hour and minute."""
    return f"{local(time_us, zone):%H:%M}"


def ticks(first_us: int, last_us: int, zone: tzinfo) -> tuple[int, ...]:
    """Round moments of the local clock, evenly apart, few enough to be labelled."""
    step_min = next((s for s in _STEPS_MIN if (last_us - first_us) / (s * MINUTE_US) <= _MOST_TICKS), _STEPS_MIN[-1])
    return tuple(t for t in _five_minutes(first_us, last_us) if _minute_of_day(t, zone) % step_min == 0)


def hours(first_us: int, last_us: int, zone: tzinfo) -> tuple[tuple[int, int], ...]:
    """The local clock's hours that a stretch touches; where the clock is changed, one is missing or there twice."""
    around = range(first_us // HOUR_US * HOUR_US - 2 * HOUR_US, last_us + 2 * HOUR_US, 15 * MINUTE_US)
    edges = [t for t in around if _minute_of_day(t, zone) % 60 == 0]
    return tuple((a, b) for a, b in pairwise(edges) if b > first_us and a < last_us)


def _five_minutes(first_us: int, last_us: int) -> Iterator[int]:
    yield from range(-(-first_us // (5 * MINUTE_US)) * 5 * MINUTE_US, last_us + 1, 5 * MINUTE_US)


def _minute_of_day(time_us: int, zone: tzinfo) -> int:
    moment = local(time_us, zone)
    return moment.hour * 60 + moment.minute
