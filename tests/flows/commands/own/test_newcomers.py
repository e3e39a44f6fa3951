"""What newcomers stumbled over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analytics.medication import _SUBSTANCES, MEDICINES, kind_of
from tests.flows.conftest import Run
from tests.flows.stored import build


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("sertraline", "it is an SSRI: write ssri"),
        ("Pramipexole", "it is a dopamine agonist: write dopamine_agonist"),
        ("ssrri", "did you mean ssri?"),
        ("metformin", f"known: {', '.join(MEDICINES)}"),
    ],
)
def test_a_medication_that_is_no_kind_gets_its_kind_or_all_kinds(run: Run, kind: str, hint: str) -> None:
    said = run("people", "describe", "me", "--medication", kind, "--db", "n.duckdb")
    assert said.code == 2
    assert f"a kind of medication is not known ({hint})" in said.err


def test_every_substance_has_a_known_kind() -> None:
    assert set(_SUBSTANCES) <= set(MEDICINES)
    assert all(kind_of(name) == kind for kind, names in _SUBSTANCES.items() for name in names.split())


@pytest.mark.parametrize("born", ["2999", "2999-01-01"])
def test_no_one_was_born_in_the_future(run: Run, born: str) -> None:
    said = run("people", "describe", "me", "--born", born, "--db", "n.duckdb")
    assert (said.code, "born is in the future" in said.err) == (2, True)


def test_describe_shows_what_each_column_means(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = build(tmp_path / "n.duckdb").path
    rows = json.loads(run("sql", "DESCRIBE nights", "--json", "--db", db).out)["rows"]
    assert rows[0]["column_name"] == "subject"
    assert rows[0]["comment"] == "Who slept."
    assert all(row["comment"] for row in rows)
    monkeypatch.setenv("COLUMNS", "80")
    assert "Who slept." in run("sql", "describe nights", "--db", db).out


@pytest.mark.parametrize(
    ("statement", "hint"),
    [
        ("from nigths", "did you mean nights"),
        ("from evnts", "did you mean events"),
        ("select x.subject from nights", 'candidate tables: "nights"'),
        ("select substr(1, 2, 3, 4)", "candidate functions: substr("),
        ("select subjec from nights", "did you mean subject"),
    ],
)
def test_a_statement_that_fails_keeps_the_names_that_were_meant(
    run: Run, tmp_path: Path, statement: str, hint: str
) -> None:
    said = run("sql", statement, "--db", build(tmp_path / "n.duckdb").path)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert hint in said.err, said.err
