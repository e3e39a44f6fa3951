"""What home draws of one person over nights: each night's values, journal squares, changes, and what could be tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics.journal.fields import says_of
from analytics.journal.marked import MarkedChange, marked_changes
from analytics.nights.patterns import NightFacts, Pattern
from analytics.over_nights.advice import ADVICE_TITLES, advice_of
from analytics.over_nights.signs import clinician_signs
from analytics.review.over_nights.told import told_diaries, told_people
from analytics.review.page import Page
from analytics.store.over_nights.diaries import PersonDiary, ToldNight
from analytics.triggers.factors import Factor, factors_of

#: Of more nights, each week is a mark of its own: a night would be narrower than a line.
MOST_SINGLE = 120
#: Rows of the journal below; those noted on most days. Own.
_MOST_ROWS = 8


def over_nights_payload(page: Page, subject: str) -> dict[str, Any] | None:
    """Everything that is drawn over the nights of one person; None where there is no night yet.

    Raises
    ------
    StoreError
    """
    read = _read(page, subject)
    if read is None:
        return None
    diary, facts, advice = read
    by_day = {night.night_date: night for night in diary.nights}
    nights = [_night(one, by_day.get(one.night_date)) for one in facts if one.assessable]
    first, last = facts[0].night_date, facts[-1].night_date
    factors = sorted(factors_of(diary.journal), key=lambda factor: -len(factor.days))
    shown = [factor for factor in factors if any(first <= day <= last for day in factor.days)]
    return {
        "subject": subject,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "nights": nights,
        "n_not_assessable": len(facts) - len(nights),
        "not_assessable": [one.night_date.isoformat() for one in facts if not one.assessable],
        "threshold": _threshold(advice["patterns"]),
        "weeks": _weeks(nights, first, last) if (last - first).days >= MOST_SINGLE else [],
        "rows": [_factor_row(factor, first, last) for factor in shown[:_MOST_ROWS]],
        "n_rows_left_out": max(0, len(shown) - _MOST_ROWS),
        "changes": [_change(one) for one in marked_changes(diary.journal)],
        "advice": advice["says"],
    }


def _read(page: Page, subject: str) -> tuple[PersonDiary, list[NightFacts], dict[str, Any]] | None:
    found = [person for person in told_people(page, subject) if person[0] == subject and person[1]]
    if not subject or not found:
        return None
    ((_, facts, patterns, journal),) = found
    (diary,) = told_diaries(page, subject)
    advice = advice_of(facts, clinician_signs(facts, patterns, journal), journal)
    by_title = {
        title: [f"{one.says} ({one.because})" for one in advice if one.kind == kind]
        for title, kind in ADVICE_TITLES.items()
    }
    return diary, facts, {"says": {title: lines for title, lines in by_title.items() if lines}, "patterns": patterns}


def _threshold(patterns: Mapping[Any, Pattern]) -> float | None:
    return patterns.get("possible_plmd", Pattern()).threshold


def _night(facts: NightFacts, told: ToldNight | None) -> dict[str, Any]:
    """What cannot be told has no value; what stands and is in doubt is not sure."""
    return {
        "day": facts.night_date.isoformat(),
        "jerks": told and told.n_jerks,
        "jerks_low": told and told.jerks_low,
        "jerks_high": told and told.jerks_high,
        "jerks_sure": facts.jerks_told,
        "index": told and told.index,
        "index_low": told and told.index_low,
        "index_high": told and told.index_high,
        "index_sure": facts.kicks != "cannot_tell",
    }


def _weeks(nights: Sequence[Mapping[str, Any]], first: date, last: date) -> list[dict[str, Any]]:
    """Means by week from Monday on, of what could be told surely; a week without any has none."""
    monday = first - timedelta(days=first.weekday())
    found = []
    while monday <= last:
        days = {(monday + timedelta(days=k)).isoformat() for k in range(7)}
        inside = [night for night in nights if night["day"] in days]
        found.append(
            {
                "monday": monday.isoformat(),
                **_mean("jerks", (n["jerks"] for n in inside if n["jerks_sure"])),
                **_mean("index", (n["index"] for n in inside if n["index_sure"])),
            }
        )
        monday += timedelta(days=7)
    return found


def _mean(name: str, values: Iterable[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    return {
        name: sum(known) / len(known) if known else None,
        f"{name}_low": min(known, default=None),
        f"{name}_high": max(known, default=None),
        f"n_{name}": len(known),
    }


def _factor_row(factor: Factor, first: date, last: date) -> dict[str, Any]:
    days = {day.isoformat(): had for day, had in sorted(factor.days.items()) if first <= day <= last}
    # A plain factor is called as on the page of the journal; one that was split says where.
    plain = factor.words == factor.name.replace("_", " ")
    return {"kind": factor.name, "says": says_of(factor.name) if plain else factor.words, "days": days}


def _change(change: MarkedChange) -> dict[str, str]:
    return {"day": change.day.isoformat(), "words": change.words}
