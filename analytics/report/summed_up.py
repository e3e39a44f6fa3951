"""What the one-page summary tells: every night in a row of numbers, the answer, and what the journal marks.

Reads the views, so that a year takes seconds; only nights whose movements were reviewed are read as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from analytics.journal.marked import marked_changes
from analytics.model import Leg
from analytics.nights.patterns import NightFacts, Patterns
from analytics.over_nights.advice import Advice, foremost
from analytics.over_nights.answer import PersonAnswer, answer_of
from analytics.over_nights.signs import Sign, clinician_signs
from analytics.person import ONESELF
from analytics.report.night import About, ReportNight, masked, nights_asked, read_night
from analytics.store import Store, damaged_files, default_ruleset, people_of, query, reviews_of
from analytics.store.over_nights.findings import people_over_nights

_NIGHTS = """
SELECT night_date, not_assessable_reason, site, legs, sleep_source, in_bed_at, sleep_onset_at, tst_h, plms_index,
    plms_index_low, plms_index_high, flags, flags_as_reviewed
FROM nights WHERE subject = ? AND night_date BETWEEN ? AND ? ORDER BY night_date
"""
_SENSORS = """
SELECT serial, median(rate_hz_true) AS rate_hz FROM recordings
WHERE sha256 IN (
    SELECT unnest(recordings) FROM night WHERE subject = ? AND night_date BETWEEN ? AND ?
)
GROUP BY serial ORDER BY serial
"""

#: The sheet has room for so many.
MOST_ADVICE = 2


@dataclass(frozen=True, slots=True)
class SummaryNight:
    """One night in a row: as reviewed where reviews change numbers.

    Attributes
    ----------
    facts : NightFacts
        Their index is ``index`` too, so that what is said over the nights is said of the numbers in their rows.
    index, index_low, index_high : float or None
        PLMS per hour of sleep with its 95 % interval; as reviewed it has none.
    flags, flags_as_reviewed : tuple of str
        Raised ones, and those of them that were not dismissed.
    why_not : str or None
        Why it could not be assessed; empty where that was not stored.
    is_mended : bool
        Reviews change its numbers.
    is_stale : bool
        They would, but thresholds or rules have changed since.
    """

    facts: NightFacts
    tst_h: float | None
    to_sleep_min: float | None
    n_jerks: int
    index: float | None
    index_low: float | None
    index_high: float | None
    flags: tuple[str, ...]
    flags_as_reviewed: tuple[str, ...]
    why_not: str | None = None
    is_mended: bool = False
    is_stale: bool = False

    @property
    def day(self) -> date:
        """Of the evening."""
        return self.facts.night_date


@dataclass(frozen=True, slots=True)
class Summary:
    """Nights of one person, by date; at least one.

    Attributes
    ----------
    called : str or None
        What the database calls the person; None where no one was named.
    born : str or None
        A year, or a date YYYY-MM-DD.
    advice : tuple of Advice
        What this person's own nights and journal speak for most; `MOST_ADVICE` at most.
    changes : tuple of (date, str)
        What the journal says was done otherwise, from which day on.
    sites, legs, sleep_sources, serials : tuple of str
        Of these nights; serial numbers are masked.
    damage : mapping of date to tuple of str
        Of nights whose files are damaged, what is missing, in sentences.
    """

    called: str | None
    born: str | None
    ruleset: str
    nights: tuple[SummaryNight, ...]
    answer: PersonAnswer
    signs: tuple[Sign, ...]
    advice: tuple[Advice, ...]
    patterns: Patterns
    changes: tuple[tuple[date, str], ...]
    sites: tuple[str, ...]
    legs: tuple[Leg, ...]
    sleep_sources: tuple[str, ...]
    rates_hz: tuple[float, ...]
    serials: tuple[str, ...]
    n_days_noted: int
    about: About
    damage: Mapping[date, tuple[str, ...]]

    @property
    def is_mended(self) -> bool:
        """Whether reviews change numbers of one of the nights."""
        return any(night.is_mended for night in self.nights)

    @property
    def facts(self) -> tuple[NightFacts, ...]:
        """What findings over the nights are made from."""
        return tuple(night.facts for night in self.nights)


def read_summary(store: Store, first: date, last: date, *, subject: str | None, about: About) -> Summary:
    """Read what the summary tells of the nights from one evening to another, both included.

    Parameters
    ----------
    subject : str or None
        None: the one person who has nights then.

    Raises
    ------
    UsageError
        There are none, or several people have some and ``subject`` does not say whose.
    """
    name, _ = nights_asked(store, first, last, subject)
    span = [name, first, last]
    ((_, facts, patterns, journal),) = [
        person for person in people_over_nights(store, subject=name, since=first, until=last) if person[1]
    ]
    rows = query(store, _NIGHTS, span).to_dicts()
    mended = _mended(store, name, first, last, about)
    sensors = query(store, _SENSORS, span).to_dicts()
    signs = clinician_signs(facts, patterns, journal)
    person = people_of(store).get(name)
    damaged = damaged_files(store)
    return Summary(
        called=None if name == ONESELF else name,
        born=None if person is None else person.born,
        ruleset=default_ruleset(store),
        nights=tuple(_night(one, row, mended.get(one.night_date)) for one, row in zip(facts, rows, strict=True)),
        answer=answer_of(facts, patterns, signs),
        signs=signs,
        advice=foremost(facts, journal, MOST_ADVICE),
        patterns=patterns,
        changes=tuple((change.day, change.words) for change in marked_changes(journal)),
        sites=_different(rows, "site"),
        legs=_different(rows, "legs"),
        sleep_sources=_different(rows, "sleep_source"),
        rates_hz=tuple(sorted({float(round(s["rate_hz"])) for s in sensors if s["rate_hz"] is not None})),
        serials=tuple(dict.fromkeys(masked(sensor["serial"]) for sensor in sensors if sensor["serial"])),
        n_days_noted=len({entry.day for entry in journal}),
        about=about,
        damage={one.night_date: found for one in facts if (found := damaged.get((name, one.night_date)))},
    )


def _mended(store: Store, subject: str, first: date, last: date, about: About) -> Mapping[date, ReportNight]:
    """Nights of which single movements or stretches were reviewed."""
    reviews = [review for review in reviews_of(store, subject) if first <= review.night_date <= last]
    days = {r.night_date for r in reviews if r.onset_us is not None or r.start_us is not None or r.edit}
    ruleset = default_ruleset(store)
    known = set(query(store, "SELECT night_date FROM nights WHERE subject = ?", [subject])["night_date"].to_list())
    return {day: read_night(store, (subject, day), ruleset, reviews, about) for day in days & known}


def _night(facts: NightFacts, row: Mapping[str, Any], mended: ReportNight | None) -> SummaryNight:
    after = mended.reviewed if mended is not None else None
    n_jerks, told = facts.n_jerks, (row["plms_index"], row["plms_index_low"], row["plms_index_high"])
    if after is not None:
        # A dismissed flag takes all jerks of the night with it, as in the answer.
        n_jerks = min(n_jerks, sum(event.label == "hypnic_jerk" for event in after.events))
        measures = after.measures
        told = (measures.plms_index, measures.plms_index_low, measures.plms_index_high)
    return SummaryNight(
        facts=replace(facts, plms_index=told[0]),
        tst_h=row["tst_h"] if after is None else after.tst_h,
        to_sleep_min=_minutes(row["in_bed_at"], row["sleep_onset_at"]),
        n_jerks=n_jerks,
        index=told[0] if facts.assessable else None,
        index_low=told[1] if facts.assessable else None,
        index_high=told[2] if facts.assessable else None,
        flags=tuple(row["flags"]),
        flags_as_reviewed=tuple(row["flags_as_reviewed"]),
        why_not=None if facts.assessable else row["not_assessable_reason"] or "",
        is_mended=after is not None,
        is_stale=mended is not None and mended.stale,
    )


def _minutes(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds() / 60


def _different(rows: list[dict[str, Any]], name: str) -> tuple[Any, ...]:
    """Values of a column, most frequent first."""
    values = [row[name] for row in rows]
    return tuple(sorted(set(values), key=lambda value: (-values.count(value), value)))
