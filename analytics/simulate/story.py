"""A made-up story over six weeks: a journal, and nights of a sensor, drawn from one seed.

A person jerks awake on most nights. Late coffee, late work and skipped dinners come in streaks with the worst of them.
From a marked day on there is no coffee after noon; magnesium, stretching and an earlier wind-down come with it, and the
jerks fall within three weeks to one or two a week. Days are missing, weekends differ, and the sensor is worn on some
nights only. No person was recorded, and no number comes from a publication: the story is an example, not evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.simulate.conditions import NIGHTS
from analytics.simulate.night import plan_night
from analytics.simulate.physics import SENSORS, render
from ingest.writers.axivity import write_cwa

SUBJECT = "sample story"
FIRST, CHANGED = date(2026, 1, 12), date(2026, 2, 6)
N_DAYS = 44
CHANGE_WORDS = "no coffee after noon, magnesium, stretching, earlier wind-down"
COLUMNS = (
    "date", "subject", "lights_off", "woke_at", "caffeine_cups", "last_caffeine_at", "work_until", "dinner_skipped",
    "magnesium_mg", "stress", "jerk_felt", "urge_to_move", "change", "note",
)  # fmt: skip
#: Of many, one whose days tell the story plainly: it shows how a finding is told, not how often there is one.
_SEED = 41
#: The journal is left blank on one day in eight.
_BLANK = 0.12
#: A recording shorter than 4 h is not assessable; these hold falling asleep and little more, to be quick.
_HOURS, _RATE_HZ = 4.4, 25.0


@dataclass(frozen=True, slots=True)
class StoryDay:
    """One day as it was, whether noted or not; ``lights_off_min`` from midnight."""

    day: date
    has_late_coffee: bool
    works_late: bool
    skips_dinner: bool
    n_jerks: int
    lights_off_min: int
    is_noted: bool
    is_recorded: bool


def story_days() -> tuple[StoryDay, ...]:
    """Every day of the story, the same each time."""
    rng = np.random.default_rng(_SEED)
    coffee = _streaks(rng)
    work = _streaks(rng)
    days = []
    for k in range(N_DAYS):
        day = FIRST + timedelta(days=k)
        is_before, is_weekend = day < CHANGED, day.weekday() >= 5
        late = bool(coffee[k]) and is_before
        works = bool(work[k]) and not is_weekend
        skips = works and rng.random() < 0.5 and is_before
        mean = (2.6 if late else 1.1) + 0.8 * works + 0.5 * skips
        if not is_before:
            mean = 0.15 + 0.9 * 0.85 ** (day - CHANGED).days
        n_jerks = int(rng.poisson(mean))
        off = (23 * 60 if is_before else 22 * 60 + 30) + 40 * (day.weekday() in (4, 5)) + 5 * int(rng.integers(-3, 4))
        is_noted = rng.random() >= _BLANK or day == CHANGED
        days.append(StoryDay(day, late, works, skips, min(n_jerks, 6), off, is_noted, is_recorded=k % 3 == 1))
    return tuple(days)


def _streaks(rng: np.random.Generator) -> NDArray[np.bool_]:
    """On and off, three days at a time in the mean."""
    turns = rng.random(N_DAYS) < 1 / 3
    return np.asarray((np.cumsum(turns) + rng.integers(2)) % 2 == 0, dtype=bool)


def journal_rows() -> Iterator[Mapping[str, object]]:
    """The journal as the person kept it, a row for each day that was noted."""
    rng = np.random.default_rng(_SEED + 1)
    for one in story_days():
        is_before, is_weekend = one.day < CHANGED, one.day.weekday() >= 5
        row: dict[str, object] = {
            "date": one.day,
            "subject": SUBJECT,
            "lights_off": _written(one.lights_off_min),
            "woke_at": _clock(rng, 6 * 60 + 30, 80 if is_weekend else 0),
            "caffeine_cups": int(rng.integers(1, 3)) + 2 * one.has_late_coffee,
            "last_caffeine_at": _clock(rng, 17 * 60 + 30 if one.has_late_coffee else 10 * 60 + 30, 0),
            "work_until": _clock(rng, 22 * 60 if one.works_late else 17 * 60 + 40, 0),
            "dinner_skipped": int(one.skips_dinner),
            "magnesium_mg": 0 if is_before else 300,
            "stress": int(np.clip(rng.normal(5 if one.works_late else 3, 1.2), 0, 10)),
            "jerk_felt": one.n_jerks,
            "urge_to_move": 0,
            "change": CHANGE_WORDS if one.day == CHANGED else None,
            "note": "woke with a start, twice" if one.n_jerks >= 5 else None,
        }
        if one.is_noted:
            yield row


def _clock(rng: np.random.Generator, minute: int, later: int) -> str:
    return _written(minute + later + int(rng.integers(-4, 5)) * 5)


def _written(at: int) -> str:
    return f"{at // 60 % 24:02}:{at % 60:02}"


def night_name(day: date) -> str:
    """What the recording of an evening is called."""
    return f"story_{day}.cwa"


def write_story_nights(folder: Path) -> tuple[Path, ...]:
    """Write the nights on which the sensor was worn, as an Axivity AX3 would: the hours around falling asleep."""
    paths = []
    for one in story_days():
        if not one.is_recorded:
            continue
        rng = np.random.default_rng([_SEED, one.day.toordinal()])
        profile = replace(NIGHTS["jerks"], awakenings=(0, 0), jerks=(one.n_jerks, one.n_jerks), latency_min=(5.0, 12.0))
        plan = plan_night(profile, rng, hours=_HOURS)
        seconds, xyz_g = render(plan, SENSORS["ax3"], rng, rate_hz=_RATE_HZ)
        midnight = datetime(one.day.year, one.day.month, one.day.day, tzinfo=UTC)
        start_s = round(midnight.timestamp()) + 60 * one.lights_off_min - round(plan.in_bed_s)
        time_us = start_s * 1_000_000 + np.round(seconds * 1e6).astype(np.int64)
        path = folder / night_name(one.day)
        write_cwa(path, time_us, xyz_g.astype(np.float32), rate_hz=_RATE_HZ, serial=4713,
                  annotation="_p=left+ankle&_n=simulated", packed=True)  # fmt: skip
        paths.append(path)
    return tuple(paths)
