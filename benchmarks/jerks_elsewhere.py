"""Hypnic jerks at other moments, of other sizes and in other legs than any simulator here has them by itself.

    python -m benchmarks.jerks_elsewhere --seed N [--nights 24] [--legs 1|2] [--workers 1] [--physics DIR] [--each FILE]

Nights of `jerks_elsewhere_nights`: over the physics of the hard nights, without which it says so and ends. Judged as
`benchmarks.jerks` does. A seed that was looked at while building does not judge: draw one. ``--each`` writes a line a
jerk, with all that is known of it. By hand, about ten seconds a night and leg.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from analytics.model import Event
from benchmarks.hard_nights_truth import share
from benchmarks.jerks import CRITERIA, WANTED, Judged, called_of, is_kick, judged, reason_of
from benchmarks.jerks_elsewhere_nights import Placed, night, physics

_PHYSICS = Path(__file__).resolve().parents[2] / "shared" / "data" / "hard_nights"
_NAMES = ("hypnic_jerk", "isolated", "short_interval", "periodic", "wake", "other", "missed")
#: What a false jerk was is the true movement within this, seconds.
_NEAR_S = 2.0
Pair = tuple[Placed, Event | None, str | None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=24)
    parser.add_argument("--legs", type=int, default=1, choices=(1, 2))
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--physics", type=Path, default=_PHYSICS)
    parser.add_argument("--each", type=Path)
    given = parser.parse_args(arguments)
    if physics(given.physics) is None:
        print(f"Skipped: {given.physics} has no signals.py, the physics that these nights are built on.")
        return
    begun = time.perf_counter()
    one = partial(_judged, given.physics, given.legs, given.seed)
    if given.workers == 1:
        nights = [one(number) for number in range(given.nights)]
    else:
        with ProcessPoolExecutor(given.workers) as pool:
            nights = list(pool.map(one, range(given.nights)))
    print(summary(nights))
    print(f"\nSeed {given.seed}, {given.legs} leg(s), {(time.perf_counter() - begun) / len(nights):.1f} s a night")
    if given.each:
        _write_each(given.each, nights)


def _judged(folder: Path, legs: int, seed: int, number: int) -> Judged:
    found = judged(night(physics(folder), number, legs, seed))
    # The samples are let go: all nights would not fit.
    return replace(found, case=replace(found.case, channels=()))


def pairs_of(nights: Iterable[Judged]) -> list[Pair]:
    """Every jerk that was made, what answers to it, and why it was not found."""
    return [(t, e, reason_of(t, e, n.night)) for n in nights for t, e in n.pairs if isinstance(t, Placed) and t.is_jerk]


def summary(nights: Sequence[Judged]) -> str:
    """All tables as Markdown."""
    jerks = pairs_of(nights)
    with_kicks = [n for n in nights if ", kicks" in n.case.name]
    without = [n for n in nights if ", kicks" not in n.case.name]
    lines = [
        "| nights | n | jerks found | false, a night | kicks called jerks | inside series | flag wrong | cannot tell |",
        "|---" * 8 + "|",
        *(_line(name, part) for name, part in (("all", nights), ("with kicks", with_kicks), ("without", without))),
        "",
        "| flag, by true jerks | nights | raised | not raised | cannot tell |",
        "|---" * 5 + "|",
        *_flags(nights),
        "",
        "| jerks, each row of those above it | found |",
        "|---|---|",
        *_ever_plainer(jerks),
        "",
        *_by("placed", jerks, lambda t: f"{'one of two' if t.pair_s else 'single'}, {t.place}"),
        *_by("minutes from falling asleep", jerks, _in((-40, -20, -10, -5, 0, 5, 10), lambda t: t.from_onset_min)),
        *_by("after", jerks, lambda t: t.after),
        *_by("largest deviation, mg", jerks, _in((80, 100, 150, 300, 600, 1200), lambda t: 1000 * t.peak_g)),
        *_by("the leg rings, Hz", jerks, _in((0, 3, 4.5, 6, 8), lambda t: t.ring_hz)),
        *_by("for, s", [j for j in jerks if j[0].ring_s], _in((0.3, 0.4, 0.5, 0.6), lambda t: t.ring_s)),
        *_by("pause between two, s", [j for j in jerks if j[0].pair_s], _in((2, 5, 10, 30), lambda t: t.pair_s)),
        "| why a jerk was not found | jerks |",
        "|---|---|",
        *_reasons(jerks),
        "",
        f"What the false ones were: {_false_ones(nights)}",
    ]
    return "\n".join(lines)


def _line(name: str, nights: Sequence[Judged]) -> str:
    jerks = [(t, e) for n in nights for t, e in n.pairs if t.is_jerk]
    kicks = [(t, e) for n in nights for t, e in n.pairs if is_kick(t)]
    false = sum(n.n_false for n in nights)
    cells = (
        name,
        f"{len(nights)}",
        called_of(jerks, "hypnic_jerk"),
        f"{false} ({false / max(1, len(nights)):.2f})",
        called_of(kicks, "hypnic_jerk"),
        called_of(jerks, "periodic"),
        share(sum(n.is_wrong for n in nights), len(nights)),
        f"{sum(n.state == 'cannot_tell' for n in nights)}",
    )
    return f"| {' | '.join(cells)} |"


def _flags(nights: Sequence[Judged]) -> list[str]:
    lines = []
    for name, low, high in (("none", 0, 1), ("fewer than wanted", 1, WANTED), ("as many or more", WANTED, 10_000)):
        states = [n.state for n in nights if low <= n.n_true < high]
        told = " | ".join(f"{states.count(s)}" for s in ("raised", "not_raised", "cannot_tell"))
        lines.append(f"| {name} | {len(states)} | {told} |")
    return lines


def _in(edges: Sequence[float], value_of: Callable[[Placed], float]) -> Callable[[Placed], str]:
    """The class between two edges in which a value lies; classes sort by their number."""

    def named(true: Placed) -> str:
        value = value_of(true)
        place = next((i for i, high in enumerate(edges[1:-1]) if value < high), len(edges) - 2)
        return f"{place}:{edges[place]:g} to {edges[place + 1]:g}"

    return named


def _by(name: str, jerks: Sequence[Pair], class_of: Callable[[Placed], str]) -> list[str]:
    """What the jerks of each class were called."""
    lines = [f"| {name} | n | found | {' | '.join(_NAMES[1:])} |", "|---" * (len(_NAMES) + 2) + "|"]
    for one in sorted({class_of(t) for t, *_ in jerks}):
        labels = [e.label if e is not None else "missed" for t, e, _ in jerks if class_of(t) == one]
        told = [label if label in _NAMES else "other" for label in labels]
        cells = " | ".join(f"{told.count(label)}" for label in _NAMES[1:])
        lines.append(f"| {one.split(':')[-1]} | {len(told)} | {share(told.count(_NAMES[0]), len(told))} | {cells} |")
    return [*lines, ""]


def _reasons(jerks: Sequence[Pair]) -> list[str]:
    why = [reason for *_, reason in jerks if reason is not None]
    return [f"| {reason} | {why.count(reason)} |" for reason in sorted(set(why), key=lambda r: -why.count(r))]


def _ever_plainer(jerks: Sequence[Pair]) -> list[str]:
    """Jerks found, of all and of those that are left when what is hard about them is left out, one after another."""
    kept = [("all", jerks)]
    easier: tuple[tuple[str, Callable[[Placed], bool]], ...] = (
        ("not of a nap", lambda t: t.after != "nap"),
        ("not within 5 s of another jerk", lambda t: not 0 < t.pair_s < CRITERIA.jerks.quiet_s),
        ("at most 20 min before falling asleep", lambda t: t.from_onset_min >= -20),
        ("the leg rings at 3-8 Hz", lambda t: t.ring_s > 0),
        ("at most 8 min before falling asleep", lambda t: t.from_onset_min >= -8),
    )
    for name, is_kept in easier:
        kept.append((name, [j for j in kept[-1][1] if is_kept(j[0])]))
    return [f"| {name} | {called_of([(t, e) for t, e, _ in part], 'hypnic_jerk')} |" for name, part in kept]


def _false_ones(nights: Sequence[Judged]) -> str:
    kinds: list[str] = []
    for one in nights:
        for event in one.false:
            at_s = (event.onset_us - one.case.start_us) / 1e6
            near = min(one.case.truth, key=lambda t: abs(t.onset_s - at_s))
            kinds.append(near.kind if abs(near.onset_s - at_s) < _NEAR_S else "nothing within 2 s")
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))) or "-"


def _write_each(file: Path, nights: Sequence[Judged]) -> None:
    told = ("onset_s", "peak_g", "from_onset_min", "place", "after", "ring_hz", "ring_s", "pair_s")
    with file.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened)
        rows.writerow(("night", *told, "label", "p_near_onset", "p_sleep", "confidence", "why"))
        for one in nights:
            for true, event, why in pairs_of([one]):
                said = (event.label, event.p_near_onset, event.p_sleep, event.confidence) if event else ("missed",)
                said = (*said, *("",) * (4 - len(said)))
                rows.writerow((one.case.name, *(getattr(true, name) for name in told), *said, why or ""))


if __name__ == "__main__":
    main()
