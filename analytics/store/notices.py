"""What is worth telling a person after an unattended run, and what has been told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from analytics.store.database.connection import Store, reading, transaction
from analytics.store.database.tables import UTC_US, Columns, frame_of, insert

#: What a notice is about that is no flag.
NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell, once.

    Attributes
    ----------
    night_date : date
        Local date of the evening; for ``no_data`` that of the last night with data.
    about : str
        Name of a flag, or ``no_data``.
    reason : str
        A sentence.
    """

    subject: str
    night_date: date
    about: str
    reason: str


def untold(store: Store, *, since: date | None, brought: Collection[str] = ()) -> tuple[Notice, ...]:
    """Flags that were not told, by evening; and people of whom no night came from ``since`` on.

    Parameters
    ----------
    since : date or None
        First evening of which something should have come by now; None: do not ask.
    brought : collection of str
        SHA-256 of recordings that have just brought a night: however old it is, something has come of these people.
    """
    with reading(store) as con:
        flagged = con.execute(_FLAGGED).fetchall()
        silent = con.execute(_SILENT, [NO_DATA, since, list(brought)]).fetchall() if since else []
    missing = [
        Notice(subject, last, NO_DATA, f"no night of {subject} has come since {last}") for subject, last in silent
    ]
    return (*(Notice(*row) for row in flagged), *missing)


def unusable_before(store: Store, paths: Sequence[str], before: datetime) -> frozenset[tuple[str, str | None, str]]:
    """Path, SHA-256 and reason of what was tried before an instant (UTC) and refused or failed, among these paths."""
    with reading(store) as con:
        return frozenset(con.execute(_TOLD_BEFORE, [before, list(paths)]).fetchall())


def mark_told(store: Store, notices: Sequence[Notice]) -> None:
    """Tell of these no more."""
    if not notices:
        return
    now = datetime.now(UTC)
    rows = [(n.subject, n.night_date, n.about, now) for n in notices]
    columns: Columns = {"subject": pl.String, "night_date": pl.Date, "about": pl.String, "told_at": UTC_US}
    with transaction(store) as con:
        insert(con, "notice", frame_of(rows, columns))


_FLAGGED = """
    SELECT subject, night_date, flag, reason FROM flagged_nights f
    WHERE NOT EXISTS (
        SELECT 1 FROM notice n WHERE n.subject = f.subject AND n.night_date = f.night_date AND n.about = f.flag)
    ORDER BY night_date, subject, flag
"""
_SILENT = """
    WITH latest AS (SELECT subject, max(night_date) AS night_date FROM nights GROUP BY subject)
    SELECT subject, night_date FROM latest l
    WHERE NOT EXISTS (
        SELECT 1 FROM notice n WHERE n.subject = l.subject AND n.night_date = l.night_date AND n.about = ?)
    AND night_date < ?
    AND subject NOT IN (SELECT subject FROM recording WHERE list_contains(CAST(? AS VARCHAR[]), sha256))
    ORDER BY subject
"""
_TOLD_BEFORE = """
    SELECT DISTINCT path, sha256, error FROM import_attempt
    WHERE status IN ('refused', 'failed') AND started_at < ? AND list_contains(CAST(? AS VARCHAR[]), path)
"""
