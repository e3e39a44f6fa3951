"""A study's inbox: devices that are handed on weekly, two zones; every night must have its person, leg and clock.

    python -m benchmarks.handed_on [--people 200] [--nights 3]

Writes short recordings, imports them as an unattended run does, compares every night with the plan, then corrects one
assignment and compares every row of all other people. Prints times; exits with 1 where a night is wrong.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import chdir
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from analytics.store import NightKey, Store, query, write_assignments
from flows.assigning.files import read_assignments
from flows.importing.declared import Wishes
from flows.importing.pipeline import open_context, reassign
from flows.unattended.inbox_run import visit
from ingest.clock import microseconds
from ingest.writers.axivity import write_cwa

MONDAY = date(2026, 3, 2)
ZONES, SIDES = ("Europe/Berlin", "America/New_York"), ("left", "right")
N_WEEKS = 8
RATE_HZ, LENGTH_S = 25.0, 30
TABLES = ("night", "score", "movement", "event", "bout", "flag", "series_row", "envelope", "recording_night")
DB = "n.duckdb"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it in a temporary folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--nights", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        return _measured(chosen.people, chosen.nights)


def _measured(n_people: int, n_nights: int) -> int:
    truth = _study(n_people, n_nights)
    _assign("people.csv")
    started_s = time.perf_counter()
    found = visit(Path("inbox").absolute(), open_context(Wishes(), database=DB))
    print(f"imported: {found.summary()[:60]} in {time.perf_counter() - started_s:.0f} s")
    wrong = {key for key in truth.keys() | _stored().keys() if truth.get(key) != _stored().get(key)}
    print(f"nights with another person, leg or zone than planned: {len(wrong)} of {len(truth)}")
    before = _others("p001", "corrected")
    text = Path("people.csv").read_text(encoding="utf-8").replace("p001,", "corrected,")
    Path("people.csv").write_text(text, encoding="utf-8")
    started_s = time.perf_counter()
    n_moved, n_failed = _assign("people.csv")
    print(f"one line corrected: {n_moved} recordings moved in {time.perf_counter() - started_s:.1f} s")
    changed = [table for table, rows in _others("p001", "corrected").items() if rows != before[table]]
    print(f"tables with a changed row of others: {changed or 'none'}")
    return int(bool(wrong or changed or n_failed or n_moved != n_nights))


def _study(n_people: int, n_nights: int) -> dict[NightKey, tuple[str, str]]:
    """Recordings of everybody, people.csv, and what each night should be."""
    Path("inbox").mkdir()
    truth: dict[NightKey, tuple[str, str]] = {}
    with Path("people.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["serial", "subject", "site", "side", "tz", "from", "to"])
        for person in range(n_people):
            first = MONDAY + timedelta(weeks=person % N_WEEKS)
            serial, who = 100 + person // N_WEEKS, f"p{person:03}"
            side, zone = SIDES[person % 2], ZONES[person // 2 % 2]
            lines.writerow([serial, who, "ankle", side, zone, first, first + timedelta(days=6)])
            for evening in (first + timedelta(days=6 * night // max(n_nights - 1, 1)) for night in range(n_nights)):
                _record(Path("inbox", f"{serial}_{evening:%m%d}.cwa"), evening, serial, person)
                truth[who, evening] = (side, zone)
    return truth


def _record(path: Path, evening: date, serial: int, seed: int) -> None:
    start = datetime(evening.year, evening.month, evening.day, 1, tzinfo=UTC) + timedelta(days=1)
    n = round(RATE_HZ * LENGTH_S)
    time_us = microseconds(start) + np.arange(n, dtype=np.int64) * round(1e6 / RATE_HZ)
    noise = np.random.default_rng([seed, evening.toordinal()]).normal(scale=0.01, size=(n, 3))
    write_cwa(path, time_us, (noise + np.array([0.0, 0.0, 1.0])).astype(np.float32), rate_hz=RATE_HZ, serial=serial)
    os.utime(path, (1.7e9, 1.7e9))


def _assign(path: str) -> tuple[int, int]:
    store = open_context(Wishes(), database=DB).store
    write_assignments(store, read_assignments(Path(path)))
    return reassign(open_context(Wishes(), database=DB))


def _stored() -> dict[NightKey, tuple[str, str]]:
    rows = query(Store(Path(DB).absolute()), "SELECT subject, night_date, legs, zone FROM night").rows()
    return {(subject, night): (legs, zone) for subject, night, legs, zone in rows}


def _others(*subjects: str) -> dict[str, list[tuple[object, ...]]]:
    names = ", ".join(f"'{name}'" for name in subjects)
    store = Store(Path(DB).absolute())
    return {table: query(store, f"FROM {table} WHERE subject NOT IN ({names}) ORDER BY ALL").rows() for table in TABLES}


if __name__ == "__main__":
    sys.exit(main())
