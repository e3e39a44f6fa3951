"""When a kick could not have been seen: under vibration, or while the leg moved anyway.

Sleep in a night train looks like a night with few kicks. Two things hide them: motion that hardly pauses, in which no
kick begins and ends by itself, and a threshold above the night's own kicks. Motion that is a leg movement of its own
hides nothing, however many of them there are. All is judged in windows of half a minute. The hidden stretches are of
the recording; the caller keeps those that were sleep.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.detect_movements import Detected
from analytics.signal.motion import Segment
from analytics.signal.runs import runs_of
from analytics.signal.stamps.steps import usual_step_us
from analytics.signal.wear import union

Floats = NDArray[np.float64]
Spans = NDArray[np.int64]

WINDOW_S = 30.0
#: In motion for more than this part of a window, leg movements left out: of kicks above 20 mg on a simulated night
#: train 14 % are found there, and 80 % and more where it is below 0.3. own.
IN_MOTION_SHARE = 0.5
#: The same over `AROUND` windows: median 0.44 on that train, nine windows in ten above 0.38; on other nights of both
#: simulators at most 0.16, but up to 0.27 with coarse samples and kicks of the size of their steps. own.
IN_MOTION_AROUND, AROUND = 0.3, 11
_OF_THEIR_OWN = ("leg_movement", "brief_jerk")
#: The night's own kicks are known from this many. own.
_OWN_KICKS = 20
#: A threshold this far above the night's usual one is raised; packed samples alone make it vary by a third. own.
_RAISED = 1.5
#: Bands whose floors differ where a vehicle or machine shakes the bed, and are alike where only the sensor hisses; the
#: ratio of amplitudes is 2.6 on a simulated night train, at most 1.2 on 33 other nights. own.
SHAKEN_HZ, QUIET_HZ = (2.0, 8.0), (16.0, 23.0)
VIBRATION_RATIO = 2.0
_VIBRATION_RATE_HZ = 50.0
#: Enough windows to know a floor; each is cut into pieces of this length for its spectra.
_LOOKED_AT, _PIECE_S = 40, 2.0


def hidden_spans(segments: Sequence[Segment], detected: Detected, criteria: Criteria) -> Spans:
    """Stretches in which typical kicks, or the night's own, would not have stood out.

    Parameters
    ----------
    segments : sequence of Segment
        Of one sensor, on the clock of ``detected``.
    detected : Detected
        What was found in them.

    Returns
    -------
    int64 array, shape (k, 2)
        UTC microseconds, in order, without overlaps; multiples of `WINDOW_S` except at the end of a segment. What was
        too noisy to be searched is among them; pauses of the recording are not.
    """
    limit_g = _limit_g(detected, criteria)
    found = [_hidden(segment, detected, limit_g, criteria) for segment in segments]
    return union(np.concatenate(found)) if found else np.empty((0, 2), np.int64)


def _limit_g(detected: Detected, criteria: Criteria) -> float:
    """The threshold above which kicks are missed: typical ones, or this night's own where they are smaller."""
    typical_g = criteria.flags.blind_mg / 1e3
    own_g = [m.peak_g for m in detected.movements if m.shape == "leg_movement"]
    if len(own_g) < _OWN_KICKS or len(detected.threshold_g) == 0:
        return typical_g
    usual_g = float(np.median(detected.threshold_g))
    return min(typical_g, max(float(np.median(own_g)), _RAISED * usual_g))


def _hidden(segment: Segment, detected: Detected, limit_g: float, criteria: Criteria) -> Spans:
    detection = criteria.detection
    width = max(1, round(WINDOW_S * segment.rate_hz))
    starts = np.arange(0, len(segment), width)
    floor_g = segment.floor_g[starts]
    high_g = _threshold_g(segment.time_us[starts], detected)
    # The lower threshold keeps a movement open; where a coarse sensor lifts the upper one, it rises with it.
    low_g = np.maximum(
        np.maximum(detection.low_floor * floor_g, detection.low_mg / 1e3), detection.low_mg / detection.high_mg * high_g
    )
    moving = segment.envelope_g > np.repeat(low_g.astype(np.float32), width)[: len(segment)]
    moving &= ~_in_leg_movement(segment, detected, criteria)
    share = np.add.reduceat(moving, starts, dtype=np.int64) / np.diff(np.append(starts, len(segment)))
    hidden = (share > IN_MOTION_SHARE) | (ndimage.uniform_filter1d(share, AROUND, mode="nearest") > IN_MOTION_AROUND)
    hidden |= (high_g > limit_g) | (floor_g > detection.unscorable_floor_mg / 1e3)
    runs = runs_of(hidden)
    edges_us = np.append(segment.time_us[starts], segment.time_us[-1])
    return np.column_stack((edges_us[runs[:, 0]], edges_us[runs[:, 1]]))


