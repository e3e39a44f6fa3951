"""What a reviewer does to a night: edits, and acts taken back and done again. Each act is one transaction.

Decides which movement an edit is about when it is made: the one of the list as edited so far whose onset is nearest.
An edit that does not fit that list is refused; one that stops fitting later is kept and listed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import duckdb

from analytics.model import SAME_MOVEMENT_US, Leg, Movement, Night
from analytics.nights.assessment import LEG_SITES, NEAR_LEG_SITES
from analytics.nights.edits.applying import Edited
from analytics.nights.edits.kinds import OF_SLEEP, Edit, EditKind, Part
from analytics.nights.review_effect import rescored, what_is_left
from analytics.said import Review, Said
from analytics.store.database.connection import Store, reading
from analytics.store.edits.entries import reviews_of
from analytics.store.edits.kept import kept_night, reviewing
from analytics.store.edits.rescoring import OTHER_RULES, rules_of, score_again, standing_under
from analytics.store.read import default_ruleset
from analytics.store.reviews import append, next_act
from analytics.words import VERDICTS
from ingest.errors import UsageError


@dataclass(frozen=True, slots=True)
class WantedEdit:
    """An edit as it was asked for.

    Attributes
    ----------
    onsets_us : tuple of int
        Of the movements that are meant, in the list as edited so far: one, two to join, or any number to relabel or
        delete; none to add one, and for the sleep.
    from_us, to_us, name, leg
        As in `analytics.nights.edits.kinds.Edit`.
    """

    subject: str
    night_date: date
    kind: EditKind
    reviewer: str
    at_us: int
    onsets_us: tuple[int, ...] = ()
    from_us: int | None = None
    to_us: int | None = None
    name: str | None = None
    leg: Leg | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Acted:
    """Who took an act back or did it again, and when; ``act_no``: the one that is meant, None: whichever is next."""

    subject: str
    night_date: date
    reviewer: str
    at_us: int
    act_no: int | None = None


def write_edit(store: Store, wanted: WantedEdit) -> int:
    """Append an edit, and score the night again.

    Returns
    -------
    int
        The number of the act.

    Raises
    ------
    UsageError
        There is no such night or movement, or the edit contradicts the night as it is.
    StoreError
    """
    key = (wanted.subject, wanted.night_date)
    with reviewing(store) as con:
        night = kept_night(store, con, key)
        if night is None:
            raise UsageError(f"no night {key[1]} of {key[0]}", hint="nightkick nights lists them")
        _refuse_outside(night, wanted)
        before = reviews_of(store, *key)
        rows, left = _tried(con, store, night, before, wanted)
        append(con, rows)
        score_again(con, store, key, (*before, *rows), lambda _: night, left)
    return rows[0].act_no or 0


def take_back(store: Store, acted: Acted) -> int:
    """Take back the latest act of a night that stands, whatever it was; returns the number of this act.

    One of `free_acts` can be named and taken back wherever it stands in the order: that changes no number.

    Raises
    ------
    UsageError
        Nothing is left to be taken back, or another act came after the one that was meant.
    StoreError
    """
    return _turn(store, acted, "take_back")


def redo(store: Store, acted: Acted) -> int:
    """Do again what was taken back last, as long as nothing else was done since; returns the number of this act.

    Raises
    ------
    UsageError
        There is nothing to do again, or it is another act than the one that was meant.
    StoreError
    """
    return _turn(store, acted, "redo")


def latest_act(reviews: Sequence[Review]) -> int:
    """The number of the latest act among the reviews of a night; 0 without one."""
    return max((review.act_no or 0 for review in reviews), default=0)


def to_take_back(reviews: Sequence[Review]) -> int | None:
    """Which act would be taken back next."""
    return max((r.act_no for r in reviews if r.act_no and not r.is_taken_back and r.of_act is None), default=None)


def free_acts(store: Store, subject: str, night_date: date) -> frozenset[int]:
    """Acts on a night that stand and of which no edit fits any more, so that nothing done later rests on them."""
    with reading(store) as con:
        rows = con.execute(
            """
            SELECT u.act_no FROM reviewed_unfit u
            WHERE u.subject = ? AND u.night_date = ? AND u.act_no NOT IN (FROM taken_back_acts)
            GROUP BY u.act_no
            HAVING count(*) = (SELECT count(*) FROM review_entry e WHERE e.act_no = u.act_no AND e.of_act IS NULL)
            """,
            [subject, night_date],
        ).fetchall()
    return frozenset(act_no for (act_no,) in rows)


def to_redo(reviews: Sequence[Review]) -> int | None:
    """Which act would be done again next."""
    taken = {r.act_no for r in reviews if r.is_taken_back}
    last = max((r for r in reviews if r.of_act in taken), key=lambda r: r.act_no or 0, default=None)
    since = 0 if last is None else last.act_no or 0
    if last is None or any((r.act_no or 0) > since and r.of_act is None for r in reviews):
        return None
    return last.of_act


def _turn(store: Store, acted: Acted, verdict: Said) -> int:
    key = (acted.subject, acted.night_date)
    with reviewing(store) as con:
        reviews = reviews_of(store, *key)
        meant = to_take_back(reviews) if verdict == "take_back" else to_redo(reviews)
        done = VERDICTS["undo"] if verdict == "take_back" else "done again"
        if meant is None:
            raise UsageError(f"nothing of the night {key[1]} of {key[0]} is left to be {done}")
        is_other = verdict == "take_back" and acted.act_no not in (None, meant)
        if is_other and acted.act_no in free_acts(store, *key):
            meant = acted.act_no
        if acted.act_no not in (None, meant):
            raise UsageError(f"act {acted.act_no} is not the one to be {done}: {meant} is", hint="load the night again")
        act_no = next_act(con)
        rows = [r for r in reviews if r.act_no == meant]
        # One row for each, about the same: it goes where that one goes when a recording turns out to be another's.
        append(con, [_turned(row, acted, verdict, act_no) for row in rows])
        score_again(con, store, key, reviews_of(store, *key), partial(kept_night, store, con))
    return act_no


def _turned(row: Review, acted: Acted, verdict: Said, act_no: int) -> Review:
    return dataclasses.replace(
        row, verdict=verdict, reviewer=acted.reviewer, reviewed_at_us=acted.at_us, note=None, edit=None,
        of_act=row.act_no, act_no=act_no, is_taken_back=False,
    )  # fmt: skip


def _refuse_outside(night: Night, wanted: WantedEdit) -> None:
    """Times outside the recording, and ends before starts: what fits no list at all."""
    instants = [t for t in (wanted.from_us, wanted.to_us) if t is not None]
    if wanted.from_us is not None and wanted.to_us is not None and wanted.to_us <= wanted.from_us:
        raise UsageError("what is set ends before it starts", hint="give an end after the start")
    slack_us = 12 * 3_600_000_000 if wanted.kind == "in_bed" else 0  # one may lie in bed before the sensor starts
    if any(not night.recorded_from_us - slack_us <= t <= night.recorded_to_us for t in instants):
        raise UsageError("that lies outside the recording of this night", hint="choose an instant inside it")
    recorded = {"both": ("left", "right", "both"), "none": ()}.get(night.legs, (night.legs,))
    if wanted.kind == "add" and wanted.leg not in recorded:
        known = ", ".join(recorded) or "no leg"
        raise UsageError(f"the leg {wanted.leg!r} was not recorded in this night", hint=f"recorded: {known}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A movement of the list as edited so far; ``lead`` and ``parts`` are numbers in what is left of the night."""

    movement_no: int
    onset_us: int
    lead: int
    parts: tuple[int, ...]


