"""Which movements of several sensors are one movement of the person, whatever each of them looked like.

The rules join leg movements of the two legs (`analytics.scoring.leg_movements`). A sleep start moves the whole body and
is no leg movement, so that rules never see it; this joins what moved at the same time before anything is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from analytics.criteria import Criteria
from analytics.model import Movement, Shape

#: What decides the name of a movement of which several sensors saw different things: the first of these that one saw.
_TELLING: tuple[Shape, ...] = ("posture_change", "rhythmic")


def together(movements: Iterable[Movement], criteria: Criteria) -> list[tuple[Movement, ...]]:
    """Movements that overlap, or are apart by less than ``close_s``, as one; by onset.

    Those of one sensor are never that near each other: detection has joined them.
    """
    ordered = sorted(movements, key=lambda m: (m.onset_us, m.number))
    if not ordered:
        return []
    onset_us = np.array([m.onset_us for m in ordered], dtype=np.int64)
    end_us = np.maximum.accumulate([m.offset_us for m in ordered])
    apart = onset_us[1:] - end_us[:-1] >= round(criteria.detection.close_s * 1e6)
    edges = [0, *(np.flatnonzero(apart) + 1).tolist(), len(ordered)]
    return [tuple(ordered[first:end]) for first, end in pairwise(edges)]


def lead_of(parts: Sequence[Movement], criteria: Criteria) -> Movement:
    """The part that shows best what it was: the jerk of a jerk, the turn of a turn, otherwise the strongest.

    The other leg may move more and look like a kick: the strap sits looser there, or it is lifted as the body turns.
    """
    if is_jerk(parts, criteria):
        parts = [m for m in parts if m.shape == "brief_jerk"]
    else:
        telling = next((shape for shape in _TELLING if any(m.shape == shape for m in parts)), None)
        parts = [m for m in parts if telling is None or m.shape == telling]
    return max(parts, key=lambda m: (m.peak_g, -m.number))


def is_jerk(parts: Sequence[Movement], criteria: Criteria) -> bool:
    """Whether all that moved is over as soon as a jerk is, and one sensor saw a brief jerk.

    A weak jerk of the other leg has no peak that is high enough for one, so it need not look like one there.
    """
    if not any(m.shape == "brief_jerk" for m in parts) or any(m.shape in _TELLING for m in parts):
        return False
    length_us = max(m.offset_us for m in parts) - min(m.onset_us for m in parts)
    return length_us <= (criteria.shapes.jerk_s + criteria.detection.close_s) * 1e6
