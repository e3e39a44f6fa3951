"""One night of one person, from samples to flags: the one pure way in.

    channels -> segments -> one clock -> movements -> sleep -> events -> flags

No file, no database, no clock of its own: the same channels and criteria give the same night on any machine,
whichever order the recordings came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from analytics.criteria import Criteria
from analytics.model import Channel, Night, Score
from analytics.nights.assessment import Evidence, best_channels, gather, tier, why_not_assessable
from analytics.nights.events import Judged, judge
from analytics.nights.flags import flags_of
from analytics.scoring.rulesets import Ruleset, ruleset_hash
from analytics.signal.alignment import aligned
from analytics.signal.angles import epochs, without_series
from analytics.signal.detect_movements import renumber, watch
from analytics.signal.envelope import envelope_of
from analytics.signal.motion import segments
from analytics.signal.sleep import Diary, SleepEstimate, estimate_sleep
from analytics.signal.wear import blanks_of, recorded_spans, union, unworn_spans, without_unworn
from ingest.errors import UsageError
from ingest.recording import SleepWindow, StageSpan

_INDICES = (
    *("plms_index", "plms_index_low", "plms_index_high", "plmw_index"),
    *("periodicity_index_share", "periodicity_index_runs"),
)


def analyse_night(
    *,
    subject: str,
    night_date: date,
    zone: str,
    channels: Sequence[Channel],
    beside: Sequence[str] = (),
    stages: Sequence[StageSpan] = (),
    sleep_windows: Sequence[SleepWindow] = (),
    diary: Diary | None = None,
    urge_to_move: float | None = None,
    criteria: Criteria,
    rulesets: Sequence[Ruleset],
    version: str,
) -> Night:
    """Everything that can be said about one noon-to-noon night.

    Parameters
    ----------
    channels : sequence of Channel
        All recordings of this person in this night, any order; at least one with samples.
    beside : sequence of str
        sha256 of recordings without movement that belong to this night, whatever they lend to it.
    stages : sequence of StageSpan
        The device maker's sleep stages, UTC; they take precedence over the accelerometer.
    sleep_windows : sequence of SleepWindow
        The device maker's sleep windows, UTC; used where there are no stages.
    diary : Diary or None
        What the person wrote down; takes precedence over everything.
    urge_to_move : float or None
        As the person noted it for this night, 0 (none) to 10.
    rulesets : sequence of Ruleset
        The night is scored under each of them, the default one first.
    version : str
        Of the program, stored with the result.

    Raises
    ------
    UsageError
        If no channel holds a sample.
    """
    used = sorted(
        best_channels([c for c in channels if len(c.time_us)]), key=lambda c: (int(c.time_us[0]), c.recording)
    )
    if not used:
        raise UsageError(f"night {night_date} of {subject} holds no samples")
    used, found, offset = aligned(used, [segments(channel, criteria) for channel in used], criteria)
    watched = [watch(channel, parts, criteria) for channel, parts in zip(used, found, strict=True)]
    movements = renumber([w.movements for w in watched])
    recorded = recorded_spans(used, criteria)
    unworn = unworn_spans(movements, recorded, criteria)
    turning = without_series(epochs(found, int(recorded[0, 0]), int(recorded[-1, 1]), criteria), movements, criteria)
    sleep = estimate_sleep(
        without_unworn(turning, unworn),
        stages=[s for s in stages if s.start_us < recorded[-1, 1] and s.end_us > recorded[0, 0]],
        windows=[w for w in sleep_windows if w.start_us < recorded[-1, 1] and w.end_us > recorded[0, 0]],
        diary=diary,
        criteria=criteria,
    )
    one_clock = len(used) == 1 or (offset is not None and offset.trusted)
    evidence = gather(used, watched, recorded, unworn, sleep, one_clock=one_clock)
    reason = why_not_assessable(evidence, sleep, criteria)
    judged = [(ruleset, judge(movements, sleep, ruleset, criteria)) for ruleset in rulesets]
    scores = tuple(
        _score(ruleset, result, evidence, sleep, reason, urge_to_move, criteria) for ruleset, result in judged
    )
    return Night(
        subject=subject,
        night_date=night_date,
        zone=zone,
        recordings=tuple(sorted({*(c.recording for c in channels), *beside})),
        site="+".join(evidence.sites),
        legs=evidence.legs if evidence.legs is not None else "none",
        recorded_from_us=int(recorded[0, 0]),
        recorded_to_us=int(recorded[-1, 1]),
        recorded_h=evidence.recorded_h,
        recorded_share=1 - evidence.gap_share,
        unworn_h=evidence.unworn_h,
        short_gaps_per_h=evidence.short_gaps_per_h,
        longest_gap_s=evidence.longest_gap_s,
        **_sleep_columns(sleep),
        blind_below_mg=evidence.blind_below_mg,
        tier=tier(evidence, sleep, criteria),
        assessable=reason is None,
        not_assessable_reason=reason,
        n_hypnic_jerks=sum(e.label == "hypnic_jerk" for e in scores[0].events) if scores else 0,
        bouts=sleep.bouts,
        movements=movements,
        scores=scores,
        criteria_hash=criteria.hash(),
        version=version,
        leg_offset_s=offset.behind_s if offset and offset.trusted else None,
        leg_drift_ppm=offset.drift_ppm if offset and offset.trusted else None,
        leg_alignment_confidence=offset.confidence if offset else None,
        blanks=blanks_of(recorded, union(np.concatenate([w.watched_us for w in watched])), unworn, criteria),
        envelopes=tuple(e for e in map(envelope_of, used, found) if e is not None),
    )


def without_indices(measures: Mapping[str, Any]) -> dict[str, Any]:
    """The measures of a night that cannot be assessed: its indices are unknown, whatever was counted."""
    return {name: None if name in _INDICES else value for name, value in measures.items()}


def _sleep_columns(sleep: SleepEstimate) -> dict[str, Any]:
    if sleep.onset_us is None or sleep.wake_us is None or sleep.in_bed_us is None:
        empty = dict.fromkeys(("sleep_onset_us", "onset_sd_min", "wake_us", "tst_h", "waso_min", "sleep_efficiency"))
        return {"sleep_source": sleep.source, "in_bed_us": sleep.in_bed_us, **empty}
    tst_h = sleep.hours("sleep")
    known_h = tst_h + sleep.hours("wake")
    waso_us = sum(
        max(0, min(b.end_us, sleep.wake_us) - max(b.start_us, sleep.onset_us)) for b in sleep.bouts if b.state == "wake"
    )
    return {
        "sleep_source": sleep.source,
        "in_bed_us": sleep.in_bed_us,
        "sleep_onset_us": sleep.onset_us,
        "onset_sd_min": sleep.onset_sd_min,
        "wake_us": sleep.wake_us,
        "tst_h": tst_h,
        "waso_min": waso_us / 6e7,
        "sleep_efficiency": tst_h / known_h if known_h > 0 else None,
    }


def _score(
    ruleset: Ruleset,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    reason: str | None,
    urge_to_move: float | None,
    criteria: Criteria,
) -> Score:
    measures = judged.measures if reason is None else without_indices(judged.measures)
    return Score(
        ruleset=ruleset.name,
        ruleset_hash=ruleset_hash(ruleset),
        measures=measures,
        events=judged.events,
        series=judged.series,
        flags=flags_of(measures, judged.events, evidence, sleep, reason, urge_to_move, criteria),
    )
