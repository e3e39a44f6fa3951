"""The other view of the queue: people, each with the nights that fit, and what holds of them over all their nights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from analytics.journal.marked import marked_changes
from analytics.over_nights.changed import by_first_night
from analytics.over_nights.telling import as_plain
from analytics.review.queue.filters import PeoplePage
from analytics.review.queue.statements import TABLES, people_order, queue_of
from analytics.said import JournalEntry
from analytics.store import Store
from analytics.store.database.derived import derived
from analytics.store.over_nights.answers import answers_of
from analytics.store.over_nights.findings import findings_of, people_over_nights

#: People at once.
PAGE = 20
#: Bars of a person: the newest nights.
BARS = 31
_ROWS = """
, found AS (
    SELECT subject, count(*) FILTER (fits) AS n_nights, count(*) FILTER (fits AND n_raised > 0) AS n_flagged,
        coalesce(sum(n_open) FILTER (fits), 0)::INTEGER AS n_open, max(night_date) FILTER (fits) AS last_night
    FROM queue GROUP BY subject HAVING count(*) FILTER (fits) > 0
),
page AS (SELECT *, row_number() OVER (ORDER BY {ORDER}) AS place FROM found ORDER BY {ORDER}
    LIMIT $limit OFFSET $offset)
SELECT p.subject, p.n_nights, p.n_flagged, p.n_open, p.last_night, count(*) AS n_all,
    count(*) FILTER (q.assessable) AS n_judged,
    list({'night_date': q.night_date, 'index': q.plms_index} ORDER BY q.night_date DESC)[:$bars] AS nights,
    list_sort(list_distinct(flatten(list(q.reviewers)))) AS reviewers
FROM page p JOIN queue q USING (subject)
GROUP BY p.subject, p.n_nights, p.n_flagged, p.n_open, p.last_night, p.place ORDER BY p.place
"""


def people_page(store: Store, wanted: PeoplePage) -> dict[str, Any]:
    """People with a night that fits: nights, answer, findings over all their nights, and open flags that fit.

    Raises
    ------
    StoreError
    """
    queue = queue_of(wanted)
    rows = derived(
        store,
        TABLES,
        queue.text + _ROWS.replace("{ORDER}", people_order(wanted)),
        {**queue.parameters, "limit": PAGE, "offset": wanted.offset, "bars": BARS},
    ).to_dicts()
    people = list(people_over_nights(store, subjects=[row["subject"] for row in rows])) if rows else []
    findings = {found["subject"]: found for found in findings_of(people)}
    changes = {name: _changes(journal, [one.night_date for one in facts]) for name, facts, _, journal in people}
    answers = {name: as_plain(name, answer) for name, answer in answers_of(people).items()}
    return {
        "people": [
            {
                **{name: row[name] for name in ("subject", "n_nights", "n_flagged", "n_open", "n_all", "n_judged")},
                "last_night": row["last_night"].isoformat(),
                "reviewers": row["reviewers"],
                "nights": [(one["night_date"].isoformat(), one["index"]) for one in reversed(row["nights"])],
                "changes": [
                    one
                    for one in changes[row["subject"]]
                    if one["night"] >= row["nights"][-1]["night_date"].isoformat()  # the oldest one that is drawn
                ],
                "answer": answers[row["subject"]]["answer"],
                "headline": answers[row["subject"]]["says"],
                "found": _found(findings[row["subject"]]),
                "threshold": next(
                    (one["threshold"] for one in findings[row["subject"]]["flags"].values() if "threshold" in one), None
                ),
            }
            for row in rows
        ],
        "offset": wanted.offset,
        "size": PAGE,
    }


def _found(person: dict[str, Any]) -> list[dict[str, str]]:
    """Each flag of a person in a line, by its name; none where no flag was raised."""
    raised = {name: one for name, one in person["flags"].items() if one["n_flagged"]}
    return [{"flag": name, "finding": one["finding"]} for name, one in raised.items()]


def _changes(journal: Sequence[JournalEntry], nights: Sequence[date]) -> list[dict[str, str]]:
    """What a person's journal marks as changed, by date, each with the first night with it."""
    return [
        {"day": one.day.isoformat(), "words": one.words, "night": night.isoformat()}
        for night, of_night in by_first_night(marked_changes(journal), nights).items()
        for one in of_night
    ]
