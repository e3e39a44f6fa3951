"""The checksum of FIT files, fast enough to check every file whole.

FIT uses the CRC-16 with the reflected polynomial 0xA001 and a zero start value (Flexible and Interoperable
Data Transfer protocol, "CRC"). Its polynomial x^16 + x^15 + x^2 + 1 is (x + 1)(x^15 + x + 1), and the second
factor is primitive: x^32767 = 1 modulo both. Since a checksum that starts at zero is linear, a stretch of 32,767
bytes may therefore be moved over another one and xored into it without changing the checksum of the whole. That is
one pass of plain xor over the file; only the last stretch goes through a table, byte by byte.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0xA001
#: x to the power of this many bytes (or bits) is 1 modulo the polynomial.
_PERIOD_BYTES = 32_767


def fit_crc(data: bytes | memoryview) -> int:
    """CRC-16 of ``data`` as FIT files carry it behind their header and at their end."""
    table = _byte_table()
    crc = 0
    for octet in _folded(np.frombuffer(data, dtype=np.uint8)):
        crc = crc >> 8 ^ table[(crc ^ octet) & 0xFF]
    return crc


def _folded(octets: NDArray[np.uint8]) -> bytes:
    """At most one period of bytes with the checksum of all of them; leading zero bytes change nothing."""
    n_first = len(octets) % _PERIOD_BYTES
    if n_first == len(octets):
        return octets.tobytes()
    folded: NDArray[np.uint8] = np.bitwise_xor.reduce(octets[n_first:].reshape(-1, _PERIOD_BYTES), axis=0)
    folded[_PERIOD_BYTES - n_first :] ^= octets[:n_first]
    return folded.tobytes()


@cache
def _byte_table() -> tuple[int, ...]:
    """Checksum of every single byte."""
    state = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        state = (state >> np.uint16(1)) ^ ((state & np.uint16(1)) * np.uint16(_POLYNOMIAL))
    return tuple(state.tolist())
