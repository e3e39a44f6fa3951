"""Findings over nights: how often, how evenly, in which direction, and which signs were seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from analytics.flag import FlagName
from analytics.nights.patterns import (
    NightFacts,
    Sign,
    clinician_signs,
    is_pattern,
    nights_with,
    on_nights,
    spread,
    trend,
)
from analytics.said import JournalEntry

FIRST = date(2026, 3, 2)


def nights(
    *index: float | None, flag: FlagName = "possible_plmd", above: float = 15.0, in_bed_h: float = 8.0
) -> list[NightFacts]:
    """Consecutive nights; an index of None is a night that could not be assessed."""
    return [
        NightFacts(
            FIRST + timedelta(days=k),
            assessable=value is not None,
            plms_index=value,
            flags=frozenset({flag}) if value is not None and value > above else frozenset(),
            in_bed_h=in_bed_h,
        )
        for k, value in enumerate(index)
    ]


def noted(kind: str, *values: float) -> list[JournalEntry]:
    return [JournalEntry("me", FIRST + timedelta(days=k), kind, value) for k, value in enumerate(values)]


def sign(name: str, facts: list[NightFacts], journal: list[JournalEntry]) -> Sign:
    return next(s for s in clinician_signs(facts, journal) if name in s.name)


def test_nights_that_cannot_be_assessed_are_no_nights_without_the_pattern() -> None:
    assert nights_with("possible_plmd", nights(20, None, 3, 30)) == (2, 3)


@pytest.mark.parametrize(
    ("index", "told"), [((20, 20), False), ((20, 3, 3), False), ((20, 20, 3), True), ((20, 20, None), False)]
)
def test_a_pattern_takes_two_nights_of_at_least_three(index: tuple[float | None, ...], told: bool) -> None:  # noqa: FBT001
    assert is_pattern("possible_plmd", nights(*index)) is told


def test_the_spread_is_told_over_assessable_nights() -> None:
    found = spread(nights(10, None, 30, 14))
    assert found is not None
    assert (found.n_nights, found.median, found.low, found.high) == (3, 14, 10, 30)
    assert spread(nights(None)) is None


def test_six_nights_show_no_trend_and_seven_may() -> None:
    assert trend(nights(1, 2, 3, 4, 5, 6)) is None
    rising = trend(nights(1, 2, 3, 4, 5, 6, 7))
    assert rising is not None
    assert rising.per_week == pytest.approx(7)
    assert rising.is_clear


def test_a_trend_is_that_of_the_newest_year() -> None:
    found = trend(nights(*[50] * 1_000, *range(366)))
    assert found is not None
    assert found.n_nights == 366
    assert (found.low, found.high) == pytest.approx((7, 7))


def test_nights_that_differ_by_chance_show_no_clear_trend() -> None:
    found = [trend(nights(*np.random.default_rng(k).normal(30, 8, 14))) for k in range(200)]
    assert sum(t is not None and t.is_clear for t in found) <= 16  # 5 % of 200, and as much again by chance


@given(st.lists(st.floats(0, 100), min_size=7, max_size=40))
def test_slope_and_interval_are_those_of_scipy_s_theil_sen(index: list[float]) -> None:
    found = trend(nights(*index))
    assert found is not None
    weeks = np.arange(len(index)) / 7
    slope, _, low, high = theilslopes(index, weeks, alpha=0.95)
    assert found.per_week == pytest.approx(slope, abs=1e-9)
    assert found.low <= low + 1e-9  # ours goes one pair outwards, and knows no ties
    assert found.high >= high - 1e-9


def test_what_no_sensor_can_tell_is_not_known_until_it_is_written_down() -> None:
    for name in ("urge", "pain", "tingling", "beyond one limb", "daytime", "sleepy by day"):
        assert sign(name, nights(3, 3, 3), []).state == "not known"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("urge", "urge_to_move"),
        ("pain", "leg_pain"),
        ("tingling", "numbness"),
        ("beyond one limb", "other_limbs"),
        ("daytime", "daytime_jerks"),
    ],
)
def test_a_symptom_counts_as_seen_on_any_day_above_zero(name: str, kind: str) -> None:
    seen = sign(name, nights(3), noted(kind, 0, 0, 1))
    assert (seen.state, seen.says.startswith("written down on 1 of 3 days")) == ("seen", True)
    assert sign(name, nights(3), noted(kind, 0, 0)).state == "not seen"


def test_sleepiness_counts_only_with_enough_time_in_bed() -> None:
    journal = noted("daytime_sleepiness", 6, 7, 1)
    assert sign("sleepy", nights(3, 3, in_bed_h=7.5), journal).state == "seen"
    assert sign("sleepy", nights(3, 3, in_bed_h=5.5), journal).state == "not seen"
    assert sign("sleepy", nights(3, 3, in_bed_h=7.5), noted("daytime_sleepiness", 6, 1, 1)).state == "not seen"


def test_kicks_are_seen_by_a_partner_or_by_the_sensor() -> None:
    assert sign("partner", nights(20, 20, 20), []).state == "seen"
    assert sign("partner", nights(3, 3, 3), noted("partner_saw_kicks", 1)).state == "seen"
    assert sign("partner", nights(3, 3, 3), noted("partner_saw_kicks", 0)).state == "not seen"
    assert sign("partner", nights(None), []).state == "not known"


def test_few_nights_are_called_few() -> None:
    jerky = nights(20, 20, 20, flag="frequent_hypnic_jerks")
    assert "few nights" in sign("several jerks", jerky, []).says
    assert "few nights" not in sign("several jerks", nights(20, 20, 20, 3, 3, flag="frequent_hypnic_jerks"), []).says


@pytest.mark.parametrize("n", [1, 2])
def test_on_fewer_nights_than_a_pattern_takes_its_absence_is_not_known(n: int) -> None:
    assert sign("several jerks", nights(*[3] * n, flag="frequent_hypnic_jerks"), []).state == "not known"
    assert sign("several jerks", nights(3, 3, 3, flag="frequent_hypnic_jerks"), []).state == "not seen"


@pytest.mark.parametrize("index", [(3,), (3, 3, 3), (3,) * 9])
def test_a_partner_who_was_never_asked_did_not_say_no(index: tuple[float, ...]) -> None:
    found = sign("partner", nights(*index), [])
    assert found.state == "not known"
    assert "note it in the journal as partner_saw_kicks" in found.says


def test_of_several_symptoms_those_that_were_never_noted_are_named() -> None:
    assert sign("tingling", nights(3), noted("numbness", 0)).says.endswith("; tingling and weakness not")
    assert sign("tingling", nights(3), noted("numbness", 1)).says == "written down on 1 of 1 days"


def test_nights_on_which_a_flag_could_not_be_told_do_not_count() -> None:
    told = nights(20, 20, 3)
    untold = [replace(night, untold=frozenset({"possible_plmd"})) for night in nights(3, 3)]
    assert nights_with("possible_plmd", [*told, *untold]) == (2, 3)
    assert nights_with("possible_rls", [*told, *untold]) == (0, 5)
    assert on_nights(2, 3, 5) == "on 2 of 3 nights on which it could be told"
