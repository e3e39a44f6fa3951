"""Every person's findings over nights, from what is stored: the one shape that the command line and the page print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, get_args

import polars as pl

from analytics.flag import FlagName
from analytics.nights.patterns import NightFacts, Pattern, Patterns, note_on, spread
from analytics.nights.trend import trend
from analytics.over_nights.signs import clinician_signs
from analytics.phrases import counted, on_nights_words
from analytics.said import JournalEntry
from analytics.store import Store, query
from analytics.store.database.steps import patterns_over
from analytics.words import CANNOT_TELL, FLAGS

Person = tuple[str, list[NightFacts], Patterns, list[JournalEntry]]
_ASKED = (
    "($subject IS NULL OR n.subject = $subject) AND ($since IS NULL OR n.night_date >= $since)"
    " AND ($until IS NULL OR n.night_date <= $until)"
    " AND list_contains(coalesce($subjects, [n.subject]), n.subject)"
)
_NIGHTS = f"""
SELECT n.subject, n.night_date, n.assessable, n.plms_index, n.tst_h / nullif(n.sleep_efficiency, 0) AS in_bed_h,
    coalesce(f.kicks, 'cannot_tell') AS kicks, coalesce(f.jerks, 'cannot_tell') AS jerks,
    CASE WHEN f.jerks_detected <> f.jerks THEN 0 ELSE n.n_hypnic_jerks END AS n_jerks, n.legs
FROM nights n
LEFT JOIN (
    SELECT subject, night_date, any_value(state_as_reviewed) FILTER (flag = 'possible_plmd') AS kicks,
        any_value(state_as_reviewed) FILTER (flag = 'frequent_hypnic_jerks') AS jerks,
        any_value(state) FILTER (flag = 'frequent_hypnic_jerks') AS jerks_detected
    FROM night_flags GROUP BY ALL
) f ON f.subject = n.subject AND f.night_date = n.night_date
WHERE {_ASKED}
ORDER BY n.subject, n.night_date
"""
_JOURNAL = """
SELECT subject, day, kind, value, text FROM journal
WHERE ($since IS NULL OR day >= $since) AND ($until IS NULL OR day <= $until)
    AND list_contains(coalesce($subjects, [subject]), subject) ORDER BY ALL
"""
_PATTERN = ("n_nights", "n_able", "n_raised", "share", "share_low", "share_high", "state", "more_nights")
_INDEX = ("mean_index", "mean_index_low", "mean_index_high", "threshold")


def findings(store: Store, *, subject: str | None = None, since: date | None = None) -> list[dict[str, Any]]:
    """What `analytics.nights.patterns` finds, one entry a person, by name.

    Parameters
    ----------
    subject : str or None
        None: all people.
    since : date or None
        First evening, and first day of the journal, that counts; None: all.
    """
    return findings_of(people_over_nights(store, subject=subject, since=since))


def findings_of(people: Iterable[Person]) -> list[dict[str, Any]]:
    """The same of people whose nights were read already; those who have none are left out."""
    return [_of_person(*person) for person in people if person[1]]


def patterns_of(
    store: Store,
    *,
    subject: str | None = None,
    subjects: Sequence[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> dict[str, Patterns]:
    """What is said of each person over nights, as the view ``patterns`` says it of all nights.

    Parameters
    ----------
    subject : str or None
        None: all people.
    subjects : sequence of str or None
        Only of these; None: of all.
    since, until : date or None
        First and last evening that count, both included; None: all.
    """
    found: dict[str, dict[FlagName, Pattern]] = {}
    asked = {"subject": subject, "subjects": _listed(subjects), "since": since, "until": until}
    for row in query(store, patterns_over(_ASKED), asked).iter_rows(named=True):
        dismissed = row["n_flagged_as_detected"] - row["n_raised"]
        said = Pattern(n_dismissed=dismissed, **{name: row[name] for name in (*_PATTERN, *_INDEX)})
        found.setdefault(row["subject"], {})[row["flag"]] = said
    return dict(found)


def people_over_nights(
    store: Store,
    *,
    subject: str | None = None,
    subjects: Sequence[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Iterator[Person]:
    """Nights, patterns and journal of everyone who has nights or a journal, by name; parameters as of `patterns_of`."""
    days = {"subjects": _listed(subjects), "since": since, "until": until}
    nights = query(store, _NIGHTS, {"subject": subject, **days})
    journal = query(store, _JOURNAL, days)
    patterns = patterns_of(store, subject=subject, subjects=subjects, since=since, until=until)
    nights_of, journal_of = _by_subject(nights), _by_subject(journal)
    for name in sorted({*nights_of, *(who for who in journal_of if subject in (None, who))}):
        facts = [NightFacts(**row) for row in nights_of.get(name, ())]
        yield name, facts, patterns.get(name, {}), [JournalEntry(name, **row) for row in journal_of.get(name, ())]


def _listed(subjects: Sequence[str] | None) -> list[str] | None:
    return None if subjects is None else list(subjects)


def _by_subject(rows: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Rows of every subject, in their order."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        kept.setdefault(row.pop("subject"), []).append(row)
    return kept


def _of_person(name: str, nights: list[NightFacts], patterns: Patterns, journal: list[JournalEntry]) -> dict[str, Any]:
    varies, changes = spread(nights), trend(nights)
    assessable = sum(night.assessable for night in nights)
    said = {flag: patterns.get(flag, Pattern()) for flag in get_args(FlagName)}
    flags = {
        flag: {
            "n_flagged": one.n_raised,
            "n_assessable": assessable,
            "is_pattern": one.state == "pattern",
            "finding": one.on_nights(assessable),
            "says": one.says,
            "index_says": one.index_says,
            **{field: getattr(one, field) for field in (*_PATTERN, *(_INDEX if one.mean_index is not None else ()))},
        }
        for flag, one in said.items()
    }
    return {
        "subject": name,
        "n_nights": len(nights),
        "n_assessable": assessable,
        "note": note_on(assessable),
        "no_flag": _no_flag(assessable, {flag: one.n_able for flag, one in said.items()}),
        "flags": flags,
        "dismissed": {flag: one.n_dismissed for flag, one in said.items() if one.n_dismissed},
        "plms_index": None if varies is None else asdict(varies),
        "trend": None if changes is None else {**asdict(changes), "is_clear": changes.is_clear},
        "signs": [asdict(sign) for sign in clinician_signs(nights, patterns, journal)],
    }


def _no_flag(assessable: int, able: Mapping[FlagName, int]) -> str:
    """What is said where no flag was raised on any night.

    Parameters
    ----------
    able : mapping of FlagName to int
        Assessable nights on which each could be told.
    """
    if not assessable:
        return "No night could be assessed."
    nights = counted(assessable, "assessable night")
    if not any(able.values()):
        return f"{CANNOT_TELL.capitalize()}: no flag could be told on {'' if assessable == 1 else 'any of '}{nights}."
    told = [FLAGS[flag] for flag, n in able.items() if n == assessable]
    untold = [f"{FLAGS[flag]} {on_nights_words(0, n, assessable)}" for flag, n in able.items() if n < assessable]
    if not told:
        return f"No flag raised: {'; '.join(untold)}."
    which = f"No {' and no '.join(told)}" if untold else "No flag"
    return f"{which} on {nights}{''.join(f'; {one}' for one in untold)}."
