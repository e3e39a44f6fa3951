from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest import read_recording
from ingest.quality import measuring as module
from ingest.quality.measuring import MOST_GAPS_LISTED, measure
from ingest.recording import Gap, Quality, Samples
from tests.ingest.making import EVENING_US, cut, every, samples

STEP_US = 20_000
SECOND_US = 1_000_000


def measured(whole: Samples, *at: int, nominal: float | None = None, full_scale_g: float | None = None) -> Quality:
    result = measure(cut(whole, at), rate_hz_nominal=nominal, full_scale_g=full_scale_g)
    assert result is not None
    return result[0]


def warned(whole: Samples, *, nominal: float | None = None) -> tuple[str, ...]:
    result = measure(cut(whole), rate_hz_nominal=nominal)
    assert result is not None
    return result[1]


def with_steps(*steps_us: int) -> Samples:
    """50 Hz for a minute, then these steps, then 50 Hz for another minute."""
    steps = np.concatenate([np.full(3000, STEP_US), np.array(steps_us, np.int64), np.full(3000, STEP_US)])
    return samples(EVENING_US + np.concatenate([[0], np.cumsum(steps)]))


def noisy(n: int, *, mean_g: float = 1.0, sd_g: float = 0.004, seed: int = 1) -> NDArray[np.float32]:
    """A sensor at rest, z up, whose gravity reads `mean_g`."""
    noise = np.random.default_rng(seed).normal(0, sd_g, (n, 3))
    return np.asarray(noise + np.array([0, 0, mean_g]), dtype=np.float32)


def test_nothing_recorded_has_no_quality() -> None:
    assert measure(lambda: iter(())) is None


def test_a_single_sample_has_no_rate_and_no_gap() -> None:
    quality = measured(samples([EVENING_US]))
    assert (quality.n_samples, quality.first_us, quality.last_us) == (1, EVENING_US, EVENING_US)
    assert (quality.rate_hz_true, quality.gaps) == (None, ())


def test_a_step_of_exactly_one_second_is_no_gap() -> None:
    assert measured(with_steps(SECOND_US)).gaps == ()


def test_a_step_of_a_microsecond_more_is_one() -> None:
    whole = with_steps(SECOND_US + 1)
    before = int(whole.time_us[3000])
    assert measured(whole).gaps == (Gap(before, before + SECOND_US + 1, "gap"),)


def test_at_two_seconds_a_sample_only_five_of_them_make_a_gap() -> None:
    steps = np.full(500, 2 * SECOND_US)
    steps[100], steps[200] = 10 * SECOND_US, 10 * SECOND_US + 1
    whole = samples(EVENING_US + np.cumsum(steps))
    assert [gap.end_us - gap.start_us for gap in measured(whole).gaps] == [10 * SECOND_US + 1]


def test_a_rate_in_the_header_that_lies_hides_no_gap() -> None:
    assert len(measured(with_steps(30 * SECOND_US), nominal=0.01).gaps) == 1


def test_a_step_of_more_than_an_hour_is_a_gap_at_any_rate() -> None:
    hour_us = 3600 * SECOND_US
    assert measured(samples(every(hour_us, 20))).gaps == ()
    assert len(measured(samples(every(hour_us + 1, 20))).gaps) == 19


def test_a_step_back_is_listed_as_such_and_extends_nothing() -> None:
    whole = with_steps(-5 * SECOND_US)
    quality = measured(whole)
    at = int(whole.time_us[3000])
    assert quality.gaps == (Gap(at, at - 5 * SECOND_US, "backward"),)
    assert quality.backward_steps == 1
    assert (quality.first_us, quality.last_us) == (int(whole.time_us.min()), int(whole.time_us.max()))
    assert any("jumps back once" in warning for warning in warned(whole))


def test_equal_stamps_are_counted_and_are_no_step_back() -> None:
    quality = measured(with_steps(0, 0, 0))
    assert (quality.duplicate_stamps, quality.backward_steps, quality.gaps) == (3, 0, ())


def test_the_true_rate_leaves_gaps_and_jumps_out() -> None:
    assert measured(with_steps(7200 * SECOND_US, -60 * SECOND_US)).rate_hz_true == pytest.approx(50, abs=1e-9)


