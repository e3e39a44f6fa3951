"""Clocks that follow summer time: found by the step that they made with the wearer's zone, and undone.

A logger's clock is set once and runs on (`ingest.clock`). The clock of a telephone or a computer, which stamps the rows
of many tables, is put forward and back with its zone, so one offset does not serve the whole recording. Nothing in a
table says which kind it is; the hour itself does. A clock that follows never shows the hour that is skipped, and goes
back where an hour comes twice; one that runs on does neither. Where the recording pauses over the change, nothing can
tell, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ingest.clock import microseconds, start_doubts, wall_iso, zone_info
from ingest.recording import Blocks, Clock, ClockChange, Gap, Quality, Samples

Times = NDArray[np.int64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: No zone has changed its offset twice within so little time.
_LOOK_US = 3 * 3_600_000_000
#: A skipped hour may lie in a pause of the recording. A clock that runs on hardly ever pauses for that very hour and so
#: little more; a longer pause tells nothing.
_MOST_PAUSE_US = 600_000_000
#: An hour whose both passes were sorted into one holds twice the samples; this is far from both.
_DENSE = 1.6
#: By how much zones put their clocks forward and back: Lord Howe by half an hour, nearly all others by an hour.
_STEPS_US = (1_800_000_000, 3_600_000_000)
#: A step of the clock alone differs from that by a sample or two.
_NEAR_US = 2_000_000
_MOST_SAID = 2


@dataclass(frozen=True, slots=True)
class Followed:
    """What the recording's clock did at the changes of its zone.

    Attributes
    ----------
    changes : tuple of ClockChange
        Those that it made, in order.
    said : tuple of str
        A sentence for each recording of this kind, and for each change at which it cannot be told.
    """

    changes: tuple[ClockChange, ...] = ()
    said: tuple[str, ...] = ()


def followed(quality: Quality, blocks: Blocks, zone: str, *, runs_on: bool) -> Followed:
    """Which changes of a zone the clock of a recording made too.

    Parameters
    ----------
    quality : Quality
        On the recording's own clock, with its gaps and backward steps.
    blocks : callable
        On the same clock; walked only where the clocks went back and the recording's did not.
    runs_on : bool
        Whether the clock is known to be a logger's own: then a pause over a change leaves no doubt.
    """
    changes = tuple(_changes_of(zone, quality.first_us, quality.last_us))
    found = [_at(change, quality, blocks) for change in changes]
    made = [change for change in found if isinstance(change, ClockChange)]
    if not made:
        return Followed((), () if runs_on else tuple(_doubt(us) for us in found if isinstance(us, int)))
    # A clock that follows one change follows another, too, that lies in a pause.
    both = (change if isinstance(seen, int) else seen for change, seen in zip(changes, found, strict=True))
    return Followed(tuple(change for change in both if change is not None), tuple(map(_said, made)))


def utc_blocks(blocks: Blocks, clock: Clock) -> Blocks:
    """The same samples in UTC; those of an hour that cannot be told from its twin are left out."""
    if not clock.changes:
        return _shifted(blocks, clock.shift_us)

    def walk() -> Iterator[Samples]:
        passes = [_Pass(change) for change in clock.changes]
        for block in blocks():
            shift_us = np.full(len(block), clock.shift_us, np.int64)
            known = np.ones(len(block), bool)
            for one in passes:
                shift_us -= one.step_us(block.time_us)
                known &= one.is_known(block.time_us)
            time_us = block.time_us + shift_us
            if known.all():
                yield replace(block, time_us=time_us)
            elif known.any():
                yield replace(block, time_us=time_us).picked(known)

    return walk


def device_iso(us: int, clock: Clock) -> str:
    """What the device's clock would have shown at an instant, its start and error as declared; without an offset."""
    return wall_iso(_reading_us(us, clock) + _declared_us(clock))


def doubts_at_start(us: int, clock: Clock, zone: str) -> tuple[str, ...]:
    """What has to be said where the first sample lies in a doubtful hour; nothing of a clock that follows.

    Parameters
    ----------
    us : int
        Instant of the first sample, UTC.
    zone : str
        Where the clock was set.
    """
    return () if clock.changes else start_doubts(us - clock.shift_us + _declared_us(clock), zone)


