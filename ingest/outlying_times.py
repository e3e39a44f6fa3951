"""Samples dated years away from all others: which of them are believed, and what becomes of the rest.

One damaged digit of a year, or a clock that lost its battery and began again in 2000, would stretch a night over
thousands of nights, each of which would be looked at downstream. No device records for `LONGEST_US` on end,
so where a recording claims more, one stretch of that length is believed and the rest is left out and counted: the
fullest of those whose dates are possible, however long a stretch is whose dates are not. What the clock dated wrongly
goes to the start that a person names for it. Samples that could be read are left unused here alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.clock import BEGUN_ANEW_US, FIRST_US, LAST_US, OLDEST_US, SAY_START, wall_iso
from ingest.recording import Blocks, Samples

_DAY_US = 86_400_000_000
_BIN_US = 100 * _DAY_US
#: 300 days: five times what the most frugal sensors manage.
LONGEST_US = 3 * _BIN_US
_N_BINS = (LAST_US - FIRST_US) // _BIN_US + 1
#: Fewer are damaged stamps, not what a clock showed for a while: 4 s at 25 Hz.
STRETCH_SAMPLES = 100

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Believed:
    """What is left of a recording, on the clock of its blocks, and what has to be said.

    Attributes
    ----------
    is_placed : bool
        Whether a stretch lies where a person said it began.
    """

    blocks: Blocks
    said: tuple[str, ...] = ()
    is_placed: bool = False


def has_strays(first_us: int, last_us: int) -> bool:
    """Whether the samples lie further apart than any device records."""
    return last_us - first_us > LONGEST_US


def was_never_set(first_us: int, last_us: int, *, now_us: int) -> bool:
    """Whether no time of a recording can be when it was made: all before devices were sold, or after tomorrow.

    Parameters
    ----------
    first_us, last_us : int
        First and last sample, microseconds since 1970 on the device's clock.
    now_us : int
        UTC microseconds since 1970.
    """
    return not has_strays(first_us, last_us) and not _possible(np.array([first_us, last_us]), now_us).any()


def wants_start(warnings: Sequence[str]) -> bool:
    """Whether a recording was read, but for a clock that was not set, so that its start is worth saying."""
    return any(SAY_START in warning for warning in warnings)


def without_strays(blocks: Blocks, *, now_us: int, start_us: int | None = None) -> Believed:
    """Keep the samples that are believed, after a walk over all of them.

    Parameters
    ----------
    now_us : int
        Times later than a day after it are not possible.
    start_us : int or None
        When, on the clock of ``blocks``, the stretch began whose dates are not possible, if a person says so.
    """
    tallies = np.zeros((2, _N_BINS), np.int64)
    total = 0
    for block in blocks():
        total += len(block.time_us)
        # A time that no stretch can reach is in none: counted, it would make one that holds nothing.
        time_us = block.time_us[(block.time_us >= FIRST_US) & (block.time_us <= LAST_US)]
        bins, possible = (time_us - FIRST_US) // _BIN_US, _possible(time_us, now_us)
        for tally, those in zip(tallies, (possible, ~possible), strict=True):
            tally += np.bincount(bins[those], minlength=_N_BINS)
    dated, undated = (_fullest(tally, now_us, is_possible=k == 0) for k, tally in enumerate(tallies))
    kept, other = (dated, undated) if dated.n >= min(STRETCH_SAMPLES, undated.n) else (undated, dated)
    if other is dated or other.n < STRETCH_SAMPLES:
        return Believed(_among(blocks, (kept,)), _left_out(total - kept.n, total))
    first_us = min(int(block.time_us[inside].min()) for block in blocks() if (inside := other.holds(block)).any())
    dated_from = f"{other.n} of {total} samples are dated from {wall_iso(first_us)[:10]} on, when the clock was not set"
    if start_us is None:
        rest = _left_out(total - kept.n - other.n, total)
        return Believed(_among(blocks, (kept,)), (f"{dated_from}: left out ({SAY_START})", *rest))
    placed = replace(other, shift_us=start_us - first_us)
    rest = _left_out(total - kept.n - other.n, total)
    said = (f"{dated_from}: they begin at the start that was given", *rest)
    return Believed(_among(blocks, (kept, placed)), said, is_placed=True)


def _left_out(n: int, total: int) -> tuple[str, ...]:
    return (f"{n} of {total} samples are dated far from all others and were left out",) if n else ()


def _possible(time_us: NDArray[np.int64], now_us: int) -> Mask:
    begun_anew = (time_us >= BEGUN_ANEW_US[0]) & (time_us < BEGUN_ANEW_US[1])
    found: Mask = (time_us >= OLDEST_US) & ~begun_anew & (time_us <= now_us + _DAY_US)
    return found


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The fullest 100 days of some samples, those on either side, and what their times are moved by."""

    low_us: int
    high_us: int
    n: int
    now_us: int
    is_possible: bool
    shift_us: int = 0

    def holds(self, block: Samples) -> Mask:
        inside: Mask = (block.time_us >= self.low_us) & (block.time_us <= self.high_us)
        inside &= _possible(block.time_us, self.now_us) == self.is_possible
        return inside


def _fullest(tally: NDArray[np.int64], now_us: int, *, is_possible: bool) -> _Stretch:
    first = int(tally.argmax()) - 1
    low_us = FIRST_US + first * _BIN_US
    n = int(tally[max(first, 0) : first + 3].sum())
    return _Stretch(max(low_us, FIRST_US), min(low_us + LONGEST_US, LAST_US), n, now_us, is_possible)


def _among(blocks: Blocks, stretches: tuple[_Stretch, ...]) -> Blocks:
    def walk() -> Iterator[Samples]:
        for block in blocks():
            for stretch in stretches:
                inside = stretch.holds(block)
                if inside.any():
                    yield _rows(block, inside, stretch.shift_us)

    return walk


def _rows(block: Samples, rows: Mask, shift_us: int) -> Samples:
    if rows.all() and not shift_us:
        return block
    kept = block.picked(rows)
    return replace(kept, time_us=kept.time_us + shift_us)
