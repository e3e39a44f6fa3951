"""What judges hard nights: exact intervals, the index of the truth, and how far a probability can be believed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.simulate import PROFILES, SENSORS, plan_night, render
from benchmarks.accuracy_document import brought_up_to_date
from benchmarks.hard_nights_truth import (
    Truth,
    brier,
    exact_interval,
    group_of,
    read_truth,
    reliability,
    series_interval,
    share,
    true_series,
)

HOUR_S = 3600
ROOT = Path(__file__).parents[2]


def _truth(tmp_path: Path, events: list[tuple[str, float, float, float]], **changes: object) -> Truth:
    """Three hours, asleep from the end of the first to the end of the second."""
    told = {
        "name": "plm-22/h-1", "condition": "plm-22/h", "tz": "UTC", "start": 1_773_174_600.0, "seconds": 3.0 * HOUR_S,
        "events": events, "sleep": "0" * HOUR_S + "1" * HOUR_S + "0" * (HOUR_S + 2), "onset": 1.0 * HOUR_S,
        "wake": 2.0 * HOUR_S, "lsb_g": 0.004, "age": "adult", "worn_h": 3.0,
    }  # fmt: skip
    path = tmp_path / "n000.json"
    path.write_text(json.dumps(told | changes))
    return read_truth(path)


def _kicks(n: int, first_s: float, peak_g: float = 0.05, kind: str = "plm", imi_s: float = 25.0) -> list:  # type: ignore[type-arg]
    return [(kind, first_s + imi_s * k, first_s + imi_s * k + 1.5, peak_g) for k in range(n)]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129)]
)
def test_exact_intervals_are_clopper_and_pearsons(hits: int, total: int, low: float, high: float) -> None:
    assert exact_interval(hits, total) == pytest.approx((low, high), abs=5e-5)


def test_a_share_says_of_how_many() -> None:
    assert share(4, 5) == "4 of 5 (28-99 %)"
    assert share(0, 0) == "-"


def test_ten_true_kicks_of_a_series_in_an_hour_asleep_are_ten_an_hour(tmp_path: Path) -> None:
    found = true_series(_truth(tmp_path, _kicks(10, HOUR_S + 600)))
    assert found.index == pytest.approx(10)
    assert found.sizes == (10,)


def test_kicks_awake_are_in_no_index(tmp_path: Path) -> None:
    assert true_series(_truth(tmp_path, _kicks(10, 600, kind="plmw"))).index == 0


def test_a_turn_breaks_a_series_of_the_truth(tmp_path: Path) -> None:
    kicks = _kicks(6, HOUR_S + 600)
    assert true_series(_truth(tmp_path, kicks)).index == pytest.approx(6)
    turned = [*kicks, ("turn", HOUR_S + 600 + 62, HOUR_S + 600 + 66, 0.15)]
    assert true_series(_truth(tmp_path, turned)).index == 0  # three and three are no series


def test_a_kick_that_is_too_long_breaks_it_too_and_a_partner_does_not(tmp_path: Path) -> None:
    kicks = _kicks(6, HOUR_S + 600)
    long = ("plm", HOUR_S + 600 + 58, HOUR_S + 600 + 70, 0.05)
    assert true_series(_truth(tmp_path, [*kicks, long])).index == 0
    beside = [(name, HOUR_S + 600 + 62, HOUR_S + 600 + 66, 0.01) for name in ("partner", "pet", "rail", "jerk", "efm")]
    assert true_series(_truth(tmp_path, [*kicks, *beside])).index == pytest.approx(6)


def test_small_kicks_are_left_out_where_asked(tmp_path: Path) -> None:
    truth = _truth(tmp_path, [*_kicks(8, HOUR_S + 600, 0.015), *_kicks(8, HOUR_S + 2000, 0.05)])
    assert true_series(truth).index == pytest.approx(16)
    assert true_series(truth, least_g=0.02).index == pytest.approx(8)


def test_sleep_without_the_sensor_is_not_the_nights(tmp_path: Path) -> None:
    """The truth says for how long it was worn and not when: what is off is the longest stretch without a mark."""
    truth = _truth(
        tmp_path, _kicks(10, HOUR_S + 300), condition="fell off at 03:00 in bed", sleep="0" * HOUR_S + "1" * 2 * HOUR_S,
        wake=3.0 * HOUR_S, worn_h=1.2,
    )  # fmt: skip
    worn_s = 10 * 25 + 300 - 25 + 1.5
    assert truth.tst_h == pytest.approx(worn_s / HOUR_S, abs=0.001)
    assert true_series(truth).index == pytest.approx(10 / truth.tst_h)


def test_a_nap_before_the_night_counts_as_sleep_and_not_in_the_night(tmp_path: Path) -> None:
    asleep = "1" * 1800 + "0" * 1800 + "1" * HOUR_S + "0" * HOUR_S
    truth = _truth(tmp_path, _kicks(10, 100), sleep=asleep)
    assert truth.tst_h == pytest.approx(1.0)
    assert bool(truth.asleep[0])
    assert true_series(truth).index == 0


@pytest.mark.parametrize(
    ("condition", "group"),
    [
        ("ctrl", "undisturbed"),
        ("plm-8/h", "undisturbed"),
        ("side-sleeper 30/h", "undisturbed"),
        ("side, held 2-6 s, 30/h", "hard"),
        ("apnoea, movement every 30-60 s", "apnoea"),
        ("on charger, fan vibration", "unworn"),
        ("bed partner has PLM (8-20 mg through the mattress)", "hard"),
    ],
)
def test_kinds_stand_in_the_groups_of_the_goal(condition: str, group: str) -> None:
    assert group_of(condition) == group


def test_reliability_holds_what_was_said_against_what_was() -> None:
    p, slept = np.array([0.04, 0.06, 0.95, 1.0, 0.15]), np.array([False, True, True, True, False])
    rows = reliability(p, slept)
    assert [(r.tenth, r.n) for r in rows] == [(0, 2), (1, 1), (9, 2)]
    assert rows[0].said == pytest.approx(0.05)
    assert rows[0].was == pytest.approx(0.5)


def test_a_sure_and_right_night_has_a_brier_score_of_nothing() -> None:
    slept = np.array([True, False])
    assert brier(slept, slept) == 0
    assert brier(np.array([0.5, 0.5]), slept) == 0.25


def test_the_interval_of_many_single_movements_is_garwoods_and_series_widen_it() -> None:
    """Garwood 1936: 20 events, 12.22-30.89."""
    assert series_interval([1] * 20, 1.0) == pytest.approx((12.22, 30.89), abs=0.005)
    low, high = series_interval([10, 10], 1.0)
    assert low < 12.22
    assert high > 30.89
    assert series_interval([], 10.0) == pytest.approx((0.0, 3.7))


def test_a_table_is_put_in_its_place_and_others_stay() -> None:
    document = "<!-- One -->\n\nold\n\n<!-- end -->\n<!-- Two -->\n\nkept\n\n<!-- end -->\n"
    assert brought_up_to_date(document, {"One": "new"}) == document.replace("old", "new")
    with pytest.raises(SystemExit, match="no place for: Three"):
        brought_up_to_date(document, {"Three": "new"})


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / "hard_nights.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.slow
def test_a_night_in_a_folder_is_judged_and_put_into_the_document(tmp_path: Path) -> None:
    rng = np.random.default_rng([19, 40])
    plan = plan_night(PROFILES["plmd"], rng, hours=4)
    seconds, xyz = render(plan, SENSORS["ax3"], rng, rate_hz=12.5)
    asleep = np.zeros(4 * HOUR_S, int)
    for start_s, end_s in plan.sleep_s:
        asleep[round(start_s) : round(end_s)] = 1
    kinds = {"kick": "plm", "posture": "turn"}
    _truth(
        tmp_path,
        [(kinds.get(e.kind, e.kind), e.onset_s, e.onset_s + e.duration_s, e.peak_g) for e in plan.events],
        seconds=4.0 * HOUR_S, sleep="".join(map(str, asleep)), onset=plan.sleep_s[0][0], wake=plan.sleep_s[-1][1],
        worn_h=4.0,
    )  # fmt: skip
    at = pl.Series(1_773_174_600_000_000 + np.rint(seconds * 1e6).astype(np.int64)).cast(pl.Datetime("us", "UTC"))
    axes = {f"{axis}_g": xyz[:, k].astype(np.float32) for k, axis in enumerate("xyz")}
    pl.DataFrame({"timestamp": at, **axes}).write_parquet(tmp_path / "n000.parquet")
    document = tmp_path / "accuracy.md"
    document.write_text((ROOT / "docs" / "accuracy.md").read_text())
    done = _run(str(tmp_path), "--jobs", "1", "--document", str(document), "--series", "7")
    assert done.returncode == 0, done.stderr
    assert "an index without worn sleep" in done.stdout
    written = document.read_text()
    assert "1 nights of another simulator, series 7" in written
    assert "| plm-22/h | undisturbed |" in written
    assert "<!-- Events -->" in written
