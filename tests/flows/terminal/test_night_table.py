"""What the table of nights reads of the database."""

from __future__ import annotations

from pathlib import Path

from analytics.store import row_dicts
from flows.terminal.night_table import nights_with_reasons, select_nights, whole_nights
from flows.terminal.options import EVERY_NIGHT
from tests.flows.stored import build


def test_a_table_reads_no_instants_that_it_does_not_show(tmp_path: Path) -> None:
    store = build(tmp_path / "nights.duckdb")
    night = select_nights(store, EVERY_NIGHT).rows[0]
    columns, rows = whole_nights(store, EVERY_NIGHT)
    assert {name: rows[0][name] for name in night} == dict(night)
    assert not [name for name in night if name.endswith(("_local", "_at"))]
    assert "sleep_onset_local" in columns


def test_programs_get_the_raised_flags_of_each_night_with_the_night(tmp_path: Path) -> None:
    store = build(tmp_path / "nights.duckdb")
    found = nights_with_reasons(store, EVERY_NIGHT)
    assert [row for row, _ in found] == whole_nights(store, EVERY_NIGHT)[1]
    assert [why["flag"] for _, raised in found for why in raised] == [
        row["flag"] for row in row_dicts(store, "SELECT flag FROM flagged_nights ORDER BY night_date, subject, flag")
    ]
