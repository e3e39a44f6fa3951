"""One night of one person, from samples to flags: the one pure way in.

    channels -> observe: one clock, movements -> asleep: sleep -> judge: events, measures, flags

No file, no database, no clock of its own: the same channels and criteria give the same night on any machine,
whichever order the recordings came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Night, Score
from analytics.nights.assessment import (
    LEG_SITES,
    NEAR_LEG_SITES,
    Evidence,
    measure_evidence,
    tier,
    why_not_assessable,
)
from analytics.nights.events import Judged, judge, ready
from analytics.nights.flags import flags_of
from analytics.nights.observed import Observed, observe
from analytics.scoring.rulesets import AASM, Ruleset, ruleset_hash
from analytics.signal.angles import epochs, without_series
from analytics.signal.clocks import SensorClock, legs_compared
from analytics.signal.wear import blanks_of, overlap_us, total_h, union, without, without_unworn
from analytics.signal.worn import main_reason
from analytics.sleep.diary import Diary
from analytics.sleep.estimate import SleepEstimate
from analytics.sleep.half_minutes import HalfMinutes, half_minutes
from analytics.sleep.sources import estimate_sleep
from ingest.errors import UsageError
from ingest.recording import SleepWindow, StageSpan

Span = TypeVar("Span", StageSpan, SleepWindow)


def analyse_night(
    *,
    subject: str,
    night_date: date,
    zone: str,
    window_us: tuple[int, int] | None = None,
    channels: Iterable[Channel],
    beside: Sequence[str] = (),
    stages: Sequence[StageSpan] = (),
    lent_from: Sequence[str] = (),
    sleep_windows: Sequence[SleepWindow] = (),
    diary: Diary | None = None,
    urge_to_move: float | None = None,
    criteria: Criteria,
    rulesets: Sequence[Ruleset],
    version: str,
) -> Night:
    """Everything that can be said about one night.

    Parameters
    ----------
    window_us : tuple of int or None
        The stretch from which everything comes, ``[from, to)``; kept with the night.
    channels : iterable of Channel
        All recordings of this person in this night, any order; at least one with samples. An iterator's samples are let
        go of as soon as they are filtered.
    beside : sequence of str
        sha256 of other recordings that belong to this night, whatever they lend to it.
    stages : sequence of StageSpan
        The device maker's sleep stages, on the clock of that device; they take precedence over the accelerometer.
    lent_from : sequence of str
        sha256 of the recordings of the device that lent stages, or else windows. Where they hold movement and others
        are used for the legs, both clocks are compared, and stages and windows come onto the clock of the night.
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
    named: list[str] = []
    seen = observe(_noting(channels, named), criteria, lent_from=lent_from if stages or sleep_windows else ())
    if seen is None:
        raise UsageError(f"night {night_date} of {subject} holds no samples")
    lent = seen.clock_of(lent_from)
    stages = on_night(stages, lent)
    sleep = asleep(seen, stages, on_night(sleep_windows, lent), diary, criteria)
    evidence = measure_evidence(
        seen.channels,
        seen.detections,
        seen.recorded_us,
        seen.unworn_us,
        sleep,
        one_clock=seen.is_one_clock,
        apart=seen.apart,
        stages_on_clock=not (stages or sleep_windows) or not seen.beside or (lent is not None and lent.is_moved),
        wear_doubt=seen.wear_doubt_us,
        why_unworn=main_reason(seen.not_worn),
    )
    shaken_h = total_h(seen.hidden_us)
    evidence = replace(evidence, hidden_h=_hours_asleep(seen.hidden_us, sleep), shaken_h=shaken_h)
    reason = why_not_assessable(evidence, sleep, criteria)
    prepared = ready(seen.movements, sleep, criteria, seen.file_clocks, evidence.hidden_h)
    judged = [judge(prepared, ruleset) for ruleset in rulesets]
    by_aasm = next((j.measures.plms_index for r, j in zip(rulesets, judged, strict=True) if r == AASM), None)
    scores = tuple(
        _score(ruleset, one, evidence, sleep, reason, urge_to_move, criteria, None if ruleset == AASM else by_aasm)
        for ruleset, one in zip(rulesets, judged, strict=True)
    )
    return Night(
        subject=subject,
        night_date=night_date,
        zone=zone,
        window_from_us=window_us[0] if window_us else None,
        window_to_us=window_us[1] if window_us else None,
        naps=sleep.naps,
        recordings=tuple(sorted({*named, *beside})),
        **_evidence_columns(evidence),
        **_sleep_columns(sleep),
        hidden_h=evidence.hidden_h,
        wear_doubt_h=total_h(seen.wear_doubt_us),
        **_doubt_columns(sleep),
        **_observed_columns(seen, criteria),
        tier=tier(evidence, sleep, criteria),
        assessable=reason is None,
        not_assessable_reason=reason,
        n_hypnic_jerks=sum(e.label == "hypnic_jerk" for e in scores[0].events) if scores else 0,
        scores=scores,
        criteria_hash=criteria.hash(),
        version=version,
    )


