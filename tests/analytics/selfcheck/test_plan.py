"""The plan: kicks at times that a person can keep and a program cannot confuse."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from analytics.criteria import Criteria
from analytics.selfcheck.matching import TOLERANCE_S
from analytics.selfcheck.plan import KICKS_S, N_KICKS, KickLeg, Legs, steps


def met(first: tuple[int, ...], second: tuple[int, ...], *, apart_s: float) -> int:
    """The most that one pattern meets of another, slid by more than ``apart_s``."""
    shifts = {b - a for a, b in product(first, second) if abs(b - a) > apart_s}
    return max(sum(any(abs(a + shift - b) <= 2 * TOLERANCE_S for b in second) for a in first) for shift in shifts)


def test_the_pattern_is_unlike_itself_and_unlike_that_of_the_other_leg() -> None:
    left, right = KICKS_S["left"], KICKS_S["right"]
    assert met(left, left, apart_s=0) == met(right, right, apart_s=0) == 3
    assert met(left, right, apart_s=-1) == 4


@pytest.mark.parametrize("leg", ["left", "right"])
def test_kicks_are_on_marks_of_ten_seconds_and_apart_for_the_detector(leg: KickLeg) -> None:
    kicks = KICKS_S[leg]
    assert len(kicks) == N_KICKS
    assert all(at % 10 == 0 for at in kicks)
    assert min(b - a for a, b in pairwise(kicks)) >= 10 * Criteria().detection.lobe_s


@pytest.mark.parametrize(("legs", "n"), [("one", 10), ("both", 20)])
def test_the_steps_are_in_order_and_hold_every_kick(legs: Legs, n: int) -> None:
    plan = steps(legs)
    assert [step.at_s for step in plan] == sorted({step.at_s for step in plan})
    assert [step.kind for step in plan if step.kind != "kick"] == [
        *("prepare", "prepare", "still", "stand", "walk", "note")
    ]
    assert sum(step.kind == "kick" for step in plan) == n
