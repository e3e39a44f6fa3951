"""WASM 2016, rule by rule, each boundary from both sides. Times in seconds; sources: `analytics.scoring.rulesets`."""

from __future__ import annotations

import polars as pl
import pytest

from analytics.scoring.rulesets import WASM_2016, Ruleset, derive
from tests.analytics.scoring.event_lists import (
    asleep,
    column,
    every,
    kicks,
    marks,
    measure,
    n_plm,
    scored,
    spans,
    stages,
)

SOMAS_LIKE = derive(WASM_2016, "no-start", {"short_imi_may_start": False})
OPTION_2 = derive(WASM_2016, "option-2", {"respiration": "option_2"})


# Leg movements and candidates


@pytest.mark.parametrize(("duration_s", "n_lm"), [(0.499, 0), (0.5, 1)])
def test_a_leg_movement_lasts_at_least_half_a_second(duration_s: float, n_lm: int) -> None:
    assert measure(scored(kicks(300, duration_s=duration_s)), "n_lm") == n_lm


def test_a_leg_movement_has_no_longest_duration() -> None:
    result = scored(kicks(300, duration_s=600))
    assert (measure(result, "n_lm"), measure(result, "n_clm")) == (1, 0)


@pytest.mark.parametrize(("duration_s", "is_clm"), [(0.5, True), (10.0, True), (10.001, False)])
def test_a_candidate_on_one_leg_lasts_half_a_second_to_ten(duration_s: float, *, is_clm: bool) -> None:
    assert column(scored(kicks(300, duration_s=duration_s)), "is_clm") == [is_clm]


def test_a_movement_that_the_caller_rules_out_is_never_a_candidate_but_ends_a_run() -> None:
    calm = kicks(*every(25, 9)).with_columns(may_be_clm=pl.lit(value=True))
    turned = calm.with_columns(may_be_clm=pl.col("onset_ms") != 400_000)
    assert measure(scored(calm), "n_series") == 1
    assert measure(scored(turned), "n_series") == 2
    assert column(scored(turned), "is_clm") == [True] * 4 + [False] + [True] * 4


# Marks of one leg


@pytest.mark.parametrize(("gap_s", "n_lm"), [(0.499, 1), (0.5, 2)])
def test_marks_of_one_leg_less_than_half_a_second_apart_are_one_movement(gap_s: float, n_lm: int) -> None:
    assert measure(scored(marks(("L", 300, 301), ("L", 301 + gap_s, 303))), "n_lm") == n_lm


def test_marks_of_one_leg_are_merged_before_the_shortest_duration_is_applied() -> None:
    result = scored(marks(("L", 300, 300.3), ("L", 300.5, 300.8)))
    assert result.movements.select("onset_ms", "offset_ms", "n_mono").rows() == [(300_000, 300_800, 1)]


def test_a_merged_movement_that_becomes_longer_than_ten_seconds_is_no_candidate() -> None:
    assert column(scored(marks(("L", 300, 306), ("L", 306.4, 310.1))), "is_clm") == [False]


def test_a_mark_inside_a_longer_one_does_not_hide_how_long_that_one_lasts() -> None:
    result = scored(marks(("L", 300, 306), ("L", 301, 302), ("L", 306.4, 307)))
    assert result.movements.select("onset_ms", "offset_ms").rows() == [(300_000, 307_000)]


def test_a_mark_too_short_to_be_a_movement_does_not_disturb_a_run() -> None:
    assert n_plm(every(25, 4)) == 4
    disturbed = scored(kicks(*every(25, 4)), kicks(337.5, duration_s=0.375))
    assert (measure(disturbed, "n_lm"), measure(disturbed, "n_plm")) == (4, 4)


# Two legs


@pytest.mark.parametrize(("gap_s", "sides"), [(-1.0, ["B"]), (0.0, ["B"]), (0.499, ["B"]), (0.5, ["L", "R"])])
def test_legs_that_overlap_or_are_less_than_half_a_second_apart_are_one_movement(
    gap_s: float, sides: list[str]
) -> None:
    assert column(scored(marks(("L", 300, 302), ("R", 302 + gap_s, 304))), "side") == sides


