"""How much each sensor moved, second by second: small enough to keep, fine enough to draw a whole night from.

Reduces an envelope for pictures. Samples may be deleted, or lie on another machine; what is drawn
then is what was stored with the night. The largest value of a second is kept, never a mean: a kick of half a second
must not drown in the stillness around it.

Values are kept at levels (`analytics.levels`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.levels import levelled
from analytics.model import Channel, Envelope
from analytics.signal.motion import Segment

STEP_S = 1.0


def envelope_of(channel: Channel, found: Sequence[Segment]) -> Envelope | None:
    """The largest envelope of every second of one sensor's night.

    Parameters
    ----------
    channel : Channel
        Whose; only its labels are read here.
    found : sequence of Segment
        `analytics.signal.motion.segments` of it, in order.

    Returns
    -------
    Envelope or None
        None where nothing could be searched. Seconds outside every segment are NaN.
    """
    if not found:
        return None
    step_us = round(STEP_S * 1e6)
    start_us = int(found[0].time_us[0])
    peaks_g = np.full((int(found[-1].time_us[-1]) - start_us) // step_us + 1, np.nan)
    for segment in found:
        begun, ended = ((int(at_us) - start_us) // step_us for at_us in segment.time_us[[0, -1]])
        first = np.searchsorted(segment.time_us, start_us + step_us * np.arange(begun, ended + 1))
        # A second without a sample begins where the next one does.
        step = begun + np.flatnonzero(np.diff(np.append(first, len(segment))))
        highest = np.maximum.reduceat(segment.envelope_g, first[step - begun])
        peaks_g[step] = np.fmax(peaks_g[step], highest)
    return Envelope(
        recording=channel.recording,
        site=channel.site,
        leg=channel.side,
        start_us=start_us,
        step_s=STEP_S,
        max_mg=levelled(peaks_g * 1e3),
    )