def _threshold_g(at_us: NDArray[np.int64], detected: Detected) -> Floats:
    """The detection threshold nearest to each instant; there is one every half minute of what was searched."""
    if len(detected.threshold_g) == 0:
        return np.zeros(len(at_us))
    after = np.searchsorted(detected.threshold_time_us, at_us)
    near = np.stack((np.maximum(after - 1, 0), np.minimum(after, len(detected.threshold_g) - 1)))
    to_us = np.abs(detected.threshold_time_us[near] - at_us)
    nearest: Floats = detected.threshold_g[np.where(to_us[0] <= to_us[1], near[0], near[1])]
    return nearest


def _in_leg_movement(segment: Segment, detected: Detected, criteria: Criteria) -> NDArray[np.bool_]:
    """Samples inside a movement that is seen as one, with the envelope's window on either side."""
    reach_us = round(2 * criteria.motion.envelope_s * 1e6)
    spans = [(m.onset_us - reach_us, m.offset_us + reach_us) for m in detected.movements if m.shape in _OF_THEIR_OWN]
    edges = np.searchsorted(segment.time_us, np.array(spans, dtype=np.int64).reshape(-1, 2))
    inside = np.zeros(len(segment), np.bool_)
    for first, end in edges.tolist():
        inside[first:end] = True
    return inside


def vibration_ratio(channel: Channel, spans_us: Spans) -> float | None:
    """How much louder the floor is where beds are shaken than where only a sensor's own noise is.

    Parameters
    ----------
    channel : Channel
        The samples, on the clock of the spans.
    spans_us : int64 array, shape (k, 2)
        Where to look: hidden stretches. At most 40 windows of them, evenly over all, are read.

    Returns
    -------
    float or None
        Amplitude of the floor (lower quartile over pieces of 2 s) in `SHAKEN_HZ` over that in `QUIET_HZ`, median of the
        windows; from `VIBRATION_RATIO` on, it is a vibration. None below 50 Hz, or where no window is whole.
    """
    if len(channel.time_us) < 2:
        return None
    rate_hz = 1e6 / max(1.0, usual_step_us(channel.time_us))
    width, piece = round(WINDOW_S * rate_hz), round(_PIECE_S * rate_hz)
    if rate_hz < _VIBRATION_RATE_HZ * 0.98 or len(channel.time_us) < width:
        return None
    starts = np.concatenate([np.empty(0), *(np.arange(a, b, WINDOW_S * 1e6) for a, b in spans_us.tolist())])
    looked_at = np.linspace(0, len(starts) - 1, min(len(starts), _LOOKED_AT)).astype(np.int64)
    first = np.searchsorted(channel.time_us, starts[looked_at].astype(np.int64))
    first = first[first + width <= len(channel.time_us)]
    whole = channel.time_us[first + width - 1] - channel.time_us[first] < 1.1 * WINDOW_S * 1e6
    if not whole.any():
        return None
    n_pieces = width // piece
    xyz = channel.xyz_g[first[whole][:, None] + np.arange(n_pieces * piece)].astype(np.float64)
    pieces = xyz.reshape(-1, n_pieces, piece, 3)
    pieces = (pieces - pieces.mean(axis=2, keepdims=True)) * np.hanning(piece)[:, None]
    power = (np.abs(np.fft.rfft(pieces, axis=2)) ** 2).sum(axis=3)
    at_hz = np.fft.rfftfreq(piece, 1 / rate_hz)
    shaken, quiet = (
        np.quantile(power[:, :, (at_hz >= low) & (at_hz < high)].mean(axis=2), 0.25, axis=1)
        for low, high in (SHAKEN_HZ, QUIET_HZ)
    )
    return float(np.median(np.sqrt(shaken / np.maximum(quiet, 1e-30))))
