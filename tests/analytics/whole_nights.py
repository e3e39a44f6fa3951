"""Whole nights made without the simulator, analysed, and what is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.flag import Flag
from analytics.model import Channel, Night
from analytics.nights.night import analyse_night
from analytics.scoring.rulesets import RULESETS
from analytics.sleep.diary import Diary
from ingest.recording import StageSpan

CRITERIA = Criteria()
HOUR_S = 3600.0
#: Six runs of 25 kicks 27 s apart in five and a half hours asleep.
PERIODIC_S = [start + 27.0 * k for start in np.arange(5100, 25000, 3000) for k in range(25)]


def analysed(
    channels: Sequence[Channel],
    *,
    stages: Sequence[StageSpan] = (),
    diary: Diary | None = None,
    urge_to_move: float | None = None,
    criteria: Criteria = CRITERIA,
    rulesets: Sequence[str] = ("wasm2016",),
) -> Night:
    return analyse_night(
        subject="me",
        night_date=date(2026, 3, 2),
        zone="UTC",
        channels=channels,
        stages=stages,
        diary=diary,
        urge_to_move=urge_to_move,
        criteria=criteria,
        rulesets=[RULESETS[name] for name in rulesets],
        version="test",
    )


def flag(night: Night, name: str) -> Flag:
    return next(f for f in night.scores[0].flags if f.name == name)


def states(found: Flag) -> dict[str, str]:
    return {c.name: c.state for c in found.criteria}


Signal = tuple[NDArray[np.float64], NDArray[np.float64]]
