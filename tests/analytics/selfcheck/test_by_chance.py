"""A leg that moves by itself is not taken for the plan, and a plan made on a quiet leg is found: a few of
`benchmarks/plan_by_chance.py`, whose seeds chose no constant."""

from __future__ import annotations

import pytest

from benchmarks.plan_by_chance import EVERY_S, SPREADS, absent, found


@pytest.mark.parametrize("every_s", EVERY_S)
@pytest.mark.parametrize("spread", SPREADS.values())
def test_periodic_movements_without_a_plan_are_none(every_s: float, spread: float) -> None:
    assert sum(absent(every_s, spread, 0.5, seed) for seed in range(6)) <= 1


@pytest.mark.parametrize("missed", [0, 1])
@pytest.mark.parametrize("extra", [0, 1, 2])
def test_a_plan_with_a_kick_missed_and_two_movements_more_is_found(missed: int, extra: int) -> None:
    assert sum(found(missed, extra, seed) for seed in range(20)) >= 19
