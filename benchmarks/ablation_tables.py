"""Tables of `ablations.py`: what changes without a term, on both families of nights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.criteria import Criteria
from analytics.sleep import index
from analytics.words import DOUBTFUL_SLEEP, PERHAPS_NOT_OWN
from benchmarks.ablation_known import HALF, KNOWN
from benchmarks.hard_nights_tables import (
    INTERVALS,
    STATES,
    banded,
    count,
    mean_off,
    of_groups,
    stated,
    table_of,
    told,
    worn_part_right,
)

#: Nights of the other simulator, and of the project's own; a cell names both in this order.
FAMILIES = ("other", "own")
#: Less than so much is luck: of the mean error, 1/h, and of the Brier score.
_LEAST_ERROR, _LEAST_BRIER = 0.05, 0.0005
_FLAGS = Criteria().flags


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one family of nights gives, with all terms or without one; smaller is better, but for ``raised`` and
    ``held``. ``totals``: of how many nights the counts are, as the table has them.
    """

    wrongly: int
    raised: int
    untold: int
    untold_hard: int
    error: float
    brier: float
    held: int
    of: int
    unworn: int
    totals: tuple[int, int, int, int, int]

    def is_worse(self, plain: Numbers) -> bool:
        """Whether anything is worse than in ``plain`` by more than luck."""
        return (
            self.wrongly > plain.wrongly
            or self.raised < plain.raised
            or self.untold > plain.untold
            or self.untold_hard > plain.untold_hard
            or self.error > plain.error + _LEAST_ERROR
            or self.brier > plain.brier + _LEAST_BRIER
            or self.of - self.held > plain.of - plain.held
            or self.unworn > plain.unworn
        )


def numbers(rows: pl.DataFrame) -> Numbers:
    """Of all nights of one family without one term."""
    nights = banded(rows)
    low = nights.filter((pl.col("band") == "low") & (pl.col("group") != "apnoea"))
    undisturbed, hard, unworn = (of_groups(nights, name) for name in ("undisturbed", "hard", "unworn"))
    high = undisturbed.filter(pl.col("band") == "high")
    held = [stated(told(hard), names)["held"] for title, names in INTERVALS.items() if "20 mg" not in title]
    never, partly = unworn.filter(pl.col("true_index").is_null()), unworn.filter(pl.col("true_index").is_not_null())
    return Numbers(
        wrongly=count(low, "raised"),
        raised=count(high, "raised"),
        untold=count(undisturbed, "cannot_tell"),
        untold_hard=count(hard, "cannot_tell"),
        error=mean_off(undisturbed.filter(pl.col("error").is_not_null()), "error"),
        brier=float(nights["square"].sum()) / max(1, int(nights["n_halves"].sum())),
        held=sum(int(each.sum()) for each in held),
        of=sum(len(each) for each in held),
        unworn=int(never["has_index"].sum()) + len(partly) - worn_part_right(partly),
        totals=(len(low), len(high), len(undisturbed), len(hard), len(unworn)),
    )


def terms_table(rows: pl.DataFrame) -> str:
    """Of each part the nights as they are, then what changes without each term: other simulator / own."""
    lines = []
    for (part,), of_part in rows.filter(pl.col("term") != "").group_by("part", maintain_order=True):
        names = of_part["name"].unique().implode()
        as_is = rows.filter((pl.col("term") == "") & pl.col("name").is_in(names)).unique("name", maintain_order=True)
        plain = {family: numbers(some) for family, some in _families(as_is)}
        cells = _cells([_absolute(each) for each in plain.values()])
        lines.append(
            [str(part), "as it is", *cells, " / ".join(f"n = {len(some)}" for _, some in _families(as_is)), ""]
        )
        for (term,), without in of_part.group_by("term", maintain_order=True):
            lines.append([str(part), str(term), *_without(without, plain)])
    head = ("raised, true below 10", "raised, undisturbed above 20", "cannot tell, undisturbed", "cannot tell, hard")
    more = ("mean absolute error", "Brier score", "intervals held, hard told", "unworn wrong", "nights changed", "buys")
    return table_of(("of", "without", *head, *more), lines)


