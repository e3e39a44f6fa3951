"""Worn or not, by turns, breathing and temperature; and what must not be called unworn."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.criteria import Criteria
from analytics.signal.worn import NotWorn, not_worn
from tests.analytics.signal.stillness import HOUR_US, case_celsius, gravity, movements, sensor
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
#: A sleeper that turns every forty minutes.
TURNS_H = [k * 2 / 3 for k in range(1, 12)]
#: The same, the sensor off and on a nightstand from 3.0 to 3.8 h.
SHORT_H = sorted([*(t for t in TURNS_H if not 3.0 <= t <= 3.8), 3.0, 3.8])
SHORT = (3.0, 3.8)


def said(found: tuple[NotWorn, ...]) -> list[tuple[str, float, float]]:
    return [
        (s.state, round((s.start_us - EVENING_US) / HOUR_US, 1), round((s.end_us - EVENING_US) / HOUR_US, 1))
        for s in found
    ]


def judged(hours: float, turns_h: list[float], **shown: object) -> tuple[NotWorn, ...]:
    celsius = shown.pop("celsius", None)
    more = shown.pop("moved", movements([0.05, *turns_h, hours - 0.05]))
    site = shown.pop("site", "ankle")
    channel = sensor(hours, site=site, celsius=celsius)  # type: ignore[arg-type]
    return not_worn(channel, gravity(hours, turns_h=turns_h, **shown), more, CRITERIA)  # type: ignore[arg-type]


@pytest.mark.parametrize("breath_mg", [0.0, 0.2, 1.0])
def test_a_quiet_sleeper_who_turns_every_forty_minutes_is_worn(breath_mg: float) -> None:
    assert judged(8.0, TURNS_H, breath_mg=breath_mg, noise_mg=0.3) == ()


def test_a_table_with_bumps_is_unworn() -> None:
    bumps = np.arange(1.1, 7.0, 1 / 6).tolist()
    moved = movements([0.2, 0.5, 1.0, *bumps, 7.0, 7.5], long_s=0.4)
    found = judged(8.0, [0.2, 0.5, 1.0, 7.0, 7.5], bumps_h=bumps, moved=moved)
    assert said(found) == [("unworn", 1.0, 7.0)]
    assert found[0].reason == "no turn for 6.0 h"


def test_the_reason_bears_the_length_of_what_was_found_and_not_of_a_part_of_it() -> None:
    """Of two absences with a short handling between them it bore the longer one's, beside the hours of both."""
    found = judged(9.0, [0.2, 0.5, 1.0, 5.0, 5.05, 8.5])
    assert said(found) == [("unworn", 1.0, 8.5)]
    assert found[0].reason == "no turn for 7.5 h"


def test_without_breathing_hours_without_a_turn_are_first_doubtful_and_then_unworn() -> None:
    assert judged(6.0, [0.5, 1.0, 2.4, 3.5, 4.9]) == ()
    assert said(judged(6.0, [0.5, 1.0, 3.5, 4.7])) == [("perhaps_unworn", 1.0, 3.5)]
    assert said(judged(6.0, [0.5, 1.0, 4.5, 5.0])) == [("unworn", 1.0, 4.5)]


def test_a_leg_that_breathes_is_worn_however_long_it_lies() -> None:
    assert judged(8.0, [0.3, 7.5], breath_mg=0.5, noise_mg=0.3) == ()


def test_a_short_absence_is_found_where_breathing_was_seen_all_night() -> None:
    (found,) = judged(8.0, SHORT_H, breath_mg=0.5, noise_mg=0.3, breathing_h=[(0, 3.0), (3.8, 8)])
    assert said((found,)) == [("unworn", 3.0, 3.8)]
    assert "no breathing, which was seen in 11 of 12 other still stretches" in found.reason


def test_a_short_absence_without_breathing_or_thermometer_is_not_guessed() -> None:
    assert judged(8.0, SHORT_H) == ()


def test_breathing_that_shows_in_half_of_the_postures_means_nothing_where_it_is_missed() -> None:
    edges = [0.0, *TURNS_H, 8.0]
    seen = list(zip(edges[::2], edges[1::2], strict=False))
    assert judged(8.0, TURNS_H, breath_mg=0.5, noise_mg=0.3, breathing_h=seen) == ()


