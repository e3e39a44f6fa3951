"""What `analytics.triggers` holds on simulated diaries whose truth is known.

    python -m benchmarks.triggers [--runs 400] [--null-runs 1000] [--jobs 2]
    PYTHONPATH=<folder with statsmodels> python -m benchmarks.triggers --peers
    python -m benchmarks.triggers --before-after [--runs 400] [--steep 2.5]
    python -m benchmarks.triggers --at-most [--runs 400]

A diary has six factors (streaks; stress that goes with coffee; alcohol at weekends; one rare, one frequent), three
outcomes that share what varies by night, a trend (the rate changes up to 1.65-fold from end to end), weekends 1.2-fold,
lag-1 correlation of 0 to 0.5, 30 % of the journal missing by days and by weeks, one night of ten doubtful. Jerks: 6 a
night in the mean; beside chance a night varies by 0.4 or 0.7 (SD of the logarithm). Coffee has the effect. Goals,
set before: intervals hold the truth in 93-97 %; any factor "holds up" on at most 5 % of diaries whose journal was
shifted or permuted in blocks (upper limit 7 %); twice the rate is found on 80 % of 90 nights, 50 % of 30.

``--before-after``: a change somewhere in the middle third, the same noise, weekdays and trend, and in the nights after
it another trend (up to 1.28-fold more or less from the change to the end). The truth is what the change did in the
middle of the nights after. Goal: intervals hold it in 93-97 %.

``--at-most``: how often a doubling would hold up if all but the effect were known: how much nights vary, that they do
not go together, and that there is no trend. No method finds it more often with as few false ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import beta

from analytics.triggers.before_after import before_after
from analytics.triggers.deciding import HELD, sides_of, triggers_of
from analytics.triggers.factors import LEAST_NIGHTS, Factor
from analytics.triggers.model import rate_ratio
from analytics.triggers.outcomes import NightOutcome, Outcomes, as_arrays

Bools = NDArray[np.bool_]
FIRST = date(2026, 1, 1)
NIGHTS, EFFECTS, ALIKE, SPREADS = (14, 30, 90), (1.0, 1.5, 2.0), (0.0, 0.25, 0.5), (0.4, 0.7)
CHANGE_NIGHTS, CHANGE_EFFECTS = (30, 90), (1.0, 0.5)
NAMES = ("coffee", "stress", "alcohol", "exercise", "screens", "travel")
#: The first step of Holm's procedure for one row of the same day: what "holds up" takes at the least.
FIRST_STEP = HELD * 0.8 / (len(NAMES) * 3)
BLOCK = 7


@dataclass(frozen=True, slots=True)
class SimulatedDiary:
    """Factors as the person had them, and what was noted of them; outcomes of the nights that can be told."""

    factors: tuple[Factor, ...]
    outcomes: Outcomes


def simulated(rng: np.random.Generator, n: int, effect: float, alike: float, spread: float) -> SimulatedDiary:
    """One person's nights and journal."""
    had = _factors(rng, n)
    common, at = _noise(rng, n, alike), np.arange(n)
    weekend = np.isin([(FIRST + timedelta(days=i)).weekday() for i in range(n)], (4, 5))
    log_rate = rng.uniform(-0.5, 0.5) * (at / n - 0.5) + np.log(1.2) * weekend + rng.normal(0, 0.1, 7)[at % 7]
    shared = [log_rate + spread * (0.7 * common + 0.71 * _noise(rng, n, alike)) - spread**2 / 2 for _ in range(3)]
    hours = rng.uniform(5.5, 8.0, n)
    jerks = rng.poisson(6 * np.exp(shared[0]) * np.where(had["coffee"], effect, 1.0))
    kicks = rng.poisson(10 * hours * np.exp(shared[1]))
    waso = 35 * np.exp(shared[2] + rng.normal(0, 0.2, n))
    told, doubt = rng.random(n) > 0.1, rng.uniform(0.0, 0.3, n)
    days = [FIRST + timedelta(days=i) for i in range(n)]
    own = np.exp(rng.normal(0, doubt))
    outcomes: Outcomes = {
        "hypnic_jerks": [NightOutcome(days[i], float(jerks[i])) for i in at if told[i]],
        "plms_index": [NightOutcome(days[i], float(kicks[i] * own[i]), hours[i], doubt[i] ** 2) for i in at if told[i]],
        "waso": [NightOutcome(days[i], float(waso[i])) for i in at if told[i]],
    }
    noted = _noted(rng, n)
    factors = (Factor(name, name, {days[i]: bool(had[name][i]) for i in at if noted[i]}) for name in NAMES)
    return SimulatedDiary(tuple(factors), outcomes)