def _without(rows: pl.DataFrame, plain: Mapping[str, Numbers]) -> list[str]:
    found = {family: numbers(some) for family, some in _families(rows)}
    changed = " / ".join(str(some["changed"].sum()) for _, some in _families(rows))
    worse = [family for family in found if found[family].is_worse(plain[family])]
    buys = _buys(worse) if rows["changed"].any() else "not seen to act"
    return [*_cells([_change(found[family], plain[family]) for family in found]), changed, buys]


def _families(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    parts = [(family, rows.filter(pl.col("family") == family)) for family in FAMILIES]
    return [(family, part) for family, part in parts if len(part)]


def _cells(of_families: Sequence[Sequence[str]]) -> list[str]:
    return [" / ".join(each) for each in zip(*of_families, strict=True)]


def _absolute(n: Numbers) -> list[str]:
    hits = (n.wrongly, n.raised, n.untold, n.untold_hard, n.unworn)
    counts = [f"{hit} of {total}" for hit, total in zip(hits, n.totals, strict=True)]
    return [*counts[:4], f"{n.error:.2f}", f"{n.brier:.4f}", f"{n.held} of {n.of}", counts[4]]


def _change(n: Numbers, plain: Numbers) -> list[str]:
    counts = [
        _signed(getattr(n, name) - getattr(plain, name)) for name in ("wrongly", "raised", "untold", "untold_hard")
    ]
    off = [f"{n.error - plain.error:+.2f}", f"{n.brier - plain.brier:+.4f}"]
    return [*counts, *off, f"{n.held} of {n.of}", _signed(n.unworn - plain.unworn)]


def _signed(value: int) -> str:
    return f"{value:+d}" if value else "0"


def _buys(worse: Sequence[str]) -> str:
    return "nothing" if not worse else "on both" if len(worse) == len(FAMILIES) else f"on {worse[0]}"


def known_table(rows: pl.DataFrame) -> str:
    """Undisturbed nights by true index: what is said, and what would be with sleep half as doubtful, or known."""
    lines = []
    for family, part in _families(banded(rows)):
        for age, band, title in (
            ("adult", "high", "adults above 20/h"),
            ("adult", "near", "adults, 10-20/h"),
            ("child", "high", "children above 6.7/h"),
            ("child", "near", "children, 3.3-6.7/h"),
        ):
            some = part.filter((pl.col("age_group") == age) & (pl.col("band") == band))
            if len(some):
                lines.append([f"{title}, {family}", *_of_known(some)])
    head = ("nights", "n", "raised/not/cannot tell", f"sleep {HALF}", f"sleep {KNOWN}")
    return table_of((*head, "cannot tell today", "cannot tell with sleep known"), lines)


def _of_known(rows: pl.DataFrame) -> list[str]:
    parts = [rows.filter(pl.col("term") == term) for term in ("", HALF, KNOWN)]
    said = ["/".join(str(count(part, state)) for state in STATES) for part in parts]
    return [str(len(parts[0])), *said, *(_reasons(part) for part in (parts[0], parts[2]))]


def _reasons(part: pl.DataFrame) -> str:
    counted: dict[str, int] = {}
    for row in part.filter(pl.col("possible_plmd") == "cannot_tell").iter_rows(named=True):
        counted[_reason(row)] = counted.get(_reason(row), 0) + 1
    return ", ".join(f"{why} {n}" for why, n in sorted(counted.items(), key=lambda each: -each[1])) or "-"


def _reason(row: dict[str, Any]) -> str:
    against = row["against"]
    for begin, why in (
        ("its kicks", "small kicks"),
        ("by AASM", "AASM differs"),
        (PERHAPS_NOT_OWN.partition("{")[0], "not own"),
    ):
        if against.startswith(begin):
            return why
    if against != DOUBTFUL_SLEEP:
        return "interval holds 5" if row["age_group"] == "child" and "interval" in against else "not assessable"
    threshold = _FLAGS.plms_index_child if row["age_group"] == "child" else _FLAGS.plms_index_adult
    if not row["whole"] > threshold:
        return "a possible night below"
    return "first 2 h" if not row["later"] > index._LATER * threshold else "largest block"
