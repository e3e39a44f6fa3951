"""The ratio of one outcome with a factor and without, with its interval."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.triggers.model import OutcomeNights, RateRatio, rate_ratio
from analytics.triggers.outcomes import NightOutcome, as_arrays
from tests.analytics.triggers.diaries import day, every_other


def nights(values: list[float], *, name: str = "hypnic_jerks") -> OutcomeNights:
    return as_arrays(name, [NightOutcome(day(k), value) for k, value in enumerate(values)])  # type: ignore[arg-type]


def told(held: OutcomeNights, side: list[bool]) -> RateRatio:
    found = rate_ratio(held, np.array(side))
    assert found is not None
    return found


def test_even_counts_give_their_ratio() -> None:
    side = every_other(42)
    found = told(nights([12.0 if had else 6.0 for had in side]), side)
    assert found.ratio == pytest.approx(2.0, rel=0.02)
    assert 1.5 < found.low < found.ratio < found.high < 2.6
    assert found.p_value < 1e-4


def test_the_interval_is_at_least_that_of_counting() -> None:
    side = every_other(42)
    n_with = sum(side)
    counting = np.sqrt(1 / (12 * n_with) + 1 / (6 * (42 - n_with)))
    assert told(nights([12.0 if had else 6.0 for had in side]), side).log_se >= counting


def test_there_is_no_ratio_to_never() -> None:
    side = every_other(20)
    assert rate_ratio(nights([3.0 if had else 0.0 for had in side]), np.array(side)) is None


def test_a_factor_in_one_streak_is_less_sure_where_nights_are_alike() -> None:
    slow = np.exp(0.6 * np.sin(np.arange(40) / 5))
    streak, mixed = [k >= 20 for k in range(40)], every_other(40)
    values = [float(round(10 * one)) for one in slow]
    assert told(nights(values), streak).log_se > 1.5 * told(nights(values), mixed).log_se


def test_a_steady_rise_is_not_taken_for_the_factor_that_came_later() -> None:
    rising = [float(round(8 * 1.02**k)) for k in range(60)]
    side = [k >= 30 for k in range(60)]
    assert rising[45] / rising[15] > 1.7
    assert told(nights(rising), side).low < 1 < told(nights(rising), side).high


def test_a_night_that_is_uncertain_weighs_less() -> None:
    side = every_other(30)
    held = nights([80.0 if k == 0 else 6.0 for k in range(30)])
    unsure = replace(held, own_variance=np.where(np.arange(30) == 0, 4.0, 0.0))
    assert side[0]
    assert abs(np.log(told(unsure, side).ratio)) < 0.3 * np.log(told(held, side).ratio)


def test_hours_of_sleep_are_what_counts_are_per() -> None:
    side = every_other(40)
    hours = np.where(side, 8.0, 4.0)
    held = replace(nights([float(5 * h) for h in hours]), exposure=hours)
    assert told(held, side).ratio == pytest.approx(1.0, abs=0.02)


@given(st.floats(0.01, 100), st.integers(0, 10_000))
def test_amounts_in_another_unit_have_the_same_ratio(unit: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    minutes = [float(one) for one in 30 * np.exp(rng.normal(0, 0.5, 24))]
    side = every_other(24)
    here = told(nights(minutes, name="waso"), side)
    there = told(nights([unit * one for one in minutes], name="waso"), side)
    assert [there.ratio, there.low, there.high] == pytest.approx([here.ratio, here.low, here.high], rel=1e-5)


@given(st.integers(0, 10_000))
def test_the_other_side_is_the_inverse_within_its_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    held, side = nights([float(one) for one in 1 + rng.poisson(5, 24)]), every_other(24)
    here, there = told(held, side), told(held, [not had for had in side])
    assert there.ratio == pytest.approx(1 / here.ratio, rel=1e-6)
    assert [there.low, there.high] == pytest.approx([1 / here.high, 1 / here.low], rel=1e-6)
    assert here.low <= here.ratio <= here.high
    assert (here.p_value <= 0.05) == (here.low > 1 or here.high < 1)
