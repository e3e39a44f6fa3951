"""What to say of a recording beside others of its nights: which overlap, and which one speaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analytics.phrases import overlap_words
from analytics.store.database.connection import Store
from analytics.store.read import frames
from analytics.words import SPEAKER_NOTES
from ingest.errors import visible

_BESIDE = """
SELECT s.night_date, s.recording, r.path, s.leg, s.shared_h, s.speaks_h, s.note
FROM speaker s
JOIN speaker own ON own.subject = s.subject AND own.night_date = s.night_date
LEFT JOIN recording r ON r.sha256 = s.recording
WHERE own.recording = ? AND (own.shared_h > 0 OR own.note IS NOT NULL)
ORDER BY s.night_date, s.recording <> own.recording, r.path, s.recording
"""
#: Less is the seam of two files, and nothing to tell.
_SEAM_H = 1 / 60
#: A night has seldom more than a few recordings; of a folder of hourly files not all are named.
_MOST_NAMED = 4


def overlaps_of(store: Store, sha256: str) -> tuple[str, ...]:
    """A sentence for each night in which others recorded the same leg, or in which something about it is odd.

    Raises
    ------
    StoreError
    """
    (rows,) = frames(store, (_BESIDE, [sha256]))
    nights: dict[Any, list[dict[str, Any]]] = {}
    for row in rows.iter_rows(named=True):
        nights.setdefault(row["night_date"], []).append(row)
    return tuple(f"night {day}: {says}" for day, found in nights.items() for says in _said(found))


def _said(rows: list[dict[str, Any]]) -> list[str]:
    own, *others = rows
    same = [row for row in others if row["shared_h"] > 0 and (row["leg"] == own["leg"] or _copied(own, row))]
    says = []
    if own["shared_h"] >= _SEAM_H and same:
        named = [(_name(row, rows), row["speaks_h"]) for row in [own, *same[:_MOST_NAMED]]]
        more = f" and {len(same) - _MOST_NAMED} more" if len(same) > _MOST_NAMED else ""
        says.append(overlap_words(own["shared_h"], named) + more)
    if own["note"] is not None:
        says.append(f"{_name(own, rows)} {SPEAKER_NOTES[own['note']]}")
    return says


def _copied(own: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(own["note"] == other["note"] == "same_samples")


def _name(row: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """The file's name; with its folder where two of the night have the same."""
    path = Path(row["path"] or row["recording"][:12])
    is_only = sum(Path(other["path"] or "").name == path.name for other in rows) <= 1
    return visible(path.name if is_only else f"{path.parent.name}/{path.name}")
