"""Which FIT messages this program understands, by number, and how their raw values are taken.

Our own small table stands here instead of any library's profile: results do not depend on what a profile
happens to know (fitparse 1.2.0 has never heard of sleep levels), and whatever decodes the bytes only has to
yield `Message`. Numbers are those of the FIT profile 21. What a value means is said by the module that uses
it.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

TIMESTAMP = 253

FILE_ID = 0
RECORD = 20
EVENT = 21
DEVICE_INFO = 23
ACTIVITY = 34
MONITORING_INFO = 103
CORRELATION = 162
ACCELEROMETER = 165
CALIBRATION = 167
SLEEP_LEVEL = 275
HSA_ACCELEROMETER = 302

ACCELERATION = frozenset({ACCELEROMETER, HSA_ACCELEROMETER})
UNDERSTOOD = ACCELERATION | {
    FILE_ID, EVENT, DEVICE_INFO, ACTIVITY, MONITORING_INFO, CORRELATION, CALIBRATION, SLEEP_LEVEL,
}  # fmt: skip

#: Messages every file begins with, whatever it is about.
BOOKKEEPING = frozenset({FILE_ID, DEVICE_INFO, 49, 206, 207})

#: What the commonest other messages show, for telling people what they have got.
_CONTENT = {
    18: "an activity summary",
    RECORD: "activity records",
    26: "a workout plan",
    31: "a course",
    55: "all-day monitoring",
    78: "beat-to-beat intervals",
    132: "heart rate",
    164: "gyroscope data",
    208: "magnetometer data",
    227: "stress levels",
    269: "blood oxygen",
    SLEEP_LEVEL: "sleep stages",
    289: "activity counts",
    290: "beat-to-beat intervals",
    297: "respiration rates",
    346: "a sleep score",
    370: "a heart rate variability summary",
}


class Message(NamedTuple):
    """One data message: its global number and its raw values by field number (None where invalid)."""

    number: int
    fields: dict[int, object]


def describe(tally: Counter[int]) -> str:
    """What a file holds, in words, the most frequent first."""
    kinds = dict.fromkeys(_CONTENT[number] for number, _ in tally.most_common() if number in _CONTENT)
    return ", ".join(kinds) or f"{tally.total():,} messages of other kinds"


def integer(message: Message, field: int) -> int | None:
    """A field as one whole number; None where it is absent, invalid, or anything else."""
    value = message.fields.get(field)
    return value if isinstance(value, int) else None


def series(message: Message, field: int) -> tuple[float | None, ...] | None:
    """A field as a tuple of numbers, a single one as a tuple of one; None where it is absent or text."""
    value = message.fields.get(field)
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, int | float) else None
