"""Nights as reviewed and the journal, as they are compared."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from analytics.criteria import Criteria
from analytics.said import Review
from analytics.scoring.rulesets import RULESETS
from analytics.store import Store, write_review
from analytics.store.over_nights.diaries import PersonDiary, diaries
from tests.analytics.store.making import EVENING, START_US
from tests.analytics.store.over_nights.jerky import HIDDEN, JERKS, SUBJECT, UNSEEN, UNTOLD, fill


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "nights.duckdb")
    fill(made)
    return made


def only(store: Store, *, since: date | None = None) -> PersonDiary:
    (found,) = diaries(store, subject=SUBJECT, since=since, rulesets=RULESETS, criteria=Criteria())
    return found


def values(person: PersonDiary, name: str) -> dict[int, float]:
    return {(one.night_date - EVENING).days: one.value for one in person.outcomes[name]}  # type: ignore[index]


def test_jerks_are_counted_and_nights_that_cannot_be_told_are_missing(store: Store) -> None:
    person = only(store)
    assert (person.n_nights, person.n_left_out) == (36, 1)
    assert values(person, "hypnic_jerks") == {k: n for k, n in enumerate(JERKS) if k not in (UNTOLD, UNSEEN)}
    assert set(range(36)) - set(values(person, "plms_index")) == {UNTOLD, HIDDEN}
    assert values(person, "waso") == {k: 15.0 for k in range(36) if k != UNTOLD}
    assert values(person, "jerks_felt") == dict.fromkeys(range(6), 2.0)


def test_the_chance_that_a_jerk_is_one_is_in_its_nights_variance(store: Store) -> None:
    for one in only(store).outcomes["hypnic_jerks"]:
        assert one.own_variance == pytest.approx(0.1 / 0.9 / JERKS[(one.night_date - EVENING).days], rel=1e-5)


def test_only_nights_since_a_date(store: Store) -> None:
    person = only(store, since=EVENING + timedelta(days=30))
    assert person.n_nights == 6
    assert set(values(person, "hypnic_jerks")) == set(range(30, 36))


def test_a_night_reviewed_under_other_rules_is_missing_until_it_is_analysed_again(store: Store) -> None:
    onset_us = START_US + 2 * 3_600_000_000
    write_review(store, Review(SUBJECT, EVENING, "dismiss", "dr", 1, onset_us=onset_us))
    person = only(store)
    assert 0 not in values(person, "hypnic_jerks")
    assert person.n_left_out == 2
    write_review(store, Review(SUBJECT, EVENING, "undo", "dr", 2, onset_us=onset_us))
    assert values(only(store), "hypnic_jerks")[0] == JERKS[0]


def test_a_person_who_is_not_known_has_none(store: Store) -> None:
    assert list(diaries(store, subject="Bo", since=None, rulesets=RULESETS, criteria=Criteria())) == []
