"""What a device's clock had gained between set-up and download, and whether that is taken out.

The maker's software notes it when a device is read out: ``Extract Notes:(device clock drift 0,283s)``, the device's
clock minus the computer's. The sign follows from a published header with a drift of -33,078,823.924 s: it puts the
clock at 2023-01-13 15:48 when the computer had 2024-01-31 12:22, which is a clock that began at 2023-01-01 00:00 six
minutes after the last page of that file, when the battery was flat.

Both clocks agreed when the device was set up (``Config Time``), and a quartz gains evenly, so the gain up to any
moment between is its share of the whole. It is taken out of the times where both moments are known, all pages lie
between them, and the figure can be a quartz's. Everything else is said and left alone. A whole hour in it is a
computer that changed to or from daylight-saving time, which the device's clock knows nothing of: only the rest
counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.geneactiv.header import BinHeader

#: A watch quartz is good to 20 ppm or 1.7 s a day; both computers may be off as well.
MOST_S_A_DAY = 5.0
#: Setting and reading a clock over USB.
HANDLING_S = 2.0

_HOUR_S = 3600
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Drift:
    """A clock that was right at ``start_us`` and ``gained_s`` ahead at ``end_us``."""

    start_us: int
    end_us: int
    gained_s: float

    def removed(self, time_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """The right time when the clock showed these."""
        gained = self.gained_s * 1e6 / (self.end_us - self.start_us)
        return np.asarray(time_us - np.rint((time_us - self.start_us) * gained).astype(np.int64))


def drift_of(header: BinHeader, first_us: int, last_us: int) -> tuple[Drift | None, str]:
    """Find the drift to take out of the times from ``first_us`` to ``last_us``.

    Parameters
    ----------
    first_us, last_us : int
        First and last time of the samples, microseconds since 1970 on the device's clock.

    Returns
    -------
    Drift or None
        None where nothing can be taken out.
    str
        What has to be said about it; empty where the header states no drift.
    """
    gained_s = header.gained_s
    if gained_s is None or gained_s == 0:
        return None, ""
    start_us, end_us = header.configured_us, header.extracted_us
    if start_us is None or end_us is None or header.was_reset:
        return None, _left_in(gained_s, "between unknown times")
    if not start_us <= first_us <= last_us <= end_us or start_us == end_us:
        return None, _left_in(gained_s, "between times that do not enclose the samples")
    days = (end_us - start_us) / _DAY_US
    hours = round(gained_s / _HOUR_S) if abs(gained_s) < 1.5 * _HOUR_S else 0
    rest_s = gained_s - hours * _HOUR_S
    if abs(rest_s) > HANDLING_S + MOST_S_A_DAY * days:
        return None, _left_in(gained_s, f"in {days:.1f} days, so the clock was set or reset meanwhile")
    aside = ", besides an hour of daylight-saving time" if hours else ""
    did = "gained" if rest_s >= 0 else "lost"
    said = f"by the header the clock {did} {abs(rest_s):.3f} s in {days:.1f} days{aside}: taken out of all times evenly"
    return Drift(start_us, end_us, rest_s), said


def _left_in(gained_s: float, how: str) -> str:
    return f"the header states a clock drift of {gained_s:,.3f} s {how}: it was left in the times"
