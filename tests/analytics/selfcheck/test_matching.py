"""The plan laid over movements: found whatever the clock shows, and never where it is not."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.model import Movement
from analytics.selfcheck.matching import MIN_FOUND, matches_of
from analytics.selfcheck.plan import KICKS_S, KickLeg

START_S = 50_000.0


def at(onsets_s: Iterable[float], peak_g: float = 0.1) -> list[Movement]:
    return [
        Movement(
            n, "x", "ankle", "unknown", round(s * 1e6), round(s * 1e6) + 10**6, peak_g, 0.01, 0.5, 0, 1, "leg_movement"
        )
        for n, s in enumerate(sorted(onsets_s), 1)
    ]


def kicks(leg: KickLeg = "left", start_s: float = START_S) -> list[float]:
    return [start_s + at_s for at_s in KICKS_S[leg]]


@settings(max_examples=40, deadline=None)
@given(
    off_s=st.floats(-13 * 3600, 13 * 3600),
    late_s=st.lists(st.floats(-1, 1), min_size=10, max_size=10),
    missed=st.sets(st.integers(0, 9), max_size=10 - MIN_FOUND),
    leg=st.sampled_from(("left", "right")),
)
def test_the_plan_is_found_whatever_the_clock_shows_while_six_kicks_are_there(
    off_s: float, late_s: list[float], missed: set[int], leg: KickLeg
) -> None:
    there = [kick + late for i, (kick, late) in enumerate(zip(kicks(leg), late_s, strict=True)) if i not in missed]
    found = matches_of(at([START_S - 330 + off_s, START_S + 320 + off_s, *(one + off_s for one in there)]))[0]
    assert (found.leg, found.is_plan, found.n_found) == (leg, True, 10 - len(missed))
    assert abs(found.first_kick_us / 1e6 - START_S - off_s) <= 1.0


def test_fewer_than_six_kicks_are_no_plan() -> None:
    assert not any(match.is_plan for match in matches_of(at(kicks()[:5])))
    assert matches_of(at(kicks()[:6]))[0].is_plan


@pytest.mark.parametrize("per_h", [10, 60, 200])
@pytest.mark.parametrize("seed", range(3))
def test_a_night_of_other_movements_is_no_plan(per_h: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert not any(match.is_plan for match in matches_of(at(rng.uniform(0, 8 * 3600, 8 * per_h))))


@pytest.mark.parametrize("every_s", [10.0, 20.0, 25.0, 30.0])
def test_periodic_movements_are_no_plan_though_they_meet_every_kick(every_s: float) -> None:
    assert not any(match.is_plan for match in matches_of(at(np.arange(60) * every_s)))


def test_the_plan_is_found_at_the_end_of_a_restless_night() -> None:
    rng = np.random.default_rng(5)
    found = matches_of(at([*rng.uniform(0, 6 * 3600, 240), *kicks(start_s=7 * 3600)]))[0]
    assert found.is_plan
    assert found.first_kick_us == 7 * 3600 * 10**6


def test_a_movement_is_a_kick_of_one_leg_only() -> None:
    left, right = at(kicks("left")), at(kicks("right", START_S + 320))
    both = matches_of(at([m.onset_us / 1e6 for m in [*left, *right]]))
    assert {match.leg: match.n_found for match in both} == {"left": 10, "right": 10}
    numbers = [movement.number for match in both for movement in match.found if movement]
    assert len(numbers) == len(set(numbers))


def test_without_movements_there_is_no_match() -> None:
    assert matches_of([]) == ()
