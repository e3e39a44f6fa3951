"""What is asked of a night beside itself, for the nights around it too: its reviewer goes on to those.

Each question is a small one, and DuckDB takes longer to plan its view than to answer it, for one night as for eight.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from analytics.review.page import Page
from analytics.store import NightKey, frames
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
    rows = [rows_of(page.store, sql, (subject, night_date, night_date)) for sql in questions]
    return tuple([{name: row[name] for name in row if name != NIGHT} for row in of_one] for of_one in rows)


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
            lambda: frames(page.store, *((sql, (subject, first, last)) for sql in questions)),
        )
        return tuple(of_nights.filter(pl.col(NIGHT) == night_date).drop(NIGHT).to_dicts() for of_nights in found)

    return ask
