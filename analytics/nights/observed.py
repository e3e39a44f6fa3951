"""What the sensors of a night saw: one clock, one leg at a time, movements, and when none was worn.

Nothing is made of it here; see `analytics.nights.night`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Envelope, Movement, Speaker, SpeakerNote
from analytics.nights.assessment import APART, best_channels
from analytics.nights.speakers import file_clocks, file_envelopes, heard
from analytics.signal.alignment import aligned, clocks_beside
from analytics.signal.channel import without_values
from analytics.signal.clocks import SensorClock
from analytics.signal.copies import SensorFiles, sensors_of
from analytics.signal.detect_movements import Detected, detect_movements, renumber
from analytics.signal.hidden import hidden_spans
from analytics.signal.motion import Segment, filtered, searched
from analytics.signal.stiffness import with_stiffness
from analytics.signal.wear import common, recorded_spans, union, without, worn_by_none
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
    def apart(self) -> SpeakerNote | None:
        """Why sensors of the night cannot be taken together; None where nothing speaks against it."""
        notes = {speaker.note for speaker in self.speakers}
        return next((note for note in APART if note in notes), None)

    @property
    def is_one_clock(self) -> bool:
        """Whether times of all legs can be compared."""
        sides = {channel.side for channel in self.channels}
        return len(sides) == 1 or all(clock.stays or clock.is_moved for clock in self.clocks)


def observe(channels: Iterable[Channel], criteria: Criteria, *, lent_from: Sequence[str] = ()) -> Observed | None:
    """Put the sensors of a night on one clock and find what moved; None where none of them holds a sample.

    Acceleration is let go of when it has been filtered; only an iterator of channels does not keep it alive.

    Parameters
    ----------
    lent_from : sequence of str
        sha256 of recordings whose clock must be known too, although their movements may not be used.
    """
    sensors, segments_of, watch, watch_found = _filtered([c for c in channels if len(c.time_us)], lent_from, criteria)
    if not sensors:
        return None
    used, found, clocks = aligned([sensor.channel for sensor in sensors], segments_of, criteria)
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
        beside=clocks_beside(watch, watch_found, used, found, criteria),
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
    return reduce(common, spans) if spans else np.empty((0, 2), np.int64)


def _filtered(
    channels: Sequence[Channel], lent_from: Sequence[str], criteria: Criteria
) -> tuple[list[SensorFiles], list[tuple[Segment, ...]], list[Channel], list[tuple[Segment, ...]]]:
    """The sensors whose movements are used, and the files of the device that lends its stages or windows and is none
    of them; each with its segments, and without acceleration.
    """
    worn = best_channels(channels)
    taken = {channel.recording for channel in worn}
    watch = sorted(
        (c for c in channels if c.recording in lent_from and c.recording not in taken),
        key=lambda c: (int(c.time_us[0]), c.recording),
    )
    sensors = sensors_of(worn, split_gap_s=criteria.motion.split_gap_s)
    of_sensors = [filtered(sensor.channel, criteria) for sensor in sensors]
    of_watch = [filtered(channel, criteria) for channel in watch]
    # Before more is made of it, nothing holds acceleration any longer.
    bare, bare_watch = [sensor.without_values() for sensor in sensors], [without_values(channel) for channel in watch]
    del channels, worn, sensors, watch
    return (
        bare,
        [searched(parts, criteria) for parts in of_sensors],
        bare_watch,
        [searched(parts, criteria) for parts in of_watch],
    )
