"""What a night comes to under one rule set: the numbers that people read, each with its unit in its name."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts, indices and intervals of a night; None is not known, never 0.

    The columns of the table ``score`` bear the same names. Counts are of movements with the legs joined. How each is
    made stands in `analytics.scoring.measures`.

    Attributes
    ----------
    wake_h : float or None
        Scored wake in bed, hours.
    n_lm, n_clm : int or None
        Leg movements and candidates, in whatever state.
    n_plm, n_plms, n_plmw : int or None
        Periodic ones: all, with the onset in sleep, with the onset in wake in bed.
    plms_index, plms_index_low, plms_index_high : float or None
        ``n_plms`` per hour of sleep, 1/h, and the interval that covers this night's own true index in 95 %.
    plms_rate_low, plms_rate_high : float or None
        The interval that covers the rate behind the night, which a person's other nights share, in 95 %, 1/h.
    plms_index_sure : float or None
        Periodic movements in stretches where sleep is sure, per hour of these, 1/h.
    median_peak_mg : float or None
        Median peak of the periodic movements in sleep, mg.
    plmw_index : float or None
        ``n_plmw`` per hour of wake in bed, 1/h; None where less was awake than `analytics.criteria.Flags` ask for.
    n_series, n_series_in_sleep : int or None
        Periodic series, and those with at least one movement in sleep.
    periodicity_index_share, periodicity_index_runs : float or None
        ``n_plms`` / candidates in sleep; share of intervals in sequences of periodic ones (Ferri 2006). 0-1.
    n_imi, n_imi_short, n_imi_in, n_imi_long : int or None
        Intervals between candidates, onset to onset: all, below the periodic band, in it, above it.
    share_imi_20_40 : float or None
        Share of the intervals from 20 to 40 s, 0-1.
    median_imi_s, imi_geometric_mean_s : float or None
        Of the intervals inside series, seconds.
    imi_geometric_sd : float or None
        Of these, a factor.
    n_isolated, n_short_interval : int or None
        Candidates outside series after a long or no interval, and after one below the band.
    n_plmsnr, n_plms_arousal : int or None
        Periodic in sleep without respiratory ones; with an arousal.
    series_length_mean, series_length_median : float or None
        Movements a series.
    series_length_max : int or None
        Movements in the longest series.
    series_duration_mean_s, series_duration_max_s : float or None
        First onset to last offset, seconds.
    lm_per_h : float or None
        Leg movements in sleep per hour of sleep, 1/h.
    periodicity_unstable : bool or None
        Too few movements for a periodicity index to be trusted.
    """

    wake_h: float | None = None
    n_lm: int | None = None
    n_clm: int | None = None
    n_plm: int | None = None
    n_plms: int | None = None
    n_plmw: int | None = None
    plms_index: float | None = None
    plms_index_low: float | None = None
    plms_index_high: float | None = None
    plmw_index: float | None = None
    n_series: int | None = None
    n_series_in_sleep: int | None = None
    periodicity_index_share: float | None = None
    periodicity_index_runs: float | None = None
    n_imi: int | None = None
    n_imi_short: int | None = None
    n_imi_in: int | None = None
    n_imi_long: int | None = None
    share_imi_20_40: float | None = None
    median_imi_s: float | None = None
    imi_geometric_mean_s: float | None = None
    imi_geometric_sd: float | None = None
    n_isolated: int | None = None
    n_short_interval: int | None = None
    n_plmsnr: int | None = None
    n_plms_arousal: int | None = None
    series_length_mean: float | None = None
    series_length_median: float | None = None
    series_length_max: int | None = None
    series_duration_mean_s: float | None = None
    series_duration_max_s: float | None = None
    lm_per_h: float | None = None
    periodicity_unstable: bool | None = None
    plms_rate_low: float | None = None
    plms_rate_high: float | None = None
    plms_index_sure: float | None = None
    median_peak_mg: float | None = None

    def without_indices(self) -> Measures:
        """The measures of a night that cannot be assessed: counts stay, indices become unknown."""
        return replace(self, **dict.fromkeys(_INDICES))


NAMES = tuple(field.name for field in fields(Measures))
_INDICES = (
    *("plms_index", "plms_index_low", "plms_index_high", "plmw_index"),
    *("plms_rate_low", "plms_rate_high", "plms_index_sure"),
    *("periodicity_index_share", "periodicity_index_runs"),
)
