"""How an Axivity device puts values and times into bits: the counterpart of `ingest.formats.axivity.sectors`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.errors import UsageError

RANGES_G = (2, 4, 8, 16)
#: The AX6's steps by range, as the exponent n of 1/2**(8+n) g (Open Movement, ``cwa.h``).
AX6_SCALE = {16: 3, 8: 4, 4: 5, 2: 6}

_LARGEST_PACKED = 511


def quantised(
    xyz_g: NDArray[np.floating], *, packed: bool = False, six_axes: bool = False, range_g: int = 8
) -> NDArray[np.int16]:
    """Round acceleration to what the device would store.

    Parameters
    ----------
    xyz_g : float array, shape (n, 3)
        In g.
    packed : bool
        Whether three axes share 32 bits; else each has 16.
    six_axes : bool
        Whether an AX6 writes it.
    range_g : int
        The range is plus and minus this, in g.

    Returns
    -------
    int16 array, shape (n, 3)
        In steps of 1/256 g; of ``range_g``/32768 g with ``six_axes``. Packed samples beyond 2 g keep 10 bits: all
        axes of such a sample are multiples of 2, 4 or 8 steps.

    Raises
    ------
    UsageError
        A range that no device has.
    """
    if range_g not in RANGES_G:
        raise UsageError(f"no Axivity device has a range of {range_g} g", hint=one_of(RANGES_G))
    scale = 1 << (8 + AX6_SCALE[range_g]) if six_axes else 256
    steps = np.rint(np.asarray(xyz_g, dtype=np.float64) * scale)
    steps = np.clip(steps, -range_g * scale, range_g * scale - 1).astype(np.int16)
    return _coarsened(steps) if packed else steps


def pack(rows: NDArray[np.int16]) -> NDArray[np.uint32]:
    """Put `quantised` packed samples, shape (..., 3), into one word each: eezzzzzz zzzzyyyy yyyyyyxx xxxxxxxx."""
    exponent = _exponent(rows)
    mantissa = rows.astype(np.int64) >> exponent[..., np.newaxis] & 0x3FF
    words = mantissa[..., 0] | mantissa[..., 1] << 10 | mantissa[..., 2] << 20
    return (words | exponent << 30).astype(np.uint32)


def split_time(time_us: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split microseconds since 1970 into whole seconds and 1/32768 s, rounded."""
    whole_s, rest_us = np.divmod(time_us, 1_000_000)
    fraction = (rest_us * 32_768 + 500_000) // 1_000_000
    return whole_s + (fraction >> 15), fraction & 0x7FFF


def stamp(whole_s: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pack seconds since 1970 into the format's date and time fields."""
    days, second = np.divmod(whole_s, 86_400)
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    year, month = np.divmod(months.astype(np.int64), 12)
    day = days - months.astype("datetime64[D]").astype(np.int64)
    date = (year - 30) << 26 | (month + 1) << 22 | (day + 1) << 17
    return np.asarray(date | second // 3600 << 12 | second // 60 % 60 << 6 | second % 60)


def one_of(choices: tuple[float, ...]) -> str:
    """List choices for the hint of an error."""
    return "one of " + ", ".join(f"{choice:g}" for choice in choices)


def _coarsened(steps: NDArray[np.int16]) -> NDArray[np.int16]:
    steps = np.clip(steps, -_LARGEST_PACKED * 8, _LARGEST_PACKED * 8)
    unit = np.ldexp(1.0, _exponent(steps))[..., np.newaxis]
    return np.asarray(np.rint(steps / unit) * unit, dtype=np.int16)


def _exponent(steps: NDArray[np.int16]) -> NDArray[np.int64]:
    """Power of two, 0 to 3, that brings all axes of a sample into 10 bits."""
    peak = np.abs(steps).max(axis=-1, keepdims=True)
    return np.asarray((peak > _LARGEST_PACKED * np.array([1, 2, 4])).sum(axis=-1), dtype=np.int64)
