"""A night's movements under one rule set: joined, scored, labelled, with the night's measures.

The bridge between what sensors saw (`Movement`) and the rules, which know only of marks on legs
(`analytics.scoring.score`). Nothing is decided here twice: durations and shapes come from the detector,
what is one movement of two legs from `analytics.nights.joining`, candidates and series from the rule set, names from
`analytics.nights.labels`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from analytics.criteria import Criteria
from analytics.measures import Measures
from analytics.model import Event, Leg, Movement, Series
from analytics.nights.assessment import LEG_SITES, NEAR_LEG_SITES
from analytics.nights.jerks.chances import jerk_chances
from analytics.nights.joining import lead_of, together
from analytics.nights.labels import SleepThen, labelled
from analytics.scoring.elsewhere import Origin, elsewhere_share, median_peak_mg, origins
from analytics.scoring.event_tables import Tables, read_tables
from analytics.scoring.rate_interval import rate_interval
from analytics.scoring.rulesets import Ruleset
from analytics.scoring.score import Scored, score_of_two_clocks
from analytics.signal.clocks import SensorClock
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.index import PossibleIndex

NIGHT = "night"
#: Of the nights that could have been, every so many-th for the rate behind them: fifty say what two hundred do.
_EVERY = 4
_CODE: Mapping[Leg, str] = {"left": "L", "right": "R", "unknown": "U"}
_LEG: Mapping[str, Leg] = {"L": "left", "R": "right", "B": "both", "U": "unknown"}
_STAGE = {"sleep": "S", "wake": "W", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One night under one rule set.

    Attributes
    ----------
    possible : PossibleIndex or None
        Indices of all nights that could have been, where known.
    elsewhere_share : float or None
        Share of the periodic movements in sleep whose series may come from another person or a pet; None without any.
    n_jerks_in_doubt : int
        `analytics.nights.jerks.chances.Chances.n_in_doubt` of the night.
    """

    events: tuple[Event, ...]
    series: tuple[Series, ...]
    measures: Measures
    possible: PossibleIndex | None = None
    elsewhere_share: float | None = None
    n_jerks_in_doubt: int = 0

    def in_bed_index(self, sleep: SleepEstimate) -> float:
        """Periodic movements an hour from falling asleep to waking, whatever was sleep of it."""
        if sleep.onset_us is None or sleep.wake_us is None or sleep.wake_us <= sleep.onset_us:
            return 0.0
        inside = sum(e.is_plm and sleep.onset_us <= e.onset_us < sleep.wake_us for e in self.events)
        return inside * 3.6e9 / (sleep.wake_us - sleep.onset_us)


@dataclass(frozen=True, slots=True)
class Ready:
    """A night's movements as every rule set takes them: all that none of them decides. Made by `ready`.

    Attributes
    ----------
    joined : list of tuple of Movement
        `analytics.nights.joining.together` of the movements.
    chances : mapping of int to float
        `analytics.nights.jerks.chances.jerk_chances` of them.
    tables, hypnogram : Tables, DataFrame
        As `analytics.scoring.score` takes them; no hypnogram where there is no sleep.
    clocks_apart_s : float
        How far the clocks of two legs may still differ.
    """

    movements: Sequence[Movement]
    sleep: SleepEstimate
    criteria: Criteria
    hidden_h: float
    joined: Sequence[tuple[Movement, ...]]
    chances: Mapping[int, float]
    n_jerks_in_doubt: int
    tables: Tables
    hypnogram: pl.DataFrame | None
    clocks_apart_s: float
    by_number: Mapping[int, Movement]
    moments: SleepThen
    _leads: dict[tuple[int, ...], int] = field(default_factory=dict)
    _wholes: dict[tuple[int, ...], tuple[tuple[int, ...], int, int, int]] = field(default_factory=dict)

    def lead(self, parts: Sequence[Movement]) -> int:
        """Number of the part that `analytics.nights.joining.lead_of` chooses; rule sets mostly join the same parts."""
        key = tuple(m.number for m in parts)
        if (known := self._leads.get(key)) is None:
            known = self._leads[key] = lead_of(parts, self.criteria).number
        return known

    def whole(self, numbers: Sequence[int]) -> tuple[tuple[int, ...], int, int, int]:
        """Parts in order, lead, onset and end of one movement; rule sets mostly join the same parts."""
        key = tuple(numbers)
        if (known := self._wholes.get(key)) is None:
            parts = [self.by_number[number] for number in key]
            ends = min(m.onset_us for m in parts), max(m.offset_us for m in parts)
            known = self._wholes[key] = tuple(sorted(key)), self.lead(parts), *ends
        return known


