"""One person's sensors turn over together; where they do not, no number is made of two people's legs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.criteria import Criteria
from analytics.model import Channel, Night
from analytics.nights.wearers import together
from analytics.signal.detect_movements import Detected, detect_movements
from analytics.signal.motion import filtered, searched
from ingest.recording import Side
from tests.analytics.signals import add_kick, add_turn, channel, still
from tests.analytics.whole_nights import analysed

CRITERIA = Criteria()
LIMITS = CRITERIA.assessment
HOURS = 4.5
SECONDS = HOURS * 3600
ALWAYS = np.array([[0, 2**62]], dtype=np.int64)
REASON = "did not turn over together"


def worn(turns_s: Sequence[float], *, seed: int, side: Side = "unknown", behind_s: float = 0.0) -> Channel:
    """A sensor whose wearer turns at these times and kicks at others; its clock shows them later."""
    at_s, xyz = still(SECONDS, rate_hz=25.0, seed=seed)
    for k, onset_s in enumerate(turns_s):
        add_turn(at_s, xyz, float(onset_s), degrees=40.0 * (-1) ** k)
    for onset_s in np.random.default_rng(seed).uniform(100, SECONDS - 100, 40):
        add_kick(at_s, xyz, float(onset_s), peak_mg=90)
    made = channel(at_s, xyz, side=side, recording=str(seed) * 64)
    return replace(made, time_us=made.time_us + round(behind_s * 1e6))


def of_person(number: int, n_turns: int = 24) -> list[float]:
    turns_s = np.random.default_rng([number, 77]).uniform(300, SECONDS - 300, n_turns)
    return sorted(turns_s.tolist())


def found(made: Channel) -> Detected:
    return detect_movements(made, searched(filtered(made, CRITERIA), CRITERIA), CRITERIA)


def notes(night: Night) -> set[str | None]:
    return {speaker.note for speaker in night.speakers}


@pytest.mark.parametrize("sides", [("unknown", "unknown"), ("left", "left"), ("left", "right")])
def test_a_night_of_two_wearers_is_not_assessable_whatever_leg_each_is_declared_to_be(sides: tuple[Side, Side]) -> None:
    files = [worn(of_person(n), seed=n, side=side) for n, side in enumerate(sides, start=1)]
    night = analysed(files)
    assert night.not_assessable_reason
    assert REASON in night.not_assessable_reason
    assert "--subject" in night.not_assessable_reason
    assert notes(night) == {"moves_apart"}
    assert all(score.measures.plms_index is None for score in night.scores)
    assert {flag.state for flag in night.scores[0].flags} == {"cannot_tell"}


@pytest.mark.parametrize("sides", [("unknown", "unknown"), ("left", "right")])
@pytest.mark.parametrize("behind_s", [0.0, 20.0, -45.0])
def test_two_legs_of_one_wearer_are_one_person_also_where_their_clocks_differ(
    sides: tuple[Side, Side], behind_s: float
) -> None:
    turns_s = of_person(1)
    night = analysed([worn(turns_s, seed=1, side=sides[0]), worn(turns_s, seed=2, side=sides[1], behind_s=behind_s)])
    assert "moves_apart" not in notes(night)
    assert REASON not in (night.not_assessable_reason or "")


def test_clocks_that_differ_by_minutes_are_not_one_night() -> None:
    turns_s = of_person(1)
    night = analysed([worn(turns_s, seed=1, side="left"), worn(turns_s, seed=2, side="left", behind_s=600)])
    assert REASON in (night.not_assessable_reason or "")


def test_two_recordings_of_one_device_an_hour_apart_are_one_wearer_whose_times_are_wrong() -> None:
    turns_s = of_person(1)
    one, other = worn(turns_s, seed=1), worn(turns_s, seed=2, behind_s=3600)
    night = analysed([replace(one, device="4711"), replace(other, device="4711")])
    assert notes(night) == {"other_times"}
    assert "--tz" in (night.not_assessable_reason or "")
    assert REASON in (night.not_assessable_reason or "")
    assert notes(analysed([replace(one, device="4711"), replace(other, device="4712")])) == {"moves_apart"}


def test_the_third_of_three_sensors_is_the_one_of_another_person_in_any_order() -> None:
    mine, also_mine, other = (worn(of_person(p), seed=n) for n, p in ((1, 1), (2, 1), (3, 2)))
    night = analysed((mine, also_mine, other))
    assert night == analysed((other, mine, also_mine))
    assert REASON in (night.not_assessable_reason or "")


def test_too_few_turns_do_not_tell() -> None:
    few = LIMITS.together_turns // 2 - 1
    one, other = (found(worn(of_person(n, few), seed=n)) for n in (1, 2))
    assert together(one, other, ALWAYS, LIMITS) is None
    assert together(one, other, ALWAYS[:0], LIMITS) is None


def test_what_is_seen_while_one_is_not_worn_does_not_count() -> None:
    turns_s = of_person(1)
    start_us = int(worn([], seed=1).time_us[0])
    until_us = start_us + round(SECONDS * 5e5)
    later = [t for t in of_person(2) if t > SECONDS / 2]
    one, other = found(worn(turns_s, seed=1)), found(worn([t for t in turns_s if t < SECONDS / 2] + later, seed=2))
    share = together(one, other, np.array([[start_us, until_us]]), LIMITS)
    assert share is not None
    assert share > 0.9


@given(seed=st.integers(0, 10_000), lag_s=st.integers(-60, 60), n=st.integers(10, 40))
def test_the_share_is_that_of_a_search_by_hand(seed: int, lag_s: int, n: int) -> None:
    chance = np.random.default_rng(seed)
    turns_s = np.sort(chance.uniform(100, 20_000, n))
    others_s = np.sort(np.concatenate((turns_s[chance.random(n) < 0.5] + lag_s, chance.uniform(100, 20_000, n))))
    one, other = _only_turns(turns_s), _only_turns(others_s)
    by_hand = max(
        sum(_near(t, others_s, lag) for t in turns_s) + sum(_near(t, turns_s, -lag) for t in others_s)
        for lag in range(-60, 61)
    ) / (len(turns_s) + len(others_s))
    assert together(one, other, ALWAYS, LIMITS) == pytest.approx(by_hand)
    assert together(other, one, ALWAYS, LIMITS) == pytest.approx(by_hand)


def _near(at_s: float, others_s: np.ndarray, lag_s: int) -> bool:
    return bool((np.abs(np.rint(others_s - at_s) - lag_s) <= LIMITS.together_s).any())


_TURN = found(worn([600.0], seed=9))


def _only_turns(onsets_s: np.ndarray) -> Detected:
    """At whole microseconds, each as the one turn of a night."""
    (turn,) = (m for m in _TURN.movements if m.posture_change_deg >= LIMITS.body_turn_deg)
    return replace(_TURN, movements=tuple(replace(turn, onset_us=round(t * 1e6)) for t in onsets_s.tolist()))
