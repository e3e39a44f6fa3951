"""Reviews as a page sends and shows them: what was said, what holds, and what that makes of the numbers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast, get_args

from analytics.flag import FlagName
from analytics.measures import Measures
from analytics.model import Night, Score
from analytics.nights.review_effect import Standing, as_reviewed, same_rules, standing
from analytics.review.page import Page
from analytics.said import Review, Verdict
from analytics.store import default_ruleset, flag_reviews, latest_act, reviews_of, snapshot
from analytics.store.edits.kept import night_under
from analytics.words import OTHER_RULES
from ingest.errors import UsageError

#: Movements in one request: more than any night has.
MOST_AT_ONCE = 10_000
#: What the page compares as detected and as reviewed, beside the time asleep.
COMPARED = (
    *("plms_index", "plms_index_low", "plms_index_high", "plms_rate_low", "plms_rate_high", "plms_index_sure"),
    *("n_plms", "n_clm", "n_series_in_sleep", "periodicity_index_share", "median_imi_s", "median_peak_mg"),
)


def review_from(said: dict[str, Any], reviewer: str) -> Review:
    """Make a review of what a page sent. The reviewer and the time are never taken from there.

    Raises
    ------
    UsageError
        Something is missing or of the wrong kind.
    """
    return Review(
        subject=_text(said, "subject"),
        night_date=_night_date(_text(said, "night")),
        verdict=cast(Verdict, _text(said, "verdict")),
        reviewer=reviewer,
        reviewed_at_us=time.time_ns() // 1000,
        note=_text(said, "note") if said.get("note") is not None else None,
        onset_us=_whole(said, "onset"),
        start_us=_whole(said, "start", scale=1000),
        end_us=_whole(said, "end", scale=1000),
        flag=cast(FlagName, _text(said, "flag")) if said.get("flag") is not None else None,
    )


def reviews_from(page: Page, said: dict[str, Any], reviewer: str) -> list[Review]:
    """Make reviews of what a page sent about one thing, several movements (``onsets``), or a series (``series``).

    Raises
    ------
    UsageError
        As `review_from`, or there is no such series.
    """
    one = review_from(said, reviewer)
    onsets = said.get("onsets")
    if (number := said.get("series")) is not None:
        night = night_under(page.store, (one.subject, one.night_date), default_ruleset(page.store))
        events = [event for score in (night.scores if night else ()) for event in score.events]
        onsets = [event.onset_us for event in events if event.series_no == number]
        if not onsets:
            raise UsageError(
                f"the night {one.night_date} of {one.subject} has no series {number}", hint="load it again"
            )
    if onsets is None:
        return [one]
    if not isinstance(onsets, list) or not 1 <= len(onsets) <= MOST_AT_ONCE:
        raise UsageError(f"'onsets' is a list of 1 to {MOST_AT_ONCE} onsets")
    return [replace(one, onset_us=_whole({"onset": onset}, "onset")) for onset in onsets]


def reviewed_payload(page: Page, subject: str, night_date: date) -> dict[str, Any]:
    """What holds now of a night's reviews, and the numbers that follow from it.

    Raises
    ------
    UsageError
        There is no such night.
    """
    with snapshot(page.store):
        ruleset = default_ruleset(page.store)
        night = night_under(page.store, (subject, night_date), ruleset)
        if night is None:
            raise UsageError(f"no night {night_date} of {subject}", hint="go back to all nights")
        return review_of_night(page, night, ruleset, reviews_of(page.store, subject, night_date))


def review_of_night(page: Page, night: Night, ruleset: str, reviews: Sequence[Review]) -> dict[str, Any]:
    """What holds now of the reviews of a night, both read already; see `reviewed_payload`.

    Parameters
    ----------
    ruleset : str
        Name of the rule set whose events and numbers are shown; the night was loaded with its score.
    reviews : sequence of Review
        All of the night, in the order in which they count.
    """
    score = next((score for score in night.scores if score.ruleset == ruleset), None)
    holds = standing(reviews, score.events if score else (), night.movements)
    reviewed, why_not = _reviewed(page, night, score, holds)
    return {
        "night": holds.night,
        "flags": _verdicts_on_flags(page, night),
        "movements": dict(holds.movements),
        "spans": _spans(reviews),
        "unmatched": holds.unmatched,
        "detected": _shown(score.measures if score else Measures(), night.tst_h, assessable=night.assessable),
        "reviewed": reviewed,
        "why_not": why_not,
        "log": [_entry(review) for review in reviews if review.verdict in get_args(Verdict)],
        "act": latest_act(reviews),
    }


def _verdicts_on_flags(page: Page, night: Night) -> dict[str, str]:
    whose = night.subject
    of_all = page.kept.of(page.store, ("flag reviews", whose), lambda: flag_reviews(page.store, whose))
    found = of_all.get(night.night_date, {})
    return {flag: review.verdict for flag, review in found.items() if review.verdict is not None}


def _reviewed(
    page: Page, night: Night, score: Score | None, holds: Standing
) -> tuple[dict[str, Any] | None, str | None]:
    """Measures as reviewed; None where they are as detected, or with the reason why they cannot be told."""
    if score is None or not holds.changes_numbers:
        return None, None
    ruleset = page.rulesets.get(score.ruleset)
    if ruleset is None or not same_rules(night, ruleset, page.criteria):
        return None, OTHER_RULES
    found = as_reviewed(night, holds, ruleset, page.criteria)
    return _shown(found.measures, found.tst_h, assessable=night.assessable), None


def _shown(measures: Measures, tst_h: float | None, *, assessable: bool) -> dict[str, Any]:
    known = measures if assessable else measures.without_indices()
    return {name: getattr(known, name) for name in COMPARED} | {"tst_h": tst_h}


def _spans(reviews: Iterable[Review]) -> list[tuple[float, float]]:
    """Excluded spans as they were drawn, each to be taken back by itself."""
    last = {(r.start_us, r.end_us): r.verdict for r in reviews if r.verdict != "note" and not r.is_taken_back}
    return sorted(
        (start_us / 1000, end_us / 1000)
        for (start_us, end_us), verdict in last.items()
        if verdict == "exclude" and start_us is not None and end_us is not None
    )


def _entry(review: Review) -> dict[str, Any]:
    return {
        "verdict": review.verdict,
        "reviewer": review.reviewer,
        "note": review.note,
        "flag": review.flag,
        "at": review.reviewed_at_us / 1000,
        "onset": None if review.onset_us is None else review.onset_us / 1000,
        "start": None if review.start_us is None else review.start_us / 1000,
        "end": None if review.end_us is None else review.end_us / 1000,
    }


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise UsageError(f"a review needs {name!r} as text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{name!r} is not valid text") from None
    return value


def _night_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"night {text!r} is not a date", hint="YYYY-MM-DD") from None


def _whole(said: dict[str, Any], name: str, *, scale: int = 1) -> int | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e17 / scale:
        raise UsageError(f"{name!r} is not a moment")
    return round(value * scale)
