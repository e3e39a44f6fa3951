"""What a movement is called, from its own look, its series, and the state and moment around it.

Each label's rule is one small function; `label` asks them in the order in which they exclude each other.
Periodic comes before hypnic jerk: a jerk inside a regular series is one of the series. "Hypnic jerk" is a
heuristic (no accelerometer criterion is published): a cough, a startle or a bed partner can look the same,
which is why a probability stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    short_imi_s: float,
) -> tuple[Event, ...]:
    """Fill in state, probability, label and confidence of events.

    Parameters
    ----------
    events : sequence of Event
        Of one night and rule set, by onset; their ``label`` is not read.
    movements : sequence of Movement
        What `Event.lead` points into.
    short_imi_s : float
        Intervals below this are short (the rule set's shortest interval of a series).
    """
    by_number = {m.number: m for m in movements}
    alone_s = _distances_s(events)
    short = _short_interval(events, short_imi_s)
    found = []
    for event, distance_s, is_short in zip(events, alone_s, short, strict=True):
        lead = by_number[event.lead]
        known = replace(
            event,
            sleep_state=sleep.state_at(event.onset_us),
            p_near_onset=p_near_onset(event.onset_us, sleep, criteria),
            p_sleep=sleep.p_sleep_at(event.onset_us),
        )
        name = label(known, lead, distance_s=distance_s, is_short=is_short, jerks=criteria.jerks)
        found.append(replace(known, label=name, confidence=_confidence(known, lead, name)))
    return tuple(found)


def label(event: Event, lead: Movement, *, distance_s: float, is_short: bool, jerks: Jerks) -> Label:
    """The one label of an event.

    Parameters
    ----------
    event : Event
        With ``sleep_state`` and ``p_near_onset`` filled in; its ``label`` is not read.
    lead : Movement
        The movement that `Event.lead` points to.
    distance_s : float
        Pause to the nearest other event, infinite where there is none.
    is_short : bool
        Whether a short interval comes right before or after it.
    """
    if lead.shape in ("posture_change", "rhythmic", "large_movement"):
        return lead.shape
    if event.is_lm and not event.is_clm:
        return "large_movement"
    if event.is_plm:
        return "periodic"
    if is_hypnic_jerk(event, lead, distance_s, jerks):
        return "hypnic_jerk"
    if event.sleep_state == "wake":
        return "wake"
    return "short_interval" if is_short else "isolated"


def is_hypnic_jerk(event: Event, lead: Movement, distance_s: float, jerks: Jerks) -> bool:
    """A brief strong jerk, alone, near a moment of falling asleep.

    Parameters
    ----------
    event : Event
        With ``p_near_onset`` filled in.
    lead : Movement
        The movement that `Event.lead` points to.
    distance_s : float
        Pause to the nearest other event, infinite where there is none.
    """
    return lead.shape == "brief_jerk" and distance_s >= jerks.quiet_s and event.p_near_onset >= jerks.min_probability


def _distances_s(events: Sequence[Event]) -> list[float]:
    """Pause between each event and the nearest other one, seconds; infinite for a lone event."""
    onsets = np.array([e.onset_us for e in events], dtype=np.float64)
    ends = np.array([e.offset_us for e in events], dtype=np.float64)
    pause = (onsets[1:] - ends[:-1]) / 1e6
    before = np.concatenate(([np.inf], pause))
    after = np.concatenate((pause, [np.inf]))
    return [float(s) for s in np.minimum(before, after)[: len(events)]]


def _short_interval(events: Sequence[Event], short_imi_s: float) -> list[bool]:
    """Whether an event follows, or is followed by, another leg movement within ``short_imi_s``."""
    short = [e.imi_s is not None and e.imi_s < short_imi_s for e in events]
    moving = [i for i, e in enumerate(events) if e.is_lm]
    for earlier, later in pairwise(moving):
        short[earlier] = short[earlier] or short[later]
    return short


def _confidence(event: Event, lead: Movement, name: Label) -> float:
    """0-1. How far it stands out of the noise, times how likely its label's moment is. A heuristic."""
    clear = 1 - np.exp(-(lead.peak_g / lead.threshold_g) / 2)
    doubt = {"hypnic_jerk": 0.5 + event.p_near_onset / 2}.get(name, 1.0)
    if event.sleep_state == "unknown":
        doubt *= 0.5
    elif name != "hypnic_jerk":
        doubt *= 1 - event.p_near_onset / 2
    return float(np.clip(clear * doubt, 0.0, 1.0))
