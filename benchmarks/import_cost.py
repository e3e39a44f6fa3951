"""What an import costs beside one pass over the same samples: CPU, wall clock and most memory of whole processes.

    python -m benchmarks.import_cost [--days 3] [--runs 3] [--seed 22] [--hours-asleep 9]

The recordings are an AX3's of 100 Hz, packed and unpacked, made from a seed: a simulated night of kicks each day, and
between nights a leg that sits, fidgets and walks. "The pass" is the least that any analysis of them could do: read the
file, 256 steps a g as float64, and a Fourier transform of each day and axis forth and back. Both take turns.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.simulate import PROFILES, SENSORS, plan_night, render
from ingest.writers.axivity import write_cwa

RATE_HZ = 100
START_US = 1_772_460_000_000_000  # 2026-03-02T14:00:00
_DAY = 86_400 * RATE_HZ
_PASS = """
import sys
import numpy as np
values, day = np.fromfile(sys.argv[1], dtype=np.int16), int(sys.argv[2])
for number in range(3 * int(sys.argv[3])):
    begin = number * len(values) // (3 * int(sys.argv[3]))
    signal = np.resize(values[begin : begin + day], day) / 256.0
    np.fft.irfft(np.fft.rfft(signal), day)
"""

Costs = tuple[float, float, float]  # CPU s, clock s, largest memory MB
Vectors = NDArray[np.float32]


def days_of(days: int, seed: int, hours_asleep: float) -> tuple[NDArray[np.int64], Vectors]:
    """Times of a device's clock, and g: each day nine hours awake, a night, and the rest awake.

    Parameters
    ----------
    days : int
    seed : int
    hours_asleep : float
        Length of each night; at least five.
    """
    rng = np.random.default_rng(seed)
    whole = np.empty((days * _DAY, 3), dtype=np.float32)
    for day in range(days):
        plan = plan_night(PROFILES["plmd"], rng, hours=hours_asleep)
        _, night = render(plan, SENSORS["ax3"], rng, rate_hz=RATE_HZ)
        first = day * _DAY + 9 * 3600 * RATE_HZ
        last = min((day + 1) * _DAY, first + len(night))
        _awake(whole[day * _DAY : first], rng)
        whole[first:last] = night[: last - first]
        _awake(whole[last : (day + 1) * _DAY], rng)
    time_us = START_US + np.arange(len(whole), dtype=np.int64) * (1_000_000 // RATE_HZ)
    return time_us, whole


def _awake(into: Vectors, rng: np.random.Generator) -> None:
    """A leg awake: stretches of minutes, each sitting still, fidgeting or walking, each in its own posture."""
    at = 0
    while at < len(into):
        n = min(len(into) - at, int(rng.uniform(0.5, 12) * 60 * RATE_HZ))
        down = rng.normal(size=3)
        piece = np.tile((down / np.linalg.norm(down)).astype(np.float32), (n, 1))
        piece += rng.normal(0.0, 0.006, piece.shape).astype(np.float32)
        kind = rng.choice(["still", "fidgets", "walks"], p=[0.5, 0.3, 0.2])
        if kind == "walks":
            phase = 2 * np.pi * 0.9 * np.arange(n) / RATE_HZ
            for axis, times in enumerate((1, 2, 3)):
                piece[:, axis] += (0.5 * np.sin(times * phase + axis)).astype(np.float32)
        elif kind == "fidgets":
            for begin in rng.integers(0, n, max(1, n // (10 * RATE_HZ))).tolist():
                long = min(n - begin, int(rng.uniform(0.3, 3) * RATE_HZ))
                piece[begin : begin + long] += rng.normal(0.0, 0.2, (long, 3)).astype(np.float32)
        into[at : at + n] = piece
        at += n


def measured(command: list[str]) -> Costs:
    """One process from start to end."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed with {status}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1000


def whole_import(file: Path, database: Path) -> Costs:
    """``nightkick import`` into a fresh database."""
    told = ["--site", "ankle", "--side", "left", "--tz", "UTC"]
    return measured([sys.executable, "-m", "flows", "import", str(file), "--db", str(database), *told])


def one_pass(file: Path, days: int) -> Costs:
    """The least: read, as float64, transform forth and back."""
    return measured([sys.executable, "-c", _PASS, str(file), str(_DAY), str(days)])


def made(folder: Path, days: int, seed: int, hours_asleep: float) -> list[Path]:
    """A packed and an unpacked recording of the same samples; those that are there stay.

    Parameters
    ----------
    days, seed, hours_asleep
        As for `days_of`.
    """
    files = [folder / f"{days}-days-{seed}-{layout}.cwa" for layout in ("packed", "unpacked")]
    if not all(file.exists() for file in files):
        time_us, xyz_g = days_of(days, seed, hours_asleep)
        for file in files:
            packed = file.stem.endswith("-packed")
            write_cwa(file, time_us, xyz_g, rate_hz=RATE_HZ, serial=1, packed=packed)
    return files


def said(name: str, costs: list[Costs]) -> None:
    """Print what runs took: medians, and between which values CPU was."""
    cpu, clock, most = ([run[i] for run in costs] for i in range(3))
    print(
        f"{name:24} CPU {statistics.median(cpu):6.2f} s ({min(cpu):.2f}-{max(cpu):.2f}), "
        f"clock {statistics.median(clock):6.2f} s, most memory {statistics.median(most):4.0f} MB"
    )


def main() -> None:
    """Import and pass in turns, packed and unpacked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=3, help="[default 3]")
    parser.add_argument("--runs", type=int, default=3, help="of each, in turns [default 3]")
    parser.add_argument("--seed", type=int, default=22, help="[default 22]")
    parser.add_argument("--hours-asleep", type=float, default=9.0, help="[default 9]")
    parser.add_argument("--folder", type=Path, help="where the recordings stay; default: a folder that is removed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        # In a process of its own: a child's largest memory begins at that of its parent.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            files = pool.apply(made, (folder, given.days, given.seed, given.hours_asleep))
        for file in files:
            imports, passes = [], []
            for run in range(given.runs):
                passes.append(one_pass(file, given.days))
                imports.append(whole_import(file, Path(scratch) / file.stem / str(run) / "nights.duckdb"))
            said(f"{file.stem}: the pass", passes)
            said(f"{file.stem}: import", imports)
            ratio = statistics.median(i[0] / p[0] for i, p in zip(imports, passes, strict=True))
            print(f"{'':24} {ratio:.2f} times the pass; load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
