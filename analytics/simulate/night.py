"""One night drawn from a profile: when the sleeper is in bed, awake and asleep, and what moves when.

The same generator state gives the same night. How single movements are drawn is in `analytics.simulate.draws`; lying
awake, what is not of the leg, and wear are drawn from a child of the generator, so that the plain profiles stay the
nights that they were.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.simulate import bedside, draws, waking, wear
from analytics.simulate.felt import draw_body
from analytics.simulate.plan import HOUR_S, Plan, Span, TrueEvent
from analytics.simulate.profiles import Profile


def plan_night(profile: Profile, rng: np.random.Generator, *, hours: float = 9.5) -> Plan:
    """Draw one night. The same generator state gives the same night.

    Parameters
    ----------
    hours : float
        Length of the recording.
    """
    own = rng.spawn(1)[0]
    if profile.turns_per_h is not None:
        profile = replace(profile, posture_per_h=float(own.uniform(*profile.turns_per_h)))
    sofa_s = rng.uniform(*profile.sofa_h) * HOUR_S
    in_bed_s = sofa_s + rng.uniform(0.4, 1.0) * HOUR_S
    out_of_bed_s = hours * HOUR_S - rng.uniform(0.2, 0.5) * HOUR_S
    sleep_s, quiet_s = _sleep(profile, rng, in_bed_s, out_of_bed_s)
    busy = draws.jerks(profile, rng, sleep_s, quiet_s)
    busy += draws.respiratory(profile, rng, sleep_s, busy)
    busy += draws.series(profile, rng, sleep_s, busy)
    busy += draws.series_in_wake(profile, rng, in_bed_s, sleep_s[0][0])
    busy += draws.scattered(profile, rng, sleep_s, busy)
    awake = _awake(profile, hours, sofa_s, in_bed_s, out_of_bed_s, sleep_s)
    if profile.fidgets is None:
        busy += draws.restless(rng, awake, quiet_s)
    else:
        busy += draws.restless(rng, [a for a in awake if a[1] <= in_bed_s or a[0] >= out_of_bed_s], quiet_s)
    gaps_s = _gaps(profile, rng, sleep_s)
    plan = Plan(hours, in_bed_s, out_of_bed_s, sleep_s, _in_order(busy), gaps_s, quiet_s=quiet_s)
    return _with_conditions(profile, own, plan)


def _with_conditions(profile: Profile, rng: np.random.Generator, plan: Plan) -> Plan:
    """The night as it is with what the plain profiles do not have; without any of it, the same night."""
    events, quiet_s = list(plan.events), plan.quiet_s
    if profile.fidgets is not None:
        fidgets, still_s = waking.lying_awake(profile.fidgets, rng, plan.awake_s, plan.quiet_s)
        clear = [e for e in fidgets if draws.is_free(e.onset_s, e.onset_s + e.duration_s, plan.events, 0.5)]
        events, quiet_s = events + clear, tuple(still_s)
    events += waking.large(profile, rng, plan.sleep_s, events)
    if profile.held_share:
        events = waking.held(profile, rng, events)
    plan = replace(plan, events=_in_order(events), quiet_s=quiet_s)
    plan = replace(plan, vibration_s=bedside.vibration(profile.around, rng, plan))
    beside = bedside.through_the_mattress(profile.around, rng, plan)
    unworn_s, felt = wear.unworn(profile.wear, rng, plan)
    body = draw_body(rng) if profile.irregular_body else None
    return replace(plan, events=_in_order([*plan.events, *beside, *felt]), unworn_s=unworn_s, body=body)


def _in_order(events: list[TrueEvent]) -> tuple[TrueEvent, ...]:
    return tuple(sorted(events, key=lambda e: e.onset_s))


def _sleep(
    profile: Profile, rng: np.random.Generator, in_bed_s: float, out_of_bed_s: float
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Stretches asleep, and the still minutes before each of them."""
    quiet = [rng.uniform(*profile.quiet_wake_min) * 60]
    onset_s = in_bed_s + rng.uniform(*profile.latency_min) * 60 + quiet[0]
    end_s = out_of_bed_s - rng.uniform(2, 10) * 60
    count = rng.integers(*profile.awakenings, endpoint=True)
    wakes = np.sort(rng.uniform(onset_s + HOUR_S, end_s - HOUR_S, count))
    if profile.awakenings_apart:  # each in the middle half of its part
        share = (wakes - onset_s - HOUR_S) / (end_s - onset_s - 2 * HOUR_S)
        wakes = onset_s + HOUR_S / 2 + (np.arange(count) + 0.25 + 0.5 * share) / count * (end_s - onset_s - HOUR_S)
    stretches, start_s = [], onset_s
    for wake_s in wakes:
        if wake_s < start_s + 0.4 * HOUR_S:
            continue
        stretches.append((start_s, float(wake_s)))
        quiet.append(rng.uniform(*profile.quiet_return_min) * 60)
        start_s = float(wake_s) + rng.uniform(*profile.wake_min) * 60 + quiet[-1]
    stretches.append((start_s, end_s))
    still = tuple((start - q, start) for (start, _), q in zip(stretches, quiet, strict=True))
    return tuple(stretches), still


def _awake(
    profile: Profile, hours: float, sofa_s: float, in_bed_s: float, out_of_bed_s: float, sleep_s: tuple[Span, ...]
) -> list[tuple[float, float, float]]:
    """Stretches awake, each with the mean pause between movements: long on a sofa, short on the way to bed."""
    edges = [in_bed_s, *(t for stretch in sleep_s for t in stretch), out_of_bed_s]
    to_bed_s = in_bed_s - 300.0
    before = [(0.0, in_bed_s, profile.evening_every_s)]
    if sofa_s:
        up_s = max(0.0, to_bed_s - sofa_s)
        before = [
            (0.0, up_s, profile.evening_every_s),
            (up_s, to_bed_s, 75.0),
            (to_bed_s, in_bed_s, profile.evening_every_s),
        ]
    in_bed = [(start, end, profile.fidget_every_s) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [*before, (out_of_bed_s, hours * HOUR_S, profile.evening_every_s), *in_bed]


def _gaps(profile: Profile, rng: np.random.Generator, sleep_s: tuple[Span, ...]) -> tuple[Span, ...]:
    """When the sensor stopped: 1-20 minutes, all during the night, none overlapping. A choice."""
    first, last = sleep_s[0][0], sleep_s[-1][1]
    found: list[Span] = []
    for _ in range(rng.integers(*profile.gaps, endpoint=True) if profile.gaps[1] else 0):
        start_s = float(rng.uniform(first, last - 1200))
        end_s = start_s + float(rng.uniform(60, 1200))
        if all(end_s < a or start_s > b for a, b in found):
            found.append((start_s, end_s))
    return tuple(sorted(found))
