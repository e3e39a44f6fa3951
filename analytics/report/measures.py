"""The numbers of a night in words: as detected, and as reviewed where reviews change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.measures import Measures
from analytics.model import Event, Night, Series
from analytics.nights.doubt import not_own_words, onset_doubt_of
from analytics.phrases import interval_words, span_words
from analytics.pictures.scales import clock
from analytics.report.night import ReportNight
from analytics.words import BLANKS, MEASURES, NAPS, NIGHT_FACTS, NOT_KNOWN, SLEEP_SOURCES, TIERS

Row = tuple[str, str, str]


def measure_rows(one: ReportNight) -> list[tuple[str, ...]]:
    """Name, as detected and, where reviews change numbers, as reviewed."""
    night, series = one.night, one.score.series if one.score else ()
    detected = _of(one.measures, night.tst_h, one.events, series, (night.tst_low_h, night.tst_high_h))
    if one.reviewed is None:
        return [(name, value) for name, value in detected]
    after = _of(one.reviewed.measures, one.reviewed.tst_h, one.reviewed.events, one.reviewed.series)
    return [(name, before, value) for (name, before), (_, value) in zip(detected, after, strict=True)]


def _of(
    measures: Measures,
    tst_h: float | None,
    events: Sequence[Event],
    series: Sequence[Series],
    tst_between_h: tuple[float | None, float | None] = (None, None),
) -> list[tuple[str, str]]:
    return [
        (MEASURES["plms_index"], _index(measures)),
        (MEASURES["plms_rate"], span_words(measures.plms_rate_low, measures.plms_rate_high) or NOT_KNOWN),
        (MEASURES["plms_index_sure"], _shown(measures.plms_index_sure, ".1f")),
        (MEASURES["n_plms"], _shown(measures.n_plms, "d")),
        (MEASURES["median_peak_mg"], _shown(measures.median_peak_mg, ".0f", " mg")),
        (MEASURES["plmw_index"], _shown(measures.plmw_index, ".1f")),
        (MEASURES["n_series_in_sleep"], _shown(measures.n_series_in_sleep, "d")),
        (MEASURES["n_series"], _shown(measures.n_series, "d")),
        (MEASURES["perhaps_not_own"], not_own_words(run.perhaps_not_own for run in series) or NOT_KNOWN),
        (MEASURES["n_clm"], _shown(measures.n_clm, "d")),
        (MEASURES["periodicity_index_share"], _shown(measures.periodicity_index_share, ".0%")),
        (MEASURES["median_imi_s"], _shown(measures.median_imi_s, ".1f", " s")),
        (MEASURES["share_imi_20_40"], _shown(measures.share_imi_20_40, ".0%")),
        (MEASURES["n_hypnic_jerks"], str(sum(e.label == "hypnic_jerk" for e in events))),
        (MEASURES["tst_h"], _shown(tst_h, ".1f", " h") + interval_words(*tst_between_h)),
    ]


def sleep_rows(one: ReportNight) -> list[tuple[str, str]]:
    """What was recorded and when the person slept."""
    night = one.night
    return list(_sleep(night, one))


def _sleep(night: Night, one: ReportNight) -> Iterator[tuple[str, str]]:
    def at(time_us: int | None) -> str:
        return NOT_KNOWN if time_us is None else clock(time_us, one.zone)

    onset = at(night.sleep_onset_us)
    if night.sleep_onset_us is not None:
        onset += onset_doubt_of(night, at)
    recorded = f"{at(night.recorded_from_us)} to {at(night.recorded_to_us)}"
    yield NIGHT_FACTS["recorded_h"], f"{recorded}, {night.recorded_h:.1f} h"
    yield NIGHT_FACTS["sleep_source"], SLEEP_SOURCES[night.sleep_source]
    yield NIGHT_FACTS["in_bed_at"], at(night.in_bed_us)
    yield NIGHT_FACTS["sleep_onset_at"], onset
    yield NIGHT_FACTS["wake_at"], at(night.wake_us)
    awake_between = interval_words(night.waso_low_min, night.waso_high_min, 0)
    yield NIGHT_FACTS["waso_min"], _shown(night.waso_min, ".0f", " min") + awake_between
    yield NIGHT_FACTS["sleep_efficiency"], _shown(night.sleep_efficiency, ".0%")
    yield NAPS, _naps(night, one)
    yield NIGHT_FACTS["recorded_share"], _shown(night.recorded_share, ".0%")
    yield NIGHT_FACTS["longest_gap_s"], _shown(night.longest_gap_s, ".0f", " s")
    yield MEASURES["sleep_doubt_h"], _shown(night.sleep_doubt_h, ".1f", " h")
    yield MEASURES["hidden_h"], _shown(night.hidden_h, ".1f", " h")
    yield BLANKS["unworn"], _shown(night.unworn_h, ".1f", " h")
    yield MEASURES["wear_doubt_h"], _shown(night.wear_doubt_h, ".1f", " h")
    yield NIGHT_FACTS["blind_below_mg"], _shown(night.blind_below_mg, ".0f", " mg")
    yield NIGHT_FACTS["tier"], f"{night.tier} ({TIERS})"


def _naps(night: Night, one: ReportNight) -> str:
    """Each with its times; what was analysed before naps were kept has none that is known."""
    if night.window_from_us is None:
        return NOT_KNOWN
    times = ((clock(nap.start_us, one.zone), clock(nap.end_us, one.zone), nap.asleep_h) for nap in night.naps)
    return ", ".join(f"{start} to {end} ({hours:.1f} h still)" for start, end, hours in times) or "none"


def _index(measures: Measures) -> str:
    low, high = measures.plms_index_low, measures.plms_index_high
    between = "" if low is None or high is None else f" ({low:.0f}-{high:.0f})"
    return _shown(measures.plms_index, ".1f") + between


def _shown(value: float | None, spec: str, unit: str = "") -> str:
    return NOT_KNOWN if value is None else f"{value:{spec}}{unit}"
