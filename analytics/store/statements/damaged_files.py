"""Nights of files that are damaged, and what is missing of them: for all who tell of nights."""

from __future__ import annotations

from datetime import date

from analytics.store.database.connection import Store
from analytics.store.statements.without_frames import row_dicts
from ingest.losses import damage_among

_WARNINGS = """
SELECT n.subject, n.night_date, r.warnings
FROM (SELECT subject, night_date, unnest(recordings) AS sha256 FROM night) n
JOIN recording r USING (sha256)
WHERE len(r.warnings) > 0
ORDER BY n.night_date, n.subject, r.path
"""


def damaged_files(store: Store) -> dict[tuple[str, date], tuple[str, ...]]:
    """What is missing of the files of a night, in sentences, by person and evening; no other nights.

    Raises
    ------
    StoreError
    """
    found: dict[tuple[str, date], tuple[str, ...]] = {}
    for row in row_dicts(store, _WARNINGS):
        if damage := damage_among(row["warnings"]):
            key = (row["subject"], row["night_date"])
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *damage)))
    return found
