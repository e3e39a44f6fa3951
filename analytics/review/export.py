"""Nights and movements as CSV, as home has filtered them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analytics.files.csv_text import csv_parts
from analytics.store import Store, frames, movements_in_parts

_WHERE = """
WHERE (? IS NULL OR subject = ?) AND (NOT ? OR len(flags_as_reviewed) > 0) AND (NOT ? OR NOT is_reviewed)
"""
_NIGHTS = f"SELECT * FROM nights {_WHERE} ORDER BY night_date, subject"
_KEYS = f"SELECT subject, night_date FROM nights {_WHERE}"
Table = Literal["nights", "movements"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which nights; None: everybody's."""

    subject: str | None = None
    flagged: bool = False
    unreviewed: bool = False


def csv_of(store: Store, table: Table, wanted: Filter) -> Iterator[str]:
    """The rows as CSV, as the command line prints them, a part at a time.

    Parameters
    ----------
    wanted : Filter
        Chooses nights; movements are those of the chosen nights.
    """
    statement = _NIGHTS if table == "nights" else _KEYS
    (frame,) = frames(store, (statement, (wanted.subject, wanted.subject, wanted.flagged, wanted.unreviewed)))
    return csv_parts([frame] if table == "nights" else movements_in_parts(store, frame.rows()))
