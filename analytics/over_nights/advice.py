"""What a person could try, or talk about: only where their own journal or nights touch it, each with its counts.

Suggestions that go round for hypnic jerks (the rules below are data); they were found to help some people, and nothing
here knows whether they help this one. So each names the nights it comes from, and none prescribes. Where enough nights
with and without a habit show no more jerks with it, nothing is suggested of it. Without data there is no advice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Literal, NamedTuple

from analytics.journal.fields import LIGHTS_OFF
from analytics.journal.order import DAY_TURNS_MIN, since_turn_min
from analytics.nights.patterns import NightFacts
from analytics.over_nights.signs import Sign, evidence_words
from analytics.phrases import counted
from analytics.said import JournalEntry

AdviceKind = Literal["try", "discuss"]
#: Titles, in the order in which they are shown.
ADVICE_TITLES: Mapping[str, AdviceKind] = {"Worth discussing": "discuss", "Could be tried": "try"}
#: A habit of so many days is no single day; a side with fewer nights shows nothing. Own, and as of triggers.
SEVERAL_DAYS, LEAST_NIGHTS = 3, 5


@dataclass(frozen=True, slots=True)
class Advice:
    """One suggestion.

    Attributes
    ----------
    kind : "try" or "discuss"
        Something cheap to try alone, or something worth discussing with a clinician.
    says, because : str
        A sentence each: what, and the counts it comes from.
    """

    key: str
    kind: AdviceKind
    says: str
    because: str


class _Found(NamedTuple):
    """A suggestion, and by how much the share of nights with jerks is larger with its habit; 0: too few."""

    advice: Advice
    excess: float = 0.0


#: Of one day of the journal, by kind.
Noted = Mapping[str, JournalEntry]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A habit, when a day has it (None: not noted), how it is called, and what could be tried."""

    key: str
    habit: str
    has: Callable[[Noted], bool | None]
    says: str


def _minutes(day: Noted, kind: str) -> int | None:
    """Of a clock time, after the turn of the day."""
    return since_turn_min(day[kind].text) if kind in day else None


def _later(kind: str, hour: int) -> Callable[[Noted], bool | None]:
    return lambda day: None if (at := _minutes(day, kind)) is None else at >= hour * 60 - DAY_TURNS_MIN


def _within(kind: str, hours: float) -> Callable[[Noted], bool | None]:
    """So near lights off; a day without either is on neither side."""

    def near(day: Noted) -> bool | None:
        at, dark = _minutes(day, kind), _minutes(day, LIGHTS_OFF)
        return None if at is None or dark is None else dark - at < hours * 60

    return near


def _least(kind: str, least: float) -> Callable[[Noted], bool | None]:
    return lambda day: None if (value := _value(day, kind)) is None else value >= least


def _under(kind: str, limit: float) -> Callable[[Noted], bool | None]:
    return lambda day: None if (value := _value(day, kind)) is None else value < limit


def _value(day: Noted, kind: str) -> float | None:
    return day[kind].value if kind in day else None


#: Hours and limits after the advice that goes round for hypnic jerks; 6 h and the middle of the scale are our own.
RULES = (
    _Rule(
        "late_caffeine",
        "caffeine at 14:00 or later",
        _later("last_caffeine_at", 14),
        "Some people have fewer jerks without caffeine after noon: two weeks without it would show.",
    ),
    _Rule(
        "nicotine",
        "nicotine",
        _least("nicotine_units", 1),
        "Nicotine wakes as caffeine does: a few evenings without it could be tried.",
    ),
    _Rule(
        "late_exercise",
        "exercise within 3 h of lights off",
        _within("exercise_until", 3),
        "Hard exercise could move to earlier in the day, 3 h or more before bed.",
    ),
    _Rule(
        "late_work",
        "work after 21:00",
        _later("work_until", 21),
        "An earlier end of work, and 30 to 60 minutes of winding down, could be tried.",
    ),
    _Rule(
        "late_screens",
        "a screen in the last hour before lights off",
        _within("screens_until", 1),
        "The last hour could go without a screen.",
    ),
    _Rule(
        "stress",
        "stress of 5 or more",
        _least("stress", 5),
        "Slow breathing, stretching or ten quiet minutes before bed help some people after a tense day.",
    ),
    _Rule(
        "short_sleep",
        "less than 6 h of sleep the night before",
        _under("hours_slept_before", 6),
        "Too little sleep goes with more jerks in some people: going to bed earlier could be tried.",
    ),
    _Rule(
        "warm_room",
        "a bedroom above 19 °C",
        _least("room_c", 19.05),
        "A cooler bedroom, 15 to 19 °C, could be tried.",
    ),
)
_UNEVEN_MIN = 60


