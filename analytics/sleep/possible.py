"""What can be said of a night's sleep and how surely: intervals of onset, time asleep and awake, transitions, doubt.

Everything follows from two things that are kept with a night: the chance of sleep in each half minute, and whole nights
drawn from all that could have been.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.index import PossibleIndex, possible_index
from analytics.sleep.states import EPOCH_US, EPOCHS_H, EPOCHS_MIN

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Interval = tuple[float, float]

#: What the sleep model is off by beside the doubt that it knows of: hours and minutes asleep and awake, and onset. Own:
#: the truth lay at most so far outside on 46 tuning nights.
_MODEL_MIN, _ONSET_US = 10.0, 300_000_000
#: A transition: so long awake, then so long asleep, minutes.
_AWAKE_MIN, _ASLEEP_MIN = 5.0, 10.0
#: A jerk at a transition comes at most so long after it and before it, minutes: half minutes cannot say when it was.
_AFTER_MIN, _BEFORE_MIN = 10.0, 8.0
#: Length of that stretch round one transition, minutes.
NEAR_MIN = _AFTER_MIN + _BEFORE_MIN
#: Of a chance that is kept: digits beyond these are luck of the nights drawn.
DECIMALS = 3
#: Sleep is sure where it is at least this likely, and waking where it is at most the rest.
SURE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class PossibleNights:
    """A night's sleep with its doubt. Made by `possible_nights`.

    Attributes
    ----------
    start_us : int
        Start of the first half minute, UTC.
    p_sleep : float32 array, shape (n,)
        Chance that the person slept, in thousandths; NaN where no worn sensor recorded.
    paths : bool array, shape (paths, n)
        The main sleep of every night that could have been; no row is without sleep.
    p_transition : float32 array, shape (n,)
        Chance that a movement lies at a change from wake to sleep, of the main sleep or of one beside it.
    """

    start_us: int
    p_sleep: Floats
    paths: Bools
    p_transition: Floats

    def __eq__(self, other: object) -> bool:
        """Equal in every value, NaN where NaN."""
        if not isinstance(other, PossibleNights):
            return NotImplemented
        return (
            self.start_us == other.start_us
            and np.array_equal(self.p_sleep, other.p_sleep, equal_nan=True)
            and np.array_equal(self.paths, other.paths)
        )

    def __hash__(self) -> int:
        return hash((self.start_us, self.paths.shape))

    def p_sleep_at(self, times_us: Ints) -> Floats:
        """Chance that the person slept at each instant; NaN where no worn sensor recorded."""
        return self.p_sleep[self._epoch_of(times_us)]

    def p_sleep_when(self, time_us: int) -> float:
        """`p_sleep_at` of one instant, without the cost of an array."""
        return float(self.p_sleep[self._epoch_when(time_us)])

    def p_transition_at(self, time_us: int) -> float:
        """Chance that an instant lies at a change from wake to sleep."""
        # Rounded, for 0.03 in single precision is less than a limit of 0.03.
        return round(float(self.p_transition[self._epoch_when(time_us)]), DECIMALS)

    def minutes_asleep_awake(self, start_us: int, end_us: int) -> tuple[float, float]:
        """Minutes of a stretch that are to be expected asleep, and awake; what was not recorded is neither."""
        first, last = self._epoch_of(np.array([start_us, end_us])).tolist()
        known = self.p_sleep[first:last][self._is_known[first:last]].astype(np.float64)
        return float(known.sum() / EPOCHS_MIN), float((1 - known).sum() / EPOCHS_MIN)

    def p_fell_asleep(self) -> float:
        """Share of the nights that change from wake to sleep at all while something was recorded."""
        return len(np.unique(_falls(self.paths, self._is_known)[0])) / len(self.paths)

    def onset_us(self) -> tuple[int, int]:
        """95 % interval of sleep onset, UTC."""
        low, high = np.quantile(self.start_us + EPOCH_US * self.paths.argmax(axis=1), (0.025, 0.975))
        return int(low) - _ONSET_US, int(high) + _ONSET_US

    def onset_sd_min(self) -> float:
        """Standard deviation of sleep onset, at least half a minute: the length of an epoch."""
        return max(EPOCH_US / 60e6, float(np.std(self.paths.argmax(axis=1)) / EPOCHS_MIN))

    def tst_h(self) -> Interval:
        """95 % interval of hours asleep."""
        low, high = np.quantile(self.paths.sum(axis=1) / EPOCHS_H, (0.025, 0.975))
        return max(0.0, float(low) - _MODEL_MIN / 60), float(high) + _MODEL_MIN / 60

    def waso_min(self) -> Interval:
        """95 % interval of minutes awake between falling asleep and the last waking."""
        awake = (_between(self.paths) & ~self.paths & self._is_known).sum(axis=1) / EPOCHS_MIN
        low, high = np.quantile(awake, (0.025, 0.975))
        return max(0.0, float(low) - _MODEL_MIN), float(high) + _MODEL_MIN

    def doubt_h(self) -> float:
        """Hours that may belong to the main sleep that may or may not have been sleep."""
        maybe = (self.p_sleep < SURE) & (self.p_sleep > 1 - SURE)
        return float((maybe & _between(self.paths).any(axis=0)).sum() / EPOCHS_H)

    def index(self, onsets_us: Ints, series: Ints) -> PossibleIndex:
        """Indices of periodic movements of all nights that could have been.

        Parameters
        ----------
        onsets_us : int64 array, shape (m,)
            UTC, in order, in whatever state.
        series : int64 array, shape (m,)
            Number of the series of each.
        """
        return possible_index(self._epoch_of(onsets_us), series, self.paths)

    def index_sure(self, onsets_us: Ints) -> float | None:
        """Movements in sure sleep per hour of it; None below an hour."""
        sure = (self.p_sleep >= SURE) & self.paths.any(axis=0)
        hours = float(sure.sum() / EPOCHS_H)
        return float(sure[self._epoch_of(onsets_us)].sum() / hours) if hours >= 1 else None

    def without(self, spans_us: Ints) -> PossibleNights | None:
        """The same with some stretches not known; None where no sleep is left.

        Parameters
        ----------
        spans_us : int64 array, shape (k, 2)
        """
        if not len(spans_us):
            return self
        middle_us = self.start_us + EPOCH_US * np.arange(len(self.p_sleep), dtype=np.int64) + EPOCH_US // 2
        out = ((middle_us >= spans_us[:, :1]) & (middle_us < spans_us[:, 1:])).any(axis=0)
        return possible_nights(self.start_us, np.where(out, np.nan, self.p_sleep), self.paths & ~out)

    @property
    def _is_known(self) -> Bools:
        return np.isfinite(self.p_sleep)

    def _epoch_when(self, time_us: int) -> int:
        """`_epoch_of` one instant."""
        return min(max((int(time_us) - self.start_us) // EPOCH_US, 0), len(self.p_sleep) - 1)

    def _epoch_of(self, times_us: Ints) -> Ints:
        """Number of the epoch in which each instant lies; instants outside take the first or last."""
        found: Ints = np.clip((times_us - self.start_us) // EPOCH_US, 0, len(self.p_sleep) - 1)
        return found


def possible_nights(start_us: int, p_sleep: NDArray[np.floating], paths: Bools) -> PossibleNights | None:
    """From the chance of sleep and nights drawn; None where none of them has sleep.

    Parameters
    ----------
    start_us : int
        Start of the first half minute, UTC.
    p_sleep : array, shape (n,)
        0-1; NaN where not known.
    paths : bool array, shape (paths, n)
        The main sleep of each.
    """
    some = paths[paths.any(axis=1)]
    if not len(some):
        return None
    thousandths = np.round(p_sleep.astype(np.float64), DECIMALS).astype(np.float32)
    p_transition = np.maximum(_p_transition(some, np.isfinite(thousandths)), _p_transition_beside(some, thousandths))
    return PossibleNights(start_us, thousandths, some, p_transition)


def packed(paths: Bools) -> bytes:
    """Nights as they are kept: a bit for each half minute asleep, each night from a new byte on, compressed (zlib)."""
    return zlib.compress(np.packbits(paths, axis=1).tobytes())


def unpacked(kept: bytes, n: int) -> Bools:
    """What `packed` made of nights of ``n`` half minutes."""
    rows = np.frombuffer(zlib.decompress(kept), np.uint8).reshape(-1, -(-n // 8))
    return np.unpackbits(rows, axis=1, count=n).astype(np.bool_)


def _between(paths: Bools) -> Bools:
    """From falling asleep to the last waking of each."""
    n = paths.shape[1]
    at = np.arange(n)
    found: Bools = (at >= paths.argmax(axis=1)[:, None]) & (at < n - paths[:, ::-1].argmax(axis=1)[:, None])
    return found


def _falls(paths: Bools, known: Bools) -> tuple[Ints, Ints]:
    """Every change from wake to sleep: which night, and its first half minute asleep. What is not known is neither."""
    n_paths, n = paths.shape
    states = np.where(known, paths, np.int8(-1))
    # Runs over all nights at once: a column of neither state between two of them.
    flat = np.concatenate((states, np.full((n_paths, 1), -1, np.int8)), axis=1).ravel()
    edges = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1, [len(flat)]))
    length, state = np.diff(edges), flat[edges[:-1]]
    falls = (state[1:] == 1) & (state[:-1] == 0)
    falls &= (length[:-1] >= _AWAKE_MIN * EPOCHS_MIN) & (length[1:] >= _ASLEEP_MIN * EPOCHS_MIN)
    row, at = np.divmod(edges[1:-1][falls], n + 1)
    return row, at


def _p_transition(paths: Bools, known: Bools) -> Floats:
    """Share of nights with a change from wake to sleep near each epoch."""
    n_paths, n = paths.shape
    row, at = _falls(paths, known)
    near = np.zeros((n_paths, n + 1), np.int16)
    np.add.at(near, (row, np.maximum(0, at - round(_BEFORE_MIN * EPOCHS_MIN))), 1)
    np.add.at(near, (row, np.minimum(n, at + round(_AFTER_MIN * EPOCHS_MIN) + 1)), -1)
    found: Floats = (near.cumsum(axis=1)[:, :n] > 0).mean(axis=0).astype(np.float32)
    return found


def _p_transition_beside(paths: Bools, p_sleep: Floats) -> Floats:
    """At least so likely a change from wake to sleep lies near each epoch; 0 where the main sleep may be near.

    A nap is in no path of the main sleep, and a person falls asleep there too. A person who sleeps at a moment and was
    awake at an earlier moment fell asleep in between: that is at least as likely as the chance of sleep has grown.
    """
    awake, asleep = round(_AWAKE_MIN * EPOCHS_MIN), round(_ASLEEP_MIN * EPOCHS_MIN)
    after, before = round(_AFTER_MIN * EPOCHS_MIN), round(_BEFORE_MIN * EPOCHS_MIN)
    # What is not known is neither: no sleep has lasted through it, and no waking came before it.
    slept_before = _windows(np.nan_to_num(p_sleep, nan=1.0), awake, -1, 1.0).max(axis=1)
    sleeps_on = _windows(np.nan_to_num(p_sleep, nan=0.0), 0, asleep - 1, 0.0).min(axis=1)
    least_so_far = np.minimum.accumulate(_windows(slept_before, after, before, 1.0), axis=1)
    grown = (_windows(sleeps_on, after, before, 0.0) - least_so_far).max(axis=1)
    is_main_near = _windows(paths.max(axis=0), after, before, 0.0).any(axis=1)
    found: Floats = np.where(is_main_near, 0.0, np.maximum(grown, 0.0)).astype(np.float32)
    return found


def _windows(values: NDArray[Any], before: int, after: int, outside: float) -> NDArray[Any]:
    """Row i is what lies from ``before`` epochs before epoch i to ``after`` epochs after it."""
    ends = np.full(before, outside, values.dtype), np.full(max(0, after), outside, values.dtype)
    rows = np.lib.stride_tricks.sliding_window_view(np.concatenate((ends[0], values, ends[1])), before + after + 1)
    return rows[: len(values)]
