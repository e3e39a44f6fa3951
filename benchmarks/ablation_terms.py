"""What can be switched off for a benchmark: each kind of evidence of sleep, and each rule of wear and of what hides.

The program has no such options. A term is switched off by another function or number in its place while a night is
analysed; what is left stays as it is, and is not fitted again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from analytics.nights import against, observed
from analytics.signal import breathing, hidden, stiffness, worn
from analytics.signal.warmth import Felt, Warmth
from analytics.sleep import half_minutes, index, reading, states
from analytics.sleep.states import LYING, LYING_FIDGETS, REGULAR, SOFA, STATES

#: What has to be done again without a term: all from what was filtered, from sleep on, or flags alone.
Again = Literal["signal", "sleep", "flags"]
Patch = tuple[Any, str, Any]

_MANY = 10**9


@dataclass(frozen=True, slots=True)
class Term:
    """Something that can be switched off: of which part, what it is, and what stands in its place."""

    part: str
    name: str
    again: Again
    off: tuple[Patch, ...]


def _ones(real: Callable[..., Any]) -> Callable[..., Any]:
    """Evidence that says nothing: as likely in every state."""
    return lambda *given: np.ones_like(real(*given))


def _without_states(*gone: int) -> tuple[Patch, ...]:
    """No way into some states."""

    def changes(rates_h: states.Floats) -> states.Floats:
        found = states.changes(rates_h)
        here = np.arange(len(STATES))
        for state in gone:
            into = found[:, :, state].copy()
            into[:, state] = 0.0
            found[:, here, here] += into
            found[:, :, state] -= into
        return found

    start = states.START.copy()
    start[list(gone)] = 0.0
    return ((reading, "changes", changes), (reading, "START", start / start.sum()))


def _one_kind(real: Callable[[states.Sleeper], Any], **kind: Any) -> Callable[[states.Sleeper], Any]:
    return lambda sleeper: real(replace(sleeper, **kind))


def _wear(name: str, place: int, **limits: float) -> Patch:
    """A rule of `worn` under other limits, which are its argument at a place."""
    real = getattr(worn, name)

    def other(*given: Any) -> Any:
        changed = list(given)
        changed[place] = given[place].model_copy(update=limits)
        return real(*changed)

    return worn, name, other


def _felt(**changes: Any) -> tuple[Patch, ...]:
    real = Warmth.seen

    def seen(self: Warmth, start_us: int, end_us: int) -> Felt | None:
        found = real(self, start_us, end_us)
        return None if found is None else replace(found, **changes)

    return ((Warmth, "seen", seen),)


def _never(shape: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: np.zeros(len(shape(*given)), np.bool_)


_MEAN_TURNS_H = sum(turns_h * share for turns_h, share in states.SLEEPERS_TURNS_H)
_QUIET = states.CALM_COUNTS[0][0]
_TURN_DEG = dict.fromkeys((True, False), reading.TURN_DEG)
_LARGE_TURN_DEG = dict.fromkeys((True, False), 2 * reading.TURN_DEG)

TERMS: tuple[Term, ...] = (
    Term("sleep", "number of movements", "sleep", ((reading, "p_counts", _ones(states.p_counts)),)),
    Term("sleep", "turns", "sleep", ((reading, "p_turned", _ones(states.p_turned)),)),
    Term("sleep", "share in motion", "sleep", ((reading, "p_motion", _ones(states.p_motion)),)),
    Term(
        "sleep",
        "small tilts: the opinion that asks",
        "sleep",
        ((reading, "p_tilt", _ones(states.p_tilt)), (reading, "_TURN_DEG", _TURN_DEG)),
    ),
    Term(
        "sleep",
        "small tilts: the opinion that does not ask",
        "sleep",
        ((reading, "p_tilt", _one_kind(states.p_tilt, asks_tilt=True)), (reading, "_TURN_DEG", _LARGE_TURN_DEG)),
    ),
    Term(
        "sleep",
        "sleepers who turn more and less",
        "sleep",
        ((reading, "p_turned", _one_kind(states.p_turned, turns_h=_MEAN_TURNS_H)),),
    ),
    Term(
        "sleep", "restless sleepers", "sleep", ((reading, "p_counts", _one_kind(states.p_counts, calm_counts=_QUIET)),)
    ),
    Term("sleep", "regular: series of kicks", "sleep", _without_states(states.IN_SERIES)),
    Term("sleep", "regular: fidgets as regular as kicks", "sleep", _without_states(REGULAR, LYING_FIDGETS)),
    Term("sleep", "surroundings: a sofa", "sleep", _without_states(SOFA)),
    Term("sleep", "surroundings: lying awake for long", "sleep", _without_states(LYING, LYING_FIDGETS)),
    Term(
        "sleep",
        "series as frequent as the night shows",
        "sleep",
        ((reading, "learnt_rate_h", lambda n, _: states.first_rate_h(len(n))),),
    ),
    Term(
        "sleep",
        "time: the evening begins awake",
        "sleep",
        ((reading, "START", np.full(len(STATES), 1 / len(STATES))),),
    ),
    Term("sleep", "size: weak movements left out", "sleep", ((half_minutes, "_LEAST_G", 0.0),)),
    Term("sleep", "each turn counts once", "sleep", ((half_minutes, "_each_once", lambda turn_deg: turn_deg),)),
    Term("flag", "without the largest block", "flags", ((index, "_WITHOUT_BLOCK", 0.0),)),
    Term("flag", "time: without the first two hours", "flags", ((index, "_LATER", 0.0),)),
    Term("flag", "restless sleep: no negative", "flags", ((against, "_MOST_TURNS_H", math.inf),)),
    Term("flag", "kicks near what can be seen", "flags", ((against, "_NEAR", 0.0),)),
    Term("worn", "breathing seen: worn", "signal", ((worn, "_share_seen", lambda *_: 0.0),)),
    Term("worn", "breathing missed: not worn", "signal", ((worn, "_breath_shown", lambda *_: ""),)),
    Term("worn", "breathing: noise levelled", "signal", ((breathing, "_levelled", lambda power, *_: power),)),
    Term("worn", "breathing: bumps cut", "signal", (_wear("breath_line", 1, breath_clip=math.inf),)),
    Term("worn", "no turn for 3 h: not worn", "signal", (_wear("_judged", 4, unworn_h=math.inf),)),
    Term("worn", "no turn for 1.5 h: perhaps not", "signal", (_wear("_judged", 4, doubt_h=math.inf),)),
    Term("worn", "nothing moved at an end", "signal", ((worn, "_by_edges", lambda *_: []),)),
    Term("worn", "moved like a leg", "signal", ((worn, "_like_a_leg", lambda *_: False),)),
    Term("worn", "handling joins absences", "signal", (_wear("_merged", 2, join_min=0.0),)),
    Term("worn", "cold as a room", "signal", _felt(cold=False)),
    Term("worn", "warm as a leg", "signal", _felt(warm=False)),
    Term("worn", "warmth of what was mostly worn", "signal", ((worn, "_mostly_worn", lambda recorded, *_: recorded),)),
    Term("hidden", "all of it", "signal", ((observed, "hidden_spans", lambda *_: np.empty((0, 2), np.int64)),)),
    Term("hidden", "in motion, half a minute", "signal", ((hidden, "IN_MOTION_SHARE", math.inf),)),
    Term("hidden", "in motion, 5 min", "signal", ((hidden, "IN_MOTION_AROUND", math.inf),)),
    Term("hidden", "threshold above kicks", "signal", ((hidden, "_limit_g", lambda *_: math.inf),)),
    Term("hidden", "the night's own kicks", "signal", ((hidden, "_OWN_KICKS", _MANY),)),
    Term("hidden", "leg movements hide nothing", "signal", ((hidden, "_in_leg_movement", _never(lambda s, *_: s)),)),
    Term("stiffness", "all of it", "signal", ((observed, "with_stiffness", lambda _, detected: detected),)),
    Term("stiffness", "a lasting turn counts", "signal", ((stiffness, "_TURNED_G", math.inf),)),
)
