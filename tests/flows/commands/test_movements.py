"""``nightkick movements``: the movements of the nights that are meant, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import get_args

import pytest

from analytics.model import Label
from analytics.store import Store
from analytics.store.statements import in_parts
from flows.commands import movements
from flows.terminal.values import json_document
from tests.flows.conftest import Run
from tests.flows.stored import build

DB = "nights.duckdb"


@pytest.fixture(autouse=True)
def _stored() -> Store:
    return build(Path(DB))


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_csv_has_every_movement_and_every_column(run: Run) -> None:
    found = rows(run("movements", "--csv", "--db", DB).out)
    assert [row["night_date"] for row in found] == ["2026-03-02"] * 4 + ["2026-03-03"]
    assert found[0]["onset_at"] == "2026-03-02T22:40:00+00:00"
    assert {"label", "leg", "imi_s", "sleep_state", "is_plm", "peak_g"} <= found[0].keys()


@pytest.mark.parametrize(
    ("chosen", "n"),
    [
        (["2026-03-02"], 4),
        (["--since", "2026-03-03"], 1),
        (["--until", "2026-03-02"], 4),
        (["--flagged"], 4),
        (["--unreviewed"], 5),
        (["--label", "hypnic_jerk"], 1),
    ],
)
def test_only_the_movements_that_are_meant_are_listed(run: Run, chosen: list[str], n: int) -> None:
    assert len(json.loads(run("movements", *chosen, "--json", "--db", DB).out)["movements"]) == n


def test_people_read_a_table_or_that_there_are_none(run: Run) -> None:
    out = run("movements", "2026-03-02", "--db", DB).out
    assert len(out.splitlines()) == 6
    assert "periodic" in out
    assert run("movements", "2030-01-01", "--db", DB).out == "no movements\n"


def test_two_ways_to_name_nights_or_shapes_are_refused(run: Run) -> None:
    assert run("movements", "2026-03-02", "--since", "2026-03-01", "--db", DB).code == 2
    assert run("movements", "--csv", "--json", "--db", DB).code == 2


def test_the_labels_are_those_of_the_model() -> None:
    assert get_args(movements.Label) == get_args(Label)


@pytest.mark.parametrize("at_once", [1, 2])
@pytest.mark.parametrize("label", [(), ("--label", "hypnic_jerk"), ("--since", "2030-01-01")])
def test_many_nights_are_written_a_part_at_a_time_as_they_would_be_at_once(
    run: Run, monkeypatch: pytest.MonkeyPatch, at_once: int, label: tuple[str, ...]
) -> None:
    whole = {shape: run("movements", *label, shape, "--db", DB).out for shape in ("--csv", "--json")}
    monkeypatch.setattr(in_parts, "NIGHTS_AT_ONCE", at_once)
    for shape, expected in whole.items():
        assert run("movements", *label, shape, "--db", DB).out == expected
    found = json.loads(whole["--json"])
    assert whole["--json"] == json_document(movements=found["movements"])
    assert len(rows(whole["--csv"])) == len(found["movements"])


def test_a_table_that_is_too_long_is_refused_with_ways_out_that_work(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movements, "MOST_SHOWN", 4)
    refused = run("movements", "--db", DB)
    assert refused.code == 2
    assert "more than 4 movements" in refused.err
    assert len(rows(run("movements", "--csv", "--db", DB).out)) == 5
    assert run("movements", "--since", "2026-03-03", "--db", DB).code == 0
