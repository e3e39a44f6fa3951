"""Tables of samples as other programs write them, for the tests of the readers of tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.formats import delimited as delimited
from ingest.recording import Decoded, Samples
from ingest.tables import walk

#: 2024-03-12T22:15:00Z
EVENING_US = 1_710_281_700_000_000


HEADER = "time,x (g),y (g),z (g)"


def clock_us(n: int, *, rate_hz: int = 50) -> NDArray[np.int64]:
    """Stamps of an even clock."""
    return EVENING_US + np.arange(n, dtype=np.int64) * (1_000_000 // rate_hz)


def resting_mg(n: int) -> NDArray[np.int64]:
    """Whole milli-g of a sensor at rest, shape (n, 3); no two rows alike in a short table."""
    places = np.arange(n)
    return np.stack([places % 37 - 18, places % 23 - 11, 1000 - places % 11], axis=1)


def iso(times_us: NDArray[np.int64], zone: str = "Z") -> list[str]:
    """ISO 8601 to the millisecond."""
    return [f"{stamp}{zone}" for stamp in np.datetime_as_string(times_us.astype("datetime64[us]"), unit="ms")]


def in_g(n: int) -> Iterator[str]:
    """The resting sensor as ``x,y,z`` with three decimals."""
    return (f"{x / 1000:.3f},{y / 1000:.3f},{z / 1000:.3f}" for x, y, z in resting_mg(n).tolist())


def plain_lines(n: int) -> list[str]:
    """Lines without a header: UTC times and g."""
    return [f"{stamp},{values}" for stamp, values in zip(iso(clock_us(n)), in_g(n), strict=True)]


def document(n: int) -> str:
    """A whole file of plain lines below their header."""
    return "\n".join([HEADER, *plain_lines(n), ""])


def write(path: Path, text: str | bytes) -> Path:
    """Write text as it is and return its path."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(path: Path, text: str | bytes) -> Decoded:
    """Write text, see that the reader claims it, and decode it."""
    write(path, text)
    assert delimited.claims(path.read_bytes()[:4096], path)
    return delimited.read(path)


def joined(decoded: Decoded) -> Samples:
    """All samples in one block."""
    blocks = list(decoded.blocks())
    assert all(len(block) for block in blocks)
    return Samples(
        np.concatenate([block.time_us for block in blocks]), np.concatenate([b.xyz_g() for b in blocks]), 1.0
    )


def small_stretches(monkeypatch: pytest.MonkeyPatch, n_bytes: int) -> None:
    """Let the reader cut files into stretches of this size."""
    monkeypatch.setattr(walk, "STRETCH_BYTES", n_bytes)
