"""What one night costs: time and memory of importing it as a whole process, and of the analysis within.

    python -m benchmarks.analysing [--hours 8] [--rate 50] [--runs 5]

The recording is simulated and written as CWA. The whole process starts Python, reads, analyses, stores and publishes;
the analysis is `analyse_night` alone, on what the store hands to it, in a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.nights import samples
from ingest.writers.axivity import write_cwa

Costs = tuple[float, float, float]  # CPU s, clock s, largest memory MB


def whole_import(file: Path, database: Path) -> Costs:
    """``nightkick import`` from start to end."""
    command = [sys.executable, "-m", "flows", "import", str(file), "--db", str(database)]
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--site", "ankle", "--side", "left", "--tz", "UTC"], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the import failed with {status}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1000


def analysis(database: Path) -> Costs:
    """`analyse_stored` alone; memory is the most that a process held that did nothing but this."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_analysed, (database,))


def _analysed(database: Path) -> Costs:
    from analytics.criteria import Criteria
    from analytics.scoring.rulesets import RULESETS
    from analytics.store import Store, find_recording, query
    from flows.importing.analysis import NightToAnalyse, analyse_stored

    store = Store(database)
    subject, night_date, (sha256,) = query(store, "SELECT subject, night_date, recordings FROM night").row(0)
    recording = find_recording(store, sha256)
    if recording is None:
        raise SystemExit("the recording is not there")
    night = NightToAnalyse(subject, night_date, (recording,), ())
    begun, cpu = time.perf_counter(), time.process_time()
    analyse_stored(store, night, criteria=Criteria(), rulesets=tuple(RULESETS.values()))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return time.process_time() - cpu, time.perf_counter() - begun, most


def made(folder: Path, hours: float, rate_hz: int) -> Path:
    """One simulated night of kicks in a CWA file."""
    file = folder / "night.cwa"
    write_cwa(file, *samples(rate_hz, hours), rate_hz=rate_hz, serial=1, six_axes=True)
    return file


def said(name: str, costs: list[Costs]) -> None:
    cpu, clock, most = ([run[i] for run in costs] for i in range(3))
    print(
        f"{name:16} CPU {statistics.median(cpu):5.2f} s (worst {max(cpu):.2f}), clock {statistics.median(clock):5.2f}"
        f" s, most memory {statistics.median(most):4.0f} MB (worst {max(most):.0f})"
    )


def main() -> None:
    """Both, alternating."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    whole, alone = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = made(Path(folder), given.hours, given.rate)
        for run in range(given.runs):
            database = Path(folder) / str(run) / "nights.duckdb"
            whole.append(whole_import(file, database))
            alone.append(analysis(database))
    print(f"{given.hours:g} h at {given.rate:g} Hz, {given.runs} runs, load of the machine {os.getloadavg()[0]:.1f}")
    said("import, whole", whole)
    said("analysis alone", alone)


if __name__ == "__main__":
    main()
