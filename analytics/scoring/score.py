"""Scoring leg movements: the one way from marks on the legs to periodic movements, series and indices.

`score` is pure and takes any number of nights at once. It is what the command scores event lists with and what nights
from a sensor are scored with: there is no second implementation. The steps are elsewhere, one decision a module:
`analytics.scoring.event_tables` (what may come in), `analytics.scoring.leg_movements` (what is one movement),
`analytics.scoring.respiration_arousal` (stage, respiration, arousal), `analytics.scoring.series` (runs),
`analytics.scoring.measures` (numbers).

It agrees movement by movement with PLMScoRe 0.1.3 on that tool's reference nights, where that tool gives a
result: it stops with an error where there is no interval to classify.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.scoring import respiration_arousal
from analytics.scoring.event_tables import LEGS, UNKNOWN, WAKE, Bools, Ints, Tables, read_tables
from analytics.scoring.leg_movements import LegMovements, leg_movements
from analytics.scoring.measures import in_sleep, linked_imi_s, night_measures, stage_hours
from analytics.scoring.respiration_arousal import NO_EPOCH
from analytics.scoring.rulesets import Ruleset
from analytics.scoring.series import NO_IMI, Runs, find_runs, is_short


@dataclass(frozen=True, slots=True)
class Scored:
    """Nights under one rule set.

    Attributes
    ----------
    movements : DataFrame
        A row for each leg movement, legs joined, by ``night_id`` and onset: ``night_id, movement_no`` (from 1),
        ``onset_ms, offset_ms, side`` (L, R, U, or B of several legs), ``n_mono`` (single-leg movements in it),
        ``parts`` (`part_no` of the marks in it, by onset), ``is_clm, is_plm, series_id`` (from 1 within the
        night; null outside series), ``imi_ms`` (to the candidate before; null where undefined, see
        `analytics.scoring.series`), ``stage`` (null where unknown), ``is_respiratory``, ``is_plm_nonrespiratory`` (null
        for a candidate that is respiratory itself; both null without the channel), ``is_arousal`` (null without).
    series : DataFrame
        ``night_id, series_id, start_ms`` (first onset), ``end_ms`` (last offset), ``n_movements, n_in_sleep``,
        ``median_imi_s``.
    nights : DataFrame
        A row for each night of any table, by ``night_id``; columns: `analytics.scoring.measures.NIGHT_COLUMNS`.
    """

    movements: pl.DataFrame
    series: pl.DataFrame
    nights: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Context:
    """What is known about each movement from other channels; None where there is no channel."""

    epoch: Ints | None
    in_wake: Bools
    respiratory: Bools | None
    arousal: Bools | None


def score(
    movements: pl.DataFrame,
    *,
    ruleset: Ruleset,
    hypnogram: pl.DataFrame | None = None,
    respiration: pl.DataFrame | None = None,
    arousals: pl.DataFrame | None = None,
) -> Scored:
    """Score all nights by one rule set. Rows may come in any order; equal rows are kept as they are.

    Parameters
    ----------
    movements : DataFrame
        Single-leg marks of any duration: ``night_id`` (String), ``leg`` (L, R, or U for an unknown one, which is
        taken as a leg of its own), ``onset_ms, offset_ms`` (integers); optional ``part_no`` (integer, the caller's
        number for the mark; otherwise its row number from 1) and ``may_be_clm`` (Boolean; False for a movement
        that can end a run but never be a candidate, such as a change of posture).
    hypnogram : DataFrame or None
        ``night_id, start_ms, duration_ms, stage``: W is wake, ? unscored, anything else sleep. A moment that no
        epoch covers has no known stage. The stage of a movement is that at its onset.
    respiration, arousals : DataFrame or None
        ``night_id, onset_ms, offset_ms``. A table, even an empty one, says that every night of the call had the
        channel; None that none had. Score nights with and without in two calls.

    Raises
    ------
    UsageError
        If a table lacks a column or holds what makes no sense; names its first bad row.
    """
    return _scored(read_tables(movements, hypnogram, respiration, arousals), hypnogram, ruleset, clocks_apart_s=0.0)


def score_of_two_clocks(
    tables: Tables, *, ruleset: Ruleset, hypnogram: pl.DataFrame | None, clocks_apart_s: float
) -> Scored:
    """Score legs whose clocks may still differ; see `analytics.scoring.leg_movements`.

    Parameters
    ----------
    tables : Tables
        `analytics.scoring.event_tables.read_tables` of the marks and the hypnogram, for one or several rule sets;
        without a respiratory channel and one of arousals.
    hypnogram : DataFrame or None
        The same as in ``tables``.
    clocks_apart_s : float
        How far the clocks of two legs may still differ; 0: not at all.
    """
    return _scored(tables, hypnogram, ruleset, clocks_apart_s=clocks_apart_s)


def _scored(tables: Tables, hypnogram: pl.DataFrame | None, ruleset: Ruleset, *, clocks_apart_s: float) -> Scored:
    joined = leg_movements(tables, ruleset, clocks_apart_s=clocks_apart_s)
    context = _context(joined, tables, ruleset)
    is_clm = _candidates(joined, context, ruleset)
    runs = find_runs(joined.night, joined.onset, is_clm, ruleset)
    marked = _marked(joined, tables, context, is_clm, runs, ruleset)
    series = _series_table(marked)
    nights = night_measures(marked, series, _night_table(tables, hypnogram), ruleset)
    return Scored(marked.select(*MOVEMENT_COLUMNS), series.drop("night"), nights)


#: Columns of `Scored.movements`, in order.
MOVEMENT_COLUMNS = (
    "night_id", "movement_no", "onset_ms", "offset_ms", "side", "n_mono", "parts", "is_clm", "is_plm",
    "series_id", "imi_ms", "stage", "is_respiratory", "is_plm_nonrespiratory", "is_arousal",
)  # fmt: skip

#: Columns of `Scored.series`, in order.
SERIES_COLUMNS = ("night_id", "series_id", "start_ms", "end_ms", "n_movements", "n_in_sleep", "median_imi_s")


def _context(joined: LegMovements, tables: Tables, ruleset: Ruleset) -> _Context:
    epoch = None if tables.epochs is None else respiration_arousal.epoch_at(joined.onset, tables.epochs)
    in_wake = np.zeros(len(joined), dtype=np.bool_)
    if epoch is not None and tables.stages is not None and len(tables.stages):
        in_wake = (epoch != NO_EPOCH) & (tables.stages == WAKE).to_numpy()[epoch]
    breaths, wakings = tables.respiration, tables.arousals
    return _Context(
        epoch=epoch,
        in_wake=in_wake,
        respiratory=None if breaths is None else respiration_arousal.is_respiratory(joined, breaths, ruleset),
        arousal=None if wakings is None else respiration_arousal.is_arousal(joined, wakings, ruleset),
    )


def _candidates(joined: LegMovements, context: _Context, ruleset: Ruleset) -> Bools:
    is_clm = joined.may_be_clm.copy()
    if not ruleset.wake_lm_scored:
        is_clm &= ~context.in_wake
    if not ruleset.respiratory_lm_scored and context.respiratory is not None:
        is_clm &= ~context.respiratory
    return is_clm


def _nonrespiratory(joined: LegMovements, respiratory: Bools, is_clm: Bools, ruleset: Ruleset) -> pl.Series:
    """Periodic when respiratory candidates are taken away, as if never made, and runs are formed anew.

    Other respiratory movements stay: what is no candidate still ends runs. Removal can repair a run that a
    respiratory candidate had broken by its short interval, so there can be more PLM than before.
    """
    removed = respiratory & joined.may_be_clm
    rows = np.flatnonzero(~removed)
    runs = find_runs(joined.night[rows], joined.onset[rows], is_clm[rows], ruleset)
    is_plm = np.zeros(len(joined), dtype=np.bool_)
    is_plm[rows] = runs.is_plm
    return _nulled(pl.Series(is_plm), removed)


def _marked(
    joined: LegMovements, tables: Tables, context: _Context, is_clm: Bools, runs: Runs, ruleset: Ruleset
) -> pl.DataFrame:
    """`Scored.movements` with the working columns ``night, imi_s, is_short, is_linked, in_index_run``."""
    shift = tables.shift_ms[joined.night]
    respiratory, arousal = context.respiratory, context.arousal
    nothing = pl.Series([None], dtype=pl.Boolean).new_from_index(0, len(joined))
    return pl.DataFrame(
        {
            "night": joined.night,
            "night_id": tables.night_ids.gather(joined.night),
            "movement_no": _number_in_night(joined.night),
            "onset_ms": joined.onset - shift,
            "offset_ms": joined.offset - shift,
            "side": _sides(joined.legs),
            "n_mono": joined.n_mono,
            "parts": _parts(joined, tables),
            "is_clm": is_clm,
            "is_plm": runs.is_plm,
            "series_id": _series_ids(runs.series, joined.night),
            "imi_ms": _nulled(pl.Series(runs.imi_ms), runs.imi_ms == NO_IMI),
            "stage": _stages(context.epoch, tables, len(joined)),
            "is_respiratory": nothing if respiratory is None else respiratory,
            "is_plm_nonrespiratory": nothing
            if respiratory is None
            else _nonrespiratory(joined, respiratory, is_clm, ruleset),
            "is_arousal": nothing if arousal is None else arousal,
            "imi_s": _nulled(pl.Series(runs.imi_ms / 1000), runs.imi_ms == NO_IMI),
            "is_short": is_short(runs.imi_ms, ruleset),
            "is_linked": runs.is_linked,
            "in_index_run": runs.in_index_run,
        }
    )


def _nulled(values: pl.Series, where: Bools) -> pl.Series:
    return values.set(pl.Series(where), None)


def _number_in_night(night: Ints) -> Ints:
    """1, 2, ... within each night; ``night`` is in order."""
    return np.arange(len(night)) - np.searchsorted(night, night, side="left") + 1


def _sides(legs: Ints) -> pl.Series:
    names = {1 << k: name for k, name in enumerate(LEGS)}
    return pl.Series(legs).replace_strict(names, default="B", return_dtype=pl.String)


def _parts(joined: LegMovements, tables: Tables) -> pl.Series:
    """Numbers of the marks in each movement, by onset; every movement has at least one."""
    used = np.flatnonzero(joined.movement_of >= 0)
    marks = pl.DataFrame({"movement": joined.movement_of[used], "part_no": tables.part_no[used]})
    grouped = marks.sort("movement", maintain_order=True).group_by("movement", maintain_order=True)
    return grouped.agg("part_no")["part_no"]


def _series_ids(series: Ints, night: Ints) -> pl.Series:
    """Series numbered from 1 within each night."""
    first_row = np.unique(series[series >= 0], return_index=True)[1]
    number = _number_in_night(night[series >= 0][first_row])
    ids = np.zeros(len(series), dtype=np.int64)
    ids[series >= 0] = number[series[series >= 0]]
    return _nulled(pl.Series(ids), series < 0)


def _stages(epoch: Ints | None, tables: Tables, n: int) -> pl.Series:
    """Stage at the onset; null where no epoch covers it or the epoch is unscored."""
    if epoch is None or tables.stages is None:
        return pl.Series([None], dtype=pl.String).new_from_index(0, n)
    index = _nulled(pl.Series(epoch), epoch == NO_EPOCH)
    stages = tables.stages.gather(index)
    return stages.set(stages == UNKNOWN, None)


def _series_table(marked: pl.DataFrame) -> pl.DataFrame:
    """`Scored.series` with ``night``; movements are in order, so that series are too."""
    members = marked.filter(pl.col("is_plm"))
    series = members.group_by("night", "series_id", maintain_order=True).agg(
        pl.col("night_id").first(),
        start_ms=pl.col("onset_ms").min(),
        end_ms=pl.col("offset_ms").max(),
        n_movements=pl.len().cast(pl.Int64),
        n_in_sleep=in_sleep.sum().cast(pl.Int64),
        median_imi_s=linked_imi_s.median(),
    )
    return series.select("night", *SERIES_COLUMNS)


def _night_table(tables: Tables, hypnogram: pl.DataFrame | None) -> pl.DataFrame:
    nights = pl.DataFrame({"night_id": tables.night_ids}).with_row_index("night").with_columns(
        pl.col("night").cast(pl.Int64),
        has_respiration=pl.lit(tables.respiration is not None),
        has_arousals=pl.lit(tables.arousals is not None),
    )  # fmt: skip
    if hypnogram is None:
        unknown = pl.lit(None, dtype=pl.Float64)
        return nights.with_columns(tst_h=unknown, wake_h=unknown)
    return nights.join(stage_hours(hypnogram), on="night_id", how="left", maintain_order="left")
