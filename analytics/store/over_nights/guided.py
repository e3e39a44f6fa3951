"""Where one person's guided week stands, from what is stored."""

from __future__ import annotations

from datetime import date, timedelta

from analytics.journal.week import GuidedWeek, guided_week
from analytics.store import Store, days_between, query

#: No attempt is older (`analytics.journal.week`).
_READ_DAYS = 30


def guided_week_of(store: Store, subject: str, today: date) -> GuidedWeek:
    """The guided week of one person; of a database that is not there, one that has not begun.

    Parameters
    ----------
    today : date
        The evening that is next or now.

    Raises
    ------
    StoreError
    """
    if not store.path.exists():
        return guided_week(subject, (), {}, today)
    first = today - timedelta(days=_READ_DAYS)
    nights = query(
        store,
        "SELECT DISTINCT night_date FROM night WHERE subject = ? AND night_date BETWEEN ? AND ?",
        [subject, first, today],
    )
    noted: dict[date, set[str]] = {}
    for entry in days_between(store, subject, first, today):
        noted.setdefault(entry.day, set()).add(entry.kind)
    return guided_week(subject, nights["night_date"].to_list(), noted, today)


def judged_nights(store: Store, subject: str) -> int:
    """How many nights of a person can be told of anything."""
    asked = "SELECT count(*) FROM night WHERE subject = ? AND assessable"
    return int(query(store, asked, [subject]).item())