def test_an_unknown_side_is_a_leg_of_its_own() -> None:
    assert column(scored(marks(("L", 300, 302), ("U", 302.4, 304))), "side") == ["B"]
    assert column(scored(marks(("U", 300, 302), ("U", 310, 312))), "side") == ["U", "U"]


@pytest.mark.parametrize(("end_s", "is_clm"), [(315.0, True), (315.001, False)])
def test_a_bilateral_candidate_lasts_at_most_fifteen_seconds(end_s: float, *, is_clm: bool) -> None:
    assert column(scored(marks(("L", 300, 309), ("R", 307, end_s))), "is_clm") == [is_clm]


@pytest.mark.parametrize(("n_parts", "is_clm"), [(4, True), (5, False)])
def test_a_bilateral_candidate_has_at_most_four_parts(n_parts: int, *, is_clm: bool) -> None:
    chain = marks(*(("LR"[k % 2], 300 + 1.5 * k, 302 + 1.5 * k) for k in range(n_parts)))
    result = scored(chain)
    assert (column(result, "n_mono"), column(result, "is_clm")) == ([n_parts], [is_clm])


@pytest.mark.parametrize(("end_s", "is_clm"), [(311.0, True), (311.001, False)])
def test_every_part_of_a_bilateral_candidate_is_a_candidate(end_s: float, *, is_clm: bool) -> None:
    assert column(scored(marks(("L", 300, 302), ("R", 301, end_s))), "is_clm") == [is_clm]


def test_a_short_part_joins_nothing_because_it_is_no_movement() -> None:
    result = scored(marks(("L", 300, 302), ("R", 302.2, 302.6), ("L", 302.9, 304)))
    assert column(result, "side") == ["L", "L"]


def test_a_joined_movement_names_its_marks_in_order_of_onset() -> None:
    numbered = marks(("R", 301, 303), ("L", 300, 301), ("L", 301.2, 302), ("R", 320, 320.1)).with_columns(
        part_no=pl.Series([7, 9, 4, 1])
    )
    assert column(scored(numbered), "parts") == [[9, 7, 4]]


# Series


@pytest.mark.parametrize(("n", "expected"), [(3, 0), (4, 4), (5, 5)])
def test_a_series_has_at_least_four_candidates(n: int, expected: int) -> None:
    assert n_plm(every(20, n)) == expected


@pytest.mark.parametrize(("imi_s", "expected"), [(9.999, 0), (10.0, 5), (90.0, 5), (90.001, 0)])
def test_intervals_of_a_series_are_ten_to_ninety_seconds(imi_s: float, expected: int) -> None:
    assert n_plm(every(imi_s, 5)) == expected


@pytest.mark.parametrize(("imi_s", "n_series"), [(9.999, 2), (10.0, 1), (90.0, 1), (90.001, 2)])
def test_an_interval_below_ten_or_above_ninety_seconds_ends_the_run(imi_s: float, n_series: int) -> None:
    four = every(25, 4)
    assert measure(scored(kicks(*four, *every(25, 4, four[-1] + imi_s))), "n_series") == n_series


def test_intervals_run_from_onset_to_onset() -> None:
    result = scored(marks(("L", 300, 309), ("L", 310, 311)))
    assert column(result, "imi_ms") == [None, 10_000]


@pytest.mark.parametrize(("duration_s", "n_series"), [(10.0, 1), (10.001, 2)])
def test_a_movement_that_is_no_candidate_ends_the_run(duration_s: float, n_series: int) -> None:
    result = scored(kicks(*every(25, 4)), kicks(400, duration_s=duration_s), kicks(*every(25, 4, 425)))
    assert measure(result, "n_series") == n_series


def test_no_interval_reaches_across_a_movement_that_is_no_candidate() -> None:
    result = scored(kicks(300), kicks(320, duration_s=12), kicks(340, 360))
    assert column(result, "imi_ms") == [None, None, None, 20_000]


