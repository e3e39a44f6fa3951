"""The checksum of FIT files, fast enough to check a whole night: the one place that computes it.

FIT uses the CRC-16 with the reflected polynomial 0xA001 and a zero start value (Flexible and Interoperable
Data Transfer protocol, "CRC"). With a zero start, leading zero bytes change nothing, and the checksum is
linear: the one of ``a + b`` is the one of ``a`` advanced over ``len(b)`` zero bytes, xor the one of ``b``. So
the bytes are laid out as many equally long lanes that numpy steps through side by side, and the lanes are
folded in pairs.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0xA001
#: Words a lane has in a full piece, and lanes in it: 8 MiB at a time bounds the scratch memory.
_PIECE_WORDS = 1 << 22


def fit_crc(data: bytes | memoryview) -> int:
    """CRC-16 of ``data`` as FIT files carry it behind their header and at their end."""
    octets = np.frombuffer(data, dtype=np.uint8)
    first = len(octets) % (2 * _PIECE_WORDS)
    crc = _crc_of_words(_words(octets[:first]))
    for start in range(first, len(octets), 2 * _PIECE_WORDS):
        words = _words(octets[start : start + 2 * _PIECE_WORDS])
        words[0] ^= crc
        crc = _crc_of_words(words)
    return crc


def _words(octets: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """The bytes as little-endian words of their own, a zero byte put before an odd number of them."""
    padded = np.zeros(len(octets) + len(octets) % 2, dtype=np.uint8)
    padded[len(padded) - len(octets) :] = octets
    return padded.view("<u2")


def _crc_of_words(words: NDArray[np.uint16]) -> int:
    if not len(words):
        return 0
    advance = _word_table()
    steps = 1
    while steps * steps < len(words):
        steps *= 2
        advance = advance[advance]
    lanes = np.zeros((-(-len(words) // steps), steps), dtype=np.uint16)
    lanes.reshape(-1)[lanes.size - len(words) :] = words
    return _fold(_crc_of_lanes(lanes), advance)


def _crc_of_lanes(lanes: NDArray[np.uint16]) -> NDArray[np.uint16]:
    table = _word_table()
    crc = np.zeros(len(lanes), dtype=np.uint16)
    for word in np.ascontiguousarray(lanes.T):
        crc = table[crc ^ word]
    return crc


def _fold(crc: NDArray[np.uint16], advance: NDArray[np.uint16]) -> int:
    """Joins neighbouring lanes until one is left; ``advance`` moves a checksum over one lane of zeros."""
    while len(crc) > 1:
        if len(crc) % 2:
            crc = np.concatenate((np.zeros(1, dtype=np.uint16), crc))
        crc = advance[crc[0::2]] ^ crc[1::2]
        advance = advance[advance]
    return int(crc[0])


@cache
def _word_table() -> NDArray[np.uint16]:
    """Checksum after one 16-bit word, for every ``state xor word``."""
    state = np.arange(1 << 16, dtype=np.uint16)
    for _ in range(16):
        state = (state >> np.uint16(1)) ^ ((state & np.uint16(1)) * np.uint16(_POLYNOMIAL))
    return state
