"""A person whose every third day or so has coffee, and three times the jerks in the night after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from analytics.flag import Criterion, CriterionState, Flag
from analytics.model import Night
from analytics.said import JournalEntry
from analytics.store import Store, initialise, save, write_journal
from tests.analytics.store.making import EVENING, START_US, attempt, evenings, night, stored

SUBJECT = "anna"
COFFEE = [k % 3 == 0 or k % 7 == 1 for k in range(36)]
#: 6 and 2, and one more on every fifth night.
JERKS = [(6 if had else 2) + (k % 5 == 0) for k, had in enumerate(COFFEE)]
#: Not assessable; falling asleep not in the recording; a fifth and more of its sleep hidden.
UNTOLD, UNSEEN, HIDDEN = 4, 7, 10


def jerky_night(k: int, recording: str, *, onset_known: CriterionState = "met", **changes: Any) -> Night:
    plain = night(SUBJECT, evenings(36)[k], [recording], n_events=JERKS[k], raised=False, **changes)
    score = plain.scores[0]
    events = tuple(replace(one, label="hypnic_jerk", confidence=0.9) for one in score.events)
    criteria = (Criterion("sleep onset known", onset_known, 12.0, None, "standard deviation in minutes"),)
    flag = Flag("frequent_hypnic_jerks", raised=False, criteria=criteria, reason="few")
    return replace(plain, scores=(replace(score, events=events, flags=(flag,)), *plain.scores[1:]))


def fill(store: Store) -> None:
    """Nights, journal, and three nights that cannot be told, in three ways."""
    initialise(store)
    new = replace(stored(SUBJECT, subject=SUBJECT), night_dates=evenings(36), last_us=START_US + 36 * 86_400_000_000)
    nights = [jerky_night(k, new.sha256) for k in range(36)]
    nights[UNTOLD] = jerky_night(UNTOLD, new.sha256, assessable=False, not_assessable_reason="Only 0.5 h recorded.")
    nights[UNSEEN] = jerky_night(UNSEEN, new.sha256, onset_known="not measurable")
    nights[HIDDEN] = jerky_night(HIDDEN, new.sha256, hidden_h=2.0)
    save(store, new, nights, attempt(SUBJECT))
    days = [EVENING + timedelta(days=k) for k in range(36)]
    coffee = [JournalEntry(SUBJECT, day, "late_coffee", float(had)) for day, had in zip(days, COFFEE, strict=True)]
    tea = [JournalEntry(SUBJECT, day, "tea", 1.0) for day in days]
    felt = [JournalEntry(SUBJECT, day, "jerks_felt", 2.0) for day in days[:6]]
    write_journal(store, [*coffee, *tea, *felt])
