"""What lies between the seconds of a GT3X log: sleep of the device, holes, and a clock that did not go on evenly.

A device in "idle sleep mode" stops recording while it feels no movement and writes an event when it falls asleep
(8) and when it wakes (9); the maker's reader takes these codes so (pygt3x 0.7.1), and in real files every hole has
its pair. A sleeping leg lies still for minutes, so such holes are common at night, and as long as the intervals
between periodic movements: they are told, and never filled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.formats.actigraph.records import Kind, Log
from ingest.formats.actigraph.samples import Activity

_FELL_ASLEEP, _WOKE_UP = 8, 9
#: "Unexpected Reset" in the maker's description of events.
_RESET = 1


@dataclass(frozen=True, slots=True)
class Interruptions:
    """How often a recording was interrupted, and for how many seconds.

    Attributes
    ----------
    sleeps, slept_s
        Holes with a mark of idle sleep mode in them.
    holes, missing_s
        Holes that neither sleep nor damage explains.
    repeated, backward : int
        Seconds with the same stamp as the one before, and with an earlier one.
    resets : int
        Times the device says that it began anew.
    asleep_at_end : bool
        Whether it fell asleep after its last sample.
    """

    sleeps: int
    slept_s: int
    holes: int
    missing_s: int
    repeated: int
    backward: int
    resets: int
    asleep_at_end: bool


def interruptions(log: Log, these: Activity) -> Interruptions:
    """Look at every step from one second with samples to the next, in file order."""
    kind, first = log.records["kind"], log.records["first"]
    is_event = kind == Kind.EVENT
    asleep = is_event & (log.records["size"] == 1) & np.isin(first, (_FELL_ASLEEP, _WOKE_UP))
    step_s = np.diff(these.records["second"].astype(np.int64))
    marked = _between(asleep, these.number, before=0) > 0
    damaged = _between(log.soiled, these.number, before=1) > 0
    hole = step_s > 1
    last_marks = first[these.number[-1] :][asleep[these.number[-1] :]]
    slept, unexplained = hole & marked, hole & ~marked & ~damaged
    return Interruptions(
        sleeps=int(np.count_nonzero(slept)),
        slept_s=int((step_s[slept] - 1).sum()),
        holes=int(np.count_nonzero(unexplained)),
        missing_s=int((step_s[unexplained] - 1).sum()),
        repeated=int(np.count_nonzero(step_s == 0)),
        backward=int(np.count_nonzero(step_s < 0)),
        resets=int(np.count_nonzero(is_event & (first == _RESET))),
        asleep_at_end=bool(len(last_marks)) and int(last_marks[-1]) == _FELL_ASLEEP,
    )


def _between(hit: NDArray[np.bool_], number: NDArray[np.intp], *, before: int) -> NDArray[np.int64]:
    """Hits from behind each of these records up to the next of them, which counts too if ``before`` is 1."""
    hits = np.concatenate(([0], np.cumsum(hit)))
    return np.asarray(hits[number[1:] + before] - hits[number[:-1] + 1])
