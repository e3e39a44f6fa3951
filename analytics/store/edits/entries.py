"""What was written of nights by reviewers, read back: verdicts, edits, and which acts of them were taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from analytics.nights.edits.kinds import Edit, Part
from analytics.said import Review
from analytics.store.database.connection import Store, reading


def reviews_of(store: Store, subject: str, night_date: date | None = None) -> tuple[Review, ...]:
    """All reviews of a night, or of all nights of a person, in the order in which they count."""
    with reading(store) as con:
        rows = con.execute(
            """
            SELECT subject, night_date, verdict, reviewer, epoch_us(reviewed_at), note, epoch_us(onset_at), recording,
                movement_no, epoch_us(start_at), epoch_us(end_at), flag, of_act, act_no,
                coalesce(act_no IN (FROM taken_back_acts), false),
                edit, parts, epoch_us(from_at), epoch_us(to_at), name, leg, site
            FROM review_entry WHERE subject = ? AND (? IS NULL OR night_date = ?)
            ORDER BY night_date, coalesce(act_no, 0), reviewed_at, rowid
            """,
            [subject, night_date, night_date],
        ).fetchall()
    return tuple(_review(*row) for row in rows)


def about_us(review: Review) -> int | None:
    """The onset of the movement that an edit is about, else the instant that it sets."""
    if review.edit is None:
        return None
    onsets = [part.onset_us for parts in review.edit.movements for part in parts]
    return min(onsets, default=review.edit.from_us)


def _review(*row: Any) -> Review:
    said, (of_act, act_no, is_taken_back, kind, parts, from_us, to_us, name, leg, site) = row[:12], row[12:]
    movements = tuple(tuple(Part(*part) for part in movement) for movement in json.loads(parts or "[]"))
    edit = None if kind is None else Edit(kind, movements, from_us, to_us, name, leg, site)
    return replace(Review(*said), edit=edit, of_act=of_act, act_no=act_no, is_taken_back=is_taken_back)
