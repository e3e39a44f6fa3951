"""What a report tells: stored nights of one person, what was said of them, and under which rules.

The only place of the report that reads the database. Names of files are left out and serial numbers are masked: a
report goes to other people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from analytics.criteria import Criteria
from analytics.model import Event, Flag, JournalEntry, Night, Score
from analytics.patterns import NightFacts
from analytics.reviewed import Reviewed, Standing, as_reviewed, same_rules, standing
from analytics.rulesets import Ruleset
from analytics.store import Store, default_ruleset, load_night, query, reviews_of
from ingest.clock import noon_to_noon, zone_info
from ingest.errors import UsageError

_SENSORS = """
SELECT device, serial, format, site, side, rate_hz_true, tz, tz_source, warnings FROM recordings
WHERE list_contains((SELECT recordings FROM night WHERE subject = ? AND night_date = ?), sha256)
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
    """

    night: Night
    score: Score | None
    holds: Standing
    reviewed: Reviewed | None
    stale: bool
    sensors: tuple[dict[str, Any], ...]
    journal: tuple[JournalEntry, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """As detected."""
        return self.score.events if self.score else ()

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Raised ones first."""
        return self.score.flags if self.score else ()

    @property
    def measures(self) -> Mapping[str, Any]:
        """As detected."""
        return self.score.measures if self.score else {}

    @property
    def zone(self) -> tzinfo:
        """Of the bedroom."""
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

    @property
    def facts(self) -> tuple[NightFacts, ...]:
        """What findings over nights need."""
        return tuple(_facts(one) for one in self.nights)


def read_report(store: Store, first: date, last: date, *, subject: str | None, about: About) -> Report:
    """Read the nights from one evening to another, both included.

    Raises
    ------
    UsageError
        There are none, or several people have some and ``subject`` does not say whose.
    """
    person, dates = _dates(store, first, last, subject)
    ruleset = default_ruleset(store)
    journal = tuple(JournalEntry(**row) for row in query(store, _JOURNAL, [person, first, last]).iter_rows(named=True))
    nights = [_read_night(store, person, day, ruleset, journal, about) for day in dates]
    return Report(person, ruleset, tuple(nights), journal, about)


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


def _read_night(
    store: Store, subject: str, day: date, ruleset: str, journal: Sequence[JournalEntry], about: About
) -> ReportNight:
    night = load_night(store, (subject, day), rulesets=frozenset({ruleset}))
    if night is None:
        raise UsageError(f"the night {day} was removed meanwhile", hint="try again")
    score = night.scores[0] if night.scores else None
    holds = standing(reviews_of(store, subject, day), score.events if score else (), night.movements)
    rules = about.rulesets.get(ruleset)
    comparable = score is not None and rules is not None and same_rules(night, rules, about.criteria)
    sensors = query(store, _SENSORS, [subject, day]).to_dicts()
    return ReportNight(
        night=night,
        score=score,
        holds=holds,
        reviewed=as_reviewed(night, holds, rules, about.criteria)
        if comparable and rules is not None and holds.changes_numbers
        else None,
        stale=holds.changes_numbers and not comparable,
        sensors=tuple({**sensor, "serial": masked(sensor["serial"])} for sensor in sensors),
        journal=tuple(entry for entry in journal if entry.day == day),
    )


def _facts(one: ReportNight) -> NightFacts:
    night = one.night
    in_bed_h = night.tst_h / night.sleep_efficiency if night.tst_h is not None and night.sleep_efficiency else None
    raised = frozenset(flag.name for flag in one.flags if flag.raised)
    return NightFacts(night.night_date, night.assessable, one.measures.get("plms_index"), raised, in_bed_h)
