"""Writes an accelerometer night as a FIT activity, the way a logging app on a watch does.

For simulated nights, the demo and the tests. The file names itself as made by "development", not by any
maker's device. Whole messages are laid out as numpy tables, so that a night costs tenths of a second. What
FIT cannot hold is rounded to what it can: times to 1 ms, ``raw`` to 1/2048 g and ``compressed`` to 1 mg.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.fit.clock import FIT_EPOCH_S, LAST_STAMP_S, SYSTEM_TIME_S
from ingest.formats.fit.device import DEVELOPMENT
from ingest.formats.fit.messages import (
    ACCELEROMETER,
    ACTIVITY,
    CALIBRATION,
    CORRELATION,
    DEVICE_INFO,
    EVENT,
    FILE_ID,
    RECORD,
    SLEEP_LEVEL,
    TIMESTAMP,
)
from ingest.formats.fit.stages import LEVELS, SLEEP_EVENT, START, STOP
from ingest.recording import StageSpan
from ingest.writers.fit_tables import (
    ENUM,
    FLOAT32_BITS,
    SINT16,
    SINT32,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT32Z,
    BaseType,
    WrittenColumn,
    fit_file,
    message,
    messages,
)

Layout = Literal["calibrated", "raw", "compressed"]
Stamps = Literal["utc", "system"]

SAMPLES_PER_MESSAGE = 25
#: Resolution, zero and range of ``raw``: +-16 g in 16 bits, as the VIRB cameras have it.
COUNTS_PER_G, ZERO_COUNTS = 2048, 32_768
#: Reading of the device's counter at the earliest sample, with stamps in system time.
FIRST_SYSTEM_MS = 100_000

_MG_PER_G = 1000
_ORIENTATION = (65_535, 0, 0, 0, 65_535, 0, 0, 0, 65_535)
_ACTIVITY_FILE = 4
#: A stage is repeated this often: readers believe a record for less than 45 min.
_REPEAT_STAGE_US = 30 * 60 * 1_000_000
#: Longest step inside a message: 24 of them fit the 16-bit offsets.
_LONGEST_STEP_MS = 2_500


def write_fit(
    path: Path,
    time_us: NDArray[np.int64],
    xyz_g: NDArray[np.float32],
    *,
    rate_hz: float,
    serial: int,
    stages: Sequence[StageSpan] = (),
    utc_offset_s: int = 0,
    heart_rate: tuple[NDArray[np.int64], NDArray[np.uint8]] | None = None,
    layout: Layout = "calibrated",
    stamps: Stamps = "utc",
) -> None:
    """Write one recording.

    Parameters
    ----------
    time_us : int64 array, shape (n,)
        UTC, microseconds since 1970; kept to the millisecond.
    xyz_g : float32 array, shape (n, 3)
        A sample with a NaN or infinity in it is written as invalid.
    rate_hz : float
        FIT states no rate; a step of more than 1.5 samples begins a new message.
    serial : int
        1 to 0xFFFFFFFF.
    stages : sequence of StageSpan
        In order, without overlap, at whole seconds. They also mark the sleep window.
    utc_offset_s : int
        Seconds east of UTC at which the watch's wall clock runs.
    heart_rate : pair of arrays, shape (m,)
        Times in microseconds and beats a minute.
    layout : str
        Which of FIT's fields hold the samples; see `ingest.formats.fit.acceleration`.
    stamps : str
        With "system" the samples count from switching on, and what that means in UTC stands behind them.

    Raises
    ------
    UsageError
        Arguments that FIT cannot hold, or a path that cannot be written.
    """
    time_ms = (np.asarray(time_us, dtype=np.int64) + 500) // 1000 - FIT_EPOCH_S * 1000
    xyz = np.asarray(xyz_g, dtype=np.float64)
    _check(time_ms, xyz, rate_hz, serial)
    shift_ms = int(time_ms.min()) - FIRST_SYSTEM_MS if stamps == "system" else 0
    samples = _acceleration(time_ms - shift_ms, xyz, rate_hz, layout)
    clock = _correlation(int(time_ms[0]), int(time_ms[0]) - shift_ms, utc_offset_s)
    body = b"".join(
        [
            _identity(int(time_ms[0]) // 1000, serial),
            *((clock, samples) if stamps == "utc" else (samples, clock)),
            _calibration(int(time_ms[0]) // 1000) if layout == "raw" else b"",
            _sleep(stages),
            _records(*heart_rate) if heart_rate else b"",
            _activity(int(time_ms[0]) // 1000, int(time_ms.max()) // 1000, utc_offset_s),
        ]
    )
    try:
        path.write_bytes(fit_file(body))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", path=path) from error


def _check(time_ms: NDArray[np.int64], xyz_g: NDArray[np.float64], rate_hz: float, serial: int) -> None:
    if not len(time_ms) or xyz_g.shape != (len(time_ms), 3):
        raise UsageError(f"{len(time_ms)} times and values of shape {xyz_g.shape} make no recording")
    if time_ms.min() < SYSTEM_TIME_S * 1000 or time_ms.max() > LAST_STAMP_S * 1000:
        raise UsageError("FIT holds UTC times from July 1998 to February 2126 only")
    if not rate_hz > 0:
        raise UsageError(f"a rate of {rate_hz} Hz makes no sense")
    if not 1 <= serial <= 0xFFFF_FFFF:
        raise UsageError(f"serial number {serial} is not within 1 to {0xFFFF_FFFF}")


def _acceleration(time_ms: NDArray[np.int64], xyz_g: NDArray[np.float64], rate_hz: float, layout: Layout) -> bytes:
    message, slot = _places(time_ms, rate_hz)
    base_ms = time_ms[slot == 0]
    shape = (len(base_ms), SAMPLES_PER_MESSAGE)
    offset_ms = np.full(shape, UINT16.invalid, dtype=np.int64)
    offset_ms[message, slot] = time_ms - base_ms[message]
    first_field, base, values = _stored(xyz_g, layout)
    columns = [
        WrittenColumn(TIMESTAMP, UINT32, base_ms // 1000),
        WrittenColumn(0, UINT16, base_ms % 1000),
        WrittenColumn(1, UINT16, offset_ms),
    ]
    for axis in range(3):
        table = np.full(shape, base.invalid, dtype=base.dtype)
        table[message, slot] = values[:, axis]
        columns.append(WrittenColumn(first_field + axis, base, table))
    return messages(ACCELEROMETER, columns)


def _places(time_ms: NDArray[np.int64], rate_hz: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which message holds each sample, and where in it: 25 to one; gaps and backward steps begin a new one."""
    index = np.arange(len(time_ms))
    step_ms = np.diff(time_ms, prepend=time_ms[0])
    breaks = (step_ms < 0) | (step_ms > min(1500 / rate_hz, _LONGEST_STEP_MS)) | (index == 0)
    in_run = index - np.maximum.accumulate(np.where(breaks, index, 0))
    message = np.cumsum(in_run % SAMPLES_PER_MESSAGE == 0) - 1
    return message, in_run % SAMPLES_PER_MESSAGE


