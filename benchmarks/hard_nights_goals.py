"""What hard nights have to show, goal by goal, beside what they show. Shares with their exact 95 % intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from benchmarks.hard_nights_details import f1, hits_of
from benchmarks.hard_nights_restless import WRONG_PERCENT, answered
from benchmarks.hard_nights_tables import (
    INTERVALS,
    banded,
    count,
    fidgety,
    mean_off,
    no_harm,
    of_groups,
    series_width,
    stated,
    table_of,
    told,
    within,
    worn_part_right,
)
from benchmarks.hard_nights_truth import brier, reliability, share

#: A tenth with fewer half minutes says nothing.
_LEAST_IN_TENTH = 50
_KICK_MG = 20.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal, what was measured, and whether that reaches it; None where no night says anything."""

    what: str
    measured: str
    goal: str
    met: bool | None


def goals_table(nights: pl.DataFrame, events: pl.DataFrame, half_minutes: pl.DataFrame) -> str:
    """All goals that nights of one family can say something about."""
    said = {True: "yes", False: "**no**", None: "-"}
    nights = banded(nights)
    found = [
        *_wear(nights),
        *_flag(nights),
        *_index(nights),
        *_sleep(half_minutes),
        *_intervals(nights),
        *_events(events, nights),
        *_restless(nights),
    ]
    return table_of(("goal", "measured", "is to be", "met"), [[g.what, g.measured, g.goal, said[g.met]] for g in found])


def _at_most(what: str, hits: int, total: int, most: float) -> Goal:
    met = hits <= most * total if total else None
    return Goal(what, share(hits, total), "none" if most == 0 else f"at most {most:.0%}", met)


def _at_least(what: str, hits: int, total: int, least: float) -> Goal:
    met = hits >= least * total if total else None
    return Goal(what, share(hits, total), "all" if least == 1 else f"at least {least:.0%}", met)


def _number(what: str, value: float | None, limit: float, form: str = ".2f") -> Goal:
    """A number that is to be at most ``limit``."""
    if value is None or value != value:  # NaN: no night
        return Goal(what, "-", f"at most {limit:g}", None)
    return Goal(what, format(value, form), f"at most {limit:g}", value <= limit)


def _wear(nights: pl.DataFrame) -> Iterator[Goal]:
    unworn = of_groups(nights, "unworn")
    never, partly = unworn.filter(pl.col("true_index").is_null()), unworn.filter(pl.col("true_index").is_not_null())
    yield _at_most("an index without worn sleep", int(never["has_index"].sum()), len(never), 0.0)
    yield _at_least("worn part within 20 %, or cannot tell", worn_part_right(partly), len(partly), 1.0)


def _flag(nights: pl.DataFrame) -> Iterator[Goal]:
    low = nights.filter((pl.col("group") != "apnoea") & (pl.col("band") == "low"))
    undisturbed, hard = of_groups(nights, "undisturbed"), of_groups(nights, "hard")
    high = undisturbed.filter(pl.col("band") == "high")
    yield _at_most("raised, true below 10", count(low, "raised"), len(low), 0.05)
    yield _at_least("raised, undisturbed above 20", count(high, "raised"), len(high), 0.9)
    yield _at_most("not raised, undisturbed above 20", count(high, "not_raised"), len(high), 0.0)
    yield _at_most("cannot tell, undisturbed", count(undisturbed, "cannot_tell"), len(undisturbed), 0.1)
    if (undisturbed["age_group"] == "child").any():  # whose threshold of 5/h one night seldom resolves
        adults = undisturbed.filter(pl.col("age_group") == "adult")
        high = high.filter(pl.col("age_group") == "adult")
        yield _at_least("raised, undisturbed above 20, adults alone", count(high, "raised"), len(high), 0.9)
        yield _at_most("cannot tell, undisturbed, adults alone", count(adults, "cannot_tell"), len(adults), 0.1)
    yield _at_most("cannot tell, hard", count(hard, "cannot_tell"), len(hard), 0.4)


