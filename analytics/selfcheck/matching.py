"""Which movements are the ten kicks of the plan: the instants of the plan slid along the movements found.

The clock of the sensor may be off by any time, so every pair of a movement and a planned kick is tried as the one
that belongs together. A leg that moves by itself meets kicks too: on a night of periodic limb movements some shift
meets nine of ten. So a shift is weighed by all movements about it, those between the kicks and in the still minutes
before them too: how likely would so many of them meet a kick if they knew nothing of the plan? The most unlikely shift
wins. It is the plan if chance explains neither it nor its lead: everywhere else the same plan meets what the leg does
by itself, and the best of those places says how well that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics.model import Movement
from analytics.selfcheck.plan import KICKS_S, LEG_STARTS_S, N_KICKS, KickLeg

#: How far a kick may be from its instant once the shift is known, seconds: a person follows a clock or a voice within
#: a second or so. own.
TOLERANCE_S = 2.5
#: Fewer kicks are no plan.
MIN_FOUND = 6
#: Matches as good as this that chance would make in such a recording, at most. own.
MOST_BY_CHANCE = 0.01
#: How fast longer leads of the best shift become seldom where no plan is, in units of surprise. Own: chosen on nights
#: of simulated periodic movements 25 and 30 s apart, where 1 took 6 of 144 nights for a plan.
LEAD = 1.8
#: Movements so long before the first kick and after the last speak against the plan, seconds: of the five still
#: minutes the first is left for settling, and after the last kick the leg rests for half a minute. own.
QUIET_BEFORE_S, QUIET_AFTER_S = 240.0, 10.0


@dataclass(frozen=True, slots=True)
class Match:
    """The plan laid over the movements of one sensor.

    Attributes
    ----------
    leg : KickLeg
        Whose pattern it is.
    first_kick_us : int
        When the first kick of this leg was due by the sensor's clock, UTC: the median over the kicks found.
    found : tuple of Movement or None, one a planned kick
    n_others : int
        Movements between the kicks and in the still minutes before them that meet no kick.
    surprise : float
        How unlikely so many kicks met are among the movements about them if those knew nothing of the plan: the
        logarithm of one over the probability.
    rival : float
        The greatest surprise that the other movements make, or that another shift or the other leg's pattern makes
        with as many kicks.
    tries : float
        How many shifts were tried that do not overlap.
    """

    leg: KickLeg
    first_kick_us: int
    found: tuple[Movement | None, ...]
    n_others: int
    surprise: float
    rival: float
    tries: float

    @property
    def n_found(self) -> int:
        """Kicks that met a movement."""
        return sum(movement is not None for movement in self.found)

    @property
    def by_chance(self) -> float:
        """How many matches as good as this one chance would make, by its own odds or by what fits elsewhere.

        The second is for movements that keep a rhythm, whose odds are shorter than they seem: the best of many shifts
        leads the next by a few units of surprise, and ever more seldom by more.
        """
        return float(max(self.tries * np.exp(-self.surprise), np.exp((self.rival - self.surprise) / LEAD)))

    @property
    def is_plan(self) -> bool:
        """Whether this is the plan and not chance."""
        return self.n_found >= MIN_FOUND and self.by_chance <= MOST_BY_CHANCE

    @property
    def peak_g(self) -> float:
        """Median peak of the kicks found; 0 where there is none."""
        peaks = [movement.peak_g for movement in self.found if movement is not None]
        return float(np.median(peaks)) if peaks else 0.0

    @property
    def spread_s(self) -> float:
        """How far a kick was from its instant, median."""
        return float(np.median([abs(miss_s) for miss_s in self.misses_s()])) if self.n_found else 0.0

    def misses_s(self) -> tuple[float, ...]:
        """For each kick found, how late it was, seconds."""
        due = (self.first_kick_us + at_s * 1_000_000 for at_s in KICKS_S[self.leg])
        return tuple((m.onset_us - at) / 1e6 for at, m in zip(due, self.found, strict=True) if m is not None)


def matches_of(movements: Sequence[Movement]) -> tuple[Match, ...]:
    """Lay the patterns of both legs over movements, each where it fits best: the better one first.

    The other is laid over what the first left: a movement is a kick of one leg. Empty without a movement.
    """
    legs: tuple[KickLeg, ...] = ("left", "right")
    both = [match for leg in legs if (match := _best_match(movements, leg)) is not None]
    if not both:
        return ()
    first, other = sorted(both, key=lambda match: (-match.surprise, sum(map(abs, match.misses_s()))))
    taken = {movement.number for movement in first.found if movement is not None}
    second = _best_match([m for m in movements if m.number not in taken], other.leg)
    shared = sum(movement is not None and movement.number in taken for movement in other.found)
    as_good = shared > other.n_found / 2 and other.n_found >= first.n_found
    first = replace(first, rival=max(first.rival, other.surprise if as_good else 0.0))
    return (first,) if second is None else (first, second)


def _best_match(movements: Sequence[Movement], leg: KickLeg) -> Match | None:
    """Lay the pattern of a leg over movements where it fits best; None without a movement."""
    if not movements:
        return None
    onset_us = np.array(sorted(m.onset_us for m in movements), np.int64)
    begin_us = int(onset_us[0])
    onset_s, kicks_s = (onset_us - begin_us) / 1e6, np.array(KICKS_S[leg], float)
    shifts_s = _shifts(onset_s, kicks_s)
    weighed = _weighed(onset_s, shifts_s, leg)
    best = int(np.lexsort((weighed.total_s, -weighed.surprise))[0])
    far = np.abs(shifts_s - shifts_s[best]) > 2 * TOLERANCE_S
    by_onset = {movement.onset_us: movement for movement in movements}
    met = _met(onset_s, kicks_s + shifts_s[best])
    return Match(
        leg,
        begin_us + round(shifts_s[best] * 1e6),
        tuple(None if at < 0 else by_onset[int(onset_us[at])] for at in met.tolist()),
        n_others=int(weighed.n_about[best] - weighed.n_met[best]),
        surprise=float(weighed.surprise[best]),
        rival=_rival(onset_s, met, shifts_s, weighed, far & (weighed.n_met >= weighed.n_met[best]), leg),
        tries=max(1.0, float(onset_s[-1] + kicks_s[-1]) / (2 * TOLERANCE_S)),
    )


def _rival(
    onset_s: NDArray[np.float64],
    met: NDArray[np.int64],
    shifts_s: NDArray[np.float64],
    weighed: _Weighed,
    as_many: NDArray[np.bool_],
    leg: KickLeg,
) -> float:
    """The greatest surprise that the movements outside the plan make, or a far shift that meets as many kicks."""
    others_s = np.delete(onset_s, met[met >= 0])
    by_others = _weighed(others_s, shifts_s, leg).surprise.max(initial=0.0) if len(others_s) else 0.0
    return float(max(by_others, weighed.surprise[as_many].max(initial=0.0)))


def _shifts(onset_s: NDArray[np.float64], kicks_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shifts to try.

    Every pair of an onset and a kick proposes one, and its neighbourhood the middle of what it meets: the kick of the
    pair may itself have come late.
    """
    shifts_s = np.sort((onset_s[:, None] - kicks_s).ravel())
    miss = _misses(onset_s, shifts_s[:, None] + kicks_s)
    near = np.where(np.abs(miss) <= 2 * TOLERANCE_S, miss, np.nan)
    return np.concatenate((shifts_s, shifts_s + np.nanmedian(near, axis=1)))


