"""The tables of the evaluation: what was found against what is true, with 95 % intervals from resampling nights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from benchmarks.accuracy_sets import QUIET_SENSORS

RESAMPLES = 1000
#: Nights this near to a threshold can fall on either side of it: a movement more or less decides.
NEAR_PER_H = 3.0
Rows = pl.DataFrame


def counts(events: Rows) -> dict[str, float]:
    """Recall and precision of leg movements asleep: what is counted against kicks of at least 30 mg."""
    asleep = events.filter("asleep")
    kicks = asleep.filter(pl.col("kind").is_in(["kick", "respiratory"]))
    hits = float(kicks["counted"].sum())
    extra = float(asleep.filter(~pl.col("kind").is_in(["kick", "respiratory"]))["counted"].sum())
    total = max(1.0, float(len(kicks)))
    precision = hits / max(1.0, hits + extra)
    recall = hits / total
    return {"recall": recall, "precision": precision, "F1": 2 * hits / max(1.0, total + hits + extra)}


def interval(rows: Rows, measure: Callable[[Rows], float]) -> tuple[float, float]:
    """95 % interval of a measure of events or nights, from resampling nights."""
    groups = [part for _, part in rows.group_by("seed", maintain_order=True)]
    rng = np.random.default_rng(20160226)
    resampled = 200 if len(rows) > 20_000 else RESAMPLES
    values = [
        measure(pl.concat([groups[i] for i in rng.integers(len(groups), size=len(groups))])) for _ in range(resampled)
    ]
    low, high = np.nanquantile(values, (0.025, 0.975))
    return float(low), float(high)


def events_table(events: Rows) -> str:
    """Events of kicks of at least 30 mg while asleep, by sensor."""
    mixed = events.filter(pl.col("group").is_in(["mixed", "none", "profile"]))
    lines = ["| sensor | recall | precision | F1 (95 % interval) |", "|---|---|---|---|"]
    quiet = mixed.filter(pl.col("sensor").is_in(QUIET_SENSORS))
    for name, part in [
        ("AX3, AX6, GT3X", quiet),
        *((str(k[0]), p) for k, p in mixed.group_by("sensor", maintain_order=True)),
    ]:
        value = counts(part)
        low, high = interval(_per_night(part), _f1)
        lines.append(
            f"| {name} | {value['recall']:.3f} | {value['precision']:.3f} | {value['F1']:.3f} ({low:.3f}-{high:.3f}) |"
        )
    return "\n".join(lines)


def _per_night(events: Rows) -> Rows:
    """Hits, true kicks and extra counts of each night: enough for F1, and quick to resample."""
    kick = pl.col("kind").is_in(["kick", "respiratory"])
    return (
        events.filter("asleep")
        .group_by("seed", maintain_order=True)
        .agg(hits=(kick & pl.col("counted")).sum(), true=kick.sum(), extra=(~kick & pl.col("counted")).sum())
    )


def _f1(rows: Rows) -> float:
    hits, true, extra = (float(rows[name].sum()) for name in ("hits", "true", "extra"))
    return 2 * hits / max(1.0, true + hits + extra)


def recall_by_size(events: Rows) -> str:
    """Share of kicks found, on nights of kicks of one size."""
    kicks = events.filter((pl.col("group") == "amplitude") & (pl.col("kind") == "kick") & pl.col("asleep"))
    sizes = kicks.with_columns(size=pl.col("peak_mg").round(0).cast(pl.Int32))
    table = (
        sizes.group_by("size", "sensor")
        .agg(pl.col("counted").mean())
        .pivot("sensor", index="size", values="counted")
        .sort("size")
    )
    names = [c for c in table.columns if c != "size"]
    lines = ["| peak, mg | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [
        f"| {row['size']} | " + " | ".join(f"{row[n]:.2f}" for n in names) + " |" for row in table.iter_rows(named=True)
    ]
    return "\n".join(lines)


def index_table(nights: Rows) -> str:
    """Error of the index on assessable nights, in bands of the true one."""
    known = _with_error(nights.filter(pl.col("group").is_in(["mixed", "none", "profile", "child"])))
    lines = [
        "| true, per hour | nights | mean | mean absolute | worst | within 3/h + 10 % |",
        "|---|---|---|---|---|---|",
    ]
    for low, high in ((0, 0.001), (0.001, 5), (5, 15), (15, 30), (30, 100), (0, 100)):
        part = known.filter((pl.col("true_index") >= low) & (pl.col("true_index") < high))
        if len(part):
            name = "none" if high < 1 else "all" if (low, high) == (0, 100) else f"{low:g}-{high:g}"
            lines.append(f"| {name} | {len(part)} | {_error_cells(part)} |")
    for group in ("sofa", "apnoea"):
        part = _with_error(nights.filter(pl.col("group") == group))
        if len(part):
            lines.append(f"| {group} | {len(part)} | {_error_cells(part)} |")
    return "\n".join(lines)


def _with_error(nights: Rows) -> Rows:
    return nights.filter(pl.col("found_index").is_not_null() & pl.col("assessable")).with_columns(
        error=pl.col("found_index") - pl.col("true_index"),
        allowed=3 + 0.1 * pl.col("true_index"),
    )


def _error_cells(part: Rows) -> str:
    error = part["error"].to_numpy()
    worst = error[np.abs(error).argmax()]
    within = (part["error"].abs() <= part["allowed"]).mean()
    return f"{error.mean():+.2f} | {np.abs(error).mean():.2f} | {worst:+.1f} | {within:.0%}"


def flag_table(nights: Rows) -> str:
    """Sensitivity and specificity of the flag, on nights that are not near the threshold."""
    lines = ["| threshold | nights | sensitivity | specificity |", "|---|---|---|---|"]
    adult = nights.filter(pl.col("group").is_in(["mixed", "none", "profile"]))
    child = nights.filter(pl.col("group") == "child")
    for name, part, threshold in (("15/h, adults", adult, 15.0), ("5/h, children", child, 5.0)):
        clear = part.filter((pl.col("true_index") - threshold).abs() > NEAR_PER_H)
        above, below = clear.filter(pl.col("true_index") > threshold), clear.filter(pl.col("true_index") < threshold)
        cells = " | ".join(
            _share(int((p["possible_plmd"] if hit else ~p["possible_plmd"]).sum()), len(p))
            for p, hit in ((above, True), (below, False))
        )
        lines.append(f"| {name} | {len(clear)} of {len(part)} | {cells} |")
    for group in ("sofa", "apnoea"):
        part = nights.filter(pl.col("group") == group)
        right = _share(int((~part["possible_plmd"]).sum()), len(part))
        lines.append(f"| 15/h, {group} (true index below it) | {len(part)} | - | {right} |")
    return "\n".join(lines)


def _share(hits: int, total: int) -> str:
    """A share with its Wilson 95 % interval."""
    if not total:
        return "no nights"
    z, p = 1.96, hits / total
    centre = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{p:.3f} ({max(0.0, centre - half):.2f}-{min(1.0, centre + half):.2f}; {hits} of {total})"


def conditions_table(nights: Rows) -> str:
    """Nights that are hard to judge: how many get an index, how far off it is, and which are flagged wrongly."""
    lines = [
        "| condition | nights | with an index | error, mean absolute | worst | wrongly flagged | rightly flagged |",
        "|---|---|---|---|---|---|---|",
    ]
    for (group,), part in nights.group_by("group", maintain_order=True):
        known = _with_error(part.filter(pl.col("true_index").is_not_null()))
        error = known["error"].to_numpy()
        off = f"{np.abs(error).mean():.2f} | {error[np.abs(error).argmax()]:+.1f}" if len(error) else "- | -"
        given = (part["found_index"].is_not_null() & part["assessable"]).sum()
        low = part.filter(pl.col("true_index").fill_null(0.0) < 10)
        high = part.filter(pl.col("true_index") > 20)
        flagged = " | ".join(f"{p['possible_plmd'].sum()} of {len(p)}" for p in (low, high))
        lines.append(f"| {group} | {len(part)} | {given} | {off} | {flagged} |")
    return "\n".join(lines)


def jerk_table(events: Rows) -> str:
    """Hypnic jerks found, and what else carries the label."""
    some = events.filter(pl.col("group").is_in(["mixed", "none", "profile"]))
    jerks = some.filter(pl.col("kind") == "jerk")
    extra = some.filter((pl.col("kind") != "jerk") & (pl.col("label") == "hypnic_jerk"))
    n = some["seed"].n_unique()
    return (
        "| jerks found | false ones a night |\n|---|---|\n"
        f"| {_share(int((jerks['label'] == 'hypnic_jerk').sum()), len(jerks))} | {len(extra) / max(1, n):.2f} |"
    )


def onset_table(nights: Rows) -> str:
    """Error of the sleep onset, minutes."""
    lines = ["| nights | median | median absolute | 90 % within | inside 2 SD |", "|---|---|---|---|---|"]
    plain = nights.filter(pl.col("group").is_in(["mixed", "none", "profile", "child"]))
    for name, part in (("without sofa", plain), ("sofa", nights.filter(pl.col("group") == "sofa"))):
        known = part.filter(pl.col("onset_error_min").is_not_null())
        error = known["onset_error_min"].to_numpy()
        inside = (known["onset_error_min"].abs() <= 2 * known["onset_sd_min"]).mean()
        lines.append(
            f"| {name} ({len(known)}) | {np.median(error):+.1f} min | {np.median(np.abs(error)):.1f} min"
            f" | {np.quantile(np.abs(error), 0.9):.1f} min | {inside:.0%} |"
        )
    return "\n".join(lines)


def confusion(events: Rows) -> str:
    """What true movements were called, shares of each row."""
    some = events.filter(pl.col("group").is_in(["mixed", "none", "profile", "child"])).with_columns(
        was=pl.format("{}, {}", "kind", pl.when("asleep").then(pl.lit("asleep")).otherwise(pl.lit("awake")))
    )
    table = some.group_by("was", "label").len().pivot("label", index="was", values="len").fill_null(0).sort("was")
    names = sorted(c for c in table.columns if c != "was")
    lines = ["| | n | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for row in table.iter_rows(named=True):
        total = sum(row[n] for n in names)
        lines.append(f"| {row['was']} | {total} | " + " | ".join(f"{row[n] / total:.0%}" for n in names) + " |")
    return "\n".join(lines)


def rate_table(nights: Rows) -> str:
    """The same nights at other rates."""
    rate = nights.filter(pl.col("group") == "rate")
    base = rate.filter(pl.col("rate_hz") == 50).select("name", base="found_index", base_flag="possible_plmd")
    joined = rate.join(base, on="name").with_columns(off=(pl.col("found_index") - pl.col("base")).abs())
    lines = ["| rate | nights | index | flags that differ |", "|---|---|---|---|"]
    for (rate_hz,), part in joined.group_by("rate_hz", maintain_order=True):
        differ = (part["possible_plmd"] != part["base_flag"]).sum()
        lines.append(f"| {rate_hz:g} Hz | {len(part)} | {part['off'].max():.1f}/h | {differ} |")
    return "\n".join(lines)


def ablation_table(ablated: dict[str, tuple[Rows, Rows]]) -> str:
    """The same nights with one step switched off at a time: mixed ones, those of 20 mg kicks, those of large ones."""
    lines = [
        "| analysis | F1, mixed | F1, 20 mg | F1, 200-400 mg | index, mean absolute error, mixed | large |",
        "|---|---|---|---|---|---|",
    ]
    for name, (nights, events) in ablated.items():
        scores = " | ".join(f"{counts(events.filter(pl.col('group') == g))['F1']:.3f}" for g in _ABLATED)
        errors = " | ".join(_mean_error(nights.filter(pl.col("group") == g)) for g in ("mixed", "large"))
        lines.append(f"| {name} | {scores} | {errors} |")
    return "\n".join(lines)


_ABLATED = ("mixed", "amplitude", "large")


def _mean_error(nights: Rows) -> str:
    known = nights.filter(pl.col("found_index").is_not_null())
    return f"{(known['found_index'] - known['true_index']).abs().mean():.2f}/h" if len(known) else "not assessable"
