"""One night of a report: as it is stored, and as reviewed where reviews change its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any

from analytics.criteria import Criteria
from analytics.flag import Flag, FlagName, FlagReview
from analytics.measures import Measures
from analytics.model import Event, Night, Score
from analytics.nights.review_effect import Reviewed, Standing, as_reviewed, same_rules, standing
from analytics.person import Person
from analytics.said import JournalEntry, Review
from analytics.scoring.rulesets import Ruleset
from analytics.store import NightKey, Store, load_nights, query
from ingest.clock import noon_to_noon, zone_info
from ingest.errors import UsageError

#: Last characters of a serial number that may be shown: enough to tell two devices apart.
_SHOWN_OF_SERIAL = 2


@dataclass(frozen=True, slots=True)
class About:
    """What the report says of itself.

    Attributes
    ----------
    rulesets : mapping of str to Ruleset
        All that the settings know.
    criteria : Criteria
        In force now; nights say by their hash whether they were analysed under them.
    """

    version: str
    made_on: date
    criteria: Criteria
    rulesets: Mapping[str, Ruleset]


@dataclass(frozen=True, slots=True)
class ReportNight:
    """One night of a report.

    Attributes
    ----------
    score : Score or None
        Under the rule set that is shown; None where the night was not scored under it.
    reviewed : Reviewed or None
        None where reviews change no number, or no score can be held against the stored one.
    stale : bool
        Reviews would change numbers, but thresholds or rules have changed since the analysis.
    flag_reviews : mapping of FlagName to FlagReview
        How each flag stands after review.
    person : Person or None
        What is said of the person.
    """

    night: Night
    score: Score | None
    holds: Standing
    reviewed: Reviewed | None
    stale: bool
    flag_reviews: Mapping[FlagName, FlagReview] = field(default_factory=dict)
    sensors: tuple[Mapping[str, Any], ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    person: Person | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """Events as detected."""
        return self.score.events if self.score else ()

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Flags, raised ones first."""
        return self.score.flags if self.score else ()

    def review_of(self, flag: Flag) -> FlagReview:
        """How one of these flags stands after review."""
        return self.flag_reviews.get(flag.name, FlagReview(None, flag.state))

    @property
    def standing_flags(self) -> tuple[Flag, ...]:
        """Flags that are raised after review, each with the reason that holds then."""
        return tuple(self.as_reviewed(flag) for flag in self.flags if self.review_of(flag).state == "raised")

    @property
    def dismissed_flags(self) -> tuple[Flag, ...]:
        """Flags that were raised, as detected or by edits, and that a reviewer dismissed."""
        found = (flag if flag.raised else self.as_reviewed(flag) for flag in self._fallen)
        return tuple(flag for flag in found if flag.raised and self.review_of(flag).verdict == "dismiss")

    @property
    def lowered_flags(self) -> tuple[Flag, ...]:
        """Flags that were raised as detected, no more with what was reviewed, and that nothing else dismissed."""
        return tuple(flag for flag in self._fallen if flag.raised and self.review_of(flag).verdict != "dismiss")

    def as_reviewed(self, flag: Flag) -> Flag:
        """One of these flags with its state and reason as movements, spans and the sleep were reviewed."""
        return self.review_of(flag).edited or flag

    @property
    def _fallen(self) -> tuple[Flag, ...]:
        return tuple(flag for flag in self.flags if self.review_of(flag).state != "raised")

    @property
    def measures(self) -> Measures:
        """Measures as detected."""
        return self.score.measures if self.score else Measures()

    @property
    def zone(self) -> tzinfo:
        """Zone of the bedroom's clock."""
        return zone_info(self.night.zone)

    @property
    def noon_us(self) -> int:
        """Noon before the night."""
        return noon_to_noon(self.night.night_date, self.night.zone)[0]


def read_night(store: Store, key: NightKey, ruleset: str, reviews: Iterable[Review], about: About) -> ReportNight:
    """Read one night with its scores under the rule set that is shown; its movements only where it was reviewed.

    Raises
    ------
    UsageError
        It was removed meanwhile.
    """
    return read_nights(store, key[0], [key[1]], ruleset, reviews, about)[0]


def read_nights(
    store: Store, subject: str, dates: Sequence[date], ruleset: str, reviews: Iterable[Review], about: About
) -> list[ReportNight]:
    """Read nights of one person, each as `read_night` does; movements only of those that were reviewed.

    Parameters
    ----------
    dates : sequence of date
        Of the evenings, in order.
    reviews : iterable of Review
        Of the person, in the order in which they were made.

    Raises
    ------
    UsageError
        One of them was removed meanwhile.
    """
    said: dict[date, list[Review]] = {}
    for review in reviews:
        said.setdefault(review.night_date, []).append(review)
    found = load_nights(store, subject, dates, rulesets=frozenset({ruleset}), movements_of=said)
    if gone := [day for day in dates if day not in found]:
        raise UsageError(f"the night {gone[0]} was removed meanwhile", hint="try again")
    return [_with_reviews(found[day], said.get(day, ()), ruleset, about) for day in dates]


def _with_reviews(night: Night, reviews: Sequence[Review], ruleset: str, about: About) -> ReportNight:
    score = night.scores[0] if night.scores else None
    # Without a review no event is looked for, which takes as long as to read the night.
    holds = standing(reviews, score.events if score and reviews else (), night.movements if reviews else ())
    rules = about.rulesets.get(ruleset)
    if not holds.changes_numbers:
        return ReportNight(night, score, holds, reviewed=None, stale=False)
    if score is None or rules is None or not same_rules(night, rules, about.criteria):
        return ReportNight(night, score, holds, reviewed=None, stale=True)
    return ReportNight(night, score, holds, reviewed=as_reviewed(night, holds, rules, about.criteria), stale=False)


def masked(serial: str) -> str:
    """A serial number of which only the end can be read; all of it hidden where it is short."""
    shown = serial[-_SHOWN_OF_SERIAL:] if len(serial) > 2 * _SHOWN_OF_SERIAL else ""
    return "•••" + shown if serial else ""


def nights_asked(store: Store, first: date, last: date, subject: str | None) -> tuple[str, list[date]]:
    """The one person who has nights from one evening to another, and their dates.

    Raises
    ------
    UsageError
        There are none, or several people have some and ``subject`` does not say whose.
    """
    found = query(
        store,
        "SELECT subject, night_date FROM nights WHERE night_date BETWEEN ? AND ? AND (? IS NULL OR subject = ?)"
        " ORDER BY night_date",
        [first, last, subject, subject],
    )
    people = sorted(found["subject"].unique().to_list())
    if len(people) > 1:
        raise UsageError("several people recorded these nights", hint=f"--subject, one of {', '.join(people)}")
    if not people:
        when = f"night {first}" if first == last else f"night from {first} to {last}"
        raise UsageError(f"no {when}{'' if subject is None else f' of {subject}'}", hint="nightkick nights lists them")
    return people[0], found["night_date"].to_list()
