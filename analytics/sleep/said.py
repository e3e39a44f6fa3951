"""How well each state of a night agrees with what a diary or a watch says of it: factors for the sleep model.

Every factor is a measurement with an error. A person who writes "lights off at 23:10" is off by ten minutes or so, and
says nothing of an hour later: what somebody said mends what it says, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.diary import Diary
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.states import AWAKE, EPOCH_S, SLEEPING, STATES
from ingest.recording import SleepWindow, StageSpan

Floats = NDArray[np.float64]

_MINUTE_US = 60_000_000
_EPOCH_MIN = EPOCH_S / 60
#: Error of lights off and getting up in a diary, and of a device's sleep window, minutes. Own.
_DIARY_SD_MIN, _WINDOW_SD_MIN = 10.0, 15.0
#: Watches call sleep "sleep" in 95 % and wake "sleep" in about half of epochs (Chinoy 2021, Sleep 44:zsaa291). Their
#: errors last minutes: one independent reading in five minutes.
_STAGE_SLEEP, _STAGE_WAKE, _STAGE_MIN = (0.95, 0.45), (0.05, 0.55), 5.0


def said_by_diary(seen: HalfMinutes, diary: Diary) -> Floats:
    """Factors from when the light went out and the person got up, shape (n, states)."""
    return _in_bed(seen, diary.lights_off_us, diary.got_up_us, _DIARY_SD_MIN)


def said_by_window(seen: HalfMinutes, window: SleepWindow) -> Floats:
    """Factors from a device's sleep window, shape (n, states)."""
    return _in_bed(seen, window.start_us, window.end_us, _WINDOW_SD_MIN)


def said_by_stages(seen: HalfMinutes, stages: Sequence[StageSpan]) -> Floats:
    """Factors from a device's sleep stages, shape (n, states)."""
    found = np.ones((len(seen), len(STATES)))
    share = _EPOCH_MIN / _STAGE_MIN
    for span in stages:
        if span.stage == "unmeasurable":
            continue
        slept, awake = _STAGE_WAKE if span.stage == "wake" else _STAGE_SLEEP
        inside = _inside(seen, span.start_us, span.end_us)
        for states, chance in ((SLEEPING, slept), (AWAKE, awake)):
            found[np.ix_(inside, np.array(states))] *= chance**share
    return found


def _in_bed(seen: HalfMinutes, from_us: int, to_us: int, sd_min: float) -> Floats:
    """Asleep outside is the less likely the further out: a normal error of the instant, shared out over epochs."""
    found = np.ones((len(seen), len(STATES)))
    middle_us = seen.edges_us()[:-1] + (seen.edges_us()[1] - seen.edges_us()[0]) // 2
    outside_min = np.maximum(from_us - middle_us, middle_us - to_us) / _MINUTE_US
    against = np.exp(-np.clip(outside_min, 0.0, 4 * sd_min) / sd_min**2 * _EPOCH_MIN)
    found[:, SLEEPING] *= against[:, None]
    return found


def _inside(seen: HalfMinutes, from_us: int, to_us: int) -> NDArray[np.int64]:
    edges_us = seen.edges_us()
    return np.flatnonzero((edges_us[:-1] >= from_us) & (edges_us[1:] <= to_us))
