"""What a sensor's temperature says of a stretch: as cold as a room, as warm as on the leg, or nothing.

A thermometer in the case follows what it touches within 5 to 15 minutes. Against skin it shows 28 to 35 degrees C, in
a room 15 to 25; after removal it falls by 0.40 +- 0.17 C a minute for the first five minutes (Vert 2022). So the *end*
of a stretch tells, beside how warm the same sensor is while it is worn. A foot outside the blanket cools too,
but not to the room: below `Wear.cold_c` (26 C, Zhou 2015, wrists and ankles) nothing was worn.

A value that never changes and absurd ones are kept out when a file is read (`ingest.quality.thermometer`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Wear
from ingest.recording import Temperature

MINUTE_US = 60_000_000
#: Fewer readings in a stretch, or while worn, say nothing.
_FEWEST_STRETCH, _FEWEST_WORN = 3, 30


@dataclass(frozen=True, slots=True)
class Felt:
    """What the thermometer says of one stretch, and in words."""

    cold: bool
    warm: bool
    words: str


@dataclass(frozen=True, slots=True)
class Warmth:
    """Readings of one sensor, and their median while it was mostly worn, degrees C."""

    readings: Temperature
    worn_c: float
    wear: Wear

    def seen(self, start_us: int, end_us: int) -> Felt | None:
        """What it says of a stretch; None without enough readings."""
        first, last = np.searchsorted(self.readings.minute_us, (start_us, end_us - MINUTE_US))
        celsius = self.readings.celsius[first:last].astype(np.float64)
        n_end = max(_FEWEST_STRETCH, round(self.wear.temperature_end_min))
        if len(celsius) < n_end:
            return None
        start_c, end_c = float(np.median(celsius[:_FEWEST_STRETCH])), float(np.median(celsius[-n_end:]))
        cold = end_c < self.wear.cold_c and self.worn_c - end_c >= self.wear.colder_by_c
        warm = float(celsius[n_end:].min(initial=end_c)) >= self.wear.warm_c
        warm = warm and abs(end_c - self.worn_c) <= self.wear.warm_within_c
        how = (
            f"falling from {start_c:.0f} to {end_c:.0f} C"
            if start_c - end_c >= self.wear.fell_by_c
            else f"{end_c:.0f} C"
        )
        beside = f"where {self.worn_c:.0f} C are usual while worn"
        return Felt(cold, warm, f"as cold as a room ({how}, {beside})" if cold else f"at {how} {beside}")


def warmth_of(readings: Temperature, worn: NDArray[np.int64], wear: Wear) -> Warmth | None:
    """What can be compared; None without a thermometer, or where it was worn too shortly to know how warm it is.

    Parameters
    ----------
    worn : int64 array, shape (k, 2)
        When the sensor was mostly worn, in order, without overlaps.
    """
    if not len(readings) or not len(worn):
        return None
    place = np.searchsorted(worn[:, 0], readings.minute_us, side="right") - 1
    inside = (place >= 0) & (readings.minute_us < worn[np.maximum(place, 0), 1])
    if np.count_nonzero(inside) < _FEWEST_WORN:
        return None
    worn_c = float(np.median(readings.celsius[inside]))
    return Warmth(readings, worn_c, wear) if np.isfinite(worn_c) else None
