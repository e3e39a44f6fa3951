"""What is counted per night, per series and per clock hour. Times in seconds."""

from __future__ import annotations

from datetime import datetime
from math import exp, log, sqrt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics.scoring.measures import NIGHT_COLUMNS, plms_per_clock_hour
from analytics.scoring.rulesets import AASM, SOURCE_20_40, WASM_2016, Ruleset
from ingest.errors import UsageError
from tests.analytics.scoring.event_lists import asleep, column, every, kicks, marks, measure, scored, spans, stages


def test_indices_are_per_hour_of_sleep_and_of_wake() -> None:
    hypnogram = stages((0, 340, "W"), (340, 1800, "?"), (1800, 7200, "R"))
    result = scored(kicks(*every(20, 4)), kicks(*every(20, 6, 2000)), hypnogram=hypnogram)
    assert measure(result, "tst_h") == 1.5
    assert measure(result, "wake_h") == 340 / 3600
    assert measure(result, "plms_index") == 4.0
    assert measure(result, "plmw_index") == pytest.approx(2 / (340 / 3600))


def test_without_sleep_the_plms_index_is_unknown_and_without_wake_the_plmw_index() -> None:
    awake = scored(kicks(*every(20, 4)), hypnogram=stages((0, 3600, "W")))
    assert (measure(awake, "n_plms"), measure(awake, "plms_index"), measure(awake, "plmw_index")) == (0, None, 4.0)
    assert measure(awake, "periodicity_index_share") is None
    assert measure(awake, "periodicity_unstable") is None
    slept = scored(kicks(*every(20, 4)), hypnogram=asleep())
    assert (measure(slept, "n_plmw"), measure(slept, "plmw_index"), measure(slept, "plms_index")) == (0, None, 4.0)


@pytest.mark.parametrize("hypnogram", [None, stages(), stages((0, 3600, "?")), asleep(night="other")])
def test_without_a_scored_epoch_nothing_is_known_about_sleep(hypnogram: pl.DataFrame | None) -> None:
    night = scored(kicks(*every(20, 4)), hypnogram=hypnogram, respiration=spans(), arousals=spans()).nights
    row = night.filter(night_id="N").row(0, named=True)
    unknown = ("tst_h", "wake_h", "n_plms", "n_plmw", "plms_index", "plmw_index", "n_plmsnr", "n_plms_arousal")
    assert {name: row[name] for name in (*unknown, "periodicity_index_share", "periodicity_unstable", "lm_per_h")} == (
        dict.fromkeys((*unknown, "periodicity_index_share", "periodicity_unstable", "lm_per_h"))
    )
    assert (row["n_plm"], row["n_series"], row["periodicity_index_runs"]) == (4, 1, 1.0)


def test_the_share_index_is_plms_over_candidates_in_sleep() -> None:
    hypnogram = stages((0, 310, "W"), (310, 3600, "N2"))
    result = scored(kicks(*every(20, 5)), kicks(900), kicks(1200, duration_s=12), hypnogram=hypnogram)
    assert measure(result, "periodicity_index_share") == 4 / 5


@pytest.mark.parametrize(
    ("imis", "expected"),
    [
        ([20, 20], 0.0),
        ([20, 20, 20], 1.0),
        ([20, 20, 20, 100, 20, 20], 0.5),
        ([10.0, 10.0, 10.0], 0.0),
        ([10.001, 10.001, 10.001], 1.0),
        ([90.0, 90.0, 90.0], 1.0),
        ([90.001, 90.001, 90.001], 0.0),
    ],
)
def test_the_runs_index_counts_intervals_over_10_to_90_s_in_runs_of_at_least_three(
    imis: list[float], expected: float
) -> None:
    onsets = [300.0]
    for imi in imis:
        onsets.append(onsets[-1] + imi)
    assert measure(scored(kicks(*onsets)), "periodicity_index_runs") == expected


def test_without_an_interval_the_runs_index_is_unknown() -> None:
    assert measure(scored(kicks(300)), "periodicity_index_runs") is None
    assert measure(scored(kicks(300, 500)), "periodicity_index_runs") == 0.0


