"""What a flag says of a night, criterion by criterion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from analytics.criteria import Criteria
from analytics.flag import AASM_CRITERION
from analytics.model import Night
from analytics.nights.doubt import not_that_exact
from analytics.words import BASE_RATE, DOUBTFUL_SLEEP, FLAGS, NOTE_THE_URGE, URGE_TELLS
from ingest.recording import Site, StageSpan
from tests.analytics.signals import EVENING_US, add_jerk, channel, night_of_kicks
from tests.analytics.whole_nights import CRITERIA, HOUR_S, PERIODIC_S, Signal, analysed, flag, states

BySite = Callable[[Site], Night]


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
    assert found.reason.startswith("No possible PLMD. PLMS per hour of sleep")


@pytest.mark.parametrize("above_index", [-0.1, 0.1])
def test_a_threshold_with_possible_nights_on_either_side_cannot_be_told(
    kicking: Signal, periodic_night: Night, above_index: float
) -> None:
    index = periodic_night.scores[0].measures.plms_index
    assert index is not None
    near = Criteria.model_validate({"flags": {"plms_index_adult": index + above_index}})
    found = flag(analysed([channel(*kicking)], criteria=near), "possible_plmd")
    assert (found.raised, found.state) == (False, "cannot_tell")
    assert found.reason.startswith(f"Cannot tell about possible PLMD: {index:.1f} periodic leg movements per hour")
    assert DOUBTFUL_SLEEP in found.reason


def test_a_threshold_far_from_the_index_is_not_called_close(periodic_night: Night, calm_night: Night) -> None:
    assert "Close" not in flag(calm_night, "possible_plmd").reason
    low = periodic_night.scores[0].measures.plms_index_low
    assert low is not None
    assert low > CRITERIA.flags.plms_index_adult
    assert "Close" not in flag(periodic_night, "possible_plmd").reason


def test_three_jerks_round_the_onset_are_flagged_as_frequent_hypnic_jerks(calm: Signal) -> None:
    at_s, xyz = calm[0], calm[1].copy()
    for onset_s in (2100.0, 2300.0, 2600.0):
        add_jerk(at_s, xyz, onset_s)
    night = analysed([channel(at_s, xyz)])
    assert night.n_hypnic_jerks == 3
    assert flag(night, "frequent_hypnic_jerks").raised
    assert not flag(night, "possible_plmd").raised


@pytest.fixture(scope="module")
def jerking(calm: Signal) -> Signal:
    """Three jerks round the onset, and six runs of kicks."""
    at_s, xyz = calm[0], night_of_kicks(PERIODIC_S)[1]
    for onset_s in (2100.0, 2300.0, 2600.0):
        add_jerk(at_s, xyz, onset_s)
    return at_s, xyz


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize(
    ("site", "says"),
    [
        ("wrist", "worn elsewhere"),
        ("unknown", "not known where it was worn"),
        ("thigh", "worn elsewhere"),
        pytest.param("hip", "worn elsewhere", marks=pytest.mark.slow),
    ],
)
def test_no_flag_is_told_where_no_foot_was_seen(nights_by_site: BySite, name: str, site: Site, says: str) -> None:
    found = flag(nights_by_site(site), name)
    assert found.state == "cannot_tell"
    assert found.reason == f"Cannot tell about {FLAGS[name]}: worn on the foot or ankle: {says}."


@pytest.fixture(scope="module")
def nights_by_site(jerking: Signal) -> BySite:
    return cache(lambda site: analysed([channel(*jerking, site=site)]))


@pytest.mark.parametrize("name", FLAGS)
def test_no_flag_is_told_of_a_night_that_cannot_be_assessed(jerking: Signal, name: str) -> None:
    at_s, xyz = jerking
    short = at_s < 3.5 * HOUR_S
    night = analysed([channel(at_s[short], xyz[short])])
    assert not night.assessable
    found = flag(night, name)
    assert found.state == "cannot_tell"
    assert night.not_assessable_reason is not None
    assert night.not_assessable_reason.rstrip(".") in found.reason


def test_a_jerking_ankle_is_told(jerking: Signal) -> None:
    found = [flag(analysed([channel(*jerking)]), name).state for name in FLAGS]
    assert found[:2] == ["raised", "raised"]


@pytest.fixture(scope="module")
def kicking_awake(kicking: Signal) -> Callable[[float | None], Night]:
    awake = StageSpan(EVENING_US, EVENING_US + round(6 * HOUR_S * 1e6), "wake")
    asleep = StageSpan(awake.end_us, EVENING_US + round(8 * HOUR_S * 1e6), "light")
    return cache(lambda noted: analysed([channel(*kicking)], stages=[awake, asleep], urge_to_move=noted))


@pytest.mark.parametrize(("noted", "state"), [(6.0, "raised"), (0.0, "not_raised"), (None, "cannot_tell")])
def test_the_urge_tells_whether_kicks_awake_are_possible_rls(
    kicking_awake: Callable[[float | None], Night], noted: float | None, state: str
) -> None:
    found = flag(kicking_awake(noted), "possible_rls")
    assert found.state == state
    assert URGE_TELLS in found.reason
    assert ("6 of 10" in found.reason) is (noted == 6)
    assert (NOTE_THE_URGE in found.reason) is (noted is None)


@pytest.mark.parametrize(("awake_min", "known"), [(10, False), (20, True)])
def test_an_index_over_a_few_minutes_awake_is_not_known_though_its_movements_are_counted(
    kicking: Signal,
    awake_min: int,
    known: bool,  # noqa: FBT001 - a table of cases
) -> None:
    first_us = EVENING_US + 5_000_000_000
    last_us = first_us + awake_min * 60_000_000
    stages = [
        StageSpan(EVENING_US, first_us, "light"),
        StageSpan(first_us, last_us, "wake"),
        StageSpan(last_us, last_us + 21_600_000_000, "light"),
    ]
    measures = analysed([channel(*kicking)], stages=stages).scores[0].measures
    assert measures.wake_h == pytest.approx(awake_min / 60)
    assert (measures.n_plmw or 0) > 3
    assert (measures.plmw_index is not None) is known


def test_a_child_is_judged_by_five_an_hour(calm: Signal) -> None:
    few = [start + 27.0 * k for start in (6000, 12000, 18000) for k in range(15)]
    signal = night_of_kicks(few)
    adult = analysed([channel(*signal)])
    child = analysed([channel(*signal)], criteria=Criteria.model_validate({"flags": {"age_group": "child"}}))
    assert 5 < (adult.scores[0].measures.plms_index or 0) < 15
    assert not flag(adult, "possible_plmd").raised
    found = flag(child, "possible_plmd")
    low, high = (getattr(child.scores[0].measures, f"plms_index_{end}") for end in ("low", "high"))
    assert found.state == ("raised" if low > 5 else "cannot_tell")
    assert ("5 lies inside the 95 % interval of this night" in found.reason) is bool(low <= 5 <= high)
    assert child.criteria_hash != adult.criteria_hash


@pytest.mark.parametrize(
    ("index", "low", "high", "says"),
    [
        (7.0, 4.0, 10.0, True),
        (4.0, 2.0, 6.0, True),
        (9.0, 6.0, 12.0, False),
        (2.0, 1.0, 4.0, False),
        (9.0, None, None, True),
    ],
)
def test_one_night_of_a_child_is_told_only_where_its_whole_interval_lies_on_one_side(
    periodic_night: Night, index: float, low: float | None, high: float | None, *, says: bool
) -> None:
    of = replace(periodic_night.scores[0].measures, plms_index=index, plms_index_low=low, plms_index_high=high)
    assert (not_that_exact(of, 5.0, "child") is not None) is says
    assert not_that_exact(of, 15.0, "adult") is None


def test_beside_a_raised_flag_stands_how_many_of_the_population_exceed_the_threshold(
    periodic_night: Night, calm_night: Night
) -> None:
    assert BASE_RATE in flag(periodic_night, "possible_plmd").reason
    assert BASE_RATE not in flag(calm_night, "possible_plmd").reason


def test_a_night_is_held_against_aasm_rules_under_every_other_rule_set() -> None:
    night = analysed([channel(*night_of_kicks(PERIODIC_S))], rulesets=("wasm2016", "aasm"))
    indices = {score.ruleset: score.measures.plms_index for score in night.scores}
    for score in night.scores:
        found = {c.name: c.value for c in score.flags[0].criteria}
        assert found.get(AASM_CRITERION) == (None if score.ruleset == "aasm" else indices["aasm"])
