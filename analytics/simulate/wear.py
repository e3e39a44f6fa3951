"""When a leg wears the sensor, and what the sensor feels while it lies about.

What lies on a charger or a nightstand feels knocks at the furniture: a hard thing on a hard thing rings above 8 Hz and
is quiet within half a second, and it lies as it lay. What fell off in the bed feels the sleeper's turns through the
mattress. How often either happens, and when sensors are taken off, are choices: no study gives it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulate.plan import HOUR_S, Plan, Span, TrueEvent, rest_of
from analytics.simulate.profiles import Wear

_BUMPS_PER_H = (1.0, 8.0)
_BUMP_S, _BUMP_G = (0.2, 0.6), (0.01, 0.08)
#: Unbuckling and putting down, or the reverse.
_HANDLING_S, _HANDLING_G, _HANDLING_DEG = (4.0, 15.0), (0.3, 1.2), (40.0, 150.0)
#: A sleeper's turn, felt by what lies beside the leg: mattresses of pocketed springs and foam pass little on.
_NUDGE_SHARE, _NUDGE_G = (0.02, 0.08), 0.03


def unworn(wear: Wear, rng: np.random.Generator, plan: Plan) -> tuple[tuple[Span, ...], list[TrueEvent]]:
    """When the sensor is not worn, and what it feels of being handled, of furniture and of the mattress.

    Parameters
    ----------
    plan : Plan
        The night as a worn sensor would have it. Sensors are handled at its awakenings, never in its sleep.

    Returns
    -------
    tuple of (start, end), list of TrueEvent
        In order, from the start of the recording. Empty if it is worn all the time.
    """
    end_s = plan.hours * HOUR_S
    if wear == "worn":
        return (), []
    if wear == "off":
        return ((0.0, end_s),), _bumps(rng, plan, 0.0, end_s)
    if wear == "put-on-late":
        on_s = _awake_moment(rng, plan, (0.0, 0.35))
        return ((0.0, on_s),), [*_bumps(rng, plan, 0.0, on_s), _handled(rng, plan, on_s)]
    if wear == "fallen-off":
        return _fallen(rng, plan)
    off_s = _awake_moment(rng, plan, (0.25, 0.7))
    later = [at_s for at_s in _awake_moments(rng, plan) if at_s > off_s + 600]
    on_s = end_s if wear == "taken-off" else min(later, default=plan.out_of_bed_s)
    handled = [_handled(rng, plan, off_s)]
    if on_s < end_s:
        handled.append(_handled(rng, plan, on_s))
    lies_s = off_s + handled[0].duration_s
    return ((lies_s, on_s),), [*handled, *_bumps(rng, plan, lies_s, on_s)]


def _fallen(rng: np.random.Generator, plan: Plan) -> tuple[tuple[Span, ...], list[TrueEvent]]:
    """Stripped off by a turn; it lies in the bed until the sleeper gets up, and on a table from then on."""
    first_s, last_s = plan.sleep_s[0][0], plan.sleep_s[-1][1]
    wish_s = first_s + float(rng.uniform(0.2, 0.7)) * (last_s - first_s)
    turns = [e for e in plan.events if e.kind == "posture" and plan.asleep(e.onset_s)]
    at = min(turns, key=lambda e: abs(e.onset_s - wish_s), default=None)
    fell_s = wish_s if at is None else at.onset_s + at.duration_s
    share = float(rng.uniform(*_NUDGE_SHARE))
    nudges = [
        TrueEvent(e.onset_s, min(e.duration_s, 4.0), min(share * e.peak_g, _NUDGE_G), "nudge", plan.asleep(e.onset_s))
        for e in plan.events
        if e.kind in ("posture", "large", "fidget") and fell_s < e.onset_s < plan.out_of_bed_s
    ]
    end_s = plan.hours * HOUR_S
    found = _handled(rng, plan, plan.out_of_bed_s)
    table_s = found.onset_s + found.duration_s
    return ((fell_s, end_s),), [*nudges, found, *_bumps(rng, plan, table_s, end_s)]


def _awake_moment(rng: np.random.Generator, plan: Plan, share: tuple[float, float]) -> float:
    """A moment awake in bed, the nearest to a share of the night."""
    wish_s = plan.in_bed_s + float(rng.uniform(*share)) * (plan.out_of_bed_s - plan.in_bed_s)
    return min(_awake_moments(rng, plan), key=lambda at_s: abs(at_s - wish_s))


def _awake_moments(rng: np.random.Generator, plan: Plan) -> list[float]:
    """One of each stretch awake and not still before the last waking."""
    taken = sorted([*plan.sleep_s, *plan.quiet_s])
    moving = rest_of(taken, plan.in_bed_s, plan.sleep_s[-1][1])
    return [start + float(rng.uniform(0.3, 0.6)) * (end - start) for start, end in moving]


def _handled(rng: np.random.Generator, plan: Plan, at_s: float) -> TrueEvent:
    turn_deg = float(rng.uniform(*_HANDLING_DEG))
    long_s, peak_g = float(rng.uniform(*_HANDLING_S)), float(rng.uniform(*_HANDLING_G))
    return TrueEvent(at_s, long_s, peak_g, "handling", plan.asleep(at_s), turn_deg=turn_deg)


def _bumps(rng: np.random.Generator, plan: Plan, start_s: float, end_s: float) -> list[TrueEvent]:
    count = rng.poisson(rng.uniform(*_BUMPS_PER_H) * max(0.0, end_s - start_s) / HOUR_S)
    onsets: Sequence[float] = np.sort(rng.uniform(start_s + 1, max(start_s + 1, end_s - 2), count)).tolist()
    return [
        TrueEvent(t, float(rng.uniform(*_BUMP_S)), float(np.exp(rng.uniform(*np.log(_BUMP_G)))), "bump", plan.asleep(t))
        for t in onsets
    ]
