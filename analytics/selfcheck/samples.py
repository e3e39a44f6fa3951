"""The samples of a recording that a check looks at: those near the time that was told, a day at most."""

from __future__ import annotations

import numpy as np

from analytics.model import Channel
from analytics.selfcheck.clock_error import LARGEST_ZONE_S, ToldTime, instants_us
from analytics.signal.channel import channel_of
from ingest.errors import EmptyFileError, UsageError
from ingest.recording import Recording, Samples

#: A longer recording is not held in memory at once. The largest error of a clock on either side, and the plan.
MOST_S = 2 * LARGEST_ZONE_S + 3600


def channel_to_check(recording: Recording, told: ToldTime | None) -> Channel:
    """Read what a check needs.

    Raises
    ------
    EmptyFileError
        The recording holds no movement, or none near the time told.
    UsageError
        It is longer than a day, and no day was told.
    IngestError
        The file changed or cannot be read.
    """
    start_us, end_us = _window_us(recording, told)
    kept = []
    for block in recording.blocks():
        inside = (block.time_us >= start_us) & (block.time_us <= end_us)
        if inside.any():
            kept.append(Samples(block.time_us[inside], block.xyz_g()[inside], 1.0))
    if not kept:
        raise EmptyFileError(
            "no sample lies within half a day of the first kick", path=recording.path, hint="check --kicks-at and --tz"
        )
    time_us = np.concatenate([block.time_us for block in kept])
    values = np.concatenate([block.xyz_g() for block in kept])
    order = np.argsort(time_us, kind="stable")  # a clock that jumped back is told apart, among the gaps
    quality = recording.quality
    return channel_of(
        Samples(time_us[order], values[order], 1.0),
        recording=recording.sha256,
        site=recording.placement.site,
        side=recording.placement.side,
        lsb_g=quality.lsb_mg / 1e3,
        calibration=quality.calibration,
    )


def _window_us(recording: Recording, told: ToldTime | None) -> tuple[int, int]:
    first_us, last_us = recording.quality.first_us, recording.quality.last_us
    if not recording.quality.n_samples:
        raise EmptyFileError("it holds no movement", path=recording.path, hint="a check needs acceleration")
    if last_us - first_us <= MOST_S * 1_000_000:
        return first_us, last_us
    if told is None or told.day is None:
        raise UsageError(
            "this recording is longer than a day",
            path=recording.path,
            hint="say on which day the first kick was made, like --kicks-at 2026-03-02T21:35",
        )
    at_us = instants_us(first_us, told, recording.clock.zone)[0]
    return at_us - MOST_S * 500_000, at_us + MOST_S * 500_000
