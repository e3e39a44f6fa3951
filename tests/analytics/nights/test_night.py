"""A whole night, from samples to flags, on signals made without the simulator."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from analytics.model import Night
from analytics.simulate.legs import LegClock
from analytics.sleep.diary import Diary
from ingest.errors import UsageError
from ingest.recording import StageSpan
from tests.analytics.signals import EVENING_US, add_jerk, add_kick, channel, night_of_kicks
from tests.analytics.whole_nights import CRITERIA, HOUR_S, PERIODIC_S, Signal, analysed, flag, states


def test_kicks_every_27_s_are_found_counted_and_flagged(periodic_night: Night) -> None:
    measures = periodic_night.scores[0].measures
    assert measures.n_plms == pytest.approx(len(PERIODIC_S), abs=4)
    assert measures.median_imi_s == pytest.approx(27.0, abs=0.1)
    assert measures.n_series == 7
    assert flag(periodic_night, "possible_plmd").raised


def test_the_index_is_periodic_movements_in_sleep_per_hour_of_sleep(periodic_night: Night) -> None:
    score = periodic_night.scores[0]
    counted = sum(e.is_plm and e.sleep_state == "sleep" for e in score.events)
    assert periodic_night.tst_h is not None
    assert score.measures.n_plms == counted
    assert score.measures.plms_index == pytest.approx(counted / periodic_night.tst_h, rel=1e-6)


def test_turning_over_is_never_counted_as_a_leg_movement_candidate(calm_night: Night) -> None:
    labels = Counter(e.label for e in calm_night.scores[0].events)
    assert labels["posture_change"] > 100
    assert not any(e.is_clm for e in calm_night.scores[0].events if e.label == "posture_change")


def test_jerks_half_a_minute_apart_at_the_onset_are_no_periodic_series(calm: Signal) -> None:
    at_s, xyz = calm[0], calm[1].copy()
    for onset_s in (2200.0, 2240.0, 2290.0, 2330.0, 2375.0):
        add_jerk(at_s, xyz, onset_s)
    night = analysed([channel(at_s, xyz)])
    assert night.n_hypnic_jerks == 5
    assert night.scores[0].measures.n_plms == 0


def test_a_kick_held_for_nine_seconds_is_one_movement(calm: Signal) -> None:
    at_s, xyz = calm[0], calm[1].copy()
    add_kick(at_s, xyz, 5 * HOUR_S, peak_mg=120, long_s=9.0)
    night = analysed([channel(at_s, xyz)])
    (event,) = [e for e in night.scores[0].events if abs((e.onset_us - EVENING_US) / 1e6 - 5 * HOUR_S) < 15]
    assert (event.offset_us - event.onset_us) / 1e6 == pytest.approx(9.0, abs=0.5)


def test_a_jerk_in_the_middle_of_the_night_is_isolated_and_not_hypnic(calm: Signal) -> None:
    at_s, xyz = calm[0], calm[1].copy()
    add_jerk(at_s, xyz, 5 * HOUR_S)
    night = analysed([channel(at_s, xyz)])
    (event,) = [e for e in night.scores[0].events if abs((e.onset_us - EVENING_US) / 1e6 - 5 * HOUR_S) < 1]
    assert event.label == "isolated"
    assert night.n_hypnic_jerks == 0


@pytest.mark.parametrize("site", ["wrist", "unknown"])
def test_away_from_the_leg_there_is_no_index_no_series_and_no_plmd_flag(kicking: Signal, site: str) -> None:
    sensor = replace(channel(*kicking), site=site)  # type: ignore[arg-type]  # parametrised literals
    night = analysed([sensor])
    score = night.scores[0]
    assert not night.assessable
    assert night.not_assessable_reason is not None
    assert score.measures.plms_index is None
    assert score.series == ()
    assert not any(e.is_plm or e.label == "periodic" for e in score.events)
    assert not flag(night, "possible_plmd").raised
    assert states(flag(night, "possible_plmd"))["worn on the foot or ankle"] == "not measurable"
    assert night.tier == "D"


def test_a_thigh_gives_series_and_a_lower_tier_but_no_flag(kicking: Signal) -> None:
    night = analysed([channel(*kicking, site="thigh")])
    assert (night.scores[0].measures.n_plms or 0) > 100
    assert night.tier == "C"
    assert not flag(night, "possible_plmd").raised


def test_two_legs_kicking_together_are_counted_once(kicking: Signal) -> None:
    at_s, xyz = kicking
    right = xyz + np.random.default_rng(5).normal(0, 0.002, xyz.shape)
    night = analysed([channel(at_s, xyz), channel(at_s, right, side="right", recording="b" * 64)])
    assert night.legs == "both"
    assert night.scores[0].measures.n_plms == pytest.approx(len(PERIODIC_S), abs=4)
    assert Counter(e.leg for e in night.scores[0].events if e.is_plm)["both"] > 0.9 * len(PERIODIC_S)


def test_kicks_of_both_legs_are_counted_once_although_one_clock_is_off() -> None:
    # Intervals vary as in real series; those of a metronome would fit each other one kick later just as well.
    rng = np.random.default_rng(3)
    onsets_s = [start + t for start in range(5100, 25000, 3000) for t in np.cumsum(rng.lognormal(3.26, 0.33, 25))]
    at_s, xyz = night_of_kicks(onsets_s)
    clock = LegClock(behind_s=3.0, drift_ppm=40)
    noise = rng.normal(0, 0.002, xyz.shape)  # its own: two sensors with the same noise are one
    right = channel(at_s, xyz + noise, side="right", recording="b" * 64)
    late = replace(right, time_us=clock.shown_us(EVENING_US, at_s))
    together, apart = analysed([channel(at_s, xyz), right]), analysed([channel(at_s, xyz), late])
    assert apart.leg_offset_s == pytest.approx(3.0 + 40e-6 * 4 * HOUR_S, abs=0.1)
    assert apart.leg_drift_ppm == pytest.approx(40, abs=5)
    counts = [Counter(e.leg for e in night.scores[0].events if e.is_plm) for night in (together, apart)]
    assert counts[0] == counts[1]
    assert counts[1]["both"] > 100
    assert "could not be brought together" not in flag(apart, "possible_plmd").reason


def test_legs_that_share_no_movement_are_not_moved_and_the_flag_says_so(kicking: Signal) -> None:
    at_s, other = night_of_kicks([], seed=7)
    other = other[::-1].copy()
    night = analysed([channel(*kicking), channel(at_s, other, side="right", recording="b" * 64)])
    assert (night.legs, night.leg_offset_s, night.leg_drift_ppm) == ("both", None, None)
    assert night.leg_alignment_confidence is not None
    assert night.leg_alignment_confidence < CRITERIA.alignment.min_confidence
    assert "could not be brought together" in flag(night, "possible_plmd").reason


def test_one_leg_has_no_offset(periodic_night: Night) -> None:
    assert (periodic_night.leg_offset_s, periodic_night.leg_alignment_confidence) == (None, None)
    assert "brought together" not in flag(periodic_night, "possible_plmd").reason


def test_an_index_knows_only_the_hours_of_sleep_that_the_sensor_recorded(kicking: Signal) -> None:
    long = StageSpan(EVENING_US + round(0.5 * HOUR_S * 1e6), EVENING_US + round(9.0 * HOUR_S * 1e6), "deep")
    night = analysed([channel(*kicking)], stages=[long])
    assert night.tst_h == pytest.approx(7.5, abs=0.01)
    assert night.sleep_efficiency == pytest.approx(1.0)
    assert night.longest_gap_s == pytest.approx(HOUR_S, abs=10)
    far = replace(long, end_us=EVENING_US + round(11 * HOUR_S * 1e6))
    assert "of the sleep period were not recorded" in str(
        analysed([channel(*kicking)], stages=[far]).not_assessable_reason
    )


def test_the_order_of_recordings_does_not_matter(kicking: Signal, calm: Signal) -> None:
    left, right = channel(*kicking), channel(*calm, side="right", recording="b" * 64)
    assert analysed([left, right]) == analysed([right, left])


def test_a_wrist_beside_an_ankle_is_left_out_of_the_night(kicking: Signal, periodic_night: Night) -> None:
    wrist = channel(*kicking, site="wrist", recording="b" * 64)
    night = analysed([channel(*kicking), wrist])
    assert night.site == "ankle"
    assert night.scores == periodic_night.scores
    assert len(night.recordings) == 2


def test_twenty_minutes_are_not_assessable_and_the_reason_says_so() -> None:
    at_s, xyz = night_of_kicks([], hours=0.35)
    night = analysed([channel(at_s, xyz)])
    assert not night.assessable
    assert night.not_assessable_reason == "Only 21 min were recorded; at least 4 h are needed."


def test_a_sensor_on_the_table_all_night_is_not_a_calm_sleeper() -> None:
    at_s = np.arange(int(8 * HOUR_S * 25)) / 25
    noise = np.random.default_rng(0).normal(0, 0.002, (len(at_s), 3)) + np.array([0, 0, 1.0])
    night = analysed([channel(at_s, noise)])
    assert not night.assessable
    assert "not worn" in (night.not_assessable_reason or "")


def test_hours_on_the_table_after_getting_up_are_not_sleep(calm: Signal, calm_night: Night) -> None:
    at_s, xyz = calm
    later_s = np.arange(at_s[-1] + 0.04, at_s[-1] + 4 * HOUR_S, 0.04)
    table = np.random.default_rng(1).normal(0, 0.002, (len(later_s), 3)) + xyz[-1]
    night = analysed([channel(np.concatenate((at_s, later_s)), np.concatenate((xyz, table)))])
    assert night.wake_us is not None
    assert calm_night.wake_us is not None
    assert abs(night.wake_us - calm_night.wake_us) < 10 * 60e6
    assert night.tst_h == pytest.approx(calm_night.tst_h, abs=0.3)


def test_short_pauses_as_long_as_the_intervals_looked_for_make_a_night_not_assessable(kicking: Signal) -> None:
    at_s, xyz = kicking
    keep = np.mod(at_s, 600) > 19
    night = analysed([channel(at_s[keep], xyz[keep])])
    assert not night.assessable
    assert "power-saving" in (night.not_assessable_reason or "")
    assert night.scores[0].measures.plms_index is None


def test_three_hours_missing_in_the_middle_of_the_night_are_said(kicking: Signal) -> None:
    at_s, xyz = kicking
    keep = (at_s < 2.5 * HOUR_S) | (at_s > 3.3 * HOUR_S)
    assert analysed([channel(at_s[keep], xyz[keep])]).longest_gap_s == pytest.approx(0.8 * HOUR_S, abs=1)


def test_stages_of_the_watch_decide_what_was_asleep(kicking: Signal) -> None:
    awake = StageSpan(EVENING_US, EVENING_US + round(4 * HOUR_S * 1e6), "wake")
    asleep = StageSpan(awake.end_us, EVENING_US + round(7.5 * HOUR_S * 1e6), "deep")
    night = analysed([channel(*kicking)], stages=[awake, asleep])
    assert night.sleep_source == "fit"
    assert night.tst_h == pytest.approx(3.5)
    assert (night.scores[0].measures.n_plmw or 0) > 50


def test_a_diary_decides_before_the_stages(kicking: Signal) -> None:
    diary = Diary(EVENING_US + round(0.5 * HOUR_S * 1e6), EVENING_US + round(7.5 * HOUR_S * 1e6))
    asleep = StageSpan(EVENING_US, EVENING_US + round(7.5 * HOUR_S * 1e6), "deep")
    assert analysed([channel(*kicking)], stages=[asleep], diary=diary).sleep_source == "diary"


def test_a_night_is_scored_under_every_rule_set_asked_for(kicking: Signal) -> None:
    night = analysed([channel(*kicking)], rulesets=("wasm2016", "aasm", "source-20-40"))
    assert [s.ruleset for s in night.scores] == ["wasm2016", "aasm", "source-20-40"]
    assert len({s.ruleset_hash for s in night.scores}) == 3


def test_a_night_without_samples_is_refused() -> None:
    empty = channel(np.empty(0), np.empty((0, 3)))
    with pytest.raises(UsageError):
        analysed([empty])


def test_a_value_that_is_no_number_costs_its_sample_and_not_the_night(kicking: Signal, periodic_night: Night) -> None:
    at_s, xyz = kicking[0], kicking[1].copy()
    xyz[1000:1010], xyz[5000] = np.nan, np.inf
    night = analysed([channel(at_s, xyz)])
    assert night.scores[0].measures.n_plms == periodic_night.scores[0].measures.n_plms


def test_two_hours_missing_in_the_night_are_unknown_and_no_index_is_given(kicking: Signal) -> None:
    at_s, xyz = kicking
    keep = (at_s < 3 * HOUR_S) | (at_s > 5 * HOUR_S)
    night = analysed([channel(at_s[keep], xyz[keep])])
    assert not night.assessable
    assert "not recorded" in (night.not_assessable_reason or "")
    assert sum(b.end_us - b.start_us for b in night.bouts if b.state == "unknown") / 3.6e9 == pytest.approx(2, abs=0.05)


def test_stages_outside_the_recording_say_nothing_about_it(kicking: Signal, periodic_night: Night) -> None:
    elsewhere = StageSpan(EVENING_US - 10**11, EVENING_US - 9 * 10**10, "deep")
    assert analysed([channel(*kicking)], stages=[elsewhere]) == periodic_night


def test_a_diary_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError):
        Diary(EVENING_US, EVENING_US)
    for fell_asleep_us in (EVENING_US - 1, EVENING_US + 10):
        with pytest.raises(UsageError, match="falling asleep is not between"):
            Diary(EVENING_US, EVENING_US + 10, fell_asleep_us=fell_asleep_us)