def doubts_of_zone(quality: Quality, changes: Sequence[ClockChange], zone: str) -> tuple[str, ...]:
    """What has to be said of steps that look like the end or start of summer time, but in another zone.

    Parameters
    ----------
    quality : Quality
        On the recording's own clock.
    changes : sequence of ClockChange
        Those of ``zone`` that the clock made too.
    """
    made = {(change.before_us, change.after_us) for change in changes}
    steps = [gap for gap in quality.gaps if (gap.start_us, gap.end_us) not in made and _is_like_a_change(gap)]
    return tuple(
        f"the clock goes {'back' if gap.kind == 'backward' else 'forward'} by"
        f" {abs(_nearest_step_us(gap)) / 3.6e9:g} h at {wall_iso(gap.start_us)[:16]}, as clocks do where summer time"
        f" {'ends' if gap.kind == 'backward' else 'begins'}, but those of {zone} did not: say the zone in which it was"
        " recorded (--tz)"
        for gap in steps[:_MOST_SAID]
    )


def _is_like_a_change(gap: Gap) -> bool:
    off_us = gap.end_us - gap.start_us - _nearest_step_us(gap)
    return _nearest_step_us(gap) != 0 and abs(off_us) <= _NEAR_US


def _nearest_step_us(gap: Gap) -> int:
    """The change of a zone that is nearest to a step; 0 where it is none that lies near."""
    step_us = gap.end_us - gap.start_us
    return min((0, *(sign * us for us in _STEPS_US for sign in (1, -1))), key=lambda us: abs(us - step_us))


def _declared_us(clock: Clock) -> int:
    """What the user said that the clock must be moved by to show the wearer's time, microseconds."""
    is_of_all = clock.start and clock.start.tzinfo is None and not clock.start_of_part
    start_us = microseconds(clock.start.replace(tzinfo=UTC)) if clock.start and is_of_all else 0
    return clock.time_shift_us + start_us


def utc_us(times_us: Times, clock: Clock) -> Times:
    """Readings of the recording's clock in UTC; of an hour that came twice, its first pass."""
    shifted: Times = times_us + clock.shift_us
    for change in clock.changes:
        shifted = shifted - np.where(times_us >= change.high_us, change.step_us, 0)
    return shifted


class _Pass:
    """One change, while samples pass by in file order."""

    def __init__(self, change: ClockChange) -> None:
        self._change = change
        self._is_behind = False
        self._last_us: int | None = None

    def step_us(self, time_us: Times) -> Times:
        """What the clock had been put forward by at each sample, microseconds."""
        change = self._change
        behind = time_us >= change.high_us
        if change.step_us < 0 and len(time_us):
            twice = (time_us >= change.low_us) & ~behind
            behind = behind | (twice & self._behind_in_order(time_us))
        return np.where(behind, change.step_us, 0).astype(np.int64)

    def is_known(self, time_us: Times) -> NDArray[np.bool_]:
        """Whether it can be told which pass of an hour a sample is of."""
        change = self._change
        if not change.is_mixed:
            return np.ones(len(time_us), bool)
        return (time_us < change.low_us) | (time_us >= change.high_us)

    def _behind_in_order(self, time_us: Times) -> NDArray[np.bool_]:
        before = np.concatenate(([time_us[0] if self._last_us is None else self._last_us], time_us[:-1]))
        made = (before == self._change.before_us) & (time_us == self._change.after_us)
        behind: NDArray[np.bool_] = np.logical_or.accumulate(made) | self._is_behind
        self._is_behind, self._last_us = bool(behind[-1]), int(time_us[-1])
        return behind


def _shifted(blocks: Blocks, shift_us: int) -> Blocks:
    def walk() -> Iterator[Samples]:
        for block in blocks():
            yield replace(block, time_us=block.time_us + shift_us)

    return walk if shift_us else blocks