def _stored(xyz_g: NDArray[np.float64], layout: Layout) -> tuple[int, BaseType, NDArray[np.generic]]:
    """First field, type, and the samples as they stand in the file."""
    finite = np.isfinite(xyz_g)
    known = np.where(finite, xyz_g, 0)
    if layout == "calibrated":
        bits = known.astype("<f4").view("<u4")
        return 5, FLOAT32_BITS, np.where(finite, bits, FLOAT32_BITS.invalid)
    if layout == "compressed":
        mg = np.clip(np.rint(known * _MG_PER_G), -SINT16.invalid, SINT16.invalid - 1)
        return 8, SINT16, np.where(finite, mg, SINT16.invalid).astype("<i2")
    counts = np.clip(np.rint(known * COUNTS_PER_G) + ZERO_COUNTS, 0, UINT16.invalid - 1)
    return 2, UINT16, np.where(finite, counts, UINT16.invalid).astype("<u2")


def _identity(first_s: int, serial: int) -> bytes:
    return message(
        FILE_ID,
        (0, ENUM, _ACTIVITY_FILE),
        (1, UINT16, DEVELOPMENT),
        (3, UINT32Z, serial),
        (4, UINT32, first_s),
        (8, STRING, b"nightkick"),
    ) + message(
        DEVICE_INFO,
        (TIMESTAMP, UINT32, first_s),
        (0, UINT8, 0),
        (2, UINT16, DEVELOPMENT),
        (3, UINT32Z, serial),
    )  # fmt: skip


