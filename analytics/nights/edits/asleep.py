"""A night's sleep as a reviewer sets it: onset, waking, going to bed, bouts.

A reviewer's word is sure: where a state was set, every night that could have been has it. What was not recorded stays
unknown.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.model import Bout, SleepState
from analytics.nights.edits.kinds import DoesNotFitError, Edit
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.possible import PossibleNights, possible_nights
from analytics.sleep.states import EPOCH_US

#: How exactly a reviewer knows an onset: half a minute, the length of an epoch of scoring. Minutes.
_ONSET_SD_MIN = 0.5


def edit_sleep(sleep: SleepEstimate, edit: Edit) -> SleepEstimate:
    """The sleep with one edit of it.

    Raises
    ------
    DoesNotFitError
        There is no sleep to edit, or the edit contradicts it.
    """
    if sleep.onset_us is None or sleep.wake_us is None or sleep.in_bed_us is None or not sleep.bouts:
        raise DoesNotFitError("the night has no sleep period; note when you slept in the journal")
    at_us, to_us = edit.from_us, edit.to_us
    assert at_us is not None
    match edit.kind:
        case "sleep_onset":
            return _with_onset(sleep, at_us, sleep.onset_us, sleep.wake_us)
        case "wake":
            return _with_wake(sleep, at_us, sleep.onset_us, sleep.wake_us)
        case "in_bed":
            return _with_in_bed(sleep, at_us, sleep.onset_us, sleep.in_bed_us)
        case _:
            assert to_us is not None
            return with_state(sleep, at_us, to_us, "wake" if edit.name == "wake" else "sleep")


def with_state(sleep: SleepEstimate, start_us: int, end_us: int, state: SleepState) -> SleepEstimate:
    """The sleep with a state set from one instant to another, inside the time in bed.

    Parameters
    ----------
    start_us, end_us : int
        UTC microseconds.

    Raises
    ------
    DoesNotFitError
        The stretch lies outside the time in bed, or no sleep would be left.
    """
    first_us, last_us = sleep.bouts[0].start_us, sleep.bouts[-1].end_us
    if start_us >= last_us or end_us <= first_us:
        raise DoesNotFitError("the stretch lies outside the time in bed; set in-bed or waking first")
    painted = _painted(sleep.bouts, start_us, end_us, state)
    asleep = [bout for bout in painted if bout.state == "sleep"]
    if not asleep:
        raise DoesNotFitError("no sleep would be left")
    onset_us = first_us if sleep.onset_us is None else sleep.onset_us
    wake_us = last_us if sleep.wake_us is None else sleep.wake_us
    if state == "sleep":
        onset_us = min(onset_us, max(start_us, asleep[0].start_us))
        wake_us = max(wake_us, min(end_us, asleep[-1].end_us))
    elif start_us <= onset_us < end_us:
        onset_us = next((bout.start_us for bout in asleep if bout.start_us >= end_us), asleep[0].start_us)
    if state == "wake" and start_us < wake_us <= end_us:
        wake_us = asleep[-1].end_us
    if onset_us >= wake_us:
        raise DoesNotFitError("no sleep would be left between falling asleep and waking")
    changed = sleep.onset_us != onset_us
    return replace(
        sleep,
        bouts=_painted(painted, wake_us, last_us, None),
        onset_us=onset_us,
        onset_sd_min=_ONSET_SD_MIN if changed else sleep.onset_sd_min,
        wake_us=wake_us,
        possible=_sure(sleep.possible, start_us, end_us, state),
    )


def _with_onset(sleep: SleepEstimate, at_us: int, onset_us: int, wake_us: int) -> SleepEstimate:
    if at_us >= wake_us:
        raise DoesNotFitError("falling asleep comes before waking")
    first_us = min(at_us, sleep.bouts[0].start_us)
    bouts = _reaching(sleep.bouts, first_us, sleep.bouts[-1].end_us)
    until_us = max(onset_us, next(b.end_us for b in bouts if b.start_us <= at_us < b.end_us))
    until_us = min(until_us, wake_us) if at_us < onset_us or _state(bouts, at_us) == "wake" else at_us
    return replace(
        sleep,
        bouts=_painted(_painted(bouts, first_us, at_us, "wake"), at_us, until_us, "sleep"),
        in_bed_us=first_us,
        onset_us=at_us,
        onset_sd_min=_ONSET_SD_MIN,
        possible=_sure(_sure(sleep.possible, None, at_us, "wake"), at_us, until_us, "sleep"),
    )


def _with_wake(sleep: SleepEstimate, at_us: int, onset_us: int, wake_us: int) -> SleepEstimate:
    if at_us <= onset_us:
        raise DoesNotFitError("waking comes after falling asleep")
    last_us = sleep.bouts[-1].end_us
    bouts = _reaching(sleep.bouts, sleep.bouts[0].start_us, max(at_us, last_us))
    before = next(b for b in bouts if b.start_us < at_us <= b.end_us)
    since_us = min(wake_us, before.start_us) if at_us > wake_us or before.state == "wake" else at_us
    since_us = max(since_us, onset_us)
    asleep = _painted(bouts, since_us, at_us, "sleep")
    return replace(
        sleep,
        bouts=_painted(asleep, at_us, max(at_us, last_us), None),
        wake_us=at_us,
        possible=_sure(_sure(sleep.possible, since_us, at_us, "sleep"), at_us, None, "wake"),
    )


def _with_in_bed(sleep: SleepEstimate, at_us: int, onset_us: int, in_bed_us: int) -> SleepEstimate:
    if at_us > onset_us:
        raise DoesNotFitError("going to bed comes before falling asleep")
    bouts = _reaching(sleep.bouts, at_us, sleep.bouts[-1].end_us)
    return replace(sleep, bouts=_painted(bouts, min(at_us, in_bed_us, bouts[0].start_us), at_us, None), in_bed_us=at_us)


def _reaching(bouts: tuple[Bout, ...], first_us: int, last_us: int) -> tuple[Bout, ...]:
    """The bouts with wake before and sleep behind them, as far as these instants."""
    before = (Bout(first_us, bouts[0].start_us, "wake"),) if first_us < bouts[0].start_us else ()
    behind = (Bout(bouts[-1].end_us, last_us, "sleep"),) if last_us > bouts[-1].end_us else ()
    return (*before, *bouts, *behind)


def _state(bouts: tuple[Bout, ...], at_us: int) -> SleepState:
    return next((b.state for b in bouts if b.start_us <= at_us < b.end_us), "wake")


def _painted(bouts: tuple[Bout, ...], start_us: int, end_us: int, state: SleepState | None) -> tuple[Bout, ...]:
    """The bouts with a state from one instant to another, or without that stretch; equal neighbours are one."""
    pieces: list[Bout] = []
    for bout in bouts:
        edges = (
            bout.start_us,
            max(bout.start_us, min(start_us, bout.end_us)),
            max(bout.start_us, min(end_us, bout.end_us)),
        )
        inside: SleepState | None = bout.state if bout.state == "unknown" and state is not None else state
        cut = ((edges[0], edges[1], bout.state), (edges[1], edges[2], inside), (edges[2], bout.end_us, bout.state))
        pieces += [Bout(a, b, named) for a, b, named in cut if a < b and named is not None]
    found: list[Bout] = []
    for bout in pieces:
        if found and found[-1].state == bout.state and found[-1].end_us == bout.start_us:
            found[-1] = replace(found[-1], end_us=bout.end_us)
        else:
            found.append(bout)
    return tuple(found)


def _sure(
    possible: PossibleNights | None, start_us: int | None, end_us: int | None, state: SleepState
) -> PossibleNights | None:
    """Every night that could have been, with a state from one instant to another; None: from the start, to the end."""
    if possible is None:
        return None
    middle_us = possible.start_us + EPOCH_US * np.arange(len(possible.p_sleep), dtype=np.int64) + EPOCH_US // 2
    inside = (middle_us >= (middle_us[0] if start_us is None else start_us)) & np.isfinite(possible.p_sleep)
    if end_us is not None:
        inside &= middle_us < end_us
    if not inside.any():
        return possible
    chance = 1.0 if state == "sleep" else 0.0
    paths = np.where(inside, state == "sleep", possible.paths)
    return possible_nights(possible.start_us, np.where(inside, chance, possible.p_sleep), paths)
