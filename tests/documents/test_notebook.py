"""The notebook runs from its first cell to its last, prints what it shows, and finds what was put in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from examples.people import COFFEE
from tests.paths import ROOT

NOTEBOOK = json.loads((ROOT / "examples" / "coffee.ipynb").read_text(encoding="utf-8"))
CODE = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


def shown(cell: dict[str, Any]) -> str:
    return "".join(line for output in cell["outputs"] for line in output["text"])


def test_its_cells_run_in_order_and_print_what_they_show(
    people: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(people)
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in CODE:
        capsys.readouterr()
        exec(compile("".join(cell["source"]), "coffee.ipynb", "exec"), names)
        assert capsys.readouterr().out == shown(cell)
    assert names["low"] < COFFEE < names["high"]


def test_both_models_find_the_factor_that_was_put_in(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(people)
    names: dict[str, Any] = {}
    found = []
    for cell in CODE:
        exec("".join(cell["source"]), names)
        found += [(names["low"], names["high"])] if "low" in names else []
    assert len(found) == 2
    for low, high in found:
        assert low < COFFEE < high
        assert np.log(high / low) < 0.15, "so many people leave little doubt"


def test_it_holds_no_picture_and_is_small() -> None:
    assert NOTEBOOK["nbformat"] == 4
    assert all(output["output_type"] == "stream" for cell in CODE for output in cell["outputs"])
    assert len(json.dumps(NOTEBOOK)) < 20_000
