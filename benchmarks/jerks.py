"""Hypnic jerks against kicks: what is found, what is called by the other's name, and what the flag says.

    python -m benchmarks.jerks [--nights 60] [--legs 1|2] [--seed 20] | [--from FOLDER]

Simulated nights of four profiles have their jerks taken out and put back by a draw of their own: none, one, or several
at every moment of falling asleep, from 9 minutes before to 12 minutes after it. ``--from`` takes nights made elsewhere
instead: ``NAME.parquet`` with ``timestamp, x_g, y_g, z_g`` and ``NAME.json`` with ``events`` (kind, onset_s, offset_s,
peak_g), ``sleep`` (a digit a second), ``start`` and ``lsb_g``. By hand, about a second a night and leg.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from analytics.criteria import Criteria
from analytics.model import Channel, Event, Night
from analytics.nights.night import analyse_night
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.simulate import PROFILES, SENSORS, Plan, TrueEvent, plan_night, render
from analytics.simulate.legs import two_legs
from benchmarks.hard_nights_truth import share
from ingest.recording import Side

CRITERIA = Criteria()
START_US = 1_772_487_000_000_000  # 2026-03-02T21:30:00Z
WANTED = CRITERIA.jerks.frequent_per_night
_KICKS = {"kick", "respiratory", "plm", "iso", "plmw"}
_SENSORS = ("ax6", "ax3", "gt3x", "geneactiv")
#: How far the onset of what was found may lie from a true one, seconds.
_NEAR_S = 1.0
_SIZES_MG = (0, 100, 150, 300, 600, 10_000)
_MINUTES = (-1000, -5, 0, 5, 10, 1000)


@dataclass(frozen=True, slots=True)
class Made:
    """A movement that was made: seconds from the start, largest deviation, minutes from the nearest falling asleep."""

    kind: str
    onset_s: float
    peak_g: float
    from_onset_min: float

    @property
    def is_jerk(self) -> bool:
        """Whether it was a hypnic jerk."""
        return self.kind == "jerk"


@dataclass(frozen=True, slots=True)
class Case:
    """A night with its truth."""

    name: str
    start_us: int
    truth: tuple[Made, ...]
    channels: tuple[Channel, ...]


def with_jerks(plan: Plan, rng: np.random.Generator) -> Plan:
    """The night with jerks of another draw: 0, 1, or 2-4 at every moment of falling asleep."""
    events = [e for e in plan.events if e.kind != "jerk"]
    each = rng.choice([0, 1, 4], p=[0.3, 0.2, 0.5])
    starts_s = [start for start, _ in plan.sleep_s][: 1 if each == 1 else None]
    for asleep_s in starts_s:
        for _ in range(each if each < 2 else rng.integers(2, 5)):
            at_s = asleep_s + 60 * rng.uniform(-9, 12)
            if all(at_s + 20 < e.onset_s or at_s - 20 > e.onset_s + e.duration_s for e in events):
                peak_g = float(np.clip(rng.lognormal(np.log(0.3), 0.6), 0.1, 1.5))
                events.append(TrueEvent(at_s, rng.uniform(0.15, 0.3), peak_g, "jerk", plan.asleep(at_s)))
    return replace(plan, events=tuple(sorted(events, key=lambda e: e.onset_s)))


def simulated(nights: int, legs: int, seed: int) -> Iterator[Case]:
    """Nights of the project's own simulator."""
    for number in range(nights):
        rng = np.random.default_rng([seed, number])
        name = ("jerks", "healthy", "plmd", "rls")[number % 4]
        profile = replace(PROFILES[name], irregular_body=True)
        plan = with_jerks(plan_night(profile, rng, hours=float(rng.uniform(7, 9.5))), rng)
        starts_s = np.array([start for start, _ in plan.sleep_s])
        plans = two_legs(plan, rng) if legs == 2 else (plan,)
        sides: tuple[Side, ...] = ("left", "right")
        channels = []
        for side, leg in zip(sides, plans, strict=False):
            seconds, xyz_g = render(leg, SENSORS[_SENSORS[number % len(_SENSORS)]], rng, rate_hz=(25, 50)[number % 2])
            channels.append(channel_of(side, START_US + np.rint(seconds * 1e6).astype(np.int64), xyz_g, 1 / 256))
        truth = [Made(e.kind, e.onset_s, e.peak_g, _nearest_min(e.onset_s, starts_s)) for e in plan.events]
        yield Case(f"{name} {number}", START_US, tuple(truth), tuple(channels))


def from_folder(folder: Path) -> Iterator[Case]:
    """Nights made elsewhere."""
    for file in sorted(folder.glob("*.json")):
        told = json.loads(file.read_text())
        samples = pl.read_parquet(file.with_suffix(".parquet"))
        time_us = samples["timestamp"].cast(pl.Int64).to_numpy()
        sleep = np.frombuffer(told["sleep"].encode(), np.uint8) - ord("0")
        starts_s = np.flatnonzero(np.diff(sleep.astype(np.int8), prepend=0) == 1)
        truth = [Made(kind, on, peak, _nearest_min(on, starts_s)) for kind, on, _, peak in told["events"]]
        xyz_g = samples.select("x_g", "y_g", "z_g").to_numpy()
        channel = channel_of("left", time_us, xyz_g, told["lsb_g"])
        yield Case(told["name"], round(told["start"] * 1e6), tuple(truth), (channel,))


