"""Samples dated years away from all others: found, and left out.

One damaged digit of a year, or a clock that lost its battery and began again in 2000, would stretch a night over
thousands of nights, each of which would be looked at downstream. No device records for `LONGEST_US` on end,
so where a recording claims more, the most densely filled stretch of that length is believed and the rest is
left out and counted. Samples that could be read are left unused here alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ingest.clock import FIRST_US, LAST_US
from ingest.recording import Blocks, Samples

_BIN_US = 100 * 86_400_000_000
#: 300 days: five times what the most frugal sensors manage.
LONGEST_US = 3 * _BIN_US
_N_BINS = (LAST_US - FIRST_US) // _BIN_US + 1


def has_strays(first_us: int, last_us: int) -> bool:
    """Whether the samples lie further apart than any device records."""
    return last_us - first_us > LONGEST_US


def without_strays(blocks: Blocks) -> Blocks:
    """The samples of the fullest 100 days and of those on either side, on the clock of `blocks`; one walk now."""
    filled = np.zeros(_N_BINS, np.int64)
    for block in blocks():
        bins = (np.clip(block.time_us, FIRST_US, LAST_US) - FIRST_US) // _BIN_US
        filled += np.bincount(bins, minlength=_N_BINS)
    low_us = FIRST_US + (int(filled.argmax()) - 1) * _BIN_US
    return _between(blocks, max(low_us, FIRST_US), min(low_us + LONGEST_US, LAST_US))


def _between(blocks: Blocks, low_us: int, high_us: int) -> Blocks:
    def walk() -> Iterator[Samples]:
        for block in blocks():
            inside = (block.time_us >= low_us) & (block.time_us <= high_us)
            if inside.all():
                yield block
            elif inside.any():
                yield block.picked(inside)

    return walk
