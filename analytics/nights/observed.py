"""What the sensors of a night saw: one clock, one leg at a time, movements, and when none was worn.

Nothing is made of it here; see `analytics.nights.night`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Envelope, Movement, Speaker
from analytics.nights.assessment import (
    best_channels,
)
from analytics.nights.speakers import file_clocks, file_envelopes, heard
from analytics.signal.alignment import aligned, clocks_beside
from analytics.signal.clocks import SensorClock
from analytics.signal.copies import sensors_of
from analytics.signal.detect_movements import Detected, detect_movements, renumber
from analytics.signal.hidden import hidden_spans
from analytics.signal.motion import Segment, segments
from analytics.signal.stiffness import with_stiffness
from analytics.signal.wear import recorded_spans, union, without, worn_by_none
from analytics.signal.worn import NotWorn, not_worn, spans_of


@dataclass(frozen=True, slots=True)
class Observed:
    """What the sensors of one night saw, before anything is made of it.

    Attributes
    ----------
    channels, segments, detections : tuples of the same length
        The sensors that speak, by their first sample; what of each was searched, and what was found while it spoke.
    clocks : tuple of SensorClock
        What was decided about the clock of each; times are on the one that stays.
    movements : tuple of Movement
        Of all sensors, by onset, numbered from 1.
    recorded_us, unworn_us, wear_doubt_us : int64 arrays, shape (k, 2)
        Stretches that at least one sensor recorded, and those in which none was worn, probably and perhaps. UTC.
    hidden_us : int64 array, shape (k, 2)
        Stretches in which no sensor would have shown a kick. UTC.
    not_worn : tuple of tuple of NotWorn
        Of each sensor that speaks, with reasons.
    speakers : tuple of Speaker
        How much each recording says, those included that say nothing; in the order of recordings.
    file_clocks : tuple of SensorClock
        As ``clocks``, one a recording, those included that say nothing.
    envelopes : tuple of Envelope
        One a recording that speaks; NaN where another one does.
    beside : tuple of SensorClock
        What was decided about the clock of a watch that lends its stages and whose movements are not used.
    """

    channels: tuple[Channel, ...]
    segments: tuple[Sequence[Segment], ...]
    clocks: tuple[SensorClock, ...]
    detections: tuple[Detected, ...]
    movements: tuple[Movement, ...]
    recorded_us: NDArray[np.int64]
    unworn_us: NDArray[np.int64]
    wear_doubt_us: NDArray[np.int64]
    hidden_us: NDArray[np.int64]
    not_worn: tuple[tuple[NotWorn, ...], ...]
    speakers: tuple[Speaker, ...]
    file_clocks: tuple[SensorClock, ...]
    envelopes: tuple[Envelope, ...]
    beside: tuple[SensorClock, ...] = ()

    def clock_of(self, recordings: Sequence[str]) -> SensorClock | None:
        """The clock of a device, by its recordings: the one that was compared for longest; None where none is known."""
        known = [clock for clock in (*self.file_clocks, *self.beside) if clock.recording in recordings]
        return max(known, key=lambda clock: (clock.is_moved, clock.shared_h or 0.0), default=None)

    @property
    def is_one_clock(self) -> bool:
        """Whether times of all legs can be compared."""
        sides = {channel.side for channel in self.channels}
        return len(sides) == 1 or all(clock.stays or clock.is_moved for clock in self.clocks)


def observe(channels: Sequence[Channel], criteria: Criteria, *, lent_from: Sequence[str] = ()) -> Observed | None:
    """Put the sensors of a night on one clock and find what moved; None where none of them holds a sample.

    Parameters
    ----------
    lent_from : sequence of str
        sha256 of recordings whose clock must be known too, although their movements may not be used.
    """
    worn = best_channels([c for c in channels if len(c.time_us)])
    if not worn:
        return None
    sensors = sensors_of(worn, split_gap_s=criteria.motion.split_gap_s)
    given = [sensor.channel for sensor in sensors]
    used, found, clocks = aligned(given, [segments(channel, criteria) for channel in given], criteria)
    detections = [
        with_stiffness(parts, detect_movements(channel, parts, criteria))
        for channel, parts in zip(used, found, strict=True)
    ]
    off = [not_worn(c, parts, d.movements, criteria) for c, parts, d in zip(used, found, detections, strict=True)]
    spoken, speakers = heard(sensors, clocks, detections, [spans_of(each, "unworn") for each in off], criteria)
    speaking = [i for i, one in enumerate(spoken) if len(one.spans_us)]
    movements = renumber([spoken[i].detection.movements for i in speaking])
    covered = [recorded_spans([used[i]], criteria) for i in speaking]
    recorded = union(np.concatenate([np.empty((0, 2), np.int64), *covered]), round(criteria.motion.split_gap_s * 1e6))
    on = [without(spans, spans_of(off[i], "unworn")) for i, spans in zip(speaking, covered, strict=True)]
    surely = [without(each, spans_of(off[i], "perhaps_unworn")) for i, each in zip(speaking, on, strict=True)]
    unworn = worn_by_none(recorded, on, criteria)
    return Observed(
        beside=_beside(channels, worn, used, found, lent_from, criteria),
        channels=tuple(used[i] for i in speaking),
        segments=tuple(found[i] for i in speaking),
        clocks=tuple(clocks[i] for i in speaking),
        detections=tuple(spoken[i].detection for i in speaking),
        movements=movements,
        recorded_us=recorded,
        unworn_us=unworn,
        hidden_us=_hidden_on_all([hidden_spans(found[i], detections[i], criteria) for i in speaking]),
        wear_doubt_us=without(worn_by_none(recorded, surely, criteria), unworn),
        not_worn=tuple(off[i] for i in speaking),
        speakers=speakers,
        file_clocks=file_clocks(sensors, clocks),
        envelopes=tuple(
            e for i in speaking for e in file_envelopes(sensors[i], clocks[i], found[i], spoken[i].spans_us)
        ),
    )


def _hidden_on_all(spans: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Where no sensor would have seen a kick."""
    hidden = spans[0] if spans else np.empty((0, 2), np.int64)
    for other in spans[1:]:
        hidden = without(hidden, without(hidden, other))
    return hidden


def _beside(
    channels: Sequence[Channel],
    worn: Sequence[Channel],
    used: Sequence[Channel],
    found: Sequence[Sequence[Segment]],
    lent_from: Sequence[str],
    criteria: Criteria,
) -> tuple[SensorClock, ...]:
    """Clocks of the device that lends its stages or windows, where it is none of the sensors that are used."""
    taken = {channel.recording for channel in worn}
    watch = sorted(
        (c for c in channels if c.recording in lent_from and c.recording not in taken and len(c.time_us)),
        key=lambda c: (int(c.time_us[0]), c.recording),
    )
    return clocks_beside(watch, [segments(channel, criteria) for channel in watch], used, found, criteria)