def test_intervals_are_counted_below_in_and_above_the_band_of_the_rule_set() -> None:
    onsets = [300, 309.999, 319.999, 409.999, 500.0]  # 9.999, 10, 90, 90.001
    names = ("n_imi", "n_imi_short", "n_imi_in", "n_imi_long")
    by_standard, by_source = (scored(kicks(*onsets), ruleset=r) for r in (WASM_2016, SOURCE_20_40))
    assert [measure(by_standard, name) for name in names] == [4, 1, 2, 1]
    assert [measure(by_source, name) for name in names] == [4, 2, 0, 2]


def test_the_share_of_intervals_from_20_to_40_s_includes_its_limits_and_is_of_all_intervals() -> None:
    onsets = [300.0, 319.999, 339.999, 379.999, 420.0]  # 19.999, 20, 40, 40.001
    assert measure(scored(kicks(*onsets)), "share_imi_20_40") == 0.5
    assert measure(scored(kicks(300)), "share_imi_20_40") is None


def test_interval_statistics_are_over_the_intervals_inside_series() -> None:
    result = scored(kicks(300, 320, 360, 400, 1000, 1003))
    logs = [log(20), log(40), log(40)]
    mean = sum(logs) / 3
    assert measure(result, "median_imi_s") == 40.0
    assert measure(result, "imi_geometric_mean_s") == pytest.approx(exp(mean))
    assert measure(result, "imi_geometric_sd") == pytest.approx(exp(sqrt(sum((x - mean) ** 2 for x in logs) / 2)))
    assert measure(scored(kicks(300, 320)), "median_imi_s") is None


def test_the_interval_before_a_series_does_not_enter_its_statistics() -> None:
    result = scored(kicks(290, *every(20, 4, 296)))
    assert result.series["median_imi_s"].to_list() == [20.0]
    assert measure(result, "median_imi_s") == 20.0


def test_each_candidate_is_periodic_or_short_interval_or_isolated() -> None:
    #                 isolated | series of 4          | short | in the band, outside | after a long interval
    result = scored(kicks(100, *every(20, 4, 300), 365, 395, 600))
    assert [measure(result, n) for n in ("n_plm", "n_short_interval", "n_isolated")] == [4, 1, 3]


def test_a_candidate_that_starts_a_series_after_a_short_interval_is_periodic_and_not_short() -> None:
    result = scored(kicks(294, *every(20, 4, 300)))
    assert [measure(result, n) for n in ("n_plm", "n_short_interval", "n_isolated", "n_imi_short")] == [4, 0, 1, 1]


@pytest.mark.parametrize(("n", "unstable"), [(9, True), (10, False)])
def test_periodicity_is_unstable_below_ten_movements_per_hour_of_sleep(n: int, *, unstable: bool) -> None:
    hypnogram = stages((0, 3600, "N2"), (3600, 7200, "W"))
    result = scored(kicks(*every(200, n, 100)), kicks(*every(100, 20, 4000)), hypnogram=hypnogram)
    assert (measure(result, "lm_per_h"), measure(result, "periodicity_unstable")) == (float(n), unstable)


def test_series_have_lengths_spans_and_a_median_interval() -> None:
    result = scored(kicks(*every(20, 4)), kicks(*every(30, 7, 900)))
    assert result.series.drop("night_id", "n_in_sleep").rows() == [
        (1, 300_000, 362_000, 4, 20.0),
        (2, 900_000, 1_082_000, 7, 30.0),
    ]
    names = ("n_series", "series_length_mean", "series_length_median", "series_length_max")
    assert [measure(result, name) for name in names] == [2, 5.5, 5.5, 7]
    assert measure(result, "series_duration_mean_s") == (62 + 182) / 2
    assert measure(result, "series_duration_max_s") == 182


