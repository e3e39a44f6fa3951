"""How an ActiGraph device puts values, parameters and records into bytes: the counterpart of the GT3X reader."""

from __future__ import annotations

import functools
import json
import math
import operator
import struct

import numpy as np
from numpy.typing import NDArray

from ingest.formats.actigraph.records import HEADER_BYTES, OVERHEAD_BYTES, SEPARATOR
from ingest.formats.actigraph.samples import PACKED_STEPS

_TICKS_AT_1970 = 621_355_968_000_000_000


def quantised(
    xyz_g: NDArray[np.floating], *, steps_per_g: float, range_g: float, packed: bool = True
) -> NDArray[np.int16]:
    """Acceleration as the device would store it: in steps, cut at its range and at what 12 bits hold."""
    steps = np.rint(np.asarray(xyz_g, dtype=np.float64) * steps_per_g)
    largest = min(range_g * steps_per_g, PACKED_STEPS if packed else 1 << 15)
    return np.asarray(np.clip(steps, -largest, largest - 1), dtype=np.int16)


def pack(values: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Values of ``k`` seconds, shape (k, n, 3), in 12 bits an axis, y x z, the high bits first.

    Returns
    -------
    uint8 array, shape (k, ceil(4.5 n))
        The last half byte of an odd number of samples is zero.
    """
    k, n, _ = values.shape
    nibbles = np.zeros((k, n * 9 + n % 2), np.uint8)
    ordered = values[..., [1, 0, 2]].reshape(k, n * 3)
    for place, shift in enumerate((8, 4, 0)):
        nibbles[:, place : n * 9 : 3] = ordered >> shift & 0xF
    return np.asarray(nibbles[:, 0::2] << 4 | nibbles[:, 1::2])


def spread(values: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Values of ``k`` seconds, shape (k, n, 3), in 16 bits an axis, x y z; shape (k, 6 n)."""
    return np.ascontiguousarray(values.astype("<i2")).view(np.uint8).reshape(len(values), -1)


def records(kind: int, second: NDArray[np.int64], payload: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Records of one kind and size, a row each."""
    rows = np.empty((len(second), payload.shape[1] + OVERHEAD_BYTES), np.uint8)
    rows[:, 0], rows[:, 1] = SEPARATOR, kind
    rows[:, 2:6] = second.astype("<u4").view(np.uint8).reshape(-1, 4)
    rows[:, 6], rows[:, 7] = payload.shape[1] & 0xFF, payload.shape[1] >> 8
    rows[:, HEADER_BYTES:-1] = payload
    rows[:, -1] = ~np.bitwise_xor.reduce(rows[:, :-1], axis=1)
    return rows


def record(kind: int, second: int, payload: bytes) -> bytes:
    """One record."""
    body = struct.pack("<BBIH", SEPARATOR, kind, second, len(payload)) + payload
    return body + bytes([functools.reduce(operator.xor, body) ^ 0xFF])


def metadata(**content: str | bool) -> bytes:
    """Metadata as ActiLife writes it."""
    return json.dumps({**content, "Parsed": False, "JSON": None}, separators=(",", ":")).encode()


def parameters(values: dict[tuple[int, int], int]) -> bytes:
    """Parameters by address space and identifier."""
    return b"".join(struct.pack("<HHI", *key, value) for key, value in values.items())


def parameter_float(value: float) -> int:
    """A number as a parameter holds it: 24 bits of signed fraction, 8 of exponent."""
    fraction, exponent = math.frexp(value)
    if round(abs(fraction) * (1 << 23)) == 1 << 23:  # rounded up to one, which is no fraction
        fraction, exponent = fraction / 2, exponent + 1
    return (round(fraction * (1 << 23)) & 0xFF_FFFF) | (exponent & 0xFF) << 24


def ticks(time_us: int) -> int:
    """Microseconds since 1970 as .NET ticks."""
    return time_us * 10 + _TICKS_AT_1970


def offset_text(offset_s: int) -> str:
    """Seconds east of UTC as info.txt has them: ``-05:00:00``, ``02:00:00``."""
    minutes, seconds = divmod(abs(offset_s), 60)
    return f"{'-' if offset_s < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
