"""One simulated night analysed, and what was found held against what is true.

An event is found if one of its kind of counting lies within half a second at the onset (the tolerance of most
validations of actigraphy, King 2005); each found event serves one true event at most. The true index is that of the
true movements under the same rule set, over the true sleep; what happened while the sensor was not worn counts in
neither.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.criteria import Criteria
from analytics.model import Channel, Event, Night
from analytics.nights.night import analyse_night
from analytics.scoring.rulesets import AASM, DEFAULT_RULESET
from analytics.scoring.score import score
from analytics.simulate import SENSORS, Plan, plan_night, render
from analytics.simulate.plan import rest_of
from benchmarks.accuracy_sets import Case

START_US = 1_772_487_000_000_000  # 2026-03-02T21:30:00Z
TOLERANCE_S = 0.5
#: What counts as a leg movement in the truth; a jerk's burst is too short for one.
_MOVES_LEG = ("kick", "respiratory", "posture", "fidget", "train", "alma", "large")


@dataclass(frozen=True, slots=True)
class Found:
    """What one night gave: a row for the table of nights, and rows for that of events.

    ``events`` has ``kind`` (the true one, "part of another" movement, or "nothing"), ``label`` (or "missed"),
    ``peak_mg`` (true; 0 where nothing was), ``asleep`` (truth), ``counted`` (found as a candidate leg movement).
    """

    night: dict[str, object]
    events: list[dict[str, object]]


def evaluate(case: Case, variants: Sequence[Criteria]) -> list[Found]:
    """Simulate one night, and analyse and compare it under each variant of the criteria."""
    plan, channel = simulated(case)
    return [_analysed(case, plan, channel, criteria) for criteria in variants]


def simulated(case: Case) -> tuple[Plan, Channel]:
    """What happens in a night, and what the sensor at the left ankle makes of it."""
    rng = np.random.default_rng(list(case.seed))
    plan = plan_night(case.profile, rng, hours=case.hours)
    seconds, xyz = render(plan, SENSORS[case.sensor], rng, rate_hz=case.rate_hz)
    return plan, Channel(
        recording="0" * 64,
        site="ankle",
        side="left",
        time_us=START_US + np.rint(seconds * 1e6).astype(np.int64),
        xyz_g=xyz.astype(np.float32),
        lsb_g=SENSORS[case.sensor].lsb_g,
    )


def _analysed(case: Case, plan: Plan, channel: Channel, criteria: Criteria) -> Found:
    before = time.process_time()
    night = analyse_night(
        subject="simulated",
        night_date=date(2026, 3, 2),
        zone="UTC",
        channels=[channel],
        criteria=criteria.model_copy(update={"flags": criteria.flags.model_copy(update={"age_group": case.age_group})}),
        rulesets=[DEFAULT_RULESET, AASM],
        version="benchmark",
    )
    cpu_s = time.process_time() - before
    return Found(_night_row(case, plan, night, cpu_s), _event_rows(case, plan, night.scores[0].events))


def _night_row(case: Case, plan: Plan, night: Night, cpu_s: float) -> dict[str, object]:
    measures = night.scores[0].measures
    onset_us = night.sleep_onset_us
    return {
        "group": case.group,
        "name": case.name,
        "sensor": case.sensor,
        "rate_hz": case.rate_hz,
        "seed": "-".join(map(str, case.seed)),
        "true_index": true_index(plan),
        "found_index": measures.plms_index,
        "onset_error_min": None if onset_us is None else (_s(onset_us) - plan.sleep_s[0][0]) / 60,
        "onset_sd_min": night.onset_sd_min,
        "true_sleep_h": sum(end - start for start, end in _worn_sleep(plan)) / 3600,
        "worn_h": sum(end - start for start, end in plan.worn_s) / 3600,
        "found_sleep_h": night.tst_h,
        "assessable": night.assessable,
        "blind_below_mg": night.blind_below_mg,
        **{flag.name: flag.raised for flag in night.scores[0].flags},
        "cpu_s": cpu_s,
    }


def _event_rows(case: Case, plan: Plan, found: Sequence[Event]) -> list[dict[str, object]]:
    felt = [event for event in plan.events if plan.felt(event)]
    pairs = paired(np.array([e.onset_s for e in felt]), np.array([_s(e.onset_us) for e in found]))
    of = {i: found[j] for i, j in pairs.items()}
    taken = set(pairs.values())
    rows = [_event_row(case, true.kind, true.peak_g, true.asleep, of.get(i)) for i, true in enumerate(felt)]
    for j, event in enumerate(found):
        if j not in taken:
            at_s = _s(event.onset_us)
            inside = any(e.onset_s - 1 <= at_s <= e.onset_s + e.duration_s + 3 for e in felt)
            rows.append(_event_row(case, "part of another" if inside else "nothing", 0.0, plan.asleep(at_s), event))
    return rows


def _event_row(case: Case, kind: str, peak_g: float, asleep: bool, event: Event | None) -> dict[str, object]:  # noqa: FBT001
    return {
        "group": case.group,
        "sensor": case.sensor,
        "seed": "-".join(map(str, case.seed)),
        "kind": kind,
        "peak_mg": peak_g * 1e3,
        "asleep": asleep,
        "label": "missed" if event is None else event.label,
        "counted": event is not None and event.is_clm,
    }


def paired(true_s: NDArray[np.float64], found_s: NDArray[np.float64], within_s: float = TOLERANCE_S) -> dict[int, int]:
    """Which found onset belongs to each true one that has one, nearest first.

    Parameters
    ----------
    true_s, found_s : float64 arrays
        In order.
    """
    near = []
    for i, onset_s in enumerate(true_s.tolist()):
        low, high = np.searchsorted(found_s, (onset_s - within_s, onset_s + within_s))
        near += [(abs(float(found_s[j]) - onset_s), i, int(j)) for j in range(low, high)]
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in sorted(near):
        if i not in pairs and j not in used:
            pairs[i] = j
            used.add(j)
    return pairs


def true_index(plan: Plan) -> float | None:
    """PLMS per hour of what was really done, under the default rules and the true sleep; respiratory ones left out.

    Only of the time worn; None if there was no sleep in it.
    """
    sleep_s = _worn_sleep(plan)
    if not sleep_s:
        return None
    moving = [e for e in plan.events if e.kind in _MOVES_LEG and e.kind != "respiratory" and plan.worn(e.onset_s)]
    marks = pl.DataFrame(
        {
            "night_id": ["true"] * len(moving),
            "leg": ["L"] * len(moving),
            "onset_ms": [round(e.onset_s * 1000) for e in moving],
            "offset_ms": [round((e.onset_s + e.duration_s) * 1000) for e in moving],
            "may_be_clm": [e.kind in ("kick", "fidget") for e in moving],
        }
    )
    edges = [0.0, *(t for stretch in sleep_s for t in stretch), plan.hours * 3600]
    spans = [(round(a * 1000), round(b * 1000)) for a, b in pairwise(edges)]
    sleep = pl.DataFrame(
        {
            "night_id": ["true"] * len(spans),
            "start_ms": [a for a, _ in spans],
            "duration_ms": [b - a for a, b in spans],
            "stage": ["W" if i % 2 == 0 else "N2" for i in range(len(spans))],
        }
    )
    found = score(marks, ruleset=DEFAULT_RULESET, hypnogram=sleep).nights["plms_index"][0]
    return None if found is None else float(found)


def _worn_sleep(plan: Plan) -> list[tuple[float, float]]:
    """Stretches asleep with the sensor on the leg, in order."""
    return [part for start, end in plan.sleep_s for part in rest_of(plan.unworn_s, start, end)]


def _s(time_us: int) -> float:
    return (time_us - START_US) / 1e6