def test_a_slow_clock_shows_in_the_true_rate() -> None:
    assert measured(samples(every(10_250, 5000)), nominal=100).rate_hz_true == pytest.approx(97.561, abs=1e-3)


def test_a_rate_five_percent_off_is_said_and_the_usual_two_are_not() -> None:
    assert warned(samples(every(10_250, 500)), nominal=100) == ()
    assert warned(samples(every(10_600, 500)), nominal=100) == ("the file says 100 Hz, its stamps 94.34 Hz",)


def test_stamps_that_never_advance_have_no_rate() -> None:
    quality = measured(samples(np.full(100, EVENING_US)))
    assert (quality.rate_hz_true, quality.duplicate_stamps) == (None, 99)


def test_the_gap_table_is_bounded_and_says_so() -> None:
    steps = np.full(4 * MOST_GAPS_LISTED, STEP_US)
    steps[3::3] = 2 * SECOND_US
    result = measure(cut(samples(EVENING_US + np.cumsum(steps)), range(0, len(steps), 997)))
    assert result is not None
    quality, warnings = result
    assert len(quality.gaps) == MOST_GAPS_LISTED
    assert f"{len(steps[3::3])} gaps and jumps of the clock" in warnings[0]
    assert quality.rate_hz_true == pytest.approx(50, abs=1e-9)


def test_the_mean_is_exact_over_millions_of_samples() -> None:
    values = np.tile(np.array([1, -2, 255], np.int16), (3_000_000, 1))
    whole = samples(every(10_000, len(values)), values, g_per_value=1 / 256)
    assert measured(whole, *range(0, len(whole), 60_000)).mean_g == (1 / 256, -2 / 256, 255 / 256)


def test_the_median_length_is_that_of_gravity() -> None:
    assert measured(samples(every(STEP_US, 5000), noisy(5000))).median_norm_g == pytest.approx(1, abs=1e-3)


def test_zeros_of_an_idle_sensor_do_not_hide_gravity() -> None:
    values = np.concatenate([np.zeros((9000, 3), np.float32), noisy(5000)])
    whole = samples(every(STEP_US, 14_000), values)
    assert measured(whole).median_norm_g == pytest.approx(1, abs=1e-3)
    assert not any("at rest it should be 1 g" in warning for warning in warned(whole))
    assert measured(samples(every(STEP_US, 100), np.zeros((100, 3), np.float32))).median_norm_g == 0


def test_the_median_length_covers_the_whole_recording() -> None:
    # 1 g for the first 40 %, 3 g for the rest: the start alone would say 1.
    n = 5 * module._SAMPLE_ROWS
    values = np.zeros((n, 3), np.float32)
    values[:, 0] = np.where(np.arange(n) < 0.4 * n, 1, 3)
    assert measured(samples(every(STEP_US, n), values)).median_norm_g == 3


@pytest.mark.parametrize(("length_g", "said"), [(0.79, True), (0.81, False), (1.19, False), (1.21, True)])
def test_gravity_that_is_not_1_g_is_said(length_g: float, said: bool) -> None:  # noqa: FBT001 - a table of cases
    values = np.tile(np.array([0, 0, length_g], np.float32), (100, 1))
    assert bool(warned(samples(every(STEP_US, 100), values))) is said


def test_the_step_of_integers_is_that_of_the_format_when_the_sensor_uses_it() -> None:
    values = np.random.default_rng(2).integers(-300, 300, (1000, 3)).astype(np.int16)
    assert measured(samples(every(STEP_US, 1000), values, g_per_value=1 / 256)).lsb_mg == 1000 / 256


def test_a_sensor_coarser_than_its_format_is_found_out() -> None:
    values = (4 * np.random.default_rng(2).integers(-80, 80, (1000, 3))).astype(np.int16)
    assert measured(samples(every(STEP_US, 1000), values, g_per_value=1 / 256)).lsb_mg == 15.625


