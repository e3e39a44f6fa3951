"""When the samples of a Matrix packet were taken.

A packet is stamped with the whole seconds in which its first and its last sample fell, minutes apart, and its
samples are spread evenly: sample k of n lies at ``start + k * (end - start) / n``. So the end belongs to the next
packet, as in actipy and other public converters; GGIRread lets the last sample fall one nominal interval before the
end, which differs by less than that interval where no sample is missing. Where the next packet starts in the second
after, the second merely turned between two samples: it is joined to the end before, as all these readers do. A later
start is a gap and stays one; GGIRread closes that, too.

The stamps are cut to whole seconds, so single times are good to a second, and steps between them to a hundredth in
a packet of 100 s. Where the stamps of a packet cannot belong to its number of samples, as when the clock was set
inside of it, the samples are spread from its start at the file's usual rate, and that is told.

Unix seconds are UTC by definition, and GGIRread reads them so; the maker publishes nothing about it, and the file
names no zone. A band that was set to local time would be off by whole hours, which a declared time shift corrects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.matrix.packets import PacketSurvey

_SECOND_US = 1_000_000
#: How far the time between two stamps that were cut to seconds may be from the true one.
_CUT_S = 1
#: From here on a packet tells the rate to 10 %.
_LONG_S = 10
#: Rates that devices of this kind have; theirs are 12.5 to 100 Hz.
_SLOWEST_HZ, _FASTEST_HZ = 5.0, 1000.0


@dataclass(frozen=True, slots=True)
class MatrixTimeline:
    """Times of the packets of a `PacketSurvey`, and what is odd about them.

    Attributes
    ----------
    start_us : int64 array, shape (n,)
        The first sample of each packet, microseconds since 1970.
    step_us : float64 array, shape (n,)
        From one of its samples to the next.
    gaps, missing_s
        Packets that start later than the one before them ends, with nothing left out between, and by how much.
    overlaps : int
        Packets that start before the one before them ends.
    contradicted : int
        Packets whose stamps cannot belong to their number of samples.
    """

    start_us: NDArray[np.int64]
    step_us: NDArray[np.float64]
    gaps: int
    missing_s: int
    overlaps: int
    contradicted: int

    def of(self, packet: NDArray[np.int64], sample: NDArray[np.int64]) -> NDArray[np.int64]:
        """Times of samples by their packet and their number in it."""
        return self.start_us[packet] + np.rint(sample * self.step_us[packet]).astype(np.int64)


def usual_rate_hz(found: PacketSurvey) -> float | None:
    """The median rate of the packets, the long ones if there are any; None where it cannot be one."""
    count, lasts_s = _counted(found)
    asked = lasts_s >= _LONG_S
    asked = asked if asked.any() else lasts_s > 0
    if not asked.any():
        return None
    rate_hz = float(np.median(count[asked] / lasts_s[asked]))
    return rate_hz if _SLOWEST_HZ <= rate_hz <= _FASTEST_HZ else None


def timeline(found: PacketSurvey, rate_hz: float) -> MatrixTimeline:
    """Times of all packets; `rate_hz` for those whose stamps cannot be theirs."""
    count, lasts_s = _counted(found)
    start_s = found.packets["start_s"].astype(np.int64)
    before_s = np.diff(start_s, prepend=start_s[:1]) - np.append(0, lasts_s[:-1])
    follows = np.diff(found.number, prepend=found.number[:1]) == 1
    turned = follows & (before_s == _CUT_S)
    start_s, lasts_s = start_s - turned, lasts_s + turned
    expected_s = count / rate_hz
    contradicted = (lasts_s <= 0) | (np.abs(lasts_s - expected_s) > _CUT_S + expected_s / 2)
    lasts_us = np.where(contradicted, expected_s, lasts_s) * _SECOND_US
    gap = follows & (before_s > _CUT_S)
    return MatrixTimeline(
        start_us=start_s * _SECOND_US,
        step_us=lasts_us / count,
        gaps=int(np.count_nonzero(gap)),
        missing_s=int(before_s[gap].sum()),
        overlaps=int(np.count_nonzero(before_s < 0)),
        contradicted=int(np.count_nonzero(contradicted)),
    )


def _counted(found: PacketSurvey) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Samples of each packet, and the seconds from its start to its end."""
    start_s, end_s = (found.packets[name].astype(np.int64) for name in ("start_s", "end_s"))
    return found.packets["acceleration"].astype(np.int64), end_s - start_s
