"""Recordings small enough to import in a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ingest.clock import microseconds
from ingest.recognising import sniff
from ingest.recording import Decoded
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv
from tests.ingest.making import MAGIC, FakeReader

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


Pretend = Callable[[str, Decoded], Path]


def pretending(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """Files of a format that no reader knows, each decoded to what was said when it was made."""
    contents: dict[bytes, Decoded] = {}
    real = sniff.readers

    def made(name: str, content: Decoded) -> Path:
        path = Path(name)
        path.write_bytes(MAGIC + name.encode())
        contents[path.read_bytes()] = content
        return path

    fake = FakeReader(lambda path: contents[path.read_bytes()])
    monkeypatch.setattr(sniff, "readers", lambda: iter([fake, *real()]))
    return made
