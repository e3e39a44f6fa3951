"""What a movement is called, from its own look, its series, and the state and moment around it.

Each label's rule is one small function; `label` asks them in the order in which they exclude each other.
Periodic comes before hypnic jerk: a jerk inside a regular series is one of the series. How likely a brief jerk is a
hypnic one comes from `analytics.nights.jerks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from analytics.criteria import Criteria, Jerks
from analytics.model import Event, Label, Movement, SleepState
from analytics.sleep.estimate import SleepEstimate, p_near_onset
from analytics.sleep.possible import DECIMALS


class SleepThen:
    """What a night's sleep says of instants; asked again of the same, as under the next rule set, it is known."""

    def __init__(self, sleep: SleepEstimate, criteria: Criteria) -> None:
        self._sleep, self._criteria = sleep, criteria
        self._known: dict[int, tuple[SleepState, float, float | None]] = {}

    def at(self, time_us: int) -> tuple[SleepState, float, float | None]:
        """State, chance that falling asleep is near, and chance of sleep at an instant, as they are kept."""
        if (known := self._known.get(time_us)) is None:
            near = round(p_near_onset(time_us, self._sleep, self._criteria), DECIMALS)
            p_sleep = self._sleep.p_sleep_at(time_us)
            p_sleep = None if p_sleep is None else round(p_sleep, DECIMALS)
            known = self._known[time_us] = (self._sleep.state_at(time_us), near, p_sleep)
        return known


def labelled(
    events: Sequence[Event],
    movements: Mapping[int, Movement],
    moments: SleepThen,
    criteria: Criteria,
    *,
    chances: Mapping[int, float],
    short_imi_s: float,
) -> tuple[Event, ...]:
    """Number events from 1, and fill in their state, probability, label and confidence.

    Parameters
    ----------
    events : sequence of Event
        Of one night and rule set, by onset; their ``movement_no``, ``sleep_state`` and ``label`` are not read.
    movements : mapping of int to Movement
        By number: what `Event.lead` points into.
    chances : mapping of int to float
        `analytics.nights.jerks.chances.jerk_chances` of the night.
    short_imi_s : float
        Intervals below this are short (the rule set's shortest interval of a series).
    """
    short = _short_interval(events, short_imi_s)
    found = []
    for number, (event, is_short) in enumerate(zip(events, short, strict=True), start=1):
        lead, chance = movements[event.lead], chances.get(event.lead, 0.0)
        state, near, p_sleep = moments.at(event.onset_us)
        name = label(event, lead, state=state, chance=chance, is_short=is_short, jerks=criteria.jerks)
        sure = chance if name == "hypnic_jerk" else _confidence(lead, state, near)
        # A field at a time: `dataclasses.replace` takes three times as long, and a night has hundreds of events.
        found.append(
            Event(
                number, event.parts, event.lead, event.leg, event.onset_us, event.offset_us, event.is_lm, event.is_clm,
                event.is_plm, event.imi_s, event.series_no, state, name, near, round(sure, DECIMALS), p_sleep,
            )
        )  # fmt: skip
    return tuple(found)


def label(event: Event, lead: Movement, *, state: SleepState, chance: float, is_short: bool, jerks: Jerks) -> Label:
    """The one label of an event.

    Parameters
    ----------
    event : Event
        Its ``sleep_state`` and ``label`` are not read.
    lead : Movement
        The movement that `Event.lead` points to.
    state : SleepState
        At its onset.
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
    if state == "wake":
        return "wake"
    return "short_interval" if is_short else "isolated"


def _short_interval(events: Sequence[Event], short_imi_s: float) -> list[bool]:
    """Whether an event follows, or is followed by, another leg movement within ``short_imi_s``."""
    short = [e.imi_s is not None and e.imi_s < short_imi_s for e in events]
    moving = [i for i, e in enumerate(events) if e.is_lm]
    for earlier, later in pairwise(moving):
        short[earlier] = short[earlier] or short[later]
    return short


def _confidence(lead: Movement, state: SleepState, near: float) -> float:
    """0-1. How far it stands out of the noise, times how likely its label's moment is. A heuristic."""
    clear = 1 - np.exp(-(lead.peak_g / lead.threshold_g) / 2)
    doubt = 0.5 if state == "unknown" else 1 - near / 2
    return min(max(float(clear * doubt), 0.0), 1.0)  # NaN stays NaN
