"""What holds over a person's nights: how often, and how evenly.

One night is not a pattern: of people with RLS, single nights exceed 15 PLMS/h in 34 %, at least one of five in 63 %
(Trotti 2009). So every finding says on how many nights of how many, and of few nights that they are few.
How many nights it takes: `analytics.nights.how_many`. Whether a flag is a pattern is decided in
``analytics/store/database/patterns.sql`` alone, for the view and for all who ask here; what a pattern means to its
person in `analytics.over_nights`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from analytics.flag import FlagName, FlagState
from analytics.nights.how_many import FEW_NIGHTS, is_few
from analytics.phrases import interval_words, on_nights_words, pattern_words
from analytics.words import AS_DETECTED, FEW_NIGHTS_DIFFER

PatternState = Literal["pattern", "no_pattern", "cannot_tell_yet"]


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What findings over nights need of one night.

    Attributes
    ----------
    plms_index : float or None
        Per hour of sleep; None where it could not be told.
    kicks, jerks : FlagState
        How possible_plmd and frequent_hypnic_jerks stand after review.
    n_jerks : int
        Hypnic jerks; 0 where a reviewer dismissed the flag on them.
    legs : str
        Which were recorded.
    """

    night_date: date
    assessable: bool
    plms_index: float | None
    in_bed_h: float | None = None
    kicks: FlagState = "cannot_tell"
    jerks: FlagState = "cannot_tell"
    n_jerks: int = 0
    legs: str = "unknown"

    @property
    def jerks_told(self) -> bool:
        """Whether it could be told if there were many jerks."""
        return self.assessable and self.jerks != "cannot_tell"

    @property
    def kicks_told(self) -> bool:
        """Whether it could be told if there were too many regular kicks."""
        return self.assessable and self.kicks != "cannot_tell"

    @property
    def judged(self) -> bool:
        """Whether both could be told: regular kicks, and jerks."""
        return self.jerks_told and self.kicks_told

    @property
    def in_doubt(self) -> bool:
        """Whether it was recorded well enough, and one of them could not be told all the same."""
        return self.assessable and not self.judged


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is said of one flag over a person's nights: a row of ``patterns.sql``, which decides it.

    Attributes
    ----------
    n_able, n_raised : int
        Assessable nights on which the flag could be told; those among them on which it was raised and not dismissed.
    n_dismissed : int
        Assessable nights on which it was raised and a reviewer dismissed it.
    share, share_low, share_high : float or None
        Of nights above the threshold, with its interval, 0-1.
    mean_index, mean_index_low, mean_index_high : float or None
        PLMS per hour of sleep with its interval; None for other flags than possible_plmd.
    more_nights : int or None
        About how many decide; None where it is decided, or they are too many to say.
    """

    n_nights: int = 0
    n_able: int = 0
    n_raised: int = 0
    n_dismissed: int = 0
    share: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    mean_index: float | None = None
    mean_index_low: float | None = None
    mean_index_high: float | None = None
    threshold: float | None = None
    state: PatternState = "cannot_tell_yet"
    more_nights: int | None = None

    @property
    def says(self) -> str:
        """The state in words."""
        early = self.n_able < FEW_NIGHTS
        return pattern_words(self.state, self.more_nights, able=self.n_able > 0, few=is_few(self.n_able), early=early)

    def on_nights(self, assessable: int) -> str:
        """On how many of how many nights the flag was raised, in words.

        Parameters
        ----------
        assessable : int
            Nights that could be assessed.
        """
        also = f" ({AS_DETECTED} on {self.n_raised + self.n_dismissed})" if self.n_dismissed else ""
        return on_nights_words(self.n_raised, self.n_able, assessable) + also

    @property
    def index_says(self) -> str:
        """The mean index with its interval and the threshold, in words; empty where there is none."""
        if self.mean_index is None or self.threshold is None:
            return ""
        span = interval_words(self.mean_index_low, self.mean_index_high)
        return f"mean {self.mean_index:.1f} per hour of sleep{span}, threshold {self.threshold:g}"


#: By flag; one that was never looked for is not among them.
Patterns = Mapping[FlagName, Pattern]


@dataclass(frozen=True, slots=True)
class Spread:
    """How an index varies from night to night, per hour of sleep."""

    n_nights: int
    median: float
    low: float
    high: float


def note_on(able: int) -> str | None:
    """The caution that a finding over few nights needs; None where the nights are enough."""
    return FEW_NIGHTS_DIFFER.format(n=FEW_NIGHTS) if able < FEW_NIGHTS else None


def spread(nights: Iterable[NightFacts]) -> Spread | None:
    """Median and range of the PLMS index over assessable nights; None without any."""
    known = [n.plms_index for n in nights if n.assessable and n.plms_index is not None]
    return Spread(len(known), float(np.median(known)), min(known), max(known)) if known else None
