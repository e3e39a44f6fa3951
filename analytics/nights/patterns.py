"""What holds over a person's nights: how often, how evenly, whether it changes, and when to see a clinician.

One night is not a pattern: of people with RLS, single nights exceed 15 PLMS/h in 34 %, at least one of five in 63 %
(Trotti 2009). So every finding says on how many nights of how many, and of few nights that they are few.
Nothing here diagnoses. `clinician_signs` holds what was measured or written down against the signs that send people
to a doctor; what cannot be seen from here is asked. How many nights it takes: `analytics.nights.how_many`. Whether a
flag is a pattern is decided in ``analytics/store/database/patterns.sql`` alone, for the view and for all who ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from analytics.flag import FlagName
from analytics.nights.how_many import FEW_NIGHTS, is_few
from analytics.phrases import counted, interval_words, on_nights_words, pattern_words
from analytics.said import JournalEntry
from analytics.words import AS_DETECTED, FEW_NIGHTS_DIFFER, FLAGS

#: Nights in bed this long, and sleepy all the same.
ENOUGH_IN_BED_H = 7.0
#: Symptoms are noted from 0 to 10; the middle of the scale is more than a trifle.
SLEEPY_FROM = 5.0

SignState = Literal["seen", "not seen", "not known"]
PatternState = Literal["pattern", "no_pattern", "cannot_tell_yet"]


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What patterns need of one night.

    Attributes
    ----------
    plms_index : float or None
        Per hour of sleep; None where it could not be told.
    """

    night_date: date
    assessable: bool
    plms_index: float | None
    in_bed_h: float | None = None


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
        return pattern_words(self.state, self.more_nights, able=self.n_able > 0, few=is_few(self.n_able))

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
_UNKNOWN = Pattern()


@dataclass(frozen=True, slots=True)
class Spread:
    """How an index varies from night to night, per hour of sleep."""

    n_nights: int
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to see a clinician, and whether it was seen here.

    ``says`` is a sentence for people with the numbers in it.
    """

    name: str
    state: SignState
    says: str


def note_on(able: int) -> str | None:
    """The caution that a finding over few nights needs; None where the nights are enough."""
    return FEW_NIGHTS_DIFFER.format(n=FEW_NIGHTS) if able < FEW_NIGHTS else None


def spread(nights: Iterable[NightFacts]) -> Spread | None:
    """Median and range of the PLMS index over assessable nights; None without any."""
    known = [n.plms_index for n in nights if n.assessable and n.plms_index is not None]
    return Spread(len(known), float(np.median(known)), min(known), max(known)) if known else None


def clinician_signs(
    nights: Sequence[NightFacts], patterns: Patterns, journal: Sequence[JournalEntry]
) -> tuple[Sign, ...]:
    """The signs that send people to a clinician, each with what was measured or written down.

    Parameters
    ----------
    nights : sequence of NightFacts
        Of one person.
    patterns : mapping of FlagName to Pattern
        What is said of the same nights.
    journal : sequence of JournalEntry
        The same person's; symptoms as numbers from 0 (none) to 10.
    """
    noted = _Noted(journal)
    return (
        _measured("several jerks a night, night after night", "frequent_hypnic_jerks", patterns),
        _partner(patterns, noted),
        _urge(patterns, noted),
        noted.sign("pain in the legs", "leg_pain"),
        _sleepy(nights, noted),
        noted.sign("tingling, numbness or weakness", "tingling", "numbness", "weakness"),
        noted.sign("jerks beyond one limb", "other_limbs"),
        noted.sign("jerks in the daytime", "daytime_jerks"),
    )


class _Noted:
    """Symptoms by kind: on how many days written down, on how many of them above zero."""

    def __init__(self, journal: Iterable[JournalEntry]) -> None:
        self._values: dict[str, list[float]] = {}
        for entry in journal:
            if entry.value is not None:
                self._values.setdefault(entry.kind, []).append(entry.value)

    def days(self, *kinds: str, at_least: float = 1.0) -> tuple[int, int]:
        values = [value for kind in kinds for value in self._values.get(kind, ())]
        return sum(value >= at_least for value in values), len(values)

    def sign(self, name: str, *kinds: str) -> Sign:
        seen, days = self.days(*kinds)
        if not days:
            return Sign(name, "not known", f"no sensor can tell; note it in the journal as {' or '.join(kinds)}")
        unasked = [kind for kind in kinds if kind not in self._values]
        open_ = f"; {' and '.join(unasked)} not" if unasked and not seen else ""
        return Sign(name, "seen" if seen else "not seen", f"written down on {seen} of {counted(days, 'day')}{open_}")


_SIGN_OF: Mapping[PatternState, SignState] = {
    "pattern": "seen",
    "no_pattern": "not seen",
    "cannot_tell_yet": "not known",
}


def _measured(name: str, flag: FlagName, patterns: Patterns) -> Sign:
    """Not known where a pattern cannot be told yet."""
    found = patterns.get(flag, _UNKNOWN)
    if not found.n_able:
        return Sign(name, "not known", "it could not be told on any night")
    few = ("; one night is few" if found.n_able == 1 else "; these are few nights") if found.n_able < FEW_NIGHTS else ""
    return Sign(
        name, _SIGN_OF[found.state], f"on {found.n_raised} of {counted(found.n_able, 'night')}, {found.says}{few}"
    )


def _partner(patterns: Patterns, noted: _Noted) -> Sign:
    """Kicks that the sensor counts are seen; that it counts none does not answer for a partner who was not asked."""
    name = "regular kicks that a bed partner sees"
    seen, days = noted.days("partner_saw_kicks")
    measured = _measured(name, "possible_plmd", patterns)
    beside = f"{FLAGS['possible_plmd']} {measured.says}"
    if not days:
        state: SignState = "seen" if measured.state == "seen" else "not known"
        asked = "" if state == "seen" else "; whether a partner sees some: note it in the journal as partner_saw_kicks"
        return Sign(name, state, beside + asked)
    state = "seen" if seen or measured.state == "seen" else "not seen"
    return Sign(name, state, f"a partner saw kicks on {seen} of {counted(days, 'day')}; {beside}")


def _urge(patterns: Patterns, noted: _Noted) -> Sign:
    name = "an urge to move the legs"
    written = noted.sign(name, "urge_to_move")
    found = patterns.get("possible_rls", _UNKNOWN)
    on = f"{found.n_raised} of {counted(found.n_able, 'night')}"
    beside = f"; beside periodic movements awake on {on}" if found.n_able else ""
    return Sign(name, written.state, written.says + beside)


def _sleepy(nights: Sequence[NightFacts], noted: _Noted) -> Sign:
    name = "sleepy by day despite enough time in bed"
    sleepy, days = noted.days("daytime_sleepiness", at_least=SLEEPY_FROM)
    if not days:
        return noted.sign(name, "daytime_sleepiness")
    in_bed = [night.in_bed_h for night in nights if night.in_bed_h is not None]
    if not in_bed:
        return Sign(name, "not known", f"sleepy on {sleepy} of {days} days; time in bed is not known")
    median_h = float(np.median(in_bed))
    state: SignState = "seen" if 2 * sleepy >= days and median_h >= ENOUGH_IN_BED_H else "not seen"
    return Sign(
        name, state, f"sleepy ({SLEEPY_FROM:g} or more) on {sleepy} of {counted(days, 'day')}, {median_h:.1f} h in bed"
    )
