"""Tables that make no sense are refused in one line that names the row; order does not matter."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.scoring.rulesets import WASM_2016
from ingest.errors import UsageError
from tests.analytics.scoring.event_lists import asleep, column, every, kicks, marks, measure, scored, spans, stages


def _refusal(*movements: pl.DataFrame, **channels: pl.DataFrame) -> str:
    with pytest.raises(UsageError) as refusal:
        scored(*movements, ruleset=WASM_2016, **channels)
    line = refusal.value.line()
    assert "\n" not in line
    return line


def test_an_end_before_its_start_is_refused_by_its_row() -> None:
    assert _refusal(marks(("L", 300, 301), ("L", 330, 329.999))) == (
        "movements row 2 (night N): offset_ms is before onset_ms"
    )
    assert (
        _refusal(kicks(300), respiration=spans((5, 4))) == "respiration row 1 (night N): offset_ms is before onset_ms"
    )
    assert _refusal(kicks(300), arousals=spans((5, 4))) == "arousals row 1 (night N): offset_ms is before onset_ms"


def test_a_mark_without_duration_is_allowed_and_is_no_movement() -> None:
    assert measure(scored(kicks(300, duration_s=0.0)), "n_lm") == 0


def test_an_unknown_leg_is_refused() -> None:
    assert _refusal(kicks(300), marks(("left", 330, 331))) == "movements row 2 (night N): the leg is none of L, R, U"


@pytest.mark.parametrize("missing", ["night_id", "leg", "onset_ms", "offset_ms"])
def test_a_missing_column_is_refused(missing: str) -> None:
    assert f"movements has no column {missing}" in _refusal(kicks(300).drop(missing))


def test_a_column_of_another_type_is_refused_rather_than_rounded() -> None:
    floats = kicks(300).with_columns(pl.col("onset_ms") + 0.5)
    assert _refusal(floats) == "onset_ms of movements is Float64, not Int64"


def test_smaller_integers_are_as_good() -> None:
    small = kicks(300).with_columns(pl.col("onset_ms", "offset_ms").cast(pl.UInt32))
    assert column(scored(small), "onset_ms") == [300_000]


def test_a_number_beyond_64_bits_is_refused() -> None:
    huge = kicks(300).with_columns(offset_ms=pl.Series([2**64 - 1], dtype=pl.UInt64))
    assert _refusal(huge) == "movements holds a number beyond 64 bits"


def test_an_empty_value_is_refused_by_its_row() -> None:
    holed = kicks(300, 330).with_columns(offset_ms=pl.Series([302_000, None]))
    assert _refusal(holed) == "movements row 2 (night N): offset_ms is empty"


@pytest.mark.parametrize("onset_ms", [2**62, -(2**62)])
def test_a_time_that_no_clock_shows_is_refused(onset_ms: int) -> None:
    lying = kicks(300).with_columns(onset_ms=pl.lit(onset_ms), offset_ms=pl.lit(onset_ms + 1))
    assert _refusal(lying) == "movements row 1 (night N): onset_ms is no time"


def test_several_nights_under_one_name_are_refused() -> None:
    assert "night N spans over a year" in _refusal(kicks(0, 400 * 86_400))


def test_a_negative_duration_in_the_hypnogram_is_refused() -> None:
    hypnogram = stages((0, 30, "N2"), (60, 30, "N2"))
    assert _refusal(kicks(300), hypnogram=hypnogram) == "hypnogram row 2 (night N): the duration is negative"


def test_overlapping_epochs_are_refused_and_touching_ones_are_not() -> None:
    touching = stages((30, 60, "N2"), (0, 30, "W"))
    assert measure(scored(kicks(300), hypnogram=touching), "wake_h") == 30 / 3600
    overlapping = stages((30, 60, "N2"), (0, 30.001, "W"))
    assert _refusal(kicks(300), hypnogram=overlapping) == (
        "hypnogram row 1 (night N): the epoch begins before the one before it ends"
    )


def test_an_epoch_inside_another_is_refused_even_where_a_third_lies_between() -> None:
    hypnogram = stages((0, 100, "N2"), (10, 20, "W"), (50, 60, "W"))
    assert "hypnogram row 2" in _refusal(kicks(300), hypnogram=hypnogram)


def test_an_epoch_of_no_length_says_nothing() -> None:
    hypnogram = stages((0, 3600, "N2"), (300, 300, "W"))
    assert column(scored(kicks(300), hypnogram=hypnogram), "stage") == ["N2"]


def test_epochs_of_different_nights_may_overlap() -> None:
    hypnogram = pl.concat([asleep(night="a"), asleep(night="b")])
    result = scored(kicks(300, night="a"), kicks(300, night="b"), hypnogram=hypnogram)
    assert result.nights["tst_h"].to_list() == [1.0, 1.0]


def test_duplicated_marks_are_kept_as_parts_of_one_movement() -> None:
    result = scored(kicks(300), kicks(300))
    assert column(result, "parts") == [[1, 2]]
    assert column(result, "n_mono") == [1]


def test_movements_come_out_in_order_of_night_and_onset_whatever_order_they_came_in() -> None:
    result = scored(kicks(*every(20, 3), night="b"), kicks(320, 300, night="a"))
    assert list(zip(column(result, "night_id"), column(result, "movement_no"), strict=True)) == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
        ("b", 2),
        ("b", 3),
    ]


def test_unknown_columns_are_left_alone() -> None:
    assert measure(scored(kicks(300).with_columns(note=pl.lit("calm"))), "n_lm") == 1


def test_columns_without_a_type_are_no_rows() -> None:
    nothing = pl.DataFrame({"night_id": [], "leg": [], "onset_ms": [], "offset_ms": []})
    assert len(scored(nothing).nights) == 0


def test_times_before_1970_are_times() -> None:
    assert column(scored(kicks(*every(20, 4, -50))), "onset_ms") == [-50_000, -30_000, -10_000, 10_000]
