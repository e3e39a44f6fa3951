"""Nights with many hypnic jerks over the physics of the hard nights: placed, sized and ringing as is chosen here.

The physics (muscle, joint, strap, posture, sensor) are functions of another simulator, whose file is read where it lies
and never copied. When jerks come, how large they are and how the leg rings is decided here: that simulator has them at
one falling asleep a night, within 6 minutes before and 8 after it, and judging on nothing else would be judging that.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.jerks import Case, Made, channel_of
from ingest.recording import Side

#: 2026-03-02T20:30:00Z, and 17:00 where the evening has a nap.
_START_US, _NAP_START_US = 1_772_483_400_000_000, 1_772_470_800_000_000
_H = 3600.0
_DEVICES = ("ax6", "ax3", "gt3x", "gnactv")
_RATES_HZ = (50, 25, 50, 50)
#: So far from anything else that moves, seconds: a jerk that is not alone is made on purpose only, as one of two.
_CLEAR_S = 6
#: Of a night in turn: how many jerks at each falling asleep, and whether it has periodic kicks.
_HOW_MANY = ("none", "many", "few", "many")

Segment = tuple[float, float, str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Made):
    """A movement, and of a jerk how it was placed and how the leg rang.

    Attributes
    ----------
    place : str
        before, after, well before; empty for what is no jerk.
    after : str
        What one fell asleep after: evening, awakening, walk, nap.
    ring_hz, ring_s : float
        Frequency, and time to a tenth. A soft leg (below 2 Hz) hardly rings: 0 s.
    pair_s : float
        Pause to the other one of two; 0 of a single one.
    """

    place: str = ""
    after: str = ""
    ring_hz: float = 0.0
    ring_s: float = 0.0
    pair_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Falling:
    """A moment of falling asleep: in bed since, asleep from and to, seconds; after what."""

    in_bed_s: float
    asleep_s: float
    end_s: float
    after: str


@dataclass(frozen=True, slots=True)
class _Twitch:
    """A jerk before it has moved a leg."""

    at_s: float
    peak_g: float
    burst_s: float
    ring_hz: float
    ring_s: float
    place: str
    after: str
    pair_s: float


def physics(folder: Path) -> Any:
    """The other simulator's functions; None where its file is not."""
    file = folder / "signals.py"
    if not file.is_file():
        return None
    spec = importlib.util.spec_from_file_location("hard_nights_signals", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} cannot be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def night(signals: Any, number: int, legs: int, seed: int) -> Case:
    """One night; the seed and the number decide all of it."""
    rng = np.random.default_rng([seed, number, legs])
    many, kicks = _HOW_MANY[number % 4], (number // 4 + number) % 2 == 1
    has_nap = rng.random() < 0.25
    segments, fallings = _planned(rng, _asleep_with(rng, kicks=kicks), 30.0 if kicks else 0.0, has_nap=has_nap)
    hours = segments[-1][1] / _H + 0.02
    device, rate_hz = _DEVICES[number // 2 % 4], _RATES_HZ[number // 2 % 4]
    sims = [signals.Sim([seed, number, legs, leg], hours, fs=rate_hz, dev=device) for leg in range(legs)]
    sims[0].plan(segments)
    for other in sims[1:]:
        _moves_along(other, sims[0], segments, rng)
    truth = _with_jerks(signals, sims, fallings, many, rng)
    start_us = _NAP_START_US if has_nap else _START_US
    sides: tuple[Side, ...] = ("left", "right")
    channels = []
    for side, sim in zip(sides, sims, strict=False):
        time_us = start_us + np.arange(sim.N) * 1_000_000 // sim.fs
        channels.append(channel_of(side, time_us, sim.render(), signals.DEV[device][2]))
    name = f"{many}{', kicks' if kicks else ''}{', nap' if has_nap else ''} {number}"
    return Case(name, start_us, tuple(truth), tuple(channels))


def _asleep_with(rng: np.random.Generator, *, kicks: bool) -> dict[str, Any]:
    """What a sleeper does beside jerks: half of those who kick do so strongly and briefly, as a jerk would."""
    if not kicks:
        return {"iso": 4}
    brief = {"dur": 0.6, "med": 0.15} if rng.random() < 0.5 else {}
    return {"iso": 4, "plm": 30, **brief}


def _planned(
    rng: np.random.Generator, asleep: dict[str, Any], plmw: float, *, has_nap: bool
) -> tuple[list[Segment], list[Falling]]:
    segments: list[Segment] = []
    fallings: list[Falling] = []

    def goes_on(minutes: float, what: str, options: dict[str, Any]) -> float:
        start = segments[-1][1] if segments else 0.0
        segments.append((start, start + 60 * minutes, what, options))
        return start

    def falls_asleep(in_bed_s: float, still: tuple[float, float], minutes: float, after: str) -> None:
        goes_on(rng.uniform(*still), "bed", {"fid": 240, "turn_min": 20})
        asleep_s = goes_on(minutes, "sleep", asleep)
        fallings.append(Falling(in_bed_s, asleep_s, segments[-1][1], after))

    if has_nap:
        goes_on(rng.uniform(25, 40), "day", {})
        falls_asleep(goes_on(rng.uniform(5, 12), "bed", {}), (6, 20), rng.uniform(45, 80), "nap")
    goes_on(rng.uniform(100, 140) if has_nap else rng.uniform(30, 60), "day", {})
    falls_asleep(goes_on(rng.uniform(8, 20), "bed", {}), (15, 40), rng.uniform(55, 110), "evening")
    for _ in range(rng.integers(2, 5)):
        if rng.random() < 0.5:
            goes_on(1.5, "bed", {"fid": 30})
            goes_on(3, "walk", {})
            falls_asleep(goes_on(rng.uniform(3, 8), "bed", {}), (4, 20), rng.uniform(55, 110), "walk")
        else:
            kicking = {"plmw": plmw} if plmw else {}
            in_bed_s = goes_on(rng.uniform(4, 12), "bed", {"fid": 40, **kicking})
            falls_asleep(in_bed_s, (4, 22), rng.uniform(55, 110), "awakening")
    goes_on(10, "bed", {"fid": 30})
    goes_on(25, "day", {})
    return segments, fallings


def _moves_along(other: Any, first: Any, segments: Sequence[Segment], rng: np.random.Generator) -> None:
    """The other leg: turns with the first one, takes part in half of what that does, and does a little alone."""
    other.roll = first.roll + np.deg2rad(rng.normal(0, 10))
    other.pitch = first.pitch + np.deg2rad(rng.normal(0, 4))
    other.at = other.N
    for start, end, what, options in segments:
        if what in ("day", "walk"):
            getattr(other, f"e_{what}")(start, end, **options)
    for kind, onset, end, peak_g in first.ev:
        if kind == "turn":
            other.noiseburst(onset - 0.3, end - onset + 0.6, 0.1)
            other.busy[int(onset) - 2 : int(end) + 3] = True
        elif rng.random() < 0.5:
            style = str(rng.choice(["sust", "sust", "double", "clonic"]))
            other.kick(onset + rng.normal(0, 0.08), peak_g * rng.uniform(0.6, 1.0), kind, style=style, dur=end - onset)
    for start, end, what, _ in segments:
        for at in other.poisson(start + 60, end - 60, 2 / _H) if what == "sleep" else ():
            if not first.busy[int(at) - 3 : int(at) + 6].any():
                other.kick(at, float(np.clip(rng.lognormal(np.log(0.06), 0.8), 0.005, 0.5)), "iso")


def _with_jerks(
    signals: Any, sims: Sequence[Any], fallings: Sequence[Falling], many: str, rng: np.random.Generator
) -> list[Placed]:
    """All that was made, by onset: what the legs did, each movement once, and jerks that are put among it."""
    asleep_s = np.array([f.asleep_s for f in fallings])
    made: list[Placed] = []
    for leg, sim in enumerate(sims):
        for kind, onset, _, peak_g in sim.ev:
            if leg and any(abs(m.onset_s - onset) < 0.5 for m in made):
                continue
            made.append(Placed(kind, float(onset), float(peak_g), _nearest_min(onset, asleep_s)))
    if many == "few":
        fallings = [fallings[int(rng.integers(len(fallings)))]]
    for falling in fallings if many != "none" else ():
        for _ in range(rng.integers(1, 3) if many == "few" else rng.integers(3, 7)):
            for twitch in _drawn(falling, sims, rng, pairs=many == "many"):
                _jerk(signals, sims, twitch, rng)
                from_min = _nearest_min(twitch.at_s, asleep_s)
                told = {k: getattr(twitch, k) for k in ("place", "after", "ring_hz", "ring_s", "pair_s")}
                made.append(Placed("jerk", twitch.at_s, twitch.peak_g, from_min, **told))
    return sorted(made, key=lambda m: m.onset_s)


def _nearest_min(at_s: float, asleep_s: np.ndarray) -> float:
    off_s = at_s - asleep_s
    return float(off_s[np.abs(off_s).argmin()] / 60)


def _drawn(falling: Falling, sims: Sequence[Any], rng: np.random.Generator, *, pairs: bool) -> list[_Twitch]:
    """A jerk or two at a free moment round a falling asleep; none where no moment is free."""
    place = str(rng.choice(["before", "after", "well before"], p=[0.5, 0.38, 0.12]))
    early = falling.asleep_s - falling.in_bed_s
    if place == "well before" and early < 22 * 60:
        place = "before"
    low_s, high_s = {
        "before": (max(-20 * 60, 30 - early), -30.0),
        "after": (5.0, min(10 * 60, falling.end_s - falling.asleep_s)),
        "well before": (max(-40 * 60, 30 - early), -20 * 60.0),
    }[place]
    pair_s = float(np.exp(rng.uniform(np.log(2), np.log(30)))) if pairs and rng.random() < 0.12 else 0.0
    for _ in range(40):
        at_s = falling.asleep_s + rng.uniform(low_s, high_s)
        last_s = at_s + pair_s
        if not any(sim.busy[int(at_s) - _CLEAR_S : int(last_s) + _CLEAR_S + 2].any() for sim in sims):
            each = (at_s, last_s) if pair_s else (at_s,)
            return [_twitch(at, place, falling.after, pair_s, rng) for at in each]
    return []


def _twitch(at_s: float, place: str, after: str, pair_s: float, rng: np.random.Generator) -> _Twitch:
    """Sizes and bursts evenly over their range; three legs in four ring at 3-8 Hz for 0.3-0.6 s, one is soft."""
    peak_g = float(np.exp(rng.uniform(np.log(0.08), np.log(1.2))))
    soft = rng.random() < 0.25
    ring_hz = rng.uniform(0.9, 1.8) if soft else rng.uniform(3, 8)
    ring_s = 0.0 if soft else rng.uniform(0.3, 0.6)
    return _Twitch(at_s, peak_g, rng.uniform(0.07, 0.2), ring_hz, ring_s, place, after, pair_s)


def _jerk(signals: Any, sims: Sequence[Any], twitch: _Twitch, rng: np.random.Generator) -> None:
    """Through the legs: of two, both in 85 of 100, the second one weaker."""
    order = list(rng.permutation(len(sims)))
    both = rng.random() < 0.85
    share = 1.0
    for leg in order if both else order[:1]:
        sim = sims[leg]
        at_s = twitch.at_s if share == 1.0 else twitch.at_s + rng.normal(0, 0.03)
        first = int(np.ceil(at_s * sim.fs))
        gravity = signals.gvec(sim.roll[first], sim.pitch[first])
        seen_g = _through_leg(signals, sim, twitch, gravity, rng) * (share * twitch.peak_g)
        n = int(len(seen_g) / signals.FK * sim.fs) - 1
        at = (first + np.arange(n)) / sim.fs - at_s
        own = np.arange(len(seen_g)) / signals.FK
        for axis in range(3):
            sim.dv[first : first + n, axis] += np.interp(at, own, seen_g[:, axis])
        sim.busy[int(at_s) - 1 : int(at_s) + 3] = True
        share = rng.uniform(0.5, 1.0)


def _through_leg(signals: Any, sim: Any, twitch: _Twitch, gravity: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What the sensor sees of one burst, largest deviation 1: through muscle, joint, the shank's tilt, and strap."""
    seconds = np.arange(int(2.5 * signals.FK)) / signals.FK
    excited = (seconds < twitch.burst_s).astype(float)
    damped = np.log(10) / (2 * np.pi * twitch.ring_hz * twitch.ring_s) if twitch.ring_s else rng.uniform(0.4, 0.8)
    angle = signals.joint(seconds, excited, rng.uniform(0.05, 0.09), twitch.ring_hz, damped)
    speeding = np.gradient(np.gradient(angle, seconds), seconds) / signals.G0
    along_m, forward_m = (-0.1, 0.35) if rng.random() < 0.6 else (-0.27, 0.08)
    lateral = np.array([0.0, 1.0, 0.0])
    moved = np.outer(speeding, [along_m, rng.normal(0, 0.03), forward_m])
    seen: np.ndarray = signals.strap(np.outer(angle, np.cross(lateral, gravity)) + moved, *sim.straps)
    return seen / float(np.linalg.norm(seen, axis=1).max())
