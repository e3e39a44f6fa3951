"""The night as edited, for a page: read from what the store keeps of it, in the transaction's wake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from analytics.review.beside import NIGHT, Ask, about, alone, among, of_people
from analytics.review.edits.asked import edit_from, turn_from
from analytics.review.page import Page
from analytics.review.verdicts import COMPARED
from analytics.said import Review
from analytics.store import (
    NightKey,
    about_us,
    free_acts,
    latest_act,
    redo,
    reviews_of,
    snapshot,
    take_back,
    to_redo,
    to_take_back,
    write_edit,
)
from analytics.store.edits.asking import Row, rows_of
from ingest.errors import UsageError

#: Acts in the list of what was done.
MOST_LISTED = 50

#: Of all nights of a person, which are kept, for to ask one takes two thirds as long; of one after an edit.
_NIGHTS = f"""
SELECT subject, night_date, is_changed, why_not, n_edits, n_unfit, n_dismissed, tst_h, {", ".join(COMPARED)},
    epoch_us(in_bed_at) AS in_bed_us, epoch_us(sleep_onset_at) AS sleep_onset_us, epoch_us(wake_at) AS wake_us
FROM nights_reviewed WHERE subject IN ({{PEOPLE}})
"""
_NIGHT = f"{_NIGHTS} AND night_date IN ({{DAYS}})"
_WHICH = "WHERE subject IN ({PEOPLE}) AND night_date IN ({DAYS})"
#: A list of each, whether there are events or none.
_SHOWN = {
    "movement_no": "movement_no",
    "onset_us": "epoch_us(onset_at)",
    "offset_us": "epoch_us(offset_at)",
    **{name: name for name in ("leg", "label", "sleep_state", "p_sleep", "imi_s", "series_no", "is_plm")},
    "peak_mg": "1e3 * peak_g",
    "origin": "origin",
}
_EVENTS = f"""
SELECT subject, night_date, {", ".join(f"{said} AS {name}" for name, said in _SHOWN.items())}
FROM events_reviewed {_WHICH} ORDER BY movement_no
"""
_SCORES = f"""
SELECT subject, night_date, ruleset, n_clm, n_plms, plms_index, n_series FROM reviewed_score {_WHICH} ORDER BY ruleset
"""
_FLAGS = f"SELECT subject, night_date, flag, state, state_as_reviewed, review FROM night_flags {_WHICH} ORDER BY flag"
_UNFIT = f"""
SELECT subject, night_date, act_no, edit, epoch_us(from_at) AS from_us, why FROM edits_unfit {_WHICH} ORDER BY act_no
"""
_BESIDE = (_EVENTS, _SCORES, _FLAGS, _UNFIT)


def edited_payload(page: Page, said: dict[str, Any]) -> dict[str, Any]:
    """Store an edit; the night with it.

    Raises
    ------
    UsageError
        It is not complete, or does not fit the night.
    StoreError
    """
    wanted = edit_from(said, page.reviewer)
    write_edit(page.store, wanted)
    return _now(page, (wanted.subject, wanted.night_date))


def turned_payload(page: Page, said: dict[str, Any], how: str) -> dict[str, Any]:
    """Take the latest act back, or one that no longer fits, or do one again; the night then.

    Parameters
    ----------
    how : str
        undo or redo.

    Raises
    ------
    UsageError
        There is nothing to turn, or another act than the one that was meant.
    StoreError
    """
    acted = turn_from(said, page.reviewer)
    (take_back if how == "undo" else redo)(page.store, acted)
    return _now(page, (acted.subject, acted.night_date))


def as_edited(page: Page, subject: str, night_date: date) -> dict[str, Any]:
    """A night with all of its reviews; ``act`` is the latest act on it, from whichever window.

    Raises
    ------
    UsageError
        There is no such night.
    StoreError
    """
    with snapshot(page.store):
        return edited_with(page, (subject, night_date), reviews_of(page.store, subject, night_date))


def edited_with(page: Page, key: NightKey, reviews: Sequence[Review]) -> dict[str, Any]:
    """As `as_edited`, with the reviews of the night, all of them; to be asked inside a snapshot."""
    subject, night_date = key
    nights = of_people(page, subject, "reviewed", _NIGHTS)
    found = nights.filter(pl.col("night_date") == night_date).to_dicts()
    return _answer(page, key, found, reviews, among(sorted(nights["night_date"].to_list())))


def _now(page: Page, key: NightKey) -> dict[str, Any]:
    """As `as_edited`, after an edit: that ends what was kept of other nights, so this one is asked for alone."""
    with snapshot(page.store):
        found = rows_of(page.store, *about(_NIGHT, key[:1], key[1:]))
        return _answer(page, key, found, reviews_of(page.store, *key), alone)


def _answer(page: Page, key: NightKey, nights: Sequence[Row], reviews: Sequence[Review], ask: Ask) -> dict[str, Any]:
    if not nights:
        raise UsageError(f"no night {key[1]} of {key[0]}", hint="go back to all nights")
    events, scores, flags, unfit = ask(page, key, _BESIDE)
    free = free_acts(page.store, *key) if unfit else frozenset()
    return {
        "act": latest_act(reviews),
        "undo": to_take_back(reviews),
        "redo": to_redo(reviews),
        "night": {name: value for name, value in nights[0].items() if name not in NIGHT},
        "events": {name: [event[name] for event in events] for name in _SHOWN},
        "scores": scores,
        "flags": flags,
        "edits": _made(reviews),
        "unfit": [row | {"is_free": row["act_no"] in free} for row in unfit],
    }


def _made(reviews: Sequence[Review]) -> list[dict[str, Any]]:
    """Acts that are edits, newest first, at most `MOST_LISTED`: of this window, of another, and of days before."""
    acts: dict[int, list[Review]] = {}
    for review in reviews:
        if review.edit is not None and review.act_no is not None:
            acts.setdefault(review.act_no, []).append(review)
    return [_act(act_no, acts[act_no]) for act_no in sorted(acts, reverse=True)[:MOST_LISTED]]


def _act(act_no: int, rows: Sequence[Review]) -> dict[str, Any]:
    about = [us for row in rows if (us := about_us(row)) is not None]
    first = rows[0]
    return {
        "act_no": act_no,
        "at": first.reviewed_at_us / 1000,
        "reviewer": first.reviewer,
        "note": first.note,
        "edit": first.edit.kind if first.edit else None,
        "name": first.edit.name if first.edit else None,
        "n": len(rows),
        "about": min(about) / 1000 if about else None,
        "is_taken_back": first.is_taken_back,
    }
