"""Every query of docs/questions.md runs as `nightkick sql` runs it, and its output is the one beneath it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.store import Store
from analytics.store.statements.asked import ask
from flows.terminal.talk import emit_table
from tests.documents.reading import Recipe, recipes
from tests.paths import ROOT

QUESTIONS = recipes(ROOT / "docs" / "questions.md")
#: The parts of the document, and the databases that they are about.
PARTS = {"Of the sample nights": ("demo", "nightkick.duckdb"), "Of many people": ("people", "people.duckdb")}
#: As wide as the document's lines.
WIDTH = "110"


def test_twenty_questions_are_answered_and_each_has_its_output() -> None:
    assert len(QUESTIONS) >= 20
    assert {one.part for one in QUESTIONS} == {*PARTS}
    assert [one.title for one in QUESTIONS if one.output is None] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=[one.title for one in QUESTIONS])
def test_the_answer_is_the_one_that_stands_there(
    question: Recipe,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fixture, name = PARTS[question.part]
    folder: Path = request.getfixturevalue(fixture)
    monkeypatch.setenv("COLUMNS", WIDTH)
    answered = ask(Store(folder / name), question.sql)
    assert answered.rows, "an example shows something"
    capsys.readouterr()
    emit_table(answered.columns, (dict(zip(answered.columns, row, strict=True)) for row in answered.rows))
    printed = capsys.readouterr().out
    assert "\n".join(line.rstrip() for line in printed.rstrip("\n").splitlines()) == question.output
