"""A person whom the database does not know is refused, with those whom it knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.store import Store
from flows.terminal.whose import nearest_first
from tests.flows.conftest import Run
from tests.flows.stored import build

COMMANDS = ("nights", "answer", "patterns", "triggers", "show last", "report last -o r.html", "movements",
            "journal export", "reanalyse")  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_person_is_refused_in_one_line_that_names_who_there_is(
    run: Run, tmp_path: Path, command: str
) -> None:
    said = run(*command.split(), "--subject", "Zoe", "--db", build(tmp_path / "n.duckdb").path)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "nothing is stored of 'Zoe' (there is: Zoë \"日本\", \\x1b[31mred)" in said.err


def test_at_most_ten_are_named_nearest_first(run: Run, tmp_path: Path) -> None:
    from analytics.person import Person
    from analytics.store import describe

    store: Store = build(tmp_path / "n.duckdb")
    for n in range(12):
        describe(store, f"person {n}", Person(sex="other"))
    said = run("nights", "--subject", "person 7x", "--db", store.path).err
    assert "(there is: person 7, " in said
    assert said.endswith(" and 3 more)\n")


def test_an_empty_database_says_so(run: Run) -> None:
    said = run("nights", "--subject", "me", "--db", "none.duckdb")
    assert (said.code, "the database is empty" in said.err) == (2, True)


def test_names_are_compared_without_their_case() -> None:
    assert nearest_first("ANNA", ["bert", "anne", "Anna"]) == ["Anna", "anne", "bert"]


def test_names_are_compared_without_their_accents() -> None:
    assert nearest_first("Zoe", ["Zof", "Zoë", "Zoe\u0308 W"]) == ["Zoë", "Zoe\u0308 W", "Zof"]
