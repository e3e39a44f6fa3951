"""One page of the filtered nights, with each flag and its verdict; and which night comes next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from analytics.files.csv_text import csv_parts
from analytics.flag import stored_flag
from analytics.review.home import threshold
from analytics.review.moments import milliseconds, offsets
from analytics.review.page import Page
from analytics.review.queue.company import MOST
from analytics.review.queue.filters import NightsPage, NightsWalk, QueueFilter
from analytics.review.queue.statements import TABLES, counts_of, night_order, queue_of
from analytics.store import Store, movements_in_parts, query, snapshot
from analytics.store.database.changes import last_change
from analytics.store.database.connection import reading
from analytics.store.database.derived import derived
from ingest.errors import UsageError

#: Rows at once.
PAGE = 50
_ROWS = """
SELECT subject, night_date, site, legs, assessable, plms_index, jerks AS n_hypnic_jerks, reviewers
FROM queue WHERE fits ORDER BY {ORDER} LIMIT $limit OFFSET $offset
"""
_DETAILS = """
SELECT n.subject, n.night_date, n.zone AS tz, n.recorded_from, n.recorded_to, n.sleep_onset_at, n.wake_at,
    n.not_assessable_reason, s.plms_index_low, s.plms_index_high
FROM night n JOIN (SELECT unnest($subjects) AS subject, unnest($days) AS night_date) k USING (subject, night_date)
LEFT JOIN score s ON s.subject = n.subject AND s.night_date = n.night_date
    AND s.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
"""
_FLAGS = """
SELECT f.subject, f.night_date, f.flag, f.state, f.state_as_reviewed, f.review, f.criteria, f.reason
FROM night_flags f SEMI JOIN (SELECT unnest($subjects) AS subject, unnest($days) AS night_date) k
    USING (subject, night_date)
ORDER BY f.flag
"""
_TICKS = """
SELECT e.subject, e.night_date, e.label, e.sleep_state,
    list(round((epoch_us(e.onset_at) - epoch_us(n.recorded_from)) / 1e6)::INTEGER ORDER BY e.onset_at) AS at_s
FROM event e
JOIN (SELECT unnest($subjects) AS subject, unnest($days) AS night_date) k USING (subject, night_date)
JOIN night n USING (subject, night_date)
WHERE e.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
    -- As a range too: rows lie by date, and those of other dates are not read then.
    AND e.night_date BETWEEN list_min($days) AND list_max($days) GROUP BY ALL
"""
_WALK = """
, here AS (
    SELECT subject, night_date, fits AND NOT (subject = $subject AND night_date = $night) AS is_other,
        row_number() OVER (ORDER BY {ORDER}) AS place
    FROM queue WHERE fits OR (subject = $subject AND night_date = $night)
),
standing AS (
    SELECT coalesce(max(place) FILTER (subject = $subject AND night_date = $night), {START}) AS place FROM here
)
SELECT h.subject, h.night_date, NOT (h.place {BEYOND} standing.place) AS wraps, count(*) OVER () AS n_others
FROM here h CROSS JOIN standing WHERE is_other
ORDER BY wraps, h.place {TURN} LIMIT $limit
"""
_CHOSEN = """
SELECT v.* FROM nights v SEMI JOIN (SELECT unnest($subjects) AS subject, unnest($days) AS night_date) k
    USING (subject, night_date)