def _correlation(first_ms: int, system_ms: int, utc_offset_s: int) -> bytes:
    return message(
        CORRELATION,
        (TIMESTAMP, UINT32, first_ms // 1000),
        (1, UINT32, system_ms // 1000),
        (3, UINT32, first_ms // 1000 + utc_offset_s),
        (4, UINT16, first_ms % 1000),
        (5, UINT16, system_ms % 1000),
    )


def _calibration(first_s: int) -> bytes:
    return message(
        CALIBRATION,
        (TIMESTAMP, UINT32, first_s),
        (0, ENUM, 0),
        (1, UINT32, 1),
        (2, UINT32, COUNTS_PER_G),
        (3, UINT32, ZERO_COUNTS),
        (4, SINT32, (0, 0, 0)),
        (5, SINT32, _ORIENTATION),
    )


def _sleep(stages: Sequence[StageSpan]) -> bytes:
    if not stages:
        return b""
    levels = np.array(list(_levels(stages)), dtype=np.int64)
    marks = np.array([(stages[0].start_us, START), (stages[-1].end_us, STOP)], dtype=np.int64)
    return messages(
        SLEEP_LEVEL, [WrittenColumn(TIMESTAMP, UINT32, _seconds(levels[:, 0])), WrittenColumn(0, ENUM, levels[:, 1])]
    ) + messages(
        EVENT,
        [
            WrittenColumn(TIMESTAMP, UINT32, _seconds(marks[:, 0])),
            WrittenColumn(0, ENUM, np.full(2, SLEEP_EVENT)),
            WrittenColumn(1, ENUM, marks[:, 1]),
        ],
    )


def _levels(stages: Sequence[StageSpan]) -> Iterator[tuple[int, int]]:
    """When the watch would have written which level; a stretch between two spans is unmeasurable."""
    unmeasurable = LEVELS.index("unmeasurable")
    open_until_us = stages[0].start_us
    for span in stages:
        if span.start_us < open_until_us or span.end_us <= span.start_us:
            raise UsageError("sleep stages must be in order and must not overlap")
        if span.start_us > open_until_us:
            yield open_until_us, unmeasurable
        for at_us in range(span.start_us, span.end_us, _REPEAT_STAGE_US):
            yield at_us, LEVELS.index(span.stage)
        open_until_us = span.end_us


def _records(time_us: NDArray[np.int64], beats_per_min: NDArray[np.uint8]) -> bytes:
    return messages(
        RECORD, [WrittenColumn(TIMESTAMP, UINT32, _seconds(time_us)), WrittenColumn(3, UINT8, beats_per_min)]
    )


def _activity(first_s: int, last_s: int, utc_offset_s: int) -> bytes:
    return message(
        ACTIVITY,
        (TIMESTAMP, UINT32, last_s),
        (0, UINT32, min((last_s - first_s) * 1000, UINT32.invalid - 1)),
        (1, UINT16, 1),
        (2, ENUM, 0),
        (5, UINT32, last_s + utc_offset_s),
    )


def _seconds(time_us: NDArray[np.int64]) -> NDArray[np.int64]:
    return time_us // 1_000_000 - FIT_EPOCH_S
