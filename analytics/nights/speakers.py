"""Which recording speaks for a leg at each instant, where several recorded it.

Two that speak at once would count each movement twice, and each would refuse the other's jerks as not alone. For each
leg and instant one recording speaks:

1. Files of one sensor are one sensor (`analytics.signal.copies`); the finest, fastest, longest file speaks, the others
   fill what it lacks.
2. Of several sensors the one with the lowest threshold in the time searched, then the faster, then the longer one.
3. A sensor does not speak while it lay still and another one of that leg saw movement, nor where it could not be
   searched; then the next one does. Nor does it while it was not worn and a sensor of either leg was.

A sensor that never turned while another one did lay on a table all night: it does not speak for any leg. Two that were
probably worn by two people are said to be, and their night is not assessable: whose leg would speak?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import SAME_MOVEMENT_US, Envelope, Movement, Speaker, SpeakerNote
from analytics.nights.wearers import apart
from analytics.signal.clocks import SensorClock
from analytics.signal.copies import SensorFiles
from analytics.signal.detect_movements import Detected
from analytics.signal.envelope import envelope_of
from analytics.signal.motion import Segment
from analytics.signal.stamps.steps import usual_step_us
from analytics.signal.wear import is_inside, overlap_us, recorded_spans, union, without
from ingest.recording import Side

Spans = NDArray[np.int64]
HOUR_US = 3_600_000_000
#: Two sensors on one leg see this share of each other's movements, and peaks that differ by less than this, median; the
#: legs of one person see half, and turns of both alike in time only. Fewer movements than this tell nothing. own.
_ALIKE_SHARE, _ALIKE_PEAK, _ALIKE_FEWEST = 0.95, 0.1, 30
_NEAR_FOOT = ("foot", "ankle", "thigh", "hip")


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What one sensor saw while it spoke.

    Attributes
    ----------
    detection : Detected
        Its movements, each under the recording whose samples show it; thresholds and searched time while it spoke.
    spans_us : int64 array, shape (k, 2)
        When it spoke, on the clock of the night; empty where it never did.
    """

    detection: Detected
    spans_us: Spans


def heard(
    sensors: Sequence[SensorFiles],
    clocks: Sequence[SensorClock],
    detections: Sequence[Detected],
    unworn: Sequence[Spans],
    criteria: Criteria,
) -> tuple[tuple[Heard, ...], tuple[Speaker, ...]]:
    """What each sensor says of its leg, and which recordings speak for how long.

    Parameters
    ----------
    sensors, clocks, detections, unworn : sequences of the same length
        All sensors that count (`analytics.nights.assessment.best_channels`), what was found in each, and when each was
        probably not worn, on the clock of the night.

    Returns
    -------
    heard, speakers
        In the order of the sensors; in the order of recordings.
    """
    recorded = [_recorded(s, c, criteria) for s, c in zip(sensors, clocks, strict=True)]
    on_table = _on_table(detections, recorded, criteria)
    spans = _left_to_worn(_spoken(sensors, detections, recorded, unworn, on_table, criteria), unworn)
    named = [_under_its_file(d, s, c) for d, s, c in zip(detections, sensors, clocks, strict=True)]
    movements = _once([s.channel.side for s in sensors], named, spans)
    found = tuple(
        Heard(_within(d, kept, span), span) for d, kept, span in zip(detections, movements, spans, strict=True)
    )
    worn = [own[:0] if table else without(own, off) for own, off, table in zip(recorded, unworn, on_table, strict=True)]
    notes = _notes(sensors, detections, on_table, apart(detections, worn, criteria.assessment))
    return found, _speakers(sensors, clocks, recorded, spans, notes)


def _recorded(sensor: SensorFiles, clock: SensorClock, criteria: Criteria) -> Spans:
    moved = replace(sensor.channel, time_us=clock.of_night(sensor.channel.time_us))
    return recorded_spans([moved], criteria)


