"""Indices of periodic movements in nights that could have been, and when a threshold is passed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.sleep.index import PossibleIndex, possible_index

#: Half minutes in an hour.
PER_H = 120
N = 8 * PER_H
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def asleep(*hours: tuple[float, float]) -> Bools:
    """A night asleep between these hours."""
    found = np.zeros(N, bool)
    for first, last in hours:
        found[round(first * PER_H) : round(last * PER_H)] = True
    return found


def every(step: int, first_h: float, last_h: float) -> Ints:
    """A movement every so many half minutes."""
    return np.arange(round(first_h * PER_H), round(last_h * PER_H), step)


def index(epochs: Ints, *paths: Bools, series: Ints | None = None) -> PossibleIndex:
    return possible_index(epochs, np.zeros(len(epochs), np.int64) if series is None else series, np.array(paths))


def test_an_index_counts_what_was_in_sleep_per_hour_of_it() -> None:
    found = index(every(2, 0, 8), asleep((1, 7)), asleep((2, 4)), asleep((0, 0.5)))
    assert found.whole == pytest.approx([60.0, 60.0, 60.0])
    assert found.n_movements.tolist() == [360, 120, 30]
    assert found.hours == pytest.approx([6.0, 2.0, 0.5])


def test_a_half_minute_with_several_movements_counts_them_all() -> None:
    assert index(np.array([PER_H, PER_H, PER_H]), asleep((0, 3))).whole == pytest.approx([1.0])


def test_without_movements_every_index_is_zero() -> None:
    none = np.zeros(0, np.int64)
    found = index(none, asleep((1, 7)), asleep((2, 3)))
    assert not np.any([found.whole, found.without_block, found.later, found.n_series, found.n_movements])
    assert found.interval() == (0.0, 1.0)
    assert found.is_above(15.0) is False


def test_the_block_that_adds_most_is_left_out_with_its_sleep() -> None:
    epochs = np.concatenate((every(1, 2, 3), every(4, 5, 6)))
    found = index(epochs, asleep((1, 7)))
    assert found.whole == pytest.approx([150 / 6])
    # From the first to the last movement: 120 half minutes.
    assert found.without_block == pytest.approx([30 / 5])


def test_movements_ten_minutes_apart_are_one_block_and_further_ones_are_two() -> None:
    near, far = (np.array([PER_H, PER_H + step, 5 * PER_H]) for step in (20, 21))
    night = asleep((0, 8))
    assert index(near, night).without_block == pytest.approx([1 / (8 - 21 / PER_H)])
    assert index(far, night).without_block == pytest.approx([2 / (8 - 1 / PER_H)])


def test_the_block_is_the_one_with_most_movements_in_sleep() -> None:
    awake_block, sleeping_block = every(1, 0, 1), every(2, 4, 5)
    found = index(np.concatenate((awake_block, sleeping_block)), asleep((2, 8)))
    assert found.whole == pytest.approx([10.0])
    assert found.without_block == pytest.approx([0.0])


def test_a_night_with_one_block_alone_has_nothing_without_it() -> None:
    assert index(every(2, 0, 8), asleep((1, 7))).without_block == pytest.approx([0.0])


def test_the_first_two_hours_after_falling_asleep_are_left_out_in_each_night() -> None:
    found = index(every(2, 0, 4), asleep((1, 7)), asleep((3, 8)), asleep((0, 2)))
    assert found.later == pytest.approx([60 / 4, 0.0, 0.0])


def above(low: float, high: float, *, without: float = 100.0, later: float = 100.0) -> PossibleIndex:
    """Indices spread evenly over a range."""
    whole, counts = np.linspace(low, high, 101), np.ones(101, np.int64)
    return PossibleIndex(whole, np.full(101, without), np.full(101, later), counts, counts, np.ones(101))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (above(16, 20), True),
        (above(15, 25), True),  # nine in ten are above
        (above(14, 20), None),
        (above(10, 20), None),
        (above(5, 13), False),
        (above(5, 13.6), None),  # with what the detector adds its interval ends at 15.1
        (above(5, 16.2), None),
        (above(30, 40, without=9.1), True),
        (above(30, 40, without=9.0), None),
        (above(30, 40, later=13.6), True),
        (above(30, 40, later=13.5), None),
        (above(5, 10, without=0.0, later=0.0), False),
        (above(15, 15), None),
    ],
)
def test_a_threshold_is_passed_where_nine_in_ten_nights_say_so(
    found: PossibleIndex,
    told: bool | None,  # noqa: FBT001 - a table of cases
) -> None:
    assert found.is_above(15.0) is told


def test_one_long_stretch_of_regular_fidgets_does_not_decide() -> None:
    one_stretch = index(every(1, 1, 3), asleep((1, 7)))
    assert one_stretch.whole[0] > 30
    assert one_stretch.is_above(15.0) is None


def test_the_interval_covers_the_nights_and_what_the_detector_adds() -> None:
    low, high = above(20, 40).interval()
    assert low == pytest.approx(20.5 * 0.97 - 1)
    assert high == pytest.approx(39.5 * 1.05 + 1)
    assert above(0, 0.2).interval()[0] == 0.0


@st.composite
def nights(draw: st.DrawFn) -> PossibleIndex:
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, n_paths = draw(st.integers(1, 600)), draw(st.integers(1, 20))
    paths = chance.random((n_paths, n)) < draw(st.floats(0.1, 0.9))
    paths[np.arange(n_paths), chance.integers(0, n, n_paths)] = True
    epochs = np.sort(chance.integers(0, n, draw(st.integers(0, 200))))
    return possible_index(epochs, np.sort(chance.integers(0, 5, len(epochs))), paths)


@given(nights())
def test_an_interval_is_ordered_and_holds_the_middle(found: PossibleIndex) -> None:
    low, high = found.interval()
    assert 0 <= low <= np.median(found.whole) <= high


@given(nights(), st.floats(0, 400))
def test_what_lies_below_a_threshold_states_no_interval_that_reaches_it(found: PossibleIndex, threshold: float) -> None:
    assert found.is_above(threshold) is not False or found.interval()[1] < threshold


@given(nights(), st.floats(0, 400), st.floats(0, 400))
def test_who_is_above_a_threshold_is_above_every_lower_one(found: PossibleIndex, one: float, other: float) -> None:
    low, high = sorted((one, other))
    at_low, at_high = found.is_above(low), found.is_above(high)
    assert at_high is not True or at_low is True
    assert at_low is not False or at_high is False


@given(nights())
def test_indices_are_counts_per_hour(found: PossibleIndex) -> None:
    assert found.whole * found.hours == pytest.approx(found.n_movements)
    assert all((values >= 0).all() for values in (found.without_block, found.later, found.n_series))


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 4)), max_size=30),
    st.lists(st.lists(st.booleans(), min_size=40, max_size=40), min_size=1, max_size=5),
)
def test_series_are_those_with_a_movement_in_sleep(kicks: list[tuple[int, int]], drawn: list[list[bool]]) -> None:
    kicks.sort()
    epochs, series = (np.array([kick[i] for kick in kicks], dtype=np.int64) for i in (0, 1))
    paths = np.array(drawn)
    expected = [
        len({number for number in set(series.tolist()) if any(path[e] for e in epochs[series == number])})
        for path in paths
    ]
    assert possible_index(epochs, series, paths).n_series.tolist() == expected


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_the_whole_and_the_later_index_are_those_of_a_slow_loop(seed: int) -> None:
    chance = np.random.default_rng(seed)
    paths = chance.random((4, N)) < 0.7
    epochs = np.sort(chance.integers(0, N, 100))
    found = possible_index(epochs, np.zeros(100, np.int64), paths)
    for i, path in enumerate(paths):
        onset = int(np.flatnonzero(path)[0])
        later = {e for e in range(N) if path[e] and e >= onset + 2 * PER_H}
        assert found.later[i] == pytest.approx(sum(e in later for e in epochs.tolist()) / (len(later) / PER_H))
        assert found.whole[i] == pytest.approx(path[epochs].sum() / (path.sum() / PER_H))


def test_what_is_above_only_by_its_early_hours_is_not_told() -> None:
    found = above(30, 40)
    assert replace(found, later=np.zeros(101)).is_above(15.0) is None


@pytest.mark.parametrize(("n_poor", "told"), [(50, True), (51, None)])
@pytest.mark.parametrize("name", ["without_block", "later"])
def test_most_of_it_is_left_on_most_possible_nights(name: str, n_poor: int, *, told: bool | None) -> None:
    """Asked of nine in ten, it held back nights whose kicks were regular and whose sleep was a little in doubt."""
    left = np.where(np.arange(101) < n_poor, 0.0, 30.0)
    assert replace(above(30, 40), **{name: left}).is_above(15.0) is told
