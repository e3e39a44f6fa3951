"""Undo restores every state: sessions of edits, verdicts, exclusions and dismissals, taken back and done again."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from analytics.model import Night
from analytics.said import Review
from analytics.store import (
    Acted,
    Store,
    WantedEdit,
    query,
    write_edit,
    write_review,
)
from ingest.errors import UsageError
from tests.analytics.store.edits.back_and_forth import back_and_forth
from tests.analytics.store.making import EVENING

#: Nothing here depends on the version of DuckDB beyond what other tests run on both.
pytestmark = pytest.mark.once

AT_US = 1_800_000_000_000_000
KEY = ("anna", EVENING)
#: What a page, a table or a script sees of a night after review.
SEEN = (
    "SELECT * EXCLUDE (subject) FROM nights_reviewed WHERE subject = ? AND night_date = ?",
    "SELECT * FROM events_reviewed WHERE subject = ? AND night_date = ? ORDER BY movement_no",
    "SELECT flag, review, state_as_reviewed, reason_as_edited FROM night_flags WHERE subject = ? AND night_date = ?"
    " ORDER BY ALL",
    "SELECT review, is_reviewed, flags_as_reviewed, flags_to_review FROM nights WHERE subject = ? AND night_date = ?",
    "SELECT ruleset, n_plms, plms_index FROM reviewed_score WHERE subject = ? AND night_date = ? ORDER BY ALL",
)


def seen(store: Store) -> list[Any]:
    return [query(store, sql, list(KEY)).rows() for sql in SEEN]


def act(store: Store, night: Night, chance: random.Random) -> None:
    """One act of any kind, of a random movement, span or flag; what does not fit is another one."""
    shown = query(store, "SELECT epoch_us(onset_at) AS us FROM events_reviewed WHERE night_date = ?", [EVENING])["us"]
    detected = [e.onset_us for e in night.scores[0].events]
    said = Review(*KEY, "confirm", "dr", AT_US)
    verdict: Any = chance.choice(("confirm", "dismiss", "unsure", "undo"))
    start_us = chance.choice(detected)
    wanted = WantedEdit(*KEY, "delete", "dr", AT_US, (chance.choice(shown.to_list()),))
    kind = chance.choice(("delete", "relabel", "wake", "flag", "night", "movement", "exclude"))
    match kind:
        case "delete":
            write_edit(store, wanted)
        case "relabel":
            name = chance.choice(("posture_change", "hypnic_jerk", "not_a_leg_movement", "wake"))
            write_edit(store, replace(wanted, kind="relabel", name=name))
        case "wake":
            write_edit(store, replace(wanted, kind="wake", onsets_us=(), from_us=start_us))
        case "flag":
            write_review(store, replace(said, verdict=verdict, flag="possible_plmd"))
        case "night":
            write_review(store, replace(said, verdict=verdict))
        case "movement":
            write_review(store, replace(said, verdict=verdict, onset_us=start_us))
        case "exclude":
            write_review(store, replace(said, verdict="exclude", start_us=start_us, end_us=start_us + 600_000_000))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0])
def test_undo_n_times_is_the_state_before_and_redo_the_state_after(kept: Store, night: Night, seed: int) -> None:
    chance, states = random.Random(seed), [seen(kept)]
    while len(states) < 4:
        try:
            act(kept, night, chance)
        except UsageError:
            continue
        states.append(seen(kept))
    assert len({str(state) for state in states}) > 1
    back_and_forth(kept, Acted(*KEY, "dr", AT_US), states, seen)
