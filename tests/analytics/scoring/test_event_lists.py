"""Lists as people keep them: words and seconds become what scoring takes, and what makes no sense is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.scoring.event_lists import (
    COLUMNS,
    ListName,
    csv_form,
    gaps,
    listed,
    movement_rows,
    night_rows,
    only_night,
    repeated_rows,
    scoring_table,
    series_rows,
    with_night,
)
from analytics.scoring.event_tables import checked_hypnogram
from analytics.scoring.rulesets import WASM_2016, ruleset_hash
from analytics.scoring.score import Scored, score
from ingest.errors import UsageError
from tests.analytics.scoring.event_lists import EPOCH_TYPES, MARK_TYPES, asleep, every, kicks, spans


def movements(**changes: Any) -> pl.DataFrame:
    columns: dict[str, Any] = {"night_id": ["N"], "leg": ["L"], "onset_s": [1.0], "offset_s": [3.0]}
    return pl.DataFrame(columns | changes)


def hypnogram(**changes: Any) -> pl.DataFrame:
    columns: dict[str, Any] = {"night_id": ["N"], "start_s": [0], "duration_s": [30], "stage": ["N2"]}
    return pl.DataFrame(columns | changes)


def refusal(name: ListName, columns: pl.DataFrame) -> str:
    with pytest.raises(UsageError) as refused:
        scoring_table(name, columns)
    line = refused.value.line()
    assert "\n" not in line
    return line


def stage_of(written: object) -> object:
    return scoring_table("hypnogram", hypnogram(stage=[written]))["stage"].item()


def test_seconds_become_whole_milliseconds_in_the_types_that_scoring_takes() -> None:
    table = scoring_table("movements", movements(onset_s=["300.125"], offset_s=["302.0004"]))
    assert_frame_equal(table, pl.DataFrame([("N", "L", 300_125, 302_000)], MARK_TYPES, orient="row"))
    epochs = scoring_table("hypnogram", hypnogram())
    assert_frame_equal(epochs, pl.DataFrame([("N", 0, 30_000, "N2")], EPOCH_TYPES, orient="row"))


@pytest.mark.parametrize("number", [12, 12.0, "12", " 12.000 ", "1.2e1", Decimal("12.00")])
def test_a_number_is_one_however_it_is_written(number: object) -> None:
    assert scoring_table("movements", movements(offset_s=[number]))["offset_ms"].to_list() == [12_000]


def test_times_before_zero_are_times() -> None:
    table = scoring_table("arousals", pl.DataFrame({"onset_s": [-2.5], "offset_s": [-0.5]}))
    assert table.rows() == [(-2500, -500)]


@pytest.mark.parametrize(
    ("written", "leg"),
    [("L", "L"), ("r", "R"), ("u", "U"), ("Left", "L"), ("RIGHT", "R"), ("unknown", "U"), (" L ", "L")],
)
def test_legs_are_letters_or_words_in_any_case(written: str, leg: str) -> None:
    assert scoring_table("movements", movements(leg=[written]))["leg"].item() == leg


@pytest.mark.parametrize("stage", ["W", "N1", "N2", "N3", "R", "S", "?"])
def test_every_stage_is_known_in_any_case(stage: str) -> None:
    assert [stage_of(stage), stage_of(stage.lower()), stage_of(f" {stage}")] == [stage] * 3


@pytest.mark.parametrize(
    ("written", "stage"),
    [("Wake", "W"), ("REM", "R"), ("sleep", "S"), ("Sleep stage N2", "N2"), ("Stage R", "R"), ("Sleep stage ?", "?")],
)
def test_stages_may_be_called_as_aasm_and_polysomnographs_call_them(written: str, stage: str) -> None:
    assert stage_of(written) == stage


@pytest.mark.parametrize("written", ["", "  ", None, "unknown"])
def test_a_stage_that_nobody_scored_is_unknown(written: object) -> None:
    assert stage_of(written) == "?"


@pytest.mark.parametrize("written", ["N4", "2", "stage", "NREM", "W1", "Sleep stage 2"])
def test_a_stage_that_is_not_in_the_list_is_refused_with_the_list(written: str) -> None:
    assert refusal("hypnogram", hypnogram(stage=[written])) == (
        f"row 1 (night N): stage is {written} (W, N1, N2, N3, R, S for sleep that is not staged, "
        "? or nothing for unknown)"
    )


@pytest.mark.parametrize("name", list(COLUMNS))
def test_a_missing_column_is_refused_with_those_that_are_needed(name: ListName) -> None:
    for column in COLUMNS[name]:
        others = pl.DataFrame({other: ["1"] for other in COLUMNS[name] if other != column})
        line = refusal(name, others)
        assert line.startswith(f"there is no column {column} among {', '.join(others.columns)} (it needs ")
        assert column in line.partition("needs")[2]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("abc", "abc"), ("1,5", "1,5"), ("", "empty"), (None, "empty"), ("nan", "nan"), ("inf", "inf"), ("1_0", "1_0")],
)
def test_what_is_no_finite_number_is_refused_by_its_row(written: object, shown: str) -> None:
    table = pl.DataFrame({"night_id": ["A", "B"], "onset_s": ["1", written], "offset_s": ["2", "3"]})
    assert refusal("respiration", table) == (f"row 2 (night B): onset_s is {shown} (a number of seconds, such as 12.5)")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf"), None])
def test_a_typed_column_is_checked_like_text(number: float | None) -> None:
    assert "row 1 (night N): offset_s is" in refusal("movements", movements(offset_s=[number]))


def test_times_reach_to_a_milliard_seconds_and_no_farther() -> None:
    far = pl.DataFrame({"onset_s": [-1e9], "offset_s": [1e9]})
    assert scoring_table("arousals", far).rows() == [(-(10**12), 10**12)]
    for beyond in ("1000000000.001", "1e300", "-1e18", str(2**80)):
        line = refusal("arousals", pl.DataFrame({"onset_s": [beyond], "offset_s": ["1e9"]}))
        assert line.startswith(f"row 1: onset_s is {beyond} (seconds from a zero of the night itself")


@pytest.mark.parametrize("values", [[True], [date(2026, 3, 2)], [[1.0]]])
def test_a_column_of_a_type_that_is_no_number_is_refused(values: list[object]) -> None:
    assert refusal("movements", movements(onset_s=values)).startswith("onset_s is ")


def test_an_event_may_have_no_length_but_none_below() -> None:
    assert scoring_table("movements", movements(offset_s=[1.0]))["offset_ms"].to_list() == [1000]
    assert refusal("movements", movements(offset_s=[0.999])) == (
        "row 1 (night N): offset_s is 0.999 (no event ends before its onset_s)"
    )


def test_an_epoch_may_have_no_length_but_none_below() -> None:
    assert scoring_table("hypnogram", hypnogram(duration_s=[0]))["duration_ms"].to_list() == [0]
    assert refusal("hypnogram", hypnogram(duration_s=[-0.0001])) == (
        "row 1 (night N): duration_s is -0.0001 (0 or more)"
    )


def test_epochs_of_a_fraction_of_a_millisecond_do_not_overlap_by_rounding() -> None:
    starts = [k * 11 / 3 for k in range(500)]
    table = scoring_table(
        "hypnogram",
        pl.DataFrame({"night_id": "N", "start_s": starts, "duration_s": [11 / 3] * 500, "stage": "N2"}),
    )
    assert table["duration_ms"].sum() == round(500 * 11 / 3 * 1000)
    assert len(checked_hypnogram(table)) == 500


@pytest.mark.parametrize("leg", ["B", "both", "", None, "LR", "0"])
def test_an_unknown_leg_is_refused_with_the_ways_to_write_one(leg: object) -> None:
    shown = leg or "empty"
    assert refusal("movements", movements(leg=pl.Series([leg], dtype=pl.String))) == (
        f"row 1 (night N): leg is {shown} (L, R, U or left, right, unknown; a movement of both legs is two rows)"
    )


def test_a_night_without_a_name_is_refused_where_others_have_one() -> None:
    table = pl.DataFrame({"night_id": ["N", " "], "onset_s": [1, 2], "offset_s": [2, 3]})
    assert refusal("arousals", table) == "row 2 (night empty): night_id is empty (say which night a row is of)"


@pytest.mark.parametrize(("given_as", "night"), [("007", "007"), (7, "7"), (date(2026, 3, 2), "2026-03-02")])
def test_the_name_of_a_night_is_kept_as_it_is_written(given_as: object, night: str) -> None:
    assert scoring_table("movements", movements(night_id=[given_as]))["night_id"].to_list() == [night]


def test_a_night_named_by_a_fraction_is_refused() -> None:
    assert refusal("movements", movements(night_id=[1.0])) == "night_id is Float64 (write it as text)"


def test_a_hostile_value_is_shortened_and_made_visible() -> None:
    line = refusal("movements", movements(leg=["\x1b[2J\n" + "x" * 10**6]))
    assert len(line) < 200
    assert "\x1b" not in line


@pytest.mark.parametrize("name", list(COLUMNS))
def test_a_list_without_rows_is_a_list(name: ListName) -> None:
    empty = pl.DataFrame(schema=dict.fromkeys(("night_id", *COLUMNS[name]), pl.String))
    table = scoring_table(name, empty)
    assert len(table) == 0
    assert repeated_rows(table) == 0


def test_equal_rows_are_counted_beyond_the_first() -> None:
    assert repeated_rows(pl.concat([kicks(1, 2), kicks(1), kicks(1)])) == 2
    assert repeated_rows(kicks(1, 2)) == 0


def test_lists_without_a_night_are_of_the_only_one_that_others_name() -> None:
    nameless = kicks(1).drop("night_id")
    assert only_night([nameless, kicks(1, night="A"), asleep(night="A")]) == "A"
    assert with_night(nameless, "A").rows() == kicks(1, night="A").rows()
    assert only_night([nameless]) == "1"


def test_lists_without_a_night_are_refused_where_others_name_several() -> None:
    nameless = kicks(1).drop("night_id")
    night = only_night([nameless, asleep(night="A"), asleep(night="B")])
    with pytest.raises(UsageError, match="no column night_id, but there are several nights"):
        with_night(nameless, night)
    assert with_night(kicks(1), night).rows() == kicks(1).rows()


def _scored(tables: dict[ListName, pl.DataFrame]) -> Scored:
    return score(
        tables["movements"],
        ruleset=WASM_2016,
        hypnogram=tables.get("hypnogram"),
        respiration=tables.get("respiration"),
    )


def test_nights_that_one_list_lacks_are_said() -> None:
    tables: dict[ListName, pl.DataFrame] = {
        "movements": pl.concat([kicks(300, night="A"), kicks(300, night="B")]),
        "hypnogram": pl.concat([asleep(night="A"), asleep(night="C")]),
        "respiration": spans((1, 2), night="D"),
    }
    assert gaps(tables, _scored(tables).nights) == [
        "without a scored epoch, so that sleep and its indices are unknown: B, D",
        "not among the movements, so counted as without any: C, D",
    ]


def test_nights_that_every_list_has_and_channels_that_were_not_recorded_are_not_said() -> None:
    whole: dict[ListName, pl.DataFrame] = {"movements": kicks(300), "hypnogram": asleep(), "respiration": spans()}
    unstaged: dict[ListName, pl.DataFrame] = {"movements": kicks(300)}
    assert [gaps(tables, _scored(tables).nights) for tables in (whole, unstaged)] == [[], []]


def test_long_lists_of_names_are_cut_and_counted() -> None:
    assert listed("abcde") == "a, b, c, d, e"
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"


def test_results_are_in_seconds_with_unknown_as_null() -> None:
    scored = score(kicks(*every(20, 4)), ruleset=WASM_2016, hypnogram=asleep())
    (first, second, *_) = movement_rows(scored.movements).rows()
    assert first == ("N", 300.0, 302.0, "L", 1, True, True, 1, None, "N2", None, None, None)
    assert second[8] == 20.0
    assert series_rows(scored.series).rows() == [("N", 1, 300.0, 362.0, 4, 4, 20.0)]
    night = night_rows(scored.nights, WASM_2016)
    assert night.select("n_plms", "ruleset", "ruleset_hash").rows() == [(4, "wasm2016", ruleset_hash(WASM_2016))]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
def test_milliseconds_come_out_as_the_nearest_float_and_as_three_exact_decimals(times_ms: list[int]) -> None:
    series = pl.DataFrame({"start_ms": times_ms, "end_ms": times_ms}).with_columns(
        night_id=pl.lit("N"), series_id=1, n_movements=4, n_in_sleep=0, median_imi_s=pl.lit(None, pl.Float64)
    )
    rows = series_rows(series)
    assert rows["start_s"].to_list() == (np.array(times_ms) / 1000).tolist()
    written = csv_form(rows).select("start_s").write_csv().splitlines()[1:]
    assert [Decimal(text) for text in written] == [Decimal(ms).scaleb(-3) for ms in times_ms]
    assert all(len(text.partition(".")[2]) == 3 for text in written)
