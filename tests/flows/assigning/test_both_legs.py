"""A table with both legs in it, told apart by a column, becomes two recordings; any other sensors are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analytics.store import Store, query
from tests.flows.conftest import Run

RATE_HZ, N = 25, 6_000


def table(path: Path, left: str, right: str, *, column: str = "sensor", separator: str = ",", bad: str = "") -> Path:
    """Two sensors at rest, row by row; the right one lies the other way up."""
    xyz = np.random.default_rng(3).normal((0.1, -0.3, 0.95), 0.004, (N, 3))
    lines = (
        [separator.join(("time", column, "x", "y", "z")), bad]
        if bad
        else [separator.join(("time", column, "x", "y", "z"))]
    )
    for i, row in enumerate(xyz.tolist()):
        stamp = np.datetime64("2026-01-15T23:00:00.000") + np.timedelta64(i * 1000 // RATE_HZ, "ms")
        for name, sign in ((left, 1), (right, -1)):
            lines.append(separator.join((f"{stamp}", name, *(f"{sign * value:.4f}" for value in row))))
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


@pytest.mark.first_case
@pytest.mark.parametrize(
    ("left", "right", "column", "separator"),
    [("left", "right", "sensor", ","), ("L", "R", "leg", ";"), ("Left ankle", "Right ankle", "Device", "\t")],
)
def test_each_leg_is_a_recording_of_its_side(
    run: Run, tmp_path: Path, left: str, right: str, column: str, separator: str
) -> None:
    path = table(tmp_path / "both.csv", left, right, column=column, separator=separator)
    words = ("import", path, "--tz", "UTC", "--site", "ankle", "--db", tmp_path / "n.duckdb", "--json")
    ended = run(*words)
    assert ended.code == 0, ended.err
    sql = "SELECT side, site, n_samples, quality->>'$.mean_g[2]' AS z FROM recording ORDER BY side"
    rows = query(Store(tmp_path / "n.duckdb"), sql).rows()
    assert [row[:3] for row in rows] == [("left", "ankle", N), ("right", "ankle", N)]
    again = json.loads(run(*words).out)["outcomes"]
    assert [outcome["status"] for outcome in again] == ["known", "known"]


def test_three_sensors_or_other_names_are_refused_by_the_column(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path / "both.csv", "A1", "B2")
    ended = run("import", path, "--tz", "UTC", "--db", tmp_path / "n.duckdb")
    assert ended.code == 1
    assert "the column 'sensor' holds more than one sensor ('A1', 'B2')" in ended.err


def test_rows_of_neither_leg_are_counted(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path / "both.csv", "left", "right", bad="starting up\n2026-01-15T23:00:00,,0.1,0.2,0.9")
    ended = run("import", path, "--tz", "UTC", "--db", tmp_path / "n.duckdb")
    assert "2 lines are of neither side" in ended.err