def _tried(
    con: duckdb.DuckDBPyConnection, store: Store, night: Night, before: Sequence[Review], wanted: WantedEdit
) -> tuple[tuple[Review, ...], Edited]:
    """The rows of an edit, after it was tried on the night as edited so far; and what it leaves of the night."""
    ruleset = default_ruleset(store)
    holds = standing_under(night, before, ruleset)
    rules = rules_of(con, night)
    if rules is None or (default := next((r for r in rules[1] if r.name == ruleset), None)) is None:
        raise UsageError(f"this night was {OTHER_RULES.partition(';')[0]}", hint="nightkick reanalyse")
    left = what_is_left(night, holds)
    shown = _kept(con, night, len(before), ruleset) if holds.changes_numbers else _of_score(night, ruleset)
    if shown is None:
        judged = rescored(night, holds, left, [default], rules[0])[ruleset].events
        shown = [_Shown(e.movement_no, e.onset_us, e.lead, e.parts) for e in judged]
    act_no = next_act(con)
    rows = tuple(dataclasses.replace(row, act_no=act_no) for row in _rows(night, wanted, shown, left))
    tried = what_is_left(night, dataclasses.replace(holds, edits=(*holds.edits, *rows)))
    if refused := [why for place, why in tried.unfit if place >= len(holds.edits)]:
        raise UsageError(f"{wanted.kind} does not fit this night: {refused[0]}")
    return rows, tried


