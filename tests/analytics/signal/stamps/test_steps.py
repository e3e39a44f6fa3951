"""The usual step between stamps is their median, however it is counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.signal.stamps import steps
from analytics.signal.stamps.steps import pauses_after, steps_of, usual_step_us

STAMPS = st.lists(
    st.one_of(st.integers(9_990, 10_010), st.integers(-50_000, 50_000), st.integers(499_990, 10**12)),
    min_size=1,
    max_size=60,
).map(lambda found: np.concatenate(([1_700_000_000_000_000], found)).cumsum())


@given(STAMPS)
def test_the_usual_step_is_the_median_of_all_steps(time_us: np.ndarray) -> None:
    assert usual_step_us(time_us) == float(np.median(np.diff(time_us)))


@given(STAMPS, st.integers(1, 7))
def test_it_does_not_depend_on_the_pieces_in_which_stamps_are_counted(time_us: np.ndarray, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "_PIECE", piece)
        found = steps_of(time_us)
    lengths, counts = np.unique(np.diff(time_us), return_counts=True)
    assert found.length_us.tolist() == lengths.tolist()
    assert found.count.tolist() == counts.tolist()


@given(STAMPS)
def test_the_share_of_uneven_steps_is_what_counting_each_gives(time_us: np.ndarray) -> None:
    step = np.diff(time_us)
    outside = np.mean((step < 7_500.0) | (step > 12_500.0))
    assert steps_of(time_us).share_outside(7_500.0, 12_500.0) == outside


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_stamps_have_no_step(n: int) -> None:
    assert np.isnan(usual_step_us(np.zeros(n, np.int64)))


@given(STAMPS, st.sampled_from([0.0, 10_000.0, 400_000.0]), st.integers(1, 7))
def test_pauses_are_where_a_step_is_longer_however_it_is_cut(
    time_us: np.ndarray, longest_us: float, piece: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "_PIECE", piece)
        assert pauses_after(time_us, longest_us).tolist() == np.flatnonzero(np.diff(time_us) > longest_us).tolist()
