"""The nights that `benchmarks.reading` reads: one simulated night of a leg, written in every binary format and as text.

    python -m benchmarks.nights [FOLDER] [--hours 8]

All hold the same movement, at the rates that the devices are used with. Text takes the two ways in which the makers'
software prints it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.simulate import PROFILES, SENSORS, plan_night, render
from ingest.writers.axivity import write_cwa
from ingest.writers.fit import write_fit
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, write_bin, write_export

START_US = 1_772_487_000_000_000  # 2026-03-02T21:30:00
SEED = 4

Times = NDArray[np.int64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Night:
    """One file: its name, what it is, and how it is written from times and g."""

    file: str
    title: str
    rate_hz: int
    write: Callable[[Path, Times, Vectors], None]


def _omgui(path: Path, time_us: Times, xyz_g: Vectors) -> None:
    steps_g = np.rint(xyz_g * 256) / 256
    table = pl.DataFrame(
        {
            "time": pl.Series(time_us).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%d %H:%M:%S%.3f"),
            **{axis: steps_g[:, k] for k, axis in enumerate("xyz")},
        }
    )
    table.write_csv(path, include_header=False, float_precision=6)


NIGHTS = (
    Night(
        "ax3-packed.cwa",
        "Axivity AX3, packed, 100 Hz",
        100,
        lambda path, t, g: write_cwa(path, t, g, rate_hz=100, serial=1, packed=True),
    ),
    Night(
        "ax3-unpacked.cwa",
        "Axivity AX3, unpacked, 100 Hz",
        100,
        lambda path, t, g: write_cwa(path, t, g, rate_hz=100, serial=1),
    ),
    Night(
        "ax6.cwa",
        "Axivity AX6 with gyroscope, 100 Hz",
        100,
        lambda path, t, g: write_cwa(path, t, g, rate_hz=100, serial=1, six_axes=True),
    ),
    Night(
        "link-packed-30.gt3x",
        "ActiGraph GT3X, 12 bits, 30 Hz",
        30,
        lambda path, t, g: write_gt3x(path, t, g, rate_hz=30, deflated=True),
    ),
    Night(
        "link-packed-100.gt3x",
        "ActiGraph GT3X, 12 bits, 100 Hz",
        100,
        lambda path, t, g: write_gt3x(path, t, g, rate_hz=100, deflated=True),
    ),
    Night(
        "link-int16-100.gt3x",
        "ActiGraph GT3X, 16 bits (GT9X), 100 Hz",
        100,
        lambda path, t, g: write_gt3x(path, t, g, rate_hz=100, int16=True, deflated=True),
    ),
    Night("geneactiv.bin", "GENEActiv .bin, 100 Hz", 100, lambda path, t, g: write_bin(path, t, g, Setup(rate_hz=100))),
    Night(
        "raw-25.fit",
        "FIT, raw counts, 25 Hz",
        25,
        lambda path, t, g: write_fit(path, t, g, rate_hz=25, serial=1, layout="raw"),
    ),
    Night("omgui.csv", "Axivity OMGUI CSV, 100 Hz", 100, _omgui),
    Night(
        "geneactiv.csv", "GENEActiv CSV, 100 Hz", 100, lambda path, t, g: write_export(path, t, g, Setup(rate_hz=100))
    ),
)


@cache
def samples(rate_hz: int, hours: float) -> tuple[Times, Vectors]:
    """Even times from a full second on, and g. The simulated clock is slow, so a few minutes repeat at the end."""
    rng = np.random.default_rng(SEED)
    _, xyz_g = render(plan_night(PROFILES["plmd"], rng, hours=max(hours, 5.0)), SENSORS["ax3"], rng, rate_hz=rate_hz)
    n = round(hours * 3600 * rate_hz)
    time_us = START_US + np.rint(np.arange(n) * (1e6 / rate_hz)).astype(np.int64)
    return time_us, np.resize(xyz_g, (n, 3)).astype(np.float32)


def main() -> None:
    """Write all nights that are not there yet; without a folder, print their files and titles."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--hours", type=float, default=8)
    chosen = parser.parse_args()
    for night in NIGHTS:
        if chosen.folder is None:
            print(night.file, night.title, sep="\t")
            continue
        path = chosen.folder / night.file
        if not path.exists():
            night.write(path, *samples(night.rate_hz, chosen.hours))


if __name__ == "__main__":
    main()
