"""The clock of the bedroom in SQL: the one owner of how views turn an instant into local time.

``LOCAL(instant, zone)`` in the text of the views becomes an expression that says the same in DuckDB 1.5 and 2, whatever
zone a client has set: a TIMESTAMP without zone. It is SQL and no macro, for a view has to work wherever its database is
attached. DuckDB itself knows no offsets such as "+05:45", and one zone that it does not know would make a whole view
fail: of such a zone local time is NULL.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"\bLOCAL\(\s*([\w.]+)\s*,\s*([\w.]+)\s*\)")
_OF_OFFSET = (
    "({at} AT TIME ZONE 'UTC') + to_seconds(CAST({zone}[1] || '1' AS INTEGER) * (3600 * CAST({zone}[2:3] AS INTEGER)"
    " + 60 * CAST({zone}[5:6] AS INTEGER) + coalesce(TRY_CAST({zone}[8:9] AS INTEGER), 0)))"
)
_EXPRESSION = (
    f"CASE WHEN {{zone}}[1] IN ('+', '-') THEN {_OF_OFFSET}"
    " WHEN {zone} IN (SELECT name FROM pg_timezone_names()) THEN {at} AT TIME ZONE {zone} END"
)


def with_local_times(sql: str) -> str:
    """Write out each ``LOCAL(instant, zone)`` in a text of SQL, outside of comments too."""
    return _MARK.sub(lambda found: _EXPRESSION.format(at=found[1], zone=found[2]), sql)
