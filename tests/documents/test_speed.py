"""The tables of docs/speed.md."""

from __future__ import annotations

import re

import pytest

from benchmarks.accuracy_document import brought_up_to_date
from benchmarks.speed_tables import about, against_days, against_nights, took_no_part
from tests.paths import ROOT

DOCUMENT = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")


def test_the_document_has_a_place_for_each_table() -> None:
    titles = ["measured", "import", "reading", "commands", "Prefect"]
    written = brought_up_to_date(DOCUMENT, {title: f"the table {title}" for title in titles})
    assert [title for title in titles if f"<!-- {title} -->\n\nthe table {title}\n\n<!-- end -->" in written] == titles


def test_the_ratio_to_the_pass_is_of_one_round() -> None:
    imports, passes = (
        [(4.0, 9.0, 500.0), (30.0, 9.0, 510.0), (6.0, 9.0, 520.0)],
        [(c, 1.0, 90.0) for c in (2.0, 10.0, 3.0)],
    )
    row = against_days({3: (imports, passes)}).splitlines()[-1].split(" | ")
    assert row[:4] == ["| 3", "3.00 (2.00-10.00)", "6.00 (4.00-30.00)", "2.00 (2.00-3.00)"]
    assert row[-1] == "510 (500-520) |"


def test_commands_stand_beside_each_other_by_nights() -> None:
    few, many = {"nights": [(0.5, 1.0, 100.0)] * 3}, {"nights": [(2.0, 3.0, 300.0)] * 3}
    head, _, row = against_nights({100: few, 1_000: many}).splitlines()
    assert head == "| command | CPU s, 100 nights | CPU s, 1,000 nights | MB, 100 nights | MB, 1,000 nights |"
    assert re.findall(r"\| ([\d.]+) ", row) == ["0.50", "2.00", "100", "300"]


def test_a_peer_without_figures_is_named() -> None:
    assert took_no_part({"b", "a"}, {"c"}) == "Could not be had: a, b. Read none of these formats: c."
    assert took_no_part(set(), set()) == "Every peer took part."


@pytest.mark.parametrize(("load", "is_said"), [(0.0, False), (1e6, True)])
def test_a_shared_machine_is_said(load: float, *, is_said: bool) -> None:
    assert ("Others used the machine" in about(3, [load, 0.0], is_quick=False)) is is_said
