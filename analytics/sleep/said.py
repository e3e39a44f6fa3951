"""How well each state of a night agrees with what a diary or a watch says of it: factors for the sleep model.

Every factor is a measurement with an error. A person who writes "lights off at 23:10" is off by ten minutes or so, and
says nothing of an hour later: a statement mends what it states, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.diary import Diary
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.states import AWAKE, EPOCHS_MIN, SLEEPING, STATES
from ingest.recording import SleepWindow, StageSpan

Floats = NDArray[np.float64]

_MINUTE_US = 60_000_000
#: Error of lights off and getting up in a diary, and of a device's sleep window, minutes. Own.
_DIARY_SD_MIN, _WINDOW_SD_MIN = 10.0, 15.0
#: Errors of instants reach so many standard deviations: further off counts no more. Own.
REACH_SD = 4.0
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
    share = 1 / (EPOCHS_MIN * _STAGE_MIN)
    for span in stages:
        if span.stage == "unmeasurable":
            continue
        slept, awake = _STAGE_WAKE if span.stage == "wake" else _STAGE_SLEEP
        inside = _inside(seen, span.start_us, span.end_us)
        for states, chance in ((SLEEPING, slept), (AWAKE, awake)):
            found[np.ix_(inside, np.array(states))] *= chance**share
    return found


def shared_error(seen: HalfMinutes, at_us: float, sd_min: float) -> Floats:
    """A normal error of an instant, shared out over the epochs between it and where it may have been instead.

    Parameters
    ----------
    at_us : float
        The instant as stated, UTC.
    sd_min : float
        Its standard error, minutes.

    Returns
    -------
    float64 array, shape (n,)
        Log of what each epoch on the wrong side costs: below 0 before the instant, above 0 after it.
    """
    edges_us = seen.edges_us()
    off_sd = ((edges_us[:-1] + edges_us[1:]) // 2 - at_us) / _MINUTE_US / sd_min
    found: Floats = off_sd.clip(-REACH_SD, REACH_SD) / (sd_min * EPOCHS_MIN)
    return found


def _in_bed(seen: HalfMinutes, from_us: int, to_us: int, sd_min: float) -> Floats:
    """Asleep outside is the less likely the further out."""
    found = np.ones((len(seen), len(STATES)))
    outside = np.maximum(-shared_error(seen, from_us, sd_min), shared_error(seen, to_us, sd_min))
    found[:, SLEEPING] *= np.exp(-outside.clip(0.0))[:, None]
    return found


def _inside(seen: HalfMinutes, from_us: int, to_us: int) -> NDArray[np.int64]:
    edges_us = seen.edges_us()
    return np.flatnonzero((edges_us[:-1] >= from_us) & (edges_us[1:] <= to_us))
