"""How well the clocks of two sensors are brought together, and whether strangers ever are.

    python -m benchmarks.two_clocks [--nights 20] [--strangers 500] [--walk-min 20] [--other | --legs FOLDER]

Simulated people walk, sleep and walk again, with a logger at each leg. The right one's clock is 0, 0.4, 2 or 30 s off
either way and drifts by 50 ppm either way; 20 min off is bad input that must be refused. Strangers are legs of
different people. ``--legs`` takes nights made elsewhere instead: pairs ``NAME-left.parquet`` and ``NAME-right.parquet``
with ``timestamp, x_g, y_g, z_g`` on one clock. Prints a line a figure.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path

import numpy as np
import polars as pl

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.clock_offset import Offset, Parts, compare
from analytics.signal.motion import segments
from analytics.simulate import PROFILES, SENSORS, plan_night, render, with_walks
from analytics.simulate.legs import LegClock, two_legs
from benchmarks.other_walkers import two_ankles

CRITERIA = Criteria()
LIMITS = CRITERIA.alignment
START_US = 1_772_487_000_000_000  # 2026-03-02T21:30:00
CLOCKS = [LegClock(*pair) for pair in product((0.0, 0.4, -0.4, 2.0, -2.0, 30.0, -30.0), (50.0, -50.0))]
REFUSED = [LegClock(behind_s, 50.0) for behind_s in (1200.0, -1200.0)]
_SENSORS = ("ax6", "ax3", "geneactiv")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one comparison: how far off the corrected clock is at worst, whether it was believed, and CPU time."""

    off_s: float
    trusted: bool
    cpu_s: float
    uncertain_s: float


def person(seed: int, walk_min: float) -> tuple[Parts, Parts]:
    """Both legs of one night, on true clocks."""
    rng = np.random.default_rng([seed, 17])
    profile = PROFILES[list(PROFILES)[seed % len(PROFILES)]]
    plan = plan_night(profile, rng, hours=float(rng.uniform(6, 9)))
    if walk_min:
        plan = with_walks(plan, rng, minutes=walk_min, pauses=bool(seed % 2))
    sensor = SENSORS[_SENSORS[seed % 3]]
    found = []
    for leg in two_legs(plan, rng, bilateral=0.3):
        seconds, xyz_g = render(leg, sensor, rng, rate_hz=25)
        time_us = START_US + np.rint(seconds * 1e6).astype(np.int64)
        found.append(slim(Channel("", "ankle", "unknown", time_us, xyz_g.astype(np.float32), sensor.lsb_g)))
    return found[0], found[1]


def other_person(seed: int, walk_min: float, *, at_end: bool = True) -> tuple[Parts, Parts]:
    """Both legs of one night by the other generator, on true clocks."""
    seconds, ankles = two_ankles(seed, walk_min=walk_min, at_end=at_end)
    time_us = START_US + np.rint(seconds * 1e6).astype(np.int64)
    left, right = (slim(Channel("", "ankle", "unknown", time_us, g.astype(np.float32), 0.004)) for g in ankles)
    return left, right


def stored(folder: Path) -> list[tuple[Parts, Parts]]:
    """Pairs of legs that were made elsewhere."""
    return [
        (_stored(left), _stored(left.with_name(left.name.replace("-left", "-right"))))
        for left in sorted(folder.glob("*-left.parquet"))
    ]


def _stored(path: Path) -> Parts:
    table = pl.read_parquet(path)
    xyz_g = table.select("x_g", "y_g", "z_g").to_numpy().astype(np.float32)
    return slim(Channel("", "ankle", "unknown", table["timestamp"].dt.epoch("us").to_numpy(), xyz_g, 0.004))


def slim(channel: Channel) -> Parts:
    """Segments with what is compared alone, so that many nights fit into memory."""
    nothing = np.zeros(0, np.float32)
    return [
        replace(part, burst_g=nothing, tilt_g=nothing, slow_time_us=part.time_us[:0], slow_g=np.zeros((0, 3)))
        for part in segments(channel, CRITERIA)
    ]


def measured(left: Parts, right: Parts, clock: LegClock) -> Outcome:
    """One pair with the right clock off."""
    start_us = int(right[0].time_us[0])
    shown = [replace(p, time_us=clock.shown_us(start_us, (p.time_us - start_us) / 1e6)) for p in right]
    begun_s = time.process_time()
    offset = compare(left, shown, LIMITS, opposite_legs=True)
    cpu_s = time.process_time() - begun_s
    true_us = np.array([start_us, int(right[-1].time_us[-1])])
    shown_us = clock.shown_us(start_us, (true_us - start_us) / 1e6)
    moved_us = shown_us + offset.behind_s * 1e6 + (shown_us - offset.at_us) * (offset.drift_ppm or 0.0) * 1e-6
    return Outcome(float(np.abs(moved_us - true_us).max()) / 1e6, is_trusted(offset), cpu_s, offset.uncertain_s)


def is_trusted(offset: Offset) -> bool:
    """As for two legs."""
    return offset.is_trusted(LIMITS, within_s=LIMITS.max_uncertain_s)


def main(asked: Sequence[str] | None = None) -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nights", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="first seed: others than 0-99 were never looked at")
    parser.add_argument("--strangers", type=int, default=500)
    parser.add_argument("--walk-min", type=float, default=20.0)
    parser.add_argument("--other", action="store_true", help="people of `benchmarks.other_walkers`")
    parser.add_argument("--legs", type=Path)
    chosen = parser.parse_args(asked)
    seeds = range(chosen.first, chosen.first + chosen.nights)
    make = other_person if chosen.other else person
    people = stored(chosen.legs) if chosen.legs else [make(seed, chosen.walk_min) for seed in seeds]
    own = [measured(*legs, clock) for legs in people for clock in CLOCKS]
    right = sum(outcome.trusted and outcome.off_s <= 0.1 for outcome in own)
    further = sum(outcome.trusted and outcome.off_s > 0.1 for outcome in own)
    wrong = sum(outcome.trusted and outcome.off_s > max(0.1, outcome.uncertain_s) for outcome in own)
    print(f"own legs: {len(own)}; aligned within 0.1 s: {right} ({right / len(own):.1%}), further off: {further}")
    print(f"further off than the doubt that is stored with it: {wrong}")
    print(f"furthest off where aligned: {max((o.off_s for o in own if o.trusted), default=float('nan')):.3f} s")
    print(f"CPU a night: {np.mean([outcome.cpu_s for outcome in own]):.3f} s")
    far = [measured(*legs, clock).trusted for legs in people for clock in REFUSED]
    print(f"20 min off: {len(far)}; aligned: {sum(far)}")
    pairs = ((i, j) for i, j in product(range(len(people)), repeat=2) if i != j)
    met = [compare(people[i][0], people[j][1], LIMITS, opposite_legs=True) for i, j in islice(pairs, chosen.strangers)]
    highest = max((offset.confidence for offset in met), default=0.0)
    print(f"strangers: {len(met)}; aligned: {sum(map(is_trusted, met))}; highest confidence: {highest:.2f}")


if __name__ == "__main__":
    main()
