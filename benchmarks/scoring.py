"""CPU time of scoring many nights in one call, and whether it stays the same per movement.

Run from the repository: ``python -m benchmarks.scoring``. Nights are random and seeded: intervals log-normal
round 25 s, durations log-normal round 2.6 s, a third of the movements followed by the other leg.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import polars as pl

from analytics.scoring.rulesets import RULESETS
from analytics.scoring.score import score

NIGHT_MS = 8 * 3_600_000
EPOCH_MS = 300_000


def nights(n_nights: int, n_marks: int, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Movements and hypnogram of ``n_nights`` with ``n_marks`` marks each."""
    rng = np.random.default_rng(seed)
    shape = (n_nights, n_marks)
    steps = np.where(rng.random(shape) < 0.33, 1.0, rng.lognormal(np.log(25), 0.6, shape))
    onset = (np.cumsum(steps, axis=1) * 1000).astype(np.int64).ravel()
    duration = (rng.lognormal(np.log(2.6), 0.5, n_nights * n_marks) * 1000).astype(np.int64)
    names = pl.Series([f"night-{k:06}" for k in range(n_nights)])
    movements = pl.DataFrame(
        {
            "night_id": names.gather(np.repeat(np.arange(n_nights), n_marks)),
            "leg": pl.Series(["L", "R"]).gather(rng.integers(0, 2, n_nights * n_marks)),
            "onset_ms": onset,
            "offset_ms": onset + duration,
        }
    )
    starts = np.arange(0, NIGHT_MS, EPOCH_MS)
    hypnogram = pl.DataFrame(
        {
            "night_id": names.gather(np.repeat(np.arange(n_nights), len(starts))),
            "start_ms": np.tile(starts, n_nights),
            "duration_ms": np.full(n_nights * len(starts), EPOCH_MS),
            "stage": pl.Series(["W", "N2", "N2", "N3", "R"]).gather(rng.integers(0, 5, n_nights * len(starts))),
        }
    )
    return movements, hypnogram


def measure(ruleset: str, n_nights: int, n_marks: int, repeats: int) -> str:
    """Best of several calls, as one line."""
    movements, hypnogram = nights(n_nights, n_marks)
    cpu, wall = [], []
    for _ in range(repeats):
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        scored = score(movements, ruleset=RULESETS[ruleset], hypnogram=hypnogram)
        cpu.append(time.process_time() - cpu_before)
        wall.append(time.perf_counter() - wall_before)
    each_us = min(cpu) / len(movements) * 1e6
    return (
        f"{ruleset:13} {n_nights:6} nights x {n_marks:4} marks, {scored.nights['n_plm'].sum():8} PLM: "
        f"{min(cpu):6.2f} s CPU, {min(wall):6.2f} s wall, {each_us:5.2f} us CPU per mark"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nights", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--marks", type=int, default=300, help="marks a night")
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    for ruleset in RULESETS:
        for n_nights in chosen.nights:
            print(measure(ruleset, n_nights, chosen.marks, chosen.repeats))


if __name__ == "__main__":
    main()
