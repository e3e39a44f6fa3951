"""One night drawn from a profile: when the sleeper is in bed, awake and asleep, and what moves when.

The same generator state gives the same night. How single movements are drawn is in `analytics.simulate.draws`.
"""

from __future__ import annotations

import numpy as np

from analytics.simulate import draws
from analytics.simulate.plan import HOUR_S, Plan, Span
from analytics.simulate.profiles import Profile


def plan_night(profile: Profile, rng: np.random.Generator, *, hours: float = 9.5) -> Plan:
    """Draw one night. The same generator state gives the same night.

    Parameters
    ----------
    hours : float
        Length of the recording.
    """
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
    busy += draws.restless(rng, awake, quiet_s)
    ordered = tuple(sorted(busy, key=lambda e: e.onset_s))
    return Plan(hours, in_bed_s, out_of_bed_s, sleep_s, ordered, _gaps(profile, rng, sleep_s))


def _sleep(
    profile: Profile, rng: np.random.Generator, in_bed_s: float, out_of_bed_s: float
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Stretches asleep, and the still minutes before each of them."""
    quiet = [rng.uniform(*profile.quiet_wake_min) * 60]
    onset_s = in_bed_s + rng.uniform(5, 25) * 60 + quiet[0]
    end_s = out_of_bed_s - rng.uniform(2, 10) * 60
    wakes = np.sort(rng.uniform(onset_s + HOUR_S, end_s - HOUR_S, rng.integers(*profile.awakenings, endpoint=True)))
    stretches, start_s = [], onset_s
    for wake_s in wakes:
        if wake_s < start_s + 0.4 * HOUR_S:
            continue
        stretches.append((start_s, float(wake_s)))
        quiet.append(rng.uniform(1, 4) * 60)
        start_s = float(wake_s) + rng.uniform(6, 18) * 60 + quiet[-1]
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
