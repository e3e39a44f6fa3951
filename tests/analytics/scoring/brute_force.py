"""The rules once more, as loops over one night: to be read beside the standard, not to be fast.

It shares no code with `analytics`; from there it takes the numbers of a rule set and nothing else. Where
`analytics` searches sorted arrays, this compares everything with everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from analytics.scoring.rulesets import Ruleset

T = TypeVar("T")
Span = tuple[int, int]
Epoch = tuple[int, int, str]  # start, end, stage


@dataclass(frozen=True)
class Mark:
    leg: str
    on: int
    off: int
    number: int
    may_be: bool = True


@dataclass
class Movement:
    on: int
    off: int
    parts: list[Mark]
    mono: list[Movement] = field(default_factory=list)
    ok: bool = True
    stage: str | None = None
    respiratory: bool = False
    arousal: bool = False
    clm: bool = False
    plm: bool = False
    imi: int | None = None
    series: int | None = None
    nonrespiratory: bool | None = None

    @property
    def legs(self) -> set[str]:
        return {mark.leg for mark in self.parts}


@dataclass(frozen=True)
class Night:
    marks: list[Mark]
    epochs: list[Epoch]
    breaths: list[Span]
    wakings: list[Span]


def movements_of(night: Night, rules: Ruleset) -> list[Movement]:
    """Everything `score` says about each movement of a night with all channels."""
    found = _joined(_mono(night.marks, rules), rules)
    for m in found:
        m.stage = _stage(m.on, night.epochs)
        m.respiratory = any(_goes_with_breath(m, on, off, rules) for on, off in night.breaths)
        m.arousal = any(_goes_with_arousal(m, on, off, rules) for on, off in night.wakings)
        m.clm = m.ok and (rules.wake_lm_scored or m.stage != "W")
        m.clm = m.clm and (rules.respiratory_lm_scored or not m.respiratory)
    imis, series = _runs(found, rules)
    for m, imi, number in zip(found, imis, series, strict=True):
        m.imi, m.series, m.plm = imi, number, number is not None
    left = [m for m in found if not (m.ok and m.respiratory)]
    for m, number in zip(left, _runs(left, rules)[1], strict=True):
        m.nonrespiratory = number is not None
    return found


def index_by_runs(movements: list[Movement], rules: Ruleset) -> float | None:
    imis = [m.imi for m in movements if m.imi is not None]
    if not imis:
        return None
    count, streak = 0, 0
    for imi in [*(m.imi for m in movements if m.clm and not _passed_over(m, rules)), None]:
        if _counts_for_index(imi, rules):
            streak += 1
            continue
        count += streak if streak >= rules.periodicity_min_imis else 0
        streak = 0
    return count / len(imis)


def _counts_for_index(imi: int | None, rules: Ruleset) -> bool:
    return imi is not None and rules.periodicity_imi_over_s * 1000 < imi <= rules.periodicity_imi_max_s * 1000


def _passed_over(m: Movement, rules: Ruleset) -> bool:
    return rules.short_imi == "skipped" and m.imi is not None and m.imi < rules.imi_min_s * 1000


def _mono(marks: list[Mark], rules: Ruleset) -> list[Movement]:
    gap = rules.same_leg_merge_gap_s

    def are_one(a: Mark, b: Mark) -> bool:
        if gap is None or a.leg != b.leg:
            return False
        return max(a.on, b.on) - min(a.off, b.off) < gap * 1000

    found = []
    for group in _groups(marks, are_one):
        on, off = min(m.on for m in group), max(m.off for m in group)
        duration = (off - on) / 1000
        if duration < rules.lm_min_s or (rules.lm_max_s is not None and duration > rules.lm_max_s):
            continue
        ok = duration <= rules.clm_max_s and all(m.may_be for m in group)
        found.append(Movement(on, off, group, ok=ok))
    return found


def _joined(mono: list[Movement], rules: Ruleset) -> list[Movement]:
    limit = rules.leg_join_s * 1000

    def are_one(a: Movement, b: Movement) -> bool:
        if a.legs == b.legs:
            return False
        if rules.leg_join == "onset_distance":
            return abs(a.on - b.on) < limit
        return max(a.on, b.on) - min(a.off, b.off) < limit

    found = []
    for group in _groups(mono, are_one):
        on, off = min(m.on for m in group), max(m.off for m in group)
        parts = sorted((p for m in group for p in m.parts), key=lambda p: (p.on, p.off, "LRU".index(p.leg), p.number))
        ok = all(m.ok for m in group)
        if len(group) > 1:
            ok = ok and (rules.bilateral_max_s is None or off - on <= rules.bilateral_max_s * 1000)
            ok = ok and (rules.bilateral_max_parts is None or len(group) <= rules.bilateral_max_parts)
        found.append(Movement(on, off, parts, mono=group, ok=ok))
    return sorted(found, key=lambda m: (m.on, m.off, m.parts[0].number))


def _groups(items: Sequence[T], are_one: Callable[[T, T], bool]) -> list[list[T]]:
    """Everything that is one with something that is one with it, and so on."""
    left, groups = list(items), []
    while left:
        group = [left.pop(0)]
        for member in group:
            group += [other for other in left if are_one(member, other)]
            left = [other for other in left if not are_one(member, other)]
        groups.append(group)
    return groups


def _stage(moment: int, epochs: list[Epoch]) -> str | None:
    for start, end, stage in epochs:
        if start <= moment < end:
            return None if stage == "?" else stage
    return None


def _goes_with_breath(m: Movement, on: int, off: int, rules: Ruleset) -> bool:
    pad = rules.respiration_pad_s * 1000
    if rules.respiration == "whole_event":
        return m.off >= on - pad and m.on <= off + pad
    if rules.respiration == "option_2":
        return m.off >= off - pad and m.on <= off + pad
    return m.off >= off - rules.respiration_before_s * 1000 and m.on <= off + rules.respiration_after_s * 1000


def _goes_with_arousal(m: Movement, on: int, off: int, rules: Ruleset) -> bool:
    apart = max(on - m.off, m.on - off)
    limit = rules.arousal_gap_s * 1000
    return apart <= limit if rules.arousal_gap_inclusive else apart < limit


def _runs(movements: list[Movement], rules: Ruleset) -> tuple[list[int | None], list[int | None]]:
    """Interval and series of each movement."""
    imis: list[int | None] = [None] * len(movements)
    runs: list[list[int]] = [[]]
    last: int | None = None
    for k, m in enumerate(movements):
        if not m.clm:
            if rules.non_clm_ends_run:
                runs, last = [*runs, []], None
            continue
        imi = None if last is None else m.on - movements[last].on
        imis[k] = imi
        short = imi is not None and imi < rules.imi_min_s * 1000
        if short and rules.short_imi == "skipped":
            continue
        goes_on = imi is not None and not short and imi <= rules.imi_max_s * 1000
        if not goes_on:
            runs.append([])
        if not short or rules.short_imi_may_start:
            runs[-1].append(k)
        last = k
    series: list[int | None] = [None] * len(movements)
    long_enough = [run for run in runs if len(run) >= rules.series_min_clm]
    for number, run in enumerate(long_enough, start=1):
        for k in run:
            series[k] = number
    return imis, series
