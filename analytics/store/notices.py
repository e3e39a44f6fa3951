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
ASSUMED_ZONE = "assumed_zone"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell, once.

    Attributes
    ----------
    night_date : date
        Local date of the evening; for ``no_data`` that of the last night with data, for ``assumed_zone`` of the last
        one in that zone.
    about : str
        Name of a flag, ``no_data`` or ``assumed_zone``.
    reason : str
        A sentence.
    """

    subject: str
    night_date: date
    about: str
    reason: str
    zone: str | None = None

    @property
    def is_flag(self) -> bool:
        """Whether it is about a flag of a night."""
        return self.about not in (NO_DATA, ASSUMED_ZONE)


def untold(store: Store, *, since: date | None, brought: Collection[str] = ()) -> tuple[Notice, ...]:
    """Notices that were not told yet: flags, assumed zones, and people without a night from ``since`` on.

    Parameters
    ----------
    since : date or None
        First evening of which something should have come by now; None: do not ask.
    brought : collection of str
        SHA-256 of recordings that have just brought a night: however old it is, something has come of these people.
    """
    with reading(store) as con:
        flagged = con.execute(_FLAGGED).fetchall()
        assumed = con.execute(_ASSUMED, [ASSUMED_ZONE]).fetchall()
        silent = con.execute(_SILENT, [NO_DATA, since, list(brought)]).fetchall() if since else []
    missing = [
        Notice(subject, last, NO_DATA, f"no night of {subject} has come since {last}") for subject, last in silent
    ]
    zones = [Notice(subject, last, ASSUMED_ZONE, _doubt(subject, zone, n), zone) for subject, last, zone, n in assumed]
    return (*(Notice(*row) for row in flagged), *zones, *missing)


def _doubt(subject: str, zone: str, n: int) -> str:
    recordings = "1 recording" if n == 1 else f"{n} recordings"
    return (
        f"{recordings} of {subject} assumed to be in {zone}, this machine's time zone, because nothing names another"
        " (give --tz Europe/Berlin, or tz in nightkick.toml, and import them again)"
    )


def unusable_before(store: Store, paths: Sequence[str], before: datetime) -> frozenset[tuple[str, str | None, str]]:
    """Path, SHA-256 and reason of those of these files that were refused or failed before an instant (UTC)."""
    with reading(store) as con:
        return frozenset(con.execute(_TOLD_BEFORE, [before, list(paths)]).fetchall())


def mark_told(store: Store, notices: Sequence[Notice]) -> None:
    """Remember that these were told, so that they are not told again."""
    if not notices:
        return
    now = datetime.now(UTC)
    rows = [(n.subject, n.night_date, n.about, now) for n in notices]
    columns: Columns = {"subject": pl.String, "night_date": pl.Date, "about": pl.String, "told_at": UTC_US}
    with transaction(store, bookkeeping=True) as con:
        insert(con, "notice", frame_of(rows, columns))


_FLAGGED = """
    SELECT subject, night_date, flag, reason FROM night_flags f
    WHERE state_as_reviewed = 'raised' AND NOT EXISTS (
        SELECT 1 FROM notice n WHERE n.subject = f.subject AND n.night_date = f.night_date AND n.about = f.flag)
    ORDER BY night_date, subject, flag
"""
#: By person and zone; of recordings that were imported since such a thing was told of that person.
_ASSUMED = """
    WITH told AS (SELECT subject, max(told_at) AS at FROM notice WHERE about = ? GROUP BY subject),
    stored AS (SELECT sha256, max(finished_at) AS at FROM import_attempt WHERE status = 'imported' GROUP BY sha256)
    SELECT r.subject, max(m.night_date), r.zone, count(DISTINCT r.sha256)
    FROM recording r
    JOIN recording_night m USING (sha256)
    JOIN stored USING (sha256)
    LEFT JOIN told ON told.subject = r.subject
    WHERE r.zone_source = 'assumed' AND (told.at IS NULL OR stored.at > told.at)
    GROUP BY r.subject, r.zone
    ORDER BY r.subject, r.zone
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
