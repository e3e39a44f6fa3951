"""What is said of a person over nights counts each night as it was reviewed: its index as well as its flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.store import Store, query
from tests.analytics.over_nights.people import OPEN, Made
from tests.analytics.over_nights.storing import store_people
from tests.analytics.store.making import execute

MEAN = "SELECT mean_index, n_raised, n_flagged_as_detected, state FROM patterns WHERE flag = 'possible_plmd'"


@pytest.fixture
def kicking(tmp_path: Path) -> Store:
    """Nights of one person that are all raised for periodic movements."""
    return store_people(tmp_path / "nights.duckdb", {"Mira": Made(OPEN, "k" * 8, {}, legs="left")})


def reviewed_to(store: Store, index: float, state: str) -> None:
    """As if edits had brought every night to this index, and its flag to this state."""
    ruleset = "(SELECT value FROM setting WHERE name = 'default_ruleset')"
    execute(
        store,
        "INSERT INTO reviewed_score BY NAME SELECT subject, night_date, ruleset, ? AS plms_index FROM score"
        f" WHERE ruleset = {ruleset}",
        [index],
    )
    execute(
        store,
        "INSERT INTO reviewed_flag BY NAME SELECT subject, night_date, ruleset, name, criteria, ? = 'raised' AS raised,"
        f" ? AS state, 'as reviewed' AS reason FROM flag WHERE ruleset = {ruleset} AND name = 'possible_plmd'",
        [state, state],
    )


def test_the_index_as_reviewed_counts_beside_the_flag_as_reviewed(kicking: Store) -> None:
    before = query(kicking, MEAN).row(0, named=True)
    assert before["n_raised"] == before["n_flagged_as_detected"] == 8
    reviewed_to(kicking, 2.0, "not_raised")
    after = query(kicking, MEAN).row(0, named=True)
    assert (after["mean_index"], after["n_raised"], after["n_flagged_as_detected"]) == (2.0, 0, 8)
    assert after["state"] == "no_pattern"


def test_an_index_that_reviews_leave_unknown_is_not_taken_as_detected(kicking: Store) -> None:
    reviewed_to(kicking, float("nan"), "cannot_tell")
    execute(kicking, "UPDATE reviewed_score SET plms_index = NULL", [])
    after = query(kicking, MEAN).row(0, named=True)
    assert (after["mean_index"], after["state"]) == (None, "cannot_tell_yet")
