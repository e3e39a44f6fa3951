"""Where one night ends and the next begins: the owner of the rule.

A night runs from local noon to local noon and bears the date of its evening. The edge between two nights moves only
where a sleep of at least `Sleep.across_noon_h` covers the noon: such a sleep began before it, so it bears the date of
the day before, and the edge goes to the middle of the wake after it, at the latest to midnight. Both nights share the
edge, so their windows tile time, and no hour is counted twice. Each edge is found from the twelve hours on either side
of its own noon and from nothing else: days of wear round the clock cannot make windows drift, and the order in which
files come makes no difference. A shorter nap across noon moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.signal.angles import coarse, epochs
from analytics.signal.detect_movements import detect_movements
from analytics.signal.motion import segments
from analytics.signal.worn import not_worn, spans_of
from analytics.sleep.diary import Diary
from analytics.sleep.stillness import rests_of
from ingest.recording import SleepWindow, StageSpan

HOUR_US = 3_600_000_000
#: How far from its noon an edge looks, and so how far it moves at most.
LOOK_US = 12 * HOUR_US
#: A sensor that lay on a table at noon shows no movement in this time on either side of it.
_WORN_US = 4 * HOUR_US

Span = tuple[int, int]


def edge_of(
    noon_us: int,
    channels: Sequence[Channel],
    *,
    stages: Sequence[StageSpan] = (),
    windows: Sequence[SleepWindow] = (),
    diary: Diary | None = None,
    criteria: Criteria,
) -> int:
    """The instant at which the night before a noon ends and the one after it begins, UTC microseconds.

    Parameters
    ----------
    noon_us : int
    channels : sequence of Channel
        Samples of ``[noon - LOOK_US, noon + LOOK_US)``.
    stages, windows : sequences
        Of watches, UTC.
    diary : Diary or None
        Of the night before this noon.
    """
    first_us, last_us = noon_us - LOOK_US, noon_us + LOOK_US
    found = epochs([coarse(channel) for channel in channels], first_us, last_us, criteria)
    rests = [(a, b) for a, b in rests_of(found, criteria).tolist()]
    noted = [] if diary is None else [(diary.lights_off_us, diary.got_up_us)]
    watched = _joined(
        ((s.start_us, s.end_us) for s in stages if s.stage in ("light", "deep", "rem")),
        round(criteria.sleep.max_gap_min * 60e6),
    )
    by_source = [noted, watched, [(w.start_us, w.end_us) for w in windows], rests]
    least_us = round(criteria.sleep.across_noon_h * HOUR_US)
    across = [span for spans in by_source for span in spans if span[0] < noon_us < span[1]]
    longest = next((span for span in across if span[1] - span[0] >= least_us), None)
    if longest is None or (longest in rests and not _worn_at(noon_us, channels, criteria)):
        return noon_us
    return _middle_of_wake(longest[1], [span for spans in by_source for span in spans], last_us)


def _middle_of_wake(end_us: int, sleeps: Iterable[Span], last_us: int) -> int:
    """Half-way from the end of a sleep to the next one that begins after it, or to midnight."""
    return (min(end_us, last_us) + min([last_us, *(first for first, _ in sleeps if first >= end_us)])) // 2


def _joined(spans: Iterable[Span], gap_us: int) -> list[Span]:
    """Stretches at most ``gap_us`` apart made one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] <= gap_us:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _worn_at(noon_us: int, channels: Sequence[Channel], criteria: Criteria) -> bool:
    """Whether one of the sensors was on a person at noon: a table is as still as the deepest sleep."""
    return any(
        not any(first <= noon_us < last for first, last in _unworn(part, criteria).tolist())
        for channel in channels
        if len((part := _part(channel, noon_us - _WORN_US, noon_us + _WORN_US)).time_us)
    )


def _unworn(channel: Channel, criteria: Criteria) -> NDArray[np.int64]:
    """Stretches in which a sensor probably lay on a table, as the analysis of a night finds them."""
    parts = segments(channel, criteria)
    movements = detect_movements(channel, parts, criteria).movements
    return spans_of(not_worn(channel, parts, movements, criteria), "unworn")


def _part(channel: Channel, start_us: int, end_us: int) -> Channel:
    first, last = np.searchsorted(channel.time_us, (start_us, end_us))
    return Channel(
        recording=channel.recording,
        site=channel.site,
        side=channel.side,
        time_us=channel.time_us[first:last],
        xyz_g=channel.xyz_g[first:last],
        lsb_g=channel.lsb_g,
        temperature=channel.temperature,
    )
