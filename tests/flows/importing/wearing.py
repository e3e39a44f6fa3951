"""Days of wear round the clock with sleeps at chosen local times, as files that can be cut anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ingest.clock import microseconds
from tests.flows.making import Pretend
from tests.ingest.making import decoded, samples

RATE_HZ = 12.5
Worn = tuple[NDArray[np.int64], NDArray[np.float32]]


def local(day: date, clock: float, zone: str) -> datetime:
    """An instant ``clock`` hours after local midnight, as the wearer's clocks show it; 26 is two o'clock next day."""
    days, hours = divmod(clock, 24)
    at = datetime.combine(day + timedelta(days=days), datetime.min.time()) + timedelta(hours=hours)
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def worn(first: datetime, last: datetime, sleeps: Sequence[tuple[datetime, datetime]], *, seed: int = 0) -> Worn:
    """An ankle that turns every 20 s while awake and every 40 min, with a kick, asleep."""
    rng = np.random.default_rng(seed)
    start_us, end_us = microseconds(first), microseconds(last)
    time_us = start_us + np.arange(int((end_us - start_us) * RATE_HZ / 1e6)) * round(1e6 / RATE_HZ)
    awake = np.arange(start_us, end_us, 20_000_000)
    turns = np.union1d(awake, np.arange(start_us, end_us, 2_400_000_000))
    for a, b in sleeps:
        inside = (turns >= microseconds(a)) & (turns < microseconds(b)) & ((turns - start_us) % 2_400_000_000 != 0)
        turns = turns[~inside]
    degrees = rng.uniform(30, 90, len(turns)).cumsum()
    marks = np.column_stack((turns, turns + 3_000_000)).ravel()
    angle = np.radians(np.interp(time_us, marks, np.concatenate(([0.0], np.repeat(degrees, 2)[:-1]))))
    xyz = rng.normal(0, 2e-3, (len(time_us), 3))
    xyz += np.column_stack((np.zeros(len(angle)), np.cos(angle), np.sin(angle)))
    return time_us, xyz.astype(np.float32)


def file_of(
    pretend: Pretend, name: str, recording: Worn, first: datetime | None = None, last: datetime | None = None
) -> Path:
    """The recording, or the part of it in ``[first, last)``, as a file whose clock shows UTC."""
    time_us, xyz = recording
    begin, end = np.searchsorted(
        time_us, [time_us[0] if first is None else microseconds(first), 2**62 if last is None else microseconds(last)]
    )
    return pretend(name, decoded(samples(time_us[begin:end], xyz[begin:end])))
