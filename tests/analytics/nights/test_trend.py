"""The change of the index over nights, and how sure it is."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from analytics.nights.patterns import NightFacts
from analytics.nights.trend import trend
from benchmarks.people import trend_holds

FIRST = date(2026, 3, 2)


def nights(*index: float) -> list[NightFacts]:
    return [NightFacts(FIRST + timedelta(days=k), assessable=True, plms_index=value) for k, value in enumerate(index)]


def test_six_nights_show_no_trend_and_seven_may() -> None:
    assert trend(nights(1, 2, 3, 4, 5, 6)) is None
    rising = trend(nights(1, 2, 3, 4, 5, 6, 7))
    assert rising is not None
    assert rising.per_week == pytest.approx(7)
    assert rising.is_clear


def test_a_trend_is_that_of_the_newest_year() -> None:
    found = trend(nights(*[50] * 1_000, *range(366)))
    assert found is not None
    assert found.n_nights == 366
    assert (found.low, found.high) == pytest.approx((7, 7))


def test_nights_that_differ_by_chance_show_no_clear_trend() -> None:
    found = [trend(nights(*np.random.default_rng(k).normal(30, 8, 14))) for k in range(200)]
    assert sum(t is not None and t.is_clear for t in found) <= 16  # 5 % of 200, and as much again by chance


@given(st.lists(st.floats(0, 100), min_size=7, max_size=40))
def test_slope_and_interval_are_those_of_scipy_s_theil_sen(index: list[float]) -> None:
    found = trend(nights(*index))
    assert found is not None
    weeks = np.arange(len(index)) / 7
    slope, _, low, high = theilslopes(index, weeks, alpha=0.95)
    assert found.per_week == pytest.approx(slope, abs=1e-9)
    assert found.low <= low + 1e-9  # ours goes one pair outwards, knows no ties, and widens where nights are alike
    assert found.high >= high - 1e-9


@pytest.mark.parametrize("n", [14, 30])
@pytest.mark.parametrize("lag", [0.0, 0.4, 0.5])
def test_the_interval_of_a_trend_holds_it_where_neighbouring_nights_are_alike(n: int, lag: float) -> None:
    """It was 0.78-0.88 at 0.4 and 0.5; 0.93-0.98 of many, and of 300 two standard errors less."""
    assert trend_holds(np.random.default_rng(4), n, lag, 300) >= 0.90


def test_nights_far_apart_are_not_alike() -> None:
    index = np.random.default_rng(5).normal(20, 5, 20)
    weekly = [NightFacts(FIRST + timedelta(7 * k), assessable=True, plms_index=float(v)) for k, v in enumerate(index)]
    found = trend(weekly)
    assert found is not None
    slope, _, low, high = theilslopes(index, np.arange(20.0), alpha=0.95)
    assert found.per_week == pytest.approx(slope)
    assert found.high - found.low < 1.3 * (high - low)
