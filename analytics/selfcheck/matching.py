"""Which movements are the ten kicks of the plan: the instants of the plan slid along the movements found.

The clock of the sensor may be off by any time, so every pair of a movement and a planned kick is tried as the one
that belongs together; the shift under which most kicks meet a movement wins. A night's movements can meet a few by
chance. How often that is to be expected is counted, and a match that chance explains is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analytics.model import Movement
from analytics.selfcheck.plan import KICKS_S, N_KICKS, KickLeg

#: How far a kick may be from its instant once the shift is known, seconds: a person follows a clock or a voice within
#: a second or so. own.
TOLERANCE_S = 2.5
#: Fewer kicks are no plan.
MIN_FOUND = 6
#: Matches as good as this that chance would make in such a recording, at most. own.
MOST_BY_CHANCE = 0.01


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
    rival : int
        The most kicks that meet a movement under another shift, or in the other leg's pattern.
    by_chance : float
        How many matches as good as this one chance would make.
    """

    leg: KickLeg
    first_kick_us: int
    found: tuple[Movement | None, ...]
    rival: int
    by_chance: float

    @property
    def n_found(self) -> int:
        """Kicks that met a movement."""
        return sum(movement is not None for movement in self.found)

    @property
    def is_plan(self) -> bool:
        """Whether this is the plan and not chance."""
        return self.n_found >= MIN_FOUND and self.n_found > self.rival and self.by_chance <= MOST_BY_CHANCE

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
    first, other = sorted(both, key=lambda match: (-match.n_found, sum(map(abs, match.misses_s()))))
    taken = {movement.number for movement in first.found if movement is not None}
    second = _best_match([m for m in movements if m.number not in taken], other.leg)
    shared = sum(movement is not None and movement.number in taken for movement in other.found)
    first = replace(first, rival=max(first.rival, other.n_found if shared > other.n_found / 2 else 0))
    return (first,) if second is None else (first, second)


def _best_match(movements: Sequence[Movement], leg: KickLeg) -> Match | None:
    """Lay the pattern of a leg over movements where it fits best; None without a movement."""
    if not movements:
        return None
    onset_us = np.array(sorted(m.onset_us for m in movements), np.int64)
    begin_us = int(onset_us[0])
    onset_s, kicks_s = (onset_us - begin_us) / 1e6, np.array(KICKS_S[leg], float)
    shift_s, rival = _best_shift(onset_s, kicks_s)
    by_onset = {movement.onset_us: movement for movement in movements}
    met = _met(onset_s, kicks_s + shift_s)
    found = tuple(None if at < 0 else by_onset[int(onset_us[at])] for at in met.tolist())
    return Match(leg, begin_us + round(shift_s * 1e6), found, rival, _by_chance(onset_s, met, kicks_s + shift_s))


def _best_shift(onset_s: NDArray[np.float64], kicks_s: NDArray[np.float64]) -> tuple[float, int]:
    """The shift that meets most kicks, of those the one with the smallest misses; the most that any far from it meets.

    Every pair of an onset and a kick proposes a shift, and its neighbourhood the middle of what it meets: the kick of
    the pair may itself have come late.
    """
    shifts_s = np.sort((onset_s[:, None] - kicks_s).ravel())
    due = shifts_s[:, None] + kicks_s
    miss = _misses(onset_s, due)
    near = np.where(np.abs(miss) <= 2 * TOLERANCE_S, miss, np.nan)
    shifts_s = np.concatenate((shifts_s, shifts_s + np.nanmedian(near, axis=1)))
    miss = np.abs(_misses(onset_s, shifts_s[:, None] + kicks_s))
    counts = (miss <= TOLERANCE_S).sum(axis=1)
    total_s = np.where(miss <= TOLERANCE_S, miss, 0.0).sum(axis=1)
    best = int(np.lexsort((total_s, -counts))[0])
    far = np.abs(shifts_s - shifts_s[best]) > 2 * TOLERANCE_S
    return float(shifts_s[best]), int(counts[far].max(initial=0))


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


def _by_chance(onset_s: NDArray[np.float64], met: NDArray[np.int64], due_s: NDArray[np.float64]) -> float:
    """Expected number of shifts that meet as many kicks, were the other movements strewn at random."""
    others = np.delete(onset_s, met[met >= 0])
    inside = np.count_nonzero((others >= due_s[0]) & (others <= due_s[-1]))
    length_s = max(float(onset_s[-1] - onset_s[0]), float(due_s[-1] - due_s[0]))
    per_s = max((len(others) + 1) / length_s, (inside + 1) / float(due_s[-1] - due_s[0]))
    p_one = 1 - np.exp(-2 * TOLERANCE_S * per_s)
    return float(stats.binom.sf(np.count_nonzero(met >= 0) - 1, N_KICKS, p_one) * length_s / (2 * TOLERANCE_S))
