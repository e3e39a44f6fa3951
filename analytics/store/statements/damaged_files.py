"""Nights of files that are damaged, and what is missing of them: for all who tell of nights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.store.database.connection import Store
from analytics.store.statements.without_frames import row_dicts
from ingest.losses import damage_among

if TYPE_CHECKING:
    from analytics.store.read import NightKey

_WARNINGS = """
SELECT n.subject, n.night_date, r.warnings
FROM (SELECT subject, night_date, unnest(recordings) AS sha256 FROM night) n
JOIN recording r USING (sha256)
WHERE len(r.warnings) > 0 AND ($subject IS NULL OR (n.subject = $subject AND n.night_date = $night))
ORDER BY n.night_date, n.subject, r.path
"""


def damaged_files(store: Store, night: NightKey | None = None) -> dict[NightKey, tuple[str, ...]]:
    """What is missing of the files of a night, in sentences, by person and evening; no other nights.

    Parameters
    ----------
    night : NightKey or None
        Of this night; None: of all.

    Raises
    ------
    StoreError
    """
    found: dict[NightKey, tuple[str, ...]] = {}
    subject, day = night or (None, None)
    for row in row_dicts(store, _WARNINGS, {"subject": subject, "night": day}):
        if damage := damage_among(row["warnings"]):
            key = (row["subject"], row["night_date"])
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *damage)))
    return found
