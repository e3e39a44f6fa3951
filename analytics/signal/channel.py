"""Stored samples become the channel that is analysed: what was not measured left out, the axes corrected.

Stored samples are as the file has them. What is changed for the analysis is changed here, the same way every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.model import Channel
from ingest.acceleration import Acceleration
from ingest.quality.calibration import Calibration
from ingest.quality.idle_runs import not_measured, slept_through, with_gravity
from ingest.recording import Samples, Side, Site, Temperature

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SensorSteps:
    """Acceleration as whole steps of the sensor, made g only where it is asked for: half of the memory of a night.

    Attributes
    ----------
    values : int16 array, shape (n, 3)
    g_per_value : float
    calibration : Calibration
    """

    values: NDArray[np.int16]
    g_per_value: float
    calibration: Calibration = field(default_factory=Calibration)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, rows: Any, /) -> NDArray[np.float32]:
        """As an array of g: rows, or rows and an axis."""
        found: NDArray[np.float32] = np.multiply(self.values[rows], np.float32(self.g_per_value), dtype=np.float32)
        if self.calibration.applied:
            axis = rows[1] if isinstance(rows, tuple) else slice(None)
            found *= np.array(self.calibration.gain, np.float32)[axis]
            found += np.array(self.calibration.offset_g, np.float32)[axis]
        return found


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
    time_us, held_us = samples.time_us, np.empty((0, 2), np.int64)
    kept: SensorSteps | NDArray[np.float32] = _kept(samples)
    idle = not_measured(time_us, kept, lsb_g)
    if idle.any():
        around = slept_through(time_us, idle)
        held_us, time_us = time_us[around], time_us[~idle]
        kept = with_gravity(kept[:], around)[~idle]
    del idle
    return Channel(
        recording=recording,
        site=site,
        side=side,
        time_us=time_us,
        xyz_g=_corrected(kept, calibration),
        lsb_g=lsb_g,
        held_us=held_us,
        device=device,
        temperature=_beside(temperature, time_us),
    )


def without_values(channel: Channel) -> Channel:
    """The same without acceleration, which takes most of its memory: when it was measured is still known."""
    return replace(channel, xyz_g=channel.xyz_g[:0].copy())


def _kept(samples: Samples) -> SensorSteps | NDArray[np.float32]:
    """The samples without a copy, where they are whole steps."""
    if samples.values.dtype == np.int16:
        return SensorSteps(samples.values.astype(np.int16, copy=False), samples.g_per_value)
    return samples.xyz_g()


def _corrected(xyz_g: SensorSteps | NDArray[np.float32], calibration: Calibration) -> Acceleration:
    """Into an array of its own: the samples may be the caller's. Axis by axis: rows of three are the slow way."""
    if not calibration.applied:
        return xyz_g
    if isinstance(xyz_g, SensorSteps):
        return replace(xyz_g, calibration=calibration)
    into = np.empty_like(xyz_g)
    for axis, (gain, offset_g) in enumerate(zip(calibration.gain, calibration.offset_g, strict=True)):
        np.multiply(xyz_g[:, axis], np.float32(gain), out=into[:, axis])
        into[:, axis] += np.float32(offset_g)
    return into


def _beside(temperature: Temperature | None, time_us: NDArray[np.int64]) -> Temperature:
    if temperature is None or not len(time_us):
        return Temperature()
    first, last = np.searchsorted(temperature.minute_us, (int(time_us[0]) - MINUTE_US, int(time_us[-1])), side="right")
    return Temperature(temperature.minute_us[first:last], temperature.celsius[first:last])
