"""Exports of Sensor Logger with a telephone and a watch in them, in which each moves or lies as wanted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.ingest.exports import G_M_S2

Vectors = NDArray[np.float64]

#: 2026-03-01T20:10:00Z
START_NS = 1_772_395_800_000_000_000
WATCH = "WatchAccelerometerUncalibrated.csv"
SPLIT = "WristMotion.csv"
TELEPHONE = "Accelerometer.csv"


def gravity_g(n: int, rate_hz: float, *, turns: bool) -> Vectors:
    """Of a sensor that lies, or of one that is turned by 50 degrees every ten minutes."""
    turn = np.radians(50.0) * (np.arange(n) // (600 * rate_hz)) * turns
    return np.stack([np.sin(turn), np.zeros(n), -np.cos(turn)], axis=1)


def jolts_g(n: int, rate_hz: float, every_s: float | None, size_g: float, seed: int) -> Vectors:
    """Noise, and a movement of 1.5 s every ``every_s`` after the first ten minutes."""
    user = np.random.default_rng(seed).normal(0, 0.002, (n, 3))
    length = round(1.5 * rate_hz)
    wave = size_g * np.sin(np.linspace(0, 6 * np.pi, length))[:, np.newaxis] * [0.3, 1.0, 0.5]
    for at_s in np.arange(600.0, n / rate_hz - 10, every_s) if every_s else ():
        first = round(at_s * rate_hz)
        user[first : first + length] += wave
    return user


def export(
    folder: Path,
    *,
    telephone_every_s: float | None = None,
    watch_every_s: float | None = None,
    telephone_turns: bool = False,
    watch_files: tuple[str, ...] = (WATCH, SPLIT),
    hours: float = 0.5,
    rate_hz: float = 10.0,
    serial: str = "abc-1",
) -> Path:
    """Both in one folder, as an iPhone writes them; None: it lies still."""
    folder.mkdir(parents=True, exist_ok=True)
    n = round(hours * 3600 * rate_hz)
    gravity, user = gravity_g(n, rate_hz, turns=True), jolts_g(n, rate_hz, watch_every_s, 0.15, 1)
    if WATCH in watch_files:
        _file(folder / WATCH, rate_hz, {"": gravity + user})
    if SPLIT in watch_files:
        _file(folder / SPLIT, rate_hz, {"gravity": gravity, "acceleration": user})
    moved = jolts_g(n, rate_hz, telephone_every_s, 0.15, 2)
    _file(folder / TELEPHONE, rate_hz, {"": moved * G_M_S2})
    _file(folder / "Gravity.csv", rate_hz, {"": gravity_g(n, rate_hz, turns=telephone_turns) * G_M_S2})
    (folder / "Metadata.csv").write_text(
        f"version,device name,recording timezone,platform,device id\n3,iPhone,Europe/Berlin,ios,{serial}\n"
    )
    return folder


def _file(path: Path, rate_hz: float, parts: dict[str, Vectors]) -> None:
    n = len(next(iter(parts.values())))
    elapsed = np.arange(n) / rate_hz
    columns = {"time": START_NS + np.rint(elapsed * 1e9).astype(np.int64), "seconds_elapsed": elapsed}
    for name, xyz in parts.items():
        axes = "XYZ" if name else "xyz"
        columns |= {f"{name}{axis}": xyz[:, i] for i, axis in enumerate(axes)}
    pl.DataFrame(columns).write_csv(path, float_precision=5)
