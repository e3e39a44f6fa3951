"""Reading a database as if one reviewer alone had reviewed: for those who shall not see what others found.

Tables that hold reviews, or what follows from them, are hidden behind temporary views of the same name, which DuckDB
finds first, also from inside the stored views. So whatever is read, views and statements alike, rests on one reviewer's
own. What the store worked out with all reviews of a night stands only where that reviewer's are all there are; of other
nights no number is told as reviewed once the own reviews change any. Writing sees everything, as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from analytics.words import AS_REVIEWED
from ingest.errors import StoreError

#: Worked out with all reviews of a night; `reviewed_night` says besides whether the others count.
_WORKED_OUT = ("reviewed_unfit", "reviewed_score", "reviewed_event", "reviewed_flag")
_SHARED_REASON = f"blind: others have reviewed this night too, so that its numbers {AS_REVIEWED} are not shown"
_OTHERS = """
(SELECT DISTINCT subject, night_date FROM {HERE}.review_entry
 WHERE reviewer IS DISTINCT FROM getvariable('only_reviewer'))
"""
_OWN = "SELECT *, rowid FROM {HERE}.review_entry WHERE reviewer = getvariable('only_reviewer')"
_UNSHARED = f"SELECT t.* FROM {{HERE}}.{{TABLE}} t ANTI JOIN {_OTHERS} o USING (subject, night_date)"
_NIGHT = f"""
{_UNSHARED}
UNION ALL BY NAME
SELECT r.subject, r.night_date, count(*)::INTEGER AS n_reviews, bool_or(r.changes) AS is_changed,
    CASE WHEN bool_or(r.changes) THEN '{_SHARED_REASON}' END AS why_not,
    0 AS n_edits, 0 AS n_unfit, 0 AS n_dismissed, 0.0::DOUBLE AS excluded_h
FROM (
    SELECT subject, night_date, (edit IS NOT NULL OR movement_no IS NOT NULL OR onset_at IS NOT NULL
        OR start_at IS NOT NULL) AS changes FROM {{HERE}}.review_entry
    WHERE reviewer = getvariable('only_reviewer')
) r SEMI JOIN {_OTHERS} o USING (subject, night_date) GROUP BY ALL
"""
_LEFT = "SELECT count(*) FROM reviews WHERE reviewer IS DISTINCT FROM getvariable('only_reviewer')"


@contextmanager
def only(con: duckdb.DuckDBPyConnection, reviewer: str) -> Iterator[None]:
    """Inside, a connection that reads sees the reviews of one reviewer, and what follows from these alone.

    Raises
    ------
    StoreError
        This DuckDB does not let a temporary view come first.
    """
    row = con.execute("SELECT current_database()").fetchall()
    here = '"' + row[0][0].replace('"', '""') + '".main'
    hidden = {"review_entry": _OWN, "reviewed_night": _NIGHT} | dict.fromkeys(_WORKED_OUT, _UNSHARED)
    con.execute("SET VARIABLE only_reviewer = ?", [reviewer])
    for table, statement in hidden.items():
        filled = statement.replace("{HERE}", here).replace("{TABLE}", table)
        con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {filled}")
    if con.execute(_LEFT).fetchall() != [(0,)]:
        raise StoreError("others' reviews cannot be hidden with this DuckDB", hint="start without --blind")
    yield
    for table in hidden:  # after an error the connection is ended
        con.execute(f"DROP VIEW temp.{table}")
