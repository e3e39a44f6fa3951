"""How well one wearer of two sensors is told from two wearers: legs of one person, and of strangers, of two simulators.

    python -m benchmarks.wearers [--seeds 3] [--first 0] [--hard FOLDER] [--others 60]

``--seeds`` nights of each kind of the own simulator, from seed ``--first``; ``--others`` nights over the physics of the
hard nights, whose file lies in ``--hard`` (`benchmarks.jerks_elsewhere_nights`), and as many by another hand, whose
legs never come to lie otherwise, so that nothing can be told of them (`benchmarks.other_walkers`). Strangers are the
left leg of one night and the right leg of another one. Prints, a line a group, how many were told as two people, as
one, and as neither, and the shares of turns at which both moved.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.nights.wearers import together
from analytics.signal.detect_movements import Detected, detect_movements
from analytics.signal.motion import filtered, searched
from analytics.simulate import NIGHTS, SENSORS
from analytics.simulate.write import simulate_both_legs
from benchmarks.jerks_elsewhere_nights import night, physics
from benchmarks.other_walkers import two_ankles

CRITERIA = Criteria()
START_US = 1_772_487_000_000_000  # 2026-03-02T21:30:00
ALWAYS = np.array([[0, 2**62]], dtype=np.int64)
_SENSORS = ("ax6", "ax3", "geneactiv")
#: From one night to the stranger's: another kind of night and another seed.
_STRANGER = 7

Pair = tuple[Detected, Detected]


def found(channel: Channel) -> Detected:
    """What moved at one ankle."""
    return detect_movements(channel, searched(filtered(channel, CRITERIA), CRITERIA), CRITERIA)


def own(kind: str, seed: int) -> Pair:
    """Both legs of one night of the own simulator, each with its own clock."""
    sensor = _SENSORS[seed % len(_SENSORS)]
    legs = simulate_both_legs(kind, evening=date(2026, 3, 2), rate_hz=25, sensor=sensor, seed=seed)
    left, right = (
        found(Channel("", "ankle", "unknown", leg.time_us, leg.xyz_g, SENSORS[sensor].lsb_g)) for leg in legs
    )
    return left, right


def hard(folder: Path, seed: int) -> Pair:
    """Both legs of one night over the physics of the hard nights."""
    left, right = (found(channel) for channel in night(physics(folder), seed, 2, seed).channels)
    return left, right


def other(seed: int) -> Pair:
    """Both legs of one night by another hand, on one clock."""
    seconds, ankles = two_ankles(seed, walk_min=float(seed % 2) * 10)
    time_us = START_US + np.rint(seconds * 1e6).astype(np.int64)
    left, right = (found(Channel("", "ankle", "unknown", time_us, g.astype(np.float32), 0.004)) for g in ankles)
    return left, right


def lines(name: str, pairs: list[Pair]) -> Iterator[str]:
    """What was told of one person's legs, and of strangers'."""
    strangers = [(left, pairs[(i + _STRANGER) % len(pairs)][1]) for i, (left, _) in enumerate(pairs)]
    for who, group in (("one person", pairs), ("strangers", strangers)):
        shares = [together(left, right, ALWAYS, CRITERIA.assessment) for left, right in group]
        known = np.array([share for share in shares if share is not None])
        n_two = int((known < CRITERIA.assessment.min_together).sum())
        low, middle, high = np.quantile(known, (0, 0.5, 1)) if len(known) else (np.nan,) * 3
        yield (
            f"{name}, {who}: {len(group)} pairs, {n_two} told as two people, {len(known) - n_two} as one, "
            f"{len(group) - len(known)} not told; share {low:.2f} to {high:.2f}, median {middle:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--hard", type=Path)
    parser.add_argument("--others", type=int, default=60)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    jobs = list(product(NIGHTS, range(options.first, options.first + options.seeds)))
    with ProcessPoolExecutor(options.workers) as pool:
        nights = list(pool.map(own, *zip(*jobs, strict=True)))
        seeds = range(options.first, options.first + options.others)
        hards = list(pool.map(partial(hard, options.hard), seeds)) if options.hard else []
        others = list(pool.map(other, seeds))
    groups = (("own simulator", nights), ("hard nights", hards), ("another hand", others))
    for name, pairs in [group for group in groups if group[1]]:
        print("\n".join(lines(name, pairs)), flush=True)


if __name__ == "__main__":
    main()
