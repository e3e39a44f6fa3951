"""The strip of the probability of sleep: in which step each half minute is, and the words and table beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Literal, NamedTuple

import numpy as np

from analytics.pictures.scales import clock, hours, local
from analytics.sleep.possible import SURE, PossibleNights
from analytics.sleep.states import EPOCH_US
from analytics.words import LIKELY_SLEEP, MEASURES

Step = Literal["asleep", "rather_asleep", "rather_awake", "awake", "unknown"]
#: From top to bottom of the legend.
STEPS: tuple[Step, ...] = ("asleep", "rather_asleep", "rather_awake", "awake", "unknown")
#: In which sleep is in doubt: as in `PossibleNights.doubt_h`.
IN_DOUBT: frozenset[Step] = frozenset({"rather_asleep", "rather_awake"})
#: Class of the look of each step; what is not known is hatched.
LOOKS: Mapping[Step, str] = {
    step: "hatched" if step == "unknown" else f"likely-{step.replace('_', '-')}" for step in STEPS
}
#: A doubtful stretch shorter than this is counted in the sentence, not named; and so many are named at most.
_NAMED_FROM_US, _MOST_NAMED = 5 * 60_000_000, 6


class Run(NamedTuple):
    """Half minutes in a row that are in one step, UTC."""

    start_us: int
    end_us: int
    step: Step


def runs_of(known: PossibleNights) -> tuple[Run, ...]:
    """Every half minute's step, equal neighbours made one."""
    p = known.p_sleep
    which = np.select([np.isnan(p), p >= SURE, p >= 0.5, p > 1 - SURE], [4, 0, 1, 2], 3)
    edges = np.concatenate(([0], np.flatnonzero(np.diff(which)) + 1, [len(which)]))
    at_us = (known.start_us + EPOCH_US * edges).tolist()
    found = which[edges[:-1]].tolist() if len(which) else []
    return tuple(Run(a, b, STEPS[i]) for a, b, i in zip(at_us, at_us[1:], found, strict=False))


def doubtful(runs: Sequence[Run]) -> list[tuple[int, int]]:
    """Stretches in which sleep is in doubt, UTC."""
    found: list[tuple[int, int]] = []
    for run in runs:
        if run.step not in IN_DOUBT:
            continue
        if found and found[-1][1] == run.start_us:
            found[-1] = (found[-1][0], run.end_us)
        else:
            found.append((run.start_us, run.end_us))
    return found


def in_words(runs: Sequence[Run], zone: tzinfo) -> str:
    """Where sleep is in doubt, in a sentence; the longest stretches by their times."""
    found = doubtful(runs)
    if not found:
        return "Sleep is nowhere in doubt."
    longest = sorted(found, key=lambda span: span[0] - span[1])[:_MOST_NAMED]
    named = sorted(span for span in longest if span[1] - span[0] >= _NAMED_FROM_US)
    times = ", ".join(f"{clock(start, zone)} to {clock(end, zone)}" for start, end in named)
    n_more = len(found) - len(named)
    more = f"{n_more} {'shorter ' if named else 'short '}stretch{'' if n_more == 1 else 'es'}" if n_more else ""
    return f"Sleep is in doubt: {' and '.join(filter(None, (times, more)))}."


def by_hour(
    runs: Sequence[Run], start_us: int, end_us: int, zone: tzinfo
) -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    """Caption, head and rows of the table behind the strip: minutes of each clock hour in each step.

    Parameters
    ----------
    start_us, end_us : int
        Of the picture, UTC.
    zone : tzinfo
        Of the bedroom.
    """
    rows = []
    for first, last in hours(start_us, max(end_us, start_us + 1), zone):
        inside = [(max(0, min(run.end_us, last) - max(run.start_us, first)) / 6e7, run.step) for run in runs]
        minutes = (sum(length for length, step in inside if step == wanted) for wanted in STEPS)
        rows.append((f"{local(first, zone):%H:%M}", *(f"{each:.0f}" for each in minutes)))
    caption = f"{MEASURES['p_sleep'].capitalize()}, minutes of each clock hour"
    return caption, ("from", *(LIKELY_SLEEP[step] for step in STEPS)), rows
