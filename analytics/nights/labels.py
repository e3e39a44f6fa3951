"""What a movement is called, from its own look, its series, and the state and moment around it.

Each label's rule is one small function; `label` asks them in the order in which they exclude each other.
Periodic comes before hypnic jerk: a jerk inside a regular series is one of the series. How likely a brief jerk is a
hypnic one comes from `analytics.nights.jerks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from analytics.criteria import Criteria, Jerks
from analytics.model import Event, Label, Movement
from analytics.sleep.estimate import SleepEstimate, p_near_onset


def labelled(
    events: Sequence[Event],
    movements: Sequence[Movement],
    sleep: SleepEstimate,
    criteria: Criteria,
    *,
    chances: Mapping[int, float],
    short_imi_s: float,
) -> tuple[Event, ...]:
    """Fill in state, probability, label and confidence of events.

    Parameters
    ----------
    events : sequence of Event
        Of one night and rule set, by onset; their ``label`` is not read.
    movements : sequence of Movement
        What `Event.lead` points into.
    chances : mapping of int to float
        `analytics.nights.jerks.jerk_chances` of the night.
    short_imi_s : float
        Intervals below this are short (the rule set's shortest interval of a series).
    """
    by_number = {m.number: m for m in movements}
    short = _short_interval(events, short_imi_s)
    found = []
    for event, is_short in zip(events, short, strict=True):
        lead = by_number[event.lead]
        known = replace(
            event,
            sleep_state=sleep.state_at(event.onset_us),
            p_near_onset=p_near_onset(event.onset_us, sleep, criteria),
            p_sleep=sleep.p_sleep_at(event.onset_us),
        )
        chance = chances.get(event.lead, 0.0)
        name = label(known, lead, chance=chance, is_short=is_short, jerks=criteria.jerks)
        sure = chance if name == "hypnic_jerk" else _confidence(known, lead)
        found.append(replace(known, label=name, confidence=sure))
    return tuple(found)


def label(event: Event, lead: Movement, *, chance: float, is_short: bool, jerks: Jerks) -> Label:
    """The one label of an event.

    Parameters
    ----------
    event : Event
        With ``sleep_state`` filled in; its ``label`` is not read.
    lead : Movement
        The movement that `Event.lead` points to.
    chance : float
        Of being a hypnic jerk, 0-1.
    is_short : bool
        Whether a short interval comes right before or after it.
    """
    if lead.shape in ("posture_change", "rhythmic", "large_movement"):
        return lead.shape
    if event.is_lm and not event.is_clm:
        return "large_movement"
    if event.is_plm:
        return "periodic"
    if chance >= jerks.min_chance:
        return "hypnic_jerk"
    if event.sleep_state == "wake":
        return "wake"
    return "short_interval" if is_short else "isolated"


def _short_interval(events: Sequence[Event], short_imi_s: float) -> list[bool]:
    """Whether an event follows, or is followed by, another leg movement within ``short_imi_s``."""
    short = [e.imi_s is not None and e.imi_s < short_imi_s for e in events]
    moving = [i for i, e in enumerate(events) if e.is_lm]
    for earlier, later in pairwise(moving):
        short[earlier] = short[earlier] or short[later]
    return short


def _confidence(event: Event, lead: Movement) -> float:
    """0-1. How far it stands out of the noise, times how likely its label's moment is. A heuristic."""
    clear = 1 - np.exp(-(lead.peak_g / lead.threshold_g) / 2)
    doubt = 0.5 if event.sleep_state == "unknown" else 1 - event.p_near_onset / 2
    return float(np.clip(clear * doubt, 0.0, 1.0))