def test_nights_without_movements_are_there_with_zeros() -> None:
    result = scored(kicks(*every(20, 4), night="b"), hypnogram=asleep(night="a"), respiration=spans(night="a"))
    quiet = result.nights.row(0, named=True)
    assert quiet["night_id"] == "a"
    counts = [name for name in NIGHT_COLUMNS if name.startswith("n_") and name != "n_plms_arousal"]
    assert {name: quiet[name] for name in counts} == dict.fromkeys(counts, 0)
    assert (quiet["plms_index"], quiet["periodicity_unstable"]) == (0.0, True)
    assert (quiet["n_plms_arousal"], quiet["median_imi_s"], quiet["series_length_max"]) == (None, None, None)


def test_a_night_named_by_respiration_or_arousals_alone_is_there_too() -> None:
    result = scored(kicks(300, night="b"), respiration=spans((1, 2), night="a"), arousals=spans((1, 2), night="c"))
    assert result.nights["night_id"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize("ruleset", [WASM_2016, AASM, SOURCE_20_40])
def test_no_rows_at_all_are_no_nights_with_the_same_columns(ruleset: Ruleset) -> None:
    empty = scored(marks(), ruleset=ruleset, hypnogram=stages(), respiration=spans(), arousals=spans())
    full = scored(kicks(*every(20, 4)), ruleset=ruleset, hypnogram=asleep(), respiration=spans(), arousals=spans())
    for name in ("movements", "series", "nights"):
        none, some = getattr(empty, name), getattr(full, name)
        assert len(none) == 0
        assert none.schema == some.schema


def test_every_column_of_a_night_is_described() -> None:
    assert scored(kicks(300)).nights.columns == list(NIGHT_COLUMNS)
    assert all(NIGHT_COLUMNS.values())


def _utc_s(local: str, zone: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_plms_per_clock_hour_are_by_the_local_clock_from_noon_to_noon() -> None:
    start = _utc_s("2024-03-05T22:30", "Asia/Kolkata")
    hypnogram = stages((start, start + 4 * 3600, "N2"))
    kicked = kicks(*every(30, 4, start + 60), *every(30, 5, start + 3 * 3600 + 60))
    result = scored(kicked, hypnogram=hypnogram)
    hours = plms_per_clock_hour(result.movements, hypnogram, zone="Asia/Kolkata")
    assert hours.drop("night_id").rows() == [
        (22, 4, 0.5, 8.0),
        (23, 0, 1.0, 0.0),
        (0, 0, 1.0, 0.0),
        (1, 5, 1.0, 5.0),
        (2, 0, 0.5, 0.0),
    ]
    assert hours["n_plms"].sum() == measure(result, "n_plms")
    assert hours["sleep_h"].sum() == measure(result, "tst_h")


def test_the_hour_that_comes_twice_at_the_end_of_summer_time_holds_two_hours_of_sleep() -> None:
    start = _utc_s("2024-10-27T01:00", "Europe/Paris")
    hypnogram = stages((start, start + 4 * 3600, "N2"))
    result = scored(kicks(*every(30, 4, start + 3600), *every(30, 4, start + 2 * 3600)), hypnogram=hypnogram)
    hours = plms_per_clock_hour(result.movements, hypnogram, zone="Europe/Paris")
    assert hours.drop("night_id").rows() == [(1, 0, 1.0, 0.0), (2, 8, 2.0, 4.0), (3, 0, 1.0, 0.0)]


def test_wake_and_unscored_time_are_no_sleep_in_a_clock_hour() -> None:
    hypnogram = stages((0, 900, "W"), (900, 1000, "?"), (1000, 3600, "N2"), (7200, 7300, "W"))
    result = scored(kicks(*every(30, 4, 880)), hypnogram=hypnogram)
    hours = plms_per_clock_hour(result.movements, hypnogram, zone="UTC")
    assert column(result, "stage") == ["W", None, None, None]
    assert hours.drop("night_id").rows() == [(0, 0, 2600 / 3600, 0.0)]


def test_an_unknown_zone_is_refused_in_one_line() -> None:
    result = scored(kicks(300), hypnogram=asleep())
    with pytest.raises(UsageError, match="no time zone is called Mars/Olympus"):
        plms_per_clock_hour(result.movements, asleep(), zone="Mars/Olympus")
