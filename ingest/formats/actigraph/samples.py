"""What the payloads of activity records mean: how many samples, which values, and when inside their second.

A record holds one second of samples and is stamped with the second it begins at, so its samples lie at
``k / rate``. Its number of samples may differ from the rate. A few more or fewer (`NEARLY_FULL`) fill the second
all the same, because sensor and clock of a device run apart by little: they are spread evenly over it. Fewer than
that means that the second was not recorded to its end, so they keep the step of the rate and the rest stays empty;
more have no other room than the second either. The maker's own description knows full seconds only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.actigraph.records import HEADER_BYTES, OVERHEAD_BYTES, Kind
from ingest.recording import BLOCK_SAMPLES, Samples

#: A second with this share of its samples was recorded to its end.
NEARLY_FULL = 0.95
#: From so many seconds on, what they hold goes before what the file says of its rate.
ENOUGH_SECONDS = 10
#: Two samples of three 12-bit values, which share bytes.
PAIR_BYTES = 9
#: End stops of 12 bits.
PACKED_STEPS = 1 << 11

_INT16_BYTES = 6
#: What one block may span in the file: a few times what its samples take.
_SPAN_BYTES = 1 << 21
#: Axis and place in the pair of each of its six values, which come as y, x, z.
_SIX = ((0, 1), (0, 0), (0, 2), (1, 1), (1, 0), (1, 2))

Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Activity:
    """The records that hold samples.

    Attributes
    ----------
    number : int64 array, shape (n,)
        Which records of the log they are.
    records : structured array of `records.RECORD`, shape (n,)
        Of kind ``PACKED`` and ``INT16`` with at least one sample, in file order.
    count : int64 array, shape (n,)
        Samples in each.
    a_second : int64 array, shape (n,)
        How many samples the second of each would hold if it were full: what their step follows from.
    rate : int
        Samples in a full second of this recording.
    """

    number: NDArray[np.intp]
    records: Records
    count: NDArray[np.int64]
    a_second: NDArray[np.int64]
    rate: int


def samples_in(records: Records) -> NDArray[np.int64]:
    """Samples in each record of kind ``PACKED`` or ``INT16``; 0 for the 1-byte mark of a cable being plugged in."""
    size = records["size"].astype(np.int64)
    return np.where(records["kind"] == Kind.PACKED, size * 2 // PAIR_BYTES, size // _INT16_BYTES)


def is_whole(records: Records) -> NDArray[np.bool_]:
    """Whether the payloads hold whole samples and nothing behind them."""
    count = samples_in(records)
    whole = np.where(records["kind"] == Kind.PACKED, (count * PAIR_BYTES + 1) // 2, count * _INT16_BYTES)
    return np.asarray(whole == records["size"])


def activity(records: Records, rate_hz: float | None) -> Activity:
    """The records with samples.

    Parameters
    ----------
    rate_hz : float or None
        What the file says. Where more than half of at least `ENOUGH_SECONDS` hold another number, and where it says
        nothing, the most frequent number is the rate.
    """
    number = np.flatnonzero(np.isin(records["kind"], (Kind.PACKED, Kind.INT16)))
    number = number[samples_in(records[number]) > 0]
    chosen = records[number]
    count = samples_in(chosen)
    rate = _samples_a_second(count, rate_hz) if len(count) else 0
    return Activity(number, chosen, count, np.where(count >= NEARLY_FULL * rate, count, rate), rate)


def _samples_a_second(count: NDArray[np.int64], rate_hz: float | None) -> int:
    often = np.bincount(count)
    usual = int(np.flatnonzero(often == often.max())[-1])
    if rate_hz is None:
        return usual
    contradicted = abs(usual - rate_hz) >= 1 and len(count) >= ENOUGH_SECONDS and 2 * int(often[usual]) > len(count)
    return usual if contradicted else max(round(rate_hz), 1)


def plan(these: Activity) -> list[int]:
    """Where to cut the records into blocks: edges from 0 to n."""
    filled = np.cumsum(these.count)
    keys = ((filled - 1) // BLOCK_SAMPLES, these.records["start"] // _SPAN_BYTES)
    changes = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return [0, *(np.flatnonzero(changes) + 1).tolist(), len(filled)]


def span(records: Records) -> tuple[int, int]:
    """The stretch of the log from the first of these records to the end of the last."""
    return int(records["start"][0]), int(records["start"][-1]) + OVERHEAD_BYTES + int(records["size"][-1])


def decode(data: bytes, these: Activity, part: slice, g_per_value: float) -> Samples:
    """The samples of some records.

    Parameters
    ----------
    data : bytes
        The stretch of the log that `span` names.
    part : slice
        Which records.
    g_per_value : float
        Becomes the scale of the samples; values stay as they are.
    """
    records, count, a_second = these.records[part], these.count[part], these.a_second[part]
    payload = np.frombuffer(data, np.uint8)
    at = records["start"] - records["start"][0] + HEADER_BYTES
    row = np.cumsum(count) - count
    time_us = np.empty(int(count.sum()), np.int64)
    values = np.empty((len(time_us), 3), np.int16)
    shape = records["kind"].astype(np.int64) << 16 | records["size"]
    for alike in _groups(shape):
        n, size, packed = int(count[alike[0]]), int(records["size"][alike[0]]), records["kind"][alike[0]] == Kind.PACKED
        rows = np.lib.stride_tricks.sliding_window_view(payload, size)[at[alike]]
        # One shape for the whole block is the rule; then its rows are all rows.
        where = slice(None) if len(alike) == len(records) else (row[alike, np.newaxis] + np.arange(n)).ravel()
        values[where] = unpack(rows, n) if packed else int16(rows, n)
        seconds = records["second"][alike].astype(np.int64) * 1_000_000
        time_us[where] = (seconds[:, np.newaxis] + places_us(n, int(a_second[alike[0]]))).ravel()
    return Samples(time_us, values, g_per_value)


def places_us(n: int, a_second: int) -> NDArray[np.int64]:
    """Microseconds into the second of its first ``n`` samples, rounded."""
    return (np.arange(n, dtype=np.int64) * 2_000_000 + a_second) // (2 * a_second)


def unpack(rows: NDArray[np.uint8], n: int) -> NDArray[np.int16]:
    """Samples of 12 bits an axis, y x z, the high bits first.

    Parameters
    ----------
    rows : uint8 array, shape (k, at least 4.5 n)
        One record a row.

    Returns
    -------
    int16 array, shape (k * n, 3)
        x y z.
    """
    pairs = (n + 1) // 2
    width = pairs * PAIR_BYTES
    if rows.shape[1] < width:  # an odd number of samples ends in the middle of a pair
        rows = np.pad(rows, ((0, 0), (0, width - rows.shape[1])))
    flat = np.ascontiguousarray(rows[:, :width])
    out = np.empty((flat.size // PAIR_BYTES, 2, 3), np.int16)
    if not len(out):
        return out.reshape(-1, 3)
    for number, (place, axis) in enumerate(_SIX):
        byte, low_half = divmod(number * 3, 2)
        words = np.ndarray((len(out),), ">i2", flat, offset=byte, strides=(PAIR_BYTES,)).astype(np.int16)
        if low_half:
            words <<= 4
        # An arithmetic shift extends the sign.
        np.right_shift(words, 4, out=out[:, place, axis])
    return out.reshape(len(rows), pairs * 2, 3)[:, :n].reshape(-1, 3)


def int16(rows: NDArray[np.uint8], n: int) -> NDArray[np.int16]:
    """Samples of 16 bits an axis, x y z, the low byte first; shape (k * n, 3)."""
    whole = np.ascontiguousarray(rows[:, : n * _INT16_BYTES])
    return np.asarray(whole.view("<i2").reshape(-1, 3), dtype=np.int16)


def _groups(shape: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Indices of equal entries, together."""
    if (shape == shape[0]).all():
        return [np.arange(len(shape))]
    order = np.argsort(shape, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(shape[order])) + 1)
