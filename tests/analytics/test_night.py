"""A whole night, from samples to flags, on signals made without the simulator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Flag, Night
from analytics.night import analyse_night
from analytics.rulesets import RULESETS
from analytics.simulate.legs import LegClock
from analytics.sleep import Diary
from ingest.errors import UsageError
from ingest.recording import StageSpan
from tests.analytics.signals import EVENING_US, add_jerk, add_kick, channel, night_of_kicks

CRITERIA = Criteria()
HOUR_S = 3600.0
#: Six runs of 25 kicks 27 s apart in five and a half hours asleep.
PERIODIC_S = [start + 27.0 * k for start in np.arange(5100, 25000, 3000) for k in range(25)]


def analysed(
    channels: Sequence[Channel],
    *,
    stages: Sequence[StageSpan] = (),
    diary: Diary | None = None,
    urge_to_move: float | None = None,
    criteria: Criteria = CRITERIA,
    rulesets: Sequence[str] = ("wasm2016",),
) -> Night:
    return analyse_night(
        subject="me",
        night_date=date(2026, 3, 2),
        zone="UTC",
        channels=channels,
        stages=stages,
        diary=diary,
        urge_to_move=urge_to_move,
        criteria=criteria,
        rulesets=[RULESETS[name] for name in rulesets],
        version="test",
    )


def flag(night: Night, name: str) -> Flag:
    return next(f for f in night.scores[0].flags if f.name == name)


def states(found: Flag) -> dict[str, str]:
    return {c.name: c.state for c in found.criteria}


Signal = tuple[NDArray[np.float64], NDArray[np.float64]]


@pytest.fixture(scope="module")
def kicking() -> Signal:
    return night_of_kicks(PERIODIC_S)


@pytest.fixture(scope="module")
def calm() -> Signal:
    return night_of_kicks([])


@pytest.fixture(scope="module")
def periodic_night(kicking: Signal) -> Night:
    return analysed([channel(*kicking)])


@pytest.fixture(scope="module")
def calm_night(calm: Signal) -> Night:
    return analysed([channel(*calm)])


def test_kicks_every_27_s_are_found_counted_and_flagged(periodic_night: Night) -> None:
    measures = periodic_night.scores[0].measures
    assert measures["n_plms"] == pytest.approx(len(PERIODIC_S), abs=4)
    assert measures["median_imi_s"] == pytest.approx(27.0, abs=0.1)
    assert measures["n_series"] == 7
    assert flag(periodic_night, "possible_plmd").raised


def test_the_index_is_periodic_movements_in_sleep_per_hour_of_sleep(periodic_night: Night) -> None:
    score = periodic_night.scores[0]
    counted = sum(e.is_plm and e.sleep_state == "sleep" for e in score.events)
    assert periodic_night.tst_h is not None
    assert score.measures["n_plms"] == counted
    assert score.measures["plms_index"] == pytest.approx(counted / periodic_night.tst_h, rel=1e-6)


def test_the_flag_names_every_criterion_and_what_no_sensor_can_tell(periodic_night: Night) -> None:
    found = states(flag(periodic_night, "possible_plmd"))
    assert found["PLMS per hour of sleep"] == "met"
    assert found["worn on the foot or ankle"] == "met"
    assert found["no better explanation"] == "not measurable"
    assert found["disturbed sleep or daytime complaint"] == "not measurable"


def test_a_one_leg_index_is_called_a_lower_bound(periodic_night: Night) -> None:
    assert periodic_night.legs == "left"
    assert "lower bound" in flag(periodic_night, "possible_plmd").reason


def test_no_reason_claims_a_diagnosis(periodic_night: Night, calm_night: Night) -> None:
    for night in (periodic_night, calm_night):
        for found in night.scores[0].flags:
            assert "diagnos" not in found.reason.lower()
            assert "you have" not in found.reason.lower()


def test_a_calm_night_is_not_flagged_and_says_which_criterion_failed(calm_night: Night) -> None:
    found = flag(calm_night, "possible_plmd")
    assert not found.raised
    assert calm_night.assessable
    assert found.reason.startswith("No possible PLMD: PLMS per hour of sleep")


@pytest.mark.parametrize(("above_index", "raised"), [(-0.1, True), (0.1, False)])
def test_a_threshold_inside_the_interval_is_said_to_be_close(
    kicking: Signal, periodic_night: Night, above_index: float, *, raised: bool
) -> None:
    index = periodic_night.scores[0].measures["plms_index"]
    near = Criteria.model_validate({"flags": {"plms_index_adult": index + above_index}})
    found = flag(analysed([channel(*kicking)], criteria=near), "possible_plmd")
    assert found.raised is raised
    assert f"Close: {index + above_index:g} lies inside the 95 % interval" in found.reason
    assert ("not more than" in found.reason) is not raised


def test_a_threshold_far_from_the_index_is_not_called_close(periodic_night: Night, calm_night: Night) -> None:
    assert "Close" not in flag(calm_night, "possible_plmd").reason
    low = periodic_night.scores[0].measures["plms_index_low"]
    assert ("Close" in flag(periodic_night, "possible_plmd").reason) is (low <= CRITERIA.flags.plms_index_adult)


def test_turning_over_is_never_counted_as_a_leg_movement_candidate(calm_night: Night) -> None:
    labels = Counter(e.label for e in calm_night.scores[0].events)
    assert labels["posture_change"] > 100
    assert not any(e.is_clm for e in calm_night.scores[0].events if e.label == "posture_change")


def test_three_jerks_round_the_onset_are_flagged_as_frequent_hypnic_jerks(calm: Signal) -> None:
    at_s, xyz = calm[0], calm[1].copy()
    for onset_s in (2100.0, 2300.0, 2600.0):
        add_jerk(at_s, xyz, onset_s)
    night = analysed([channel(at_s, xyz)])
    assert night.n_hypnic_jerks == 3
    assert flag(night, "frequent_hypnic_jerks").raised
    assert not flag(night, "possible_plmd").raised


def test_jerks_half_a_minute_apart_at_the_onset_are_no_periodic_series(calm: Signal) -> None:
    at_s, xyz = calm[0], calm[1].copy()
    for onset_s in (2200.0, 2240.0, 2290.0, 2330.0, 2375.0):
        add_jerk(at_s, xyz, onset_s)
    night = analysed([channel(at_s, xyz)])
    assert night.n_hypnic_jerks == 5
    assert night.scores[0].measures["n_plms"] == 0


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
    assert score.measures.get("plms_index") is None
    assert score.series == ()
    assert not any(e.is_plm or e.label == "periodic" for e in score.events)
    assert not flag(night, "possible_plmd").raised
    assert states(flag(night, "possible_plmd"))["worn on the foot or ankle"] == "not measurable"
    assert night.tier == "D"


def test_a_thigh_gives_series_and_a_lower_tier_but_no_flag(kicking: Signal) -> None:
    night = analysed([channel(*kicking, site="thigh")])
    assert night.scores[0].measures["n_plms"] > 100
    assert night.tier == "C"
    assert not flag(night, "possible_plmd").raised


def test_two_legs_kicking_together_are_counted_once(kicking: Signal) -> None:
    at_s, xyz = kicking
    right = xyz + np.random.default_rng(5).normal(0, 0.002, xyz.shape)
    night = analysed([channel(at_s, xyz), channel(at_s, right, side="right", recording="b" * 64)])
    assert night.legs == "both"
    assert night.scores[0].measures["n_plms"] == pytest.approx(len(PERIODIC_S), abs=4)
    assert Counter(e.leg for e in night.scores[0].events if e.is_plm)["both"] > 0.9 * len(PERIODIC_S)


def test_kicks_of_both_legs_are_counted_once_although_one_clock_is_off() -> None:
    # Intervals vary as in real series; those of a metronome would fit each other one kick later just as well.
    rng = np.random.default_rng(3)
    onsets_s = [start + t for start in range(5100, 25000, 3000) for t in np.cumsum(rng.lognormal(3.26, 0.33, 25))]
    at_s, xyz = night_of_kicks(onsets_s)
    clock = LegClock(behind_s=3.0, drift_ppm=40)
    right = channel(at_s, xyz, side="right", recording="b" * 64)
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


def test_a_night_of_kicks_seen_at_the_wrist_alone_never_gets_an_index(kicking: Signal) -> None:
    night = analysed([channel(*kicking, site="wrist")])
    assert not night.assessable
    assert "worn on the wrist" in (night.not_assessable_reason or "")
    assert night.scores
    for score in night.scores:
        assert not {name for name, value in score.measures.items() if name.endswith("_index") and value is not None}
        assert not any(flag.raised for flag in score.flags)


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
    assert night.scores[0].measures["plms_index"] is None


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
    assert night.scores[0].measures["n_plmw"] > 50


def test_a_diary_decides_before_the_stages(kicking: Signal) -> None:
    diary = Diary(EVENING_US + round(0.5 * HOUR_S * 1e6), EVENING_US + round(7.5 * HOUR_S * 1e6))
    asleep = StageSpan(EVENING_US, EVENING_US + round(7.5 * HOUR_S * 1e6), "deep")
    assert analysed([channel(*kicking)], stages=[asleep], diary=diary).sleep_source == "diary"


def test_periodic_kicks_while_lying_awake_are_possible_rls_and_no_plms(kicking: Signal) -> None:
    awake = StageSpan(EVENING_US, EVENING_US + round(6 * HOUR_S * 1e6), "wake")
    asleep = StageSpan(awake.end_us, EVENING_US + round(8 * HOUR_S * 1e6), "light")
    night = analysed([channel(*kicking)], stages=[awake, asleep])
    found = flag(night, "possible_rls")
    assert found.raised
    assert states(found)["urge to move the legs, worse at rest and in the evening, relieved by moving"] == (
        "not measurable"
    )


@pytest.mark.parametrize(("noted", "raised"), [(6.0, True), (0.0, False)])
def test_an_urge_noted_in_the_journal_decides_about_possible_rls(
    kicking: Signal,
    noted: float,
    raised: bool,  # noqa: FBT001 - a table of cases
) -> None:
    awake = StageSpan(EVENING_US, EVENING_US + round(6 * HOUR_S * 1e6), "wake")
    asleep = StageSpan(awake.end_us, EVENING_US + round(8 * HOUR_S * 1e6), "light")
    found = flag(analysed([channel(*kicking)], stages=[awake, asleep], urge_to_move=noted), "possible_rls")
    assert found.raised is raised
    assert ("6 of 10" in found.reason) is raised


def test_a_child_is_judged_by_five_an_hour(calm: Signal) -> None:
    few = [start + 27.0 * k for start in (6000, 12000, 18000) for k in range(15)]
    signal = night_of_kicks(few)
    adult = analysed([channel(*signal)])
    child = analysed([channel(*signal)], criteria=Criteria.model_validate({"flags": {"age_group": "child"}}))
    assert 5 < adult.scores[0].measures["plms_index"] < 15
    assert not flag(adult, "possible_plmd").raised
    assert flag(child, "possible_plmd").raised
    assert child.criteria_hash != adult.criteria_hash


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
    assert night.scores[0].measures["n_plms"] == periodic_night.scores[0].measures["n_plms"]


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
