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


def by_itself(every_s: float, spread: float, per_h: float, seed: int, hours: float = 8) -> list[float]:
    """A night of periodic limb movements: series of 6 to 80, whose pauses vary by a share of their mean."""
    rng = np.random.default_rng(seed)
    onsets_s, at_s = [], 0.0
    while at_s < hours * 3600:
        series_s = at_s + np.cumsum(every_s * rng.lognormal(-(spread**2) / 2, spread, int(rng.integers(6, 80))))
        onsets_s += series_s[series_s < hours * 3600].tolist()
        at_s = series_s[-1] + rng.exponential(len(series_s) * max(0.0, 3600 / per_h - every_s))
    return onsets_s


@pytest.mark.parametrize(
    ("every_s", "spread", "per_h"),
    [(20, 0.35, 20), (20, 0.2, 60), (25, 0.2, 40), (25, 0.35, 20), (30, 0.2, 20), (30, 0.05, 60), (40, 0.2, 20)],
)
def test_a_leg_that_moves_by_itself_all_night_made_no_plan(every_s: float, spread: float, per_h: float) -> None:
    nights = [matches_of(at(by_itself(every_s, spread, per_h, seed))) for seed in range(3)]
    assert not any(match.is_plan for night in nights for match in night)


@pytest.mark.parametrize("every_s", [20, 30, 40])
def test_a_plan_made_on_a_quiet_leg_is_found_before_a_night_of_periodic_movements(every_s: float) -> None:
    night = [1200 + onset for onset in by_itself(every_s, 0.3, 40, seed=4)]
    found = matches_of(at([*kicks(start_s=400)[:9], 250, *night]))[0]
    assert found.is_plan
    assert (found.first_kick_us, found.n_others) == (400 * 10**6, 1)


def test_kicks_among_twice_as_many_other_movements_cannot_be_told_from_them() -> None:
    others = np.random.default_rng(3).uniform(START_S - 240, START_S + 290, 24)
    found = matches_of(at([*kicks(), *others]))[0]
    assert (found.n_found >= MIN_FOUND, found.is_plan) == (True, False)
    assert found.n_others > found.n_found
