"""Levels of an envelope: twelve for each doubling, so that a value is off by at most 3 %; below 4 mg four, and 9 %.

Pictures show no more, and a level is one byte, of which a quiet night has few kinds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LEAST_MG, _PER_DOUBLING = 0.5, 12
#: Below so many steps from the least (4 mg: half of what a kick needs) only every so many-th level is used.
_QUIET, _EVERY = 36, 3
#: Not searched; below the least; and so many from the least on, the last one 28 g.
_UNKNOWN, _BELOW, _FIRST, _COUNT = 0, 1, 2, 190
_OF_LEVEL_MG: Floats = np.concatenate(
    ([np.nan, 0.0], _LEAST_MG * 2 ** (np.arange(_COUNT) / _PER_DOUBLING)), dtype=np.float32
)
#: The character of the first level: levels are written as text, which the database compresses.
_CHARACTER = ord(" ")


def levelled(mg: NDArray[np.floating]) -> Floats:
    """Values at the nearest level, mg; 0 below 0.5 mg, NaN where they are NaN."""
    return _OF_LEVEL_MG[_levels(mg)]


def written(mg: NDArray[np.floating]) -> str:
    """Levels as text, a character each: space for NaN, ! below 0.5 mg, then twelve characters for each doubling,
    of which every third is used below 4 mg.
    """
    return (_levels(mg) + np.uint8(_CHARACTER)).tobytes().decode("latin-1")


def from_written(text: str) -> Floats:
    """What `written` made of values at their levels."""
    found: Floats = _OF_LEVEL_MG[np.frombuffer(text.encode("latin-1"), np.uint8) - np.uint8(_CHARACTER)]
    return found


def _levels(mg: NDArray[np.floating]) -> NDArray[np.uint8]:
    known = np.isfinite(mg)
    seen = known & (mg >= _LEAST_MG)
    steps = np.rint(_PER_DOUBLING * np.log2(np.where(seen, mg, _LEAST_MG) / _LEAST_MG))
    steps = np.where(steps < _QUIET, _EVERY * np.rint(steps / _EVERY), steps)
    level: NDArray[np.floating] = np.where(
        seen, _FIRST + np.minimum(steps, _COUNT - 1), np.where(known, _BELOW, _UNKNOWN)
    )
    return level.astype(np.uint8)