def test_a_short_absence_is_found_by_a_sensor_that_grows_as_cold_as_the_room() -> None:
    (found,) = judged(8.0, SHORT_H, celsius=case_celsius(8.0, [SHORT]))
    assert said((found,)) == [("unworn", 3.0, 3.8)]
    assert found.reason.startswith("no turn for 48 min, as cold as a room (falling from 30 to 20 C, where 33 C are")


@pytest.mark.parametrize("hours", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("tau_min", [5.0, 10.0, 15.0])
def test_absences_of_twenty_minutes_and_more_are_found_by_temperature(hours: float, tau_min: float) -> None:
    turns = sorted([*(t for t in TURNS_H if not 3.0 <= t <= 3.0 + hours), 3.0, 3.0 + hours])
    celsius = case_celsius(8.0, [(3.0, 3.0 + hours)], tau_min=tau_min)
    assert said(judged(8.0, turns, celsius=celsius)) == [("unworn", 3.0, 3.0 + hours)]


def test_a_foot_outside_the_blanket_is_worn() -> None:
    assert judged(8.0, SHORT_H, celsius=case_celsius(8.0, [SHORT], off_c=27.5)) == ()


@pytest.mark.parametrize("celsius", [np.full(480, 21.0), np.full(480, 33.0), np.full(480, np.nan)])
def test_a_temperature_that_is_one_value_is_no_evidence(celsius: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert judged(8.0, TURNS_H, celsius=celsius) == ()
    assert said(judged(8.0, [0.5, 1.0, 6.0, 7.0], celsius=celsius))[0][1:] == (1.0, 6.0)


def test_a_breathing_leg_is_worn_even_where_it_is_cold() -> None:
    assert judged(8.0, SHORT_H, breath_mg=0.5, noise_mg=0.3, celsius=case_celsius(8.0, [SHORT])) == ()


def test_warmth_removes_a_doubt_and_makes_a_doubt_of_hours() -> None:
    assert judged(6.0, [0.5, 1.0, 3.5, 4.7], celsius=case_celsius(6.0)) == ()
    assert said(judged(6.0, [0.5, 1.0, 4.5, 5.0], celsius=case_celsius(6.0))) == [("perhaps_unworn", 1.0, 4.5)]


def test_a_hot_bedroom_is_told_from_a_leg_only_by_the_rest() -> None:
    hot = case_celsius(8.0, [(1.0, 6.0)], off_c=29.0)
    assert said(judged(8.0, [0.5, 1.0, 6.0, 7.0], celsius=hot)) == [("unworn", 1.0, 6.0)]


def test_a_series_of_kicks_without_a_turn_is_doubtful_not_unworn() -> None:
    kicks = movements([0.5, 1.0, *np.arange(1.05, 4.95, 1 / 30).tolist(), 5.0, 5.5], long_s=2.0)
    assert said(judged(6.0, [0.5, 1.0, 5.0, 5.5], moved=kicks)) == [("perhaps_unworn", 1.0, 5.0)]


def test_nothing_at_all_before_the_first_or_after_the_last_movement_is_an_absence() -> None:
    moved = movements([0.2, 0.8, 2.0])
    assert judged(2.95, [0.2, 0.8, 2.0], moved=moved) == ()
    assert said(judged(3.2, [0.2, 0.8, 2.0], moved=moved)) == [("perhaps_unworn", 2.0, 3.2)]
    assert said(judged(3.7, [0.2, 0.8, 2.0], moved=moved)) == [("unworn", 2.0, 3.7)]
    assert judged(3.7, [0.2, 0.8, 2.0], moved=moved, breath_mg=0.5, noise_mg=0.3) == ()


def test_a_recording_without_any_movement_is_unworn_from_end_to_end() -> None:
    assert said(judged(5.0, [], moved=[])) == [("unworn", 0.0, 5.0)]


def test_handling_between_two_absences_belongs_to_them() -> None:
    found = judged(8.0, [0.3, 0.5, 3.8, 3.82, 3.85, 7.4, 7.7])
    assert said(found) == [("unworn", 0.5, 7.4)]


def test_a_wrist_is_judged_by_movements_alone() -> None:
    moved = movements([0.1, *np.arange(0.5, 7.8, 0.9).tolist()])
    assert judged(8.0, [0.1, 7.7], site="wrist", moved=moved) == ()
    moved = movements([0.1, 0.5, 4.0, 7.7])
    assert said(judged(8.0, [0.1, 7.7], site="wrist", moved=moved)) == [("unworn", 0.5, 7.7)]


def test_without_samples_nothing_is_said() -> None:
    assert not_worn(sensor(0.01), (), (), CRITERIA) == ()
