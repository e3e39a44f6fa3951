"""Movements of one kind, drawn for one night: jerks, series, respiratory runs, single kicks, restlessness.

Each function takes what is there already and keeps away from it, so that the truth stays clear: a drawn movement
is one movement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.simulate.plan import HOUR_S, Kind, Span, TrueEvent
from analytics.simulate.profiles import Course, Profile

#: Intervals of a series stay clear of the limits of the standard (10 and 90 s), so that the truth is not a matter of
#: milliseconds.
_IMI_S = (11.5, 85.0)
_RESPIRATORY_IMI_S = (25.0, 45.0)


def jerks(
    profile: Profile, rng: np.random.Generator, sleep_s: tuple[Span, ...], quiet_s: tuple[Span, ...]
) -> list[TrueEvent]:
    """Hypnic jerks round falling asleep. Two in three at the first onset, the rest on returns to sleep: a choice.

    Parameters
    ----------
    sleep_s : tuple of (start, end)
        Stretches asleep, seconds from the start of the recording, in order.
    quiet_s : tuple of (start, end)
        The still minutes before each of them.
    """
    found: list[TrueEvent] = []
    for _ in range(rng.integers(*profile.jerks, endpoint=True)):
        which = 0 if rng.random() < 0.67 else rng.integers(len(sleep_s))
        at_s = sleep_s[which][0] + rng.uniform(-min(180.0, 0.8 * (quiet_s[which][1] - quiet_s[which][0])), 240.0)
        if is_free(at_s, at_s + 1, found, 40.0):
            found.append(
                TrueEvent(at_s, rng.uniform(0.15, 0.3), rng.uniform(0.25, 0.8), "jerk", at_s >= sleep_s[which][0])
            )
    return found


def series(
    profile: Profile, rng: np.random.Generator, sleep_s: tuple[Span, ...], busy: Sequence[TrueEvent]
) -> list[TrueEvent]:
    """Periodic kicks asleep, in series of 4 to 44, spread over the night by the profile's ``course``.

    Parameters
    ----------
    sleep_s : tuple of (start, end)
        Stretches asleep, seconds from the start of the recording, in order.
    busy : sequence of TrueEvent
        Drawn before; what is drawn now keeps away from them.
    """
    wanted = round(rng.uniform(*profile.plms_per_h) * _hours(sleep_s))
    found: list[TrueEvent] = []
    for _ in range(2000):
        if len(found) >= wanted:
            break
        left = wanted - len(found)
        n = max(4, min(int(rng.integers(6, 45)), left if left >= 4 else 4))
        start, end = sleep_s[rng.integers(len(sleep_s))]
        at_s = rng.uniform(start + 60, end)
        if rng.random() > _density(profile.course, (at_s - sleep_s[0][0]) / (sleep_s[-1][1] - sleep_s[0][0])):
            continue
        run = _run(profile, rng, at_s, n)
        last_s = run[-1].onset_s + run[-1].duration_s
        if last_s < end - 30 and is_free(at_s, last_s, [*busy, *found], 100.0):
            found += run
    return found


def series_in_wake(profile: Profile, rng: np.random.Generator, in_bed_s: float, onset_s: float) -> list[TrueEvent]:
    """Periodic kicks awake in bed, before sleep.

    Parameters
    ----------
    in_bed_s, onset_s : float
        When the sleeper goes to bed and falls asleep, from the start of the recording.
    """
    wanted = int(profile.periodic_in_wake_per_h * (onset_s - in_bed_s) / HOUR_S)
    if wanted < 4:
        return []
    run = _run(profile, rng, in_bed_s + 30, wanted, asleep=False)
    return [e for e in run if e.onset_s + e.duration_s < onset_s - 60]


def respiratory(
    profile: Profile, rng: np.random.Generator, sleep_s: tuple[Span, ...], busy: Sequence[TrueEvent]
) -> list[TrueEvent]:
    """A leg movement as breath returns, 25-45 s after the one before, for 5 to 30 times.

    Parameters
    ----------
    sleep_s : tuple of (start, end)
        Stretches asleep, seconds from the start of the recording, in order.
    busy : sequence of TrueEvent
        Drawn before; what is drawn now keeps away from them.
    """
    wanted = round(rng.uniform(*profile.respiratory_per_h) * _hours(sleep_s)) if profile.respiratory_per_h[1] else 0
    found: list[TrueEvent] = []
    for _ in range(400):
        if len(found) >= wanted:
            break
        start, end = sleep_s[rng.integers(len(sleep_s))]
        at_s = rng.uniform(start + 60, end)
        steps = rng.uniform(*_RESPIRATORY_IMI_S, rng.integers(5, 31))
        onsets = at_s + np.concatenate(([0.0], np.cumsum(steps[:-1])))
        if onsets[-1] < end - 40 and is_free(at_s, float(onsets[-1]) + 10, [*busy, *found], 100.0):
            found += [_kick(rng, profile, float(t), asleep=True, periodic=False, kind="respiratory") for t in onsets]
    return found


def scattered(
    profile: Profile, rng: np.random.Generator, sleep_s: tuple[Span, ...], busy: Sequence[TrueEvent]
) -> list[TrueEvent]:
    """Single kicks, turns and trains during sleep, away from everything else.

    Parameters
    ----------
    sleep_s : tuple of (start, end)
        Stretches asleep, seconds from the start of the recording, in order.
    busy : sequence of TrueEvent
        Drawn before; what is drawn now keeps away from them.
    """
    found: list[TrueEvent] = []
    for start, end in sleep_s:
        hours = (end - start) / HOUR_S
        for _ in range(rng.poisson(profile.isolated_per_h * hours)):
            kick = _kick(rng, profile, rng.uniform(start + 120, end), asleep=True, periodic=False)
            if is_free(kick.onset_s, kick.onset_s + 10, [*busy, *found], 95.0):
                found.append(kick)
        for _ in range(rng.poisson(profile.posture_per_h * hours)):
            turn = TrueEvent(
                rng.uniform(start + 120, end), rng.uniform(3, 15), rng.uniform(0.15, 0.6), "posture", asleep=True
            )
            if is_free(turn.onset_s, turn.onset_s + turn.duration_s, [*busy, *found], 30.0):
                found.append(turn)
    return found + _trains(profile, rng, sleep_s, [*busy, *found])


def restless(
    rng: np.random.Generator, awake: Sequence[tuple[float, float, float]], quiet_s: tuple[Span, ...]
) -> list[TrueEvent]:
    """Fidgets and turns while awake; none in the still minutes.

    Parameters
    ----------
    awake : sequence of (start, end, mean pause)
        Stretches awake, and the mean pause between movements in each; all in seconds.
    quiet_s : tuple of (start, end)
        The still minutes, from the start of the recording.
    """
    found: list[TrueEvent] = []
    for start, end, mean_s in awake:
        at_s = start + rng.exponential(mean_s / 2)
        while at_s < end - 4:
            if not any(first <= at_s < last for first, last in quiet_s):
                turn = rng.random() < 0.35
                peak_g = rng.uniform(0.1, 0.6) if turn else float(np.exp(rng.uniform(np.log(0.03), np.log(0.4))))
                found.append(
                    TrueEvent(at_s, rng.uniform(1.0, 5.0), peak_g, "posture" if turn else "fidget", asleep=False)
                )
            at_s += 1.0 + rng.exponential(mean_s)
    return found


def is_free(at_s: float, end_s: float, busy: Sequence[TrueEvent], margin_s: float) -> bool:
    """Whether a stretch keeps this far away from all movements."""
    return all(e.onset_s - margin_s > end_s or e.onset_s + e.duration_s + margin_s < at_s for e in busy)


def _trains(
    profile: Profile, rng: np.random.Generator, sleep_s: tuple[Span, ...], busy: Sequence[TrueEvent]
) -> list[TrueEvent]:
    """Foot tremor at sleep onset, and alternating muscle activation anywhere in sleep."""
    found: list[TrueEvent] = []
    first, last = sleep_s[0][0], sleep_s[-1][1]
    wishes: list[tuple[Kind, float]] = [
        ("train", first + rng.uniform(-60, 600)) for _ in range(rng.integers(*profile.trains, endpoint=True))
    ]
    wishes += [("alma", rng.uniform(first, last - 60)) for _ in range(rng.integers(*profile.alma, endpoint=True))]
    for kind, at_s in wishes:
        asleep = any(a <= at_s < b for a, b in sleep_s)
        train = TrueEvent(at_s, rng.uniform(9, 18), rng.uniform(0.05, 0.15), kind, asleep)
        if is_free(at_s, at_s + train.duration_s, [*busy, *found], 30.0):
            found.append(train)
    return found


def _run(profile: Profile, rng: np.random.Generator, at_s: float, n: int, *, asleep: bool = True) -> list[TrueEvent]:
    steps = np.clip(rng.lognormal(np.log(profile.imi_median_s), profile.imi_ln_sd, n), *_IMI_S)
    onsets = at_s + np.concatenate(([0.0], np.cumsum(steps[:-1])))
    run: list[TrueEvent] = []
    for onset_s in onsets:
        kick = _kick(rng, profile, float(onset_s), asleep=asleep, periodic=True)
        run.append(kick)
        if profile.short_imi_share and kick.duration_s < 3 and rng.random() < profile.short_imi_share:
            soon_s = max(onset_s + rng.uniform(2, 4), onset_s + kick.duration_s + 0.7)
            again = _kick(rng, profile, float(soon_s), asleep=asleep, periodic=False)
            run.append(replace(again, duration_s=min(again.duration_s, 2.0)))
    return run


def _kick(
    rng: np.random.Generator, profile: Profile, at_s: float, *, asleep: bool, periodic: bool, kind: Kind = "kick"
) -> TrueEvent:
    duration_s = float(np.clip(rng.lognormal(np.log(2.6), 0.5), 0.6, 9.0))
    low, high = profile.kick_peak_g
    peak_g = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return TrueEvent(at_s, duration_s, peak_g, kind, asleep, periodic)


def _density(course: Course, share: float) -> float:
    """How likely kicks are at this share of the night, 1 at most. Shapes are choices after Ferri 2006."""
    if course == "falling":
        return float(np.exp(-2 * share))
    return float(np.sin(np.pi * share)) if course == "bell" else 1.0


def _hours(sleep_s: tuple[Span, ...]) -> float:
    return sum(end - start for start, end in sleep_s) / HOUR_S
