"""``nightkick answer``: for people and for programs; what it answers is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from analytics.over_nights.answer import RULE_VERSION
from analytics.said import JournalEntry, Review
from analytics.store import Store, initialise, query, write_journal, write_review
from analytics.store.database.publish import publish
from analytics.words import ANSWERS
from tests.analytics.over_nights.people import PEOPLE
from tests.analytics.over_nights.storing import FIRST, store_people
from tests.flows.conftest import Run

DB = "nights.duckdb"
WHO = ("quiet", "kicks and sleepy", "three nights, no word")


def made(*names: str) -> Store:
    return store_people(Path(DB), {name: PEOPLE[name] for name in names})


def test_one_person_reads_the_answer_why_and_what_would_change_it(run: Run) -> None:
    made("quiet")
    said = run("answer", "--db", DB)
    assert said.code == 0
    assert said.out.startswith(
        "quiet: Nothing here speaks against harmless jerks.\n  14 of 14 nights judged on both jerks and kicks, "
    )
    assert "\n  Why:\n    - " in said.out
    assert "\n  What would change it:\n    - " in said.out
    assert "\n  What it cannot see:\n    - " in said.out
    assert said.out.endswith("it does not say that you are healthy.\n")


def test_what_is_missing_is_counted_and_says_what_to_do(run: Run) -> None:
    made("three nights, no word")
    out = run("answer", "--db", DB).out
    assert out.startswith("three nights, no word: Cannot tell yet: 4 more nights and 9 answers are missing.\n")
    assert "Wear the sensor on about 4 more nights" in out
    assert "pain in the legs, sleepy by day" in out


def test_several_people_get_a_line_each_and_one_of_them_all_of_it(run: Run) -> None:
    made(*WHO)
    lines = run("answer", "--db", DB).out.splitlines()
    assert lines[:2] == [
        "kicks and sleepy: Worth showing to a clinician: regular kicks on 12 of 14 nights, "
        "and sleepy by day on 4 of 7 days.",
        "quiet: Nothing here speaks against harmless jerks.",
    ]
    assert len(lines) == 5
    assert "  Why:" in run("answer", "--subject", "quiet", "--db", DB).out


def test_programs_read_the_same_with_a_schema_number(run: Run) -> None:
    made(*WHO)
    document = json.loads(run("answer", "--json", "--db", DB).out)
    assert document["schema"] == 1
    people = {person["subject"]: person for person in document["people"]}
    assert {name: person["answer"] for name, person in people.items()} == {name: PEOPLE[name].truth for name in WHO}
    clinician, open_ = people["kicks and sleepy"], people["three nights, no word"]
    assert [one["what"] for one in clinician["evidence"]] == ["kicks", "daytime_sleepiness"]
    assert clinician["reasons"]
    assert open_["missing"]["nights"] == 4
    assert {"question": "leg_pain", "says": "pain in the legs", "more_days": 3} in open_["missing"]["answers"]
    assert {person["answer"] for person in people.values()} <= set(ANSWERS)


def test_an_answer_is_kept_with_its_version_once_for_as_long_as_it_stays(run: Run) -> None:
    store = made("flagged jerks on most nights")
    for _ in range(2):
        run("answer", "--db", DB)
    kept = query(store, "SELECT answer, says, rule_version, version, is_latest FROM answers")
    assert kept["answer"].to_list() == ["see_a_clinician"]
    assert kept["rule_version"].to_list() == [RULE_VERSION]
    for (day,) in query(store, "SELECT night_date FROM flagged_nights").iter_rows():
        write_review(
            store, Review("flagged jerks on most nights", day, "dismiss", "dr", 1, flag="frequent_hypnic_jerks")
        )
    assert "Nothing here speaks against" in run("answer", "--db", DB).out
    kept = query(store, "SELECT answer, is_latest FROM answers ORDER BY answered_at")
    assert kept.rows() == [("see_a_clinician", False), ("nothing_against_harmless", True)]


def test_an_answer_over_some_nights_is_told_and_not_kept(run: Run) -> None:
    store = made("kicks on most nights")
    assert "Cannot tell yet" in run("answer", "--since", str(FIRST.replace(day=14)), "--db", DB).out
    assert query(store, "FROM answers").is_empty()


def test_without_nights_and_journal_there_is_nothing_to_answer(run: Run) -> None:
    initialise(Store(Path(DB)))
    assert run("answer", "--db", DB).out == "no nights and no journal\n"


def test_a_copy_that_takes_no_words_is_answered_all_the_same(run: Run) -> None:
    store = made("quiet")
    publish(store)
    said = run("answer", "--db", str(store.published))
    assert (said.code, "Nothing here speaks against" in said.out) == (0, True)


def test_forgetting_a_person_forgets_what_they_were_answered(run: Run) -> None:
    store = made(*WHO)
    run("answer", "--db", DB)
    assert run("forget", "--subject", "quiet", "--yes", "--db", DB).code == 0
    assert "quiet" not in query(store, "SELECT subject FROM answers")["subject"].to_list()
    assert len(query(store, "SELECT subject FROM answers")) == 2


def test_suggestions_stand_beside_the_answer_where_the_journal_touches_them(run: Run) -> None:
    made("quiet")
    assert "Could be tried" not in run("answer", "--db", DB).out
    assert json.loads(run("answer", "--json", "--db", DB).out)["people"][0]["advice"] == []
    noted = [JournalEntry("quiet", FIRST + timedelta(days=k), "stress", 8.0) for k in (30, 31, 32)]
    write_journal(Store(Path(DB)), noted)
    assert (
        "  Could be tried:\n    - Slow breathing, stretching or ten quiet minutes before bed help some people after a"
        " tense day. (stress of 5 or more on 3 of 3 days of the journal)\n"
    ) in run("answer", "--db", DB).out
