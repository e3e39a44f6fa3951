"""Envelopes at levels, and as text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.levels import from_written, levelled, written


@given(st.lists(st.floats(0.0, 20_000.0), min_size=1, max_size=50))
def test_a_level_is_off_by_3_percent_and_by_9_where_it_is_quiet(values: list[float]) -> None:
    mg = np.array(values)
    kept = levelled(mg)
    loud = mg >= 4.2
    quiet = (mg >= 0.5) & ~loud
    assert np.all(np.abs(kept[loud] / mg[loud] - 1) <= 0.03)
    assert np.all(np.abs(kept[quiet] / mg[quiet] - 1) <= 0.0952)
    assert np.all(kept[mg < 0.499] == 0)


@given(st.lists(st.one_of(st.just(np.nan), st.floats(0.0, 30_000.0)), max_size=50))
def test_values_at_levels_stay_there_and_come_back_from_text(values: list[float]) -> None:
    kept = levelled(np.array(values))
    np.testing.assert_array_equal(levelled(kept), kept)
    np.testing.assert_array_equal(from_written(written(np.array(values))), kept)


def test_a_quiet_envelope_has_four_levels_for_each_doubling() -> None:
    assert len(np.unique(levelled(np.linspace(1.0, 1.99, 10_000)))) == 5
    assert len(np.unique(levelled(np.linspace(8.0, 15.9, 10_000)))) == 13
