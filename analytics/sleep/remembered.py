"""What a person remembers of a night, weighed against every night that could have been.

A diary may say four things more than when the light went out: when the person fell asleep (on the clock, or minutes
after lights off), how often they woke, and how long they lay awake. Each is a measurement with an error, and each may
be wrong altogether. So nights that could have been are weighed by how well they agree with what was said, and nothing
else of them changes. Two readings stand beside each other: what was said weighed against all that the sensor showed,
and nights drawn leaning towards what was said. Where sensor and diary agree the two are one. Where they do not, both
stay possible: a diary that contradicts the sensor widens what is stated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.sleep.diary import Diary
from analytics.sleep.half_minutes import HalfMinutes
from analytics.sleep.said import REACH_SD, shared_error
from analytics.sleep.states import EPOCHS_MIN

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MINUTE_US = 60_000_000
#: Error of falling asleep, of minutes awake and of awakenings: so much, or a share of what was said. Own.
_ONSET_SD_MIN, _AWAKE_SD_MIN, _AWAKENINGS_SD, _SHARE = 15.0, 10.0, 1.0, 0.3
#: Shorter awakenings may be forgotten: a diary that leaves them out is as right as one that counts them. Own.
_FORGOTTEN_MIN = 5.0
#: How often falling asleep, and waking, is wrong altogether, and how well every night agrees with it then. Own.
_WRONG_ONSET, _WRONG_WAKING, _ANY = 0.1, 0.3, 0.2
#: Share of the reading that leans towards the diary: a person's word goes a little before a leg's, but not where even
#: nights that lean towards it do not agree. Own.
_LEANT_SHARE = 0.65
#: Of how many nights at least, or the diary says less.
_LEAST_NIGHTS = 20.0
#: Log factors of each epoch awake that lead to more and to less waking, some nights by each. Quiet wake ends eight
#: times an hour: about as much again makes it last.
_MORE_WAKING, _LESS_WAKING = (0.02, 0.045, 0.07), (-0.05, -0.15, -0.4)
#: A night that leans towards falling asleep as said takes it for so much surer than it is. Own.
_LEANT_SURER = 3.0
#: Where nights agree less than this with falling asleep as said, some are led so many standard deviations beside it.
_HARDLY, _OFF_SD = 0.1, (-1.2, 0.0, 1.2)


def remembers(diary: Diary) -> bool:
    """Whether a diary says more than lights off and getting up."""
    return any(x is not None for x in (diary.latency_min, diary.fell_asleep_us, diary.awake_min, diary.n_awakenings))


@dataclass(frozen=True, slots=True)
class Lean:
    """Log factors of each epoch asleep and awake that lead drawn nights to what was said, shape (leans, n) each."""

    sleeping: Floats
    waking: Floats

    def of(self, asleep: Bools) -> Floats:
        """Log factor of whole nights, shape (leans, nights)."""
        gain = (self.sleeping - self.waking) @ asleep.T.astype(np.float64)  # BLAS multiplies no booleans
        found: Floats = gain + self.waking.sum(axis=1, keepdims=True)
        return found


def leaning(seen: HalfMinutes, diary: Diary, asleep: Bools) -> Lean:
    """Ways to lean towards what was said.

    Parameters
    ----------
    asleep : bool array, shape (nights, n)
        Nights drawn without leaning.
    """
    between = _surely_between(seen, diary, asleep)
    found = _remembered(seen, diary, asleep, between)
    by_onset, by_waking = _onset_ways(_onset_off_sd(diary, found)), _waking_ways(_waking_off_sd(diary, found))
    if len(by_onset) > 1:  # a night off by much and awake for long must not be the same nights
        by_waking = by_waking[len(by_waking) // 2 :][:1]
    n = max(len(by_onset), len(by_waking))
    at = np.arange(len(seen))
    within = (at >= between[0]) & (at < between[1])
    sleeping, waking = np.array([_leaning_to_onset(seen, diary, sd) for sd in np.resize(by_onset, n)]).swapaxes(0, 1)
    return Lean(sleeping, waking + np.outer(np.resize(by_waking, n), within))


def weights(seen: HalfMinutes, diary: Diary, plain: Bools, leant: Bools, log_favour: Floats) -> Floats:
    """How much each night counts after what was said, plain ones first; they sum to 1.

    Parameters
    ----------
    diary : Diary
        One that `remembers` something.
    plain, leant : bool arrays, shape (nights, n)
        Nights drawn without and with leaning, each way to lean in turn.
    log_favour : float64 array, shape (all nights,)
        How much likelier each was drawn than what the sensor showed makes it, log.
    """
    between = _surely_between(seen, diary, plain)
    found = _remembered(seen, diary, np.concatenate((plain, leant)), between)
    onset, waking = _onset_off_sd(diary, found), _waking_off_sd(diary, found)
    robust = _agrees(onset, _WRONG_ONSET) * _agrees(waking, _WRONG_WAKING) * np.exp(log_favour.min() - log_favour)
    # Nights that lean fall asleep about as said already.
    lean = np.empty(len(leant))
    ways = len(_onset_ways(onset[:, : len(plain)]))
    for way in range(ways):
        lean[way::ways] = _spread(-0.5 * (waking[:, len(plain) + way :: ways] ** 2).sum(axis=0)) / ways
    off = np.concatenate((onset, waking))[:, len(plain) :]
    agree = float(np.exp(-0.5 * off**2).mean(axis=0) @ lean)
    share = _LEANT_SHARE * min(1.0, 2 * agree)
    weight: Floats = np.concatenate((np.zeros(len(plain)), share * lean)) + (1 - share) * robust / robust.sum()
    return weight


def picked(weight: Floats, n: int) -> Ints:
    """``n`` nights that stand for all, each as often as its weight says."""
    steps = (np.arange(n) + 0.5) / n * weight.sum()
    found: Ints = np.searchsorted(np.cumsum(weight), steps).clip(0, len(weight) - 1)
    return found


def _agrees(off_sd: Floats, wrong: float) -> Floats:
    """How well each night agrees with all that was said, which may be wrong; of shape (things, nights)."""
    found: Floats = ((1 - wrong) * np.exp(-0.5 * off_sd**2) + wrong * _ANY).prod(axis=0)
    return found


def _spread(log_weight: Floats) -> Floats:
    """Weights that sum to 1, flattened until enough nights carry them."""
    for power in 0.5 ** np.arange(12):
        heaped: Floats = np.exp(power * (log_weight - log_weight.max()))
        if heaped.sum() ** 2 >= _LEAST_NIGHTS * (heaped**2).sum():
            break
    weight: Floats = heaped / heaped.sum()
    return weight


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What could be remembered of each night, shape (nights,); of waking, at least and at most, shape (2, nights).

    Attributes
    ----------
    onset_us : int64 array
        First sleep between lights off and getting up.
    """

    onset_us: Ints
    awake_min: Floats
    awakenings: Floats


