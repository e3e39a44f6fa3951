"""The movement trace around one moment, from the raw samples of every sensor of the night.

What is drawn is the length of the band-passed vector, in which movements are looked for (`analytics.signal.motion`),
and the raw axes beside it. Nothing is detected here: onsets, thresholds and labels come from the store.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.channel import channel_of
from analytics.signal.motion import Segment, segments
from analytics.store import (
    Store,
    StoredRecording,
    check_samples,
    frames,
    is_own,
    load_samples,
    recordings_of_night,
    said_of_pruned,
)
from ingest.errors import SamplesLostError, UsageError

#: Widest window that is drawn from raw samples, and what is read beyond it on either side for the filter to settle.
WIDEST_S = 20 * 60
MARGIN_S = 20.0
#: Points per trace: a smallest and a largest value for each of half as many columns of the picture.
POINTS = 1600

_ALIGNED = """
SELECT leg_offset_s, leg_drift_ppm, (epoch_us(recorded_from) + epoch_us(recorded_to)) // 2
FROM night WHERE subject = ? AND night_date = ? AND leg_offset_s IS NOT NULL
"""

Floats = NDArray[np.float64]


def window_payload(
    store: Store, subject: str, night_date: date, from_ms: int, to_ms: int, criteria: Criteria
) -> dict[str, Any]:
    """Traces of all sensors between two moments; ``lost`` says why where samples are gone.

    Raises
    ------
    UsageError
        The window is empty or wider than `WIDEST_S`.
    StoreError
    """
    if not 0 < to_ms - from_ms <= WIDEST_S * 1000:
        raise UsageError(f"a window of {(to_ms - from_ms) / 1000:g} s cannot be drawn", hint=f"at most {WIDEST_S} s")
    start_us, end_us = from_ms * 1000, to_ms * 1000
    traces: list[dict[str, Any]] = []
    lost: list[str] = []
    moving = [recording for recording in recordings_of_night(store, subject, night_date) if recording.n_samples]
    behind_us = _second_leg_behind_us(store, subject, night_date, (start_us + end_us) // 2)
    for recording in moving:
        shift_us = behind_us if recording.side != moving[0].side else 0
        try:
            channel = _channel(store, recording, start_us, end_us, shift_us)
        except SamplesLostError as error:
            lost.append(said_of_pruned(store, error).line())
            continue
        if len(channel.time_us):
            traces.append(_trace(channel, start_us, end_us, criteria))
    return {"from_ms": from_ms, "to_ms": to_ms, "traces": traces, "lost": lost}


def _second_leg_behind_us(store: Store, subject: str, night_date: date, at_us: int) -> int:
    """What the analysis added to the times of the second sensor (see `analytics.signal.alignment`); 0 for nothing."""
    (found,) = frames(store, (_ALIGNED, (subject, night_date)))
    if found.is_empty():
        return 0
    offset_s, drift_ppm, middle_us = found.row(0)
    behind_us: float = offset_s * 1e6 + (at_us - middle_us) * (drift_ppm or 0.0) * 1e-6
    return round(behind_us)


def _channel(store: Store, recording: StoredRecording, start_us: int, end_us: int, shift_us: int) -> Channel:
    """Samples between two moments of the night's clock, and a margin, ``shift_us`` later than their own clock says."""
    margin_us = round(MARGIN_S * 1e6)
    if not is_own(store, recording.sha256):  # it may be a neighbour's, of the same file under another zone
        check_samples(store, recording.sha256, n_samples=recording.n_samples, first_us=recording.first_us)
    samples = load_samples(store, recording.sha256, start_us - shift_us - margin_us, end_us - shift_us + margin_us)
    return channel_of(
        replace(samples, time_us=samples.time_us + shift_us),
        recording=recording.sha256,
        site=recording.site,
        side=recording.side,
        lsb_g=recording.lsb_g or 0.0,
        calibration=recording.calibration,
    )


def _trace(channel: Channel, start_us: int, end_us: int, criteria: Criteria) -> dict[str, Any]:
    found = segments(channel, criteria)
    inside = (channel.time_us >= start_us) & (channel.time_us < end_us)
    time_us, xyz_g = channel.time_us[inside], channel.xyz_g[inside]
    if len(xyz_g):
        xyz_g = xyz_g - np.median(xyz_g, axis=0).astype(np.float32)  # gravity out, near enough for a picture
    return {
        "recording": channel.recording,
        "leg": channel.side,
        "site": channel.site,
        "movement": [_points(*_cut(segment, start_us, end_us), start_us) for segment in found],
        "axes": {axis: _points(time_us, xyz_g[:, k].astype(np.float64), start_us) for k, axis in enumerate("xyz")},
    }


def _cut(segment: Segment, start_us: int, end_us: int) -> tuple[NDArray[np.int64], Floats]:
    inside = (segment.time_us >= start_us) & (segment.time_us < end_us)
    return segment.time_us[inside], segment.burst_g[inside]


def _points(time_us: NDArray[np.int64], value_g: Floats, start_us: int) -> list[list[float]]:
    """Times (ms after ``start_us``) and values (mg): all of them, or the extremes of each bucket."""
    if len(time_us) > POINTS:
        time_us, value_g = extremes(time_us, value_g, POINTS // 2)
    return [((time_us - start_us) / 1000).round(1).tolist(), (value_g * 1000).round(1).tolist()]


def extremes(time_us: NDArray[np.int64], value: Floats, n_buckets: int) -> tuple[NDArray[np.int64], Floats]:
    """The smallest and the largest value of each of ``n_buckets`` stretches of equal length, in order of time."""
    edges = np.linspace(0, len(value), n_buckets + 1).astype(np.int64)[:-1]
    lows = np.minimum.reduceat(value, edges)
    highs = np.maximum.reduceat(value, edges)
    lengths = np.diff(np.append(edges, len(value)))
    pairs = np.column_stack((lows, highs)).ravel()
    times = np.column_stack((time_us[edges], time_us[edges + lengths // 2])).ravel()
    return times, pairs
