"""What is stored of a person around some nights: recordings, where the nights begin and end, what the journal says.

Also what an import must tell `analytics.store.write` of the windows it decided (`Placed`), so that a decision from
other recordings than are stored by now is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import duckdb

from analytics.person import Person
from analytics.said import JournalEntry
from analytics.store.database.connection import Store, reading
from analytics.store.read import NightKey
from analytics.store.recordings import StoredRecording, fetch_recordings
from analytics.store.statements.without_frames import described
from ingest.clock import night_of, noon_to_noon
from ingest.errors import StaleAnalysisError

Window = tuple[int, int]

_OVERLAP = "r.subject = ? AND r.first_at < make_timestamptz(?::BIGINT) AND r.last_at >= make_timestamptz(?::BIGINT)"


@dataclass(frozen=True, slots=True)
class Basis:
    """From which recordings of a person, all those that overlap ``[first_us, last_us)``, an edge was decided."""

    subject: str
    first_us: int
    last_us: int
    recordings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where nights begin and end after an import or an analysis.

    Attributes
    ----------
    windows : mapping of NightKey to (int, int)
        Of every night that may have changed, ``[from, to)`` in UTC microseconds; also of those that vanish.
    bases : tuple of Basis
    moved : tuple of StoredRecording
        Others than the imported one that lie in other nights now.
    relied_on : tuple of (str, date, int or None)
        Edges that were taken as stored: whose, of the night that ends there, and where; None at noon.
    """

    windows: Mapping[NightKey, Window] = field(default_factory=dict)
    bases: tuple[Basis, ...] = ()
    moved: tuple[StoredRecording, ...] = ()
    relied_on: tuple[tuple[str, date, int | None], ...] = ()

    def window(self, key: NightKey, zone: str) -> Window:
        """The window of a night; from noon to noon where nothing was decided."""
        return self.windows.get(key) or noon_to_noon(key[1], zone)

    def night_at(self, subject: str, time_us: int, zone: str) -> date:
        """The night of a person to which an instant belongs.

        Parameters
        ----------
        zone : str
            Divides the nights at noon where nothing else was decided.
        """
        inside = (day for (who, day), (a, b) in self.windows.items() if who == subject and a <= time_us < b)
        return next(inside, None) or night_of(time_us, zone)


@dataclass(frozen=True, slots=True)
class Around:
    """What is stored of one person around some nights.

    Attributes
    ----------
    recordings : tuple of StoredRecording
    edges : mapping of date to int
        Where a night ends, by its date; only of those that do not end at noon.
    noted : mapping of date to tuple of JournalEntry
        Only days of which something is noted.
    person : Person or None
        What is said of the person.
    """

    recordings: tuple[StoredRecording, ...]
    edges: Mapping[date, int]
    noted: Mapping[date, tuple[JournalEntry, ...]]
    person: Person | None = None


def around(store: Store, subject: str, first_us: int, last_us: int) -> Around:
    """Everything of a person that overlaps a stretch of time, in the order of ``(first_us, sha256)``.

    Parameters
    ----------
    first_us, last_us : int
        UTC, the end left out.
    """
    first_day, last_day = night_of(first_us, "UTC"), night_of(last_us, "UTC")
    days = subject, first_day, last_day
    with reading(store) as con:
        recordings = fetch_recordings(con, _OVERLAP, [subject, last_us, first_us])
        edges = _edges(con, *days)
        person = described(con).get(subject)
        rows = con.execute(
            "SELECT day, kind, value, text FROM journal_entry"
            " WHERE subject = ? AND day BETWEEN ? - 1 AND ? + 1 ORDER BY day, kind",
            list(days),
        ).fetchall()
    noted: dict[date, tuple[JournalEntry, ...]] = {}
    for day, kind, value, text in rows:
        noted[day] = (*noted.get(day, ()), JournalEntry(subject, day, kind, value, text))
    return Around(recordings, edges, noted, person)


def refuse_other_bases(con: duckdb.DuckDBPyConnection, store: Store, placed: Placed) -> None:
    """Raise `StaleAnalysisError` where an edge was decided from other recordings, or taken to lie elsewhere, than now.

    Call it before the nights are replaced, and after the recordings are.

    Parameters
    ----------
    con : DuckDBPyConnection
        Inside the transaction that replaces the nights.
    store : Store
        For the error.
    """
    changed = [basis.subject for basis in placed.bases if _recorded(con, basis) != basis.recordings]
    changed += [who for who, day, edge_us in placed.relied_on if _edges(con, who, day, day).get(day) != edge_us]
    if changed:
        raise StaleAnalysisError(
            f"nights of {changed[0]} were divided otherwise meanwhile", path=store.path, hint="analyse them again"
        )


def _recorded(con: duckdb.DuckDBPyConnection, basis: Basis) -> set[str]:
    span = [basis.subject, basis.last_us, basis.first_us]
    found = con.execute(f"SELECT r.sha256 FROM recording r WHERE {_OVERLAP}", span).fetchall()
    return {sha256 for (sha256,) in found}


def _edges(con: duckdb.DuckDBPyConnection, subject: str, first: date, last: date) -> dict[date, int]:
    """See `Around.edges`; with those of a day more on either side."""
    nights = con.execute(
        "SELECT night_date, zone, epoch_us(window_to) FROM night"
        " WHERE subject = ? AND night_date BETWEEN ? - 1 AND ? + 1 AND window_to IS NOT NULL",
        [subject, first, last],
    ).fetchall()
    return {day: to_us for day, zone, to_us in nights if to_us != noon_to_noon(day, zone)[1]}