SHORT_THEN_FOUR = [*every(20, 4), *every(20, 4, 366)]


def test_a_candidate_after_a_short_interval_may_start_a_run() -> None:
    result = scored(kicks(*SHORT_THEN_FOUR))
    assert column(result, "series_id") == [1] * 4 + [2] * 4
    assert column(result, "imi_ms")[4] == 6_000


def test_a_candidate_after_a_short_interval_may_not_start_a_run_where_the_switch_says_so() -> None:
    assert column(scored(kicks(*SHORT_THEN_FOUR), ruleset=SOMAS_LIKE), "series_id") == [1] * 4 + [None] * 4
    five = scored(kicks(*SHORT_THEN_FOUR, 446), ruleset=SOMAS_LIKE)
    assert column(five, "series_id") == [1] * 4 + [None] + [2] * 4


def test_series_are_numbered_from_one_within_each_night() -> None:
    two = [*every(20, 4), *every(20, 4, 900)]
    result = scored(kicks(*two, night="a"), kicks(*two, night="b"))
    assert result.series["series_id"].to_list() == [1, 2, 1, 2]
    assert result.series["night_id"].to_list() == ["a", "a", "b", "b"]


def test_nothing_reaches_from_one_night_into_the_next() -> None:
    result = scored(kicks(*every(20, 2), night="a"), kicks(*every(20, 2, 340), night="b"))
    assert result.nights["n_plm"].to_list() == [0, 0]
    assert column(result, "imi_ms") == [None, 20_000, None, 20_000]


# Sleep and wake


def test_a_run_crosses_from_wake_into_sleep_and_each_movement_counts_by_its_onset() -> None:
    result = scored(kicks(*every(20, 5, 60)), hypnogram=stages((0, 100, "W"), (100, 3700, "N1")))
    assert measure(result, "n_series") == 1
    assert column(result, "stage") == ["W", "W", "N1", "N1", "N1"]
    assert (measure(result, "n_plmw"), measure(result, "n_plms")) == (2, 3)
    assert result.series["n_in_sleep"].to_list() == [3]


def test_the_stage_is_that_at_the_onset_and_an_epoch_holds_its_start_but_not_its_end() -> None:
    hypnogram = stages((0, 330, "W"), (330, 360, "N2"))
    onsets = (329.999, 330.0, 359.999, 360.0)
    found = [column(scored(kicks(on), hypnogram=hypnogram), "stage") for on in onsets]
    assert found == [["W"], ["N2"], ["N2"], [None]]


def test_a_movement_in_an_unscored_epoch_or_outside_the_hypnogram_is_neither_plms_nor_plmw() -> None:
    hypnogram = stages((0, 310, "N2"), (310, 330, "?"), (330, 350, "W"))
    result = scored(kicks(*every(20, 4)), hypnogram=hypnogram)
    assert column(result, "stage") == ["N2", None, "W", None]
    assert (measure(result, "n_plm"), measure(result, "n_plms"), measure(result, "n_plmw")) == (4, 1, 1)


# Respiration


def _respiratory(end_s: float, ruleset: Ruleset = WASM_2016, start_s: float = 250.0) -> list[bool]:
    """Whether a movement from 300 to 302 goes with an event that ends at ``end_s``."""
    return column(scored(kicks(300), ruleset=ruleset, respiration=spans((start_s, end_s))), "is_respiratory")


@pytest.mark.parametrize(("end_s", "expected"), [(304.001, False), (304.0, True), (289.75, True), (289.749, False)])
def test_option_1_is_any_part_from_2_s_before_to_10_25_s_after_the_end_of_the_event(
    end_s: float, *, expected: bool
) -> None:
    assert _respiratory(end_s) == [expected]


@pytest.mark.parametrize(("end_s", "expected"), [(302.501, False), (302.5, True), (299.5, True), (299.499, False)])
def test_option_2_is_half_a_second_round_the_end_of_the_event(end_s: float, *, expected: bool) -> None:
    assert _respiratory(end_s, OPTION_2) == [expected]