def is_kick(true: Made) -> bool:
    """Whether a movement is a kick, which may be taken for a jerk."""
    return true.kind in _KICKS


def _nearest_min(at_s: float, starts_s: np.ndarray) -> float:
    if not len(starts_s):
        return np.inf
    off_s = at_s - starts_s
    return float(off_s[np.abs(off_s).argmin()] / 60)


def channel_of(side: Side, time_us: np.ndarray, xyz_g: np.ndarray, lsb_g: float) -> Channel:
    """Samples of the ankle of one side."""
    return Channel(side[0] * 64, "ankle", side, time_us, xyz_g.astype(np.float32), lsb_g)


@dataclass(frozen=True, slots=True)
class Judged:
    """A night and what was made of it: the event that answers to each true movement, jerks that answer to none."""

    case: Case
    night: Night
    pairs: tuple[tuple[Made, Event | None], ...]
    false: tuple[Event, ...]

    @property
    def n_false(self) -> int:
        """How many jerks were found that were none."""
        return len(self.false)

    @property
    def n_true(self) -> int:
        """How many jerks there were."""
        return sum(true.is_jerk for true in self.case.truth)

    @property
    def state(self) -> str:
        """What the flag says."""
        return next(f.state for f in self.night.scores[0].flags if f.name == "frequent_hypnic_jerks")

    @property
    def is_wrong(self) -> bool:
        """Whether the flag says the opposite of the truth."""
        return self.state == ("not_raised" if self.n_true >= WANTED else "raised")


def judged(case: Case) -> Judged:
    """Analyse a night and compare it with its truth."""
    night = analyse_night(
        subject="simulated",
        night_date=date(2026, 3, 2),
        zone="UTC",
        channels=case.channels,
        criteria=CRITERIA,
        rulesets=[DEFAULT_RULESET],
        version="benchmark",
    )
    events = night.scores[0].events
    at_s = np.array([(e.onset_us - case.start_us) / 1e6 for e in events])
    pairs: list[tuple[Made, Event | None]] = []
    for true in case.truth:
        first, end = np.searchsorted(at_s, (true.onset_s - _NEAR_S, true.onset_s + _NEAR_S))
        near = sorted(range(first, end), key=lambda i, true=true: abs(at_s[i] - true.onset_s))  # type: ignore[misc]
        pairs.append((true, events[near[0]] if near else None))
    answered = {e.movement_no for true, e in pairs if e is not None and true.is_jerk}
    false = tuple(e for e in events if e.label == "hypnic_jerk" and e.movement_no not in answered)
    return Judged(case, night, tuple(pairs), false)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=60)
    parser.add_argument("--legs", type=int, default=1, choices=(1, 2))
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--from", dest="folder", type=Path)
    parser.add_argument("--each", action="store_true", help="a line a night that has a jerk, true or found")
    given = parser.parse_args(arguments)
    cases = from_folder(given.folder) if given.folder else simulated(given.nights, given.legs, given.seed)
    begun = time.process_time()
    nights = []
    for case in cases:
        found = judged(case)
        # The samples are let go: a hundred nights would not fit.
        nights.append(replace(found, case=replace(case, channels=())))
        if given.each and (found.n_true or found.n_false or found.is_wrong):
            print(_line(found), file=sys.stderr)
    print(summary(nights))
    print(f"{(time.process_time() - begun) / max(1, len(nights)):.2f} s CPU a night, with making or reading it")


def _line(found: Judged) -> str:
    right = sum(e is not None and e.label == "hypnic_jerk" for true, e in found.pairs if true.is_jerk)
    lost = [
        f"{1000 * t.peak_g:.0f} mg {t.from_onset_min:+.1f} min {e.label if e else 'missed'}"
        f"{f' {e.p_near_onset:.2f}' if e else ''}"
        for t, e in found.pairs
        if t.is_jerk and (e is None or e.label != "hypnic_jerk")
    ]
    return f"{found.case.name}: {right} of {found.n_true}, {found.n_false} false, {found.state}; {'; '.join(lost)}"