def test_a_few_distinct_integers_say_nothing_about_the_step() -> None:
    values = np.zeros((1000, 3), np.int16)
    values[500:] = 256
    assert measured(samples(every(STEP_US, 1000), values, g_per_value=1 / 256)).lsb_mg == 1000 / 256


@pytest.mark.parametrize("lsb_g", [1 / 64, 1 / 256, 0.003, 0.001])
def test_the_step_of_decimals_is_found_although_they_are_rounded(lsb_g: float) -> None:
    grid = np.rint(noisy(20_000, sd_g=0.2) / lsb_g) * lsb_g
    values = np.round(grid, 6).astype(np.float32)
    assert measured(samples(every(STEP_US, 20_000), values)).lsb_mg == pytest.approx(1000 * lsb_g, rel=0.01)


def test_values_that_never_change_have_no_step() -> None:
    assert measured(samples(every(STEP_US, 100))).lsb_mg == 0


def test_the_share_at_the_end_stop_counts_samples_and_not_axes() -> None:
    values = np.zeros((1000, 3), np.float32)
    values[:10] = 7.984
    values[10:15, 1] = -8
    values[15:20, 2] = 7.9
    whole = samples(every(STEP_US, 1000), values)
    assert measured(whole, full_scale_g=8.0).clipped_share == 0.015
    assert measured(whole).clipped_share is None


@pytest.mark.parametrize("gravity_g", [0.96, 1.0, 1.03])
def test_the_residual_is_how_far_still_windows_are_from_1_g(gravity_g: float) -> None:
    whole = samples(every(STEP_US, 10_000), noisy(10_000, mean_g=gravity_g))
    assert measured(whole).calibration.residual_mg == pytest.approx(1000 * abs(gravity_g - 1), abs=0.3)


@pytest.mark.parametrize(("sd_g", "still"), [(0.0125, True), (0.0135, False)])
def test_a_window_is_still_below_13_mg_on_each_axis(sd_g: float, still: bool) -> None:  # noqa: FBT001 - a table of cases
    swing = np.where(np.arange(5000) % 2, sd_g, -sd_g)
    values = np.column_stack([np.zeros(5000), swing, np.ones(5000)]).astype(np.float32)
    assert (measured(samples(every(STEP_US, 5000), values)).calibration.residual_mg is not None) is still


def test_moving_windows_do_not_count_towards_the_residual() -> None:
    values = np.concatenate([noisy(500, mean_g=0.98), noisy(500, mean_g=3, sd_g=0.5), noisy(500, mean_g=0.98)])
    assert measured(samples(every(STEP_US, 1500), values)).calibration.residual_mg == pytest.approx(20, abs=0.5)


def test_windows_without_any_noise_are_filled_in_and_do_not_count() -> None:
    assert measured(samples(every(STEP_US, 5000))).calibration.residual_mg is None


def test_a_window_cut_short_by_a_gap_does_not_count() -> None:
    stamps = np.concatenate([every(STEP_US, 400), every(STEP_US, 400, start_us=EVENING_US + 60 * SECOND_US)])
    assert measured(samples(stamps, noisy(800))).calibration.residual_mg is None


def test_the_window_that_a_recording_ends_in_counts_when_it_is_full() -> None:
    assert measured(samples(every(STEP_US, 449), noisy(449))).calibration.residual_mg is None
    assert measured(samples(every(STEP_US, 450), noisy(450))).calibration.residual_mg is not None


def test_samples_that_are_not_numbers_are_left_out_of_the_measures_and_counted() -> None:
    values = noisy(1000)
    values[10] = np.nan
    values[20, 1] = np.inf
    values[30, 2] = -np.inf
    whole = samples(every(STEP_US, 1000), values)
    quality = measured(whole)
    assert quality.n_samples == 1000
    assert quality.mean_g[2] == pytest.approx(1, abs=1e-3)
    assert quality.median_norm_g == pytest.approx(1, abs=1e-2)
    assert any("3 samples are not numbers" in warning for warning in warned(whole))


def test_a_recording_of_nothing_but_nan_does_not_fail() -> None:
    quality = measured(samples(every(STEP_US, 1000), np.full((1000, 3), np.nan, np.float32)))
    assert (quality.n_samples, quality.calibration.residual_mg) == (1000, None)
    assert np.isnan([*quality.mean_g, quality.median_norm_g]).all()