def _of_score(night: Night, ruleset: str) -> list[_Shown]:
    """The movements as detected: what a night without changes shows."""
    events = next((score.events for score in night.scores if score.ruleset == ruleset), ())
    return [_Shown(e.movement_no, e.onset_us, e.lead, e.parts) for e in events]


def _kept(con: duckdb.DuckDBPyConnection, night: Night, n_reviews: int, ruleset: str) -> list[_Shown] | None:
    """The movements as they were judged after the last review; None where that is not known."""
    key = [night.subject, night.night_date]
    judged = con.execute(
        "SELECT 1 FROM reviewed_night WHERE subject = ? AND night_date = ? AND n_reviews = ? AND why_not IS NULL",
        [*key, n_reviews],
    ).fetchall()
    rows = con.execute(
        "SELECT movement_no, epoch_us(onset_at), lead, parts FROM reviewed_event"
        " WHERE subject = ? AND night_date = ? AND ruleset = ? ORDER BY movement_no",
        [*key, ruleset],
    ).fetchall()
    # Those kept by version 23 of the schema have no parts.
    if not judged or any(parts is None for *_, parts in rows):
        return None
    return [_Shown(number, onset_us, lead, tuple(parts)) for number, onset_us, lead, parts in rows]


def _rows(night: Night, wanted: WantedEdit, events: Sequence[_Shown], left: Edited) -> list[Review]:
    said = Review(night.subject, night.night_date, "edit", wanted.reviewer, wanted.at_us, note=wanted.note)
    how = {"from_us": wanted.from_us, "to_us": wanted.to_us, "name": wanted.name}
    if wanted.kind in OF_SLEEP or wanted.kind == "add":
        site = next((s for s in night.site.split("+") if s in LEG_SITES | NEAR_LEG_SITES), "unknown")
        about = {"leg": wanted.leg, "site": site} if wanted.kind == "add" else {}
        return [dataclasses.replace(said, edit=Edit(wanted.kind, **how, **about))]  # type: ignore[arg-type]
    by_number = {m.number: m for m in left.movements}
    meant = [_nearest(events, onset_us, night) for onset_us in wanted.onsets_us]
    groups = [meant] if wanted.kind == "join" else [[event] for event in meant]
    rows = []
    for group in groups:
        lead = by_number[group[0].lead].recording or None
        parts = tuple(_parts(event, by_number) for event in group)
        edit = Edit(wanted.kind, parts, **how)  # type: ignore[arg-type]
        # By onset and recording a row follows the recording; what a reviewer added follows the night.
        rows.append(dataclasses.replace(said, edit=edit, onset_us=group[0].onset_us if lead else None, recording=lead))
    return rows


def _nearest(events: Sequence[_Shown], onset_us: int, night: Night) -> _Shown:
    near = [event for event in events if abs(event.onset_us - onset_us) <= SAME_MOVEMENT_US]
    if not near:
        raise UsageError(
            f"the night {night.night_date} of {night.subject} has no movement with that onset", hint="load it again"
        )
    return min(near, key=lambda event: (abs(event.onset_us - onset_us), event.movement_no))


def _parts(event: _Shown, by_number: dict[int, Movement]) -> tuple[Part, ...]:
    found = (by_number[number] for number in event.parts)
    return tuple(Part(m.recording, m.onset_us, m.offset_us) for m in found)
