"""From scored movements to numbers per night, per series and per clock hour.

A number that cannot be known is null, never 0: without a scored epoch, how many movements were in sleep is not known;
without sleep there is no index; without a respiration channel there is no number of respiratory movements. Where a rule
set does not score movements in wake there are no PLMW.

Two periodicity indices are kept because the literature has both, and they differ:
`periodicity_index_share` is PLMS / CLM in sleep (the WASM tools), `periodicity_index_runs` is the share of all
intervals that lie in unbroken sequences of at least 3 intervals of more than 10 and up to 90 s (Ferri 2006).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from analytics.scoring.event_tables import UNKNOWN, WAKE, checked_hypnogram
from analytics.scoring.rulesets import Ruleset, milliseconds
from ingest.errors import UsageError

_HOUR_MS = 3_600_000
#: Every zone in use today is a whole number of quarter hours from UTC.
_QUARTER_MS = 900_000
#: The band of the product's own wording, whatever the rule set: see `analytics.scoring.rulesets`.
_BAND_20_40_MS = (20_000, 40_000)

in_sleep = (pl.col("stage") != WAKE).fill_null(value=False)
in_wake = (pl.col("stage") == WAKE).fill_null(value=False)
linked_imi_s = pl.col("imi_s").filter(pl.col("is_linked"))


def night_measures(
    movements: pl.DataFrame, series: pl.DataFrame, nights: pl.DataFrame, ruleset: Ruleset
) -> pl.DataFrame:
    """One row a night.

    Parameters
    ----------
    movements : DataFrame
        As `analytics.scoring.score.Scored.movements`, with ``night, imi_s, is_short, is_linked, in_index_run``.
    series : DataFrame
        As `Scored.series`, with ``night``.
    nights : DataFrame
        ``night, night_id, tst_h, wake_h, has_respiration, has_arousals``: every night, in order.
    """
    by_night = movements.group_by("night").agg(**_counts(), **_interval_counts(ruleset), **_interval_statistics())
    table = nights.join(by_night, on="night", how="left", maintain_order="left")
    table = table.join(_series_measures(series), on="night", how="left", maintain_order="left")
    table = table.with_columns(pl.col(f"^({'|'.join(_COUNTED)})$").fill_null(0))
    return table.with_columns(**_known(ruleset)).with_columns(**_ratios(ruleset)).select(*NIGHT_COLUMNS)


def _counts() -> dict[str, pl.Expr]:
    is_clm, is_plm = pl.col("is_clm"), pl.col("is_plm")
    short = is_clm & ~is_plm & pl.col("is_short")
    return {
        "n_lm": pl.len().cast(pl.Int64),
        "n_clm": _how_many(is_clm),
        "n_plm": _how_many(is_plm),
        "n_plms": _how_many(is_plm & in_sleep),
        "n_plmw": _how_many(is_plm & in_wake),
        "n_short_interval": _how_many(short),
        "n_isolated": _how_many(is_clm & ~is_plm & ~short),
        "n_plmsnr": _how_many(pl.col("is_plm_nonrespiratory").fill_null(value=False) & in_sleep),
        "n_plms_arousal": _how_many(is_plm & in_sleep & pl.col("is_arousal").fill_null(value=False)),
        "n_lm_in_sleep": _how_many(in_sleep),
        "n_clm_in_sleep": _how_many(is_clm & in_sleep),
    }


def _interval_counts(ruleset: Ruleset) -> dict[str, pl.Expr]:
    imi, longest = pl.col("imi_ms"), milliseconds(ruleset.imi_max_s)
    return {
        "n_imi": _how_many(imi.is_not_null()),
        "n_imi_short": _how_many(pl.col("is_short")),
        "n_imi_in": _how_many(~pl.col("is_short") & (imi <= longest)),
        "n_imi_long": _how_many(imi > longest),
        "n_imi_20_40": _how_many(imi.is_between(*_BAND_20_40_MS)),
        "n_imi_in_index_runs": _how_many(pl.col("in_index_run")),
    }


def _interval_statistics() -> dict[str, pl.Expr]:
    return {
        "median_imi_s": linked_imi_s.median(),
        "imi_geometric_mean_s": linked_imi_s.log().mean().exp(),
        "imi_geometric_sd": linked_imi_s.log().std().exp(),
    }


def _series_measures(series: pl.DataFrame) -> pl.DataFrame:
    length, duration_s = pl.col("n_movements"), pl.col("duration_s")
    timed = series.with_columns(duration_s=exactly(series["end_ms"] - series["start_ms"], 1000))
    return timed.group_by("night").agg(
        n_series=pl.len().cast(pl.Int64),
        n_series_in_sleep=_how_many(pl.col("n_in_sleep") > 0),
        series_length_mean=length.mean(),
        series_length_median=length.median(),
        series_length_max=length.max(),
        series_duration_mean_s=duration_s.mean(),
        series_duration_max_s=duration_s.max(),
    )


def _known(ruleset: Ruleset) -> dict[str, pl.Expr]:
    """The counts that may be unknown, made null where they are."""
    staged = pl.col("tst_h").is_not_null()
    of_wake = staged if ruleset.wake_lm_scored else pl.lit(value=False)
    return {
        "n_plms": _only_if(staged, "n_plms"),
        "n_plmw": _only_if(of_wake, "n_plmw"),
        "n_series_in_sleep": _only_if(staged, "n_series_in_sleep"),
        "n_plmsnr": _only_if(staged & pl.col("has_respiration"), "n_plmsnr"),
        "n_plms_arousal": _only_if(staged & pl.col("has_arousals"), "n_plms_arousal"),
        "n_clm_in_sleep": _only_if(staged, "n_clm_in_sleep"),
    }


def _ratios(ruleset: Ruleset) -> dict[str, pl.Expr]:
    lm_per_h = _ratio("n_lm_in_sleep", "tst_h")
    return {
        "plms_index": _ratio("n_plms", "tst_h"),
        "plmw_index": _ratio("n_plmw", "wake_h"),
        "periodicity_index_share": _ratio("n_plms", "n_clm_in_sleep"),
        "periodicity_index_runs": _ratio("n_imi_in_index_runs", "n_imi"),
        "share_imi_20_40": _ratio("n_imi_20_40", "n_imi"),
        "lm_per_h": lm_per_h,
        "periodicity_unstable": lm_per_h < ruleset.unstable_below_lm_per_h,
    }


def _how_many(condition: pl.Expr) -> pl.Expr:
    return condition.sum().cast(pl.Int64)


def _only_if(condition: pl.Expr, column: str) -> pl.Expr:
    return pl.when(condition).then(pl.col(column))


def _ratio(above: str, below: str) -> pl.Expr:
    """Null where there is nothing to divide by."""
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below))


#: Counted over movements or series: 0 where a night has none.
_COUNTED = (*_counts(), "n_imi", "n_imi_short", "n_imi_in", "n_imi_long", "n_imi_20_40",
            "n_imi_in_index_runs", "n_series", "n_series_in_sleep")  # fmt: skip

#: What each column of `Scored.nights` says, in order; the unit is in the name, plain numbers are counts.
NIGHT_COLUMNS: Mapping[str, str] = {
    "night_id": "As given.",
    "tst_h": "Total sleep time: scored epochs other than wake. Null without a scored epoch.",
    "wake_h": "Scored wake in bed.",
    "n_lm": "Leg movements, legs joined.",
    "n_clm": "Candidates.",
    "n_plm": "Periodic: candidates in a series, in whatever stage.",
    "n_plms": "Of these with the onset in sleep.",
    "n_plmw": "Of these with the onset in wake; null where the rule set does not score wake.",
    "plms_index": "n_plms per hour of sleep.",
    "plmw_index": "n_plmw per hour of wake.",
    "n_series": "Periodic series.",
    "periodicity_index_share": "n_plms / candidates in sleep.",
    "periodicity_index_runs": "Share of the intervals in sequences of periodic ones (Ferri 2006).",
    "n_imi": "Intervals between candidates, onset to onset.",
    "n_imi_short": "Of these below the periodic band of the rule set.",
    "n_imi_in": "Of these in the band, limits included.",
    "n_imi_long": "Of these above the band.",
    "share_imi_20_40": "Share of the intervals from 20 to 40 s, limits included.",
    "median_imi_s": "Median of the intervals inside series.",
    "imi_geometric_mean_s": "Geometric mean of the intervals inside series.",
    "imi_geometric_sd": "Geometric standard deviation of these, a factor; null below two.",
    "n_isolated": "Candidates outside series after an interval in or above the band, or after none.",
    "n_short_interval": "Candidates outside series after an interval below the band.",
    "n_plmsnr": "Periodic in sleep when respiratory candidates are removed and runs formed anew. Can exceed n_plms.",
    "n_plms_arousal": "n_plms with an arousal.",
    "series_length_mean": "Movements per series.",
    "series_length_median": "Movements per series.",
    "series_length_max": "Movements in the longest series.",
    "series_duration_mean_s": "First onset to last offset.",
    "series_duration_max_s": "First onset to last offset.",
    "lm_per_h": "Leg movements with the onset in sleep per hour of sleep.",
    "periodicity_unstable": "Too few movements per hour for a periodicity index to be trusted.",
    "n_series_in_sleep": "Periodic series with at least one movement in sleep: those that n_plms lie in.",
}


def stage_hours(hypnogram: pl.DataFrame) -> pl.DataFrame:
    """Hours of sleep and wake by night (``night_id, tst_h, wake_h``) of the nights with a scored epoch."""
    table = checked_hypnogram(hypnogram).filter(pl.col("stage") != UNKNOWN)
    length = pl.col("end") - pl.col("start")
    sums = table.group_by("night_id").agg(sleep=length.filter(in_sleep).sum(), wake=length.filter(in_wake).sum())
    return sums.select("night_id", tst_h=exactly(sums["sleep"], _HOUR_MS), wake_h=exactly(sums["wake"], _HOUR_MS))


def exactly(whole: pl.Series, divisor: int) -> pl.Series:
    """Integers without nulls divided, correctly rounded.

    A polars expression multiplies by the inverse of a constant instead: 3,600,000 ms would be less than an hour.
    """
    return pl.Series(whole.to_numpy() / divisor)


def plms_per_clock_hour(movements: pl.DataFrame, hypnogram: pl.DataFrame, *, zone: str) -> pl.DataFrame:
    """PLMS and sleep by hour of the local clock, from noon to noon.

    Parameters
    ----------
    movements : DataFrame
        `Scored.movements`, whose times count from 1970 in UTC.
    hypnogram : DataFrame
        As given to `score`.
    zone : str
        IANA name. In the night of a change back from summer time, an hour holds two hours of sleep.

    Returns
    -------
    DataFrame
        ``night_id, clock_hour`` (0-23, in order from 12), ``n_plms, sleep_h, plms_per_h`` (null without sleep):
        a row for each hour with sleep or PLMS.

    Raises
    ------
    UsageError
        If the zone is unknown, or the hypnogram is refused.
    """
    asleep = checked_hypnogram(hypnogram).filter((pl.col("stage") != WAKE) & (pl.col("stage") != UNKNOWN))
    kicks = movements.filter(pl.col("is_plm") & in_sleep)
    key = ("night_id", "clock_hour")
    try:
        slept = _quarters(asleep).group_by("night_id", _clock_hour("start", zone)).agg(slept=_length())
        kicked = kicks.group_by("night_id", _clock_hour("onset_ms", zone)).agg(n_plms=pl.len().cast(pl.Int64))
    except pl.exceptions.PolarsError as error:
        raise UsageError(f"no time zone is called {zone}", hint="such as Europe/Paris") from error
    table = slept.join(kicked, on=key, how="full", coalesce=True)
    table = table.with_columns(pl.col("n_plms", "slept").fill_null(0))
    table = table.with_columns(sleep_h=exactly(table["slept"], _HOUR_MS))
    table = table.with_columns(plms_per_h=_ratio("n_plms", "sleep_h"))
    columns = (*key, "n_plms", "sleep_h", "plms_per_h")
    return table.sort("night_id", (pl.col("clock_hour") + 12) % 24).select(columns)


def _length() -> pl.Expr:
    return (pl.col("end") - pl.col("start")).sum()


def _clock_hour(column: str, zone: str) -> pl.Expr:
    at = pl.from_epoch(column, time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return at.dt.hour().cast(pl.Int64).alias("clock_hour")


def _quarters(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans cut at every quarter of an hour."""
    first, last = pl.col("start") // _QUARTER_MS, (pl.col("end") - 1) // _QUARTER_MS
    cut = spans.with_columns(quarter=pl.int_ranges(first, last + 1)).explode("quarter")
    begins = pl.col("quarter") * _QUARTER_MS
    return cut.with_columns(
        start=pl.max_horizontal("start", begins), end=pl.min_horizontal("end", begins + _QUARTER_MS)
    )
