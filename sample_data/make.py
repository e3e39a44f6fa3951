"""Writes the sample nights. The same machine-independent seeds give the same samples every time.

    python -m sample_data.make [FOLDER]

All three are simulated (see analytics/simulate): no person was recorded. What really happened in them stands
in truth.csv.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from analytics.files.csv_text import csv_text
from analytics.simulate.story import COLUMNS, journal_rows
from analytics.simulate.warmth import sensor_celsius
from analytics.simulate.write import Simulated, simulate_night, stages_of, truth
from ingest.writers.axivity import write_cwa
from ingest.writers.delimited import write_csv
from ingest.writers.fit import write_fit

RATE_HZ = 25.0


def make(folder: Path) -> tuple[Path, ...]:
    """Write the three recordings, ``truth.csv`` and the journal of the story; returns their paths."""
    periodic = simulate_night("plmd", evening=date(2026, 3, 2), rate_hz=RATE_HZ, sensor="ax3", seed=11, hours=8.5)
    calm = simulate_night("jerks", evening=date(2026, 3, 3), rate_hz=RATE_HZ, sensor="ax3", seed=12, hours=8.5)
    watch = simulate_night("healthy", evening=date(2026, 3, 4), rate_hz=RATE_HZ, sensor="watch", seed=13, hours=6.0)
    cwa, csv, fit = (folder / name for name in ("periodic_night.cwa", "calm_night.csv.gz", "watch_night.fit"))
    write_cwa(
        cwa,
        periodic.time_us,
        periodic.xyz_g,
        rate_hz=RATE_HZ,
        serial=4711,
        annotation="_p=left+ankle&_n=simulated",
        packed=True,
        celsius=sensor_celsius(periodic.plan, (periodic.time_us - periodic.start_us) / 1e6),
    )
    write_csv(csv, calm.time_us, calm.xyz_g, gz=True)
    write_fit(
        fit, watch.time_us, watch.xyz_g, rate_hz=RATE_HZ, serial=4712, stages=stages_of(watch), layout="compressed"
    )
    truth_path = _write_truth(folder, {cwa: periodic, csv: calm, fit: watch})
    return cwa, csv, fit, truth_path, write_journal(folder)


def write_journal(folder: Path) -> Path:
    """Write the journal of the story, whose nights the demo makes on the spot."""
    path = folder / "journal.csv"
    path.write_text(csv_text(COLUMNS, journal_rows()), encoding="utf-8")
    return path


def _write_truth(folder: Path, nights: dict[Path, Simulated]) -> Path:
    path = folder / "truth.csv"
    pl.concat([truth(night, file.name) for file, night in nights.items()]).write_csv(path)
    return path


def main() -> int:
    """Write into the folder named on the command line, or beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for path in make(folder):
        print(f"{path.name}  {path.stat().st_size / 1e6:.2f} MB  numpy {np.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
