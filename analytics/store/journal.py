"""Journal entries in and out. Analyses read them and never change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from analytics.model import JournalEntry
from analytics.store.database.connection import ArrowStream, Store, reading, transaction
from analytics.store.database.tables import Columns, frame_of, insert


def write_journal(store: Store, entries: Sequence[JournalEntry]) -> None:
    """Replace what was noted before about the same person, day and kind: all of it, or nothing.

    Writing the same entries twice leaves them once; one without value and text only takes away.
    """
    columns: Columns = {
        "subject": pl.String,
        "day": pl.Date,
        "kind": pl.String,
        "value": pl.Float64,
        "text": pl.String,
    }
    frame = frame_of([(e.subject, e.day, e.kind, e.value, e.text) for e in entries], columns)
    with transaction(store) as con:
        con.register("noted", ArrowStream(frame))
        con.execute("""
            DELETE FROM journal_entry USING noted
            WHERE journal_entry.subject = noted.subject AND journal_entry.day = noted.day
                AND journal_entry.kind = noted.kind
        """)
        con.unregister("noted")
        insert(con, "journal_entry", frame.filter(pl.any_horizontal(pl.col("value", "text").is_not_null())))


def journal_of(store: Store, subject: str, day: date) -> tuple[JournalEntry, ...]:
    """What was noted about a day, by kind."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT kind, value, text FROM journal_entry WHERE subject = ? AND day = ? ORDER BY kind", [subject, day]
        ).fetchall()
    return tuple(JournalEntry(subject, day, kind, value, text) for kind, value, text in rows)