def _on_table(detections: Sequence[Detected], recorded: Sequence[Spans], criteria: Criteria) -> list[bool]:
    """Whether a sensor never turned between its ends while another one did so often that a leg would have."""
    limits = criteria.assessment
    turns = [np.array([m.onset_us for m in d.movements if m.posture_change_deg >= limits.turn_deg]) for d in detections]
    edge_us = round(limits.turn_edge_h * HOUR_US)
    found = []
    for own, span in zip(turns, recorded, strict=True):
        start_us, end_us = int(span[0, 0]) + edge_us, int(span[-1, 1]) - edge_us
        n_own, *others = (int(((t >= start_us) & (t <= end_us)).sum()) for t in [own, *turns])
        found.append(n_own == 0 and max(others) >= limits.min_turns)
    return found


def _spoken(
    sensors: Sequence[SensorFiles],
    detections: Sequence[Detected],
    recorded: Sequence[Spans],
    unworn: Sequence[Spans],
    on_table: Sequence[bool],
    criteria: Criteria,
) -> list[Spans]:
    """When each sensor speaks. The last one that is left speaks for all that it recorded."""
    spans = [np.empty((0, 2), np.int64) for _ in sensors]
    for side in sorted({s.channel.side for s in sensors}):
        every = [i for i, s in enumerate(sensors) if s.channel.side == side]
        here = sorted((i for i in every if not on_table[i]), key=lambda i: _rank(sensors[i], detections[i]))
        if len(here) == 1:
            spans[here[0]] = recorded[here[0]]
            continue
        fit = {i: without(_fit(i, here, detections, criteria), unworn[i]) for i in here}
        taken = np.empty((0, 2), np.int64)
        for may in (fit, {i: recorded[i] for i in here}):
            for i in here:
                new = without(may[i], taken)
                spans[i] = union(np.concatenate((spans[i], new)))
                taken = union(np.concatenate((taken, new)))
    return spans


def _left_to_worn(spans: Sequence[Spans], unworn: Sequence[Spans]) -> list[Spans]:
    """The same without the time in which a sensor was not worn and another one that speaks was."""
    worn = [without(own, off) for own, off in zip(spans, unworn, strict=True)]
    left = []
    for i, (own, off) in enumerate(zip(spans, unworn, strict=True)):
        others = [other for j, other in enumerate(worn) if j != i]
        by_none = without(off, union(np.concatenate(others))) if others else off
        left.append(without(own, without(off, by_none)))
    return left


def _rank(sensor: SensorFiles, found: Detected) -> tuple[object, ...]:
    """Best first."""
    channel = sensor.channel
    blind_mg = round(float(np.median(found.threshold_g)) * 1e3, 1) if len(found.threshold_g) else float("inf")
    near_foot = _NEAR_FOOT.index(channel.site) if channel.site in _NEAR_FOOT else len(_NEAR_FOOT)
    step_us = usual_step_us(channel.time_us) if len(channel.time_us) > 1 else float("inf")
    return blind_mg, near_foot, round(step_us, -2), -len(channel.time_us), channel.recording


def _fit(i: int, here: Sequence[int], detections: Sequence[Detected], criteria: Criteria) -> Spans:
    """When a sensor was searched, its ends left out, and did not lie still while another one of the leg moved."""
    edge_us = round(criteria.motion.edge_s * 1e6)
    searched = detections[i].watched_us + np.array([edge_us, -edge_us])
    searched = union(searched[searched[:, 1] > searched[:, 0]])
    own = detections[i].movements
    starts = [int(searched[0, 0]) if len(searched) else 0, *(m.offset_us for m in own)]
    ends = [*(m.onset_us for m in own), int(searched[-1, 1]) if len(searched) else 0]
    still = np.column_stack((np.maximum.accumulate(starts), ends)).astype(np.int64)
    fewest = criteria.assessment.min_turns
    for j in here:
        if j != i and len(still):
            others = np.array([m.onset_us for m in detections[j].movements], dtype=np.int64)
            n = np.searchsorted(others, still[:, 1]) - np.searchsorted(others, still[:, 0], side="right")
            searched = without(searched, union(still[n >= fewest]))
    return searched


