"""Tables of hard nights by half minute and by movement: chances of sleep, and kicks by size."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import polars as pl

from benchmarks.hard_nights_tables import of_groups, table_of
from benchmarks.hard_nights_truth import brier, reliability, share

_SIZES_MG = (0.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 1e9)
_LARGER_MG = (0.0, 10.0, 20.0, 30.0, 50.0)


def half_minute_tables(half_minutes: pl.DataFrame) -> dict[str, str]:
    """Tables of half minutes by their titles."""
    return {
        "chance of sleep": brier_table(half_minutes),
        "chance of sleep by tenths": tenth_table(half_minutes),
    }


def movement_tables(events: pl.DataFrame) -> dict[str, str]:
    """Tables of movements by their titles."""
    return {
        "kicks asleep by size": size_table(events),
        "kicks and all else asleep": f1_table(events),
    }


_HALVES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "all": lambda halves: halves,
    "all, from 90 min before sleep to 20 min after it": lambda halves: halves.filter("near"),
    "undisturbed": lambda halves: of_groups(halves, "undisturbed"),
    "hard": lambda halves: of_groups(halves, "hard"),
}


def brier_table(half_minutes: pl.DataFrame) -> str:
    """Brier score of the chance of sleep, and of calling each half minute 0 or 1."""
    lines = []
    for name, choose in _HALVES.items():
        if len(part := choose(half_minutes)):
            chance, state = (brier(part[column].to_numpy(), part["slept"].to_numpy()) for column in ("p", "state"))
            better = sum(1 for _, one in part.group_by("name") if _brier_less(one))
            lines.append(
                [name, f"{len(part):,}", f"{chance:.4f}", f"{state:.4f}", share(better, part["name"].n_unique())]
            )
    return table_of(("half minutes", "n", "chance", "0 or 1", "nights on which the chance is not worse"), lines)


def _brier_less(one: pl.DataFrame) -> bool:
    chance, state = (brier(one[column].to_numpy(), one["slept"].to_numpy()) for column in ("p", "state"))
    return chance <= state


def tenth_table(half_minutes: pl.DataFrame) -> str:
    """Mean chance of sleep and share asleep, by tenths of the chance."""
    lines = []
    for name, choose in _HALVES.items():
        part = choose(half_minutes)
        of = {row.tenth: row for row in reliability(part["p"].to_numpy(), part["slept"].to_numpy())}
        cells = [f"{of[k].said:.2f} {of[k].was:.2f} ({of[k].n})" if k in of else "-" for k in range(10)]
        lines.append([name, *cells])
    return table_of(("said, was (n)", *(f"{k / 10:g}-{(k + 1) / 10:g}" for k in range(10))), lines)


def _kicks(events: pl.DataFrame) -> pl.DataFrame:
    return events.filter(pl.col("asleep") & (pl.col("role") == "kick"))


def size_table(events: pl.DataFrame) -> str:
    """Share of true kicks in sleep that were found as candidates, by their size."""
    lines = []
    for low, high in pairwise(_SIZES_MG):
        cells = []
        for group in ("undisturbed", "hard"):
            some = _kicks(of_groups(events, group)).filter((pl.col("peak_mg") >= low) & (pl.col("peak_mg") < high))
            cells.append(share(int(some["counted"].sum()), len(some)))
        lines.append([f"{low:g} and more" if high > 1e6 else f"{low:g}-{high:g}", *cells])
    return table_of(("peak, mg", "found, undisturbed", "found, hard"), lines)


def f1_table(events: pl.DataFrame) -> str:
    """Recall, precision and F1 of kicks of a size and more; smaller true ones that were found are no errors."""
    lines = []
    for least_mg in _LARGER_MG:
        for group in ("undisturbed", "hard"):
            hits, kicks, extra = hits_of(of_groups(events, group), least_mg)
            if kicks:
                cells = [share(hits, kicks), share(hits, hits + extra), f"{f1(hits, kicks, extra):.3f}"]
                lines.append([f"{least_mg:g} mg and more", group, *cells])
    return table_of(("kicks", "nights", "recall", "precision", "F1"), lines)


def hits_of(events: pl.DataFrame, least_mg: float) -> tuple[int, int, int]:
    """Kicks found, true kicks, and candidates in sleep that are none; those of breathing events are in neither."""
    kicks = _kicks(events).filter(pl.col("peak_mg") >= least_mg)
    other = events.filter(pl.col("asleep") & pl.col("counted") & ~pl.col("role").is_in(["kick", "respiratory"]))
    return int(kicks["counted"].sum()), len(kicks), len(other)


def f1(hits: int, kicks: int, extra: int) -> float:
    return 2 * hits / max(1, kicks + hits + extra)
