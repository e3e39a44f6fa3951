"""Lying awake, and how restless sleepers move: what the plain profiles do not do.

Fidgets of a sleeper who lies awake return the leg to where it lay: turning is what is rare. A train of them may be as
regular as periodic movements by chance. No publication gives their intervals; these are choices (see `Fidgets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.simulate.draws import is_free
from analytics.simulate.plan import HOUR_S, Span, TrueEvent
from analytics.simulate.profiles import Fidgets, Profile

#: The least and the most regular train, SD of log intervals.
_LN_SD = (0.15, 1.0)
#: From the end of a movement to the next one, at least.
_PAUSE_S = 1.0
_LARGE_S, _HELD_DEG = (3.0, 45.0), (2.0, 6.0)


def lying_awake(
    fidgets: Fidgets, rng: np.random.Generator, awake_s: Sequence[Span], still_s: Sequence[Span]
) -> tuple[list[TrueEvent], list[Span]]:
    """Trains of fidgets, stillness between them, and a turn now and then.

    Parameters
    ----------
    awake_s : sequence of (start, end)
        Stretches awake in bed, from the start of the recording, in order.
    still_s : sequence of (start, end)
        What is still anyhow: the minutes before falling asleep.

    Returns
    -------
    list of TrueEvent, list of (start, end)
        The movements, and all stretches without one, those before falling asleep among them; both in order.
    """
    found: list[TrueEvent] = []
    quiet: list[Span] = list(still_s)
    for start_s, end_s in awake_s:
        until_s = min((a for a, b in still_s if start_s <= a and b <= end_s + 1e-6), default=end_s)
        at_s, moving = start_s, bool(rng.random() < 0.5)
        while at_s < until_s:
            low, high = fidgets.train_min if moving else fidgets.still_min
            then_s = min(until_s, at_s + rng.uniform(low, high) * 60)
            if moving:
                found += _train(fidgets, rng, at_s, then_s)
            else:
                quiet.append((at_s, then_s))
            at_s, moving = then_s, not moving
    return found, _joined(quiet)


def large(profile: Profile, rng: np.random.Generator, sleep_s: Sequence[Span], busy: Sequence[TrueEvent]) -> list[
    TrueEvent
]:  # fmt: skip
    """Large movements asleep: 3-45 s, and half of them leave the leg within a degree of where it lay (a choice)."""
    found: list[TrueEvent] = []
    per_h = float(rng.uniform(*profile.large_per_h))
    for start_s, end_s in sleep_s:
        for _ in range(rng.poisson(per_h * (end_s - start_s) / HOUR_S)):
            long_s = float(np.clip(rng.lognormal(np.log(9.0), 0.6), *_LARGE_S))  # mean 11 s; 12 s in healthy adults
            turn_deg = float(rng.uniform(0, 1) if rng.random() < 0.5 else rng.uniform(5, 60))
            at_s = float(rng.uniform(start_s + 60, max(start_s + 61, end_s - 60)))
            if is_free(at_s, at_s + long_s, [*busy, *found], 20.0):
                found.append(TrueEvent(at_s, long_s, rng.uniform(0.15, 0.6), "large", asleep=True, turn_deg=turn_deg))
    return found


def held(profile: Profile, rng: np.random.Generator, events: Sequence[TrueEvent]) -> list[TrueEvent]:
    """The same movements; a share of the kicks leaves the leg 2-6 degrees from where it lay."""
    return [
        replace(e, turn_deg=float(rng.uniform(*_HELD_DEG)))
        if e.kind == "kick" and rng.random() < profile.held_share
        else e
        for e in events
    ]


def _train(fidgets: Fidgets, rng: np.random.Generator, start_s: float, end_s: float) -> list[TrueEvent]:
    median_s = np.exp(rng.uniform(*np.log(fidgets.imi_median_s)))
    ln_sd = float(np.clip(rng.normal(fidgets.imi_ln_sd, fidgets.imi_ln_sd_sd), *_LN_SD))
    found: list[TrueEvent] = []
    at_s = start_s + float(rng.uniform(0, median_s))
    while at_s < end_s - 6:
        long_s = float(rng.uniform(1.0, 5.0))
        step_s = max(long_s + _PAUSE_S, float(rng.lognormal(np.log(median_s), ln_sd)))
        if rng.random() < step_s / (fidgets.turn_every_min * 60):
            found.append(TrueEvent(at_s, long_s, float(rng.uniform(0.1, 0.6)), "posture", asleep=False))
        else:
            peak_g = float(np.exp(rng.uniform(np.log(0.03), np.log(0.4))))
            found.append(TrueEvent(at_s, long_s, peak_g, "fidget", asleep=False, turn_deg=0.0))
        at_s += step_s
    return found


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans that touch become one; in order."""
    joined: list[Span] = []
    for start_s, end_s in sorted(spans):
        if joined and start_s <= joined[-1][1] + 1e-6:
            joined[-1] = (joined[-1][0], max(end_s, joined[-1][1]))
        else:
            joined.append((start_s, end_s))
    return joined
