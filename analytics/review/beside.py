"""What is asked of a night beside itself, for the nights around it too: its reviewer goes on to those.

Each question is a small one, and DuckDB takes longer to plan its view than to answer it, for one night as for eight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from analytics.review.page import Page
from analytics.store import NightKey
from analytics.store.edits.asking import Row, rows_of

#: Nights that are asked together: enough that planning is shared, few enough that the first does not wait for the rest.
TOGETHER = 8
#: The night of a row, as each question names it; it takes a person, and the first and the last night asked for.
NIGHT = "night_date"

#: Rows of each question about a night, in its order, without `NIGHT`; they are the caller's own.
Ask = Callable[[Page, NightKey, Sequence[str]], tuple[list[Row], ...]]


def alone(page: Page, key: NightKey, questions: Sequence[str]) -> tuple[list[Row], ...]:
    """Rows of each question about this night alone, as they are now: after an edit."""
    subject, night_date = key
    asked = (subject, night_date, night_date)
    return tuple(list(map(_without_night, rows_of(page.store, sql, asked))) for sql in questions)


def among(dates: Sequence[date]) -> Ask:
    """As `alone`, of one of these nights; what is read of those around it is kept until the database changes.

    Parameters
    ----------
    dates : sequence of date
        All nights of the person, in order.
    """

    def ask(page: Page, key: NightKey, questions: Sequence[str]) -> tuple[list[Row], ...]:
        subject, night_date = key
        begin = dates.index(night_date) // TOGETHER * TOGETHER
        first, last = dates[begin], dates[begin : begin + TOGETHER][-1]
        found = page.kept.of(
            page.store,
            ("beside", subject, first, last, *questions),
            lambda: [_by_night(rows_of(page.store, sql, (subject, first, last))) for sql in questions],
        )
        return tuple(list(map(_without_night, of_nights.get(night_date, ()))) for of_nights in found)

    return ask


def _by_night(rows: Sequence[Row]) -> dict[date, list[Row]]:
    nights: dict[date, list[Row]] = {}
    for row in rows:
        nights.setdefault(row[NIGHT], []).append(row)
    return nights


def _without_night(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != NIGHT}
