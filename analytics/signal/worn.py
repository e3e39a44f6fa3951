"""Whether a sensor was on a leg, stretch by stretch.

A stretch runs from turn to turn: taking a sensor off, putting it down and picking it up turn it, so that an absence
holds whole stretches. In the order in which evidence counts:

1. Breathing was seen: worn.
2. At its end the sensor was as cold as a room, and colder than worn: not worn.
3. No breathing, on a leg that shows it in nearly all other stretches: not worn. Where the leg shows none, its absence
   means nothing.
4. No turn for `Wear.unworn_h`: not worn. For `Wear.doubt_h`: perhaps not.
5. Nothing at all moved from the start of the recording, or to its end: perhaps not, and not worn for `Wear.doubt_h`.

A sensor as warm as when worn, or one that moved like a leg in a series, is at most perhaps not worn by 2 to 5.
Published rules for wrists call still sleep at an ankle non-wear, and are not used. A sensor that is not on a leg is
judged by movements alone: none for `Wear.unworn_h`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria, Wear
from analytics.model import Channel, Movement
from analytics.signal.angles import Gravity
from analytics.signal.breathing import BreathLine, Thin, breath_line, thinned
from analytics.signal.warmth import Warmth, warmth_of
from analytics.signal.wear import overlap_us, recorded_spans, union, without

Floats = NDArray[np.float64]
Spans = NDArray[np.int64]
Doubt = Literal["unworn", "perhaps_unworn"]
MINUTE_US = 60_000_000
HOUR_US = 3_600_000_000
#: Handling and turning at both ends of a stretch are no part of its evidence.
_EDGE_US = 60_000_000
#: Stands in a reason for the length of its stretch until that is known.
_LENGTH = "{length}"
_ON_LEG = ("ankle", "foot", "thigh", "hip")


@dataclass(frozen=True, slots=True)
class NotWorn:
    """A stretch in which one sensor was probably or perhaps not worn, UTC, and why, in words."""

    start_us: int
    end_us: int
    state: Doubt
    reason: str


@dataclass(frozen=True, slots=True)
class _Still:
    """A stretch without a turn; seconds recorded in it, and how often breathing was seen, 0 to 1."""

    start_us: int
    end_us: int
    recorded_s: float
    breath_share: float

    def holds(self, at_us: NDArray[np.int64]) -> NDArray[np.bool_]:
        inside: NDArray[np.bool_] = (at_us >= self.start_us + _EDGE_US) & (at_us <= self.end_us - _EDGE_US)
        return inside


def not_worn(
    channel: Channel, found: Sequence[Gravity], movements: Sequence[Movement], criteria: Criteria
) -> tuple[NotWorn, ...]:
    """When one sensor was probably or perhaps not worn, by start, without overlaps.

    Parameters
    ----------
    channel : Channel
        The sensor; its samples' times, site and temperature are read.
    found : sequence of Gravity
        Its segments, in order, on the same clock.
    movements : sequence of Movement
        Found in it, by onset.
    """
    wear = criteria.wear
    recorded = recorded_spans([channel], criteria)
    if channel.site not in _ON_LEG:
        return _merged(_by_silence(recorded, movements, wear), recorded, wear)
    parts = [thin for part in found if len((thin := thinned(part, wear.gravity_rate_hz)).time_us)]
    line = breath_line(parts, wear)
    stretches = _stretches(parts, line, wear)
    still = [s for s in stretches if s.recorded_s >= wear.min_still_min * 60]
    warmth = warmth_of(channel.temperature, _mostly_worn(recorded, still, wear), wear)
    shown = _breath_shown(still, wear)
    onsets, long_s = _sizes(movements)
    judged = [_judged(s, warmth, shown, _like_a_leg(s, onsets, long_s, wear), wear) for s in still]
    edges = _by_edges(recorded, movements, line, warmth, wear)
    return _merged([*(j for j in judged if j is not None), *edges], recorded, wear)


def spans_of(stretches: Sequence[NotWorn], state: Doubt) -> Spans:
    """The stretches of one state, int64, shape (k, 2)."""
    return np.array([(s.start_us, s.end_us) for s in stretches if s.state == state], np.int64).reshape(-1, 2)


def main_reason(sensors: Sequence[Sequence[NotWorn]]) -> str:
    """What spoke against the longest stretch of any sensor; empty where all were worn throughout."""
    every = [stretch for found in sensors for stretch in found]
    return max(every, key=lambda s: (s.end_us - s.start_us, s.reason)).reason if every else ""


def _stretches(parts: Sequence[Thin], line: BreathLine, wear: Wear) -> list[_Still]:
    """Everything from turn to turn. A turn is a step of the median direction from one block to the next."""
    blocks = [_blocks(part, wear) for part in parts]
    if not sum(len(at_us) for at_us, _ in blocks):
        return []
    at_us, direction = (np.concatenate(column) for column in zip(*blocks, strict=True))
    block_us = round(wear.turn_block_s * 1e6)
    cos = np.clip((direction[1:] * direction[:-1]).sum(axis=1), -1.0, 1.0)
    turns = np.flatnonzero(cos < np.cos(np.radians(wear.turn_deg))) + 1
    made = []
    for first, end in pairwise([0, *turns.tolist(), len(at_us)]):
        still = _Still(int(at_us[first]), int(at_us[end - 1]) + block_us, (end - first) * wear.turn_block_s, 0.0)
        if still.recorded_s >= wear.min_still_min * 60:
            still = _Still(still.start_us, still.end_us, still.recorded_s, _share_seen(line, still, wear))
        made.append(still)
    return made


def _blocks(part: Thin, wear: Wear) -> tuple[Spans, Floats]:
    """Start and direction of gravity of each block of a segment."""
    width = max(1, round(wear.turn_block_s * part.rate_hz))
    n = len(part.gravity_g) // width
    medians = np.median(part.gravity_g[: n * width].reshape(n, width, 3), axis=1)
    length = np.linalg.norm(medians, axis=1, keepdims=True)
    return part.time_us[: n * width : width], medians / np.maximum(length, 1e-6)


def _share_seen(line: BreathLine, still: _Still, wear: Wear) -> float:
    inside = still.holds(line.centre_us)
    return float(np.mean(line.strength[inside] > wear.breath_line)) if inside.any() else 0.0


def _mostly_worn(recorded: Spans, still: Sequence[_Still], wear: Wear) -> Spans:
    """All but hours without a turn or breathing; short absences hardly move a median over it."""
    unsure = [
        (s.start_us, s.end_us)
        for s in still
        if s.breath_share < wear.breath_least_share and s.recorded_s >= wear.doubt_h * 3600
    ]
    return without(recorded, np.array(unsure, np.int64).reshape(-1, 2))


def _breath_shown(still: Sequence[_Still], wear: Wear) -> str:
    """In how many still stretches this leg showed its breathing, in words; empty where that is too few to miss it."""
    judged = [s for s in still if s.breath_share >= wear.breath_least_share or s.recorded_s < wear.unworn_h * 3600]
    n_seen = sum(s.breath_share >= wear.breath_least_share for s in judged)
    if n_seen < wear.breath_known_least or n_seen < wear.breath_known_share * len(judged):
        return ""
    return f"which was seen in {n_seen} of {len(judged)} other still stretches"


def _sizes(movements: Sequence[Movement]) -> tuple[Spans, Floats]:
    onsets = np.array([m.onset_us for m in movements], np.int64)
    return onsets, np.array([(m.offset_us - m.onset_us) / 1e6 for m in movements])


def _like_a_leg(still: _Still, onsets: Spans, long_s: Floats, wear: Wear) -> bool:
    """Whether so many movements too long for a bump were in it that a leg in a series is likelier than a table."""
    n_long = int(np.count_nonzero(still.holds(onsets) & (long_s >= wear.bump_s)))
    return n_long / max(still.recorded_s / 3600, 1e-9) >= wear.leg_movements_per_h


def _judged(still: _Still, warmth: Warmth | None, shown: str, like_a_leg: bool, wear: Wear) -> NotWorn | None:  # noqa: FBT001
    if still.breath_share >= wear.breath_least_share:
        return None
    hours = still.recorded_s / 3600
    quiet = f"no turn for {_LENGTH}"
    seen = None if warmth is None else warmth.seen(still.start_us, still.end_us)
    if seen is not None and seen.cold:
        return _said(still, f"{quiet}, {seen.words}", sure=not like_a_leg)
    warm = seen is not None and seen.warm
    sure = not (warm or like_a_leg)
    words = f"{quiet}, {seen.words}" if seen is not None and warm else quiet
    if shown:
        return _said(still, f"{words} and no breathing, {shown}", sure=sure)
    if hours >= wear.unworn_h:
        return _said(still, words, sure=sure)
    return _said(still, words, sure=False) if hours >= wear.doubt_h and sure else None


def _said(still: _Still, reason: str, *, sure: bool) -> NotWorn:
    return NotWorn(still.start_us, still.end_us, "unworn" if sure else "perhaps_unworn", reason)


def _long(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1.5 else f"{hours:.1f} h"


def _by_edges(
    recorded: Spans, movements: Sequence[Movement], line: BreathLine, warmth: Warmth | None, wear: Wear
) -> list[NotWorn]:
    """Taking a sensor off is a movement: nothing before the first or after the last one for long, and no breathing."""
    found = []
    for start_us, end_us in _edges(recorded, movements):
        hours = overlap_us(recorded, start_us, end_us) / HOUR_US
        still = _Still(start_us, end_us, hours * 3600, 0.0)
        if hours <= wear.edge_h or _share_seen(line, still, wear) >= wear.breath_least_share:
            continue
        seen = None if warmth is None else warmth.seen(start_us, end_us)
        sure = hours > wear.doubt_h and not (seen is not None and seen.warm)
        found.append(_said(still, f"no movement at all for {_LENGTH}", sure=sure))
    return found


def _edges(recorded: Spans, movements: Sequence[Movement]) -> list[tuple[int, int]]:
    if not len(recorded):
        return []
    first_us, last_us = int(recorded[0, 0]), int(recorded[-1, 1])
    if not movements:
        return [(first_us, last_us)]
    return [(first_us, movements[0].onset_us), (max(m.offset_us for m in movements), last_us)]


def _by_silence(recorded: Spans, movements: Sequence[Movement], wear: Wear) -> list[NotWorn]:
    """Where not one movement of any size was seen for hours."""
    found = []
    onsets, offsets = [m.onset_us for m in movements], np.maximum.accumulate([m.offset_us for m in movements])
    inner = list(zip(offsets[:-1].tolist(), onsets[1:], strict=True)) if movements else []
    for least_h, pauses in ((wear.unworn_h, inner), (wear.edge_h, _edges(recorded, movements))):
        for start_us, end_us in pauses:
            hours = overlap_us(recorded, start_us, end_us) / HOUR_US
            if hours > least_h:
                found.append(NotWorn(start_us, end_us, "unworn", f"no movement at all for {_LENGTH}"))
    return found


def _merged(stretches: Sequence[NotWorn], recorded: Spans, wear: Wear) -> tuple[NotWorn, ...]:
    """Each state in stretches without overlaps, short handling between two absences taken in; unworn comes first."""
    join_us = round(wear.join_min * MINUTE_US)
    unworn = union(spans_of(stretches, "unworn"), join_us)
    perhaps = without(union(spans_of(stretches, "perhaps_unworn")), unworn, join_us)
    merged = [_named(a, b, "unworn", stretches, recorded) for a, b in unworn.tolist()]
    merged += [_named(a, b, "perhaps_unworn", stretches, recorded) for a, b in perhaps.tolist()]
    return tuple(sorted(merged, key=lambda s: s.start_us))


def _named(start_us: int, end_us: int, state: Doubt, stretches: Sequence[NotWorn], recorded: Spans) -> NotWorn:
    """Under the reason of the longest stretch of its state inside, with the length of the whole: one page says one."""
    inside = [s for s in stretches if s.state == state and s.start_us < end_us and s.end_us > start_us]
    reason = max(inside, key=lambda s: s.end_us - s.start_us).reason
    length = _long(overlap_us(recorded, start_us, end_us) / HOUR_US)
    return NotWorn(start_us, end_us, state, reason.replace(_LENGTH, length))
