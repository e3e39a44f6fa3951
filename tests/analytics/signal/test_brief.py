"""Whether a movement is as brief as a jerk."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.signal.brief import middle


@pytest.mark.parametrize("n", [1, 2, 3, 10, 31])
def test_the_middle_of_rows_is_their_median_to_the_last_bit(n: int) -> None:
    rows = np.random.default_rng(n).normal(size=(n, 3))
    before = rows.copy()
    np.testing.assert_array_equal(middle(rows), np.median(rows, axis=0))
    np.testing.assert_array_equal(rows, before)