def _restless(nights: pl.DataFrame) -> Iterator[Goal]:
    known = answered(nights)
    restless, others = known.filter("restless"), known.filter(~pl.col("restless"))
    asked = f"journal with {WRONG_PERCENT} % wrong answers"
    hits = [len(part.filter(pl.col("answered") == "raised")) for part in (restless, others)]
    yield _at_least(f"possible_rls raised, restless legs, {asked}", hits[0], len(restless), 0.8)
    yield _at_most(f"possible_rls raised, others, {asked}", hits[1], len(others), 0.05)
    unasked = len(others.filter(pl.col("possible_rls") == "raised"))
    yield _at_most("possible_rls raised, others, no journal", unasked, len(others), 0.05)


def _index(nights: pl.DataFrame) -> Iterator[Goal]:
    known = of_groups(nights, "undisturbed").filter(pl.col("error").is_not_null())
    given = f" ({share(len(known), len(of_groups(nights, 'undisturbed')))} with an index)"
    if len(known):
        seen, every = mean_off(known, "error_seen"), mean_off(known, "error")
        yield _number("mean absolute error, undisturbed, 20 mg and more" + given, seen, 1.5)
        yield _number("mean absolute error, undisturbed, all kicks", every, 2.2)
    for title, error, true in (
        ("20 mg and more", "error_seen", "true_index_seen"),
        ("all kicks", "error", "true_index"),
    ):
        yield _at_least(f"within 3/h + 10 %, undisturbed, {title}", within(known, error, true), len(known), 0.88)
    awake = fidgety(nights)
    yield _at_least("waking fidgets add at most 3/h, or cannot tell", len(awake.filter(no_harm())), len(awake), 1.0)


def _sleep(halves: pl.DataFrame) -> Iterator[Goal]:
    slept = halves["slept"].to_numpy()
    if not len(slept):
        return
    chance, state = brier(halves["p"].to_numpy(), slept), brier(halves["state"].to_numpy(), slept)
    yield Goal(
        "Brier score of the chance of sleep", f"{chance:.4f}", f"below {state:.4f}, that of 0 or 1", chance < state
    )
    tenths = [row for row in reliability(halves["p"].to_numpy(), slept) if row.n >= _LEAST_IN_TENTH]
    worst = max(tenths, key=lambda row: abs(row.said - row.was))
    what = f"furthest tenth of the chance of sleep ({worst.said:.2f} said, {worst.was:.2f} was)"
    yield _number(what, abs(worst.said - worst.was), 0.1)


def _intervals(nights: pl.DataFrame) -> Iterator[Goal]:
    parts = {"undisturbed": of_groups(nights, "undisturbed"), "hard, told": told(of_groups(nights, "hard"))}
    for title, names in INTERVALS.items():
        for name, part in parts.items():
            some = stated(part, names)
            least = 0.9 if "index" in title and name != "undisturbed" else 0.93
            yield _at_least(f"interval holds {title}, {name}", int(some["held"].sum()), len(some), least)
    width = stated(parts["undisturbed"], INTERVALS["this night's index, all kicks"])["width"].median()
    most = 1.5 * series_width(parts["undisturbed"])
    yield _number("median width of this night's index, undisturbed", width, round(most, 2))  # type: ignore[arg-type]


def _events(events: pl.DataFrame, nights: pl.DataFrame) -> Iterator[Goal]:
    hits, kicks, extra = hits_of(of_groups(events, "undisturbed"), _KICK_MG)
    measured = f"{f1(hits, kicks, extra):.3f} (recall {share(hits, kicks)})"
    yield Goal("F1 of kicks of 20 mg and more, undisturbed", measured, "not below today's", None)
    found, true = int(nights["jerks_found"].sum()), int(nights["true_jerks"].sum())
    yield _at_least("hypnic jerks found", found, true, 0.8)
    false = int(nights["jerks_false"].sum())
    yield _number("false ones a night", false / max(1, len(nights)), 0.3)
