"""What home draws: the answer and findings over nights, every night as a row with what changed, movements as ticks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from analytics.flag import INDEX_CRITERION, Flag, stored_flag
from analytics.journal.marked import CHANGE, marked_changes
from analytics.model import Series
from analytics.nights.unusual import SPANS, Noticed, unusual_of
from analytics.over_nights.changed import by_first_night
from analytics.over_nights.telling import as_plain
from analytics.phrases import clause_of, ruleset_words, unraised_words, unusual_line
from analytics.review.moments import milliseconds, offsets
from analytics.review.over_nights.told import told_people
from analytics.review.page import Page
from analytics.said import JournalEntry
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.store import Store, default_ruleset, frames, outdated, wanted_of
from analytics.store.over_nights.answers import answers_of
from analytics.store.over_nights.findings import findings_of
from ingest.errors import UsageError

_NIGHTS = """
SELECT subject, night_date, tz, recorded_from, recorded_to, sleep_onset_at, wake_at, tst_h, plms_index, plms_index_low,
    plms_index_high, n_lm, n_plms, n_hypnic_jerks, tier, assessable, not_assessable_reason, flags, flags_untold, review,
    flags_as_reviewed, flags_to_review, is_reviewed, criteria_hash
FROM nights WHERE {WHICH} ORDER BY night_date DESC, subject
"""
_PEOPLE = "SELECT DISTINCT subject FROM night ORDER BY subject LIMIT 2"
_UNTOLD = """
SELECT subject, night_date, flag, criteria, reason FROM night_flags WHERE state = 'cannot_tell' AND {WHICH}
"""
_CRITERIA = """
SELECT n.criteria_hash, max_by(f.criteria, f.night_date) AS criteria
FROM flag f JOIN night n USING (subject, night_date)
WHERE f.name = 'possible_plmd' AND f.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset') AND {WHICH}
GROUP BY ALL
"""
_CHANGES = f"SELECT subject, day, kind, value, text FROM journal WHERE kind = '{CHANGE}' AND {{WHICH}} ORDER BY ALL"
#: What `analytics.nights.unusual` looks at, of nights of which something may be: columns bear its names.
_NOTICED = """
WITH shown AS (SELECT value AS ruleset FROM setting WHERE name = 'default_ruleset'),
off AS (
    SELECT subject, night_date, kind, list([epoch_us(start_at), epoch_us(end_at)] ORDER BY start_at) AS spans
    FROM blank WHERE kind IN ('unworn', 'unscorable') AND {WHICH} GROUP BY ALL
),
trains AS (
    SELECT subject, night_date, list([epoch_us(onset_at), epoch_us(offset_at)] ORDER BY onset_at) AS spans
    FROM event JOIN shown USING (ruleset) WHERE label = 'rhythmic' AND {WHICH} GROUP BY ALL
),
runs AS (
    SELECT subject, night_date, list({
        'series_no': series_no, 'start_us': epoch_us(start_at), 'end_us': epoch_us(end_at),
        'n_movements': n_movements, 'n_in_sleep': n_in_sleep, 'median_imi_s': median_imi_s,
        'perhaps_not_own': perhaps_not_own
    } ORDER BY series_no) AS series
    FROM series_row JOIN shown USING (ruleset) WHERE {WHICH} GROUP BY ALL
)
SELECT n.subject, n.night_date, n.zone, epoch_us(n.recorded_from) AS from_us, epoch_us(n.recorded_to) AS to_us,
    epoch_us(n.in_bed_at) AS in_bed_us, epoch_us(n.sleep_onset_at) AS onset_us,
    epoch_us(n.sleep_onset_low_at) AS onset_low_us, epoch_us(n.wake_at) AS wake_us, n.recorded_h, n.recorded_share,
    n.tst_h, n.sleep_doubt_h, n.hidden_h, n.wear_doubt_h, unworn.spans AS unworn_us, noisy.spans AS unsearched_us,
    trains.spans AS rhythmic_us, runs.series
