"""How often what is said of a person over nights is wrong, and how soon it is said, on simulated people.

    python -m benchmarks.people [--people 1000] [--dispersion 3.1]

Nights of a person are gamma distributed, their variance the dispersion times the mean (`NIGHT_DISPERSION`: Trotti
2009). Of nights below the threshold 5 % are raised wrongly, of those above 10 % missed, with an index that shows it;
what lies within 3/h of the threshold cannot be told, and neither can one night in twenty, whatever its index (half its
index to either side). Who looks does so after every night from the third to the 90th, and what counts is whether a
statement was ever made. Each look is asked of the very SQL that nightkick runs. Jerks: so many of a person's nights
are above the threshold, 5 % of all cannot be told.

Beside it the trend of the index (`analytics.nights.trend`): how often its interval holds the true slope, with
neighbouring nights alike (lag-1 correlation 0 to 0.5).
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from analytics.flag import INDEX_CRITERION
from analytics.nights.how_many import NIGHT_DISPERSION
from analytics.nights.patterns import NightFacts
from analytics.nights.trend import trend
from analytics.store.database.connection import ArrowStream
from analytics.store.database.steps import patterns_over

THRESHOLD = 15.0
MEANS = (2.0, 5.0, 8.0, 11.0, 13.0, 14.0, 14.9, 15.1, 17.0, 19.0, 22.5, 30.0, 45.0, 60.0)
SHARES = (0.05, 0.2, 0.4, 0.49, 0.6, 0.75, 0.9, 1.0)
RAISED_WRONGLY, MISSED, UNTOLD = 0.05, 0.10, 0.05
NEAR_H = 3.0
MOST_NIGHTS = 90
LOOKS = (*range(3, 31), *range(33, MOST_NIGHTS + 1, 3))
FIRST = date(2026, 1, 1)
#: What is read of each look, with its type.
SAID = {"subject": pl.Int64, "state": pl.String} | {
    f"{of}_{end}": pl.Float64 for of in ("mean_index", "share") for end in ("low", "high")
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nights:
    """What was seen of people: index and state of each night, people by nights."""

    index: Floats
    state: NDArray[np.str_]


def seen(rng: np.random.Generator, mean: float, dispersion: float, shape: tuple[int, int]) -> Nights:
    """Nights of people with this mean index, 1/h, as they are analysed."""
    true = rng.gamma(mean / dispersion, dispersion, shape)
    above, chance = true > THRESHOLD, rng.random(shape)
    wrongly, missed = ~above & (chance < RAISED_WRONGLY), above & (chance < MISSED)
    index = np.where(wrongly, THRESHOLD + rng.exponential(THRESHOLD / 3, shape), true)
    index = np.where(missed, THRESHOLD * rng.uniform(0.7, 1, shape), index)
    half = np.where(rng.random(shape) < UNTOLD, np.maximum(index, NEAR_H), NEAR_H)
    doubt = (np.abs(index - THRESHOLD) < half) & ~wrongly & ~missed
    return Nights(index, np.where(doubt, "cannot_tell", np.where(index > THRESHOLD, "raised", "not_raised")))


def jerky(rng: np.random.Generator, share: float, shape: tuple[int, int]) -> Nights:
    """Nights of people who have many jerks on this share of them."""
    above, chance = rng.random(shape) < share, rng.random(shape)
    raised = np.where(above, chance >= MISSED, chance < RAISED_WRONGLY)
    doubt = rng.random(shape) < UNTOLD
    return Nights(np.zeros(shape), np.where(doubt, "cannot_tell", np.where(raised, "raised", "not_raised")))


def looked_at(nights: Nights, flag: str, looks: tuple[int, ...] = LOOKS) -> pl.DataFrame:
    """What is said after each look: columns person, n, and those of ``patterns``."""
    people, most = nights.index.shape
    person, day = (axis.ravel() for axis in np.indices((people, most)))
    criteria = json.dumps([{"name": INDEX_CRITERION, "threshold": THRESHOLD}])
    seen_nights = pl.DataFrame({
        "person": person, "day": day, "plms_index": nights.index.ravel(), "state": nights.state.ravel(),
    }).filter(pl.col("day") < max(looks))  # fmt: skip
    with duckdb.connect() as con:
        con.register("seen_nights", ArrowStream(seen_nights))
        con.execute(
            f"""
            CREATE TABLE night AS SELECT person * 1000 + look AS subject, DATE '{FIRST}' + day::INTEGER AS night_date,
                true AS assessable, plms_index, state
            FROM seen_nights JOIN (SELECT unnest({list(looks)}) AS look) ON day < look;
            CREATE VIEW score AS SELECT subject, night_date, 'r' AS ruleset, plms_index FROM night;
            CREATE VIEW reviewed_score AS FROM score WHERE false;
            CREATE VIEW night_flags AS SELECT subject, night_date, '{flag}' AS flag, state, state AS state_as_reviewed,
                '{criteria}' AS criteria, NULL::VARCHAR AS criteria_as_edited FROM night;
            CREATE TABLE setting AS SELECT 'default_ruleset' AS name, 'r' AS value;
            """
        )
        told = con.execute(f"SELECT {', '.join(SAID)} FROM ({patterns_over('true')})").fetchall()
    said = pl.DataFrame(told, schema=SAID, orient="row")
    return said.with_columns(person=pl.col("subject") // 1000, n=pl.col("subject") % 1000)


def ever(said: pl.DataFrame, state: str, by: int = MOST_NIGHTS) -> float:
    """Share of people of whom this was said at any look up to so many nights."""
    until = said.filter(pl.col("n") <= by)
    return float(until.group_by("person").agg((pl.col("state") == state).any())["state"].mean())  # type: ignore[arg-type]


def holds(said: pl.DataFrame, of: str, truth: float, n: int) -> float:
    """How often the interval of a column holds the truth after so many nights."""
    at = said.filter(pl.col("n") == n)
    return float(((at[f"{of}_low"] <= truth) & (at[f"{of}_high"] >= truth)).mean())  # type: ignore[arg-type]


def trend_holds(rng: np.random.Generator, n: int, lag: float, people: int, *, mean: float = 20.0) -> float:
    """How often the interval of the trend holds the true slope of 1/h a week."""
    steps = rng.normal(size=(people, n))
    steps[:, 1:] *= np.sqrt(1 - lag**2)
    for k in range(1, n):
        steps[:, k] += lag * steps[:, k - 1]
    index = stats.gamma.ppf(stats.norm.cdf(steps), mean / NIGHT_DISPERSION) * NIGHT_DISPERSION + np.arange(n) / 7
    found = [
        trend(NightFacts(FIRST + timedelta(k), assessable=True, plms_index=float(v)) for k, v in enumerate(row))
        for row in index
    ]
    return float(np.mean([one is not None and one.low <= 1 <= one.high for one in found]))


def main() -> None:
    """Print the three tables."""
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=1000)
    options.add_argument("--dispersion", type=float, default=NIGHT_DISPERSION)
    options.add_argument("--seed", type=int, default=20)
    wanted = options.parse_args()
    rng = np.random.default_rng(wanted.seed)
    shape = (wanted.people, MOST_NIGHTS)
    head = "  pattern: by 7  by 14  by 30  ever   none: by 14  ever   interval holds at 7    14    30    90"
    print(f"mean/h {head}")
    for mean in MEANS:
        said = looked_at(seen(rng, mean, wanted.dispersion, shape), "possible_plmd")
        print(f"{mean:6} {_row(said, 'mean_index', mean)}")
    print(f"share  {head}")
    for share in SHARES:
        said = looked_at(jerky(rng, share, shape), "frequent_hypnic_jerks")
        print(f"{share:6} {_row(said, 'share', share)}")
    print("trend: nights, and at lag-1 correlation 0, 0.2, 0.4, 0.5 how often the interval holds")
    for n in (7, 10, 14, 21, 30, 60, 90):
        print(f"{n:6} ", *(f"{trend_holds(rng, n, lag, wanted.people):.3f}" for lag in (0, 0.2, 0.4, 0.5)))


def _row(said: pl.DataFrame, of: str, truth: float) -> str:
    by = [ever(said, "pattern", n) for n in (7, 14, 30, MOST_NIGHTS)]
    none = [ever(said, "no_pattern", n) for n in (14, MOST_NIGHTS)]
    held = [holds(said, of, truth, n) for n in (7, 14, 30, MOST_NIGHTS)]
    return "  |  ".join(" ".join(f"{share:6.3f}" for share in part) for part in (by, none, held))


if __name__ == "__main__":
    main()
