"""What the seed files hold, whatever their format: times and values of a short night; and how a file becomes bytes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

#: Name to content. The first is the file that is read, the others lie beside it; a name may have folders in it.
Files = dict[str, bytes]

START_US = 1_772_922_600_000_000  # 2026-03-07T22:30


def times(n: int, rate_hz: float, pause_after: int | None = None) -> NDArray[np.int64]:
    """An even clock, with a pause of a minute where asked for."""
    time_us = np.asarray(START_US + np.rint(np.arange(n) * 1e6 / rate_hz), dtype=np.int64)
    if pause_after is not None:
        time_us[pause_after:] += 60_000_000
    return time_us


def values(n: int) -> NDArray[np.float32]:
    """A sensor at rest that is moved now and then, in g."""
    rng = np.random.default_rng(1)
    still = np.array([0.1, -0.3, 0.94]) + rng.normal(0, 0.004, (n, 3))
    still[n // 3 : n // 3 + 20] += rng.normal(0, 0.5, (20, 3))
    return still.astype(np.float32)


def milligravities(n: int) -> NDArray[np.int64]:
    """The same values in whole mg."""
    return np.rint(values(n) * 1000).astype(np.int64)


def written(write: Callable[[Path], object]) -> bytes:
    """The file that a writer makes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seed"
        write(path)
        return path.read_bytes()


def laid_out(write: Callable[[Path], Path]) -> Files:
    """The folder that a writer fills; it returns the file that is read."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        main = write(folder)
        others = [path for path in sorted(folder.rglob("*")) if path.is_file() and path != main]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in (main, *others)}


def packed(content: bytes) -> bytes:
    """With gzip, of which the bytes depend on nothing but the content."""
    return gzip.compress(content, 4, mtime=0)
