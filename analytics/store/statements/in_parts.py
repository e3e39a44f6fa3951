"""Movements of many nights, a part at a time: ten thousand nights have millions of them, which no memory need hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analytics.store.database.connection import Store
from analytics.store.statements.own_questions import query

if TYPE_CHECKING:
    import polars as pl

    from analytics.store.read import NightKey

#: Nights that are read at once: some 100,000 movements, 50 MB.
NIGHTS_AT_ONCE = 250
_PART = """
SELECT e.* FROM events e
SEMI JOIN (SELECT unnest($subjects) AS subject, unnest($days) AS night_date) k USING (subject, night_date)
WHERE e.night_date BETWEEN $first AND $last AND ($label IS NULL OR e.label = $label)
ORDER BY e.night_date, e.subject, e.movement_no
"""


def movements_in_parts(store: Store, nights: Sequence[NightKey], *, label: str | None = None) -> Iterator[pl.DataFrame]:
    """Rows of the view ``events``, by evening, person and movement, in frames of `NIGHTS_AT_ONCE` nights.

    Between two parts the database may be written to; each night is of one moment.

    Parameters
    ----------
    nights : sequence of (str, date)
        Whose movements; of none there is one frame without rows.
    label : str or None
        Only these.

    Raises
    ------
    DatabaseBusyError, DatabaseUnreadableError, StoreError
    """
    ordered = sorted(nights, key=lambda key: (key[1], key[0]))
    for begin in range(0, len(ordered), NIGHTS_AT_ONCE) if ordered else (0,):
        part = ordered[begin : begin + NIGHTS_AT_ONCE]
        days = [day for _, day in part]
        asked = {
            "subjects": [who for who, _ in part],
            "days": days,
            "first": min(days, default=None),
            "last": max(days, default=None),
            "label": label,
        }
        yield query(store, _PART, asked)
