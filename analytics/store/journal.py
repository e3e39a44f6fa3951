"""Journal entries in and out. Analyses read them and never change them.

``journal_entry`` holds what is noted now. ``journal_change`` keeps every change of it and is only ever added to, so two
windows that edit one day lose nothing: the later save holds, and is told what changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import duckdb
import polars as pl

from analytics.said import JournalEntry
from analytics.store.database.connection import ArrowStream, Store, reading, transaction
from analytics.store.database.tables import Columns, frame_of, insert
from analytics.store.statements.without_frames import UNREAD

NotedBy = Literal["page", "import", "before"]

_MARK = f"""
    INSERT INTO setting
    SELECT DISTINCT '{UNREAD}' || m.day || ' ' || m.subject, '' FROM noted m
    SEMI JOIN night n ON n.subject = m.subject AND n.night_date = m.day
    LEFT JOIN journal_entry j ON j.subject = m.subject AND j.day = m.day AND j.kind = m.kind
    WHERE list_contains(?, m.kind)
        AND (j.value IS DISTINCT FROM m.value OR j.text IS DISTINCT FROM m.text)
    ON CONFLICT DO NOTHING
"""


_KEEP = """
    INSERT INTO journal_change
    SELECT m.subject, m.day, 1 + coalesce((
        SELECT max(c.save_no) FROM journal_change c WHERE c.subject = m.subject AND c.day = m.day
    ), 0), m.kind, m.value, m.text, ?, ?
    FROM noted m
    LEFT JOIN journal_entry j ON j.subject = m.subject AND j.day = m.day AND j.kind = m.kind
    WHERE j.value IS DISTINCT FROM m.value OR j.text IS DISTINCT FROM m.text
"""
_COLUMNS: Columns = {
    "subject": pl.String,
    "day": pl.Date,
    "kind": pl.String,
    "value": pl.Float64,
    "text": pl.String,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a save of a day changed; ``noted_at_us`` in UTC, None where it is not known."""

    save_no: int
    entry: JournalEntry
    noted_at_us: int | None
    noted_by: NotedBy


def write_journal(store: Store, entries: Sequence[JournalEntry], *, by: NotedBy = "import") -> None:
    """Replace what was noted before about the same person, day and kind: all of it, or nothing.

    Writing the same entries twice leaves them once; one without value and text only takes away. A stored night whose
    analysis reads what has changed is marked until it is stored anew (`analytics.store.wanted`).
    """
    with transaction(store) as con:
        _write(con, entries, by)


def save_day(store: Store, entries: Sequence[JournalEntry], *, seen: int) -> tuple[Change, ...]:
    """Write entries of one person's day from the page.

    Parameters
    ----------
    seen : int
        The last save of that day that the writer had seen; 0 for none.

    Returns
    -------
    tuple of Change
        What was changed since then: by others, for it had not been seen.
    """
    if not entries:
        return ()
    with transaction(store) as con:
        meanwhile = _changes(con, entries[0].subject, entries[0].day, seen)
        _write(con, entries, "page")
    return meanwhile


def changes_of(store: Store, subject: str, day: date) -> tuple[Change, ...]:
    """Every change of a day, in the order in which they came."""
    with reading(store) as con:
        return _changes(con, subject, day, 0)


def _write(con: duckdb.DuckDBPyConnection, entries: Sequence[JournalEntry], by: NotedBy) -> None:
    from analytics.nights.journal import READ_BY_ANALYSIS  # late, for it loads all that finds sleep

    frame = frame_of([(e.subject, e.day, e.kind, e.value, e.text) for e in entries], _COLUMNS)
    con.register("noted", ArrowStream(frame))
    con.execute(_MARK, [list(READ_BY_ANALYSIS)])
    con.execute(_KEEP, [datetime.now(UTC), by])
    con.execute("""
        DELETE FROM journal_entry USING noted
        WHERE journal_entry.subject = noted.subject AND journal_entry.day = noted.day
            AND journal_entry.kind = noted.kind
    """)
    con.unregister("noted")
    insert(con, "journal_entry", frame.filter(pl.any_horizontal(pl.col("value", "text").is_not_null())))


def _changes(con: duckdb.DuckDBPyConnection, subject: str, day: date, after: int) -> tuple[Change, ...]:
    rows = con.execute(
        """
        SELECT save_no, kind, value, text, epoch_us(noted_at), noted_by FROM journal_change
        WHERE subject = ? AND day = ? AND save_no > ? ORDER BY save_no, kind
        """,
        [subject, day, after],
    ).fetchall()
    return tuple(
        Change(save_no, JournalEntry(subject, day, kind, value, text), at_us, by)
        for save_no, kind, value, text, at_us, by in rows
    )


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


def days_between(store: Store, subject: str, first: date, last: date) -> tuple[JournalEntry, ...]:
    """What was noted of one person from the first day to the last one, both included, by day and kind."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT subject, day, kind, value, text FROM journal_entry"
            " WHERE subject = ? AND day BETWEEN ? AND ? ORDER BY day, kind",
            [subject, first, last],
        ).fetchall()
    return tuple(JournalEntry(*row) for row in rows)


def whole_journal(store: Store, subject: str | None = None) -> tuple[JournalEntry, ...]:
    """Everything that is noted, of one person or of all, by person, day and kind."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT subject, day, kind, value, text FROM journal_entry WHERE ? IS NULL OR subject = ? ORDER BY ALL",
            [subject, subject],
        ).fetchall()
    return tuple(JournalEntry(*row) for row in rows)
