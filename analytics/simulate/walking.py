"""Walking before bed and after getting up, as an option of a simulated night.

A leg walks in strides of about a second: its heel strikes, it stands, it swings. The other leg does the same half a
stride later, so the two are never at the same point. Pauses, at doors and tables, are shared by both. Cadence and the
lengths of bouts are choices within what is published for slow walking indoors (0.8-1.0 strides a second).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from analytics.simulate.plan import HOUR_S, Plan

Floats = NDArray[np.float64]

#: A pause between two heel strikes of a leg that is longer ends a bout of walking, seconds.
_LONGEST_STRIDE_S = 1.6
_STRIDE_S, _STRIDE_SD_S = (1.0, 1.2), 0.03
_BOUT_S, _PAUSE_S = (15.0, 180.0), (2.0, 20.0)


def with_walks(plan: Plan, rng: np.random.Generator, *, minutes: float, pauses: bool = True) -> Plan:
    """A night with so many minutes of walking before and after the time in bed, and nothing else outside it.

    Parameters
    ----------
    minutes : float
        Of each of the two walks. The recording begins with the first and ends with the second.
    pauses : bool
        Whether the walker stops now and then; else both walks are one bout each.
    """
    walk_s = minutes * 60
    late_s = walk_s - plan.in_bed_s
    up_s = plan.out_of_bed_s + late_s
    in_bed = (e for e in plan.events if plan.in_bed_s <= e.onset_s and e.onset_s + e.duration_s < plan.out_of_bed_s)
    strides = [*_walk(rng, 0.0, walk_s, pauses=pauses), *_walk(rng, up_s, up_s + walk_s, pauses=pauses)]
    return replace(
        plan,
        hours=(up_s + walk_s) / HOUR_S,
        in_bed_s=walk_s,
        out_of_bed_s=up_s,
        sleep_s=tuple((start + late_s, end + late_s) for start, end in plan.sleep_s),
        events=tuple(replace(event, onset_s=event.onset_s + late_s) for event in in_bed),
        gaps_s=tuple((start + late_s, end + late_s) for start, end in plan.gaps_s),
        strides_s=tuple(strides),
        unworn_s=tuple((start + late_s, end + late_s) for start, end in plan.unworn_s),
        quiet_s=tuple((start + late_s, end + late_s) for start, end in plan.quiet_s),
        vibration_s=tuple((start + late_s, end + late_s, level_g) for start, end, level_g in plan.vibration_s),
    )


def of_the_other_leg(strides_s: tuple[float, ...], rng: np.random.Generator) -> tuple[float, ...]:
    """When the other heel strikes: in the middle of every stride, and at times before the first and after the last."""
    own = np.array(strides_s)
    if len(own) < 2:
        return ()
    step_s = np.diff(own)
    inside = step_s < _LONGEST_STRIDE_S
    middle = (own[:-1] + step_s / 2)[inside]
    ends = np.append(~inside, True)
    half_s = sum(_STRIDE_S) / 4
    leads, follows = own[np.append(True, ~inside)] - half_s, own[ends] + half_s
    chosen = rng.random(len(leads)) < 0.5, rng.random(len(follows)) < 0.5
    return tuple(np.sort(np.concatenate((middle, leads[chosen[0]], follows[chosen[1]]))).tolist())


def gait_g(seconds: Floats, strides_s: tuple[float, ...], rng: np.random.Generator) -> tuple[slice, Floats]:
    """What walking adds at the ankle: the heel's impact and the swing of the shank.

    Parameters
    ----------
    seconds : float64 array, shape (m,)
        Times of all samples from the start of the recording, ascending.
    strides_s : tuple of float
        When this leg's heel struck the ground, in order; at least one.

    Returns
    -------
    slice, float64 array of shape (n, 3)
        Which samples, from the first to the last stride, and what is added to them.
    """
    own = np.array(strides_s)
    first, last = np.searchsorted(seconds, (own[0], own[-1]))
    at_s = seconds[first:last]
    step = np.searchsorted(own, at_s, side="right") - 1
    stride_s = np.append(np.diff(own), np.inf)[step]
    walks = stride_s < _LONGEST_STRIDE_S
    since_s = at_s - own[step]
    share = np.where(walks, since_s / stride_s, 0.0)
    hardness = rng.lognormal(0.0, 0.2, len(own))[step]
    impact = 1.2 * hardness * np.exp(-since_s / 0.05) * np.cos(2 * np.pi * 9 * since_s)
    swing = np.where(share > 0.6, np.sin(np.pi * (share - 0.6) / 0.4) ** 2, 0.0)
    turned = np.sin(2 * np.pi * (share - 0.6) / 0.4) * (share > 0.6)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    added = np.outer(impact, axes[0]) + np.outer(0.5 * swing, axes[1]) + np.outer(0.6 * turned, axes[2])
    return slice(int(first), int(last)), added * walks[:, None]


def _walk(rng: np.random.Generator, start_s: float, end_s: float, *, pauses: bool) -> list[float]:
    """Heel strikes of one leg."""
    strikes: list[float] = []
    at_s = start_s + rng.uniform(0.5, 3.0)
    stop_s = end_s - rng.uniform(1.0, 10.0)
    while at_s < stop_s:
        bout_end_s = min(stop_s, at_s + rng.uniform(*_BOUT_S)) if pauses else stop_s
        stride_s = rng.uniform(*_STRIDE_S)
        n = max(1, int((bout_end_s - at_s) / stride_s))
        bout = at_s + np.concatenate(([0.0], np.cumsum(np.clip(rng.normal(stride_s, _STRIDE_SD_S, n), 0.8, 1.5))))
        strikes += bout.tolist()
        at_s = float(bout[-1]) + rng.uniform(*_PAUSE_S)
    return strikes