def _first_and_last(seen: HalfMinutes, diary: Diary, asleep: Bools) -> tuple[Ints, Ints]:
    """First epoch asleep between lights off and getting up, and one past the last; getting up where there is none."""
    edges_us = seen.edges_us()
    begin, end = (min(int(i), len(seen)) for i in np.searchsorted(edges_us, (diary.lights_off_us, diary.got_up_us)))
    here = asleep[:, begin:end]
    slept = here.any(axis=1)
    if not slept.any():
        return np.full(len(asleep), end), np.full(len(asleep), end)
    return (
        np.where(slept, begin + here.argmax(axis=1), end),
        np.where(slept, end - here[:, ::-1].argmax(axis=1), end),
    )


def _surely_between(seen: HalfMinutes, diary: Diary, asleep: Bools) -> tuple[float, float]:
    """Epochs between the latest that the person fell asleep and the earliest that they woke for good."""
    first, last = _first_and_last(seen, diary, asleep)
    return float(np.quantile(first, 0.975)), float(np.quantile(last, 0.025))


def _remembered(seen: HalfMinutes, diary: Diary, asleep: Bools, between: tuple[float, float]) -> _Remembered:
    """What could be remembered of each night; all wake in ``between`` counts as waking after falling asleep."""
    first, last = _first_and_last(seen, diary, asleep)
    at = np.arange(len(seen))
    since, until = np.minimum(first, between[0]), np.maximum(last, between[1])
    awake = ~asleep & seen.is_known & (at >= since[:, None]) & (at < until[:, None])
    length, night = _runs(awake)
    kept = (length >= _FORGOTTEN_MIN * EPOCHS_MIN, np.ones_like(length))
    minutes, numbers = (
        np.array([np.bincount(night, weights=much * some, minlength=len(asleep)) for some in kept])
        for much in (length / EPOCHS_MIN, np.ones_like(length))
    )
    return _Remembered(seen.edges_us()[first], minutes, numbers)


