"""What else happened when a movement did: sleep stage, respiratory event, arousal.

Relates movements to other channels. All questions are asked of sorted spans on the
common time line of `analytics.scoring.event_tables`, so that one search answers them for all nights.
"""

from __future__ import annotations

import numpy as np

from analytics.scoring.event_tables import Bools, Ints, Spans
from analytics.scoring.leg_movements import LegMovements
from analytics.scoring.rulesets import Ruleset, milliseconds

#: No epoch covers the moment.
NO_EPOCH = -1


def epoch_at(moments: Ints, epochs: Spans) -> Ints:
    """Index of the epoch that covers each moment (start included, end not), or `NO_EPOCH`."""
    if len(epochs.start) == 0:
        return np.full(len(moments), NO_EPOCH, dtype=np.int64)
    last = np.searchsorted(epochs.start, moments, side="right") - 1
    covered = (last >= 0) & (moments < epochs.end[last])
    return np.where(covered, last, NO_EPOCH)


def is_respiratory(movements: LegMovements, events: Spans, ruleset: Ruleset) -> Bools:
    """Whether any part of a movement lies in the window (ends included) that the rules put round an event.

    Parameters
    ----------
    events : Spans
        Respiratory events on the common time line, milliseconds.
    """
    pad = milliseconds(ruleset.respiration_pad_s)
    if ruleset.respiration == "whole_event":
        return _touches(movements, events.start - pad, events.end + pad)
    if ruleset.respiration == "option_2":
        return _touches(movements, events.end - pad, events.end + pad)
    before = milliseconds(ruleset.respiration_before_s)
    after = milliseconds(ruleset.respiration_after_s)
    return _touches(movements, events.end - before, events.end + after)


def is_arousal(movements: LegMovements, arousals: Spans, ruleset: Ruleset) -> Bools:
    """Whether an arousal overlaps a movement or is no farther from it than the rules allow, either order.

    Parameters
    ----------
    arousals : Spans
        On the common time line, milliseconds.
    """
    gap = milliseconds(ruleset.arousal_gap_s)
    if not ruleset.arousal_gap_inclusive:
        gap -= 1  # whole milliseconds: "less than the gap" is "at most 1 ms less"
    return _touches(movements, arousals.start - gap, arousals.end + gap)


def _touches(movements: LegMovements, start: Ints, end: Ints) -> Bools:
    """Whether any of the closed windows has a moment in common with each closed movement."""
    if len(start) == 0:
        return np.zeros(len(movements), dtype=np.bool_)
    order = np.argsort(start, kind="stable")
    latest_end = np.maximum.accumulate(end[order])
    last = np.searchsorted(start[order], movements.offset, side="right") - 1
    return (last >= 0) & (latest_end[last] >= movements.onset)
