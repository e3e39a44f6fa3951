"""``nightkick triggers``: for people and for scripts."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.store import Store, initialise
from tests.analytics.store.making import EVENING
from tests.analytics.store.over_nights.jerky import COFFEE, SUBJECT, UNSEEN, UNTOLD, fill
from tests.flows.conftest import Run

DB = "nights.duckdb"
GOLDEN = Path(__file__).with_name("triggers.txt")


@pytest.fixture(autouse=True)
def _stored() -> None:
    fill(Store(Path(DB)))


def test_people_read_what_goes_with_what(run: Run) -> None:
    said = run("triggers", "--outcome", "hypnic_jerks", "--db", DB)
    assert said.code == 0
    assert said.out == GOLDEN.read_text(encoding="utf-8")


def test_scripts_read_every_row_with_its_numbers(run: Run) -> None:
    document = json.loads(run("triggers", "--json", "--db", DB).out)
    assert document["schema"] == 1
    (person,) = document["people"]
    assert person["subject"] == SUBJECT
    first = next(row for row in person["rows"] if row["outcome"] == "hypnic_jerks")
    assert person["rows"][0]["p_value"] == min(row["p_value"] for row in person["rows"] if row["p_value"] is not None)
    told = [had for k, had in enumerate(COFFEE) if k not in (UNTOLD, UNSEEN)]
    expected = {"factor": "late_coffee", "outcome": "hypnic_jerks", "lag_days": 0, "state": "holds_up"}
    assert first | expected | {"n_with": sum(told), "n_without": len(told) - sum(told)} == first
    assert first["low"] < 2.8 < first["high"]
    assert {row["state"] for row in person["rows"] if row["factor"] == "tea"} == {"nothing_to_compare"}
    assert {row["outcome"] for row in person["rows"]} == set(person["nights_told"])


def test_a_row_is_as_sure_beside_others_as_alone(run: Run) -> None:
    """Asked for by itself, an outcome had fewer rows to stand out from, and "leans" became "holds up"."""

    def rows(*more: str) -> list[dict[str, object]]:
        (person,) = json.loads(run("triggers", "--json", "--db", DB, *more).out)["people"]
        return [row for row in person["rows"] if row["outcome"] == "jerks_felt"]

    assert rows() == rows("--outcome", "jerks_felt") != []


def test_before_and_after_a_date(run: Run) -> None:
    changed = EVENING + timedelta(days=18)
    document = json.loads(run("triggers", "--before-after", str(changed), "--json", "--db", DB).out)
    (person,) = document["people"]
    jerks = next(one for one in person["before_after"] if one["outcome"] == "hypnic_jerks")
    assert (jerks["n_before"], jerks["n_after"]) == (16, 18)
    assert jerks["low"] < 1 < jerks["high"]
    out = run("triggers", "--before-after", str(changed), "--db", DB).out
    assert jerks["says"] in out


def test_an_empty_database_has_nothing_to_compare(run: Run) -> None:
    initialise(Store(Path("empty.duckdb")))
    assert run("triggers", "--db", "empty.duckdb").out == "no nights and no journal\n"
    assert run("triggers", "--outcome", "kicks", "--db", DB).code == 2
