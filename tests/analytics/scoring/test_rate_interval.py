"""The interval of the rate behind a night: its unit is the series, and it covers as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.scoring.rate_interval import rate_interval


def interval(n_series: int, n_movements: int, sleep_h: float = 7.0) -> tuple[float, float]:
    found = rate_interval(n_series, n_movements, sleep_h)
    assert found is not None
    return found


def test_the_same_movements_in_fewer_series_say_less() -> None:
    few, many = interval(3, 120), interval(20, 120)
    assert few[1] - few[0] > 2 * (many[1] - many[0])


def test_a_night_without_series_has_an_upper_bound_that_falls_with_the_hours() -> None:
    low, high = interval(0, 0)
    assert low == 0
    assert 5 < high < 25
    assert high > interval(0, 0, 9.0)[1]


def test_without_sleep_there_is_no_interval() -> None:
    assert rate_interval(0, 0, 0.0) is None
    assert rate_interval([0, 0], [0, 0], [0.0, 0.0]) is None


def test_equal_draws_of_a_night_are_that_night() -> None:
    assert rate_interval([9] * 60, [150] * 60, [7.0] * 60) == pytest.approx(interval(9, 150))


def test_draws_that_disagree_widen_the_interval_to_both() -> None:
    found = rate_interval([2, 12], [20, 220], [6.0, 7.0])
    assert found is not None
    assert found[0] < interval(2, 20, 6.0)[1]
    assert found[0] < interval(12, 220)[0]
    assert found[1] > interval(2, 20, 6.0)[1]


def test_draws_without_any_series_take_the_lower_bound_to_nothing_once_they_weigh_enough() -> None:
    rare = rate_interval([9] * 49 + [0], [150] * 49 + [0], 7.0)
    often = rate_interval([9] * 9 + [0], [150] * 9 + [0], 7.0)
    assert rare is not None
    assert often is not None
    assert rare[0] > 0
    assert often[0] == 0


def test_draws_without_sleep_are_left_out() -> None:
    assert rate_interval([9, 0], [150, 0], [7.0, 0.0]) == pytest.approx(interval(9, 150))


def test_a_series_cut_to_less_than_four_by_waking_still_counts() -> None:
    low, high = interval(1, 2)
    assert 0 < low < high


@pytest.mark.parametrize(
    "counts", [(-1, 0, 7.0), (0, 3, 7.0), (3, 2, 7.0), (1, 8, float("nan")), (float("inf"), float("inf"), 7.0)]
)
def test_what_makes_no_sense_is_refused(counts: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"series|numbers"):
        rate_interval(*counts)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95.0, float("nan")])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        rate_interval([3], [20], [7.0], level=level)


@given(st.integers(1, 60), st.integers(0, 400), st.floats(2.0, 12.0))
def test_the_interval_holds_the_index_and_grows_with_it(n_series: int, beyond: int, sleep_h: float) -> None:
    n_movements = 4 * n_series + beyond
    low, high = interval(n_series, n_movements, sleep_h)
    assert 0 < low < high
    more = interval(n_series, n_movements + 20, sleep_h)
    assert more[0] >= low * 0.999
    assert more[1] >= high * 0.999


@pytest.mark.parametrize(
    ("rate_per_h", "mean_length", "sleep_h"), [(5, 6, 8.0), (15, 15, 6.0), (30, 40, 4.0), (60, 15, 7.0)]
)
def test_it_covers_the_rate_in_nights_drawn_by_its_own_assumptions(
    rate_per_h: float, mean_length: float, sleep_h: float
) -> None:
    rng = np.random.default_rng([20, int(rate_per_h), int(mean_length)])
    nights = 400
    series = rng.poisson(rate_per_h * sleep_h / mean_length, nights)
    lengths = [3 * n + int(rng.geometric(1 / (mean_length - 3), n).sum()) for n in series.tolist()]
    bounds = [interval(n, m, sleep_h) for n, m in zip(series.tolist(), lengths, strict=True)]
    share = np.mean([low <= rate_per_h <= high for low, high in bounds])
    # 93 % less three standard errors of 400 nights.
    assert share > 0.93 - 3 * np.sqrt(0.93 * 0.07 / nights)
