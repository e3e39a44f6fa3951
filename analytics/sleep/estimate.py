"""When the person slept: period, onset with its uncertainty, bouts of wake. What it is estimated from: `sources`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import NormalDist

from analytics.criteria import Criteria, Jerks
from analytics.model import Bout, Nap, SleepSource, SleepState
from analytics.sleep.possible import PossibleNights

MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class SleepEstimate:
    """A night's sleep. Without a period everything but ``source`` ("none") is empty.

    Attributes
    ----------
    onset_us : int or None
        Mean of the onset's distribution, bias removed.
    onset_sd_min : float or None
        Its standard deviation: larger than any clock error by far.
    bouts : tuple of Bout
        From in bed to waking up, without holes; unknown where nothing was recorded, whatever a diary says.
    naps : tuple of Nap
        Shorter rests outside of that, in order. They count in no index.
    possible : PossibleNights or None
        Every night that could have been; None where no leg was seen, or no sleep.
    turns_per_h : float or None
        How often the leg turned between falling asleep and waking, recorded hours; None as above.
    """

    source: SleepSource
    in_bed_us: int | None = None
    onset_us: int | None = None
    onset_sd_min: float | None = None
    wake_us: int | None = None
    bouts: tuple[Bout, ...] = ()
    naps: tuple[Nap, ...] = ()
    possible: PossibleNights | None = field(default=None, compare=False, repr=False)
    turns_per_h: float | None = None

    def hours(self, state: SleepState) -> float:
        """Hours in bed spent in a state."""
        return sum(b.end_us - b.start_us for b in self.bouts if b.state == state) / 3.6e9

    def p_sleep_at(self, time_us: int) -> float | None:
        """Chance of sleep at an instant, 0-1; None where it was not estimated."""
        if self.possible is None:
            return None
        found = self.possible.p_sleep_when(time_us)
        return None if math.isnan(found) else found

    def state_at(self, time_us: int) -> SleepState:
        """State at an instant: awake outside the period, unknown where there is no period at all."""
        if self.in_bed_us is None:
            return "unknown"
        for bout in self.bouts:
            if bout.start_us <= time_us < bout.end_us:
                return bout.state
        return "wake"


NO_SLEEP = SleepEstimate("none")


def p_near_onset(time_us: int, sleep: SleepEstimate, criteria: Criteria) -> float:
    """Probability that an instant lies within ``near_min`` of a true transition from wake to sleep.

    Where a leg was seen, the share of possible nights with such a transition. Elsewhere transitions are the sleep onset
    and every return to sleep; each is uncertain, so this is a probability too. Outside
    ``[-window_before_min, +window_after_min]`` of the uncorrected onset it is 0.
    """
    if sleep.possible is not None:
        return sleep.possible.p_transition_at(time_us)
    return max((_p_near(time_us, *t, criteria.jerks) for t in transitions(sleep, criteria)), default=0.0)


def transitions(sleep: SleepEstimate, criteria: Criteria) -> tuple[tuple[int, float], ...]:
    """Estimated instant (us) and SD (min) of every wake-to-sleep transition of the night."""
    if sleep.onset_us is None or sleep.onset_sd_min is None:
        return ()
    returns = [
        (after.start_us, min(sleep.onset_sd_min, criteria.sleep.onset_sd_diary_min))
        for before, after in pairwise(sleep.bouts)
        if before.state == "wake" and after.state == "sleep" and after.start_us > sleep.onset_us
    ]
    return ((sleep.onset_us, sleep.onset_sd_min), *returns)


def _p_near(time_us: int, centre_us: int, sd_min: float, jerks: Jerks) -> float:
    off_min = (time_us - centre_us) / MINUTE_US
    reach_min = (jerks.window_before_min + jerks.window_after_min) / 2
    if abs(off_min) > max(reach_min, sd_min):
        return 0.0
    spread = NormalDist(0.0, sd_min)
    return spread.cdf(off_min + jerks.near_min) - spread.cdf(off_min - jerks.near_min)
