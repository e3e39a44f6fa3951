"""FIT time to UTC.

A FIT stamp counts seconds since 1989-12-31T00:00:00Z, unless it is below 0x10000000: then it counts seconds
since the device was switched on, and a message `timestamp_correlation` somewhere in the same part, often
behind the samples, says what that is in UTC. Libraries that miss the difference date such nights to the
winter of 1989.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.messages import (
    ACTIVITY,
    CORRELATION,
    MONITORING_INFO,
    TIMESTAMP,
    Message,
    integer,
)

#: 1989-12-31T00:00:00Z in Unix time.
FIT_EPOCH_S = 631_065_600
#: Stamps below count from switching on (FIT profile, type date_time: "min").
SYSTEM_TIME_S = 0x1000_0000
#: The largest stamp; 0xFFFFFFFF means invalid.
LAST_STAMP_S = 0xFFFF_FFFE

_FRACTIONS_PER_S = 32_768
#: No zone is further from UTC than -12 h or +14 h, and all are whole quarters of an hour.
_WEST_S, _EAST_S, _QUARTER_S = -12 * 3600, 14 * 3600, 900
#: Which field of which message holds the wall clock, best first.
_LOCAL_TIME = ((CORRELATION, 3), (ACTIVITY, 5), (MONITORING_INFO, 0))


@dataclass(frozen=True, slots=True)
class Correlations:
    """When the device's own counter showed what, in one part of a file.

    Attributes
    ----------
    system_ms : int64 array, shape (n,)
        Readings of the counter, ascending.
    shift_ms : int64 array, shape (n,)
        What to add to it from there on.
    """

    system_ms: NDArray[np.int64]
    shift_ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.system_ms)

    def fit_ms(self, system_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Counter readings as milliseconds since FIT's epoch, by the latest correlation before each."""
        latest = np.searchsorted(self.system_ms, system_ms, side="right") - 1
        return system_ms + self.shift_ms[np.maximum(latest, 0)]


#: Leaves readings of the counter as they are.
COUNTER_ALONE = Correlations(np.zeros(1, np.int64), np.zeros(1, np.int64))


def correlations_in(messages: Iterable[Message]) -> Correlations:
    """The usable `timestamp_correlation` messages of one part."""
    pairs = sorted(filter(None, (_correlation(m) for m in messages if m.number == CORRELATION)))
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Correlations(table[:, 0], table[:, 1])


def dated_ms(fit_ms: NDArray[np.int64], correlations: Correlations) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Stamps of either kind as milliseconds since FIT's epoch, and which of them have a date at all."""
    on_system_time = fit_ms < SYSTEM_TIME_S * 1000
    if not on_system_time.any() or not len(correlations):
        return fit_ms, ~on_system_time
    return np.where(on_system_time, correlations.fit_ms(fit_ms), fit_ms), np.ones(len(fit_ms), dtype=np.bool_)


def stamp_s(message: Message, field: int = TIMESTAMP) -> int | None:
    """A date_time field as the file has it; None where it is absent, invalid or no 32-bit number."""
    stamp = integer(message, field)
    return stamp if stamp is not None and 0 <= stamp <= LAST_STAMP_S else None


def unix_us(fit_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Milliseconds since FIT's epoch as microseconds since 1970."""
    return (fit_ms + FIT_EPOCH_S * 1000) * 1000


def stamp_us(message: Message, correlations: Correlations) -> int | None:
    """The message's own timestamp as microseconds since 1970; None without one, or without its meaning."""
    stamp = stamp_s(message)
    if stamp is None:
        return None
    found_ms, has_date = dated_ms(np.array([stamp * 1000], dtype=np.int64), correlations)
    return int(unix_us(found_ms)[0]) if has_date[0] else None


def utc_offset_s(messages: Sequence[Message]) -> int | None:
    """Seconds east of UTC at which the device's wall clock ran, to the quarter of an hour."""
    for number, field in _LOCAL_TIME:
        for message in messages:
            if message.number == number and (offset := _offset(message, field)) is not None:
                return offset
    return None


def _offset(message: Message, field: int) -> int | None:
    utc, local = stamp_s(message), stamp_s(message, field)
    if utc is None or local is None or utc < SYSTEM_TIME_S:
        return None
    offset = round((local - utc) / _QUARTER_S) * _QUARTER_S
    return offset if _WEST_S <= offset <= _EAST_S else None


def _correlation(message: Message) -> tuple[int, int] | None:
    utc, system = stamp_s(message), stamp_s(message, 1)
    if utc is None or system is None or utc < SYSTEM_TIME_S:
        return None
    system_ms = system * 1000 + _milliseconds(message, thousandths=5, fractions=2)
    return system_ms, utc * 1000 + _milliseconds(message, thousandths=4, fractions=0) - system_ms


def _milliseconds(message: Message, *, thousandths: int, fractions: int) -> int:
    """The part below a second, which devices give as one field or the other."""
    if (stored := integer(message, thousandths)) is not None and 0 <= stored < 1000:
        return stored
    fraction = integer(message, fractions) or 0
    return round(fraction * 1000 / _FRACTIONS_PER_S) if 0 <= fraction < _FRACTIONS_PER_S else 0
