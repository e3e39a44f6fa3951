"""What nights come to with their reviews: scored under every rule set when a review or an analysis comes in, and kept.

A night is scored by the thresholds and rules it was analysed with, which the store keeps by their hash. Where those are
of another nightkick, the reason stands in the place of the numbers until the night is analysed again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

import duckdb
import polars as pl
from pydantic import ValidationError

from analytics.criteria import Criteria
from analytics.flag import Flag
from analytics.model import Event, Movement, Night
from analytics.nights.edits.applying import Edited
from analytics.nights.edits.judging import flags_again
from analytics.nights.edits.kinds import BY_HAND
from analytics.nights.review_effect import Reviewed, Standing, rescored, standing, what_is_left
from analytics.said import Review
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from analytics.signal.wear import total_h
from analytics.store.database.connection import Store, first_row
from analytics.store.database.tables import UTC_US, Columns, frame_of, insert, plain
from analytics.store.edits.entries import about_us
from analytics.store.read import NightKey, default_ruleset
from analytics.store.rows import EVENT, MEASURES
from analytics.store.statements.without_frames import REVIEWED_TABLES

_KEY: Columns = {"subject": pl.String, "night_date": pl.Date}
_OF_NIGHT: Columns = {
    **_KEY,
    **dict.fromkeys(("n_reviews", "n_edits", "n_unfit", "n_dismissed"), pl.Int32),
    "is_changed": pl.Boolean,
    "why_not": pl.String,
    **dict.fromkeys(("excluded_h", "tst_h", "waso_min", "sleep_efficiency"), pl.Float64),
    **dict.fromkeys(("in_bed_at", "sleep_onset_at", "wake_at"), UTC_US),
}
_UNFIT: Columns = {**_KEY, "act_no": pl.Int32, "edit": pl.String, "from_at": UTC_US, "why": pl.String}
#: What `_seen` says of an event.
_SEEN: Columns = {
    **dict.fromkeys(("site", "recording", "origin"), pl.String),
    **dict.fromkeys(("peak_g", "posture_change_deg"), pl.Float64),
}
_EVENT: Columns = {
    **_KEY,
    "ruleset": pl.String,
    **{name: dtype for name, (dtype, _) in EVENT.items()},
    "parts": pl.List(pl.Int32),
    **_SEEN,
}
_FLAG: Columns = {
    **_KEY,
    **dict.fromkeys(("ruleset", "name", "state", "criteria", "reason"), pl.String),
    "raised": pl.Boolean,
}
OTHER_RULES = "analysed with thresholds or rules of another nightkick; analyse it again with: nightkick reanalyse"


def score_again(
    con: duckdb.DuckDBPyConnection,
    store: Store,
    key: NightKey,
    reviews: Sequence[Review],
    night_of: Callable[[NightKey], Night | None],
    left: Edited | None = None,
) -> None:
    """Replace what is kept of a night with its reviews.

    Parameters
    ----------
    con : DuckDBPyConnection
        Inside a transaction, whose connection all reads of this thread share.
    reviews : sequence of Review
        All of the night, in the order in which they count.
    night_of : callable
        Reads the night with all of its scores. It is not asked where no review is about a part of the night.
    left : Edited or None
        What these reviews leave of it, where that is known.
    """
    for table in REVIEWED_TABLES:
        con.execute(f"DELETE FROM {table} WHERE subject = ? AND night_date = ?", list(key))
    if not reviews or first_row(con, "SELECT 1 FROM night WHERE subject = ? AND night_date = ?", list(key)) is None:
        return
    night = night_of(key) if any(review.is_of_part for review in reviews) else None
    if night is None:
        _keep_night(con, key, None, reviews, standing(reviews, (), ()), {}, None)
        return
    holds = standing_under(night, reviews, default_ruleset(store))
    rules = rules_of(con, night) if holds.changes_numbers else None
    found: Mapping[str, Reviewed] = {}
    if rules is not None:
        found = rescored(night, holds, left or what_is_left(night, holds), rules[1], rules[0])
    why_not = OTHER_RULES if holds.changes_numbers and rules is None else None
    _keep_night(con, key, night, reviews, holds, found, why_not)
    if rules is not None:
        _keep_scores(con, night, found)
        flags = flags_again(night, found, rules[0])
        insert(con, "reviewed_flag", frame_of([_flag(night, n, f) for n in flags for f in flags[n]], _FLAG))


def standing_under(night: Night, reviews: Sequence[Review], ruleset: str) -> Standing:
    """What holds of the reviews of a night, about its events under one rule set."""
    events = next((score.events for score in night.scores if score.ruleset == ruleset), ())
    return standing(reviews, events, night.movements)


def rules_of(con: duckdb.DuckDBPyConnection, night: Night) -> tuple[Criteria, tuple[Ruleset, ...]] | None:
    """The thresholds and rules a night was analysed with; None where this nightkick has others by these names."""
    kept = first_row(con, "SELECT criteria FROM criteria_used WHERE criteria_hash = ?", [night.criteria_hash])
    rulesets = []
    try:
        criteria = None if kept is None else Criteria.model_validate_json(kept[0])
        for score in night.scores:
            row = first_row(con, "SELECT rules FROM ruleset_used WHERE ruleset_hash = ?", [score.ruleset_hash])
            if row is None:
                return None
            rules = Ruleset.model_validate(dict(json.loads(row[0]), name=score.ruleset))
            if ruleset_hash(rules) != score.ruleset_hash:
                return None
            rulesets.append(rules)
    except ValidationError:
        return None
    if criteria is None or criteria.hash() != night.criteria_hash or not rulesets:
        return None
    return criteria, tuple(rulesets)


def _keep_night(
    con: duckdb.DuckDBPyConnection,
    key: NightKey,
    night: Night | None,
    reviews: Sequence[Review],
    holds: Standing,
    found: Mapping[str, Reviewed],
    why_not: str | None,
) -> None:
    left = next((one.left for one in found.values()), None)
    unfit = [(holds.edits[place], why) for place, why in (left.unfit if left else ())]
    sleep = None if left is None else left.sleep
    known_h = 0.0 if sleep is None else sleep.hours("sleep") + sleep.hours("wake")
    known = sleep is not None and night is not None and night.tst_h is not None
    waso_us = 0
    if sleep is not None and sleep.onset_us is not None and sleep.wake_us is not None:
        inside = ((max(b.start_us, sleep.onset_us), min(b.end_us, sleep.wake_us), b.state) for b in sleep.bouts)
        waso_us = sum(max(0, end - start) for start, end, state in inside if state == "wake")
    row = (
        *key, len(reviews), len(holds.edits), len(unfit) + holds.unmatched, len(holds.dismissed),
        holds.changes_numbers, why_not, total_h(holds.excluded_us),
        sleep.hours("sleep") if known and sleep else None, waso_us / 6e7 if known else None,
        sleep.hours("sleep") / known_h if known and sleep and known_h > 0 else None,
        *((sleep.in_bed_us, sleep.onset_us, sleep.wake_us) if sleep else (None, None, None)),
    )  # fmt: skip
    insert(con, "reviewed_night", frame_of([row], _OF_NIGHT))
    rows = [(*key, r.act_no, r.edit.kind, about_us(r), why) for r, why in unfit if r.edit is not None]
    insert(con, "reviewed_unfit", frame_of(rows, _UNFIT))


def _keep_scores(con: duckdb.DuckDBPyConnection, night: Night, found: Mapping[str, Reviewed]) -> None:
    key = (night.subject, night.night_date)
    scores = [(*key, name, *(getattr(one.measures, m) for m in MEASURES)) for name, one in found.items()]
    insert(con, "reviewed_score", frame_of(scores, {**_KEY, "ruleset": pl.String, **MEASURES}))
    detected = {m.number: m for m in night.movements}
    frames = [_event_frame(night, name, one, detected) for name, one in found.items()]
    insert(con, "reviewed_event", pl.concat(frames))


def _event_frame(night: Night, ruleset: str, one: Reviewed, detected: Mapping[int, Movement]) -> pl.DataFrame:
    """Events column by column: by rows it takes twice as long. Every text was read from the store, or is our own."""
    left = {m.number: m for m in one.left.movements}
    seen = [_seen(event, left, one.left.names, detected) for event in one.events]
    columns: dict[str, Sequence[object] | pl.Series] = {
        **dict(zip(_KEY, ([night.subject] * len(seen), [night.night_date] * len(seen)), strict=True)),
        "ruleset": [ruleset] * len(seen),
        **{name: [getattr(event, field) for event in one.events] for name, (_, field) in EVENT.items()},
        "parts": _parts([event.parts for event in one.events]),
        **{name: [values[place] for values in seen] for place, name in enumerate(_SEEN)},
    }
    return pl.DataFrame(columns, schema=dict(_EVENT)).with_columns(pl.selectors.float().fill_nan(None))


def _parts(numbers: Sequence[tuple[int, ...]]) -> pl.Series:
    """Numbers of the parts of each event, of which none is without; polars takes ten times as long over lists."""
    flat = {
        "event": [place for place, parts in enumerate(numbers) for _ in parts],
        "parts": [number for parts in numbers for number in parts],
    }
    frame = pl.DataFrame(flat, schema=dict.fromkeys(flat, pl.Int32))
    return frame.group_by("event", maintain_order=True).agg("parts")["parts"]


def _seen(
    event: Event, left: Mapping[int, Movement], names: Mapping[int, str], detected: Mapping[int, Movement]
) -> tuple[object, ...]:
    """Where the sensor was that saw an event best, which one, where the event comes from, and its size."""
    lead = left[event.lead]
    if lead.recording == BY_HAND:
        origin = "added"
    else:
        as_was = all(detected.get(n) == left[n] and n not in names for n in event.parts)
        origin = "detected" if as_was else "edited"
    return lead.site, lead.recording or None, origin, lead.peak_g, lead.posture_change_deg


def _flag(night: Night, ruleset: str, flag: Flag) -> tuple[object, ...]:
    criteria = json.dumps([plain(asdict(criterion)) for criterion in flag.criteria], ensure_ascii=False)
    return night.subject, night.night_date, ruleset, flag.name, flag.state, criteria, flag.reason, flag.raised
