"""``nightkick triggers`` with changes that the journal marks."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.said import JournalEntry
from analytics.store import Store, write_journal
from tests.analytics.store.making import EVENING
from tests.analytics.store.over_nights.jerky import SUBJECT, fill
from tests.flows.conftest import Run

DB = "nights.duckdb"
FIRST, SECOND = EVENING + timedelta(days=15), EVENING + timedelta(days=33)


@pytest.fixture(autouse=True)
def _stored() -> None:
    store = Store(Path(DB))
    fill(store)
    marked = ((FIRST, "no coffee after noon"), (SECOND, "magnesium"))
    write_journal(store, [JournalEntry(SUBJECT, day, "change", text=words) for day, words in marked])


def test_every_marked_change_is_a_row_of_its_own(run: Run) -> None:
    (person,) = json.loads(run("triggers", "--outcome", "hypnic_jerks", "--json", "--db", DB).out)["people"]
    assert [change["words"] for change in person["changes"]] == ["no coffee after noon", "magnesium"]
    first, second = person["changes"]
    (jerks,) = first["before_after"]
    assert (jerks["n_before"], jerks["n_after"], first["n_left_out_after"]) == (13, 18, 3)
    assert jerks["low"] < 1 < jerks["high"]
    (few,) = second["before_after"]
    assert (few["n_before"], few["n_after"], few["ratio"]) == (18, 3, None)
    assert (second["n_left_out_before"], second["n_left_out_after"]) == (13, 0)


def test_people_read_each_change_under_its_name(run: Run) -> None:
    out = run("triggers", "--outcome", "hypnic_jerks", "--db", DB).out
    assert f"  before/after: no coffee after noon, from {FIRST} on\n    Jerks: about " in out
    assert f"Left out: 3 nights from a later one on ({SECOND})." in out
    assert f"    Jerks: too few nights (18 nights before, 3 from {SECOND} on)." in out


def test_a_date_names_its_mark_and_counts_the_others_in_its_span(run: Run) -> None:
    out = run("triggers", "--before-after", str(FIRST), "--db", DB).out
    assert f"  before/after: no coffee after noon, from {FIRST} on\n" in out
    assert f"1 other change lies within this span (magnesium, from {SECOND}), so it cannot be told which" in out
    document = json.loads(run("triggers", "--before-after", str(FIRST), "--json", "--db", DB).out)
    (person,) = document["people"]
    assert person["marked_as"] == "no coffee after noon"
    assert [other["words"] for other in person["changes_within"]] == ["magnesium"]
