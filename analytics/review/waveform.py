"""The movement trace around one moment, from the raw samples of every sensor of the night.

What is drawn is the length of the band-passed vector, in which movements are looked for (`analytics.signal.motion`),
and the raw axes beside it. Nothing is detected here: onsets, thresholds and labels come
from the store, and so does on which clock each sensor is (`analytics.signal.clocks`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.nights.assessment import best_channels
from analytics.signal.channel import channel_of
from analytics.signal.clocks import SensorClock, clocks_of_older_night
from analytics.signal.motion import Segment, segments
from analytics.store import (
    NightKey,
    Store,
    StoredRecording,
    check_samples,
    frames,
    is_own,
    load_samples,
    recordings_of_night,
    said_of_pruned,
)
from ingest.errors import SamplesLostError, UsageError, visible

#: Widest window that is drawn from raw samples, and what is read beyond it on either side for the filter to settle.
WIDEST_S = 60 * 60
MARGIN_S = 20.0
#: Points per trace: a smallest and a largest value for each of half as many columns of the picture.
POINTS = 1600

_CLOCKS = """
SELECT recording, leg, stays, shared_h, confidence, epoch_us(compared_at) AS compared_us, behind_s, drift_ppm
FROM sensor_clocks WHERE subject = ? AND night_date = ?
"""
_OF_OLDER_NIGHT = """
SELECT recordings, leg_offset_s, leg_drift_ppm, leg_alignment_confidence,
    (epoch_us(recorded_from) + epoch_us(recorded_to)) // 2
FROM night WHERE subject = ? AND night_date = ?
"""
#: Of a night that was stored before each sensor's clock was.
CLOCK_NOT_KNOWN = "{file}: which clock was moved is not stored for this night (nightkick reanalyse finds it)"

Floats = NDArray[np.float64]


def window_payload(
    store: Store, subject: str, night_date: date, from_ms: int, to_ms: int, criteria: Criteria
) -> dict[str, Any]:
    """Traces of all sensors between two moments; ``lost`` says why where one cannot be drawn.

    Parameters
    ----------
    from_ms, to_ms : int
        Since 1970 in UTC, on the clock of the night.

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
    moving.sort(key=lambda recording: recording.side)  # the left leg on top, as in the picture of the whole night
    clocks = _clocks(store, (subject, night_date), moving)
    for recording in moving:
        clock = clocks.get(recording.sha256, SensorClock(recording.sha256, recording.side, stays=True))
        if clock is None:
            lost.append(CLOCK_NOT_KNOWN.format(file=visible(recording.path.name)))
            continue
        try:
            channel = _channel(store, recording, start_us, end_us, clock)
        except SamplesLostError as error:
            lost.append(said_of_pruned(store, error).line())
            continue
        if len(channel.time_us):
            traces.append(_trace(channel, start_us, end_us, criteria))
    return {"from_ms": from_ms, "to_ms": to_ms, "traces": traces, "lost": lost}


def _clocks(store: Store, key: NightKey, moving: Sequence[StoredRecording]) -> dict[str, SensorClock | None]:
    """What the analysis decided about each sensor it used, by sha256; None where that cannot be known any more."""
    kept, night = frames(store, (_CLOCKS, key), (_OF_OLDER_NIGHT, key))
    if not kept.is_empty():
        return {row["recording"]: SensorClock(**row) for row in kept.iter_rows(named=True)}
    if night.is_empty():
        return {}
    recordings, *compared = night.row(0)
    by_start = sorted(moving, key=lambda recording: (recording.first_us, recording.sha256))
    used = best_channels([recording for recording in by_start if recording.sha256 in recordings])
    behind_s, drift_ppm, confidence, middle_us = compared
    return clocks_of_older_night(
        [(recording.sha256, recording.side) for recording in used],
        behind_s=behind_s,
        drift_ppm=drift_ppm,
        confidence=confidence,
        middle_us=middle_us,
    )


def _channel(store: Store, recording: StoredRecording, start_us: int, end_us: int, clock: SensorClock) -> Channel:
    """Samples between two moments of the night's clock, and a margin, on that clock."""
    margin_us = round(MARGIN_S * 1e6)
    if not is_own(store, recording.sha256):  # it may be a neighbour's, of the same file under another zone
        check_samples(store, recording.sha256, n_samples=recording.n_samples, first_us=recording.first_us)
    first_us, last_us = clock.own_us(start_us - margin_us), clock.own_us(end_us + margin_us)
    samples = load_samples(store, recording.sha256, first_us, last_us)
    return channel_of(
        replace(samples, time_us=clock.of_night(samples.time_us)),
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
    return segment.time_us[inside], segment.burst_g[inside].astype(np.float64)


def _points(time_us: NDArray[np.int64], value_g: Floats, start_us: int) -> list[list[float]]:
    """Times (ms after ``start_us``) and values (mg): all of them, or the extremes of each bucket."""
    if len(time_us) > POINTS:
        time_us, value_g = extremes(time_us, value_g, POINTS // 2)
    return [((time_us - start_us) / 1000).round(1).tolist(), (value_g * 1000).round(1).tolist()]


def extremes(time_us: NDArray[np.int64], value: Floats, n_buckets: int) -> tuple[NDArray[np.int64], Floats]:
    """The smallest and the largest value of each of ``n_buckets`` stretches of equal length, in order of time.

    Parameters
    ----------
    time_us, value : int64 and float64 arrays, shape (n,)
        In order of time.
    n_buckets : int
        At most n; twice as many points come back.
    """
    edges = np.linspace(0, len(value), n_buckets + 1).astype(np.int64)[:-1]
    lows = np.minimum.reduceat(value, edges)
    highs = np.maximum.reduceat(value, edges)
    lengths = np.diff(np.append(edges, len(value)))
    pairs = np.column_stack((lows, highs)).ravel()
    times = np.column_stack((time_us[edges], time_us[edges + lengths // 2])).ravel()
    return times, pairs
