"""Finds out how far a cycle of FIT messages goes on, many messages at a time.

Only headers are compared: where each of them stands in a cycle whose messages keep their sizes is known, so whether
the cycle goes on can be looked up at all places at once. The first header that differs ends it; what is found is
exactly what following the headers one by one would have found.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: A logging app writes one message of each sensor and a record, over and over.
_LONGEST = 16
#: Cycles compared at first; four times as many after each success, so that a miss costs no more than was found.
_FIRST_CYCLES, _MOST_CYCLES = 64, 1 << 16


def repeated(data: bytes, seen: Sequence[int], at: int, end: int, n_most: int) -> NDArray[np.int64]:
    """Where the messages from byte ``at`` on are, as far as the cycle at the end of ``seen`` goes on.

    Parameters
    ----------
    data : bytes
        The file; nothing behind ``end`` is looked at.
    seen : sequence of int
        Where the messages directly before ``at`` began; all their layouts still hold.
    at, end : int
        Bytes of the file: behind the last message seen, and behind the part.
    n_most : int
        No more messages than that.

    Returns
    -------
    int64 array, shape (n,)
        Whole cycles only; empty where the messages seen are in no cycle.
    """
    headers = bytes(data[place] for place in seen[-2 * _LONGEST :])
    length = next((k for k in range(1, _LONGEST + 1) if headers[-k:] * 2 == headers[-2 * k :]), 0)
    if not length:
        return np.empty(0, dtype=np.int64)
    cycle_bytes = at - seen[-length]
    places = np.array(seen[-length:], dtype=np.int64) + cycle_bytes
    n_cycles = min((end - at) // cycle_bytes, n_most // length)
    n = _cycles_alike(data, headers[-length:], places - at, at, n_cycles, cycle_bytes)
    return (places + np.arange(n, dtype=np.int64)[:, np.newaxis] * cycle_bytes).ravel()


def _cycles_alike(
    data: bytes, headers: bytes, places: NDArray[np.int64], at: int, n_most: int, cycle_bytes: int
) -> int:
    """How many whole cycles follow, of as many as there may be."""
    n, window = 0, _FIRST_CYCLES
    while n < n_most:
        n_here = min(window, n_most - n)
        there = np.frombuffer(data, np.uint8, n_here * cycle_bytes, at + n * cycle_bytes).reshape(n_here, cycle_bytes)
        wrong = (there[:, places] != np.frombuffer(headers, dtype=np.uint8)).any(axis=1)
        if wrong.any():
            return n + int(wrong.argmax())
        n += n_here
        window = min(4 * window, _MOST_CYCLES)
    return n
