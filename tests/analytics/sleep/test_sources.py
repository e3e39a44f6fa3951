"""Sleep period, onset with its doubt, and bouts, from made-up inclination changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.signal.angles import Epochs
from analytics.sleep.diary import Diary
from analytics.sleep.estimate import SleepEstimate, p_near_onset, transitions
from analytics.sleep.sources import estimate_sleep
from ingest.recording import SleepStage, SleepWindow, StageSpan
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
STEP_US = 5_000_000
MINUTE_US = 60_000_000


def epochs_of(*parts: tuple[float, float]) -> Epochs:
    """Minutes and degrees of change per epoch, one after another."""
    change = np.concatenate([np.full(round(minutes * 12), degrees) for minutes, degrees in parts])
    jitter = np.random.default_rng(0).uniform(0.8, 1.2, len(change))
    return Epochs(EVENING_US, STEP_US, change * jitter)


def minutes(time_us: int | None) -> float:
    assert time_us is not None
    return (time_us - EVENING_US) / MINUTE_US


ORDINARY = epochs_of((60, 8.0), (480, 0.02), (30, 8.0))


def by_motion(found: Epochs) -> SleepEstimate:
    return estimate_sleep(found, stages=(), diary=None, criteria=CRITERIA)


def test_a_still_night_between_two_restless_stretches_is_the_sleep_period() -> None:
    sleep = by_motion(ORDINARY)
    assert sleep.source == "accelerometer"
    assert minutes(sleep.in_bed_us) == pytest.approx(60, abs=3)
    assert minutes(sleep.wake_us) == pytest.approx(540, abs=3)


def test_the_onset_is_corrected_for_still_wakefulness_that_no_sensor_sees() -> None:
    sleep = by_motion(ORDINARY)
    assert minutes(sleep.onset_us) == pytest.approx(60 + CRITERIA.sleep.onset_bias_min, abs=3)
    assert sleep.onset_sd_min == CRITERIA.sleep.onset_sd_min


def test_a_still_evening_before_bed_widens_the_doubt_about_the_onset() -> None:
    sofa = epochs_of((90, 0.6), (5, 9.0), (450, 0.02), (20, 9.0))
    assert by_motion(sofa).onset_sd_min == CRITERIA.sleep.onset_sd_still_min


def test_a_walk_soon_after_the_first_rest_makes_both_onsets_possible() -> None:
    sofa_then_bed = epochs_of((60, 8.0), (90, 0.02), (5, 9.0), (400, 0.02), (20, 9.0))
    sleep = by_motion(sofa_then_bed)
    assert minutes(sleep.in_bed_us) == pytest.approx(60, abs=3)
    assert sleep.onset_sd_min == pytest.approx(95, abs=5)


def test_getting_up_late_in_the_night_says_nothing_about_the_onset() -> None:
    sleep = by_motion(epochs_of((60, 8.0), (240, 0.02), (5, 9.0), (200, 0.02), (20, 9.0)))
    assert sleep.onset_sd_min == CRITERIA.sleep.onset_sd_min


def test_a_night_in_two_parts_is_one_night_with_wake_between() -> None:
    split = by_motion(epochs_of((60, 8.0), (180, 0.02), (150, 9.0), (240, 0.02), (30, 8.0)))
    assert [b.state for b in split.bouts] == ["wake", "sleep", "wake", "sleep"]
    assert split.hours("sleep") == pytest.approx((180 + 240 - CRITERIA.sleep.onset_bias_min) / 60, abs=0.2)


@pytest.mark.parametrize(("nap_min", "apart_min"), [(60, 150), (180, 260)])
def test_a_nap_and_a_rest_far_away_are_no_part_of_the_night(nap_min: float, apart_min: float) -> None:
    sleep = by_motion(epochs_of((60, 8.0), (nap_min, 0.02), (apart_min, 9.0), (300, 0.02), (30, 8.0)))
    assert minutes(sleep.in_bed_us) == pytest.approx(60 + nap_min + apart_min, abs=3)


def test_bouts_run_from_bed_to_waking_without_holes_or_overlap() -> None:
    bouts = by_motion(epochs_of((60, 8.0), (200, 0.02), (20, 9.0), (250, 0.02), (30, 8.0))).bouts
    assert all(a.end_us == b.start_us and a.state != b.state for a, b in pairwise(bouts))
    assert [b.state for b in bouts] == ["wake", "sleep", "wake", "sleep"]


def test_a_restless_quarter_of_an_hour_inside_the_night_is_wake() -> None:
    sleep = by_motion(epochs_of((60, 8.0), (200, 0.02), (15, 9.0), (250, 0.02), (30, 8.0)))
    assert sleep.state_at(EVENING_US + round(267 * MINUTE_US)) == "wake"
    assert sleep.state_at(EVENING_US + round(300 * MINUTE_US)) == "sleep"


def test_a_rest_too_short_for_a_night_is_no_sleep_period() -> None:
    sleep = by_motion(epochs_of((60, 8.0), (100, 0.02), (60, 8.0)))
    assert sleep.source == "none"
    assert sleep.state_at(EVENING_US) == "unknown"
    assert sleep.hours("sleep") == 0


def test_an_evening_without_a_single_recorded_epoch_is_no_sleep_period() -> None:
    assert by_motion(Epochs(EVENING_US, STEP_US, np.full(5000, np.nan))).source == "none"
    assert by_motion(Epochs(EVENING_US, STEP_US, np.empty(0))).source == "none"


def stage(name: SleepStage, start_min: float, end_min: float) -> StageSpan:
    return StageSpan(EVENING_US + round(start_min * MINUTE_US), EVENING_US + round(end_min * MINUTE_US), name)


STAGES = (stage("wake", 50, 75), stage("light", 75, 300), stage("wake", 300, 310), stage("rem", 310, 500))


def test_stages_of_the_device_take_precedence_over_the_accelerometer() -> None:
    sleep = estimate_sleep(ORDINARY, stages=STAGES, diary=None, criteria=CRITERIA)
    assert sleep.source == "fit"
    assert minutes(sleep.onset_us) == 75
    assert minutes(sleep.wake_us) == 500
    assert sleep.hours("sleep") == pytest.approx((225 + 190) / 60)


def test_a_hole_between_stages_is_unknown_and_not_sleep() -> None:
    holed = (stage("light", 75, 200), stage("light", 260, 400))
    sleep = estimate_sleep(ORDINARY, stages=holed, diary=None, criteria=CRITERIA)
    assert sleep.state_at(EVENING_US + 230 * MINUTE_US) == "unknown"
    assert sleep.hours("unknown") == pytest.approx(1.0)


def test_stages_without_any_sleep_say_nothing_and_the_accelerometer_is_asked() -> None:
    sleep = estimate_sleep(ORDINARY, stages=(stage("wake", 0, 600),), diary=None, criteria=CRITERIA)
    assert sleep.source == "accelerometer"


def test_a_diary_takes_precedence_over_stages() -> None:
    diary = Diary(EVENING_US + 70 * MINUTE_US, EVENING_US + 530 * MINUTE_US)
    sleep = estimate_sleep(ORDINARY, stages=STAGES, diary=diary, criteria=CRITERIA)
    assert sleep.source == "diary"
    assert sleep.in_bed_us == diary.lights_off_us
    assert minutes(sleep.onset_us) == pytest.approx(70 + CRITERIA.sleep.onset_bias_diary_min, abs=1)
    assert sleep.onset_sd_min == CRITERIA.sleep.onset_sd_diary_min


def test_a_diary_night_without_stillness_has_no_onset() -> None:
    restless = epochs_of((600, 9.0))
    diary = Diary(EVENING_US + 70 * MINUTE_US, EVENING_US + 530 * MINUTE_US)
    sleep = estimate_sleep(restless, stages=(), diary=diary, criteria=CRITERIA)
    assert sleep.onset_us is None
    assert sleep.hours("sleep") == 0


def test_nearness_to_the_onset_is_a_probability_that_falls_with_distance() -> None:
    sleep = by_motion(ORDINARY)
    assert sleep.onset_us is not None
    near = [p_near_onset(sleep.onset_us + round(m * MINUTE_US), sleep, CRITERIA) for m in (0, 5, 10, 15, 60)]
    assert near == sorted(near, reverse=True)
    # +-5 min of a normal distribution with an SD of 15 min hold 26 % of its mass.
    assert near[0] == pytest.approx(0.261, abs=0.002)
    assert near[-1] == 0.0


def test_a_return_to_sleep_is_a_transition_too() -> None:
    sleep = by_motion(epochs_of((60, 8.0), (200, 0.02), (20, 9.0), (250, 0.02), (30, 8.0)))
    assert len(transitions(sleep, CRITERIA)) == 2
    assert p_near_onset(EVENING_US + 281 * MINUTE_US, sleep, CRITERIA) > 0.3


def test_without_a_period_nothing_is_near_the_onset() -> None:
    assert p_near_onset(EVENING_US, SleepEstimate("none"), CRITERIA) == 0.0


@given(st.lists(st.tuples(st.floats(1, 200), st.sampled_from([0.02, 0.3, 2.0, 9.0])), min_size=1, max_size=12))
def test_whatever_the_night_bouts_are_ordered_and_sleep_lies_inside_the_period(
    parts: list[tuple[float, float]],
) -> None:
    sleep = by_motion(epochs_of(*parts))
    assert all(b.end_us > b.start_us for b in sleep.bouts)
    assert all(a.end_us == b.start_us for a, b in pairwise(sleep.bouts))
    if sleep.onset_us is not None and sleep.wake_us is not None:
        asleep = [b for b in sleep.bouts if b.state == "sleep"]
        assert all(sleep.onset_us <= b.start_us and b.end_us <= sleep.wake_us for b in asleep)


def window(start_min: float, end_min: float) -> SleepWindow:
    return SleepWindow(EVENING_US + round(start_min * MINUTE_US), EVENING_US + round(end_min * MINUTE_US))


def by_window(found: Epochs, *windows: SleepWindow) -> SleepEstimate:
    return estimate_sleep(found, stages=(), windows=windows, diary=None, criteria=CRITERIA)


def test_a_sleep_window_of_the_device_says_when_and_the_accelerometer_what_was_wake_inside() -> None:
    sleep = by_window(epochs_of((60, 8.0), (200, 0.02), (20, 8.0), (260, 0.02), (30, 8.0)), window(70, 530))
    assert sleep.source == "fit"
    assert (minutes(sleep.onset_us), minutes(sleep.wake_us)) == (70, 530)
    assert sleep.onset_sd_min == CRITERIA.sleep.onset_sd_stages_min
    assert sleep.hours("wake") == pytest.approx(20 / 60, abs=0.02)
    assert sleep.hours("sleep") == pytest.approx(440 / 60, abs=0.02)


@pytest.mark.parametrize(("restless_min", "wake_min"), [(4.9, 0), (5.1, 5.1)])
def test_five_restless_minutes_inside_a_window_are_wake(restless_min: float, wake_min: float) -> None:
    found = epochs_of((60, 0.02), (restless_min, 8.0), (60, 0.02))
    assert by_window(found, window(0, 120)).hours("wake") * 60 == pytest.approx(wake_min, abs=0.1)


def test_the_longest_window_is_the_night_and_the_others_are_naps() -> None:
    assert minutes(by_window(ORDINARY, window(5, 30), window(70, 530), window(532, 550)).onset_us) == 70


def test_stages_and_diary_go_before_a_window() -> None:
    diary = Diary(EVENING_US + 60 * MINUTE_US, EVENING_US + 500 * MINUTE_US)
    staged = [StageSpan(EVENING_US + 80 * MINUTE_US, EVENING_US + 400 * MINUTE_US, "deep")]
    found = estimate_sleep(ORDINARY, stages=staged, windows=[window(70, 530)], diary=None, criteria=CRITERIA)
    assert minutes(found.onset_us) == 80
    found = estimate_sleep(ORDINARY, stages=(), windows=[window(70, 530)], diary=diary, criteria=CRITERIA)
    assert found.source == "diary"


def test_a_window_that_was_restless_from_end_to_end_is_not_believed() -> None:
    sleep = by_window(ORDINARY, window(5, 50))
    assert sleep.source == "accelerometer"


@pytest.mark.parametrize("source", ["stages", "window"])
def test_sleep_that_no_sensor_recorded_is_unknown_whoever_saw_it(source: str) -> None:
    # Six hours recorded, the watch saw eight: an index per hour of sleep knows six.
    found = epochs_of((360, 0.02))
    span = window(0, 480)
    sleep = (
        by_window(found, span)
        if source == "window"
        else estimate_sleep(
            found, stages=[StageSpan(span.start_us, span.end_us, "deep")], diary=None, criteria=CRITERIA
        )
    )
    assert sleep.hours("sleep") == pytest.approx(6)
    assert sleep.hours("unknown") == pytest.approx(2)
    assert minutes(sleep.wake_us) == 480


def test_a_diary_that_goes_on_after_the_recording_has_no_wake_there() -> None:
    diary = Diary(EVENING_US + 60 * MINUTE_US, EVENING_US + 700 * MINUTE_US)
    sleep = estimate_sleep(ORDINARY, stages=(), diary=diary, criteria=CRITERIA)
    assert sleep.hours("unknown") * 60 == pytest.approx(130)
    assert sleep.hours("wake") * 60 < 45
