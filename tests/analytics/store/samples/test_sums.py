"""What samples add up to: the same from memory and from a file, in any order and pieces, and another after damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as drawn

from analytics.store import Store, stage_samples
from analytics.store.samples.staged import decode
from analytics.store.samples.sums import sums_in, sums_of
from ingest.errors import SamplesLostError
from ingest.recording import Samples
from tests.analytics.store.making import START_US, recording

WHOLE = drawn.arrays(np.int16, (40, 3))
FRACTIONS = drawn.arrays(np.float32, (40, 3), elements=st.floats(width=32))


@given(values=WHOLE | FRACTIONS, cut=st.integers(0, 40), seed=st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_sums_are_those_of_the_file_in_any_order_and_pieces(
    tmp_path_factory: pytest.TempPathFactory, values: np.ndarray, cut: int, seed: int
) -> None:
    path = tmp_path_factory.mktemp("sums") / "s.parquet"
    times = START_US + np.random.default_rng(seed).integers(0, 10**13, 40)
    order = np.random.default_rng(seed).permutation(40)
    axes = {name: values[order, k] for k, name in enumerate("xyz")}
    pl.DataFrame({"time": times[order], **axes}).with_columns(
        pl.col("time").cast(pl.Datetime("us", "UTC"))
    ).write_parquet(path)
    whole = sums_of(times, values)
    assert sums_in(path) == whole
    parts = sums_of(times[:cut], values[:cut]), sums_of(times[cut:], values[cut:])
    assert tuple(map(sum, zip(*parts, strict=True))) == whole


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_damage_that_can_be_read_is_found(store: Store, dtype: type, tmp_path: Path) -> None:
    """Sums or the reader find it; of a page that is stored as it is, the reader alone would find nothing."""
    rng, n = np.random.default_rng(7), 20_000
    noise: Any = rng.integers(-32_000, 32_000, (n, 3)).astype(dtype)
    path = stage_samples(store, recording(blocks=[Samples(START_US + 10_000 * np.arange(n), noise, 1 / 256)]))
    whole, missed = path.read_bytes(), []
    decode(path)
    for begin in range(200, len(whole) - 4_000, len(whole) // 40):
        damaged = tmp_path / "damaged.parquet"
        damaged.write_bytes(whole[:begin] + bytes(16) + whole[begin + 16 :])
        try:
            decode(damaged)
        except SamplesLostError:
            continue
        missed.append(begin)
    assert missed == []
