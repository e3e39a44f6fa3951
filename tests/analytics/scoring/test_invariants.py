"""What holds for every night, whatever is in it."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.scoring.rulesets import AASM, SOURCE_20_40, WASM_2016, Ruleset
from analytics.scoring.score import Scored, score
from tests.analytics.scoring.event_lists import EPOCH_TYPES, MARK_TYPES, SPAN_TYPES, every, kicks, measure, scored

BUILT_IN = st.sampled_from([WASM_2016, AASM, SOURCE_20_40])
Tables = dict[str, pl.DataFrame]
#: A call costs milliseconds however few the movements; `test_brute_force` scores thousands of nights a call.
some = settings(max_examples=25)

#: Milliseconds from one onset to the next, about where the rules have their limits.
_steps = st.one_of(
    st.integers(0, 12_000),
    st.integers(15_000, 45_000),
    st.integers(80_000, 100_000),
    st.sampled_from([499, 500, 4_999, 5_000, 10_000, 20_000, 40_000, 90_000]),
)
_durations = st.one_of(st.integers(0, 3_000), st.integers(9_500, 15_500), st.sampled_from([500, 10_000]))
_mark = st.tuples(_steps, st.sampled_from("LLLRRU"), _durations)
_epochs = st.lists(st.tuples(st.integers(1, 400_000), st.sampled_from(["W", "N2", "R", "?"])), max_size=5)
_spans = st.lists(st.tuples(st.integers(0, 900_000), st.integers(0, 40_000)), max_size=5)


@st.composite
def nights(draw: st.DrawFn, name: str = "N") -> Tables:
    onset, rows = 0, []
    for number, (step, leg, duration) in enumerate(draw(st.lists(_mark, max_size=25)), start=1):
        onset += step
        rows.append((name, leg, onset, onset + duration, number))
    start, epochs = 0, []
    for duration, stage in draw(_epochs):
        epochs.append((name, start, duration, stage))
        start += duration
    spans = [[(name, on, on + length) for on, length in draw(_spans)] for _ in range(2)]
    return {
        "movements": pl.DataFrame(rows, MARK_TYPES | {"part_no": pl.Int64}, orient="row"),
        "hypnogram": pl.DataFrame(epochs, EPOCH_TYPES, orient="row"),
        "respiration": pl.DataFrame(spans[0], SPAN_TYPES, orient="row"),
        "arousals": pl.DataFrame(spans[1], SPAN_TYPES, orient="row"),
    }


def _assert_same(one: Scored, other: Scored) -> None:
    assert_frame_equal(one.movements, other.movements)
    assert_frame_equal(one.series, other.series)
    assert_frame_equal(one.nights, other.nights)


def _moved(tables: Tables, by_ms: int) -> Tables:
    times = pl.col("^(onset|offset|start)_ms$") + by_ms
    return {name: table.with_columns(times) for name, table in tables.items()}


@some
@given(nights(), BUILT_IN, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tables: Tables, ruleset: Ruleset, random: Any) -> None:
    shuffled = {name: table[random.sample(range(len(table)), len(table))] for name, table in tables.items()}
    _assert_same(score(ruleset=ruleset, **tables), score(ruleset=ruleset, **shuffled))


@some
@given(nights(), BUILT_IN, st.integers(-(10**12), 2 * 10**12))
def test_shifting_all_times_shifts_results_and_nothing_else(tables: Tables, ruleset: Ruleset, by_ms: int) -> None:
    here, there = score(ruleset=ruleset, **tables), score(ruleset=ruleset, **_moved(tables, by_ms))
    assert_frame_equal(here.movements.with_columns(pl.col("onset_ms", "offset_ms") + by_ms), there.movements)
    assert_frame_equal(here.series.with_columns(pl.col("start_ms", "end_ms") + by_ms), there.series)
    assert_frame_equal(here.nights, there.nights)


@some
@given(nights("a"), nights("b"), BUILT_IN)
def test_nights_scored_together_are_as_scored_alone(one: Tables, other: Tables, ruleset: Ruleset) -> None:
    together = score(ruleset=ruleset, **{name: pl.concat([other[name], one[name]]) for name in one})
    alone = [score(ruleset=ruleset, **tables) for tables in (one, other)]
    for name in ("movements", "series", "nights"):
        assert_frame_equal(pl.concat([getattr(part, name) for part in alone]), getattr(together, name))


@some
@given(nights(), BUILT_IN)
def test_swapping_left_and_right_changes_sides_only(tables: Tables, ruleset: Ruleset) -> None:
    swapped = pl.col("leg").replace({"L": "R", "R": "L"})
    mirrored = tables | {"movements": tables["movements"].with_columns(swapped)}
    here, there = score(ruleset=ruleset, **tables), score(ruleset=ruleset, **mirrored)
    # Parts that start at the same moment are listed leg by leg.
    assert_frame_equal(here.movements.drop("side", "parts"), there.movements.drop("side", "parts"))
    assert_frame_equal(here.nights, there.nights)


@some
@given(nights(), st.sampled_from([WASM_2016, SOURCE_20_40]))
def test_marks_shorter_than_half_a_second_and_away_from_others_change_nothing(tables: Tables, ruleset: Ruleset) -> None:
    movements = tables["movements"]
    last = movements["offset_ms"].max() if len(movements) else 0
    assert isinstance(last, int)
    twitch = movements.clear().vstack(
        pl.DataFrame([("N", "L", last + 1000, last + 1499, 99)], movements.schema, orient="row")
    )
    twitching = tables | {"movements": pl.concat([movements, twitch])}
    here, there = score(ruleset=ruleset, **tables), score(ruleset=ruleset, **twitching)
    assert_frame_equal(here.movements, there.movements)


@some
@given(before=st.integers(1, 8), after=st.integers(1, 8), imi_s=st.integers(14, 90), gap_ms=st.integers(500, 1000))
def test_a_movement_longer_than_ten_seconds_inside_a_run_splits_it(
    before: int, after: int, imi_s: int, gap_ms: int
) -> None:
    run = kicks(*every(imi_s, before + after), duration_s=1.0)
    inside_s = 301 + imi_s * (before - 1) + gap_ms / 1000
    split = scored(run, kicks(inside_s, duration_s=10.001))
    assert measure(scored(run), "n_plm") == (before + after if before + after >= 4 else 0)
    assert split.series["n_movements"].to_list() == [n for n in (before, after) if n >= 4]


@some
@given(nights(), nights(), BUILT_IN, st.integers(90_001, 10**7))
def test_counts_over_pieces_with_quiet_between_them_add_up(
    one: Tables, other: Tables, ruleset: Ruleset, quiet_ms: int
) -> None:
    ends = [t.select(pl.col("^(offset|start)_ms$").max()).item() or 0 for t in one.values()]
    later = _moved(other, max(ends) + 400_000 + quiet_ms)
    whole = score(ruleset=ruleset, **{name: pl.concat([one[name], later[name]]) for name in one})
    pieces = [score(ruleset=ruleset, **tables).nights for tables in (one, other)]
    additive = ["n_lm", "n_clm", "n_plm", "n_series", "n_imi_short", "n_imi_in"]
    for name in additive:
        assert whole.nights[name].sum() == sum(int(piece[name].sum()) for piece in pieces)


@some
@given(nights(), BUILT_IN)
def test_numbers_of_a_night_fit_together(tables: Tables, ruleset: Ruleset) -> None:
    result = score(ruleset=ruleset, **tables)
    for row in result.nights.iter_rows(named=True):
        assert row["n_clm"] == row["n_plm"] + row["n_isolated"] + row["n_short_interval"]
        assert row["n_imi"] == row["n_imi_short"] + row["n_imi_in"] + row["n_imi_long"]
        assert row["n_plm"] == result.series["n_movements"].sum()
        assert row["n_plm"] >= (row["n_plms"] or 0) + (row["n_plmw"] or 0)
        assert row["n_lm"] == len(result.movements)
