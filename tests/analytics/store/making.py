"""Recordings and nights for the store's tests: small, complete, and told apart by what the tests vary."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from analytics.flag import INDEX_CRITERION, Criterion, Flag, FlagName
from analytics.measures import Measures
from analytics.model import Bout, Event, Movement, Night, Score, Series
from analytics.store import Attempt, Store, StoredRecording, nights_to_analyse, save, stored_recording
from ingest.clock import noon_to_noon
from ingest.recording import Clock, Device, Gap, Placement, Quality, Recording, Samples, Side, StageSpan

EVENING = date(2026, 3, 10)
#: How often a test kills; more in the environment (``KILLS=20``) where one waits for it.
KILLS = int(os.environ.get("KILLS", "4"))
#: From so many kills on, their share that comes while something is written is more than chance.
MANY_KILLS = 20
HOUR_US = 3_600_000_000
ZONE = "Europe/Berlin"
#: 22:00 in Berlin.
START_US = noon_to_noon(EVENING, ZONE)[0] + 10 * HOUR_US


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def block(start_us: int, n: int, *, step_us: int = 10_000_000, g_per_value: float = 0.0039) -> Samples:
    values = np.arange(3 * n, dtype=np.int16).reshape(n, 3)
    return Samples(start_us + step_us * np.arange(n, dtype=np.int64), values, g_per_value)


def recording(
    name: str = "left",
    blocks: Sequence[Samples] | None = None,
    *,
    side: Side = "left",
    zone: str = ZONE,
    shift_us: int = 0,
    warnings: tuple[str, ...] = ("the clock was never set",),
) -> Recording:
    samples = tuple(blocks) if blocks is not None else (block(START_US, 1_000), block(START_US + 4 * HOUR_US, 1_000))

    def walk() -> Iterator[Samples]:
        return iter(samples)

    times = np.concatenate([b.time_us for b in samples]) if samples else np.zeros(1, dtype=np.int64)
    quality = Quality(
        n_samples=sum(map(len, samples)),
        first_us=int(times.min()),
        last_us=int(times.max()),
        rate_hz_true=49.97,
        mean_g=(0.1, -0.2, 0.97),
        median_norm_g=1.003,
        lsb_mg=3.9,
        clipped_share=None,
        gaps=(Gap(START_US + 1_000, START_US + 2_000, "gap"),),
        duplicate_stamps=1,
        backward_steps=0,
        noise_mg=float("nan"),
    )
    return Recording(
        path=Path(f"/nights/{name}.cwa"),
        sha256=sha(name),
        format="axivity-cwa",
        device=Device("Axivity", "AX3", "17'408"),
        placement=Placement("ankle", side),
        clock=Clock(zone, "user", shift_us, instants_known=True),
        rate_hz_nominal=50.0,
        unit="g",
        bad_blocks=2,
        restarts=1,
        quality=quality,
        blocks=walk,
        stages=(StageSpan(START_US, START_US + HOUR_US, "light"),),
        full_scale_g=8.0,
        warnings=warnings,
    )


def stored(name: str = "left", *, subject: str = "anna", **how: Any) -> StoredRecording:
    return stored_recording(recording(name, **how), subject=subject)


def movement(number: int, of: str, onset_us: int) -> Movement:
    return Movement(
        number, of, "ankle", "left", onset_us, onset_us + 2_500_000, 0.13, 0.008, 0.4, 1.5, 1, "leg_movement"
    )


def event(number: int, onset_us: int) -> Event:
    return Event(
        movement_no=number,
        parts=(number,),
        lead=number,
        leg="left",
        onset_us=onset_us,
        offset_us=onset_us + 2_500_000,
        is_lm=True,
        is_clm=True,
        is_plm=True,
        imi_s=None if number == 1 else 25.0,
        series_no=1,
        sleep_state="sleep",
        label="periodic",
        p_near_onset=0.01,
        confidence=0.9,
    )


def score(
    movements: Sequence[Movement], *, ruleset: str = "wasm2016", tst_h: float = 7.5, raised: bool = True
) -> Score:
    n = len(movements)
    criterion = Criterion(INDEX_CRITERION, "met" if raised else "not met", n / tst_h, 15.0, "more than 15")
    names: tuple[FlagName, ...] = ("possible_rls", "possible_plmd")
    return Score(
        ruleset=ruleset,
        ruleset_hash="abc123",
        measures=Measures(
            n_lm=n, n_clm=n, n_plm=n, n_plms=n, n_plmw=0, n_series=1 if n else 0, n_series_in_sleep=1 if n else 0,
            wake_h=0.5,
            plms_index=n / tst_h, plmw_index=0.0, share_imi_20_40=0.8, periodicity_unstable=False,
        ),
        events=tuple(event(m.number, m.onset_us) for m in movements),
        series=(Series(1, movements[0].onset_us, movements[-1].offset_us, n, n, 25.0),) if n else (),
        flags=tuple(Flag(name, raised and name == "possible_plmd", (criterion,), "index above 15/h") for name in names),
    )  # fmt: skip


def night(
    subject: str, night_date: date, recordings: Sequence[str], *, n_events: int = 4, raised: bool = True, **changes: Any
) -> Night:
    """What an analysis of these recordings could say: it depends on nothing but the arguments."""
    start_us = noon_to_noon(night_date, ZONE)[0] + 10 * HOUR_US
    of = sorted(recordings)
    onsets = [start_us + 2 * HOUR_US + 25_000_000 * i for i in range(n_events)]
    movements = tuple(movement(i, of[i % len(of)], t) for i, t in enumerate(onsets, start=1)) if of else ()
    plain = Night(
        subject=subject,
        night_date=night_date,
        zone=ZONE,
        recordings=tuple(of),
        site="ankle",
        legs="both" if len(of) > 1 else "left",
        recorded_from_us=start_us,
        recorded_to_us=start_us + 8 * HOUR_US,
        recorded_h=8.0,
        recorded_share=1.0,
        unworn_h=0.0,
        short_gaps_per_h=0.0,
        longest_gap_s=0.0,
        sleep_source="accelerometer",
        in_bed_us=start_us,
        sleep_onset_us=start_us + HOUR_US // 4,
        onset_sd_min=12.0,
        wake_us=start_us + 8 * HOUR_US,
        tst_h=7.5,
        waso_min=15.0,
        sleep_efficiency=0.94,
        blind_below_mg=8.0,
        tier="A",
        assessable=True,
        not_assessable_reason=None,
        n_hypnic_jerks=0,
        bouts=(Bout(start_us, start_us + 8 * HOUR_US, "sleep"),),
        movements=movements,
        scores=(score(movements, raised=raised), score(movements[:0], ruleset="aasm", raised=False)),
        criteria_hash="c0ffee",
        version="0.1.0",
    )
    return replace(plain, **changes)


def attempt(name: str = "left") -> Attempt:
    return Attempt(Path(f"/nights/{name}.cwa"), sha(name), "imported", None, START_US, START_US + 1_500_000, "0.1.0")


def analysed(store: Store, new: StoredRecording) -> tuple[Night, ...]:
    """What an import would hand to `save`: every night that `new` touches, from all of its recordings."""
    plan = nights_to_analyse(store, new)
    return tuple(night(subject, day, [r.sha256 for r in found]) for (subject, day), found in plan.items())


def bring_in(store: Store, new: StoredRecording, name: str = "left") -> None:
    save(store, new, analysed(store, new), attempt(name))


def evenings(n: int) -> tuple[date, ...]:
    return tuple(EVENING + timedelta(days=i) for i in range(n))


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in an order that does not depend on when it came in; no token of the last change."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        kept = {name: "WHERE name <> 'change'" if name == "setting" else "" for name in tables}
        return {name: con.execute(f"SELECT * FROM {name} {kept[name]} ORDER BY ALL").fetchall() for name in tables}
    finally:
        con.close()


def execute(store: Store, sql: str, parameters: Sequence[object] = ()) -> None:
    """Write past the store's own functions."""
    con = duckdb.connect(str(store.path))
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(sql, list(parameters))
    finally:
        con.close()