def ready(
    movements: Sequence[Movement],
    sleep: SleepEstimate,
    criteria: Criteria,
    clocks: Sequence[SensorClock],
    hidden_h: float = 0.0,
) -> Ready:
    """Prepare a night for `judge`, once for all rule sets.

    Where the clock of a leg's sensor was moved, legs are joined from so much further away as it may still be off.

    Parameters
    ----------
    clocks : sequence of SensorClock
        Of the sensors that saw the movements.
    hidden_h : float
        Hours asleep in which kicks would not have been seen.
    """
    joined = together(movements, criteria)
    jerks = jerk_chances(joined, sleep, criteria)
    counted = [m for parts in joined for m in _leg_movements(parts, jerks.by_number, criteria)]
    hypnogram = _hypnogram(sleep)
    doubt_s = {clock.recording: clock.uncertain_s or 0.0 for clock in clocks if clock.is_moved}
    return Ready(
        movements=movements,
        sleep=sleep,
        criteria=criteria,
        hidden_h=hidden_h,
        joined=joined,
        chances=jerks.by_number,
        n_jerks_in_doubt=jerks.n_in_doubt,
        tables=read_tables(_marks(counted, criteria), hypnogram, None, None),
        hypnogram=hypnogram,
        clocks_apart_s=max((doubt_s.get(m.recording, 0.0) for m in counted), default=0.0),
        by_number={m.number: m for m in movements},
        moments=SleepThen(sleep, criteria),
    )


def judge(night: Ready, ruleset: Ruleset) -> Judged:
    """Score and label one night.

    Movements that were not recorded on a leg keep their events and are no leg movements: they have no
    intervals, no series and no index.
    """
    movements, criteria = night.movements, night.criteria
    scored = score_of_two_clocks(
        night.tables, ruleset=ruleset, hypnogram=night.hypnogram, clocks_apart_s=night.clocks_apart_s
    )
    leg_movements = _scored_events(scored.movements, night)
    events = _with_the_rest(leg_movements, night)
    events.sort(key=lambda e: (e.onset_us, e.lead))
    named = labelled(
        events, night.by_number, night.moments, criteria, chances=night.chances, short_imi_s=ruleset.imi_min_s
    )
    on_leg = any(m.site in LEG_SITES | NEAR_LEG_SITES for m in movements)
    possible = _possible_index(named, night.sleep)
    measures = _measures(scored, criteria) if on_leg or not movements else Measures()
    found = origins(named, movements)
    return Judged(
        events=named,
        series=_series(scored, events, found),
        measures=_with_doubt(measures, named, night, possible, found),
        possible=possible,
        elsewhere_share=elsewhere_share(found),
        n_jerks_in_doubt=night.n_jerks_in_doubt,
    )


def _leg_movements(parts: Sequence[Movement], chances: Mapping[int, float], criteria: Criteria) -> list[Movement]:
    """Which parts of one movement of the person the rules may count.

    The burst of a sleep start lasts 75-250 ms (ICSD-3), too short for a leg movement; what is seen of it rings on for
    longer. So a hypnic jerk is none, however long it rang, on either leg: a few of them half a minute apart are no
    periodic series. Elsewhere a brief kick counts by its visible length.
    """
    if chances.get(parts[0].number, 0.0) >= criteria.jerks.min_chance:
        return []
    return [m for m in parts if m.site in LEG_SITES | NEAR_LEG_SITES and not _is_too_brief(m, criteria)]


def _is_too_brief(movement: Movement, criteria: Criteria) -> bool:
    if movement.shape != "brief_jerk":
        return False
    return movement.offset_us - movement.onset_us < criteria.detection.min_lm_s * 1e6