FROM night n
LEFT JOIN off unworn ON unworn.subject = n.subject AND unworn.night_date = n.night_date AND unworn.kind = 'unworn'
LEFT JOIN off noisy ON noisy.subject = n.subject AND noisy.night_date = n.night_date AND noisy.kind = 'unscorable'
LEFT JOIN trains ON trains.subject = n.subject AND trains.night_date = n.night_date
LEFT JOIN runs ON runs.subject = n.subject AND runs.night_date = n.night_date
WHERE {OF_NIGHT}
"""
_TICKS = """
SELECT e.subject, e.night_date, e.label, e.sleep_state,
    list(round((epoch_us(e.onset_at) - epoch_us(n.recorded_from)) / 1e6)::INTEGER ORDER BY e.onset_at) AS at_s
FROM events e JOIN nights n USING (subject, night_date)
WHERE e.night_date BETWEEN ? AND ? GROUP BY ALL
"""


def nights_payload(page: Page, subject: str | None = None) -> dict[str, Any]:
    """Nights, newest first, with measures and the threshold of their index; findings and answer of each person.

    With them a line on nights that were not analysed as the others, and the rule set where it is not the default; None
    where there is nothing to tell.

    Parameters
    ----------
    subject : str or None
        Whose nights; None: everybody's.

    Raises
    ------
    StoreError
    """
    wanted = wanted_of(page.criteria, page.rulesets.values(), page.version, page.people)
    people = told_people(page, subject)
    return {
        "nights": _rows(page.store, None if subject is None else (subject,)),
        "people": findings_of(people),
        "answers": [as_plain(name, answer) for name, answer in answers_of(people).items()],
        "outdated": outdated(page.store, wanted).remark(),
        "ruleset": ruleset_words(default_ruleset(page.store), DEFAULT_RULESET.name),
    }


def strip_payload(page: Page, subject: str) -> dict[str, Any]:
    """The nights of one person, newest first, and whether there are other people: what a night is drawn among.

    Parameters
    ----------
    subject : str
        Whose; empty: the one person's.
    """
    found = first_two(page.store)
    if not found:
        return {"nights": [], "several": False}
    who = subject or only_person(page.store)
    people = page.company.people(who)
    rows = page.kept.of(page.store, ("strips", people), lambda: _rows(page.store, people))
    return {"nights": [row for row in rows if row["subject"] == who], "several": len(found) > 1}


def people_payload(store: Store) -> dict[str, Any]:
    """Whether there are nights of no one, one person or several, and of the one the name: what home opens on."""
    people = first_two(store) if store.path.exists() else []  # it may be made by an import that is still to come
    return {"how_many": ("none", "one", "several")[len(people)], "only": people[0] if len(people) == 1 else None}


def only_person(store: Store) -> str:
    """The one person of whom there are nights.

    Raises
    ------
    UsageError
        There is none, or there are several.
    """
    people = first_two(store)
    if len(people) == 1:
        return people[0]
    why = "there are several people" if people else "there are no nights"
    raise UsageError(f"no person is named, and {why}", hint="go back to all nights")


def first_two(store: Store) -> list[str]:
    """Of the people with nights the first two, or fewer: whether there is one or several."""
    (people,) = frames(store, (_PEOPLE, ()))
    return people["subject"].to_list()


def ticks_payload(store: Store, since: date, until: date) -> list[dict[str, Any]]:
    """Onsets of all movements of these nights by label and state of sleep: seconds after the night's first sample.

    Parameters
    ----------
    since, until : date
        Of the first and the last evening, both included.
    """
    (ticks,) = frames(store, (_TICKS, (since, until)))
    return [row | {"night_date": row["night_date"].isoformat()} for row in ticks.iter_rows(named=True)]


def threshold(criteria: Iterable[Mapping[str, Any]]) -> float | None:
    """The index that nights of one kind had to exceed, by the criteria of one of them; None where none was."""
    return next((c["threshold"] for c in criteria if c["name"] == INDEX_CRITERION), None)


def _rows(store: Store, people: Sequence[str] | None) -> list[dict[str, Any]]:
    """Nights as home draws them, newest first; None: of everybody."""
    nights, criteria, untold, noted, seen = frames(
        store, *(_asked(sql, people) for sql in (_NIGHTS, _CRITERIA, _UNTOLD, _CHANGES, _NOTICED))
    )
    above = {of: threshold(json.loads(text)) for of, text in criteria.iter_rows()}
    why = {(who, day, flag): stored_flag(flag, *said, raised=False) for who, day, flag, *said in untold.iter_rows()}
    changed = _changed(nights, noted)
    strange = {(row.pop("subject"), row.pop("night_date")): _unusual(row) for row in seen.iter_rows(named=True)}
    rows = []
    for row in nights.iter_rows(named=True):
        key = (row["subject"], row["night_date"])
        found = strange.get(key, ())
        rows.append(
            _night_row(row, why, above)
            | {"changes": changed.get(key, []), "unusual": found, "unusual_line": unusual_line(found, 1)}
        )
    return rows


def _asked(sql: str, people: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    """A question, of these people or of everybody."""
    if people is None:
        return sql.replace("{WHICH}", "true").replace("{OF_NIGHT}", "true"), ()
    among = f"subject IN ({', '.join('?' * len(people))})"
    asked = sql.replace("{WHICH}", among).replace("{OF_NIGHT}", f"n.{among}")
    return asked, tuple(people) * asked.count(among)


def _unusual(row: dict[str, Any]) -> tuple[str, ...]:
    """What is unusual of a night, from its row."""
    recorded_us = (row.pop("from_us"), row.pop("to_us"))
    series = tuple(Series(**each) for each in row.pop("series") or ())
    spans = {name: tuple((start, end) for start, end in row[name] or ()) for name in SPANS}
    columns: dict[str, Any] = row | spans
    return unusual_of(Noticed(recorded_us=recorded_us, series=series, **columns))


def _changed(nights: pl.DataFrame, noted: pl.DataFrame) -> dict[tuple[str, date], list[dict[str, str]]]:
    """What each person's journal marks as changed, by the first night with it."""
    found = {}
    for (subject,), entries in noted.group_by("subject"):
        days = nights.filter(pl.col("subject") == subject)["night_date"]
        changes = marked_changes(JournalEntry(**entry) for entry in entries.iter_rows(named=True))
        for day, of_night in by_first_night(changes, days).items():
            found[str(subject), day] = [{"day": one.day.isoformat(), "words": one.words} for one in of_night]
    return found


def _night_row(
    row: dict[str, Any], why: Mapping[tuple[str, date, str], Flag], above: Mapping[str, float | None]
) -> dict[str, Any]:
    """One night; a child's is judged by another threshold than an adult's, and bears its own."""
    judged_by = row.pop("criteria_hash")
    start, end = row["recorded_from"], row["recorded_to"]
    untold = {flag: why[row["subject"], row["night_date"], flag] for flag in row["flags_untold"]}
    unraised = unraised_words(assessable=row["assessable"], untold=row["flags_untold"])
    return {
        **row,
        "threshold": above.get(judged_by),
        "unraised": unraised or "no flag",
        "is_untold": bool(unraised),
        "why_not_in_short": clause_of(row["not_assessable_reason"] or ""),
        "why_untold": {name: flag.reason for name, flag in untold.items()},
        "flags_unasked": [name for name, flag in untold.items() if flag.lacks_answer],
        "night_date": row["night_date"].isoformat(),
        "recorded_from": milliseconds(start),
        "recorded_to": milliseconds(end),
        "sleep_onset_at": milliseconds(row["sleep_onset_at"]),
        "wake_at": milliseconds(row["wake_at"]),
        "ahead_s": offsets(row["tz"], start, start)[0][1],
    }