def _noting(channels: Iterable[Channel], named: list[str]) -> Iterator[Channel]:
    """The channels, none of which is held here; their recordings are named on the way."""
    for channel in channels:
        named.append(channel.recording)
        yield channel
        del channel


def on_night(spans: Sequence[Span], clock: SensorClock | None) -> tuple[Span, ...]:
    """Put a device's sleep stages or windows on the clock of the night; as they are where its clock was not moved."""
    if clock is None or not clock.is_moved or not spans:
        return tuple(spans)
    ends_us = clock.of_night(np.array([(span.start_us, span.end_us) for span in spans], dtype=np.int64))
    return tuple(
        replace(span, start_us=start_us, end_us=end_us)
        for span, (start_us, end_us) in zip(spans, ends_us.tolist(), strict=True)
    )


def asleep(
    seen: Observed,
    stages: Sequence[StageSpan],
    windows: Sequence[SleepWindow],
    diary: Diary | None,
    criteria: Criteria,
) -> SleepEstimate:
    """Estimate when the person slept, from the sensors, a watch and a diary.

    Parameters
    ----------
    stages, windows : sequences
        Of a device's maker, UTC; those outside the recording are left out.
    """
    start_us, end_us = int(seen.recorded_us[0, 0]), int(seen.recorded_us[-1, 1])
    turning = without_series(epochs(seen.segments, start_us, end_us, criteria), seen.movements, criteria)
    return estimate_sleep(
        without_unworn(turning, seen.unworn_us),
        seen=_half_minutes(seen, start_us, end_us),
        stages=[s for s in stages if s.start_us < end_us and s.end_us > start_us],
        windows=[w for w in windows if w.start_us < end_us and w.end_us > start_us],
        diary=diary,
        criteria=criteria,
    )


def _half_minutes(seen: Observed, start_us: int, end_us: int) -> HalfMinutes | None:
    """What a leg showed; None where no leg was seen."""
    if not {channel.site for channel in seen.channels} <= LEG_SITES | NEAR_LEG_SITES:
        return None
    return half_minutes(seen.segments, seen.movements, without(seen.recorded_us, seen.unworn_us), start_us, end_us)


def _evidence_columns(evidence: Evidence) -> dict[str, Any]:
    return {
        "site": "+".join(evidence.sites),
        "legs": evidence.legs if evidence.legs is not None else "none",
        "recorded_h": evidence.recorded_h,
        "recorded_share": 1 - evidence.gap_share,
        "unworn_h": evidence.unworn_h,
        "short_gaps_per_h": evidence.short_gaps_per_h,
        "longest_gap_s": evidence.longest_gap_s,
        "blind_below_mg": evidence.blind_below_mg,
    }


