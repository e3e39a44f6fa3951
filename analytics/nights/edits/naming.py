"""An edited night under one rule set: judged as every night is, and called as reviewers called it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from analytics.criteria import Criteria
from analytics.measures import Measures
from analytics.model import Event, Label, Movement
from analytics.nights.edits.applying import Edited
from analytics.nights.edits.kinds import BY_HAND, MEANINGS
from analytics.nights.events import Judged, Ready, judge, ready
from analytics.nights.joining import lead_of, together
from analytics.nights.labels import SleepThen
from analytics.scoring.rulesets import Ruleset
from analytics.signal.clocks import SensorClock
from analytics.sleep.estimate import SleepEstimate


@dataclass(frozen=True, slots=True)
class PreparedEdits:
    """An edited night as every rule set takes it. Made by `told`.

    Attributes
    ----------
    left : Edited
    ready : Ready
        Of the movements that the rules are told of.
    jerks : tuple of Event
        What a reviewer named otherwise than a leg movement, in whatever order.
    """

    left: Edited
    ready: Ready
    jerks: tuple[Event, ...]


def told(left: Edited, criteria: Criteria, clocks: Sequence[SensorClock], hidden_h: float = 0.0) -> PreparedEdits:
    """Prepare an edited night for `judge_named`, once for all rule sets.

    Parameters
    ----------
    clocks : sequence of SensorClock
        Of the sensors that saw the movements.
    hidden_h : float
        Hours asleep in which kicks would not have been seen.
    """
    heard = [m for m in left.movements if _is_told(left.names.get(m.number))]
    untold = [m for m in left.movements if not _is_told(left.names.get(m.number))]
    jerks = tuple(_jerk(parts, left.sleep, criteria) for parts in together(untold, criteria))
    return PreparedEdits(left, ready(heard, left.sleep, criteria, clocks, hidden_h), jerks)


def judge_named(night: PreparedEdits, ruleset: Ruleset) -> Judged:
    """Score and label an edited night."""
    judged = judge(night.ready, ruleset)
    events: Sequence[Event] = [_named(event, night.left.names, night.ready.by_number) for event in judged.events]
    peak_mg = judged.measures.median_peak_mg
    known = judged.measures if peak_mg is None or math.isfinite(peak_mg) else _without_peak(judged)
    if night.jerks:
        events = sorted((*events, *night.jerks), key=lambda event: (event.onset_us, event.lead))
        events = [replace(event, movement_no=i) for i, event in enumerate(events, start=1)]
    return replace(judged, events=tuple(events), measures=known)


def _is_told(name: str | None) -> bool:
    """Whether the rules are told of a movement: of what a reviewer named otherwise than a leg movement they are not."""
    return name is None or MEANINGS[name].shape is not None


def _without_peak(judged: Judged) -> Measures:
    return replace(judged.measures, median_peak_mg=None)


def _named(event: Event, names: Mapping[int, str], by_number: Mapping[int, Movement]) -> Event:
    """With the label that a reviewer gave; what a reviewer named or added is as sure as a word can be."""
    name = names.get(event.lead)
    if name is None and by_number[event.lead].recording != BY_HAND:
        return event
    shown = name is not None and MEANINGS[name].is_shown
    return replace(event, confidence=1.0, label=cast(Label, name) if shown else event.label)


def _jerk(parts: Sequence[Movement], sleep: SleepEstimate, criteria: Criteria) -> Event:
    """A hypnic jerk by the word of a reviewer: no leg movement, so that no rule counts it."""
    onset_us = min(m.onset_us for m in parts)
    legs = {m.leg for m in parts}
    state, near, p_sleep = SleepThen(sleep, criteria).at(onset_us)
    return Event(
        movement_no=0,
        parts=tuple(sorted(m.number for m in parts)),
        lead=lead_of(parts, criteria).number,
        leg=next(iter(legs)) if len(legs) == 1 else "both",
        onset_us=onset_us,
        offset_us=max(m.offset_us for m in parts),
        is_lm=False,
        is_clm=False,
        is_plm=False,
        imi_s=None,
        series_no=None,
        sleep_state=state,
        label="hypnic_jerk",
        p_near_onset=near,
        confidence=1.0,
        p_sleep=p_sleep,
    )