@st.composite
def odd_recordings(draw: st.DrawFn) -> tuple[Samples, list[int]]:
    """Integers on an uneven clock with gaps and jumps, and where to cut them."""
    n = draw(st.integers(1, 400))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    usual = draw(st.sampled_from([STEP_US, 100_000, 2 * SECOND_US]))
    steps = np.where(rng.random(n) < 0.9, usual, rng.integers(-20 * SECOND_US, 20 * SECOND_US, n))
    values = rng.integers(-3, 4, (n, 3)).astype(np.int16) + np.array([0, 0, 256], np.int16)
    whole = samples(EVENING_US + np.cumsum(steps), values, g_per_value=1 / 256)
    return whole, draw(st.lists(st.integers(0, n), max_size=20))


@given(odd_recordings())
def test_quality_does_not_depend_on_how_the_samples_are_cut(odd: tuple[Samples, list[int]]) -> None:
    whole, at = odd
    # Powers of two as scale make every sum exact, so that equal means equal.
    assert measure(cut(whole, at), full_scale_g=1.0) == measure(cut(whole), full_scale_g=1.0)


def test_quality_does_not_depend_on_the_cut_where_the_kept_sample_is_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SAMPLE_ROWS", 50)
    values = np.random.default_rng(3).integers(-500, 500, (1000, 3)).astype(np.int16)
    whole = samples(every(STEP_US, 1000), values, g_per_value=1 / 256)
    expected = measured(whole)
    for size in (1, 7, 49, 50, 51, 333):
        assert measured(whole, *range(0, 1000, size)) == expected


@given(odd_recordings(), st.integers(-(10**15), 10**15))
def test_shifting_the_clock_shifts_the_times_and_nothing_else(odd: tuple[Samples, list[int]], shift_us: int) -> None:
    whole, _ = odd
    here = measured(whole)
    there = measured(Samples(whole.time_us + shift_us, whole.values, whole.g_per_value))
    assert there.gaps == tuple(Gap(g.start_us + shift_us, g.end_us + shift_us, g.kind) for g in here.gaps)
    assert (there.first_us, there.last_us) == (here.first_us + shift_us, here.last_us + shift_us)
    assert (there.rate_hz_true, there.calibration.residual_mg, there.mean_g) == (
        here.rate_hz_true,
        here.calibration.residual_mg,
        here.mean_g,
    )


def test_memory_does_not_grow_with_the_recording() -> None:
    import tracemalloc

    values = noisy(10_000)

    def long() -> Iterator[Samples]:
        for n in range(300):
            yield samples(every(STEP_US, 10_000, start_us=EVENING_US + n * 10_000 * STEP_US), values)

    tracemalloc.start()
    result = measure(long)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result is not None
    assert result[0].n_samples == 3_000_000  # 84 MB as float64 and stamps
    assert peak < 8_000_000


def _expected(folder: Path) -> list[dict[str, str]]:
    with (folder / "expected.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["format"] == "axivity-cwa"]


def test_real_files_have_the_means_that_independent_readers_agree_on(recordings_dir: Path) -> None:
    rows = _expected(recordings_dir)
    assert len(rows) == 4
    for row in rows:
        quality = read_recording(recordings_dir / row["file"]).quality
        assert quality.n_samples == int(row["n_samples"])
        assert quality.mean_g == pytest.approx([float(row[f"mean_{axis}_g"]) for axis in "xyz"], abs=1e-5)


def test_the_steps_of_real_sensors_are_those_of_their_data_sheets(recordings_dir: Path) -> None:
    # AX3 at +-8 g packs 1/64 g; AX6 at +-16 g in 16 bits has 1/2048 g.
    steps = {
        name: read_recording(recordings_dir / name).quality.lsb_mg
        for name in ("ggirread_ax3_testfile.cwa", "skdh_ax3_sample.cwa", "ggirread_ax6_testfile.cwa")
    }
    assert list(steps.values()) == [15.625, 15.625, 1000 / 2048]