def _runs(flag: Bools) -> tuple[Ints, Ints]:
    """Length and row of every run of a table of flags."""
    wide = np.concatenate((np.zeros((len(flag), 1), np.int8), flag, np.zeros((len(flag), 1), np.int8)), axis=1)
    steps = np.diff(wide, axis=1)
    night, starts = np.nonzero(steps == 1)
    return np.nonzero(steps == -1)[1] - starts, night


def _onset_off_sd(diary: Diary, found: _Remembered) -> Floats:
    """How far each night's falling asleep is from what was said, in standard deviations, shape (0 or 1, nights)."""
    if (said := _said_onset(diary)) is None:
        return np.empty((0, len(found.onset_us)))
    return ((found.onset_us - said[0]) / _MINUTE_US / said[1])[None, :]


def _waking_off_sd(diary: Diary, found: _Remembered) -> Floats:
    """By how many standard deviations more (above 0) or less waking was said than each night has, (things, nights)."""
    off = np.empty((0, len(found.onset_us)))
    for said, between, sd in (
        (diary.awake_min, found.awake_min, _AWAKE_SD_MIN),
        (diary.n_awakenings, found.awakenings, _AWAKENINGS_SD),
    ):
        if said is not None:
            outside = np.maximum(said - between[1], 0.0) - np.maximum(between[0] - said, 0.0)
            off = np.vstack((off, outside / max(sd, _SHARE * said)))
    return off


def _onset_ways(off_sd: Floats) -> tuple[float, ...]:
    """By how many standard deviations to be off from falling asleep as said: where hardly a night agrees, by some."""
    return _OFF_SD if len(off_sd) and np.exp(-0.5 * off_sd**2).mean() < _HARDLY else (0.0,)


def _waking_ways(off_sd: Floats) -> tuple[float, ...]:
    """Towards more waking, towards less, or neither: by the first thing said of it that most nights do not have."""
    sign = next((s for s in np.median(np.sign(off_sd), axis=1).tolist() if s), 0.0)
    return _MORE_WAKING if sign > 0 else _LESS_WAKING if sign < 0 else (0.0,)


def _said_onset(diary: Diary) -> tuple[int, float] | None:
    """When the person says to have fallen asleep, UTC, with its error in minutes; the clock before the latency."""
    latency_min = diary.latency_min
    if diary.fell_asleep_us is not None:
        latency_min = (diary.fell_asleep_us - diary.lights_off_us) / _MINUTE_US
    if latency_min is None:
        return None
    at_us = diary.lights_off_us + round(latency_min * _MINUTE_US)
    return at_us, max(_ONSET_SD_MIN, _SHARE * latency_min)


def _leaning_to_onset(seen: HalfMinutes, diary: Diary, by_sd: float) -> tuple[Floats, Floats]:
    """What epochs asleep before and awake after falling asleep ``by_sd`` off as said gain, log; shape (n,) each."""
    if (said := _said_onset(diary)) is None:
        return np.zeros(len(seen)), np.zeros(len(seen))
    at_us, sd_min, from_us = said[0] + by_sd * said[1] * _MINUTE_US, said[1] / _LEANT_SURER, seen.edges_us()[:-1]
    off = shared_error(seen, at_us, sd_min)
    # Sleep before lights off is no early falling asleep, and waking long after it no late one.
    early, late = from_us >= diary.lights_off_us, from_us <= at_us + REACH_SD * sd_min * _MINUTE_US
    return np.where(early, off.clip(max=0.0), 0.0), -np.where(late, off.clip(0.0), 0.0)
