"""Development only: AASM scoring against psgscoring (BSD-3), which is in no lock; skipped where it is not installed.

Its scoring of leg movements is compared step by step, fed with the same movements. Where the two differ the
difference is built into the test, with its reason:

* A movement less than 5 s after another ends its series there and is passed over here (the text is silent); the
  switch ``short_imi = ends_run`` makes the two alike, exactly.
* It pairs each movement of the left leg with at most one of the right, and includes a distance of exactly 5 s.
  The text says "less than 5 s", and movements that chain from leg to leg are one movement here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.scoring.rulesets import AASM, derive
from analytics.scoring.score import Scored, score
from tests.analytics.scoring.event_lists import MARK_TYPES, SPAN_TYPES, column, every, kicks, marks, scored, stages

plm = pytest.importorskip("psgscoring.plm")

SHORT_ENDS = derive(AASM, "short-ends", {"short_imi": "ends_run"})
N_NIGHTS = 300


def _theirs(events: list[tuple[float, float]], breaths: list[tuple[float, float]], wake_until_s: float) -> Any:
    movements = [{"onset_s": on, "duration_s": off - on, "amplitude_uv": 1.0} for on, off in events]
    asleep = [m for m in movements if m["onset_s"] >= wake_until_s]
    eligible, _ = plm._exclude_resp_associated(asleep, resp_spans=breaths, mode="aasm")
    return plm._detect_series(eligible)


def _random_night(rng: np.random.Generator) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Movements of one leg and breathing events, in quarters of a second, which floats hold exactly."""
    onsets = np.cumsum(rng.integers(8, 400, 40)) / 4
    movements = [(float(on), float(on + rng.integers(2, 8) / 4)) for on in onsets]
    starts = rng.choice(onsets, 4) + rng.integers(-100, 8, 4) / 4
    return movements, [(float(on), float(on + 20)) for on in starts]


def _ours(movements: list[tuple[float, float]], breaths: list[tuple[float, float]], wake_until_s: float) -> Scored:
    def ms(pairs: list[tuple[float, float]], *before: str) -> list[tuple[Any, ...]]:
        return [(*before, round(a * 1000), round(b * 1000)) for a, b in pairs]

    return score(
        pl.DataFrame(ms(movements, "N", "L"), MARK_TYPES, orient="row"),
        ruleset=SHORT_ENDS,
        hypnogram=stages((0, wake_until_s, "W"), (wake_until_s, 36_000, "N2")),
        respiration=pl.DataFrame(ms(breaths, "N"), SPAN_TYPES, orient="row"),
    )


def test_series_of_one_leg_are_the_same() -> None:
    rng = np.random.default_rng(7)
    compared = 0
    for _ in range(N_NIGHTS):
        movements, breaths = _random_night(rng)
        wake_until_s = float(rng.integers(0, 200))
        result = _ours(movements, breaths, wake_until_s)
        series, count = _theirs(movements, breaths, wake_until_s)
        assert column(result, "is_plm").count(True) == count
        assert result.series.select("start_ms", "n_movements").rows() == [
            (round(s["start_s"] * 1000), s["n_lms"]) for s in series
        ]
        compared += count
    assert compared > 10 * N_NIGHTS


def test_passing_over_a_short_interval_is_the_difference_of_the_default() -> None:
    onsets = [*every(20, 3), 344.0, *every(20, 3, 360)]
    series, count = _theirs([(on, on + 1) for on in onsets], [], 0.0)
    assert (len(series), count) == (1, 4)  # 344 starts a series of its own: 344, 360, 380, 400
    assert column(scored(kicks(*onsets, duration_s=1), ruleset=AASM), "series_id") == [1, 1, 1, None, 1, 1, 1]


@pytest.mark.parametrize(("distance_s", "theirs", "ours"), [(4.75, 1, 1), (5.0, 1, 2), (5.25, 2, 2)])
def test_a_distance_of_exactly_five_seconds_is_the_difference_in_pairs_of_legs(
    distance_s: float, theirs: int, ours: int
) -> None:
    left = [{"onset_s": 300.0, "duration_s": 1.0, "amplitude_uv": 1.0}]
    right = [left[0] | {"onset_s": 300 + distance_s}]
    assert len(plm._merge_bilateral(left, right, plm.BILATERAL_WIN_AASM_S)) == theirs
    both = marks(("L", 300, 301), ("R", 300 + distance_s, 301 + distance_s))
    assert len(scored(both, ruleset=AASM).movements) == ours


def test_a_chain_from_leg_to_leg_is_one_movement_here_and_pairs_there() -> None:
    left = [{"onset_s": on, "duration_s": 1.0, "amplitude_uv": 1.0} for on in (300.0, 308.0)]
    right = [left[0] | {"onset_s": 304.0}]
    assert len(plm._merge_bilateral(left, right, plm.BILATERAL_WIN_AASM_S)) == 2
    chain = marks(("L", 300, 301), ("R", 304, 305), ("L", 308, 309))
    assert column(scored(chain, ruleset=AASM), "n_mono") == [3]
