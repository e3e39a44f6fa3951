"""What each command costs on a database of many nights: CPU seconds, seconds by the clock, and memory at most.

    python -m benchmarks.many_nights FOLDER [--nights 2000] [--kind plmd]

One simulated night is analysed, and stored again and again by the program's own function, a recording of seven nights
at a time, for people with a year each. Then every command is run as a process of its own. A database that lies in
FOLDER already is used as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np

from analytics.model import Night
from analytics.simulate import PROFILES, SENSORS, plan_night, render
from analytics.store import Attempt, Store, StoredRecording, find_recording, publish, query, save
from flows.importing.analysis import NightToAnalyse, analyse_stored
from flows.importing.declared import Wishes
from flows.importing.import_run import Context
from flows.importing.pipeline import import_run, open_context
from ingest.clock import noon_to_noon
from ingest.writers.axivity import write_cwa

FIRST = date(2024, 1, 1)
NIGHTS_A_PERSON = 364
NIGHTS_A_RECORDING = 7
DAY_US = 86_400_000_000
RATE_HZ = 50
#: 2026-03-02T22:00, UTC.
START_US = 1_772_488_800_000_000
PATIENT = "p000"

_COST = """
import os, resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
took = time.perf_counter() - began
of = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, took, of.ru_utime + of.ru_stime, of.ru_maxrss / 1024)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: exit code, seconds by the clock and of CPU, and MB at most."""

    code: int
    took_s: float
    cpu_s: float
    most_mb: float


def cost_of(command: list[str], home: Path) -> Cost:
    """Run a command as a process of its own, with no settings of the user and its modules compiled."""
    environment = {**os.environ, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    # As installed: compiled once. A tree without compiled modules would be measured instead, at two to three times.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(home / "compiled")
    said = subprocess.run(
        [sys.executable, "-c", _COST, *command], env=environment, check=True, capture_output=True, text=True
    )
    code, *numbers = said.stdout.split()
    return Cost(int(code), *map(float, numbers))


def shifted(part: Any, days: int) -> Any:
    """A part of a night with every instant in it, whatever ends in ``_us``, so many days later."""
    if isinstance(part, tuple):
        return tuple(shifted(one, days) for one in part)
    if not is_dataclass(part):
        return part
    changed = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if each.name.endswith("_us"):
            changed[each.name] = None if value is None else value + days * DAY_US
        elif isinstance(value, tuple) or is_dataclass(value):
            changed[each.name] = shifted(value, days)
    return replace(cast(Any, part), **changed)


def write_file(path: Path, hours: float, *, kind: str, seed: int, start_us: int = START_US) -> Path:
    """A simulated file of an AX3."""
    rng = np.random.default_rng(seed)
    _, xyz_g = render(plan_night(PROFILES[kind], rng, hours=max(hours, 5.0)), SENSORS["ax3"], rng, rate_hz=RATE_HZ)
    n = round(hours * 3600 * RATE_HZ)
    time_us = start_us + np.rint(np.arange(n) * (1e6 / RATE_HZ)).astype(np.int64)
    write_cwa(path, time_us, np.resize(xyz_g, (n, 3)).astype(np.float32), rate_hz=RATE_HZ, serial=1, packed=True)
    return path


def analysed_once(folder: Path, kind: str) -> tuple[StoredRecording, Night]:
    """Import one night into a database of its own, and read what it was made of."""
    store = Store(folder / "one.duckdb")
    context = context_of(store.path)
    import_run([write_file(folder / "one.cwa", 8.0, kind=kind, seed=1)], context)
    recording = find_recording(store, query(store, "SELECT sha256 FROM recording").item())
    assert recording is not None
    (evening, *_) = recording.night_dates
    window_us = noon_to_noon(evening, recording.zone)
    settings = context.settings
    night = analyse_stored(
        store,
        NightToAnalyse(recording.subject, evening, (recording,), (), window_us),
        criteria=settings.analysis_criteria(),
        rulesets=tuple(settings.rulesets().values()),
    )
    assert night is not None
    return recording, night


def context_of(database: Path) -> Context:
    """Ready to import recordings of the left ankle."""
    return open_context(Wishes(subject=PATIENT, site="ankle", side="left", tz="UTC"), database=database)


def of_recording(night: Night, sha256: str) -> Night:
    """The night as analysed from a recording of another hash."""
    return replace(
        night,
        recordings=(sha256,),
        movements=tuple(replace(each, recording=sha256) for each in night.movements),
        envelopes=tuple(replace(each, recording=sha256) for each in night.envelopes),
        clocks=tuple(replace(each, recording=sha256) for each in night.clocks),
        speakers=tuple(replace(each, recording=sha256) for each in night.speakers),
    )


def turned_over(night: Night, number: int) -> Night:
    """Its envelope from another second on: one that lies in the database already would take no room."""
    return replace(night, envelopes=tuple(replace(e, max_mg=np.roll(e.max_mg, 613 * number)) for e in night.envelopes))


def fill(store: Store, recording: StoredRecording, night: Night, n_nights: int) -> float:
    """Store the night so often, a recording of a week at a time; returns the CPU seconds that storing took.

    To make the nights of a week takes as long again, which no import does.
    """
    cpu_s = 0.0
    week = [shifted(night, k) for k in range(NIGHTS_A_RECORDING)]
    for number in range(-(-n_nights // NIGHTS_A_RECORDING)):
        person, later = divmod(number * NIGHTS_A_RECORDING, NIGHTS_A_PERSON)
        subject, sha256 = f"p{person:03}", hashlib.sha256(str(number).encode()).hexdigest()
        evenings = [FIRST + timedelta(days=later + k) for k in range(NIGHTS_A_RECORDING)]
        days = (FIRST - night.night_date).days + later
        nights = [
            replace(
                of_recording(turned_over(shifted(each, days), later + k), sha256), subject=subject, night_date=evening
            )
            for k, (each, evening) in enumerate(zip(week, evenings, strict=True))
        ]
        path = Path(f"/nights/{number}.cwa")
        stored = replace(
            shifted(recording, days),
            subject=subject,
            sha256=sha256,
            path=path,
            night_dates=tuple(evenings),
            last_us=recording.last_us + (days + NIGHTS_A_RECORDING - 1) * DAY_US,
        )
        attempt = Attempt(path, sha256, "imported", None, stored.last_us, stored.last_us + 1, night.version)
        began = time.process_time()
        save(store, stored, nights, attempt)
        cpu_s += time.process_time() - began
    return cpu_s


def filled(folder: Path, n_nights: int, kind: str) -> Store:
    """The database, made where it is not there."""
    store = Store(folder / "many.duckdb")
    if store.path.exists():
        return store
    recording, night = analysed_once(folder, kind)
    print(f"each night: {len(night.movements)} movements, {sum(len(s.events) for s in night.scores)} events")
    context_of(store.path)
    cpu_s = fill(store, recording, night, n_nights)
    print(f"{cpu_s / n_nights:.4f} s CPU a night to store")
    publish(store)
    return store


def commands(folder: Path, store: Store, round_no: int) -> Iterator[tuple[str, list[str]]]:
    """What is measured, by name."""
    (day,) = query(store, "SELECT max(night_date) FROM night WHERE subject = ?", (PATIENT,)).row(0)
    new = write_file(folder / f"new-{round_no}.cwa", 1 / 6, kind="healthy", seed=time.time_ns() % 2**32)
    known = ["--subject", "new", "--site", "ankle", "--side", "left", "--tz", "UTC"]
    year = f"{day - timedelta(days=364)}..{day}"
    nightkick = str(Path(sys.executable).with_name("nightkick"))
    every = {
        "--help": ["--help"],
        "import, a new file of 10 min": ["import", str(new), *known],
        "import, a known file": ["import", str(new), *known],
        "nights": ["nights"],
        "nights, of one person": ["nights", "--subject", PATIENT],
        "show": ["show", str(day), "--subject", PATIENT],
        "sql": ["sql", "SELECT count(*) FROM nights"],
        "patterns": ["patterns", "--subject", PATIENT],
        "report of a year": ["report", year, "--subject", PATIENT, "--out", str(folder / "r.html")],
        "backup": ["backup", str(folder / "b.zip")],
        "doctor": ["doctor"],
    }
    for name, arguments in every.items():
        database = [] if name == "--help" else ["--db", str(store.path)]
        yield name, [nightkick, *arguments, *database]


def main() -> None:
    """Make the database and measure the commands."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nights", type=int, default=2000)
    parser.add_argument("--kind", choices=sorted(PROFILES), default="plmd")
    parser.add_argument("--only", help="a part of the names of what is measured")
    chosen = parser.parse_args()
    folder = chosen.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    store = filled(folder, chosen.nights, chosen.kind)
    n_nights = query(store, "SELECT count(*) FROM night").item()
    for path in (store.path, store.published):
        print(
            f"{path.name:40} {path.stat().st_size / 1e6:8.1f} MB {path.stat().st_size / n_nights / 1e3:8.1f} kB a night"
        )
    print(f"{'':34}   CPU s  clock s   MB at most")
    cost_of([str(Path(sys.executable).with_name("nightkick")), "nights", "--db", str(store.path)], folder)  # compiles
    for name, command in commands(folder, store, int(time.time())):
        if chosen.only is None or chosen.only in name:
            cost = cost_of(command, folder)
            print(f"{name:34} {cost.cpu_s:7.2f} {cost.took_s:8.2f} {cost.most_mb:8.0f}  exit {cost.code}", flush=True)


if __name__ == "__main__":
    main()