def _noise(rng: np.random.Generator, n: int, alike: float) -> NDArray[np.float64]:
    drawn = rng.normal(size=n)
    for i in range(1, n):
        drawn[i] = alike * drawn[i - 1] + np.sqrt(1 - alike**2) * drawn[i]
    return drawn


def _streaks(rng: np.random.Generator, n: int, share: float, lasts: float) -> Bools:
    """Days with and without, in streaks of ``lasts`` days with it in the mean."""
    had = np.zeros(n, dtype=bool)
    now = rng.random() < share
    for i in range(n):
        had[i] = now
        leaves = 1 / lasts if now else share / (1 - share) / lasts
        now ^= rng.random() < leaves
    return had


def _factors(rng: np.random.Generator, n: int) -> dict[str, Bools]:
    coffee = _streaks(rng, n, 0.45, 3.0)
    weekend = np.isin([(FIRST + timedelta(days=i)).weekday() for i in range(n)], (4, 5))
    return {
        "coffee": coffee,
        "stress": np.where(rng.random(n) < 0.6, coffee, _streaks(rng, n, 0.4, 4.0)),
        "alcohol": rng.random(n) < np.where(weekend, 0.7, 0.2),
        "exercise": rng.random(n) < 0.35,
        "screens": _streaks(rng, n, 0.75, 6.0),
        "travel": _streaks(rng, n, 0.15, 3.0),
    }


def _noted(rng: np.random.Generator, n: int) -> Bools:
    """70 % of days: two thirds of what is missing by single days, the rest in pieces of a week."""
    noted = rng.random(n) > 0.2
    for start in range(0, n, BLOCK):
        if rng.random() < 0.125:
            noted[start : start + BLOCK] = False
    return noted


def moved(rng: np.random.Generator, diary: SimulatedDiary, n: int, how: str) -> SimulatedDiary:
    """The same with a journal that has nothing to do with the nights."""
    if how == "shifted":
        to = (np.arange(n) + rng.integers(5, n - 4)) % n
    else:
        blocks = [list(range(i, min(i + BLOCK, n))) for i in range(0, n, BLOCK)]
        to = np.array([i for k in rng.permutation(len(blocks)) for i in blocks[k]])
    place = {FIRST + timedelta(days=i): FIRST + timedelta(days=int(to[i])) for i in range(n)}
    factors = (Factor(f.name, f.words, {place[day]: had for day, had in f.days.items()}) for f in diary.factors)
    return SimulatedDiary(tuple(factors), diary.outcomes)


def one_effect(
    cell: tuple[int, float, float, float], seed: int, *, peers: bool
) -> list[tuple[float, float, float]] | None:
    """Low, high and p of coffee against jerks, by each method; None where a side has too few nights."""
    n, effect, spread, alike = cell
    rng = np.random.default_rng([seed, n, int(10 * effect), int(100 * alike), int(10 * spread)])
    diary = simulated(rng, n, effect, alike, spread)
    nights = as_arrays("hypnic_jerks", diary.outcomes["hypnic_jerks"])
    known, had = sides_of(diary.factors[0], nights)
    kept, side = nights.where(known), had[known]
    if min(int(side.sum()), int((~side).sum())) < LEAST_NIGHTS:
        return None
    found = rate_ratio(kept, side)
    if found is None:
        return None
    ours = (found.low, found.high, found.p_value)
    return [ours, *(_by_statsmodels(kept.days, kept.values, side, family) for family in PEERS)] if peers else [ours]