def _marks(movements: Sequence[Movement], criteria: Criteria) -> pl.DataFrame:
    """The rules' view: marks on legs in milliseconds.

    Of a weak movement only the middle rises above the noise. The detector accepts it below the minimum
    duration, so the mark gets that minimum: its onset is what counts.
    """
    shortest_ms = round(criteria.detection.min_lm_s * 1000)
    onsets = [round(m.onset_us / 1000) for m in movements]
    return pl.DataFrame(
        {
            "night_id": [NIGHT] * len(movements),
            "leg": [_CODE[m.leg] for m in movements],
            "onset_ms": onsets,
            "offset_ms": [
                max(round(m.offset_us / 1000), t + shortest_ms) for m, t in zip(movements, onsets, strict=True)
            ],
            "part_no": [m.number for m in movements],
            "may_be_clm": [m.shape not in ("posture_change", "rhythmic") for m in movements],
        },
        schema={
            "night_id": pl.String,
            "leg": pl.String,
            "onset_ms": pl.Int64,
            "offset_ms": pl.Int64,
            "part_no": pl.Int64,
            "may_be_clm": pl.Boolean,
        },
    )


def _hypnogram(sleep: SleepEstimate) -> pl.DataFrame | None:
    if not sleep.bouts:
        return None
    return pl.DataFrame(
        {
            "night_id": [NIGHT] * len(sleep.bouts),
            "start_ms": [b.start_us // 1000 for b in sleep.bouts],
            "duration_ms": [b.end_us // 1000 - b.start_us // 1000 for b in sleep.bouts],
            "stage": [_STAGE[b.state] for b in sleep.bouts],
        }
    )


def _scored_events(scored: pl.DataFrame, night: Ready) -> list[Event]:
    """The rules' leg movements, column by column: by rows, and with names of fields, it takes twice as long."""
    columns = (scored[name].to_list() for name in ("parts", "side", "is_clm", "is_plm", "imi_ms", "series_id"))
    return [
        Event(
            0, parts, lead, _LEG[side], onset_us, offset_us, is_lm=True, is_clm=is_clm,
            is_plm=is_plm, imi_s=None if imi_ms is None else imi_ms / 1000, series_no=series_no,
            sleep_state="unknown", label="isolated", p_near_onset=0.0, confidence=0.0,
        )
        for numbers, side, is_clm, is_plm, imi_ms, series_no in zip(*columns, strict=True)
        for parts, lead, onset_us, offset_us in [night.whole(numbers)]
    ]  # fmt: skip


def _with_the_rest(leg_movements: Sequence[Event], night: Ready) -> list[Event]:
    """The rules' leg movements with all that moved at the same time, and what the rules do not know as events.

    A leg movement keeps its onset and end: its intervals are counted between them.
    """
    event_of = {number: i for i, event in enumerate(leg_movements) for number in event.parts}
    more: dict[int, list[Movement]] = {}
    bare = []
    for parts in night.joined:
        rest = [m for m in parts if m.number not in event_of]
        if len(rest) == len(parts):
            bare.append(_bare_event(parts, night))
            continue
        taken = sorted({event_of[m.number] for m in parts if m.number in event_of})
        for movement in rest:
            nearest = min(taken, key=lambda i, m=movement: abs(leg_movements[i].onset_us - m.onset_us))  # type: ignore[misc]
            more.setdefault(nearest, []).append(movement)
    return [_widened(e, more.get(i, []), night) for i, e in enumerate(leg_movements)] + bare


def _widened(event: Event, more: Sequence[Movement], night: Ready) -> Event:
    if not more:
        return event
    parts = [*(night.by_number[number] for number in event.parts), *more]
    return replace(
        event,
        parts=tuple(sorted(m.number for m in parts)),
        lead=night.lead(parts),
        leg=_leg_of(parts),
    )


def _bare_event(parts: Sequence[Movement], night: Ready) -> Event:
    """A movement the rules do not know: a brief jerk, or one that was not recorded on a leg."""
    return Event(
        movement_no=0,
        parts=tuple(sorted(m.number for m in parts)),
        lead=night.lead(parts),
        leg=_leg_of(parts),
        onset_us=min(m.onset_us for m in parts),
        offset_us=max(m.offset_us for m in parts),
        is_lm=False,
        is_clm=False,
        is_plm=False,
        imi_s=None,
        series_no=None,
        sleep_state="unknown",
        label="isolated",
        p_near_onset=0.0,
        confidence=0.0,
    )


def _leg_of(parts: Sequence[Movement]) -> Leg:
    """As `analytics.scoring.score` has it: several legs are both."""
    legs = {m.leg if m.site in LEG_SITES | NEAR_LEG_SITES else "unknown" for m in parts}
    return next(iter(legs)) if len(legs) == 1 else "both"


def _series(scored: Scored, events: Sequence[Event], found: Sequence[Origin]) -> tuple[Series, ...]:
    by_series = {origin.series_no: origin for origin in found}
    members: dict[int, list[Event]] = {}
    for event in events:
        if event.series_no is not None:
            members.setdefault(event.series_no, []).append(event)
    return tuple(
        Series(
            series_no=row["series_id"],
            start_us=min(e.onset_us for e in members[row["series_id"]]),
            end_us=max(e.offset_us for e in members[row["series_id"]]),
            n_movements=row["n_movements"],
            n_in_sleep=row["n_in_sleep"],
            median_imi_s=row["median_imi_s"],
            perhaps_not_own=_perhaps_not_own(by_series.get(row["series_id"])),
        )
        for row in scored.series.iter_rows(named=True)
    )


def _perhaps_not_own(origin: Origin | None) -> bool | None:
    return None if origin is None or origin.slow_over_fast is None else origin.doubt is not None


def _possible_index(events: Sequence[Event], sleep: SleepEstimate) -> PossibleIndex | None:
    if sleep.possible is None:
        return None
    periodic = [e for e in events if e.is_plm]
    onsets_us = np.array([e.onset_us for e in periodic], dtype=np.int64)
    return sleep.possible.index(onsets_us, np.array([e.series_no for e in periodic], dtype=np.int64))


def _with_doubt(
    counted: Measures,
    events: Sequence[Event],
    night: Ready,
    possible: PossibleIndex | None,
    from_where: Sequence[Origin],
) -> Measures:
    """With the intervals of the index, and what tells how far it can be trusted.

    Series that may come from another person or a pet are in the index, and its interval begins where it would without.
    """
    if counted.plms_index is None:
        return counted
    found = replace(counted, median_peak_mg=median_peak_mg(events, night.movements))
    if possible is None or night.sleep.possible is None:
        return found
    low, high = possible.interval()
    if doubted := {origin.series_no for origin in from_where if origin.doubt is not None}:
        own = _possible_index([e for e in events if e.series_no not in doubted], night.sleep)
        low = low if own is None else min(low, own.interval()[0])
    seen_h = np.maximum(possible.hours - night.hidden_h, possible.hours / 10)
    rate = rate_interval(*(each[::_EVERY] for each in (possible.n_series, possible.n_movements, seen_h)))
    onsets_us = np.array([e.onset_us for e in events if e.is_plm], dtype=np.int64)
    return replace(
        found,
        # The index that is stored stands on the likeliest sleep, or on what a device or a diary says of it.
        plms_index_low=min(low, counted.plms_index),
        plms_index_high=max(high, counted.plms_index),
        plms_rate_low=None if rate is None else rate[0],
        plms_rate_high=None if rate is None else rate[1],
        plms_index_sure=night.sleep.possible.index_sure(onsets_us),
    )


def _measures(scored: Scored, criteria: Criteria) -> Measures:
    """The rules' numbers; an index over less sleep or waking than it takes is not known: the counts stand alone."""
    if scored.nights.is_empty():
        return Measures()
    row = scored.nights.row(0, named=True)
    found = Measures(**{name: value for name, value in row.items() if name not in ("night_id", "tst_h")})
    if (row["tst_h"] or 0.0) < criteria.assessment.min_sleep_h:
        found = replace(found, plms_index=None, lm_per_h=None)
    return found if (found.wake_h or 0.0) >= criteria.flags.min_wake_h else replace(found, plmw_index=None)
