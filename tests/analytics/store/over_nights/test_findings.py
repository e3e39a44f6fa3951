"""Findings as they are gathered from the store: everybody's own nights and journal, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics.said import JournalEntry
from analytics.store import Store, initialise, save, write_journal
from analytics.store.over_nights.findings import findings
from tests.analytics.store.making import EVENING, START_US, attempt, evenings, night, stored

#: Whose flag was raised on which evening.
RAISED = {"anna": (True, True, False), "Bo": (False,), "cy": (True, False, False, False, True)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "nights.duckdb")
    initialise(made)
    for subject, raised in RAISED.items():
        new = replace(stored(subject, subject=subject), night_dates=evenings(len(raised)))
        new = replace(new, last_us=START_US + len(raised) * 86_400_000_000)
        days = zip(evenings(len(raised)), raised, strict=True)
        save(made, new, [night(subject, day, [new.sha256], raised=flag) for day, flag in days], attempt(subject))
    pains = (("anna", 0, 3.0), ("cy", 0, 0.0), ("anna", 1, 4.0), ("no nights", 0, 9.0))
    write_journal(made, [JournalEntry(who, EVENING + timedelta(days=k), "leg_pain", pain) for who, k, pain in pains])
    return made


def test_everybody_has_their_own_nights_and_journal(store: Store) -> None:
    found = findings(store)
    assert {person["subject"]: person["n_nights"] for person in found} == {"Bo": 1, "anna": 3, "cy": 5}
    assert [person["flags"]["possible_plmd"]["n_flagged"] for person in found] == [0, 2, 2]
    pains = [sign["says"] for person in found for sign in person["signs"] if sign["name"] == "pain in the legs"]
    assert pains == [
        "no sensor can tell; note it in the journal as leg_pain",
        "written down on 2 of 2 days",
        "written down on 0 of 1 day",
    ]


@pytest.mark.parametrize("since", [None, EVENING + timedelta(days=1)])
def test_a_person_asked_for_alone_is_told_the_same_as_among_others(store: Store, since: date | None) -> None:
    among_others = findings(store, since=since)
    assert len(among_others) == (3 if since is None else 2)
    assert among_others == [findings(store, subject=person["subject"], since=since)[0] for person in among_others]
