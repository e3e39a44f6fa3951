"""What a report tells: stored nights of one person, what was said of them, and under which rules.

Reads the database for the report. Names of files are left out and serial numbers are masked: a
report goes to other people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from typing import Any

from analytics.criteria import Criteria
from analytics.flag import Flag, FlagName, FlagReview
from analytics.measures import Measures
from analytics.model import Event, Night, Score
from analytics.nights.patterns import NightFacts, Patterns
from analytics.nights.review_effect import Reviewed, Standing, as_reviewed, same_rules, standing
from analytics.person import Person
from analytics.said import JournalEntry, Review
from analytics.scoring.rulesets import Ruleset
from analytics.store import NightKey, Store, default_ruleset, flag_reviews, load_night, people_of, query, reviews_of
from analytics.store.over_nights.findings import patterns_of
from ingest.clock import noon_to_noon, zone_info
from ingest.errors import UsageError

_SENSORS = """
SELECT n.night_date, device, serial, format, r.site, side, rate_hz_true, tz, tz_source, warnings, c.stays, c.behind_s,
    c.drift_ppm, c.confidence
FROM (
    SELECT subject, night_date, unnest(recordings) AS sha256
    FROM night WHERE subject = ? AND night_date BETWEEN ? AND ?
) n
JOIN recordings r USING (sha256)
LEFT JOIN sensor_clocks c ON c.subject = n.subject AND c.night_date = n.night_date AND c.recording = n.sha256
ORDER BY side, first_at, sha256
"""
_JOURNAL = """
SELECT subject, day, kind, value, text FROM journal WHERE subject = ? AND day BETWEEN ? AND ? ORDER BY day, kind
"""
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
        """Raised flags without a dismissal."""
        return tuple(flag for flag in self.flags if self.review_of(flag).state == "raised")

    @property
    def dismissed_flags(self) -> tuple[Flag, ...]:
        """Flags that were raised, and that a reviewer dismissed."""
        return tuple(flag for flag in self.flags if flag.raised and flag not in self.standing_flags)

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


@dataclass(frozen=True, slots=True)
class Report:
    """Nights of one person, by date; at least one."""

    subject: str
    ruleset: str
    nights: tuple[ReportNight, ...]
    journal: tuple[JournalEntry, ...]
    about: About
    patterns: Patterns

    @property
    def facts(self) -> tuple[NightFacts, ...]:
        """What the findings over nights are made from."""
        return tuple(_facts(one) for one in self.nights)


def read_report(store: Store, first: date, last: date, *, subject: str | None, about: About) -> Report:
    """Read the nights from one evening to another, both included.

    Parameters
    ----------
    first, last : date
        Of the evenings.
    subject : str or None
        None: the one person who has nights then.

    Raises
    ------
    UsageError
        There are none, or several people have some and ``subject`` does not say whose.
    """
    person, dates = _dates(store, first, last, subject)
    ruleset = default_ruleset(store)
    journal = tuple(JournalEntry(**row) for row in query(store, _JOURNAL, [person, first, last]).iter_rows(named=True))
    reviews, on_flags = reviews_of(store, person), flag_reviews(store, person)
    who = people_of(store).get(person)
    sensors = query(store, _SENSORS, [person, first, last]).to_dicts()
    nights = [_read_night(store, (person, day), ruleset, reviews, about) for day in dates]
    nights = [
        replace(
            one,
            flag_reviews=on_flags.get(day, {}),
            sensors=tuple(s | {"serial": masked(s["serial"])} for s in sensors if s["night_date"] == day),
            journal=tuple(entry for entry in journal if entry.day == day),
            person=who,
        )
        for day, one in zip(dates, nights, strict=True)
    ]
    said = patterns_of(store, subject=person, since=first, until=last).get(person, {})
    return Report(person, ruleset, tuple(nights), journal, about, said)


def masked(serial: str) -> str:
    """A serial number of which only the end can be read; all of it hidden where it is short."""
    shown = serial[-_SHOWN_OF_SERIAL:] if len(serial) > 2 * _SHOWN_OF_SERIAL else ""
    return "•••" + shown if serial else ""


def _dates(store: Store, first: date, last: date, subject: str | None) -> tuple[str, list[date]]:
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


def _read_night(store: Store, key: NightKey, ruleset: str, reviews: Iterable[Review], about: About) -> ReportNight:
    night = load_night(store, key, rulesets=frozenset({ruleset}))
    if night is None:
        raise UsageError(f"the night {key[1]} was removed meanwhile", hint="try again")
    score = night.scores[0] if night.scores else None
    mine = [review for review in reviews if review.night_date == key[1]]
    holds = standing(mine, score.events if score else (), night.movements)
    rules = about.rulesets.get(ruleset)
    if not holds.changes_numbers:
        return ReportNight(night, score, holds, reviewed=None, stale=False)
    if score is None or rules is None or not same_rules(night, rules, about.criteria):
        return ReportNight(night, score, holds, reviewed=None, stale=True)
    return ReportNight(night, score, holds, reviewed=as_reviewed(night, holds, rules, about.criteria), stale=False)


def _facts(one: ReportNight) -> NightFacts:
    night = one.night
    states = {flag.name: one.review_of(flag) for flag in one.flags}
    kicks, jerks = states.get("possible_plmd"), states.get("frequent_hypnic_jerks")
    dismissed = any(flag.name == "frequent_hypnic_jerks" for flag in one.dismissed_flags)
    return NightFacts(
        night.night_date,
        night.assessable,
        one.measures.plms_index,
        in_bed_h=night.tst_h / night.sleep_efficiency if night.tst_h is not None and night.sleep_efficiency else None,
        kicks=kicks.state if kicks else "cannot_tell",
        jerks=jerks.state if jerks else "cannot_tell",
        n_jerks=0 if dismissed else night.n_hypnic_jerks,
        legs=night.legs,
    )
