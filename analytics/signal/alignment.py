"""Which sensors of a night are compared with which, and what is moved: all of them onto one clock.

Legs are joined into one movement if their onsets lie within half a second, but two loggers are seconds apart after
a night (crystals differ by 20-50 ppm: 0.6-1.4 s in 8 h) and more if they were set by hand.
`analytics.signal.clock_offset` tells how far; where it cannot, nothing is moved, and the night says so.

The files of one device are one clock: a watch that writes a file an hour is compared as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.criteria import Alignment, Criteria
from analytics.model import Channel
from analytics.signal.clock_offset import Parts, compare
from analytics.signal.clocks import SensorClock, staying
from analytics.signal.motion import Segment
from ingest.recording import Side


def aligned(
    channels: Sequence[Channel], found: Sequence[Parts], criteria: Criteria
) -> tuple[list[Channel], list[Parts], tuple[SensorClock, ...]]:
    """Sensors of the two legs on one clock: the left leg's, else the right one's, else the first sensor's.

    Parameters
    ----------
    channels, found : sequences of the same length
        Sensors in order, and the segments of each.

    Returns
    -------
    channels, segments, clocks
        The same, those of the other leg moved where their clock could be told, and what was decided about each sensor.
        Two of different legs are compared where they ran together for ``min_overlap_h``.
    """
    stay = staying([channel.side for channel in channels], [channel.device for channel in channels]) if channels else []
    kept, others = (_sensors(channels, found, which) for which in (stay, _without(stay, len(channels))))
    clocks = [SensorClock(channel.recording, channel.side, stays=i in stay) for i, channel in enumerate(channels)]
    for other in others:
        told = _against(kept, other, criteria.alignment, within_s=criteria.alignment.max_uncertain_s)
        for i in other.files:
            clocks[i] = replace(told, recording=channels[i].recording, leg=channels[i].side)
    new_channels = [_channel_on(channel, clock) for channel, clock in zip(channels, clocks, strict=True)]
    new_found: list[Parts] = [
        tuple(_segment_on(s, clock) for s in parts) if clock.is_moved else parts
        for parts, clock in zip(found, clocks, strict=True)
    ]
    return new_channels, new_found, tuple(clocks)


def clocks_beside(
    watch: Sequence[Channel],
    watch_found: Sequence[Parts],
    channels: Sequence[Channel],
    found: Sequence[Parts],
    criteria: Criteria,
) -> tuple[SensorClock, ...]:
    """The clock of a watch that lends its sleep stages, told from what it saw at the wrist and the sensors at the legs.

    Parameters
    ----------
    watch, watch_found : sequences of the same length
        Its files in order, and the segments of each.
    channels, found : sequences of the same length
        The sensors at the legs, on the clock of the night. Each that is one device is compared; the one that ran
        beside it for the longest time counts.
    """
    kept = _sensors(channels, found, list(range(len(channels))))
    clocks: list[SensorClock] = []
    for other in _sensors(watch, watch_found, list(range(len(watch)))):
        told = _against(kept, other, criteria.alignment, within_s=criteria.alignment.max_uncertain_watch_s)
        clocks += [replace(told, recording=watch[i].recording, leg=watch[i].side) for i in other.files]
    return tuple(clocks)


@dataclass(frozen=True, slots=True)
class _Sensor:
    """All files of one device: which they are, from when to when each ran, and their segments in order."""

    files: tuple[int, ...]
    spans_us: tuple[tuple[int, int], ...]
    parts: Parts
    side: Side
    is_leg: bool


def _sensors(channels: Sequence[Channel], found: Sequence[Parts], which: Sequence[int]) -> list[_Sensor]:
    """Files that one device wrote at one place are one sensor; a file of an unknown device is one for itself."""
    by_device: dict[tuple[str, ...], list[int]] = {}
    for i in which:
        channel = channels[i]
        key = (channel.device, channel.site, channel.side) if channel.device else ("", str(i))
        by_device.setdefault(key, []).append(i)
    return [
        _Sensor(
            tuple(files),
            tuple((int(channels[i].time_us[0]), int(channels[i].time_us[-1])) for i in files),
            sorted((part for i in files for part in found[i]), key=lambda part: int(part.time_us[0])),
            channels[files[0]].side,
            channels[files[0]].site != "wrist",
        )
        for files in by_device.values()
    ]


def _without(stay: Sequence[int], n: int) -> list[int]:
    return [i for i in range(n) if i not in stay]


def _against(kept: Sequence[_Sensor], other: _Sensor, limits: Alignment, *, within_s: float) -> SensorClock:
    """What is known about one sensor's clock; recording and leg are the caller's to name."""
    clock = SensorClock("", "unknown", stays=False)
    first = max(kept, key=lambda sensor: _overlap_us(sensor, other), default=None)
    shared_h = _overlap_us(first, other) / 3.6e9 if first else 0.0
    if first is None or shared_h < limits.min_overlap_h:
        return clock
    # An arm swings with the other leg, or does not: only two legs are known to step by turns.
    by_turns = {first.side, other.side} == {"left", "right"} and first.is_leg and other.is_leg
    offset = compare(first.parts, other.parts, limits, opposite_legs=by_turns)
    compared = replace(clock, shared_h=shared_h, confidence=offset.confidence)
    if not offset.is_trusted(limits, within_s=within_s):
        return compared
    return replace(
        compared,
        compared_us=offset.at_us,
        behind_s=offset.behind_s,
        drift_ppm=offset.drift_ppm,
        uncertain_s=offset.uncertain_s,
    )


def _overlap_us(one: _Sensor, other: _Sensor) -> int:
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in one.spans_us for b in other.spans_us)


def _channel_on(channel: Channel, clock: SensorClock) -> Channel:
    if not clock.is_moved:
        return channel
    warmth = channel.temperature
    moved = replace(warmth, minute_us=clock.of_night(warmth.minute_us))
    return replace(channel, time_us=clock.of_night(channel.time_us), temperature=moved)


def _segment_on(segment: Segment, clock: SensorClock) -> Segment:
    return replace(segment, time_us=clock.of_night(segment.time_us), slow_time_us=clock.of_night(segment.slow_time_us))
