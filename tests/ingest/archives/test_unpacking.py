"""A gzip file is unpacked as far as it goes, and a bomb is refused from its start."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.archives.unpacking import RATIO_FREE_BYTES, LimitError, UnpackingBudget, gunzip


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        pytest.param(lambda packed: packed, "", id="whole"),
        pytest.param(lambda packed: packed[: len(packed) // 2], "cut short", id="cut"),
        pytest.param(lambda packed: packed[:-8] + bytes(8), "damaged", id="another checksum"),
        pytest.param(lambda packed: packed[: len(packed) // 2] + b"\xff" * 400_000, "damaged", id="overwritten"),
    ],
)
def test_of_a_broken_gzip_what_came_before_is_kept_and_told(
    tmp_path: Path, spoil: Callable[[bytes], bytes], problem: str
) -> None:
    content = np.random.default_rng(1).bytes(600_000)
    packed = tmp_path / "x.gz"
    packed.write_bytes(spoil(gzip.compress(content)))
    told = gunzip(packed, tmp_path / "x", UnpackingBudget(packed.stat().st_size))
    kept = (tmp_path / "x").read_bytes()
    assert problem in told
    assert bool(told) is bool(problem)
    assert content.startswith(kept[:200_000])
    assert len(kept) >= 200_000


def test_zeros_at_the_start_of_a_large_archive_are_refused_before_the_rest_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "x.gz"
    packed.write_bytes(gzip.compress(bytes(RATIO_FREE_BYTES + (4 << 20))))
    with pytest.raises(LimitError, match="which no recording's do"):
        gunzip(packed, tmp_path / "x", UnpackingBudget(1 << 40))
    assert (tmp_path / "x").stat().st_size <= RATIO_FREE_BYTES + (1 << 20)
