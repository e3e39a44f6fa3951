"""What happens in a simulated night: sleep and wake, and every movement with its time, size and kind.

Nothing here knows of sensors. Times are seconds from the start of the recording. Who sleeps is in
`analytics.simulate.profiles`, how a night is drawn in `analytics.simulate.night`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

#: "respiratory" is a leg movement at the end of a respiratory event: periodic, and no PLM (WASM 2016). "large" is one
#: of the whole body that may leave it where it lay. The others are no movements of the sleeper's leg: "partner" and
#: "pet" come through the mattress, as does a "nudge" of the sleeper at a sensor that fell off; "bump" is a knock at the
#: furniture on which the sensor lies, "handling" is its being taken off, put down or put on.
Kind = Literal[
    "kick", "respiratory", "jerk", "posture", "train", "alma", "fidget", "large",
    "partner", "pet", "nudge", "bump", "handling",
]  # fmt: skip
#: What moves the sensor whether a leg wears it or not.
NOT_OF_THE_LEG: frozenset[Kind] = frozenset({"partner", "pet", "nudge", "bump", "handling"})
HOUR_S = 3600.0
Span = tuple[float, float]


def rest_of(spans: Iterable[Span], first_s: float, last_s: float) -> tuple[Span, ...]:
    """What spans in order leave of the time between two moments."""
    edges = [first_s, *(min(max(t, first_s), last_s) for span in spans for t in span), last_s]
    return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start)


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One movement that was really made.

    ``peak_g`` is the largest deviation from rest at the sensor; ``periodic`` marks kicks that were drawn as
    part of a series. ``turn_deg`` is by how much the sensor lies differently afterwards; where it is None, the renderer
    draws it for turns and fidgets, and other movements return to where the leg lay.
    """

    onset_s: float
    duration_s: float
    peak_g: float
    kind: Kind
    asleep: bool
    periodic: bool = False
    turn_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """Breathing and pulse as a worn sensor feels them; both legs feel the same breaths and beats.

    Attributes
    ----------
    seed : int
        Breaths and beats are drawn from it.
    breath_hz, breath_g : float
        Mean rate, and amplitude where the leg feels most of it.
    breath_sd : float
        Irregularity: standard deviation of the logarithm of the time from breath to breath.
    pulse_hz, pulse_g : float
        Mean rate, and peak of a beat.
    """

    seed: int
    breath_hz: float
    breath_g: float
    breath_sd: float
    pulse_hz: float
    pulse_g: float


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
    unworn_s : tuple of (start, end)
        When no leg wore the sensor, in order. What the sleeper did then is among the events all the same.
    quiet_s : tuple of (start, end)
        Stretches awake in bed without a fidget or a turn, in order; jerks and tremor of falling asleep may come.
    vibration_s : tuple of (start, end, level)
        When the bed as a whole shook, in order, and how much: RMS of all axes together, g.
    body : Body, optional
        None stands for steady breathing and pulse while in bed, as the plain profiles have them.
    """

    hours: float
    in_bed_s: float
    out_of_bed_s: float
    sleep_s: tuple[Span, ...]
    events: tuple[TrueEvent, ...]
    gaps_s: tuple[Span, ...] = ()
    strides_s: tuple[float, ...] = ()
    unworn_s: tuple[Span, ...] = ()
    quiet_s: tuple[Span, ...] = ()
    vibration_s: tuple[tuple[float, float, float], ...] = ()
    body: Body | None = None

    @property
    def worn_s(self) -> tuple[Span, ...]:
        """When a leg wore the sensor, in order."""
        return rest_of(self.unworn_s, 0.0, self.hours * HOUR_S)

    @property
    def awake_s(self) -> tuple[Span, ...]:
        """Stretches awake in bed, in order."""
        return rest_of(self.sleep_s, self.in_bed_s, self.out_of_bed_s)

    def worn(self, time_s: float) -> bool:
        """Whether a leg wears the sensor at this moment."""
        return not any(start <= time_s < end for start, end in self.unworn_s)

    def felt(self, event: TrueEvent) -> bool:
        """Whether a movement reaches the sensor: those of the leg do while it is worn."""
        return event.kind in NOT_OF_THE_LEG or self.worn(event.onset_s)

    def asleep(self, time_s: float) -> bool:
        """Whether the sleeper sleeps at this moment."""
        return any(start <= time_s < end for start, end in self.sleep_s)
