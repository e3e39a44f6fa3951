"""One hard night analysed and held against what is true: a row a night, a row a movement, a row a half minute."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Event, Night
from analytics.nights.assessment import Evidence
from analytics.nights.flags import possible_rls
from analytics.nights.night import analyse_night
from analytics.nights.review_effect import sleep_of
from analytics.scoring.rulesets import AASM, DEFAULT_RULESET
from analytics.simulate import SENSORS, Plan
from analytics.sleep.possible import SURE
from analytics.sleep.states import EPOCH_US
from benchmarks.accuracy_compare import START_US, paired, simulated
from benchmarks.accuracy_sets import Case
from benchmarks.hard_nights_truth import Group, Truth, events_table, read_truth, series_interval, true_series

#: Kicks below it are taken for undone in the second of two truths: smaller ones are not seen by every sensor.
SEEN_G = 0.02
#: Half minutes near the main sleep: so long before falling asleep, and after waking.
_BEFORE_US, _AFTER_US = 90 * 60_000_000, 20 * 60_000_000
_OWN_UNWORN = ("off", "taken-off", "off-a-while", "fallen-off", "put-on-late")
_OWN_UNDISTURBED = ("mixed", "none", "profile", "child")


@dataclass(frozen=True, slots=True)
class Judged:
    """What one night gave.

    Attributes
    ----------
    night : dict
        What was said, what is true; names as in `analytics.model.Night` and ``true_...``.
    events : DataFrame
        A row a movement true or found: ``kind`` ("part of another", "nothing"), ``role, peak_mg`` (true; 0 where
        nothing was), ``asleep`` (truth), ``counted`` (found as a candidate leg movement), ``label`` (or "missed").
    half_minutes : DataFrame
        Those of which something was said, and in which the sensor was worn: ``p`` (chance of sleep), ``state`` (0 or
        1 of the night's bouts), ``slept`` (truth), ``near`` (from 90 min before the main sleep to 20 min after it).
    """

    night: dict[str, object]
    events: pl.DataFrame
    half_minutes: pl.DataFrame


def judge_read(truth_file: Path) -> Judged:
    """A night that lies in a folder: a JSON of the truth, and a Parquet of the same name."""
    truth = read_truth(truth_file)
    samples = pl.read_parquet(truth_file.with_suffix(".parquet"))
    return judged(truth, channel_of(samples, truth.lsb_g))


def judge_own(case: Case) -> Judged:
    """A night of the project's own simulator."""
    plan, channel = simulated(case)
    return judged(truth_of(case, plan), channel)


def channel_of(samples: pl.DataFrame, lsb_g: float) -> Channel:
    """The left ankle, of a table of samples."""
    return Channel(
        recording="0" * 64,
        site="ankle",
        side="left",
        time_us=samples["timestamp"].cast(pl.Int64).to_numpy(),
        xyz_g=samples.select("x_g", "y_g", "z_g").to_numpy().astype(np.float32),
        lsb_g=lsb_g,
    )


def truth_of(case: Case, plan: Plan) -> Truth:
    """What is true of a night of the own simulator."""
    seconds = int(plan.hours * 3600)
    felt = [(e.kind, e.onset_s, e.onset_s + e.duration_s, e.peak_g) for e in plan.events if plan.felt(e)]
    return Truth(
        name=f"{case.group} {case.name} {case.sensor}",
        kind=case.group,
        group=_own_group(case.group),
        zone="UTC",
        age_group=case.age_group,
        start_us=START_US,
        lsb_g=SENSORS[case.sensor].lsb_g,
        events=events_table(felt),
        asleep=_seconds(plan.sleep_s, seconds),
        worn=_seconds(plan.worn_s, seconds),
        unworn_h=sum(end - start for start, end in plan.unworn_s) / 3600,
        onset_s=plan.sleep_s[0][0],
        wake_s=plan.sleep_s[-1][1],
    )


def _own_group(group: str) -> Group:
    if group in _OWN_UNWORN:
        return "unworn"
    return "apnoea" if group == "apnoea" else "undisturbed" if group in _OWN_UNDISTURBED else "hard"


def _seconds(spans: Sequence[tuple[float, float]], seconds: int) -> NDArray[np.bool_]:
    found = np.zeros(seconds, np.bool_)
    for start_s, end_s in spans:
        found[round(start_s) : round(end_s)] = True
    return found


def judged(truth: Truth, channel: Channel) -> Judged:
    """Analyse a night, and hold it against the truth."""
    begun = time.process_time()
    night = analysed(truth, channel)
    cpu_s = time.process_time() - begun
    events = _events(truth, night.scores[0].events)
    return Judged(
        {**said(truth, night), **true_of(truth), **_jerks(events), "cpu_s": cpu_s}, events, halves_of(truth, night)
    )


def analysed(truth: Truth, channel: Channel) -> Night:
    """A night as one sensor saw it, with nothing said about it but the age group."""
    criteria = Criteria()
    flags = criteria.flags.model_copy(update={"age_group": truth.age_group})
    return analyse_night(
        subject="simulated",
        night_date=_evening(truth),
        zone=truth.zone,
        channels=[channel],
        criteria=criteria.model_copy(update={"flags": flags}),
        rulesets=[DEFAULT_RULESET, AASM],  # the flag is held against both, as in the program
        version="benchmark",
    )


def _evening(truth: Truth) -> date:
    local = datetime.fromtimestamp(truth.start_us / 1e6, UTC).astimezone(ZoneInfo(truth.zone))
    return (local - timedelta(hours=12)).date()


def said(truth: Truth, night: Night) -> dict[str, object]:
    """What is said of a night."""
    measures = night.scores[0].measures
    names = ("plms_index", "plms_index_low", "plms_index_high", "plms_rate_low", "plms_rate_high", "plms_index_sure")
    of_night = ("assessable", "not_assessable_reason", "tier", "recorded_h", "unworn_h", "sleep_doubt_h", "hidden_h")
    slept = ("tst_h", "tst_low_h", "tst_high_h", "waso_min", "waso_low_min", "waso_high_min")
    counted = [e for e in night.scores[0].events if e.is_plm and e.sleep_state == "sleep"]
    awake = [e for e in counted if not _slept_at(truth, (e.onset_us - truth.start_us) / 1e6)]
    return {
        **{name: _plain(getattr(measures, name)) for name in names},
        **{name: getattr(night, name) for name in (*of_night, *slept, "wear_doubt_h", "blind_below_mg")},
        "has_index": night.assessable and measures.plms_index is not None,
        **{
            name: None if us is None else (us - truth.start_us) / 6e7
            for name, us in (
                ("onset_min", night.sleep_onset_us),
                ("onset_low_min", night.onset_low_us),
                ("onset_high_min", night.onset_high_us),
            )
        },
        **{flag.name: flag.state for flag in night.scores[0].flags},
        **_asked(night),
        "index_true_sleep": _index_of_true_sleep(truth, night.scores[0].events),
        "n_plms": len(counted),
        "n_plms_awake": len(awake),
        "n_plms_awake_doubted": sum(e.p_sleep is not None and e.p_sleep < SURE for e in awake),
    }


def _asked(night: Night) -> dict[str, object]:
    """States of possible_rls had the journal said so: an urge (``rls_urge``), or none (``rls_no_urge``)."""
    unworn_h, gaps_per_h = night.unworn_h, night.short_gaps_per_h
    assert unworn_h is not None  # of a night that was analysed now
    assert gaps_per_h is not None
    evidence = Evidence(
        sites=("ankle",),
        legs="left",
        rate_hz=0.0,
        recorded_h=night.recorded_h,
        unworn_h=unworn_h,
        longest_gap_s=night.longest_gap_s,
        short_gaps_per_h=gaps_per_h,
        gap_share=0.0,
        scorable_share=1.0,
        blind_below_mg=night.blind_below_mg,
        clock_set=True,
        one_clock=True,
    )
    sleep = sleep_of(night, np.empty((0, 2), np.int64))
    return {
        name: possible_rls(night.scores[0].events, evidence, sleep, night.not_assessable_reason, urge, Criteria()).state
        for name, urge in (("rls_urge", 5.0), ("rls_no_urge", 0.0))
    }


def _index_of_true_sleep(truth: Truth, found: Sequence[Event]) -> float | None:
    """The index if sleep were known: what is left is the error of finding kicks."""
    in_main = truth.main & truth.asleep
    if not in_main.any():
        return None
    at = np.array([(e.onset_us - truth.start_us) // 1_000_000 for e in found if e.is_plm], dtype=np.int64)
    return float(in_main[at[(at >= 0) & (at < len(in_main))]].sum() / (in_main.sum() / 3600))


def _plain(value: float | None) -> float | None:
    return None if value is None else float(value)


def true_of(truth: Truth) -> dict[str, object]:
    """What is true of a night."""
    every, seen = true_series(truth), true_series(truth, SEEN_G)
    low, high = series_interval(every.sizes, truth.tst_h) if truth.tst_h else (None, None)
    known = truth.tst_h > 0
    return {
        "name": truth.name,
        "kind": truth.kind,
        "group": truth.group,
        "age_group": truth.age_group,
        "true_index": every.index,
        "true_index_seen": seen.index,
        "series_low": low,
        "series_high": high,
        "true_unworn_h": truth.unworn_h,
        "true_tst_h": truth.tst_h,
        "true_waso_min": truth.waso_min if known else None,
        "true_onset_min": truth.onset_s / 60 if known else None,
    }


def _jerks(events: pl.DataFrame) -> dict[str, object]:
    jerk, called = pl.col("role") == "jerk", pl.col("label") == "hypnic_jerk"
    return {
        "true_jerks": len(events.filter(jerk)),
        "jerks_found": len(events.filter(jerk & called)),
        "jerks_false": len(events.filter(~jerk & called)),
    }


def _events(truth: Truth, found: Sequence[Event]) -> pl.DataFrame:
    true = truth.events.with_row_index("i")
    found_s = np.array([(e.onset_us - truth.start_us) / 1e6 for e in found])
    pairs = paired(true["onset_s"].to_numpy(), found_s)
    rows = [
        _event_row(
            truth, row["kind"], row["role"], row["peak_g"], row["onset_s"], found[pairs[i]] if i in pairs else None
        )
        for i, row in enumerate(true.iter_rows(named=True))
    ]
    starts, ends = true["onset_s"].to_numpy() - 1, true["offset_s"].to_numpy() + 3
    for j in sorted(set(range(len(found))) - set(pairs.values())):
        inside = bool(((starts <= found_s[j]) & (found_s[j] <= ends)).any())
        rows.append(_event_row(truth, "part of another" if inside else "nothing", "other", 0.0, found_s[j], found[j]))
    return pl.DataFrame(rows, schema=_EVENT, orient="row")


_EVENT = {
    "name": pl.String, "group": pl.String, "kind": pl.String, "role": pl.String, "peak_mg": pl.Float64,
    "asleep": pl.Boolean, "counted": pl.Boolean, "label": pl.String,
}  # fmt: skip


def _event_row(
    truth: Truth, kind: str, role: str, peak_g: float, at_s: float, event: Event | None
) -> tuple[object, ...]:
    counted = event is not None and event.is_clm
    label = "missed" if event is None else event.label
    return (truth.name, truth.group, kind, role, peak_g * 1e3, _slept_at(truth, at_s), counted, label)


def _slept_at(truth: Truth, at_s: float) -> bool:
    """Whether the sleeper slept; not where no leg wore the sensor."""
    at = int(at_s)
    return 0 <= at < len(truth.asleep) and bool(truth.asleep[at] and truth.worn[at])


def halves_of(truth: Truth, night: Night) -> pl.DataFrame:
    """Half minutes of a night; see `Judged`."""
    possible = night.possible
    if possible is None:
        return pl.DataFrame(schema=_HALVES)
    middle_us = possible.start_us + EPOCH_US * np.arange(len(possible.p_sleep)) + EPOCH_US // 2
    at = (middle_us - truth.start_us) // 1_000_000
    state = np.zeros(len(at))
    for bout in night.bouts:
        state[(middle_us >= bout.start_us) & (middle_us < bout.end_us)] = bout.state == "sleep"
    inside = np.clip(at, 0, len(truth.asleep) - 1)
    known = (at == inside) & np.isfinite(possible.p_sleep) & truth.worn[inside]
    near = (middle_us >= truth.start_us + truth.onset_s * 1e6 - _BEFORE_US) & (
        middle_us < truth.start_us + truth.wake_s * 1e6 + _AFTER_US
    )
    return pl.DataFrame(
        {
            "name": [truth.name] * int(known.sum()),
            "group": [truth.group] * int(known.sum()),
            "p": possible.p_sleep[known].astype(np.float64),
            "state": state[known],
            "slept": truth.asleep[inside][known],
            "near": near[known],
        },
        schema=_HALVES,
    )


_HALVES = {
    "name": pl.String, "group": pl.String, "p": pl.Float64, "state": pl.Float64, "slept": pl.Boolean,
    "near": pl.Boolean,
}  # fmt: skip
