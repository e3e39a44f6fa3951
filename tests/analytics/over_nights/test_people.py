"""Every constructed person gets the answer that was written down before there was a rule."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from analytics.over_nights.answer import PersonAnswer
from analytics.store.over_nights.answers import answers
from tests.analytics.over_nights.people import PEOPLE
from tests.analytics.over_nights.storing import store_people


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, PersonAnswer]:
    path: Path = tmp_path_factory.mktemp("people") / "nights.duckdb"
    return answers(store_people(path, PEOPLE))


def test_everyone_is_answered(found: Mapping[str, PersonAnswer]) -> None:
    assert found.keys() == PEOPLE.keys()
    assert len(found) >= 30


@pytest.mark.parametrize("name", PEOPLE)
def test_the_answer_is_the_one_that_was_written_down(name: str, found: Mapping[str, PersonAnswer]) -> None:
    made, answer = PEOPLE[name], found[name]
    assert answer.name == made.truth
    assert {one.what for one in answer.evidence[:2]} >= made.named
    if made.nights_missing is not None:
        assert answer.missing.nights == made.nights_missing
    if made.answers_missing is not None:
        assert answer.missing.answers.keys() == made.answers_missing
