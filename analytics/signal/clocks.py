"""On which clock each sensor of a night is: which one stays, and what was added to the times of the others.

`analytics.signal.alignment` finds it once, the store keeps it, and whatever draws samples beside stored movements reads
it here. All stored onsets are on the clock that stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.recording import Side


@dataclass(frozen=True, slots=True)
class SensorClock:
    """How the clock of one sensor compares with the one that stays.

    Attributes
    ----------
    recording : str
        sha256 of the file.
    stays : bool
        Whether this is the clock of the night, or of the same leg: nothing is added.
    shared_h : float or None
        Time it ran together with one that stays; this and the next three are None where the two were not compared.
    confidence : float or None
        How clearly shared movements show the difference, 0-1.
    compared_us : int or None
        A moment on its own clock: the middle of the time compared.
    behind_s : float or None
        Added to its times at that moment; None too where the confidence was too low: nothing was moved.
    drift_ppm : float or None
        How fast that grows; None where it could not be told.
    uncertain_s : float or None
        How far off it may be anywhere in the night, three standard errors; None where nothing was moved.
    """

    recording: str
    leg: Side
    stays: bool
    shared_h: float | None = None
    confidence: float | None = None
    compared_us: int | None = None
    behind_s: float | None = None
    drift_ppm: float | None = None
    uncertain_s: float | None = None

    @property
    def is_moved(self) -> bool:
        """Whether anything is added to its times."""
        return self.behind_s is not None

    def of_night(self, time_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Bring times of the sensor onto the clock of the night."""
        if self.behind_s is None or self.compared_us is None:
            return time_us
        shift_us = self.behind_s * 1e6 + (time_us - self.compared_us) * ((self.drift_ppm or 0.0) * 1e-6)
        moved: NDArray[np.int64] = time_us + np.rint(shift_us).astype(np.int64)
        return moved

    def own_us(self, night_us: int) -> int:
        """Tell what the sensor's clock showed at a moment of the night's clock."""
        if self.behind_s is None or self.compared_us is None:
            return night_us
        since_us = night_us - self.compared_us - self.behind_s * 1e6
        return self.compared_us + round(since_us / (1 + (self.drift_ppm or 0.0) * 1e-6))


def staying(sides: Sequence[Side], devices: Sequence[str]) -> list[int]:
    """Which sensors' clocks stay: those of the left leg, else of the right one, else the first sensor's.

    Parameters
    ----------
    sides, devices : sequences of the same length
        Of every file, by first sample; files of one device are one sensor, an unknown device is "".
    """
    for leg in ("left", "right"):
        found = [i for i, side in enumerate(sides) if side == leg]
        if found:
            return found
    return [i for i, device in enumerate(devices) if i == 0 or (device and device == devices[0])]


def legs_compared(clocks: Sequence[SensorClock]) -> SensorClock | None:
    """The clock that was compared over the longest time; it stands for the night. None where none was compared."""
    compared = [clock for clock in clocks if clock.shared_h is not None]
    return max(compared, key=lambda clock: clock.shared_h or 0.0, default=None)


def clocks_of_older_night(
    sensors: Sequence[tuple[str, Side]],
    *,
    behind_s: float | None,
    drift_ppm: float | None,
    confidence: float | None,
    middle_us: int,
) -> dict[str, SensorClock | None]:
    """Clocks of a night that was stored before they were kept one by one.

    Parameters
    ----------
    sensors : sequence
        sha256 and side of every recording that was used, by first sample.
    behind_s, drift_ppm, confidence
        As that night has them: of one pair of sensors, whichever was compared over the longest time.
    middle_us : int
        Middle of the night, UTC.

    Returns
    -------
    dict
        By sha256; None where several sensors may have been moved, each by an amount that is not known.
    """
    stay = set(staying([side for _, side in sensors], [""] * len(sensors)))
    others = [i for i in range(len(sensors)) if i not in stay]
    found: dict[str, SensorClock | None] = {}
    for i, (recording, side) in enumerate(sensors):
        if i in stay or confidence is None:
            found[recording] = SensorClock(recording, side, stays=i in stay)
        elif len(others) > 1:
            found[recording] = None
        else:
            at_us = None if behind_s is None else middle_us - round(behind_s * 1e6)
            found[recording] = SensorClock(
                recording,
                side,
                stays=False,
                confidence=confidence,
                compared_us=at_us,
                behind_s=behind_s,
                drift_ppm=drift_ppm,
            )
    return found
