"""Small FIT files for the tests of the reader, a message at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit import reader as fit
from ingest.formats.fit.clock import FIT_EPOCH_S
from ingest.formats.fit.messages import (
    ACCELEROMETER,
    CALIBRATION,
    EVENT,
    SLEEP_LEVEL,
    TIMESTAMP,
)
from ingest.recording import Decoded
from ingest.writers.fit_tables import (
    ENUM,
    FLOAT32_BITS,
    SINT16,
    SINT32,
    UINT16,
    UINT32,
    BaseType,
    WrittenColumn,
    fit_file,
    message,
    messages,
)

T0 = 1_164_234_600
#: A type that FIT does not have.
NONSENSE = BaseType(0x55, "u1", 0xFF)


def unix(stamp_s: float) -> int:
    return round((stamp_s + FIT_EPOCH_S) * 1_000_000)


def burst(
    values: Sequence[Sequence[float]],
    *,
    stamp: int = T0,
    ms: int = 0,
    offsets: Sequence[int] | None = None,
    first_field: int = 5,
) -> bytes:
    """One accelerometer_data message; ``values`` are rows of x, y, z."""
    table = np.array(values, dtype=np.float32).T
    base = {5: FLOAT32_BITS, 8: SINT16, 2: UINT16}[first_field]
    stored = table.view("<u4") if base is FLOAT32_BITS else table
    times = [40 * k for k in range(table.shape[1])] if offsets is None else offsets
    return messages(
        ACCELEROMETER,
        [
            WrittenColumn(TIMESTAMP, UINT32, np.array([stamp])),
            WrittenColumn(0, UINT16, np.array([ms])),
            WrittenColumn(1, UINT16, np.array([times])),
            *(WrittenColumn(first_field + axis, base, stored[axis][np.newaxis]) for axis in range(3)),
        ],
    )


def split(one: bytes) -> tuple[bytes, bytes]:
    """The definition and the data of a message written by itself."""
    n_definition = 6 + 3 * one[5]
    return one[:n_definition], one[n_definition:]


def calibration(*, kind: int = 0, shift: int = 1000, offsets: Sequence[int] = (0, 0, 0), divisor: int = 100) -> bytes:
    return message(
        CALIBRATION,
        (0, ENUM, kind),
        (1, UINT32, 1),
        (2, UINT32, divisor),
        (3, UINT32, shift),
        (4, SINT32, tuple(offsets)),
        (5, SINT32, (0, 65535, 0, -65535, 0, 0, 0, 0, 65535)),
    )


def level(stamp: int, value: int) -> bytes:
    return message(SLEEP_LEVEL, (TIMESTAMP, UINT32, stamp), (0, ENUM, value))


def sleep_event(stamp: int, kind: int) -> bytes:
    return message(EVENT, (TIMESTAMP, UINT32, stamp), (0, ENUM, 74), (1, ENUM, kind))


REST = [(0.0, 0.0, 1.0)] * 3


def decode(path: Path, *parts: bytes) -> Decoded:
    path.write_bytes(fit_file(b"".join(parts)))
    return fit.read(path)


def joined(decoded: Decoded) -> tuple[list[int], NDArray[np.float32]]:
    blocks = list(decoded.blocks())
    return np.concatenate([b.time_us for b in blocks]).tolist(), np.concatenate([b.xyz_g() for b in blocks])
