"""What would be said if sleep were known, or half as doubtful: the estimate of sleep replaced in a benchmark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.model import Bout
from analytics.nights import night
from analytics.signal.runs import runs_of
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import PossibleNights, possible_nights
from analytics.sleep.states import EPOCH_S, EPOCH_US
from benchmarks.ablation_terms import Patch
from benchmarks.hard_nights_truth import Bools, Truth

#: The same night over and over: nothing else could have been.
_PATHS = 20
HALF, KNOWN = "half as wide", "known"


def known_patches(truth: Truth, found: SleepEstimate | None) -> list[tuple[str, tuple[Patch, ...]]]:
    """By name, what stands in place of the estimate of sleep of a night."""
    if found is None or found.possible is None:
        raise SystemExit(f"{truth.name}: an undisturbed night without sleep")
    given = {HALF: replace(found, possible=_half_as_wide(found, found.possible)), KNOWN: _known(truth, found)}
    return [(name, ((night, "asleep", lambda *_, one=one: one),)) for name, one in given.items()]


def _known(truth: Truth, found: SleepEstimate) -> SleepEstimate:
    slept = truth.main & truth.asleep
    edges = np.flatnonzero(np.diff(slept, prepend=~slept[0], append=~slept[-1]))
    at_us = truth.start_us + 1_000_000 * edges
    bouts = [
        Bout(int(first), int(last), "sleep" if slept[at] else "wake")
        for at, first, last in zip(edges[:-1], at_us[:-1], at_us[1:], strict=True)
    ]
    inside = [i for i, bout in enumerate(bouts) if bout.state == "sleep"]
    bouts = bouts[inside[0] : inside[-1] + 1]
    n = int(len(slept) // EPOCH_S)
    path = slept[: int(n * EPOCH_S)].reshape(n, -1).mean(axis=1) > 0.5
    possible = possible_nights(truth.start_us, path.astype(np.float64), np.tile(path, (_PATHS, 1)))
    onset_us, wake_us = bouts[0].start_us, bouts[-1].end_us
    return replace(found, in_bed_us=onset_us, onset_us=onset_us, wake_us=wake_us, bouts=tuple(bouts), possible=possible)


def _half_as_wide(found: SleepEstimate, possible: PossibleNights) -> PossibleNights | None:
    """Every night that could have been is half as far from the likeliest one, in time asleep and awake."""
    middle_us = possible.start_us + EPOCH_US * np.arange(len(possible.p_sleep)) + EPOCH_US // 2
    likeliest = np.zeros(len(middle_us), np.bool_)
    for bout in found.bouts:
        if bout.state == "sleep":
            likeliest |= (middle_us >= bout.start_us) & (middle_us < bout.end_us)
    paths = np.array([half_way(path, likeliest) for path in possible.paths])
    return possible_nights(possible.start_us, (possible.p_sleep + likeliest) / 2, paths)


def half_way(path: Bools, likeliest: Bools) -> Bools:
    """Half of every stretch in which two nights differ is put right, from the side where it is an excess."""
    mended = path.copy()
    for first, end in runs_of(path != likeliest).tolist():
        half = (end - first) // 2
        state = path[first]
        if first > 0 and likeliest[first - 1] == state:
            mended[first + half : end] = ~state
        elif end < len(path) and likeliest[end] == state:
            mended[first : first + half] = ~state
        else:
            mended[first : first + half // 2] = ~state
            mended[end - (half - half // 2) : end] = ~state
    return mended
