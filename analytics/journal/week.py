"""Seven guided nights: what to do on each, which are recorded and answered, and what is missing today.

A pure function of what is stored: no state of its own. A night counts once it is recorded and its day has the answers
that are asked here; nights that lie apart count as well, for a person may skip one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from analytics.journal.fields import GOT_UP, LIGHTS_OFF, URGE, says_of

#: What the signs of a week are counted on, and what the answer asks for.
NIGHTS = 7
#: What began earlier is another attempt. Own.
_LONGEST_DAYS = 14
#: The evening belongs to the day before while people are still up.
_STILL_UP_H = 4
#: Any of each is enough. What most people can answer in a minute, and what goes with jerks most often.
EVENING: tuple[tuple[str, ...], ...] = (("caffeine_cups", "caffeine_mg"), ("alcohol_units",), ("stress",))
MORNING: tuple[tuple[str, ...], ...] = ((LIGHTS_OFF,), (GOT_UP,), ("jerk_felt",), (URGE,))
STEPS = (
    "In the evening put the sensor on the foot or ankle, the same one each night, and start it before lying down.",
    "Before bed note coffee, tea and cola, alcohol, stress, and whatever else you suspect.",
    "In the morning note when the light went off, when you got up, jerks felt, and any urge to move the legs.",
    "Import the recording, or let the inbox do it.",
    "Change nothing else this week: it is what later nights are compared with.",
)


@dataclass(frozen=True, slots=True)
class GuidedDay:
    """One evening with the night after it; missing answers as the page calls them.

    Attributes
    ----------
    evening_missing, morning_missing : tuple of str
        Empty where all is answered, and for what is still to come.
    """

    day: date
    is_to_come: bool
    is_recorded: bool
    evening_missing: tuple[str, ...] = ()
    morning_missing: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether all that is asked of it has an answer."""
        return not (self.is_to_come or self.evening_missing or self.morning_missing)

    @property
    def counts(self) -> bool:
        """Whether it is one of the seven."""
        return self.is_recorded and self.is_answered


@dataclass(frozen=True, slots=True)
class GuidedWeek:
    """The nights of one person; ``today`` is the evening that is next or now."""

    subject: str
    today: date
    days: tuple[GuidedDay, ...]

    @property
    def n_done(self) -> int:
        """How many nights count, at most seven."""
        return min(NIGHTS, sum(day.counts for day in self.days))


def local_evening(now: datetime | None = None) -> date:
    """The evening that is next or now, on the clock of this machine."""
    return ((now or datetime.now().astimezone()) - timedelta(hours=_STILL_UP_H)).date()


def guided_week(
    subject: str, nights: Collection[date], noted: Mapping[date, Collection[str]], today: date
) -> GuidedWeek:
    """Where a person stands.

    Parameters
    ----------
    nights : collection of date
        Evenings whose night is stored.
    noted : mapping of date to collection of str
        Names of the fields that have an answer, by day.
    today : date
        The evening that is next or now.
    """
    first = today - timedelta(days=_LONGEST_DAYS - 1)
    began = min((day for day in {*nights, *noted} if first <= day <= today), default=today)
    last = max(began + timedelta(days=NIGHTS - 1), today)
    span = (began + timedelta(days=k) for k in range((last - began).days + 1))
    return GuidedWeek(subject, today, tuple(_day(day, nights, noted.get(day, ()), today) for day in span))


def _day(day: date, nights: Collection[date], noted: Collection[str], today: date) -> GuidedDay:
    if day > today:
        return GuidedDay(day, is_to_come=True, is_recorded=False)
    morning = _missing(MORNING, noted) if day < today else ()
    # The night of today is not over: what it has is not asked for yet.
    return GuidedDay(day, day == today and day not in nights, day in nights, _missing(EVENING, noted), morning)


def _missing(asked: tuple[tuple[str, ...], ...], noted: Collection[str]) -> tuple[str, ...]:
    return tuple(says_of(names[0]) for names in asked if not any(name in noted for name in names))


def headline(week: GuidedWeek) -> str:
    """How far it is, in a sentence."""
    if week.n_done >= NIGHTS:
        return f"All {NIGHTS} nights are recorded and answered."
    return f"{week.n_done} of {NIGHTS} nights recorded and answered."


def missing_today(week: GuidedWeek) -> tuple[str, ...]:
    """What can still be done today, in sentences: of last night, and for tonight."""
    found = []
    for day in week.days:
        if day.day == week.today - timedelta(days=1):
            if not day.is_recorded:
                found.append("Last night: no recording is imported.")
            if asked := (*day.evening_missing, *day.morning_missing):
                found.append(f"Last night: not answered: {', '.join(asked)}.")
        if day.day == week.today:
            if day.evening_missing:
                found.append(f"Today: not answered: {', '.join(day.evening_missing)}.")
            if not day.is_recorded:
                found.append("Tonight: wear the sensor.")
    return tuple(found)


def day_words(day: GuidedDay, today: date) -> str:
    """How one evening stands."""
    if day.day > today:
        return "to come"
    missing = (*day.evening_missing, *day.morning_missing)
    recorded = "recorded" if day.is_recorded else "tonight" if day.day == today else "not recorded"
    answered = f"missing: {', '.join(missing)}" if missing else "answered"
    return f"{recorded}, {answered}"


def week_lines(week: GuidedWeek) -> Iterator[str]:
    """All of it for a terminal."""
    yield f"{week.subject}: {headline(week)}"
    for day in week.days:
        mark = "x" if day.counts else " "
        yield f"  [{mark}] {day.day}  {day_words(day, week.today)}"
    if week.n_done >= NIGHTS:
        yield "Next: nightkick answer; nightkick triggers"
        return
    yield from missing_today(week)
    yield ""
    yield f"What to do for {NIGHTS} nights:"
    yield from (f"  {number}. {step}" for number, step in enumerate(STEPS, start=1))
