"""Writes GENEActiv ``.bin`` files and the maker's CSV, for tests.

Header, pages and rows have all the lines that the maker's devices and software give them ("GENEActiv Instructions
for Use"), so other readers take the files too.

What a ``.bin`` keeps: values to the 12 bits of each axis, and one time for 300 samples, to the millisecond. Samples
between two stamps come back evenly spread. A CSV keeps four decimals of a g, and each time to the millisecond.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.geneactiv.clock import JITTER_S, RATE_TOLERANCE
from ingest.formats.geneactiv.pages import MARKER, RATES_HZ, SAMPLES
from ingest.formats.geneactiv.parsing import YEARS
from tests.ingest.formats.geneactiv.geneactiv_text import (
    Occasions,
    Setup,
    bin_header,
    export_header,
    joined,
    number,
    stamp,
)

__all__ = ["AROUND_US", "Setup", "quantised", "write_bin", "write_export"]

_CHUNK_PAGES = 1024
_CHUNK_ROWS = 250_000
#: The device is set up so long before its first sample and read out so long after its last one.
AROUND_US = 600_000_000
_FIRST_US, _LAST_US = (int(np.datetime64(f"{year}-01-02", "us").astype(np.int64)) for year in (YEARS[0], YEARS[1]))


@dataclass(frozen=True, slots=True)
class _Plan:
    """One entry a page: its first sample, how many it holds, its sequence number."""

    start: NDArray[np.int64]
    count: NDArray[np.int64]
    sequence: NDArray[np.int64]


def write_bin(
    path: Path,
    time_us: NDArray[np.int64],
    xyz_g: NDArray[np.floating],
    setup: Setup,
    *,
    restarts_at: Collection[int] = (),
) -> None:
    """Write one recording as a device does.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    time_us : int64 array, shape (n,), n >= 1
        Microseconds since 1970 on a wall clock, without the drift that ``setup`` states. Evenly spaced within 5 % of
        the rate; a step that is off by more than half of the usual one begins a new stretch. All stretches but the
        last are whole pages of 300 samples.
    xyz_g : float array, shape (n, 3)
        Acceleration; rounded to the device's steps and cut at its end stops, see `quantised`.
    restarts_at : collection of int
        Samples at which the device began anew, with sequence number 0.

    Raises
    ------
    UsageError
        Arguments that no device could have recorded, or a path that cannot be written.
    """
    _check(time_us, xyz_g, setup)
    plan = _plan(time_us, np.unique(np.asarray(list(restarts_at), dtype=np.int64)), setup)
    when = _occasions(time_us)
    with _writing(path) as file:
        file.write(joined(bin_header(setup, when, len(plan.start)), setup))
        for first in range(0, len(plan.start), _CHUNK_PAGES):
            part = slice(first, first + _CHUNK_PAGES)
            file.writelines(_pages(plan, part, _shown(time_us[plan.start[part]], when, setup), xyz_g, setup))


def write_export(path: Path, time_us: NDArray[np.int64], xyz_g: NDArray[np.floating], setup: Setup) -> None:
    """Write one recording as the raw CSV of the maker's software.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    time_us : int64 array, shape (n,), n >= 1
        Microseconds since 1970 on a wall clock, without the drift that ``setup`` states.
    xyz_g : float array, shape (n, 3)
        Acceleration; rounded to 0.0001 g.

    Raises
    ------
    UsageError
        Arguments that no device could have recorded, or a path that cannot be written.
    """
    _check(time_us, xyz_g, setup)
    when = _occasions(time_us)
    with _writing(path) as file:
        file.write(joined(export_header(setup, when), setup))
        for first in range(0, len(time_us), _CHUNK_ROWS):
            part = slice(first, first + _CHUNK_ROWS)
            table = _rows(_shown(time_us[part], when, setup), xyz_g[part])
            text = table.write_csv(
                include_header=False, float_precision=4, quote_style="never", line_terminator=setup.newline
            )
            file.write(text.encode("ascii"))


def quantised(xyz_g: NDArray[np.floating], setup: Setup) -> NDArray[np.int16]:
    """The 12-bit values of a device for accelerations, shape (n, 3)."""
    steps = np.rint((np.asarray(xyz_g, np.float64) * setup.gain + setup.offset) / 100)
    return np.clip(steps, -2048, 2047).astype(np.int16)


@contextmanager
def _writing(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", path=path) from error


def _check(time_us: NDArray[np.int64], xyz_g: NDArray[np.floating], setup: Setup) -> None:
    if len(time_us) == 0 or xyz_g.shape != (len(time_us), 3):
        raise UsageError(f"{len(time_us)} times do not fit samples of shape {xyz_g.shape}")
    if not np.isfinite(xyz_g).all():
        raise UsageError("an acceleration is not a finite number")
    if time_us.min() < _FIRST_US or time_us.max() > _LAST_US:
        raise UsageError(f"a GENEActiv clock runs from {YEARS[0]} to {YEARS[1]}")
    if not RATES_HZ[0] <= setup.rate_hz <= RATES_HZ[1]:
        raise UsageError(f"no GENEActiv device records at {setup.rate_hz:g} Hz")
    if not (setup.serial + setup.location).isprintable():
        raise UsageError("serial number and location are one line each")


def _plan(time_us: NDArray[np.int64], restarts: NDArray[np.int64], setup: Setup) -> _Plan:
    first = _stretches(time_us, restarts, setup)
    length = np.diff(np.append(first, len(time_us)))
    if (length[:-1] % SAMPLES).any():
        raise UsageError("a stretch of samples ends inside a page", hint=f"only the last one need not have {SAMPLES}")
    pages = -(-length // SAMPLES)
    number = np.arange(pages.sum())
    place = number - np.repeat(np.cumsum(pages) - pages, pages)
    start = np.repeat(first, pages) + place * SAMPLES
    anew = (place == 0) & np.isin(start, restarts)
    return _Plan(
        start=start,
        count=np.minimum(len(time_us) - start, SAMPLES),
        sequence=number - np.maximum.accumulate(np.where(anew, number, 0)),
    )


def _stretches(time_us: NDArray[np.int64], restarts: NDArray[np.int64], setup: Setup) -> NDArray[np.int64]:
    """First samples of the stretches of even time, after checking that each is near the rate."""
    if len(restarts) and not 0 <= restarts[0] <= restarts[-1] < len(time_us):
        raise UsageError(f"a restart lies outside the {len(time_us)} samples")
    uneven = np.abs(np.diff(time_us) - 1e6 / setup.rate_hz) > 0.5e6 / setup.rate_hz
    first = np.union1d(np.append(np.flatnonzero(uneven) + 1, 0), restarts)
    last = np.append(first[1:], len(time_us)) - 1
    named_s, true_s = (last - first) / setup.rate_hz, (time_us[last] - time_us[first]) / 1e6
    if (np.abs(true_s - named_s) > RATE_TOLERANCE * named_s + JITTER_S).any():
        raise UsageError(
            f"a stretch of samples is too far from {setup.rate_hz:g} Hz", hint=f"at most {RATE_TOLERANCE:.0%} off"
        )
    return first


def _occasions(time_us: NDArray[np.int64]) -> Occasions:
    low, high = int(time_us.min()), int(time_us.max())
    return Occasions((low - AROUND_US) // 1_000 * 1_000, low, (high + AROUND_US) // 1_000 * 1_000)


def _shown(moments_us: NDArray[np.int64], when: Occasions, setup: Setup) -> NDArray[np.int64]:
    """What the device's clock showed at these moments, rounded to milliseconds."""
    gain = (setup.gained_s or 0.0) * 1e6 / (when.read_out_us - when.set_up_us)
    # Readers take out the share of the time on the device's clock, so that share is what is put in here.
    ahead_us = (moments_us - when.set_up_us) * (gain / (1 - gain))
    return np.asarray((moments_us + np.rint(ahead_us).astype(np.int64) + 500) // 1_000 * 1_000)


def _pages(
    plan: _Plan, part: slice, stamps_us: NDArray[np.int64], xyz_g: NDArray[np.floating], setup: Setup
) -> Iterator[bytes]:
    start, count = plan.start[part], plan.count[part]
    digits = _digits(quantised(xyz_g[start[0] : start[-1] + count[-1]], setup))
    rate = number(float(setup.rate_hz), setup)
    entries = zip(
        plan.sequence[part].tolist(), stamps_us.tolist(), (start - start[0]).tolist(), count.tolist(), strict=True
    )
    for sequence, stamp_us, first, n in entries:
        lines = [
            MARKER.decode(),
            f"Device Unique Serial Code:{setup.serial}",
            f"Sequence Number:{sequence}",
            f"Page Time:{stamp(stamp_us)}",
            "Unassigned:",
            f"Temperature:{number(31.5, setup)}",
            f"Battery voltage:{number(4.125, setup)}",
            "Device Status:Recording",
            f"Measurement Frequency:{rate}",
            digits[first * 12 : (first + n) * 12],
        ]
        yield joined(lines, setup)


def _digits(values: NDArray[np.int16]) -> str:
    x, y, z = (values.astype(np.uint16) & 0xFFF).T
    words = np.zeros((len(values), 3), ">u2")
    words[:, 0] = x << 4 | y >> 8
    words[:, 1] = (y & 0xFF) << 8 | z >> 4
    words[:, 2] = (z & 0xF) << 12
    return words.tobytes().hex().upper()


def _rows(stamps_us: NDArray[np.int64], xyz_g: NDArray[np.floating]) -> pl.DataFrame:
    seconds, millis = np.divmod(stamps_us // 1_000, 1_000)
    # Formatting is the dear part, and the samples of a second share it: format seconds once, milliseconds once.
    whole, place = np.unique(seconds, return_inverse=True)
    heads = pl.Series(whole * 1_000_000).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S")
    tails = pl.Series([f":{i:03}" for i in range(1_000)])
    axes = {name: xyz_g[:, i].astype(np.float64) + 0.0 for i, name in enumerate("xyz")}
    return pl.DataFrame({"time": heads.gather(place) + tails.gather(millis), **axes}).with_columns(
        lux=pl.lit(0), button=pl.lit(0), temperature=pl.lit("31.5")
    )
