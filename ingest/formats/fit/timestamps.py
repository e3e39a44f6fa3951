"""The time stamp of every message: its own, one squeezed into its header, or the one before it.

Most messages carry field 253. A message with a "compressed timestamp header" has only the low five bits of its
second; the rest follows from the latest stamp before it, in whatever kind of message that was. Some messages
(beat intervals, heart rates of all-day monitoring) have no stamp at all and refer to that latest one as well. So the
stamps of a part depend on the order of all its messages: that is worked out here, once, for all of them.

Source: Flexible and Interoperable Data Transfer protocol, "Compressed Timestamp Header".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.formats.fit.messages import TIMESTAMP
from ingest.formats.fit.tables import NONE, MessageTable, tables
from ingest.formats.fit.walk import Walked

_COMPRESSED = 0x80
_LOW_BITS = 0x1F


@dataclass(frozen=True)
class Stamps:
    """The stamps of one part, in seconds since FIT's epoch or since switching on; `NONE` where there is none."""

    data: bytes
    walked: Walked

    def of(self, table: MessageTable) -> NDArray[np.int64]:
        """When the messages of a table happened, shape (n,)."""
        stamp_s = table.whole(TIMESTAMP)
        compressed = self.walked.header[table.index] >= _COMPRESSED
        if not compressed.any():
            return stamp_s
        return np.where(compressed, self.latest[table.index], stamp_s)

    @cached_property
    def latest(self) -> NDArray[np.int64]:
        """The latest stamp up to and including each message of the part."""
        index = np.arange(len(self.walked))
        full_s = np.full(len(index), NONE, dtype=np.int64)
        for table in tables(self.data, self.walked):
            full_s[table.index] = table.whole(TIMESTAMP)
        last_full = np.maximum.accumulate(np.where(full_s != NONE, index, NONE))
        ahead_s = _ahead_s(self.walked.header, full_s)
        stamp_s = full_s[last_full] + ahead_s - ahead_s[last_full]
        # A header that has its low bits after a field that has them all is ahead of that field.
        stamp_s += np.diff(ahead_s, prepend=0)[last_full]
        return np.where(last_full == NONE, NONE, stamp_s)


def _ahead_s(header: NDArray[np.uint8], full_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Seconds that the low bits in headers have added up to, over all messages up to each, shape (n,)."""
    compressed = header >= _COMPRESSED
    if not compressed.any():
        return np.zeros(len(header), dtype=np.int64)
    index = np.arange(len(header))
    low = np.where(compressed, header, full_s) & _LOW_BITS
    latest = np.maximum.accumulate(np.where(compressed | (full_s != NONE), index, 0))
    before = np.concatenate(([0], latest[:-1]))
    low_before = np.where(full_s != NONE, full_s & _LOW_BITS, low[before])
    return np.cumsum(np.where(compressed, (low - low_before) & _LOW_BITS, 0))
