"""A sensor's counter beside the clock of what logged it: even spacing, right dates, restarts, and changes of zone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.tables import counter
from ingest.tables.counter import anchors, by_counter
from ingest.tables.survey import Rows
from tests.ingest.table_files import EVENING_US

STEP_US = 20_000
SECOND_US = 1_000_000


def rows(
    logged_us: NDArray[np.int64], counter_us: NDArray[np.int64], values: NDArray[np.float64] | None = None
) -> Rows:
    numbered = np.arange(3.0 * len(logged_us)).reshape(-1, 3)
    return Rows(logged_us, numbered if values is None else values, counter_us=counter_us)


def even(n: int, start_us: int = 0) -> NDArray[np.int64]:
    return start_us + STEP_US * np.arange(n, dtype=np.int64)


def cut(whole: Rows, at: list[int]) -> Iterator[Rows]:
    for low, high in zip([0, *at], [*at, len(whole.time_us)], strict=True):
        part = slice(low, high)
        assert whole.counter_us is not None
        yield Rows(whole.time_us[part], whole.values[part], counter_us=whole.counter_us[part])


def spaced(whole: Rows, at: list[int] | None = None, *, zoned: bool = False) -> tuple[NDArray[np.int64], int, str]:
    found = anchors(cut(whole, at or []), logged_by="telephone", zoned=zoned)
    out = list(by_counter(cut(whole, at or []), found))
    return np.concatenate([part.time_us for part in out]), found.n_restarts, " ".join(found.problems)


@given(
    lengths=st.lists(st.integers(50, 300), min_size=1, max_size=4),
    starts_s=st.lists(st.integers(0, 10**5).map(lambda n: n * 10_000), min_size=4, max_size=4, unique=True),
    pauses_s=st.lists(st.integers(0, 7200), min_size=4, max_size=4),
    at=st.lists(st.integers(1, 49), max_size=5, unique=True).map(sorted),
    zoned=st.booleans(),
)
def test_every_run_lies_where_it_was_logged_wherever_the_file_is_cut(
    lengths: list[int], starts_s: list[int], pauses_s: list[int], at: list[int], *, zoned: bool
) -> None:
    true_us, counts_us, end_us = [], [], EVENING_US
    for length, start_s, pause_s in zip(lengths, starts_s, pauses_s, strict=False):
        true_us.append(even(length, end_us + pause_s * SECOND_US + STEP_US))
        counts_us.append(even(length, start_s * SECOND_US))
        end_us = int(true_us[-1][-1])
    whole = rows(np.concatenate(true_us), np.concatenate(counts_us))
    times, n_restarts, said = spaced(whole, at, zoned=zoned)
    np.testing.assert_array_equal(times, whole.time_us)
    assert n_restarts == len(lengths) - 1
    assert ("began anew" in said) == (len(lengths) > 1)


def test_late_bunches_do_not_show_in_the_times() -> None:
    true_us = even(5_000, EVENING_US)
    arrived_us = (true_us - EVENING_US) // SECOND_US * SECOND_US + EVENING_US + SECOND_US  # each second in one go
    times, n_restarts, said = spaced(rows(arrived_us, even(5_000, 599_616_000_000_000)))
    np.testing.assert_array_equal(np.diff(times), STEP_US)
    assert abs(int(times[0]) - EVENING_US) <= SECOND_US
    assert (n_restarts, said) == (0, "")


def test_a_gap_on_both_clocks_stays_a_gap_and_is_no_restart() -> None:
    gap = np.where(np.arange(400) < 200, 0, 3600 * SECOND_US)
    whole = rows(even(400, EVENING_US) + gap, even(400) + gap)
    times, n_restarts, said = spaced(whole)
    np.testing.assert_array_equal(times, whole.time_us)
    assert (n_restarts, said) == (0, "")


@pytest.mark.parametrize(("apart_s", "n_restarts"), [(10, 0), (-10, 0), (10.000001, 1), (-10.000001, 1)])
def test_the_clocks_may_part_by_ten_seconds(apart_s: float, n_restarts: int) -> None:
    later = np.where(np.arange(400) < 200, 0, round(apart_s * SECOND_US))
    assert spaced(rows(even(400, EVENING_US) + later, even(400)))[1] == n_restarts


@pytest.mark.parametrize(("back_us", "n_restarts"), [(100_000, 0), (100_001, 1)])
def test_a_counter_may_step_back_by_a_tenth_of_a_second(back_us: int, n_restarts: int) -> None:
    counts_us = np.concatenate((even(200), even(200, 199 * STEP_US - back_us)))
    assert spaced(rows(even(400, EVENING_US), counts_us))[1] == n_restarts


@pytest.mark.parametrize("hours", [1, -1, 0.25, 5.5])
def test_a_telephone_that_changes_its_zone_does_not_move_the_samples(hours: float) -> None:
    step = np.where(np.arange(400) < 100, 0, round(hours * 3600) * SECOND_US)
    times, n_restarts, said = spaced(rows(even(400, EVENING_US) + step, even(400)), [50, 300])
    np.testing.assert_array_equal(times, even(400, EVENING_US))
    assert n_restarts == 0
    assert f"set by {hours:+g} h" in said


def test_after_a_change_of_zone_a_restart_is_placed_by_the_clock_as_it_began() -> None:
    hour = np.where(np.arange(600) < 100, 0, 3600 * SECOND_US)
    counts_us = np.concatenate((even(300), even(300, 10**12)))
    times, n_restarts, _ = spaced(rows(even(600, EVENING_US) + hour, counts_us))
    np.testing.assert_array_equal(times, even(600, EVENING_US))
    assert n_restarts == 1


def test_a_clock_with_an_offset_cannot_change_its_zone_so_its_step_is_a_pause_of_the_counter() -> None:
    hour = np.where(np.arange(400) < 100, 0, 3600 * SECOND_US)
    whole = rows(even(400, EVENING_US) + hour, even(400))
    times, n_restarts, _ = spaced(whole, zoned=True)
    np.testing.assert_array_equal(times, whole.time_us)
    assert n_restarts == 1


def test_a_sample_that_was_logged_twice_counts_once_and_that_is_said() -> None:
    once = np.repeat(np.arange(200), 2)
    whole = rows(even(400, EVENING_US), even(200)[once] * 2, np.arange(600.0).reshape(-1, 3)[once])
    for at in ([], [101], [100, 102]):
        times, _, said = spaced(whole, at)
        np.testing.assert_array_equal(np.diff(times), 2 * STEP_US)
        assert said.startswith("200 lines repeat the sample before them")


def test_equal_counts_with_other_values_are_kept() -> None:
    times, _, said = spaced(rows(even(400, EVENING_US), even(200)[np.repeat(np.arange(200), 2)] * 2))
    assert (len(times), said) == (400, "")


def test_a_counter_that_is_none_is_left_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows(even(400, EVENING_US), np.tile(np.array([0, 10**9]), 200))
    monkeypatch.setattr(counter, "_MOST_RUNS", 100)
    times, n_restarts, said = spaced(whole, [30, 60])
    np.testing.assert_array_equal(times, whole.time_us)
    assert n_restarts == 0
    assert "more than 100 times: the telephone's was used" in said


def test_empty_stretches_pass() -> None:
    whole = rows(even(40, EVENING_US), even(40))
    assert len(spaced(whole, [0, 20, 20, 40])[0]) == 40
    none = rows(np.empty(0, np.int64), np.empty(0, np.int64))
    assert len(spaced(none)[0]) == 0
