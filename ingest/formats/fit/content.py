"""What a FIT file is about, and what to tell people whose file shows no movement.

Without acceleration a file is still worth having when it tells of a night whose movements another device recorded:

* sleep stages, a sleep window, or beats and heart rates of a file that all-day monitoring or sleep tracking wrote;
* not an activity. A ride has a heart rate in every record, and a strap adds the beats, but it is no night. So
  a file whose ``file_id`` is of one of the kinds that people start and stop, or that does not say and holds no
  monitoring, counts for its sleep alone. Garmin's sleep, variability and wellness files have kinds that the public
  list does not name, or one of the three of monitoring.

Source of the kinds: FIT profile 21, type file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    NoClockError,
    NoMovementError,
)
from ingest.formats.fit.messages import (
    ACCELERATION,
    BOOKKEEPING,
    FILE_ID,
    HRV_SUMMARY,
    MONITORING,
    Message,
    describe,
    integer,
)

#: device, settings, sport, activity, workout, course, schedules, weight, totals, goals, blood_pressure,
#: activity_summary, segment, segment_list, exd_configuration.
_OTHER_KINDS = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 14, 20, 34, 35, 40})

COPY_AGAIN = "copy it from the device again, or export the original file again"


def tells_of_a_night(notes: Iterable[Message], tally: Counter[int]) -> bool:
    """Whether heart rates and beats in this file are those of daily life and nights rather than of an activity."""
    kinds = {integer(note, 0) for note in notes if note.number == FILE_ID} - {None}
    return (bool(kinds) and not kinds & _OTHER_KINDS) or bool(tally[MONITORING])


def refusal(path: Path, tally: Counter[int], *, has_undated: bool, stopped: str) -> IngestError:
    """Why a file without a single usable sample, and without a night to tell of, cannot be used.

    Parameters
    ----------
    tally : Counter
        How many messages there are, by global number.
    has_undated : bool
        Whether there are samples to which nothing gives a date.
    stopped : str
        Where and why reading ended early; empty where it did not.
    """
    if n_acceleration := sum(tally[number] for number in ACCELERATION):
        if has_undated:
            return NoClockError(
                "the samples count time from switching on, and no message says when that was",
                path=path,
                hint="take the original file from the device: an app that edits it may have dropped that message",
            )
        return DamagedRecordingError(
            f"acceleration messages without a usable sample: {n_acceleration:,} of {n_acceleration:,}",
            path=path,
            hint=COPY_AGAIN,
        )
    if stopped and not tally.keys() - BOOKKEEPING:
        what = f"nothing but the head of the file can be read; it stops {stopped}"
        return DamagedRecordingError(what, path=path, hint=COPY_AGAIN)
    if not tally:
        return EmptyFileError("a FIT header without a message", path=path, hint=COPY_AGAIN)
    aside = ", as far as it can be read" if stopped else ""
    return NoMovementError(
        f"a FIT file without acceleration: it holds {describe(tally)}{aside}", path=path, hint=_advice(tally)
    )


def _advice(tally: Counter[int]) -> str:
    if tally[HRV_SUMMARY]:
        return "a summary has no night to lie beside; import the sleep or monitoring file of that day as well"
    return (
        "record the night with a Connect IQ app that logs the accelerometer (SensorLogging) and export "
        "the original activity"
    )