class _Weighed(NamedTuple):
    """One value a shift.

    Attributes
    ----------
    n_met, n_about : array
        Kicks that meet a movement; movements about the plan in all.
    total_s : array
        How far the kicks met are from their movements.
    surprise : array
        `Match.surprise`.
    """

    n_met: NDArray[np.int64]
    n_about: NDArray[np.int64]
    total_s: NDArray[np.float64]
    surprise: NDArray[np.float64]


def _weighed(onset_s: NDArray[np.float64], shifts_s: NDArray[np.float64], leg: KickLeg) -> _Weighed:
    kicks_s = np.array(KICKS_S[leg], float)
    miss = np.abs(_misses(onset_s, shifts_s[:, None] + kicks_s))
    n_met = (miss <= TOLERANCE_S).sum(axis=1)
    n_about = np.maximum(n_met, _n_about(onset_s, shifts_s, leg))
    about_s = QUIET_BEFORE_S + kicks_s[-1] + QUIET_AFTER_S
    surprise = -stats.binom.logsf(n_met - 1, n_about, 2 * TOLERANCE_S * N_KICKS / about_s)
    return _Weighed(n_met, n_about, np.where(miss <= TOLERANCE_S, miss, 0.0).sum(axis=1), surprise)


def _n_about(onset_s: NDArray[np.float64], shifts_s: NDArray[np.float64], leg: KickLeg) -> NDArray[np.int64]:
    """Movements from the still minutes to the end of the plan, without kicks of the leg that may have kicked before."""
    first_s, last_s = shifts_s - QUIET_BEFORE_S, shifts_s + KICKS_S[leg][-1] + QUIET_AFTER_S
    n = np.searchsorted(onset_s, last_s, "right") - np.searchsorted(onset_s, first_s, "left")
    earlier_s = np.array([at - LEG_STARTS_S[leg] for at in KICKS_S["left"]] if LEG_STARTS_S[leg] else [], float)
    earlier_s = earlier_s[earlier_s - TOLERANCE_S >= -QUIET_BEFORE_S]
    if len(earlier_s):
        n -= (np.abs(_misses(onset_s, shifts_s[:, None] + earlier_s)) <= TOLERANCE_S).sum(axis=1)
    return n.astype(np.int64)


def _misses(onset_s: NDArray[np.float64], due: NDArray[np.float64]) -> NDArray[np.float64]:
    """From each due instant to the nearest onset, seconds; positive where the onset is later."""
    after = np.clip(np.searchsorted(onset_s, due), 0, len(onset_s) - 1)
    before = np.maximum(after - 1, 0)
    late, early = onset_s[after] - due, onset_s[before] - due
    return np.where(np.abs(early) < np.abs(late), early, late)


def _met(onset_s: NDArray[np.float64], due_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each due instant the place of the onset nearest to it; -1 where none is near."""
    nearest = due_s + _misses(onset_s, due_s)
    place = np.clip(np.searchsorted(onset_s, nearest - 1e-7), 0, len(onset_s) - 1)
    return np.where(np.abs(onset_s[place] - due_s) <= TOLERANCE_S, place, -1).astype(np.int64)