def summary(nights: Sequence[Judged]) -> str:
    """All tables as Markdown."""
    pairs = [pair for night in nights for pair in night.pairs]
    jerks = [(t, e) for t, e in pairs if t.is_jerk]
    kicks = [(t, e) for t, e in pairs if is_kick(t)]
    states = [(night.n_true >= WANTED, night.state, night.is_wrong) for night in nights]
    off = [off_by for night in nights if (off_by := _share_off(night)) is not None]
    lines = [
        "| nights | jerks found | false a night | kicks called jerks | flag wrong | cannot tell |",
        "|---|---|---|---|---|---|",
        f"| {len(nights)} | {called_of(jerks, 'hypnic_jerk')} | {sum(n.n_false for n in nights) / len(nights):.2f} "
        f"| {called_of(kicks, 'hypnic_jerk')} | {share(sum(w for *_, w in states), len(states))} "
        f"| {sum(s == 'cannot_tell' for _, s, _ in states)} |",
        "",
        f"Jerks inside series: {called_of(jerks, 'periodic')}",
        "",
        *_why(nights),
        *_confusion("jerks by size, mg", [(1000 * t.peak_g, e) for t, e in jerks], _SIZES_MG),
        *_confusion("jerks by minutes from falling asleep", [(t.from_onset_min, e) for t, e in jerks], _MINUTES),
        *_confusion("kicks by size, mg", [(1000 * t.peak_g, e) for t, e in kicks], _SIZES_MG),
        *_confusion("kicks by minutes from falling asleep", [(t.from_onset_min, e) for t, e in kicks], _MINUTES),
    ]
    if off:
        lines.append(
            f"Share of intervals of 20-40 s, found less true, {len(off)} nights with 20 kicks or more: "
            f"mean {np.mean(off):+.3f}, mean absolute {np.mean(np.abs(off)):.3f}"
        )
    return "\n".join(lines)


def _share_off(night: Judged) -> float | None:
    """Share of intervals that are 20-40 s long, between kicks that were found and between all that were made."""
    at_s = np.sort([t.onset_s for t, _ in night.pairs if is_kick(t)])
    found = night.night.scores[0].measures.share_imi_20_40
    if len(at_s) < 20 or found is None:
        return None
    true_s = np.diff(at_s)
    return float(found - np.mean((true_s >= 20) & (true_s <= 40)))


def called_of(pairs: Sequence[tuple[Made, Event | None]], label: str) -> str:
    """How many of them carry a label."""
    n = sum(e is not None and e.label == label for _, e in pairs)
    return share(n, len(pairs))


def _why(nights: Sequence[Judged]) -> list[str]:
    """Why jerks were not found: how many of each reason, and in how many nights."""
    lost = [(reason_of(t, e, night.night), i) for i, night in enumerate(nights) for t, e in night.pairs if t.is_jerk]
    reasons = sorted({reason for reason, _ in lost if reason is not None})
    rows = [(sum(r == reason for r, _ in lost), len({i for r, i in lost if r == reason}), reason) for reason in reasons]
    lines = [f"| {reason} | {n} | {in_nights} |" for n, in_nights, reason in sorted(rows, reverse=True)]
    return ["| why a jerk was not found | jerks | nights |", "|---|---|---|", *lines, ""]


def reason_of(true: Made, event: Event | None, night: Night) -> str | None:
    """Why a jerk was not found; None for one that was."""
    jerks = CRITERIA.jerks
    if event is None:
        return "below the noise, or one with another movement"
    if event.label == "hypnic_jerk":
        return None
    shapes = {m.shape for m in night.movements if m.number in event.parts}
    if "brief_jerk" not in shapes:
        weak = true.peak_g < CRITERIA.shapes.jerk_peak_mg / 1e3
        return "weaker than a jerk is asked to be" if weak else "does not look like a jerk to the sensor"
    if event.p_sleep is not None and event.p_sleep < jerks.min_p_sleep:
        return "minutes before falling asleep, surely awake"
    if event.p_near_onset < jerks.least_near:
        return "the sleep model knows of no falling asleep then"
    if _is_near_another(event, night):
        return "not alone"
    return "the like comes all night"


def _is_near_another(event: Event, night: Night) -> bool:
    own = [m for m in night.movements if m.number in event.parts]
    first_us, last_us = min(m.onset_us for m in own), max(m.offset_us for m in own)
    near_us = CRITERIA.jerks.quiet_s * 1e6
    return any(
        m.number not in event.parts and m.onset_us < last_us + near_us and m.offset_us > first_us - near_us
        for m in night.movements
    )


def _confusion(name: str, rows: Iterable[tuple[float, Event | None]], edges: Sequence[float]) -> list[str]:
    """What true movements of each class were called."""
    sorted_in: list[list[str]] = [[] for _ in edges[1:]]
    for value, event in rows:
        place = int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(sorted_in) - 1))
        sorted_in[place].append(event.label if event is not None else "missed")
    names = ("hypnic_jerk", "periodic", "isolated", "short_interval", "wake", "other", "missed")
    lines = [f"| {name} | n | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for low, high, called in zip(edges[:-1], edges[1:], sorted_in, strict=True):
        if called:
            told = [c if c in names else "other" for c in called]
            cells = " | ".join(f"{told.count(n) / len(told):.1%}" for n in names)
            lines.append(f"| {low:g} to {high:g} | {len(told)} | {cells} |")
    return [*lines, ""]


if __name__ == "__main__":
    main()
