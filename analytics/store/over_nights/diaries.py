"""A person's nights as reviewed and their journal, as `analytics.triggers` takes them.

Decides which nights an outcome can be told of: an assessable one, of which not too much was hidden or perhaps not
worn; jerks only where falling asleep was recorded. What was reviewed under other rules cannot be told as reviewed.
Such nights are missing, and never 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log, sqrt
from typing import Any

from analytics.criteria import Criteria
from analytics.model import Event, Night
from analytics.nights.against import MOST_HIDDEN
from analytics.nights.review_effect import as_reviewed, same_rules, standing
from analytics.said import JournalEntry, Review
from analytics.scoring.rulesets import Ruleset
from analytics.store import Store, default_ruleset, load_night, query, reviews_of, snapshot, whole_journal
from analytics.triggers.names import OUTCOME_NAMES, OutcomeName
from analytics.triggers.outcomes import NightOutcome, Outcomes

#: An awakening goes with a movement that begins so near its begin: sleep is told by half minutes. Own.
_NEAR_S = 30
#: Added before the logarithm of an end of an interval, which may be 0: half a movement an hour, five minutes. Own.
_INDEX_STEP, _MINUTES_STEP = 0.5, 5.0
#: Width of a 95 % interval in standard deviations.
_WIDTH_SD = 3.92
#: What must be known for jerks: criteria of frequent_hypnic_jerks.
_JERKS_NEED = ("sleep onset known", "hours recorded and worn")
_FELT = ("jerks_felt", "jerk_felt")

#: People who are asked about at once: to plan the views takes longer than to read them, for one person as for many.
_TOGETHER = 100
_STORED = """
SELECT subject, count(*) AS n FROM night
WHERE subject IN ({PEOPLE}) AND ($since IS NULL OR night_date >= $since) GROUP BY subject
"""
_NIGHTS = f"""
WITH moved AS MATERIALIZED (
    -- The view events without what is not asked for here: to plan it takes longer than to read it.
    SELECT subject, night_date, label, confidence_permille / 1000 AS confidence, is_plm, lead, onset_at FROM event_row
    WHERE subject IN ({{PEOPLE}}) AND ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
),
jerk AS (
    SELECT subject, night_date, count(*) AS n, sum(confidence) AS expected, sum(confidence * (1 - confidence)) AS doubt
    FROM moved WHERE label = 'hypnic_jerk' GROUP BY subject, night_date
),
kicked AS MATERIALIZED (
    SELECT e.subject, e.night_date, coalesce(e.onset_at, m.onset_at) AS onset_at FROM moved e
    LEFT JOIN movement m ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead
        AND m.subject IN ({{PEOPLE}})
    WHERE e.is_plm
),
woken AS (
    SELECT b.subject, b.night_date, count(*) AS n
    FROM bout b JOIN night k ON k.subject = b.subject AND k.night_date = b.night_date
    WHERE b.subject IN ({{PEOPLE}}) AND b.state = 'wake' AND b.start_at > k.sleep_onset_at AND b.start_at < k.wake_at
        AND EXISTS (
            SELECT 1 FROM kicked e WHERE e.subject = b.subject AND e.night_date = b.night_date
                AND e.onset_at BETWEEN b.start_at - INTERVAL {_NEAR_S} SECOND AND b.start_at + INTERVAL {_NEAR_S} SECOND
        )
    GROUP BY b.subject, b.night_date
)
SELECT n.subject, n.night_date, n.tst_h, n.recorded_h, n.hidden_h, n.wear_doubt_h, n.n_plms, n.plms_index_low,
    n.plms_index_high, n.waso_min, n.waso_low_min, n.waso_high_min, coalesce(j.n, 0) AS n_jerks,
    coalesce(j.expected, 0) AS jerks_expected, coalesce(j.doubt, 0) AS jerks_doubt, coalesce(w.n, 0) AS n_woken,
    f.criteria AS about_jerks
