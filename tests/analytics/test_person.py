"""By which age group's threshold a night is judged, and what stands beside a flag of a person who takes something."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.criteria import Criteria
from analytics.medication import MEDICINES, medication_words
from analytics.nights.doubt import Footing, beside
from analytics.person import Person, in_force, judged_by, person_of
from ingest.errors import UsageError

FOOTING = Footing("both", 7.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("born", "evening", "group"),
    [
        ("2008-05-17", date(2026, 5, 16), "child"),
        ("2008-05-17", date(2026, 5, 17), "adult"),
        ("2008-02-29", date(2026, 2, 28), "child"),
        ("2008-02-29", date(2026, 3, 1), "adult"),
        ("2008", date(2026, 12, 31), "child"),
        ("2008", date(2027, 1, 1), "adult"),
    ],
)
def test_a_person_is_a_child_until_it_is_sure_that_she_is_eighteen(born: str, evening: date, group: str) -> None:
    assert person_of(born=born).age_group_on(evening) == group


@pytest.mark.parametrize("born", ["2012-05-17", "2012/05/17", "17.05.2012"])
def test_a_birth_is_read_as_people_write_dates_and_kept_in_one_way(born: str) -> None:
    assert person_of(born=born).born == "2012-05-17"


def test_where_no_age_is_told_the_settings_decide() -> None:
    criteria, evening = Criteria(), date(2026, 3, 2)
    assert judged_by(criteria, None, evening) == criteria
    assert judged_by(criteria, Person(sex="female"), evening) == criteria
    child = judged_by(criteria, Person(age_group="child"), evening)
    assert child.flags.plms_index() == criteria.flags.plms_index_child
    assert child.hash() == criteria.hash_by_age()["child"] != criteria.hash() == criteria.hash_by_age()["adult"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"born": "12"}, "no year and no date"),
        ({"born": "2012-02-30"}, "no year and no date"),
        ({"born": "9999"}, "no year and no date"),
        ({"born": "0000"}, "no year and no date"),
        ({"born": "17.05.61"}, "in the future"),
        ({"born": "2012", "age_group": "child"}, "both said"),
        ({"age_group": "teen"}, "none of adult, child"),
        ({"sex": "f"}, "none of female, male, other"),
        ({"medication": ["ssrri"]}, "did you mean ssri?"),
    ],
)
def test_what_makes_no_sense_is_refused_without_its_value(said: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        person_of(**said)  # type: ignore[arg-type]  # a table of cases
    assert words in refused.value.line()
    assert "ssrri" not in refused.value.line()
    assert "teen" not in refused.value.line()


def test_the_word_of_the_settings_comes_before_that_of_a_command_and_ends_with_them() -> None:
    by_command, by_settings = Person(born="1980"), Person(born="2012", said_by="settings")
    assert in_force("anna", by_command, {"anna": by_settings}) == by_settings
    assert in_force("anna", by_command, {}) == by_command
    assert in_force("anna", by_settings, {}) is None
    assert in_force("anna", by_settings, None) == by_settings


def test_medication_stands_beside_possible_plmd_whatever_its_state_and_beside_no_other_flag() -> None:
    takes = person_of(medication=["ssri", "iron", "ssri"])
    words = medication_words(takes.medication)
    assert words is not None
    assert words.count("SSRI") == 1
    for state in ("raised", "cannot_tell"):
        assert beside("possible_plmd", state, FOOTING, takes) == words
        assert beside("possible_plmd", state, FOOTING, Person()) is None
    negative = beside("possible_plmd", "not_raised", FOOTING)
    assert beside("possible_plmd", "not_raised", FOOTING, takes) == f"{negative} {words}"
    assert beside("possible_rls", "raised", FOOTING, takes) is None


@pytest.mark.parametrize("kind", MEDICINES)
def test_each_kind_is_named_with_its_effect_and_its_source(kind: str) -> None:
    of, words = MEDICINES[kind], medication_words([kind]) or ""
    assert of.called in words
    assert of.effect in words
    assert any(year in of.source for year in map(str, range(1990, 2027)))
    assert of.source in words
