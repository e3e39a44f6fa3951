"""Which FIT messages this program understands, by number, and how their raw values are taken.

Our own small table stands here instead of any library's profile: results do not depend on what a profile
happens to know. fitparse 1.2.0 has never heard of 269, 275, 297, 302, 346, 370, 371 and of event 74; it
delivers their raw values, and what those mean is said here (`SCALES`) or in the module that uses them. Numbers are
those of the FIT profile 21.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

TIMESTAMP = 253

FILE_ID = 0
SESSION = 18
RECORD = 20
EVENT = 21
DEVICE_INFO = 23
ACTIVITY = 34
MONITORING = 55
HRV = 78
MONITORING_INFO = 103
CORRELATION = 162
ACCELEROMETER = 165
CALIBRATION = 167
SLEEP_LEVEL = 275
BEAT_INTERVALS = 290
HSA_ACCELEROMETER = 302
HRV_SUMMARY = 370

ACCELERATION = frozenset({ACCELEROMETER, HSA_ACCELEROMETER})
#: Read as tables: there are thousands of each, and they hold plain numbers.
BULK = ACCELERATION | {RECORD, MONITORING, HRV, BEAT_INTERVALS}
#: Handed to fitparse.
DELEGATED = frozenset({
    FILE_ID, EVENT, DEVICE_INFO, ACTIVITY, MONITORING_INFO, CORRELATION, CALIBRATION, SLEEP_LEVEL, HRV_SUMMARY,
})  # fmt: skip

#: Messages every file begins with, whatever it is about.
BOOKKEEPING = frozenset({FILE_ID, DEVICE_INFO, 49, 206, 207})

#: Steps to the unit, by message and field, of values that fitparse leaves unscaled: hrv_status_summary in ms.
SCALES = {(HRV_SUMMARY, 1): 128}

#: What the commonest other messages show, for telling people what they have got.
_CONTENT = {
    SESSION: "an activity summary",
    RECORD: "activity records",
    26: "a workout plan",
    31: "a course",
    MONITORING: "all-day monitoring",
    HRV: "beat-to-beat intervals",
    132: "heart rate",
    164: "gyroscope data",
    208: "magnetometer data",
    227: "stress levels",
    269: "blood oxygen",
    273: "undecoded sleep data",
    274: "undecoded sleep data",
    SLEEP_LEVEL: "sleep stages",
    289: "activity counts",
    BEAT_INTERVALS: "beat-to-beat intervals",
    297: "respiration rates",
    346: "a sleep score",
    HRV_SUMMARY: "a heart rate variability summary",
    371: "heart rate variability",
    376: "gyroscope data",
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


def scaled(message: Message, field: int) -> float | None:
    """A field in its unit, by `SCALES`; None where it is no whole number."""
    value = integer(message, field)
    return None if value is None else value / SCALES[message.number, field]
