"""Half minutes made up epoch by epoch, and what the sensors of a leg saw in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.model import Leg, Movement, Shape
from analytics.signal.angles import Coarse
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.states import EPOCH_US
from tests.analytics.signals import EVENING_US

#: A stretch: minutes, and movements, turn in degrees and class of motion of every epoch in it.
Stretch = tuple[float, int, float, int]


def night_of(*stretches: Stretch, is_known: NDArray[np.bool_] | None = None) -> HalfMinutes:
    """Stretches one after another."""
    sizes = [round(minutes * 60e6 / EPOCH_US) for minutes, *_ in stretches]
    n_movements, turn_deg, in_motion = (np.repeat([s[i] for s in stretches], sizes) for i in (1, 2, 3))
    n = sum(sizes)
    return HalfMinutes(
        start_us=EVENING_US,
        is_known=np.ones(n, bool) if is_known is None else is_known,
        n_movements=n_movements.astype(np.uint8),
        turn_deg=turn_deg.astype(np.float64),
        in_motion=in_motion.astype(np.uint8),
        n_tilted=np.zeros(n, np.uint8),
    )


def moved(
    onset_s: float,
    *,
    long_s: float = 2.0,
    peak_g: float = 0.05,
    tilt_deg: float = 0.0,
    leg: Leg = "left",
    shape: Shape = "leg_movement",
) -> Movement:
    """A movement so many seconds after `EVENING_US`."""
    onset_us = EVENING_US + round(onset_s * 1e6)
    return Movement(
        number=1,
        recording="a" * 64,
        site="ankle",
        leg=leg,
        onset_us=onset_us,
        offset_us=onset_us + round(long_s * 1e6),
        peak_g=peak_g,
        threshold_g=0.008,
        core_s=1.0,
        posture_change_deg=tilt_deg,
        n_bursts=1,
        shape=shape,
    )


def lying(
    until_s: float, angles: Sequence[tuple[float, float]], *, from_s: float = 0.0, rate_hz: float = 5.0
) -> Coarse:
    """Gravity of a leg that lies turned by so many degrees from each of these seconds on.

    Parameters
    ----------
    angles : sequence of (second, degrees)
        The first one at or before ``from_s``.
    """
    at_s = np.arange(from_s, until_s, 1 / rate_hz)
    marks_s, degrees = (np.array(x) for x in zip(*angles, strict=True))
    angle = np.radians(degrees[np.searchsorted(marks_s, at_s, side="right") - 1])
    gravity = np.column_stack((np.zeros(len(at_s)), np.sin(angle), np.cos(angle)))
    return Coarse(EVENING_US + np.rint(at_s * 1e6).astype(np.int64), gravity)
