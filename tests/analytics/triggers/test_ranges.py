"""Two ranges of nights: what each holds, and how many times the one is the other."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.triggers.ranges import mean_a_night, times_as_many
from tests.analytics.triggers.diaries import counts, day


def test_four_nights_have_no_mean_and_no_ratio() -> None:
    assert mean_a_night(counts(3, 2, 4, 3)) is None
    assert times_as_many("hypnic_jerks", counts(3, 2, 4, 3), counts(*[None] * 9, 1, 1, 1, 1, 1)) is None


def test_a_mean_stands_within_its_interval_and_none_at_all_is_not_surely_none() -> None:
    found = mean_a_night(counts(4, 5, 2, 3, 6, 4, 5))
    assert found is not None
    assert found.mean == pytest.approx(29 / 7)
    assert found.low < found.mean < found.high
    none = mean_a_night(counts(*[0.0] * 10))
    assert none is not None
    assert (none.mean, none.low) == (0, 0)
    assert 0.2 < none.high < 1.5


@pytest.mark.parametrize(("n", "alike"), [(7, 0.0), (14, 0.0), (14, 0.4), (30, 0.4), (90, 0.5)])
def test_intervals_hold_the_mean_of_simulated_nights_as_often_as_they_say(n: int, alike: float) -> None:
    rng = np.random.default_rng([n, int(10 * alike)])
    held, runs = 0, 600
    for _ in range(runs):
        noise = rng.normal(size=n)
        for k in range(1, n):
            noise[k] = alike * noise[k - 1] + np.sqrt(1 - alike**2) * noise[k]
        found = mean_a_night(counts(*rng.poisson(4 * np.exp(0.5 * noise - 0.125)).astype(float)))
        assert found is not None
        held += found.low <= 4 <= found.high
    assert 0.92 <= held / runs <= 0.985


def test_a_range_with_half_the_jerks_is_told_whatever_the_trend_between() -> None:
    falling = counts(*(round(12 - 6 * k / 59) for k in range(60)))
    first, second = falling[:20], falling[40:]
    found = times_as_many("hypnic_jerks", first, second)
    assert found is not None
    assert found.high < 1
    assert found.ratio == pytest.approx(
        sum(night.value for night in second) / sum(night.value for night in first), rel=0.1
    )


def test_of_a_long_range_the_newest_nights_are_compared() -> None:
    first = counts(*[8.0] * 100, *[4.0] * 90)
    second = [night for night in counts(*[2.0] * 210) if night.night_date >= day(200)]
    found = times_as_many("hypnic_jerks", first, second)
    assert found is not None
    assert 0.4 < found.ratio < 0.6