def _under_its_file(found: Detected, sensor: SensorFiles, clock: SensorClock) -> tuple[Movement, ...]:
    """Movements under the sha256 of the file whose samples hold their onset."""
    if len(sensor.members) == 1:
        return found.movements
    starts_us = clock.of_night(sensor.pieces_us[:, 0])
    place = np.searchsorted(starts_us, [m.onset_us for m in found.movements], side="right") - 1
    files = [sensor.members[sensor.piece_of[max(0, i)]].recording for i in place.tolist()]
    return tuple(replace(m, recording=file) for m, file in zip(found.movements, files, strict=True))


def _once(
    sides: Sequence[Side], movements: Sequence[Sequence[Movement]], spans: Sequence[Spans]
) -> list[tuple[Movement, ...]]:
    """Movements that begin while their sensor speaks; of two that overlap where one takes over, the first."""
    spoken = [
        [(m, i) for m, kept in zip(group, is_inside(_onsets(group), span), strict=True) if kept]
        for i, (group, span) in enumerate(zip(movements, spans, strict=True))
    ]
    found: list[list[Movement]] = [[] for _ in movements]
    for side in set(sides):
        end_us, last = -1, -1
        here = [pair for i, group in enumerate(spoken) if sides[i] == side for pair in group]
        for movement, i in sorted(here, key=lambda pair: (pair[0].onset_us, pair[0].recording)):
            if i != last and movement.onset_us <= end_us:
                continue
            end_us, last = movement.offset_us, i
            found[i].append(movement)
    return [tuple(group) for group in found]


def _onsets(movements: Sequence[Movement]) -> Spans:
    return np.array([m.onset_us for m in movements], dtype=np.int64)


def _within(found: Detected, movements: tuple[Movement, ...], spans: Spans) -> Detected:
    inside = is_inside(found.threshold_time_us, spans)
    return replace(
        found,
        movements=movements,
        watched_us=without(union(found.watched_us), _outside(spans)),
        threshold_time_us=found.threshold_time_us[inside],
        threshold_g=found.threshold_g[inside],
    )


def _outside(spans: Spans) -> Spans:
    """All time outside of stretches."""
    far = 2**62
    return np.concatenate(([-far], spans.ravel(), [far])).reshape(-1, 2)


def file_clocks(sensors: Sequence[SensorFiles], clocks: Sequence[SensorClock]) -> tuple[SensorClock, ...]:
    """The clock of each file: that of its sensor."""
    pairs = zip(sensors, clocks, strict=True)
    return tuple(replace(clock, recording=m.recording, leg=m.side) for sensor, clock in pairs for m in sensor.members)


def file_envelopes(
    sensor: SensorFiles, clock: SensorClock, found: Sequence[Segment], spans_us: Spans
) -> tuple[Envelope, ...]:
    """How much a sensor moved, for each file that speaks; NaN where another one does.

    Parameters
    ----------
    found : sequence of Segment
        Of this sensor, on the clock of the night.
    spans_us : int64 array, shape (k, 2)
        When the sensor spoke, on the clock of the night.
    """
    whole = envelope_of(sensor.channel, found)
    if whole is None:
        return ()
    step_us = round(whole.step_s * 1e6)
    middle_us = whole.start_us + step_us * np.arange(len(whole.max_mg)) + step_us // 2
    spoken = is_inside(middle_us, spans_us + np.array([-step_us, step_us]))
    place = np.searchsorted(clock.of_night(sensor.pieces_us[:, 0]), middle_us, side="right") - 1
    file_of = np.array(sensor.piece_of)[np.maximum(place, 0)]
    made = []
    for number, member in enumerate(sensor.members):
        here = np.flatnonzero(spoken & (file_of == number) & ~np.isnan(whole.max_mg))
        if len(here):
            first, end = int(here[0]), int(here[-1]) + 1
            values = np.full(end - first, np.nan, dtype=np.float32)
            values[here - first] = whole.max_mg[here]
            start_us = whole.start_us + step_us * first
            made.append(replace(whole, recording=member.recording, leg=member.side, start_us=start_us, max_mg=values))
    return tuple(made)


