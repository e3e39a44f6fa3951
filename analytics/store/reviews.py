"""Reviews in and out. They are only ever added; analyses and imports never touch them.

Decides which flags a verdict on a whole night is about: those raised when it is written, which are kept with it. How a
flag stands after review, the view ``night_flags`` decides alone. Decides too which movement a review is about when it
is written: the number that a page shows may be that of an older analysis, so the onset finds the event, and number,
exact onset and recording are kept with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import get_args

import duckdb
import polars as pl

from analytics.flag import FlagName, FlagReview, stored_flag
from analytics.model import SAME_MOVEMENT_US
from analytics.said import Review, Verdict
from analytics.store.database.connection import Store, first_row, reading
from analytics.store.database.tables import UTC_US, Columns, frame_of, insert
from analytics.store.edits.again import reviewed_again
from analytics.store.edits.kept import kept_night, reviewing
from ingest.errors import UsageError

LONGEST_NOTE = 20_000

COLUMNS: Columns = {
    "subject": pl.String,
    "night_date": pl.Date,
    "movement_no": pl.Int32,
    "onset_at": UTC_US,
    "recording": pl.String,
    "start_at": UTC_US,
    "end_at": UTC_US,
    "verdict": pl.String,
    "note": pl.String,
    "reviewer": pl.String,
    "reviewed_at": UTC_US,
    "flag": pl.String,
    "flags_then": pl.String,
    "act_no": pl.Int32,
    "of_act": pl.Int32,
    "edit": pl.String,
    "parts": pl.String,
    "from_at": UTC_US,
    "to_at": UTC_US,
    "name": pl.String,
    "leg": pl.String,
    "site": pl.String,
}


def write_review(store: Store, review: Review) -> Review:
    """Append one review: an act of its own. See `write_reviews`."""
    return write_reviews(store, [review])[0]


def write_reviews(store: Store, reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Append reviews of one night that were made at once: all of them, or none.

    Returns
    -------
    tuple of Review
        As they were stored: about a movement, with the onset, recording and number of the event under the default rule
        set whose onset is nearest, within `SAME_MOVEMENT_US`, or whose number was given without an onset.

    Raises
    ------
    UsageError
        It contradicts itself, or there is no such night, raised flag or movement.
    StoreError
    """
    for review in reviews:
        _refuse_contradictions(review)
    with reviewing(store) as con:
        act_no = next_act(con)
        known = tuple(replace(_known(con, review), act_no=act_no) for review in reviews)
        append(con, known)
        keys = {(review.subject, review.night_date) for review in known}
        reviewed_again(con, store, keys, partial(kept_night, store, con))
    return known


def _known(con: duckdb.DuckDBPyConnection, review: Review) -> Review:
    """A review with what it is about, as it is stored now."""
    if not _exists(con, review):
        raise UsageError(f"no night {review.night_date} of {review.subject}", hint="nightkick nights lists them")
    if review.flag is not None and review.flag not in _raised(con, review) and review.verdict not in ("undo", "note"):
        raise UsageError(
            f"the night {review.night_date} of {review.subject} has no raised flag {review.flag}",
            hint="load it again",
        )
    return _about_movement(con, review) if _is_about_movement(review) else review


def next_act(con: duckdb.DuckDBPyConnection) -> int:
    """The number of an act that begins now, inside its transaction."""
    row = first_row(con, "SELECT coalesce(max(act_no), 0) + 1 FROM review_entry")
    return int(row[0]) if row else 1


def append(con: duckdb.DuckDBPyConnection, reviews: Sequence[Review]) -> None:
    """Append rows as they are, inside a transaction."""
    rows = [_row(con, review) for review in reviews]
    insert(con, "review_entry", frame_of(rows, COLUMNS))


def _row(con: duckdb.DuckDBPyConnection, review: Review) -> tuple[object, ...]:
    edit = review.edit
    flags_then = "+".join(_raised(con, review)) if review.is_of_night and review.verdict != "note" else None
    movements = edit.movements if edit else ()
    parts = [[[p.recording, p.onset_us, p.offset_us] for p in movement] for movement in movements]
    return (
        review.subject, review.night_date, review.movement_no, review.onset_us, review.recording, review.start_us,
        review.end_us, review.verdict, review.note, review.reviewer, review.reviewed_at_us, review.flag, flags_then,
        review.act_no, review.of_act, *((edit.kind, json.dumps(parts), edit.from_us, edit.to_us, edit.name, edit.leg,
        edit.site) if edit else (None,) * 7),
    )  # fmt: skip


