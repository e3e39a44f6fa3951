"""How often the interval of the rate behind a night holds that rate, on nights of known rate.

    python -m benchmarks.rate_coverage [--nights 600]

45 cells: 4, 6 and 8 h asleep, series of 6, 15 and 40 movements in the mean, 2 to 60 movements an hour; four kinds of
nights. ``counts`` are drawn as the interval assumes. In the others series lie on the night's clock: one begins only
where none runs, the night's end cuts off the last, what is less than 90 s apart becomes one, and fewer than four
movements are none. ``front-loaded`` begins twice as many in the first moment as in the mean, and none in the last;
in ``woken`` three quarters of an hour awake, in three stretches, end what runs. The true rate is the mean of a
cell's nights, counted alike.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from analytics.scoring.rate_interval import rate_interval

KINDS = ("counts", "steady", "front-loaded", "woken")
HOURS, MEAN_LENGTHS, RATES_PER_H = (4, 6, 8), (6, 15, 40), (2, 5, 15, 30, 60)
#: Median interval between movements, its spread within a series and between series (SD of logarithms): common values
#: of published PLMS, taken as fixed here.
IMI_S, IMI_SD, SERIES_IMI_SD = 24.0, 0.3, 0.12
LONGEST_IMI_S, AWAKE_S = 90.0, 900.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of nights and what was found of them."""

    kind: str
    sleep_h: int
    mean_length: int
    aim_per_h: int
    rate_per_h: float
    covered: float
    rate_above: float
    width_per_h: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=600, help="in each cell")
    nights = parser.parse_args().nights
    for kind in KINDS:
        cells = [
            measure(kind, h, length, rate, nights) for h, length, rate in product(HOURS, MEAN_LENGTHS, RATES_PER_H)
        ]
        covered = np.array([cell.covered for cell in cells])
        print(
            f"## {kind}: covered {covered.mean():.3f}, worst cell {covered.min():.3f}, "
            f"median width {np.median([cell.width_per_h for cell in cells]):.0f}/h; {nights} nights a cell\n"
        )
        print("| sleep h | length | " + " | ".join(f"{rate}/h" for rate in RATES_PER_H) + " |")
        print("|---" * (len(RATES_PER_H) + 2) + "|")
        for h, length in product(HOURS, MEAN_LENGTHS):
            row = [cell.covered for cell in cells if (cell.sleep_h, cell.mean_length) == (h, length)]
            print(f"| {h} | {length} | " + " | ".join(f"{share:.3f}" for share in row) + " |")
        print()


def measure(kind: str, sleep_h: int, mean_length: int, aim_per_h: int, nights: int) -> Cell:
    """Draw the nights of a cell and count how many intervals hold its rate."""
    rng = np.random.default_rng([KINDS.index(kind), sleep_h, mean_length, aim_per_h])
    draw = _counts if kind == "counts" else _on_the_clock
    found = [draw(rng, kind, sleep_h, mean_length, aim_per_h) for _ in range(nights)]
    rate = float(aim_per_h) if kind == "counts" else float(np.mean([m for _, m in found])) / sleep_h
    bounds = {night: rate_interval(*night, sleep_h) or (np.nan, np.nan) for night in set(found)}
    low, high = np.array([bounds[night] for night in found]).T
    return Cell(
        kind=kind,
        sleep_h=sleep_h,
        mean_length=mean_length,
        aim_per_h=aim_per_h,
        rate_per_h=rate,
        covered=float(np.mean((low <= rate) & (rate <= high))),
        rate_above=float(np.mean(rate > high)),
        width_per_h=float(np.median(high - low)),
    )


def _counts(rng: np.random.Generator, _kind: str, sleep_h: int, mean_length: int, aim_per_h: int) -> tuple[int, int]:
    n = int(rng.poisson(aim_per_h * sleep_h / mean_length))
    return n, int(_lengths(rng, mean_length, n).sum())


def _lengths(rng: np.random.Generator, mean_length: int, n: int) -> NDArray[np.int64]:
    return 3 + rng.geometric(1 / (mean_length - 3), n)


def _on_the_clock(
    rng: np.random.Generator, kind: str, sleep_h: int, mean_length: int, aim_per_h: int
) -> tuple[int, int]:
    awake = np.sort(rng.uniform(0, sleep_h * 3600, 3)) if kind == "woken" else np.empty(0)
    end_s = sleep_h * 3600 + AWAKE_S * len(awake)
    awake = awake + AWAKE_S * np.arange(len(awake))
    pause_h = mean_length / aim_per_h - mean_length * IMI_S / 3600
    at = np.sort(rng.random(rng.poisson(end_s / 3600 / pause_h)))
    starts_s = (1 - np.sqrt(1 - at) if kind == "front-loaded" else at) * end_s
    marks, free_s = [np.empty(0)], 0.0
    for start_s, n in zip(starts_s.tolist(), _lengths(rng, mean_length, len(starts_s)).tolist(), strict=True):
        if start_s < free_s or ((awake <= start_s) & (start_s < awake + AWAKE_S)).any():
            continue
        imi_s = np.exp(rng.normal(np.log(IMI_S) + rng.normal(0, SERIES_IMI_SD), IMI_SD, n))
        series = start_s + np.cumsum(np.clip(imi_s, 10, LONGEST_IMI_S))
        stop_s = min([end_s, *awake[awake > start_s]])
        marks.append(series[series < stop_s])
        free_s = min(stop_s, float(series[-1]))
    onset = np.concatenate(marks)
    size = np.bincount(np.cumsum(np.diff(onset, prepend=-np.inf) > LONGEST_IMI_S) - 1) if len(onset) else np.empty(0)
    size = size[size >= 4]
    return len(size), int(size.sum())


if __name__ == "__main__":
    main()
