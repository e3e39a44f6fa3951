"""Random sessions of edits, and what they make of a night in plain loops: no code of `analytics.nights.edits`."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from analytics.model import Movement
from analytics.nights.edits.kinds import Edit, Part

S = 1_000_000


@dataclass(frozen=True)
class Mark:
    """One movement of one leg: its edges in ms, and what the rules may make of it (lm, never a candidate, nothing)."""

    on: int
    off: int
    may: str = "lm"


def movements_of(marks: list[Mark], start_us: int) -> list[Movement]:
    return [
        Movement(
            i, "a" * 64, "ankle", "left", start_us + m.on * 1000, start_us + m.off * 1000, 0.1, 0.01, 0.4, 1.0, 1,
            "leg_movement",
        )
        for i, m in enumerate(marks, start=1)
    ]  # fmt: skip


MAY = {
    **dict.fromkeys(("periodic", "isolated", "short_interval"), "lm"),
    **dict.fromkeys(("rhythmic", "posture_change", "large_movement"), "never"),
    "hypnic_jerk": "nothing",
}


class Session:
    """Edits one after another beside the list that they leave, kept by hand."""

    def __init__(self, marks: list[Mark], start_us: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.start_us = start_us
        self.marks = [*marks]
        self.by_hand: set[Mark] = set()
        self.asleep: list[tuple[int, int, str]] = []
        self.edits: list[Edit] = []

    def step(self) -> None:
        kind = self.random.choice(["relabel", "add", "move", "delete", "join", "split"])
        getattr(self, f"_{kind}")()

    def _part(self, mark: Mark) -> tuple[Part, ...]:
        where = "" if mark in self.by_hand else "a" * 64
        return (Part(where, self.start_us + mark.on * 1000, self.start_us + mark.off * 1000),)

    def _keep(self, kind: Any, *about: Mark, **how: Any) -> None:
        self.edits.append(Edit(kind, tuple(self._part(mark) for mark in about), **how))

    def _us(self, ms: int) -> int:
        return self.start_us + ms * 1000

    def _swap(self, old: Mark, new: list[Mark]) -> None:
        self.marks.remove(old)
        for mark in new:
            if old in self.by_hand:
                self.by_hand.add(mark)
        self.by_hand.discard(old) if old not in new else None
        self.marks += new

    def _apart(self, on: int, off: int, *but: Mark) -> bool:
        """So far from all others that none overlaps: what is told apart by time can be found again."""
        return all(m in but or m.off < on or m.on > off for m in self.marks)

    def _relabel(self) -> None:
        mark, name = self.random.choice(self.marks), self.random.choice([*MAY, "not_a_leg_movement"])
        self._keep("relabel", mark, name=name)
        self._swap(mark, [replace(mark, may=MAY[name])] if name in MAY else [])

    def _add(self) -> None:
        on = self.random.randrange(0, 7 * 3_600_000)
        off = on + self.random.randrange(300, 12_000)
        if self._apart(on, off):
            self._keep("add", from_us=self._us(on), to_us=self._us(off), leg="left", site="ankle")
            self.marks.append(Mark(on, off))
            self.by_hand.add(self.marks[-1])

    def _move(self) -> None:
        mark = self.random.choice(self.marks)
        on = mark.on + self.random.randrange(-8_000, 8_000)
        off = on + self.random.randrange(300, 12_000)
        if self._apart(on, off, mark):
            self._keep("move", mark, from_us=self._us(on), to_us=self._us(off))
            self._swap(mark, [replace(mark, on=on, off=off)])

    def _delete(self) -> None:
        mark = self.random.choice(self.marks)
        self._keep("delete", mark)
        self._swap(mark, [])

    def _join(self) -> None:
        ordered = sorted(self.marks, key=lambda m: m.on)
        at = self.random.randrange(len(ordered) - 1)
        first, second = ordered[at : at + 2]
        if first.may == second.may and (first in self.by_hand) == (second in self.by_hand):
            self._keep("join", first, second)
            self._swap(second, [])
            self._swap(first, [replace(first, off=second.off)])

    def _split(self) -> None:
        mark = self.random.choice(self.marks)
        if mark.off - mark.on >= 1_500:
            at = self.random.randrange(mark.on + 750, mark.off - 749)
            self._keep("split", mark, from_us=self._us(at))
            self._swap(mark, [replace(mark, off=at - 250), replace(mark, on=at + 250)])