def flag_reviews(store: Store, subject: str) -> Mapping[date, Mapping[FlagName, FlagReview]]:
    """How every flag of a person's nights stands after review, by night and flag, under the default rule set."""
    with reading(store) as con:
        rows = con.execute(
            "SELECT night_date, flag, review, state_as_reviewed, state_as_edited, criteria_as_edited, reason_as_edited"
            " FROM night_flags WHERE subject = ?",
            [subject],
        ).fetchall()
    found: dict[date, dict[FlagName, FlagReview]] = {}
    for night_date, flag, verdict, state, edited, criteria, reason in rows:
        again = None if edited is None else stored_flag(flag, criteria, reason, raised=edited == "raised")
        found.setdefault(night_date, {})[flag] = FlagReview(verdict, state, again)
    return found


def _raised(con: duckdb.DuckDBPyConnection, review: Review) -> list[str]:
    """Flags of the night that are raised now, sorted."""
    statement = "SELECT flag FROM night_flags WHERE subject = ? AND night_date = ? AND state = 'raised' ORDER BY flag"
    return [flag for (flag,) in con.execute(statement, [review.subject, review.night_date]).fetchall()]


def _is_about_movement(review: Review) -> bool:
    return review.onset_us is not None or review.movement_no is not None


def _refuse_contradictions(review: Review) -> None:
    about_span = review.start_us is not None or review.end_us is not None
    if review.verdict not in get_args(Verdict):
        raise UsageError(f"no verdict {review.verdict!r}", hint=f"one of {', '.join(get_args(Verdict))}")
    if not review.reviewer.strip():
        raise UsageError("a review needs the name of the reviewer")
    if review.note is not None and len(review.note) > LONGEST_NOTE:
        raise UsageError(f"the note has {len(review.note)} characters, at most {LONGEST_NOTE} are kept")
    if review.verdict == "note" and not (review.note or "").strip():
        raise UsageError("a note without words")
    if review.flag is not None and review.flag not in get_args(FlagName):
        raise UsageError(f"no flag {review.flag!r}", hint=f"one of {', '.join(get_args(FlagName))}")
    if review.flag is not None and (about_span or _is_about_movement(review)):
        raise UsageError("a review is about a flag, a movement or a span, not two of them")
    if about_span and _is_about_movement(review):
        raise UsageError("a review is about a movement or about a span, not both")
    if about_span and (review.start_us is None or review.end_us is None or review.end_us <= review.start_us):
        raise UsageError("a span to exclude ends after it starts")
    if about_span and review.verdict not in ("exclude", "undo", "note"):
        raise UsageError(f"a span cannot be judged with {review.verdict!r}", hint="exclude, undo or note")
    if review.verdict == "exclude" and not about_span:
        raise UsageError("what is to be excluded is a span with a start and an end")


def _exists(con: duckdb.DuckDBPyConnection, review: Review) -> bool:
    """Whether there is such a night, and the span touches it."""
    statement = """
        SELECT 1 FROM night WHERE subject = ? AND night_date = ?
            AND (? IS NULL OR (epoch_us(recorded_from) < ? AND epoch_us(recorded_to) > ?))
    """
    key = [review.subject, review.night_date]
    return first_row(con, statement, [*key, review.start_us, review.end_us, review.start_us]) is not None


def _about_movement(con: duckdb.DuckDBPyConnection, review: Review) -> Review:
    """The same review with onset, recording and number of the event as it is stored now."""
    by_number = review.onset_us is None
    onset = "epoch_us(coalesce(e.onset_at, m.onset_at))"
    near = "e.movement_no = $number" if by_number else f"abs({onset} - $onset) <= $reach"
    order = "" if by_number else f"ORDER BY abs({onset} - $onset), e.movement_no LIMIT 1"
    given = {"number": review.movement_no} if by_number else {"onset": review.onset_us, "reach": SAME_MOVEMENT_US}
    statement = f"""
        SELECT e.movement_no, {onset}, m.recording
        FROM event_row e JOIN movement m
            ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead
        WHERE e.subject = $subject AND e.night_date = $night AND {near}
            AND e.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
        {order}
    """
    found = first_row(con, statement, {"subject": review.subject, "night": review.night_date, **given})
    if found is None:
        raise UsageError(
            f"the night {review.night_date} of {review.subject} has no such movement", hint="load it again"
        )
    number, onset_us, recording = found
    return replace(review, movement_no=number, onset_us=onset_us, recording=recording)
