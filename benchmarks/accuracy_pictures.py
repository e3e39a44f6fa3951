"""Pictures of what `accuracy.py` measures. Needs matplotlib, which is in no lock: pip install matplotlib."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import polars as pl

mpl.use("Agg")
from matplotlib import pyplot as plt

#: Okabe and Ito's colours: told apart by everybody, and with the markers also in black and white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v")
NAMES = {"ax3": "AX3", "ax6": "AX6", "gt3x": "GT3X", "ax3-packed": "AX3 packed", "geneactiv": "GENEActiv (noisy)"}


def draw(nights: pl.DataFrame, events: pl.DataFrame, folder: Path) -> None:
    """Write one PNG a question into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    plt.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False})
    for name, picture in (
        ("recall_by_size", _recall(events)),
        ("index_found_and_true", _index(nights)),
        ("sleep_onset_error", _onset(nights)),
        ("labels", _labels(events)),
    ):
        picture.savefig(folder / f"{name}.png", dpi=110)
        plt.close(picture)


def _recall(events: pl.DataFrame) -> plt.Figure:
    kicks = events.filter((pl.col("group") == "amplitude") & (pl.col("kind") == "kick") & pl.col("asleep"))
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    for k, (sensor, name) in enumerate(NAMES.items()):
        part = (
            kicks.filter(pl.col("sensor") == sensor)
            .group_by(pl.col("peak_mg").round(0))
            .agg(pl.col("counted").mean())
            .sort("peak_mg")
        )
        axes.plot(part["peak_mg"], part["counted"], color=COLOURS[k], marker=MARKERS[k], label=name)
    ticks = sorted(kicks["peak_mg"].round(0).unique().to_list())
    axes.set(xscale="log", xlabel="largest acceleration of the kick, mg", ylabel="share found", ylim=(-0.02, 1.02))
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.legend(frameon=False, loc="lower right")
    axes.set_title("Simulated kicks found, by size and sensor", loc="left")
    return figure


def _index(nights: pl.DataFrame) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(6.4, 5.0), layout="constrained")
    groups = {"mixed": "0-50/h", "none": "no kicks", "profile": "profiles", "child": "children", "apnoea": "breathing"}
    top = 65.0
    axes.fill_between([0, top], [-3, top * 0.9 - 3], [3, top * 1.1 + 3], color="0.92", label="3/h + 10 %")
    axes.plot([0, top], [0, top], color="0.6", linewidth=1)
    for k, (group, name) in enumerate(groups.items()):
        part = nights.filter((pl.col("group") == group) & pl.col("found_index").is_not_null())
        axes.scatter(part["true_index"], part["found_index"], 18, COLOURS[k], MARKERS[k], label=name, alpha=0.8)
    for threshold in (5, 15):
        axes.axhline(threshold, color="0.6", linewidth=0.7, linestyle=":")
    axes.set(xlabel="true PLMS per hour of sleep", ylabel="found", xlim=(-1, top), ylim=(-1, top))
    axes.legend(frameon=False, loc="upper left")
    axes.set_title("PLMS index, found against true", loc="left")
    return figure


def _onset(nights: pl.DataFrame) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    plain = nights.filter(pl.col("group").is_in(["mixed", "none", "profile", "child"]))["onset_error_min"].drop_nulls()
    sofa = nights.filter(pl.col("group") == "sofa")["onset_error_min"].drop_nulls()
    every = pl.concat([plain, sofa]).to_numpy()
    bins = np.arange(5 * np.floor(every.min() / 5), every.max() + 5, 5.0)
    axes.hist(
        [plain.to_numpy(), sofa.to_numpy()],
        bins=list(bins),
        stacked=True,
        color=[COLOURS[0], COLOURS[1]],
        label=["other nights", "evenings on the sofa"],
    )
    axes.axvline(0, color="0.4", linewidth=0.8)
    axes.set(xlabel="found less true sleep onset, minutes", ylabel="nights")
    axes.legend(frameon=False, loc="upper left")
    axes.set_title("Sleep onset from the accelerometer alone", loc="left")
    return figure


def _labels(events: pl.DataFrame) -> plt.Figure:
    rows = [("kick", True), ("jerk", True), ("jerk", False), ("posture", True), ("train", True), ("alma", True)]
    names = ["periodic", "isolated", "short_interval", "hypnic_jerk", "posture_change", "rhythmic"]
    names += ["large_movement", "wake", "missed"]
    some = events.filter(pl.col("group").is_in(["mixed", "none", "profile", "child"]))
    shares = np.zeros((len(rows), len(names)))
    texts = []
    for i, (kind, asleep) in enumerate(rows):
        part = some.filter((pl.col("kind") == kind) & (pl.col("asleep") == asleep))["label"]
        texts.append(f"{kind}, {'asleep' if asleep else 'awake'} (n = {len(part):,})")
        shares[i] = [(part == name).sum() / max(1, len(part)) for name in names]
    figure, axes = plt.subplots(figsize=(7.6, 3.6), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, j in np.ndindex(*shares.shape):
        if shares[i, j] >= 0.005:
            axes.text(j, i, f"{shares[i, j]:.0%}", ha="center", va="center", color="w" if shares[i, j] > 0.6 else "k")
    axes.set_xticks(range(len(names)), [name.replace("_", "\n") for name in names], fontsize="small")
    axes.set_yticks(range(len(rows)), texts)
    axes.tick_params(length=0)
    axes.set_title("What simulated movements were called", loc="left")
    return figure
