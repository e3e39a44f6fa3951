"""The tables of hard nights: every share as ``n of N`` with its exact 95 % interval, and the goals beside them.

A night stands in a band by its true index (all kicks) times 15 over the threshold for its age group: children's bands
are a third as high. Errors and covers are of nights with an index, or an interval; how many have one stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analytics.criteria import Criteria
from benchmarks.hard_nights_truth import share

_FLAGS = Criteria().flags
STATES = ("raised", "not_raised", "cannot_tell")
#: Nights awake with fidgets that could pass for kicks; the last ones are of the own simulator.
_FIDGETY = ("insomnia", "WASO", "reading in bed", "RLS", "waking", "quiet")
_WORN_PART_WITHIN = 0.2
_ADDED_PER_H = 3.0


def tables(rows: pl.DataFrame, which: str) -> dict[str, str]:
    """Tables of nights by their titles."""
    nights = banded(rows)
    return {
        "nights": _head(nights, which),
        "possible_plmd by true index": flag_table(nights),
        "index, found less true": index_table(nights),
        "intervals": interval_table(nights),
        "unworn": unworn_table(nights),
        "waking fidgets": fidget_table(nights),
        "hypnic jerks": jerk_table(nights),
        "by kind": kind_table(nights),
    }


def _head(nights: pl.DataFrame, which: str) -> str:
    groups = ", ".join(f"{len(part)} {name}" for (name,), part in nights.group_by("group", maintain_order=True))
    return (
        f"{len(nights)} {which}, of {nights['kind'].n_unique()} kinds: {groups};"
        f" median {nights['cpu_s'].median():.2f} s CPU a night."
    )


def banded(nights: pl.DataFrame) -> pl.DataFrame:
    """With ``band`` (low, near, high), ``error`` and ``error_seen`` (against kicks of 20 mg and more)."""
    thresholds = {"adult": _FLAGS.plms_index_adult, "child": _FLAGS.plms_index_child}
    scaled = pl.col("true_index").fill_null(0.0) * 15 / pl.col("age_group").replace_strict(thresholds)
    given = pl.when("has_index").then("plms_index")
    return nights.with_columns(
        band=pl.when(scaled < 10).then(pl.lit("low")).when(scaled > 20).then(pl.lit("high")).otherwise(pl.lit("near")),
        error=given - pl.col("true_index"),
        error_seen=given - pl.col("true_index_seen"),
        error_of_kicks=pl.when("has_index").then("index_true_sleep") - pl.col("true_index"),
    )


def of_groups(nights: pl.DataFrame, *groups: str) -> pl.DataFrame:
    return nights.filter(pl.col("group").is_in(groups))


def told(nights: pl.DataFrame) -> pl.DataFrame:
    return nights.filter(pl.col("possible_plmd") != "cannot_tell")


def count(nights: pl.DataFrame, state: str) -> int:
    return len(nights.filter(pl.col("possible_plmd") == state))


def table_of(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def flag_table(nights: pl.DataFrame) -> str:
    """States of the flag by true index."""
    bands = {"low": "below 10", "near": "10-20", "high": "above 20"}
    parts = [(name, of_groups(nights, name)) for name in ("undisturbed", "hard", "unworn", "apnoea")]
    parts += [("all but apnoea", nights.filter(pl.col("group") != "apnoea"))]
    parts += [("children among them", nights.filter(pl.col("age_group") == "child"))]
    lines = []
    for name, part in parts:
        for band, title in {**bands, "": "any"}.items():
            some = part.filter(pl.col("band") == band) if band else part
            if len(some):
                lines.append([name, title, *(share(count(some, state), len(some)) for state in STATES)])
    return table_of(("nights", "true, per hour", *(state.replace("_", " ") for state in STATES)), lines)


def index_table(nights: pl.DataFrame) -> str:
    """Error of the index; the share of nights with one stands beside it."""
    parts = [
        ("undisturbed", of_groups(nights, "undisturbed")),
        ("undisturbed, told", told(of_groups(nights, "undisturbed"))),
    ]
    parts += [
        ("hard", of_groups(nights, "hard")),
        ("hard, told", told(of_groups(nights, "hard"))),
        ("apnoea", of_groups(nights, "apnoea")),
    ]
    lines = [[name, *_error_cells(part)] for name, part in parts if len(part)]
    head = ("nights", "with an index", "mean absolute, all kicks", "within 3/h + 10 %")
    return table_of((*head, "mean absolute, 20 mg and more", "within 3/h + 10 %", "mean", "worst", _KNOWN), lines)


#: Heads a column: mean absolute error that is left if sleep is known.
_KNOWN = "mean absolute, all kicks, with true sleep"


def _error_cells(part: pl.DataFrame) -> list[str]:
    known = part.filter(pl.col("error").is_not_null())
    if not len(known):
        return [share(0, len(part)), *["-"] * 7]
    cells = [share(len(known), len(part))]
    for error, true in (("error", "true_index"), ("error_seen", "true_index_seen")):
        cells += [f"{mean_off(known, error):.2f}", share(within(known, error, true), len(known))]
    worst = known.sort(pl.col("error").abs())["error"][-1]
    return [*cells, f"{known['error'].mean():+.2f}", f"{worst:+.1f}", f"{mean_off(known, 'error_of_kicks'):.2f}"]


def mean_off(part: pl.DataFrame, error: str) -> float:
    return float(part.select(pl.col(error).abs().mean()).item() or 0.0)


def within(part: pl.DataFrame, error: str, true: str) -> int:
    return len(part.filter(pl.col(error).abs() <= 3 + 0.1 * pl.col(true)))


#: Stated intervals: what is true, and the ends.
INTERVALS = {
    "this night's index, all kicks": ("true_index", "plms_index_low", "plms_index_high"),
    "this night's index, 20 mg and more": ("true_index_seen", "plms_index_low", "plms_index_high"),
    "TST, h": ("true_tst_h", "tst_low_h", "tst_high_h"),
    "WASO, min": ("true_waso_min", "waso_low_min", "waso_high_min"),
    "onset, min": ("true_onset_min", "onset_low_min", "onset_high_min"),
}


def stated(part: pl.DataFrame, names: tuple[str, str, str]) -> pl.DataFrame:
    true, low, high = names
    return part.filter(pl.all_horizontal(pl.col(names).is_not_null())).with_columns(
        held=pl.col(true).is_between(low, high), width=pl.col(high) - pl.col(low)
    )


def interval_table(nights: pl.DataFrame) -> str:
    """How often each stated interval holds what is true, and its median width."""
    parts = {
        "undisturbed": of_groups(nights, "undisturbed"),
        "hard, told": told(of_groups(nights, "hard")),
        "hard": of_groups(nights, "hard"),
    }
    lines = []
    for name, names in INTERVALS.items():
        of = [stated(part, names) for part in parts.values()]
        lines.append([name, *(_cover_cell(part) for part in of), *(_width_cell(part) for part in of[:2])])
    series = [series_width(part) for part in (parts["undisturbed"], parts["hard, told"])]
    lines.append(["series as units, true sleep", "-", "-", "-", *(f"{width:.1f}" for width in series)])
    return table_of(
        ("interval", *(f"holds, {name}" for name in parts), "width, undisturbed", "width, hard, told"), lines
    )


def _cover_cell(part: pl.DataFrame) -> str:
    return share(int(part["held"].sum()), len(part))


def _width_cell(part: pl.DataFrame) -> str:
    return f"{part['width'].median():.1f}" if len(part) else "-"


def series_width(part: pl.DataFrame) -> float:
    """Median width of the interval of true series, of the nights with an index."""
    found = part.filter("has_index").select((pl.col("series_high") - pl.col("series_low")).median()).item()
    return float("nan") if found is None else float(found)


def unworn_table(nights: pl.DataFrame) -> str:
    """Nights with the sensor off the leg: an index of the worn part is right within a fifth."""
    lines = []
    for (kind,), part in of_groups(nights, "unworn").group_by("kind", maintain_order=True):
        given = part.filter("has_index")
        slept = part.filter(pl.col("true_index").is_not_null())
        near = worn_part_right(slept)
        off = f"{part['unworn_h'].mean():.1f} of {part['true_unworn_h'].mean():.1f} h"
        lines.append([str(kind), off, share(len(given), len(part)), share(near, len(slept)), _pairs(part)])
    head = ("kind", "found unworn", "with an index", "worn part within 20 %, or cannot tell", "index found (true)")
    return table_of(head, lines) if lines else "None."


def worn_part_right(slept: pl.DataFrame) -> int:
    right = (pl.col("error").abs() <= _WORN_PART_WITHIN * pl.col("true_index")).fill_null(value=True)
    return len(slept.filter(right | (pl.col("possible_plmd") == "cannot_tell")))


def _pairs(part: pl.DataFrame) -> str:
    cells = [
        f"{_number(row['plms_index'] if row['has_index'] else None)} ({_number(row['true_index'])})"
        for row in part.iter_rows(named=True)
    ]
    return ", ".join(cells)


def _number(value: float | None, form: str = ".1f") -> str:
    return "-" if value is None else format(value, form)


def fidget_table(nights: pl.DataFrame) -> str:
    """Nights awake in bed: what it adds to the index, and whether the doubt says so."""
    lines = []
    for (kind,), part in fidgety(nights).group_by("kind", maintain_order=True):
        added = part["error"].drop_nulls()
        worst = f"{added.mean():+.1f}, worst {added.max():+.1f}" if len(added) else "-"
        fine = len(part.filter(no_harm()))
        awake, doubted = int(part["n_plms_awake"].sum()), int(part["n_plms_awake_doubted"].sum())
        doubt = _number(part.select(pl.col("sleep_doubt_h").median()).item())
        lines.append([str(kind), worst, share(fine, len(part)), share(doubted, awake), doubt])
    head = ("kind", "added, per hour", "at most 3/h, or cannot tell", "periodic while awake: asleep in doubt")
    return table_of((*head, "sleep in doubt, median h"), lines) if lines else "None."


def fidgety(nights: pl.DataFrame) -> pl.DataFrame:
    return nights.filter(pl.any_horizontal(pl.col("kind").str.starts_with(name) for name in _FIDGETY))


def no_harm() -> pl.Expr:
    return (pl.col("error") <= _ADDED_PER_H).fill_null(value=True) | (pl.col("possible_plmd") == "cannot_tell")


def jerk_table(nights: pl.DataFrame) -> str:
    """Hypnic jerks found, and what else carries the label."""
    lines = []
    for name, part in (("with jerks", nights.filter(pl.col("true_jerks") > 0)), ("all", nights)):
        found, true = int(part["jerks_found"].sum()), int(part["true_jerks"].sum())
        false = int(part["jerks_false"].sum())
        raised = len(part.filter(pl.col("frequent_hypnic_jerks") == "raised"))
        each = f"{false} ({false / max(1, len(part)):.2f} a night)"
        lines.append([name, str(len(part)), share(found, true), each, share(raised, len(part))])
    return table_of(("nights", "n", "jerks found", "false ones", "frequent_hypnic_jerks raised"), lines)


def kind_table(nights: pl.DataFrame) -> str:
    """Each kind: means of its nights, and how many hold."""
    lines = []
    for (kind, group), part in nights.group_by("kind", "group", maintain_order=True):
        means = [_mean(part, name) for name in ("true_index", "true_index_seen")]
        found = _mean(part.filter("has_index"), "plms_index")
        held = [_cover_cell(stated(part, names)) for names in INTERVALS.values()]
        states = "/".join(str(count(part, state)) for state in STATES)
        sleep = [f"{_mean(part, name, form)} ({_mean(part, f'true_{name}', form)})" for name, form in _SLEEP.items()]
        jerks = f"{part['jerks_found'].sum()} + {part['jerks_false'].sum()} ({part['true_jerks'].sum()})"
        given = share(int(part["has_index"].sum()), len(part))
        lines.append([str(kind), str(group), *means, found, given, states, *held[:2], *_mixed(sleep, held[2:]), jerks])
    head = ("kind", "group", "true, all", "true, 20 mg", "found", "with an index", "raised/not/cannot tell")
    cover = ("index holds, all", "index holds, 20 mg", "TST, h", "holds", "WASO, min", "holds", "onset, min", "holds")
    return table_of((*head, *cover, "jerks found + false (true)"), lines)


#: Of sleep, by their names in a row, and how they are written.
_SLEEP = {"tst_h": ".1f", "waso_min": ".0f", "onset_min": ".0f"}


def _mixed(values: Sequence[str], held: Sequence[str]) -> list[str]:
    return [cell for pair in zip(values, held, strict=True) for cell in pair]


def _mean(part: pl.DataFrame, name: str, form: str = ".1f") -> str:
    return _number(part.select(pl.col(name).cast(pl.Float64).mean()).item(), form)


def every_night(nights: pl.DataFrame) -> str:
    """A line a night, for reading."""
    lines = []
    for row in nights.iter_rows(named=True):
        spans = [_span(*(row[name] for name in names)) for names in _SPANS]
        found = _number(row["plms_index"] if row["has_index"] else None)
        true = f"{_number(row['true_index'])}, {_number(row['true_index_seen'])}"
        doubt = f"{_number(row['sleep_doubt_h'])}, {_number(row['hidden_h'])}, {_number(row['wear_doubt_h'])}"
        jerks = f"{row['jerks_found']} + {row['jerks_false']} ({row['true_jerks']})"
        lines.append([row["name"], row["group"], true, found, row["possible_plmd"], *spans, doubt, jerks])
    head = (
        "night",
        "group",
        "true, all, 20 mg",
        "found",
        "possible_plmd",
        "index",
        "TST, h",
        "WASO, min",
        "onset, min",
    )
    return table_of((*head, "doubt, hidden, wear, h", "jerks"), lines)


def _span(true: float | None, low: float | None, high: float | None) -> str:
    return "-" if None in (true, low, high) else f"{_number(true)} in {_number(low)}-{_number(high)}"


_SPANS = [names for title, names in INTERVALS.items() if "20 mg" not in title]
