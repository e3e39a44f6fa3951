"""Each label's rule, and the order in which they exclude each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.criteria import Criteria
from analytics.model import Event, Label, Movement, Shape, SleepState
from analytics.nights.labels import SleepThen, label, labelled
from analytics.sleep.estimate import NO_SLEEP
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
JERKS, MOMENTS = CRITERIA.jerks, SleepThen(NO_SLEEP, CRITERIA)
LEAD = Movement(1, "r", "ankle", "left", EVENING_US, EVENING_US + 2_000_000, 0.1, 0.008, 0.4, 0.0, 2, "leg_movement")
EVENT = Event(
    movement_no=1,
    parts=(1,),
    lead=1,
    leg="left",
    onset_us=EVENING_US,
    offset_us=EVENING_US + 2_000_000,
    is_lm=True,
    is_clm=True,
    is_plm=False,
    imi_s=None,
    series_no=None,
    sleep_state="sleep",
    label="isolated",
    p_near_onset=0.0,
    confidence=0.0,
)


def name(
    event: Event,
    shape: Shape = "leg_movement",
    *,
    state: SleepState = "sleep",
    chance: float = 0.0,
    is_short: bool = False,
) -> Label:
    return label(event, replace(LEAD, shape=shape), state=state, chance=chance, is_short=is_short, jerks=JERKS)


@pytest.mark.parametrize("shape", ["posture_change", "rhythmic", "large_movement"])
def test_a_shape_that_can_be_no_leg_movement_is_its_own_label(shape: Shape) -> None:
    assert name(replace(EVENT, is_plm=True), shape) == shape


def test_a_movement_of_a_series_is_periodic_even_when_it_looks_like_a_jerk_near_the_onset() -> None:
    assert name(replace(EVENT, is_plm=True), "brief_jerk", chance=0.9) == "periodic"


def test_a_brief_jerk_is_hypnic_where_that_is_the_likelier() -> None:
    assert name(EVENT, "brief_jerk", chance=JERKS.min_chance) == "hypnic_jerk"
    assert name(EVENT, "brief_jerk", chance=JERKS.min_chance - 1e-6) == "isolated"


def test_the_confidence_of_a_hypnic_jerk_is_how_likely_it_is_one() -> None:
    jerk = replace(LEAD, shape="brief_jerk")
    (event,) = labelled([EVENT], {1: jerk}, MOMENTS, CRITERIA, chances={1: 0.83}, short_imi_s=10.0)
    assert (event.label, event.confidence) == ("hypnic_jerk", 0.83)


@pytest.mark.parametrize(("state", "expected"), [("wake", "wake"), ("sleep", "isolated"), ("unknown", "isolated")])
def test_a_single_movement_is_isolated_unless_known_to_be_awake(state: SleepState, expected: Label) -> None:
    assert name(EVENT, state=state) == expected


def test_a_leg_movement_too_long_for_a_candidate_is_a_large_movement() -> None:
    assert name(replace(EVENT, is_clm=False)) == "large_movement"


def test_both_movements_of_a_short_interval_are_called_so() -> None:
    second = replace(EVENT, movement_no=2, onset_us=EVENING_US + 5_000_000, offset_us=EVENING_US + 6_000_000, imi_s=5.0)
    third = replace(EVENT, movement_no=3, onset_us=EVENING_US + 35_000_000, imi_s=30.0)
    found = labelled([EVENT, second, third], {1: LEAD}, MOMENTS, CRITERIA, chances={}, short_imi_s=10.0)
    assert [e.label for e in found] == ["short_interval", "short_interval", "isolated"]


def test_no_events_give_no_labels() -> None:
    assert labelled([], {}, MOMENTS, CRITERIA, chances={}, short_imi_s=10.0) == ()


def test_confidence_grows_with_the_distance_from_the_noise_and_stays_between_0_and_1() -> None:
    faint = replace(LEAD, peak_g=0.009)
    strong = replace(LEAD, peak_g=1.0)
    found = [
        labelled([EVENT], {1: lead}, MOMENTS, CRITERIA, chances={}, short_imi_s=10.0)[0] for lead in (faint, strong)
    ]
    assert 0 <= found[0].confidence < found[1].confidence <= 1