ORDER BY v.night_date, v.subject
"""
Key = tuple[str, date]


def nights_page(store: Store, wanted: NightsPage) -> dict[str, Any]:
    """Rows of the filtered nights with their ticks, and how many fit.

    Raises
    ------
    StoreError
    """
    with snapshot(store):
        return _nights_page(store, wanted)


def _nights_page(store: Store, wanted: NightsPage) -> dict[str, Any]:
    queue, order = queue_of(wanted), night_order(wanted)
    found = derived(
        store,
        TABLES,
        queue.text + _ROWS.replace("{ORDER}", order),
        {**queue.parameters, "limit": PAGE, "offset": wanted.offset},
    ).to_dicts()
    keys = {"subjects": [row["subject"] for row in found], "days": [row["night_date"] for row in found]}
    flags: dict[Key, list[dict[str, Any]]] = {}
    details: dict[Key, dict[str, Any]] = {}
    ticks: list[dict[str, Any]] = []
    if found:
        for row in query(store, _DETAILS, keys).iter_rows(named=True):
            details[row["subject"], row["night_date"]] = row
        for row in query(store, _FLAGS, keys).iter_rows(named=True):
            flags.setdefault((row["subject"], row["night_date"]), []).append(row)
        ticks = [row | {"night_date": row["night_date"].isoformat()} for row in query(store, _TICKS, keys).to_dicts()]
    return {
        "nights": [
            _row(row | details[key], flags.get(key, []))
            for row, key in zip(found, zip(keys["subjects"], keys["days"], strict=True), strict=True)
        ],
        "ticks": ticks,
        "offset": wanted.offset,
        "size": PAGE,
    }


def counts_payload(store: Store, wanted: QueueFilter) -> dict[str, dict[str, int]]:
    """How many nights each value of each filter would leave beside the other filters; how far reviewing is.

    Progress is over flagged nights, by every filter but those of verdict, state and reviewer: a night is done when all
    its raised flags have a verdict.
    """
    asked = counts_of(wanted)
    counts: dict[str, dict[str, int]] = {}
    for what, value, n in derived(store, TABLES, asked.text, asked.parameters).iter_rows():
        counts.setdefault(what, {})[value] = n
    return counts


def next_night(page: Page, wanted: NightsWalk) -> dict[str, Any]:
    """The night after, or before, one in the order of the filtered nights, which that one need not be among.

    After the last one the first comes again, and ``wraps`` is true. Where no other night is left, ``night`` is None,
    and ``done`` and ``of`` say how far reviewing is. The page's company is told of the nights that follow.
    """
    queue, forward = queue_of(wanted), wanted.direction == "1"
    walk = _WALK.replace("{ORDER}", night_order(wanted))
    for name, text in {
        "BEYOND": ">" if forward else "<",
        "TURN": "ASC" if forward else "DESC",
        "START": "0" if forward else "count(*) + 1",
    }.items():
        walk = walk.replace(f"{{{name}}}", text)
    here = {"subject": wanted.subject, "night": wanted.night, "limit": MOST}
    found = derived(page.store, TABLES, queue.text + walk, {**queue.parameters, **here}).to_dicts()
    with reading(page.store) as con:
        page.company.walked(last_change(con), [(row["subject"], row["night_date"]) for row in found])
    if not found:
        progress = counts_payload(page.store, wanted)["progress"]
        return {"night": None, "wraps": False, "n_others": 0, **progress}
    row = found[0]
    key = {"subject": row["subject"], "night_date": row["night_date"].isoformat()}
    return {"night": key, "wraps": row["wraps"], "n_others": row["n_others"], "done": None, "of": None}


def csv_of_queue(store: Store, wanted: NightsPage, of: str) -> Iterator[str]:
    """The filtered nights, or the movements of these, as CSV with the columns of the view, a part at a time.

    Parameters
    ----------
    of : str
        ``nights`` or ``movements``.
    """
    if of not in ("nights", "movements"):
        raise UsageError(f"of={of!r} is no table", hint="nights or movements")
    queue = queue_of(wanted)
    with snapshot(store):
        found = derived(
            store, TABLES, f"{queue.text} SELECT subject, night_date FROM queue WHERE fits", queue.parameters
        )
        if of == "movements":
            return csv_parts(movements_in_parts(store, found.rows()))
        keys = {"subjects": found["subject"].to_list(), "days": found["night_date"].to_list()}
        return csv_parts([query(store, _CHOSEN, keys)])


def _row(row: dict[str, Any], flags: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    start, end = row["recorded_from"], row["recorded_to"]
    return {
        **row,
        "plms_index_low": row["plms_index_low"] if row["assessable"] else None,
        "plms_index_high": row["plms_index_high"] if row["assessable"] else None,
        "threshold": _threshold(flags),
        "flags": [_flag(one) for one in flags],
        "night_date": row["night_date"].isoformat(),
        "recorded_from": milliseconds(start),
        "recorded_to": milliseconds(end),
        "sleep_onset_at": milliseconds(row["sleep_onset_at"]),
        "wake_at": milliseconds(row["wake_at"]),
        "ahead_s": offsets(row["tz"], start, start)[0][1],
    }


def _flag(row: Mapping[str, Any]) -> dict[str, Any]:
    stored = stored_flag(row["flag"], row["criteria"], row["reason"], raised=row["state"] == "raised")
    return {
        "name": row["flag"],
        "state": row["state"],
        "state_as_reviewed": row["state_as_reviewed"],
        "review": row["review"],
        "reason": stored.reason,
        "unasked": stored.lacks_answer,
    }


def _threshold(flags: Iterable[Mapping[str, Any]]) -> float | None:
    """What the index of this night had to exceed."""
    return next((threshold(json.loads(one["criteria"])) for one in flags if one["flag"] == "possible_plmd"), None)
