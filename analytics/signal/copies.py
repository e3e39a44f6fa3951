"""Several files of one sensor become one sensor: a half and a whole download, a recording and its export.

Two recordings hold the same samples if the fine noise of one is that of the other: noise is a sensor's own, and two
sensors on one leg share movements, not noise. Their samples are put together before anything is searched, so that a
recording in pieces gives what the whole one gives, sample by sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from analytics.model import Channel
from analytics.signal.channel import without_values
from analytics.signal.stamps.steps import pauses_after, usual_step_us

Spans = NDArray[np.int64]
#: Compared in pieces of this length, at most so many of them, spread over what two recordings share.
_PIECE_US, _MOST_PIECES = 2_000_000, 100
#: Correlation of the steps from sample to sample, median of the pieces: copies reach 1, exports with rounded values
#: 0.9 and more; two sensors on one leg stay below 0.3, because most pieces of a night are still. own.
_COPY_CORRELATION = 0.85
#: Files of one sensor are calibrated one by one and may differ by a constant; larger ones are other directions. own.
_MOST_APART_G = 0.15
#: Samples that both must have to be compared at all: fewer agree by chance.
_FEWEST = 10
#: As much of what two files share, beside a place where one takes over, says how far apart their levels are.
_LEVEL_US = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SensorFiles:
    """One sensor's samples of a night, whatever files they lie in.

    Attributes
    ----------
    channel : Channel
        All samples, under the labels of the best file; the side is that of the best file that has one.
    members : tuple of Channel
        The files, best first.
    pieces_us : int64 array, shape (k, 2)
        Stretches, by start, without overlaps, first and last sample of each.
    piece_of : tuple of int, length k
        Which of the members each stretch comes from.
    """

    channel: Channel
    members: tuple[Channel, ...]
    pieces_us: Spans
    piece_of: tuple[int, ...]

    def without_values(self) -> SensorFiles:
        """The same with channels that hold no acceleration: `analytics.signal.channel.without_values`."""
        members = tuple(without_values(member) for member in self.members)
        return replace(self, channel=without_values(self.channel), members=members)


def sensors_of(channels: Sequence[Channel], *, split_gap_s: float) -> tuple[SensorFiles, ...]:
    """Recordings grouped by sensor, by their first sample; the order in which they are given makes no difference.

    Parameters
    ----------
    channels : sequence of Channel
        Each with at least one sample.
    split_gap_s : float
        Longer pauses of the best file are filled from the next one.
    """
    ordered = sorted(channels, key=_rank)
    groups = _groups(ordered)
    found = [_joined([ordered[i] for i in group], round(split_gap_s * 1e6)) for group in groups]
    return tuple(sorted(found, key=lambda s: (int(s.channel.time_us[0]), s.channel.recording)))


def _rank(channel: Channel) -> tuple[object, ...]:
    """Best first: the finest steps, then the most samples in a second, then the most samples."""
    time_us = channel.time_us
    step_us = usual_step_us(time_us) if len(time_us) > 1 else float("inf")
    return channel.lsb_g, round(step_us, -2), -len(time_us), int(time_us[0]), channel.recording


def _groups(ordered: Sequence[Channel]) -> list[list[int]]:
    group_of = list(range(len(ordered)))
    for i, j in combinations(range(len(ordered)), 2):
        if group_of[i] != group_of[j] and are_copies(ordered[i], ordered[j]):
            old, new = max(group_of[i], group_of[j]), min(group_of[i], group_of[j])
            group_of = [new if g == old else g for g in group_of]
    return [[i for i, g in enumerate(group_of) if g == wanted] for wanted in sorted(set(group_of))]


def are_copies(one: Channel, other: Channel) -> bool:
    """Whether two recordings hold the same samples where both have some. False where they share no time."""
    start_us = max(int(one.time_us[0]), int(other.time_us[0]))
    end_us = min(int(one.time_us[-1]), int(other.time_us[-1]))
    if end_us <= start_us:
        return False
    n = int(min(_MOST_PIECES, max(1, (end_us - start_us) // _PIECE_US)))
    starts = np.linspace(start_us, max(start_us, end_us - _PIECE_US), n).astype(np.int64)
    fits = [fit for t in starts.tolist() if (fit := _fit(one, other, t, min(end_us, t + _PIECE_US))) is not None]
    return bool(fits) and float(np.median(fits)) >= _COPY_CORRELATION


def _fit(one: Channel, other: Channel, start_us: int, end_us: int) -> float | None:
    """How far two recordings agree in a short stretch, -1 to 1; None where either has too few samples there."""
    (_, a), b = _cut(one, start_us, end_us), _at(other, start_us, end_us, one)
    if b is None or len(a) < _FEWEST:
        return None
    apart = np.median(a - b, axis=0)
    if np.abs(apart).max() > _MOST_APART_G:
        return 0.0
    da, db = np.diff(a, axis=0).ravel(), np.diff(b, axis=0).ravel()
    size = float(np.sqrt((da @ da) * (db @ db)))
    if size == 0.0:  # a sensor too coarse for its own noise
        return 1.0 if np.array_equal(a, b) else 0.0
    return float(da @ db) / size


def _cut(channel: Channel, start_us: int, end_us: int) -> tuple[Spans, NDArray[np.float64]]:
    first, last = np.searchsorted(channel.time_us, (start_us, end_us + 1))
    return channel.time_us[first:last], channel.xyz_g[first:last].astype(np.float64)


def _at(channel: Channel, start_us: int, end_us: int, other: Channel) -> NDArray[np.float64] | None:
    """Its values at the times of another one; None where it has too few of its own."""
    wanted_us, _ = _cut(other, start_us, end_us)
    time_us, xyz = _cut(channel, start_us, end_us)
    if len(time_us) < _FEWEST:
        return None
    if np.array_equal(time_us, wanted_us):
        return xyz
    return np.column_stack([np.interp(wanted_us, time_us, xyz[:, axis]) for axis in range(3)])


def _joined(members: Sequence[Channel], gap_us: int) -> SensorFiles:
    """The samples of the best file, and what the others have where it has none."""
    best = members[0]
    side = next((m.side for m in members if m.side != "unknown"), best.side)
    # An export often leaves the temperature out.
    warmth = max((m.temperature for m in members), key=len)
    made = replace(best, side=side, temperature=warmth)
    pieces = [(first, last, 0) for first, last in _stretches(best.time_us, gap_us)]
    for number, member in enumerate(members[1:], start=1):
        made, added = _filled(made, member, gap_us)
        pieces += [(first, last, number) for first, last in added]
    pieces.sort()
    spans = np.array([(first, last) for first, last, _ in pieces], dtype=np.int64).reshape(-1, 2)
    return SensorFiles(made, tuple(members), spans, tuple(number for _, _, number in pieces))


def _stretches(time_us: Spans, gap_us: int) -> list[tuple[int, int]]:
    cuts = pauses_after(time_us, gap_us) + 1
    edges = [0, *cuts.tolist(), len(time_us)]
    return [(int(time_us[a]), int(time_us[b - 1])) for a, b in pairwise(edges)]


def _filled(made: Channel, member: Channel, gap_us: int) -> tuple[Channel, list[tuple[int, int]]]:
    """The channel with what another file has outside its stretches, and those stretches."""
    step_us = usual_step_us(member.time_us) if len(member.time_us) > 1 else 0.0
    near_us = round(step_us / 4)  # the same sample again, its time rounded
    taken = np.array(_stretches(made.time_us, gap_us), dtype=np.int64)
    last_start = np.searchsorted(taken[:, 0], member.time_us + near_us, side="right") - 1
    covered = (last_start >= 0) & (member.time_us <= taken[np.maximum(last_start, 0), 1] + near_us)
    if covered.all():
        return made, []
    new = np.flatnonzero(~covered)
    time_us, xyz_g = member.time_us[new], member.xyz_g[new]
    breaks = np.flatnonzero(np.diff(new) > 1) + 1
    runs = list(pairwise([0, *breaks.tolist(), len(new)]))
    levelled = [_levelled(made, member, time_us[a:b], xyz_g[a:b]) for a, b in runs]
    every_us = np.concatenate((made.time_us, time_us))
    order = np.argsort(every_us, kind="stable")
    filled = replace(made, time_us=every_us[order], xyz_g=np.concatenate((made.xyz_g[:], *levelled))[order])
    return filled, [span for a, b in runs for span in _stretches(time_us[a:b], gap_us)]


def _levelled(made: Channel, member: Channel, time_us: Spans, xyz_g: NDArray[np.float32]) -> NDArray[np.float32]:
    """A stretch brought to the level of its surroundings: a step of gravity would look like a movement."""
    first_us, last_us = int(time_us[0]), int(time_us[-1])
    edges = ((first_us, first_us - _LEVEL_US, first_us), (last_us, last_us, last_us + _LEVEL_US))
    known = [(at_us, apart) for at_us, a, b in edges if (apart := _apart(made, member, a, b)) is not None]
    if not known or all(not apart.any() for _, apart in known):
        return xyz_g
    at_us = [float(at) for at, _ in known]
    shift = np.column_stack([np.interp(time_us, at_us, [apart[axis] for _, apart in known]) for axis in range(3)])
    levelled: NDArray[np.float32] = (xyz_g + shift).astype(np.float32)
    return levelled


def _apart(made: Channel, member: Channel, start_us: int, end_us: int) -> NDArray[np.float64] | None:
    _, ours = _cut(made, start_us, end_us)
    theirs = _at(member, start_us, end_us, made)
    if theirs is None or len(ours) < _FEWEST:
        return None
    return np.asarray(np.median(ours - theirs, axis=0))
