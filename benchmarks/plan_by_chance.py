"""How often a leg that moves by itself is taken for the plan of `nightkick check`, and how often a plan made is found.

Onsets are simulated, as a detector would give them; no threshold was chosen on them: `SEED` is used here alone. A plan
that is taken for made where none was is a false all-clear.

    python -m benchmarks.plan_by_chance [N]      # N recordings a cell, 500 by default: a quarter of an hour
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.model import Movement
from analytics.selfcheck.matching import matches_of
from analytics.selfcheck.plan import KICKS_S

Floats = NDArray[np.float64]
SEED = 20_261_130
#: Seconds from one movement to the next, and by what share of it they vary: a clock, people with PLMS, anything.
EVERY_S, SPREADS = (20.0, 25.0, 30.0, 40.0), {"regular": 0.05, "people": 0.2, "irregular": 0.35}
#: A check of half an hour, a nap, a night.
HOURS = (0.5, 2.0, 8.0)
_PER_H = (20.0, 40.0, 90.0)


def movements(onsets_s: Iterable[float]) -> list[Movement]:
    """Movements of one size at these instants."""
    return [
        Movement(
            n, "x", "ankle", "unknown", round(s * 1e6), round(s * 1e6) + 10**6, 0.1, 0.01, 0.5, 0, 1, "leg_movement"
        )
        for n, s in enumerate(sorted(onsets_s), 1)
    ]


def by_itself(rng: np.random.Generator, every_s: float, spread: float, hours: float) -> Floats:
    """Periodic limb movements: series of 6 to 80 whose pauses vary by a share of their mean, and rests between them."""
    per_h = float(rng.choice([one for one in _PER_H if one * every_s <= 3600]))
    rest_s = max(0.0, 3600 / per_h - every_s)
    series, at_s = [], float(rng.uniform(0, 600))
    while at_s < hours * 3600:
        pauses_s = every_s * rng.lognormal(-(spread**2) / 2, spread, int(rng.integers(6, 80)))
        series.append(at_s + np.cumsum(pauses_s))
        at_s = float(series[-1][-1] + rng.exponential(len(pauses_s) * rest_s))
    onsets_s = np.concatenate([*series, np.empty(0)])
    # A detector joins what is closer than half a second.
    return onsets_s[(onsets_s < hours * 3600) & (np.diff(onsets_s, prepend=-9.0) > 0.5)]


def made(rng: np.random.Generator, missed: int, extra: int, night: Floats | None = None) -> Floats:
    """A plan made on a quiet leg: each kick up to a second late, lying down before and getting up after it."""
    kicks_s = 400 + np.array(KICKS_S["left"]) + rng.uniform(0, 1, len(KICKS_S["left"]))
    kept_s = np.sort(rng.permutation(kicks_s)[missed:])
    around_s = rng.uniform(400 - 240, 400 + 290, extra)
    rest_s = np.empty(0) if night is None else 1200 + night
    return np.concatenate(([60.0, 712.0, 735.0], kept_s, around_s, rest_s))


def is_taken_for_plan(onsets_s: Floats) -> bool:
    """Whether a check of these movements says that the plan was made."""
    return any(match.is_plan for match in matches_of(movements(onsets_s)))


def absent(every_s: float, spread: float, hours: float, seed: int) -> bool:
    """Whether a recording without a plan is taken for one."""
    rng = np.random.default_rng([SEED, 0, round(every_s), round(1000 * spread), round(10 * hours), seed])
    return is_taken_for_plan(by_itself(rng, every_s, spread, hours))


def found(missed: int, extra: int, seed: int, *, before_night: bool = False) -> bool:
    """Whether a plan that was made is found."""
    rng = np.random.default_rng([SEED, 1, missed, extra, int(before_night), seed])
    night = by_itself(rng, float(rng.choice(EVERY_S)), 0.25, 8.0) if before_night else None
    return is_taken_for_plan(made(rng, missed, extra, night))


def _share(pool: ProcessPoolExecutor, one: Callable[[int], bool], n: int) -> str:
    hits = sum(pool.map(one, range(n), chunksize=25))
    return f"{100 * hits / n:.1f} %"


def report(n: int) -> Iterator[str]:
    """Both tables, line by line, as docs/check.md has them."""
    with ProcessPoolExecutor() as pool:
        yield f"| no plan, {n} recordings each | {' | '.join(f'{hours:g} h' for hours in HOURS)} |"
        yield f"|---|{'---|' * len(HOURS)}"
        for every_s, (name, spread) in product(EVERY_S, SPREADS.items()):
            shares = [_share(pool, partial(absent, every_s, spread, hours), n) for hours in HOURS]
            yield f"| every {every_s:g} s, {name} (varies by {spread:.0%}) | {' | '.join(shares)} |"
        yield ""
        yield f"| plan made, {n} recordings each | {' | '.join(f'{extra} extra' for extra in range(5))} |"
        yield f"|---|{'---|' * 5}"
        for before_night, missed in product((False, True), range(3)):
            shares = [_share(pool, partial(found, missed, extra, before_night=before_night), n) for extra in range(5)]
            where = "before a night of periodic movements" if before_night else "alone"
            yield f"| {missed} missed, {where} | {' | '.join(shares)} |"


if __name__ == "__main__":
    for line in report(int(sys.argv[1]) if len(sys.argv) > 1 else 500):
        print(line, flush=True)
