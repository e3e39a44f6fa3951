"""Clocks of nights that begin and end with a walk, of a watch in several files, and of what its stages are lent to."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from analytics.criteria import Criteria
from analytics.nights.night import on_night
from analytics.scoring.event_tables import read_tables
from analytics.scoring.leg_movements import leg_movements
from analytics.scoring.rulesets import RULESETS, Ruleset
from analytics.signal.alignment import aligned, clocks_beside
from analytics.signal.clock_offset import Parts, compare
from analytics.simulate.legs import LegClock
from benchmarks.two_clocks import is_trusted, measured, other_person, person
from ingest.recording import SleepWindow, StageSpan
from tests.analytics.signal.test_alignment import bursts, cut, on, restless, sensor
from tests.analytics.signals import EVENING_US

CRITERIA = Criteria()
Pair = tuple[Parts, Parts]


@pytest.fixture(scope="module")
def walkers() -> list[Pair]:
    return [person(seed, 20.0) for seed in (0, 3)]


@pytest.mark.parametrize("clock", [LegClock(0.4, 50), LegClock(-2, -50), LegClock(30, -50)], ids=str)
def test_a_night_between_two_walks_is_aligned_within_a_tenth_of_a_second(walkers: list[Pair], clock: LegClock) -> None:
    for left, right in walkers:
        outcome = measured(left, right, clock)
        assert outcome.trusted
        assert outcome.off_s < 0.1


@pytest.mark.parametrize("seed", [17, 34], ids=["first steps half a stride off", "few turns"])
def test_strides_and_not_first_steps_tell_the_lag(seed: int) -> None:
    outcome = measured(*person(seed, 20.0), LegClock(2, 50))
    assert outcome.trusted
    assert outcome.off_s < min(0.1, outcome.uncertain_s)


def test_a_walker_of_another_make_is_aligned_within_the_doubt_that_is_told() -> None:
    outcome = measured(*other_person(900, 20.0), LegClock(-2, 50))
    assert outcome.trusted
    assert outcome.off_s < min(0.1, outcome.uncertain_s)


def test_two_sensors_of_one_leg_that_were_declared_left_and_right_are_not_moved_by_half_a_stride(
    walkers: list[Pair],
) -> None:
    for left, _ in walkers:
        offset = compare(left, left, CRITERIA.alignment, opposite_legs=True)
        assert abs(offset.behind_s) < 0.1


def test_strangers_who_walk_at_the_same_hours_are_not_aligned(walkers: list[Pair]) -> None:
    (left, _), (_, right) = walkers
    assert not is_trusted(compare(left, right, CRITERIA.alignment))


def test_twenty_minutes_off_is_refused(walkers: list[Pair]) -> None:
    assert not measured(*walkers[0], LegClock(1200, 50)).trusted


def test_a_few_movements_that_coincide_by_chance_are_not_enough() -> None:
    one, other = bursts([9000.0]), bursts([9100.0])
    assert not is_trusted(compare([one], [other], CRITERIA.alignment))


def test_a_watch_that_writes_a_file_every_hour_is_compared_as_one_device() -> None:
    one = bursts(restless(20))
    files = [cut(on(LegClock(6), one), hour, hour + 1) for hour in range(1, 7)]
    channels = [replace(sensor(part, "right", str(k)), device="watch/7") for k, part in enumerate(files)]
    found = [(one,), *((part,) for part in files)]
    clocks = aligned([sensor(one, "left", "a"), *channels], found, CRITERIA)[2]
    assert [clock.behind_s for clock in clocks[1:]] == pytest.approx([6.0] * 6, abs=0.1)
    unknown = [replace(channel, device="") for channel in channels]
    clocks = aligned([sensor(one, "left", "a"), *unknown], found, CRITERIA)[2]
    assert not any(clock.is_moved for clock in clocks)


@pytest.mark.parametrize(("seed", "is_moved"), [(21, True), (22, False)], ids=["the same person", "a stranger"])
def test_stages_and_windows_of_a_watch_follow_its_clock_where_it_could_be_told(seed: int, is_moved: bool) -> None:  # noqa: FBT001
    ankle, wrist = bursts(restless(21)), on(LegClock(90), bursts(restless(seed)))
    watch = replace(sensor(wrist, "left", "b"), site="wrist")
    (clock,) = clocks_beside([watch], [(wrist,)], [sensor(ankle, "left")], [(ankle,)], CRITERIA)
    stage = StageSpan(EVENING_US, EVENING_US + 60_000_000, "light")
    (moved,) = on_night([stage], clock)
    (window,) = on_night([SleepWindow(stage.start_us, stage.end_us)], clock)
    assert (window.start_us, window.end_us) == (moved.start_us, moved.end_us)
    assert clock.is_moved is is_moved
    assert (moved.start_us - stage.start_us) / 1e6 == pytest.approx(90.0 if is_moved else 0.0, abs=0.2)


def joined(rules: Ruleset, legs: str, apart_ms: int, clocks_apart_s: float) -> int:
    """How many movements two marks are, so far apart as the rule measures it."""
    from_ms = apart_ms if rules.leg_join == "onset_distance" else 1000 + apart_ms
    onsets_ms = [10_000, 10_000 + from_ms]
    marks = pl.DataFrame(
        {"night_id": ["n", "n"], "leg": list(legs), "onset_ms": onsets_ms, "offset_ms": [t + 1000 for t in onsets_ms]}
    )
    return len(leg_movements(read_tables(marks, None, None, None), rules, clocks_apart_s=clocks_apart_s))


@pytest.mark.parametrize("rules", [RULESETS["wasm2016"], RULESETS["aasm"]], ids=lambda rules: rules.name)
def test_legs_are_joined_from_so_much_further_away_as_their_clocks_may_differ(rules: Ruleset) -> None:
    limit_ms = round(rules.leg_join_s * 1000)
    assert joined(rules, "LR", limit_ms + 50, 0.0) == 2
    assert joined(rules, "LR", limit_ms + 50, 0.1) == 1
    assert joined(rules, "LR", limit_ms + 100, 0.1) == 2
    assert joined(rules, "LL", limit_ms + 50, 0.1) == joined(rules, "LL", limit_ms + 50, 0.0)
