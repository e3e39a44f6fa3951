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
import tempfile
import time
from pathlib import Path

from benchmarks.import_cost import Costs, said, whole_import
from benchmarks.nights import samples
from ingest.writers.axivity import write_cwa


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
    of_night = "SELECT subject, night_date, recordings, epoch_us(window_from), epoch_us(window_to) FROM night"
    subject, night_date, (sha256,), *window_us = query(store, of_night).row(0)
    recording = find_recording(store, sha256)
    if recording is None:
        raise SystemExit("the recording is not there")
    night = NightToAnalyse(subject, night_date, (recording,), (), (window_us[0], window_us[1]))
    begun, cpu = time.perf_counter(), time.process_time()
    analyse_stored(store, night, criteria=Criteria(), rulesets=tuple(RULESETS.values()))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return time.process_time() - cpu, time.perf_counter() - begun, most


def made(folder: Path, hours: float, rate_hz: int) -> Path:
    """One simulated night of kicks in a CWA file."""
    file = folder / "night.cwa"
    write_cwa(file, *samples(rate_hz, hours), rate_hz=rate_hz, serial=1, six_axes=True)
    return file


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
