"""When each sample of an Axivity recording was taken, by the clock in its sectors alone.

Every sector ties one instant of the device's clock to one position in the stream of samples (an anchor):
the position lies between samples before the sector and samples after it, usually just behind its end. Between
two anchors of an uninterrupted run the samples are spread evenly, which gives the sensor's true rate, 1-2.5 %
off the nominal one in real files. The nominal rate serves only to tell whether two anchors belong together.

A run ends at a restart, at missing sectors, at another rate or layout, and where the clock and the number of
samples disagree by more than `RATE_TOLERANCE`, `JITTER_SAMPLES` and `JITTER_S` together. Before its first
anchor and after its last one a run goes on at its own mean rate; a run shorter than `OWN_RATE_S` does so at
the mean rate of all runs, because a few ms of jitter spoil the rate of a short one.

Conventions for the fraction of a second differ between readers. Here the sample ``offset`` belongs to the
stamp *with* its fraction, after ``offset`` has been moved on by the samples in that fraction: the firmware
had taken them off for readers that know whole seconds only, with the nominal rate cut to an integer
(comments in the maker's ``omconvert`` and ``cwa.h``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.axivity.sectors import rate_hz, seconds

#: The sensors' rate may be this far off the nominal one; real files showed up to 2.5 %.
RATE_TOLERANCE = 0.05
#: Anchors are cut to whole samples on both sides.
JITTER_SAMPLES = 2
#: Delay of the interrupt that takes the stamp; 7 ms was the largest in real files.
JITTER_S = 0.02
#: A run at least this long knows its own rate to a thousandth.
OWN_RATE_S = 10.0

# Runs are laid out on one axis of positions with room between them, so that one interpolation serves all.
# An anchor lies at most 2**15 (a signed 16-bit offset) and 3200 samples (a fraction) from its sector.
_REACH = 1 << 16
_SPACING = 1 << 18


@dataclass(frozen=True, slots=True)
class CwaTimeline:
    """Where sectors lie on the axis of positions, what time it is there, and what interrupted them.

    Attributes
    ----------
    position : float64 array, shape (n sectors,)
        Position of each sector's first sample; the next samples follow in steps of 1.
    knot_position, knot_us : float64 arrays, ascending positions
        Device time in microseconds since 1970 at these positions, linear between.
    restarts : int
        New session, sequence number starting over, or clock set back.
    missing_sectors : int
        Sectors that by their numbers were recorded and are not in the file at all.
    clock_steps : int
        Places where the clock jumped although no sector is missing.
    stamped_once : bool
        True where no two anchors belong together: then the nominal rate had to do.
    """

    position: NDArray[np.float64]
    knot_position: NDArray[np.float64]
    knot_us: NDArray[np.float64]
    restarts: int
    missing_sectors: int
    clock_steps: int
    stamped_once: bool

    def at(self, position: NDArray[np.float64]) -> NDArray[np.int64]:
        """Device time of positions, microseconds since 1970."""
        low, high = np.searchsorted(self.knot_position, (position[0], position[-1]))
        near = slice(max(int(low) - 1, 0), int(high) + 1)
        times = np.interp(position, self.knot_position[near], self.knot_us[near])
        return np.rint(times).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Breaks:
    """What lies between each sector and the one before it; True cuts the run."""

    restart: NDArray[np.bool_]
    missing: NDArray[np.int64]
    step: NDArray[np.bool_]
    cut: NDArray[np.bool_]


def timeline(stamps: NDArray[np.void], number: NDArray[np.int64]) -> CwaTimeline:
    """Lay out the believed sectors of a file.

    Parameters
    ----------
    stamps : structured array of `sectors.STAMP`, shape (n,), n >= 1
        In file order.
    number : int64 array, shape (n,)
        The sectors' places in the file, to tell sectors left out from sectors never written.
    """
    rate = rate_hz(stamps["rate"])
    index, anchor_us = _anchors(stamps, rate)
    start = np.concatenate(([0], np.cumsum(stamps["count"][:-1], dtype=np.int64)))
    breaks = _breaks(stamps, number, start + index, anchor_us, rate)
    spread = np.concatenate(([0], np.cumsum(breaks.cut))) * _SPACING
    position = (start + spread).astype(np.float64)
    slowness = _slowness(position + index, anchor_us, rate, breaks.cut)
    knot_position, knot_us = _knots(position + index, anchor_us, rate / (slowness or 1.0), breaks.cut)
    return CwaTimeline(
        position=position,
        knot_position=knot_position,
        knot_us=knot_us,
        restarts=int(breaks.restart.sum()),
        missing_sectors=int(breaks.missing.sum()),
        clock_steps=int(breaks.step.sum()),
        stamped_once=slowness is None,
    )


def _anchors(stamps: NDArray[np.void], rate: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    # With the top bit clear the field holds a device number, not a fraction.
    fraction = np.where(stamps["fraction"] & 0x8000, stamps["fraction"] & 0x7FFF, 0).astype(np.int64)
    index = stamps["offset"].astype(np.int64) + ((fraction * 2 * rate.astype(np.int64)) >> 16)
    whole_s, _ = seconds(stamps["stamp"])
    return index, whole_s * 1e6 + fraction * (1e6 / 32_768)


def _breaks(
    stamps: NDArray[np.void],
    number: NDArray[np.int64],
    anchor: NDArray[np.int64],
    anchor_us: NDArray[np.float64],
    rate: NDArray[np.float64],
) -> _Breaks:
    d_sequence = np.diff(stamps["sequence"].astype(np.int64))
    d_samples, d_s = np.diff(anchor), np.diff(anchor_us) / 1e6
    allowed_s = np.abs(d_samples) / rate[1:] * RATE_TOLERANCE + JITTER_SAMPLES / rate[1:] + JITTER_S
    new_session = _changes(stamps["session"])
    restart = new_session | (d_sequence <= 0) | (d_s < -allowed_s)
    left_out = np.diff(number) - 1
    missing = np.where(new_session, 0, np.maximum(d_sequence - 1 - left_out, 0))
    # Two sectors may carry one and the same stamp; any other pair has to advance in both.
    same_stamp = (d_samples == 0) & (d_s == 0)
    agree = (np.abs(d_s - d_samples / rate[1:]) <= allowed_s) & (d_samples > 0) & (d_s > 0)
    interrupted = restart | (d_sequence > 1) | _changes(stamps["rate"]) | _changes(stamps["axes"])
    step = ~interrupted & ~agree & ~same_stamp
    return _Breaks(restart=restart, missing=missing, step=step, cut=interrupted | step)


def _changes(field: NDArray[np.unsignedinteger]) -> NDArray[np.bool_]:
    return np.asarray(field[1:] != field[:-1])


def _slowness(
    anchor: NDArray[np.float64],
    anchor_us: NDArray[np.float64],
    rate: NDArray[np.float64],
    cut: NDArray[np.bool_],
) -> float | None:
    """Nominal over true rate, over all pairs of anchors inside runs; None without such a pair."""
    nominal_us = (np.diff(anchor) / rate[1:])[~cut].sum() * 1e6
    if nominal_us <= 0:
        return None
    true_us = np.diff(anchor_us)[~cut].sum()
    return float(np.clip(true_us / nominal_us, 1 - 2 * RATE_TOLERANCE, 1 + 2 * RATE_TOLERANCE))


def _knots(
    anchor: NDArray[np.float64],
    anchor_us: NDArray[np.float64],
    usual_rate: NDArray[np.float64],
    cut: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first = np.concatenate(([0], np.flatnonzero(cut) + 1))
    last = np.concatenate((first[1:] - 1, [len(anchor) - 1]))
    span_us, span = anchor_us[last] - anchor_us[first], anchor[last] - anchor[first]
    own = span_us >= OWN_RATE_S * 1e6
    step_us = np.where(own, span_us / np.maximum(span, 1), 1e6 / usual_rate[first])
    distinct = np.concatenate(([True], np.diff(anchor) > 0))
    position = np.concatenate((anchor[first] - _REACH, anchor[distinct], anchor[last] + _REACH))
    time_us = np.concatenate(
        (anchor_us[first] - _REACH * step_us, anchor_us[distinct], anchor_us[last] + _REACH * step_us)
    )
    order = np.argsort(position, kind="stable")
    return position[order], time_us[order]
