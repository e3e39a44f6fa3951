"""What holds over a person's nights: how often, how evenly, whether it changes, and when to see a clinician.

One night is not a pattern: of people with RLS, single nights exceed 15 PLMS/h in 34 %, at least one of five in 63 %
(Trotti 2009). So every finding says on how many nights of how many, and of few nights that they are few.
Nothing here diagnoses. `clinician_signs` holds what was measured or written down against the signs that send people
to a doctor; what cannot be seen from here is asked. How many nights it takes: `analytics.nights.how_many`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from analytics.flag import FlagName
from analytics.nights.how_many import FEW_NIGHTS, PATTERN_NIGHTS, PATTERN_OF, TREND_MOST_NIGHTS, TREND_NIGHTS
from analytics.said import JournalEntry
from analytics.words import AS_DETECTED, ASSESSABLE_NIGHTS, FEW_NIGHTS_DIFFER, FLAGS, TOLD_NIGHTS

#: Nights in bed this long, and sleepy all the same.
ENOUGH_IN_BED_H = 7.0
#: Symptoms are noted from 0 to 10; the middle of the scale is more than a trifle.
SLEEPY_FROM = 5.0

SignState = Literal["seen", "not seen", "not known"]


@dataclass(frozen=True, slots=True)
class NightFacts:
    """What patterns need of one night.

    Attributes
    ----------
    plms_index : float or None
        Per hour of sleep; None where it could not be told.
    flags : frozenset of FlagName
        Raised under the default rule set, and not dismissed by a reviewer.
    in_bed_h : float or None
    untold : frozenset of FlagName
        Those that could not be told, such as a pattern awake of a person who slept through.
    dismissed : frozenset of FlagName
        Those that were raised and that a reviewer dismissed: told, and not raised.
    """

    night_date: date
    assessable: bool
    plms_index: float | None
    flags: frozenset[FlagName]
    in_bed_h: float | None = None
    untold: frozenset[FlagName] = frozenset()
    dismissed: frozenset[FlagName] = frozenset()


@dataclass(frozen=True, slots=True)
class Spread:
    """How an index varies from night to night, per hour of sleep."""

    n_nights: int
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trend:
    """How an index changes, per hour of sleep and week, with its 95 % interval (Theil-Sen, Kendall's variance)."""

    n_nights: int
    per_week: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out "no change"."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to see a clinician, and whether it was seen here.

    ``says`` is a sentence for people with the numbers in it.
    """

    name: str
    state: SignState
    says: str


def nights_with(flag: FlagName, nights: Iterable[NightFacts]) -> tuple[int, int]:
    """Count the nights with a flag, and the nights on which it could be told; as the view ``patterns`` counts."""
    able = [night for night in nights if night.assessable and flag not in night.untold]
    return sum(flag in night.flags for night in able), len(able)


def dismissed_on(flag: FlagName, nights: Iterable[NightFacts]) -> int:
    """Count the assessable nights on which a flag was raised and then dismissed: as detected, it was on these too."""
    return sum(flag in night.dismissed for night in nights if night.assessable)


def is_pattern(flag: FlagName, nights: Iterable[NightFacts]) -> bool:
    """Whether a flag was raised often enough to speak of a pattern."""
    raised, able = nights_with(flag, nights)
    return raised >= PATTERN_NIGHTS and able >= PATTERN_OF


def on_nights(raised: int, able: int, assessable: int, dismissed: int = 0) -> str:
    """On how many of how many nights a flag was raised, in words.

    Parameters
    ----------
    raised, able, assessable : int
        Nights with the flag, nights on which it could be told, and nights that could be assessed.
    dismissed : int
        Nights on which it was raised and a reviewer dismissed it.
    """
    also = f" ({AS_DETECTED} on {raised + dismissed})" if dismissed else ""
    return f"on {raised} of {able} {ASSESSABLE_NIGHTS if able == assessable else TOLD_NIGHTS}{also}"


def note_on(able: int) -> str | None:
    """The caution that a finding over few nights needs; None where the nights are enough."""
    return FEW_NIGHTS_DIFFER.format(n=FEW_NIGHTS) if able < FEW_NIGHTS else None


def spread(nights: Iterable[NightFacts]) -> Spread | None:
    """Median and range of the PLMS index over assessable nights; None without any."""
    known = [n.plms_index for n in nights if n.assessable and n.plms_index is not None]
    return Spread(len(known), float(np.median(known)), min(known), max(known)) if known else None


def trend(nights: Iterable[NightFacts]) -> Trend | None:
    """Change of the PLMS index over the newest `TREND_MOST_NIGHTS` nights; None below `TREND_NIGHTS` assessable ones.

    The median of the slopes between all pairs of nights, with the interval of Sen (J Am Stat Assoc 1968;63:1379-1389).
    """
    able = ((n.night_date, n.plms_index) for n in nights if n.assessable and n.plms_index is not None)
    known = sorted(able)[-TREND_MOST_NIGHTS:]
    if len(known) < TREND_NIGHTS:
        return None
    weeks = np.array([(day - known[0][0]).days for day, _ in known]) / 7
    index = np.array([value for _, value in known])
    later, earlier = np.tril_indices(len(known), -1)
    apart = weeks[later] - weeks[earlier]
    slopes = np.sort((index[later] - index[earlier])[apart > 0] / apart[apart > 0])
    if not len(slopes):
        return None
    n = len(known)
    half = 1.959964 * np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, int(np.floor((len(slopes) - half) / 2)) - 1)
    high = min(len(slopes) - 1, int(np.ceil((len(slopes) + half) / 2)))
    return Trend(n, float(np.median(slopes)), float(slopes[low]), float(slopes[high]))


def clinician_signs(nights: Sequence[NightFacts], journal: Sequence[JournalEntry]) -> tuple[Sign, ...]:
    """The signs that send people to a clinician, each with what was measured or written down.

    Parameters
    ----------
    nights : sequence of NightFacts
        Of one person.
    journal : sequence of JournalEntry
        The same person's; symptoms as numbers from 0 (none) to 10.
    """
    noted = _Noted(journal)
    return (
        _measured("several jerks a night, night after night", "frequent_hypnic_jerks", nights),
        _partner(nights, noted),
        _urge(nights, noted),
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
        return Sign(name, "seen" if seen else "not seen", f"written down on {seen} of {days} days{open_}")


def _measured(name: str, flag: FlagName, nights: Sequence[NightFacts]) -> Sign:
    """Not known too where a pattern could not have been seen: on fewer nights than one takes."""
    raised, able = nights_with(flag, nights)
    if not able:
        return Sign(name, "not known", "on no night could it be told")
    few = "; these are few nights" if able < FEW_NIGHTS else ""
    state: SignState = "seen" if is_pattern(flag, nights) else "not known" if able < PATTERN_OF else "not seen"
    return Sign(name, state, f"on {raised} of {able} nights{few}")


def _partner(nights: Sequence[NightFacts], noted: _Noted) -> Sign:
    """Kicks that the sensor counts are seen; that it counts none does not answer for a partner who was not asked."""
    name = "regular kicks that a bed partner sees"
    seen, days = noted.days("partner_saw_kicks")
    measured = _measured(name, "possible_plmd", nights)
    beside = f"a {FLAGS['possible_plmd']} pattern {measured.says}"
    if not days:
        state: SignState = "seen" if measured.state == "seen" else "not known"
        asked = "" if state == "seen" else "; whether a partner sees some: note it in the journal as partner_saw_kicks"
        return Sign(name, state, beside + asked)
    state = "seen" if seen or measured.state == "seen" else "not seen"
    return Sign(name, state, f"a partner saw kicks on {seen} of {days} days; {beside}")


def _urge(nights: Sequence[NightFacts], noted: _Noted) -> Sign:
    name = "an urge to move the legs"
    written = noted.sign(name, "urge_to_move")
    raised, able = nights_with("possible_rls", nights)
    beside = f"; periodic movements awake in bed on {raised} of {able} nights" if able else ""
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
    return Sign(name, state, f"sleepy ({SLEEPY_FROM:g} or more) on {sleepy} of {days} days, {median_h:.1f} h in bed")
