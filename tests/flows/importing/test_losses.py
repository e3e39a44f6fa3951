"""More than 5 % of a recording lost is no footnote: a loud line, a field of its own, and a partial result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analytics.store import Store, query
from tests.flows.conftest import Run

RATE_HZ, N = 25, 6_000


def table(path: Path, *, n_bad: int = 0, years: tuple[int, ...] = (2026,)) -> Path:
    """A sensor at rest; some rows hold no numbers, and each year holds as many rows as the others."""
    xyz = np.random.default_rng(3).normal((0.1, -0.3, 0.95), 0.004, (N, 3))
    each = N // len(years)
    lines = []
    for i, (x, y, z) in enumerate(xyz):
        stamp = np.datetime64(f"{years[i // each]}-01-15T23:00:00.000") + np.timedelta64(
            i % each * 1000 // RATE_HZ, "ms"
        )
        lines.append(f"{stamp},?,?,?\n" if 1_000 <= i < 1_000 + n_bad else f"{stamp},{x:.4f},{y:.4f},{z:.4f}\n")
    path.write_text("time,x,y,z\n" + "".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(("n_bad", "code"), [(N // 20, 0), (N // 5, 1)])
def test_a_night_of_which_a_part_is_missing_is_a_partial_result(
    run: Run, tmp_path: Path, n_bad: int, code: int
) -> None:
    path = table(tmp_path / "night.csv", n_bad=n_bad)
    ended = run("import", path, "--tz", "UTC", "--db", tmp_path / "n.duckdb", "--json")
    assert ended.code == code
    (outcome,) = json.loads(ended.out)["outcomes"]
    assert (outcome["status"], bool(outcome["lost"])) == ("imported", bool(code))
    assert (f"nightkick: {path}: A PART IS MISSING: 20 % of its samples" in ended.err) is bool(code)


def test_a_clock_that_was_lost_is_mended_by_the_start_that_the_warning_asks_for(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path / "night.csv", years=(2026, 2000))
    words = ("--tz", "UTC", "--db", tmp_path / "n.duckdb", "--json")
    first = run("import", path, *words)
    assert first.code == 1
    assert "3000 of 6000 samples are dated from 2000-01-15 on, when the clock was not set: left out (say" in first.err
    again = run("import", path, *words, "--start", "2026-01-16T03:00")
    assert again.code == 0
    counted = "SELECT n_samples, epoch_us(last_at) AS last_us FROM recording"
    ((n_samples, last_us),) = query(Store(tmp_path / "n.duckdb"), counted).rows()
    assert (n_samples, last_us // 1_000_000) == (N, 1_768_532_400 + 3000 // RATE_HZ - 1)
    known = run("import", path, *words, "--start", "2026-01-16T03:00")
    assert json.loads(known.out)["outcomes"][0]["status"] == "known"


def test_a_known_file_of_which_a_part_is_missing_stays_a_partial_result(run: Run, tmp_path: Path) -> None:
    path = table(tmp_path / "night.csv", n_bad=N // 5)
    words = ("--tz", "UTC", "--db", tmp_path / "n.duckdb", "--json")
    assert run("import", path, *words).code == 1
    again = run("import", path, *words)
    (outcome,) = json.loads(again.out)["outcomes"]
    assert (again.code, outcome["status"], bool(outcome["lost"])) == (1, "known", True)
    assert f"nightkick: {path}: A PART IS MISSING: 20 % of its samples" in again.err
