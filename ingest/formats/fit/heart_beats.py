"""Intervals between heart beats, each placed at the moment it ended.

======================= =========================== ============================================================
message                 value                       when
======================= =========================== ============================================================
78 hrv                  up to 5 intervals, ms       has no time: it follows a record
290 beat_intervals      intervals, ms               its own stamp and milliseconds begin the first
======================= =========================== ============================================================

`hrv` messages come about every second, and records have whole seconds, but beats end where they end. An interval
therefore begins where the one before it ended, as long as that stays within two seconds of the record; so the distance
of two beats is the interval that was measured. Where beats were lost, the record sets the clock anew.

Source: FIT profile 21.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.clock import LAST_STAMP_S
from ingest.formats.fit.messages import BEAT_INTERVALS, HRV
from ingest.formats.fit.tables import MessageTable
from ingest.formats.fit.timestamps import Stamps

Ints = NDArray[np.int64]

_INTERVALS = {HRV: 0, BEAT_INTERVALS: 1}
_MILLISECONDS = 0
#: How far a chain of beats may run beside the times of the messages they stand in.
_ASTRAY_MS = {HRV: 2000, BEAT_INTERVALS: 0}


@dataclass(frozen=True, slots=True)
class Series:
    """Values in file order; ``time_ms`` counts from FIT's epoch or from switching on. Arrays of shape (n,)."""

    time_ms: Ints
    values: NDArray[np.float32]


def beats_in(tables: Sequence[MessageTable], stamps: Stamps) -> Series:
    """The beat intervals of one part: those that have a time of their own where the part holds any."""
    timed = _beats(tables, stamps, BEAT_INTERVALS)
    return timed if len(timed.values) else _beats(tables, stamps, HRV)


def _beats(tables: Sequence[MessageTable], stamps: Stamps, number: int) -> Series:
    found = [_intervals(table, stamps) for table in tables if table.definition.number == number]
    message, start_ms, interval_ms = np.concatenate([np.empty((3, 0), np.int64), *found], axis=1)
    order = np.argsort(message, kind="stable")
    end_ms = _ends_ms(message[order], start_ms[order], interval_ms[order], _ASTRAY_MS[number])
    return Series(end_ms, interval_ms[order].astype(np.float32))


def _intervals(table: MessageTable, stamps: Stamps) -> Ints:
    """Of every interval its message, the time of that message, and its length, shape (3, n)."""
    column = table.column(_INTERVALS[table.definition.number])
    if column is None or column.values.dtype.kind not in "iu":
        return np.empty((3, 0), dtype=np.int64)
    if table.definition.number == HRV:
        stamp_s, thousandths = stamps.latest[table.index], np.zeros(len(table), dtype=np.int64)
    else:
        stamp_s, thousandths = stamps.of(table), np.maximum(table.whole(_MILLISECONDS), 0)
    interval_ms = column.values.astype(np.int64)
    has_time = (stamp_s >= 0) & (stamp_s <= LAST_STAMP_S)
    known = column.known() & (interval_ms > 0) & has_time[:, np.newaxis]
    (row, _) = np.nonzero(known)
    return np.stack((table.index[row], stamp_s[row] * 1000 + thousandths[row], interval_ms[known]))


def _ends_ms(message: Ints, start_ms: Ints, interval_ms: Ints, astray_ms: int) -> Ints:
    """When each interval ended."""
    (first,) = np.nonzero(np.diff(message, prepend=-1))
    if not len(first):
        return np.empty(0, dtype=np.int64)
    begins, end_ms = list[int](), -astray_ms - 1
    # Whether a chain goes on depends on all of it so far: a loop, but over messages, one a second.
    for at_ms, length_ms in zip(start_ms[first].tolist(), np.add.reduceat(interval_ms, first).tolist(), strict=True):
        begins.append(end_ms if abs(end_ms - at_ms) <= astray_ms else at_ms)
        end_ms = begins[-1] + length_ms
    run_ms = np.cumsum(interval_ms)
    shift_ms = np.array(begins) - (run_ms[first] - interval_ms[first])
    return np.asarray(run_ms + np.repeat(shift_ms, np.diff(first, append=len(message))))