def one_change(
    cell: tuple[int, float, float, float], seed: int, *, steep: float = 1.0
) -> tuple[float, float, float, float] | None:
    """Low, high and p of a change, and what it was; None where there is no answer."""
    n, effect, spread, alike = cell
    rng = np.random.default_rng([seed, n, int(10 * effect), int(100 * alike), int(10 * spread), 7])
    at, changed = np.arange(n), int(rng.integers(n // 3, 2 * n // 3))
    after = at >= changed
    weekend = np.isin([(FIRST + timedelta(days=i)).weekday() for i in range(n)], (4, 5))
    bend = steep * rng.uniform(-0.25, 0.25) * (at - changed) / (n - changed)
    noise = spread * (0.7 * _noise(rng, n, alike) + 0.71 * _noise(rng, n, alike)) - spread**2 / 2
    steady = steep * rng.uniform(-0.5, 0.5) * (at / n - 0.5) + np.log(1.2) * weekend + rng.normal(0, 0.1, 7)[at % 7]
    jerks = rng.poisson(6 * np.exp(steady + noise + after * (np.log(effect) + bend)))
    told = rng.random(n) > 0.1
    nights = [NightOutcome(FIRST + timedelta(days=int(i)), float(jerks[i])) for i in at[told]]
    (found,) = before_after({"hypnic_jerks": nights}, FIRST + timedelta(days=changed))
    if found.found is None:
        return None
    truth = effect * float(np.exp(bend[after & told].mean()))
    return found.found.low, found.found.high, found.found.p_value, truth


PEERS = ("negative binomial, HAC", "quasi-Poisson, HAC")


def _by_statsmodels(days: Any, counts: Any, side: Bools, family: str) -> tuple[float, float, float]:
    api = import_module("statsmodels.api")
    weekday = (days - 1) % 7
    design = np.column_stack([np.ones(len(days)), side, (days - days.mean()) / 30, np.isin(weekday, (4, 5))])
    lags = max(1, int(4 * (len(days) / 100) ** (2 / 9)))
    options = {"cov_type": "HAC", "cov_kwds": {"maxlags": lags, "use_correction": True}, "use_t": True}
    spread = max(0.01, float(counts.var() / counts.mean() ** 2 - 1 / counts.mean()))
    kind = api.families.NegativeBinomial(alpha=spread) if family == PEERS[0] else api.families.Poisson()
    try:
        fit = api.GLM(counts, design.astype(float), family=kind).fit(**options)
    except np.linalg.LinAlgError:
        return 0.0, np.inf, 1.0  # no answer, which cannot be wrong
    low, high = np.exp(fit.conf_int()[1])
    return float(low), float(high), float(fit.pvalues[1])


def one_null(n: int, how: str, seed: int) -> bool:
    """Whether anything holds up for a journal that has nothing to do with the nights."""
    rng = np.random.default_rng([seed, n, len(how)])
    drawn = simulated(rng, n, 2.0, float(rng.choice(ALIKE)), float(rng.choice(SPREADS)))
    diary = moved(rng, drawn, n, how)
    return any(row.state == "holds_up" for row in triggers_of(diary.factors, diary.outcomes))


def one_at_most(n: int, spread: float, seed: int) -> float:
    """Chance that a doubling passes the first step of Holm's procedure, with all else known; 0 without an answer."""
    rng = np.random.default_rng([seed, n, 20, 0, int(10 * spread)])
    diary = simulated(rng, n, 2.0, 0.0, spread)
    known, had = sides_of(diary.factors[0], as_arrays("hypnic_jerks", diary.outcomes["hypnic_jerks"]))
    n_with, n_without = int((known & had).sum()), int((known & ~had).sum())
    if min(n_with, n_without) < LEAST_NIGHTS:
        return 0.0
    # Variance of the logarithm of a night's jerks, 12 and 6 in the mean.
    log_se = np.sqrt((spread**2 + 1 / 12) / n_with + (spread**2 + 1 / 6) / n_without)
    return float(ndtr(np.log(2) / log_se - ndtri(1 - FIRST_STEP / 2)))


def exact(k: int, n: int) -> str:
    """A share with its exact 95 % interval, in per cent."""
    low = beta.ppf(0.025, k, n - k + 1) if k else 0.0
    high = beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
    return f"{100 * k / n:.1f} ({100 * low:.1f}-{100 * high:.1f})" if n else "-"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=400, help="diaries in each cell")
    parser.add_argument("--null-runs", type=int, default=1000, help="journals without an effect, in each row")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=10_000, help="of the first diary; the next has the next")
    parser.add_argument("--peers", action="store_true", help="also by statsmodels, which must be importable")
    parser.add_argument("--before-after", action="store_true", help="only changes that stay")
    parser.add_argument("--at-most", action="store_true", help="only what could be found with all but the effect known")
    parser.add_argument("--steep", type=float, default=1.0, help="how many times steeper trends are beside a change")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.runs)
    if asked.at_most:
        for n, spread in product(NIGHTS, SPREADS):
            most = np.mean([one_at_most(n, spread, seed) for seed in seeds])
            print(f"{n} nights, SD {spread:g}: a doubling holds up in at most {most:.0%}")
        return
    with ProcessPoolExecutor(asked.jobs) as pool:
        if asked.before_after:
            _print_changes(pool, asked.seed, asked.runs, asked.steep)
            return
        cells = {
            cell: list(
                pool.map(
                    partial(one_effect, cell, peers=asked.peers),
                    range(asked.seed, asked.seed + asked.runs),
                    chunksize=20,
                )
            )
            for cell in product(NIGHTS, EFFECTS, SPREADS, ALIKE)
        }
        for method in range(1 + len(PEERS) * asked.peers):
            _print_heading("the package's own" if not method else PEERS[method - 1])
            for cell, found in cells.items():
                _print_cell(cell, [each[method] for each in found if each is not None], asked.runs)
        if asked.null_runs:
            print("\n| nights | journal | diaries | something holds up, % |\n|---|---|---|---|")
        for n, how in product(NIGHTS, ("shifted", "permuted in blocks")) if asked.null_runs else ():
            wrong = sum(
                pool.map(partial(one_null, n, how), range(asked.seed, asked.seed + asked.null_runs), chunksize=10)
            )
            print(f"| {n} | {how} | {asked.null_runs} | {exact(wrong, asked.null_runs)} |", flush=True)


