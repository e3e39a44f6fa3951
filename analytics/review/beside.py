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

#: Nights of one person that are asked together: enough that planning is shared, few enough that the first does not wait
#: for the rest.
TOGETHER = 8
#: The night of a row, as each question names it.
NIGHT = ("subject", "night_date")

#: Rows of each question about a night, in its order, without `NIGHT`; they are the caller's own.
Ask = Callable[[Page, NightKey, Sequence[str]], tuple[list[Row], ...]]


def alone(page: Page, key: NightKey, questions: Sequence[str]) -> tuple[list[Row], ...]:
    """Rows of each question about this night alone, as they are now: after an edit."""
    rows = [rows_of(page.store, *about(sql, key[:1], key[1:])) for sql in questions]
    return tuple([{name: row[name] for name in row if name not in NIGHT} for row in of_one] for of_one in rows)


def among(dates: Sequence[date]) -> Ask:
    """As `alone`; what is read of the nights around this one is kept until the database changes.

    Parameters
    ----------
    dates : sequence of date
        All nights of the person, in order.
    """

    def ask(page: Page, key: NightKey, questions: Sequence[str]) -> tuple[list[Row], ...]:
        people, days = _read_with(page, key, dates)
        found = page.kept.of(
            page.store,
            ("beside", people, days, *questions),
            lambda: frames(page.store, *(about(sql, people, days) for sql in questions)),
        )
        is_it = (pl.col(NIGHT[0]) == key[0]) & (pl.col(NIGHT[1]) == key[1])
        return tuple(of_nights.filter(is_it).drop(NIGHT).to_dicts() for of_nights in found)

    return ask


def of_people(page: Page, subject: str, what: str, question: str) -> pl.DataFrame:
    """Rows of a question about all nights of a person, kept until the database changes.

    Parameters
    ----------
    what : str
        The name under which they are kept.
    question : str
        With ``{PEOPLE}`` where it names them, and the subject of each row.
    """
    people = page.company.people(subject)
    (found,) = page.kept.of(page.store, (what, people), lambda: frames(page.store, about(question, people)))
    return found.filter(pl.col(NIGHT[0]) == subject)


def about(question: str, people: Sequence[str], days: Sequence[date] = ()) -> tuple[str, list[str | date]]:
    """A question with its values: ``{PEOPLE}`` and after it, where it asks for nights, ``{DAYS}`` take one each."""
    marks = {"{PEOPLE}": people, "{DAYS}": days}
    for name, values in marks.items():
        question = question.replace(name, ", ".join("?" * len(values)))
    return question, [*people, *days]


def _read_with(page: Page, key: NightKey, dates: Sequence[date]) -> tuple[tuple[str, ...], tuple[date, ...]]:
    """People and dates of all nights that are read with this one."""
    if company := page.company.nights(key):
        return tuple(who for who, _ in company), tuple(dict.fromkeys(day for _, day in company))
    begin = dates.index(key[1]) // TOGETHER * TOGETHER
    return key[:1], tuple(dates[begin : begin + TOGETHER])
