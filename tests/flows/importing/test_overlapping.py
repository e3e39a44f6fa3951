"""Recordings of one leg that overlap, imported: each movement once, in any order, and one line says who speaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analytics.simulate.write import simulate_night, write_recording
from analytics.store import Store, load_night, query
from analytics.words import SPEAKER_NOTES
from flows.importing.declared import Wishes
from flows.importing.outcomes import Outcome
from flows.importing.pipeline import import_file, open_context
from tests.flows.conftest import Run

EVENING = date(2026, 3, 2)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two hours whole, in two halves that share ten minutes, and as a CSV."""
    folder = tmp_path_factory.mktemp("files")
    whole = simulate_night("jerks", evening=EVENING, rate_hz=25, sensor="ax3", seed=5, hours=4.0)
    n = len(whole.time_us)
    cuts = {"whole": slice(0, n), "first": slice(0, n // 2 + 15_000), "second": slice(n // 2, n), "copy": slice(0, n)}
    made = {}
    for name, cut in cuts.items():
        kind: Any = "csv" if name == "copy" else "cwa"
        made[name] = folder / f"{name}.{kind}"
        part = replace(whole, time_us=whole.time_us[cut], xyz_g=whole.xyz_g[cut])
        write_recording(made[name], part, rate_hz=25, file_format=kind, side="left")
    return made


def imported(database: Path, *paths: Path) -> tuple[Store, list[Outcome]]:
    context = open_context(Wishes(site="ankle", side="left", tz="UTC"), database=database)
    return context.store, [import_file(path, context) for path in paths]


def events(store: Store) -> list[tuple[Any, ...]]:
    return query(store, "SELECT round(epoch_ms(onset_at) / 100), label, is_plm FROM events ORDER BY ALL").rows()


@pytest.mark.slow
def test_files_of_one_night_give_it_once_in_any_order_and_a_line_says_who_speaks(
    tmp_path: Path, files: dict[str, Path]
) -> None:
    alone, _ = imported(tmp_path / "alone.duckdb", files["whole"])
    store, outcomes = imported(tmp_path / "a.duckdb", files["second"], files["first"], files["copy"], files["whole"])
    again, _ = imported(tmp_path / "b.duckdb", files["whole"], files["copy"], files["first"], files["second"])
    assert load_night(store, ("me", EVENING)) == load_night(again, ("me", EVENING))
    assert len(events(store)) == pytest.approx(len(events(alone)), abs=2)
    assert [w for o in outcomes[:2] for w in o.warnings if "overlaps" in w] == [
        f"night {EVENING}: first.cwa overlaps second.cwa by 10 min on one leg; used are: first.cwa 2.2 h, "
        "second.cwa 1.8 h"
    ]
    shown = query(store, "SELECT path, shared_h, speaks_h, notes FROM recordings ORDER BY path").rows()
    assert [Path(path).name for path, *_ in shown] == ["copy.csv", "first.cwa", "second.cwa", "whole.cwa"]
    assert sum(speaks_h for _, _, speaks_h, _ in shown) == pytest.approx(4.0, abs=0.01)
    assert all(shared_h > 1.9 and notes is None for _, shared_h, _, notes in shown)


def test_two_people_under_one_name_get_no_number_and_the_way_out_parts_them(run: Run, home: Path) -> None:
    db, names = home / "n.duckdb", {"anna": 11, "bert": 12}
    for name, seed in names.items():
        night = simulate_night("plmd", evening=EVENING, rate_hz=25, sensor="ax3", seed=seed, hours=8.0)
        write_recording(Path(f"{name}.cwa"), night, rate_hz=25, file_format="cwa", side="left", serial=seed)
    code, _, err = run("import", "anna.cwa", "bert.cwa", "--tz", "UTC", "--site", "ankle", "--db", db)
    assert code == 0
    assert f"bert.cwa {SPEAKER_NOTES['moves_apart']}" in err
    ((reason, index, state),) = query(
        Store(db),
        "SELECT not_assessable_reason, plms_index, state FROM nights JOIN night_flags USING (subject, night_date) "
        "WHERE flag = 'possible_plmd'",
    ).rows()
    assert "two people" in reason
    assert (index, state) == (None, "cannot_tell")
    assert query(Store(db), "SELECT notes FROM recordings").rows() == [(["moves_apart"],)] * 2
    for name in names:
        assert run("import", f"{name}.cwa", "--subject", name, "--tz", "UTC", "--site", "ankle", "--db", db).code == 0
    parted = query(Store(db), "SELECT subject, plms_index FROM nights WHERE assessable ORDER BY subject").rows()
    assert [name for name, index in parted if index] == sorted(names)
    assert query(Store(db), "SELECT count(*) FROM recordings WHERE notes IS NOT NULL").item() == 0
