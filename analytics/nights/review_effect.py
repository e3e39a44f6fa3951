"""A night "as reviewed" beside the night "as detected": the same rules on what reviewers left standing.

Decides what reviews do to numbers. A dismissed movement was none: it is left out before the legs
are joined, with every part of it. An excluded span is as good as not recorded: its movements do not count, its hours
are neither sleep nor wake, and no moment of falling asleep lies in it. A verdict on the whole night changes no number;
it stands beside them. Edits (`analytics.nights.edits`) are applied to what was not dismissed, and spans are excluded
from what that gives. What the detector found is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from analytics.criteria import Criteria
from analytics.measures import Measures
from analytics.model import SAME_MOVEMENT_US, Bout, Event, Movement, Night, Series
from analytics.nights.edits.applying import Edited, apply_edits
from analytics.nights.edits.naming import judge_named, told
from analytics.nights.events import Judged
from analytics.said import Review, Said, Verdict
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from analytics.signal.wear import Spans, total_h, union
from analytics.sleep.estimate import SleepEstimate


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of a night's reviews now: the latest word about each thing.

    Attributes
    ----------
    night : Verdict or None
        confirm, dismiss or unsure.
    movements : mapping of int to Verdict
        By `Event.movement_no` of the events given.
    excluded_us : int64 array, shape (k, 2)
        In order, overlaps made one.
    notes : tuple of Review
        Every review with words, in the order given.
    unmatched : int
        Movements that were judged and that the present analysis does not find.
    edits : tuple of Review
        Those that were not taken back, in the order in which they were made.
    dismissed_parts : frozenset of int
        `Movement.number` of all that the dismissed events joined: what is left out under every rule set.
    """

    night: Verdict | None
    movements: Mapping[int, Verdict]
    excluded_us: Spans
    notes: tuple[Review, ...]
    unmatched: int
    edits: tuple[Review, ...] = ()
    dismissed_parts: frozenset[int] = frozenset()

    @property
    def dismissed(self) -> frozenset[int]:
        """Numbers of the events that were dismissed."""
        return frozenset(number for number, verdict in self.movements.items() if verdict == "dismiss")

    @property
    def changes_numbers(self) -> bool:
        """Whether any index may come out otherwise than detected."""
        return bool(self.dismissed or self.edits) or len(self.excluded_us) > 0


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One night under one rule set with reviews applied; events are numbered anew, ``parts`` are of ``left``."""

    events: tuple[Event, ...]
    series: tuple[Series, ...]
    measures: Measures
    tst_h: float | None
    excluded_h: float
    n_dismissed: int
    left: Edited
    judged: Judged


def standing(reviews: Iterable[Review], events: Sequence[Event], movements: Sequence[Movement]) -> Standing:
    """Find what holds now: the latest review of each thing.

    Parameters
    ----------
    reviews : iterable of Review
        Of one night, in the order in which they were made.
    events : sequence of Event
        Of that night under the rule set that is shown.
    movements : sequence of Movement
        What `Event.parts` point into.
    """
    ordered = [review for review in reviews if not review.is_taken_back]
    night: Said | None = None
    judged: dict[int, Said] = {}
    lost: dict[tuple[str | None, int], Said] = {}
    spans: dict[tuple[int, int], Said] = {}
    finder = _Finder(events, movements)
    for review in ordered:
        if review.verdict in _NO_WORD_ON_A_THING:
            continue
        if review.start_us is not None and review.end_us is not None:
            spans[review.start_us, review.end_us] = review.verdict
        elif review.is_of_night:
            night = None if review.verdict == "undo" else review.verdict
        elif review.onset_us is None:  # of a flag: the view night_flags says how it stands
            continue
        elif (number := finder.number_of(review.onset_us, review.recording)) is not None:
            judged[number] = review.verdict
        else:
            lost[review.recording, review.onset_us] = review.verdict
    excluded = [span for span, verdict in spans.items() if verdict == "exclude"]
    found = {number: cast(Verdict, verdict) for number, verdict in judged.items() if verdict != "undo"}
    return Standing(
        night=cast("Verdict | None", night),
        movements=found,
        excluded_us=union(np.array(excluded, dtype=np.int64).reshape(-1, 2)),
        notes=tuple(review for review in ordered if review.note),
        unmatched=sum(verdict != "undo" for verdict in lost.values()),
        edits=tuple(review for review in ordered if review.verdict == "edit"),
        dismissed_parts=frozenset(n for e in events if found.get(e.movement_no) == "dismiss" for n in e.parts),
    )


_NO_WORD_ON_A_THING = ("note", "edit", "take_back", "redo")


class _Finder:
    """Finds the event a review is about: by its onset, on the sensor that showed it."""

    def __init__(self, events: Sequence[Event], movements: Sequence[Movement]) -> None:
        seen_by = {m.number: m.recording for m in movements}
        self._events = sorted(events, key=lambda e: (e.onset_us, e.movement_no))
        self._onsets = np.array([e.onset_us for e in self._events], dtype=np.int64)
        self._recordings = [{seen_by[number] for number in e.parts} for e in self._events]

    def number_of(self, onset_us: int, recording: str | None) -> int | None:
        """The nearest event within `SAME_MOVEMENT_US`, the earlier of two; None without one."""
        first, last = np.searchsorted(self._onsets, (onset_us - SAME_MOVEMENT_US, onset_us + SAME_MOVEMENT_US + 1))
        near = [i for i in range(first, last) if recording is None or recording in self._recordings[i]]
        best = min(near, key=lambda i: abs(int(self._onsets[i]) - onset_us), default=None)
        return None if best is None else self._events[best].movement_no


def same_rules(night: Night, ruleset: Ruleset, criteria: Criteria) -> bool:
    """Whether a night was analysed with these thresholds and rules, so that two scores of it can be compared.

    By which age group it was judged makes no difference: that changes flags and no score.
    """
    stored = next((score.ruleset_hash for score in night.scores if score.ruleset == ruleset.name), None)
    same = night.criteria_hash in criteria.hash_by_age().values()
    return same and stored == ruleset_hash(ruleset)


def as_reviewed(night: Night, holds: Standing, ruleset: Ruleset, criteria: Criteria) -> Reviewed:
    """Score a stored night with its reviews applied. Without any it comes out as it was detected.

    Parameters
    ----------
    night : Night
        With the score under ``ruleset``; see `same_rules` for when the outcome may be held against it.
    holds : Standing
        From the events of that score.
    """
    return rescored(night, holds, what_is_left(night, holds), [ruleset], criteria)[ruleset.name]


def what_is_left(night: Night, holds: Standing) -> Edited:
    """The movements and sleep of a night with its reviews applied: the same under every rule set.

    An edit of a movement that was dismissed, before or after, no longer fits.
    """
    kept = [m for m in night.movements if m.number not in holds.dismissed_parts]
    edits = [review.edit for review in holds.edits if review.edit is not None]
    edited = apply_edits(kept, sleep_of(night, _NOWHERE), edits, night.envelopes)
    return replace(
        edited,
        movements=_outside(edited.movements, holds.excluded_us),
        sleep=_unknown_in(edited.sleep, holds.excluded_us),
    )


def rescored(
    night: Night, holds: Standing, left: Edited, rulesets: Iterable[Ruleset], criteria: Criteria
) -> dict[str, Reviewed]:
    """Score what is left of a night under each of some rule sets; by their names.

    Parameters
    ----------
    night : Night
        As it was stored.
    left : Edited
        `what_is_left` of it.
    """
    prepared = told(left, criteria, night.clocks, night.hidden_h or 0.0)
    tst_h = None if night.tst_h is None else left.sleep.hours("sleep")
    excluded_h = total_h(holds.excluded_us)
    found = {}
    for ruleset in rulesets:
        judged = judge_named(prepared, ruleset)
        found[ruleset.name] = Reviewed(
            events=judged.events,
            series=judged.series,
            measures=judged.measures if night.assessable else judged.measures.without_indices(),
            tst_h=tst_h,
            excluded_h=excluded_h,
            n_dismissed=len(holds.dismissed),
            left=left,
            judged=judged,
        )
    return found


def sleep_of(night: Night, excluded_us: Spans) -> SleepEstimate:
    """The sleep of a stored night, unknown in the excluded spans."""
    stored = SleepEstimate(
        source=night.sleep_source,
        in_bed_us=night.in_bed_us,
        onset_us=night.sleep_onset_us,
        onset_sd_min=night.onset_sd_min,
        wake_us=night.wake_us,
        bouts=night.bouts,
        possible=night.possible,
    )
    return _unknown_in(stored, excluded_us)


_NOWHERE: Spans = np.empty((0, 2), np.int64)


def _unknown_in(sleep: SleepEstimate, excluded_us: Spans) -> SleepEstimate:
    bouts = sleep.bouts
    for start_us, end_us in excluded_us.tolist():
        bouts = tuple(piece for bout in bouts for piece in _cut(bout, start_us, end_us))
    possible = None if sleep.possible is None else sleep.possible.without(excluded_us)
    return replace(sleep, bouts=bouts, possible=possible)


def _cut(bout: Bout, start_us: int, end_us: int) -> Iterable[Bout]:
    """A bout with the part between two instants made unknown."""
    edges = (bout.start_us, max(bout.start_us, start_us), min(bout.end_us, end_us), bout.end_us)
    if edges[1] >= edges[2]:
        return (bout,)
    pieces = zip(edges[:-1], edges[1:], (bout.state, "unknown", bout.state), strict=True)
    return tuple(Bout(first, last, state) for first, last, state in pieces if first < last)


def _outside(movements: tuple[Movement, ...], spans: Spans) -> tuple[Movement, ...]:
    """Those whose onset lies in no span."""
    if not len(spans):
        return movements
    onset_us = np.array([m.onset_us for m in movements], dtype=np.int64)[:, None]
    inside = ((spans[:, 0] <= onset_us) & (onset_us < spans[:, 1])).any(axis=1)
    return tuple(movements[place] for place in np.flatnonzero(~inside))