def test_a_movement_during_the_event_but_far_from_its_end_is_not_respiratory() -> None:
    assert _respiratory(330, start_s=290) == [False]


def test_a_long_event_that_began_earlier_is_not_hidden_by_a_short_one() -> None:
    result = scored(kicks(300), respiration=spans((200, 301), (210, 220)))
    assert column(result, "is_respiratory") == [True]


def test_without_a_respiration_channel_nothing_is_known_about_respiration() -> None:
    result = scored(kicks(*every(20, 4)), hypnogram=asleep())
    assert column(result, "is_respiratory") == [None] * 4
    assert column(result, "is_plm_nonrespiratory") == [None] * 4
    assert measure(result, "n_plmsnr") is None


def test_a_respiration_channel_without_events_makes_nothing_respiratory() -> None:
    result = scored(kicks(*every(20, 4)), hypnogram=asleep(), respiration=spans())
    assert column(result, "is_respiratory") == [False] * 4
    assert measure(result, "n_plmsnr") == measure(result, "n_plms") == 4


def test_respiratory_candidates_are_removed_and_runs_formed_anew() -> None:
    onsets = every(30, 8)  # the third to the fifth removed leaves 120 s, which no run crosses
    result = scored(kicks(*onsets), hypnogram=asleep(), respiration=spans(*((on - 20, on) for on in onsets[2:5])))
    assert column(result, "is_plm") == [True] * 8
    assert column(result, "is_plm_nonrespiratory") == [False, False, None, None, None, False, False, False]


def test_removing_a_respiratory_candidate_can_repair_a_run_and_raise_the_index() -> None:
    broken = kicks(300, 330, 360, 366, 390, 420, 450, 480, duration_s=1)
    result = scored(broken, hypnogram=asleep(), respiration=spans((345, 365)))
    # The event's window, 363 to 375.25, touches the fourth alone.
    assert (measure(result, "n_plms"), measure(result, "n_plmsnr")) == (5, 7)


def test_a_respiratory_movement_that_is_no_candidate_still_ends_runs() -> None:
    movements = (kicks(*every(25, 4)), kicks(400, duration_s=12), kicks(*every(25, 4, 425)))
    result = scored(*movements, respiration=spans((380, 401)))
    assert column(result, "is_respiratory") == [False] * 4 + [True] + [False] * 4
    split = scored(kicks(*every(25, 2)), kicks(350, duration_s=12), kicks(375, 400), respiration=spans((340, 351)))
    assert column(split, "is_plm_nonrespiratory") == [False] * 5


# Arousal


@pytest.mark.parametrize(
    ("arousal", "expected"),
    [
        ((302.5, 306), True),
        ((302.501, 306), False),
        ((290, 299.5), True),
        ((290, 299.499), False),
        ((290, 310), True),
        ((300.5, 301), True),
    ],
)
def test_an_arousal_overlaps_the_movement_or_is_at_most_half_a_second_away_in_either_order(
    arousal: tuple[float, float], *, expected: bool
) -> None:
    assert column(scored(kicks(300), arousals=spans(arousal)), "is_arousal") == [expected]


def test_without_an_arousal_channel_nothing_is_known_about_arousals() -> None:
    result = scored(kicks(*every(20, 4)), hypnogram=asleep())
    assert column(result, "is_arousal") == [None] * 4
    assert measure(result, "n_plms_arousal") is None


def test_plm_in_sleep_with_an_arousal_are_counted() -> None:
    hypnogram = stages((0, 310, "W"), (310, 3600, "N2"))
    wakings = spans((300, 303), (321, 324), (361, 364), (900, 903))
    result = scored(kicks(*every(20, 4)), kicks(900), hypnogram=hypnogram, arousals=wakings)
    assert column(result, "is_arousal") == [True, True, False, True, True]
    assert measure(result, "n_plms_arousal") == 2
