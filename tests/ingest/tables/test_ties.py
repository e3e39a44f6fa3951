"""Samples that share a whole second are spread over it, however the table is cut into stretches."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.tables import ties
from ingest.tables.survey import Rows
from ingest.tables.ties import spread_ties

SECOND_US = 1_000_000


def rows(counts: list[int]) -> Rows:
    """So many rows in each second; each row holds its own number."""
    seconds = np.repeat(np.arange(len(counts)), counts)
    values = np.repeat(np.arange(len(seconds), dtype=np.float64)[:, None], 3, axis=1)
    return Rows(seconds * SECOND_US, values, celsius=values[:, 0].astype(np.float32))


def cut(whole: Rows, at: list[int]) -> list[Rows]:
    edges = [0, *sorted(min(i, len(whole.time_us)) for i in at), len(whole.time_us)]
    assert whole.celsius is not None
    return [Rows(whole.time_us[a:b], whole.values[a:b], celsius=whole.celsius[a:b]) for a, b in pairwise(edges)]


def spread(stretches: list[Rows], per_second: int = 10) -> tuple[list[int], list[float], list[float]]:
    found = list(spread_ties(stretches, per_second))
    return (
        [int(t) for one in found for t in one.time_us],
        [float(v) for one in found for v in one.values[:, 0]],
        [float(c) for one in found if one.celsius is not None for c in one.celsius],
    )


@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=8), at=st.lists(st.integers(0, 90), max_size=6))
def test_cuts_make_no_difference_and_no_row_is_lost(counts: list[int], at: list[int]) -> None:
    whole = rows(counts)
    time_us, values, celsius = spread(cut(whole, at))
    assert (time_us, values, celsius) == spread([whole])
    assert values == celsius == whole.values[:, 0].tolist()
    assert time_us == sorted(set(time_us))
    assert [t // SECOND_US for t in time_us] == (whole.time_us // SECOND_US).tolist()


def test_the_first_second_is_filled_from_its_end_and_the_last_from_its_start() -> None:
    time_us, _, _ = spread([rows([4, 10, 3])])
    assert time_us[:4] == [600_000, 700_000, 800_000, 900_000]
    assert time_us[-3:] == [2_000_000, 2_100_000, 2_200_000]


def test_a_second_without_end_is_not_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ties, "_LONGEST_RUN", 20)
    endless = (rows([15]) for _ in range(4))
    found = spread_ties(endless, 10)
    assert len(next(found).time_us) == 30
    assert sum(len(one.time_us) for one in found) == 30
