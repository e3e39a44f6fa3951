"""The product's own band, 20 to 40 s; everything else as in WASM 2016."""

from __future__ import annotations

import pytest

from analytics.scoring.rulesets import SOURCE_20_40, WASM_2016, Ruleset
from tests.analytics.scoring.event_lists import column, every, kicks, marks, measure, n_plm, scored


@pytest.mark.parametrize(("imi_s", "expected"), [(19.999, 0), (20.0, 5), (40.0, 5), (40.001, 0)])
def test_intervals_of_a_series_are_twenty_to_forty_seconds(imi_s: float, expected: int) -> None:
    assert n_plm(every(imi_s, 5), SOURCE_20_40) == expected


@pytest.mark.parametrize(("n", "expected"), [(3, 0), (4, 4)])
def test_a_series_has_at_least_four_movements(n: int, expected: int) -> None:
    assert n_plm(every(30, n), SOURCE_20_40) == expected


@pytest.mark.parametrize("imi_s", [15.0, 60.0])
def test_an_interval_outside_the_band_ends_the_run_although_the_standard_allows_it(imi_s: float) -> None:
    kicked = kicks(*every(30, 4), *every(30, 4, 390 + imi_s))
    assert measure(scored(kicked, ruleset=WASM_2016), "n_series") == 1
    assert measure(scored(kicked, ruleset=SOURCE_20_40), "n_series") == 2


def test_a_long_movement_ends_the_run_as_in_the_standard() -> None:
    result = scored(kicks(*every(30, 2)), kicks(360, duration_s=12), kicks(390, 420), ruleset=SOURCE_20_40)
    assert measure(result, "n_plm") == 0


def test_movements_are_joined_and_judged_as_in_the_standard() -> None:
    movements = marks(("L", 300, 302), ("R", 302.4, 304), ("L", 330, 341), ("R", 360, 360.4), ("L", 370, 370.5))

    def judged(ruleset: Ruleset) -> list[list[object]]:
        return [column(scored(movements, ruleset=ruleset), name) for name in ("side", "is_clm", "n_mono")]

    assert judged(SOURCE_20_40) == judged(WASM_2016) == [["B", "L", "L"], [True, False, True], [2, 1, 1]]
