"""AASM manual, rule by rule, each boundary from both sides. Times in seconds; sources: `analytics.scoring.rulesets`."""

from __future__ import annotations

from functools import partial

import pytest

from analytics.scoring.rulesets import AASM, derive
from tests.analytics.scoring.event_lists import asleep, column, every, kicks, marks, measure, n_plm, spans, stages
from tests.analytics.scoring.event_lists import scored as scored_by

SHORT_ENDS = derive(AASM, "short-ends", {"short_imi": "ends_run"})


scored = partial(scored_by, ruleset=AASM)


@pytest.mark.parametrize(("duration_s", "n_lm"), [(0.499, 0), (0.5, 1), (10.0, 1), (10.001, 0)])
def test_a_leg_movement_lasts_half_a_second_to_ten_seconds(duration_s: float, n_lm: int) -> None:
    result = scored(kicks(300, duration_s=duration_s))
    assert (measure(result, "n_lm"), measure(result, "n_clm")) == (n_lm, n_lm)


def test_what_lasts_longer_than_ten_seconds_is_no_leg_movement_and_ends_no_series() -> None:
    result = scored(kicks(*every(25, 3)), kicks(375, duration_s=10.001), kicks(*every(25, 3, 380)))
    assert (measure(result, "n_lm"), measure(result, "n_series"), measure(result, "n_plm")) == (6, 1, 6)


@pytest.mark.parametrize(("distance_s", "sides"), [(0.0, ["B"]), (4.999, ["B"]), (5.0, ["L", "R"])])
def test_legs_with_onsets_less_than_five_seconds_apart_are_one_movement(distance_s: float, sides: list[str]) -> None:
    assert column(scored(marks(("L", 300, 301), ("R", 300 + distance_s, 301 + distance_s))), "side") == sides


def test_the_end_of_the_first_leg_does_not_matter_for_joining() -> None:
    assert column(scored(marks(("L", 300, 308), ("R", 305, 306))), "side") == ["L", "R"]


def test_joined_legs_are_a_movement_whatever_their_whole_duration() -> None:
    result = scored(marks(("L", 300, 310), ("R", 304.999, 314.999)))
    assert result.movements.select("onset_ms", "offset_ms", "is_clm").rows() == [(300_000, 314_999, True)]


def test_joining_is_carried_on_from_leg_to_leg() -> None:
    result = scored(marks(("L", 300, 301), ("R", 304, 305), ("L", 308, 309), ("R", 313, 314)))
    assert column(result, "n_mono") == [3, 1]


def test_movements_of_one_leg_are_not_joined_but_a_leg_that_is_near_both_joins_them() -> None:
    one_leg = marks(("L", 300, 301), ("L", 304, 305))
    assert column(scored(one_leg), "side") == ["L", "L"]
    assert column(scored(one_leg, marks(("R", 304.5, 305))), "n_mono") == [3]


def test_marks_of_one_leg_are_not_merged() -> None:
    assert measure(scored(marks(("L", 300, 301), ("L", 301.2, 302))), "n_lm") == 2


@pytest.mark.parametrize(("n", "expected"), [(3, 0), (4, 4)])
def test_a_series_has_at_least_four_movements(n: int, expected: int) -> None:
    assert n_plm(every(20, n), AASM) == expected


@pytest.mark.parametrize(("imi_s", "expected"), [(5.0, 5), (90.0, 5), (90.001, 0)])
def test_intervals_of_a_series_are_five_to_ninety_seconds(imi_s: float, expected: int) -> None:
    assert n_plm(every(imi_s, 5), AASM) == expected


@pytest.mark.parametrize(("extra_s", "expected"), [(304.999, False), (305.0, True)])
def test_a_movement_less_than_five_seconds_after_another_is_passed_over(extra_s: float, *, expected: bool) -> None:
    result = scored(kicks(300, extra_s, 330, 360, 390, duration_s=1))
    assert column(result, "is_plm") == [True, expected, True, True, True]
    from_the_last_that_counts = 30_000 if not expected else 25_000
    assert column(result, "imi_ms")[2] == from_the_last_that_counts


def test_in_a_crowd_each_movement_is_measured_from_the_last_one_that_stayed() -> None:
    result = scored(kicks(*every(2, 7), duration_s=0.5))
    assert column(result, "is_plm") == [False] * 7
    assert column(result, "imi_ms") == [None, 2_000, 4_000, 6_000, 2_000, 4_000, 6_000]
    assert n_plm(every(2, 10), AASM) == 4


def test_a_short_interval_ends_the_series_where_the_switch_says_so() -> None:
    short = [*every(20, 4), *every(20, 4, 364)]
    assert measure(scored(kicks(*short)), "n_series") == 1
    ended = scored_by(kicks(*short), ruleset=SHORT_ENDS)
    assert column(ended, "series_id") == [1] * 4 + [2] * 4


def test_movements_in_wake_are_not_scored() -> None:
    result = scored(kicks(*every(20, 6)), hypnogram=stages((0, 339, "W"), (339, 3600, "N2")))
    assert column(result, "is_clm") == [False, False, True, True, True, True]
    assert (measure(result, "n_plms"), measure(result, "n_plm")) == (4, 4)
    assert (measure(result, "n_plmw"), measure(result, "plmw_index")) == (None, None)


def test_wake_of_less_than_ninety_seconds_does_not_end_a_series_and_longer_wake_does() -> None:
    def n_series(wake_s: float) -> int:
        hypnogram = stages((0, 345, "N2"), (345, 345 + wake_s, "W"), (345 + wake_s, 3600, "N2"))
        found = measure(scored(kicks(300, 344, *every(20, 3, 345 + wake_s)), hypnogram=hypnogram), "n_series")
        assert isinstance(found, int)
        return found

    assert n_series(89.0) == 1
    assert n_series(90.0) == 0  # 91 s between the onsets: 2 | 3


def test_a_movement_of_unknown_stage_may_be_periodic_but_is_not_counted_as_in_sleep() -> None:
    result = scored(kicks(*every(20, 4)), hypnogram=stages((0, 350, "N2")))
    assert (measure(result, "n_plm"), measure(result, "n_plms")) == (4, 3)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ((302.5, 320), True),
        ((302.501, 320), False),
        ((280, 299.5), True),
        ((280, 299.499), False),
        ((280, 330), True),
    ],
)
def test_a_movement_from_half_a_second_before_to_half_a_second_after_a_respiratory_event_is_not_scored(
    event: tuple[float, float], *, expected: bool
) -> None:
    result = scored(kicks(300), respiration=spans(event))
    assert column(result, "is_respiratory") == [expected]
    assert column(result, "is_clm") == [not expected]


def test_what_is_not_scored_for_respiration_counts_neither_with_nor_without() -> None:
    result = scored(kicks(*every(20, 5)), hypnogram=asleep(), respiration=spans((335, 345)))
    assert column(result, "is_plm") == [True, True, False, True, True]
    assert column(result, "is_plm_nonrespiratory") == [True, True, None, True, True]
    assert measure(result, "n_plms") == measure(result, "n_plmsnr") == 4


@pytest.mark.parametrize(
    ("arousal", "expected"),
    [((302.499, 306), True), ((302.5, 306), False), ((290, 299.501), True), ((290, 299.5), False)],
)
def test_an_arousal_is_less_than_half_a_second_away(arousal: tuple[float, float], *, expected: bool) -> None:
    assert column(scored(kicks(300), arousals=spans(arousal)), "is_arousal") == [expected]