def _changes_of(zone: str, first_us: int, last_us: int) -> Iterator[ClockChange]:
    """Every change that the zone's clocks made while they showed times from first to last."""
    at_us = first_us - _LOOK_US * 8
    offset_us = _offset_us(at_us, zone)
    while at_us < last_us + _LOOK_US * 8:
        next_us = at_us + _LOOK_US
        after_us = _offset_us(next_us, zone)
        if after_us != offset_us:
            moment_us = _moment(at_us, next_us, zone)
            low_us, high_us = sorted((moment_us + offset_us, moment_us + after_us))
            if first_us < high_us and low_us <= last_us:
                yield ClockChange(low_us, high_us, after_us - offset_us)
        at_us, offset_us = next_us, after_us


def _moment(before_us: int, after_us: int, zone: str) -> int:
    offset_us = _offset_us(before_us, zone)
    while after_us - before_us > 1_000_000:
        middle_us = (before_us + after_us) // 2_000_000 * 1_000_000
        if middle_us <= before_us:
            break
        if _offset_us(middle_us, zone) == offset_us:
            before_us = middle_us
        else:
            after_us = middle_us
    return after_us


def _offset_us(us: int, zone: str) -> int:
    offset = (_EPOCH + us * _MICROSECOND).astimezone(zone_info(zone)).utcoffset()
    return (offset or timedelta(0)) // _MICROSECOND


def _reading_us(us: int, clock: Clock) -> int:
    """What the recording's clock showed at an instant in UTC."""
    reading_us = us - clock.shift_us
    for change in clock.changes:
        # It was put forward when it showed `low_us`, and back when it showed `high_us`.
        if reading_us >= (change.low_us if change.step_us > 0 else change.high_us):
            reading_us += change.step_us
    return reading_us


def _at(change: ClockChange, quality: Quality, blocks: Blocks) -> ClockChange | int | None:
    """The change as the clock made it; None where it ran on; a moment where that cannot be told."""
    return _forward(change, quality.gaps) if change.step_us > 0 else _back(change, quality, blocks)


def _forward(change: ClockChange, gaps: Sequence[Gap]) -> ClockChange | int | None:
    over = [gap for gap in gaps if gap.start_us < change.low_us and gap.end_us >= change.high_us]
    if not over:
        return None
    gap = over[0]
    if gap.end_us - gap.start_us - change.step_us > _MOST_PAUSE_US:
        return gap.end_us
    return replace(change, before_us=gap.start_us, after_us=gap.end_us)


def _back(change: ClockChange, quality: Quality, blocks: Blocks) -> ClockChange | int | None:
    low_us, high_us = change.low_us, change.high_us
    back = [g for g in quality.gaps if g.kind == "backward" and g.end_us >= low_us - 1 and g.start_us < high_us]
    if len(back) == 1:
        return replace(change, before_us=back[0].start_us, after_us=back[0].end_us)
    if not back and _is_dense(low_us, high_us, quality.rate_hz_true, blocks):
        return replace(change, is_mixed=True)
    pauses = [g for g in quality.gaps if g.kind == "gap" and g.end_us > low_us and g.start_us < high_us]
    long = [gap for gap in pauses if gap.end_us - gap.start_us > _MOST_PAUSE_US and gap.end_us >= high_us]
    return long[0].end_us if long else None


def _is_dense(low_us: int, high_us: int, rate_hz: float | None, blocks: Blocks) -> bool:
    if not rate_hz:
        return False
    n_inside = sum(int(((b.time_us >= low_us) & (b.time_us < high_us)).sum()) for b in blocks())
    return n_inside > _DENSE * rate_hz * (high_us - low_us) / 1e6


def _said(change: ClockChange) -> str:
    hours = f"{abs(change.step_us) / 3.6e9:g} h"
    if change.step_us > 0:
        return f"its clock follows summer time: it was put forward by {hours} at {wall_iso(change.low_us)[:16]}"
    said = f"its clock follows summer time: it was put back by {hours} at {wall_iso(change.high_us)[:16]}"
    if change.is_mixed:
        said += "; the hour that came twice is sorted into one, cannot be told apart, and was left out"
    return said


def _doubt(moment_us: int) -> str:
    return (
        "the clocks changed while nothing was recorded, and whether the recording's clock changed too cannot be told:"
        f" times from {wall_iso(moment_us)[:16]} on may be off by that much (--time-shift corrects a whole recording)"
    )
