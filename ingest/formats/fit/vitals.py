"""Heart rates and temperatures beside the movement, and the maker's own measure of the heart's variability.

======================= =========================================== ============================================
message                 value                                       when
======================= =========================================== ============================================
20 record               heart_rate, beats a minute                  its own stamp
20 record               temperature, degrees C                      its own stamp
55 monitoring           heart_rate, beats a minute                  its own stamp, or the low 16 bits of it
370 hrv_status_summary  last_night_average, ms                      that night
======================= =========================================== ============================================

Beat intervals are `ingest.formats.fit.heart_beats`. Source: FIT profile 21.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.clock import LAST_STAMP_S, Correlations, dated_ms, unix_us
from ingest.formats.fit.heart_beats import Series
from ingest.formats.fit.messages import HRV_SUMMARY, MONITORING, RECORD, Message, scaled
from ingest.formats.fit.tables import NONE, MessageTable
from ingest.formats.fit.timestamps import Stamps

_TEMPERATURE = 13
_HEART_RATE = {RECORD: 3, MONITORING: 27}
_TIMESTAMP_16, _BITS_16 = 26, 0xFFFF
_LAST_NIGHT = 1


def heart_rates_in(tables: Iterable[MessageTable], stamps: Stamps) -> Series:
    """The heart rates of one part in file order. A rate of 0 says that none could be measured."""
    found = [
        np.stack((table.index, _heart_stamps(table, stamps), table.whole(_HEART_RATE[table.definition.number])))
        for table in tables
        if table.definition.number in _HEART_RATE
    ]
    index, stamp_s, bpm = np.concatenate([np.empty((3, 0), np.int64), *found], axis=1)
    order = np.argsort(index, kind="stable")
    use = order[((bpm > 0) & (stamp_s >= 0) & (stamp_s <= LAST_STAMP_S))[order]]
    return Series(stamp_s[use] * 1000, bpm[use].astype(np.float32))


def temperatures_in(tables: Iterable[MessageTable], stamps: Stamps) -> Series:
    """The temperatures of one part, in whole degrees C as the format has them."""
    times_ms, values = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for table in tables:
        column = table.column(_TEMPERATURE) if table.definition.number == RECORD else None
        if column is None or not table.is_whole(_TEMPERATURE):
            continue
        stamp_s = stamps.of(table)
        use = column.known()[:, 0] & (stamp_s >= 0) & (stamp_s <= LAST_STAMP_S)
        times_ms.append(stamp_s[use] * 1000)
        values.append(column.values[use, 0].astype(np.float32))
    return Series(np.concatenate(times_ms), np.concatenate(values))


def hrv_last_night_ms(notes: Iterable[Message]) -> float | None:
    """The maker's own variability of the night; the last one where the file holds several."""
    found = [scaled(note, _LAST_NIGHT) for note in notes if note.number == HRV_SUMMARY]
    return next((value for value in reversed(found) if value is not None), None)


def in_utc(parts: Sequence[tuple[Series, Correlations]]) -> tuple[NDArray[np.int64], NDArray[np.float32], int]:
    """One series from those of all parts: UTC in microseconds, values, and how many of them nothing dates."""
    times, values, n_undated = [np.empty(0, np.int64)], [np.empty(0, np.float32)], 0
    for series, correlations in parts:
        time_ms, dated = dated_ms(series.time_ms, correlations)
        times.append(unix_us(time_ms[dated]))
        values.append(series.values[dated])
        n_undated += int((~dated).sum())
    return np.concatenate(times), np.concatenate(values), n_undated


def _heart_stamps(table: MessageTable, stamps: Stamps) -> NDArray[np.int64]:
    """Own stamps; a monitoring message may have the low 16 bits only, of a time within 18 hours of the latest stamp."""
    stamp_s = stamps.of(table)
    low = table.whole(_TIMESTAMP_16)
    if table.definition.number != MONITORING or not (partial := (stamp_s == NONE) & (low != NONE)).any():
        return stamp_s
    latest_s = stamps.latest[table.index]
    full_s = latest_s + ((low - latest_s) & _BITS_16)
    return np.where(partial & (latest_s != NONE), full_s, stamp_s)
