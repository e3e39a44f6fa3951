"""Samples of a file whose checksum is wrong that stand alone in stillness: bytes that were changed, and no movement.

One changed byte moves one value of one axis, by anything from one count to the whole range. A leg does not: the
briefest twitch rings through it for 0.3 s and more (`analytics.signal.brief`), so that samples on both sides of its
largest move too. Only files whose checksum tells of a change are looked at. A value that was changed in the midst of
movement, or by less than noise, stays.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingest.recording import Samples

#: Samples on either side that must lie still: 0.16 s at 25 Hz.
_AROUND = 4
#: Fewer are no change worth the loss of a sample: noise of the worst sensors, and a tenth of the briefest jerk's size.
_LEAST_G = 0.03
#: Of its own deviation, the most that those around it may deviate.
_STILL = 0.2


def without_lone(block: Samples) -> tuple[Samples, int]:
    """Leave out samples that alone deviate from the median of those around them.

    Parameters
    ----------
    block : Samples
        In file order, at one rate.

    Returns
    -------
    Samples, int
        What is left, and how many were left out.
    """
    width = 2 * _AROUND + 1
    if len(block) < width:
        return block, 0
    g = block.xyz_g()
    around = np.lib.stride_tricks.sliding_window_view(np.pad(g, ((_AROUND, _AROUND), (0, 0)), "reflect"), width, axis=0)
    off_g = np.abs(g - np.median(around, axis=2)).max(axis=1)
    padded = np.pad(off_g, _AROUND)
    beside = np.lib.stride_tricks.sliding_window_view(padded, width)
    largest_beside = np.delete(beside, _AROUND, axis=1).max(axis=1)
    lone = (off_g > _LEAST_G) & (largest_beside < _STILL * off_g)
    if not lone.any():
        return block, 0
    kept = ~lone
    celsius = None if block.celsius is None else block.celsius[kept]
    left = replace(block, time_us=block.time_us[kept], values=block.values[kept], celsius=celsius)
    return left, int(lone.sum())
