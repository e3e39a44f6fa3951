"""Recordings as CSV, laid out as devices do it, so that a simulated night and a real one are read alike.

Writes samples as text. The bytes depend on nothing but the samples: no time of writing, no
file name, no version, so that sample data stay the same from one run to the next.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.errors import UsageError

_CHUNK_SAMPLES = 250_000
_SECOND_US = 1_000_000
#: zlib's levels above 4 cost twice the time for the last twentieth of the size.
_GZIP_LEVEL = 4


def write_csv(
    path: Path,
    time_us: NDArray[np.int64],
    xyz_g: NDArray[np.float32],
    *,
    header: bool = True,
    clock: Literal["utc", "local"] = "utc",
    decimals: int = 4,
    gz: bool | None = None,
) -> None:
    """Write samples as ``time,x,y,z`` in g.

    Parameters
    ----------
    time_us : int64 array, shape (n,)
        Microseconds since 1970; written to the millisecond, rounded.
    xyz_g : float array, shape (n, 3)
    header : bool
        Whether the first line names columns and unit.
    clock : "utc" or "local"
        ``2024-03-12T22:15:00.000Z``, or the device's wall clock as Axivity writes it,
        ``2024-03-12 22:15:00.000``.
    decimals : int
        Digits after the point, 0 to 9.
    gz : bool or None
        Whether to compress; None leaves it to the suffix ``.gz``.

    Raises
    ------
    UsageError
        Shapes or values that are no samples, or a place that cannot be written to.
    """
    _check(time_us, xyz_g, decimals)
    packed = path.suffix == ".gz" if gz is None else gz
    layout = "%Y-%m-%dT%H:%M:%S" if clock == "utc" else "%Y-%m-%d %H:%M:%S"
    with _writing(path, packed=packed) as file:
        if header:
            file.write(b"time,x (g),y (g),z (g)\n")
        for start in range(0, len(time_us), _CHUNK_SAMPLES):
            part = slice(start, start + _CHUNK_SAMPLES)
            table = _table(time_us[part], xyz_g[part], layout, "Z" if clock == "utc" else "")
            text = table.write_csv(include_header=False, float_precision=decimals, quote_style="never")
            file.write(text.encode("ascii"))


def _table(time_us: NDArray[np.int64], xyz_g: NDArray[np.float32], layout: str, zone: str) -> pl.DataFrame:
    seconds, millis = np.divmod((time_us + 500) // 1_000, 1_000)
    # Formatting is the dear part, and the samples of a second share it: format seconds once, milliseconds once.
    whole, place = np.unique(seconds, return_inverse=True)
    heads = pl.Series(whole * _SECOND_US).cast(pl.Datetime("us")).dt.strftime(layout)
    tails = pl.Series([f".{i:03}{zone}" for i in range(1_000)])
    return pl.DataFrame(
        {
            "time": heads.gather(place) + tails.gather(millis),
            # Adding zero turns -0.0 into 0.0; what rounds to it from below keeps its sign, as on devices.
            **{name: xyz_g[:, i].astype(np.float64) + 0.0 for i, name in enumerate("xyz")},
        }
    )


@contextmanager
def _writing(path: Path, *, packed: bool) -> Iterator[IO[bytes] | gzip.GzipFile]:
    try:
        with path.open("wb") as raw:
            if not packed:
                yield raw
                return
            with gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as file:
                yield file
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror or error}", path=path, hint="choose another place"
        ) from error


def _check(time_us: NDArray[np.int64], xyz_g: NDArray[np.float32], decimals: int) -> None:
    if time_us.ndim != 1 or xyz_g.shape != (len(time_us), 3):
        raise UsageError(f"{time_us.shape} times do not go with {xyz_g.shape} values")
    if not np.isfinite(xyz_g).all():
        raise UsageError("values that are no numbers cannot be written as samples")
    if not 0 <= decimals <= 9:
        raise UsageError(f"{decimals} decimals: 0 to 9 can be written")
