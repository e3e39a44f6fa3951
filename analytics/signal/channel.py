"""Stored samples become the channel that is analysed: what was not measured left out, the axes corrected.

Stored samples are as the file has them. What is changed for the analysis is changed here, the same way every time.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.model import Channel
from ingest.quality.calibration import Calibration
from ingest.quality.idle_runs import not_measured, slept_through, with_gravity
from ingest.recording import Samples, Side, Site, Temperature

MINUTE_US = 60_000_000


def channel_of(
    samples: Samples,
    *,
    recording: str,
    site: Site,
    side: Side,
    lsb_g: float,
    calibration: Calibration,
    device: str = "",
    temperature: Temperature | None = None,
) -> Channel:
    """Make one sensor's samples of one night ready for the analysis.

    Stretches in which the sensor repeated itself (`ingest.quality.idle_runs`) become gaps: a weak kick in them would
    not have shown, so they are not recorded time. Those that it slept through because nothing moved are named, for they
    do not tear apart what lies around them.

    Parameters
    ----------
    recording : str
        sha256 of the file.
    lsb_g : float
        Smallest step between values.
    device : str
        As in `analytics.model.Channel`.
    temperature : Temperature or None
        Of the whole recording; the minutes beside the samples are kept.
    """
    time_us, xyz_g, held_us = samples.time_us, samples.xyz_g(), np.empty((0, 2), np.int64)
    is_own = not np.may_share_memory(xyz_g, samples.values)
    del samples  # a quarter of a night's memory, where the caller does not hold it
    idle = not_measured(time_us, xyz_g, lsb_g)
    if idle.any():
        around = slept_through(time_us, idle)
        xyz_g, held_us = with_gravity(xyz_g, around), time_us[around]
        time_us, xyz_g, is_own = time_us[~idle], xyz_g[~idle], True
    del idle
    if calibration.applied:
        xyz_g = _calibrated(xyz_g, calibration, into=xyz_g if is_own else np.empty_like(xyz_g))
    return Channel(
        recording=recording,
        site=site,
        side=side,
        time_us=time_us,
        xyz_g=xyz_g,
        lsb_g=lsb_g,
        held_us=held_us,
        device=device,
        temperature=_beside(temperature, time_us),
    )


def without_values(channel: Channel) -> Channel:
    """The same without acceleration, which takes most of its memory: when it was measured is still known."""
    return replace(channel, xyz_g=channel.xyz_g[:0].copy())


def _calibrated(xyz_g: NDArray[np.float32], calibration: Calibration, into: NDArray[np.float32]) -> NDArray[np.float32]:
    """Axis by axis: rows of three are the slow way through an array."""
    for axis, (gain, offset_g) in enumerate(zip(calibration.gain, calibration.offset_g, strict=True)):
        np.multiply(xyz_g[:, axis], np.float32(gain), out=into[:, axis])
        into[:, axis] += np.float32(offset_g)
    return into


def _beside(temperature: Temperature | None, time_us: NDArray[np.int64]) -> Temperature:
    if temperature is None or not len(time_us):
        return Temperature()
    first, last = np.searchsorted(temperature.minute_us, (int(time_us[0]) - MINUTE_US, int(time_us[-1])), side="right")
    return Temperature(temperature.minute_us[first:last], temperature.celsius[first:last])