def advice_of(nights: Sequence[NightFacts], signs: Sequence[Sign], journal: Sequence[JournalEntry]) -> list[Advice]:
    """Suggestions for one person: what is worth discussing first, then what could be tried, by the journal's order.

    Parameters
    ----------
    nights : sequence of NightFacts
        By date.
    signs : sequence of Sign
        `analytics.over_nights.signs.clinician_signs` of the same nights and journal.
    journal : sequence of JournalEntry
        The same person's.
    """
    return [*_signs(nights, signs), *(found.advice for found in _suggested(nights, journal))]


def foremost(nights: Sequence[NightFacts], journal: Sequence[JournalEntry], most: int) -> tuple[Advice, ...]:
    """The suggestions that a person's own nights speak for most, to stand beside a table of the signs.

    Parameters
    ----------
    nights, journal : sequence of NightFacts, sequence of JournalEntry
        As for `advice_of`.
    most : int
        How many at most. What to ask before anything is changed comes first, then the habits with which most more
        nights had jerks than without, then those with too few nights to compare.
    """
    found = sorted(_suggested(nights, journal), key=lambda one: (one.advice.kind != "discuss", -one.excess))
    return tuple(one.advice for one in found[:most])


def _suggested(nights: Sequence[NightFacts], journal: Sequence[JournalEntry]) -> list[_Found]:
    """All but what signs say."""
    days: dict[date, dict[str, JournalEntry]] = {}
    for entry in journal:
        days.setdefault(entry.day, {})[entry.kind] = entry
    jerked = {night.night_date: night.n_jerks > 0 for night in nights if night.jerks_told}
    habits = (
        (rule, {day: had for day, noted in days.items() if (had := rule.has(noted)) is not None}) for rule in RULES
    )
    tried = [one for rule, had in habits if (one := _tried(rule.key, rule.habit, rule.says, had, jerked)) is not None]
    return [*map(_Found, _medicines(days)), *tried, *_uneven(days, jerked)]


def _tried(key: str, habit: str, says: str, had: Mapping[date, bool], jerked: Mapping[date, bool]) -> _Found | None:
    if sum(had.values()) < SEVERAL_DAYS:
        return None
    having = [jerked[day] for day in had if had[day] and day in jerked]
    lacking = [jerked[day] for day in had if not had[day] and day in jerked]
    if not having:
        because = f"{habit} on {sum(had.values())} of {counted(len(had), 'day')} of the journal"
        return _Found(Advice(key, "try", says, because))
    if _is_no_worse(having, lacking):
        return None
    other = f", and on {sum(lacking)} of {len(lacking)} without" if lacking else "; there are none without to compare"
    enough = min(len(having), len(lacking)) >= LEAST_NIGHTS
    few = "" if enough else f"; {LEAST_NIGHTS} nights on either side would say more"
    because = f"jerks on {sum(having)} of {counted(len(having), 'night')} with {habit}{other}{few}"
    excess = sum(having) / len(having) - sum(lacking) / len(lacking) if enough else 0.0
    return _Found(Advice(key, "try", says, because), excess)


def _is_no_worse(having: Sequence[bool], lacking: Sequence[bool]) -> bool:
    """Nights without a jerk touch no advice on jerks, and enough nights may speak against it."""
    if not any(having):
        return True
    enough = min(len(having), len(lacking)) >= LEAST_NIGHTS
    return enough and sum(having) * len(lacking) <= sum(lacking) * len(having)


def _signs(nights: Sequence[NightFacts], signs: Sequence[Sign]) -> Iterator[Advice]:
    """Of signs that are met; of a weaker one the answer asks for more nights or days, and advice waits with it."""
    n_told = sum(night.jerks_told for night in nights)
    for sign in signs:
        for one in (one for one in sign.evidence if one.is_met):
            on = evidence_words([one], len(nights), n_told)
            yield Advice(
                one.what, "discuss", f"{sign.name[:1].upper()}{sign.name[1:]}: worth discussing with a clinician.", on
            )


def _medicines(days: Mapping[date, Noted]) -> Iterator[Advice]:
    noted = [day for day in days.values() if "medicines" in day]
    taken = [
        day for day in noted if (day["medicines"].text or "").strip().casefold() not in ("", "0", "no", "none", "-")
    ]
    if taken:
        says = (
            "Some medicines for mood, allergies or nerves go with jerks: worth asking the clinician who prescribed"
            " them, before anything is changed."
        )
        yield Advice("medicines", "discuss", says, f"medicines noted on {counted(len(taken), 'day')} of the journal")


def _uneven(days: Mapping[date, Noted], jerked: Mapping[date, bool]) -> Iterator[_Found]:
    """Lights off at other times than mostly."""
    dark = {day: at for day, noted in days.items() if (at := _minutes(noted, LIGHTS_OFF)) is not None}
    if not dark:
        return
    middle = median(dark.values())
    off = {day: abs(at - middle) > _UNEVEN_MIN for day, at in dark.items()}
    says = "The same hours on all days, weekends too, could be tried."
    habit = "lights off more than an hour from the usual time"
    found = _tried("uneven_times", habit, says, off, jerked)
    if found is not None:
        yield found
