"""From which night on a marked change holds: where pictures of nights show it, whose places are nights, not dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from analytics.journal.marked import MarkedChange


def by_first_night(changes: Iterable[MarkedChange], nights: Iterable[date]) -> Mapping[date, tuple[MarkedChange, ...]]:
    """The changes of each night that is the first with them; of a day without a night that is the next one.

    Parameters
    ----------
    changes : iterable of MarkedChange
        By date. Those before the first night and after the last are left out: nothing is seen of them.
    nights : iterable of date
        Of the evenings, in any order.
    """
    days = sorted(nights)
    found: dict[date, tuple[MarkedChange, ...]] = {}
    for change in changes:
        first = next((day for day in days if day >= change.day), None)
        if first is not None and days[0] <= change.day:
            found[first] = (*found.get(first, ()), change)
    return found
