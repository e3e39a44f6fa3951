"""What the columns of samples add up to, kept beside them: a page may be damaged on the disk and still be readable.

The order of samples makes no difference, nor does into how many pieces they are cut.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: The name under which a file of samples bears its sums.
SUMS = "sums"
#: Of a time only what lies below this is added, microseconds: the sum of ten years at 100 Hz stays a 64-bit number.
_TIMES_BELOW = 2**28
#: Fractions are added in steps so small, and up to so many g.
_STEP_G, _MOST_G = 2.0**-20, 2.0**20

Sums = tuple[int, int, int, int]


def sums_of(times_us: NDArray[np.int64], values: NDArray[np.int16] | NDArray[np.float32]) -> Sums:
    """Of the time and of each axis; shapes (n,) and (n, 3)."""
    axes = (_steps(values[:, axis]).sum(dtype=np.int64) for axis in range(3))
    x, y, z = map(int, axes)
    return int((times_us % _TIMES_BELOW).sum()), x, y, z


def sums_in(path: Path) -> Sums:
    """As `sums_of`, of all samples in a file.

    Raises
    ------
    polars.exceptions.PolarsError, OSError
        It cannot be read.
    """
    scan = pl.scan_parquet(path)
    is_whole = scan.collect_schema()["x"] == pl.Int16
    columns = [
        (pl.col("time").to_physical() % _TIMES_BELOW).sum(),
        *(_summed(axis, is_whole=is_whole) for axis in "xyz"),
    ]
    time, x, y, z = scan.select(columns).collect(engine="streaming").row(0)
    return time, x, y, z


def _steps(axis: NDArray[np.int16] | NDArray[np.float32]) -> NDArray[np.int16] | NDArray[np.int64]:
    if axis.dtype == np.int16:
        return axis.astype(np.int16, copy=False)
    known = np.where(np.isfinite(axis), axis, 0).astype(np.float64)
    return np.rint(np.clip(known, -_MOST_G, _MOST_G) / _STEP_G).astype(np.int64)


def _summed(name: str, *, is_whole: bool) -> pl.Expr:
    axis = pl.col(name)
    if is_whole:
        return axis.cast(pl.Int64).sum()
    known = pl.when(axis.is_finite()).then(axis.cast(pl.Float64)).otherwise(0.0)
    return (known.clip(-_MOST_G, _MOST_G) / _STEP_G).round(mode="half_to_even").cast(pl.Int64).sum()
