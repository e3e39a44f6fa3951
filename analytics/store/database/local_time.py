"""The clock of the bedroom in SQL: the one owner of how views turn an instant into local time.

``LOCAL(instant, rows)`` in the text of the views becomes an expression that says the same in DuckDB 1.5 and 2, whatever
zone a client has set: a TIMESTAMP without zone. ``ZONED(table) rows`` has those rows, each with what the clock of its
zone is: to look a zone up for every instant made three quarters of the planning of a query. It is SQL and no macro, for
a view has to work wherever its database is attached. DuckDB itself knows no offsets such as "+05:45", and one zone that
it does not know would make a whole view fail: of such a zone local time is NULL.
"""

from __future__ import annotations

import re

_ROWS = re.compile(r"\bZONED\(\s*(\w+)\s*\)")
_MARK = re.compile(r"\bLOCAL\(\s*([\w.]+)\s*,\s*(\w+)\s*\)")
_IS_OFFSET = "zone[1] IN ('+', '-')"
_AHEAD_S = (
    "CAST(zone[1] || '1' AS INTEGER) * (3600 * CAST(zone[2:3] AS INTEGER) + 60 * CAST(zone[5:6] AS INTEGER)"
    " + coalesce(TRY_CAST(zone[8:9] AS INTEGER), 0))"
)
#: ``clock`` is a zone that DuckDB knows, NULL for none; what is ``ahead`` of it is local time.
_ZONED = (
    f"(SELECT *, CASE WHEN {_IS_OFFSET} THEN 'UTC'"
    " WHEN zone IN (SELECT name FROM pg_timezone_names()) THEN zone END AS clock,"
    f" to_seconds(CASE WHEN {_IS_OFFSET} THEN {_AHEAD_S} ELSE 0 END) AS ahead FROM {{table}})"
)
_LOCAL = "({at} AT TIME ZONE {rows}.clock) + {rows}.ahead"


def with_local_times(sql: str) -> str:
    """Write out each ``ZONED(table)`` and ``LOCAL(instant, rows)`` in a text of SQL, outside of comments too."""
    zoned = _ROWS.sub(lambda found: _ZONED.format(table=found[1]), sql)
    return _MARK.sub(lambda found: _LOCAL.format(at=found[1], rows=found[2]), zoned)