def _speakers(
    sensors: Sequence[SensorFiles],
    clocks: Sequence[SensorClock],
    recorded: Sequence[Spans],
    spans: Sequence[Spans],
    notes: Sequence[SpeakerNote | None],
) -> tuple[Speaker, ...]:
    found = []
    for i, (sensor, clock) in enumerate(zip(sensors, clocks, strict=True)):
        for number, member in enumerate(sensor.members):
            own = clock.of_night(member.time_us[[0, -1]])
            pieces = clock.of_night(sensor.pieces_us[np.array([k == number for k in sensor.piece_of], bool)])
            beside = [recorded[j] for j, other in enumerate(sensors) if j != i and _one_leg(sensor, other)]
            beside += [clock.of_night(m.time_us[[0, -1]])[None, :] for m in sensor.members if m is not member]
            shared = union(np.concatenate(beside)) if beside else pieces[:0]
            found.append(
                Speaker(
                    recording=member.recording,
                    leg=member.side,
                    recorded_h=float(own[1] - own[0]) / HOUR_US,
                    shared_h=overlap_us(shared, int(own[0]), int(own[1])) / HOUR_US,
                    speaks_h=sum(overlap_us(pieces, a, b) for a, b in spans[i].tolist()) / HOUR_US,
                    note=notes[i] or _sides_differ(sensor),
                )
            )
    return tuple(sorted(found, key=lambda s: s.recording))


def _one_leg(one: SensorFiles, other: SensorFiles) -> bool:
    return one.channel.side == other.channel.side


def _sides_differ(sensor: SensorFiles) -> SpeakerNote | None:
    return "same_samples" if len({m.side for m in sensor.members}) > 1 else None


def _notes(
    sensors: Sequence[SensorFiles],
    detections: Sequence[Detected],
    on_table: Sequence[bool],
    strangers: Sequence[frozenset[int]],
) -> list[SpeakerNote | None]:
    notes: list[SpeakerNote | None] = [
        "on_table" if table else _of_strangers(sensor, [sensors[j] for j in others])
        for sensor, table, others in zip(sensors, on_table, strangers, strict=True)
    ]
    for i, j in combinations(range(len(sensors)), 2):
        if not _one_leg(sensors[i], sensors[j]) and _alike(detections[i].movements, detections[j].movements):
            notes[i], notes[j] = notes[i] or "moves_alike", notes[j] or "moves_alike"
    return notes


def _of_strangers(sensor: SensorFiles, others: Sequence[SensorFiles]) -> SpeakerNote | None:
    """A device has one wearer at a time, so that two recordings of it differ in their times."""
    if not others:
        return None
    is_same = sensor.channel.device and any(other.channel.device == sensor.channel.device for other in others)
    return "other_times" if is_same else "moves_apart"


def _alike(one: Sequence[Movement], other: Sequence[Movement]) -> bool:
    """Whether two sensors on two legs saw the same movements, as strong: probably they were on one leg."""
    a, b = _onsets(one), _onsets(other)
    if min(len(a), len(b)) < _ALIKE_FEWEST:
        return False
    place = np.clip(np.searchsorted(b, a), 1, len(b) - 1)
    nearest = np.where(a - b[place - 1] < b[place] - a, place - 1, place)
    same = np.abs(b[nearest] - a) <= SAME_MOVEMENT_US
    if same.sum() < _ALIKE_SHARE * max(len(a), len(b)):
        return False
    ratio = np.array([m.peak_g for m in one])[same] / np.array([other[k].peak_g for k in nearest[same]])
    return bool(np.median(np.abs(np.log(ratio))) <= _ALIKE_PEAK)
