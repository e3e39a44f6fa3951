"""How warm a simulated sensor is: the skin of a leg while it is worn, the bedroom while it lies about.

Made up of round numbers: skin of 31 degrees C outside the bed and up to 33.5 under a blanket, a slow swing of half a
degree, and a case that follows what is around it within a quarter of an hour. Draws nothing at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.simulate.plan import Plan, Span

ROOM_C = 20.0
_SKIN_C, _BLANKET_C = 31.0, 2.5
#: Time constants: of a leg under a blanket, and of the sensor's case.
_BED_S, _CASE_S = 2400.0, 600.0
_SWING_C, _SWING_PERIOD_S = 0.5, 5400.0
_STEP_S = 30.0


def sensor_celsius(plan: Plan, seconds: NDArray[np.float64], unworn_s: Sequence[Span] = ()) -> NDArray[np.float32]:
    """Temperature of a sensor at some moments of a night.

    Parameters
    ----------
    seconds : float64 array, shape (n,)
        From the start of the recording.
    unworn_s : sequence of (start, end)
        When it was not worn.

    Returns
    -------
    float32 array, shape (n,)
        Degrees C.
    """
    grid_s = np.arange(0.0, plan.hours * 3600 + 2 * _STEP_S, _STEP_S)
    in_bed_s = np.clip(grid_s, plan.in_bed_s, plan.out_of_bed_s) - plan.in_bed_s
    around_c = _SKIN_C + _BLANKET_C * (1 - np.exp(-in_bed_s / _BED_S))
    around_c += _SWING_C * np.sin(2 * np.pi * grid_s / _SWING_PERIOD_S)
    for start, end in unworn_s:
        off = (grid_s >= start) & (grid_s < end)
        around_c[off] = ROOM_C + _SWING_C * np.cos(2 * np.pi * grid_s[off] / _SWING_PERIOD_S)
    case_c = np.empty_like(around_c)
    case_c[0] = around_c[0]
    share = 1 - np.exp(-_STEP_S / _CASE_S)
    for i in range(1, len(grid_s)):  # a thousand steps a night
        case_c[i] = case_c[i - 1] + share * (around_c[i] - case_c[i - 1])
    celsius: NDArray[np.float32] = np.interp(seconds, grid_s, case_c).astype(np.float32)
    return celsius
