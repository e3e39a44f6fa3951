"""One planned night as each of two legs takes part in it, and as two loggers with their own clocks see it.

Turning over and fidgeting move both legs; a kick moves one or both. In a sleep laboratory, on average half of the
periodic movements are bilateral, with large differences between people; the share here is a choice. A logger's
clock is set some time off and then runs at its own speed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.simulate.plan import Kind, Plan, TrueEvent
from analytics.simulate.walking import of_the_other_leg

#: The second leg follows or leads by this, standard deviation. A choice, well inside the 0.5 s that join legs.
LEG_DELAY_SD_S = 0.08
#: What moves both legs, or reaches both sensors: they are taken off and put on together.
_WHOLE_BODY: frozenset[Kind] = frozenset(
    {"posture", "fidget", "jerk", "alma", "large", "partner", "pet", "nudge", "handling"}
)


@dataclass(frozen=True, slots=True)
class LegClock:
    """How a logger's clock runs: behind by ``behind_s`` at the start, and ever more by ``drift_ppm``."""

    behind_s: float = 0.0
    drift_ppm: float = 0.0

    def shown_us(self, start_us: int, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """What the clock shows at true times, seconds from the start of the recording."""
        slow = seconds * (1 - self.drift_ppm * 1e-6) - self.behind_s
        return start_us + np.rint(slow * 1e6).astype(np.int64)


def two_legs(plan: Plan, rng: np.random.Generator, *, bilateral: float = 0.5) -> tuple[Plan, Plan]:
    """The left and the right leg's share of a night.

    Parameters
    ----------
    bilateral : float
        Share of kicks and trains that move both legs; the others are left or right by chance.
    """
    left: list[TrueEvent] = []
    right: list[TrueEvent] = []
    for event in plan.events:
        both = event.kind in _WHOLE_BODY or rng.random() < bilateral
        if both:
            other = replace(
                event,
                onset_s=max(0.0, event.onset_s + rng.normal(0.0, LEG_DELAY_SD_S)),
                peak_g=event.peak_g * rng.uniform(0.6, 1.0),
            )
            one, two = (left, right) if rng.random() < 0.5 else (right, left)
            one.append(event)
            two.append(other)
        else:
            (left if rng.random() < 0.5 else right).append(event)
    other_leg = replace(plan, strides_s=of_the_other_leg(plan.strides_s, rng))
    return _with(plan, left), _with(other_leg, right)


def _with(plan: Plan, events: list[TrueEvent]) -> Plan:
    return replace(plan, events=tuple(sorted(events, key=lambda e: e.onset_s)))
