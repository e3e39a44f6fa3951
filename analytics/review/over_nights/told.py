"""A person's nights as home tells them, read once between two changes of the database: several answers rest on them."""

from __future__ import annotations

from functools import partial

from analytics.review.page import Page
from analytics.store.over_nights.diaries import PersonDiary, diaries
from analytics.store.over_nights.findings import Person, people_over_nights


def told_people(page: Page, subject: str | None) -> list[Person]:
    """`people_over_nights` of all nights.

    Parameters
    ----------
    subject : str or None
        None: all people.

    Raises
    ------
    StoreError
    """
    return page.kept.of(page.store, ("people", subject), lambda: list(people_over_nights(page.store, subject=subject)))


def told_diaries(page: Page, subject: str) -> list[PersonDiary]:
    """`diaries` of all nights of one person: one, or none.

    Raises
    ------
    StoreError
    """
    read = partial(diaries, page.store, subject=subject, since=None, rulesets=page.rulesets, criteria=page.criteria)
    return page.kept.of(page.store, ("diary", subject), lambda: list(read()))
