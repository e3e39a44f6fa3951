"""What is true of a hard night, and the arithmetic that judges with it; nothing here looks at an analysis.

A true index is that of the movements of the sleeper's own leg (`_OWN`, 0.5-10 s) under the project's own rules, per
hour of true sleep between `Truth.onset_s` and `Truth.wake_s` with the sensor on. Turns and trains end a run and are
never part of one; what comes through the mattress, and twitches too brief for a leg movement, do neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.scoring.score import score

Bools = NDArray[np.bool_]
Group = Literal["undisturbed", "hard", "apnoea", "unworn"]
#: How a true movement counts: it may be a candidate; it ends a run; a jerk; a movement at the end of a breathing event,
#: which is found like a kick and is none; or it is not the sleeper's leg, or too brief.
Role = Literal["kick", "breaks", "jerk", "respiratory", "other"]

#: Kinds of two simulators: of the nights that are read, and of the project's own.
_OWN = ("plm", "iso", "fidget", "plmw", "kick")
_BREAKS = ("turn", "body", "rmd", "alma", "sitshift", "footshake", "posture", "train", "large")
ROLES: dict[str, Role] = {
    **dict.fromkeys(_OWN, "kick"),
    **dict.fromkeys(_BREAKS, "breaks"),
    **dict.fromkeys(("resp", "respiratory"), "respiratory"),
    "jerk": "jerk",
}
SHORTEST_MS, LONGEST_MS = 500, 10_000
#: How the kinds begin that are called undisturbed.
UNDISTURBED = (
    *("ctrl", "plm-", "back-sleeper", "side-sleeper", "clonic", "double bursts", "irregular IMI", "fatigue", "large"),
    *("packed AX3", "25 Hz", "toilet walks", "DST", "sensor started 03:00"),
)
UNWORN = ("taken off", "worn in the evening, off", "fell off", "on charger")
#: Sensors that lay still for less were worn: rounding.
_LEAST_UNWORN_H = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What really happened in a night.

    Attributes
    ----------
    name, kind : str
        Of the night, and of what is special about it.
    group : Group
    zone : str
    start_us : int
        Of the recording, UTC; times in seconds are from here.
    events : DataFrame
        A row a movement that reached the sensor, by onset: ``kind, role, onset_s, offset_s, peak_g``.
    lsb_g : float
        Smallest step between values of the sensor.
    asleep, worn : bool arrays, shape (seconds,)
        Whether the sleeper slept, and whether a leg wore the sensor, in each second.
    unworn_h : float
        Of the recording. `worn` may leave out more: when a sensor lay is not told, see `_longest_without`.
    onset_s, wake_s : float
        Of the main sleep; NaN without one.
    """

    name: str
    kind: str
    group: Group
    zone: str
    age_group: Literal["adult", "child"]
    start_us: int
    lsb_g: float
    events: pl.DataFrame
    asleep: Bools
    worn: Bools
    unworn_h: float
    onset_s: float
    wake_s: float

    @property
    def main(self) -> Bools:
        """Seconds between falling asleep and the last waking, with the sensor on."""
        at = np.arange(len(self.asleep))
        found: Bools = (at >= self.onset_s) & (at < self.wake_s) & self.worn
        return found

    @property
    def tst_h(self) -> float:
        """Hours of the main sleep with the sensor on."""
        return float((self.main & self.asleep).sum() / 3600)

    @property
    def waso_min(self) -> float:
        """Minutes awake in it."""
        return float((self.main & ~self.asleep).sum() / 60)


@dataclass(frozen=True, slots=True)
class TrueSeries:
    """The true index, 1/h, None without sleep; and movements in sleep of each series."""

    index: float | None
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tenth:
    """Of the half minutes with a probability in one tenth: how many, their mean, and the share truly asleep."""

    tenth: int
    n: int
    said: float
    was: float


def group_of(kind: str) -> Group:
    """To which group of nights a kind belongs."""
    if kind.startswith(UNDISTURBED):
        return "undisturbed"
    if kind.startswith(UNWORN):
        return "unworn"
    return "apnoea" if kind.startswith("apnoea") else "hard"


def read_truth(path: Path) -> Truth:
    """The truth that lies beside a night; see its README for the fields."""
    told = json.loads(path.read_text())
    seconds = int(told["seconds"])
    asleep = np.zeros(seconds, np.bool_)
    digits = np.frombuffer(told["sleep"].encode(), np.uint8)[:seconds] == ord("1")
    asleep[: len(digits)] = digits
    events = events_table(told["events"])
    worn = np.ones(seconds, np.bool_)
    unworn_h = told["seconds"] / 3600 - told["worn_h"]
    if unworn_h > _LEAST_UNWORN_H:
        off = _longest_without(events, seconds)
        worn[off] = False
    return Truth(
        name=told["name"],
        kind=told["condition"],
        group=group_of(told["condition"]),
        zone=told["tz"],
        age_group=told["age"],
        start_us=round(told["start"] * 1e6),
        lsb_g=told["lsb_g"],
        events=events,
        asleep=asleep,
        worn=worn,
        unworn_h=unworn_h,
        onset_s=told["onset"],
        wake_s=told["wake"],
    )


