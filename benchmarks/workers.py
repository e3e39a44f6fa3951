"""How much faster several processes import nights than one, and whether the databases are the same.

    python -m benchmarks.workers [--nights 8] [--workers 2] [--rate 100]

Makes simulated nights of 9.5 h, each of an evening of its own and at the usual rate of an AX3, imports them with one
process and with several, and compares every row. On a machine with other work the wall time says little, so the CPU
time of each side stands beside it: what the importing process itself spends cannot be shared, and bounds the gain
(Amdahl). One process uses more than one core by itself, in polars and DuckDB, so it is measured on one core too.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from analytics.store import Store, query
from flows.commands.simulate import simulate
from flows.importing.declared import Wishes
from flows.importing.pipeline import import_run, open_context

TABLES = ("night", "bout", "movement", "score", "event", "series_row", "flag", "recording", "recording_night")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: on the clock, of the importing process, and of its workers."""

    wall_s: float
    own_s: float
    workers_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nights", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rate", type=float, default=100.0, help="Hz")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(out=folder / "in", nights=wanted.nights, rate=wanted.rate)
        load = os.getloadavg()[0]
        import_with(1, 0, folder)  # imports what is imported late, so that it burdens neither
        one = import_with(1, wanted.nights, folder)
        with one_core():
            alone = import_with(1, wanted.nights, folder, name="alone")
        several = import_with(wanted.workers, wanted.nights, folder)
        same = rows(folder / "1") == rows(folder / f"{wanted.workers}")
    print(f"{wanted.nights} nights at {wanted.rate:g} Hz, {os.cpu_count()} cores, load before {load:.1f}")
    for what, cost in (("1 on one core", alone), ("1 at once", one), (f"{wanted.workers} at once", several)):
        print(f"{what}: {cost.wall_s:.1f} s; CPU {cost.own_s:.1f} s here, {cost.workers_s:.1f} s in workers")
    spent_s = several.own_s + several.workers_s
    shortest_s = max(several.own_s, several.workers_s / wanted.workers, spent_s / (os.cpu_count() or 1))
    bound = (one.own_s + one.workers_s) / shortest_s
    print(f"{alone.wall_s / several.wall_s:.2f} x one on one core, {one.wall_s / several.wall_s:.2f} x one", end="; ")
    print(f"by CPU time, {bound:.2f} x on an idle machine")
    print("every row is the same" if same else "THE DATABASES DIFFER")


@contextmanager
def one_core() -> Iterator[None]:
    """Inside, every thread of this process shares one core: polars and DuckDB alone would use several."""
    before = os.sched_getaffinity(0)
    _bind({min(before)})
    try:
        yield
    finally:
        _bind(before)


def _bind(cores: set[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), cores)


def import_with(count: int, n_nights: int, folder: Path, *, name: str | None = None) -> Cost:
    """Import the first nights into a database of its own."""
    os.environ["NIGHTKICK_EXECUTOR"] = "processes"
    os.environ["NIGHTKICK_WORKERS"] = str(count)
    files = sorted((folder / "in").glob("*.cwa"))[:n_nights]
    context = open_context(
        Wishes(tz="UTC", site="ankle", side="left"), database=folder / (name or f"{count}") / "n.duckdb"
    )
    before = time.perf_counter(), _cpu_s(resource.RUSAGE_SELF), _cpu_s(resource.RUSAGE_CHILDREN)
    outcomes = import_run(files, context)
    after = time.perf_counter(), _cpu_s(resource.RUSAGE_SELF), _cpu_s(resource.RUSAGE_CHILDREN)
    assert all(outcome.error is None for outcome in outcomes if n_nights)
    return Cost(*(late - early for early, late in zip(before, after, strict=True)))


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What was found, table by table."""
    store = Store(folder / "n.duckdb")
    return {table: query(store, f"SELECT * FROM {table} ORDER BY ALL").rows() for table in TABLES}


def _cpu_s(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
