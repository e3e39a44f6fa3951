"""Recordings small enough to import in a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ingest.clock import microseconds
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv

BEDTIME = datetime(2026, 3, 2, 22, tzinfo=UTC)


def tiny(path: Path, *, start: datetime = BEDTIME, minutes: float = 3.0, seed: int = 1, rate_hz: float = 25.0) -> Path:
    """A still sensor with a little noise, as CWA or CSV by the suffix; the clock shows ``start``'s own reading."""
    n = round(minutes * 60 * rate_hz)
    time_us = microseconds(start) + np.arange(n, dtype=np.int64) * round(1e6 / rate_hz)
    noise = np.random.default_rng(seed).normal(scale=0.01, size=(n, 3))
    xyz_g = (noise + np.array([0.0, 0.0, 1.0])).astype(np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".cwa":
        write_cwa(path, time_us, xyz_g, rate_hz=rate_hz, serial=4711)
    else:
        write_csv(path, time_us, xyz_g, gz=path.suffix == ".gz")
    return path