def events_table(events: Sequence[Sequence[object]]) -> pl.DataFrame:
    """Rows of (kind, onset, offset, peak), seconds and g, by onset and with the role of each."""
    table = pl.DataFrame(
        [tuple(row) for row in events],
        schema={"kind": pl.String, "onset_s": pl.Float64, "offset_s": pl.Float64, "peak_g": pl.Float64},
        orient="row",
    )
    return table.with_columns(role=pl.col("kind").replace_strict(ROLES, default="other", return_dtype=pl.String)).sort(
        "onset_s"
    )


def _longest_without(events: pl.DataFrame, seconds: int) -> slice:
    """The longest stretch without a movement of the leg: a truth says for how long a sensor lay, and not when."""
    legs = events.filter(pl.col("role") != "other")
    starts = np.concatenate(([0.0], legs["offset_s"].to_numpy()))
    ends = np.concatenate((legs["onset_s"].to_numpy(), [float(seconds)]))
    longest = int((ends - starts).argmax())
    return slice(int(starts[longest]), int(ends[longest]))


def true_series(truth: Truth, least_g: float = 0.0) -> TrueSeries:
    """Series and index of what was really done; kicks below ``least_g`` are taken for undone."""
    in_main = truth.main
    asleep = in_main & truth.asleep
    if not asleep.any():
        return TrueSeries(None, ())
    of_leg = truth.events.filter(
        (pl.col("role") == "breaks") | ((pl.col("role") == "kick") & (pl.col("peak_g") >= least_g))
    ).with_columns(
        onset_ms=(pl.col("onset_s") * 1000).round().cast(pl.Int64),
        duration_ms=((pl.col("offset_s") - pl.col("onset_s")) * 1000).round().cast(pl.Int64),
    )
    marks = of_leg.select(
        night_id=pl.lit("true"),
        leg=pl.lit("L"),
        onset_ms="onset_ms",
        offset_ms=pl.col("onset_ms") + pl.col("duration_ms"),
        may_be_clm=(pl.col("role") == "kick") & pl.col("duration_ms").is_between(SHORTEST_MS, LONGEST_MS),
    )
    scored = score(marks, ruleset=DEFAULT_RULESET, hypnogram=_hypnogram(asleep))
    periodic = scored.movements.filter(pl.col("is_plm") & (pl.col("stage") != "W"))
    sizes = periodic.group_by("series_id").len().sort("series_id")["len"].to_list()
    return TrueSeries(len(periodic) / float(asleep.sum() / 3600), tuple(sizes))


def _hypnogram(asleep: Bools) -> pl.DataFrame:
    edges = np.concatenate(([0], np.flatnonzero(np.diff(asleep)) + 1, [len(asleep)]))
    return pl.DataFrame(
        {
            "night_id": ["true"] * (len(edges) - 1),
            "start_ms": edges[:-1] * 1000,
            "duration_ms": np.diff(edges) * 1000,
            "stage": ["N2" if asleep[at] else "W" for at in edges[:-1]],
        }
    )


def exact_interval(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Clopper CJ, Pearson ES. Biometrika 1934;26:404-413)."""
    low = 0.0 if hits == 0 else float(special.betaincinv(hits, total - hits + 1, 0.025))
    high = 1.0 if hits == total else float(special.betaincinv(hits + 1, total - hits, 0.975))
    return low, high


def share(hits: int, total: int) -> str:
    """``hits of total`` with the exact interval."""
    if not total:
        return "-"
    low, high = exact_interval(hits, total)
    return f"{hits} of {total} ({100 * low:.0f}-{100 * high:.0f} %)"


def series_interval(sizes: Sequence[int], hours: float) -> tuple[float, float]:
    """95 % interval of an index with series for units: Garwood's of their effective number (Biometrika 1936;28:437).

    Parameters
    ----------
    sizes : sequence of int
        Movements of each series.
    """
    if not sizes:
        return 0.0, 37.0 / hours  # 3.7 series of ten: Garwood's upper bound of none
    total, squares = sum(sizes), sum(size * size for size in sizes)
    n = total * total / squares
    each = total / n / hours
    return float(special.gammaincinv(n, 0.025)) * each, float(special.gammaincinv(n + 1, 0.975)) * each


def brier(p: NDArray[np.generic], slept: Bools) -> float:
    """Mean squared difference of a probability and what was; Brier GW. Mon Weather Rev 1950;78:1-3."""
    return float(np.square(p.astype(np.float64) - slept).mean()) if len(p) else float("nan")


def reliability(p: NDArray[np.floating], slept: Bools) -> list[Tenth]:
    """By tenths of the probability, those with a half minute in them."""
    tenths = np.minimum((p.astype(np.float64) * 10).astype(int), 9)
    return [
        Tenth(k, int(in_it.sum()), float(p[in_it].mean()), float(slept[in_it].mean()))
        for k in range(10)
        if (in_it := tenths == k).any()
    ]
