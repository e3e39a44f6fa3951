"""The plan of a check: what to do when, and the instants at which kicks are looked for.

Decides the times. They are multiples of 10 s, so that a clock with a second hand is enough, and far
enough apart that the detector never joins two kicks. Their pauses are uneven: slid along itself the pattern meets at
most 3 of its 10 kicks, and its mirror image, which the right leg makes, at most 4. So neither a clock that is off nor
the other leg can be taken for it; `tests/analytics/selfcheck/test_plan.py` holds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

KickLeg = Literal["left", "right"]
Legs = Literal["one", "both"]
StepKind = Literal["prepare", "still", "kick", "stand", "walk", "note"]

N_KICKS = 10
#: Lying still before the first kick, seconds.
STILL_S = 300
#: From the last kick of the left leg to the first of the right, and from the last kick to getting up, seconds.
CHANGE_S, REST_S = 40, 30
STAND_S = 20
N_STEPS = 20
#: Seconds after the first kick of the leg. The right leg's are the left's backwards. A wearer of one sensor kicks like
#: the left.
KICKS_S: Mapping[KickLeg, tuple[int, ...]] = MappingProxyType(
    {
        "left": (0, 30, 50, 80, 130, 150, 170, 210, 240, 280),
        "right": (0, 40, 70, 110, 130, 150, 200, 230, 250, 280),
    }
)
#: Which kicks are small, counted from 0.
SMALL = frozenset({2, 5, 7})
#: From the first kick of the check to the first of a leg, seconds.
LEG_STARTS_S: Mapping[KickLeg, int] = MappingProxyType({"left": 0, "right": KICKS_S["left"][-1] + CHANGE_S})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    Attributes
    ----------
    at_s : int
        From the beginning of lying still; what has to be done before is below 0.
    says : str
        For a person who lies down, read or spoken.
    """

    at_s: int
    kind: StepKind
    says: str


def steps(legs: Legs = "one") -> tuple[Step, ...]:
    """What to do from putting the sensor on to noting the time, in order."""
    sides: tuple[KickLeg, ...] = ("left",) if legs == "one" else ("left", "right")
    up_s = last_kick_s(legs) + REST_S
    return (
        Step(-120, "prepare", _PUT_ON[legs]),
        Step(-60, "prepare", f"Lie down on your back, legs straight. {_WHICH[legs]}"),
        Step(0, "still", "Lie still for five minutes. Breathe as usual; do not move your legs."),
        *(step for side in sides for step in _kicks(side, legs)),
        Step(up_s, "stand", "Stand up and stand still."),
        Step(up_s + STAND_S, "walk", f"Walk {N_STEPS} steps at your usual pace, then stand still."),
        Step(up_s + 2 * STAND_S, "note", "Done. Note the time of the first kick, and copy the recording."),
    )


def last_kick_s(legs: Legs) -> int:
    """When the last kick is due, from the beginning of lying still."""
    side: KickLeg = "left" if legs == "one" else "right"
    return STILL_S + LEG_STARTS_S[side] + KICKS_S[side][-1]


def _kicks(side: KickLeg, legs: Legs) -> list[Step]:
    which = "" if legs == "one" else f" {side}"
    return [
        Step(STILL_S + LEG_STARTS_S[side] + at_s, "kick", f"Kick {i + 1},{which} {_HOW[i in SMALL]}")
        for i, at_s in enumerate(KICKS_S[side])
    ]


#: By whether a kick is small.
_HOW = {False: "strong: lift the foot a hand's breadth, and down.", True: "small: pull the foot up, and down."}
_PUT_ON: Mapping[Legs, str] = MappingProxyType(
    {
        "one": "Start the recording and put the sensor on as for a night.",
        "both": "Start both recordings and put the sensors on as for a night.",
    }
)
_WHICH: Mapping[Legs, str] = MappingProxyType(
    {"one": "All kicks are made with the leg that wears it.", "both": "The left leg kicks first, then the right."}
)
