"""Small recordings made in memory, and a reader that hands them out, for tests of what surrounds the readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.recording import Blocks, Decoded, Device, DeviceClock, Placement, Samples

MAGIC = b"FAKE RECORDING\n"
#: 2026-01-15T22:00:00 on any clock.
EVENING_US = 1_768_514_400_000_000


def samples(
    time_us: Sequence[int] | NDArray[np.int64],
    values: NDArray[np.int16] | NDArray[np.float32] | None = None,
    *,
    g_per_value: float = 1.0,
) -> Samples:
    """Samples at these times; a sensor at rest, z up, unless values are given."""
    stamps = np.asarray(time_us, dtype=np.int64)
    if values is None:
        values = np.tile(np.array([0, 0, 1], dtype=np.float32), (len(stamps), 1))
    return Samples(stamps, values, g_per_value)


def every(step_us: int, n: int, *, start_us: int = EVENING_US) -> NDArray[np.int64]:
    """`n` stamps of an even clock."""
    return start_us + step_us * np.arange(n, dtype=np.int64)


def cut(whole: Samples, at: Sequence[int] = ()) -> Blocks:
    """The samples as blocks that end before these rows; empty pieces are left out."""
    edges = [0, *sorted(at), len(whole)]

    def walk() -> Iterator[Samples]:
        for low, high in pairwise(edges):
            if high > low:
                yield whole.picked(slice(low, high))

    return walk


def decoded(
    whole: Samples | None = None,
    *,
    blocks: Blocks | None = None,
    clock: DeviceClock | None = None,
    placement: Placement | None = None,
    bad_blocks: int = 0,
    problems: tuple[str, ...] = (),
) -> Decoded:
    """What a reader delivers, of a short quiet recording at 50 Hz unless told otherwise."""
    whole = samples(every(20_000, 500)) if whole is None else whole
    return Decoded(
        format="fake",
        device=Device("Maker", "Model 1", "S-42"),
        placement=placement or Placement(),
        clock=clock or DeviceClock("utc"),
        rate_hz_nominal=50.0,
        unit="g",
        blocks=blocks or cut(whole),
        bad_blocks=bad_blocks,
        problems=problems,
    )


@dataclass(frozen=True)
class FakeReader:
    """Claims files that begin with `MAGIC`, and decodes them with `decode`."""

    decode: Callable[[Path], Decoded]

    def claims(self, head: bytes, path: Path, /) -> bool:
        return head.startswith(MAGIC) and bool(path.name)

    def read(self, path: Path, /) -> Decoded:
        return self.decode(path)