def _observed_columns(seen: Observed, criteria: Criteria) -> dict[str, Any]:
    compared = legs_compared(seen.clocks)
    watched = union(np.concatenate([detection.watched_us for detection in seen.detections]))
    return {
        "recorded_from_us": int(seen.recorded_us[0, 0]),
        "recorded_to_us": int(seen.recorded_us[-1, 1]),
        "movements": seen.movements,
        "leg_offset_s": compared.behind_s if compared else None,
        "leg_drift_ppm": compared.drift_ppm if compared else None,
        "leg_alignment_confidence": compared.confidence if compared else None,
        "clocks": tuple(sorted((*seen.file_clocks, *seen.beside), key=lambda clock: clock.recording)),
        "blanks": blanks_of(seen.recorded_us, watched, seen.unworn_us, seen.wear_doubt_us, criteria),
        "envelopes": seen.envelopes,
        "speakers": seen.speakers,
    }


def _sleep_columns(sleep: SleepEstimate) -> dict[str, Any]:
    if sleep.onset_us is None or sleep.wake_us is None or sleep.in_bed_us is None:
        empty = dict.fromkeys(("sleep_onset_us", "onset_sd_min", "wake_us", "tst_h", "waso_min", "sleep_efficiency"))
        return {"sleep_source": sleep.source, "bouts": sleep.bouts, "in_bed_us": sleep.in_bed_us, **empty}
    tst_h = sleep.hours("sleep")
    known_h = tst_h + sleep.hours("wake")
    waso_us = sum(
        max(0, min(b.end_us, sleep.wake_us) - max(b.start_us, sleep.onset_us)) for b in sleep.bouts if b.state == "wake"
    )
    return {
        "sleep_source": sleep.source,
        "bouts": sleep.bouts,
        "in_bed_us": sleep.in_bed_us,
        "sleep_onset_us": sleep.onset_us,
        "onset_sd_min": sleep.onset_sd_min,
        "wake_us": sleep.wake_us,
        "tst_h": tst_h,
        "waso_min": waso_us / 6e7,
        "sleep_efficiency": tst_h / known_h if known_h > 0 else None,
    }


def _doubt_columns(sleep: SleepEstimate) -> dict[str, Any]:
    """The night's sleep with its doubt; a device's or a diary's numbers lie inside their intervals too."""
    if (possible := sleep.possible) is None or sleep.onset_us is None:
        return {}
    columns = _sleep_columns(sleep)
    (tst_low_h, tst_high_h), (waso_low_min, waso_high_min) = possible.tst_h(), possible.waso_min()
    onset_low_us, onset_high_us = possible.onset_us()
    return {
        "possible": possible,
        "sleep_doubt_h": possible.doubt_h(),
        "tst_low_h": min(tst_low_h, columns["tst_h"]),
        "tst_high_h": max(tst_high_h, columns["tst_h"]),
        "waso_low_min": min(waso_low_min, columns["waso_min"]),
        "waso_high_min": max(waso_high_min, columns["waso_min"]),
        "onset_low_us": min(onset_low_us, sleep.onset_us),
        "onset_high_us": max(onset_high_us, sleep.onset_us),
    }


def _hours_asleep(spans_us: NDArray[np.int64], sleep: SleepEstimate) -> float:
    return sum(overlap_us(spans_us, b.start_us, b.end_us) for b in sleep.bouts if b.state == "sleep") / 3.6e9


def _score(
    ruleset: Ruleset,
    judged: Judged,
    evidence: Evidence,
    sleep: SleepEstimate,
    reason: str | None,
    urge_to_move: float | None,
    criteria: Criteria,
    by_aasm: float | None,
) -> Score:
    measures = judged.measures if reason is None else judged.measures.without_indices()
    return Score(
        ruleset=ruleset.name,
        ruleset_hash=ruleset_hash(ruleset),
        measures=measures,
        events=judged.events,
        series=judged.series,
        flags=flags_of(
            measures,
            judged,
            evidence,
            sleep,
            reason,
            urge_to_move,
            criteria,
            by_aasm=None if reason else by_aasm,
        ),
    )
