"""What is said of people is kept with them, and an age asks for that person's nights again, and for no other's."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.criteria import Criteria
from analytics.person import Person
from analytics.store import (
    Store,
    describe,
    known_subjects,
    outdated,
    people_of,
    query,
    remember_rules,
    settle_people,
    wanted_of,
)
from tests.analytics.store.making import EVENING, bring_in, execute, stored

CRITERIA = Criteria()
OF_SETTINGS = Person(born="2012-05-17", medication=("ssri", "iron"), said_by="settings")


@pytest.fixture
def two_people(filled: Store) -> Store:
    """Both were analysed by the thresholds of adults."""
    bring_in(filled, stored("bert/left", subject="bert"), "bert/left")
    execute(filled, "UPDATE night SET criteria_hash = ?", [CRITERIA.hash()])
    return filled


def due(store: Store, settled: dict[str, Person] | None = None) -> dict[tuple[str, date], tuple[str, ...]]:
    version = query(store, "SELECT any_value(version) FROM night").item()
    return dict(outdated(store, wanted_of(CRITERIA, [], version, settled)).reasons)


def test_what_is_said_of_a_person_is_kept_shown_and_replaced(store: Store) -> None:
    describe(store, "anna", Person(born="1980", sex="female"))
    describe(store, "anna", OF_SETTINGS)
    assert people_of(store) == {"anna": OF_SETTINGS}
    (row,) = query(store, "FROM people").to_dicts()
    assert (row["born"], row["medication"], row["said_by"]) == ("2012-05-17", ["ssri", "iron"], "settings")
    assert known_subjects(store) == ("anna",)


def test_the_settings_replace_what_they_said_and_leave_what_a_command_said(store: Store) -> None:
    bert = Person(age_group="adult")
    describe(store, "bert", bert)
    settle_people(store, {"anna": OF_SETTINGS})
    assert people_of(store) == {"anna": OF_SETTINGS, "bert": bert}
    before = query(store, "SELECT value FROM setting WHERE name = 'change'").item()
    settle_people(store, {"anna": OF_SETTINGS})
    assert query(store, "SELECT value FROM setting WHERE name = 'change'").item() == before, "nothing was written"
    settle_people(store, {})
    assert people_of(store) == {"bert": bert}


def test_only_nights_of_the_person_whose_age_was_said_are_to_be_analysed_again(two_people: Store) -> None:
    assert due(two_people) == {}
    describe(two_people, "bert", Person(born="2012"))
    assert due(two_people) == {("bert", EVENING): ("other thresholds",)}
    describe(two_people, "bert", Person(age_group="adult", sex="male", medication=("ssri",)))
    assert due(two_people) == {}, "what changes no threshold asks for no night"


def test_what_the_settings_say_counts_before_it_is_kept(two_people: Store) -> None:
    assert due(two_people, {"bert": OF_SETTINGS}) == {("bert", EVENING): ("other thresholds",)}
    settle_people(two_people, {"bert": OF_SETTINGS})
    assert due(two_people, {}) == {}, "the settings no longer say it"


def test_a_child_and_an_adult_judged_each_by_their_own_threshold_are_no_mixture(two_people: Store) -> None:
    describe(two_people, "bert", Person(born="2012"))
    child = CRITERIA.of_age("child").hash()
    execute(two_people, "UPDATE night SET criteria_hash = ? WHERE subject = 'bert'", [child])
    assert due(two_people) == {}
    version = wanted_of(CRITERIA, [], "another")
    assert not outdated(two_people, version).is_mixed, "all are of one other version"


def test_the_thresholds_of_both_age_groups_can_be_looked_up(two_people: Store) -> None:
    remember_rules(two_people, CRITERIA, [])
    execute(two_people, "UPDATE night SET criteria_hash = ? WHERE subject = 'bert'", [CRITERIA.of_age("child").hash()])
    found = query(two_people, "SELECT subject, value FROM thresholds WHERE name = 'age_group' ORDER BY subject").rows()
    assert found == [("anna", "adult"), ("bert", "child")]
