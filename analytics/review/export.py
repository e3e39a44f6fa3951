"""Nights and movements as CSV, as home has filtered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.files.csv_text import csv_text
from analytics.store import Store, frames

_WHERE = """
WHERE (? IS NULL OR subject = ?) AND (NOT ? OR len(flags_as_reviewed) > 0) AND (NOT ? OR NOT is_reviewed)
"""
_NIGHTS = f"SELECT * FROM nights {_WHERE} ORDER BY night_date, subject"
_MOVEMENTS = f"""
SELECT e.* FROM events e SEMI JOIN (SELECT subject, night_date FROM nights {_WHERE}) n USING (subject, night_date)
ORDER BY e.night_date, e.subject, e.movement_no
"""
Table = Literal["nights", "movements"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which nights; None: everybody's."""

    subject: str | None = None
    flagged: bool = False
    unreviewed: bool = False


def csv_of(store: Store, table: Table, wanted: Filter) -> str:
    """The rows as CSV, as the command line prints them.

    Parameters
    ----------
    wanted : Filter
        Chooses nights; movements are those of the chosen nights.
    """
    statement = _NIGHTS if table == "nights" else _MOVEMENTS
    (frame,) = frames(store, (statement, (wanted.subject, wanted.subject, wanted.flagged, wanted.unreviewed)))
    return csv_text(frame.columns, frame.iter_rows(named=True))
