"""Nights and movements as CSV, as home has filtered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analytics.store import Store, frames

_WHERE = """
WHERE (? IS NULL OR subject = ?) AND (NOT ? OR len(flags) > 0) AND (NOT ? OR review IS NULL)
"""
_NIGHTS = f"SELECT * FROM nights {_WHERE} ORDER BY night_date, subject"
_MOVEMENTS = f"""
SELECT e.* FROM events e SEMI JOIN (SELECT subject, night_date FROM nights {_WHERE}) n USING (subject, night_date)
ORDER BY e.night_date, e.subject, e.movement_no
"""
#: A spreadsheet would run text that begins with one of these as a formula.
_FORMULA = r"^[=+\-@\t\r]"

Table = Literal["nights", "movements"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which nights; None: everybody's."""

    subject: str | None = None
    flagged: bool = False
    unreviewed: bool = False


def csv_of(store: Store, table: Table, wanted: Filter) -> str:
    """The rows as CSV. Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    statement = _NIGHTS if table == "nights" else _MOVEMENTS
    (frame,) = frames(store, (statement, (wanted.subject, wanted.subject, wanted.flagged, wanted.unreviewed)))
    frame = frame.with_columns(pl.selectors.list().list.join(" "))
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(_unarmed(name) for name in texts).write_csv(datetime_format="%Y-%m-%dT%H:%M:%S%.3f%:z")


def _unarmed(name: str) -> pl.Expr:
    text = pl.col(name)
    return pl.when(text.str.contains(_FORMULA)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)