def _print_changes(pool: ProcessPoolExecutor, seed: int, runs: int, steep: float) -> None:
    print("| nights | effect | SD | lag-1 | answered, % | covered, % | found, % |\n" + "|---" * 7 + "|")
    held: dict[int, list[bool]] = {}
    for cell in product(CHANGE_NIGHTS, CHANGE_EFFECTS, SPREADS, ALIKE):
        drawn = pool.map(partial(one_change, cell, steep=steep), range(seed, seed + runs), chunksize=20)
        low, high, p, truth = np.array([one for one in drawn if one is not None]).reshape(-1, 4).T
        covered, k = (low <= truth) & (truth <= high), len(p)
        held.setdefault(cell[0], []).extend(covered.tolist())
        n, effect, spread, alike = cell
        found = exact(int((p <= 0.05).sum()), k)
        share = f"{100 * k / runs:.0f} | {exact(int(covered.sum()), k)} | {found}"
        print(f"| {n} | {effect:g} | {spread:g} | {alike:g} | {share} |", flush=True)
    for n, all_held in held.items():
        print(f"{n} nights, all together: {exact(sum(all_held), len(all_held))} % covered", flush=True)


def _print_heading(method: str) -> None:
    print(
        f"\n{method}\n\n| nights | effect | SD | lag-1 | answered, % | covered, % | leans or better, % | holds up, % |"
    )
    print("|---" * 8 + "|")


def _print_cell(cell: Sequence[float], found: Iterable[tuple[float, float, float]], runs: int) -> None:
    n, effect, spread, alike = cell
    low, high, p = np.array(list(found)).reshape(-1, 3).T
    covered, k = int(((low <= effect) & (effect <= high)).sum()), len(p)
    print(
        f"| {n} | {effect:g} | {spread:g} | {alike:g} | {100 * k / runs:.0f} | {exact(covered, k)} "
        f"| {exact(int((p <= 0.05).sum()), k)} | {exact(int((p <= FIRST_STEP).sum()), k)} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
