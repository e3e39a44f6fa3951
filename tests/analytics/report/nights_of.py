"""Months and a year of nights, as rows of a database: every kind of night, doubt, reviews and a journal among them."""

from __future__ import annotations

from pathlib import Path

from analytics.person import person_of
from analytics.said import JournalEntry
from analytics.store import Store, describe, write_journal
from tests.analytics.over_nights.people import ANSWERED, OPEN, Made
from tests.analytics.over_nights.storing import FIRST, store_people
from tests.analytics.store.making import execute

WHO = "Mira Lindqvist"
#: Weeks in which everything occurs that fills a line.
_LETTERS = "qj2Jdkp?xqrq2j"


def months(path: Path, n: int, *, who: str = WHO, born: str | None = "1987-06-04", full: bool = True) -> Store:
    """A database with ``n`` nights of one person from `FIRST` on.

    Parameters
    ----------
    full : bool
        With a journal, and with all that a night can be told of; False: as little as there may be.
    """
    letters = (_LETTERS * (n // len(_LETTERS) + 1))[:n]
    journal = {**ANSWERED, "urge_to_move": "4035060", "leg_pain": "0020305"} if full else {}
    store = store_people(path, {who: Made(OPEN, letters, journal, legs="left")})
    if full:
        execute(
            store,
            "UPDATE score SET plms_index_low = plms_index * 0.6 + day(night_date) % 3,"
            " plms_index = plms_index + day(night_date) % 5, plms_index_high = plms_index * 1.4 + 6",
            [],
        )
        execute(
            store,
            "UPDATE night SET in_bed_at = recorded_from, sleep_onset_at = recorded_from + INTERVAL 25 MINUTE,"
            " tst_h = 6 + day(night_date) % 7 / 5, not_assessable_reason = CASE WHEN NOT assessable THEN"
            " 'Only 3.1 h were recorded and worn; at least 4 h are needed.' END",
            [],
        )
        changes = ((3, "no coffee after noon"), (min(n - 1, 17), "magnesium"))
        write_journal(
            store,
            [JournalEntry(who, FIRST.fromordinal(FIRST.toordinal() + k), "change", None, what) for k, what in changes],
        )
    if born is not None:
        describe(store, who, person_of(born=born))
    return store
