"""What happens in a simulated night: sleep and wake, and every movement with its time, size and kind.

Nothing here knows of sensors. Times are seconds from the start of the recording. Who sleeps is in
`analytics.simulate.profiles`, how a night is drawn in `analytics.simulate.night`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: "respiratory" is a leg movement at the end of a respiratory event: periodic, and no PLM (WASM 2016).
Kind = Literal["kick", "respiratory", "jerk", "posture", "train", "alma", "fidget"]
HOUR_S = 3600.0
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One movement that was really made.

    ``peak_g`` is the largest deviation from rest at the sensor; ``periodic`` marks kicks that were drawn as
    part of a series.
    """

    onset_s: float
    duration_s: float
    peak_g: float
    kind: Kind
    asleep: bool
    periodic: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole night.

    Attributes
    ----------
    hours : float
        Length of the recording.
    in_bed_s, out_of_bed_s : float
    sleep_s : tuple of (start, end)
        Stretches asleep, in order; the first one starts at sleep onset.
    events : tuple of TrueEvent
        By onset.
    gaps_s : tuple of (start, end)
        When the sensor did not record, in order; what happened then happened all the same.
    strides_s : tuple of float
        When this leg's heel struck the ground, in order; none where the person did not walk.
    """

    hours: float
    in_bed_s: float
    out_of_bed_s: float
    sleep_s: tuple[Span, ...]
    events: tuple[TrueEvent, ...]
    gaps_s: tuple[Span, ...] = ()
    strides_s: tuple[float, ...] = ()

    def asleep(self, time_s: float) -> bool:
        """Whether the sleeper sleeps at this moment."""
        return any(start <= time_s < end for start, end in self.sleep_s)
