"""What happens in a simulated night: sleep and wake, and every movement with its time, size and kind.

Nothing here knows of sensors. Times are seconds from the start of the recording. Distributions come from
`Sources` below where somebody published one; the rest are choices and say so.

Sources: intervals of periodic movements are log-normal with a mode of 22-26 s; leg movements last 3.2 s on
average (ln-SD 0.5 chosen); large movements 7/h lasting 12 s (healthy adults, PMC8436137); hypnic jerks,
fidgets and awakenings are choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

Kind = Literal["kick", "jerk", "posture", "train", "fidget"]
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One movement that was really made.

    ``peak_g`` is the largest deviation from rest at the sensor; ``periodic`` marks kicks that were drawn as
    part of a series.
    """

    onset_s: float
    duration_s: float
    peak_g: float
    kind: Kind
    asleep: bool
    periodic: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole night.

    Attributes
    ----------
    hours : float
        Length of the recording.
    in_bed_s, out_of_bed_s : float
    sleep_s : tuple of (start, end)
        Stretches asleep, in order; the first one starts at sleep onset.
    events : tuple of TrueEvent
        By onset.
    """

    hours: float
    in_bed_s: float
    out_of_bed_s: float
    sleep_s: tuple[tuple[float, float], ...]
    events: tuple[TrueEvent, ...]

    def asleep(self, time_s: float) -> bool:
        """Whether the sleeper sleeps at this moment."""
        return any(start <= time_s < end for start, end in self.sleep_s)


@dataclass(frozen=True, slots=True)
class Profile:
    """Numbers from which a night is drawn; ranges are (low, high) of a uniform draw."""

    plms_per_h: tuple[float, float]
    kick_peak_g: tuple[float, float]
    jerks: tuple[int, int]
    periodic_in_wake_per_h: float = 0.0
    isolated_per_h: float = 1.5
    posture_per_h: float = 2.5
    trains: tuple[int, int] = (0, 2)
    quiet_wake_min: tuple[float, float] = (3.0, 18.0)
    awakenings: tuple[int, int] = (2, 5)
    imi_median_s: float = 26.0
    imi_ln_sd: float = 0.33
    fidget_every_s: float = 25.0


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "healthy": Profile(plms_per_h=(0.0, 4.0), kick_peak_g=(0.03, 0.15), jerks=(0, 1)),
        "plmd": Profile(plms_per_h=(25.0, 60.0), kick_peak_g=(0.05, 0.2), jerks=(0, 1)),
        "rls": Profile(
            plms_per_h=(20.0, 50.0),
            kick_peak_g=(0.05, 0.2),
            jerks=(0, 1),
            periodic_in_wake_per_h=90.0,
            fidget_every_s=300.0,
        ),
        "jerks": Profile(plms_per_h=(0.0, 2.0), kick_peak_g=(0.03, 0.1), jerks=(4, 6)),
    }
)


def plan_night(profile: Profile, rng: np.random.Generator, *, hours: float = 9.5) -> Plan:
    """Draw one night. The same generator state gives the same night."""
    in_bed_s = rng.uniform(0.4, 1.0) * HOUR_S
    out_of_bed_s = hours * HOUR_S - rng.uniform(0.2, 0.5) * HOUR_S
    sleep_s, quiet_s = _sleep(profile, rng, in_bed_s, out_of_bed_s)
    busy: list[TrueEvent] = []
    busy += _jerks(profile, rng, sleep_s, quiet_s)
    busy += _series(profile, rng, sleep_s, busy)
    busy += _wake_series(profile, rng, in_bed_s, sleep_s[0][0])
    busy += _scattered(profile, rng, sleep_s, busy)
    busy += _wakeful(profile, rng, in_bed_s, out_of_bed_s, hours, sleep_s, quiet_s)
    ordered = tuple(sorted(busy, key=lambda e: e.onset_s))
    return Plan(hours, in_bed_s, out_of_bed_s, sleep_s, ordered)


def _sleep(
    profile: Profile, rng: np.random.Generator, in_bed_s: float, out_of_bed_s: float
) -> tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]:
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


def _free(at_s: float, end_s: float, busy: list[TrueEvent], margin_s: float) -> bool:
    return all(e.onset_s - margin_s > end_s or e.onset_s + e.duration_s + margin_s < at_s for e in busy)


def _jerks(
    profile: Profile,
    rng: np.random.Generator,
    sleep_s: tuple[tuple[float, float], ...],
    quiet_s: tuple[tuple[float, float], ...],
) -> list[TrueEvent]:
    found: list[TrueEvent] = []
    for _ in range(rng.integers(*profile.jerks, endpoint=True)):
        # Two in three at the first onset, the rest on returns to sleep. A choice.
        which = 0 if rng.random() < 0.67 else rng.integers(len(sleep_s))
        at_s = sleep_s[which][0] + rng.uniform(-min(180.0, 0.8 * (quiet_s[which][1] - quiet_s[which][0])), 240.0)
        if _free(at_s, at_s + 1, found, 40.0):
            found.append(
                TrueEvent(at_s, rng.uniform(0.15, 0.3), rng.uniform(0.25, 0.8), "jerk", at_s >= sleep_s[which][0])
            )
    return found


def _kick(rng: np.random.Generator, profile: Profile, at_s: float, *, asleep: bool, periodic: bool) -> TrueEvent:
    duration_s = float(np.clip(rng.lognormal(np.log(2.6), 0.5), 0.6, 9.0))
    low, high = profile.kick_peak_g
    peak_g = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    return TrueEvent(at_s, duration_s, peak_g, "kick", asleep, periodic)


def _series(
    profile: Profile,
    rng: np.random.Generator,
    sleep_s: tuple[tuple[float, float], ...],
    busy: list[TrueEvent],
) -> list[TrueEvent]:
    hours = sum(end - start for start, end in sleep_s) / HOUR_S
    wanted = round(rng.uniform(*profile.plms_per_h) * hours)
    found: list[TrueEvent] = []
    for _ in range(400):
        if len(found) >= wanted:
            break
        left = wanted - len(found)
        n = max(4, min(int(rng.integers(6, 45)), left if left >= 4 else 4))
        start, end = sleep_s[rng.integers(len(sleep_s))]
        at_s = rng.uniform(start + 60, end)
        run = _run(profile, rng, at_s, n)
        last_s = run[-1].onset_s + run[-1].duration_s
        if last_s < end - 30 and _free(at_s, last_s, busy + found, 100.0):
            found += run
    return found


def _run(profile: Profile, rng: np.random.Generator, at_s: float, n: int, *, asleep: bool = True) -> list[TrueEvent]:
    steps = np.clip(rng.lognormal(np.log(profile.imi_median_s), profile.imi_ln_sd, n), 11.5, 85.0)
    onsets = at_s + np.concatenate(([0.0], np.cumsum(steps[:-1])))
    return [_kick(rng, profile, float(t), asleep=asleep, periodic=True) for t in onsets]


def _wake_series(profile: Profile, rng: np.random.Generator, in_bed_s: float, onset_s: float) -> list[TrueEvent]:
    wanted = int(profile.periodic_in_wake_per_h * (onset_s - in_bed_s) / HOUR_S)
    if wanted < 4:
        return []
    run = _run(profile, rng, in_bed_s + 30, wanted, asleep=False)
    return [e for e in run if e.onset_s + e.duration_s < onset_s - 60]


def _scattered(
    profile: Profile,
    rng: np.random.Generator,
    sleep_s: tuple[tuple[float, float], ...],
    busy: list[TrueEvent],
) -> list[TrueEvent]:
    """Single kicks, turns and trains during sleep, away from everything else."""
    found: list[TrueEvent] = []
    for start, end in sleep_s:
        hours = (end - start) / HOUR_S
        for _ in range(rng.poisson(profile.isolated_per_h * hours)):
            kick = _kick(rng, profile, rng.uniform(start + 120, end), asleep=True, periodic=False)
            if _free(kick.onset_s, kick.onset_s + 10, busy + found, 95.0):
                found.append(kick)
        for _ in range(rng.poisson(profile.posture_per_h * hours)):
            turn = TrueEvent(
                rng.uniform(start + 120, end),
                rng.uniform(3, 15),
                rng.uniform(0.15, 0.6),
                "posture",
                asleep=True,
            )
            if _free(turn.onset_s, turn.onset_s + turn.duration_s, busy + found, 30.0):
                found.append(turn)
    for _ in range(rng.integers(*profile.trains, endpoint=True)):
        train = TrueEvent(
            sleep_s[0][0] + rng.uniform(-60, 600),
            rng.uniform(9, 18),
            rng.uniform(0.05, 0.15),
            "train",
            asleep=True,
        )
        if _free(train.onset_s, train.onset_s + train.duration_s, busy + found, 30.0):
            found.append(train)
    return found


def _wakeful(
    profile: Profile,
    rng: np.random.Generator,
    in_bed_s: float,
    out_of_bed_s: float,
    hours: float,
    sleep_s: tuple[tuple[float, float], ...],
    quiet_s: tuple[tuple[float, float], ...],
) -> list[TrueEvent]:
    """Fidgets and turns while awake: dense out of bed, every half minute or so in bed, none when still."""
    found: list[TrueEvent] = []
    edges = [in_bed_s, *(t for stretch in sleep_s for t in stretch), out_of_bed_s]
    awake = [(0.0, in_bed_s, 5.0), (out_of_bed_s, hours * HOUR_S, 5.0)]
    awake += [(start, end, profile.fidget_every_s) for start, end in zip(edges[::2], edges[1::2], strict=True)]
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