FROM nights n
LEFT JOIN jerk j ON j.subject = n.subject AND j.night_date = n.night_date
LEFT JOIN woken w ON w.subject = n.subject AND w.night_date = n.night_date
LEFT JOIN night_flags f ON f.subject = n.subject AND f.night_date = n.night_date AND f.flag = 'frequent_hypnic_jerks'
WHERE n.subject IN ({{PEOPLE}}) AND n.assessable AND n.tst_h > 0 AND ($since IS NULL OR n.night_date >= $since)
ORDER BY n.night_date
"""


@dataclass(frozen=True, slots=True)
class ToldNight:
    """One night as reviewed, with what it holds by itself.

    Attributes
    ----------
    n_jerks, index : int or None, float or None
        None: cannot be told. The index is per hour of sleep.
    jerks_low, jerks_high : int
        How many of the jerks are likely some, 95 %, by the confidence in each.
    index_low, index_high : float or None
        Its 95 % interval.
    """

    night_date: date
    n_jerks: int | None
    jerks_low: int
    jerks_high: int
    index: float | None
    index_low: float | None
    index_high: float | None


@dataclass(frozen=True, slots=True)
class PersonDiary:
    """What is known of one person; ``n_left_out`` nights are stored and can be told of nothing."""

    subject: str
    n_nights: int
    n_left_out: int
    outcomes: Outcomes
    journal: tuple[JournalEntry, ...]
    nights: tuple[ToldNight, ...] = ()


def diaries(
    store: Store,
    *,
    subject: str | None,
    since: date | None,
    rulesets: Mapping[str, Ruleset],
    criteria: Criteria,
) -> Iterator[PersonDiary]:
    """Everyone who has nights or a journal, by name.

    Parameters
    ----------
    subject : str or None
        None: all people.
    since : date or None
        First evening that counts; None: all.
    rulesets, criteria : mapping of str to Ruleset, Criteria
        In force now: what nights with reviews are scored by.
    """
    asked = "SELECT DISTINCT subject FROM (SELECT subject FROM night UNION ALL SELECT subject FROM journal) ORDER BY 1"
    names = [name for name in query(store, asked)["subject"].to_list() if subject is None or name == subject]
    for begin in range(0, len(names), _TOGETHER):
        people = names[begin : begin + _TOGETHER]
        with snapshot(store):
            stored, rows = _of_people(store, people, since)
            told = [_diary(store, name, since, stored[name], rows[name], rulesets, criteria) for name in people]
        yield from told


def _of_people(
    store: Store, people: Sequence[str], since: date | None
) -> tuple[dict[str, int], dict[str, dict[date, dict[str, Any]]]]:
    """Of each person how many nights are stored, and the rows of those that can be told of."""
    asked = {f"p{number}": name for number, name in enumerate(people)}
    one_of, parameters = ", ".join(f"${name}" for name in asked), {**asked, "since": since}
    counted = query(store, _STORED.replace("{PEOPLE}", one_of), parameters).rows()
    rows: dict[str, dict[date, dict[str, Any]]] = {name: {} for name in people}
    for row in query(store, _NIGHTS.replace("{PEOPLE}", one_of), parameters).iter_rows(named=True):
        rows[row.pop("subject")][row["night_date"]] = row
    return dict.fromkeys(people, 0) | dict(counted), rows


def _diary(
    store: Store,
    subject: str,
    since: date | None,
    stored: int,
    rows: dict[date, dict[str, Any]],
    rulesets: Mapping[str, Ruleset],
    criteria: Criteria,
) -> PersonDiary:
    by_night: dict[date, list[Review]] = {}
    for review in reviews_of(store, subject):
        if review.onset_us is not None or review.start_us is not None:
            by_night.setdefault(review.night_date, []).append(review)
    ruleset = default_ruleset(store)
    for day in by_night.keys() & rows.keys():
        changed = _reviewed(store, subject, day, by_night[day], rulesets.get(ruleset), ruleset, criteria)
        if changed is None:
            del rows[day]
        else:
            rows[day] |= changed
    journal = whole_journal(store, subject)
    outcomes, nights = _outcomes(rows, journal, since), tuple(_told(day, rows[day]) for day in sorted(rows))
    return PersonDiary(subject, stored, stored - len(rows), outcomes, journal, nights)


def _told(day: date, row: Mapping[str, Any]) -> ToldNight:
    """By the rules of `_outcomes`."""
    found, likely, reach = row["n_jerks"], row["jerks_expected"], _WIDTH_SD / 2 * sqrt(row["jerks_doubt"])
    is_told = row["n_plms"] is not None and not _too_much_hidden(row)
    return ToldNight(
        day,
        found if _fell_asleep_in_view(row["about_jerks"]) else None,
        max(0, min(found, floor(likely - reach))),
        min(found, ceil(likely + reach)),
        row["n_plms"] / row["tst_h"] if is_told else None,
        row["plms_index_low"] if is_told else None,
        row["plms_index_high"] if is_told else None,
    )


def _outcomes(
    rows: Mapping[date, Mapping[str, Any]], journal: tuple[JournalEntry, ...], since: date | None
) -> Outcomes:
    found: dict[OutcomeName, list[NightOutcome]] = {name: [] for name in OUTCOME_NAMES}
    for day, row in rows.items():
        if _fell_asleep_in_view(row["about_jerks"]):
            doubt = row["jerks_doubt"] / max(row["jerks_expected"], 1.0) ** 2
            found["hypnic_jerks"].append(NightOutcome(day, float(row["n_jerks"]), own_variance=doubt))
        if row["n_plms"] is not None and not _too_much_hidden(row):
            doubt = _log_variance(row["plms_index_low"], row["plms_index_high"], _INDEX_STEP)
            found["plms_index"].append(NightOutcome(day, float(row["n_plms"]), row["tst_h"], doubt))
            found["awakenings_with_movements"].append(NightOutcome(day, float(row["n_woken"]), row["tst_h"]))
        if row["waso_min"] is not None:
            doubt = _log_variance(row["waso_low_min"], row["waso_high_min"], _MINUTES_STEP)
            found["waso"].append(NightOutcome(day, row["waso_min"], own_variance=doubt))
    felt: dict[date, float] = {}
    for entry in journal:
        if (
            entry.kind in _FELT
            and entry.value is not None
            and entry.value >= 0
            and (since is None or entry.day >= since)
        ):
            felt[entry.day] = entry.value
    found["jerks_felt"] = [NightOutcome(day, value) for day, value in felt.items()]
    return found


def _fell_asleep_in_view(criteria: str | None) -> bool:
    if criteria is None:
        return False
    unknown = {one["name"] for one in json.loads(criteria) if one["state"] == "not measurable"}
    return unknown.isdisjoint(_JERKS_NEED)


def _too_much_hidden(row: Mapping[str, Any]) -> bool:
    hidden: float
    unsure: float
    hidden, unsure = (row["hidden_h"] or 0.0) / row["tst_h"], (row["wear_doubt_h"] or 0.0) / row["recorded_h"]
    return hidden > MOST_HIDDEN or unsure > MOST_HIDDEN


def _log_variance(low: float | None, high: float | None, step: float) -> float:
    return 0.0 if low is None or high is None else (log((high + step) / (low + step)) / _WIDTH_SD) ** 2


def _reviewed(
    store: Store,
    subject: str,
    day: date,
    reviews: list[Review],
    rules: Ruleset | None,
    ruleset: str,
    criteria: Criteria,
) -> dict[str, Any] | None:
    """What reviews change of a night's row, {} for nothing; None where that cannot be told."""
    night = load_night(store, (subject, day), rulesets=frozenset({ruleset}))
    if night is None or not night.scores:
        return None
    holds = standing(reviews, night.scores[0].events, night.movements)
    if not holds.changes_numbers:
        return {}
    if rules is None or not same_rules(night, rules, criteria):
        return None
    found = as_reviewed(night, holds, rules, criteria)
    if not found.tst_h:
        return None
    chances = [event.confidence for event in found.events if event.label == "hypnic_jerk"]
    return {
        "tst_h": found.tst_h,
        "n_plms": found.measures.n_plms,
        "plms_index_low": found.measures.plms_index_low,
        "plms_index_high": found.measures.plms_index_high,
        "n_jerks": len(chances),
        "jerks_expected": sum(chances),
        "jerks_doubt": sum(p * (1 - p) for p in chances),
        "n_woken": _woken(night, found.events),
    }


def _woken(night: Night, events: tuple[Event, ...]) -> int:
    onset_us, wake_us = night.sleep_onset_us, night.wake_us
    if onset_us is None or wake_us is None:
        return 0
    moved = [event.onset_us for event in events if event.is_plm]
    woke = [bout.start_us for bout in night.bouts if bout.state == "wake" and onset_us < bout.start_us < wake_us]
    return sum(any(abs(at - start) <= _NEAR_S * 1_000_000 for at in moved) for start in woke)
