"""Journal entries in and out. Analyses read them and never change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from analytics.said import JournalEntry
from analytics.store.database.connection import ArrowStream, Store, reading, transaction
from analytics.store.database.tables import Columns, frame_of, insert

#: Start of the name of a setting: a night, by day and subject, that was analysed before the journal said what it says.
UNREAD = "journal_unread:"

_MARK = f"""
    INSERT INTO setting
    SELECT DISTINCT '{UNREAD}' || m.day || ' ' || m.subject, '' FROM noted m
    SEMI JOIN night n ON n.subject = m.subject AND n.night_date = m.day
    LEFT JOIN journal_entry j ON j.subject = m.subject AND j.day = m.day AND j.kind = m.kind
    WHERE list_contains(?, m.kind)
        AND (j.value IS DISTINCT FROM m.value OR j.text IS DISTINCT FROM m.text)
    ON CONFLICT DO NOTHING
"""


def write_journal(store: Store, entries: Sequence[JournalEntry]) -> None:
    """Replace what was noted before about the same person, day and kind: all of it, or nothing.

    Writing the same entries twice leaves them once; one without value and text only takes away. A stored night whose
    analysis reads what has changed is marked until it is stored anew (`analytics.store.wanted`).
    """
    from analytics.nights.journal import READ_BY_ANALYSIS  # late, for it loads all that finds sleep

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
        con.execute(_MARK, [list(READ_BY_ANALYSIS)])
        con.execute("""
            DELETE FROM journal_entry USING noted
            WHERE journal_entry.subject = noted.subject AND journal_entry.day = noted.day
                AND journal_entry.kind = noted.kind
        """)
        con.unregister("noted")
        insert(con, "journal_entry", frame.filter(pl.any_horizontal(pl.col("value", "text").is_not_null())))


def unread_nights(store: Store) -> frozenset[tuple[str, date]]:
    """Subject and evening of stored nights that were analysed before the journal held what it holds."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT subject, night_date FROM night"
            f" WHERE '{UNREAD}' || night_date || ' ' || subject IN (SELECT name FROM setting)"
        ).fetchall()
    return frozenset(rows)


def journal_of(store: Store, subject: str, day: date) -> tuple[JournalEntry, ...]:
    """What was noted about a day, by kind."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT kind, value, text FROM journal_entry WHERE subject = ? AND day = ? ORDER BY kind", [subject, day]
        ).fetchall()
    return tuple(JournalEntry(subject, day, kind, value, text) for kind, value, text in rows)


def whole_journal(store: Store, subject: str | None = None) -> tuple[JournalEntry, ...]:
    """Everything that is noted, of one person or of all, by person, day and kind."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT subject, day, kind, value, text FROM journal_entry WHERE ? IS NULL OR subject = ? ORDER BY ALL",
            [subject, subject],
        ).fetchall()
    return tuple(JournalEntry(*row) for row in rows)
