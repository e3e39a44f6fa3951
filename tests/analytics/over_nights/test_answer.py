"""What holds of every answer, whatever the nights and the journal: on people drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pytest

from analytics import words
from analytics.flag import FlagName
from analytics.nights.patterns import NightFacts, Pattern, Patterns, PatternState
from analytics.over_nights.advice import advice_of
from analytics.over_nights.answer import AnswerName, PersonAnswer, answer_of
from analytics.over_nights.signs import Sign, SignEvidence, clinician_signs
from analytics.over_nights.telling import about, told
from analytics.said import JournalEntry
from analytics.store.over_nights.answers import answers
from tests.analytics.over_nights.people import ANSWERED, CLINICIAN, HARMLESS, NIGHTS, OPEN, QUESTIONS, Made
from tests.analytics.over_nights.storing import FIRST, store_people

NONE: Patterns = {"possible_plmd": Pattern(state="no_pattern"), "frequent_hypnic_jerks": Pattern(state="no_pattern")}
QUIET = [
    NightFacts(
        FIRST + timedelta(k), assessable=True, plms_index=3.0, in_bed_h=8.0, kicks="not_raised", jerks="not_raised"
    )
    for k in range(14)
]
SYMPTOMS = [name for name in QUESTIONS if name != "daytime_sleepiness"]


def noted(days: Mapping[str, Sequence[float]]) -> list[JournalEntry]:
    return [
        JournalEntry("me", FIRST + timedelta(k), kind, value)
        for kind, said in days.items()
        for k, value in enumerate(said)
    ]


def ask(nights: Sequence[NightFacts], patterns: Patterns, journal: Sequence[JournalEntry]) -> PersonAnswer:
    return answer_of(nights, patterns, clinician_signs(nights, patterns, journal))


NO = noted({name: [0.0] * 7 for name in QUESTIONS})


def test_the_quietest_person_is_told_so_and_never_that_they_are_healthy() -> None:
    answer = ask(QUIET, NONE, NO)
    assert answer.name == HARMLESS
    assert "does not say that you are healthy" in told(answer).caveat


@pytest.mark.parametrize("symptom", SYMPTOMS)
@pytest.mark.parametrize("n_days", [1, 2, 7])
def test_no_one_with_a_symptom_is_told_that_nothing_speaks_against(symptom: str, n_days: int) -> None:
    journal = [*NO, *noted({symptom: [1.0] * n_days})]
    assert ask(QUIET, NONE, journal).name == (OPEN if n_days == 1 else "see_a_clinician")


@pytest.mark.parametrize("flag", ["possible_plmd", "frequent_hypnic_jerks", "possible_rls"])
@pytest.mark.parametrize(("state", "answer"), [("pattern", "see_a_clinician"), ("cannot_tell_yet", OPEN)])
def test_no_one_with_a_pattern_or_one_in_doubt_is_told_that_nothing_speaks_against(
    flag: FlagName, state: PatternState, answer: AnswerName
) -> None:
    assert ask(QUIET, {**NONE, flag: Pattern(n_able=14, n_raised=9, state=state)}, NO).name == answer


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_that_was_not_asked_is_no_no(question: str) -> None:
    answer = ask(QUIET, NONE, [entry for entry in NO if entry.kind != question])
    assert (answer.name, dict(answer.missing.answers)) == (OPEN, {question: 3})


def test_two_symptoms_of_one_day_are_one_day() -> None:
    """They were counted as two days, and so a single bad day would be a sign."""
    (sign,) = [
        one
        for one in clinician_signs(QUIET, NONE, noted({"tingling": [2.0, 0.0], "numbness": [2.0, 0.0]}))
        if one.key == "tingling"
    ]
    assert [(one.n, one.of, one.is_met) for one in sign.evidence] == [(1, 2, False)]


def test_a_symptom_of_one_day_is_told_in_plain_words() -> None:
    """It read "not yet several", and "once is not yet several"."""
    words = told(ask(QUIET, NONE, [*(one for one in NO if one.kind != "tingling"), *noted({"tingling": [2, 0, 0]})]))
    assert words.says.endswith("on 1 of 7 days, which alone is no sign.")
    lacking = " ".join(words.columns[0][1])
    assert "on 1 of 7 days: one day alone is no sign; on 2 days or more it is worth telling a clinician." in lacking


def test_an_answer_is_as_it_is_in_whatever_order_the_journal_was_written() -> None:
    journal = [entry for entry in NO if entry.kind != "leg_pain"] + noted({"leg_pain": [0, 3, 0, 3]})
    assert ask(QUIET, NONE, journal) == ask(QUIET, NONE, journal[::-1])


def in_doubt(night: NightFacts) -> NightFacts:
    return replace(night, kicks="cannot_tell", jerks="cannot_tell")


def test_the_more_nights_are_in_doubt_the_less_is_said_and_the_more_are_missing() -> None:
    rng = np.random.default_rng(21)
    for _ in range(50):
        nights, order = list(QUIET), rng.permutation(len(QUIET))
        said, missing = [], []
        for k in order:
            nights[k] = in_doubt(nights[k])
            answer = ask(nights, NONE, NO)
            said.append(answer.name == HARMLESS)
            missing.append(answer.missing.nights)
        assert said == sorted(said, reverse=True)
        assert missing == sorted(missing)
        assert not said[-1]


def drawn(rng: np.random.Generator, letters: str) -> Made:
    """Anyone: nights of these kinds, any questions answered, any symptoms."""
    nights = "".join(rng.choice(list(letters), rng.integers(0, 25)))
    asked = [name for name in QUESTIONS if rng.random() < 0.9]
    sick = rng.random() < 0.5
    days = {
        name: "".join(rng.choice(list("0000003"), 7)) if sick and rng.random() < 0.2 else ANSWERED[name]
        for name in asked
    }
    return Made(OPEN, nights, days)


def test_of_people_drawn_at_random_no_one_with_a_trace_of_a_sign_or_too_few_nights_is_told_nothing(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(1)
    quiet, any_ = "qqqqqj", "".join(NIGHTS)
    people = {f"{k:03}": drawn(rng, quiet if k % 3 else any_) for k in range(240)}
    found = answers(store_people(tmp_path / "n.duckdb", people))
    assert {answer.name for answer in found.values()} == set(get_args(AnswerName))
    for name, answer in found.items():
        made = people[name]
        judged = sum(NIGHTS[k].assessable and not NIGHTS[k].untold for k in made.nights)
        symptom = any(digit != "0" for kind in SYMPTOMS for digit in made.journal.get(kind, ""))
        if answer.name == HARMLESS:
            assert judged >= 7
            assert not symptom
            assert made.journal.keys() == set(QUESTIONS)


@pytest.mark.parametrize("letter", "?e")
def test_nights_in_doubt_beside_never_make_an_answer_surer(letter: str, tmp_path: Path) -> None:
    """Through patterns and all: people whose own nights do not decide it, with nights in doubt added."""
    base = ["k" * a + "q" * b for a in range(10) for b in range(1, 12)]
    people = {f"{nights}+{n}": Made(OPEN, nights + letter * n) for nights in base for n in (0, 1, 3, 9)}
    found = answers(store_people(tmp_path / "n.duckdb", people))
    surer = [
        (f"{nights}+{n}", found[f"{nights}+{n}"].name)
        for nights in base
        for n in (1, 3, 9)
        if found[f"{nights}+{n}"].name not in (OPEN, found[f"{nights}+0"].name)
    ]
    assert surer == []


@pytest.mark.parametrize(
    ("table", "names"), [("ANSWERS", AnswerName), ("ANSWER_COLUMNS", AnswerName), ("ANSWER_CAVEATS", AnswerName)]
)
def test_every_answer_has_its_words(table: str, names: object) -> None:
    assert set(getattr(words, table)) == set(get_args(names))


def test_no_answer_diagnoses_or_calms_too_much(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    people = {f"{k:03}": drawn(rng, "".join(NIGHTS)) for k in range(60)}
    for answer in answers(store_people(tmp_path / "n.duckdb", people)).values():
        said = told(answer)
        text = " ".join([said.says, *(line for _, lines in said.columns for line in lines)]).casefold()
        assert not any(word in text for word in ("you are healthy", "you have ", "diagnos", "plmd", "rls", "disease"))
        assert len(said.says) < 160


def test_no_answer_says_a_thing_twice_or_names_a_column_instead_of_a_thing(tmp_path: Path) -> None:
    """Kicks stood among the reasons twice; what to write was named as in a CSV, not as on the page."""
    rng = np.random.default_rng(3)
    people = {f"{k:03}": drawn(rng, "".join(NIGHTS)) for k in range(60)}
    kicks = 0
    for answer in answers(store_people(tmp_path / "n.duckdb", people)).values():
        reasons, *others = (lines for _, lines in told(answer).columns)
        if answer.name == CLINICIAN:
            found = answer.patterns["possible_plmd"].n_raised
            alone = bool(found) and not any(one.what == "kicks" for one in answer.evidence)
            assert len(reasons) == len(answer.evidence) + alone
            kicks += any("Regular kicks:" in line for line in reasons)
        assert not any("_" in line for lines in (reasons, *others) for line in lines)
    assert kicks > 0


def test_kicks_of_a_single_night_stand_beside_the_reasons_and_are_no_sign(tmp_path: Path) -> None:
    made = Made(CLINICIAN, "kqqqqqq", {"leg_pain": "11"})
    reasons = told(answers(store_people(tmp_path / "n.duckdb", {"me": made}))["me"]).columns[0][1]
    assert len(reasons) == 2
    assert reasons[1].startswith("Regular kicks:")
    assert reasons[1].endswith("on 1 of 7 nights: no sign by itself so far.")


@pytest.mark.parametrize(("backing", "answer"), [("jerks", OPEN), ("kicks", CLINICIAN)])
def test_a_symptom_that_came_once_is_backed_by_kicks_and_not_by_jerks_that_are_no_sign_yet(
    backing: Literal["jerks", "kicks"], answer: AnswerName
) -> None:
    """An urge of 2 of 10 on one day, beside two jerks on two of three nights, sent a person to a clinician."""
    urge = Sign("urge", "seen", "", "urge_to_move", (SignEvidence("urge_to_move", "days", 1, 3, is_met=False),))
    weaker = Sign("nights", "not known", "", backing, (SignEvidence(backing, "nights", 2, 3, is_met=False),))
    assert answer_of(QUIET[:3], {}, (urge, weaker)).name == answer


def test_what_was_found_on_single_nights_is_not_passed_over(tmp_path: Path) -> None:
    found = answers(store_people(tmp_path / "n.duckdb", {"once": Made(OPEN, "kqq"), "never": Made(OPEN, "qqq")}))
    once, never = (" ".join(told(found[name]).columns[2][1]) for name in ("once", "never"))
    assert "What was found on single nights is no sign yet" in once
    assert once.count("Regular kicks") == 1, "the mean index tells on how many nights"
    assert "No sign came up so far" in never


def test_what_one_night_showed_is_named(tmp_path: Path) -> None:
    """Of one night there is no mean index, and nothing else told of its kicks."""
    found = answers(store_people(tmp_path / "n.duckdb", {"kicks": Made(OPEN, "k"), "jerks": Made(OPEN, "Jqq")}))
    kicks, jerks = (told(found[name]).columns[2][1] for name in ("kicks", "jerks"))
    assert "Regular kicks on 1 of 1 night." in kicks
    assert "Frequent hypnic jerks on 1 of 3 nights." in jerks


def test_kicks_of_one_night_are_told_beside_jerks_that_are_little_by_themselves(tmp_path: Path) -> None:
    """A person with two nights of jerks, one of them at 44 kicks an hour, read of the jerks alone."""
    (answer,) = answers(store_people(tmp_path / "n.duckdb", {"me": Made(OPEN, "Jk")})).values()
    jerks = (SignEvidence("jerks", "nights", 2, 2, is_met=False),)
    lines = told(replace(answer, evidence=jerks)).columns[2][1]
    assert "Regular kicks on 1 of 2 nights." in lines
    assert not any("no sign" in line for line in lines)


def test_a_number_of_nights_that_no_one_would_go_by_is_no_advice(tmp_path: Path) -> None:
    """The demo asked for "84 more nights" of a person with jerks on 3 of 14."""
    made = Made(OPEN, "Jqqqq" * 3, ANSWERED)
    answer = answers(store_people(tmp_path / "n.duckdb", {"me": made}))["me"]
    many = replace(answer, missing=replace(answer.missing, nights=84))
    words = told(many)
    text = " ".join([words.says, *(line for _, lines in words.columns for line in lines)])
    assert "more than 30 more nights" in words.says
    assert "84" not in text
    assert "more than 30 more nights that can be judged are needed for the answer as a whole." in text
    # "30 more nights may not decide" stood beside it.
    assert (
        "An answer takes more than 30 more nights, so wear the sensor when it suits you, and not every night." in text
    )


def test_counts_of_nights_that_mean_different_things_say_what_they_count() -> None:
    """Beside "14 of 15 nights judged" stood "more than 15 on none of 15 nights" and "jerks on 3 of 14 nights"."""
    nights = [replace(QUIET[0], night_date=FIRST - timedelta(1), jerks="cannot_tell"), *QUIET]
    kicks = Pattern(15, 15, state="no_pattern", mean_index=3.0, threshold=15.0)
    answer = ask(nights, {**NONE, "possible_plmd": kicks}, [])
    lines = {line for _, column in told(answer).columns for line in column}
    assert about(answer).startswith("14 of 15 nights judged on both jerks and kicks, ")
    assert "Regular kicks: 3.0 per hour of sleep on average, more than 15 on none of 15 nights." in lines
    assert "Jerks while falling asleep on 0 of 14 judged nights." in lines


def test_of_which_nights_something_is_told_stands_beside_their_number() -> None:
    """ "Several jerks on 3 of 14 nights" did not say what the 14 of 15 were."""
    flag: FlagName = "frequent_hypnic_jerks"
    nights = [replace(QUIET[0], night_date=FIRST - timedelta(1), jerks="cannot_tell"), *QUIET]
    patterns: Patterns = {**NONE, flag: Pattern(n_able=14, n_raised=9, state="pattern")}
    assert told(ask(nights, patterns, NO)).says.endswith(": frequent hypnic jerks on 9 of 14 judged nights.")
    assert clinician_signs(nights, patterns, NO)[0].says.startswith("frequent hypnic jerks on 9 of 14 judged nights, ")
    assert advice_of(nights, clinician_signs(nights, patterns, NO), NO)[0].because == (
        "frequent hypnic jerks on 9 of 14 judged nights"
    )
    every = {**patterns, flag: replace(patterns[flag], n_able=15)}
    nights[0] = replace(nights[0], jerks="not_raised")
    assert told(ask(nights, every, NO)).says.endswith(": frequent hypnic jerks on 9 of 15 nights.")


def test_of_the_newest_nights_it_is_said_that_they_are_the_newest() -> None:
    jerky = [replace(night, n_jerks=2, night_date=night.night_date + timedelta(20)) for night in QUIET]
    assert told(ask([*QUIET, *jerky], NONE, NO)).says.endswith(
        ": 2 or more jerks a night on 14 of the newest 14 nights."
    )
    older = [replace(QUIET[0], jerks="cannot_tell"), *QUIET[1:]]
    found = told(ask([*older, *jerky], NONE, NO)).says
    assert found.endswith(": 2 or more jerks a night on 14 of the newest 14 judged nights.")


@pytest.mark.parametrize(
    ("untold", "says"),
    [
        ("j", "1 night in doubt about jerks."),
        ("k", "1 night in doubt about kicks."),
        ("b", "1 night in doubt about jerks and kicks."),
        ("jjkb", "2 nights in doubt about jerks, 1 about kicks, 1 about both."),
        ("kxbb", "1 night in doubt about kicks, 2 about both."),
    ],
)
def test_nights_in_doubt_say_about_what(untold: str, says: str) -> None:
    """It read "1 night in doubt"."""
    kinds: Mapping[str, dict[str, Any]] = {
        "j": {"jerks": "cannot_tell"},
        "k": {"kicks": "cannot_tell"},
        "b": {"jerks": "cannot_tell", "kicks": "cannot_tell"},
        "x": {"assessable": False, "jerks": "cannot_tell", "kicks": "cannot_tell"},
    }
    nights = [replace(night, **kinds.get(kind, {})) for night, kind in zip(QUIET, untold.ljust(14), strict=True)]
    assert says in told(ask(nights, NONE, NO)).columns[2][1]
    assert len(says) < 80
