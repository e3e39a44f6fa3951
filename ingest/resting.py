"""Whether a sensor lay in one position: what a telephone does on a table, under a pillow or on a mattress.

What is worn turns with the sleeper, and comes to rest in another position after every turn. What lies about may be
jolted all night and comes back to the same one. So the direction of gravity is asked, not the size of movements: a
telephone on a mattress moves more than a quiet leg.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IngestError
from ingest.recognising import sniff
from ingest.recording import Blocks

Vectors = NDArray[np.float64]

#: Gravity is what is left of so long a stretch when jolts cancel out.
_WINDOW_US = 10_000_000
#: A mattress tilts by some degrees under a sleeper who turns; a leg turns by tens.
_ONE_POSITION_DEG = 10.0
#: The rest is for the time in which it is put down and picked up: three quarters of an hour of a night.
_LYING_SHARE = 0.9
#: Below half an hour a sleeping leg lies as still as a table.
_FEWEST_WINDOWS = 180


def lay_in_one_position(path: Path) -> bool | None:
    """Whether the sensor lay in one position; None where the file cannot tell."""
    try:
        return is_one_position(sniff.reader_of(path).read(path).blocks)
    except IngestError:
        return None


def is_one_position(blocks: Blocks) -> bool | None:
    """Whether gravity points one way for nearly all of the time; None for a recording that is too short to tell."""
    parts = list(_summed(blocks))
    if not parts:
        return None
    window, n, total = (np.concatenate(part) for part in zip(*parts, strict=True))
    _, place = np.unique(window, return_inverse=True)
    count, sums = np.zeros(place.max() + 1), np.zeros((place.max() + 1, 3))
    np.add.at(count, place, n)
    np.add.at(sums, place, total)
    mean_g = sums[count > 0] / count[count > 0, np.newaxis]
    length = np.linalg.norm(mean_g, axis=1)
    directions = mean_g[length > 0] / length[length > 0, np.newaxis]
    if len(directions) < _FEWEST_WINDOWS:
        return None
    usual = np.median(directions, axis=0)
    cosines = directions @ usual / max(float(np.linalg.norm(usual)), 1e-9)
    return bool(np.mean(cosines >= np.cos(np.radians(_ONE_POSITION_DEG))) >= _LYING_SHARE)


def _summed(blocks: Blocks) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
    """Per block: windows, how many samples lie in each, and their sums, g."""
    for block in blocks():
        xyz_g = block.xyz_g().astype(np.float64)
        usable = np.isfinite(xyz_g).all(axis=1)
        window = block.time_us[usable] // _WINDOW_US
        if not len(window):
            continue
        starts = np.flatnonzero(np.append(True, np.diff(window) != 0))
        yield window[starts], np.diff(np.append(starts, len(window))), np.add.reduceat(xyz_g[usable], starts)
