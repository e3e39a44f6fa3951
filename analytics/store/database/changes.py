"""Which change of the database is the last one: a token in the setting ``change``, renewed in the writing transaction.

What a run remembers of itself (attempts to import, files of an inbox, what people were told of) is bookkeeping, and no
change. Two databases with the same token hold the same, bookkeeping left out: a token is never used twice, so one that
was restored from a backup is told from what came after that backup.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import duckdb

#: What changed last, as ``<instant> <UUID>``: when, ISO 8601, UTC, and a token.
CHANGE = "change"


def last_change(con: duckdb.DuckDBPyConnection) -> str | None:
    """The token of the last change; None of a database without one."""
    rows = con.execute("SELECT value FROM setting WHERE name = ?", [CHANGE]).fetchall()
    return str(rows[0][0]) if rows else None


def note_change(con: duckdb.DuckDBPyConnection) -> None:
    """Say in the present transaction that it changes more than bookkeeping."""
    value = f"{datetime.now(UTC).isoformat(timespec='microseconds')} {uuid4()}"
    con.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [CHANGE, value])
