"""A person of many nights: jerks that fell with two marked changes, a journal with days left out, nights in doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from analytics.flag import INDEX_CRITERION, Criterion, CriterionState, Flag
from analytics.model import Night
from analytics.said import JournalEntry
from analytics.store import Store, initialise, save, write_journal
from tests.analytics.store.making import EVENING, START_US, attempt, evenings, night, stored

WHO = "mira"
LOST, UNSEEN, DOUBT = 9, 23, 17
CHANGES = {14: "no coffee after noon", 28: "magnesium"}


def day(k: int) -> date:
    return EVENING + timedelta(days=k)


def _night(k: int, recording: str, rng: np.random.Generator) -> Night:
    rate = 4.5 if k < 14 else 2.5 if k < 28 else 0.5
    plain = night(WHO, evenings(k + 1)[k], [recording], n_events=int(rng.poisson(rate)), raised=False)
    score, index = plain.scores[0], float(rng.gamma(6, 0.8))
    events = tuple(replace(one, label="hypnic_jerk", confidence=0.75) for one in score.events)
    n_plms = round(index * 7.5)
    measures = replace(
        score.measures, n_plms=n_plms, plms_index=n_plms / 7.5, plms_index_low=index * 0.6, plms_index_high=index * 1.5
    )
    seen: CriterionState = "not measurable" if k == UNSEEN else "met"
    onset = Criterion("sleep onset known", seen, 12.0, None, "standard deviation in minutes")
    jerks = Flag("frequent_hypnic_jerks", raised=False, criteria=(onset,), reason="few")
    kicks = next(flag for flag in score.flags if flag.name == "possible_plmd")
    if k == DOUBT:
        unsure = Criterion(INDEX_CRITERION, "not measurable", index, 15.0, "hours in doubt")
        kicks = replace(kicks, criteria=(unsure,), reason="hours in doubt")
    scored = replace(score, events=events, measures=measures, flags=(jerks, kicks))
    return replace(plain, n_hypnic_jerks=len(events), scores=(scored, *plain.scores[1:]))


def fill(database: Path, n: int = 42) -> Store:
    """A new database with so many nights."""
    store, rng = Store(database), np.random.default_rng(21)
    initialise(store)
    new = replace(stored(WHO, subject=WHO), night_dates=evenings(n), last_us=START_US + n * 86_400_000_000)
    nights = [_night(k, new.sha256, rng) for k in range(n)]
    if n > LOST:
        nights[LOST] = replace(nights[LOST], assessable=False, not_assessable_reason="Only 3.1 h recorded.")
    save(store, new, nights, attempt(WHO))
    noted = [k for k in range(n) if k % 6 != 5]
    write_journal(
        store,
        [
            *(JournalEntry(WHO, day(k), "last_caffeine_at", text="16:30" if k < 14 else "10:00") for k in noted),
            *(JournalEntry(WHO, day(k), "magnesium_mg", 300.0 if k >= 28 else 0.0) for k in noted),
            *(JournalEntry(WHO, day(k), "stress", float(k % 9)) for k in noted),
            *(JournalEntry(WHO, day(k), "change", text=words) for k, words in CHANGES.items() if k < n),
        ],
    )
    return store
